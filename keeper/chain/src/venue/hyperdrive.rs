//! A pool of Hyperdrive: its reserves, its curve and its fees; or, where it sells bonds of another date by now, what those
//! that are held still earn.

use abi::hyperdrive::IHyperdrive;
use alloy_primitives::{Address, I256, U256};
use model::rate::{FixedRate, HyperdriveLong};
use model::units::YEAR_SECS;
use model::{Assets, Block, RateModel, Timestamp, Wad};

use super::{Unreadable, Venue, within};
use crate::batch::Batch;
use crate::rpc::Rpc;

/// Share prices beyond are none.
const MAX_PRICE_WAD: u128 = 1 << 90;
/// The longest term: a hundred years of 365 days.
const MAX_TERM_SECS: u64 = 36_500 * 86_400;

/// Reads the pool at which a position holds longs: `market` is their date.
pub(super) async fn read(rpc: &Rpc, venue: &Venue, block: Block) -> Result<RateModel, Unreadable> {
    let pool = venue.address;
    let mut batch = Batch::new(Address::ZERO);
    let config = batch.add(pool, IHyperdrive::getPoolConfigCall {});
    let info = batch.add(pool, IHyperdrive::getPoolInfoCall {});
    let answers = batch.send(rpc, block.number).await?;
    let (config, info) = (answers.get(&config)?, answers.get(&info)?);

    let amount = |what, found: U256| within(what, found, U256::from(u128::MAX)).map(Assets);
    let part = |what, found: U256| within(what, found, Wad::ONE.0).map(Wad);
    let price = |what, found: U256| within(what, found, U256::from(MAX_PRICE_WAD)).map(Wad);
    let shares = I256::try_from(info.shareReserves).ok().and_then(|all| all.checked_sub(info.shareAdjustment));
    let shares = shares.and_then(|shares| U256::try_from(shares).ok()).unwrap_or(U256::MAX);
    let due = Timestamp(within("maturity", U256::from_be_bytes(venue.market.0), U256::from(u64::MAX))?.saturating_to());
    let term_secs = within("term", config.positionDuration, U256::from(MAX_TERM_SECS))?.saturating_to();
    let apart = within("checkpoint", config.checkpointDuration, U256::from(MAX_TERM_SECS))?.saturating_to::<u64>();
    let flat_fee = part("flat fee", config.fees.flat)?;
    let now = block.timestamp;
    let latest = now.0.saturating_sub(now.0.checked_rem(apart).unwrap_or(0));
    if latest.saturating_add(term_secs) != due.0 {
        return Ok(RateModel::FixedRate(held(venue, due, now)));
    }
    // Units are what the bonds pay, the flat fee taken off.
    let kept = (Wad::ONE.0 - flat_fee.0).max(U256::ONE);
    let bonds = venue.units.checked_mul(Wad::ONE.0).map_or(U256::MAX, |units| units / kept);
    Ok(RateModel::HyperdriveLong(HyperdriveLong {
        effective_share_reserves: amount("effective share reserves", shares)?,
        bond_reserves: amount("bond reserves", info.bondReserves)?,
        share_price: price("share price", info.vaultSharePrice)?,
        initial_share_price: price("initial share price", config.initialVaultSharePrice)?,
        time_stretch: part("time stretch", config.timeStretch)?,
        term_secs,
        curve_fee: part("curve fee", config.fees.curve)?,
        flat_fee,
        held_bonds: amount("bonds", bonds)?,
        held_until: due,
    }))
}

/// What is held goes on earning what its value is below its face, and nothing can be added.
fn held(venue: &Venue, due: Timestamp, now: Timestamp) -> FixedRate {
    let gain = venue.units.saturating_sub(venue.value.0);
    let money = venue.value.0.saturating_mul(U256::from(due.secs_since(now)));
    let yearly = gain.saturating_mul(Wad::ONE.0).saturating_mul(U256::from(YEAR_SECS));
    FixedRate { rate: Wad(yearly.checked_div(money).unwrap_or_default()), capacity: Some(Assets::ZERO) }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;
    use model::VenueKind;

    use super::*;

    #[test]
    fn what_is_held_earns_its_discount_until_it_is_due() {
        let venue = |units: u64, value: u64| Venue {
            kind: VenueKind::HyperdriveLong,
            adapter: Address::ZERO,
            address: Address::ZERO,
            market: B256::ZERO,
            units: U256::from(units),
            value: Assets(U256::from(value)),
        };
        let half = Timestamp(YEAR_SECS / 2);
        let rate = |venue| held(&venue, half, Timestamp(0)).rate;

        assert_eq!(rate(venue(1_020, 1_000)), Wad::from(40_000_000_000_000_000));
        assert_eq!([rate(venue(1_000, 1_020)), rate(venue(0, 0))], [Wad::ZERO; 2]);
    }
}
