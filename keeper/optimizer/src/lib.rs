//! States the allocation programme of a snapshot and solves it to a certified global optimum.
//!
//! ```text
//! maximise    sum_i f_i(x_i)                        yearly income, f_i(x) = x * r_i(x) with our own impact
//! subject to  l_i <= x_i <= u_i                     what cannot be withdrawn now, what the venue takes, grant, pause
//!             sum_{i in g} w_gi(x_i) <= b_g         every limit, the weights convex and linear around one pivot (`weight`)
//! ```
//!
//! Caps by risk id (absolute, or a part of the least net asset value), depths of venues and all old money above the
//! liquidity floor weigh what is held, and so do duration, ladder and credit (`covenants`), floors less than nothing; the
//! liquidity cover weighs the part of it that is not payable at once; budgets of turnover and loss what is moved from where it
//! stands. A position with a tripped id takes nothing. What raises no income is not moved.
//!
//! What holding, moving and risk cost is taken off (`objective`): charges (`charge`: expected loss less roll-down, costs on either
//! side of where a place stands, slippage, gas), variance by factors, the mean of the worst scenarios (`risk`).
//!
//! `f_i` is neither concave nor smooth: a two-slope kink is convex, `x * r(x)` turns convex far out, gas is a step. So:
//!
//! 0. where limits are broken already, how near they can be brought is found first (`reach`, `nearest`);
//! 1. each `f_i` is cut into segments of one curvature and one side of its pivot (`source`), what lies beyond its best is left
//!    out where holding less costs nothing elsewhere (`problem`), and its concave envelope on the node's range is made of arcs
//!    and chords (`envelope`, `stretch`);
//! 2. a node (a range for each `x_i`) is relaxed to the envelopes; the prices of that optimum come by the first of a chain of
//!    methods that finds them: bisection where one limit is all that couples concave places (`bisection`), Newton's method on
//!    the dual (`newton`, `step`, `dual`), Clarabel with column generation (`relaxation`), projected gradients (`projected`);
//! 3. whichever it was, the node's bound is the Lagrangian dual value of those prices, computed here, exactly, by one inner
//!    maximisation a position and one square a factor (`rows`), so that a wrong price can only make it looser;
//! 4. where the optimum stands inside no chord, it is a candidate; else one is made of it (`search`, `polish`), what cannot
//!    hold anything better at those prices is cut off every range, and best-first branch and bound closes the rest; the answer
//!    carries the gap that is left;
//! 5. what gains less than its gas is held where it stands (`gas`);
//! 6. limits that conflict are named, each one needed for that (`conflict`);
//! 7. the residuals of the optimality conditions are checked apart (`certificate`), and the amounts, rounded to
//!    base units, by the mandate itself (`rounding`). What fails a check is an error, never an answer (`last` says what is
//!    left then).
//!
//! No clock, no randomness, no hashing: the same snapshot gives the same target, to the bit.

mod bisection;
mod budget;
mod certificate;
mod charge;
mod conflict;
mod covenants;
mod dual;
mod envelope;
mod form;
mod gas;
mod investing;
mod last;
mod line;
mod linear;
mod newton;
mod node;
mod objective;
mod polish;
mod portfolio;
mod problem;
pub mod programme;
mod projected;
mod reach;
mod relaxation;
pub mod risk;
mod roll;
mod rounding;
mod rows;
mod search;
mod shock;
mod solution;
mod source;
mod statement;
mod step;
mod stretch;
mod weight;
mod whatif;
mod withdrawal;

use investing::Found;
use model::units::Wad;
use model::words::breach_line;
use model::{LimitKind, Snapshot, Target, mandate};

pub use self::risk::{Factors, Tail};
pub use charge::Charge;
pub use last::{Outcome, optimize_or_last};
pub use objective::{Objective, Terms};
pub use programme::{Group, Programme, Weight};
pub use solution::{Solution, solve};
pub use whatif::{Along, Efficient, costs, trade_off};

/// What the optimizer may choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What is weighed against income beside expected losses; nothing, where there is none.
    pub objective: Option<Objective>,
    /// The part of every limit's room that is left free, for the interest that accrues before execution.
    pub headroom: Wad,
    /// How many nodes the search may open; the gap says what is left when it stops there.
    pub max_nodes: usize,
    /// The methods that find prices, each where those before it come to none.
    pub methods: Vec<Method>,
}

/// How prices are found. Whichever it is, bounds and residuals are computed here, and apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// One price, halved out: where one limit is all that couples concave places.
    Bisection,
    /// Newton's method on the dual.
    Newton,
    /// Linear and quadratic programmes by Clarabel.
    Clarabel,
    /// Projected gradients on the dual.
    Projected,
}

impl Method {
    /// Every method, in the order in which they are tried.
    pub const CHAIN: [Self; 4] = [Self::Bisection, Self::Newton, Self::Clarabel, Self::Projected];
}

impl Default for Settings {
    /// Income less expected losses alone; one basis point of headroom; nodes for any portfolio of this size.
    fn default() -> Self {
        let headroom = Wad::from(100_000_000_000_000);
        Self { objective: None, headroom, max_nodes: 2_000, methods: Method::CHAIN.to_vec() }
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
    /// Limits that no amounts meet together, each needed for that.
    #[error("these limits cannot all be met: {}", names(limits))]
    Conflict {
        /// The limits.
        limits: Vec<LimitKind>,
    },
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
/// Two programmes are weighed against each other: money that goes both ways inside the turnover budgets, and money that only
/// comes to idle, which no turnover budget bounds.
///
/// # Errors
/// Where the snapshot is impossible, or the answer fails one of its checks.
pub fn optimize(snapshot: &Snapshot, settings: &Settings) -> Result<Target, Error> {
    match investing::answer(snapshot, settings)? {
        Found::Answer(answer) => withdrawal::or_better(snapshot, settings, *answer),
        Found::Stuck => withdrawal::only(snapshot, settings, f64::NEG_INFINITY),
        Found::Unproved(most) => withdrawal::only(snapshot, settings, most),
    }
}

fn names(limits: &[LimitKind]) -> String {
    limits.iter().map(LimitKind::to_string).collect::<Vec<_>>().join("; ")
}

fn refused(snapshot: &Snapshot, breach: &mandate::Breach) -> Error {
    Error::Refused(breach_line(breach, Some(&snapshot.asset)))
}
