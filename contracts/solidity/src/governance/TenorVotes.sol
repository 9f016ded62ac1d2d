// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// The votes of the vault's governance: an ERC-20 of fixed supply whose holders vote or delegate.
///
/// Everything is minted in the constructor, to holders who vote for themselves from the start; nobody can mint
/// later. Whoever receives tokens afterwards must delegate, to himself or another, before they count. Time is
/// counted in seconds: block numbers on Arbitrum are those of the parent chain.
contract TenorVotes is ERC20, ERC20Permit, ERC20Votes {
    /// As many amounts as holders are needed.
    error LengthsDiffer(uint256 holders, uint256 amounts);

    constructor(string memory name_, string memory symbol_, address[] memory holders, uint256[] memory amounts)
        ERC20(name_, symbol_)
        ERC20Permit(name_)
    {
        if (holders.length != amounts.length) revert LengthsDiffer(holders.length, amounts.length);
        for (uint256 at = 0; at < holders.length; ++at) {
            _mint(holders[at], amounts[at]);
            _delegate(holders[at], holders[at]);
        }
    }

    /// The clock of every vote: unix seconds.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// How the clock counts, as ERC-6372 names it.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}
