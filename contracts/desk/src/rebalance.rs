//! The keeper's one entry point, and what anyone may do when no keeper is there: the same legs through the same book,
//! judged once.

use alloc::vec::Vec;

use abi::{
    adapter::IAdapter,
    board::IBoard,
    desk::IDesk::{self, Intent, Leg},
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use book::{Charter, Holding, saturate, unix_secs};
use host::{Arguments, Encoded, Failure, Revert, Word, balance_of, emit, invoke, revert, transfer};
use mandate::{Budgets, Flow, Limit, Verdict};
use portfolio::{Account, Actor, Asking, Movement, Outcome, Report, Session, authorise, check_count, overflow};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::program::Desk;

/// What a change did.
struct Change {
    account: Account,
    budgets: Budgets,
    verdict: Verdict,
}

impl Desk {
    pub(crate) fn rebalance(&self, intent: &Intent) -> Result<Encoded, Revert> {
        let keeper = self.vm.msg_sender();
        let grant = authorise(&self.book, &self.vm, keeper, intent)?;
        let mut session = self.open()?;
        let mut actor = session.admit(&self.book, keeper, grant, intent)?;
        let change = self.run(&mut session, &mut actor, &intent.legs, Asking::Rebalances)?;
        actor.buckets.keeper_seen_at_secs = actor.scale.now_secs;
        self.settle(session, actor, change, &intent.legs)
    }

    pub(crate) fn relieve(&self, legs: &[Leg]) -> Result<Encoded, Revert> {
        let mut session = self.open()?;
        let mut actor = session.actor(&self.book, self.vm.msg_sender(), None);
        let seen_at = actor.buckets.keeper_seen_at_secs;
        let silent_at = seen_at.saturating_add(session.charter.silence_secs);
        if self.book.now() < silent_at {
            let times = [unix_secs(seen_at).word(), unix_secs(silent_at).word()];
            return Err(revert::<IDesk::KeeperAlive>(&times));
        }
        check_count(legs)?;
        for leg in legs {
            if !leg.assets.is_negative() {
                return Err(revert::<IDesk::InsufficientIdle>(&[leg.assets.into_raw().word(), B256::ZERO]));
            }
        }
        actor.scale.alertness_wad = math::WAD;
        let change = self.run(&mut session, &mut actor, legs, Asking::Relieves)?;
        let (was, is) = (change.account.before.instant_assets, change.account.after.instant_assets);
        if is <= was && !change.verdict.mends {
            let limit = Limit::LiquidityCover as u8;
            let facts = [limit.word(), B256::ZERO, is.word(), was.saturating_add(1).word()];
            return Err(revert::<IDesk::LimitBreached>(&facts));
        }
        self.settle(session, actor, change, legs)
    }

    /// Locks the book and loads it, after what governance has set of late is published.
    #[inline(never)]
    fn open(&self) -> Result<Session, Revert> {
        let accounts = self.book.enter()?;
        Ok(Session::open(&self.book, accounts, self.charter(&accounts)?))
    }

    fn charter(&self, accounts: &book::Accounts) -> Result<Charter, Revert> {
        if self.book.watch().charter == 0 {
            self.delegate(&IBoard::publishCall::SELECTOR)?;
        }
        self.book.charter(accounts, self.book.watch().charter)
    }

    /// Runs the legs in order, then marks, books and judges, once.
    #[inline(never)]
    fn run(&self, session: &mut Session, actor: &mut Actor, legs: &[Leg], asking: Asking) -> Result<Change, Revert> {
        let outcomes = self.perform(session, legs)?;
        let account = session.account(legs, &outcomes)?;
        let budgets = session.budgets(actor, &account);
        let verdict = session.judge(&self.book, &self.vm, &account, &budgets, asking)?;
        Ok(Change { account, budgets, verdict })
    }

    /// Moves the money: what comes back is counted by our balance, what went in by the position's units and value.
    fn perform(&self, session: &Session, legs: &[Leg]) -> Result<Vec<Outcome>, Revert> {
        let (token, mut held) = (session.base.asset.token, None);
        session.outcomes(legs, |_, holding, movement| self.move_money(token, holding, movement, &mut held))
    }

    /// `held`: the vault's balance of the asset, where it was read.
    #[inline(never)]
    fn move_money(
        &self,
        token: Address,
        holding: &Holding,
        movement: Movement,
        held: &mut Option<U256>,
    ) -> Result<Outcome, Failure> {
        let (this, adapter) = (self.vm.contract_address(), holding.adapter);
        let mut paid_assets = 0;
        let answer = match movement {
            Movement::In(0) => {
                let report = Report::ask(&self.vm, adapter)?;
                return Ok(Outcome { paid_assets, before: report, after: report });
            }
            Movement::In(assets) => {
                let assets = U256::from(assets);
                transfer(&self.vm, token, adapter, assets)?;
                *held = held.map(|held| held.saturating_sub(assets));
                invoke(&self.vm, adapter, IAdapter::allocateCall::SELECTOR, &[assets.word()])?
            }
            Movement::Out(assets) => {
                let before = match *held {
                    Some(held) => held,
                    None => balance_of(&self.vm, token, this)?,
                };
                let asked = assets.map_or(U256::MAX, U256::from);
                let answer = invoke(&self.vm, adapter, IAdapter::deallocateCall::SELECTOR, &[asked.word()])?;
                let now = balance_of(&self.vm, token, this)?;
                *held = Some(now);
                paid_assets = saturate(now.saturating_sub(before));
                answer
            }
            Movement::Repay(assets) => {
                let words = [assets.map_or(U256::MAX, U256::from).word(), u32::from(holding.target_bps).word()];
                invoke(&self.vm, adapter, IAdapter::deleverageCall::SELECTOR, &words)?
            }
        };
        let mut words = Arguments::new(&answer);
        Ok(Outcome { paid_assets, before: Report::read(&mut words)?, after: Report::read(&mut words)? })
    }

    /// Charges the budgets, moves nonce and revision, tells and writes everything.
    #[inline(never)]
    fn settle(&self, session: Session, actor: Actor, change: Change, legs: &[Leg]) -> Result<Encoded, Revert> {
        let Actor { caller, mut buckets, grant, nav_before_assets, scale } = actor;
        let Change { account, budgets, verdict } = change;
        let Flow { loss_assets, turnover_assets, .. } = account.flow;
        let loss_level = budgets.loss.used_assets.saturating_add(loss_assets);
        let turnover_level = budgets.turnover.used_assets.saturating_add(turnover_assets);
        let is_charged = loss_assets != 0 || turnover_assets != 0;
        // Levels that nothing was added to drain on by themselves.
        if is_charged || session.base.lost_assets != 0 {
            buckets.loss_assets = loss_level;
            buckets.turnover_assets = turnover_level;
            buckets.at_secs = scale.now_secs;
        }
        let mut nonce = U256::MAX;
        if let Some(mut grant) = grant {
            nonce = U256::from(grant.nonce);
            grant.nonce = grant.nonce.checked_add(1).ok_or_else(Vec::new)?;
            if is_charged {
                grant.loss_assets = budgets.grant_loss.used_assets.saturating_add(loss_assets);
                grant.turnover_assets = budgets.grant_turnover.used_assets.saturating_add(turnover_assets);
                grant.at_secs = scale.now_secs;
            }
            self.book.set_grant_used(caller, &grant);
        }
        self.book.set_buckets(&buckets);
        // A sign of life changes nothing that another keeper's intent was computed from.
        if !legs.is_empty() {
            self.book.revise().map_err(overflow)?;
        }

        for touched in &session.touched {
            touched.tell_marked(&self.vm);
        }
        let mut results = Encoded::array(legs.len());
        for (leg, moved) in legs.iter().zip(&account.moved) {
            let result = U256::from(moved.result_assets);
            // What repays leaves idle as it is; what was repaid tells how health was raised.
            let assets = if leg.repays { U256::ZERO } else { leg.assets.into_raw() };
            moved.touched.tell_moved(&self.vm, assets, result, moved.touched.report.depth_assets);
            results.put(&[result.word()]);
        }
        let mut incomes = [U256::MAX; 2];
        if let Some((before, after)) = account.flow.income_assets {
            incomes = [U256::from(before), U256::from(after)];
        }
        let [income_before, income_after] = incomes;
        emit::<IDesk::Rebalanced>(
            &self.vm,
            &[caller.word(), nonce.word()],
            &[
                nav_before_assets.word(),
                session.base.ledger.nav_assets().word(),
                scale.least_nav_assets.word(),
                session.base.ledger.idle_assets.word(),
                loss_assets.word(),
                turnover_assets.word(),
                loss_level.word(),
                turnover_level.word(),
                income_before.word(),
                income_after.word(),
                verdict.broken_before.word(),
                verdict.broken_after.word(),
            ],
        );
        session.close(&self.book, &self.vm);
        Ok(results)
    }
}
