//! States the allocation programme of a snapshot and solves it to a certified global optimum.
//!
//! ```text
//! maximise    sum_i f_i(x_i)                        yearly income, f_i(x) = x * r_i(x) with our own impact
//! subject to  l_i <= x_i <= u_i                     what cannot be withdrawn now, what the venue takes
//!             sum_{i in g} x_i <= b_g               caps by risk id; all money above the liquidity floor
//! ```
//!
//! `f_i` is neither concave nor smooth: a two-slope kink is convex, and `x * r(x)` turns convex far out. So:
//!
//! 1. each `f_i` is cut into segments of one curvature (`source`);
//! 2. a node (a range for each `x_i`) is bounded from above by the Lagrangian dual, which for a separable
//!    programme is the optimum over the concave envelopes; its multipliers come from linear programmes by
//!    Clarabel, sharpened by column generation, but the bound itself is computed here, exactly, by one inner
//!    maximisation a position, so that a wrong answer of the solver can only make it looser (`relaxation`);
//! 3. a Newton active-set polish turns the relaxation's point into a stationary one to machine precision
//!    (`polish`);
//! 4. best-first branch and bound closes the rest (`search`), and the answer carries the gap that is left;
//! 5. the residuals of the optimality conditions are checked apart (`certificate`), and the amounts, rounded to
//!    base units, by the mandate itself (`rounding`). What fails a check is an error, never an answer.
//!
//! No clock, no randomness, no hashing: the same snapshot gives the same target, to the bit.

mod certificate;
mod linear;
mod polish;
pub mod programme;
mod relaxation;
mod rounding;
mod search;
mod source;
mod statement;

use model::units::Wad;
use model::{Snapshot, Target};

pub use programme::{Group, Programme};
pub use search::{Solution, solve};

/// What the optimizer may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The part of every limit's room that is left free, for the interest that accrues before execution.
    pub headroom: Wad,
    /// How many nodes the search may open; the gap says what is left when it stops there.
    pub max_nodes: usize,
}

impl Default for Settings {
    /// One basis point of headroom; nodes for any portfolio of this size.
    fn default() -> Self {
        Self { headroom: Wad::from(100_000_000_000_000), max_nodes: 2_000 }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// A venue's parameters are impossible.
    #[error("position {position}: {source}")]
    Rate {
        /// The position's index.
        position: u32,
        /// What is impossible.
        source: model::rate::Error,
    },
    /// The programme is not one.
    #[error(transparent)]
    Programme(#[from] programme::Error),
    /// The solver gave no usable multipliers.
    #[error("the solver stopped with {status} and no usable answer")]
    Solver {
        /// What it said.
        status: String,
    },
    /// The answer does not meet the optimality conditions.
    #[error("optimality conditions are off by {residual:e}, more than {bound:e}")]
    Unverified {
        /// The largest residual.
        residual: f64,
        /// What is accepted.
        bound: f64,
    },
    /// An amount is beyond the vault's accounts.
    #[error(transparent)]
    Amount(#[from] model::limits::BeyondAccounts),
    /// The mandate refuses the rounded answer.
    #[error("the mandate refuses the answer: {0}")]
    Refused(String),
}

/// The portfolio that earns most a year inside the snapshot's limits; where some cannot be met now, the one that
/// earns most of those that come as near to them as liquidity allows.
///
/// # Errors
/// Where the snapshot is impossible, or the answer fails one of its checks.
pub fn optimize(snapshot: &Snapshot, settings: &Settings) -> Result<Target, Error> {
    let statement = statement::Statement::of(snapshot, settings)?;
    let solution = solve(&statement.programme, settings)?;
    rounding::target(snapshot, &statement, &solution)
}
