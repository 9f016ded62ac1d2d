//! The rescue of a leveraged position: anybody lowers its debt, in bounds that governance has set, and is paid in shares.

use abi::{adapter::IAdapter, desk::IDesk, vault::IVault};
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use book::{Holding, Lock, saturate, unix_secs};
use host::{Arguments, Revert, Word, emit, invoke, revert};
use math::{mul_wide, part_down, to_shares_down};
use portfolio::{Base, Report, Touched, adapter_failed, registered};
use stylus_sdk::stylus_core::MessageAccess;

use crate::program::Commons;

/// 10,000 = 1.
const ONE_BPS: u128 = 10_000;
/// What a venue may round off a debt, and a loss, in base units.
const ROUNDING_ASSETS: u128 = 2;

impl Commons {
    pub(crate) fn deleverage(&self, position: u32, debt_assets: U256) -> Result<[B256; 2], Revert> {
        let accounts = self.book.enter()?;
        let index = registered(&accounts, position)?;
        let (holding, rescue) = (self.book.holding(index), self.book.rescue(index));
        if !holding.may_owe() {
            return Err(revert::<IDesk::NoThresholds>(&[index.word()]));
        }
        let now_secs = self.book.now();
        let available_assets = rescue.available_assets(now_secs);
        if available_assets == 0 {
            return Err(revert::<IDesk::TooSoon>(&[index.word(), unix_secs(rescue.ready_at_secs()).word()]));
        }

        let most = saturate(debt_assets).min(available_assets);
        let [before, after] = self.lower(&holding, most)?;
        let (repaid, lost) = check(index, &holding, rescue.slip_bps, most, &before, &after)?;
        let mut base = Base::open(&self.book, accounts);
        let mut touched = Touched::load(&self.book, index, &holding);
        touched.mark(&mut base, before.stated.value_assets)?;
        touched.tell_marked(&self.vm);
        let mark = &mut touched.mark;
        let cost = base.change(|ledger| ledger.repay(mark, &before.stated, &after.stated))?;
        touched.tell_moved(&self.vm, U256::ZERO, U256::from(repaid), after.depth_assets);
        let reward_assets = part(repaid, rescue.reward_bps);
        base.lost_assets = base.lost_assets.saturating_add(cost).saturating_add(reward_assets);
        let shares = self.reward(&mut base, reward_assets);
        self.book.set_rescue(index, &rescue.after(repaid, now_secs));
        let facts = [repaid, lost, reward_assets].map(Word::word);
        let [backing, debt] = [after.backing_assets, after.debt_assets].map(Word::word);
        let facts = [facts.as_slice(), &[shares.word(), backing, debt]].concat();
        emit::<IDesk::Deleveraged>(&self.vm, &[index.word(), self.vm.msg_sender().word()], &facts);
        self.settle(base, &[touched], Lock::Free);
        Ok([repaid.word(), shares.word()])
    }

    /// Has the adapter repay up to so much, and returns what it says of the position before and after.
    fn lower(&self, holding: &Holding, debt_assets: u128) -> Result<[Report; 2], Revert> {
        let words = [debt_assets.word(), u32::from(holding.target_bps).word()];
        let answer = invoke(&self.vm, holding.adapter, IAdapter::deleverageCall::SELECTOR, &words);
        let answer = answer.and_then(|answer| {
            let mut words = Arguments::new(&answer);
            Ok([Report::read(&mut words)?, Report::read(&mut words)?])
        });
        answer.map_err(|reason| adapter_failed(holding.adapter, reason))
    }

    /// Creates shares for the caller, worth a reward at most: at the price of entry, rounded down. None where they do not
    /// fit.
    fn reward(&self, base: &mut Base, reward_assets: u128) -> U256 {
        let (caller, nav) = (self.vm.msg_sender(), U256::from(base.ledger.nav_entry_assets()));
        let shares = to_shares_down(U256::from(reward_assets), nav, base.shares()).unwrap_or(U256::ZERO);
        if shares.is_zero() || !base.create_shares(shares) {
            return U256::ZERO;
        }
        let balance = self.book.balance_shares(caller).saturating_add(shares);
        self.book.set_balance_shares(caller, balance);
        emit::<IVault::Transfer>(&self.vm, &[B256::ZERO, caller.word()], &[shares.word()]);
        shares
    }
}

/// Judges a rescue by the reports around it, and returns what was repaid and what it lost.
///
/// # Errors
///
/// `Healthy`, `NotDeleveraged`, `DeleverageTooDear`.
fn check(
    index: u8,
    holding: &Holding,
    slip_bps: u16,
    most: u128,
    before: &Report,
    after: &Report,
) -> Result<(u128, u128), Revert> {
    let hard_bps = u32::from(holding.hard_bps);
    if mul_wide(before.backing_assets, ONE_BPS) >= mul_wide(before.debt_assets, hard_bps.into()) {
        let facts = [index.word(), before.backing_assets.word(), before.debt_assets.word(), hard_bps.word()];
        return Err(revert::<IDesk::Healthy>(&facts));
    }
    let most = most.saturating_add(ROUNDING_ASSETS);
    let repaid = before.debt_assets.saturating_sub(after.debt_assets);
    let is_nearer =
        mul_wide(after.backing_assets, before.debt_assets) > mul_wide(before.backing_assets, after.debt_assets);
    if repaid == 0 || repaid > most || !(is_nearer || after.debt_assets == 0) {
        return Err(revert::<IDesk::NotDeleveraged>(&[index.word(), repaid.word(), most.word()]));
    }
    let lost = before.stated.value_assets.saturating_sub(after.stated.value_assets);
    let most = part(repaid, slip_bps).saturating_add(ROUNDING_ASSETS);
    if lost > most {
        return Err(revert::<IDesk::DeleverageTooDear>(&[index.word(), lost.word(), most.word()]));
    }
    Ok((repaid, lost))
}

/// Returns a part of an amount, rounded down.
fn part(assets: u128, bps: u16) -> u128 {
    part_down(assets, U256::from(bps), U256::from(ONE_BPS))
}
