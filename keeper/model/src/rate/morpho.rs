//! MetaMorpho over Morpho Blue with the AdaptiveCurveIrm, as its contracts compute it (in doubles).
//!
//! ```text
//! e  = (U - 0.9)/0.9 below the target usage, (U - 0.9)/0.1 above
//! R  = T * (1 + 3e) for e >= 0,  T * (1 + 0.75e) below             steepness 4
//! T' = T * exp(50/year * e * elapsed), between 0.1 % and 200 %     exp to second order, as on chain
//! ```
//!
//! A deposit fills the supply queue up to each cap; a withdrawal empties the withdraw queue down to each
//! market's liquidity: so the vault's income is piecewise, with one active market a piece. Over several markets it
//! depends on the path (what goes into one market may come out of another), so the curve holds for one movement.
//! A market entered directly is one such stretch, without a fee of a vault in between.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

use super::curve::{Pool, Shape};
use super::{Curve, Error, Piece, at_most};
use crate::units::{Assets, Timestamp, Wad, YEAR_SECS};

const TARGET_USAGE: f64 = 0.9;
const STEEPNESS: f64 = 4.0;
const SPEED_A_YEAR: f64 = 50.0;
const INITIAL_RATE: f64 = 0.04;
const MIN_RATE: f64 = 0.001;
const MAX_RATE: f64 = 2.0;

/// A MetaMorpho vault, as read from the chain at one block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaMorpho {
    /// The vault's part of the interest.
    pub fee: Wad,
    /// Every market of either queue, once.
    pub markets: Vec<MorphoMarket>,
    /// Where deposits go, as indices into `markets`.
    pub supply_queue: Vec<usize>,
    /// Where withdrawals come from, as indices into `markets`.
    pub withdraw_queue: Vec<usize>,
}

/// One market with the vault's part in it, as stored at its last update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MorphoMarket {
    /// The market's id.
    pub id: B256,
    /// All supply.
    pub supply: Assets,
    /// All debt.
    pub borrow: Assets,
    /// The market's part of the interest.
    pub fee: Wad,
    /// The borrow rate at target usage, a second (`rateAtTarget`); zero before the first interaction, and for
    /// a market without a rate model.
    pub rate_at_target: Wad,
    /// Whether it has a rate model; the idle market has none and earns nothing.
    pub has_rate: bool,
    /// When its stored figures were made.
    pub last_update: Timestamp,
    /// The most that the vault may supply; Morpho Blue itself sets none.
    pub cap: Assets,
    /// What the vault supplies (its shares at the stored figures); zero for a market entered directly,
    /// where our position says it.
    pub vault_supply: Assets,
}

/// A market brought to one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accrued {
    /// All supply, base units.
    pub supply: f64,
    /// All debt, base units.
    pub borrow: f64,
    /// What the vault supplies, base units.
    pub vault_supply: f64,
    /// Borrow rate at target usage, a year.
    pub rate_at_target: f64,
    /// The average rate at target usage since the last update, a year.
    pub average_at_target: f64,
    keep: f64,
    has_rate: bool,
}

impl MorphoMarket {
    /// The income curve of a position of ours that is worth `own` now, in this market itself.
    pub(super) fn curve(&self, own: Assets, at: Timestamp) -> Result<Curve, Error> {
        let market = self.accrued(at)?;
        let own = own.to_f64();
        // What we hold is all that the stretch's vehicle holds: nothing is left of it without us.
        let market = Accrued { vault_supply: own, ..market };
        let stretch = Stretch { from: 0.0, to: f64::INFINITY, active: 0, keep: 1.0, x: own, state: vec![market] };
        Ok(Curve::new(stretch.pieces().into(), f64::INFINITY))
    }

    /// The market with interest and adaptation up to `at`.
    ///
    /// # Errors
    /// Where its fee is above one.
    pub fn accrued(&self, at: Timestamp) -> Result<Accrued, Error> {
        let keep = 1.0 - at_most("market fee", self.fee.to_fraction(), 1.0)?;
        let years = at.secs_since(self.last_update) as f64 / YEAR_SECS as f64;
        let (supply, borrow) = (self.supply.to_f64(), self.borrow.to_f64());
        let error = usage_error(if supply > 0.0 { borrow / supply } else { 0.0 });
        let start = self.rate_at_target.to_fraction() * YEAR_SECS as f64;
        let (end, average) = if start == 0.0 {
            (INITIAL_RATE, INITIAL_RATE)
        } else {
            let adaptation = SPEED_A_YEAR * error * years;
            let end = adapted(start, adaptation);
            (end, (start + end + 2.0 * adapted(start, adaptation / 2.0)) / 4.0)
        };
        let growth = if self.has_rate { curve_rate(average, error) * years } else { 0.0 };
        let interest = borrow * (growth + growth.powi(2) / 2.0 + growth.powi(3) / 6.0);
        let ours = self.vault_supply.to_f64();
        let vault_supply = if supply > 0.0 { ours + interest * keep * ours / supply } else { ours };
        Ok(Accrued {
            supply: supply + interest,
            borrow: borrow + interest,
            vault_supply,
            rate_at_target: end,
            average_at_target: average,
            keep,
            has_rate: self.has_rate,
        })
    }
}

impl Accrued {
    /// The yearly borrow rate at `usage`.
    #[must_use]
    pub fn borrow_rate(&self, usage: f64) -> f64 {
        if self.has_rate { curve_rate(self.rate_at_target, usage_error(usage)) } else { 0.0 }
    }

    /// The yearly rate of suppliers when they supply `supply` in all.
    #[must_use]
    pub fn supply_rate(&self, supply: f64) -> f64 {
        if supply <= 0.0 {
            return 0.0;
        }
        let usage = self.borrow / supply;
        self.borrow_rate(usage) * usage * self.keep
    }

    /// The borrow rate as a line in usage, below (or at) and above the target: intercept and slope.
    fn lines(&self) -> [(f64, f64); 2] {
        if !self.has_rate {
            return [(0.0, 0.0); 2];
        }
        let gentle = (1.0 - 1.0 / STEEPNESS) / TARGET_USAGE;
        let steep = (STEEPNESS - 1.0) / (1.0 - TARGET_USAGE);
        [gentle, steep].map(|slope| {
            let rate = self.rate_at_target;
            (rate * (1.0 - slope * TARGET_USAGE), rate * slope)
        })
    }

    fn shifted(mut self, assets: f64) -> Self {
        self.supply += assets;
        self.vault_supply += assets;
        self
    }
}

impl MetaMorpho {
    /// The income curve of a position that is worth `own` now.
    pub(super) fn curve(&self, own: Assets, at: Timestamp) -> Result<Curve, Error> {
        let keep = 1.0 - at_most("vault fee", self.fee.to_fraction(), 1.0)?;
        self.check("supply queue", &self.supply_queue)?;
        self.check("withdraw queue", &self.withdraw_queue)?;
        let markets = self.markets.iter().map(|market| market.accrued(at)).collect::<Result<Vec<_>, _>>()?;

        let own = own.to_f64();
        let mut pieces: Vec<Stretch> = Vec::new();
        let mut state = markets.clone();
        let mut x = own;
        for &active in &self.withdraw_queue {
            let market = state[active];
            let step = market.vault_supply.min(market.supply - market.borrow).max(0.0).min(x);
            pieces.push(Stretch { from: x - step, to: x, active, keep, x, state: state.clone() });
            state[active] = market.shifted(-step);
            x -= step;
        }
        pieces.reverse();
        let (mut state, mut x) = (markets, own);
        for &active in &self.supply_queue {
            let step = (self.markets[active].cap.to_f64() - state[active].vault_supply).max(0.0);
            match pieces.last_mut() {
                // The market that gives first also takes first: one stretch, without a seam at what we hold now.
                Some(last) if last.active == active && last.x == x => last.to = x + step,
                _ => pieces.push(Stretch { from: x, to: x + step, active, keep, x, state: state.clone() }),
            }
            state[active] = state[active].shifted(step);
            x += step;
        }
        pieces.retain(|stretch| stretch.to > stretch.from);
        if let (true, Some(&active)) = (pieces.is_empty(), self.withdraw_queue.first()) {
            // Nothing can move: the rate is still what the vault earns.
            pieces.push(Stretch { from: 0.0, to: f64::INFINITY, active, keep, x, state });
        }
        Ok(Curve::new(pieces.iter().flat_map(Stretch::pieces).collect(), x))
    }

    fn check(&self, queue: &'static str, indices: &[usize]) -> Result<(), Error> {
        let markets = self.markets.len();
        match indices.iter().find(|index| **index >= markets) {
            Some(&index) => Err(Error::NoSuchMarket { queue, index, markets }),
            None => Ok(()),
        }
    }
}

/// Sizes of our position over which one market takes or gives the money.
struct Stretch {
    from: f64,
    to: f64,
    active: usize,
    keep: f64,
    /// Our position in `state`.
    x: f64,
    state: Vec<Accrued>,
}

impl Stretch {
    /// The pieces above and below the active market's target usage.
    fn pieces(&self) -> [Piece; 2] {
        let market = &self.state[self.active];
        let others = self.state.iter().enumerate().filter(|(index, _)| *index != self.active);
        let (rest, elsewhere) = others.fold((0.0, 0.0), |(rest, held), (_, other)| {
            (rest + other.vault_supply * other.supply_rate(other.supply), held + other.vault_supply)
        });
        let sigma = market.supply - self.x;
        let nu = market.vault_supply - self.x;
        let kink = (market.borrow / TARGET_USAGE - sigma).clamp(self.from, self.to);
        let [gentle, steep] = market.lines();
        let piece = |from: f64, to: f64, (intercept, slope): (f64, f64)| {
            let pool = Pool {
                keep: self.keep,
                tau: nu + elsewhere,
                nu,
                sigma,
                beta: 0.0,
                rest,
                debt: market.borrow,
                flat: 0.0,
                intercept: intercept * market.keep,
                slope: slope * market.keep,
            };
            Piece::new(from, to, Shape::Pool(pool))
        };
        [piece(self.from, kink, steep), piece(kink, self.to, gentle)]
    }
}

/// How far usage is from its target, from -1 (none) to 1 (full).
fn usage_error(usage: f64) -> f64 {
    let span = if usage > TARGET_USAGE { 1.0 - TARGET_USAGE } else { TARGET_USAGE };
    (usage - TARGET_USAGE) / span
}

/// The borrow rate at an error, around the rate at target.
fn curve_rate(rate_at_target: f64, error: f64) -> f64 {
    let steepness = if error < 0.0 { 1.0 - 1.0 / STEEPNESS } else { STEEPNESS - 1.0 };
    rate_at_target * (1.0 + steepness * error)
}

/// The rate at target after a linear adaptation, between its bounds.
fn adapted(start: f64, adaptation: f64) -> f64 {
    (start * second_order_exp(adaptation)).clamp(MIN_RATE, MAX_RATE)
}

/// The chain's `wExp`: a power of two times the second-order polynomial of the rest.
fn second_order_exp(x: f64) -> f64 {
    let x = x.clamp(-41.446_531_673_892_82, 93.859_467_695_000_4);
    let half = std::f64::consts::LN_2.copysign(x) / 2.0;
    let power = ((x + half) / std::f64::consts::LN_2).trunc();
    let rest = x - power * std::f64::consts::LN_2;
    power.exp2() * (1.0 + rest + rest * rest / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;
    const MILLION: u128 = 1_000_000_000_000;

    /// A market at 4 % target rate whose vault supplies everything.
    fn market(supply: u128, borrow: u128) -> MorphoMarket {
        MorphoMarket {
            id: B256::ZERO,
            supply: Assets::from(supply),
            borrow: Assets::from(borrow),
            fee: Wad::ZERO,
            rate_at_target: Wad::from(1_268_391_679),
            has_rate: true,
            last_update: Timestamp(0),
            cap: Assets::from(100 * MILLION),
            vault_supply: Assets::from(supply),
        }
    }

    fn vault(markets: Vec<MorphoMarket>) -> MetaMorpho {
        let queue = (0..markets.len()).collect::<Vec<_>>();
        MetaMorpho { fee: Wad::ZERO, markets, supply_queue: queue.clone(), withdraw_queue: queue }
    }

    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found - expected).abs() <= relative * expected.abs(), "{found} is not {expected}");
    }

    #[test]
    fn curve_at_four_percent_is_the_published_one() {
        let accrued = market(MILLION, 0).accrued(Timestamp(0)).expect("possible");
        for (usage, rate) in [(0.0, 0.01), (0.45, 0.025), (0.9, 0.04), (0.95, 0.1), (1.0, 0.16)] {
            close(accrued.borrow_rate(usage), rate, 1e-8);
        }
    }

    // The published figures are those of the exact exponential; the contract's second-order one and its
    // three-point average stay within 1.5 % of them, which is what these tolerances say.
    #[test]
    fn five_days_of_full_usage_double_the_target() {
        let accrued = market(MILLION, MILLION).accrued(Timestamp(5 * DAY)).expect("possible");

        close(accrued.rate_at_target / 0.04, 1.9836, 1e-4);
        close(accrued.average_at_target / 0.04, 1.4361, 1e-2);
        close(accrued.average_at_target * 4.0, 0.229_76, 1e-2);
    }

    #[test]
    fn five_days_without_debt_halve_the_target() {
        let accrued = market(MILLION, 0).accrued(Timestamp(5 * DAY)).expect("possible");

        close(accrued.rate_at_target / 0.04, 0.5041, 1e-4);
        close(accrued.average_at_target / 0.04, 0.724, 1.5e-2);
    }

    #[test]
    fn forty_five_days_of_half_error_reach_the_published_target() {
        let accrued = market(MILLION, MILLION / 100 * 95).accrued(Timestamp(45 * DAY)).expect("possible");

        close(accrued.rate_at_target, 0.8722, 1e-2);
    }

    #[test]
    fn target_stays_between_its_bounds() {
        let long = Timestamp(4_000 * DAY);

        close(market(MILLION, MILLION).accrued(long).expect("possible").rate_at_target, 2.0, 1e-12);
        close(market(MILLION, 0).accrued(long).expect("possible").rate_at_target, 0.001, 1e-12);
    }

    #[test]
    fn one_market_vault_earns_its_market_rate_less_both_fees() {
        let mut market = market(MILLION, MILLION / 10 * 8);
        market.fee = Wad::from(crate::units::WAD / 10);
        let mut vault = vault(vec![market]);
        vault.fee = Wad::from(crate::units::WAD / 5);
        let curve = vault.curve(Assets::ZERO, Timestamp(0)).expect("possible");

        let usage = 0.8 / 1.25;
        let rate = 0.04 * (1.0 + 0.75 * (usage - 0.9) / 0.9) * usage * 0.9 * 0.8;

        close(curve.rate(0.25e12), rate, 1e-8);
    }

    #[test]
    fn deposits_fill_the_queue_in_order_and_stop_at_the_last_cap() {
        let mut first = market(MILLION, MILLION / 10 * 9);
        first.cap = Assets::from(2 * MILLION);
        let mut second = market(MILLION, MILLION / 10 * 9);
        second.cap = Assets::from(3 * MILLION);
        let curve = vault(vec![first, second]).curve(Assets::ZERO, Timestamp(0)).expect("possible");

        close(curve.capacity(), 3e12, 1e-12);
        let rate = |supply: f64| {
            let usage = 0.9e12 / supply;
            0.04 * (1.0 + 0.75 * (usage - 0.9) / 0.9) * usage
        };
        let expected = (2e12 * rate(2e12) + 1.5e12 * rate(1.5e12)) / 3.5e12;
        close(curve.rate(1.5e12), expected, 1e-8);
    }

    #[test]
    fn withdrawals_stop_where_the_market_has_no_money() {
        let ours = Assets::from(MILLION / 2);
        let curve = vault(vec![market(MILLION, MILLION / 10 * 9)]).curve(ours, Timestamp(0)).expect("possible");

        close(curve.rate(0.4e12), 0.16, 1e-8);
    }

    #[test]
    fn a_vault_in_which_nothing_can_move_still_earns() {
        let mut full = market(MILLION, MILLION);
        full.cap = Assets::ZERO;
        let curve = vault(vec![full]).curve(Assets::from(MILLION), Timestamp(0)).expect("possible");

        close(curve.rate(1e12), 0.16, 1e-8);
        close(curve.capacity(), 1e12, 1e-12);
    }

    #[test]
    fn queue_beyond_the_markets_is_refused() {
        let mut vault = vault(vec![market(MILLION, 0)]);
        vault.withdraw_queue.push(4);

        let error = vault.curve(Assets::ZERO, Timestamp(0)).expect_err("there is one market");

        assert_eq!(error.to_string(), "withdraw queue names market 4, but there are only 1");
    }

    #[test]
    fn a_market_entered_directly_earns_its_rate_and_takes_our_money_out_before_it_counts_it() {
        let mut with_us = market(MILLION + MILLION / 4, MILLION / 10 * 8);
        with_us.vault_supply = Assets::from(MILLION / 4);
        let without = market(MILLION, MILLION / 10 * 8);
        let with_us = with_us.curve(Assets::from(MILLION / 4), Timestamp(0)).expect("possible");
        let without = without.curve(Assets::ZERO, Timestamp(0)).expect("possible");

        let usage = 0.8 / 1.25;
        let rate = 0.04 * (1.0 + 0.75 * (usage - 0.9) / 0.9) * usage;

        for x in [0.1e12, 0.25e12, 3e12] {
            close(with_us.rate(x), without.rate(x), 1e-12);
        }
        close(with_us.rate(0.25e12), rate, 1e-8);
        assert!(with_us.capacity().is_infinite());
    }

    #[test]
    fn idle_market_earns_nothing() {
        let mut idle = market(MILLION, 0);
        idle.has_rate = false;
        let curve = vault(vec![idle]).curve(Assets::ZERO, Timestamp(DAY)).expect("possible");

        assert_eq!(curve.rate(0.0), 0.0);
    }
}
