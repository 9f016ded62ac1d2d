//! Roles and parameters: who may set what, and within which bounds.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, desk::IDesk};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use book::{Accounts, CapEntry, Lock, MAX_ASSETS, MAX_CAPS, MAX_POSITION_IDS, MAX_POSITIONS, PositionEntry};
use host::{Revert, Word, emit, revert, view_word};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::program::{Desk, bound_exceeded, not_authorized};

/// The most that the rate of gains may be set to: 1000 % a year.
const MAX_RATE_WAD: U256 = U256::from_limbs([10_000_000_000_000_000_000, 0, 0, 0]);

impl Desk {
    pub(crate) fn set_curator(&mut self, account: Address) -> Result<(), Revert> {
        self.only_owner()?;
        let before = self.book.curator.get();
        self.book.curator.set(account);
        for (account, granted) in [(before, false), (account, true)] {
            if !account.is_zero() {
                self.tell_role("curator", account, granted);
            }
        }
        self.revise()
    }

    pub(crate) fn set_guardian(&mut self, account: Address, granted: bool) -> Result<(), Revert> {
        self.only_owner()?;
        self.book.guardians.insert(account, granted);
        self.tell_role("guardian", account, granted);
        self.revise()
    }

    pub(crate) fn set_max_rate(&mut self, rate_wad: U256) -> Result<(), Revert> {
        self.only_owner()?;
        let mut clock = self.book.clock();
        clock.max_rate_wad = fraction(rate_wad, MAX_RATE_WAD)?;
        self.book.set_clock(&clock);
        emit(&self.vm, &IDesk::MaxRateSet { rateWad: rate_wad });
        self.revise()
    }

    pub(crate) fn offer_ownership(&mut self, candidate: Address) -> Result<(), Revert> {
        self.only_owner()?;
        self.book.pending_owner.set(candidate);
        emit(&self.vm, &IDesk::OwnershipOffered { owner: self.vm.msg_sender(), candidate });
        self.revise()
    }

    pub(crate) fn take_ownership(&mut self) -> Result<(), Revert> {
        let owner = self.vm.msg_sender();
        if owner != self.book.pending_owner.get() {
            return Err(not_authorized(owner, "candidate"));
        }
        self.book.owner.set(owner);
        self.book.pending_owner.set(Address::ZERO);
        emit(&self.vm, &IDesk::OwnershipTaken { owner });
        self.revise()
    }

    pub(crate) fn add_position(&mut self, adapter: Address, risk_ids: &[B256]) -> Result<u32, Revert> {
        self.curator_or(|| false)?;
        let mut accounts = self.free()?;
        let index = accounts.positions;
        if index >= MAX_POSITIONS {
            return Err(bound_exceeded(U256::from(index).saturating_add(U256::ONE), U256::from(MAX_POSITIONS)));
        }
        self.check_adapter(&accounts, adapter)?;
        let mut places = Vec::with_capacity(risk_ids.len());
        for risk_id in risk_ids {
            let place = self.place(&mut accounts, *risk_id)?;
            if places.contains(&place) {
                return Err(revert(IDesk::InvalidRiskId { riskId: *risk_id }));
            }
            places.push(place);
        }
        if places.is_empty() {
            return Err(revert(IDesk::InvalidRiskId { riskId: B256::ZERO }));
        }
        let entry = PositionEntry::new(adapter, &places)
            .ok_or_else(|| bound_exceeded(U256::from(places.len()), U256::from(MAX_POSITION_IDS)))?;

        accounts.positions = index.saturating_add(1);
        self.book.set_accounts(&accounts);
        self.book.set_position(index, &entry);
        emit(&self.vm, &IDesk::PositionAdded { position: index.into(), adapter, riskIds: risk_ids.to_vec() });
        self.revise()?;
        Ok(index.into())
    }

    pub(crate) fn set_cap(&mut self, risk_id: B256, absolute: U256, relative_wad: U256) -> Result<(), Revert> {
        let mut accounts = self.free()?;
        let known = self.book.cap_place(risk_id).map(|place| self.book.cap(place)).unwrap_or_default();
        // What the accounts cannot hold cannot be exceeded either: a higher cap says the same.
        let absolute_assets = u128::try_from(absolute).map_or(MAX_ASSETS, |absolute| absolute.min(MAX_ASSETS));
        let relative = fraction(relative_wad, Self::one())?;
        self.curator_or(|| absolute_assets <= known.absolute_assets && relative <= known.relative_wad)?;

        let place = self.place(&mut accounts, risk_id)?;
        self.book.set_accounts(&accounts);
        self.book.set_cap(place, &CapEntry { absolute_assets, relative_wad: relative, ..known });
        let absolute = U256::from(absolute_assets);
        emit(&self.vm, &IDesk::CapSet { riskId: risk_id, absolute, relativeWad: relative_wad });
        self.revise()
    }

    pub(crate) fn set_liquidity_floor(&mut self, floor_wad: U256) -> Result<(), Revert> {
        let (asset, floor) = self.book.asset_and_floor();
        let new_floor = fraction(floor_wad, Self::one())?;
        self.curator_or(|| new_floor >= floor)?;
        self.book.set_asset_and_floor(asset, new_floor);
        emit(&self.vm, &IDesk::LiquidityFloorSet { floorWad: floor_wad });
        self.revise()
    }

    pub(crate) fn set_keeper(&mut self, account: Address, granted: bool) -> Result<(), Revert> {
        self.curator_or(|| !granted)?;
        self.book.keepers.insert(account, granted);
        self.tell_role("keeper", account, granted);
        self.revise()
    }

    fn only_owner(&self) -> Result<(), Revert> {
        let caller = self.vm.msg_sender();
        if caller == self.book.owner.get() { Ok(()) } else { Err(not_authorized(caller, "owner")) }
    }

    /// Admits curator and owner, and a guardian where the change reduces risk.
    fn curator_or(&self, reduces_risk: impl FnOnce() -> bool) -> Result<(), Revert> {
        let caller = self.vm.msg_sender();
        if caller == self.book.curator.get() || caller == self.book.owner.get() {
            return Ok(());
        }
        if self.book.guardians.get(caller) && reduces_risk() { Ok(()) } else { Err(not_authorized(caller, "curator")) }
    }

    /// Refuses while a call that changes state is under way.
    fn free(&self) -> Result<Accounts, Revert> {
        let accounts = self.book.accounts();
        if accounts.lock == Lock::Free { Ok(accounts) } else { Err(revert(abi::vault::IVault::Entered {})) }
    }

    /// Moves the revision, so that intents computed before the change are refused.
    fn revise(&mut self) -> Result<(), Revert> {
        self.free()?;
        let mut clock = self.book.clock();
        clock.revision = clock.revision.checked_add(1).ok_or_else(Vec::new)?;
        self.book.set_clock(&clock);
        Ok(())
    }

    /// Accepts an adapter of this vault and its asset that is not registered yet.
    fn check_adapter(&self, accounts: &Accounts, adapter: Address) -> Result<(), Revert> {
        let says = |selector, expected: Address| {
            view_word(&self.vm, adapter, selector, &[]).is_ok_and(|found| found.word() == expected.word())
        };
        let (asset, _) = self.book.asset_and_floor();
        let is_ours = says(IAdapter::assetCall::SELECTOR, asset)
            && says(IAdapter::vaultCall::SELECTOR, self.vm.contract_address());
        let is_known = (0..accounts.positions).any(|index| self.book.position(index).adapter == adapter);
        if is_ours && !is_known { Ok(()) } else { Err(revert(IDesk::InvalidAddress { account: adapter })) }
    }

    /// Returns the place of a risk id in the table of caps, a new one when it has none.
    fn place(&mut self, accounts: &mut Accounts, risk_id: B256) -> Result<u8, Revert> {
        if let Some(place) = self.book.cap_place(risk_id) {
            return Ok(place);
        }
        if risk_id.is_zero() {
            return Err(revert(IDesk::InvalidRiskId { riskId: risk_id }));
        }
        let place = accounts.caps;
        if place >= MAX_CAPS {
            return Err(bound_exceeded(U256::from(place).saturating_add(U256::ONE), U256::from(MAX_CAPS)));
        }
        accounts.caps = place.saturating_add(1);
        self.book.place_cap(place, risk_id);
        Ok(place)
    }

    fn tell_role(&self, role: &str, account: Address, granted: bool) {
        emit(&self.vm, &IDesk::RoleSet { role: B256::right_padding_from(role.as_bytes()), account, granted });
    }
}

/// Returns a fraction in wad within its bound.
fn fraction(wad: U256, bound: U256) -> Result<u64, Revert> {
    let fits = u64::try_from(wad).ok().filter(|_| wad <= bound);
    fits.ok_or_else(|| bound_exceeded(wad, bound))
}
