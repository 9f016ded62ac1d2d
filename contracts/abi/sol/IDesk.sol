// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// What the keeper and everybody without a role touch, at the vault's own address; what governs it is IBoard.
/// Amounts are base units of the asset; `wad` is 1e18 = 100 %; times are unix seconds.
interface IDesk {
    /// One movement. A positive `assets` goes from idle to the position, a negative one back;
    /// type(int256).min takes back everything. `minResult` bounds the growth of the position's value
    /// (to the position) or what reaches the vault (back).
    /// A leg that `repays` leaves idle as it is: it sells what secures the position's debt and repays `-assets` of it, no
    /// further than to the governed target, type(int256).min all down to it; `minResult` bounds what is repaid.
    struct Leg {
        uint32 position;
        int256 assets;
        uint256 minResult;
        bool repays;
    }

    /// What the keeper submits. `nonce` is that of its own grant; `revision` is the digest of the state that the
    /// intent was computed from: a counter that moves with every governed change and every rebalance that has legs.
    struct Intent {
        uint256 nonce;
        uint256 deadline;
        uint256 revision;
        Leg[] legs;
    }

    /// One holding: its adapter, every risk id it counts against (ancestors included), its last marked value
    /// and when, the loss of the last epoch that a sale would still be charged with, and its terms.
    struct Position {
        address adapter;
        bytes32[] riskIds;
        uint256 value;
        uint256 markedAt;
        uint256 shortfall;
        Terms terms;
    }

    /// What governance says of a position. `instantBps`: the part of its value that counts as payable at once.
    /// `depthBps`: the most of the venue that it may be. `slackBps`: how far the venue's price may be from a fair
    /// one; every movement is charged to the loss budget with it.
    struct Terms {
        uint16 instantBps;
        uint16 depthBps;
        uint16 slackBps;
    }

    /// The caps of one risk id, what counts against them now, and until when it is tripped.
    /// A cap that was never set is zero.
    struct Cap {
        bytes32 riskId;
        uint256 exposure;
        uint256 absolute;
        uint256 relativeWad;
        uint256 trippedUntil;
    }

    /// The accounts: net asset value is idle + marked; exits receive it less the slack of every position's value, rounded
    /// up (totalAssets); entry pays the higher `navEntry`; `navLeast` is the least
    /// of the current and the last epoch, which relative caps and budgets are fractions of.
    struct Book {
        uint256 idle;
        uint256 marked;
        uint256 nav;
        uint256 navEntry;
        uint256 navLeast;
        uint256 maxRateWad;
    }

    /// What governance allows as a whole. Budgets are fractions of `navLeast` in any period of `epochSecs`.
    /// `healthFloorBps`: the least of what secures all debts, by all debts, 10,000 = 1.
    struct Mandate {
        uint256 liquidityFloorWad;
        uint256 liquidityCoverWad;
        uint256 lossWad;
        uint256 turnoverWad;
        uint256 epochSecs;
        uint256 silenceSecs;
        uint256 healthFloorBps;
    }

    /// One leaky bucket: what is used of its capacity (half of what an epoch allows; the other half drains within one).
    struct Level {
        uint256 used;
        uint256 capacity;
    }

    /// The budgets now, and the clocks that bound the keeper: since when it has been silent, until when it may only
    /// reduce, until when nobody may deposit (type(uint32).max before `open`).
    struct Budgets {
        Level loss;
        Level turnover;
        uint256 keeperSeenAt;
        uint256 pausedUntil;
        uint256 blockedUntil;
    }

    /// What a keeper's key may do: positions (bit i for position i), fractions of `navLeast` an epoch, until when.
    struct Grant {
        uint64 positions;
        uint256 turnoverWad;
        uint256 lossWad;
        uint256 expiry;
        uint256 nonce;
        Level turnover;
        Level loss;
    }

    /// One limit with the value found. `limit`: 0 absolute cap (assets), 1 relative cap (wad of navLeast),
    /// 2 liquidity floor, 3 liquidity cover (wad of navLeast, least values, without money younger than an epoch), 4 venue depth
    /// (wad of the venue; id: the position's index), 5 loss budget, 6 turnover budget, 7 the grant's loss budget,
    /// 8 the grant's turnover budget (assets), 9 breaker (exposure to a tripped id, assets), 10 health floor (wad of the
    /// position's debt that its backing is, a least value; id: its index), 11 the health floor of all debts together,
    /// 12 improvement (income a year in assets, a least value); then those of `ICovenants`: 13 and 14 the most and the least
    /// modified duration (seconds), 15 and 16 the most and the least on a rung (1/10,000 of navLeast; id: its place),
    /// 17 credit (wad of navLeast), 18 purchase (what a bond pays at its date by what was paid, wad, a least value; id: the
    /// position's index).
    struct LimitState {
        uint8 limit;
        bytes32 id;
        uint256 value;
        uint256 bound;
        bool holds;
    }

    // Every event tells what is stored, not what was asked for; what an event does not tell follows from others by the
    // rules beside it. So the whole history can be rebuilt from events and block times alone.

    /// A rebalance, or with `nonce` type(uint256).max a relief; one without legs leaves the revision. `navBefore`: before its
    /// marks. `navLeast`: what caps and budgets were fractions of. `loss`, `turnover`: what its legs were charged; what its marks lost is in `lossLevel`
    /// alone. The levels are those of the vault's budgets after it, drained to now. `incomeBefore`, `incomeAfter`: a year
    /// at the positions touched, type(uint256).max where not known. `brokenBefore` (after the marks, before the legs),
    /// `brokenAfter`: bit i for the i-th limit of this very change, positions' venues in the order of their touch.
    event Rebalanced(
        address indexed caller,
        uint256 indexed nonce,
        uint256 navBefore,
        uint256 navAfter,
        uint256 navLeast,
        uint256 idleAfter,
        uint256 loss,
        uint256 turnover,
        uint256 lossLevel,
        uint256 turnoverLevel,
        uint256 incomeBefore,
        uint256 incomeAfter,
        uint256 brokenBefore,
        uint256 brokenAfter
    );
    /// What secured and what was owed by a position, before the legs of a rebalance and after them; a debt of
    /// type(uint128).max where its adapter did not say (nothing, where the book has nothing there either). Every position with
    /// thresholds, and every other one named that owes.
    event HealthSeen(
        uint32 indexed position, uint256 backingBefore, uint256 debtBefore, uint256 backingAfter, uint256 debtAfter
    );
    /// A stranger lowered a position's debt by `repaid`; the position lost `lost` of its value, at the prices before.
    /// `shares` were minted to him for it, worth `reward` at most. `debtAfter` is what it still owes, `backingAfter` what
    /// secures that.
    event Deleveraged(
        uint32 indexed position,
        address indexed caller,
        uint256 repaid,
        uint256 lost,
        uint256 reward,
        uint256 shares,
        uint256 backingAfter,
        uint256 debtAfter
    );
    /// An evacuation of `riskId` could not bring this much of a position's marked value to idle.
    event Stuck(bytes32 indexed riskId, uint32 indexed position, uint256 value);
    /// A leg, or what an exit forced (`depth` 0: not measured). `assets` 0: so much debt was repaid, if any. Idle gives a
    /// positive `assets`; of what a position pays, `result`, it takes as much as the position's value was or, where its price can be pushed, as the value fell by and
    /// the slack of that. `depth` is what the venue held for everybody after it.
    event PositionMoved(uint32 indexed position, int256 assets, uint256 result, uint256 valueAfter, uint256 depth);
    /// A mark: whenever a position's value or the time of its mark changed by one; that time is now. A rise above the governed
    /// rate is of a settlement, and paid by the `PositionMoved` after it.
    event PositionMarked(uint32 indexed position, uint256 valueBefore, uint256 valueAfter);
    /// What a mark has heard of a position with two values or a date: how far the higher value is above the lower, in base
    /// units, and its yield a year, where it has a date. Told where either has changed.
    event BondSeen(uint32 indexed position, uint256 premium, uint256 rateWad);
    /// The shortfall stored with a position has changed: it counts from the time of the position's mark.
    event ShortfallSet(uint32 indexed position, uint256 shortfall);
    /// Marks outside a rebalance, and deleveraging with its reward, lost `loss` and charged the vault's budgets; the levels after it, drained to now.
    event Charged(uint256 loss, uint256 lossLevel, uint256 turnoverLevel);
    /// A risk id takes no new money until `until`. `condition`: 1 depeg, 2 stale price, 3 illiquid, 4 does not answer,
    /// 5 a guardian's word, 6 a position's health is below its hard threshold.
    event Tripped(bytes32 indexed riskId, uint8 condition, uint256 value, uint256 bound, uint256 until);
    /// The condition was seen once; a trip needs it to be seen again after `confirmAt`.
    event Armed(bytes32 indexed riskId, uint32 position, uint8 condition, uint256 confirmAt);

    /// Every refusal by the mandate: which limit, on what, the value found and the bound.
    error LimitBreached(uint8 limit, bytes32 id, uint256 value, uint256 bound);
    error NotAuthorized(address caller, bytes32 role);
    error IntentExpired(uint256 deadline, uint256 now_);
    error WrongNonce(uint256 given, uint256 expected);
    error WrongRevision(uint256 given, uint256 expected);
    error ResultBelowMinimum(uint32 position, uint256 result, uint256 minResult);
    error UnknownPosition(uint32 position);
    error InsufficientIdle(uint256 asked, uint256 idle);
    /// A call to an adapter failed; `reason` is what it reverted with.
    error AdapterCallFailed(address adapter, bytes reason);
    error BoundExceeded(uint256 value, uint256 bound);
    error InvalidAddress(address account);
    /// A position names no risk id, the zero id, or one twice; or an id that is not known.
    error InvalidRiskId(bytes32 riskId);
    error GrantExpired(uint256 expiry, uint256 now_);
    /// The grant does not cover this position.
    error OutOfGrant(uint32 position);
    /// Only movements to idle until then.
    error Paused(uint256 until);
    /// The keeper was seen within the silence that would let anyone act.
    error KeeperAlive(uint256 seenAt, uint256 silentAt);
    /// The condition does not hold.
    error NotTripped(bytes32 riskId, uint256 value, uint256 bound);
    /// A position without thresholds cannot be deleveraged.
    error NoThresholds(uint32 position);
    /// Health is `backing / debt`, not below the threshold from which on it may be repaid: the hard one, in relief the soft.
    error Healthy(uint32 position, uint256 backing, uint256 debt, uint256 bps);
    /// Strangers have repaid a whole chunk; a part of it may be repaid in that part of the cooldown, all of it at `readyAt`.
    error TooSoon(uint32 position, uint256 readyAt);
    /// The position's date is to come, or it has none (zero).
    error NotMatured(uint32 position, uint256 maturity);
    /// The position's date has passed, or it has a term, and nothing came.
    error NotPaid(uint32 position);
    /// Deleveraging repaid nothing, more than one may, or left health no better.
    error NotDeleveraged(uint32 position, uint256 repaid, uint256 most);
    /// Deleveraging lost more of the position's value than governance allows.
    error DeleverageTooDear(uint32 position, uint256 lost, uint256 most);

    /// Executes the legs in order and checks every limit once after the last. A keeper with a grant only; no legs
    /// at all is a sign of life, whatever its revision.
    function rebalance(Intent calldata intent) external returns (uint256[] memory results);
    /// Every limit as it would stand after the legs, at the values that the adapters report now and without
    /// slippage, a redemption by request as paid, for the keeper `keeper`. Moves nothing; reverts with the same typed errors as `rebalance`.
    function previewRebalance(address keeper, Intent calldata intent) external view returns (LimitState[] memory);
    /// Brings money from positions to idle, under the same limits and budgets as a rebalance. Anyone, once no keeper
    /// has been seen for the governed silence; legs must take money out.
    function relieve(Leg[] calldata legs) external returns (uint256[] memory results);
    /// Replaces the accreted values of these positions by their real ones. Anyone.
    function mark(uint32[] calldata positions) external;
    /// Sells what secures a position's debt to repay up to `debt` of it, where its health is below the hard threshold: at
    /// most what is left of the governed chunk, which comes back evenly within the cooldown, and no further than to the
    /// target. Anyone; pays the governed reward in new shares.
    function deleverage(uint32 position, uint256 debt) external returns (uint256 repaid, uint256 shares);
    /// Brings to idle what a tripped risk id's positions can pay at once, the least liquid first, and tells what is
    /// stuck. Anyone. Leaves positions whose price can be pushed, and those that owe, to the keeper.
    function evacuate(bytes32 riskId) external returns (uint256 assets);
    /// Brings to idle all that a position pays at its date, once that has passed; of one to which governance gave a term, what its
    /// venue has to pay by now of what was requested. Anyone. What is paid beyond the position's value counts up to what is left of
    /// its shortfall, and no more than entry pays for recent losses.
    function settle(uint32 position) external returns (uint256 assets);
    /// Trips a risk id's breaker where its condition holds. Anyone. `position` counts against the id and is the one
    /// whose liquidity or answer is judged; for conditions of the price it is ignored.
    function trip(bytes32 riskId, uint8 condition, uint32 position) external;

    function limits() external view returns (LimitState[] memory);
    function book() external view returns (Book memory);
    function mandate() external view returns (Mandate memory);
    function budgets() external view returns (Budgets memory);
    function grant(address keeper) external view returns (Grant memory);
    function positions() external view returns (Position[] memory);
    function caps() external view returns (Cap[] memory);
    function revision() external view returns (uint256);

    /// Brings `assets` from positions to idle for a withdrawal, in registry order, as far as venues pay.
    /// Only the vault program itself, within its own call.
    function forceIdle(uint256 assets) external;
}
