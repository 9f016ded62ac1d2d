//! Breakers and their feeds: the self-test when a breaker is announced and when it is made.

use abi::{
    board::IBoard::{self, Breaker},
    desk::IDesk,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use host::ISOLATED_GAS;
use tenor_world::{
    CURATOR, OWNER, Revert, Scene, VAULT, WAD, address,
    mock::feed::{self, ANSWER, BROKEN, DECIMALS, UPDATED_AT},
    refusal, risk_id, set_cap,
};

use crate::{ALICE, BOB, u};

const FEED: Address = address(0x71 + 1);
const DAY: u64 = 86_400;
const CENT: u128 = 10_000_000_000_000_000;

fn pegged() -> Breaker {
    Breaker {
        feed: FEED,
        minPriceWad: u(99 * CENT),
        maxPriceWad: u(101 * CENT),
        maxAgeSecs: 3600,
        liquidBps: 2000,
        confirmSecs: 600,
        tripSecs: 86_400,
    }
}

fn call(breaker: Breaker) -> IBoard::setBreakerCall {
    IBoard::setBreakerCall { riskId: risk_id("a"), breaker }
}

/// An open vault with an id, and a feed that says one dollar.
fn fed() -> Scene {
    let scene = Scene::new();
    scene.cap("a", 100, WAD);
    feed::install(&scene.world, FEED, 100_000_000);
    scene.open();
    scene
}

/// The reason of a refusal, what brings it about, and the value that it tells.
type Fault = (u8, fn(&Scene), U256);

/// What must be refused for each fault of a feed.
fn faults() -> Vec<Fault> {
    vec![
        (1, |scene| scene.world.poke(FEED, BROKEN, U256::ONE), U256::ZERO),
        (2, |scene| scene.world.poke(FEED, ANSWER, U256::ZERO), U256::ZERO),
        (2, |scene| scene.world.poke(FEED, ANSWER, U256::MAX), U256::MAX),
        (3, |scene| feed::say(&scene.world, FEED, 98_999_999), u(99 * CENT - CENT / 1_000_000)),
        (3, |scene| feed::say(&scene.world, FEED, 101_000_001), u(101 * CENT + CENT / 1_000_000)),
        // One that speaks in other units than one thinks: a dollar with 18 decimals said to have 8.
        (3, |scene| feed::say(&scene.world, FEED, WAD as i64), u(10_u128.pow(28))),
        (3, |scene| scene.world.poke(FEED, DECIMALS, u(18)), u(100_000_000)),
        (4, |scene| scene.world.pass(3601), u(3601)),
        (4, |scene| scene.world.poke(FEED, UPDATED_AT, U256::from(scene.world.now_secs() + 1)), U256::MAX),
        (5, |scene| scene.world.poke(FEED, DECIMALS, u(19)), u(19)),
        (5, |scene| scene.world.poke(FEED, DECIMALS, U256::MAX), U256::MAX),
    ]
}

#[test]
fn a_breaker_is_set_at_once_where_there_was_none() {
    let scene = fed();

    scene.call(CURATOR, call(pegged()));

    let told = scene.world.events::<IBoard::BreakerSet>(VAULT).pop().expect("an event");
    assert_eq!((told.riskId, told.breaker.abi_encode()), (risk_id("a"), pegged().abi_encode()));
    assert_eq!(scene.view(IBoard::breakerCall { riskId: risk_id("a") }).abi_encode(), pegged().abi_encode());
}

#[test]
fn a_feed_that_fails_its_self_test_is_refused_when_the_breaker_is_first_set() {
    for (reason, fault, value) in faults() {
        let scene = fed();
        fault(&scene);
        let error = refusal::<IBoard::FeedRefused>(scene.try_call(CURATOR, call(pegged())));
        assert_eq!((error.feed, error.reason, error.value), (FEED, reason, value));
    }
}

#[test]
fn a_feed_that_fails_its_self_test_is_refused_when_the_change_is_announced_and_when_it_is_made() {
    for (reason, fault, value) in faults() {
        let scene = fed();
        scene.call(CURATOR, call(Breaker { feed: Address::ZERO, ..pegged() }));

        let twin = fed();
        twin.call(CURATOR, call(Breaker { feed: Address::ZERO, ..pegged() }));
        fault(&twin);
        let error = refusal::<IBoard::FeedRefused>(twin.submit(CURATOR, &call(pegged())));
        assert_eq!((error.reason, error.value), (reason, value));

        scene.announce(CURATOR, &call(pegged()));
        feed::say(&scene.world, FEED, 100_000_000);
        fault(&scene);
        let error = refusal::<IBoard::FeedRefused>(scene.try_call(BOB, call(pegged())));
        assert_eq!((error.reason, error.value), (reason, value));
        assert_ne!(scene.executable_at(&call(pegged())), 0, "a refusal uses nothing up");
        scene.world.poke(FEED, BROKEN, U256::ZERO);
        scene.world.poke(FEED, DECIMALS, u(8));
        feed::say(&scene.world, FEED, 100_000_000);
        scene.call(BOB, call(pegged()));
    }
}

#[test]
fn what_is_no_feed_is_refused() {
    let scene = fed();
    for feed in [ALICE, VAULT, tenor_world::USDC] {
        let error = refusal::<IBoard::FeedRefused>(scene.try_call(CURATOR, call(Breaker { feed, ..pegged() })));
        assert_eq!((error.feed, error.reason), (feed, 1));
    }
}

#[test]
fn a_breaker_that_is_there_is_changed_slowly_whatever_changes() {
    let scene = fed();
    scene.call(CURATOR, call(pegged()));
    for other in [
        Breaker { feed: Address::ZERO, ..pegged() },
        Breaker { minPriceWad: u(98 * CENT), ..pegged() },
        Breaker { minPriceWad: u(100 * CENT), ..pegged() },
        Breaker { maxPriceWad: u(102 * CENT), ..pegged() },
        Breaker { maxAgeSecs: 3599, ..pegged() },
        Breaker { liquidBps: 2001, ..pegged() },
        Breaker { confirmSecs: 601, ..pegged() },
        Breaker { tripSecs: 3600, ..pegged() },
        Breaker { tripSecs: 0, ..pegged() },
    ] {
        for caller in [OWNER, CURATOR] {
            refusal::<IBoard::NotReady>(scene.try_call(caller, call(other.clone())));
        }
    }
    scene.call(CURATOR, call(pegged()));
}

#[test]
fn a_breaker_is_removed_by_one_that_trips_for_no_time() {
    let scene = fed();
    scene.call(CURATOR, call(pegged()));

    scene.govern(CURATOR, call(Breaker { tripSecs: 0, ..pegged() }));

    let told = scene.world.events::<IBoard::BreakerSet>(VAULT).pop().expect("an event");
    assert_eq!((told.breaker.feed, told.breaker.liquidBps, told.breaker.tripSecs), (Address::ZERO, 0, 0));
    feed::say(&scene.world, FEED, 100_000_000);
    scene.call(CURATOR, call(pegged()));
}

#[test]
fn a_breaker_of_an_unknown_id_is_refused() {
    let scene = fed();
    let call = IBoard::setBreakerCall { riskId: risk_id("b"), breaker: pegged() };

    assert_eq!(refusal::<IDesk::InvalidRiskId>(scene.try_call(CURATOR, call)).riskId, risk_id("b"));
}

#[test]
fn a_breakers_numbers_are_bounded() {
    let scene = fed();
    let too_much = |breaker: Breaker| {
        let error = refusal::<IDesk::BoundExceeded>(scene.try_call(CURATOR, call(breaker)));
        (error.value, error.bound)
    };
    assert_eq!(too_much(Breaker { liquidBps: 10_001, ..pegged() }), (u(10_001), u(10_000)));
    assert_eq!(too_much(Breaker { confirmSecs: 59, ..pegged() }), (u(59), u(60)));
    assert_eq!(too_much(Breaker { confirmSecs: 43_201, ..pegged() }), (u(43_201), u(43_200)));
    assert_eq!(too_much(Breaker { tripSecs: 3599, ..pegged() }), (u(3599), u(3600)));
    assert_eq!(too_much(Breaker { tripSecs: 604_801, ..pegged() }), (u(604_801), u(604_800)));
    assert_eq!(too_much(Breaker { tripSecs: u32::MAX, ..pegged() }).0, u(u32::MAX.into()));
    assert_eq!(too_much(Breaker { minPriceWad: u(101 * CENT + 1), ..pegged() }), (u(101 * CENT + 1), u(101 * CENT)));
    assert_eq!(too_much(Breaker { maxPriceWad: u(1 << 96), ..pegged() }), (u(1 << 96), u((1 << 96) - 1)));
    assert_eq!(too_much(Breaker { maxPriceWad: U256::MAX, ..pegged() }).0, U256::MAX);
}

#[test]
fn setting_a_breaker_again_does_not_forget_that_a_condition_was_seen() {
    let scene = Scene::new();
    let (adapter, _) = scene.position(&["a"]);
    feed::install(&scene.world, FEED, 100_000_000);
    scene.call(CURATOR, call(pegged()));
    scene.endow(ALICE, 1000);
    scene.rebalance(&[(0, 500)]).expect("within caps");
    scene.world.poke(adapter, tenor_world::mock::adapter::LIQUIDITY, U256::ONE);
    scene.trip("a", 3, 0).expect("seen once");
    feed::say(&scene.world, FEED, 100_000_000);

    scene.call(CURATOR, call(pegged()));

    scene.world.pass(600);
    scene.trip("a", 3, 0).expect("seen twice");
    assert!(scene.view(IDesk::capsCall {})[0].trippedUntil > U256::from(scene.world.now_secs()));
}

/// A feed that is right, and tries to have a governed change made while it is asked.
fn install_thief(scene: &Scene, data: Vec<u8>) {
    scene.world.install(FEED, move |input, vm| -> Result<Vec<u8>, Revert> {
        let (selector, words) = data.split_first_chunk::<4>().expect("calldata");
        let words: Vec<_> = words.chunks(32).map(alloy_primitives::B256::right_padding_from).collect();
        assert!(host::invoke(&vm, VAULT, *selector, &words).is_err(), "a static call changes nothing");
        let now = stylus_sdk::stylus_core::BlockAccess::block_timestamp(&vm);
        let dollar = U256::from(100_000_000);
        let is_decimals = input.starts_with(&abi::feed::IFeed::decimalsCall::SELECTOR);
        Ok(if is_decimals { u(8).abi_encode() } else { (u(1), dollar, u(1), U256::from(now), u(1)).abi_encode() })
    });
}

#[test]
fn a_feed_cannot_change_anything_while_it_is_tested() {
    let scene = fed();
    let raise = set_cap("a", 200, WAD);
    scene.announce(CURATOR, &raise);
    install_thief(&scene, raise.abi_encode());

    scene.call(CURATOR, call(pegged()));

    assert_eq!(scene.view(IDesk::capsCall {})[0].absolute, u(100));
    assert_eq!(scene.world.gas_given(FEED), ISOLATED_GAS, "and has bounded gas");
}

#[test]
fn a_feed_is_judged_by_the_band_that_is_asked_for_now() {
    let scene = fed();
    scene.call(CURATOR, call(Breaker { feed: Address::ZERO, ..pegged() }));
    scene.submit(CURATOR, &call(pegged())).expect("announced");
    scene.world.pass(3 * DAY);

    // Three days later the feed's answer is three days old.
    assert_eq!(refusal::<IBoard::FeedRefused>(scene.try_call(BOB, call(pegged()))).reason, 4);
    feed::say(&scene.world, FEED, 99_000_000);
    scene.call(BOB, call(pegged()));
}
