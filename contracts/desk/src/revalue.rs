//! What needs no role: marks, by anyone, and the forced way to idle, by the vault's own withdrawals.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, desk::IDesk};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use book::{Accounts, Asset, Clock, Ledger, Lock, MAX_ASSETS, Mark, Position, Stated, Supply, saturate};
use host::{Failure, ISOLATED_GAS, Revert, Word, balance_of, emit, invoke_within, view_word_within};
use mandate::Least;
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::{
    legs::arrived,
    program::{Desk, adapter_failed, not_authorized, overflow},
    report::Report,
};

/// A position as a call has changed it, to be written when all calls out have returned.
struct Changed {
    index: u8,
    position: Position,
    adapter: Address,
    stored: Mark,
    mark: Mark,
}

/// The accounts while a call marks.
struct Marking {
    accounts: Accounts,
    clock: Clock,
    ledger: Ledger,
    asset: Asset,
    supply: Supply,
    least: Least,
    lost_assets: u128,
    changes: Vec<Changed>,
}

impl Marking {
    fn open(desk: &Desk, accounts: Accounts) -> Self {
        let (clock, asset, supply) = (desk.book.clock(), desk.book.asset(), desk.book.supply());
        Self {
            accounts,
            clock,
            ledger: desk.book.ledger(&accounts, &clock),
            asset,
            supply,
            least: accounts.least(&asset, &supply),
            lost_assets: 0,
            changes: Vec::new(),
        }
    }

    /// Marks a position; one that does not fit the accounts changes nothing.
    fn mark(&mut self, mark: &mut Mark, real_assets: u128) -> Result<(), Revert> {
        let nav_before = self.ledger.nav_assets();
        let lost = self.ledger.mark(mark, real_assets).map_err(overflow)?;
        self.lost_assets = self.lost_assets.saturating_add(lost);
        if self.ledger.nav_assets() > nav_before {
            self.least = self.least.recorded(nav_before, self.clock.epoch_secs, self.ledger.now_secs);
        }
        Ok(())
    }
}

impl Desk {
    pub(crate) fn mark(&self, positions: &[u32]) -> Result<(), Revert> {
        let mut marking = Marking::open(self, self.book.enter()?);
        for position in positions {
            let index = self.registered(&marking.accounts, *position)?;
            if marking.changes.iter().any(|change| change.index == index) {
                continue; // Named twice.
            }
            let mut changed = self.load(index);
            let adapter = changed.adapter;
            let real = view_word_within(&self.vm, ISOLATED_GAS, adapter, IAdapter::valueCall::SELECTOR)
                .map_err(|reason| adapter_failed(adapter, reason))?;
            marking.mark(&mut changed.mark, saturate(real))?;
            self.tell_marked(index, &changed.stored, &changed.mark);
            marking.changes.push(changed);
        }
        self.close(marking, Lock::Free);
        Ok(())
    }

    pub(crate) fn force_idle(&self, assets: U256) -> Result<(), Revert> {
        let mut accounts = self.book.accounts();
        if accounts.lock != Lock::Forcing {
            return Err(not_authorized(self.vm.msg_sender(), "vault"));
        }
        accounts.lock = Lock::Entered;
        self.book.set_accounts(&accounts);

        let mut marking = Marking::open(self, accounts);
        let mut missing = u128::try_from(assets).unwrap_or(MAX_ASSETS);
        for index in 0..accounts.positions {
            if missing == 0 {
                break;
            }
            let mut changed = self.load(index);
            let was = changed.mark.value_assets;
            // A position that does not answer, or does not pay, is passed over: its call left nothing behind.
            let Ok((asked, paid, answer)) = self.pull(marking.asset.token, &changed, missing) else { continue };
            let report = Report::read(&answer);
            let real = report.map_or(was.saturating_sub(paid), |report| report.stated.value_assets);
            // What it earned before the exit is marked on all that earned it, not on what is left: otherwise it would
            // reach those who come later. A mark that does not fit the accounts changes nothing, and stops no exit.
            let whole = real.saturating_add(paid);
            let _ = marking.mark(&mut changed.mark, whole);
            self.tell_marked(index, &changed.stored, &changed.mark);
            let stated = |value_assets: u128| Stated { value_assets, units: U256::from(value_assets) };
            // What a forced sale lacks is nobody's charge; its part of the shortfall goes with it.
            marking.ledger.settle_sale(&mut changed.mark, paid, &stated(whole), &stated(real));
            marking.ledger.divest(&mut changed.mark, paid, real).map_err(overflow)?;
            let facts = [asked.wrapping_neg().word(), paid.word(), changed.mark.value_assets.word(), U256::ZERO.word()];
            emit::<IDesk::PositionMoved>(&self.vm, &[index.word()], &facts);
            missing = missing.saturating_sub(paid);
            marking.changes.push(changed);
        }
        self.close(marking, Lock::Entered);
        Ok(())
    }

    fn load(&self, index: u8) -> Changed {
        let (position, holding) = (self.book.position(index), self.book.holding(index));
        let Position { value_assets, at_secs, .. } = position;
        let stored = Mark { value_assets, at_secs, shortfall_assets: holding.shortfall_assets };
        Changed { index, position, adapter: holding.adapter, stored, mark: stored }
    }

    /// Takes back up to `missing`, as far as the venue is liquid and the position's marked value goes; returns what
    /// was asked for, what arrived, and what the adapter answered.
    fn pull(&self, token: Address, changed: &Changed, missing: u128) -> Result<(U256, u128, Vec<u8>), Failure> {
        let (vm, adapter) = (&self.vm, changed.adapter);
        let due = U256::from(missing.min(changed.mark.value_assets));
        if due.is_zero() {
            return Err(Failure::new());
        }
        let asked = due.min(view_word_within(vm, ISOLATED_GAS, adapter, IAdapter::liquidityCall::SELECTOR)?);
        if asked.is_zero() {
            return Err(Failure::new());
        }
        let held = balance_of(vm, token, vm.contract_address())?;
        let (paid, answer) = arrived(vm, token, held, || {
            invoke_within(vm, ISOLATED_GAS, adapter, IAdapter::deallocateCall::SELECTOR, &[asked.word()])
        })?;
        Ok((asked, saturate(paid), answer))
    }

    /// Writes the accounts and every changed position, and charges what the marks lost to the vault's budget.
    fn close(&self, marking: Marking, lock: Lock) {
        let Marking { accounts, clock, ledger, asset, supply, least, lost_assets, changes } = marking;
        let Ledger { idle_assets, marked_assets, value_time, .. } = ledger;
        if lost_assets != 0 {
            self.charge(&clock, ledger.nav_assets(), least, lost_assets);
        }
        let least_since_secs = least.since_secs;
        self.book.set_accounts(&Accounts { idle_assets, marked_assets, lock, least_since_secs, ..accounts });
        self.book.set_clock(&Clock { value_time, ..clock });
        self.book.set_asset(&Asset { least_current_assets: least.current_assets, ..asset });
        self.book.set_supply(&Supply { least_previous_assets: least.previous_assets, ..supply });
        for Changed { index, position, adapter, stored, mark } in changes {
            let Mark { value_assets, at_secs, .. } = mark;
            self.book.set_position(index, &Position { value_assets, at_secs, ..position });
            self.keep_shortfall(index, adapter, &stored, &mark);
        }
    }

    fn charge(&self, clock: &Clock, nav_assets: u128, least: Least, lost_assets: u128) {
        let mut buckets = self.book.buckets();
        let scale = self.scale(&buckets, clock, least, nav_assets);
        let levels = scale.budgets(&buckets, &self.book.terms(), None);
        buckets.loss_assets = levels.loss.used_assets.saturating_add(lost_assets);
        buckets.turnover_assets = levels.turnover.used_assets;
        buckets.at_secs = scale.now_secs;
        self.book.set_buckets(&buckets);
        let words = [lost_assets.word(), buckets.loss_assets.word(), buckets.turnover_assets.word()];
        emit::<IDesk::Charged>(&self.vm, &[], &words);
    }
}
