// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// Holds one position of one vault at one venue and speaks the venue's language.
///
/// What every adapter guarantees, and the vault relies on nothing more:
/// only the vault moves money; money leaves to the vault alone; it keeps no asset between calls and no
/// approval after one; units are its own count, so that donations change nothing; `value` rounds down.
interface IAdapter {
    event Allocated(uint256 assets, uint256 units);
    event Deallocated(uint256 assets, uint256 units);

    error NotVault(address caller);
    error AlreadyInitialized();
    error VenueCallFailed(bytes reason);
    error WrongAsset(address expected, address found);
    error InvalidAddress(address account);
    error InsufficientUnits(uint256 asked, uint256 held);

    /// Names the vault and the venue (pool, vault), once; the deployer calls it in its own transaction.
    function initialize(address vault, address venue) external;
    /// Invests assets that the vault has transferred here just before; returns the units gained. Vault only.
    function allocate(uint256 assets) external returns (uint256 units);
    /// Pays `assets` to the vault, or everything for type(uint256).max; returns what was paid. Vault only.
    function deallocate(uint256 assets) external returns (uint256 paid);
    /// What the position is worth at the venue's own accounts, in asset base units, rounded down.
    function value() external view returns (uint256);
    /// What the venue would pay out at once, at most `value`.
    function liquidity() external view returns (uint256);
    /// The venue's units held: scaled aToken balance, ERC-4626 shares.
    function units() external view returns (uint256);
    function vault() external view returns (address);
    function venue() external view returns (address);
    function asset() external view returns (address);
    /// The venue's language, as a short string padded with zeros: "aave-v3", "erc4626".
    function kind() external view returns (bytes32);
}
