// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IFeed} from "../../../abi/sol/IFeed.sol";
import {ITreasuryFund} from "../../../abi/sol/IERC7540.sol";

/// What a whole share of a fund is worth, as its administrator publishes it: a price and the time that it is of.
///
/// Every price is kept, so that anyone can see what it has grown at. Answers as Chainlink's aggregators do.
contract NavFeed is IFeed {
    struct Round {
        uint192 price;
        uint64 pricedAt;
    }

    uint8 public immutable decimals;
    address public immutable administrator;
    Round[] private rounds;

    /// The first price is of now.
    constructor(address administrator_, uint8 decimals_, uint256 price) {
        (administrator, decimals) = (administrator_, decimals_);
        _publish(price, block.timestamp);
    }

    /// See ITreasuryFund.
    function publish(uint256 price, uint256 pricedAt) external {
        if (msg.sender != administrator) revert ITreasuryFund.NotAdministrator(msg.sender);
        if (pricedAt <= rounds[rounds.length - 1].pricedAt) revert ITreasuryFund.InvalidPrice(price, pricedAt);
        _publish(price, pricedAt);
    }

    /// @inheritdoc IFeed
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _round(rounds.length);
    }

    /// @inheritdoc IFeed
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        return _round(roundId);
    }

    function _publish(uint256 price, uint256 pricedAt) private {
        bool isNumber = price != 0 && price <= type(uint192).max;
        if (!isNumber || pricedAt > block.timestamp) revert ITreasuryFund.InvalidPrice(price, pricedAt);
        rounds.push(Round(uint192(price), uint64(pricedAt)));
        emit ITreasuryFund.Published(price, pricedAt);
    }

    /// Rounds count from one.
    function _round(uint256 id) private view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = rounds[id - 1];
        return (uint80(id), int256(uint256(round.price)), round.pricedAt, round.pricedAt, uint80(id));
    }
}
