//! One movement of money: the call of the venue, and the units that are counted for it.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, erc20::IERC20};
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use host::{Failure, Revert, Word, approve, revert, view_word};

use crate::{Position, Venue, venue_failed};

/// A movement that the vault has asked for, to be made once.
pub struct Movement<'a> {
    pub(crate) venue: &'a dyn Venue,
    pub(crate) way: Way,
}

#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// So much, which has come here just before.
    In(U256),
    /// So much, or everything for [`U256::MAX`].
    Out(U256),
}

/// What a venue has moved, as it says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moved {
    /// The money, in base units.
    pub assets: U256,
    /// The units that it credited or took for it.
    pub units: U256,
}

impl Movement<'_> {
    /// Makes it, and counts the units.
    ///
    /// # Errors
    ///
    /// `VenueCallFailed`, `InsufficientUnits`.
    pub fn make(&self, position: &mut Position) -> Result<Moved, Revert> {
        let held = position.units();
        let (moved, left) = match self.way {
            Way::In(assets) => {
                let moved = self.invest(position, assets).map_err(venue_failed)?;
                (moved, held.checked_add(moved.units).ok_or_else(|| venue_failed(Vec::new()))?)
            }
            Way::Out(assets) => {
                let moved = self.pay(position, assets).map_err(venue_failed)?;
                let insufficient = || revert::<IAdapter::InsufficientUnits>(&[moved.units.word(), held.word()]);
                (moved, held.checked_sub(moved.units).ok_or_else(insufficient)?)
            }
        };
        position.set_units(left);
        Ok(moved)
    }

    /// Invests under an approval of exactly that much, none of which outlives the call.
    fn invest(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        let (vm, asset, venue) = (&position.vm, position.asset(), position.venue());
        approve(vm, asset, venue, assets)?;
        let moved = self.venue.invest(position, assets)?;
        if self.venue.takes_exactly() {
            return Ok(moved);
        }
        // Most venues leave none: to look is a quarter of the price of writing zero again.
        let parties = [position.this().word(), venue.word()];
        if !view_word(vm, asset, IERC20::allowanceCall::SELECTOR, &parties)?.is_zero() {
            approve(vm, asset, venue, U256::ZERO)?;
        }
        Ok(moved)
    }

    fn pay(&self, position: &Position, assets: U256) -> Result<Moved, Failure> {
        match assets {
            // Everything of nothing is nothing; venues refuse to pay that.
            U256::MAX if position.units().is_zero() => Ok(Moved::default()),
            U256::MAX => self.venue.pay_all(position),
            _ => self.venue.pay(position, assets),
        }
    }
}
