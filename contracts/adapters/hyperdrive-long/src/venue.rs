//! Longs of a pool of Hyperdrive as a venue.

use alloc::vec::Vec;

use abi::bond::IBond;
use adapter::{
    Moved, Position, Report, Venue,
    bond::{Paid, overdue_down, yield_down},
};
use alloy_primitives::{Address, B256, U256, b256};
use host::{Failure, Revert, VM, Word, revert};
use math::{mul_div_down, mul_div_up};

use crate::{
    pool::{WADS, backing, bonds, close, count, held, info, latest_secs, left_secs, mark_wad, now_secs, open},
    terms::{self, Terms},
};

/// Parts that a sale is made in at most.
const MOST_PARTS: u32 = 6;

/// Speaks Hyperdrive's longs.
#[derive(Clone, Copy, Debug)]
pub struct HyperdriveLong;

impl Venue for HyperdriveLong {
    /// "hyperdrive-long".
    fn kind(&self) -> B256 {
        b256!("687970657264726976652d6c6f6e670000000000000000000000000000000000")
    }

    fn terms(&self, vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
        terms::check(vm, venue, asset, terms)
    }

    /// The date.
    fn market(&self, position: &Position) -> B256 {
        position.due_secs().word()
    }

    fn maturity_secs(&self, position: &Position) -> u64 {
        position.due_secs()
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        if assets.is_zero() {
            return Ok(Moved::default());
        }
        let sold_secs = latest_secs(position).saturating_add(position.term_secs());
        if sold_secs != position.due_secs() {
            return Err(revert::<IBond::NotOnSale>(&[position.due_secs().word(), sold_secs.word()]));
        }
        let before = held(position)?;
        open(position, assets)?;
        let bought = held(position)?.saturating_sub(before);
        let kept = WADS.saturating_sub(U256::from(position.flat_fee_wad()));
        let units = mul_div_down(bought, kept, WADS).ok_or_else(Vec::new)?;

        let (was, vm) = (position.units(), &position.vm);
        let is = was.checked_add(units).ok_or_else(Vec::new)?;
        count(position, bonds(position).checked_add(bought).ok_or_else(Vec::new)?);
        Paid::load(vm).with(was, is, position.due_secs(), now_secs(position), assets).store(vm);
        Ok(Moved { assets, units })
    }

    fn pay(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        if assets.is_zero() {
            return Ok(Moved::default());
        }
        let shallow = || revert::<IBond::TooShallow>(&[assets.word()]);
        let mut price_wad = if left_secs(position) == 0 { WADS } else { mark_wad(position)?[0] };
        let (mut due, mut left) = (assets, bonds(position));
        for _ in 0..MOST_PARTS {
            let part = mul_div_up(due, WADS, price_wad).ok_or_else(shallow)?;
            let part = part.saturating_add(U256::ONE).max(position.least_trade()).min(left);
            if part.is_zero() {
                break;
            }
            let paid = close(position, part, U256::ZERO)?;
            left = left.saturating_sub(part);
            due = due.saturating_sub(paid);
            if due.is_zero() {
                return Ok(Moved { assets, units: given(position, left) });
            }
            price_wad = mul_div_down(paid, WADS, part).ok_or_else(shallow)?;
        }
        Err(shallow())
    }

    fn pay_all(&self, position: &Position) -> Result<Moved, Failure> {
        let assets = close(position, bonds(position), U256::ZERO)?;
        Ok(Moved { assets, units: given(position, U256::ZERO) })
    }

    fn report(&self, position: &Position) -> Result<Report, Failure> {
        let (face, left) = (position.units(), left_secs(position));
        if left == 0 {
            return Ok(overdue(position, face));
        }
        let (pool, [bid_wad, ask_wad]) = (info(position)?, mark_wad(position)?);
        let ([is, was], (due, now)) = (backing(position, pool.price_wad)?, (position.due_secs(), now_secs(position)));
        let paid = Paid::load(&position.vm);
        let worth = |conversion: fn(U256, U256, U256) -> Option<U256>, price_wad| {
            let fair = conversion(face, price_wad, WADS)?;
            conversion(fair, is, was)
        };
        Ok(Report {
            value: worth(mul_div_down, bid_wad).unwrap_or_default().min(paid.accreted_down(face, due, now)),
            high: worth(mul_div_up, ask_wad).unwrap_or(face).max(paid.accreted_up(face, due, now)),
            depth: pool.assets,
            rate_wad: yield_down(ask_wad, left),
            ..Report::default()
        })
    }

    /// Nothing until they are due: what a sale brings is not told without one.
    fn liquidity(&self, position: &Position) -> U256 {
        if left_secs(position) == 0 { position.units() } else { U256::ZERO }
    }
}

/// Counts the bonds that are left, and what was paid for them; returns the face that is gone.
fn given(position: &Position, left: U256) -> U256 {
    let (vm, was) = (&position.vm, position.units());
    let is = mul_div_down(was, left, bonds(position)).unwrap_or_default();
    count(position, left);
    Paid::load(vm).without(was, is, position.due_secs(), now_secs(position)).store(vm);
    was.saturating_sub(is)
}

/// Returns the report of what is due and has not been paid. Where the vault has lost, so has the claim; where the pool does not
/// answer, time alone tells. It has no higher value: entry pays what marks took off it of late, and no more of it ever counts.
fn overdue(position: &Position, face: U256) -> Report {
    let [is, was] = info(position).and_then(|pool| backing(position, pool.price_wad)).unwrap_or([WADS, WADS]);
    let left_down = mul_div_down(face, is, was).unwrap_or_default();
    let late_secs = now_secs(position).saturating_sub(position.due_secs());
    let value = overdue_down(left_down, late_secs, position.decay_secs());
    Report { value, high: value, depth: U256::MAX, ..Report::default() }
}
