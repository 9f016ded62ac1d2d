// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// What keeper, curator, guardian and owner touch, at the vault's own address.
/// Amounts are base units of the asset; `wad` is 1e18 = 100 %; times are unix seconds.
interface IDesk {
    /// One movement. A positive `assets` goes from idle to the position, a negative one back;
    /// type(int256).min takes back everything. `minResult` bounds the growth of the position's value
    /// (to the position) or what reaches the vault (back).
    struct Leg {
        uint32 position;
        int256 assets;
        uint256 minResult;
    }

    /// What the keeper submits. `revision` is the digest of the state that it was computed from: a counter
    /// that moves with every governed change and every rebalance.
    struct Intent {
        uint256 nonce;
        uint256 deadline;
        uint256 revision;
        Leg[] legs;
    }

    /// One holding: its adapter, the risk ids it counts against, its last marked value and when.
    struct Position {
        address adapter;
        bytes32[] riskIds;
        uint256 value;
        uint256 markedAt;
    }

    /// The caps of one risk id and what counts against them now. A cap that was never set is zero.
    struct Cap {
        bytes32 riskId;
        uint256 exposure;
        uint256 absolute;
        uint256 relativeWad;
    }

    /// The accounts: net asset value is idle + marked; entry pays the higher `navEntry`.
    struct Book {
        uint256 idle;
        uint256 marked;
        uint256 nav;
        uint256 navEntry;
        uint256 maxRateWad;
        uint256 liquidityFloorWad;
    }

    /// One limit with the value found. `limit`: 0 absolute cap (assets), 1 relative cap (wad of nav),
    /// 2 liquidity floor (wad of nav, a least value; id zero).
    struct LimitState {
        uint8 limit;
        bytes32 id;
        uint256 value;
        uint256 bound;
        bool holds;
    }

    event Rebalanced(
        address indexed keeper, uint256 indexed nonce, uint256 navBefore, uint256 navAfter, uint256 idleAfter
    );
    event PositionMoved(uint32 indexed position, int256 assets, uint256 result, uint256 valueAfter);
    event PositionMarked(uint32 indexed position, uint256 valueBefore, uint256 valueAfter);
    event PositionAdded(uint32 indexed position, address adapter, bytes32[] riskIds);
    event CapSet(bytes32 indexed riskId, uint256 absolute, uint256 relativeWad);
    event LiquidityFloorSet(uint256 floorWad);
    event MaxRateSet(uint256 rateWad);
    event RoleSet(bytes32 indexed role, address indexed account, bool granted);
    event OwnershipOffered(address indexed owner, address indexed candidate);
    event OwnershipTaken(address indexed owner);

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
    /// A position names no risk id, the zero id, or one twice.
    error InvalidRiskId(bytes32 riskId);

    /// Executes the legs in order and checks every limit once after the last. Keeper only.
    function rebalance(Intent calldata intent) external returns (uint256[] memory results);
    /// Every limit as it would stand after the legs, at the values that the adapters report now and without
    /// slippage. Moves nothing; reverts with the same typed errors as `rebalance`, but for the caller's role.
    function previewRebalance(Intent calldata intent) external view returns (LimitState[] memory);
    /// Replaces the accreted values of these positions by their real ones. Anyone.
    function mark(uint32[] calldata positions) external;

    function limits() external view returns (LimitState[] memory);
    function book() external view returns (Book memory);
    function positions() external view returns (Position[] memory);
    function caps() external view returns (Cap[] memory);
    /// The nonce that the next intent must carry.
    function intentNonce() external view returns (uint256);
    function revision() external view returns (uint256);

    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function curator() external view returns (address);
    function isGuardian(address account) external view returns (bool);
    function isKeeper(address account) external view returns (bool);

    /// Owner: curator, guardians, the ceiling of the rate at which gains are believed, ownership in two steps.
    function setCurator(address account) external;
    function setGuardian(address account, bool granted) external;
    function setMaxRate(uint256 rateWad) external;
    function offerOwnership(address candidate) external;
    function takeOwnership() external;

    /// Curator or owner: positions, caps, floor, keepers. A guardian may only lower a cap, raise the floor
    /// or remove a keeper.
    function addPosition(address adapter, bytes32[] calldata riskIds) external returns (uint32);
    function setCap(bytes32 riskId, uint256 absolute, uint256 relativeWad) external;
    function setLiquidityFloor(uint256 floorWad) external;
    function setKeeper(address account, bool granted) external;

    /// Brings `assets` from positions to idle for a withdrawal, in registry order, as far as venues pay.
    /// Only the vault program itself, within its own call.
    function forceIdle(uint256 assets) external;
}
