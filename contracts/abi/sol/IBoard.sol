// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// What governs the vault, at the vault's own address: roles, parameters and registry.
///
/// A change that takes risk away is immediate; one that adds risk must be submitted, waits for its function's delay,
/// and can then be made by anyone with the very calldata that was submitted, for 30 days and once. It is judged again
/// when it is made. Calldata of changes is canonical: no dirty bits, nothing behind the arguments. Before `open` owner
/// and curator change everything at once, each what is theirs, and nothing can be submitted. Amounts are base units of the asset; `wad` is 1e18 = 100 %; times are unix seconds.
interface IBoard {
    /// What trips the breaker of a risk id. `feed` answers as Chainlink's aggregators do; zero for none: then the
    /// conditions of the price never hold. `liquidBps`: a position that can be paid less of its value at once is
    /// illiquid. A trip lasts `tripSecs`; a condition of liquidity must be seen twice, `confirmSecs` apart.
    struct Breaker {
        address feed;
        uint256 minPriceWad;
        uint256 maxPriceWad;
        uint32 maxAgeSecs;
        uint16 liquidBps;
        uint32 confirmSecs;
        uint32 tripSecs;
    }

    /// What governance says of a position that may owe. Health is `backing / debt` of its adapter's report, in 1/10,000:
    /// what deleveraging restores (`targetBps`), below which nothing but deleveraging is allowed (`softBps`), and below
    /// which anyone may deleverage (`hardBps`): by at most `chunk` in assets every `cooldownSecs`, losing at
    /// most `slipBps` of what is repaid, for `rewardBps` of it in new shares.
    struct Thresholds {
        uint16 targetBps;
        uint16 softBps;
        uint16 hardBps;
        uint256 chunk;
        uint32 cooldownSecs;
        uint16 slipBps;
        uint16 rewardBps;
    }

    /// A position that may owe; the others may not. `readyAt`: from when on strangers may repay a whole chunk.
    struct Lever {
        uint32 position;
        Thresholds thresholds;
        uint256 readyAt;
    }

    // Every function that changes something emits one event of its own, which tells what is stored, and moves the
    // revision by one; `submit`, `revoke`, `pause` and `tripByWord` leave the revision. A change that was submitted emits
    // Executed too.

    event Submitted(bytes32 indexed id, bytes4 indexed selector, bytes data, uint256 executableAt);
    event Revoked(bytes32 indexed id, address indexed by);
    event Executed(bytes32 indexed id, address indexed by);
    event DelaySet(bytes4 indexed selector, uint256 secs);
    event Abdicated(bytes4 indexed selector);
    event Opened();
    event PausedUntil(uint256 until, address indexed by);
    event PositionAdded(
        uint32 indexed position,
        address adapter,
        bytes32[] riskIds,
        bytes32 codehash,
        uint16 instantBps,
        uint16 depthBps,
        uint16 slackBps
    );
    event TermsSet(uint32 indexed position, uint16 instantBps, uint16 depthBps, uint16 slackBps);
    event ThresholdsSet(uint32 indexed position, Thresholds thresholds);
    event CapSet(bytes32 indexed riskId, uint256 absolute, uint256 relativeWad);
    event Nested(bytes32 indexed riskId, bytes32 indexed parent, bool nested);
    event CodeAdmitted(bytes32 indexed codehash, bool admitted);
    event BreakerSet(bytes32 indexed riskId, Breaker breaker);
    /// `what`: "maxRate" (wad), "epoch" (seconds), "silence" (seconds), "healthFloor" (1/10,000).
    event MandateSet(bytes32 indexed what, uint256 value);
    event BudgetsSet(uint256 lossWad, uint256 turnoverWad);
    event LiquiditySet(uint256 floorWad, uint256 coverWad);
    event GrantSet(address indexed keeper, uint64 positions, uint256 turnoverWad, uint256 lossWad, uint256 expiry);
    /// `role`: "curator" (whoever had it has it no more; the zero address: nobody has), "guardian".
    event RoleSet(bytes32 indexed role, address indexed account, bool granted);
    event OwnershipOffered(address indexed owner, address indexed candidate);
    event OwnershipTaken(address indexed owner);

    /// The change adds risk and was not submitted, or waits until `executableAt` (0: never submitted).
    error NotReady(bytes32 id, uint256 executableAt, uint256 now_);
    error AlreadySubmitted(bytes32 id, uint256 executableAt);
    /// Before the vault is open nothing waits.
    error NotOpen();
    /// A function that may not add risk any more, for good.
    error AbdicatedFunction(bytes4 selector);
    /// A function that is not one of a submitted change.
    error UnknownFunction(bytes4 selector);
    error DelayOutOfBounds(uint256 secs, uint256 least, uint256 most);
    /// The code of an adapter, or of the oracle that it names, is not admitted.
    error CodeNotAdmitted(address account, bytes32 codehash);
    /// An oracle has no price, or says a bid above its ask.
    error OracleRefused(address oracle, bytes reason);
    /// The feed's answer fails the self-test. `reason`: 1 no answer, 2 not positive, 3 outside the band, 4 stale,
    /// 5 decimals.
    error FeedRefused(address feed, uint8 reason, uint256 value);
    error AlreadyOpen();
    /// Pauses, and trips by word, end by themselves within a window of 7 days; the next window can begin then.
    error CoolingDown(uint256 until);

    /// Ends the set-up, once: deposits begin, and from now on what adds risk waits. Owner.
    function open() external;

    /// Announces a change that adds risk: the calldata of one of the functions below. Whoever may make the change.
    function submit(bytes calldata data) external;
    /// Takes an announced change back. Owner, curator or a guardian; the owner alone where it is one of curator,
    /// guardians or ownership, so that nobody can keep himself in office.
    function revoke(bytes32 id) external;
    /// The delay of a function: a longer one at once, a shorter one after the delay that it has; between a day more
    /// than the longest exit and 30 days. Owner.
    function setDelay(bytes4 selector, uint256 secs) external;
    /// Gives up the power to add risk by a function, for good; by `setDelay`, to shorten any delay. Owner.
    function abdicate(bytes4 selector) external;
    /// Only movements to idle, for `secs`. The first pause begins a window of 7 days, within which every pause ends;
    /// 7 days after its end the next can begin. Guardian, curator, owner. Never stops an exit.
    function pause(uint256 secs) external;
    /// Trips a risk id by somebody's word, for as long as its breaker trips (a day where it has none), within a window
    /// as that of pauses, all ids together. Guardian, curator, owner.
    function tripByWord(bytes32 riskId) external;

    /// Publishes what governance has set and rebalances read as the code of a small contract, where it has changed since
    /// the last time. Anyone; a rebalance does it by itself.
    function publish() external;

    /// Owner: curator and guardians, ownership in two steps, gains, time, code, delays.
    function setCurator(address account) external;
    function setGuardian(address account, bool granted) external;
    function offerOwnership(address candidate) external;
    function takeOwnership() external;
    function setMaxRate(uint256 rateWad) external;
    function setEpoch(uint256 secs) external;
    function setSilence(uint256 secs) external;
    function setBudgets(uint256 lossWad, uint256 turnoverWad) external;
    function admitCode(bytes32 codehash, bool admitted) external;

    /// Curator or owner: positions, terms, thresholds, health floor, caps, ids, breakers, liquidity, keepers. A guardian may do what takes
    /// risk away: lower terms (not touch the slack), lower caps, nest,
    /// raise liquidity, soft thresholds and the health floor, narrow grants.
    function addPosition(address adapter, bytes32[] calldata riskIds, uint16 instantBps, uint16 depthBps, uint16 slackBps)
        external
        returns (uint32);
    /// Adds risk: more payable at once, more of the venue, or another slack, because it prices entries and exits.
    function setTerms(uint32 position, uint16 instantBps, uint16 depthBps, uint16 slackBps) external;
    /// Lets a position owe, within thresholds: 10,000 < hard <= soft < target. Its slack must not be zero. A higher soft
    /// threshold alone takes risk away; whatever else changes adds risk. Once set they stay, and can be changed.
    function setThresholds(uint32 position, Thresholds calldata thresholds) external;
    /// The least health of all debts together, 10,000 = 1; a lower one adds risk.
    function setHealthFloor(uint256 bps) external;
    function setCap(bytes32 riskId, uint256 absolute, uint256 relativeWad) external;
    /// Counts everything under `riskId` against `parent` too, and against the parent's own parents.
    function nest(bytes32 riskId, bytes32 parent, bool nested) external;
    function setBreaker(bytes32 riskId, Breaker calldata breaker) external;
    function setLiquidity(uint256 floorWad, uint256 coverWad) external;
    /// Gives a key its grant, or takes it away (no positions, or expired). A grant that is nowhere wider is immediate;
    /// one that is wider is a sign of the keeper's life.
    function setKeeper(address keeper, uint64 positions, uint256 turnoverWad, uint256 lossWad, uint256 expiry) external;

    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function curator() external view returns (address);
    function isGuardian(address account) external view returns (bool);
    function isOpen() external view returns (bool);
    function isCodeAdmitted(bytes32 codehash) external view returns (bool);
    function breaker(bytes32 riskId) external view returns (Breaker memory);
    /// The positions that may owe.
    function levers() external view returns (Lever[] memory);
    /// The ids that count `riskId` against them, itself included.
    function ancestors(bytes32 riskId) external view returns (bytes32[] memory);
    /// How long a function's changes that add risk wait; `setDelay` waits for the delay that it shortens.
    function delay(bytes4 selector) external view returns (uint256);
    function isAbdicated(bytes4 selector) external view returns (bool);
    /// When an announced change can be made; 0 where none was announced, or it was made, taken back or has expired.
    function executableAt(bytes32 id) external view returns (uint256);
    /// The id of a change: keccak256 of its calldata.
    function changeId(bytes calldata data) external pure returns (bytes32);
    /// Every program that the vault is made of and how long it stays active. A program that has expired answers
    /// nothing: whoever reads this asks the chain itself as well.
    function programs() external view returns (Program[] memory);

    /// One of the vault's programs and how long it stays active without a keep-alive; 0 where it has expired, or is none.
    struct Program {
        address account;
        bytes32 codehash;
        uint256 secsLeft;
    }
}
