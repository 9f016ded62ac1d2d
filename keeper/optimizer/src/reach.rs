//! How near broken limits can be brought: the least violations that withdrawals allow, inside the limits of the change.
//!
//! ```text
//! minimise    sum_j v_j + e * sum_i f_i'(x_i) * out_i                     over out_i, v_j >= 0
//! subject to  sum_i a_ji * (x_i - out_i) - v_j <= b_j                     caps, floor, cover, depth
//!             sum_i c_gi * out_i <= B_g                                   budgets
//!             out_i <= x_i - l_i
//! ```
//!
//! Money that comes to idle nears every limit of a portfolio, so nothing else needs to move for that, and turnover does not
//! bound it. Where the budgets admit all that may come, that is the answer, exactly; else they are rationed, and the linear
//! programme is solved by Clarabel: what earns least leaves first. What limits come down to then is what any answer must
//! come down to, by these withdrawals or by others. It is judged by the mandate like any other: a bad one makes a worse plan,
//! never a wrong one.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSolver, IPSolver, SolverStatus, SupportedConeT};
use model::alloy_primitives::U256;
use model::units::{Assets, Wad};
use model::{LimitKind, Snapshot};

use crate::Error;
use crate::portfolio::Limit;
use crate::programme::Group;
use crate::relaxation::solver_settings;
use crate::statement::Range;

/// What one unit withdrawn weighs, and its yearly income, against one of a violation: nothing is withdrawn for nothing.
const EFFORT_WEIGHT: f64 = 1e-6;
const INCOME_WEIGHT: f64 = 1e-4;

/// The part by which a limit that is mended by rationed withdrawals may stay short of the most that they can do: a part in 100,000.
const EASE: Wad = Wad(U256::from_limbs([10_000_000_000_000, 0, 0, 0]));

/// What can be reached.
pub(crate) struct Reach {
    /// What each limit's members can come down to; less where its bound asks for less.
    pub(crate) achieved: Vec<Assets>,
    /// What each position is left with then.
    pub(crate) lowest: Vec<Assets>,
    /// What keeps withdrawals from going further.
    pub(crate) conflicts: Vec<LimitKind>,
    /// Whether some limit that the contracts judge whatever moves is broken and comes no nearer.
    pub(crate) is_stuck: bool,
    /// Whether limits are broken and budgets do not admit all that would near them: `lowest` is one way to serve them best.
    pub(crate) is_rationed: bool,
}

/// The least violations of `limits`, from where the snapshot stands.
pub(crate) fn reach(
    snapshot: &Snapshot,
    limits: &[Limit],
    budgets: &[Group],
    ranges: &[Range],
) -> Result<Reach, Error> {
    let values = snapshot.positions.iter().map(|position| position.value).collect::<Vec<_>>();
    let lower = ranges.iter().map(|range| range.lower).collect::<Vec<_>>();
    let is_broken = limits.iter().any(|limit| sum(&limit.group, &values) > limit.exact.to_f64());
    let is_rationed = is_broken && !admits(budgets, &lower);
    let amounts = match (is_broken, is_rationed) {
        (true, true) => withdrawals(limits, budgets, ranges, &values)?,
        (true, false) => lower.clone(),
        (false, _) => values.clone(),
    };
    let mut is_stuck = false;
    let mut achieved = Vec::with_capacity(limits.len());
    for limit in limits {
        let (now, then) = (sum(&limit.group, &values), sum(&limit.group, &amounts));
        let exact = limit.exact.to_f64();
        // A venue's depth is judged of what moves alone.
        let is_judged = !matches!(limit.group.kind, LimitKind::VenueDepth { .. });
        is_stuck |= is_judged && now > exact && then >= now;
        let most_now = exact_sum(&limit.group, &values);
        achieved.push(match now <= exact {
            // What holds may stay as it is, inside the headroom too.
            true if now > limit.group.bound => exact_sum(&limit.group, &values).min(limit.exact),
            false if then > limit.group.bound && is_rationed => eased(exact_sum(&limit.group, &amounts)).min(most_now),
            false if then > limit.group.bound => exact_sum(&limit.group, &amounts),
            _ => Assets::ZERO,
        });
    }
    let conflicts = conflicts(budgets, ranges, &amounts, &lower);
    let lowest = lower.iter().zip(&amounts).map(|(lower, amount)| (*lower).max(*amount)).collect();
    Ok(Reach { achieved, lowest, conflicts, is_stuck, is_rationed })
}

/// What a group's members come to.
fn sum(group: &Group, amounts: &[Assets]) -> f64 {
    let weighed = group.members.iter().zip(&group.weights);
    weighed.map(|(member, weight)| weight.at(amounts[*member].to_f64())).sum()
}

/// The same in integers where every member counts with all that it holds, rounded up elsewhere.
fn exact_sum(group: &Group, amounts: &[Assets]) -> Assets {
    if group.weights.iter().all(|weight| *weight == crate::Weight::WHOLE) {
        return group.members.iter().fold(Assets::ZERO, |sum, member| sum.saturating_add(amounts[*member]));
    }
    Assets::from_f64_down(sum(group, amounts).ceil())
}

/// What rationed withdrawals come to, and a little: a single way to do as well would leave nothing to choose.
fn eased(least: Assets) -> Assets {
    least.saturating_add(EASE.of_down(least))
}

/// Whether every budget admits the way to some amounts.
pub(crate) fn admits(budgets: &[Group], amounts: &[Assets]) -> bool {
    budgets.iter().all(|group| sum(group, amounts) <= group.bound)
}

/// The budgets that are used up, and what keeps positions where they are.
fn conflicts(budgets: &[Group], ranges: &[Range], amounts: &[Assets], lower: &[Assets]) -> Vec<LimitKind> {
    let is_used_up = |group: &&Group| {
        let slack = group.bound - sum(group, amounts);
        slack <= group.bound * 1e-6 + 1.0 && amounts != lower
    };
    let spent = budgets.iter().filter(is_used_up).map(|group| group.kind);
    let held = ranges
        .iter()
        .zip(amounts)
        .filter(|(range, amount)| **amount <= range.lower)
        .filter_map(|(range, _)| range.holds);
    spent.chain(held).collect()
}

/// Solves the linear programme; amounts are rounded up, so that no budget is exceeded by rounding.
fn withdrawals(limits: &[Limit], budgets: &[Group], ranges: &[Range], values: &[Assets]) -> Result<Vec<Assets>, Error> {
    let unit = values.iter().map(|value| value.to_f64()).fold(1.0, f64::max);
    let (places, rows_of_limits) = (values.len(), limits.len());
    let budgets = budgets.iter().filter(|group| group.weights.iter().any(|weight| weight.lowered > 0.0));
    let budgets = budgets.collect::<Vec<_>>();
    let width = places + rows_of_limits;
    // Rows: limits, budgets, out_i at most, everything at least zero.
    let rows = rows_of_limits + budgets.len() + places + width;
    let (mut starts, mut entries, mut numbers) = (vec![0], Vec::new(), Vec::new());
    for place in 0..places {
        for (row, limit) in limits.iter().enumerate() {
            if let Ok(at) = limit.group.members.binary_search(&place) {
                entries.push(row);
                numbers.push(-limit.group.weights[at].held);
            }
        }
        for (row, group) in budgets.iter().enumerate() {
            if let Ok(at) = group.members.binary_search(&place) {
                entries.push(rows_of_limits + row);
                numbers.push(group.weights[at].lowered);
            }
        }
        entries.extend([rows_of_limits + budgets.len() + place, rows_of_limits + budgets.len() + places + place]);
        numbers.extend([1.0, -1.0]);
        starts.push(entries.len());
    }
    for row in 0..rows_of_limits {
        entries.extend([row, rows_of_limits + budgets.len() + places + places + row]);
        numbers.extend([-1.0, -1.0]);
        starts.push(entries.len());
    }
    let effort = |range: &Range| EFFORT_WEIGHT + INCOME_WEIGHT * range.marginal.clamp(0.0, 1.0);
    let mut costs = ranges.iter().map(effort).collect::<Vec<_>>();
    costs.resize(width, 1.0);
    let reach = |group: &Group| group.bound.min(2.0 * unit * places as f64);
    let mut right =
        limits.iter().map(|limit| (reach(&limit.group) - sum(&limit.group, values)) / unit).collect::<Vec<_>>();
    right.extend(budgets.iter().map(|group| reach(group) / unit));
    right.extend(ranges.iter().zip(values).map(|(range, value)| value.saturating_sub(range.lower).to_f64() / unit));
    right.resize(rows, 0.0);

    let matrix = CscMatrix::new(rows, width, starts, entries, numbers);
    let quadratic = CscMatrix::zeros((width, width));
    let cones = [SupportedConeT::NonnegativeConeT(rows)];
    let mut solver = DefaultSolver::new(&quadratic, &costs, &matrix, &right, &cones, solver_settings()?)
        .map_err(|error| Error::Solver { status: error.to_string() })?;
    solver.solve();
    let solution = &solver.solution;
    let is_usable = matches!(solution.status, SolverStatus::Solved | SolverStatus::AlmostSolved);
    if !is_usable || solution.x.iter().any(|number| !number.is_finite()) {
        return Err(Error::Solver { status: format!("{:?}", solution.status) });
    }
    let mut outs = solution.x[..places].iter().map(|out| out.max(0.0) * unit).collect::<Vec<_>>();
    // Inside every budget, by scaling down what the solver's tolerance puts beyond it; not what does not count there.
    for group in &budgets {
        let spent = |outs: &[f64]| {
            let weighed = group.members.iter().zip(&group.weights);
            weighed.map(|(member, weight)| weight.lowered * outs[*member]).sum::<f64>()
        };
        let spent = spent(&outs);
        if spent > group.bound {
            let counted = group.members.iter().zip(&group.weights).filter(|(_, weight)| weight.lowered > 0.0);
            counted.for_each(|(member, _)| outs[*member] *= group.bound / spent);
        }
    }
    let left = |((out, value), range): ((&f64, &Assets), &Range)| {
        value.saturating_sub(Assets::from_f64_down(*out)).max(range.lower)
    };
    Ok(outs.iter().zip(values).zip(ranges).map(left).collect())
}
