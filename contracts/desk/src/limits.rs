//! The mandate over the book: the post-condition of a rebalance, and every limit as it stands.

use alloc::vec::Vec;

use abi::desk::IDesk;
use alloy_primitives::{B256, U256};
use host::{Revert, Word, revert};
use mandate::{Parameters, Portfolio, check, states};

use crate::{program::Desk, session::Session};

/// A limit as `IDesk.LimitState` encodes it: limit, id, value, bound, holds.
pub(crate) type LimitWords = [B256; 5];

impl Desk {
    pub(crate) fn limits(&self) -> Result<Vec<LimitWords>, Revert> {
        Ok(self.limit_states(&Session::open(self)))
    }

    /// Refuses what leaves a limit broken and no nearer to holding.
    pub(crate) fn check_limits(
        &self,
        session: &Session,
        nav_before: u128,
        idle_before: u128,
        exposures_before: &[u128],
    ) -> Result<(), Revert> {
        let before = Portfolio { nav_assets: nav_before, idle_assets: idle_before, exposures_assets: exposures_before };
        let after = session.portfolio(&session.exposures);
        check(&before, &after, &self.parameters(session)).map_err(|breach| {
            let limit = (breach.limit as u8).word();
            revert::<IDesk::LimitBreached>(&[limit, self.id_at(breach.id), breach.value.word(), breach.bound.word()])
        })
    }

    pub(crate) fn limit_states(&self, session: &Session) -> Vec<LimitWords> {
        let portfolio = session.portfolio(&session.exposures);
        let parameters = self.parameters(session);
        states(&portfolio, &parameters)
            .map(|state| {
                let limit = (state.limit as u8).word();
                [limit, self.id_at(state.id), state.value.word(), state.bound.word(), state.holds.word()]
            })
            .collect()
    }

    fn parameters<'a>(&self, session: &'a Session) -> Parameters<'a, u8> {
        let (_, liquidity_floor_wad) = self.book.asset_and_floor();
        Parameters { caps: &session.caps, liquidity_floor_wad }
    }

    fn id_at(&self, place: Option<u8>) -> B256 {
        place.map_or(B256::ZERO, |place| self.book.risk_id(place))
    }

    /// Returns the most that a fraction may be set to: 1.
    pub(crate) fn one() -> U256 {
        U256::from(math::WAD)
    }
}
