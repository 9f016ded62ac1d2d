//! The mandate over the book: the post-condition of a change, and every limit as it stands.

use abi::desk::IDesk;
use alloy_primitives::B256;
use book::{Book, Terms};
use host::{Encoded, Revert, Word, revert};
use mandate::{Budgets, Flow, Parameters, Subject, Verdict, judge, states};

use crate::{Session, Sight, session::BPS_WAD};

impl Session {
    /// Refuses what leaves a limit broken and no nearer to holding.
    ///
    /// # Errors
    ///
    /// `LimitBreached`.
    #[inline(never)]
    pub fn judge(
        &self,
        book: &Book,
        before: &Sight,
        after: &Sight,
        flow: &Flow,
        budgets: &Budgets,
    ) -> Result<Verdict, Revert> {
        judge(&before.portfolio(), &after.portfolio(), flow, budgets, &self.parameters()).map_err(|breach| {
            let id = id_of(book, breach.on);
            revert::<IDesk::LimitBreached>(&[(breach.limit as u8).word(), id, breach.value.word(), breach.bound.word()])
        })
    }

    /// `IDesk.LimitState[]`: every limit of `sight`, which a flow has changed from `base`.
    #[inline(never)]
    pub fn states(&self, book: &Book, base: &Sight, sight: &Sight, flow: &Flow, budgets: &Budgets) -> Encoded {
        let parameters = self.parameters();
        let (mut items, mut count) = (Encoded::default(), 0_usize);
        for state in states(&base.portfolio(), &sight.portfolio(), flow, budgets, &parameters) {
            let limit = (state.limit as u8).word();
            items.put(&[limit, id_of(book, state.on), state.value.word(), state.bound.word(), state.holds.word()]);
            count = count.saturating_add(1);
        }
        let mut all = Encoded::array(count);
        all.0.append(&mut items.0);
        all
    }

    fn parameters(&self) -> Parameters<'_, u8> {
        let Terms { liquidity_floor_wad, liquidity_cover_wad, .. } = self.charter.terms;
        let health_floor_wad = BPS_WAD.saturating_mul(self.charter.health_floor_bps.into());
        Parameters { caps: &self.caps, liquidity_floor_wad, liquidity_cover_wad, health_floor_wad }
    }
}

#[inline(never)]
fn id_of(book: &Book, on: Subject<u8>) -> B256 {
    match on {
        Subject::Portfolio => B256::ZERO,
        Subject::Risk(place) => book.risk_id(place),
        Subject::Position(index) => index.word(),
    }
}
