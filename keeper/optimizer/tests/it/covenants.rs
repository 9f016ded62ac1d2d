//! Bonds and credit: duration, ladder, expected losses and purchases, by the contracts' own code.

use keeper_optimizer::{Along, Outcome, Settings, costs, optimize, optimize_or_last, trade_off};
use model::rate::FixedRate;
use model::{
    Assets, Bond, Covenants, Hazard, LimitKind, Position, RateModel, Rung, Snapshot, Status, Target, Timestamp, Wad,
};

use crate::moves::accepted;
use crate::snapshot::{TEN_MILLION, capped, id, position, snapshot};

const DAY_SECS: u64 = 86_400;
const MILLION: u128 = 1_000_000_000_000;

fn wad(part: f64) -> Wad {
    Wad::from((part * 1e18).round() as u128)
}

/// A bond that pays in so many days and yields so much, bought at its issuer's.
pub fn bond(index: u32, days: u64, rate: f64, value: u128, ids: &[&str]) -> Position {
    let model = RateModel::FixedRate(FixedRate { rate: wad(rate), capacity: None });
    let dated = Bond { maturity: Some(Timestamp(days * DAY_SECS)), rate: wad(rate), ..Bond::default() };
    Position { bond: Some(dated), reported_rate: Some(wad(rate)), ..position(index, model, value, ids) }
}

/// What allows everything.
fn anything() -> Covenants {
    Covenants {
        least_duration_secs: 0,
        most_duration_secs: u32::MAX,
        ladder: Vec::new(),
        credit: Wad::ONE,
        hazards: Vec::new(),
        least_yield: Some(Wad::ZERO),
    }
}

fn vault(positions: Vec<Position>, covenants: Covenants) -> Snapshot {
    let caps = vec![capped("a", u128::MAX, 100), capped("b", u128::MAX, 100)];
    Snapshot { covenants: Some(covenants), ..snapshot(TEN_MILLION, positions, caps) }
}

fn solved(snapshot: &Snapshot) -> Target {
    let target = optimize(snapshot, &Settings::default()).expect("it is possible");
    assert!(accepted(snapshot, &target), "the contracts' code refuses it");
    target
}

fn held(target: &Target, place: usize) -> f64 {
    target.positions[place].assets.to_f64()
}

fn has(target: &Target, kind: LimitKind) -> bool {
    target.binding.iter().any(|limit| limit.kind == kind && limit.shadow_price > 1e-6)
}

#[test]
fn duration_is_kept_below_its_cap_and_the_longer_bond_earns_the_rest() {
    let bonds = || vec![bond(0, 730, 0.06, 0, &["a"]), bond(1, 91, 0.04, 0, &["b"])];
    let year_secs = 365 * DAY_SECS as u32;

    let target = solved(&vault(bonds(), Covenants { most_duration_secs: year_secs, ..anything() }));

    // Durations d1 = 2/1.06 and d2 = 0.249/1.04 years of all money: d1 x1 + d2 x2 = nav, x1 + x2 = 95 % of it.
    let (long, short) = (2.0 / 1.06, 91.0 / 365.0 / 1.04);
    let expected = (1.0 - short * 0.95) / (long - short) * TEN_MILLION as f64;
    assert!((held(&target, 0) / expected - 1.0).abs() < 1e-3, "{} is not {expected}", held(&target, 0));
    assert!(has(&target, LimitKind::DurationCap));
    let free = solved(&vault(bonds(), anything()));
    assert!((held(&free, 0) / 9.5e12 - 1.0).abs() < 1e-3);
}

#[test]
fn rungs_are_filled_between_their_bounds() {
    let ladder = vec![
        Rung { until_days: 180, least_bps: 2_000, most_bps: 10_000 },
        Rung { until_days: 1_000, least_bps: 0, most_bps: 3_000 },
    ];
    let bonds = vec![bond(0, 90, 0.03, 0, &["a"]), bond(1, 700, 0.07, 0, &["b"]), bond(2, 800, 0.05, 0, &["b"])];

    let target = solved(&vault(bonds, Covenants { ladder, ..anything() }));

    assert!((held(&target, 1) / (0.3 * TEN_MILLION as f64) - 1.0).abs() < 1e-3, "{}", held(&target, 1));
    assert!(held(&target, 2) < 10.0 && held(&target, 0) >= 0.2 * TEN_MILLION as f64);
    assert!(has(&target, LimitKind::RungCap { rung: 1 }));
    let words = target.binding.iter().map(|limit| limit.sentence(Assets::from(TEN_MILLION))).collect::<Vec<_>>();
    assert!(words.iter().any(|words| words.starts_with("the cap of rung 1 costs 1.")), "{words:?}");
}

#[test]
fn a_floor_is_bought_for_though_it_costs_income() {
    let ladder = vec![
        Rung { until_days: 180, least_bps: 4_000, most_bps: 10_000 },
        Rung { until_days: 1_000, least_bps: 0, most_bps: 10_000 },
    ];
    let bonds = vec![bond(0, 90, 0.03, 0, &["a"]), bond(1, 700, 0.07, 0, &["b"])];

    let target = solved(&vault(bonds, Covenants { ladder, ..anything() }));

    assert_eq!(target.status, Status::Optimal);
    assert!((held(&target, 0) / (0.4 * TEN_MILLION as f64) - 1.0).abs() < 1e-3, "{}", held(&target, 0));
    let floor = target.binding.iter().find(|limit| limit.kind == LimitKind::RungFloor { rung: 0 }).expect("it binds");
    assert!((floor.shadow_price - 0.04).abs() < 1e-6, "{}", floor.shadow_price);
}

#[test]
fn a_floor_that_caps_keep_out_of_reach_is_neared_and_named_with_them() {
    let ladder = vec![Rung { until_days: 1_000, least_bps: 8_000, most_bps: 10_000 }];
    let bonds = vec![bond(0, 90, 0.03, 0, &["a"]), bond(1, 700, 0.07, 0, &["b"])];
    let mut snapshot = vault(bonds, Covenants { ladder, ..anything() });
    snapshot.caps = vec![capped("a", u128::MAX, 30), capped("b", u128::MAX, 20)];

    let target = solved(&snapshot);

    let Status::Infeasible { unreachable, conflicts } = &target.status else { panic!("half is not 80 %") };
    assert_eq!(unreachable[0].kind, LimitKind::RungFloor { rung: 0 });
    for name in ["a", "b"] {
        let risk_id = id(name);
        assert!(conflicts.contains(&LimitKind::RelativeCap { risk_id }), "{name} is not in {conflicts:?}");
    }
    assert!((held(&target, 0) + held(&target, 1)) / (0.5 * TEN_MILLION as f64) > 0.999);
}

#[test]
fn credit_is_kept_within_its_budget_and_expected_loss_is_weighed() {
    let hazard = |name, hazard_bps| Hazard { risk_id: id(name), hazard_bps, loss_bps: 5_000 };
    let bonds = || vec![bond(0, 90, 0.10, 0, &["a"]), bond(1, 90, 0.04, 0, &["b"])];
    let covenants = |hazard_bps, credit| Covenants {
        hazards: vec![hazard("a", hazard_bps), hazard("b", 10)],
        credit: wad(credit),
        ..anything()
    };

    // 4 % times a half is 2 % a year: half a percent of all money in it is one percent of a quarter.
    let bounded = solved(&vault(bonds(), covenants(400, 0.005)));
    let (first, second) = (held(&bounded, 0), held(&bounded, 1));
    assert!(first * 0.02 + second * 0.000_5 <= 0.005 * TEN_MILLION as f64);
    assert!(first > 0.22 * TEN_MILLION as f64 && has(&bounded, LimitKind::Credit), "{first} and {second}");
    // 20 % times a half is more than what it yields beyond the other.
    let shunned = solved(&vault(bonds(), covenants(2_000, 1.0)));
    assert!(held(&shunned, 0) < 10.0 && held(&shunned, 1) > 9.4e12);
}

#[test]
fn bonds_below_the_least_yield_are_not_bought() {
    let bonds = || vec![bond(0, 90, 0.05, 0, &["a"]), bond(1, 90, 0.04, MILLION, &["b"])];
    let with = |least_yield| solved(&vault(bonds(), Covenants { least_yield, ..anything() }));

    let dear = with(Some(wad(0.045)));
    assert!(held(&dear, 0) > 8.4e12 && held(&dear, 1) <= MILLION as f64);
    let silent = with(None);
    assert!(held(&silent, 0) == 0.0 && held(&silent, 1) <= MILLION as f64);
}

#[test]
fn an_answer_that_fails_falls_back_to_a_target_that_is_still_good() {
    let bonds = || vec![bond(0, 90, 0.05, 0, &["a"]), bond(1, 90, 0.04, 0, &["b"])];
    let today = vault(bonds(), anything());
    let last = solved(&today);
    // Without any method there is no answer.
    let none = Settings { methods: Vec::new(), ..Settings::default() };

    let Ok(Outcome::LastGood { target, .. }) = optimize_or_last(&today, &none, Some(&last)) else {
        panic!("yesterday's target is inside today's limits")
    };
    assert_eq!(target, last);
    let mut tighter = today.clone();
    tighter.caps = vec![capped("a", u128::MAX, 50), capped("b", u128::MAX, 50)];
    assert!(matches!(optimize_or_last(&tighter, &none, Some(&last)), Ok(Outcome::Nothing { .. })));
    assert!(matches!(optimize_or_last(&tighter, &Settings::default(), Some(&last)), Ok(Outcome::Fresh(_))));
}

/// A long bond and a short one under a cap of a year of duration, which costs income.
fn capped_duration() -> Snapshot {
    let bonds = vec![bond(0, 730, 0.06, 0, &["a"]), bond(1, 91, 0.04, 0, &["b"])];
    vault(bonds, Covenants { most_duration_secs: 365 * DAY_SECS as u32, ..anything() })
}

#[test]
fn a_limit_costs_what_the_best_portfolio_would_earn_more_without_it() {
    let snapshot = capped_duration();
    let target = solved(&snapshot);

    let costs = costs(&snapshot, &target, &Settings::default()).expect("it is solved again");

    let mut free = snapshot.clone();
    free.covenants.as_mut().expect("said").most_duration_secs = u32::MAX;
    let more = solved(&free).income_assets - target.income_assets;
    let (_, cost) = costs.iter().find(|(kind, _)| *kind == LimitKind::DurationCap).expect("it binds");
    assert!(more > 0.0 && (cost / more - 1.0).abs() < 1e-9, "{cost} is not {more}");
    assert!(costs.is_sorted_by(|(_, one), (_, other)| one >= other), "the dearest first: {costs:?}");
    assert!(costs.iter().all(|(_, cost)| *cost >= 0.0));
}

#[test]
fn income_rises_with_the_bound_that_it_is_traded_against_and_not_beyond_what_bounds_nothing() {
    let snapshot = capped_duration();
    let income = solved(&snapshot).income_assets / TEN_MILLION as f64;

    let points = trade_off(&snapshot, Along::Duration, 20, &Settings::default()).expect("it is solved");

    assert_eq!((points.len(), points[0].bound), (21, 0.0));
    assert!((points[20].bound - 2.0).abs() < 1e-9, "twice what stands: {}", points[20].bound);
    assert!(points.windows(2).all(|pair| pair[1].income >= pair[0].income - 1e-9), "{points:?}");
    assert!((points[10].income / income - 1.0).abs() < 1e-6, "where it stands");
    assert!(points[0].income < 1e-9, "nothing may last");
}

#[test]
fn a_bound_that_no_portfolio_keeps_is_no_point_of_the_trade_off() {
    let mut snapshot = capped_duration();
    snapshot.covenants.as_mut().expect("said").ladder =
        vec![Rung { until_days: 1_000, least_bps: 5_000, most_bps: 10_000 }];

    let points = trade_off(&snapshot, Along::Duration, 10, &Settings::default()).expect("it is solved");

    // Half of all money in the shorter bond lasts 0.12 years.
    assert!(points.len() < 11 && points[0].bound > 0.0, "{points:?}");
}
