//! Roles and parameters: who may set what, and within which bounds.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, desk::IDesk};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use book::{Accounts, CapEntry, Group, MAX_ASSETS, MAX_CAPS, MAX_POSITION_IDS, MAX_POSITIONS, PositionEntry, Role};
use host::{Revert, Word, emit, revert, view_word};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::program::{Desk, bound_exceeded, name, not_authorized};

/// The most that the rate of gains may be set to: 1000 % a year.
const MAX_RATE_WAD: U256 = U256::from_limbs([10_000_000_000_000_000_000, 0, 0, 0]);

impl Desk {
    pub(crate) fn set_curator(&self, account: Address) -> Result<(), Revert> {
        self.only_owner()?;
        let before = self.book.role(Role::Curator);
        self.book.set_role(Role::Curator, account);
        for (account, granted) in [(before, false), (account, true)] {
            if !account.is_zero() {
                self.tell_role("curator", account, granted);
            }
        }
        self.revise()
    }

    pub(crate) fn set_guardian(&self, account: Address, granted: bool) -> Result<(), Revert> {
        self.only_owner()?;
        self.book.set_in(Group::Guardians, account, granted);
        self.tell_role("guardian", account, granted);
        self.revise()
    }

    pub(crate) fn set_max_rate(&self, rate_wad: U256) -> Result<(), Revert> {
        self.only_owner()?;
        let mut clock = self.book.clock();
        clock.max_rate_wad = fraction(rate_wad, MAX_RATE_WAD)?;
        self.book.set_clock(&clock);
        emit::<IDesk::MaxRateSet>(&self.vm, &[], &[rate_wad.word()]);
        self.revise()
    }

    pub(crate) fn offer_ownership(&self, candidate: Address) -> Result<(), Revert> {
        self.only_owner()?;
        self.book.set_role(Role::PendingOwner, candidate);
        emit::<IDesk::OwnershipOffered>(&self.vm, &[self.vm.msg_sender().word(), candidate.word()], &[]);
        self.revise()
    }

    pub(crate) fn take_ownership(&self) -> Result<(), Revert> {
        let owner = self.vm.msg_sender();
        if !self.is(Role::PendingOwner) {
            return Err(not_authorized(owner, "candidate"));
        }
        self.book.set_role(Role::Owner, owner);
        self.book.set_role(Role::PendingOwner, Address::ZERO);
        emit::<IDesk::OwnershipTaken>(&self.vm, &[owner.word()], &[]);
        self.revise()
    }

    pub(crate) fn add_position(&self, adapter: Address, risk_ids: &[B256]) -> Result<u32, Revert> {
        self.curator_or(|| false)?;
        let mut accounts = self.book.free()?;
        let index = accounts.positions;
        if index >= MAX_POSITIONS {
            return Err(bound_exceeded(U256::from(index).saturating_add(U256::ONE), U256::from(MAX_POSITIONS)));
        }
        self.check_adapter(&accounts, adapter)?;
        let mut places = Vec::with_capacity(risk_ids.len());
        for risk_id in risk_ids {
            let place = self.place(&mut accounts, *risk_id)?;
            if places.contains(&place) {
                return Err(revert::<IDesk::InvalidRiskId>(&[*risk_id]));
            }
            places.push(place);
        }
        if places.is_empty() {
            return Err(revert::<IDesk::InvalidRiskId>(&[B256::ZERO]));
        }
        let entry = PositionEntry::new(adapter, &places)
            .ok_or_else(|| bound_exceeded(U256::from(places.len()), U256::from(MAX_POSITION_IDS)))?;

        accounts.positions = index.saturating_add(1);
        self.book.set_accounts(&accounts);
        self.book.set_position(index, &entry);
        let mut data = alloc::vec![adapter.word(), 64_u8.word(), (risk_ids.len() as u64).word()];
        data.extend_from_slice(risk_ids);
        emit::<IDesk::PositionAdded>(&self.vm, &[index.word()], &data);
        self.revise()?;
        Ok(index.into())
    }

    pub(crate) fn set_cap(&self, risk_id: B256, absolute: U256, relative_wad: U256) -> Result<(), Revert> {
        let mut accounts = self.book.free()?;
        let known = self.book.cap_place(risk_id).map(|place| self.book.cap(place));
        // What the accounts cannot hold cannot be exceeded either: a higher cap says the same.
        let absolute_assets = u128::try_from(absolute).map_or(MAX_ASSETS, |absolute| absolute.min(MAX_ASSETS));
        let relative = fraction(relative_wad, Self::one())?;
        // An id without a place in the table has no cap to lower, and room there is never given back.
        let lowers = |cap: CapEntry| absolute_assets <= cap.absolute_assets && relative <= cap.relative_wad;
        self.curator_or(|| known.is_some_and(lowers))?;

        let place = self.place(&mut accounts, risk_id)?;
        self.book.set_accounts(&accounts);
        self.book.set_cap(place, &CapEntry { absolute_assets, relative_wad: relative, ..known.unwrap_or_default() });
        emit::<IDesk::CapSet>(&self.vm, &[risk_id], &[absolute_assets.word(), relative_wad.word()]);
        self.revise()
    }

    pub(crate) fn set_liquidity_floor(&self, floor_wad: U256) -> Result<(), Revert> {
        let (asset, floor) = self.book.asset_and_floor();
        let new_floor = fraction(floor_wad, Self::one())?;
        self.curator_or(|| new_floor >= floor)?;
        self.book.set_asset_and_floor(asset, new_floor);
        emit::<IDesk::LiquidityFloorSet>(&self.vm, &[], &[floor_wad.word()]);
        self.revise()
    }

    pub(crate) fn set_keeper(&self, account: Address, granted: bool) -> Result<(), Revert> {
        self.curator_or(|| !granted)?;
        self.book.set_in(Group::Keepers, account, granted);
        self.tell_role("keeper", account, granted);
        self.revise()
    }

    /// Whether the caller has a role; a role that nobody has, nobody has.
    fn is(&self, role: Role) -> bool {
        let caller = self.vm.msg_sender();
        !caller.is_zero() && caller == self.book.role(role)
    }

    fn only_owner(&self) -> Result<(), Revert> {
        if self.is(Role::Owner) { Ok(()) } else { Err(not_authorized(self.vm.msg_sender(), "owner")) }
    }

    /// Admits curator and owner, and a guardian where the change reduces risk.
    fn curator_or(&self, reduces_risk: impl FnOnce() -> bool) -> Result<(), Revert> {
        if self.is(Role::Curator) || self.is(Role::Owner) {
            return Ok(());
        }
        let caller = self.vm.msg_sender();
        if self.book.is_in(Group::Guardians, caller) && reduces_risk() {
            Ok(())
        } else {
            Err(not_authorized(caller, "curator"))
        }
    }

    /// Moves the revision, so that intents computed before the change are refused.
    fn revise(&self) -> Result<(), Revert> {
        self.book.free()?;
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
        if is_ours && !is_known { Ok(()) } else { Err(revert::<IDesk::InvalidAddress>(&[adapter.word()])) }
    }

    /// Returns the place of a risk id in the table of caps, a new one when it has none.
    fn place(&self, accounts: &mut Accounts, risk_id: B256) -> Result<u8, Revert> {
        if let Some(place) = self.book.cap_place(risk_id) {
            return Ok(place);
        }
        if risk_id.is_zero() {
            return Err(revert::<IDesk::InvalidRiskId>(&[risk_id]));
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
        emit::<IDesk::RoleSet>(&self.vm, &[name(role), account.word()], &[granted.word()]);
    }
}

/// Returns a fraction in wad within its bound.
fn fraction(wad: U256, bound: U256) -> Result<u64, Revert> {
    let fits = u64::try_from(wad).ok().filter(|_| wad <= bound);
    fits.ok_or_else(|| bound_exceeded(wad, bound))
}
