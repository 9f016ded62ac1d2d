//! The mandate over the book: budgets, the post-condition of a change, and every limit as it stands.

use alloc::vec::Vec;

use abi::desk::IDesk;
use alloy_primitives::B256;
use book::Terms;
use host::{Encoded, Revert, Word, revert};
use mandate::{Budgets, Flow, Parameters, Subject, Verdict, judge, states};

use crate::{
    program::Desk,
    report::Report,
    session::{Session, Sight},
};

impl Desk {
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
        let budgets = self.book.scale(&session.base.ledger, sight.least_nav_assets, &buckets).budgets(
            &buckets,
            &self.book.terms(),
            None,
        );
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
