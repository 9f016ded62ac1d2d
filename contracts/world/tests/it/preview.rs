//! The preview is the rebalance, as long as venues take and pay exactly.

use abi::{
    board::IBoard,
    desk::IDesk::{self, LimitState},
};
use alloy_primitives::{Address, B256, U256};
use proptest::prelude::*;
use tenor_world::{ALL, GUARDIAN, KEEPER, Scene, Terms, VAULT, WAD, mock::adapter};

use crate::{ALICE, ONE, UNIT, u};

#[derive(Clone, Debug)]
struct Case {
    terms: [(u16, u16, u16); 3],
    rates: [Option<u8>; 3],
    depths: [Option<u16>; 3],
    caps: [(u16, u8); 3],
    liquidity: (u8, u8),
    budgets: (u8, u8),
    before: [u8; 3],
    drifts: [i8; 3],
    hours: u8,
    tripped: Option<u8>,
    is_paused: bool,
    legs: Vec<(u32, i16)>,
}

fn case() -> impl Strategy<Value = Case> {
    let terms = (0..=10_000_u16, 500..=10_000_u16, prop_oneof![Just(0_u16), 0..100_u16]);
    let leg = (0..3_u32, prop_oneof![Just(i16::MIN), -300..300_i16]);
    (
        (
            [terms.clone(), terms.clone(), terms],
            [any::<Option<u8>>(), any::<Option<u8>>(), any::<Option<u8>>()],
            [any::<Option<u16>>(), any::<Option<u16>>(), any::<Option<u16>>()],
            [(0..1500_u16, 0..=100_u8), (0..1500_u16, 0..=100_u8), (0..1500_u16, 0..=100_u8)],
            (0..40_u8, 0..60_u8),
            (0..50_u8, 0..200_u8),
        ),
        (
            [0..30_u8, 0..30_u8, 0..30_u8],
            [-5..5_i8, -5..5_i8, -5..5_i8],
            prop_oneof![Just(0_u8), any::<u8>()],
            proptest::option::weighted(0.3, 0..4_u8),
            proptest::bool::weighted(0.1),
        ),
        prop::collection::vec(leg, 0..5),
    )
        .prop_map(
            |((terms, rates, depths, caps, liquidity, budgets), (before, drifts, hours, tripped, is_paused), legs)| {
                Case { terms, rates, depths, caps, liquidity, budgets, before, drifts, hours, tripped, is_paused, legs }
            },
        )
}

/// 1000 units, invested by parts, then governed, drifted and aged.
fn stage(case: &Case) -> (Scene, [Address; 3]) {
    let scene = Scene::new();
    let ids = [&["p", "x"], &["q", "x"], &["r", "y"]];
    let mut positions = [Address::ZERO; 3];
    for (i, (instant_bps, depth_bps, slack_bps)) in case.terms.into_iter().enumerate() {
        positions[i] = scene.position_on(ids[i], Terms { instant_bps, depth_bps, slack_bps }).0;
    }
    scene.endow(ALICE, 1000 * ONE);
    let legs: Vec<_> = (0..3).map(|i| (i, i128::from(case.before[i as usize]) * 10 * UNIT)).collect();
    scene.rebalance(&legs).expect("nothing binds yet");
    for (id, (absolute, percent)) in ["x", "p", "y"].into_iter().zip(case.caps) {
        scene.cap(id, u128::from(absolute) * ONE, WAD / 100 * u64::from(percent));
    }
    let (floor, cover) = case.liquidity;
    scene.liquidity(WAD / 100 * u64::from(floor), WAD / 100 * u64::from(cover));
    let (loss, turnover) = case.budgets;
    scene.budgets(WAD / 1000 * u64::from(loss), WAD / 100 * u64::from(turnover));
    for (i, at) in positions.iter().enumerate() {
        if let Some(rate) = case.rates[i] {
            scene.world.poke(*at, adapter::RATE, u(u128::from(WAD) / 1000 * u128::from(rate) + 1));
        }
        if let Some(depth) = case.depths[i] {
            scene.world.poke(*at, adapter::DEPTH, u(u128::from(depth) * ONE + 1));
        }
        let value: u128 = scene.world.peek(*at, adapter::VALUE).to();
        if value != 0 {
            scene.earn(*at, (i128::from(case.drifts[i]) * UNIT).max(-(value as i128)));
        }
    }
    scene.world.pass(u64::from(case.hours) * 3600);
    if let Some(id) = case.tripped {
        let risk_id = tenor_world::risk_id(["x", "p", "y", "q"][usize::from(id)]);
        scene.call(GUARDIAN, IBoard::tripByWordCall { riskId: risk_id });
    }
    if case.is_paused {
        scene.call(GUARDIAN, IBoard::pauseCall { secs: u(3600) });
    }
    (scene, positions)
}

fn caps(states: &[LimitState]) -> Vec<(u8, B256, U256, U256, bool)> {
    let kept = states.iter().filter(|state| state.limit <= 1);
    kept.map(|s| (s.limit, s.id, s.value, s.bound, s.holds)).collect()
}

fn value_of(states: &[LimitState], limit: u8) -> U256 {
    states.iter().find(|state| state.limit == limit).expect("listed").value
}

/// The preview of a case against what the rebalance does.
fn compare(case: &Case) -> Result<(), TestCaseError> {
    let (scene, _) = stage(case);
    let amount = |assets: i16| if assets == i16::MIN { ALL } else { i128::from(assets) * UNIT };
    let legs: Vec<_> = case.legs.iter().map(|(position, assets)| (*position, amount(*assets))).collect();
    let intent = scene.intent(&legs);
    let before = scene.world.storage();

    let call = IDesk::previewRebalanceCall { keeper: KEEPER, intent: intent.clone() };
    let preview = scene.world.view(VAULT, &call);
    prop_assert_eq!(scene.world.storage(), before, "a view");
    let real = scene.try_call(KEEPER, IDesk::rebalanceCall { intent });

    match (preview, real) {
        (Ok(states), Ok(_)) => {
            let after = scene.view(IDesk::limitsCall {});
            prop_assert_eq!(caps(&states), caps(&after));
            let told = scene.world.events::<IDesk::Rebalanced>(VAULT).pop().expect("an event");
            let broken = states
                .iter()
                .enumerate()
                .fold(U256::ZERO, |bits, (i, s)| if s.holds { bits } else { bits | U256::from(1) << i });
            prop_assert_eq!(told.brokenAfter, broken);
            prop_assert_eq!(value_of(&states, 5), told.lossLevel);
            prop_assert_eq!(value_of(&states, 6), told.turnoverLevel);
        }
        (Err(foreseen), Err(found)) => prop_assert_eq!(foreseen, found),
        (foreseen, found) => prop_assert!(false, "{:?} against {:?}", foreseen.err(), found.err()),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    #[test]
    fn the_preview_states_what_the_rebalance_leaves_or_refuses_with_the_same_breach(case in case()) {
        compare(&case)?;
    }
}

/// What it is believed less by its slack shows in the price of the next purchase, to the unit.
#[test]
fn what_an_empty_position_was_given_is_previewed_as_the_next_leg_finds_it() {
    let case = Case {
        terms: [(0, 500, 0), (0, 500, 1), (0, 500, 0)],
        rates: [None; 3],
        depths: [None; 3],
        caps: [(0, 0); 3],
        liquidity: (0, 0),
        budgets: (0, 0),
        before: [7, 0, 0],
        drifts: [2, 0, 0],
        hours: 0,
        tripped: None,
        is_paused: false,
        legs: vec![(1, 116), (1, -11), (0, i16::MIN), (1, 1)],
    };

    compare(&case).expect("they agree");
}
