//! What one decision leaves for the next: the stance of the no-trade band, and the last good target; and that plans are weighed by
//! what targets are chosen by.

use model::{Covenants, Hazard, Idleness, Purpose, Stance};

use super::*;

/// A hundred thousand dollars of idle money in a vault whose gas costs so many times what investing it gains over the horizon.
fn at_ratio(ratio: f64) -> Snapshot {
    let free = snapshot(100_000_000_000);
    let (decision, _) = decide(&free, &Settings::default(), &Memory::default()).expect("a good world");
    let explanation = decision.explanation();
    let times = explanation.gain_assets / explanation.gas_cost_assets.to_f64() / ratio;
    let mut dear = free.clone();
    dear.block.base_fee = Wei::from((u128::try_from(free.block.base_fee.0).expect("a fee") as f64 * times) as u128);
    dear
}

fn stance(stance: Stance) -> Memory {
    Memory { stance, last_good: None }
}

fn decided(snapshot: &Snapshot, memory: &Memory) -> (Decision, Memory) {
    decide(snapshot, &Settings::default(), memory).expect("a good world")
}

#[test]
fn whoever_moves_goes_on_at_a_gain_that_nobody_starts_for() {
    let (between, rich, poor) = (at_ratio(1.75), at_ratio(3.0), at_ratio(1.4));

    let (decision, still) = decided(&between, &Memory::default());
    assert!(matches!(decision, Decision::NothingToDo { reason: Idleness::NotWorthIt { .. }, .. }), "{decision:?}");
    assert_eq!(still.stance, Stance::Still);
    let (decision, moving) = decided(&rich, &still);
    assert!(matches!(&decision, Decision::Rebalance(plan) if plan.purpose == Purpose::Earn));
    assert_eq!(moving.stance, Stance::Moving);
    let (decision, moving) = decided(&between, &moving);
    assert!(matches!(&decision, Decision::Rebalance(plan) if plan.purpose == Purpose::Earn), "{decision:?}");
    let (decision, still) = decided(&poor, &moving);
    assert!(matches!(decision, Decision::NothingToDo { reason: Idleness::NotWorthIt { .. }, .. }), "{decision:?}");
    assert_eq!(still.stance, Stance::Still);
}

#[test]
fn recorded_inputs_give_the_recorded_decision() {
    let between = at_ratio(1.75);

    for memory in [stance(Stance::Still), stance(Stance::Moving)] {
        let written = serde_json::to_string(&(&between, &memory)).expect("they are data");
        let (snapshot, read): (Snapshot, Memory) = serde_json::from_str(&written).expect("they were written");

        assert_eq!(decided(&snapshot, &read), decided(&between, &memory));
    }
}

#[test]
fn whoever_waits_for_money_to_stay_changes_no_mind() {
    let mut young = snapshot(100_000_000_000);
    young.book.nav_least = Assets::ZERO;

    let (decision, memory) = decided(&young, &stance(Stance::Moving));

    assert!(matches!(decision, Decision::NothingToDo { reason: Idleness::TooYoung { .. }, .. }));
    assert_eq!(memory.stance, Stance::Moving);
}

/// Settings by which no answer is ever found.
fn without_methods() -> Settings {
    let settings = Settings::default();
    Settings { optimizer: optimizer::Settings { methods: Vec::new(), ..settings.optimizer }, ..settings }
}

#[test]
fn without_an_answer_the_last_good_target_is_followed_and_the_reason_told() {
    let world = snapshot(100_000_000_000);
    let (good, memory) = decided(&world, &Memory::default());
    assert!(memory.last_good.is_some());

    let (decision, after) = decide(&world, &without_methods(), &memory).expect("a good world");

    let (Decision::Rebalance(plan), Decision::Rebalance(fresh)) = (&decision, &good) else { panic!("{decision:?}") };
    assert_eq!(plan.intent, fresh.intent);
    assert!(plan.explanation.fallback.is_some() && fresh.explanation.fallback.is_none());
    assert_eq!(after, memory);
    assert!(summary(&world, &decision, None).contains("by an earlier target, since no answer passes its checks"));
}

#[test]
fn without_an_answer_or_a_target_that_the_mandate_accepts_nothing_is_done() {
    let world = snapshot(100_000_000_000);
    let (_, memory) = decided(&world, &Memory::default());
    let mut tighter = world.clone();
    tighter.caps.iter_mut().for_each(|cap| cap.absolute = Assets::from(1_000_000));
    let unverified = |snapshot: &Snapshot, memory: &Memory| {
        let (decision, after) = decide(snapshot, &without_methods(), memory).expect("a good world");
        assert_eq!(&after, memory, "nothing new is remembered");
        let line = summary(snapshot, &decision, None);
        assert!(line.starts_with("nothing to do: no answer passes its checks"), "{line}");
        matches!(decision, Decision::NothingToDo { reason: Idleness::Unverified { .. }, .. })
    };

    assert!(unverified(&world, &Memory::default()), "there is none");
    assert!(unverified(&tighter, &memory), "the cap is less than the target");
}

#[test]
fn a_turn_without_an_answer_ends_and_is_recorded() {
    let parts = parts(100_000_000_000);
    let engine = Engine::new(&parts, &parts, &parts, without_methods());

    let tick = live(engine.tick(&Memory::default())).expect("it is no fault");

    assert_eq!(tick.settlement, None);
    assert!(parts.recorded.lock().expect("one thread")[0].contains("no answer passes its checks"));
}

#[test]
fn plans_are_weighed_by_what_targets_are_chosen_by() {
    let mut risky = snapshot(100_000_000_000);
    let risk_id = risky.positions[0].risk_ids[0];
    let hazards = vec![Hazard { risk_id, hazard_bps: 100, loss_bps: 5_000 }];
    risky.covenants = Some(Covenants { credit: Wad::ONE, hazards, ..Covenants::default() });

    let (decision, _) = decided(&risky, &Memory::default());

    let explanation = decision.explanation();
    let (before, after) = (explanation.charges_before, explanation.charges_after);
    let parts = [after.expected_loss_assets, after.variance_assets, after.tail_assets, after.worst_assets];
    assert!(matches!(decision, Decision::Rebalance(_)) && parts.iter().all(|part| *part > 0.0), "{after:?}");
    assert_eq!(before.total_assets(), 0.0);
    let net = explanation.income_after_assets - after.total_assets() - explanation.income_before_assets;
    let gain = net * planner::Settings::default().horizon_secs as f64 / 31_536_000.0;
    assert!((explanation.gain_assets / gain - 1.0).abs() < 1e-9, "{} is not {gain}", explanation.gain_assets);
    assert!(summary(&risky, &decision, None).contains(" after losses, costs and risk instead of 0.0000 %"));
}

#[test]
fn what_loses_more_than_it_earns_is_left_for_idle_money() {
    let mut losing = snapshot(0);
    let value = Assets::from(100_000_000_000);
    let position = &mut losing.positions[0];
    (position.value, position.marked, position.liquidity) = (value, value, value);
    (losing.book.marked, losing.book.nav, losing.book.nav_entry, losing.book.nav_least) = (value, value, value, value);
    let all = Level { used: Assets::ZERO, capacity: value };
    (losing.budgets.loss, losing.budgets.turnover) = (all, all);
    (losing.operator.grant.loss, losing.operator.grant.turnover) = (all, all);
    let hazards = vec![Hazard { risk_id: losing.positions[0].risk_ids[0], hazard_bps: 4_000, loss_bps: 9_000 }];
    losing.covenants = Some(Covenants { credit: Wad::ONE, hazards, ..Covenants::default() });

    let (decision, _) = decided(&losing, &Memory::default());

    let Decision::Rebalance(plan) = &decision else { panic!("it loses 36 % a year: {decision:?}") };
    assert!(plan.explanation.income_after_assets < plan.explanation.income_before_assets);
    assert!(plan.explanation.gain_assets > 0.0 && plan.purpose == Purpose::Earn);
}
