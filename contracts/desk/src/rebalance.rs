//! The keeper's one entry point, its preview, and what anyone may do when no keeper is there: the same legs through the
//! same book, judged once.

use alloc::vec::Vec;

use abi::desk::IDesk::{self, Intent, Leg};
use alloy_primitives::{Address, B256, U256};
use book::{Buckets, Grant, unix_secs};
use host::{Revert, Word, emit, revert};
use mandate::{Budgets, Flow, Limit, State};
use stylus_sdk::stylus_core::{BlockAccess, MessageAccess};

use crate::{
    legs::{Legs, Run},
    limits::{ALERT, LimitWords, Scale, broken},
    program::{Desk, bound_exceeded, not_authorized},
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
    alertness_wad: u64,
}

/// What a change did.
struct Change {
    before: Sight,
    after: Sight,
    flow: Flow,
    budgets: Budgets,
    scale: Scale,
    results: Vec<[B256; 1]>,
}

impl Desk {
    pub(crate) fn rebalance(&self, intent: &Intent) -> Result<Vec<[B256; 1]>, Revert> {
        let keeper = self.vm.msg_sender();
        let grant = self.authorise(keeper, intent)?;
        let mut session = Session::open(self, self.book.enter()?);
        let mut actor = self.admit(&session, keeper, grant, intent)?;

        let nav_before = session.ledger.nav_assets();
        let change = self.run(&mut session, &actor, &intent.legs, Run::Real)?;
        actor.buckets.keeper_seen_at_secs = session.ledger.now_secs;
        self.settle(session, actor, change, nav_before)
    }

    pub(crate) fn preview_rebalance(&self, keeper: Address, intent: &Intent) -> Result<Vec<LimitWords>, Revert> {
        let grant = self.authorise(keeper, intent)?;
        let mut session = Session::open(self, self.book.accounts());
        let actor = self.admit(&session, keeper, grant, intent)?;
        let change = self.run(&mut session, &actor, &intent.legs, Run::Imagined)?;
        Ok(self.words(&self.states_of(&session, &change, &change.after)))
    }

    pub(crate) fn relieve(&self, legs: &[Leg]) -> Result<Vec<[B256; 1]>, Revert> {
        let (buckets, watch) = (self.book.buckets(), self.book.watch());
        let silent_at = buckets.keeper_seen_at_secs.saturating_add(watch.silence_secs);
        if self.book.now() < silent_at {
            let times = [unix_secs(buckets.keeper_seen_at_secs).word(), unix_secs(silent_at).word()];
            return Err(revert::<IDesk::KeeperAlive>(&times));
        }
        check_count(legs)?;
        if let Some(leg) = legs.iter().find(|leg| !leg.assets.is_negative()) {
            return Err(revert::<IDesk::InsufficientIdle>(&[leg.assets.into_raw().word(), B256::ZERO]));
        }
        let mut session = Session::open(self, self.book.enter()?);
        let actor = Actor { caller: self.vm.msg_sender(), buckets, grant: None, alertness_wad: ALERT };
        let nav_before = session.ledger.nav_assets();
        let change = self.run(&mut session, &actor, legs, Run::Real)?;
        self.check_relief(&session, &change)?;
        self.settle(session, actor, change, nav_before)
    }

    /// Admits who has a grant that has not expired, its next nonce, and an intent in time.
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
    fn admit(&self, session: &Session, keeper: Address, grant: Grant, intent: &Intent) -> Result<Actor, Revert> {
        let watch = self.book.watch();
        if intent.revision != U256::from(watch.revision) {
            return Err(revert::<IDesk::WrongRevision>(&[intent.revision.word(), watch.revision.word()]));
        }
        let is_paused = session.ledger.now_secs < watch.paused_until_secs;
        for leg in &intent.legs {
            if !grant.covers(self.registered(&session.accounts, leg.position)?) {
                return Err(revert::<IDesk::OutOfGrant>(&[leg.position.word()]));
            }
            if is_paused && leg.assets.is_positive() {
                return Err(revert::<IDesk::Paused>(&[unix_secs(watch.paused_until_secs).word()]));
            }
        }
        let buckets = self.book.buckets();
        let alertness_wad = self.alertness_wad(&buckets, session.ledger.now_secs);
        Ok(Actor { caller: keeper, buckets, grant: Some(grant), alertness_wad })
    }

    /// Marks every position that a leg names, runs the legs in order, and judges once.
    fn run(&self, session: &mut Session, actor: &Actor, legs: &[Leg], run: Run) -> Result<Change, Revert> {
        for leg in legs {
            session.touch(self, leg.position)?;
        }
        if run == Run::Real {
            for touched in &session.touched {
                self.tell_marked(touched.index, &touched.stored, &touched.mark);
            }
        }
        let (before, income_before) = (session.sight(), session.income_assets());
        let scale = Scale {
            least_nav_assets: before.least_nav_assets,
            alertness_wad: actor.alertness_wad,
            epoch_secs: session.clock.epoch_secs,
            now_secs: session.ledger.now_secs,
        };
        let mut budgets = scale.budgets(&actor.buckets, &self.book.terms(), actor.grant.as_ref());
        // What marks lose is charged before anything is judged, and never refused for itself.
        budgets.loss.used_assets = budgets.loss.used_assets.saturating_add(session.marks_lost_assets);

        let mut results = Vec::with_capacity(legs.len());
        let mut under_way = Legs::new(self, session);
        for leg in legs {
            results.push([under_way.run(leg, run)?.word()]);
        }
        let flow = under_way.flow;
        let flow = Flow { income_assets: income_before.zip(session.income_assets()), ..flow };
        let after = session.sight();
        self.check(session, &before, &after, &flow, &budgets)?;
        Ok(Change { before, after, flow, budgets, scale, results })
    }

    /// Admits a relief that brings more to where it is payable at once, or a broken limit nearer to holding.
    fn check_relief(&self, session: &Session, change: &Change) -> Result<(), Revert> {
        if change.after.instant_assets > change.before.instant_assets {
            return Ok(());
        }
        let was = self.states_of(session, change, &change.before);
        let is = self.states_of(session, change, &change.after);
        let is_cap =
            |state: &State<u8>| matches!(state.limit, Limit::AbsoluteCap | Limit::RelativeCap | Limit::VenueDepth);
        let mut pairs = was.iter().zip(&is).filter(|(was, _)| !was.holds && is_cap(was));
        if pairs.any(|(was, is)| is.value < was.value) {
            return Ok(());
        }
        let bound = change.before.instant_assets.saturating_add(1);
        let facts = [change.after.instant_assets.word(), bound.word()];
        Err(self.breached(Limit::LiquidityCover as u8, B256::ZERO, facts))
    }

    /// Charges the budgets, moves nonce and revision, tells and writes everything.
    fn settle(
        &self,
        session: Session,
        actor: Actor,
        change: Change,
        nav_before: u128,
    ) -> Result<Vec<[B256; 1]>, Revert> {
        let Change { before, flow, budgets, scale, .. } = &change;
        let Flow { loss_assets, turnover_assets, .. } = *flow;
        let loss_level = budgets.loss.used_assets.saturating_add(loss_assets);
        let turnover_level = budgets.turnover.used_assets.saturating_add(turnover_assets);
        let moved = loss_assets.saturating_add(turnover_assets);
        let mut buckets = actor.buckets;
        // Levels that nothing was added to drain on by themselves.
        if moved != 0 || session.marks_lost_assets != 0 {
            buckets.loss_assets = loss_level;
            buckets.turnover_assets = turnover_level;
            buckets.at_secs = scale.now_secs;
        }
        let mut nonce = U256::MAX;
        if let Some(mut grant) = actor.grant {
            nonce = U256::from(grant.nonce);
            grant.nonce = grant.nonce.checked_add(1).ok_or_else(Vec::new)?;
            if moved != 0 {
                grant.loss_assets = budgets.grant_loss.used_assets.saturating_add(loss_assets);
                grant.turnover_assets = budgets.grant_turnover.used_assets.saturating_add(turnover_assets);
                grant.at_secs = scale.now_secs;
            }
            self.book.set_grant(actor.caller, &grant);
        }
        self.book.set_buckets(&buckets);
        self.book.revise().map_err(crate::program::overflow)?;

        let (income_before, income_after) = match flow.income_assets {
            None => (U256::MAX, U256::MAX),
            Some((before, after)) => (U256::from(before), U256::from(after)),
        };
        emit::<IDesk::Rebalanced>(
            &self.vm,
            &[actor.caller.word(), nonce.word()],
            &[
                nav_before.word(),
                session.ledger.nav_assets().word(),
                scale.least_nav_assets.word(),
                session.ledger.idle_assets.word(),
                loss_assets.word(),
                turnover_assets.word(),
                loss_level.word(),
                turnover_level.word(),
                income_before.word(),
                income_after.word(),
                broken(&self.states_of(&session, &change, before)).word(),
                broken(&self.states_of(&session, &change, &change.after)).word(),
            ],
        );
        session.close(self);
        Ok(change.results)
    }

    fn states_of(&self, session: &Session, change: &Change, sight: &Sight) -> Vec<State<u8>> {
        self.states(session, &change.before, sight, &change.flow, &change.budgets)
    }
}

fn check_count(legs: &[Leg]) -> Result<(), Revert> {
    let count = legs.len();
    if count <= MAX_LEGS { Ok(()) } else { Err(bound_exceeded(U256::from(count), U256::from(MAX_LEGS))) }
}
