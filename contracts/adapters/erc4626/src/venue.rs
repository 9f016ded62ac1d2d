//! An ERC-4626 vault as a venue.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, erc4626::IERC4626};
use adapter::{Moved, Movement, Position, Report, Venue, no_terms, same_asset, venue_failed};
use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::SolCall;
use host::{Failure, Revert, VM, Word, balance_of, call_word, revert, view_word};

/// Speaks ERC-4626.
#[derive(Clone, Copy, Debug)]
pub struct Erc4626;

impl Venue for Erc4626 {
    /// "erc4626".
    fn kind(&self) -> B256 {
        b256!("6572633436323600000000000000000000000000000000000000000000000000")
    }

    fn terms(&self, vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
        no_terms(terms)?;
        let found = view_word(vm, venue, IERC4626::assetCall::SELECTOR, &[])
            .map_err(|_| revert::<IAdapter::InvalidAddress>(&[venue.word()]))?;
        same_asset(asset, Address::from_word(found.word()))?;
        Ok(Vec::new())
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        let before = held(position)?;
        let words = [assets.word(), position.this().word()];
        call_word(&position.vm, position.venue(), IERC4626::depositCall::SELECTOR, &words)?;
        Ok(Moved { assets, units: held(position)?.saturating_sub(before) })
    }

    /// Where a venue refuses because it wants more shares for all that it says we have than we do, it is paid by those.
    fn pay(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        match burn(position, IERC4626::withdrawCall::SELECTOR, assets) {
            Ok((_shares, units)) => Ok(Moved { assets, units }),
            Err(_) if self.value(position).is_ok_and(|value| value == assets) => self.pay_all(position),
            Err(reason) => Err(reason),
        }
    }

    fn pay_all(&self, position: &Position) -> Result<Moved, Failure> {
        let paid = burn(position, IERC4626::redeemCall::SELECTOR, position.units());
        paid.map(|(assets, units)| Moved { assets, units })
    }

    /// Asks how much the venue holds once, after the movement: the deepest of them answer slowly.
    fn around(&self, position: &mut Position, movement: &Movement<'_>) -> Result<[Report; 2], Revert> {
        let (value, held) = (self.value(position).map_err(venue_failed)?, position.units());
        let moved = movement.make(position)?;
        let depth = depth(position);
        let was = depth.map(|depth| {
            let is_less = position.units() < held;
            if is_less { depth.saturating_add(moved.assets) } else { depth.saturating_sub(moved.assets) }
        });
        Ok([report(value, was), report(self.value(position).map_err(venue_failed)?, depth)])
    }

    fn report(&self, position: &Position) -> Result<Report, Failure> {
        Ok(report(self.value(position)?, depth(position)))
    }

    fn value(&self, position: &Position) -> Result<U256, Failure> {
        view_word(&position.vm, position.venue(), IERC4626::previewRedeemCall::SELECTOR, &[position.units().word()])
    }

    fn liquidity(&self, position: &Position) -> U256 {
        view_word(&position.vm, position.venue(), IERC4626::maxWithdrawCall::SELECTOR, &[position.this().word()])
            .unwrap_or(U256::ZERO)
    }
}

fn report(value: U256, depth: Option<U256>) -> Report {
    Report { value, depth: depth.unwrap_or(U256::ZERO), rate_wad: U256::MAX, ..Report::default() }
}

/// Returns all that the venue holds; `None` where it does not say.
fn depth(position: &Position) -> Option<U256> {
    view_word(&position.vm, position.venue(), IERC4626::totalAssetsCall::SELECTOR, &[]).ok()
}

/// Returns the venue's balance of us.
fn held(position: &Position) -> Result<U256, Failure> {
    balance_of(&position.vm, position.venue(), position.this())
}

/// Takes money out by `withdraw(assets)` or `redeem(shares)`; returns what it answered and the shares that it took.
fn burn(position: &Position, selector: [u8; 4], amount: U256) -> Result<(U256, U256), Failure> {
    let before = held(position)?;
    let words = [amount.word(), position.vault().word(), position.this().word()];
    let answer = call_word(&position.vm, position.venue(), selector, &words)?;
    Ok((answer, before.saturating_sub(held(position)?)))
}
