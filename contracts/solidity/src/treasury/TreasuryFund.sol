// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IFeed} from "../../../abi/sol/IFeed.sol";
import {IERC7540Operator, IERC7540Redeem, IERC7575, ITreasuryFund} from "../../../abi/sol/IERC7540.sol";

/// A tokenised fund of treasuries, the reference for those that no package ships: shares are bought at once at the published
/// price (ERC-4626) and redeemed by request (ERC-7540).
///
/// # What holds
///
/// - The price is the feed's, whatever the fund holds: treasuries are off the chain, and so is most of the money.
/// - A request takes the shares; its administrator fulfils it, or a part, at the price of that moment, out of money that is
///   here; from then on the claim is a fixed amount that nobody can take away. Requests of one controller are one: their id
///   is zero.
/// - Conversions round against whoever asks.
///
/// # What it trusts
///
/// The administrator: he takes what nobody can claim, fulfils what he will when he will, and may pause subscriptions and claims.
contract TreasuryFund is ERC20, IERC4626, IERC7540Operator, IERC7540Redeem {
    using Math for uint256;
    using SafeERC20 for IERC20;

    /// What of a controller's request was fulfilled and not claimed: shares that are no more, and what they are paid with.
    struct Claim {
        uint256 shares;
        uint256 assets;
    }

    address public immutable asset;
    IFeed public immutable nav;
    address public immutable administrator;
    /// A share's price in the feed's decimals, times base units of shares, by this: base units of the asset.
    uint256 private immutable UNIT;

    /// What is here and somebody's claim, in base units of the asset.
    uint256 public claimedAssets;
    bool public subscriptionsPaused;
    bool public claimsPaused;
    mapping(address controller => uint256) private pending;
    mapping(address controller => Claim) private claims;
    mapping(address controller => mapping(address operator => bool)) public isOperator;

    constructor(string memory name_, string memory symbol_, address asset_, IFeed nav_, address administrator_)
        ERC20(name_, symbol_)
    {
        (asset, nav, administrator) = (asset_, nav_, administrator_);
        UNIT = 10 ** (uint256(18) + nav_.decimals() - IERC20Metadata(asset_).decimals());
    }

    modifier onlyAdministrator() {
        if (msg.sender != administrator) revert ITreasuryFund.NotAdministrator(msg.sender);
        _;
    }

    // What the administrator does, as ITreasuryFund has it.

    function fulfil(address controller, uint256 shares) external onlyAdministrator returns (uint256 assets) {
        assets = convertToAssets(shares);
        uint256 there = IERC20(asset).balanceOf(address(this)) - claimedAssets;
        if (assets > there) revert ITreasuryFund.Insufficient(assets, there);
        if (shares > pending[controller]) revert ITreasuryFund.Insufficient(shares, pending[controller]);

        pending[controller] -= shares;
        claims[controller].shares += shares;
        claims[controller].assets += assets;
        claimedAssets += assets;
        _burn(address(this), shares);
        emit ITreasuryFund.Fulfilled(controller, shares, assets);
    }

    function take(uint256 assets, address to) external onlyAdministrator {
        uint256 there = IERC20(asset).balanceOf(address(this)) - claimedAssets;
        if (assets > there) revert ITreasuryFund.Insufficient(assets, there);
        IERC20(asset).safeTransfer(to, assets);
    }

    function pause(bool subscriptions, bool claims_) external onlyAdministrator {
        (subscriptionsPaused, claimsPaused) = (subscriptions, claims_);
    }

    // Subscriptions: ERC-4626.

    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        shares = convertToShares(assets);
        _subscribe(assets, shares, receiver);
    }

    function mint(uint256 shares, address receiver) external returns (uint256 assets) {
        assets = previewMint(shares);
        _subscribe(assets, shares, receiver);
    }

    function _subscribe(uint256 assets, uint256 shares, address receiver) private {
        if (subscriptionsPaused) revert ITreasuryFund.Paused();
        IERC20(asset).safeTransferFrom(msg.sender, address(this), assets);
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    // Redemptions: ERC-7540.

    /// @inheritdoc IERC7540Operator
    function setOperator(address operator, bool approved) external returns (bool) {
        isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /// @inheritdoc IERC7540Redeem
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256) {
        if (msg.sender != owner && !isOperator[owner][msg.sender]) _spendAllowance(owner, msg.sender, shares);
        _transfer(owner, address(this), shares);
        pending[controller] += shares;
        emit RedeemRequest(controller, owner, 0, msg.sender, shares);
        return 0;
    }

    function pendingRedeemRequest(uint256, address controller) external view returns (uint256) {
        return pending[controller];
    }

    function claimableRedeemRequest(uint256, address controller) external view returns (uint256) {
        return claims[controller].shares;
    }

    function redeem(uint256 shares, address receiver, address controller) external returns (uint256 assets) {
        Claim memory claim = claims[controller];
        if (shares > claim.shares) revert ITreasuryFund.Insufficient(shares, claim.shares);
        assets = shares == 0 ? 0 : claim.assets.mulDiv(shares, claim.shares);
        _claim(assets, shares, receiver, controller);
    }

    function withdraw(uint256 assets, address receiver, address controller) external returns (uint256 shares) {
        Claim memory claim = claims[controller];
        if (assets > claim.assets) revert ITreasuryFund.Insufficient(assets, claim.assets);
        shares = assets == 0 ? 0 : claim.shares.mulDiv(assets, claim.assets, Math.Rounding.Ceil);
        _claim(assets, shares, receiver, controller);
    }

    function _claim(uint256 assets, uint256 shares, address receiver, address controller) private {
        if (claimsPaused) revert ITreasuryFund.Paused();
        if (msg.sender != controller && !isOperator[controller][msg.sender]) {
            revert ITreasuryFund.NotOperator(controller, msg.sender);
        }
        Claim storage claim = claims[controller];
        claim.shares -= shares;
        // What rounding leaves of a claim without shares is the fund's again.
        uint256 gone = claim.shares == 0 ? claim.assets : assets;
        claim.assets -= gone;
        claimedAssets -= gone;
        IERC20(asset).safeTransfer(receiver, assets);
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
    }

    // What is said of it.

    function totalAssets() external view returns (uint256) {
        return convertToAssets(totalSupply());
    }

    function convertToShares(uint256 assets) public view returns (uint256) {
        return assets.mulDiv(UNIT, _price());
    }

    function convertToAssets(uint256 shares) public view returns (uint256) {
        return shares.mulDiv(_price(), UNIT);
    }

    function previewDeposit(uint256 assets) external view returns (uint256) {
        return convertToShares(assets);
    }

    function previewMint(uint256 shares) public view returns (uint256) {
        return shares.mulDiv(_price(), UNIT, Math.Rounding.Ceil);
    }

    function previewWithdraw(uint256) external pure returns (uint256) {
        revert ITreasuryFund.NotPreviewed();
    }

    function previewRedeem(uint256) external pure returns (uint256) {
        revert ITreasuryFund.NotPreviewed();
    }

    function maxDeposit(address) external view returns (uint256) {
        return subscriptionsPaused ? 0 : type(uint256).max;
    }

    function maxMint(address) external view returns (uint256) {
        return subscriptionsPaused ? 0 : type(uint256).max;
    }

    function maxWithdraw(address controller) external view returns (uint256) {
        return claimsPaused ? 0 : claims[controller].assets;
    }

    function maxRedeem(address controller) external view returns (uint256) {
        return claimsPaused ? 0 : claims[controller].shares;
    }

    /// Shares are in the fund's own token (ERC-7575).
    function share() external view returns (address) {
        return address(this);
    }

    /// ERC-165 itself, operators and requested redemptions of ERC-7540, and vaults of ERC-7575.
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == 0x01ffc9a7 || interfaceId == type(IERC7540Operator).interfaceId
            || interfaceId == type(IERC7540Redeem).interfaceId || interfaceId == 0x2f0a18c5;
    }

    function _price() private view returns (uint256) {
        (, int256 answer,,,) = nav.latestRoundData();
        return uint256(answer);
    }
}
