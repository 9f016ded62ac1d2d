//! Circuit breakers: anyone trips a risk id where its condition holds on chain.
//!
//! What a price feed says trips at once. What a venue says of its liquidity can be bent for the length of one
//! transaction, so it must be seen twice, some time apart; an exit is never stopped by either. What a leveraged position says
//! of its health rests on prices that nobody bends in one, and trips at once.

use abi::{adapter::IAdapter, desk::IDesk};
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use book::{Accounts, Breaker, FeedFault, Holding, quote, unix_secs};
use host::{ISOLATED_GAS, Revert, Word, emit, revert, view_word_within};
use math::mul_div_down;
use portfolio::{Report, bound_exceeded};
use stylus_sdk::stylus_core::MeteringAccess;

use crate::program::{Commons, has};

/// The price is out of its band.
const DEPEG: u8 = 1;
/// The price is too old, or none.
const STALE: u8 = 2;
/// A position can be paid too little at once.
const ILLIQUID: u8 = 3;
/// A position's adapter does not answer.
const SILENT: u8 = 4;

/// A position's health is below its hard threshold.
const UNHEALTHY: u8 = 6;

/// How long a first sight of a condition waits for the second.
const ARMED_SECS: u32 = 86_400;
/// What must be left before a call whose failure would speak against the callee: enough for two isolated ones, of which
/// a 64th stays here, and for what comes after. Otherwise whoever trips could starve them.
const TRIP_GAS: u64 = 2 * ISOLATED_GAS + ISOLATED_GAS / 8;

impl Commons {
    pub(crate) fn trip(&self, risk_id: B256, condition: u8, position: u32) -> Result<(), Revert> {
        let accounts = self.book.free()?;
        let place = self.book.cap_place(risk_id).ok_or_else(|| revert::<IDesk::InvalidRiskId>(&[risk_id]))?;
        let breaker = self.book.breaker(risk_id);
        let gas = self.vm.evm_gas_left();
        if gas < TRIP_GAS {
            return Err(bound_exceeded(U256::from(gas), U256::from(TRIP_GAS)));
        }
        let (holds, value, bound) = match condition {
            DEPEG | STALE if !breaker.feed.is_zero() => self.judge_price(&breaker, condition == DEPEG),
            ILLIQUID | SILENT | UNHEALTHY if breaker.is_set() => {
                self.judge_position(&accounts, place, &breaker, condition, position)?
            }
            _ => (false, U256::ZERO, U256::ZERO),
        };
        if !holds {
            return Err(not_tripped(risk_id, value, bound));
        }
        let now = self.book.now();
        if matches!(condition, ILLIQUID | SILENT) && !self.confirm(risk_id, &breaker, condition, position, now)? {
            return Ok(());
        }
        let until_secs = now.saturating_add(breaker.trip_secs);
        self.book.trip(&accounts, place, until_secs, [condition.word(), value.word(), bound.word()]);
        Ok(())
    }

    /// Returns whether the feed's answer is a depeg, or none; with what was found and the bound.
    fn judge_price(&self, breaker: &Breaker, is_depeg: bool) -> (bool, U256, U256) {
        let (min, max) = (U256::from(breaker.min_price_wad), U256::from(breaker.max_price_wad));
        match quote(&self.vm, breaker) {
            Ok(price) => (false, price, if is_depeg { min } else { U256::from(breaker.max_age_secs) }),
            Err(FeedFault::OutOfBand(price)) => (is_depeg, price, if price < min { min } else { max }),
            Err(fault) => (!is_depeg, fault.facts().1, U256::from(breaker.max_age_secs)),
        }
    }

    /// Returns whether a position that counts against the id cannot be paid enough at once, or does not answer; with
    /// what was found and the bound.
    fn judge_position(
        &self,
        accounts: &Accounts,
        place: u8,
        breaker: &Breaker,
        condition: u8,
        position: u32,
    ) -> Result<(bool, U256, U256), Revert> {
        let index = u8::try_from(position).ok().filter(|index| *index < accounts.positions);
        let index = index.filter(|index| has(self.book.counted(*index).caps, place));
        let index = index.ok_or_else(|| revert::<IDesk::UnknownPosition>(&[position.word()]))?;
        let holding = self.book.holding(index);
        let adapter = holding.adapter;
        if condition == UNHEALTHY {
            return Ok(self.judge_health(&holding));
        }
        if condition == SILENT {
            let answer = view_word_within(&self.vm, ISOLATED_GAS, adapter, IAdapter::valueCall::SELECTOR);
            return Ok((answer.is_err(), U256::ZERO, U256::ZERO));
        }
        let liquid = view_word_within(&self.vm, ISOLATED_GAS, adapter, IAdapter::liquidityCall::SELECTOR);
        let liquid = liquid.unwrap_or(U256::ZERO);
        // At most 2^96 times 2^14.
        let bound = self.book.value_assets(index).wrapping_mul(breaker.liquid_bps.into());
        let bound = math::div_down(U256::from(bound), U256::from(10_000));
        Ok((liquid < bound, liquid, bound))
    }

    /// Returns whether a position's health is below its hard threshold; with what was found and the bound, in 1/10,000. One
    /// that may not owe, or does not answer, is not.
    fn judge_health(&self, holding: &Holding) -> (bool, U256, U256) {
        let bound = U256::from(holding.hard_bps);
        let Ok(report) = Report::ask(&self.vm, holding.adapter) else { return (false, U256::ZERO, bound) };
        let (backing, debt) = (U256::from(report.backing_assets), U256::from(report.debt_assets));
        let found = mul_div_down(backing, U256::from(10_000), debt).unwrap_or(U256::MAX);
        (found < bound, found, bound)
    }

    /// Returns whether the id's liquidity was found wanting before, long enough ago; remembers the first time.
    fn confirm(
        &self,
        risk_id: B256,
        breaker: &Breaker,
        condition: u8,
        position: u32,
        now: u32,
    ) -> Result<bool, Revert> {
        let waited = now.saturating_sub(breaker.armed_at_secs);
        let is_armed = breaker.armed_condition != 0 && waited <= ARMED_SECS;
        if is_armed && waited < breaker.confirm_secs {
            return Err(not_tripped(risk_id, U256::from(waited), U256::from(breaker.confirm_secs)));
        }
        let mut next = Breaker { armed_condition: 0, ..*breaker };
        if !is_armed {
            next.armed_condition = condition;
            next.armed_position = position as u8; // A registered one.
            next.armed_at_secs = now;
            let confirm_at = unix_secs(now.saturating_add(breaker.confirm_secs));
            emit::<IDesk::Armed>(&self.vm, &[risk_id], &[position.word(), condition.word(), confirm_at.word()]);
        }
        self.book.set_breaker(risk_id, &next);
        Ok(is_armed)
    }
}

fn not_tripped(risk_id: B256, value: U256, bound: U256) -> Revert {
    revert::<IDesk::NotTripped>(&[risk_id, value.word(), bound.word()])
}
