//! Random vaults: whatever is decided can be executed, ends inside every limit, and is decided once.

use keeper_planner::Settings;
use model::{Assets, Decision, Mandate, Snapshot};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::world::{MILLION, cap, decide, executed, morpho, pool, position, vault};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A vault of up to five venues with up to 40 % of each, caps of every tightness, all of it liquid and marked.
fn snapshots() -> impl Strategy<Value = Snapshot> {
    let venue = (1..80_u128, 10..99_u128, 0..40_u128, any::<bool>(), 0..=100_u128, any::<bool>());
    (prop::collection::vec(venue, 1..=5), 0..20_u128).prop_map(|(venues, idle)| {
        let mut positions = Vec::new();
        let mut caps = Vec::new();
        for ((supply, usage, part, is_morpho, relative, is_capped), index) in venues.into_iter().zip(0_u32..) {
            let supply = supply * MILLION;
            let held = supply / 100 * part.min(100 - usage);
            let rate = if is_morpho { morpho(supply, usage) } else { pool(supply, usage) };
            let name = NAMES[index as usize];
            positions.push(position(index, rate, held, name));
            caps.push(cap(name, if is_capped { 3 * MILLION } else { u128::MAX }, relative));
        }
        vault(idle * MILLION / 2, positions, caps)
    })
}

/// Whether every limit holds for the vault as it stands.
fn holds(snapshot: &Snapshot) -> bool {
    let mandate = Mandate::of(snapshot);
    let values = snapshot.positions.iter().map(|position| position.marked).collect::<Vec<_>>();
    let holdings = mandate.holdings(snapshot.book.nav, snapshot.book.idle, &values).expect("amounts are small");
    mandate.states(&holdings).iter().all(|state| state.holds)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, rng_seed: RngSeed::Fixed(3), ..ProptestConfig::default() })]

    #[test]
    fn plans_can_be_executed_hold_and_are_made_once(snapshot in snapshots()) {
        match decide(&snapshot, &Settings::default()) {
            Decision::Rebalance(plan) => {
                let after = executed(&snapshot, &plan);
                prop_assert!(holds(&after));
                prop_assert_eq!(after.total_assets(), snapshot.total_assets());
                if !plan.restores_limits {
                    prop_assert!(plan.explanation.gain_assets > plan.explanation.required_assets);
                }
                let again = decide(&after, &Settings::default());
                prop_assert!(matches!(again, Decision::NothingToDo { .. }), "{again:?}");
            }
            Decision::NothingToDo { explanation, .. } => {
                prop_assert!(holds(&snapshot) || snapshot.total_assets() == Assets::ZERO);
                prop_assert_eq!(explanation.limits.len(), 2 * snapshot.caps.len() + 1);
            }
            Decision::Infeasible { unreachable, .. } => {
                prop_assert!(false, "everything is liquid: {unreachable:?}");
            }
        }
    }
}
