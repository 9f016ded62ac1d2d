//! A venue's income net of what it is expected to lose, and of what it costs to move money there or away.
//!
//! With `f` the venue's own income, `o` what we hold now, `h` the expected loss a year, `e` and `a` the costs of entry and
//! of exit spread over the horizon for which a movement is made:
//!
//! ```text
//! g(x) = f(x) - h * x - e * max(x - o, 0) - a * max(o - x, 0)
//! ```
//!
//! The kink at `o` is a no-trade band: as long as the marginal incomes of two venues differ by less than the costs of
//! leaving one and entering the other, the best portfolio is the present one (proportional costs: Constantinides 1986,
//! Davis and Norman 1990).

use serde::{Deserialize, Serialize};

use super::{Curve, Error, RateModel, at_most};
use crate::units::{Assets, Ray, Timestamp};

/// A venue's rate model with losses and costs, all yearly fractions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Net {
    /// What the venue pays.
    pub gross: Box<RateModel>,
    /// What is expected to be lost of what is held: hazard times loss given default.
    pub expected_loss: Ray,
    /// What a unit that enters costs, by the years of the horizon.
    pub entry_cost: Ray,
    /// What a unit that leaves costs, by the years of the horizon.
    pub exit_cost: Ray,
}

impl Net {
    pub(super) fn curve(&self, own: Assets, at: Timestamp) -> Result<Curve, Error> {
        let loss = at_most("expected loss", self.expected_loss.to_fraction(), 1e3)?;
        let entry = at_most("entry cost", self.entry_cost.to_fraction(), 1e6)?;
        let exit = at_most("exit cost", self.exit_cost.to_fraction(), 1e6)?;
        let gross = self.gross.curve(own, at)?;
        let own = own.to_f64();
        let mut pieces = Vec::with_capacity(gross.pieces().len() + 1);
        for piece in gross.pieces() {
            let mut below = *piece;
            below.to = piece.to.min(own);
            below.flat += exit - loss;
            below.offset -= exit * own;
            let mut above = *piece;
            above.from = piece.from.max(own);
            above.flat -= entry + loss;
            above.offset += entry * own;
            pieces.extend([below, above].into_iter().filter(|part| part.from < part.to));
        }
        Ok(Curve::new(pieces, gross.capacity()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CompoundKinked, FixedRate};
    use super::*;
    use crate::units::{Wad, YEAR_SECS};

    const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

    fn net(gross: RateModel) -> RateModel {
        RateModel::Net(Net {
            gross: Box::new(gross),
            expected_loss: Ray::from(RAY / 1_000),
            entry_cost: Ray::from(RAY / 100),
            exit_cost: Ray::from(RAY / 50),
        })
    }

    fn pool() -> RateModel {
        let a_second = |yearly: f64| Wad::from((yearly * 1e18 / YEAR_SECS as f64) as u128);
        RateModel::CompoundKinked(CompoundKinked {
            total_supply: Assets::from(1_200_000),
            total_borrow: Assets::from(900_000),
            is_paused: false,
            supply_kink: Wad::from(800_000_000_000_000_000),
            base_a_second: Wad::ZERO,
            slope_low_a_second: a_second(0.0325),
            slope_high_a_second: a_second(0.4),
        })
    }

    #[test]
    fn income_is_the_venue_s_less_losses_and_movements() {
        let own = 200_000.0_f64;
        let curve = |model: &RateModel| model.curve(Assets::from(200_000), Timestamp(0)).expect("possible");
        let (gross, net) = (curve(&pool()), curve(&net(pool())));

        for x in [0.0_f64, 50_000.0, 125_000.0, 199_999.0, 200_000.0, 250_000.0, 3e6] {
            let costs = 0.001 * x + 0.01 * (x - own).max(0.0) + 0.02 * (own - x).max(0.0);

            assert!((net.income(x).value - (gross.income(x).value - costs)).abs() < 1e-6, "at {x}");
        }
    }

    #[test]
    fn the_last_unit_counts_its_exit_and_the_next_one_its_entry() {
        let set = RateModel::FixedRate(FixedRate { rate: Wad::from(40_000_000_000_000_000), capacity: None });
        let curve = net(set).curve(Assets::from(1_000), Timestamp(0)).expect("possible");

        assert!((curve.income(999.0).marginal - (0.04 - 0.001 + 0.02)).abs() < 1e-12);
        assert!((curve.income(1_001.0).marginal - (0.04 - 0.001 - 0.01)).abs() < 1e-12);
        assert_eq!(curve.breakpoints(0.0, 5_000.0), [1_000.0]);
    }

    #[test]
    fn a_venue_whose_rate_cannot_be_read_stays_unfunded() {
        let silent = net(RateModel::Unknown { reason: "it does not answer".into() });
        let curve = silent.curve(Assets::from(7), Timestamp(0)).expect("possible");

        assert_eq!((curve.capacity(), curve.pieces().len()), (7.0, 0));
        assert_eq!(silent.refusal(), Some("it does not answer"));
    }
}
