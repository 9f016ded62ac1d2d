// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// An adapter that keeps the vault's money in its own pocket and breaks on demand: each of its functions can be made
/// to revert, to answer nothing, to answer or revert with a megabyte, or to burn all gas that it is given; its value
/// can be a lie, and it can call anybody while it pays. For tests only.
contract HostileAdapter {
    enum Fault {
        None,
        Revert,
        Nothing,
        LongAnswer,
        LongRevert,
        BurnGas
    }

    address public immutable vault;
    IERC20 public immutable asset;
    mapping(bytes4 => Fault) private faults;
    bool private lies;
    uint256 private lie;
    address private target;
    bytes private call;

    constructor(address vault_, IERC20 asset_) {
        vault = vault_;
        asset = asset_;
    }

    /// Makes one function break.
    function fault(bytes4 selector, Fault kind) external {
        faults[selector] = kind;
    }

    /// Makes the value a number of our choice.
    function lieAbout(uint256 value_) external {
        (lies, lie) = (true, value_);
    }

    /// Sets whom to call when the vault takes money back, before it is paid.
    function callBack(address target_, bytes calldata call_) external {
        (target, call) = (target_, call_);
    }

    function allocate(uint256 assets) external view returns (uint256) {
        _fail();
        return assets;
    }

    function deallocate(uint256 assets) external returns (uint256 paid) {
        _fail();
        if (target != address(0)) {
            (bool succeeded,) = target.call(call);
            succeeded; // Whatever came of it.
        }
        uint256 held = asset.balanceOf(address(this));
        paid = assets < held ? assets : held;
        asset.transfer(vault, paid);
    }

    function value() external view returns (uint256) {
        _fail();
        return lies ? lie : asset.balanceOf(address(this));
    }

    function liquidity() external view returns (uint256) {
        _fail();
        return asset.balanceOf(address(this));
    }

    function _fail() private view {
        Fault kind = faults[msg.sig];
        if (kind == Fault.Revert) revert("broken");
        assembly {
            if eq(kind, 2) { return(0, 0) }
            if eq(kind, 3) { return(0, 1048576) }
            if eq(kind, 4) { revert(0, 1048576) }
            if eq(kind, 5) { for {} 1 {} {} }
        }
    }
}
