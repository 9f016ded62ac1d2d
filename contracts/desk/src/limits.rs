//! The mandate over the book: the post-condition of a rebalance, and every limit as it stands.

use alloc::vec::Vec;

use abi::desk::IDesk::{self, LimitState};
use alloy_primitives::{B256, U256};
use host::{Revert, revert};
use mandate::{Parameters, Portfolio, check, states};

use crate::{program::Desk, session::Session};

impl Desk {
    pub(crate) fn limits(&self) -> Result<Vec<LimitState>, Revert> {
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
            revert(IDesk::LimitBreached {
                limit: breach.limit as u8,
                id: self.id_at(breach.id),
                value: breach.value,
                bound: breach.bound,
            })
        })
    }

    pub(crate) fn limit_states(&self, session: &Session) -> Vec<LimitState> {
        let portfolio = session.portfolio(&session.exposures);
        let parameters = self.parameters(session);
        states(&portfolio, &parameters)
            .map(|state| LimitState {
                limit: state.limit as u8,
                id: self.id_at(state.id),
                value: state.value,
                bound: state.bound,
                holds: state.holds,
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
