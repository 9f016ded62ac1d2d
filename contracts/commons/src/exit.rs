//! The ways to idle that need nobody: what a withdrawal forces, what a tripped risk id evacuates, and what is due.

use alloc::vec::Vec;

use abi::{adapter::IAdapter, desk::IDesk};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use book::{Lock, MAX_ASSETS, Stated, saturate, unix_secs};
use host::{Arguments, ISOLATED_GAS, Revert, Word, balance_of, emit, invoke_within, revert, view_word_within};
use math::mul_wide;
use portfolio::{Base, Report, Touched, bound_exceeded, not_authorized, overflow, registered};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess, MeteringAccess};

use crate::program::{Commons, has};

/// What must have been left before a call that brings nothing, so that its position is passed over: enough to give it what
/// any may have, of which a 64th stays here. Whoever passes nothing over needs no more gas than it uses.
const PASS_GAS: u64 = ISOLATED_GAS + ISOLATED_GAS / 16;

/// What a position is to pay.
#[derive(Clone, Copy)]
enum Due {
    /// So much, as far as it goes.
    UpTo(u128),
    /// All that it has.
    Everything,
    /// What its venue has to pay by now, and nothing that was not requested.
    Payable,
}

impl Commons {
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
            let paid = self.bring(&mut base, &mut touched, Due::UpTo(missing))?;
            if paid != 0 {
                missing = missing.saturating_sub(paid);
                forced.push(touched);
            }
        }
        self.settle(base, &forced, Lock::Entered);
        Ok(())
    }

    /// Brings to idle what positions under a tripped id can pay, the least liquid first: they run dry first.
    pub(crate) fn evacuate(&self, risk_id: B256) -> Result<U256, Revert> {
        let accounts = self.book.enter()?;
        let place = self.book.cap_place(risk_id).ok_or_else(|| revert::<IDesk::InvalidRiskId>(&[risk_id]))?;
        let (until, now) = (self.book.cap(place).tripped_until_secs, self.book.now());
        if now >= until {
            let facts = [risk_id, unix_secs(now).word(), unix_secs(until).word()];
            return Err(revert::<IDesk::NotTripped>(&facts));
        }
        let mut base = Base::open(&self.book, accounts);
        let (mut waiting, mut left, mut brought) = (Vec::new(), Vec::new(), Vec::new());
        for index in (0..accounts.positions).filter(|index| has(self.book.counted(*index).caps, place)) {
            let holding = self.book.holding(index);
            let touched = Touched::load(&self.book, index, &holding);
            if holding.slack_bps == 0 {
                let liquid = self.liquid(touched.adapter).min(U256::from(touched.mark.value_assets));
                waiting.push((saturate(liquid), touched));
            } else {
                left.push(touched);
            }
        }
        let mut assets = 0_u128;
        while let Some(first) = least_liquid(&waiting) {
            let (_, mut touched) = waiting.swap_remove(first);
            let paid = self.bring(&mut base, &mut touched, Due::UpTo(MAX_ASSETS))?;
            assets = assets.saturating_add(paid);
            if paid == 0 { &mut left } else { &mut brought }.push(touched);
        }
        for touched in brought.iter().chain(&left).filter(|touched| touched.mark.value_assets != 0) {
            let value = touched.mark.value_assets.word();
            emit::<IDesk::Stuck>(&self.vm, &[risk_id, touched.index.word()], &[value]);
        }
        self.settle(base, &brought, Lock::Free);
        Ok(U256::from(assets))
    }

    /// Brings to idle what a position pays at its date, once that has passed; of one without a date that has a term, what its
    /// venue has to pay by now.
    pub(crate) fn settle_matured(&self, position: u32) -> Result<U256, Revert> {
        let accounts = self.book.enter()?;
        let index = registered(&accounts, position)?;
        let (date, now) = (self.book.date(index), self.book.now());
        let due = match date.at_secs {
            0 if date.term_secs != 0 => Due::Payable,
            at if at != 0 && now >= at => Due::Everything,
            at => {
                let maturity = if at == 0 { 0 } else { unix_secs(at) };
                return Err(revert::<IDesk::NotMatured>(&[position.word(), maturity.word()]));
            }
        };
        let mut base = Base::open(&self.book, accounts);
        let mut touched = Touched::load(&self.book, index, &self.book.holding(index));
        let paid = self.bring(&mut base, &mut touched, due)?;
        if paid == 0 {
            return Err(revert::<IDesk::NotPaid>(&[position.word()]));
        }
        self.settle(base, &[touched], Lock::Free);
        Ok(U256::from(paid))
    }

    /// Takes back what is due from a position and books it; returns what arrived, nothing where it was passed over: the book
    /// is as it was, for nobody writes what is not brought.
    ///
    /// # Errors
    ///
    /// `BoundExceeded` where there was too little gas to pass it over; `Overflow`.
    fn bring(&self, base: &mut Base, touched: &mut Touched, due: Due) -> Result<u128, Revert> {
        let paid = match self.pull(base.asset.token, touched, due) {
            Ok(paid @ 1..) => paid,
            // Whoever calls gives the gas, and must not choose by it who is passed over.
            Err(gas) if gas < PASS_GAS => return Err(bound_exceeded(U256::from(gas), U256::from(PASS_GAS))),
            // One that answers and brings nothing is left to the next mark.
            Err(_) | Ok(0) => return Ok(0),
        };
        // What it earned before the exit is marked on all that earned it, not on what is left: otherwise it would
        // reach those who come later. A mark that does not fit the accounts changes nothing, and stops no exit.
        let real = touched.report.stated.value_assets;
        let (whole, is_due) = (real.saturating_add(paid), !matches!(due, Due::UpTo(_)));
        // What was due and came undoes marks: it is cash that was measured here, whoever sent it, and entry has been paying what
        // it undoes. What is forced does not: no more is asked for than is believed, so that all of it counts already, and no
        // exit moves the price that it was promised.
        if is_due {
            let _ = touched.restore(base, whole, paid);
        }
        let _ = touched.mark(base, whole);
        let stated = |value_assets, units| Stated { value_assets, units: U256::from(units) };
        // What is due was no sale at a price: its cash is its value.
        let units = if is_due { touched.mark.value_assets.max(paid) } else { whole };
        let (was, is) = (stated(whole, units), stated(real, units.saturating_sub(paid)));
        // What a forced sale lacks is nobody's charge; its part of the shortfall goes with it, but for what the venue still has
        // beyond the mark: that may be paid yet, and nobody forces a part to have it forgotten. A part of what is due has given
        // back its own, and the rest waits for the rest.
        let shortfall_assets = touched.mark.shortfall_assets;
        if !is_due || real == 0 {
            base.ledger.settle_sale(&mut touched.mark, paid, &was, &is);
        }
        base.ledger.divest(&mut touched.mark, paid, &was, &is).map_err(overflow)?;
        let beyond_assets = real.saturating_sub(touched.mark.value_assets);
        touched.mark.shortfall_assets = touched.mark.shortfall_assets.max(shortfall_assets.min(beyond_assets));
        touched.tell_marked(&self.vm);
        touched.look(&mut base.ledger, &self.vm).map_err(overflow)?;
        let paid_assets = U256::from(paid);
        touched.tell_moved(&self.vm, paid_assets.wrapping_neg(), paid_assets, 0);
        Ok(paid)
    }

    /// Takes back what is due, or a part of it as far as the venue is liquid and the position's marked value goes; returns
    /// what arrived, and keeps what the adapter reported. Fails with the gas that there was for the call that brought nothing.
    fn pull(&self, token: Address, touched: &mut Touched, due: Due) -> Result<u128, u64> {
        let (vm, adapter) = (&self.vm, touched.adapter);
        let was = touched.mark.value_assets;
        let asked = match due {
            Due::Everything => U256::MAX,
            Due::Payable => U256::ZERO,
            Due::UpTo(missing) => {
                let due = U256::from(missing.min(was));
                if due.is_zero() {
                    return Err(u64::MAX);
                }
                let gas = vm.evm_gas_left();
                let asked = due.min(self.liquid(adapter));
                if asked.is_zero() {
                    return Err(gas);
                }
                asked
            }
        };
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

    /// Returns what an adapter says that it could pay at once; nothing where it does not answer.
    fn liquid(&self, adapter: Address) -> U256 {
        view_word_within(&self.vm, ISOLATED_GAS, adapter, IAdapter::liquidityCall::SELECTOR).unwrap_or(U256::ZERO)
    }
}

/// Returns the place of the position of whose value the least part is liquid.
fn least_liquid(waiting: &[(u128, Touched)]) -> Option<usize> {
    let mut least: Option<(usize, u128, u128)> = None;
    for (place, (liquid, touched)) in waiting.iter().enumerate() {
        let value = touched.mark.value_assets;
        let is_less = |(_, than, of): (usize, u128, u128)| mul_wide(*liquid, of) < mul_wide(than, value);
        if least.is_none_or(is_less) {
            least = Some((place, *liquid, value));
        }
    }
    least.map(|(place, _, _)| place)
}
