// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

// Chainlink's own feed for tests, compiled as it is: whoever asks sets the answer. For the local chain and tests only.
import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/tests/MockV3Aggregator.sol";
