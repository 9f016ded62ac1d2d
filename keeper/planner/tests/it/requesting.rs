//! Funds that pay by request: what is asked for, when, and what is not asked for again.

use keeper_planner::{Settings, by_hand, plan, request};
use model::rate::FixedRate;
use model::{Assets, Bond, Covenants, Decision, Gas, Idleness, Movement, Plan, Purpose, RateModel, Snapshot, Wad};

use crate::world::{FREE, MILLION, cap, pool, position, target, vault};

/// What stays idle beside two millions, and less than a dollar.
const FLOOR: u128 = 105_263_600_000;

/// Two million in a fund at this rate, in hundredths of a percent, and nothing in a pool that pays about four percent.
fn fund(rate_bps: u128) -> Snapshot {
    let rate = RateModel::FixedRate(FixedRate { rate: Wad::from(rate_bps * 100_000_000_000_000), capacity: None });
    let mut held = position(0, rate, 2 * MILLION, "fund");
    (held.liquidity, held.requested) = (Assets::ZERO, Some(Assets::ZERO));
    held.bond = Some(Bond { term_secs: 90 * 86_400, ..Bond::default() });
    let positions = vec![held, position(1, pool(80 * MILLION, 80), 0, "pool")];
    let mut snapshot = vault(FLOOR, positions, vec![cap("fund", u128::MAX, 100), cap("pool", u128::MAX, 100)]);
    snapshot.covenants = Some(Covenants { most_duration_secs: u32::MAX, ..Covenants::default() });
    snapshot
}

fn decide(snapshot: &Snapshot, settings: &Settings) -> Decision {
    let decision = plan(snapshot, &target(snapshot), settings, &FREE).expect("the snapshot is possible");
    match snapshot.paid_at_once() {
        Some(paid) => request(snapshot, &target(&paid), settings, &FREE, decision).expect("so is the other"),
        None => decision,
    }
}

fn planned(snapshot: &Snapshot) -> Plan {
    match decide(snapshot, &Settings::default()) {
        Decision::Rebalance(plan) => plan,
        other => panic!("not a rebalance: {other:?}"),
    }
}

#[test]
fn what_would_leave_if_it_were_paid_at_once_is_requested_and_stays_where_it_is() {
    let snapshot = fund(0);

    let plan = planned(&snapshot);

    assert_eq!((plan.legs.len(), plan.purpose), (1, Purpose::Earn));
    let leg = &plan.legs[0];
    assert_eq!(leg.leg.movement, Movement::Deallocate(Assets::from(2 * MILLION)));
    assert_eq!((leg.after, leg.leg.min_result), (leg.before, Assets::ZERO));
    assert_eq!(plan.intent.legs, [leg.leg]);
    assert!(leg.reason.contains("requested"));
}

#[test]
fn what_a_limit_does_not_allow_is_requested_whatever_it_earns() {
    let mut snapshot = fund(900);
    snapshot.covenants = Some(Covenants { most_duration_secs: 30 * 86_400, ..Covenants::default() });

    let plan = planned(&snapshot);

    assert_eq!((plan.legs.len(), plan.purpose), (1, Purpose::RestoreLimits));
    let Movement::Deallocate(asked) = plan.legs[0].leg.movement else { panic!("{:?}", plan.legs) };
    assert!(asked > Assets::from(MILLION) && asked < Assets::from(2 * MILLION), "a third may stay: {asked}");
    assert!(plan.legs[0].reason.contains("limit"));
}

#[test]
fn what_was_requested_is_not_requested_again_and_what_is_payable_is_settled() {
    let mut snapshot = fund(0);
    snapshot.positions[0].requested = Some(Assets::from(2 * MILLION));
    assert!(matches!(decide(&snapshot, &Settings::default()), Decision::NothingToDo { .. }));

    snapshot.positions[0].requested = Some(Assets::from(MILLION));
    snapshot.positions[0].liquidity = Assets::from(MILLION);
    assert!(matches!(decide(&snapshot, &Settings::default()), Decision::NothingToDo { .. }));

    snapshot.positions[0].requested = Some(Assets::from(MILLION / 2));
    let leg = planned(&snapshot).legs.remove(0).leg;
    assert_eq!(leg.movement, Movement::Deallocate(Assets::from(2 * MILLION)), "all that should be on its way");
    assert!(leg.min_result <= Assets::from(MILLION) && leg.min_result > Assets::from(MILLION / 10 * 9));
}

#[test]
fn a_fund_that_earns_more_is_left_alone_and_gets_what_is_idle() {
    let snapshot = fund(900);

    let decision = decide(&snapshot, &Settings::default());

    assert!(matches!(decision, Decision::NothingToDo { .. }), "{decision:?}");
}

#[test]
fn a_request_is_worth_its_gas_or_is_not_made() {
    let snapshot = fund(0);
    let settings = Settings { gas_base: Gas(u64::MAX / 4), ..Settings::default() };

    let decision = decide(&snapshot, &settings);

    let Decision::NothingToDo { reason, .. } = decision else { panic!("{decision:?}") };
    assert!(!matches!(reason, Idleness::NoAssets));
}

#[test]
fn nothing_is_requested_of_positions_that_are_not_granted() {
    let mut snapshot = fund(0);
    snapshot.operator.grant.positions = 2;

    assert!(matches!(decide(&snapshot, &Settings::default()), Decision::NothingToDo { .. }));
}

#[test]
fn by_hand_more_than_is_payable_brings_what_is() {
    let mut snapshot = fund(900);
    snapshot.positions[0].liquidity = Assets::from(MILLION / 2);

    let plan = by_hand(&snapshot, &Settings::default(), 0, Movement::Deallocate(Assets::from(MILLION)));

    let leg = plan.expect("the mandate allows it").legs.remove(0);
    assert_eq!(leg.before.saturating_sub(leg.after), Assets::from(MILLION / 2));
    assert!(leg.leg.min_result <= Assets::from(MILLION / 2));
}
