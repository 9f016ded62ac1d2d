// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// A contract that holds shares of the vault on its own account, as a protocol that builds on it would.
/// For tests only.
contract Caller {
    /// Deposits what this contract was given and redeems half of the shares, in one call.
    function enterAndHalfExit(IERC4626 vault, uint256 assets) external returns (uint256 shares, uint256 paid) {
        IERC20(vault.asset()).approve(address(vault), assets);
        shares = vault.deposit(assets, address(this));
        paid = vault.redeem(shares / 2, address(this), address(this));
    }

    /// Makes any call and passes its revert on untouched.
    function relay(address target, bytes calldata data) external returns (bytes memory) {
        (bool ok, bytes memory answer) = target.call(data);
        if (!ok) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }
}
