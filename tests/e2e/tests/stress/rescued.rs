//! A vault whose keeper is gone: strangers deleverage it below its hard threshold, for the reward, once a step.

use abi::{
    adapter::IAdapter::VenueCallFailed,
    desk::IDesk::{AdapterCallFailed, DeleverageTooDear, Deleveraged, Healthy, TooSoon},
    leverage::ILoop::{SwapTooDear, SwapTooShort},
    oracle::IOracle::PriceRefused,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use kit::{Levered, Refusal};
use sim::stress::{Market, Portfolio};

use crate::{report::Deleverages, stage::account};

/// How often a stranger halves what the pool does not take.
const HALVINGS: u32 = 8;

/// A vault that only strangers look after.
pub struct WithoutKeeper {
    pub levered: Levered,
    /// What they did: when, and what the vault told of it.
    pub rescues: Vec<(u64, Deleveraged)>,
    /// What the position lost by it, at the market's price.
    lost_assets: U256,
    /// Why they could not, in order: the oracle's reason.
    pub refused: Vec<(u64, u8)>,
}

/// What a refusal tells a stranger to do.
enum Advice {
    /// It is healthy, or was lowered a moment ago.
    Wait,
    /// The oracle has no price, for this reason.
    NoPrice(u8),
    /// The pool does not take so much.
    Less,
}

impl WithoutKeeper {
    pub fn new(levered: Levered) -> Self {
        Self { levered, rescues: Vec::new(), lost_assets: U256::ZERO, refused: Vec::new() }
    }

    /// Returns what strangers did to lower the position's debt.
    pub fn deleverages(&self) -> Deleverages {
        let sum = |amount: fn(&Deleveraged) -> U256| self.rescues.iter().map(|(_, told)| amount(told)).sum();
        Deleverages {
            count: self.rescues.len(),
            repaid_assets: sum(|told| told.repaid),
            lost_assets: self.lost_assets,
            reward_assets: sum(|told| told.reward),
        }
    }

    /// Tries the whole chunk, and its halves where the pool is too thin for it; returns whether one went through.
    fn rescue(&mut self, at_secs: u64) -> bool {
        let (stranger, chunk) = (self.levered.tenor.wallets[3], self.levered.policy.thresholds.chunk.0);
        for halving in 0..HALVINGS {
            match self.levered.rescue_of(stranger, chunk >> halving).map_err(|refusal| advice(&refusal)) {
                Ok(told) => {
                    self.rescues.push((at_secs, told));
                    return true;
                }
                Err(Advice::Wait) => break,
                Err(Advice::NoPrice(reason)) => {
                    self.refused.push((at_secs, reason));
                    break;
                }
                Err(Advice::Less) => {}
            }
        }
        false
    }
}

impl Portfolio for WithoutKeeper {
    fn name(&self) -> &str {
        "without it"
    }

    fn account(&self) -> Address {
        account(&self.levered)
    }

    fn act(&mut self, market: &Market) -> Result<(), sim::Error> {
        let before = market.equity_assets(self.account())?;
        if self.rescue(market.now().at_secs) {
            self.lost_assets += before.saturating_sub(market.equity_assets(self.account())?);
        }
        Ok(())
    }
}

#[track_caller]
fn advice(refusal: &Refusal) -> Advice {
    let data = &refusal.data;
    if Healthy::abi_decode(data).is_ok() || TooSoon::abi_decode(data).is_ok() {
        return Advice::Wait;
    }
    if DeleverageTooDear::abi_decode(data).is_ok() {
        return Advice::Less;
    }
    let reason = refusal.expect::<AdapterCallFailed>().reason;
    let reason = VenueCallFailed::abi_decode(&reason).map_or(reason, |failed| failed.reason);
    if let Ok(refused) = PriceRefused::abi_decode(&reason) {
        return Advice::NoPrice(refused.reason);
    }
    let is_thin = SwapTooDear::abi_decode(&reason).is_ok() || SwapTooShort::abi_decode(&reason).is_ok();
    assert!(is_thin, "a stranger does not know what to do about {refusal}");
    Advice::Less
}
