//! The program around a venue: roles, and the order authorise, check, call, count, emit.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, erc4626::IERC4626};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use host::{Revert, VM, Word, approve, emit, revert, view_word};
use stylus_sdk::stylus_core::MessageAccess;

use crate::{Position, Venue, venue::venue_failed};

/// Answers one call: what the entry point of every adapter does.
///
/// # Errors
///
/// A typed error of `IAdapter`; empty for ether sent along, an unknown selector or malformed arguments.
pub fn run(venue: &dyn Venue, input: &[u8], vm: VM) -> Result<Vec<u8>, Revert> {
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    route(&mut Adapter { venue, position: Position { vm } }, *selector, arguments).unwrap_or(Err(Vec::new()))
}

host::routes! { IAdapter for Adapter<'_>, this:
    initializeCall(c) => this.initialize(c.address()?, c.address()?);
    allocateCall(c) => this.allocate(c.uint()?);
    deallocateCall(c) => this.deallocate(c.uint()?);
    valueCall(_) => this.value();
    liquidityCall(_) => this.liquidity();
    unitsCall(_) => view(this.position.units());
    vaultCall(_) => view(this.position.vault());
    venueCall(_) => view(this.position.venue());
    assetCall(_) => view(this.position.asset());
    kindCall(_) => view(this.venue.kind());
}

struct Adapter<'a> {
    venue: &'a dyn Venue,
    position: Position,
}

impl Adapter<'_> {
    fn initialize(&self, vault: Address, venue: Address) -> Result<(), Revert> {
        if !self.position.vault().is_zero() {
            return Err(revert::<IAdapter::AlreadyInitialized>(&[]));
        }
        let vm = &self.position.vm;
        // An account without code has no answer, so neither address can be a wallet, or zero.
        let asset = view_word(vm, vault, IERC4626::assetCall::SELECTOR, &[])
            .map_err(|_| revert::<IAdapter::InvalidAddress>(&[vault.word()]))?;
        let asset = Address::from_word(asset.word());
        let receipt = self.venue.receipt(vm, venue, asset)?;

        self.position.initialize(vault, venue, asset, receipt);
        Ok(())
    }

    fn allocate(&self, assets: U256) -> Result<U256, Revert> {
        self.authorise()?;
        let Position { vm } = &self.position;
        let (asset, venue) = (self.position.asset(), self.position.venue());

        let held = self.held()?;
        approve(vm, asset, venue, assets).map_err(venue_failed)?;
        self.venue.invest(&self.position, assets).map_err(venue_failed)?;
        approve(vm, asset, venue, U256::ZERO).map_err(venue_failed)?;
        let units = self.held()?.saturating_sub(held);

        self.position.set_units(self.position.units().saturating_add(units));
        emit::<IAdapter::Allocated>(vm, &[], &[assets.word(), units.word()]);
        Ok(units)
    }

    fn deallocate(&self, assets: U256) -> Result<U256, Revert> {
        self.authorise()?;

        let (held, units) = (self.held()?, self.position.units());
        let paid = match assets {
            // Everything of nothing is nothing; venues refuse to pay that.
            U256::MAX if units.is_zero() => Ok(U256::ZERO),
            U256::MAX => self.venue.pay_all(&self.position, held),
            _ => self.venue.pay(&self.position, assets),
        }
        .map_err(venue_failed)?;
        let spent = held.saturating_sub(self.held()?);
        let Some(left) = units.checked_sub(spent) else {
            return Err(revert::<IAdapter::InsufficientUnits>(&[spent.word(), units.word()]));
        };

        self.position.set_units(left);
        emit::<IAdapter::Deallocated>(&self.position.vm, &[], &[paid.word(), spent.word()]);
        Ok(paid)
    }

    fn value(&self) -> Result<U256, Revert> {
        if self.position.units().is_zero() {
            return Ok(U256::ZERO);
        }
        self.venue.value(&self.position).map_err(venue_failed)
    }

    fn liquidity(&self) -> Result<U256, Revert> {
        let value = self.value()?;
        if value.is_zero() {
            return Ok(value);
        }
        Ok(value.min(self.venue.liquidity(&self.position)))
    }

    fn held(&self) -> Result<U256, Revert> {
        self.venue.held(&self.position).map_err(venue_failed)
    }

    fn authorise(&self) -> Result<(), Revert> {
        let caller = self.position.vm.msg_sender();
        if caller == self.position.vault() { Ok(()) } else { Err(revert::<IAdapter::NotVault>(&[caller.word()])) }
    }
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}
