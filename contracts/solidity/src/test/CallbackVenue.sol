// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {ERC20, ERC4626, IERC20} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// An ERC-4626 venue that calls somebody back whenever money comes in or goes out: what a hostile or merely
/// curious venue can do to a vault in the middle of its own call. For tests only.
contract CallbackVenue is ERC4626 {
    address public target;
    bytes public call;
    /// What the last call back answered.
    bool public succeeded;
    bytes public answer;

    constructor(IERC20 asset_) ERC20("Callback venue", "CBV") ERC4626(asset_) {}

    /// Sets whom to call back and with what; the zero address switches it off.
    function callBack(address target_, bytes calldata call_) external {
        target = target_;
        call = call_;
    }

    function _transferIn(address from, uint256 assets) internal override {
        super._transferIn(from, assets);
        _callBack();
    }

    function _transferOut(address to, uint256 assets) internal override {
        super._transferOut(to, assets);
        _callBack();
    }

    function _callBack() private {
        if (target != address(0)) (succeeded, answer) = target.call(call);
    }
}
