//! One market of Morpho Blue as a venue.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, morpho::IMorpho};
use adapter::{Moved, Movement, Position, Report, Venue, invalid_market, venue_failed};
use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::SolCall;
use host::{Failure, Revert, VM, Word, balance_of, call_words, number, revert, view_words};

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

    fn terms(&self, vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
        let market = B256::try_from(terms).map_err(|_| invalid_market(terms))?;
        let words = view_words(vm, venue, IMorpho::idToMarketParamsCall::SELECTOR, &[market]);
        let words = words.map_err(|_| revert::<IAdapter::InvalidAddress>(&[venue.word()]))?;
        terms::check(vm, &words, asset, market)
    }

    fn market(&self, position: &Position) -> B256 {
        terms::id(&position.vm, &terms::of(position))
    }

    /// Morpho transfers all of what it is told to supply.
    fn takes_exactly(&self) -> bool {
        true
    }

    /// Asks the market once, after the movement.
    fn around(&self, position: &mut Position, movement: &Movement<'_>) -> Result<[Report; 2], Revert> {
        let held = position.units();
        let moved = movement.make(position)?;
        let now = State::read(position).map_err(venue_failed)?;
        let was = now.before(moved, held, position.units());
        let report = |state: &State, units| state.report(position, units).map_err(venue_failed);
        Ok([report(&was, held)?, report(&now, position.units())?])
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        let [loan, collateral, oracle, irm, lltv] = terms::of(position);
        let (none, this) = (B256::ZERO, position.this().word());
        let words = [loan, collateral, oracle, irm, lltv, assets.word(), none, this, DATA_AT.word(), none];
        call(position, IMorpho::supplyCall::SELECTOR, &words)
    }

    fn pay(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        withdraw(position, assets, U256::ZERO)
    }

    fn pay_all(&self, position: &Position) -> Result<Moved, Failure> {
        withdraw(position, U256::ZERO, position.units())
    }

    fn report(&self, position: &Position) -> Result<Report, Failure> {
        State::read(position)?.report(position, position.units())
    }

    fn liquidity(&self, position: &Position) -> U256 {
        let idle = State::read(position).map_or(U256::ZERO, |state| U256::from(state.idle_assets()));
        idle.min(balance_of(&position.vm, position.asset(), position.venue()).unwrap_or(U256::ZERO))
    }
}

/// Takes out assets or shares, one of them zero.
fn withdraw(position: &Position, assets: U256, shares: U256) -> Result<Moved, Failure> {
    let [loan, collateral, oracle, irm, lltv] = terms::of(position);
    let (this, vault) = (position.this().word(), position.vault().word());
    let words = [loan, collateral, oracle, irm, lltv, assets.word(), shares.word(), this, vault];
    call(position, IMorpho::withdrawCall::SELECTOR, &words)
}

/// Makes a call that answers the assets and shares that it moved.
fn call(position: &Position, selector: [u8; 4], words: &[B256]) -> Result<Moved, Failure> {
    let [assets, units] = call_words(&position.vm, position.venue(), selector, words)?.map(number);
    Ok(Moved { assets, units })
}
