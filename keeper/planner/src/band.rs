//! The no-trade band: whether what a movement gains is worth what it costs, with hysteresis.
//!
//! A keeper that stands still moves when the gain over the horizon is more than `start` times the cost; one that is moving
//! goes on until it is no more than `go_on` times it. So while the ratio of gain to cost stays between the two, whatever it does
//! there, it changes its mind at most once: from moving to standing never without falling to `go_on`, and back never without
//! rising above `start`. A change of mind to and fro takes a swing of at least `(start - go_on) * cost`.

use model::Stance;

/// The two factors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Band {
    start: f64,
    go_on: f64,
}

/// Factors that make no band.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a band from {go_on} to {start} is none: the first must be at least 1, the second no less")]
pub(crate) struct NoBand {
    go_on: f64,
    start: f64,
}

impl Band {
    /// A band in which whoever moves goes on at `go_on` times the cost, and whoever stands starts at `start` times it.
    ///
    /// # Errors
    /// Where a movement could be made that costs more than it gains, or the factors are in the wrong order.
    pub(crate) fn new(go_on: f64, start: f64) -> Result<Self, NoBand> {
        if go_on >= 1.0 && start >= go_on && start.is_finite() {
            Ok(Self { start, go_on })
        } else {
            Err(NoBand { go_on, start })
        }
    }

    /// One factor, whatever was done before. Below one it pays for movements that cost more than they gain, as an operator may
    /// ask for.
    pub(crate) fn without_width(factor: f64) -> Self {
        Self { start: factor, go_on: factor }
    }

    /// How many times the cost the gain must be.
    pub(crate) fn factor(&self, before: Stance) -> f64 {
        match before {
            Stance::Still => self.start,
            Stance::Moving => self.go_on,
        }
    }

    /// What to do, by what was done before, where a year's gain is certain to be at least `gain_a_year` and lasts for
    /// `horizon_years`, against a cost that is paid once; both in base units. A gain that is no number is none.
    pub(crate) fn stance(&self, before: Stance, gain_a_year: f64, horizon_years: f64, cost: f64) -> Stance {
        if gain_a_year * horizon_years > self.factor(before) * cost.max(0.0) { Stance::Moving } else { Stance::Still }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn inside_the_band_a_mind_is_never_changed(
            go_on in 1.0..3.0_f64,
            width in 0.0..3.0_f64,
            ratios in prop::collection::vec(0.0..1.0_f64, 1..50),
            moves: bool,
            cost in 1.0..1e9_f64,
        ) {
            let band = Band::new(go_on, go_on + width).expect("it is in order");
            let first = if moves { Stance::Moving } else { Stance::Still };
            let mut stance = first;
            for ratio in ratios {
                // Strictly inside: above the one factor and not above the other.
                let ratio = go_on + width * ratio.max(1e-9);
                prop_assume!(ratio > go_on * (1.0 + 1e-12) && ratio <= go_on + width);
                stance = band.stance(stance, ratio * cost, 1.0, cost * (1.0 - 1e-13));
                prop_assume!(ratio < (go_on + width) * (1.0 - 1e-12));
                prop_assert_eq!(stance, first);
            }
        }

        #[test]
        fn nothing_is_ever_done_that_costs_more_than_it_gains(
            go_on in 1.0..3.0_f64,
            width in 0.0..3.0_f64,
            steps in prop::collection::vec((0.0..10.0_f64, 0.0..10.0_f64), 1..50),
        ) {
            let band = Band::new(go_on, go_on + width).expect("it is in order");
            let mut stance = Stance::Still;
            for (gain, cost) in steps {
                stance = band.stance(stance, gain, 0.5, cost);
                prop_assert!(stance == Stance::Still || 0.5 * gain > cost);
            }
        }
    }

    #[test]
    fn outside_the_band_minds_change() {
        let band = Band::new(1.5, 3.0).expect("it is in order");

        assert_eq!(band.stance(Stance::Still, 3.1, 1.0, 1.0), Stance::Moving);
        assert_eq!(band.stance(Stance::Still, 2.9, 1.0, 1.0), Stance::Still);
        assert_eq!(band.stance(Stance::Moving, 1.6, 1.0, 1.0), Stance::Moving);
        assert_eq!(band.stance(Stance::Moving, 1.5, 1.0, 1.0), Stance::Still);
        assert_eq!(band.stance(Stance::Moving, f64::NAN, 1.0, 1.0), Stance::Still);
    }

    #[test]
    fn a_band_that_would_pay_for_losses_is_none() {
        assert!(Band::new(0.9, 3.0).is_err() && Band::new(2.0, 1.5).is_err() && Band::new(1.0, f64::NAN).is_err());
    }
}
