// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// An adapter that keeps the vault's money in its own pocket and breaks on demand: each of its functions can be made
/// to revert, to answer nothing, to answer or revert with a megabyte, or to burn all gas that it is given; its reports
/// can be lies, and it can call anybody while it pays. For tests only.
contract HostileAdapter {
    enum Fault {
        None,
        Revert,
        Nothing,
        LongAnswer,
        LongRevert,
        BurnGas
    }

    struct Report {
        uint256 value;
        uint256 units;
        uint256 depth;
        uint256 rateWad;
        uint256 backing;
        uint256 debt;
        uint256 high;
    }

    address public immutable vault;
    IERC20 public immutable asset;
    mapping(bytes4 => Fault) private faults;
    uint256 public units;
    bool private lies;
    Report private lie;
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

    /// Makes the value a number of our choice, in reports too.
    function lieAbout(uint256 value_) external {
        (lies, lie) = (true, Report(value_, units, type(uint256).max, type(uint256).max, 0, 0, value_));
    }

    /// Makes every report one of our choice, and the value with it.
    function lieWith(Report calldata report_) external {
        (lies, lie) = (true, report_);
    }

    /// Ends the lies.
    function tellTheTruth() external {
        lies = false;
    }

    /// Sets whom to call when the vault takes money back, before it is paid.
    function callBack(address target_, bytes calldata call_) external {
        (target, call) = (target_, call_);
    }

    function allocate(uint256 assets) external returns (Report memory before, Report memory after_) {
        _fail();
        before = _report(assets);
        units += assets;
        after_ = _report(0);
    }

    function deallocate(uint256 assets) external returns (Report memory before, Report memory after_) {
        _fail();
        before = _report(0);
        if (target != address(0)) {
            (bool succeeded,) = target.call(call);
            succeeded; // Whatever came of it.
        }
        uint256 held = asset.balanceOf(address(this));
        uint256 paid = assets < held ? assets : held;
        units -= paid < units ? paid : units;
        asset.transfer(vault, paid);
        after_ = _report(0);
    }

    function report() external view returns (Report memory) {
        _fail();
        return _report(0);
    }

    function maturity() external view returns (uint64) {
        _fail();
        return 0;
    }

    function value() external view returns (uint256) {
        _fail();
        return _report(0).value;
    }

    function liquidity() external view returns (uint256) {
        _fail();
        return asset.balanceOf(address(this));
    }

    /// What it holds, but for what has just come in.
    function _report(uint256 incoming) private view returns (Report memory) {
        if (lies) return lie;
        uint256 held = asset.balanceOf(address(this)) - incoming;
        return Report(held, units, held, type(uint256).max, 0, 0, held);
    }

    function _fail() private view {
        Fault kind = faults[msg.sig];
        if (kind == Fault.Revert) revert("broken");
        assembly {
            if eq(kind, 2) { return(0, 0) }
            // Whichever report is read of it, it begins with a huge value: the selector looked up, and this.
            if eq(kind, 3) {
                mstore(224, not(0))
                return(0, 1048576)
            }
            if eq(kind, 4) { revert(0, 1048576) }
            if eq(kind, 5) { for {} 1 {} {} }
        }
    }
}
