//! States the allocation programme of a snapshot and solves it to a certified global optimum.
//!
//! ```text
//! maximise    sum_i f_i(x_i)                        yearly income, f_i(x) = x * r_i(x) with our own impact
//! subject to  l_i <= x_i <= u_i                     what cannot be withdrawn now, what the venue takes, grant, pause
//!             sum_{i in g} w_gi(x_i) <= b_g         every limit, the weights convex and linear around one pivot (`weight`)
//! ```
//!
//! Caps by risk id (absolute, or a part of the least net asset value), depths of venues and all old money above the
//! liquidity floor weigh what is held; the liquidity cover the part of it that is not payable at once; budgets
//! of turnover and loss what is moved from where it stands. A position with a tripped id takes nothing. What raises no
//! income is not moved.
//!
//! `f_i` is neither concave nor smooth: a two-slope kink is convex, and `x * r(x)` turns convex far out. So:
//!
//! 0. where limits are broken already, how near they can be brought is found first (`reach`);
//! 1. each `f_i` is cut into segments of one curvature and one side of its pivot (`source`);
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

mod budget;
mod certificate;
mod linear;
mod polish;
mod portfolio;
pub mod programme;
mod reach;
mod relaxation;
mod rounding;
mod search;
mod source;
mod statement;
mod weight;

use model::units::Wad;
use model::words::breach_line;
use model::{Mandate, Snapshot, Target, mandate};

use statement::{Freedom, Statement};

pub use programme::{Group, Programme, Weight};
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
    /// The answer cannot be run, or an amount is beyond the vault's accounts.
    #[error(transparent)]
    Trial(#[from] model::TrialError),
    /// The mandate refuses the rounded answer.
    #[error("the mandate refuses the answer: {0}")]
    Refused(String),
}

/// The portfolio that earns most a year inside the snapshot's limits; where some cannot be met now, the one that
/// earns most of those that come as near to them as liquidity and budgets allow. The present one, where no movement
/// improves it or none is allowed.
///
/// # Errors
/// Where the snapshot is impossible, or the answer fails one of its checks.
pub fn optimize(snapshot: &Snapshot, settings: &Settings) -> Result<Target, Error> {
    if let Some(target) = free(snapshot, settings)? {
        return Ok(target);
    }
    let statement = Statement::of(snapshot, settings, Freedom::ReduceOnly)?;
    let solution = solve(&statement.programme, settings)?;
    match rounding::target(snapshot, &statement, &solution)? {
        Ok(target) => Ok(target),
        Err(_) if !statement.unreachable.is_empty() => rounding::present(snapshot, &statement, &solution),
        Err(breach) => Err(refused(snapshot, &breach)),
    }
}

/// The target where money may go both ways. None where it may only go to idle: while the vault is paused; while a broken
/// limit comes no nearer, which forbids to invest anything (health never does by what is weighed here); and while budgets
/// keep broken limits from being mended: turnover does not bound the way to idle, and what is left of the others serves the
/// limits.
fn free(snapshot: &Snapshot, settings: &Settings) -> Result<Option<Target>, Error> {
    if snapshot.budgets.is_paused(snapshot.now()) || is_unhealthy(snapshot)? {
        return Ok(None);
    }
    let statement = Statement::of(snapshot, settings, Freedom::Full)?;
    if statement.is_stuck {
        return Ok(None);
    }
    let solution = solve(&statement.programme, settings)?;
    match rounding::target(snapshot, &statement, &solution)? {
        Ok(target) => Ok(Some(target)),
        Err(breach) if breach.limit == mandate::Limit::Improvement => {
            rounding::present(snapshot, &statement, &solution).map(Some)
        }
        Err(breach) if statement.unreachable.is_empty() => Err(refused(snapshot, &breach)),
        Err(_) => Ok(None),
    }
}

/// Whether a debt is secured by less than governance asks for, or nobody says what is owed.
fn is_unhealthy(snapshot: &Snapshot) -> Result<bool, Error> {
    use mandate::Limit as L;
    let standing = Mandate::of(snapshot).standing_now(snapshot).map_err(model::TrialError::from)?;
    Ok(standing.iter().any(|state| matches!(state.limit, L::HealthFloor | L::PortfolioHealth) && !state.holds))
}

fn refused(snapshot: &Snapshot, breach: &mandate::Breach) -> Error {
    Error::Refused(breach_line(breach, Some(&snapshot.asset)))
}
