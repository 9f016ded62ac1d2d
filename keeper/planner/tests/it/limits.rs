//! Broken limits: restored whatever it costs, as far as money can be moved, or named.

use keeper_planner::{Error, Settings, plan};
use model::{Assets, Decision, Purpose, Wei};

use crate::world::{FREE, MILLION, cap, decide, misplaced, target};

/// Gas beyond all gain.
fn dear() -> Settings {
    Settings { gas_price: Wei::from(10_000_000_000_000_000), ..Settings::default() }
}

#[test]
fn a_broken_cap_is_restored_whatever_the_gas() {
    let mut snapshot = misplaced();
    snapshot.caps[0] = cap("a", 8 * MILLION, 95);

    let Decision::Rebalance(plan) = decide(&snapshot, &dear()) else { panic!("the cap is broken") };

    assert_eq!(plan.purpose, Purpose::RestoreLimits);
    assert!(plan.explanation.limits.iter().all(|limit| limit.holds));
}

#[test]
fn a_cap_broken_by_dust_is_restored_too() {
    let mut snapshot = misplaced();
    snapshot.caps = vec![cap("a", 9 * MILLION - 10, 100), cap("b", 0, 0), cap("m", 0, 0)];

    let Decision::Rebalance(plan) = decide(&snapshot, &dear()) else { panic!("the cap is broken") };

    assert_eq!(plan.intent.legs.len(), 1);
}

#[test]
fn a_floor_broken_by_exits_is_restored() {
    let mut snapshot = misplaced();
    snapshot.book.idle = Assets::from(1_000_000);
    crate::world::account(&mut snapshot);

    let Decision::Rebalance(plan) = decide(&snapshot, &dear()) else { panic!("the floor is broken") };

    assert!(plan.explanation.limits.iter().all(|limit| limit.holds), "{:?}", plan.explanation.limits);
}

#[test]
fn stuck_money_is_brought_as_near_as_it_goes() {
    let mut snapshot = misplaced();
    snapshot.caps[0] = cap("a", 5 * MILLION, 95);
    snapshot.positions[0].liquidity = Assets::from(MILLION);

    let Decision::Rebalance(plan) = decide(&snapshot, &dear()) else { panic!("a million can be moved") };

    assert_eq!(plan.purpose, Purpose::RestoreLimits);
    let broken = plan.explanation.limits.iter().filter(|limit| !limit.holds).map(|limit| limit.limit.as_str());
    assert_eq!(broken.collect::<Vec<_>>(), ["absolute cap of a"]);
    assert_eq!(plan.legs[0].after, Assets::from(8 * MILLION));
}

#[test]
fn wholly_stuck_money_above_a_cap_is_named() {
    let mut snapshot = misplaced();
    snapshot.caps[0] = cap("a", 5 * MILLION, 95);
    snapshot.positions[0].liquidity = Assets::ZERO;

    let decision = decide(&snapshot, &Settings::default());

    let Decision::Infeasible { unreachable, .. } = decision else { panic!("nothing can be moved: {decision:?}") };
    let line = "absolute cap of a: 9000000000000 at least, 5000000000000 allowed";
    assert_eq!(unreachable[0].to_string(), line);
}

#[test]
fn a_target_outside_the_mandate_is_refused_with_the_breach() {
    let snapshot = misplaced();
    let mut target = target(&snapshot);
    let excess = Assets::from(MILLION);
    target.positions[1].assets = target.positions[1].assets.saturating_add(excess);
    target.positions[0].assets = target.positions[0].assets.saturating_sub(excess);

    let error = plan(&snapshot, &target, &Settings::default(), &FREE).expect_err("the cap of b is 50 %");

    let Error::Refused(line) = &error else { panic!("{error}") };
    assert!(line.starts_with("relative cap of b: 59"), "{line}");
    assert!(line.ends_with(" % found, at most 50 % allowed"), "{line}");
}
