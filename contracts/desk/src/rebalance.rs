//! The keeper's one entry point, its preview, and what anyone may do when no keeper is there: the same legs through the
//! same book, judged once.

use alloc::vec::Vec;

use abi::desk::IDesk::{self, Intent, Leg};
use alloy_primitives::{Address, B256, U256};
use book::{Buckets, Grant, Scale, unix_secs};
use host::{Encoded, Revert, Word, emit, revert};
use mandate::{Budgets, Flow, Limit, Verdict};
use stylus_sdk::stylus_core::{BlockAccess, MessageAccess};

use crate::{
    legs::{Legs, Run},
    program::{Desk, bound_exceeded, not_authorized, overflow},
    session::{Session, Sight},
};

/// The most legs of one intent.
const MAX_LEGS: usize = 64;

/// Whose budgets a change is charged to.
struct Actor {
    caller: Address,
    buckets: Buckets,
    /// The keeper's; `None` for whoever acts in its silence.
    grant: Option<Grant>,
    /// The net asset value before the call.
    nav_before: u128,
    scale: Scale,
}

/// What a change did.
struct Change {
    before: Sight,
    after: Sight,
    flow: Flow,
    budgets: Budgets,
    verdict: Verdict,
    results: Encoded,
}

impl Desk {
    pub(crate) fn rebalance(&self, intent: &Intent) -> Result<Encoded, Revert> {
        let keeper = self.vm.msg_sender();
        let grant = self.authorise(keeper, intent)?;
        let mut session = Session::open(self, self.book.enter()?);
        let mut actor = self.admit(&session, keeper, grant, intent)?;
        let change = self.run(&mut session, &mut actor, &intent.legs, Run::Real)?;
        actor.buckets.keeper_seen_at_secs = actor.scale.now_secs;
        self.settle(session, actor, change)
    }

    pub(crate) fn preview_rebalance(&self, keeper: Address, intent: &Intent) -> Result<Encoded, Revert> {
        let grant = self.authorise(keeper, intent)?;
        let mut session = Session::open(self, self.book.accounts());
        let mut actor = self.admit(&session, keeper, grant, intent)?;
        let Change { before, after, flow, budgets, .. } =
            self.run(&mut session, &mut actor, &intent.legs, Run::Imagined)?;
        Ok(self.states(&session, &before, &after, &flow, &budgets))
    }

    pub(crate) fn relieve(&self, legs: &[Leg]) -> Result<Encoded, Revert> {
        let (buckets, watch) = (self.book.buckets(), self.book.watch());
        let silent_at = buckets.keeper_seen_at_secs.saturating_add(watch.silence_secs);
        if self.book.now() < silent_at {
            let times = [unix_secs(buckets.keeper_seen_at_secs).word(), unix_secs(silent_at).word()];
            return Err(revert::<IDesk::KeeperAlive>(&times));
        }
        check_count(legs)?;
        for leg in legs {
            if !leg.assets.is_negative() {
                return Err(revert::<IDesk::InsufficientIdle>(&[leg.assets.into_raw().word(), B256::ZERO]));
            }
        }
        let mut session = Session::open(self, self.book.enter()?);
        let mut actor = self.actor(&session, self.vm.msg_sender(), None);
        actor.scale.alertness_wad = math::WAD;
        let change = self.run(&mut session, &mut actor, legs, Run::Real)?;
        let (was, is) = (change.before.instant_assets, change.after.instant_assets);
        if is <= was && !change.verdict.mends {
            let limit = Limit::LiquidityCover as u8;
            let facts = [limit.word(), B256::ZERO, is.word(), was.saturating_add(1).word()];
            return Err(revert::<IDesk::LimitBreached>(&facts));
        }
        self.settle(session, actor, change)
    }

    /// Admits who has a grant that has not expired, its next nonce, and an intent in time.
    #[inline(never)]
    fn authorise(&self, keeper: Address, intent: &Intent) -> Result<Grant, Revert> {
        let (grant, now_) = (self.book.grant(keeper), self.vm.block_timestamp());
        if grant.positions == 0 {
            return Err(not_authorized(keeper, "keeper"));
        }
        let expiry = unix_secs(grant.expiry_secs);
        if now_ >= expiry {
            return Err(revert::<IDesk::GrantExpired>(&[expiry.word(), now_.word()]));
        }
        if U256::from(now_) > intent.deadline {
            return Err(revert::<IDesk::IntentExpired>(&[intent.deadline.word(), now_.word()]));
        }
        if intent.nonce != U256::from(grant.nonce) {
            return Err(revert::<IDesk::WrongNonce>(&[intent.nonce.word(), grant.nonce.word()]));
        }
        check_count(&intent.legs)?;
        Ok(grant)
    }

    /// Admits an intent of this very state, whose legs the grant covers, and a pause allows.
    #[inline(never)]
    fn admit(&self, session: &Session, keeper: Address, grant: Grant, intent: &Intent) -> Result<Actor, Revert> {
        let watch = self.book.watch();
        // A sign of life moves nothing, so that the state it was computed from does not matter: otherwise strangers who
        // move the revision in the keeper's silence could keep it silent.
        if !intent.legs.is_empty() && intent.revision != U256::from(watch.revision) {
            return Err(revert::<IDesk::WrongRevision>(&[intent.revision.word(), watch.revision.word()]));
        }
        let is_paused = session.base.ledger.now_secs < watch.paused_until_secs;
        for leg in &intent.legs {
            if !grant.covers(self.registered(&session.base.accounts, leg.position)?) {
                return Err(revert::<IDesk::OutOfGrant>(&[leg.position.word()]));
            }
            if is_paused && leg.assets.is_positive() {
                return Err(revert::<IDesk::Paused>(&[unix_secs(watch.paused_until_secs).word()]));
            }
        }
        Ok(self.actor(session, keeper, Some(grant)))
    }

    #[inline(never)]
    fn actor(&self, session: &Session, caller: Address, grant: Option<Grant>) -> Actor {
        let buckets = self.book.buckets();
        let scale = self.book.scale(&session.base.ledger, session.base.least_nav_assets(), &buckets);
        Actor { caller, buckets, grant, nav_before: session.base.ledger.nav_assets(), scale }
    }

    /// Marks every position that a leg names, runs the legs in order, and judges once.
    #[inline(never)]
    fn run(&self, session: &mut Session, actor: &mut Actor, legs: &[Leg], run: Run) -> Result<Change, Revert> {
        for leg in legs {
            session.touch(self, leg.position)?;
        }
        if run == Run::Real {
            for touched in &session.touched {
                touched.tell_marked(self);
            }
        }
        let before = session.sight();
        actor.scale.least_nav_assets = before.least_nav_assets;
        let mut budgets = actor.scale.budgets(&actor.buckets, &self.book.terms(), actor.grant.as_ref());
        // What marks lose is charged before anything is judged, and never refused for itself.
        budgets.loss.used_assets = budgets.loss.used_assets.saturating_add(session.base.lost_assets);

        let mut results = Encoded::array(legs.len());
        let mut under_way = Legs::new(self, session);
        for leg in legs {
            results.put(&[under_way.run(leg, run)?.word()]);
        }
        let mut flow = under_way.flow;
        let after = session.sight();
        flow.income_assets = session.incomes_assets();
        let verdict = self.check(session, &before, &after, &flow, &budgets)?;
        Ok(Change { before, after, flow, budgets, verdict, results })
    }

    /// Charges the budgets, moves nonce and revision, tells and writes everything.
    #[inline(never)]
    fn settle(&self, session: Session, actor: Actor, change: Change) -> Result<Encoded, Revert> {
        let Actor { caller, mut buckets, grant, nav_before, scale } = actor;
        let Change { flow, budgets, verdict, results, .. } = change;
        let Flow { loss_assets, turnover_assets, .. } = flow;
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
            self.book.set_grant(caller, &grant);
        }
        self.book.set_buckets(&buckets);
        self.book.revise().map_err(overflow)?;

        let mut incomes = [U256::MAX; 2];
        if let Some((before, after)) = flow.income_assets {
            incomes = [U256::from(before), U256::from(after)];
        }
        let [income_before, income_after] = incomes;
        emit::<IDesk::Rebalanced>(
            &self.vm,
            &[caller.word(), nonce.word()],
            &[
                nav_before.word(),
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
        session.close(self);
        Ok(results)
    }
}

#[inline(never)]
fn check_count(legs: &[Leg]) -> Result<(), Revert> {
    let count = legs.len();
    if count <= MAX_LEGS { Ok(()) } else { Err(bound_exceeded(U256::from(count), U256::from(MAX_LEGS))) }
}
