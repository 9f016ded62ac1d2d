// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

/// Stands where an adapter expects its vault: names an asset and makes whatever calls it is told to. For tests only.
contract Holder {
    address public immutable asset;

    constructor(address asset_) {
        asset = asset_;
    }

    /// Makes any calls one after the other and passes the first revert on untouched.
    function relay(address[] calldata targets, bytes[] calldata data) external returns (bytes[] memory answers) {
        answers = new bytes[](data.length);
        for (uint256 i = 0; i < data.length; i++) {
            (bool ok, bytes memory answer) = targets[i].call(data[i]);
            if (!ok) {
                assembly {
                    revert(add(answer, 32), mload(answer))
                }
            }
            answers[i] = answer;
        }
    }
}
