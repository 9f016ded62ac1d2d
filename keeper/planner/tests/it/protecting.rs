//! What cannot wait: debts near their soft threshold, and venues that run dry.

use keeper_planner::{Settings, protect};
use model::alloy_primitives::Address;
use model::rate::AaveTwoSlope;
use model::{
    Answer, Assets, Collateral, Decision, Idleness, Level, Lever, Movement, Plan, Position, Price, Purpose, RateModel,
    Ray, Snapshot, Thresholds, Timestamp, VenueKind, Wad, Wei,
};

use crate::world::{FREE, MILLION, cap, pool, position, vault};

const HOUR: u64 = 3_600;

/// A million worth of a position that owes two, with this health in percent, whose price moves by `move_bps` an hour.
fn lever(index: u32, health_percent: u128, move_bps: u128) -> Position {
    let price =
        |hour: u64| Wad::from(1_000_000_000_000_000_000 + 100_000_000_000_000 * move_bps * u128::from(hour % 2));
    let answers = (0..25).map(|hour| Answer { at: Timestamp(hour * HOUR), price: price(hour) }).collect();
    let thresholds = Thresholds { target_bps: 15_000, soft_bps: 13_000, hard_bps: 11_500, ..Thresholds::default() };
    let debt = 2 * MILLION;
    Position {
        kind: VenueKind::AaveV3Loop,
        lever: Some(Lever {
            backing: Assets::from(debt / 100 * health_percent),
            debt: Some(Assets::from(debt)),
            thresholds: Some(thresholds),
        }),
        collateral: Some(Collateral {
            token: Address::ZERO,
            oracle: Address::ZERO,
            price: Price::Known { bid: Wad::ONE, ask: Wad::ONE },
            answers,
            supply_rate: Ray::ZERO,
            borrow_rate: Ray::ZERO,
        }),
        ..position(index, RateModel::Unknown { reason: "it is leveraged".into() }, MILLION, "loop")
    }
}

/// An Aave pool of this usage in per mille, which pays `liquid` at once.
fn lent(index: u32, usage_per_mille: u128, liquid: u128) -> Position {
    let rate = pool(10 * MILLION, 0);
    let RateModel::AaveTwoSlope(model) = rate else { panic!("an Aave pool") };
    let debt = 10 * MILLION / 1000 * usage_per_mille;
    let (lent, left) = (Assets::from(debt), Assets::from(10 * MILLION - debt));
    let rate = RateModel::AaveTwoSlope(AaveTwoSlope { total_variable_debt: lent, available_liquidity: left, ..model });
    Position { liquidity: Assets::from(liquid), ..position(index, rate, MILLION, "pool") }
}

fn world(positions: Vec<Position>) -> Snapshot {
    vault(MILLION, positions, vec![cap("loop", u128::MAX, 100), cap("pool", u128::MAX, 100)])
}

fn plan_of(snapshot: &Snapshot) -> Option<Plan> {
    match protect(snapshot, &Settings::default()).expect("settings and rates are possible")? {
        Decision::Rebalance(plan) => Some(plan),
        other => panic!("{other:?}"),
    }
}

fn movements(plan: &Plan) -> Vec<(u32, Movement)> {
    plan.legs.iter().map(|planned| (planned.leg.position, planned.leg.movement)).collect()
}

#[test]
fn a_debt_far_from_its_threshold_waits() {
    // 0.5 % an hour is 47 % a year: ln(1.45 / 1.3) takes five days.
    assert_eq!(plan_of(&world(vec![lever(0, 145, 50)])), None);
    assert_eq!(plan_of(&world(vec![lever(0, 150, 500)])), None, "at the target there is nothing to repay");
}

#[test]
fn a_debt_whose_threshold_is_near_is_repaid_before_it_is_passed() {
    let plan = plan_of(&world(vec![lever(0, 133, 50)])).expect("hours are left");

    assert_eq!(plan.purpose, Purpose::Protect);
    assert_eq!(movements(&plan), [(0, Movement::RepayAll)]);
    let reason = &plan.legs[0].reason;
    assert!(reason.starts_with("health is 1.3300, and its soft threshold of 1.3000 is "), "{reason}");
    assert!(reason.ends_with("at today's volatility: back to 1.5000"), "{reason}");
}

#[test]
fn until_a_quarter_of_the_way_to_the_threshold_is_gone_nothing_is_repaid() {
    // 5 % an hour is 470 % a year: any health is hours from its threshold. Each repayment costs gas, whatever it repays.
    assert_eq!(plan_of(&world(vec![lever(0, 146, 500)])), None);
    assert!(plan_of(&world(vec![lever(0, 145, 500)])).is_some());
}

#[test]
fn what_moves_more_is_repaid_earlier() {
    assert_eq!(plan_of(&world(vec![lever(0, 140, 50)])), None);
    assert!(plan_of(&world(vec![lever(0, 140, 200)])).is_some());
}

#[test]
fn a_feed_that_tells_nothing_is_taken_for_the_worst() {
    let mut silent = lever(0, 137, 0);
    silent.collateral = None;

    assert!(plan_of(&world(vec![silent])).is_some());
}

#[test]
fn the_nearest_comes_first_and_a_passed_one_before_all() {
    let plan = plan_of(&world(vec![lever(0, 132, 50), lever(1, 125, 50), lever(2, 131, 50)])).expect("all are near");

    assert_eq!(movements(&plan), [1, 2, 0].map(|position| (position, Movement::RepayAll)));
}

#[test]
fn what_budgets_leave_is_repaid_where_all_is_too_much() {
    let mut snapshot = world(vec![lever(0, 133, 50)]);
    snapshot.positions[0].terms.slack_bps = 100;
    // A third of a percent of what is repaid is charged.
    let loss = Level { used: Assets::ZERO, capacity: Assets::from(MILLION / 1000) };
    snapshot.budgets.loss = loss;

    let plan = plan_of(&snapshot).expect("some of it is allowed");

    let [(0, Movement::Repay(debt))] = movements(&plan)[..] else { panic!("{plan:?}") };
    assert_eq!(debt, Assets::from(2 * MILLION / 8));
}

#[test]
fn below_the_soft_threshold_no_loss_budget_keeps_anybody_from_repaying() {
    let mut snapshot = world(vec![lever(0, 125, 50)]);
    snapshot.positions[0].terms.slack_bps = 100;
    snapshot.budgets.loss = Level { used: Assets::from(MILLION), capacity: Assets::ZERO };

    assert_eq!(movements(&plan_of(&snapshot).expect("it cannot wait")), [(0, Movement::RepayAll)]);
}

#[test]
fn money_leaves_a_dry_venue_and_what_is_stuck_is_told() {
    let positions = vec![lent(0, 990, MILLION / 2), lent(1, 985, MILLION / 10), lent(2, 970, MILLION / 3)];
    let plan = plan_of(&world(positions)).expect("two are dry");

    let out = |assets: u128| Movement::Deallocate(Assets::from(assets));
    assert_eq!(movements(&plan), [(1, out(MILLION / 10)), (0, out(MILLION / 2))], "the driest first");
    let stuck: Vec<_> = plan.explanation.stuck.iter().map(|stuck| (stuck.position, stuck.assets)).collect();
    assert_eq!(stuck, [(1, Assets::from(MILLION / 10 * 9)), (0, Assets::from(MILLION / 2))]);
    assert_eq!(plan.legs[0].reason, "98.50 % of its venue is lent out");
}

#[test]
fn money_leaves_a_frozen_reserve() {
    let mut frozen = lent(0, 500, MILLION);
    let RateModel::AaveTwoSlope(model) = &mut frozen.rate else { panic!("an Aave pool") };
    model.supply_cap = Some(Assets::ZERO);

    let plan = plan_of(&world(vec![frozen])).expect("it is frozen");

    assert_eq!(plan.legs[0].reason, "its venue is frozen or paused");
    assert!(plan.explanation.stuck.is_empty());
}

#[test]
fn debts_come_before_dry_venues_and_one_that_cannot_be_helped_stops_no_other() {
    let mut silent = lever(2, 120, 50);
    silent.lever.as_mut().expect("it owes").debt = None;
    let plan = plan_of(&world(vec![lent(0, 990, MILLION), lever(1, 120, 50), silent])).expect("both");

    assert_eq!(movements(&plan)[0], (1, Movement::RepayAll));
    assert_eq!(movements(&plan).len(), 2);
}

#[test]
fn without_a_grant_nothing_is_begun() {
    let mut snapshot = world(vec![lever(0, 120, 50)]);
    snapshot.operator.grant.positions = 0b10;
    assert_eq!(plan_of(&snapshot), None);
    snapshot.operator.grant.positions = 1;
    snapshot.operator.grant.expiry = Timestamp(0);
    assert_eq!(plan_of(&snapshot), None);
}

#[test]
fn a_setting_without_sense_is_refused_by_name() {
    for protect_hours in [-1.0, f64::NAN] {
        let settings = Settings { protect_hours, ..Settings::default() };
        let error = protect(&world(Vec::new()), &settings).expect_err("no number of hours");
        assert!(error.to_string().starts_with("protect_hours is "), "{error}");
    }
}

#[test]
fn gas_for_the_worst_hour_is_kept_from_what_only_earns() {
    let mut snapshot = world(vec![lent(0, 800, MILLION), lever(1, 150, 50)]);
    snapshot.positions[0].value = Assets::ZERO;
    snapshot.positions[0].marked = Assets::ZERO;
    snapshot.book.idle = Assets::from(5 * MILLION);
    let settings = Settings::default();
    let decide = |snapshot: &Snapshot| {
        let target = optimizer::optimize(snapshot, &optimizer::Settings::default()).expect("it is possible");
        keeper_planner::plan(snapshot, &target, &settings, &FREE).expect("it can be judged")
    };

    let Decision::NothingToDo { reason, .. } = decide(&snapshot) else { panic!("the account has nothing") };
    assert_eq!(reason, Idleness::GasReserve { balance: Wei::ZERO, reserve: settings.gas_reserve });
    snapshot.operator.balance = Wei::from(1_000_000_000_000_000_000);
    assert!(matches!(decide(&snapshot), Decision::Rebalance(_)));
}
