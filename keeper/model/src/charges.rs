//! What a portfolio costs a year beyond what its venues' curves say: what the optimizer takes off income, part by part, and
//! the planner weighs plans by.

use serde::{Deserialize, Serialize};

/// Charges of one portfolio, in base units a year. What is paid once is stated by the year, over the horizon for which a
/// gain counts. Gas is a plan's, not a portfolio's, and stands beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Charges {
    /// What is expected to be lost: hazard times loss given default.
    pub expected_loss_assets: f64,
    /// What bonds gain as they slide down a yield curve that stays; less than zero where it falls with the term.
    pub roll_down_assets: f64,
    /// What movements from where the portfolio stands lose by prices that can be pushed.
    pub slippage_assets: f64,
    /// Half the aversion to risk by the variance of a year, as a part of all assets.
    pub variance_assets: f64,
    /// What the mean of the worst scenarios costs.
    pub tail_assets: f64,
    /// That mean itself (conditional value at risk), in base units; no charge.
    pub worst_assets: f64,
    /// The most that the operator lets it be, in base units, where there is such a bound.
    pub most_worst_assets: Option<f64>,
}

/// The part of its bound by which the mean of the worst scenarios may be over it before it is brought back: what accrues is
/// not chased.
const TOLERANCE: f64 = 0.01;

impl Charges {
    /// Returns what is taken off income in all.
    #[must_use]
    pub fn total_assets(&self) -> f64 {
        let risk = self.variance_assets + self.tail_assets;
        self.expected_loss_assets - self.roll_down_assets + self.slippage_assets + risk
    }

    /// Returns whether the worst scenarios cost more than the operator allows.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.most_worst_assets.is_some_and(|most| self.worst_assets > most * (1.0 + TOLERANCE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roll_down_is_a_gain_and_the_worst_scenarios_are_a_measure() {
        let charges = Charges {
            expected_loss_assets: 8.0,
            roll_down_assets: 5.0,
            slippage_assets: 4.0,
            variance_assets: 2.0,
            tail_assets: 1.0,
            worst_assets: 100.0,
            most_worst_assets: None,
        };

        assert_eq!(charges.total_assets(), 10.0);
    }

    #[test]
    fn what_accrues_beyond_the_bound_is_not_over_it() {
        let at =
            |worst_assets| Charges { worst_assets, most_worst_assets: Some(100.0), ..Charges::default() }.is_over();

        assert_eq!([99.0, 100.5, 102.0].map(at), [false, false, true]);
        assert!(!Charges { worst_assets: 1e9, ..Charges::default() }.is_over());
    }
}
