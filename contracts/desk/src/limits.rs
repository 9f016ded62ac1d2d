//! The mandate over the book: budgets, the post-condition of a change, and every limit as it stands.

use alloc::vec::Vec;

use abi::desk::IDesk;
use alloy_primitives::B256;
use book::{Buckets, Grant, Terms};
use host::{Encoded, Revert, Word, revert};
use mandate::{
    Bucket, Budgets, Flow, Level, Parameters, Subject, Verdict, alertness_wad, capacity_down, judge, states,
};

use crate::{
    program::Desk,
    report::Report,
    session::{Base, Session, Sight},
};

/// What turns fractions into budgets.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) least_nav_assets: u128,
    pub(crate) alertness_wad: u64,
    pub(crate) epoch_secs: u32,
    pub(crate) now_secs: u32,
}

impl Scale {
    /// Returns a budget drained to now.
    #[inline(never)]
    pub(crate) fn level(&self, bucket: Bucket, wad: u64) -> Level {
        let capacity_assets = capacity_down(self.least_nav_assets, wad, self.alertness_wad);
        Level { used_assets: bucket.level(capacity_assets, self.epoch_secs, self.now_secs), capacity_assets }
    }

    /// Returns the budgets, drained to now; without a grant, its part bounds nothing.
    #[inline(never)]
    pub(crate) fn budgets(&self, buckets: &Buckets, terms: &Terms, grant: Option<&Grant>) -> Budgets {
        let mut budgets = Budgets {
            loss: self.level(buckets.loss(), terms.loss_wad),
            turnover: self.level(buckets.turnover(), terms.turnover_wad),
            ..Budgets::UNBOUNDED
        };
        if let Some(grant) = grant {
            budgets.grant_loss = self.level(grant.loss(), grant.loss_wad);
            budgets.grant_turnover = self.level(grant.turnover(), grant.turnover_wad);
        }
        budgets
    }
}

impl Desk {
    /// Returns what turns fractions into the keepers' budgets now: less of them the longer they have been silent.
    #[inline(never)]
    pub(crate) fn scale(&self, base: &Base, buckets: &Buckets) -> Scale {
        let (epoch_secs, now_secs) = (base.clock.epoch_secs, base.ledger.now_secs);
        let silent_secs = now_secs.saturating_sub(buckets.keeper_seen_at_secs);
        Scale {
            least_nav_assets: base.least.assets(base.ledger.nav_assets(), epoch_secs, now_secs),
            alertness_wad: alertness_wad(silent_secs, self.book.watch().silence_secs),
            epoch_secs,
            now_secs,
        }
    }

    pub(crate) fn limits(&self) -> Result<Encoded, Revert> {
        let session = Session::open(self, self.book.accounts());
        let mut stakes = Vec::new();
        for index in 0..session.base.accounts.positions {
            // A venue that does not answer does not say how deep it is.
            let report = Report::ask(&self.vm, self.book.holding(index).adapter);
            stakes.push(session.stake(index, report.map_or(u128::MAX, |report| report.depth_assets)));
        }
        let sight = session.sight_of(stakes);
        let buckets = self.book.buckets();
        let budgets = self.scale(&session.base, &buckets).budgets(&buckets, &self.book.terms(), None);
        Ok(self.states(&session, &sight, &sight, &Flow::default(), &budgets))
    }

    /// Refuses what leaves a limit broken and no nearer to holding.
    #[inline(never)]
    pub(crate) fn check(
        &self,
        session: &Session,
        before: &Sight,
        after: &Sight,
        flow: &Flow,
        budgets: &Budgets,
    ) -> Result<Verdict, Revert> {
        let parameters = self.parameters(session);
        judge(&before.portfolio(), &after.portfolio(), flow, budgets, &parameters).map_err(|breach| {
            let id = self.id_of(breach.on);
            revert::<IDesk::LimitBreached>(&[(breach.limit as u8).word(), id, breach.value.word(), breach.bound.word()])
        })
    }

    /// `IDesk.LimitState[]`: every limit of `sight`, which a flow has changed from `base`.
    #[inline(never)]
    pub(crate) fn states(
        &self,
        session: &Session,
        base: &Sight,
        sight: &Sight,
        flow: &Flow,
        budgets: &Budgets,
    ) -> Encoded {
        let parameters = self.parameters(session);
        let (mut items, mut count) = (Encoded::default(), 0_usize);
        for state in states(&base.portfolio(), &sight.portfolio(), flow, budgets, &parameters) {
            let limit = (state.limit as u8).word();
            items.put(&[limit, self.id_of(state.on), state.value.word(), state.bound.word(), state.holds.word()]);
            count = count.saturating_add(1);
        }
        let mut all = Encoded::array(count);
        all.0.append(&mut items.0);
        all
    }

    fn parameters<'a>(&self, session: &'a Session) -> Parameters<'a, u8> {
        let Terms { liquidity_floor_wad, liquidity_cover_wad, .. } = self.book.terms();
        Parameters { caps: &session.caps, liquidity_floor_wad, liquidity_cover_wad }
    }

    #[inline(never)]
    fn id_of(&self, on: Subject<u8>) -> B256 {
        match on {
            Subject::Portfolio => B256::ZERO,
            Subject::Risk(place) => self.book.risk_id(place),
            Subject::Position(index) => index.word(),
        }
    }
}
