//! How an amount counts in a group: by what it is, and by how far it moves from where it stands.
//!
//! ```text
//! g(x) = held * x + raised * max(x - pivot, 0) + lowered * max(pivot - x, 0)
//! ```
//!
//! Convex and linear on either side of the pivot, so that turnover and charges on movements are constraints of a separable
//! programme like any other: a source is cut at its pivot, and its price has a slope on each side.

/// The weight of one place in one group: what is held may count for or against it (a floor is a bound on less than
/// nothing), movements only for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    pub(crate) held: f64,
    pub(crate) raised: f64,
    pub(crate) lowered: f64,
    pub(crate) pivot: f64,
}

impl Weight {
    /// All that is held.
    pub const WHOLE: Self = Self::part(1.0);

    /// A part of what is held.
    #[must_use]
    pub const fn part(part: f64) -> Self {
        Self { held: part, raised: 0.0, lowered: 0.0, pivot: 0.0 }
    }

    /// What is added to or taken from `pivot`, each unit with its own part.
    #[must_use]
    pub const fn moved(pivot: f64, raised: f64, lowered: f64) -> Self {
        Self { held: 0.0, raised, lowered, pivot }
    }

    /// What an amount counts.
    #[must_use]
    #[inline]
    pub fn at(&self, x: f64) -> f64 {
        if self.raised == 0.0 && self.lowered == 0.0 {
            return self.held * x;
        }
        self.held * x + self.raised * (x - self.pivot).max(0.0) + self.lowered * (self.pivot - x).max(0.0)
    }

    /// What one more unit counts on one side of the pivot.
    pub(crate) fn slope(&self, is_above: bool) -> f64 {
        if is_above { self.held + self.raised } else { self.held - self.lowered }
    }

    /// The least that an amount between two others counts.
    pub(crate) fn least(&self, low: f64, high: f64) -> f64 {
        match (self.slope(false), self.slope(true)) {
            (below, _) if below >= 0.0 => self.at(low),
            (_, above) if above < 0.0 && high == f64::INFINITY => f64::NEG_INFINITY,
            (_, above) if above < 0.0 => self.at(high),
            _ => self.at(self.pivot.clamp(low, high)),
        }
    }

    /// The most that an amount between two others counts.
    pub(crate) fn most(&self, low: f64, high: f64) -> f64 {
        self.at(low).max(self.at(high))
    }

    /// The most that an amount can be to count at most `room`.
    pub(crate) fn reach(&self, room: f64) -> f64 {
        let slope = self.held + self.raised;
        if slope <= 0.0 {
            return f64::INFINITY;
        }
        let at_pivot = self.held * self.pivot;
        if room < at_pivot && self.held > 0.0 { room / self.held } else { self.pivot + (room - at_pivot) / slope }
    }

    /// From where movements count, where they do.
    pub(crate) fn pivot(&self) -> Option<f64> {
        (self.raised > 0.0 || self.lowered > 0.0).then_some(self.pivot)
    }

    /// Whether every part is a number, and movements count for the group alone.
    pub(crate) fn is_possible(&self) -> bool {
        let parts = [self.held, self.raised, self.lowered, self.pivot];
        let moves = parts[1..].iter().all(|part| *part >= 0.0);
        // Movements and holdings in one weight would make its least a question of its own.
        parts.iter().all(|part| part.is_finite()) && moves && (self.held == 0.0 || self.pivot().is_none())
    }

    /// The same of amounts in units of `unit`, counted in units of `scale`.
    pub(crate) fn scaled(&self, unit: f64, scale: f64) -> Self {
        Self {
            held: self.held / scale,
            raised: self.raised / scale,
            lowered: self.lowered / scale,
            pivot: self.pivot / unit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn movements_count_from_their_pivot_on_either_side() {
        let weight = Weight::moved(10.0, 1.0, 2.0);

        assert_eq!([4.0, 10.0, 13.0].map(|x| weight.at(x)), [12.0, 0.0, 3.0]);
        assert_eq!((weight.slope(true), weight.slope(false)), (1.0, -2.0));
        assert_eq!((weight.least(0.0, 20.0), weight.least(12.0, 20.0)), (0.0, 2.0));
        assert_eq!(weight.reach(5.0), 15.0);
    }

    #[test]
    fn parts_count_by_what_is_held() {
        let half = Weight::part(0.5);

        assert_eq!((half.at(6.0), half.least(4.0, 9.0), half.reach(3.0)), (3.0, 2.0, 6.0));
        assert_eq!(Weight::part(0.0).reach(1.0), f64::INFINITY);
    }

    #[test]
    fn a_floor_counts_less_the_more_is_held() {
        let floor = Weight::part(-2.0);

        assert_eq!((floor.at(3.0), floor.least(1.0, 4.0), floor.most(1.0, 4.0)), (-6.0, -8.0, -2.0));
        assert_eq!(floor.reach(-5.0), f64::INFINITY);
    }
}
