//! Income, taken apart: what a period brought by time, by the curve's slope, by its moves, by spreads, and what trading cost.
//!
//! A holding that pays `F` in `T` years is worth `V = F e^(-(z(T) + s) T)`, by a curve `z` of continuous zero rates and the spread `s`
//! that its value implies. From one look to the next, `T` becomes `T'`, `z` becomes `z'` and `s` becomes `s'`, one after the other:
//!
//! ```text
//! carry      F e^(-(z(T) + s) T')  - V                                 at an unchanged yield
//! roll-down  F e^(-(z(T') + s) T') - F e^(-(z(T) + s) T')              on an unchanged curve
//! rate       F e^(-(z'(T') + s) T') - F e^(-(z(T') + s) T')            at an unchanged spread
//! spread     V' - F e^(-(z'(T') + s) T')                               the rest
//! ```
//!
//! so that their sum is `V' - V`. What is due carries no more: what its value falls short of its face by is spread. Money lent at a
//! floating rate carries only. What a trade lost, before it and after it, is cost. Amounts are in the unit of whoever asks; the sum differs
//! from the change of value by rounding alone, below 1e-12 of the face each look.

use std::ops::{Add, AddAssign};

use serde::Serialize;

use crate::{
    curve::Shape,
    error::{Error, finite, positive},
};

/// A holding with one payment, at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zero {
    /// What it pays.
    pub face: f64,
    /// What it is worth.
    pub value: f64,
    /// How long until it pays, years; zero or less where it is due.
    pub years: f64,
}

/// Income by what brought it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Income {
    /// Time, at an unchanged yield.
    pub carry: f64,
    /// The slide down an unchanged curve.
    pub roll_down: f64,
    /// The curve's moves.
    pub rate: f64,
    /// The spread's moves, and what is due and not paid.
    pub spread: f64,
    /// What trading took: never above zero but for rounding.
    pub cost: f64,
}

impl Income {
    /// What money lent at a floating rate brought.
    #[must_use]
    pub fn lent(before: f64, after: f64) -> Self {
        Self { carry: after - before, ..Self::default() }
    }

    /// What a trade took: everything that there is, before it and after it.
    #[must_use]
    pub fn traded(before: f64, after: f64) -> Self {
        Self { cost: after - before, ..Self::default() }
    }

    /// What a holding brought that nobody traded between two looks, each with the curve of its moment.
    ///
    /// # Errors
    /// Where the face changed, is not above zero, or a value is none.
    pub fn held(before: (&Zero, &Shape), after: (&Zero, &Shape)) -> Result<Self, Error> {
        let ((was, curve), (is, moved)) = (before, after);
        let face = positive("the face of a holding", was.face)?;
        if is.face != face {
            return Err(Error::OutOfBounds { what: "the face of a holding", value: is.face, bound: "what it was" });
        }
        let (first, last) =
            (positive("the value of a holding", was.value)?, finite("the value of a holding", is.value)?);
        if was.years <= 0.0 {
            return Ok(Self { spread: last - first, ..Self::default() });
        }
        let left = is.years.max(0.0);
        let spread = (face / first).ln() / was.years - curve.zero(was.years);
        let at = |zero: f64| face * (-(zero + spread) * left).exp();
        let [aged, slid, shifted] = [curve.zero(was.years), curve.zero(left), moved.zero(left)].map(at);
        Ok(Self {
            carry: aged - first,
            roll_down: slid - aged,
            rate: shifted - slid,
            spread: last - shifted,
            cost: 0.0,
        })
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        let Self { carry, roll_down, rate, spread, cost } = *self;
        carry + roll_down + rate + spread + cost
    }
}

impl Add for Income {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            carry: self.carry + other.carry,
            roll_down: self.roll_down + other.roll_down,
            rate: self.rate + other.rate,
            spread: self.spread + other.spread,
            cost: self.cost + other.cost,
        }
    }
}

impl AddAssign for Income {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
