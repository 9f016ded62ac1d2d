// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// Holds one position of one vault at one venue and speaks the venue's language.
///
/// What every adapter guarantees, and the vault relies on nothing more:
/// only the vault moves money; money leaves to the vault alone; it keeps no asset between calls and no
/// approval after one; units are its own count, so that donations change nothing; `value` rounds down, `high` up.
interface IAdapter {
    /// A position at one moment. `value` in asset base units, rounded down; `units` are the venue's own, as counted
    /// here; `depth` is all that the venue holds of the asset for everybody, in base units, type(uint256).max where it
    /// does not say; `rateWad` is what a unit earns a year at the present use, type(uint256).max where unknown;
    /// `backing` is what secures a debt, in base units, times the part of it up to which the venue lends, rounded down;
    /// `debt` is what the position owes, in base units, rounded up. Both are zero where nothing is ever owed.
    /// `high` is what the position may be worth at most, in base units, rounded up: `value` where the venue has one price.
    /// What pays a face at a date has two, accretion from what was paid and the market's mark over time: `value` is by
    /// the lower, `high` by the higher, and `rateWad` what the mark yields a year until then, compounded.
    struct Report {
        uint256 value;
        uint256 units;
        uint256 depth;
        uint256 rateWad;
        uint256 backing;
        uint256 debt;
        uint256 high;
    }

    error NotVault(address caller);
    error AlreadyInitialized();
    error VenueCallFailed(bytes reason);
    error WrongAsset(address expected, address found);
    error InvalidAddress(address account);
    error InsufficientUnits(uint256 asked, uint256 held);

    /// A venue with markets needs one named, one without must be given none. `market` is what the terms begin with.
    error InvalidMarket(bytes32 market);
    /// The adapter's positions never owe anything.
    error NoDebt();

    /// Names the vault, the venue (pool, vault) and the terms of the position there, once; the deployer calls it in its
    /// own transaction. The terms are empty for "aave-v3" and "erc4626", the market's id for "morpho-blue", `ILoop.Terms`
    /// for "aave-v3-loop", `IBond.PendleTerms` for "pendle-pt", `IBond.HyperdriveTerms` for "hyperdrive-long",
    /// `IBond.TreasuryTerms` for "treasury".
    function initialize(address vault, address venue, bytes calldata terms) external;
    /// Invests assets that the vault has transferred here just before; returns the position just before the venue took
    /// them, at the rate of that moment, and just after. Vault only.
    function allocate(uint256 assets) external returns (Report memory before, Report memory after_);
    /// Pays `assets` to the vault, or everything for type(uint256).max; returns the position just before and just
    /// after, as above. Vault only. A venue that redeems by request pays what is payable of it, and is asked for what is missing
    /// and not requested yet; for 0 it pays all that is payable. At other venues 0 pays nothing.
    function deallocate(uint256 assets) external returns (Report memory before, Report memory after_);
    /// Sells what secures the debt and repays up to `debtAssets` of it, towards a health of `targetBps` (10,000 = 1) and
    /// never beyond; returns the position just before and just after, as above. Vault only.
    function deleverage(uint256 debtAssets, uint256 targetBps) external returns (Report memory before, Report memory after_);
    /// The position now, at the mean rate since the venue last accrued where it can name no other.
    function report() external view returns (Report memory);
    /// What the position is worth, in asset base units, rounded down: the `value` of its report.
    function value() external view returns (uint256);
    /// What the venue would pay out at once, at most `value`.
    function liquidity() external view returns (uint256);
    /// The venue's units held: scaled aToken balance, ERC-4626 or Morpho shares; of a leveraged position, our own shares
    /// of its value; of a bond its face, in base units of the asset; of a fund its shares, requested or not, until they are paid.
    function units() external view returns (uint256);
    function vault() external view returns (address);
    function venue() external view returns (address);
    /// The market at the venue, or the hash of the terms of a leveraged position; zero where there is neither.
    function market() external view returns (bytes32);
    function asset() external view returns (address);
    /// What prices the position; zero where the venue's own accounts do.
    function oracle() external view returns (address);
    /// When the position pays its face, by the venue itself, in unix seconds; zero where it has no such date.
    function maturity() external view returns (uint64);
    /// The venue's language, as a short string padded with zeros: "aave-v3", "erc4626",
    /// "morpho-blue", "aave-v3-loop", "pendle-pt", "hyperdrive-long", "treasury".
    function kind() external view returns (bytes32);
}
