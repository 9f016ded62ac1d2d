// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IArbWasm, IKeepAlive} from "../../abi/sol/IArb.sol";

/// Keeps Stylus programs alive: anybody may, for as many as he names, in one transaction and at his own cost.
///
/// It has no owner and holds nothing between calls: what the programs' new lives do not cost goes back to the caller.
contract KeepAlive is IKeepAlive {
    IArbWasm private constant ARB_WASM = IArbWasm(address(0x71));

    /// @inheritdoc IKeepAlive
    function keepAlive(address[] calldata accounts) external payable returns (uint256 kept) {
        uint256 young = uint256(ARB_WASM.expiryDays() - ARB_WASM.keepaliveDays()) * 1 days;
        for (uint256 i = 0; i < accounts.length; ++i) {
            if (_secsLeft(accounts[i]) > young) continue;
            _extend(accounts[i]);
            ++kept;
        }

        uint256 refund = address(this).balance;
        if (refund != 0) {
            (bool refunded,) = msg.sender.call{value: refund}("");
            if (!refunded) revert RefundFailed(refund);
        }
    }

    /// How long a program lives on; more than any program does for what cannot be kept alive: ArbWasm reverts for
    /// what has expired, was activated for an older version, or is no program.
    function _secsLeft(address account) private view returns (uint256) {
        try ARB_WASM.programTimeLeft(account) returns (uint64 left) {
            return left;
        } catch {
            return type(uint256).max;
        }
    }

    /// Offers the whole value: ArbWasm takes its data fee out of it and returns the rest at once. Two accounts of the
    /// same code are one program, which is young again when the second is looked at.
    function _extend(address account) private {
        bytes32 codehash = account.codehash;
        uint256 before = address(this).balance;
        try ARB_WASM.codehashKeepalive{value: before}(codehash) {
            emit KeptAlive(codehash, before - address(this).balance);
        } catch (bytes memory reason) {
            revert KeepAliveFailed(account, reason);
        }
    }
}
