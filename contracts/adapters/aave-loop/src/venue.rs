//! A leveraged position at Aave v3 as a venue.

use alloc::vec::Vec;
use core::cell::Cell;

use abi::{adapter::IAdapter, leverage::ILoop};
use adapter::{Moved, Movement, Position, Report, Venue, venue_failed};
use alloy_primitives::{Address, B256, U256, b256};
use host::{Failure, Revert, VM, Word, balance_of, revert, transfer};
use math::{WAD, mul_div_down, mul_div_up};

use crate::{
    aave,
    flash::{Plan, Step, fee_up, premium_bps},
    sizing::{Balance, Purchase},
    state::{State, fits},
    swap,
    terms::{self, ONE_BPS, Terms},
};

/// Speaks Aave v3 with debt, for one call.
#[derive(Clone, Debug, Default)]
pub struct AaveLoop {
    /// What was found first: prices, thresholds and what units have grown to are those of the block.
    first: Cell<Option<State>>,
}

impl AaveLoop {
    fn state(&self, position: &Position) -> Result<State, Failure> {
        match self.first.get() {
            Some(first) => first.again(position),
            None => {
                let state = State::read(position)?;
                self.first.set(Some(state));
                Ok(state)
            }
        }
    }
}

/// What rounding may take of collateral on the way, in its base units, and of debt, in the asset's.
const ROUNDING: U256 = U256::from_limbs([4, 0, 0, 0]);
/// One in basis points.
const ONE: u64 = 10_000;
/// A basis point in wad.
const BPS_WAD: u128 = 100_000_000_000_000;
/// A basis point of a basis point in wad.
const BPS_BPS_WAD: u128 = 10_000_000_000;

impl Venue for AaveLoop {
    /// "aave-v3-loop".
    fn kind(&self) -> B256 {
        b256!("616176652d76332d6c6f6f700000000000000000000000000000000000000000")
    }

    fn terms(&self, vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
        terms::check(vm, venue, asset, terms)
    }

    fn market(&self, position: &Position) -> B256 {
        Terms::market(position)
    }

    fn around(&self, position: &mut Position, movement: &Movement<'_>) -> Result<[Report; 2], Revert> {
        let before = self.report(position).map_err(venue_failed)?;
        movement.make(position)?;
        // Others have had control meanwhile: the prices are asked again.
        self.first.set(None);
        let after = self.report(position).map_err(venue_failed)?;
        check(position, &before, &after)?;
        Ok([before, after])
    }

    fn oracle(&self, position: &Position) -> Address {
        Terms::oracle(position)
    }

    fn deleverage(&self, position: &Position, debt_assets: U256, target_bps: U256) -> Result<[Report; 2], Revert> {
        let state = self.state(position).map_err(venue_failed)?;
        let before = state.brief().map_err(venue_failed)?;
        lower(position, &state, debt_assets, target_bps).map_err(venue_failed)?;
        let after = state.again(position).and_then(|state| state.brief()).map_err(venue_failed)?;
        check(position, &before, &after)?;
        Ok([before, after])
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        let before = self.state(position)?;
        let premium = premium_bps(position)?;
        let (mut spent, mut loan) = (assets, U256::ZERO);
        match fits(purchase(position, &before, assets, premium))? {
            Purchase::Borrow(borrowed) => loan = borrowed,
            // What is owed by rounding alone cannot be repaid.
            Purchase::Repay(repaid) => match repaid.min(before.debt) {
                U256::ZERO => {}
                repaid => {
                    aave::repay(position, repaid)?;
                    spent = assets.saturating_sub(repaid);
                }
            },
        }
        let swapped = fits(spent.checked_add(loan))?;
        if !swapped.is_zero() {
            let bought = fits(mul_div_down(swapped, before.scale, before.ask_wad))?;
            let bound = fits(mul_div_down(bought, U256::from(kept_bps(position)), ONE_BPS))?;
            let fee = fee_up(loan, premium)?;
            Plan { step: Step::Buy, loan, fee, assets: spent, bound }.run(position)?;
        }
        let (was, is) = (before.value_down()?, self.state(position)?.value_down()?);
        let grown = is.saturating_sub(was);
        // The first units, and those of a position that had lost everything, cost one each.
        let units = mul_div_down(position.units(), grown, was).filter(|_| !position.units().is_zero());
        Ok(Moved { assets, units: units.unwrap_or(grown) })
    }

    fn pay(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        if assets.is_zero() {
            return Ok(Moved::default());
        }
        let before = self.state(position)?;
        let was = before.value_down()?;
        if assets > was {
            return Err(revert::<IAdapter::InsufficientUnits>(&[assets.word(), was.word()]));
        }
        sell(position, &before, assets, repayment(position, &before, assets)?)?;
        transfer(&position.vm, position.asset(), position.vault(), assets)?;
        let fallen = was.saturating_sub(self.state(position)?.value_down()?);
        let units = fits(mul_div_up(position.units(), fallen, was))?;
        Ok(Moved { assets, units: units.min(position.units()) })
    }

    fn pay_all(&self, position: &Position) -> Result<Moved, Failure> {
        let (before, vm, asset) = (self.state(position)?, &position.vm, position.asset());
        let held = balance_of(vm, asset, position.this())?;
        if !before.collateral.is_zero() {
            let worth = before.worth_down(before.collateral, before.bid_wad)?;
            let bound = fits(mul_div_down(worth, U256::from(kept_bps(position)), ONE_BPS))?;
            let fee = fee_up(before.debt, premium_bps(position)?)?;
            Plan { step: Step::SellAll, loan: before.debt, fee, assets: U256::ZERO, bound }.run(position)?;
        }
        let assets = balance_of(vm, asset, position.this())?.saturating_sub(held);
        transfer(vm, asset, position.vault(), assets)?;
        // What rounding has left of collateral is nobody's.
        aave::count(position, U256::ZERO);
        Ok(Moved { assets, units: position.units() })
    }

    fn report(&self, position: &Position) -> Result<Report, Failure> {
        self.state(position)?.report(position)
    }

    fn value(&self, position: &Position) -> Result<U256, Failure> {
        self.state(position)?.value_down()
    }

    fn liquidity(&self, position: &Position) -> U256 {
        self.state(position).and_then(|state| state.liquidity_down(position)).unwrap_or(U256::ZERO)
    }
}

/// Refuses a movement that leaves health below both the target and what it was.
fn check(position: &Position, before: &Report, after: &Report) -> Result<(), Revert> {
    let [before, after] = [before, after].map(|report| Balance { backing: report.backing, debt: report.debt });
    if after.holds(&before, target_wad(position)) == Some(true) {
        return Ok(());
    }
    Err(revert::<ILoop::HealthFell>(&[after.backing.word(), after.debt.word()]))
}

/// Sells collateral to repay up to so much debt, no further than to a health.
fn lower(position: &Position, state: &State, debt_assets: U256, target_bps: U256) -> Result<(), Failure> {
    let balance = Balance { backing: state.backing_down(state.collateral)?, debt: state.debt };
    let cost = ratio_down(state, state.ask_wad, ONE);
    // A target is of sixteen bits; one that is more is none.
    let target_wad = bps_wad(target_bps.saturating_to::<u16>().into());
    let most = fits(cost.and_then(|cost| balance.lowering_down(cost, target_wad)))?;
    let repaid = most.min(debt_assets);
    if repaid.is_zero() { Ok(()) } else { sell(position, state, U256::ZERO, repaid) }
}

/// Repays so much debt, and sells collateral for that and for so much more.
fn sell(position: &Position, state: &State, assets: U256, repaid: U256) -> Result<(), Failure> {
    let sold = fits(assets.checked_add(repaid))?;
    let fair = fits(mul_div_up(sold, state.scale, state.bid_wad))?;
    let bound = fits(mul_div_up(fair, U256::from(taken_bps(position)), ONE_BPS))?;
    swap::sell_for(position, sold, bound, repaid)
}

/// Sizes a purchase: as if some collateral had been lost and some debt added by rounding.
fn purchase(position: &Position, state: &State, assets: U256, premium_bps: u64) -> Option<Purchase> {
    let collateral = state.collateral.saturating_sub(ROUNDING);
    let lost = fair_up(state, ROUNDING.saturating_sub(state.collateral))?;
    let balance = Balance {
        backing: state.backing_down(collateral).ok()?,
        debt: state.debt.checked_add(ROUNDING)?.checked_add(lost)?,
    };
    let gain = ratio_down(state, state.ask_wad, kept_bps(position))?;
    balance.purchase(assets, gain, bps_wad(premium_bps), target_wad(position))
}

fn repayment(position: &Position, state: &State, assets: U256) -> Result<U256, Failure> {
    let balance = Balance { backing: state.backing_down(state.collateral)?, debt: state.debt };
    let cost = fits(ratio_up(state, state.bid_wad, taken_bps(position)))?;
    let lost = fits(fair_up(state, ROUNDING).and_then(|lost| mul_div_up(lost, U256::from(WAD), U256::ONE)))?;
    let repaid = balance.repayment_up(assets, cost, lost);
    repaid.ok_or_else(|| revert::<ILoop::Underwater>(&[balance.backing.word(), balance.debt.word()]))
}

/// Returns the backing that one of the asset makes at a price and a part of it, in wad, rounded down.
fn ratio_down(state: &State, price_wad: U256, part_bps: u64) -> Option<U256> {
    mul_div_down(state.fair_wad, part_wad(state, part_bps), price_wad)
}

/// As [`ratio_down`], rounded up.
fn ratio_up(state: &State, price_wad: U256, part_bps: u64) -> Option<U256> {
    mul_div_up(state.fair_wad, part_wad(state, part_bps), price_wad)
}

/// Returns the threshold times a part, both of at most sixteen bits and some.
fn part_wad(state: &State, part_bps: u64) -> U256 {
    U256::from(u128::from(state.threshold_bps.saturating_mul(part_bps)).saturating_mul(BPS_BPS_WAD))
}

/// Returns what tokens are worth at the worse price, in base units of the asset, rounded up.
fn fair_up(state: &State, tokens: U256) -> Option<U256> {
    mul_div_up(tokens, state.fair_wad, state.scale)
}

fn target_wad(position: &Position) -> U256 {
    bps_wad(position.target_bps())
}

fn bps_wad(bps: u64) -> U256 {
    U256::from(u128::from(bps).saturating_mul(BPS_WAD))
}

/// Returns what part of the oracle's price a sale must bring.
fn kept_bps(position: &Position) -> u64 {
    ONE.saturating_sub(position.slip_bps())
}

/// Returns what part of the oracle's price a purchase may cost.
fn taken_bps(position: &Position) -> u64 {
    ONE.saturating_add(position.slip_bps())
}
