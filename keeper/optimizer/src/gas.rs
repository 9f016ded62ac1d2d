//! What gas keeps in place: movements that gain less than they cost are found by solving again without them.
//!
//! The search can branch on a fixed charge by itself, but among dozens of places under many limits it opens thousands of nodes
//! over a few dollars, and holds worse candidates meanwhile. So the best portfolio is found as if gas were free, which bounds
//! what any brings; then each place whose movement may gain less than its gas is held where it stands, the smallest first, as long as
//! what is left brings more. The certified gap counts the gas that is still paid.

use crate::charge::Charge;
use crate::programme::Programme;
use crate::solution::{Solution, solve};
use crate::{Error, Settings};

/// Places that are tried one by one, each by solving again.
const TRIES: usize = 16;

/// Nodes of all searches together after which no other place is tried: gas is worth only so much time.
const NODES: usize = 200;

/// Solves a programme whose movements cost gas.
///
/// # Errors
/// As of [`solve`].
pub(crate) fn solved(programme: &Programme, settings: &Settings) -> Result<Solution, Error> {
    if programme.charges().iter().all(|charge| charge.fixed == 0.0) {
        return solve(programme, settings);
    }
    let free = programme.without_fixed();
    let first = solve(&free, settings)?;
    let bound = first.income + first.gap;
    let mut best = paid(programme, first);
    let (small, mut nodes) = (small(programme, &best), best.nodes);
    // What cannot be held together, or is not proved, is no answer.
    let mut with = |held: &[bool]| {
        let found = paid(programme, solve(&free.held(held)?, settings).ok()?);
        nodes += found.nodes;
        Some((found, nodes))
    };
    let mut held = vec![false; programme.charges().len()];
    // Most often all of them together are not worth it.
    let all = (0..held.len()).map(|place| small.contains(&place)).collect::<Vec<_>>();
    match with(&all) {
        Some((found, _)) if found.income > best.income => best = found,
        _ => {
            for place in small.into_iter().take(TRIES) {
                if !moves(programme, &best, place) {
                    continue;
                }
                held[place] = true;
                let Some((found, nodes)) = with(&held) else {
                    held[place] = false;
                    continue;
                };
                held[place] = found.income > best.income;
                if held[place] {
                    best = found;
                }
                if nodes > NODES {
                    break;
                }
            }
        }
    }
    Ok(Solution { gap: (bound - best.income).max(best.gap), nodes, ..best })
}

/// A solution with its gas paid; what is moved by less than rounding stays.
fn paid(programme: &Programme, mut solution: Solution) -> Solution {
    for (x, charge) in solution.amounts.iter_mut().zip(programme.charges()) {
        if (*x - charge.from).abs() < 0.5 {
            *x = charge.from;
        }
    }
    let gas = programme.charges().iter().zip(&solution.amounts).filter(|(charge, x)| **x != charge.from);
    solution.income -= gas.map(|(charge, _)| charge.fixed).sum::<f64>();
    solution
}

fn moves(programme: &Programme, solution: &Solution, place: usize) -> bool {
    solution.amounts[place] != programme.charges()[place].from
}

/// The places whose movement is not known to gain its gas, the smallest movement first: at the price of its last unit, which is
/// no less than what others offer, it gains what its units before that bring more.
fn small(programme: &Programme, solution: &Solution) -> Vec<usize> {
    let is_small = |place: &usize| {
        let (charge, curve, x) = (&programme.charges()[*place], &programme.curves()[*place], solution.amounts[*place]);
        let brings = |x: f64| curve.income(x).value - Charge { fixed: 0.0, ..*charge }.at(x);
        let gains = brings(x) - brings(charge.from) - solution.marginals[*place] * (x - charge.from);
        moves(programme, solution, *place) && gains < charge.fixed
    };
    let mut places = (0..programme.charges().len()).filter(is_small).collect::<Vec<_>>();
    let moved = |place: &usize| (solution.amounts[*place] - programme.charges()[*place].from).abs();
    places.sort_by(|one, other| moved(one).total_cmp(&moved(other)));
    places
}
