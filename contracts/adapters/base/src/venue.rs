//! What a venue must say and do.

use alloc::vec::Vec;

use abi::adapter::IAdapter;
use alloy_primitives::{Address, B256, U256};
use host::{Failure, Revert, VM, Word, revert, revert_with_bytes};

use crate::{Moved, Movement, Position};

/// A position at one moment, as `IAdapter.Report` without its units.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// What our units are worth, in base units of the asset, rounded down.
    pub value: U256,
    /// All that the venue holds of the asset for everybody, in base units: [`U256::MAX`] where it has no such number,
    /// zero where it does not answer.
    pub depth: U256,
    /// What a unit earns a year at the present use, in wad, rounded down; [`U256::MAX`] where unknown.
    pub rate_wad: U256,
    /// What secures the debt times the part of it up to which the venue lends, in base units, rounded down.
    pub backing: U256,
    /// What the position owes, in base units, rounded up.
    pub debt: U256,
    /// What our units may be worth at most, in base units, rounded up. What is less than the value counts as the value:
    /// a venue with one price says nothing.
    pub high: U256,
}

/// A venue's language.
pub trait Venue {
    /// Returns the venue's name: a short string padded with zeros.
    fn kind(&self) -> B256;

    /// Returns what the position keeps of its terms and the venue's, in words, after checking that the market exists and
    /// takes `asset`.
    ///
    /// # Errors
    ///
    /// `InvalidAddress` when there is no such venue, `InvalidMarket` when it has no such market, `WrongAsset` when it
    /// takes another one.
    fn terms(&self, vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert>;

    /// Returns the market at the venue; zero where it has none.
    fn market(&self, _position: &Position) -> B256 {
        B256::ZERO
    }

    /// Whether an investment takes exactly what it is told to, or reverts, so that no approval can be left.
    fn takes_exactly(&self) -> bool {
        false
    }

    /// Makes a movement and returns the position just before it, at the rate of that moment, and just after it.
    ///
    /// # Errors
    ///
    /// As the movement's; `VenueCallFailed` with what the venue reverted with, where that hides the value.
    fn around(&self, position: &mut Position, movement: &Movement<'_>) -> Result<[Report; 2], Revert> {
        let before = self.report(position).map_err(venue_failed)?;
        movement.make(position)?;
        Ok([before, self.report(position).map_err(venue_failed)?])
    }

    /// Invests `assets`, which are approved.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn invest(&self, position: &Position, assets: U256) -> Result<Moved, Failure>;

    /// Pays `assets` from the position to the vault: nothing for nothing. A venue that redeems by request pays what is payable of
    /// them and asks for what is missing; for nothing it pays all that is payable.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn pay(&self, position: &Position, assets: U256) -> Result<Moved, Failure>;

    /// Pays all our units, of which there are some, to the vault.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn pay_all(&self, position: &Position) -> Result<Moved, Failure>;

    /// Returns what prices the position; zero where the venue's own accounts do.
    fn oracle(&self, _position: &Position) -> Address {
        Address::ZERO
    }

    /// Returns when the position pays its face, by the venue itself, in unix seconds; zero where it has no such date.
    fn maturity_secs(&self, _position: &Position) -> u64 {
        0
    }

    /// Repays up to so much debt by selling what secures it, towards a health of `target_bps` and never beyond, and returns
    /// the position just before and just after.
    ///
    /// # Errors
    ///
    /// `NoDebt` where positions never owe anything.
    fn deleverage(&self, _position: &Position, _debt_assets: U256, _target_bps: U256) -> Result<[Report; 2], Revert> {
        Err(revert::<IAdapter::NoDebt>(&[]))
    }

    /// Returns the position now.
    ///
    /// # Errors
    ///
    /// What the venue reverted with, where that hides the value.
    fn report(&self, position: &Position) -> Result<Report, Failure>;

    /// Returns what our units, of which there are some, are worth, in base units of the asset, rounded down.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn value(&self, position: &Position) -> Result<U256, Failure> {
        self.report(position).map(|report| report.value)
    }

    /// Returns what the venue would pay us at once, not yet bounded by the value; zero when it does not say.
    fn liquidity(&self, position: &Position) -> U256;
}

/// Refuses terms where a venue has none.
///
/// # Errors
///
/// `InvalidMarket` for any but none.
pub fn no_terms(terms: &[u8]) -> Result<(), Revert> {
    if terms.is_empty() { Ok(()) } else { Err(invalid_market(terms)) }
}

/// Says that terms name no market of this venue; of terms that are longer or shorter than a word, what they begin with.
pub fn invalid_market(terms: &[u8]) -> Revert {
    let mut word = B256::ZERO;
    for (to, from) in word.0.iter_mut().zip(terms) {
        *to = *from;
    }
    revert::<IAdapter::InvalidMarket>(&[word])
}

/// Refuses a venue that takes another asset.
///
/// # Errors
///
/// `WrongAsset`.
pub fn same_asset(expected: Address, found: Address) -> Result<(), Revert> {
    if found == expected { Ok(()) } else { Err(revert::<IAdapter::WrongAsset>(&[expected.word(), found.word()])) }
}

/// Wraps what a venue reverted with.
pub fn venue_failed(reason: Failure) -> Revert {
    revert_with_bytes::<IAdapter::VenueCallFailed>(&[], &reason)
}
