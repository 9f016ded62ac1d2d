//! The fee for the room that activated programs take: rises with demand, falls with time.

use super::{
    super::storage::{self, Space},
    call::{Call, Failure},
};
use revm::{
    Database,
    primitives::{Address, B256, U256, address},
};

/// Receives data fees unless the owners named another.
pub(super) const DEFAULT_RECEIVER: Address = address!("00000000000000000000000000000000000A4B05");

/// Bytes that demand falls by each second: a tebibyte a year.
const BYTES_PER_SEC: u64 = (1 << 40) / (365 * 24) / 3600;
/// Price of a byte in wei at no demand.
const LEAST_WEI: u64 = 82_928_201;
/// Demand in bytes at which the price has risen by the factor e.
const INERTIA_BYTES: u64 = 21_360_419;
/// When demand began to be counted, in seconds since the Unix epoch.
const START_SECS: u64 = 1_421_388_000;

const DEMAND: u64 = 0;
const UPDATED: u64 = 1;
const RECEIVER: u64 = 2;

/// Adds to the demand and returns the fee in wei for so many bytes.
pub(super) fn charge<DB: Database>(call: &mut Call<'_, DB>, bytes: u32) -> Result<U256, Failure<DB::Error>> {
    let now = call.ctx.chain.block.timestamp;
    let demand = call.read(slot(DEMAND))?.saturating_to::<u64>();
    let updated = match call.read(slot(UPDATED))?.saturating_to::<u64>() {
        0 => START_SECS,
        time => time,
    };
    let credit = BYTES_PER_SEC.saturating_mul(now.saturating_sub(updated)).min(u64::from(u32::MAX));
    let demand = (demand.saturating_sub(credit) + u64::from(bytes)).min(u64::from(u32::MAX));
    call.write(slot(DEMAND), U256::from(demand))?;
    call.write(slot(UPDATED), U256::from(now))?;
    Ok(fee_wei(demand, bytes))
}

/// Returns who receives data fees.
pub(super) fn receiver<DB: Database>(call: &mut Call<'_, DB>) -> Result<Address, Failure<DB::Error>> {
    let word = call.read(slot(RECEIVER))?;
    Ok(if word.is_zero() { DEFAULT_RECEIVER } else { Address::from_word(word.into()) })
}

/// Changes who receives data fees.
pub(super) fn set_receiver<DB: Database>(call: &mut Call<'_, DB>, to: Address) -> Result<(), Failure<DB::Error>> {
    call.write(slot(RECEIVER), to.into_word().into())
}

fn slot(value: u64) -> U256 {
    storage::slot(Space::Values, B256::from(U256::from(value)))
}

fn fee_wei(demand: u64, bytes: u32) -> U256 {
    let multiplier = exp_bips(10_000 * demand / INERTIA_BYTES);
    let byte_wei = U256::from(LEAST_WEI) * U256::from(multiplier) / U256::from(10_000);
    byte_wei * U256::from(bytes)
}

/// Returns e^x in basis points for x in basis points, by twelve terms of the series.
fn exp_bips(x: u64) -> u64 {
    const ONE: u64 = 10_000;
    const TERMS: u64 = 12;
    let first = ONE + x / TERMS;
    (1..TERMS).rev().fold(first, |sum, term| ONE + sum.saturating_mul(x) / (term * ONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fee_is_the_least_price_at_first_and_e_times_that_at_the_inertia() {
        assert_eq!(fee_wei(0, 1), U256::from(LEAST_WEI));
        assert_eq!(exp_bips(10_000), 27_182);
        assert_eq!(fee_wei(INERTIA_BYTES, 1), U256::from(LEAST_WEI * 27_182 / 10_000));
    }

    #[test]
    fn highest_demand_does_not_overflow() {
        assert!(fee_wei(u64::from(u32::MAX), u32::MAX) > fee_wei(0, u32::MAX));
    }
}
