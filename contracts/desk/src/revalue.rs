//! What needs no role: marks, by anyone, and the forced way to idle, by the vault's own withdrawals.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, desk::IDesk};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use book::{Lock, MAX_ASSETS, Stated, saturate};
use host::{Arguments, ISOLATED_GAS, Revert, Word, balance_of, emit, invoke_within, view_word_within};
use portfolio::{Base, Report, Touched, adapter_failed, bound_exceeded, not_authorized, overflow, registered};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess, MeteringAccess};

use crate::program::Desk;

/// What must have been left before a call that brings nothing, so that its position is passed over: enough to give it what
/// any may have, of which a 64th stays here. An exit that passes nothing over needs no more gas than it uses.
const PASS_GAS: u64 = ISOLATED_GAS + ISOLATED_GAS / 16;

impl Desk {
    pub(crate) fn mark(&self, positions: &[u64]) -> Result<(), Revert> {
        let mut base = Base::open(&self.book, self.book.enter()?);
        let mut marked: Vec<Touched> = Vec::new();
        for position in positions {
            let index = registered(&base.accounts, *position as u32)?; // 32 bits.
            if marked.iter().any(|touched| touched.index == index) {
                continue; // Named twice.
            }
            let mut touched = Touched::load(&self.book, index, &self.book.holding(index));
            let adapter = touched.adapter;
            let real = view_word_within(&self.vm, ISOLATED_GAS, adapter, IAdapter::valueCall::SELECTOR)
                .map_err(|reason| adapter_failed(adapter, reason))?;
            touched.mark(&mut base, saturate(real))?;
            touched.tell_marked(&self.vm);
            marked.push(touched);
        }
        self.settle_marks(base, &marked, Lock::Free);
        Ok(())
    }

    pub(crate) fn force_idle(&self, assets: U256) -> Result<(), Revert> {
        let mut accounts = self.book.accounts();
        if accounts.lock != Lock::Forcing {
            return Err(not_authorized(self.vm.msg_sender(), "vault"));
        }
        accounts.lock = Lock::Entered;
        self.book.set_accounts(&accounts);

        let mut base = Base::open(&self.book, accounts);
        let mut missing = u128::try_from(assets).unwrap_or(MAX_ASSETS);
        let mut forced = Vec::new();
        for index in 0..accounts.positions {
            if missing == 0 {
                break;
            }
            let holding = self.book.holding(index);
            // Where the price can be moved, whoever exits could move it around its own exit, and those who stay would pay.
            if holding.slack_bps != 0 {
                continue;
            }
            let mut touched = Touched::load(&self.book, index, &holding);
            let paid = match self.pull(base.asset.token, &mut touched, missing) {
                Ok(paid) => paid,
                // Whoever exits gives the gas, and must not choose by it who is passed over.
                Err(gas) if gas < PASS_GAS => return Err(bound_exceeded(U256::from(gas), U256::from(PASS_GAS))),
                // A position that does not answer, or does not pay, is passed over: its call left nothing behind.
                Err(_) => continue,
            };
            // What it earned before the exit is marked on all that earned it, not on what is left: otherwise it would
            // reach those who come later. A mark that does not fit the accounts changes nothing, and stops no exit.
            let real = touched.report.stated.value_assets;
            let whole = real.saturating_add(paid);
            let _ = touched.mark(&mut base, whole);
            touched.tell_marked(&self.vm);
            let stated = |value_assets: u128| Stated { value_assets, units: U256::from(value_assets) };
            // What a forced sale lacks is nobody's charge; its part of the shortfall goes with it.
            let (was, is) = (stated(whole), stated(real));
            base.ledger.settle_sale(&mut touched.mark, paid, &was, &is);
            base.ledger.divest(&mut touched.mark, paid, &was, &is).map_err(overflow)?;
            let paid_assets = U256::from(paid);
            self.tell_moved(&touched, paid_assets.wrapping_neg(), paid_assets, 0);
            missing = missing.saturating_sub(paid);
            forced.push(touched);
        }
        self.settle_marks(base, &forced, Lock::Entered);
        Ok(())
    }

    /// Takes back up to `missing`, as far as the venue is liquid and the position's marked value goes; returns what
    /// arrived, and keeps what the adapter reported. Fails with the gas that there was for the call that brought nothing.
    fn pull(&self, token: Address, touched: &mut Touched, missing: u128) -> Result<u128, u64> {
        let (vm, adapter) = (&self.vm, touched.adapter);
        let was = touched.mark.value_assets;
        let due = U256::from(missing.min(was));
        if due.is_zero() {
            return Err(u64::MAX);
        }
        let gas = vm.evm_gas_left();
        let liquid = view_word_within(vm, ISOLATED_GAS, adapter, IAdapter::liquidityCall::SELECTOR);
        let asked = due.min(liquid.unwrap_or(U256::ZERO));
        if asked.is_zero() {
            return Err(gas);
        }
        let held = || balance_of(vm, token, vm.contract_address()).map_err(|_| vm.evm_gas_left());
        let (before, gas) = (held()?, vm.evm_gas_left());
        let answer = invoke_within(vm, ISOLATED_GAS, adapter, IAdapter::deallocateCall::SELECTOR, &[asked.word()]);
        let answer = answer.map_err(|_| gas)?;
        let paid = saturate(held()?.saturating_sub(before));
        let mut words = Arguments::new(&answer);
        // The second report is of the position after it.
        let after = Report::read(&mut words).and_then(|_| Report::read(&mut words));
        touched.report = after.unwrap_or_else(|_| {
            // It paid, and does not say what is left: what it paid is gone.
            let stated = Stated { value_assets: was.saturating_sub(paid), units: U256::ZERO };
            Report { stated, ..Report::default() }
        });
        Ok(paid)
    }

    /// Tells of a leg, or of what an exit forced.
    #[inline(never)]
    pub(crate) fn tell_moved(&self, touched: &Touched, assets: U256, result: U256, depth_assets: u128) {
        let depth = if depth_assets == u128::MAX { U256::MAX } else { U256::from(depth_assets) };
        let facts = [assets.word(), result.word(), touched.mark.value_assets.word(), depth.word()];
        emit::<IDesk::PositionMoved>(&self.vm, &[touched.index.word()], &facts);
    }

    /// Writes the accounts and every changed position, and charges what the marks lost to the vault's budget.
    fn settle_marks(&self, base: Base, changed: &[Touched], lock: Lock) {
        if base.lost_assets != 0 {
            let mut buckets = self.book.buckets();
            let silence_secs = self.book.register().silence_secs;
            let scale = self.book.scale(&base.ledger, base.least_nav_assets(), &buckets, silence_secs);
            let levels = scale.budgets(&buckets, &self.book.terms(), None);
            buckets.loss_assets = levels.loss.used_assets.saturating_add(base.lost_assets);
            buckets.turnover_assets = levels.turnover.used_assets;
            buckets.at_secs = scale.now_secs;
            self.book.set_buckets(&buckets);
            let words = [base.lost_assets.word(), buckets.loss_assets.word(), buckets.turnover_assets.word()];
            emit::<IDesk::Charged>(&self.vm, &[], &words);
        }
        for touched in changed {
            touched.close(&self.book, &self.vm);
        }
        base.close(&self.book, lock);
    }
}
