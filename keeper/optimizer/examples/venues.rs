//! Instances for `scripts/bench optimizer`: prints one as JSON with our answer and the processor time that it took, the mean of
//! REPEATS.
//!
//! `venues PLACES NUMBER REPEATS`: Aave pools below and beyond their kinks (every third), money for a third of what they
//! could use, six overlapping caps, carry by venue, three factors of risk. Seeded by the number of places and its own.

use keeper_optimizer::{Charge, Factors, Group, Programme, Settings, solve};
use model::rate::AaveTwoSlope;
use model::{Assets, LimitKind, RateModel, Ray, RiskId, Timestamp};
use serde_json::{Value, json};

#[path = "../tests/it/dice.rs"]
mod dice;

use dice::Dice;

const MILLION: f64 = 1e12;
const RESERVE_FACTOR: f64 = 0.1;
const FACTORS: usize = 3;
const CAPS: usize = 6;

/// What this thread has run so far, in milliseconds of processor time: others on the machine do not count.
fn processor_ms() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next().and_then(|first| first.parse::<f64>().ok()));
    nanoseconds.expect("Linux says what a thread has run") / 1e6
}

struct Venue {
    supply: f64,
    debt: f64,
    optimal: f64,
    gentle: f64,
    steep: f64,
    carry: f64,
    loadings: Vec<f64>,
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let mut next = || arguments.next().and_then(Result::ok);
    let (Some(places), Some(number), Some(repeats)) = (next(), next(), next()) else {
        eprintln!("usage: venues PLACES NUMBER REPEATS");
        std::process::exit(2);
    };
    println!("{}", instance(places, number as u64, repeats));
}

fn instance(places: usize, number: u64, repeats: usize) -> Value {
    let mut dice = Dice::new(1_000 * places as u64 + number);
    let venues = (0..places).map(|place| venue(&mut dice, place)).collect::<Vec<_>>();
    let money = (venues.iter().map(|venue| venue.supply).sum::<f64>() / 15.0).floor();
    let caps = (0..CAPS).map(|_| {
        let members = (0..places).filter(|_| dice.chance(0.4)).collect::<Vec<_>>();
        (members, (dice.between(0.15, 0.5) * money).floor())
    });
    let caps = caps.collect::<Vec<_>>();
    let most = (0.25_f64.max(3.0 / places as f64) * money).floor();
    // A tenth of the money's variance at a loading of one costs about half a percent a year.
    let aversion = 0.05 / money;
    let covariance = [[0.04, 0.01, 0.0], [0.01, 0.03, 0.005], [0.0, 0.005, 0.02]].map(|row| row.to_vec());
    let stated = programme(&venues, money, most, &caps, &covariance, aversion);

    let settings = Settings::default();
    let solved = || solve(&stated, &settings).expect("a seeded instance has an answer");
    let solution = solved();
    let start = processor_ms();
    for _ in 0..repeats {
        std::hint::black_box(solved());
    }
    let spent_ms = (processor_ms() - start) / repeats.max(1) as f64;
    let venue = |venue: &Venue| {
        json!({
            "supply": venue.supply, "debt": venue.debt, "optimal": venue.optimal, "gentle": venue.gentle,
            "steep": venue.steep, "carry": venue.carry, "loadings": venue.loadings,
        })
    };
    json!({
        "venues": venues.iter().map(venue).collect::<Vec<_>>(),
        "reserve_factor": RESERVE_FACTOR, "money": money, "most": most, "aversion": aversion, "covariance": covariance,
        "caps": caps.iter().map(|(members, bound)| json!({"members": members, "bound": bound})).collect::<Vec<_>>(),
        "ours": {
            "ms": spent_ms, "amounts": solution.amounts, "income": solution.income,
            "gap": solution.gap, "residual": solution.residual, "nodes": solution.nodes,
            "method": format!("{:?}", solution.method),
        },
    })
}

fn venue(dice: &mut Dice, place: usize) -> Venue {
    let supply = (dice.between(2.0, 60.0) * MILLION).floor();
    let usage = if place.is_multiple_of(3) { dice.between(0.91, 0.99) } else { dice.between(0.4, 0.89) };
    Venue {
        supply,
        debt: (supply * usage).floor(),
        optimal: 0.9,
        gentle: (dice.between(0.04, 0.08) * 1e4).floor() / 1e4,
        steep: 0.4,
        carry: dice.between(0.0, 0.008),
        loadings: (0..FACTORS).map(|_| dice.between(0.0, 1.0)).collect(),
    }
}

fn programme(
    venues: &[Venue],
    money: f64,
    most: f64,
    caps: &[(Vec<usize>, f64)],
    covariance: &[Vec<f64>],
    aversion: f64,
) -> Programme {
    let curve = |venue: &Venue| {
        let ray = |rate: f64| Ray::from((rate * 1e9).round() as u128 * 1_000_000_000_000_000_000);
        let pool = AaveTwoSlope {
            total_variable_debt: Assets::from(venue.debt as u128),
            available_liquidity: Assets::from((venue.supply - venue.debt) as u128),
            unbacked: Assets::ZERO,
            supply_cap: None,
            reserve_factor_bps: (RESERVE_FACTOR * 1e4) as u16,
            optimal_usage: ray(venue.optimal),
            base_rate: Ray::ZERO,
            slope1: ray(venue.gentle),
            slope2: ray(venue.steep),
        };
        RateModel::AaveTwoSlope(pool).curve(Assets::ZERO, Timestamp(0)).expect("the parameters are possible")
    };
    let mut groups = vec![Group::whole(LimitKind::Budget, (0..venues.len()).collect(), money)];
    let risk_id = RiskId::from_name("some").expect("it is short");
    for (members, bound) in caps.iter().filter(|(members, _)| !members.is_empty()) {
        groups.push(Group::whole(LimitKind::AbsoluteCap { risk_id }, members.clone(), *bound));
    }
    let charges = venues.iter().map(|venue| Charge { carry: venue.carry, ..Charge::default() }).collect();
    let loadings = venues.iter().map(|venue| venue.loadings.clone()).collect::<Vec<_>>();
    let factors = Factors::new(&loadings, covariance, aversion).expect("the covariance is definite");
    let (lower, upper) = (vec![0.0; venues.len()], vec![most; venues.len()]);
    Programme::new(venues.iter().map(curve).collect(), lower, upper, groups)
        .and_then(|stated| stated.charged(charges))
        .and_then(|stated| stated.with_factors(factors))
        .expect("the shapes fit")
}
