//! What a walk earned, cost and risked, and how sure that is.

use std::ops::Range;

use serde::Serialize;

use crate::bootstrap::standard_error;
use crate::day::YEAR_DAYS;
use crate::run::Walk;

/// A strategy's figures over some days; every rate a simple yearly fraction, 0.04 = 4 %.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// The mean daily return times 365, net of everything.
    pub net_apr: f64,
    /// Of `net_apr`, by the stationary bootstrap of daily returns.
    pub standard_error: f64,
    /// The largest fall of the value from an earlier high, as a fraction of it.
    pub worst_drawdown: f64,
    /// Money moved in and out, halved, by the mean value, a year.
    pub turnover: f64,
    /// Gas, swaps and bridges, in dollars.
    pub costs: f64,
    /// Movements of venues.
    pub movements: usize,
    /// Days without a decision that can be verified, on which nothing was moved.
    pub undecided_days: usize,
    /// What `net_apr` is made of.
    pub attribution: Attribution,
}

/// Parts of a net APR; they add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Attribution {
    /// Quotes at which the money came.
    pub carry: f64,
    /// What quotes have moved since.
    pub rate: f64,
    /// What our own size took off the quotes.
    pub own_impact: f64,
    /// What was set aside for expected losses.
    pub expected_loss: f64,
    /// Gas.
    pub gas: f64,
    /// Swaps and bridges.
    pub slippage: f64,
}

impl Attribution {
    /// The sum of the parts.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.carry + self.rate + self.own_impact + self.expected_loss + self.gas + self.slippage
    }
}

/// The returns of each day of a range but those of day 0, which has none.
#[must_use]
pub fn returns(walk: &Walk, days: &Range<usize>) -> Vec<f64> {
    let ends = days.start.max(1)..days.end.min(walk.values_usd.len());
    ends.map(|day| walk.values_usd[day] / walk.values_usd[day - 1] - 1.0).collect()
}

/// The figures of a walk over a range of days; `seed` and `block_days` are the bootstrap's.
#[must_use]
pub fn figures(walk: &Walk, days: &Range<usize>, block_days: f64, seed: u64) -> Figures {
    let returns = returns(walk, days);
    let first = days.start.max(1);
    let count = returns.len().max(1) as f64;
    let yearly = YEAR_DAYS / count;
    let mut parts = Attribution::default();
    let (mut moved, mut costs, mut movements, mut value) = (0.0, 0.0, 0, 0.0);
    for (flow, before) in walk.flows[first..].iter().zip(&walk.values_usd[first - 1..]).take(returns.len()) {
        let part = yearly / before;
        parts.carry += flow.carry_usd * part;
        parts.rate += flow.rate_usd * part;
        parts.own_impact += flow.impact_usd * part;
        parts.expected_loss += flow.loss_usd * part;
        parts.gas += flow.gas_usd * part;
        parts.slippage += flow.slippage_usd * part;
        moved += flow.moved_usd;
        costs -= flow.gas_usd + flow.slippage_usd;
        movements += flow.movements;
        value += before / count;
    }
    // Days of the whole walk: they say how far the figures are the keeper's.
    let undecided_days = walk.undecided.len();
    Figures {
        net_apr: returns.iter().sum::<f64>() * yearly,
        standard_error: standard_error(&returns, block_days, seed) * YEAR_DAYS,
        worst_drawdown: worst_drawdown(&walk.values_usd[first - 1..first + returns.len()]),
        turnover: if value > 0.0 { moved / 2.0 / value * yearly } else { 0.0 },
        costs,
        movements,
        undecided_days,
        attribution: parts,
    }
}

/// The largest fall from an earlier high, as a fraction of that high.
fn worst_drawdown(values: &[f64]) -> f64 {
    let (mut high, mut worst) = (0.0_f64, 0.0_f64);
    for value in values {
        high = high.max(*value);
        worst = worst.max(1.0 - value / high);
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_fall_is_from_the_high_before_it() {
        assert!((worst_drawdown(&[100.0, 110.0, 99.0, 120.0, 115.0]) - 0.1).abs() < 1e-15);
        assert_eq!(worst_drawdown(&[1.0, 2.0, 3.0]), 0.0);
    }
}
