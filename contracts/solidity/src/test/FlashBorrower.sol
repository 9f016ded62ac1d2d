// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// What a flash loan needs of Morpho Blue.
interface IFlashLender {
    function flashLoan(address token, uint256 assets, bytes calldata data) external;
}

/// A thief without money of its own: borrows all that Morpho Blue has for one transaction, makes whatever calls it is told
/// to with it, and pays it back. For tests only.
contract FlashBorrower {
    /// Makes calls between borrowing and paying back.
    function borrow(address lender, address token, uint256 assets, address[] calldata targets, bytes[] calldata calls)
        external
    {
        IFlashLender(lender).flashLoan(token, assets, abi.encode(token, targets, calls));
    }

    /// Called by the lender once the money is here; it takes it back when this returns.
    function onMorphoFlashLoan(uint256 assets, bytes calldata data) external {
        (address token, address[] memory targets, bytes[] memory calls) =
            abi.decode(data, (address, address[], bytes[]));
        relay(targets, calls);
        IERC20(token).approve(msg.sender, assets);
    }

    /// Makes any calls one after the other and passes the first revert on untouched.
    function relay(address[] memory targets, bytes[] memory calls) public {
        for (uint256 i = 0; i < calls.length; i++) {
            (bool ok, bytes memory answer) = targets[i].call(calls[i]);
            if (!ok) {
                assembly {
                    revert(add(answer, 32), mload(answer))
                }
            }
        }
    }
}
