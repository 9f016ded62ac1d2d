//! Random vaults: whatever is decided can be executed, ends inside every limit, and is decided once.

use keeper_planner::Settings;
use model::units::WAD;
use model::{Assets, Decision, Mandate, Movement, Purpose, RateModel, Snapshot, Wad};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::world::{MILLION, account, cap, decide, executed, morpho, pool, position, two_markets, vault};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A vault of up to five venues with up to 40 % of each, caps of every tightness, all of it liquid and marked.
fn snapshots() -> impl Strategy<Value = Snapshot> {
    let venue = (1..80_u128, 10..99_u128, 0..40_u128, 0..4_u8, 0..=100_u128, any::<bool>());
    (prop::collection::vec(venue, 1..=5), 0..20_u128).prop_map(|(venues, idle)| {
        let mut positions = Vec::new();
        let mut caps = Vec::new();
        for ((supply, usage, part, kind, relative, is_capped), index) in venues.into_iter().zip(0_u32..) {
            let supply = supply * MILLION;
            let rate = match kind {
                0 | 1 => pool(supply, usage),
                2 => morpho(supply, usage),
                _ => two_markets(supply, usage),
            };
            // Two markets hold half each, at most 99 % of it lent.
            let part = if kind == 3 { part.min(50 - usage / 2) / 2 } else { part.min(100 - usage) };
            let held = supply / 100 * part;
            let name = NAMES[index as usize];
            positions.push(position(index, rate, held, name));
            caps.push(cap(name, if is_capped { 3 * MILLION } else { u128::MAX }, relative));
        }
        vault(idle * MILLION / 2, positions, caps)
    })
}

/// Whether every limit holds for the vault as it stands.
fn holds(snapshot: &Snapshot) -> bool {
    let states = Mandate::of(snapshot).standing_now(snapshot).expect("amounts are small");
    states.iter().all(|state| state.holds)
}

/// Whether a venue takes into one market and gives from another, so that each plan changes the next one's curve.
fn has_queues(snapshot: &Snapshot) -> bool {
    let has_two = |rate: &RateModel| matches!(rate, RateModel::MetaMorpho(vault) if vault.markets.len() > 1);
    snapshot.positions.iter().any(|position| has_two(&position.rate))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, rng_seed: RngSeed::Fixed(3), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plans_can_be_executed_hold_and_are_made_once(snapshot in snapshots()) {
        match decide(&snapshot, &Settings::default()) {
            Decision::Rebalance(plan) => {
                let after = executed(&snapshot, &plan);
                prop_assert!(holds(&after));
                prop_assert_eq!(after.total_assets(), snapshot.total_assets());
                if plan.purpose == Purpose::Earn {
                    prop_assert!(plan.explanation.gain_assets > plan.explanation.required_assets);
                }
                if !has_queues(&snapshot) {
                    let again = decide(&after, &Settings::default());
                    prop_assert!(matches!(again, Decision::NothingToDo { .. }), "{again:?}");
                }
            }
            Decision::NothingToDo { explanation, .. } => {
                prop_assert!(holds(&snapshot) || snapshot.total_assets() == Assets::ZERO);
                prop_assert_eq!(explanation.limits.len(), 2 * snapshot.caps.len() + 2 + snapshot.positions.len() + 4);
            }
            Decision::Infeasible { unreachable, .. } => {
                prop_assert!(false, "everything is liquid: {unreachable:?}");
            }
        }
    }

    #[test]
    fn stuck_and_unmarked_money_is_never_asked_for(
        snapshot in snapshots(),
        parts in prop::collection::vec((0..=100_u128, 90..=100_u128), 5),
    ) {
        let mut snapshot = snapshot;
        for (position, (liquid, marked)) in snapshot.positions.iter_mut().zip(parts) {
            let part = |percent: u128| Wad::from(WAD / 100 * percent).of_down(position.value);
            (position.liquidity, position.marked) = (part(liquid), part(marked));
        }
        account(&mut snapshot);

        let decision = decide(&snapshot, &Settings::default());

        if let Decision::Rebalance(plan) = decision {
            let mut idle = snapshot.book.idle;
            for leg in &plan.intent.legs {
                let position = &snapshot.positions[leg.position as usize];
                match leg.movement {
                    Movement::Allocate(assets) => {
                        prop_assert!(assets <= idle);
                        idle = idle.saturating_sub(assets);
                    }
                    Movement::Deallocate(assets) => {
                        prop_assert!(assets <= position.liquidity.min(position.marked));
                        idle = idle.saturating_add(assets);
                    }
                    Movement::DeallocateAll => {
                        prop_assert_eq!(position.liquidity, position.value);
                        idle = idle.saturating_add(position.marked);
                    }
                    Movement::Repay(_) | Movement::RepayAll => prop_assert!(false, "nothing is owed here"),
                }
            }
        }
    }
}
