//! What is allowed of what has a date, or a chance of not paying: duration, ladder, credit, and what a bond may cost.

use abi::{
    board::IBoard,
    covenants::ICovenants,
    desk::IDesk::{self, LimitState},
};
use alloy_primitives::{Address, B256, U256};
use tenor_world::{
    ALL, CURATOR, KEEPER, Scene, VAULT, WAD, address,
    bonds::{CENTURY_SECS, set_credit, set_duration, set_hazard, set_ladder, set_yield},
    mock::{adapter, feed},
    refusal,
};

use crate::{ALICE, ONE, UNIT, u};

const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;
const FEED: Address = address(0x71 + 2);
const DURATION_CAP: u8 = 13;
const DURATION_FLOOR: u8 = 14;
const RUNG_CAP: u8 = 15;
const RUNG_FLOOR: u8 = 16;
const CREDIT: u8 = 17;
const PURCHASE: u8 = 18;

/// A scene before it is open: a bond of 300 days, one of 60 and a plain position.
fn quiet() -> (Scene, [Address; 3]) {
    let scene = Scene::new();
    let held = [scene.bond(&["issuer/long"], 300), scene.bond(&["issuer/short"], 60), scene.position(&["plain"]).0];
    (scene, held)
}

/// The same with 100 units of Alice's, after `say` has said what is allowed.
fn ready(say: impl FnOnce(&Scene)) -> (Scene, [Address; 3]) {
    let (scene, held) = quiet();
    scene.covenants();
    say(&scene);
    scene.endow(ALICE, 100 * ONE);
    scene.mark(&[0, 1, 2]);
    (scene, held)
}

fn breach(scene: &Scene, legs: &[(u32, i128)]) -> IDesk::LimitBreached {
    let before = scene.world.storage();
    let error = refusal::<IDesk::LimitBreached>(scene.rebalance(legs));
    assert_eq!(scene.world.storage(), before);
    error
}

fn state(scene: &Scene, limit: u8) -> LimitState {
    scene.view(IDesk::limitsCall {}).into_iter().find(|state| state.limit == limit).expect("listed")
}

fn days_left(scene: &Scene, position: usize) -> u64 {
    let maturity: u64 = scene.covenant().bonds[position].maturity.to();
    (maturity - scene.world.now_secs()) / DAY
}

#[test]
fn where_nothing_was_said_no_bond_is_bought() {
    let (scene, _) = quiet();
    scene.endow(ALICE, 100 * ONE);

    let error = breach(&scene, &[(0, 1)]);
    assert_eq!((error.limit, error.bound), (DURATION_CAP, u(0)));
    scene.rebalance(&[(2, UNIT)]).expect("what has no date is not touched by it");
}

#[test]
fn duration_passes_at_its_most_and_refuses_one_unit_over() {
    let (scene, [long, ..]) = ready(|_| {});
    // Half of the value for the days that are left, by one and the yield.
    let most_secs = days_left(&scene, 0) * DAY * 100 / 105 / 2;
    scene.yields(long, 5 * WAD / 100);
    scene.call(CURATOR, set_duration(0, most_secs));

    let error = breach(&scene, &[(0, 50 * UNIT + 1)]);
    assert_eq!(
        (error.limit, error.id, error.value, error.bound),
        (DURATION_CAP, B256::ZERO, u((most_secs + 1).into()), u(most_secs.into()))
    );
    scene.rebalance(&[(0, 50 * UNIT)]).expect("at the bound");
    let listed = state(&scene, DURATION_CAP);
    assert!(listed.holds && listed.value <= listed.bound);
}

#[test]
fn a_higher_yield_is_a_shorter_duration() {
    let (scene, [long, ..]) = ready(|_| {});
    scene.rebalance(&[(0, 50 * UNIT)]).expect("allowed");
    let before = state(&scene, DURATION_CAP).value;
    assert_eq!(scene.covenant().bonds[0].rateWad, u((5 * WAD / 100).into()));

    scene.yields(long, WAD);
    assert_eq!(state(&scene, DURATION_CAP).value, before, "nobody has looked yet");
    scene.mark(&[0]);

    let after = state(&scene, DURATION_CAP).value;
    assert_eq!(after, (before * u(105)).div_ceil(u(200)));
}

#[test]
fn below_the_least_duration_nothing_is_invested_but_what_comes_nearer() {
    let (scene, _) = ready(|scene| {
        scene.call(CURATOR, set_duration(30 * DAY, CENTURY_SECS));
    });

    assert_eq!(breach(&scene, &[(2, UNIT)]).limit, DURATION_FLOOR);
    scene.rebalance(&[(0, UNIT)]).expect("nearer");
    scene.rebalance(&[(1, UNIT), (2, UNIT)]).expect("together nearer");
    scene.rebalance(&[(0, 20 * UNIT)]).expect("in the band");
    let error = breach(&scene, &[(0, -20 * UNIT), (2, 20 * UNIT)]);
    assert_eq!((error.limit, error.bound), (DURATION_FLOOR, u((30 * DAY).into())));
    scene.rebalance(&[(0, -15 * UNIT)]).expect("nobody is made to hold what he would sell");
}

#[test]
fn a_rung_passes_at_its_most_and_refuses_one_unit_over() {
    let (scene, _) = ready(|scene| {
        scene.call(CURATOR, set_ladder(&[(60, 0, 2_500), (360, 0, 4_000)]));
    });

    let error = breach(&scene, &[(1, 25 * UNIT + 1)]);
    assert_eq!((error.limit, error.id, error.value, error.bound), (RUNG_CAP, B256::ZERO, u(2_501), u(2_500)));
    scene.rebalance(&[(1, 25 * UNIT)]).expect("at the bound");
    let error = breach(&scene, &[(0, 40 * UNIT + 1)]);
    assert_eq!((error.limit, error.id), (RUNG_CAP, B256::from(U256::ONE)));
    scene.rebalance(&[(0, 40 * UNIT)]).expect("at the bound");
    scene.rebalance(&[(2, 10 * UNIT)]).expect("what has no date is on no rung");
}

#[test]
fn what_pays_later_than_the_last_rung_is_on_it() {
    let (scene, _) = ready(|scene| {
        scene.call(CURATOR, set_ladder(&[(30, 0, 2_500), (40, 0, 4_000)]));
    });

    scene.rebalance(&[(0, 20 * UNIT), (1, 20 * UNIT)]).expect("at the bound, together");
    let error = breach(&scene, &[(0, 1)]);
    assert_eq!((error.limit, error.id), (RUNG_CAP, B256::from(U256::ONE)));
}

#[test]
fn time_alone_moves_a_bond_to_the_next_rung() {
    let (scene, _) = ready(|scene| {
        scene.call(CURATOR, set_ladder(&[(30, 0, 1_000), (360, 0, 9_000)]));
    });
    scene.rebalance(&[(1, 20 * UNIT)]).expect("on the second rung");
    scene.world.pass((days_left(&scene, 1) - 29) * DAY);
    scene.heartbeat();

    let broken = state(&scene, RUNG_CAP);
    assert_eq!((broken.value, broken.holds), (u(2_000), false));
    assert_eq!(breach(&scene, &[(2, UNIT)]).limit, RUNG_CAP, "whoever invests must mend it");
    scene.rebalance(&[(1, -UNIT)]).expect("nearer");
    scene.rebalance(&[(1, -9 * UNIT), (0, 9 * UNIT)]).expect("it holds");
}

#[test]
fn the_least_of_a_rung_is_held_by_whoever_invests() {
    let (scene, _) = ready(|scene| {
        scene.call(CURATOR, set_ladder(&[(60, 1_000, 10_000), (360, 0, 10_000)]));
    });

    let error = breach(&scene, &[(0, UNIT)]);
    assert_eq!((error.limit, error.value, error.bound), (RUNG_FLOOR, u(0), u(1_000)));
    scene.rebalance(&[(1, 10 * UNIT), (0, UNIT)]).expect("it holds");
    assert_eq!(breach(&scene, &[(1, -1), (0, UNIT)]).limit, RUNG_FLOOR);
    scene.rebalance(&[(1, ALL)]).expect("the way to idle");
}

#[test]
fn credit_is_what_every_exposure_is_expected_to_lose() {
    let (scene, _) = ready(|scene| {
        scene.call(CURATOR, set_hazard("issuer/long", 200, 6_000));
        scene.call(CURATOR, set_hazard("plain", 100, 10_000));
        // 50 units at 1.2 % and 40 at 1 %.
        scene.call(CURATOR, set_credit(WAD / 100));
    });
    scene.rebalance(&[(0, 50 * UNIT)]).expect("0.6 of 1 %");

    let error = breach(&scene, &[(2, 40 * UNIT + 100)]);
    assert_eq!((error.limit, error.id, error.bound), (CREDIT, B256::ZERO, u((WAD / 100).into())));
    scene.rebalance(&[(2, 40 * UNIT)]).expect("at the bound");
    let listed = state(&scene, CREDIT);
    assert_eq!((listed.value, listed.holds), (u((WAD / 100).into()), true));
    assert_eq!(breach(&scene, &[(0, 1000)]).limit, CREDIT);
}

#[test]
fn credit_binds_a_vault_without_bonds_too() {
    let scene = Scene::new();
    scene.position(&["a", "x"]);
    scene.call(CURATOR, set_hazard("a", 100, 10_000));
    scene.call(CURATOR, set_hazard("x", 100, 10_000));
    scene.call(CURATOR, set_credit(WAD / 100));
    scene.endow(ALICE, 100 * ONE);

    assert_eq!(breach(&scene, &[(0, 50 * UNIT + 1000)]).limit, CREDIT, "both hazards count");
    scene.rebalance(&[(0, 50 * UNIT)]).expect("at the bound");
}

#[test]
fn a_bond_is_bought_at_the_governed_yield_and_not_below() {
    let (scene, [_, short, _]) = ready(|_| {});
    scene.world.pass((days_left(&scene, 1) - 36) * DAY);
    scene.heartbeat();
    // 5 % of 0.95 is a yield of 53 % a year over 36 days, simple.
    let yield_bps = (10_000_u32 - 9_500) * 10_000 / 9_500 * 365 / 36;
    let yield_bps = u16::try_from(yield_bps).expect("below 655 %");
    scene.call(CURATOR, set_yield(yield_bps + 40));
    scene.heartbeat();

    let error = breach(&scene, &[(1, 10 * UNIT)]);
    assert_eq!((error.limit, error.id), (PURCHASE, B256::from(U256::ONE)));
    assert!(error.value < error.bound);
    scene.govern(CURATOR, set_yield(2_000));
    scene.heartbeat();
    scene.rebalance(&[(1, 10 * UNIT)]).expect("far above 20 %");
    assert_ne!(short, Address::ZERO);
}

#[test]
fn no_bond_is_bought_above_par_by_anybody_who_says_so() {
    let (scene, [_, short, _]) = ready(|_| {});
    let dear = U256::from(adapter::BILLION + 1) * U256::from(adapter::UNITS_PER_ASSET);
    scene.world.poke(short, adapter::FIRST, dear);

    let error = breach(&scene, &[(1, 10 * UNIT)]);
    assert_eq!((error.limit, error.bound), (PURCHASE, u(WAD.into())));
    let par = U256::from(adapter::BILLION) * U256::from(adapter::UNITS_PER_ASSET);
    scene.world.poke(short, adapter::FIRST, par);
    scene.rebalance(&[(1, 10 * UNIT)]).expect("at par");
}

#[test]
fn purchases_of_one_intent_count_together_and_a_dear_one_is_not_hidden_by_another_bond() {
    let (scene, [_, short, _]) = ready(|_| {});
    let dear = U256::from(adapter::BILLION * 2) * U256::from(adapter::UNITS_PER_ASSET);
    scene.world.poke(short, adapter::FIRST, dear);

    assert_eq!(breach(&scene, &[(0, 50 * UNIT), (1, UNIT)]).limit, PURCHASE);
    assert_eq!(breach(&scene, &[(1, UNIT), (1, UNIT)]).limit, PURCHASE);
}

#[test]
fn a_silent_or_old_reference_stops_purchases_and_no_sale() {
    let (scene, _) = ready(|scene| {
        feed::install(&scene.world, FEED, 5_000_000);
        let max_age = U256::from(DAY);
        let call = ICovenants::setPurchasesCall { yieldBps: 0, spreadBps: 100, reference: FEED, maxAgeSecs: max_age };
        scene.call(CURATOR, call);
    });
    feed::say(&scene.world, FEED, 5_000_000);
    scene.rebalance(&[(0, 10 * UNIT)]).expect("6.4 % a year, and 4 are asked");

    feed::say(&scene.world, FEED, 90_000_000);
    assert_eq!(breach(&scene, &[(0, UNIT)]).limit, PURCHASE, "the reference has risen");
    feed::say(&scene.world, FEED, 5_000_000);
    scene.world.pass(DAY + 1);
    scene.heartbeat();
    assert_eq!(refusal::<IBoard::FeedRefused>(scene.rebalance(&[(0, UNIT)])).reason, 4);
    scene.world.poke(FEED, feed::BROKEN, U256::ONE);
    assert_eq!(refusal::<IBoard::FeedRefused>(scene.rebalance(&[(0, UNIT)])).reason, 1);
    scene.rebalance(&[(2, UNIT)]).expect("what is no bond is not compared");
    scene.rebalance(&[(0, -UNIT)]).expect("a sale");
}

#[test]
fn a_fund_lasts_as_long_as_governance_says_and_is_bought_at_its_price() {
    let (scene, [.., plain]) = ready(|scene| {
        scene.call(CURATOR, ICovenants::setTermCall { position: 2, secs: U256::from(YEAR) });
        scene.call(CURATOR, set_duration(0, 100 * DAY));
        scene.call(CURATOR, set_yield(10_000));
    });
    scene.yields(plain, 4 * WAD / 100);
    scene.mark(&[2]);

    let error = breach(&scene, &[(2, 40 * UNIT)]);
    assert_eq!((error.limit, error.bound), (DURATION_CAP, u((100 * DAY).into())));
    scene.rebalance(&[(2, 28 * UNIT)]).expect("98 days");
    scene.world.pass(100 * DAY);
    scene.mark(&[2]);
    let exact_up = (YEAR * 28).div_ceil(104);
    assert_eq!(state(&scene, DURATION_CAP).value, u(exact_up.into()), "time does not shorten it");
}

#[test]
fn every_covenant_is_listed_before_the_others() {
    let (scene, _) = ready(|scene| {
        scene.call(CURATOR, set_ladder(&[(60, 0, 10_000), (360, 0, 10_000)]));
    });

    let kinds: Vec<u8> = scene.view(IDesk::limitsCall {}).iter().map(|state| state.limit).collect();

    assert_eq!(kinds[..7], [DURATION_CAP, DURATION_FLOOR, RUNG_CAP, RUNG_CAP, RUNG_FLOOR, RUNG_FLOOR, CREDIT]);
    assert!(kinds[7..].iter().all(|kind| *kind < DURATION_CAP));
}

#[test]
fn a_preview_foresees_what_a_purchase_is_judged_by() {
    let (scene, [long, ..]) = ready(|scene| {
        scene.call(CURATOR, set_duration(0, 200 * DAY));
        scene.call(CURATOR, set_yield(400));
    });
    let preview = |legs: &[(u32, i128)]| {
        let intent = scene.intent(legs);
        scene.world.view(VAULT, &IDesk::previewRebalanceCall { keeper: KEEPER, intent })
    };

    let states = preview(&[(0, 50 * UNIT)]).expect("it yields 5 % and is short enough");
    assert_eq!(states.iter().find(|state| state.limit == PURCHASE).map(|state| state.holds), Some(true));
    assert_eq!(refusal::<IDesk::LimitBreached>(preview(&[(0, 90 * UNIT)])).limit, DURATION_CAP);
    scene.yields(long, 3 * WAD / 100);
    assert_eq!(refusal::<IDesk::LimitBreached>(preview(&[(0, UNIT)])).limit, PURCHASE);
    assert_eq!(breach(&scene, &[(0, 90 * UNIT)]).limit, DURATION_CAP, "as it is judged");
}

#[test]
fn what_was_said_binds_the_very_next_rebalance() {
    let (scene, _) = ready(|_| {});
    scene.rebalance(&[(0, 10 * UNIT)]).expect("allowed");

    scene.call(CURATOR, set_duration(0, 10 * DAY));

    assert_eq!(breach(&scene, &[(0, UNIT)]).limit, DURATION_CAP);
    scene.rebalance(&[(0, -UNIT)]).expect("nearer");
}
