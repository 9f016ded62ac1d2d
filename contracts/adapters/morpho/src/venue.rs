//! One market of Morpho Blue as a venue.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, morpho::IMorpho};
use adapter::{Payment, Position, Report, Venue, number_at};
use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::SolCall;
use host::{Failure, Revert, VM, Word, balance_of, invoke, revert, view_words};

use crate::{state::State, terms};

/// Speaks Morpho Blue.
#[derive(Clone, Copy, Debug)]
pub struct MorphoBlue;

/// Where the empty data of a supply begins, counted from the first argument.
const DATA_AT: u64 = 9 * 32;

impl Venue for MorphoBlue {
    /// "morpho-blue".
    fn kind(&self) -> B256 {
        b256!("6d6f7270686f2d626c7565000000000000000000000000000000000000000000")
    }

    fn terms(&self, vm: &VM, venue: Address, asset: Address, market: B256) -> Result<Vec<B256>, Revert> {
        let answer = view_words(vm, venue, IMorpho::idToMarketParamsCall::SELECTOR, &[market]);
        let words = answer.and_then(|answer| terms::read(&answer));
        let words = words.map_err(|_| revert::<IAdapter::InvalidAddress>(&[venue.word()]))?;
        terms::check(vm, &words, asset, market)
    }

    fn market(&self, position: &Position) -> B256 {
        terms::id(&position.vm, &terms::of(position))
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<U256, Failure> {
        let [loan, collateral, oracle, irm, lltv] = terms::of(position);
        let (none, this) = (B256::ZERO, position.this().word());
        let words = [loan, collateral, oracle, irm, lltv, assets.word(), none, this, DATA_AT.word(), none];
        number_at(&invoke(&position.vm, position.venue(), IMorpho::supplyCall::SELECTOR, &words)?, 1)
    }

    fn pay(&self, position: &Position, assets: U256) -> Result<Payment, Failure> {
        withdraw(position, assets, U256::ZERO)
    }

    fn pay_all(&self, position: &Position) -> Result<Payment, Failure> {
        withdraw(position, U256::ZERO, position.units())
    }

    fn report(&self, position: &Position) -> Result<Report, Failure> {
        let state = State::read(position)?;
        let rate = state.borrow_rate(position);
        let market = match &rate {
            Ok(rate) => state.accrued(*rate)?,
            // Nothing is left to accrue, as after each of our own movements: exits need no rate.
            Err(_) if state.secs.is_zero() => state.market,
            Err(reason) => return Err(reason.clone()),
        };
        Ok(Report {
            value: market.assets_down(position.units()).ok_or_else(Vec::new)?,
            depth: market.supply_assets,
            rate_wad: rate.ok().and_then(|rate| market.supply_rate_wad(rate)).unwrap_or(U256::MAX),
        })
    }

    fn value(&self, position: &Position) -> Result<U256, Failure> {
        let state = State::read(position)?;
        let rate = if state.secs.is_zero() { U256::ZERO } else { state.borrow_rate(position)? };
        state.accrued(rate)?.assets_down(position.units()).ok_or_else(Vec::new)
    }

    fn liquidity(&self, position: &Position) -> U256 {
        // Interest raises what is supplied and what is lent alike.
        let idle = State::read(position).map_or(U256::ZERO, |state| state.market.idle_assets());
        idle.min(balance_of(&position.vm, position.asset(), position.venue()).unwrap_or(U256::ZERO))
    }
}

/// Takes out assets or shares, one of them zero.
fn withdraw(position: &Position, assets: U256, shares: U256) -> Result<Payment, Failure> {
    let [loan, collateral, oracle, irm, lltv] = terms::of(position);
    let (this, vault) = (position.this().word(), position.vault().word());
    let words = [loan, collateral, oracle, irm, lltv, assets.word(), shares.word(), this, vault];
    let answer = invoke(&position.vm, position.venue(), IMorpho::withdrawCall::SELECTOR, &words)?;
    Ok(Payment { assets: number_at(&answer, 0)?, units: number_at(&answer, 1)? })
}
