//! Positions with a date, for scenes: a mock adapter whose units are face, and covenants that bind nothing.

use abi::{
    board::IBoard,
    covenants::ICovenants::{self, Rung},
};
use alloy_primitives::{Address, U256};

use crate::{CURATOR, Scene, Terms, WAD, add, mock::adapter, risk_id};

const DAY_SECS: u64 = 86_400;
/// A hundred years of 365 days.
pub const CENTURY_SECS: u64 = 36_500 * DAY_SECS;

/// Returns the change of the ladder, from rungs of days, least and most in 1/10,000.
pub fn set_ladder(rungs: &[(u16, u16, u16)]) -> ICovenants::setLadderCall {
    let rung =
        |(until_days, least, most): &(u16, u16, u16)| Rung { untilDays: *until_days, leastBps: *least, mostBps: *most };
    ICovenants::setLadderCall { rungs: rungs.iter().map(rung).collect() }
}

/// Returns the change of the duration's band, in seconds.
pub fn set_duration(least_secs: u64, most_secs: u64) -> ICovenants::setDurationCall {
    ICovenants::setDurationCall { leastSecs: U256::from(least_secs), mostSecs: U256::from(most_secs) }
}

/// Returns the change of the credit budget.
pub fn set_credit(credit_wad: u64) -> ICovenants::setCreditCall {
    ICovenants::setCreditCall { creditWad: U256::from(credit_wad) }
}

/// Returns the change of what is expected of a risk id.
pub fn set_hazard(id: &str, hazard_bps: u16, loss_bps: u16) -> ICovenants::setHazardCall {
    ICovenants::setHazardCall { riskId: risk_id(id), hazardBps: hazard_bps, lossBps: loss_bps }
}

/// Returns the change of what may be bought, without a reference.
pub fn set_yield(yield_bps: u16) -> ICovenants::setPurchasesCall {
    ICovenants::setPurchasesCall { yieldBps: yield_bps, spreadBps: 0, reference: Address::ZERO, maxAgeSecs: U256::ZERO }
}

impl Scene {
    /// Installs an adapter that pays its face `days` from now and sells it at 0.95, admitted and not registered.
    pub fn bond_adapter(&self, days: u64) -> Address {
        let (at, _) = self.adapter();
        let price = U256::from(adapter::BILLION * 95 / 100);
        self.world.poke(at, adapter::FIRST, price * U256::from(adapter::UNITS_PER_ASSET));
        self.world.poke(at, adapter::MATURITY, U256::from(self.world.now_secs() + days * DAY_SECS));
        self.yields(at, 5 * WAD / 100);
        at
    }

    /// Registers a bond that pays its face `days` from now, sells at 0.95 and says that it yields 5 % a year, on a slack
    /// of one basis point; each id capped at 100 %.
    pub fn bond(&self, ids: &[&str], days: u64) -> Address {
        let at = self.bond_adapter(days);
        for id in ids {
            self.cap(id, u128::MAX, WAD);
        }
        self.call(CURATOR, bond(at, ids));
        at
    }

    /// Has governance allow any duration, any credit and any purchase below par. Before the vault is open.
    pub fn covenants(&self) {
        self.call(CURATOR, set_duration(0, CENTURY_SECS));
        self.call(CURATOR, set_credit(WAD));
    }

    /// Has a mock say what it yields a year, in wad.
    pub fn yields(&self, adapter: Address, rate_wad: u64) {
        self.world.poke(adapter, adapter::RATE, U256::from(rate_wad) + U256::ONE);
    }

    /// Returns what governance has said of bonds and of credit.
    pub fn covenant(&self) -> ICovenants::Covenant {
        self.view(ICovenants::covenantCall {})
    }
}

/// Returns the change that registers a bond: a slack of one basis point.
pub fn bond(adapter: Address, ids: &[&str]) -> IBoard::addPositionCall {
    add(adapter, ids, Terms { slack_bps: 1, ..Terms::default() })
}
