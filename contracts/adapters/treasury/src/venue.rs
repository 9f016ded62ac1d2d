//! A fund of treasuries as a venue.

use alloc::vec::Vec;

use abi::erc4626::IERC4626;
use adapter::{Moved, Position, Report, Venue};
use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::SolCall;
use host::{Failure, Revert, VM};
use math::mul_div_up;

use crate::{
    fund::{claim, depth, request, subscribe, worth},
    standing::{Requested, Standing},
    terms::{self, Terms},
};

/// Speaks ERC-4626 in and ERC-7540 out.
#[derive(Clone, Copy, Debug)]
pub struct Treasury;

impl Venue for Treasury {
    /// "treasury".
    fn kind(&self) -> B256 {
        b256!("7472656173757279000000000000000000000000000000000000000000000000")
    }

    fn terms(&self, vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
        terms::check(vm, venue, asset, terms)
    }

    fn oracle(&self, position: &Position) -> Address {
        position.prices()
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        if assets.is_zero() {
            return Ok(Moved::default());
        }
        Ok(Moved { assets, units: subscribe(position, assets)? })
    }

    /// Of nothing, all that is payable.
    fn pay(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        let standing = Standing::of(position)?;
        if !assets.is_zero() && assets < standing.payable_assets {
            return take(position, &standing, IERC4626::withdrawCall::SELECTOR, assets);
        }
        let moved = take_all(position, &standing)?;
        let missing = assets.saturating_sub(moved.assets);
        if !missing.is_zero() {
            let [low, _] = worth(position, standing.shares())?;
            // Shares without worth are requested, all of them.
            let shares = mul_div_up(missing, standing.shares(), low).unwrap_or(U256::MAX);
            ask_for(position, &standing, shares.saturating_sub(standing.waiting).min(standing.held))?;
        }
        Ok(moved)
    }

    fn pay_all(&self, position: &Position) -> Result<Moved, Failure> {
        let standing = Standing::of(position)?;
        let moved = take_all(position, &standing)?;
        ask_for(position, &standing, standing.held)?;
        Ok(moved)
    }

    fn report(&self, position: &Position) -> Result<Report, Failure> {
        let worth = Standing::of(position)?.worth(position)?;
        let (value, high, depth) = (worth.low, worth.high, depth(position));
        Ok(Report { value, high, depth, rate_wad: U256::MAX, ..Report::default() })
    }

    fn value(&self, position: &Position) -> Result<U256, Failure> {
        Standing::of(position)?.worth(position).map(|worth| worth.low)
    }

    fn liquidity(&self, position: &Position) -> U256 {
        Standing::of(position).map_or(U256::ZERO, |standing| standing.payable_assets)
    }
}

/// Claims all that is payable: by its shares, or by its assets where the fund has less than it owes.
fn take_all(position: &Position, standing: &Standing) -> Result<Moved, Failure> {
    let (selector, amount) = match standing.is_short {
        true => (IERC4626::withdrawCall::SELECTOR, standing.payable_assets),
        false => (IERC4626::redeemCall::SELECTOR, standing.payable),
    };
    if amount.is_zero() { Ok(Moved::default()) } else { take(position, standing, selector, amount) }
}

/// Claims, by shares or by assets, and counts what is still requested.
fn take(position: &Position, standing: &Standing, selector: [u8; 4], amount: U256) -> Result<Moved, Failure> {
    let units = claim(position, selector, amount)?.min(standing.payable);
    let requested = Requested::load(&position.vm);
    Requested { shares: requested.shares.saturating_sub(units), ..requested }.store(&position.vm);
    let assets = if selector == IERC4626::redeemCall::SELECTOR { standing.payable_assets } else { amount };
    Ok(Moved { assets, units })
}

/// Requests shares; a request of which some waits keeps its time.
fn ask_for(position: &Position, standing: &Standing, shares: U256) -> Result<(), Failure> {
    if shares.is_zero() {
        return Ok(());
    }
    let gone = request(position, shares)?;
    let requested = Requested::load(&position.vm);
    let now_secs = position.now_secs().saturating_to();
    Requested {
        shares: requested.shares.saturating_add(gone),
        since_secs: if standing.waiting.is_zero() { now_secs } else { requested.since_secs },
    }
    .store(&position.vm);
    Ok(())
}
