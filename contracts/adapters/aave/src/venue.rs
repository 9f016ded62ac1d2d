//! Aave v3's pool as a venue.

use alloc::{vec, vec::Vec};

use abi::{
    aave::{IAToken, IAavePool},
    adapter::IAdapter,
};
use adapter::{Moved, Position, Report, Venue, no_terms, same_asset};
use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::SolCall;
use host::{Failure, Revert, VM, Word, balance_of, call_word, invoke, number, revert, view_word, view_words};
use math::{WAD, ray_mul_down};

/// Speaks Aave v3.
#[derive(Clone, Copy, Debug)]
pub struct AaveV3;

/// Bits of the reserve's configuration.
const ACTIVE_BIT: usize = 56;
const PAUSED_BIT: usize = 60;

impl Venue for AaveV3 {
    /// "aave-v3".
    fn kind(&self) -> B256 {
        b256!("616176652d763300000000000000000000000000000000000000000000000000")
    }

    fn terms(&self, vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
        no_terms(terms)?;
        let invalid = |_: Failure| revert::<IAdapter::InvalidAddress>(&[venue.word()]);
        let [.., token] = reserve(vm, venue, asset).map_err(invalid)?;
        let address = Address::from_word(token);
        // An asset that the pool does not list has no aToken, and an account without code no answer.
        let found = view_word(vm, address, IAToken::UNDERLYING_ASSET_ADDRESSCall::SELECTOR, &[]).unwrap_or(U256::ZERO);
        same_asset(asset, Address::from_word(found.word()))?;
        Ok(vec![token])
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        let before = held(position)?;
        let words = [position.asset().word(), assets.word(), position.this().word(), B256::ZERO];
        invoke(&position.vm, position.venue(), IAavePool::supplyCall::SELECTOR, &words)?;
        Ok(Moved { assets, units: held(position)?.saturating_sub(before) })
    }

    fn pay(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        withdraw(position, held(position)?, assets)
    }

    fn pay_all(&self, position: &Position) -> Result<Moved, Failure> {
        // Aave's own "everything" leaves no dust, but would pay out units that strangers sent here as well.
        let before = held(position)?;
        let assets = if before == position.units() { U256::MAX } else { self.value(position)? };
        withdraw(position, before, assets)
    }

    fn report(&self, position: &Position) -> Result<Report, Failure> {
        let [_, index_ray, rate_ray, _, _, _, updated, ..] = reserve(&position.vm, position.venue(), position.asset())?;
        // The index is the income of the last update: as after each of our own movements.
        let is_current = number(updated) == position.now_secs();
        let income_ray = if is_current { number(index_ray) } else { income_ray(position)? };
        let depth = view_word(&position.vm, receipt(position), IAToken::scaledTotalSupplyCall::SELECTOR, &[]);
        Ok(Report {
            value: ray_mul_down(position.units(), income_ray).ok_or_else(Vec::new)?,
            depth: depth.ok().and_then(|scaled| ray_mul_down(scaled, income_ray)).unwrap_or(U256::ZERO),
            rate_wad: ray_mul_down(number(rate_ray), U256::from(WAD)).unwrap_or(U256::MAX),
            ..Report::default()
        })
    }

    fn value(&self, position: &Position) -> Result<U256, Failure> {
        ray_mul_down(position.units(), income_ray(position)?).ok_or_else(Vec::new)
    }

    fn liquidity(&self, position: &Position) -> U256 {
        let pays = |configuration: U256| configuration.bit(ACTIVE_BIT) && !configuration.bit(PAUSED_BIT);
        match reserve(&position.vm, position.venue(), position.asset()) {
            Ok([configuration, ..]) if pays(number(configuration)) => {
                balance_of(&position.vm, position.asset(), receipt(position)).unwrap_or(U256::ZERO)
            }
            _ => U256::ZERO,
        }
    }
}

/// Returns the aToken, which counts our units and holds the pool's money: the position's only term.
fn receipt(position: &Position) -> Address {
    Address::from_word(position.term(0))
}

/// Returns the pool's scaled balance of us.
fn held(position: &Position) -> Result<U256, Failure> {
    view_word(&position.vm, receipt(position), IAToken::scaledBalanceOfCall::SELECTOR, &[position.this().word()])
}

fn withdraw(position: &Position, before: U256, assets: U256) -> Result<Moved, Failure> {
    let words = [position.asset().word(), assets.word(), position.vault().word()];
    let assets = call_word(&position.vm, position.venue(), IAavePool::withdrawCall::SELECTOR, &words)?;
    Ok(Moved { assets, units: before.saturating_sub(held(position)?) })
}

fn income_ray(position: &Position) -> Result<U256, Failure> {
    let selector = IAavePool::getReserveNormalizedIncomeCall::SELECTOR;
    view_word(&position.vm, position.venue(), selector, &[position.asset().word()])
}

/// Returns the reserve's data as far as it is read: configuration, index, rate, three words, the time of the last
/// update, a word, aToken.
fn reserve(vm: &VM, pool: Address, asset: Address) -> Result<[B256; 9], Failure> {
    view_words(vm, pool, IAavePool::getReserveDataCall::SELECTOR, &[asset.word()])
}
