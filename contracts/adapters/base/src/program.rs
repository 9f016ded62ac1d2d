//! The program around a venue: storage, roles, and the order authorise, check, call, count, emit.

use alloc::{vec, vec::Vec};

use abi::{adapter::IAdapter, erc4626::IERC4626};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Revert, VM, approve, emit, revert, view_word};
use stylus_sdk::{
    prelude::storage,
    storage::{StorageAddress, StorageType, StorageU256},
    stylus_core::{AccountAccess, HostAccess, MessageAccess},
};

use crate::{Position, Venue, venue::venue_failed};

#[storage]
struct Accounts {
    vault: StorageAddress,
    venue: StorageAddress,
    asset: StorageAddress,
    receipt: StorageAddress,
    units: StorageU256,
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
    // SAFETY: the one storage struct of this program, at slot zero, built once a call.
    let accounts = unsafe { Accounts::new(U256::ZERO, 0, vm.clone()) };
    route(&mut Adapter { accounts, venue, vm }, *selector, arguments).unwrap_or(Err(Vec::new()))
}

host::routes! { IAdapter for Adapter<'_>, this:
    initializeCall(c) => this.initialize(c.vault, c.venue);
    allocateCall(c) => this.allocate(c.assets);
    deallocateCall(c) => this.deallocate(c.assets);
    valueCall(_) => this.value(&this.position());
    liquidityCall(_) => this.liquidity();
    unitsCall(_) => Ok::<_, Revert>(this.accounts.units.get());
    vaultCall(_) => Ok::<_, Revert>(this.accounts.vault.get());
    venueCall(_) => Ok::<_, Revert>(this.accounts.venue.get());
    assetCall(_) => Ok::<_, Revert>(this.accounts.asset.get());
    kindCall(_) => Ok::<_, Revert>(this.venue.kind());
}

struct Adapter<'a> {
    accounts: Accounts,
    venue: &'a dyn Venue,
    vm: VM,
}

impl Adapter<'_> {
    fn initialize(&mut self, vault: Address, venue: Address) -> Result<(), Revert> {
        if !self.accounts.vault.get().is_zero() {
            return Err(revert(IAdapter::AlreadyInitialized {}));
        }
        // An account without code has no answer, so neither address can be a wallet, or zero.
        let asset = view_word(&self.vm, vault, IERC4626::assetCall::SELECTOR, &[])
            .map_err(|_| revert(IAdapter::InvalidAddress { account: vault }))?;
        let asset = Address::from_word(B256::from(asset));
        let receipt = self.venue.receipt(&self.vm, venue, asset)?;

        self.accounts.vault.set(vault);
        self.accounts.venue.set(venue);
        self.accounts.asset.set(asset);
        self.accounts.receipt.set(receipt);
        Ok(())
    }

    fn allocate(&mut self, assets: U256) -> Result<U256, Revert> {
        let position = self.authorise()?;
        let vm = &self.vm;

        let held = self.venue.held(vm, &position).map_err(venue_failed)?;
        approve(vm, position.asset, position.venue, assets).map_err(venue_failed)?;
        self.venue.invest(vm, &position, assets).map_err(venue_failed)?;
        approve(vm, position.asset, position.venue, U256::ZERO).map_err(venue_failed)?;
        let units = self.venue.held(vm, &position).map_err(venue_failed)?.saturating_sub(held);

        self.accounts.units.set(position.units.saturating_add(units));
        emit(&self.vm, &IAdapter::Allocated { assets, units });
        Ok(units)
    }

    fn deallocate(&mut self, assets: U256) -> Result<U256, Revert> {
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
            return Err(revert(IAdapter::InsufficientUnits { asked: spent, held: position.units }));
        };

        self.accounts.units.set(left);
        emit(&self.vm, &IAdapter::Deallocated { assets: paid, units: spent });
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
        if caller == position.vault { Ok(position) } else { Err(revert(IAdapter::NotVault { caller })) }
    }

    fn position(&self) -> Position {
        Position {
            vault: self.accounts.vault.get(),
            venue: self.accounts.venue.get(),
            asset: self.accounts.asset.get(),
            receipt: self.accounts.receipt.get(),
            this: self.vm.contract_address(),
            units: self.accounts.units.get(),
        }
    }
}
