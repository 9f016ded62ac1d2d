//! The mandate over the book: budgets, the post-condition of a change, and every limit as it stands.

use alloc::vec::Vec;

use abi::desk::IDesk;
use alloy_primitives::{B256, U256};
use book::{Buckets, Clock, Grant, Terms};
use host::{Revert, Word, revert};
use mandate::{
    Bucket, Budgets, Flow, Least, Level, Parameters, State, Subject, alertness_wad, capacity_down, check, states,
};

use crate::{
    program::Desk,
    report::Report,
    session::{Session, Sight},
};

/// A limit as `IDesk.LimitState` encodes it: limit, id, value, bound, holds.
pub(crate) type LimitWords = [B256; 5];

/// How much of a budget whoever acts without a keeper's silence has: all.
pub(crate) const ALERT: u64 = math::WAD;

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
    pub(crate) fn level(&self, bucket: Bucket, wad: u64) -> Level {
        let capacity_assets = capacity_down(self.least_nav_assets, wad, self.alertness_wad);
        Level { used_assets: bucket.level(capacity_assets, self.epoch_secs, self.now_secs), capacity_assets }
    }

    /// Returns the budgets, drained to now; without a grant, its part bounds nothing.
    pub(crate) fn budgets(&self, buckets: &Buckets, terms: &Terms, grant: Option<&Grant>) -> Budgets {
        let vault = Budgets {
            loss: self.level(buckets.loss(), terms.loss_wad),
            turnover: self.level(buckets.turnover(), terms.turnover_wad),
            ..Budgets::UNBOUNDED
        };
        match grant {
            None => vault,
            Some(grant) => Budgets {
                grant_loss: self.level(grant.loss(), grant.loss_wad),
                grant_turnover: self.level(grant.turnover(), grant.turnover_wad),
                ..vault
            },
        }
    }
}

impl Desk {
    /// Returns how much of their budgets the keepers keep.
    pub(crate) fn alertness_wad(&self, buckets: &Buckets, now_secs: u32) -> u64 {
        alertness_wad(now_secs.saturating_sub(buckets.keeper_seen_at_secs), self.book.watch().silence_secs)
    }

    /// Returns what turns fractions into the keepers' budgets now.
    pub(crate) fn scale(&self, buckets: &Buckets, clock: &Clock, least: Least, nav_assets: u128) -> Scale {
        let now_secs = self.book.now();
        Scale {
            least_nav_assets: least.assets(nav_assets, clock.epoch_secs, now_secs),
            alertness_wad: self.alertness_wad(buckets, now_secs),
            epoch_secs: clock.epoch_secs,
            now_secs,
        }
    }

    pub(crate) fn limits(&self) -> Result<Vec<LimitWords>, Revert> {
        let session = Session::open(self, self.book.accounts());
        let stakes = (0..session.accounts.positions).map(|index| {
            // A venue that does not answer does not say how deep it is.
            let report = Report::ask(&self.vm, self.book.holding(index).adapter);
            session.stake(index, report.map_or(u128::MAX, |report| report.depth_assets))
        });
        let sight = session.sight_of(stakes.collect());
        let buckets = self.book.buckets();
        let scale = self.scale(&buckets, &session.clock, self.book.least(), session.ledger.nav_assets());
        let budgets = scale.budgets(&buckets, &self.book.terms(), None);
        Ok(self.words(&self.states(&session, &sight, &sight, &Flow::default(), &budgets)))
    }

    /// Refuses what leaves a limit broken and no nearer to holding.
    pub(crate) fn check(
        &self,
        session: &Session,
        before: &Sight,
        after: &Sight,
        flow: &Flow,
        budgets: &Budgets,
    ) -> Result<(), Revert> {
        let parameters = self.parameters(session);
        check(&before.portfolio(), &after.portfolio(), flow, budgets, &parameters).map_err(|breach| {
            let facts = [breach.value.word(), breach.bound.word()];
            self.breached(breach.limit as u8, self.id_of(breach.on), facts)
        })
    }

    /// Encodes a refusal by the mandate.
    pub(crate) fn breached(&self, limit: u8, id: B256, [value, bound]: [B256; 2]) -> Revert {
        revert::<IDesk::LimitBreached>(&[limit.word(), id, value, bound])
    }

    /// Returns every limit of `sight`, which a flow has changed from `base`.
    #[inline(never)]
    pub(crate) fn states(
        &self,
        session: &Session,
        base: &Sight,
        sight: &Sight,
        flow: &Flow,
        budgets: &Budgets,
    ) -> Vec<State<u8>> {
        let parameters = self.parameters(session);
        states(&base.portfolio(), &sight.portfolio(), flow, budgets, &parameters).collect()
    }

    pub(crate) fn words(&self, states: &[State<u8>]) -> Vec<LimitWords> {
        let words = |state: &State<u8>| {
            let limit = (state.limit as u8).word();
            [limit, self.id_of(state.on), state.value.word(), state.bound.word(), state.holds.word()]
        };
        states.iter().map(words).collect()
    }

    fn parameters<'a>(&self, session: &'a Session) -> Parameters<'a, u8> {
        let Terms { liquidity_floor_wad, liquidity_cover_wad, .. } = self.book.terms();
        Parameters { caps: &session.caps, liquidity_floor_wad, liquidity_cover_wad }
    }

    fn id_of(&self, on: Subject<u8>) -> B256 {
        match on {
            Subject::Portfolio => B256::ZERO,
            Subject::Risk(place) => self.book.risk_id(place),
            Subject::Position(index) => index.word(),
        }
    }
}

/// Returns bit i for the i-th limit that does not hold.
pub(crate) fn broken(states: &[State<u8>]) -> U256 {
    let mut bits = U256::ZERO;
    for (place, state) in states.iter().enumerate() {
        bits.set_bit(place, !state.holds);
    }
    bits
}
