// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// Holds one position of one vault at one venue and speaks the venue's language.
///
/// What every adapter guarantees, and the vault relies on nothing more:
/// only the vault moves money; money leaves to the vault alone; it keeps no asset between calls and no
/// approval after one; units are its own count, so that donations change nothing; `value` rounds down.
interface IAdapter {
    /// A position at one moment. `value` in asset base units, rounded down; `units` are the venue's own, as counted
    /// here; `depth` is all that the venue holds of the asset for everybody, in base units, type(uint256).max where it
    /// does not say; `rateWad` is what a unit earns a year at the present use, type(uint256).max where unknown.
    struct Report {
        uint256 value;
        uint256 units;
        uint256 depth;
        uint256 rateWad;
    }

    error NotVault(address caller);
    error AlreadyInitialized();
    error VenueCallFailed(bytes reason);
    error WrongAsset(address expected, address found);
    error InvalidAddress(address account);
    error InsufficientUnits(uint256 asked, uint256 held);

    /// A venue with markets needs one named, one without must be given none.
    error InvalidMarket(bytes32 market);

    /// Names the vault, the venue (pool, vault) and the market in it (zero for none), once; the deployer calls it in
    /// its own transaction.
    function initialize(address vault, address venue, bytes32 market) external;
    /// Invests assets that the vault has transferred here just before; returns the position just before the venue took
    /// them, at the rate of that moment, and just after. Vault only.
    function allocate(uint256 assets) external returns (Report memory before, Report memory after_);
    /// Pays `assets` to the vault, or everything for type(uint256).max; returns the position just before and just
    /// after, as above. Vault only.
    function deallocate(uint256 assets) external returns (Report memory before, Report memory after_);
    /// The position now, at the mean rate since the venue last accrued where it can name no other.
    function report() external view returns (Report memory);
    /// What the position is worth at the venue's own accounts, in asset base units, rounded down.
    function value() external view returns (uint256);
    /// What the venue would pay out at once, at most `value`.
    function liquidity() external view returns (uint256);
    /// The venue's units held: scaled aToken balance, ERC-4626 or Morpho shares.
    function units() external view returns (uint256);
    function vault() external view returns (address);
    function venue() external view returns (address);
    /// The market at the venue; zero where it has none.
    function market() external view returns (bytes32);
    function asset() external view returns (address);
    /// The venue's language, as a short string padded with zeros: "aave-v3", "erc4626",
    /// "morpho-blue".
    function kind() external view returns (bytes32);
}
