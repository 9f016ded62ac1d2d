//! Reasons to do nothing, with their figures.

use keeper_planner::Settings;
use model::{Assets, Decision, Idleness, Wei};

use crate::world::{MILLION, decide, executed, fresh, misplaced, pool, position, rebalance, vault};

#[test]
fn an_empty_vault_has_nothing_to_do() {
    let snapshot = vault(0, vec![position(0, pool(MILLION, 80), 0, "a")], vec![]);

    let decision = decide(&snapshot, &Settings::default());

    assert!(matches!(decision, Decision::NothingToDo { reason: Idleness::NoAssets, .. }), "{decision:?}");
}

#[test]
fn dust_that_the_last_wallet_left_is_left_alone_though_it_breaks_a_cap() {
    let positions = vec![position(0, pool(MILLION, 80), 1, "a"), position(1, pool(MILLION, 80), 1, "b")];
    let snapshot = vault(0, positions, vec![]);

    let decision = decide(&snapshot, &Settings::default());

    let reason = Idleness::WithinDust { largest: Assets::from(2), least: Assets::from(1_000_000) };
    assert!(matches!(&decision, Decision::NothingToDo { reason: found, .. } if *found == reason), "{decision:?}");
}

#[test]
fn gas_that_costs_more_than_the_gain_is_not_spent() {
    let dear = Settings { gas_price: Wei::from(10_000_000_000_000_000), ..Settings::default() };

    let decision = decide(&misplaced(), &dear);

    let Decision::NothingToDo { reason: Idleness::NotWorthIt { gain_assets, required_assets }, explanation } = decision
    else {
        panic!("ten million gwei a gas is too dear: {decision:?}")
    };
    assert!(gain_assets > 0.0 && gain_assets <= required_assets);
    assert_eq!(required_assets, 2.0 * explanation.gas_cost_assets.to_f64());
}

#[test]
fn the_factor_decides_at_the_margin() {
    let explanation = rebalance(&misplaced()).explanation;
    let ratio = explanation.gain_assets / explanation.gas_cost_assets.to_f64();
    let with = |gain_factor: f64| decide(&misplaced(), &Settings { gain_factor, ..Settings::default() });

    assert!(matches!(with(ratio * 0.999), Decision::Rebalance(_)));
    assert!(matches!(with(ratio * 1.001), Decision::NothingToDo { reason: Idleness::NotWorthIt { .. }, .. }));
}

#[test]
fn movements_below_the_least_are_left_out() {
    let settings = Settings { min_leg: Assets::from(50 * MILLION), ..Settings::default() };

    let decision = decide(&misplaced(), &settings);

    let Decision::NothingToDo { reason: Idleness::WithinDust { largest, least }, .. } = decision else {
        panic!("no movement is that large: {decision:?}")
    };
    assert_eq!(least, Assets::from(50 * MILLION));
    assert!(largest > Assets::from(MILLION), "{largest}");
}

#[test]
fn a_small_deposit_waits_for_more() {
    let mut snapshot = executed(&fresh(), &rebalance(&fresh()));
    snapshot.book.idle = snapshot.book.idle.saturating_add(Assets::from(500_000));
    crate::world::account(&mut snapshot);

    let decision = decide(&snapshot, &Settings::default());

    assert!(matches!(decision, Decision::NothingToDo { reason: Idleness::WithinDust { .. }, .. }), "{decision:?}");
}
