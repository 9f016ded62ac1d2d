//! The keeper's entry point: what it moves, tells and refuses.

use abi::{
    adapter::IAdapter,
    board::IBoard,
    desk::IDesk::{self, Intent},
    vault::IVault,
};
use alloy_primitives::{Address, U256, hex};
use alloy_sol_types::SolError;
use tenor_world::{ALL, CURATOR, GUARDIAN, KEEPER, OWNER, Scene, VAULT, address, mock::adapter, refusal, risk_id};

use crate::{ALICE, ONE, UNIT, u};

/// A vault with 100 units of Alice's and two positions.
fn funded() -> (Scene, [Address; 2]) {
    let scene = Scene::new();
    let positions = [scene.position(&["a"]).0, scene.position(&["b"]).0];
    scene.endow(ALICE, 100 * ONE);
    (scene, positions)
}

fn refused<E: SolError>(scene: &Scene, from: Address, intent: Intent) -> E {
    let before = scene.world.storage();
    let error = refusal::<E>(scene.try_call(from, IDesk::rebalanceCall { intent }));
    assert_eq!(scene.world.storage(), before, "a refusal changes nothing");
    error
}

#[test]
fn legs_move_money_both_ways_in_one_call() {
    let (scene, positions) = funded();
    scene.rebalance(&[(0, 60 * UNIT)]).expect("within caps");

    let results = scene.rebalance(&[(0, -45 * UNIT), (1, 70 * UNIT)]).expect("within caps");

    assert_eq!(results, [u(45 * ONE), u(70 * ONE)]);
    assert_eq!(positions.map(|at| scene.assets_of(at)), [15 * ONE, 70 * ONE]);
    let book = scene.book();
    assert_eq!((book.idle, book.marked, book.nav), (u(15 * ONE), u(85 * ONE), u(100 * ONE)));
}

#[test]
fn a_leg_can_take_everything_back() {
    let (scene, positions) = funded();
    scene.rebalance(&[(0, 60 * UNIT)]).expect("within caps");

    assert_eq!(scene.rebalance(&[(0, ALL)]).expect("within caps"), [u(60 * ONE)]);

    assert_eq!(scene.assets_of(positions[0]), 0);
    assert_eq!(scene.book().idle, u(100 * ONE));
}

#[test]
fn a_rebalance_tells_of_itself() {
    let (scene, positions) = funded();
    scene.rebalance(&[(0, 60 * UNIT)]).expect("within caps");
    scene.earn(positions[0], -UNIT);

    scene.rebalance(&[(0, -9 * UNIT)]).expect("within caps");

    let told = scene.world.events::<IDesk::Rebalanced>(VAULT).pop().expect("an event");
    assert_eq!((told.caller, told.nonce), (KEEPER, u(2)));
    assert_eq!((told.navBefore, told.navAfter, told.idleAfter), (u(100 * ONE), u(99 * ONE), u(49 * ONE)));
    let marked = scene.world.events::<IDesk::PositionMarked>(VAULT).pop().expect("an event");
    assert_eq!((marked.position, marked.valueBefore, marked.valueAfter), (0, u(60 * ONE), u(59 * ONE)));
    let moved = scene.world.events::<IDesk::PositionMoved>(VAULT).pop().expect("an event");
    assert_eq!((moved.position, moved.result, moved.valueAfter), (0, u(9 * ONE), u(50 * ONE)));
    assert_eq!(moved.assets.to_string(), "-9000000");
}

#[test]
fn a_rebalance_tells_its_limits_and_budgets_before_and_after() {
    let (scene, _) = funded();
    scene.rebalance(&[(0, 60 * UNIT)]).expect("within caps");
    scene.cap("a", 50 * ONE, tenor_world::WAD / 2);
    let levels = scene.levels();

    scene.rebalance(&[(0, -10 * UNIT)]).expect("it mends both caps");

    let told = scene.world.events::<IDesk::Rebalanced>(VAULT).pop().expect("an event");
    assert_eq!((told.brokenBefore, told.brokenAfter), (u(0b101), u(0)));
    assert_eq!((told.navLeast, told.loss, told.turnover), (u(100 * ONE), u(0), u(10 * ONE)));
    assert_eq!((told.lossLevel, told.turnoverLevel), (levels.loss.used, levels.turnover.used + u(10 * ONE)));
    assert_eq!((told.incomeBefore, told.incomeAfter), (U256::MAX, U256::MAX), "the venue does not say");
}

#[test]
fn nobody_but_a_keeper_rebalances() {
    let (scene, _) = funded();

    for caller in [ALICE, OWNER, CURATOR, GUARDIAN] {
        let error: IDesk::NotAuthorized = refused(&scene, caller, scene.intent(&[(0, UNIT)]));
        assert_eq!((error.caller, error.role), (caller, risk_id("keeper")));
    }
}

#[test]
fn a_removed_keeper_is_nobody() {
    let (scene, _) = funded();
    scene.call(GUARDIAN, scene.grant(KEEPER, 0, 0, 0));

    refused::<IDesk::NotAuthorized>(&scene, KEEPER, scene.intent(&[(0, UNIT)]));
}

#[test]
fn an_intent_expires() {
    let (scene, _) = funded();
    let intent = scene.intent(&[(0, UNIT)]);
    scene.world.pass(1);

    let deadline = intent.deadline;
    let error: IDesk::IntentExpired = refused(&scene, KEEPER, intent);
    assert_eq!((error.deadline, error.now_), (deadline, deadline + U256::ONE));
}

#[test]
fn an_intent_is_used_once() {
    let (scene, _) = funded();
    let intent = scene.intent(&[(0, UNIT)]);
    scene.call(KEEPER, IDesk::rebalanceCall { intent: intent.clone() });

    let error: IDesk::WrongNonce = refused(&scene, KEEPER, intent);
    assert_eq!((error.given, error.expected), (u(1), u(2)));
}

#[test]
fn an_intent_of_an_older_state_is_refused() {
    let (scene, _) = funded();
    let intent = scene.intent(&[(0, UNIT)]);
    scene.cap("a", ONE, 1);

    let (given, expected) = (intent.revision, scene.view(IDesk::revisionCall {}));
    let error: IDesk::WrongRevision = refused(&scene, KEEPER, intent);
    assert_eq!((error.given, error.expected), (given, expected));
}

#[test]
fn a_result_below_its_least_is_refused_and_the_least_itself_passes() {
    let (scene, positions) = funded();
    scene.rebalance(&[(0, 60 * UNIT)]).expect("within caps");
    scene.world.poke(positions[0], adapter::FAULTS, U256::from(adapter::HALF));

    let mut intent = scene.intent(&[(0, -10 * UNIT)]);
    intent.legs[0].minResult = u(5 * ONE + 1);
    let error: IDesk::ResultBelowMinimum = refused(&scene, KEEPER, intent.clone());
    assert_eq!((error.position, error.result, error.minResult), (0, u(5 * ONE), u(5 * ONE + 1)));

    intent.legs[0].minResult = u(5 * ONE);
    scene.call(KEEPER, IDesk::rebalanceCall { intent });
    assert_eq!(scene.book().nav, u(95 * ONE), "what was lost on the way is a loss at once");
}

#[test]
fn an_unknown_position_is_refused() {
    let (scene, _) = funded();

    for position in [2, 255, 256, u32::MAX] {
        let error: IDesk::UnknownPosition = refused(&scene, KEEPER, scene.intent(&[(position, UNIT)]));
        assert_eq!(error.position, position);
    }
}

#[test]
fn more_than_idle_is_refused() {
    let (scene, _) = funded();

    let error: IDesk::InsufficientIdle = refused(&scene, KEEPER, scene.intent(&[(0, 100 * UNIT + 1)]));
    assert_eq!((error.asked, error.idle), (u(100 * ONE + 1), u(100 * ONE)));
    let twice = scene.intent(&[(0, 60 * UNIT), (1, 41 * UNIT)]);
    assert_eq!(refused::<IDesk::InsufficientIdle>(&scene, KEEPER, twice).idle, u(40 * ONE));
}

#[test]
fn donated_money_cannot_be_invested() {
    let (scene, _) = funded();
    tenor_world::mock::token::mint(&scene.world, tenor_world::USDC, VAULT, 50 * ONE);

    refused::<IDesk::InsufficientIdle>(&scene, KEEPER, scene.intent(&[(0, 101 * UNIT)]));
}

#[test]
fn a_failing_adapter_is_named_with_its_reason() {
    for (fault, assets, reason) in [
        (adapter::NO_VALUE, 0, "no value"),
        (adapter::NO_DEPOSIT, UNIT, "no deposit"),
        (adapter::NO_PAYMENT, -UNIT, "no payment"),
    ] {
        let (scene, positions) = funded();
        scene.rebalance(&[(0, 10 * UNIT)]).expect("within caps");
        scene.world.poke(positions[0], adapter::FAULTS, U256::from(fault));

        let error: IDesk::AdapterCallFailed = refused(&scene, KEEPER, scene.intent(&[(0, assets)]));
        assert_eq!((error.adapter, error.reason.as_ref()), (positions[0], reason.as_bytes()));
    }
}

#[test]
fn absurd_amounts_and_too_many_legs_are_refused() {
    let (scene, _) = funded();

    let error: IDesk::BoundExceeded = refused(&scene, KEEPER, scene.intent(&[(0, 1 << 96)]));
    assert_eq!((error.value, error.bound), (u(1 << 96), u((1 << 96) - 1)));
    let error: IDesk::BoundExceeded = refused(&scene, KEEPER, scene.intent(&[(0, 0); 65]));
    assert_eq!((error.value, error.bound), (u(65), u(64)));
}

#[test]
fn a_leg_never_raises_the_net_asset_value() {
    let (scene, positions) = funded();
    scene.rebalance(&[(0, 60 * UNIT)]).expect("within caps");
    scene.earn(positions[0], 5 * UNIT);

    let results = scene.rebalance(&[(0, ALL)]).expect("within caps");

    assert_eq!(results, [u(65 * ONE)], "all of it came back");
    assert_eq!(scene.book().nav, u(100 * ONE), "and the gain that no time explains is in nobody's price");
    assert_eq!(scene.assets_of(VAULT), 105 * ONE);
}

#[test]
fn the_preview_says_what_the_rebalance_does() {
    let (scene, positions) = funded();
    scene.rebalance(&[(0, 30 * UNIT)]).expect("within caps");
    scene.earn(positions[0], -UNIT);
    let intent = scene.intent(&[(0, 20 * UNIT), (1, 10 * UNIT), (0, -5 * UNIT)]);
    let before = scene.world.storage();

    let preview = scene.view(IDesk::previewRebalanceCall { keeper: KEEPER, intent: intent.clone() });
    assert_eq!(scene.world.storage(), before);
    scene.call(KEEPER, IDesk::rebalanceCall { intent });

    let limits = scene.view(IDesk::limitsCall {});
    let facts = |states: &[IDesk::LimitState]| -> Vec<_> {
        let of_the_portfolio = states.iter().filter(|state| state.limit <= 3);
        of_the_portfolio.map(|s| (s.limit, s.id, s.value, s.bound, s.holds)).collect()
    };
    assert_eq!(facts(&preview), facts(&limits));
    assert_eq!(facts(&limits).len(), 6);
    let used = |limit| preview.iter().find(|state| state.limit == limit).expect("listed").value;
    assert_eq!((used(5), used(6)), (scene.levels().loss.used, scene.levels().turnover.used));
}

#[test]
fn the_preview_refuses_as_the_rebalance_does() {
    let (scene, positions) = funded();
    scene.rebalance(&[(0, 30 * UNIT)]).expect("within caps");
    scene.cap("a", 40 * ONE, tenor_world::WAD);
    let base = scene.intent(&[(0, UNIT)]);
    let with = |legs: &[(u32, i128)]| scene.intent(legs);
    let mut intents = vec![
        Intent { nonce: u(9), ..base.clone() },
        Intent { deadline: u(9), ..base.clone() },
        Intent { revision: u(9), ..base.clone() },
        with(&[(9, UNIT)]),
        with(&[(0, 71 * UNIT)]),
        with(&[(0, 11 * UNIT)]),
    ];
    let mut least = base;
    least.legs[0].minResult = u(ONE + 1);
    intents.push(least);

    let paused = with(&[(0, UNIT)]);
    let check = |keeper: Address, intent: Intent| {
        let call = IDesk::previewRebalanceCall { keeper, intent: intent.clone() };
        let preview = scene.world.view(VAULT, &call).map(|_| ()).expect_err("refused");
        let real = scene.try_call(keeper, IDesk::rebalanceCall { intent }).expect_err("refused as well");
        assert_eq!(hex::encode(preview), hex::encode(real));
    };
    check(ALICE, paused.clone());
    let snapshot = scene.world.storage();
    scene.call(GUARDIAN, IBoard::pauseCall { secs: u(60) });
    check(KEEPER, Intent { revision: scene.view(IDesk::revisionCall {}), ..paused.clone() });
    scene.world.restore(snapshot);
    for intent in intents {
        let preview = scene.world.view(VAULT, &IDesk::previewRebalanceCall { keeper: KEEPER, intent: intent.clone() });
        let real = scene.try_call(KEEPER, IDesk::rebalanceCall { intent });
        assert_eq!(
            preview.err().map(hex::encode).expect("refused"),
            real.err().map(hex::encode).expect("refused as well")
        );
    }
    let intent = with(&[(0, -31 * UNIT)]);
    let failed = scene.world.view(VAULT, &IDesk::previewRebalanceCall { keeper: KEEPER, intent });
    let failed = refusal::<IDesk::AdapterCallFailed>(failed);
    assert_eq!(failed.adapter, positions[0]);
    let reason = IAdapter::InsufficientUnits::abi_decode(&failed.reason).expect("as an adapter would");
    assert_eq!((reason.asked, reason.held), (u(31 * ONE), u(30 * ONE)));
}

#[test]
fn an_empty_intent_moves_nothing_but_its_nonce() {
    let (scene, _) = funded();
    let (revision, nonce) = (scene.view(IDesk::revisionCall {}), scene.intent(&[]).nonce);

    assert!(scene.rebalance(&[]).expect("no limit is broken").is_empty());

    assert_eq!(scene.intent(&[]).nonce, nonce + U256::ONE);
    assert_eq!(scene.view(IDesk::revisionCall {}), revision, "what others computed stays good");
}

#[test]
fn malformed_intents_are_refused_without_a_reason() {
    let (scene, _) = funded();
    let whole = alloy_sol_types::SolCall::abi_encode(&IDesk::rebalanceCall { intent: scene.intent(&[(0, UNIT)]) });

    for cut in [4, 36, 100, 163, whole.len() - 1] {
        assert_eq!(scene.world.call_raw(KEEPER, VAULT, whole[..cut].to_vec()), Err(Vec::new()));
    }
    let mut endless = whole.clone();
    endless[4 + 32 * 5 + 28] = 0xff; // The number of legs.
    assert_eq!(scene.world.call_raw(KEEPER, VAULT, endless), Err(Vec::new()));
}

#[test]
fn the_desk_at_its_own_address_is_nobody() {
    let (scene, _) = funded();
    let desk = scene.view(IVault::deskCall {});
    let intent = scene.intent(&[]);

    for caller in [OWNER, KEEPER, address(0)] {
        let call = IDesk::rebalanceCall { intent: intent.clone() };
        refusal::<IDesk::NotAuthorized>(scene.world.call(caller, desk, &call));
    }
}
