// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// Who may act for whom at a vault with requests (ERC-7540).
interface IERC7540Operator {
    event OperatorSet(address indexed controller, address indexed operator, bool approved);

    function setOperator(address operator, bool approved) external returns (bool);
    function isOperator(address controller, address operator) external view returns (bool);
}

/// How shares are redeemed that are not paid at once (ERC-7540): requested, fulfilled by whoever administers the vault, claimed
/// by `redeem` and `withdraw` of IERC4626, whose owner is the controller then.
interface IERC7540Redeem {
    event RedeemRequest(
        address indexed controller, address indexed owner, uint256 indexed requestId, address sender, uint256 shares
    );

    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);
}

/// Where a vault's shares are (ERC-7575), and what it speaks (ERC-165).
interface IERC7575 {
    function share() external view returns (address);
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}

/// What the administrator of our reference fund of treasuries does (`contracts/solidity/src/treasury/`).
interface ITreasuryFund {
    /// A price was said to be so much at a time.
    event Published(uint256 price, uint256 pricedAt);
    /// So many requested shares are claimable for so much now.
    event Fulfilled(address indexed controller, uint256 shares, uint256 assets);

    error NotAdministrator(address caller);
    /// A price must be more than zero, and later than the one before it; no later than now.
    error InvalidPrice(uint256 price, uint256 pricedAt);
    /// Subscriptions, or claims, wait.
    error Paused();
    /// Redemptions are requested: what one would bring is not told.
    error NotPreviewed();
    /// Neither the controller, nor the owner, nor an operator of theirs.
    error NotOperator(address controller, address caller);
    /// More than is pending, claimable, or there.
    error Insufficient(uint256 asked, uint256 found);

    /// Says what a whole share is worth, in the feed's decimals, and when it was.
    function publish(uint256 price, uint256 pricedAt) external;
    /// Makes pending shares of a controller claimable at the price of now, out of money that is there.
    function fulfil(address controller, uint256 shares) external returns (uint256 assets);
    /// Takes money that nobody can claim, to buy what the fund holds.
    function take(uint256 assets, address to) external;
    /// Stops, or lets go on, subscriptions and claims.
    function pause(bool subscriptions, bool claims) external;
}
