//! How far back the pools of a vault's oracles remember prices. Whoever likes pays for more room.
//!
//! A pool keeps one observation for each second in which it is traded. An oracle that weights its price over a window needs
//! one that is older than the window; where a busy pool has room for too few, the oracle has no price. One observation in
//! twelve seconds is asked for: busier pools have room already.

use abi::oracle::IOracle;
use abi::uniswap::IUniswapV3Pool;
use alloy_primitives::Address;
use model::Block;
use serde::Serialize;

use super::Program;
use crate::batch::Batch;
use crate::error::Error;
use crate::rpc::Rpc;
use crate::sender::Outgoing;

/// Seconds of a window that one observation is asked to cover.
const OBSERVATION_SECS: u32 = 12;
/// The most that one transaction grows a pool's room by: 20,000 gas each.
const GROWTH: u16 = 256;
/// How the programs' list names oracles.
const ORACLE: &str = "oracle";

/// One pool's room for observations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// The oracle that reads it, as the programs' list names it.
    pub oracle: String,
    /// The pool.
    pub pool: Address,
    /// Observations that it has, or will have, room for.
    pub cardinality: u16,
    /// What the oracle's window asks for.
    pub wanted: u16,
}

impl Memory {
    /// Returns the transaction that grows it, as far as one may; nothing where it has room enough.
    pub fn care(&self) -> Option<Outgoing> {
        let next = self.wanted.min(self.cardinality.saturating_add(GROWTH));
        let call = IUniswapV3Pool::increaseObservationCardinalityNextCall { observationCardinalityNext: next };
        (next > self.cardinality).then(|| Outgoing::call(self.pool, &call))
    }
}

/// Reads the pools of the oracles among a vault's programs; one that does not answer is left out.
///
/// # Errors
/// When the node does not answer.
pub async fn memories(rpc: &Rpc, programs: &[Program], block: &Block) -> Result<Vec<Memory>, Error> {
    let mut batch = Batch::new(Address::ZERO);
    let oracles = programs.iter().filter(|program| program.name.starts_with(ORACLE));
    let asked: Vec<_> =
        oracles.map(|program| (&program.name, batch.add(program.account, IOracle::termsCall {}))).collect();
    let answers = batch.send(rpc, block.number).await?;
    let mut batch = Batch::new(Address::ZERO);
    let mut pools = Vec::new();
    for (name, ticket) in asked {
        let Ok(terms) = answers.get(&ticket) else { continue };
        if !terms.pool.is_zero() {
            pools.push((name, terms.pool, terms.windowSecs, batch.add(terms.pool, IUniswapV3Pool::slot0Call {})));
        }
    }
    let answers = batch.send(rpc, block.number).await?;
    let mut memories = Vec::with_capacity(pools.len());
    for (name, pool, window_secs, ticket) in pools {
        let Ok(slot) = answers.get(&ticket) else { continue };
        let wanted = window_secs.div_ceil(OBSERVATION_SECS).saturating_add(1);
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX);
        memories.push(Memory { oracle: name.clone(), pool, cardinality: slot.observationCardinalityNext, wanted });
    }
    Ok(memories)
}

#[cfg(test)]
mod tests {
    use alloy_sol_types::SolCall;

    use super::*;

    fn grown_to(cardinality: u16, wanted: u16) -> Option<u16> {
        let memory = Memory { oracle: "oracle".into(), pool: Address::ZERO, cardinality, wanted };
        let data = memory.care()?.data;
        let call = IUniswapV3Pool::increaseObservationCardinalityNextCall::abi_decode(&data).expect("its own call");
        Some(call.observationCardinalityNext)
    }

    #[test]
    fn a_pool_grows_to_what_is_wanted_a_step_at_a_time() {
        assert_eq!(grown_to(1, 151), Some(151));
        assert_eq!(grown_to(1, 1_000), Some(257));
        assert_eq!(grown_to(900, 1_000), Some(1_000));
        assert_eq!([grown_to(151, 151), grown_to(300, 151)], [None, None]);
    }
}
