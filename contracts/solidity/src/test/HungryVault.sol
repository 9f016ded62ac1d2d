// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {ERC20, ERC4626, IERC20} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// An ERC-4626 venue that pays nobody who gives it less than a million gas, and says so at once, so that what it was given
/// is left. For tests only.
contract HungryVault is ERC4626 {
    bool public isClosed;

    constructor(IERC20 asset_) ERC20("Hungry venue", "HNV") ERC4626(asset_) {}

    /// From now on nothing can be withdrawn.
    function close() external {
        isClosed = true;
    }

    function maxWithdraw(address owner) public view override returns (uint256) {
        return isClosed ? 0 : super.maxWithdraw(owner);
    }

    function _transferOut(address to, uint256 assets) internal override {
        require(gasleft() > 1_000_000, "more gas");
        super._transferOut(to, assets);
    }
}
