//! The program around a venue: storage, roles, and the order authorise, check, call, count, emit.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, erc4626::IERC4626};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use host::{Revert, Slot, VM, Word, approve, emit, number, revert, view_word};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::{Position, Venue, venue::venue_failed};

/// The slots, in order.
#[derive(Clone, Copy)]
#[repr(u8)]
enum At {
    Vault,
    Venue,
    Asset,
    Receipt,
    Units,
}

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
    route(&mut Adapter { venue, vm }, *selector, arguments).unwrap_or(Err(Vec::new()))
}

host::routes! { IAdapter for Adapter<'_>, this:
    initializeCall(c) => this.initialize(c.address()?, c.address()?);
    allocateCall(c) => this.allocate(c.uint()?);
    deallocateCall(c) => this.deallocate(c.uint()?);
    valueCall(_) => this.value(&this.position());
    liquidityCall(_) => this.liquidity();
    unitsCall(_) => view(this.position().units);
    vaultCall(_) => view(this.position().vault);
    venueCall(_) => view(this.position().venue);
    assetCall(_) => view(this.position().asset);
    kindCall(_) => view(this.venue.kind());
}

struct Adapter<'a> {
    venue: &'a dyn Venue,
    vm: VM,
}

impl Adapter<'_> {
    fn initialize(&self, vault: Address, venue: Address) -> Result<(), Revert> {
        if !self.position().vault.is_zero() {
            return Err(revert::<IAdapter::AlreadyInitialized>(&[]));
        }
        // An account without code has no answer, so neither address can be a wallet, or zero.
        let asset = view_word(&self.vm, vault, IERC4626::assetCall::SELECTOR, &[])
            .map_err(|_| revert::<IAdapter::InvalidAddress>(&[vault.word()]))?;
        let asset = Address::from_word(asset.word());
        let receipt = self.venue.receipt(&self.vm, venue, asset)?;

        self.store(At::Vault, vault);
        self.store(At::Venue, venue);
        self.store(At::Asset, asset);
        self.store(At::Receipt, receipt);
        Ok(())
    }

    fn allocate(&self, assets: U256) -> Result<U256, Revert> {
        let position = self.authorise()?;
        let vm = &self.vm;

        let held = self.venue.held(vm, &position).map_err(venue_failed)?;
        approve(vm, position.asset, position.venue, assets).map_err(venue_failed)?;
        self.venue.invest(vm, &position, assets).map_err(venue_failed)?;
        approve(vm, position.asset, position.venue, U256::ZERO).map_err(venue_failed)?;
        let units = self.venue.held(vm, &position).map_err(venue_failed)?.saturating_sub(held);

        self.store(At::Units, position.units.saturating_add(units));
        emit::<IAdapter::Allocated>(vm, &[], &[assets.word(), units.word()]);
        Ok(units)
    }

    fn deallocate(&self, assets: U256) -> Result<U256, Revert> {
        let position = self.authorise()?;
        let vm = &self.vm;

        let held = self.venue.held(vm, &position).map_err(venue_failed)?;
        let paid = if assets == U256::MAX {
            self.venue.pay_all(vm, &position, held)
        } else {
            self.venue.pay(vm, &position, assets)
        }
        .map_err(venue_failed)?;
        let spent = held.saturating_sub(self.venue.held(vm, &position).map_err(venue_failed)?);
        let Some(left) = position.units.checked_sub(spent) else {
            return Err(revert::<IAdapter::InsufficientUnits>(&[spent.word(), position.units.word()]));
        };

        self.store(At::Units, left);
        emit::<IAdapter::Deallocated>(vm, &[], &[paid.word(), spent.word()]);
        Ok(paid)
    }

    fn value(&self, position: &Position) -> Result<U256, Revert> {
        if position.units.is_zero() {
            return Ok(U256::ZERO);
        }
        self.venue.value(&self.vm, position).map_err(venue_failed)
    }

    fn liquidity(&self) -> Result<U256, Revert> {
        let position = self.position();
        let value = self.value(&position)?;
        if value.is_zero() {
            return Ok(value);
        }
        Ok(value.min(self.venue.liquidity(&self.vm, &position)))
    }

    fn authorise(&self) -> Result<Position, Revert> {
        let position = self.position();
        let caller = self.vm.msg_sender();
        if caller == position.vault { Ok(position) } else { Err(revert::<IAdapter::NotVault>(&[caller.word()])) }
    }

    fn position(&self) -> Position {
        let address = |at: At| Address::from_word(Slot::at(at as u8).load(&self.vm));
        Position {
            vault: address(At::Vault),
            venue: address(At::Venue),
            asset: address(At::Asset),
            receipt: address(At::Receipt),
            this: self.vm.contract_address(),
            units: number(Slot::at(At::Units as u8).load(&self.vm)),
        }
    }

    fn store(&self, at: At, value: impl Word) {
        Slot::at(at as u8).store(&self.vm, value.word());
    }
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}
