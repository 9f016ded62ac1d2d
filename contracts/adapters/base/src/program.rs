//! The program around a venue: roles, and the order authorise, check, call, count, emit, report.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, erc20::IERC20, erc4626::IERC4626};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Failure, Revert, VM, Word, approve, emit, revert, view_word};
use stylus_sdk::stylus_core::MessageAccess;

use crate::{
    Position, Venue,
    venue::{Payment, venue_failed},
};

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
    route(&mut Adapter { venue, position: Position::load(vm) }, *selector, arguments).unwrap_or(Err(Vec::new()))
}

host::routes! { IAdapter for Adapter<'_>, this:
    initializeCall(c) => this.initialize(c.address()?, c.address()?, c.word()?);
    allocateCall(c) => this.allocate(c.uint()?);
    deallocateCall(c) => this.deallocate(c.uint()?);
    reportCall(_) => this.report();
    valueCall(_) => this.value();
    liquidityCall(_) => this.liquidity();
    unitsCall(_) => view(this.position.units());
    vaultCall(_) => view(this.position.vault());
    venueCall(_) => view(this.position.venue());
    marketCall(_) => view(this.venue.market(&this.position));
    assetCall(_) => view(this.position.asset());
    kindCall(_) => view(this.venue.kind());
}

struct Adapter<'a> {
    venue: &'a dyn Venue,
    position: Position,
}

impl Adapter<'_> {
    fn initialize(&mut self, vault: Address, venue: Address, market: B256) -> Result<(), Revert> {
        if !self.position.vault().is_zero() {
            return Err(revert::<IAdapter::AlreadyInitialized>(&[]));
        }
        let vm = &self.position.vm;
        // An account without code has no answer, so neither address can be a wallet, or zero.
        let asset = view_word(vm, vault, IERC4626::assetCall::SELECTOR, &[])
            .map_err(|_| revert::<IAdapter::InvalidAddress>(&[vault.word()]))?;
        let asset = Address::from_word(asset.word());
        let terms = self.venue.terms(vm, venue, asset, market)?;

        self.position.initialize(vault, venue, asset, &terms)
    }

    fn allocate(&mut self, assets: U256) -> Result<[B256; 4], Revert> {
        self.authorise()?;

        let units = self.invest(assets).map_err(venue_failed)?;
        let held = self.position.units().checked_add(units).ok_or_else(|| venue_failed(Vec::new()))?;
        self.position.set_units(held);
        emit::<IAdapter::Allocated>(&self.position.vm, &[], &[assets.word(), units.word()]);
        self.report()
    }

    fn deallocate(&mut self, assets: U256) -> Result<[B256; 4], Revert> {
        self.authorise()?;

        let units = self.position.units();
        let paid = match assets {
            // Everything of nothing is nothing; venues refuse to pay that.
            U256::MAX if units.is_zero() => Ok(Payment::default()),
            U256::MAX => self.venue.pay_all(&self.position),
            _ => self.venue.pay(&self.position, assets),
        }
        .map_err(venue_failed)?;
        let Some(left) = units.checked_sub(paid.units) else {
            return Err(revert::<IAdapter::InsufficientUnits>(&[paid.units.word(), units.word()]));
        };

        self.position.set_units(left);
        emit::<IAdapter::Deallocated>(&self.position.vm, &[], &[paid.assets.word(), paid.units.word()]);
        self.report()
    }

    fn report(&self) -> Result<[B256; 4], Revert> {
        let report = self.venue.report(&self.position).map_err(venue_failed)?;
        Ok([report.value.word(), self.position.units().word(), report.depth.word(), report.rate_wad.word()])
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

    fn authorise(&self) -> Result<(), Revert> {
        let caller = self.position.vm.msg_sender();
        if caller == self.position.vault() { Ok(()) } else { Err(revert::<IAdapter::NotVault>(&[caller.word()])) }
    }

    /// Invests under an approval of exactly that much, none of which outlives the call.
    fn invest(&self, assets: U256) -> Result<U256, Failure> {
        let Position { vm, .. } = &self.position;
        let (asset, venue) = (self.position.asset(), self.position.venue());
        approve(vm, asset, venue, assets)?;
        let units = self.venue.invest(&self.position, assets)?;
        // A venue that takes what it is told leaves none: to look is a quarter of the price of writing zero again.
        let parties = [self.position.this().word(), venue.word()];
        if !view_word(vm, asset, IERC20::allowanceCall::SELECTOR, &parties)?.is_zero() {
            approve(vm, asset, venue, U256::ZERO)?;
        }
        Ok(units)
    }
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}
