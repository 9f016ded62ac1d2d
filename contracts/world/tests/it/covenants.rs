//! What governance says of bonds and of credit: who may, what waits, and what is no such thing.

use abi::{
    board::IBoard,
    covenants::ICovenants::{self, DateSet, LadderSet, PurchasesSet},
    desk::IDesk::{self, BoundExceeded},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use tenor_world::{
    COVENANTS, CURATOR, GUARDIAN, OWNER, Scene, VAULT, WAD, address,
    bonds::{CENTURY_SECS, bond, set_credit, set_duration, set_hazard, set_ladder, set_yield},
    mock::feed,
    refusal, risk_id,
};

use crate::{ALICE, BOB, ONE, u};

const DAY: u64 = 86_400;
const FEED: Address = address(0x71 + 2);

fn purchases(yield_bps: u16, spread_bps: u16, reference: Address) -> ICovenants::setPurchasesCall {
    let max_age = if reference.is_zero() { U256::ZERO } else { U256::from(DAY) };
    ICovenants::setPurchasesCall { yieldBps: yield_bps, spreadBps: spread_bps, reference, maxAgeSecs: max_age }
}

fn term(position: u32, secs: u64) -> ICovenants::setTermCall {
    ICovenants::setTermCall { position, secs: U256::from(secs) }
}

/// A reference that says 5 % a year.
fn referred() -> Scene {
    let scene = Scene::new();
    feed::install(&scene.world, FEED, 5_000_000);
    scene
}

fn bounds<C: SolCall>(scene: &Scene, call: C) -> (u128, u128) {
    let error = refusal::<BoundExceeded>(scene.try_call(CURATOR, call));
    (error.value.to(), error.bound.to())
}

#[test]
fn everything_that_was_said_is_told_and_listed() {
    let scene = referred();
    scene.bond(&["issuer/a"], 90);
    let (fund, _) = scene.position(&["issuer/b"]);
    let maturity = scene.world.now_secs() + 90 * DAY;
    scene.call(CURATOR, set_duration(5, 9));
    scene.call(CURATOR, set_ladder(&[(30, 0, 4_000), (365, 1_000, 10_000)]));
    scene.call(CURATOR, set_credit(WAD / 50));
    scene.call(CURATOR, set_hazard("issuer/b", 150, 6_000));
    scene.call(CURATOR, purchases(300, 25, FEED));
    scene.call(CURATOR, term(1, 700 * DAY));

    let covenant = scene.covenant();

    assert_eq!((covenant.leastDurationSecs, covenant.mostDurationSecs), (u(5), u(9)));
    assert_eq!((covenant.creditWad, covenant.yieldBps, covenant.spreadBps), (u((WAD / 50).into()), 300, 25));
    assert_eq!((covenant.reference, covenant.maxAgeSecs), (FEED, u(DAY.into())));
    let rungs: Vec<_> = covenant.ladder.iter().map(|rung| (rung.untilDays, rung.leastBps, rung.mostBps)).collect();
    assert_eq!(rungs, [(30, 0, 4_000), (365, 1_000, 10_000)]);
    let hazards: Vec<_> = covenant.hazards.iter().map(|told| (told.riskId, told.hazardBps, told.lossBps)).collect();
    assert_eq!(hazards, [(risk_id("issuer/a"), 0, 0), (risk_id("issuer/b"), 150, 6_000)]);
    let dates: Vec<_> = covenant.bonds.iter().map(|told| (told.position, told.maturity, told.termSecs)).collect();
    assert_eq!(dates, [(0, u(maturity.into()), u(0)), (1, u(0), u((700 * DAY).into()))]);

    let dates: Vec<_> = scene.world.events::<DateSet>(VAULT).into_iter().map(|told| told.position).collect();
    assert_eq!(dates, [0, 1]);
    assert_eq!(scene.world.events::<LadderSet>(VAULT)[0].rungs.len(), 2);
    assert_eq!(scene.world.events::<PurchasesSet>(VAULT)[0].reference, FEED);
    assert_ne!(fund, Address::ZERO);
}

#[test]
fn what_is_out_of_bounds_or_out_of_order_is_refused() {
    let scene = referred();
    scene.bond(&["issuer/a"], 90);

    assert_eq!(bounds(&scene, set_duration(10, 9)), (10, 9));
    let beyond = CENTURY_SECS + 1;
    assert_eq!(bounds(&scene, set_duration(0, beyond)), (beyond.into(), CENTURY_SECS.into()));
    assert_eq!(bounds(&scene, set_ladder(&[(30, 0, 1), (30, 0, 1)])), (30, 31));
    assert_eq!(bounds(&scene, set_ladder(&[(0, 0, 1)])), (0, 1));
    assert_eq!(bounds(&scene, set_ladder(&[(30, 2, 1)])), (2, 1));
    assert_eq!(bounds(&scene, set_ladder(&[(30, 0, 10_001)])), (10_001, 10_000));
    let eleven: Vec<_> = (1..=11).map(|days| (days, 0, 1)).collect();
    assert_eq!(bounds(&scene, set_ladder(&eleven)), (11, 10));
    assert_eq!(bounds(&scene, set_credit(WAD + 1)), ((WAD + 1).into(), WAD.into()));
    assert_eq!(bounds(&scene, set_hazard("issuer/a", 1, 10_001)), (10_001, 10_000));
    assert_eq!(bounds(&scene, term(0, 5)), (5, 0), "its instrument has a date");
    let aged = |age: u64| ICovenants::setPurchasesCall { maxAgeSecs: U256::from(age), ..purchases(1, 1, FEED) };
    assert_eq!(bounds(&scene, aged(59)), (59, 60));
    assert_eq!(bounds(&scene, aged(30 * DAY + 1)), ((30 * DAY + 1).into(), (30 * DAY).into()));
    let ageless = ICovenants::setPurchasesCall { maxAgeSecs: U256::from(60), ..set_yield(1) };
    assert_eq!(bounds(&scene, ageless), (60, 0), "nobody is asked");

    refusal::<IDesk::InvalidRiskId>(scene.try_call(CURATOR, set_hazard("unknown", 1, 1)));
    refusal::<IDesk::UnknownPosition>(scene.try_call(CURATOR, term(1, 5)));
    let ten: Vec<_> = (1..=10).map(|days| (days, 0, 1)).collect();
    scene.call(CURATOR, set_ladder(&ten));
    assert_eq!(scene.covenant().ladder.len(), 10);
}

#[test]
fn malformed_ladders_are_refused_without_a_word() {
    let scene = Scene::new();
    let good = set_ladder(&[(30, 0, 1), (60, 0, 1)]).abi_encode();
    for (at, byte) in [(4 + 31, 64_u8), (4 + 63, 3), (4 + 63, 1), (4 + 62, 1)] {
        let mut bad = good.clone();
        bad[at] = byte;
        assert_eq!(scene.world.call_raw(CURATOR, VAULT, bad), Err(Vec::new()));
    }
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(scene.world.call_raw(CURATOR, VAULT, longer), Err(Vec::new()));
    scene.world.call_raw(CURATOR, VAULT, good).expect("as it should be");
}

#[test]
fn once_open_what_allows_more_waits_and_what_allows_less_does_not() {
    let scene = referred();
    scene.cap("a", 100 * ONE, WAD);
    scene.position(&["fund"]);
    scene.call(CURATOR, set_duration(100, 900));
    scene.call(CURATOR, set_ladder(&[(30, 1_000, 4_000), (365, 0, 9_000)]));
    scene.call(CURATOR, set_credit(WAD / 50));
    scene.call(CURATOR, set_hazard("a", 150, 6_000));
    scene.call(CURATOR, purchases(300, 25, FEED));
    scene.open();

    let wider = [
        set_duration(99, 900).abi_encode(),
        set_duration(100, 901).abi_encode(),
        set_ladder(&[(30, 999, 4_000), (365, 0, 9_000)]).abi_encode(),
        set_ladder(&[(30, 1_000, 4_001), (365, 0, 9_000)]).abi_encode(),
        set_ladder(&[(31, 1_000, 4_000), (365, 0, 9_000)]).abi_encode(),
        set_ladder(&[]).abi_encode(),
        set_credit(WAD / 50 + 1).abi_encode(),
        set_hazard("a", 149, 6_000).abi_encode(),
        set_hazard("a", 150, 5_999).abi_encode(),
        purchases(299, 25, FEED).abi_encode(),
        purchases(300, 26, FEED).abi_encode(),
        purchases(300, 25, Address::ZERO).abi_encode(),
        term(0, DAY).abi_encode(),
    ];
    for data in wider {
        let before = scene.world.storage();
        refusal::<IBoard::NotReady>(scene.world.call_raw(CURATOR, VAULT, data.clone()));
        refusal::<IDesk::NotAuthorized>(scene.submit_raw(ALICE, data.clone()));
        assert_eq!(scene.world.storage(), before);
        scene.submit_raw(CURATOR, data).expect("it can be announced");
    }
    refusal::<IDesk::NotAuthorized>(scene.try_call(ALICE, set_credit(0)));
    scene.call(GUARDIAN, set_duration(101, 899));
    scene.call(GUARDIAN, set_ladder(&[(30, 1_001, 3_999), (365, 0, 9_000)]));
    scene.call(GUARDIAN, set_credit(WAD / 51));
    scene.call(GUARDIAN, set_hazard("a", 151, 6_001));
    scene.call(GUARDIAN, purchases(301, 24, FEED));
}

#[test]
fn an_announced_change_is_made_by_anybody_after_its_delay_and_taken_back_by_a_guardian() {
    let scene = Scene::opened();
    let (made, revoked) = (set_duration(0, 900), set_credit(WAD / 50));
    scene.announce(CURATOR, &made);
    scene.submit(CURATOR, &revoked).expect("it can be announced");

    scene.call(BOB, made);
    scene.revoke(GUARDIAN, &revoked).expect("a guardian may");

    assert_eq!((scene.covenant().mostDurationSecs, scene.covenant().creditWad), (u(900), u(0)));
    refusal::<IBoard::NotReady>(scene.try_call(CURATOR, revoked));
}

#[test]
fn a_power_that_was_given_up_is_gone() {
    let scene = Scene::new();
    scene.call(OWNER, IBoard::abdicateCall { selector: ICovenants::setCreditCall::SELECTOR.into() });

    refusal::<IBoard::AbdicatedFunction>(scene.try_call(CURATOR, set_credit(1)));
    refusal::<IBoard::AbdicatedFunction>(scene.try_call(OWNER, set_credit(1)));
}

#[test]
fn a_reference_must_answer_when_it_is_announced_and_when_it_is_made() {
    let scene = referred();
    scene.call(CURATOR, purchases(300, 25, Address::ZERO));
    scene.open();
    let twin = purchases(200, 25, FEED);

    scene.world.poke(FEED, feed::BROKEN, U256::ONE);
    refusal::<IBoard::FeedRefused>(scene.submit(CURATOR, &twin));
    scene.world.poke(FEED, feed::BROKEN, U256::ZERO);
    scene.announce(CURATOR, &twin);
    assert_eq!(refusal::<IBoard::FeedRefused>(scene.try_call(BOB, twin.clone())).reason, 4, "it is old");
    feed::say(&scene.world, FEED, 1_000_000_001);
    assert_eq!(refusal::<IBoard::FeedRefused>(scene.try_call(BOB, twin.clone())).reason, 3, "over 1000 % a year");
    feed::say(&scene.world, FEED, 4_000_000);
    scene.call(BOB, twin);
}

#[test]
fn a_bond_has_slack_a_date_to_come_and_keeps_both() {
    let scene = Scene::new();
    let at = scene.bond_adapter(90);
    let bare = IBoard::addPositionCall { slackBps: 0, ..bond(at, &["a"]) };

    assert_eq!(bounds(&scene, bare), (0, 1));
    scene.world.pass(90 * DAY);
    let now = u128::from(scene.world.now_secs());
    assert_eq!(bounds(&scene, bond(at, &["a"])), (now, now), "it has matured");
    let next = scene.bond_adapter(1);
    scene.call(CURATOR, bond(next, &["a"]));
    let bare = IBoard::setTermsCall { position: 0, instantBps: 0, depthBps: 0, slackBps: 0 };
    assert_eq!(bounds(&scene, bare), (0, 1));
    scene.call(CURATOR, IBoard::setTermsCall { position: 0, instantBps: 0, depthBps: 1, slackBps: 7 });
    assert_eq!(scene.covenant().bonds.len(), 1, "terms leave the date as it is");
}

#[test]
fn the_program_by_itself_is_nobodys_vault() {
    let scene = Scene::new();
    let mut data = set_credit(WAD).abi_encode();
    assert!(scene.world.call_raw(CURATOR, COVENANTS, data.clone()).is_err());
    data[0] ^= 0xff;
    assert_eq!(scene.world.call_raw(CURATOR, VAULT, data), Err(Vec::new()), "no program knows it");
}
