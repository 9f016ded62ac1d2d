//! What a venue must say and do.

use alloc::vec::Vec;

use abi::adapter::IAdapter;
use alloy_primitives::{Address, B256, U256};
use host::{Failure, Revert, VM, Word, revert, revert_with_bytes};

use crate::Position;

/// A position at one moment, as `IAdapter.Report` without its units.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// What our units are worth, in base units of the asset, rounded down.
    pub value: U256,
    /// All that the venue holds of the asset for everybody, in base units: [`U256::MAX`] where it has no such number,
    /// zero where it does not answer.
    pub depth: U256,
    /// What a unit earns a year at the present use, in wad, rounded down; [`U256::MAX`] where unknown.
    pub rate_wad: U256,
}

/// What a venue paid.
#[derive(Clone, Copy, Debug, Default)]
pub struct Payment {
    /// The money, in base units, as the venue says: for the record alone, the vault measures for itself.
    pub assets: U256,
    /// The units that it took for it.
    pub units: U256,
}

/// A venue's language.
pub trait Venue {
    /// Returns the venue's name: a short string padded with zeros.
    fn kind(&self) -> B256;

    /// Returns what of the venue's terms the position keeps, in words, after checking that the market exists and takes
    /// `asset`.
    ///
    /// # Errors
    ///
    /// `InvalidAddress` when there is no such venue, `InvalidMarket` when it has no such market, `WrongAsset` when it
    /// takes another one.
    fn terms(&self, vm: &VM, venue: Address, asset: Address, market: B256) -> Result<Vec<B256>, Revert>;

    /// Returns the market at the venue; zero where it has none.
    fn market(&self, _position: &Position) -> B256 {
        B256::ZERO
    }

    /// Invests `assets`, which are approved, and returns the units that came for them.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn invest(&self, position: &Position, assets: U256) -> Result<U256, Failure>;

    /// Pays `assets` from the position to the vault.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn pay(&self, position: &Position, assets: U256) -> Result<Payment, Failure>;

    /// Pays all our units, of which there are some, to the vault.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn pay_all(&self, position: &Position) -> Result<Payment, Failure>;

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
    fn value(&self, position: &Position) -> Result<U256, Failure>;

    /// Returns what the venue would pay us at once, not yet bounded by the value; zero when it does not say.
    fn liquidity(&self, position: &Position) -> U256;
}

/// Refuses a market where a venue has none.
///
/// # Errors
///
/// `InvalidMarket` for any but zero.
pub fn no_market(market: B256) -> Result<(), Revert> {
    if market.is_zero() { Ok(()) } else { Err(revert::<IAdapter::InvalidMarket>(&[market])) }
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
pub(crate) fn venue_failed(reason: Failure) -> Revert {
    revert_with_bytes::<IAdapter::VenueCallFailed>(&[], &reason)
}
