//! Which limits cannot all be met: an irreducible set, by deleting one after the other.
//!
//! Groups alone (no income) are met when the least sum of what they are broken by is nothing. Clarabel finds it; both answers
//! are checked here. Amounts are put into the groups; and that there are none is proved by prices `y >= 0` with
//!
//! ```text
//! sum_i min_{x_i} sum_g y_g w_gi(x_i) > sum_g y_g b_g                                   (Farkas)
//! ```
//!
//! Groups without a price in the proof are not needed for it. Each that is left is dropped where the others are still
//! proved to conflict (deletion filter; Chinneck, "Feasibility and Infeasibility in Optimization", 2008).

use crate::Error;
use crate::relaxation::{PricedPoint, solve_linear};
use crate::rows::{Bound, Ranges, Rows};
use crate::source::Source;

/// What groups may be broken by and still count as met, in the programme's unit; and what a proof must exceed.
const MARGIN: f64 = 1e-9;

/// Whether all groups can be met.
enum Verdict {
    Met,
    /// They conflict; these have a price in the proof.
    Conflict(Vec<usize>),
}

/// An irreducible set of groups that conflict inside the ranges; none where all can be met.
///
/// # Errors
/// Where neither is proved.
pub(crate) fn conflict(sources: &[Source], rows: &Rows, ranges: &Ranges) -> Result<Vec<usize>, Error> {
    let Verdict::Conflict(mut kept) = judged(sources, rows, &rows.live, ranges)? else { return Ok(Vec::new()) };
    let mut at = 0;
    while at < kept.len() {
        let mut others = kept.clone();
        others.remove(at);
        match judged(sources, rows, &others, ranges)? {
            Verdict::Conflict(fewer) => kept.retain(|group| fewer.contains(group)),
            Verdict::Met => at += 1,
        }
    }
    Ok(kept)
}

/// Judges some of the groups.
fn judged(sources: &[Source], rows: &Rows, groups: &[usize], ranges: &Ranges) -> Result<Verdict, Error> {
    let bounds = groups.iter().map(|group| rows.groups[*group].clone()).collect::<Vec<Bound>>();
    if bounds.is_empty() {
        return Ok(Verdict::Met);
    }
    let some = Rows::of_groups(bounds, sources.len());
    let points = ranges.iter().enumerate().map(|(source, range)| corners(&some, source, *range)).collect::<Vec<_>>();
    let (amounts, prices, _) = solve_linear(&points, &some)?;
    let amounts = amounts.iter().zip(ranges).map(|(x, (low, high))| x.clamp(*low, *high)).collect::<Vec<_>>();
    let worst = (0..groups.len()).map(|row| some.excess(row, &amounts, &prices)).fold(0.0, f64::max);
    if worst <= MARGIN {
        return Ok(Verdict::Met);
    }
    let largest = prices.iter().copied().fold(0.0, f64::max);
    let needed = |price: f64| if price > 1e-7 * largest { price / largest } else { 0.0 };
    let prices = prices.into_iter().map(needed).collect::<Vec<_>>();
    let tolls = some.tolls(&prices);
    let least = |(source, (low, high)): (usize, &(f64, f64))| tolls.of(source).least(*low, *high);
    let proof = ranges.iter().enumerate().map(least).sum::<f64>() - some.constant(&prices);
    if proof > MARGIN / 10.0 {
        let priced = groups.iter().zip(&prices).filter(|(_, price)| **price > 0.0);
        return Ok(Verdict::Conflict(priced.map(|(group, _)| *group).collect()));
    }
    Err(Error::Solver { status: format!("limits broken by {worst:e} without a proof that they must be") })
}

/// The ends of a range and the pivot between them, without income.
fn corners(rows: &Rows, source: usize, (low, high): (f64, f64)) -> Vec<PricedPoint> {
    let pivot = rows.of(source).find_map(|(_, weight)| weight.pivot());
    let inside = pivot.filter(|pivot| *pivot > low && *pivot < high);
    let ends = [Some(low), inside, (high > low).then_some(high)];
    ends.into_iter().flatten().map(|x| (x, 0.0)).collect()
}
