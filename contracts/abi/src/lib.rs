//! Solidity interface files (`sol/`), expanded once for contracts, keeper and tests.
//!
//! One module a file. The files are the single source: the programs' exported ABI is compared with them.
#![no_std]
#![allow(missing_docs, reason = "the documentation stands in the interface files")]
#![allow(clippy::too_many_arguments, reason = "an event has as many fields as there is to tell")]

/// Interfaces in `sol/IVault.sol`: what wallets touch.
pub mod vault {
    alloy_sol_types::sol!("sol/IVault.sol");
}

/// Interfaces in `sol/IDesk.sol`: what the keeper and everybody without a role touch.
pub mod desk {
    alloy_sol_types::sol!("sol/IDesk.sol");
}

/// Interfaces in `sol/IBoard.sol`: what owner, curator and guardian touch.
pub mod board {
    alloy_sol_types::sol!("sol/IBoard.sol");
}

/// Interfaces in `sol/ICovenants.sol`: what the mandate says of bonds and of credit.
pub mod covenants {
    alloy_sol_types::sol!("sol/ICovenants.sol");
}

/// Interfaces in `sol/IAdapter.sol`: how the desk reaches a position.
pub mod adapter {
    alloy_sol_types::sol!("sol/IAdapter.sol");
}

/// Interfaces in `sol/IERC20.sol`.
pub mod erc20 {
    alloy_sol_types::sol!("sol/IERC20.sol");
}

/// Interfaces in `sol/IERC4626.sol`.
pub mod erc4626 {
    alloy_sol_types::sol!("sol/IERC4626.sol");
}

/// Interfaces in `sol/IERC7540.sol`: redemptions by request, and our reference fund.
pub mod erc7540 {
    alloy_sol_types::sol!("sol/IERC7540.sol");
}

/// Interfaces in `sol/IAaveV3.sol`.
pub mod aave {
    alloy_sol_types::sol!("sol/IAaveV3.sol");
}

/// Interfaces in `sol/IMorpho.sol`.
pub mod morpho {
    alloy_sol_types::sol!("sol/IMorpho.sol");
}

/// Interfaces in `sol/IFeed.sol`: a price feed.
pub mod feed {
    alloy_sol_types::sol!("sol/IFeed.sol");
}

/// Interfaces in `sol/IOracle.sol`: a price, or a refusal.
pub mod oracle {
    alloy_sol_types::sol!("sol/IOracle.sol");
}

/// Interfaces in `sol/IUniswapV3Pool.sol`.
pub mod uniswap {
    alloy_sol_types::sol!("sol/IUniswapV3Pool.sol");
}

/// Interfaces in `sol/IPendle.sol`: zero-coupon bonds of Pendle v2.
pub mod pendle {
    alloy_sol_types::sol!("sol/IPendle.sol");
}

/// Interfaces in `sol/IHyperdrive.sol`: zero-coupon bonds of Hyperdrive.
pub mod hyperdrive {
    alloy_sol_types::sol!("sol/IHyperdrive.sol");
}

/// Interfaces in `sol/IBond.sol`: the terms of bond positions.
pub mod bond {
    alloy_sol_types::sol!("sol/IBond.sol");
}

/// Interfaces in `sol/ILoop.sol`: the callbacks of a leveraged position.
pub mod leverage {
    alloy_sol_types::sol!("sol/ILoop.sol");
}

/// Interfaces in `sol/IArb.sol`: activation of Stylus programs, and our deployer.
pub mod arb {
    alloy_sol_types::sol!("sol/IArb.sol");
}

/// Interfaces in `sol/IGovernor.sol`: the votes, the Governor and the timelock that may own a vault.
pub mod governor {
    alloy_sol_types::sol!("sol/IGovernor.sol");
}
