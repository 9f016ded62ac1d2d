//! Positions that owe, for scenes: a mock adapter with thresholds, and what it says of its debt.

use abi::{
    board::IBoard::{self, Thresholds},
    desk::IDesk::{Intent, Leg},
};
use alloy_primitives::{Address, I256, U256};

use crate::{CURATOR, KEEPER, Revert, Scene, Terms, mock::adapter};

/// Thresholds of 1.5, 1.3 and 1.15; 100 units at a time, once in ten minutes, for at most 2 % lost and half a percent.
pub fn thresholds() -> Thresholds {
    Thresholds {
        targetBps: 15_000,
        softBps: 13_000,
        hardBps: 11_500,
        chunk: U256::from(100_000_000),
        cooldownSecs: 600,
        slipBps: 200,
        rewardBps: 50,
    }
}

/// Returns the change that lets a position owe.
pub fn set_thresholds(position: u32, thresholds: Thresholds) -> IBoard::setThresholdsCall {
    IBoard::setThresholdsCall { position, thresholds }
}

/// Returns a leg that repays; `None` goes to the target.
pub fn repay(position: u32, debt_assets: Option<u128>) -> Leg {
    let assets = debt_assets.map_or(I256::MIN, |debt| -I256::try_from(debt).expect("fits"));
    Leg { position, assets, minResult: U256::ZERO, repays: true }
}

impl Scene {
    /// Registers a position of a slack of one basis point that may owe within [`thresholds`]; repaying a unit frees 0.8
    /// of its backing and costs nothing.
    pub fn lever(&self, ids: &[&str]) -> Address {
        let position = self.view(abi::desk::IDesk::positionsCall {}).len() as u32;
        let (at, _) = self.position_on(ids, Terms { slack_bps: 1, ..Terms::default() });
        self.call(CURATOR, set_thresholds(position, thresholds()));
        self.world.poke(at, adapter::FREES, U256::from(adapter::BILLION * 8 / 10));
        at
    }

    /// Has a mock say what it owes, and what secures that.
    pub fn owe(&self, adapter: Address, backing_assets: u128, debt_assets: u128) {
        self.world.poke(adapter, adapter::BACKING, U256::from(backing_assets));
        self.world.poke(adapter, adapter::DEBT, U256::from(debt_assets));
    }

    /// Returns what a mock owes, and what secures that.
    pub fn owed(&self, adapter: Address) -> (u128, u128) {
        (self.world.peek(adapter, adapter::BACKING).to(), self.world.peek(adapter, adapter::DEBT).to())
    }

    /// Rebalances as the keeper, by any legs.
    ///
    /// # Errors
    ///
    /// What the vault reverts with.
    pub fn run(&self, legs: Vec<Leg>) -> Result<Vec<U256>, Revert> {
        let intent = Intent { legs, ..self.intent_of(KEEPER, &[]) };
        self.try_call(KEEPER, abi::desk::IDesk::rebalanceCall { intent })
    }
}
