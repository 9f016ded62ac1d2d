//! What gas costs: the base fee, always, and no tip.

use alloy_consensus::Header;
use alloy_primitives::U256;
use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag, FeeHistory};
use serde_json::{Value, json};

use crate::{
    chain::Chain,
    rpc::{
        error::Error,
        params::{Params, Quantity},
        view,
    },
};

/// Blocks and percentiles in one answer, geth's limits.
const HISTORY_LIMIT: u64 = 1024;
const PERCENTILE_LIMIT: usize = 100;

pub(super) fn gas_price(chain: &Chain) -> Result<Value, Error> {
    Ok(json!(U256::from(chain.base_fee_wei())))
}

pub(super) fn tip() -> Result<Value, Error> {
    Ok(json!(U256::ZERO))
}

pub(super) fn history(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let count: Quantity = params.next("blockCount")?;
    let count = count.to_u64("blockCount")?.min(HISTORY_LIMIT);
    let newest: BlockNumberOrTag = params.next("newestBlock")?;
    let percentiles: Option<Vec<f64>> = params.optional("rewardPercentiles")?;
    if let Some(percentiles) = &percentiles {
        let is_rising = percentiles.windows(2).all(|pair| pair[0] <= pair[1]);
        let in_range = percentiles.iter().all(|percentile| (0.0..=100.0).contains(percentile));
        if !is_rising || !in_range || percentiles.len() > PERCENTILE_LIMIT {
            let reason = format!("invalid reward percentiles: at most {PERCENTILE_LIMIT}, from 0 to 100, rising");
            return Err(Error::invalid_params(reason));
        }
    }
    let newest = chain.block(BlockId::from(newest)).ok_or_else(|| Error::refused("header not found"))?.number();
    let oldest = newest.saturating_add(1).saturating_sub(count);
    if count == 0 {
        return view::json(FeeHistory { oldest_block: newest, ..FeeHistory::default() });
    }
    let blocks = chain.blocks(oldest, newest);
    let base_fees = blocks.iter().map(|block| block.header.base_fee_per_gas.unwrap_or_default().into());
    view::json(FeeHistory {
        base_fee_per_gas: base_fees.chain([u128::from(chain.base_fee_wei())]).collect(),
        gas_used_ratio: blocks.iter().map(|block| used_ratio(&block.header)).collect(),
        oldest_block: oldest,
        reward: percentiles.map(|percentiles| vec![vec![0; percentiles.len()]; blocks.len()]),
        ..FeeHistory::default()
    })
}

fn used_ratio(header: &Header) -> f64 {
    header.gas_used as f64 / header.gas_limit.max(1) as f64
}
