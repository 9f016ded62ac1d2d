// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// What wallets touch: ERC-20, ERC-4626 and ERC-2612 in one small program.
/// Every selector that is not here is answered by the desk, the board or the lens, in the same storage
/// (IDesk, IBoard).
interface IVault {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(
        address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares
    );

    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    error ERC20InvalidReceiver(address receiver);
    error ERC2612ExpiredSignature(uint256 deadline);
    error ERC2612InvalidSigner(address signer, address owner);
    error ERC4626ExceededMaxWithdraw(address owner, uint256 assets, uint256 max);
    error ERC4626ExceededMaxRedeem(address owner, uint256 shares, uint256 max);
    /// A deposit that would mint nothing, or a redemption that would pay nothing.
    error ZeroResult();
    /// The call came in while another one was under way.
    error Entered();
    error AlreadyInitialized();
    /// An account that must be a contract, or someone, is not.
    error InvalidAddress(address account);
    /// A call to the asset failed or answered false.
    error AssetCallFailed();
    /// A number does not fit the accounts (2^96 - 1 base units at most).
    error Overflow();

    /// No deposits before the vault is opened, and none while an id that holds money is tripped.
    error DepositsBlocked(uint256 until);
    /// The vault's beginning. What it does not tell is zero; deposits are blocked until `open`.
    event Initialized(
        address asset,
        address desk,
        address commons,
        address board,
        address lens,
        address rehearsal,
        address covenants,
        address owner,
        uint8 decimals,
        uint256 epochSecs,
        uint256 silenceSecs
    );
    /// The net asset value that exits receive, before and after money came or went: before what an exit forced.
    event Flowed(uint256 navBefore, uint256 navAfter);

    /// Names asset, the programs and the owner, once; the deployer calls it in the deployment's own transaction.
    function initialize(
        address asset,
        address desk,
        address commons,
        address board,
        address lens,
        address rehearsal,
        address covenants,
        address owner
    ) external;

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function decimals() external view returns (uint8);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function approve(address spender, uint256 value) external returns (bool);
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);

    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
    function nonces(address owner) external view returns (uint256);
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    function asset() external view returns (address);
    function totalAssets() external view returns (uint256);
    function convertToShares(uint256 assets) external view returns (uint256);
    function convertToAssets(uint256 shares) external view returns (uint256);
    function maxDeposit(address receiver) external view returns (uint256);
    function previewDeposit(uint256 assets) external view returns (uint256);
    function deposit(uint256 assets, address receiver) external returns (uint256 shares);
    function maxMint(address receiver) external view returns (uint256);
    function previewMint(uint256 shares) external view returns (uint256);
    function mint(uint256 shares, address receiver) external returns (uint256 assets);
    function maxWithdraw(address owner) external view returns (uint256);
    function previewWithdraw(uint256 assets) external view returns (uint256);
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares);
    function maxRedeem(address owner) external view returns (uint256);
    function previewRedeem(uint256 shares) external view returns (uint256);
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets);

    /// The program that answers every other selector but the board's.
    function desk() external view returns (address);
    /// The program that answers what neither vault nor desk knows.
    function commons() external view returns (address);
    function board() external view returns (address);
    /// The program that answers what none of the others knows.
    function lens() external view returns (address);
    /// What the mandate says of bonds, credit and debts.
    function rehearsal() external view returns (address);
    function covenants() external view returns (address);
}
