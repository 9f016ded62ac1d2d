//! Principal tokens of a market of Pendle v2 as a venue.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, bond::IBond};
use adapter::{
    Moved, Position, Report, Venue,
    bond::{Paid, overdue_down, yield_down},
};
use alloy_primitives::{Address, B256, U256, b256};
use host::{Failure, Revert, VM, Word, revert};
use math::{WAD, mul_div_down, mul_div_up};

use crate::{
    market::{
        self, buy, curve, held, index_wad, left_secs, now_secs, price_wad, rates_wad, redeem, sell, state, unwrap,
        unwrappable, unwrapped, wrap, wrapped_up,
    },
    terms::{self, Terms},
};

const WADS: U256 = U256::from_limbs([WAD, 0, 0, 0]);

/// Speaks Pendle v2's principal tokens.
#[derive(Clone, Copy, Debug)]
pub struct PendlePt;

impl Venue for PendlePt {
    /// "pendle-pt".
    fn kind(&self) -> B256 {
        b256!("70656e646c652d70740000000000000000000000000000000000000000000000")
    }

    fn terms(&self, vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
        terms::check(vm, venue, asset, terms)
    }

    fn market(&self, position: &Position) -> B256 {
        position.trades().word()
    }

    fn oracle(&self, position: &Position) -> Address {
        Terms::oracle(position)
    }

    fn maturity_secs(&self, position: &Position) -> u64 {
        position.due_secs()
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        if assets.is_zero() {
            return Ok(Moved::default());
        }
        let sy = wrap(position, assets, position.trades())?;
        let curve = curve(position, index_wad(position)?)?;
        let face = curve.map(|curve| curve.purchase_down(sy)).unwrap_or_default();
        if face.is_zero() {
            return Err(revert::<IBond::NothingToBuy>(&[assets.word()]));
        }
        let before = held(position)?;
        buy(position, face)?;
        let units = held(position)?.saturating_sub(before);

        let (was, vm) = (position.units(), &position.vm);
        let is = was.checked_add(units).ok_or_else(Vec::new)?;
        Paid::load(vm).with(was, is, position.due_secs(), now_secs(position), assets).store(vm);
        Ok(Moved { assets, units })
    }

    /// What is due is redeemed, what is not is sold: so much of it as pays the assets, of which rounding may pay a few more.
    fn pay(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        if assets.is_zero() {
            return Ok(Moved::default());
        }
        let (sy, index) = (wrapped_up(position, assets)?, index_wad(position)?);
        let most = position.units();
        let face = if left_secs(position) == 0 {
            let face = mul_div_up(sy, index, WADS).filter(|face| *face <= most);
            face.ok_or_else(|| revert::<IAdapter::InsufficientUnits>(&[assets.word(), most.word()]))?
        } else {
            let face = curve(position, index)?.and_then(|curve| curve.sale_up(sy, most));
            face.ok_or_else(|| revert::<IBond::TooShallow>(&[assets.word()]))?
        };
        give(position, face, assets)
    }

    fn pay_all(&self, position: &Position) -> Result<Moved, Failure> {
        give(position, position.units(), U256::ZERO)
    }

    fn report(&self, position: &Position) -> Result<Report, Failure> {
        let (face, late_or_left) = (position.units(), left_secs(position));
        if late_or_left == 0 {
            return Ok(overdue(position, face));
        }
        let [bid_wad, ask_wad] = price_wad(position)?;
        let ([_, index], (due, now)) = (rates_wad(position)?, (position.due_secs(), now_secs(position)));
        let paid = Paid::load(&position.vm);
        let fits = |number: Option<U256>| number.ok_or_else(Vec::new);
        Ok(Report {
            value: fits(mul_div_down(face, bid_wad, WADS))?.min(paid.accreted_down(face, due, now)),
            high: fits(mul_div_up(face, ask_wad, WADS))?.max(paid.accreted_up(face, due, now)),
            depth: fits(mul_div_down(state(position)?.sy, index, WADS))?,
            rate_wad: yield_down(ask_wad, late_or_left),
            ..Report::default()
        })
    }

    fn liquidity(&self, position: &Position) -> U256 {
        liquid(position).unwrap_or_default().min(unwrappable(position))
    }
}

/// Turns so much face into assets for the vault, at least so many, and counts what is left as paid for in part.
fn give(position: &Position, face: U256, least: U256) -> Result<Moved, Failure> {
    let before = held(position)?;
    let sy = if left_secs(position) == 0 { redeem(position, face)? } else { sell(position, face)? };
    let assets = unwrap(position, sy, least)?;
    let units = before.saturating_sub(held(position)?);

    let (was, vm) = (position.units(), &position.vm);
    Paid::load(vm).without(was, was.saturating_sub(units), position.due_secs(), now_secs(position)).store(vm);
    Ok(Moved { assets, units })
}

/// Returns the report of what is due and has not been paid. Where the wrapper has lost, so has the claim; where it does not
/// answer, time alone tells. It has no higher value: entry pays what marks took off it of late, and no more of it ever counts.
fn overdue(position: &Position, face: U256) -> Report {
    let [rate, index] = rates_wad(position).unwrap_or([WADS, WADS]);
    let left_down = mul_div_down(face, rate, index).unwrap_or_default();
    let late_secs = now_secs(position).saturating_sub(position.due_secs());
    let value = overdue_down(left_down, late_secs, position.decay_secs());
    Report { value, high: value, depth: U256::MAX, ..Report::default() }
}

/// Returns the assets that our face would be sold or redeemed for at once.
fn liquid(position: &Position) -> Result<U256, Failure> {
    let ([_, index], face) = (rates_wad(position)?, position.units());
    let sy = if left_secs(position) == 0 {
        mul_div_down(face, WADS, index)
    } else {
        market::curve(position, index)?.and_then(|curve| curve.proceeds_down(face.min(curve.most_sale())))
    };
    unwrapped(position, sy.ok_or_else(Vec::new)?)
}
