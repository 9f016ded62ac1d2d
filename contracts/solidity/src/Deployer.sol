// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IArbWasm, IDeployer} from "../../abi/sol/IArb.sol";

/// Creates, activates and initialises a Stylus program in one transaction.
///
/// All or nothing: when a step fails the whole call reverts, so no program is ever left uninitialised for a
/// stranger to take. It holds nothing between calls: what the activation does not cost goes back to the caller.
contract Deployer is IDeployer {
    IArbWasm private constant ARB_WASM = IArbWasm(address(0x71));

    /// @inheritdoc IDeployer
    function deploy(bytes calldata initCode, bytes calldata initialization)
        external
        payable
        returns (address created)
    {
        created = _create(initCode);
        bytes32 codehash = created.codehash;
        uint256 dataFee = _isActivated(codehash) ? 0 : _activate(created);

        if (initialization.length != 0) {
            (bool initialized, bytes memory reason) = created.call(initialization);
            if (!initialized) revert InitializationFailed(reason);
        }
        emit Deployed(created, codehash);

        uint256 refund = msg.value - dataFee;
        if (refund != 0) {
            (bool refunded,) = msg.sender.call{value: refund}("");
            if (!refunded) revert RefundFailed(refund);
        }
    }

    function _create(bytes memory initCode) private returns (address created) {
        assembly ("memory-safe") {
            created := create(0, add(initCode, 0x20), mload(initCode))
        }
        if (created == address(0)) revert CreationFailed();
    }

    /// Activation belongs to a code hash, so a second program of the same code needs none. ArbWasm reverts for a
    /// hash that it does not know, that expired or that an older Stylus version activated: all mean "no".
    function _isActivated(bytes32 codehash) private view returns (bool) {
        try ARB_WASM.codehashVersion(codehash) returns (uint16 version) {
            return version == ARB_WASM.stylusVersion();
        } catch {
            return false;
        }
    }

    /// Offers the whole value: ArbWasm takes its data fee out of it and returns the rest at once.
    function _activate(address program) private returns (uint256 fee) {
        try ARB_WASM.activateProgram{value: msg.value}(program) returns (uint16, uint256 dataFee) {
            return dataFee;
        } catch (bytes memory reason) {
            revert ActivationFailed(reason);
        }
    }
}
