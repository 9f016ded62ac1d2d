//! Solves a programme: the search, the rows that it turns out to need, the proof, and the prices as people read them.

use model::LimitKind;

use crate::certificate;
use crate::conflict::conflict;
use crate::newton::Point;
use crate::problem::Problem;
use crate::programme::{Programme, tightest};
use crate::search::{Outcome, Search};
use crate::{Error, Method, Settings};

/// Choices of scenarios that a programme may need; more than a portfolio of this size has.
const MEANS: usize = 400;

/// A certified answer, in base units and base units a year.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    /// The amount of each place.
    pub amounts: Vec<f64>,
    /// What the last unit held of each place brings, charges of its own taken off.
    pub marginals: Vec<f64>,
    /// One shadow price a group: what one more base unit of room would bring.
    pub prices: Vec<f64>,
    /// One price a factor of risk: what one more unit of exposure to it costs; either sign.
    pub factor_prices: Vec<f64>,
    /// What one more base unit of the bound on the worst scenarios' mean would bring.
    pub tail_price: f64,
    /// What the amounts bring a year: income, less charges, less what risk costs.
    pub income: f64,
    /// No amounts inside the limits bring more than `income + gap`.
    pub gap: f64,
    /// The largest violation of the optimality conditions (yearly rate).
    pub residual: f64,
    /// How many nodes the search opened.
    pub nodes: usize,
    /// The link of the chain of methods that the bounds came from.
    pub method: Method,
}

/// Solves a programme to global optimality.
///
/// # Errors
/// Where its limits conflict, where no method gives anything usable, or the answer fails its optimality conditions.
pub fn solve(programme: &Programme, settings: &Settings) -> Result<Solution, Error> {
    let mut means = Vec::new();
    let mut problem = Problem::of(programme, &means);
    let mut prices = problem.first_prices();
    let mut nodes = 0;
    loop {
        let outcome = Search::run(&problem, settings, &prices)?;
        nodes += outcome.nodes;
        let Some(best) = &outcome.best else {
            return Err(refused(programme, &problem)?);
        };
        match problem.exceeded(programme, &best.point.amounts) {
            Some(mean) if means.len() < MEANS => {
                means.push(mean);
                let found = &best.point.prices;
                let groups = problem.rows.groups.len();
                prices = [&found[..groups], &[0.0], &found[groups..]].concat();
                problem = Problem::of(programme, &means);
            }
            Some(_) => return Err(Error::Solver { status: "more scenarios than it can weigh".to_owned() }),
            None => return certified(programme, &problem, outcome, nodes),
        }
    }
}

/// Whether some amounts meet every limit but the worst scenarios'.
pub(crate) fn is_possible(programme: &Programme) -> Result<bool, Error> {
    let problem = Problem::of(programme, &[]);
    Ok(conflict(&problem.sources, &problem.rows, &problem.ranges())?.is_empty())
}

/// Why there is no answer: limits that conflict, or a search that found none.
fn refused(programme: &Programme, problem: &Problem) -> Result<Error, Error> {
    let conflicting = conflict(&problem.sources, &problem.rows, &problem.ranges())?;
    if conflicting.is_empty() {
        return Ok(Error::Unverified { residual: f64::INFINITY, bound: certificate::ACCEPTED });
    }
    let kind = |group: &usize| programme.groups().get(*group).map_or(LimitKind::Tail, |group| group.kind);
    let mut limits = conflicting.iter().map(kind).collect::<Vec<_>>();
    // What a floor asks for may be kept out of reach by limits on single places, which their ranges state.
    let tightest = tightest(programme.groups(), programme.lower(), programme.upper());
    for group in conflicting.iter().filter_map(|group| programme.groups().get(*group)) {
        let asked = group.members.iter().zip(&group.weights).filter(|(_, weight)| weight.slope(true) < 0.0);
        let bounding = asked.filter_map(|(member, _)| tightest[*member].map(|(group, room)| (*member, group, room)));
        let bounding = bounding.filter(|(member, _, room)| *room <= programme.upper()[*member]);
        limits.extend(bounding.map(|(_, group, _)| programme.groups()[group].kind));
    }
    let mut named = Vec::with_capacity(limits.len());
    limits.retain(|limit| {
        let is_new = !named.contains(limit);
        named.push(*limit);
        is_new
    });
    Ok(Error::Conflict { limits })
}

fn certified(programme: &Programme, problem: &Problem, outcome: Outcome, nodes: usize) -> Result<Solution, Error> {
    let Problem { sources, rows, unit, .. } = problem;
    let Some(best) = outcome.best else {
        return Err(Error::Unverified { residual: f64::INFINITY, bound: certificate::ACCEPTED });
    };
    let Point { amounts, prices } = best.point;
    let mut attributed = prices.clone();
    attribute(programme, problem, &amounts, &mut attributed);
    // What the prices say for people must not cost the proof.
    let judged = |prices: Vec<f64>| (certificate::residual(sources, rows, &amounts, &prices), prices);
    let (residual, prices) = match judged(attributed) {
        (residual, prices) if residual <= certificate::ACCEPTED => (residual, prices),
        _ => judged(prices),
    };
    if residual > certificate::ACCEPTED {
        return Err(Error::Unverified { residual, bound: certificate::ACCEPTED });
    }
    let (places, groups) = (programme.curves().len(), programme.groups().len());
    let aversion = programme.tail().map_or(0.0, |tail| tail.aversion);
    let means = prices[groups..rows.groups.len()].iter().sum::<f64>();
    // Whoever stays does so to the bit.
    let whole = |(place, x): (usize, &f64)| match programme.pivots()[place] {
        Some(pivot) if sources[place].still() == Some(*x) => pivot,
        _ => x * unit,
    };
    let marginals = sources.iter().zip(&amounts).map(|(source, x)| source.marginals(*x).0).take(places).collect();
    Ok(Solution {
        marginals,
        amounts: amounts.iter().take(places).enumerate().map(whole).collect(),
        factor_prices: prices[rows.groups.len()..].to_vec(),
        tail_price: (means - aversion).max(0.0),
        prices: prices[..groups].iter().zip(&problem.scales).map(|(price, scale)| price / scale).collect(),
        income: best.value * unit,
        gap: (outcome.bound - best.value).max(0.0) * unit,
        residual,
        nodes,
        method: outcome.method,
    })
}

/// Gives what a place would still bring at an upper bound that a group sets to the price of that group: all its other
/// members hold their least, and a higher price leaves them there.
fn attribute(programme: &Programme, problem: &Problem, amounts: &[f64], prices: &mut [f64]) {
    let Problem { sources, rows, .. } = problem;
    let tightest = tightest(programme.groups(), programme.lower(), programme.upper());
    for (place, (upper, tightest)) in programme.upper().iter().zip(tightest).enumerate() {
        let source = &sources[place];
        let Some((group, room)) = tightest else { continue };
        if room > *upper || amounts[place] < source.upper() || source.still() == Some(amounts[place]) {
            continue;
        }
        let is_above = source.segment_below(amounts[place]).is_above;
        let spare = source.marginals(amounts[place]).0 - rows.whole_slope(place, is_above, prices);
        let slope = rows.weight(group, place).map_or(0.0, |weight| weight.slope(is_above));
        if slope > 0.0 {
            prices[group] += spare.max(0.0) / slope;
        }
    }
}
