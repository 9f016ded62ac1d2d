//! What plans are weighed by beside income and gas: charges, and the stance before.

use keeper_planner::{Scales, Settings, plan};
use model::{Assets, Charges, Decision, Idleness, Purpose, Snapshot, Stance, Target};

use crate::world::{FREE, MILLION, misplaced, target};

fn decided(snapshot: &Snapshot, target: &Target, scales: &Scales<'_>) -> Decision {
    plan(snapshot, target, &Settings::default(), scales).expect("the snapshot is possible")
}

/// Five of the nine millions come home, and nothing is earned elsewhere.
fn withdrawn(snapshot: &Snapshot) -> Target {
    let mut target = target(snapshot);
    target.positions.iter_mut().for_each(|position| position.assets = Assets::ZERO);
    target.positions[0].assets = Assets::from(4 * MILLION);
    target.idle = snapshot.total_assets().saturating_sub(target.positions[0].assets);
    target
}

#[test]
fn a_gain_that_charges_take_away_is_not_worth_it() {
    let (snapshot, target) = (misplaced(), target(&misplaced()));
    let year = 31_536_000.0 / Settings::default().horizon_secs as f64;
    let Decision::Rebalance(free) = decided(&snapshot, &target, &FREE) else { panic!("it earns more") };
    let spare = (free.explanation.gain_assets - free.explanation.required_assets) * year;
    let at = |slippage_assets: f64| {
        let charged = |amounts: &[Assets]| match amounts[1].is_zero() {
            true => Charges::default(),
            false => Charges { slippage_assets, ..Charges::default() },
        };
        decided(&snapshot, &target, &Scales { stance: Stance::Still, charges: &charged })
    };

    assert!(matches!(at(0.99 * spare), Decision::Rebalance(_)));
    let Decision::NothingToDo { reason: Idleness::NotWorthIt { gain_assets, .. }, explanation } = at(1.01 * spare)
    else {
        panic!("slippage takes more than the gain")
    };
    assert_eq!(explanation.charges_after.slippage_assets, 1.01 * spare);
    assert!((gain_assets * year / (free.explanation.gain_assets * year - 1.01 * spare) - 1.0).abs() < 1e-9);
}

#[test]
fn expected_losses_that_are_avoided_are_a_gain() {
    let snapshot = misplaced();
    let losing = |amounts: &[Assets]| Charges { expected_loss_assets: 0.5 * amounts[0].to_f64(), ..Charges::default() };

    let Decision::Rebalance(plan) =
        decided(&snapshot, &withdrawn(&snapshot), &Scales { stance: Stance::Still, charges: &losing })
    else {
        panic!("half of it is lost a year")
    };

    assert_eq!(plan.purpose, Purpose::Earn);
    assert!(plan.explanation.income_after_assets < plan.explanation.income_before_assets);
}

#[test]
fn a_broken_bound_on_the_worst_scenarios_is_mended_at_a_loss() {
    let snapshot = misplaced();
    let bounded = |most: u128| {
        move |amounts: &[Assets]| Charges {
            worst_assets: amounts[0].to_f64(),
            most_worst_assets: Some(most as f64),
            ..Charges::default()
        }
    };
    let decide = |most: u128| {
        decided(&snapshot, &withdrawn(&snapshot), &Scales { stance: Stance::Still, charges: &bounded(most) })
    };

    let Decision::Rebalance(plan) = decide(5 * MILLION) else { panic!("nine are more than five") };
    assert_eq!(plan.purpose, Purpose::RestoreLimits);
    assert!(plan.explanation.gain_assets < 0.0);
    assert!(matches!(decide(9 * MILLION), Decision::NothingToDo { reason: Idleness::NotWorthIt { .. }, .. }));
}

#[test]
fn whoever_moves_goes_on_for_less() {
    let (snapshot, target) = (misplaced(), target(&misplaced()));
    let Decision::Rebalance(free) = decided(&snapshot, &target, &FREE) else { panic!("it earns more") };
    let ratio = free.explanation.gain_assets / free.explanation.gas_cost_assets.to_f64();
    let with = |stance, go_on_factor| {
        let settings = Settings { gain_factor: 1.1 * ratio, go_on_factor, ..Settings::default() };
        plan(&snapshot, &target, &settings, &Scales { stance, ..FREE }).expect("the snapshot is possible")
    };

    assert!(matches!(with(Stance::Still, 0.9 * ratio), Decision::NothingToDo { .. }));
    assert!(matches!(with(Stance::Moving, 0.9 * ratio), Decision::Rebalance(_)));
    assert!(matches!(with(Stance::Moving, 1.05 * ratio), Decision::NothingToDo { .. }));
}
