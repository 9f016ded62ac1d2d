//! Roll-down: what bonds gain as they slide down the yield curve that the snapshot's own bonds draw.
//!
//! ```text
//! roll(T) = (z(T) - z(T - h)) * (T - h)/h          a year, over the horizon h: T z'(T) as h vanishes, forward less yield
//! ```
//!
//! `z` is the continuous yield less what is expected to be lost: what a bond pays for its chance of failing is no slope of the
//! curve. It is linear between the terms of bonds, flat before the first and after the last. Bonds nearer to one another than
//! [`NEAR_YEARS`] are one point, at their means: a slope between them would be their markets' noise. A fund whose term never
//! shortens has no roll-down, and is no point.

use model::units::YEAR_SECS;
use model::{Position, Snapshot};
use risk::curve::{Interpolation, Nodes};

/// What is one point of the curve: a month.
const NEAR_YEARS: f64 = 30.0 / 365.0;

/// What each unit of each place gains a year by rolling down; zero of what is no bond. The forward rate that this comes to is no
/// less than nothing, and no more than twice the yield.
pub(crate) fn roll_downs(snapshot: &Snapshot, expected_losses: &[f64], horizon_years: f64) -> Vec<f64> {
    let terms = snapshot.positions.iter().map(|position| term_years(snapshot, position)).collect::<Vec<_>>();
    let bonds = snapshot.positions.iter().zip(&terms).zip(expected_losses);
    let points = bonds.filter_map(|((position, term), loss)| Some(((*term)?, zero(position)? - loss))).collect();
    let Some(curve) = curve(points) else { return vec![0.0; terms.len()] };
    let roll = |years: f64| {
        let (now, left) = (curve.zero(years), years - horizon_years);
        let most = now.max(0.0);
        if left > 0.0 { ((now - curve.zero(left)) * left / horizon_years).clamp(-most, most) } else { 0.0 }
    };
    terms.into_iter().map(|term| term.map_or(0.0, roll)).collect()
}

/// The years until a bond with a date pays; nothing of anything else, nor once it is due.
fn term_years(snapshot: &Snapshot, position: &Position) -> Option<f64> {
    let bond = position.bond.filter(|bond| bond.maturity.is_some())?;
    let years = f64::from(bond.term_secs(snapshot.now())) / YEAR_SECS as f64;
    (years > 0.0 && position.rate.refusal().is_none()).then_some(years)
}

/// The continuous yield of a bond: by its market where that says one, else by its last mark.
fn zero(position: &Position) -> Option<f64> {
    let rate = position.reported_rate.or(position.bond.map(|bond| bond.rate))?;
    Some(rate.to_fraction().ln_1p())
}

/// The curve through points by term; nothing where they are one at most.
fn curve(mut points: Vec<(f64, f64)>) -> Option<Nodes> {
    points.sort_by(|(one, a), (other, b)| one.total_cmp(other).then(a.total_cmp(b)));
    let mut nodes = Vec::new();
    let mut rest = points.as_slice();
    while let Some((first, _)) = rest.first() {
        let (near, far) = rest.split_at(rest.partition_point(|(years, _)| years - first < NEAR_YEARS));
        let mean = |of: fn(&(f64, f64)) -> f64| near.iter().map(of).sum::<f64>() / near.len() as f64;
        nodes.push((mean(|point| point.0), mean(|point| point.1)));
        rest = far;
    }
    if nodes.len() > 1 { Nodes::new(Interpolation::LinearZero, nodes).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bonds_of_one_month_are_one_point_of_the_curve() {
        let found = curve(vec![(1.0, 0.06), (0.5, 0.03), (0.52, 0.05)]).expect("two points");

        assert_eq!(found.points().len(), 2);
        assert!((found.points()[0].0 - 0.51).abs() < 1e-12 && (found.points()[0].1 - 0.04).abs() < 1e-12);
        assert!(curve(vec![(0.5, 0.03), (0.52, 0.05)]).is_none(), "a point has no slope");
        assert!(curve(Vec::new()).is_none());
    }
}
