//! Why a measure cannot be taken.

use crate::calendar::Date;

/// What is wrong with what was asked, with the facts.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// No such day.
    #[error("{year:04}-{month:02}-{day:02} is no day of the calendar")]
    NoSuchDay {
        /// The year.
        year: i32,
        /// The month, from 1.
        month: u32,
        /// The day of the month, from 1.
        day: u32,
    },
    /// A text that is no date.
    #[error("'{text}' is no date of the form 2026-03-01")]
    NoDate {
        /// The text.
        text: String,
    },
    /// Two days in the wrong order.
    #[error("{what}: {early} is not before {late}")]
    NotBefore {
        /// What they are.
        what: &'static str,
        /// What should be earlier.
        early: Date,
        /// What should be later.
        late: Date,
    },
    /// A number outside its bounds.
    #[error("{what} is {value}, which is not {bound}")]
    OutOfBounds {
        /// What it is.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        bound: &'static str,
    },
    /// Fewer observations than the measure needs.
    #[error("{what}: {found} of at least {needed}")]
    TooFew {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// No number within bounds solves an equation.
    #[error("no {what} from {low} to {high} gives {target}")]
    NoRoot {
        /// What is sought.
        what: &'static str,
        /// The lowest that was tried.
        low: f64,
        /// The highest that was tried.
        high: f64,
        /// What it should have given.
        target: f64,
    },
    /// Events of a class of which nobody says how much of it there is.
    #[error("events of class {class} count, but it has no exposure")]
    NoExposure {
        /// The class.
        class: String,
    },
    /// A rate model that says nothing of what was asked.
    #[error("a rate model of this kind has no {what}")]
    NoSuchMeasure {
        /// What was asked.
        what: &'static str,
    },
    /// Parameters that the rate model refuses.
    #[error(transparent)]
    Rate(#[from] model::rate::Error),
}

/// Returns `value` where the claim holds of it, else the fault.
pub(crate) fn bounded(what: &'static str, value: f64, holds: bool, bound: &'static str) -> Result<f64, Error> {
    if holds { Ok(value) } else { Err(Error::OutOfBounds { what, value, bound }) }
}

/// Returns `value` where it is finite and above zero, else the fault.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, Error> {
    bounded(what, value, value.is_finite() && value > 0.0, "above zero")
}

/// Returns `value` where it is finite, else the fault.
pub(crate) fn finite(what: &'static str, value: f64) -> Result<f64, Error> {
    bounded(what, value, value.is_finite(), "a finite number")
}

/// Returns `value` where it is from zero to one, else the fault.
pub(crate) fn fraction(what: &'static str, value: f64) -> Result<f64, Error> {
    bounded(what, value, (0.0..=1.0).contains(&value), "from 0 to 1")
}
