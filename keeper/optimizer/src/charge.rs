//! What holding and moving cost beyond what a curve says, a year.
//!
//! ```text
//! c(x) = carry * x + variance/2 * x^2                                                held
//!      + raised * max(x - from, 0) + lowered * max(from - x, 0)
//!      + slippage/2 * (x - from)^2 + fixed * [x != from]                              moved
//! ```
//!
//! Convex but for `fixed`, which is charged to whoever moves at all: the search branches on that. What is paid once is
//! stated by the year, over the horizon for which the income counts.

/// The charges of one place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Charge {
    /// What each unit held loses a year; less than zero where it gains. Expected loss adds to it, roll-down takes from it.
    pub carry: f64,
    /// A year's charge for the variance of its own: half of this by the square of what is held, per base unit.
    pub variance: f64,
    /// Where the place stands, in base units.
    pub from: f64,
    /// What each unit put in costs, by the year.
    pub raised: f64,
    /// What each unit taken out costs, by the year.
    pub lowered: f64,
    /// What depth costs, by the year: half of this by the square of what is moved, per base unit.
    pub slippage: f64,
    /// What any movement costs, in base units by the year: gas.
    pub fixed: f64,
}

impl Charge {
    /// Whether every part is a number, and only carry below zero.
    pub(crate) fn is_possible(&self) -> bool {
        let parts = [self.variance, self.from, self.raised, self.lowered, self.slippage, self.fixed];
        self.carry.is_finite() && parts.iter().all(|part| part.is_finite() && *part >= 0.0)
    }

    /// From where movements are charged, where they are.
    pub(crate) fn pivot(&self) -> Option<f64> {
        let moves = [self.raised, self.lowered, self.slippage, self.fixed];
        moves.iter().any(|part| *part > 0.0).then_some(self.from)
    }

    /// How fast its marginal grows.
    pub(crate) fn curvature(&self) -> f64 {
        self.variance + self.slippage
    }

    /// The same on a scale on which `unit` is one.
    pub(crate) fn scaled(&self, unit: f64) -> Self {
        Self {
            variance: self.variance * unit,
            from: self.from / unit,
            slippage: self.slippage * unit,
            fixed: self.fixed / unit,
            ..*self
        }
    }

    /// What is taken on one side of where the place stands: whatever is held, for each unit, and for half of each squared
    /// unit.
    pub(crate) fn polynomial(&self, is_above: bool) -> [f64; 3] {
        let side = if is_above { self.raised } else { -self.lowered };
        let whole = self.fixed + self.from * (0.5 * self.slippage * self.from - side);
        [whole, self.carry + side - self.slippage * self.from, self.curvature()]
    }

    /// What it takes of a place that holds `x`.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        let moved = x - self.from;
        let side = if moved >= 0.0 { self.raised } else { -self.lowered };
        let held = x * (self.carry + 0.5 * self.variance * x);
        held + moved * (side + 0.5 * self.slippage * moved) + if moved == 0.0 { 0.0 } else { self.fixed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charges_are_what_the_formula_says_on_either_side() {
        let charge =
            Charge { carry: 0.01, variance: 0.002, from: 10.0, raised: 0.3, lowered: 0.5, slippage: 0.1, fixed: 7.0 };
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");

        close(charge.at(10.0), 0.1 + 0.1);
        close(charge.at(12.0), 0.12 + 0.144 + 0.6 + 0.2 + 7.0);
        close(charge.at(6.0), 0.06 + 0.036 + 2.0 + 0.8 + 7.0);
        close(charge.scaled(4.0).at(3.0), charge.at(12.0) / 4.0);
    }
}
