//! One limit measured on one portfolio: a fraction, its bound, and the two comparisons that all rules share.

use core::cmp::Ordering;

use alloy_primitives::U256;
use math::{mul_div_down, mul_div_up, mul_wide};

use crate::Limit;

/// Which side of its bound a limit wants to be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// The value may equal the bound, not exceed it.
    AtMost,
    /// The value may equal the bound, not fall below it.
    AtLeast,
    /// As at least, for what covers a debt: nearer is a higher ratio, whatever became of both.
    Covers,
}

/// What a limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<Id> {
    /// The whole portfolio.
    Portfolio,
    /// A risk id.
    Risk(Id),
    /// A position, by its index.
    Position(u8),
    /// A rung of the ladder, by its place.
    Rung(u8),
}

/// The value of one limit, `amount / of`, against `bound / scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure<Id> {
    /// Which rule speaks.
    pub limit: Limit,
    /// On what.
    pub on: Subject<Id>,
    /// The side that is allowed.
    pub sense: Sense,
    /// Numerator of the value.
    pub amount: u128,
    /// Denominator of the value: a net asset value, a venue's depth, or 1 for an amount.
    pub of: u128,
    /// The bound, in units of `1 / scale`.
    pub bound: u128,
    /// 1e18 or 10,000 for a fraction, 1 for an amount or a time.
    pub scale: u64,
}

impl<Id> Measure<Id> {
    /// Returns whether the limit holds: `amount * scale` against `bound * of`, exactly.
    ///
    /// With nothing in the portfolio, or nothing owed (`of` = 0), a cap holds when nothing counts against it, and a floor
    /// holds.
    pub fn holds(&self) -> bool {
        let found = match (self.of, self.scale) {
            // An amount: most limits, and much cheaper.
            (1, 1) => self.amount.cmp(&self.bound),
            _ => mul_wide(self.amount, self.scale.into()).cmp(&mul_wide(self.bound, self.of)),
        };
        match self.sense {
            Sense::AtMost => found != Ordering::Greater,
            Sense::AtLeast | Sense::Covers => found != Ordering::Less,
        }
    }

    /// Returns whether this is strictly nearer to holding than `before`, the same limit measured earlier. A floor is not
    /// nearer for a loss of what it is measured by: its amount must have risen too.
    pub fn is_nearer_than(&self, before: &Self) -> bool {
        let moved = self.moved(before);
        match self.sense {
            Sense::AtMost => moved == Ordering::Less,
            Sense::AtLeast => moved == Ordering::Greater && self.amount > before.amount,
            Sense::Covers => moved == Ordering::Greater,
        }
    }

    /// Returns whether it has not moved away from the bound since `before`: its amount alone, but of what covers a debt
    /// the ratio.
    pub fn is_no_further_than(&self, before: &Self) -> bool {
        match self.sense {
            Sense::AtMost => self.amount <= before.amount,
            Sense::AtLeast => self.amount >= before.amount,
            Sense::Covers => self.moved(before) != Ordering::Less,
        }
    }

    /// How the fraction compares with what it was.
    fn moved(&self, before: &Self) -> Ordering {
        mul_wide(self.amount, before.of).cmp(&mul_wide(before.amount, self.of))
    }

    /// Returns the value in units of the bound, rounded to the side that is not allowed: it satisfies the bound if
    /// and only if the limit holds.
    pub fn value(&self) -> U256 {
        let (amount, scale, of) = (U256::from(self.amount), U256::from(self.scale), U256::from(self.of));
        match (self.sense, self.of) {
            (Sense::AtLeast | Sense::Covers, 0) => scale.max(U256::from(self.bound)),
            (Sense::AtMost, 0) if self.amount == 0 => U256::ZERO,
            (Sense::AtMost, _) => mul_div_up(amount, scale, of).unwrap_or(U256::MAX),
            (Sense::AtLeast | Sense::Covers, _) => mul_div_down(amount, scale, of).unwrap_or(U256::MAX),
        }
    }
}
