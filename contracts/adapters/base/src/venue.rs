//! What a venue must say and do.

use abi::adapter::IAdapter;
use alloy_primitives::{Address, B256, U256};
use host::{Failure, Revert, VM, revert_with_bytes};

use crate::Position;

/// A venue's language.
pub trait Venue {
    /// Returns the venue's name: a short string padded with zeros.
    fn kind(&self) -> B256;

    /// Returns the contract that counts our units, after checking that the venue takes `asset`.
    ///
    /// # Errors
    ///
    /// `WrongAsset` when the venue takes another one.
    fn receipt(&self, vm: &VM, venue: Address, asset: Address) -> Result<Address, Revert>;

    /// Returns the venue's balance of us, in its units.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn held(&self, position: &Position) -> Result<U256, Failure>;

    /// Invests `assets`, which are approved.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn invest(&self, position: &Position, assets: U256) -> Result<(), Failure>;

    /// Pays `assets` from the position to the vault and returns what was paid.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn pay(&self, position: &Position, assets: U256) -> Result<U256, Failure>;

    /// Pays all our units to the vault and returns what was paid; `held` is the venue's balance of us.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn pay_all(&self, position: &Position, held: U256) -> Result<U256, Failure>;

    /// Returns what our units are worth, in base units of the asset, rounded down.
    ///
    /// # Errors
    ///
    /// What the venue reverted with.
    fn value(&self, position: &Position) -> Result<U256, Failure>;

    /// Returns what the venue would pay us at once, not yet bounded by the value; zero when it does not say.
    fn liquidity(&self, position: &Position) -> U256;
}

/// Wraps what a venue reverted with.
pub(crate) fn venue_failed(reason: Failure) -> Revert {
    revert_with_bytes::<IAdapter::VenueCallFailed>(&[], &reason)
}
