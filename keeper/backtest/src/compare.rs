//! The keeper beside three rules on the same days, at the same costs.

use std::ops::Range;

use serde::Serialize;

use crate::bootstrap::standard_error;
use crate::day::YEAR_DAYS;
use crate::market::Market;
use crate::report::{Figures, figures, returns};
use crate::run::{Walk, walk};
use crate::strategy::{BestSingle, EqualWeights, HighestQuoted, Ours, Settings, Strategy};

/// Days that the best single venue's average takes in.
pub const TRAILING_DAYS: usize = 30;

/// Days after which equal weights are set right again.
pub const EQUAL_EVERY_DAYS: usize = 30;

/// Mean days of a block of the bootstrap.
pub const BLOCK_DAYS: f64 = 30.0;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// Dollars at the first day.
    pub capital_usd: f64,
    /// How the keeper decides.
    pub settings: Settings,
    /// The day of an index from which the second part begins; the keeper's settings were chosen before it.
    pub split: usize,
    /// Of the bootstrap.
    pub seed: u64,
}

/// One strategy's answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Over all days.
    #[serde(flatten)]
    pub whole: Figures,
    /// Over the days from the split on.
    pub second_part: Figures,
    /// The keeper alone: its net APR if gains counted for half of the horizon, and for twice of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stability: Option<Stability>,
    /// A rule alone: what the keeper earned more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ours_earned_more: Option<Difference>,
}

/// How much more one strategy earned than another on the same days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Net APR.
    pub net_apr: f64,
    /// Of that, by the stationary bootstrap of the days' differences.
    pub standard_error: f64,
}

/// What the keeper earns with other horizons.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Stability {
    /// Net APR with half of the horizon.
    pub net_apr_half_horizon: f64,
    /// Net APR with twice the horizon.
    pub net_apr_double_horizon: f64,
}

/// All walks with their figures, the keeper's first.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Each strategy's walk.
    pub walks: Vec<Walk>,
    /// Its figures, in the same order.
    pub lines: Vec<Line>,
}

/// Walks the keeper and the three rules, and the keeper with other horizons.
#[must_use]
pub fn compare(market: &Market, question: &Question) -> Comparison {
    let Question { capital_usd, settings, split, seed } = *question;
    let most_share = settings.most_share;
    let at = |factor: f64| {
        let settings = Settings { horizon_days: settings.horizon_days * factor, ..settings };
        walk(market, &mut Ours::new(settings), capital_usd)
    };
    let (ours, half, double) = std::thread::scope(|scope| {
        let half = scope.spawn(|| at(0.5));
        let double = scope.spawn(|| at(2.0));
        let ours = at(1.0);
        // A walk does not panic; where one does all the same, so does whoever asked for it.
        let join = |handle: std::thread::ScopedJoinHandle<'_, _>| match handle.join() {
            Ok(walked) => walked,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        (ours, join(half), join(double))
    });
    let mut rules: [Box<dyn Strategy>; 3] = [
        Box::new(BestSingle { trailing_days: TRAILING_DAYS, most_share }),
        Box::new(EqualWeights::new(EQUAL_EVERY_DAYS, most_share)),
        Box::new(HighestQuoted { most_share }),
    ];
    let mut walks = vec![ours];
    for rule in &mut rules {
        walks.push(walk(market, rule.as_mut(), capital_usd));
    }
    let all = 0..market.days();
    let of = |walk: &Walk, days: &Range<usize>| figures(walk, days, BLOCK_DAYS, seed);
    let line = |walk: &Walk| {
        let (whole, second_part) = (of(walk, &all), of(walk, &(split..market.days())));
        let ours_earned_more = (walk.name != walks[0].name).then(|| difference(&walks[0], walk, &all, seed));
        Line { whole, second_part, stability: None, ours_earned_more }
    };
    let mut lines: Vec<Line> = walks.iter().map(line).collect();
    let (half, double) = (of(&half, &all), of(&double, &all));
    lines[0].stability = Some(Stability { net_apr_half_horizon: half.net_apr, net_apr_double_horizon: double.net_apr });
    Comparison { walks, lines }
}

fn difference(one: &Walk, other: &Walk, days: &Range<usize>, seed: u64) -> Difference {
    let (one, other) = (returns(one, days), returns(other, days));
    let more: Vec<f64> = one.iter().zip(&other).map(|(one, other)| one - other).collect();
    let net_apr = more.iter().sum::<f64>() / more.len().max(1) as f64 * YEAR_DAYS;
    Difference { net_apr, standard_error: standard_error(&more, BLOCK_DAYS, seed) * YEAR_DAYS }
}

/// Some settings with what the keeper earns by each (net APR), the best first. The market ends where the choice is made:
/// later days are not there to be looked at.
#[must_use]
pub fn choose(before_split: &Market, capital_usd: f64, candidates: &[Settings]) -> Vec<(Settings, f64)> {
    let earn = |settings: &Settings| {
        let walked = walk(before_split, &mut Ours::new(*settings), capital_usd);
        (*settings, figures(&walked, &(0..before_split.days()), BLOCK_DAYS, 0).net_apr)
    };
    let mut earned: Vec<_> = candidates.iter().map(earn).collect();
    earned.sort_by(|a, b| b.1.total_cmp(&a.1));
    earned
}
