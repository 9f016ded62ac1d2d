//! Random vaults under every limit at once: whatever the optimizer answers, the vault would accept, and what cannot be met
//! is named.

use keeper_optimizer::{Settings, optimize};
use model::units::WAD;
use model::{Assets, Curve, Leg, Level, LimitKind, Mandate, Movement, Snapshot, Status, Target, Timestamp, Trial, Wad};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::snapshot::{capped, position, snapshot, two_pools};
use crate::world::{MILLION, aave, morpho};

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "core"];

/// One position in a random vault.
#[derive(Clone, Debug)]
struct Place {
    supply: f64,
    usage: f64,
    kind: u8,
    held: f64,
    /// Parts in percent: payable now, believed, share of the venue allowed, counted at once, slack in bps, earlier loss.
    liquid: u128,
    marked: u128,
    depth: u16,
    instant: u16,
    slack: u16,
    fallen: u128,
    relative: u128,
    capped: bool,
    tripped: bool,
}

fn place() -> impl Strategy<Value = Place> {
    let venue = (0.5..60.0_f64, 0.1..0.99_f64, 0..5_u8, prop_oneof![Just(0.0), 0.0..0.4_f64]);
    let money = (prop_oneof![Just(100_u128), 0..=100_u128], prop_oneof![Just(1_000_u128), 950..=1_000_u128]);
    let terms = (prop_oneof![Just(10_000_u16), 50..6_000_u16], 0..=10_000_u16, 0..40_u16);
    let risk =
        (prop_oneof![Just(0_u128), 0..20_u128], 0..=100_u128, prop::bool::weighted(0.3), prop::bool::weighted(0.1));
    (venue, money, terms, risk).prop_map(
        |((supply, usage, kind, held), (liquid, marked), (depth, instant, slack), risk)| {
            let (fallen, relative, capped, tripped) = risk;
            Place {
                supply,
                usage,
                kind,
                held,
                liquid,
                marked,
                depth,
                instant,
                slack,
                fallen,
                relative,
                capped,
                tripped,
            }
        },
    )
}

/// What is not of one position: idle money, age, parameters, budgets, what the keeper may.
#[derive(Clone, Debug)]
struct Whole {
    idle: f64,
    counted: u128,
    floor: u128,
    cover: u128,
    loss: (u128, u128),
    turnover: (u128, u128),
    grant: (u128, u128),
    mask: u64,
    paused: bool,
    core: u128,
}

fn whole() -> impl Strategy<Value = Whole> {
    let money = (0.0..15.0_f64, prop_oneof![Just(100_u128), 0..=100_u128], 0..20_u128, 0..60_u128);
    let budgets = ((0..100_u128, 0..30_u128), (0..120_u128, 0..200_u128), (0..200_u128, 0..50_u128));
    let keeper =
        (prop_oneof![Just(u64::MAX), 0..32_u64], prop::bool::weighted(0.1), prop_oneof![Just(100_u128), 20..100_u128]);
    (money, budgets, keeper).prop_map(
        |((idle, counted, floor, cover), (loss, turnover, grant), (mask, paused, core))| Whole {
            idle,
            counted,
            floor,
            cover,
            loss,
            turnover,
            grant,
            mask,
            paused,
            core,
        },
    )
}

/// The vault: every position counts against its own id and the first three against "core" too.
fn vault(places: &[Place], whole: &Whole) -> Snapshot {
    let mut positions = Vec::new();
    let mut caps = vec![capped("core", u128::MAX, whole.core)];
    for (place, index) in places.iter().zip(0_u32..) {
        let supply = place.supply * MILLION;
        let rate = match place.kind {
            0..=2 => aave(supply, place.usage, 0.9, 0.065, 0.4),
            3 => morpho(&[(supply, place.usage, 0.05, supply)]),
            _ => model::RateModel::Unknown { reason: "silent".into() },
        };
        let held = (supply * place.held.min(1.0 - place.usage)) as u128;
        let name = NAMES[index as usize];
        let ids = if index < 3 { vec![name, "core"] } else { vec![name] };
        let mut found = position(index, rate, held, &ids);
        found.liquidity = Assets::from(held / 100 * place.liquid);
        // Above a thousandth more than it is worth, or less: a loss or a gain that no mark has seen.
        found.marked = Assets::from(held / 1_000 * (place.marked + u128::from(place.slack % 3) * 10));
        found.shortfall = Assets::from(held / 1_000 * place.fallen);
        found.depth = Some(Assets::from(supply as u128 + held));
        found.terms = model::Terms { instant_bps: place.instant, depth_bps: place.depth, slack_bps: place.slack };
        found.reported_rate = match found.rate.refusal() {
            Some(_) => None,
            None => {
                let curve = found.rate.curve(found.value, Timestamp(0)).expect("possible parameters");
                Some(Wad::from((curve.rate(found.value.to_f64()) * 1e18) as u128))
            }
        };
        positions.push(found);
        let mut cap = capped(name, if place.capped { 2 * MILLION as u128 } else { u128::MAX }, place.relative);
        cap.tripped_until = Timestamp(if place.tripped { 10 } else { 0 });
        caps.push(cap);
    }
    let mut snapshot = snapshot((whole.idle * MILLION) as u128, positions, caps);
    let nav = snapshot.book.nav;
    let percent = |percent: u128| Wad::from(percent * WAD / 100).of_down(nav);
    snapshot.book.nav_least = percent(whole.counted);
    snapshot.parameters.liquidity_floor = Wad::from(whole.floor * WAD / 100);
    snapshot.parameters.liquidity_cover = Wad::from(whole.cover * WAD / 100);
    // Losses in hundredths of a percent, turnover in percent.
    let hundredths = |part: u128| Wad::from(part * WAD / 10_000).of_down(nav);
    let level = |used: Assets, capacity: Assets| Level { used, capacity };
    snapshot.budgets.loss = level(hundredths(whole.loss.1), hundredths(whole.loss.0));
    snapshot.budgets.turnover = level(percent(whole.turnover.1), percent(whole.turnover.0));
    snapshot.budgets.paused_until = Timestamp(if whole.paused { 10 } else { 0 });
    snapshot.operator.grant.turnover = level(Assets::ZERO, percent(whole.grant.0));
    snapshot.operator.grant.loss = level(Assets::ZERO, hundredths(whole.grant.1));
    snapshot.operator.grant.positions = whole.mask;
    snapshot
}

/// The movements to a target, withdrawals first.
fn legs(snapshot: &Snapshot, target: &Target) -> Vec<Leg> {
    let leg = |index, movement| Leg { position: index, movement, min_result: Assets::ZERO };
    let pairs = snapshot.positions.iter().zip(&target.positions);
    let outs = pairs.clone().filter(|(now, then)| then.assets < now.value);
    let outs = outs.map(|(now, then)| leg(now.index, Movement::Deallocate(now.value.saturating_sub(then.assets))));
    let ins = pairs.filter(|(now, then)| then.assets > now.value);
    outs.chain(ins.map(|(now, then)| leg(now.index, Movement::Allocate(then.assets.saturating_sub(now.value)))))
        .collect()
}

fn curves(snapshot: &Snapshot) -> Vec<Curve> {
    let curve = |position: &model::Position| position.rate.curve(position.value, snapshot.now()).expect("possible");
    snapshot.positions.iter().map(curve).collect()
}

fn income(snapshot: &Snapshot, amounts: impl Iterator<Item = Assets>) -> f64 {
    curves(snapshot).iter().zip(amounts).map(|(curve, amount)| curve.income(amount.to_f64()).value).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_accepted_by_the_mandate(places in prop::collection::vec(place(), 1..=5), whole in whole()) {
        let snapshot = vault(&places, &whole);

        let target = optimize(&snapshot, &Settings::default()).map_err(|error| TestCaseError::fail(error.to_string()))?;

        let legs = legs(&snapshot, &target);
        let trial = Trial::of(&snapshot, &curves(&snapshot), &legs).expect("it can be run");
        prop_assert!(trial.check().is_ok(), "{:?} by {:?}", trial.check(), legs);
        for (position, then) in snapshot.positions.iter().zip(&target.positions) {
            let covered = snapshot.operator.grant.covers(position.index);
            prop_assert!(covered || then.assets == position.value, "out of grant");
            let takes_none = whole.paused || snapshot.is_tripped(position) || position.rate.refusal().is_some();
            prop_assert!(!takes_none || then.assets <= position.value, "new money where none may go");
        }
        let standing = Mandate::of(&snapshot).standing_now(&snapshot).expect("small amounts");
        // Where the book lags behind what a position is worth, more may have to be idle than the limits as they stand say.
        let lags = snapshot.positions.iter().any(|position| position.marked < position.value);
        if let Status::Optimal = target.status {
            let before = income(&snapshot, snapshot.positions.iter().map(|position| position.value));
            let holds = !lags && standing.iter().all(|state| state.holds);
            // What earns nothing leaves, and what cannot be read: only that may lower the income.
            let gap = target.gap_assets + 1.0;
            prop_assert!(!holds || target.income_assets + gap >= before, "{} below {before}", target.income_assets);
        }
    }
}

#[test]
fn turnover_bounds_what_is_moved_and_not_what_is_held() {
    let mut snapshot =
        snapshot(10_000_000_000_000, two_pools(), vec![capped("a", u128::MAX, 95), capped("b", u128::MAX, 95)]);
    snapshot.budgets.turnover.capacity = Assets::from(1_000_000_000_000);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");

    let moved = target.positions.iter().fold(Assets::ZERO, |sum, position| sum.saturating_add(position.assets));
    assert_eq!(moved, Assets::from(1_000_000_000_000 - 100_000_000 - 8), "a bp of headroom, and rounding");
    assert!(target.binding.iter().any(|limit| limit.kind == LimitKind::TurnoverBudget && limit.shadow_price > 0.01));
}

#[test]
fn a_move_between_pools_is_paid_for_twice() {
    let mut positions = two_pools();
    positions[1].value = Assets::from(8_000_000_000_000);
    positions[1].marked = positions[1].value;
    positions[1].liquidity = positions[1].value;
    let mut snapshot = snapshot(0, positions, vec![capped("a", u128::MAX, 95), capped("b", u128::MAX, 100)]);
    snapshot.parameters.liquidity_floor = Wad::ZERO;
    snapshot.operator.grant.turnover.capacity = Assets::from(2_000_000_000_000);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");

    let [a, b] = &target.positions[..] else { panic!("two positions") };
    assert_eq!(a.assets.saturating_add(b.assets), Assets::from(8_000_000_000_000), "nothing goes to idle");
    assert!(a.assets > Assets::from(999_000_000_000) && a.assets <= Assets::from(1_000_000_000_000), "{}", a.assets);
    assert!(target.binding.iter().any(|limit| limit.kind == LimitKind::GrantTurnover));
}

#[test]
fn slack_is_charged_to_the_loss_budget() {
    let mut positions = two_pools();
    positions[0].terms.slack_bps = 10;
    let mut snapshot =
        snapshot(10_000_000_000_000, positions, vec![capped("a", u128::MAX, 95), capped("b", u128::MAX, 0)]);
    snapshot.budgets.loss.capacity = Assets::from(1_000_000_000);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");

    let most = Assets::from(1_000_000_000_000);
    assert!(target.positions[0].assets <= most && target.positions[0].assets > Assets::from(999_800_000_000));
    assert!(target.binding.iter().any(|limit| limit.kind == LimitKind::LossBudget));
}

#[test]
fn a_position_is_its_part_of_a_venue_that_grows_with_it() {
    let mut positions = two_pools();
    positions[0].terms.depth_bps = 500;
    positions[0].depth = Some(Assets::from(19_000_000_000_000));
    let snapshot = snapshot(10_000_000_000_000, positions, vec![capped("a", u128::MAX, 95), capped("b", u128::MAX, 0)]);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");

    // A twentieth of what is there with it: 1 of 20 millions, less a bp.
    assert_eq!(target.positions[0].assets, Assets::from(999_900_000_000));
    assert!(target.binding.iter().any(|limit| limit.kind == LimitKind::VenueDepth { position: 0 }));
}

#[test]
fn the_cover_counts_what_is_not_payable_at_once() {
    let mut positions = two_pools();
    positions[0].terms.instant_bps = 0;
    let caps = vec![capped("a", u128::MAX, 95), capped("b", u128::MAX, 0)];
    let mut snapshot = snapshot(10_000_000_000_000, positions, caps);
    snapshot.parameters.liquidity_cover = Wad::from(WAD / 2);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");

    assert_eq!(target.positions[0].assets, Assets::from(4_999_500_000_000));
    assert!(target.binding.iter().any(|limit| limit.kind == LimitKind::LiquidityCover));
}

#[test]
fn money_that_has_not_stayed_for_an_epoch_stays_idle() {
    let caps = vec![capped("a", u128::MAX, 95), capped("b", u128::MAX, 95)];
    let mut snapshot = snapshot(10_000_000_000_000, two_pools(), caps);
    snapshot.book.nav_least = Assets::from(2_000_000_000_000);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");

    // 95 % of the two millions that count, less a bp.
    assert_eq!(target.idle, Assets::from(10_000_000_000_000 - 1_899_810_000_000));
}

#[test]
fn a_cap_that_the_loss_budget_keeps_from_being_mended_names_both() {
    let mut positions = two_pools();
    positions[0].value = Assets::from(5_000_000_000_000);
    positions[0].marked = positions[0].value;
    positions[0].liquidity = positions[0].value;
    positions[0].terms.slack_bps = 100;
    let mut snapshot =
        snapshot(5_000_000_000_000, positions, vec![capped("a", 3_000_000_000_000, 95), capped("b", 0, 0)]);
    snapshot.budgets.loss.capacity = Assets::from(10_000_000_000);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");

    let Status::Infeasible { unreachable, conflicts } = &target.status else { panic!("a million may move, two must") };
    assert_eq!(unreachable[0].kind.to_string(), "absolute cap of a");
    assert_eq!(*conflicts, [LimitKind::LossBudget]);
    let left = target.positions[0].assets;
    assert!(left >= Assets::from(4_000_000_000_000) && left < Assets::from(4_000_300_000_000), "{left}");
}

#[test]
fn a_spent_loss_budget_keeps_nothing_that_leaves_without_a_loss() {
    let mut positions = two_pools();
    for (position, slack_bps) in positions.iter_mut().zip([0, 100]) {
        position.value = Assets::from(5_000_000_000_000);
        (position.marked, position.liquidity) = (position.value, position.value);
        position.terms.slack_bps = slack_bps;
    }
    let caps = vec![capped("a", 3_000_000_000_000, 95), capped("b", 3_000_000_000_000, 95)];
    let mut snapshot = snapshot(5_000_000_000_000, positions, caps);
    snapshot.budgets.loss.capacity = Assets::ZERO;

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");

    let Status::Infeasible { unreachable, conflicts } = &target.status else { panic!("b cannot leave") };
    assert_eq!(unreachable.iter().map(|limit| limit.kind.to_string()).collect::<Vec<_>>(), ["absolute cap of b"]);
    assert_eq!(*conflicts, [LimitKind::LossBudget]);
    assert!(target.positions[0].assets <= Assets::from(3_000_000_000_000));
}

#[test]
fn turnover_does_not_bound_the_way_to_idle() {
    let mut positions = two_pools();
    positions[0].value = Assets::from(5_000_000_000_000);
    positions[0].marked = positions[0].value;
    positions[0].liquidity = positions[0].value;
    let mut snapshot =
        snapshot(5_000_000_000_000, positions, vec![capped("a", 3_000_000_000_000, 95), capped("b", 0, 95)]);
    snapshot.budgets.turnover.capacity = Assets::from(1);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");

    assert_eq!(target.status, Status::Optimal);
    assert!(target.positions[0].assets <= Assets::from(3_000_000_000_000));
    assert_eq!(target.positions[1].assets, Assets::ZERO);
}
