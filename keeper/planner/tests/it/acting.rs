//! Plans: order, amounts, bounds, reasons, and what is left to do after them.

use keeper_planner::Settings;
use model::alloy_primitives::U256;
use model::{Assets, Decision, Idleness, Movement, Timestamp};

use crate::world::{MILLION, account, decide, executed, fresh, misplaced, rebalance, target, unwanted};

#[test]
fn withdrawals_come_first_and_idle_covers_every_deposit() {
    let snapshot = misplaced();
    let plan = rebalance(&snapshot);

    let is_deposit = |movement: &Movement| matches!(movement, Movement::Allocate(_));
    let directions = plan.intent.legs.iter().map(|leg| is_deposit(&leg.movement)).collect::<Vec<_>>();

    assert_eq!(directions, [false, true, true]);
    executed(&snapshot, &plan);
}

#[test]
fn target_is_reached_to_the_unit() {
    for snapshot in [fresh(), misplaced()] {
        let after = executed(&snapshot, &rebalance(&snapshot));

        let reached = after.positions.iter().map(|position| position.value).collect::<Vec<_>>();
        let wanted = target(&snapshot).positions.iter().map(|position| position.assets).collect::<Vec<_>>();
        assert_eq!(reached, wanted);
        assert_eq!(after.total_assets(), snapshot.total_assets());
    }
}

#[test]
fn nothing_is_left_to_do_after_its_own_plan() {
    for snapshot in [fresh(), misplaced()] {
        let after = executed(&snapshot, &rebalance(&snapshot));

        let decision = decide(&after, &Settings::default());

        let Decision::NothingToDo { reason: Idleness::WithinDust { largest, .. }, .. } = &decision else {
            panic!("something is left: {decision:?}")
        };
        assert!(*largest <= Assets::from(100), "the target moved by {largest}");
    }
}

#[test]
fn intent_carries_nonce_revision_deadline_and_least_results() {
    let settings = Settings { tolerance_bps: 30, deadline_secs: 120, ..Settings::default() };
    let mut snapshot = misplaced();
    snapshot.block.timestamp = Timestamp(1_000);

    let Decision::Rebalance(plan) = decide(&snapshot, &settings) else { panic!("the money is misplaced") };

    assert_eq!((plan.intent.nonce, plan.intent.revision), (U256::from(3), U256::from(11)));
    assert_eq!(plan.intent.deadline, Timestamp(1_120));
    for leg in &plan.intent.legs {
        let (Movement::Allocate(amount) | Movement::Deallocate(amount)) = leg.movement else { panic!("no exit here") };
        assert_eq!(leg.min_result.0, amount.0 * U256::from(9_970) / U256::from(10_000));
    }
}

#[test]
fn same_inputs_give_the_same_bytes() {
    let text = || serde_json::to_string(&decide(&misplaced(), &Settings::default())).expect("a decision is JSON");

    assert_eq!(text(), text());
}

#[test]
fn decision_reads_back_from_its_json() {
    let decision = decide(&misplaced(), &Settings::default());

    let text = serde_json::to_string(&decision).expect("a decision is JSON");

    assert_eq!(serde_json::from_str::<Decision>(&text).expect("it reads back"), decision);
}

#[test]
fn a_venue_that_is_no_longer_wanted_is_left_entirely() {
    let plan = rebalance(&unwanted());

    assert_eq!(plan.intent.legs[0].movement, Movement::DeallocateAll);
    assert_eq!(plan.intent.legs[0].min_result, Assets::from(2 * MILLION / 10_000 * 9_999));
}

#[test]
fn what_the_book_does_not_count_yet_stays_at_the_venue() {
    let mut snapshot = unwanted();
    snapshot.positions[0].marked = Assets::from(MILLION);
    account(&mut snapshot);

    let plan = rebalance(&snapshot);

    assert_eq!(plan.intent.legs[0].movement, Movement::Deallocate(Assets::from(MILLION)));
}

#[test]
fn every_leg_says_why() {
    let plan = rebalance(&misplaced());

    let reasons = plan.legs.iter().map(|leg| leg.reason.as_str()).collect::<Vec<_>>();

    assert!(reasons[0].starts_with("the last unit here earned less than elsewhere"), "{}", reasons[0]);
    assert!(reasons[1].ends_with("no more because of the relative cap of b"), "{}", reasons[1]);
    assert!(reasons[2].ends_with("no more because of the relative cap of m"), "{}", reasons[2]);
}

#[test]
fn explanation_has_the_figures_and_every_limit() {
    let plan = rebalance(&misplaced());
    let explanation = &plan.explanation;

    assert!(explanation.income_after_assets > explanation.income_before_assets);
    assert!(explanation.gain_assets > explanation.required_assets);
    // Two caps for each of three ids, floor and cover, the depth of three venues, four budgets.
    assert_eq!(explanation.limits.len(), 6 + 2 + 3 + 4);
    assert!(explanation.limits.iter().all(|limit| limit.holds), "{:?}", explanation.limits);
    let binding = explanation.binding.iter().map(|limit| limit.kind.to_string()).collect::<Vec<_>>();
    assert_eq!(binding, ["all money above the liquidity floor", "relative cap of b", "relative cap of m"]);
}
