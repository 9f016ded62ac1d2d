//! What a keeper's key may do, as the desk enforces it.

use abi::{board::IBoard, desk::IDesk};
use alloy_primitives::Address;
use tenor_world::{CURATOR, GUARDIAN, KEEPER, Scene, WAD, address, refusal, risk_id};

use crate::{ALICE, ONE, UNIT, u};

const SECOND: Address = address(0x25);
const DAY: u64 = 86_400;

/// Two positions; the first keeper may move both, the second one the second.
fn keyed() -> Scene {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.position(&["b"]);
    scene.keeper(SECOND, 0b10, WAD, 10 * WAD);
    scene.endow(ALICE, 100 * ONE);
    scene
}

#[test]
fn a_key_moves_the_positions_of_its_grant_alone() {
    let scene = keyed();

    scene.rebalance_as(SECOND, &[(1, UNIT)]).expect("its own");
    for legs in [&[(0, UNIT)][..], &[(1, UNIT), (0, 0)], &[(1, UNIT), (0, -1)]] {
        assert_eq!(refusal::<IDesk::OutOfGrant>(scene.rebalance_as(SECOND, legs)).position, 0);
    }
}

#[test]
fn a_position_that_was_never_registered_is_unknown_whatever_the_grant() {
    let scene = keyed();

    for position in [2, 63, 64, 255, 256, u32::MAX] {
        assert!(scene.rebalance(&[(position, 1)]).is_err());
        assert!(scene.rebalance_as(SECOND, &[(position, 1)]).is_err());
    }
}

#[test]
fn each_key_has_its_own_nonce() {
    let scene = keyed();
    let first = scene.intent(&[]).nonce;

    scene.rebalance_as(SECOND, &[]).expect("a sign of life");

    assert_eq!(scene.intent(&[]).nonce, first);
    assert_eq!(scene.intent_of(SECOND, &[]).nonce, u(1));
    scene.heartbeat();
    let intent = scene.intent(&[]);
    refusal::<IDesk::WrongNonce>(scene.try_call(SECOND, IDesk::rebalanceCall { intent }));
}

#[test]
fn an_intent_of_another_keys_state_is_refused() {
    let scene = keyed();
    let intent = scene.intent(&[(0, UNIT)]);

    scene.rebalance_as(SECOND, &[(1, UNIT)]).expect("its own");

    refusal::<IDesk::WrongRevision>(scene.try_call(KEEPER, IDesk::rebalanceCall { intent }));
}

#[test]
fn a_key_expires() {
    let scene = keyed();
    let expiry: u64 = scene.view(IDesk::grantCall { keeper: KEEPER }).expiry.to();
    scene.world.pass(expiry - scene.world.now_secs() - 1);
    scene.rebalance(&[]).expect("the last second");

    scene.world.pass(1);

    let error = refusal::<IDesk::GrantExpired>(scene.rebalance(&[]));
    assert_eq!(error.expiry, u(expiry.into()));
}

#[test]
fn a_guardian_takes_a_key_away_at_once_and_nobody_gives_it_back_at_once() {
    let scene = keyed();
    let wide = scene.grant(SECOND, 0b10, WAD, 10 * WAD);
    scene.call(GUARDIAN, scene.grant(SECOND, 0, 0, 0));

    let error = refusal::<IDesk::NotAuthorized>(scene.rebalance_as(SECOND, &[]));
    assert_eq!((error.caller, error.role), (SECOND, risk_id("keeper")));
    refusal::<IBoard::NotReady>(scene.try_call(CURATOR, wide));
}

#[test]
fn no_field_of_a_grant_widens_at_once_and_every_one_narrows_at_once() {
    let scene = keyed();
    let now = scene.view(IDesk::grantCall { keeper: SECOND });
    let base = IBoard::setKeeperCall {
        keeper: SECOND,
        positions: now.positions,
        turnoverWad: now.turnoverWad - u(10),
        lossWad: now.lossWad - u(10),
        expiry: now.expiry - u(10),
    };
    scene.call(CURATOR, base.clone());
    let wider = [
        IBoard::setKeeperCall { positions: 0b11, ..base.clone() },
        IBoard::setKeeperCall { positions: 0b01, ..base.clone() },
        IBoard::setKeeperCall { turnoverWad: base.turnoverWad + u(1), ..base.clone() },
        IBoard::setKeeperCall { lossWad: base.lossWad + u(1), ..base.clone() },
        IBoard::setKeeperCall { expiry: base.expiry + u(1), ..base.clone() },
        // Narrower in one field does not pay for wider in another.
        IBoard::setKeeperCall { lossWad: u(0), expiry: base.expiry + u(1), ..base.clone() },
    ];
    for call in wider {
        refusal::<IBoard::NotReady>(scene.try_call(CURATOR, call));
    }
    scene.call(GUARDIAN, IBoard::setKeeperCall { lossWad: u(0), turnoverWad: u(0), ..base });
}

#[test]
fn a_grant_given_again_keeps_its_nonce_and_what_is_used_of_it() {
    let scene = keyed();
    scene.rebalance_as(SECOND, &[(1, 50 * UNIT)]).expect("its own");
    let before = scene.view(IDesk::grantCall { keeper: SECOND });
    assert_eq!(before.turnover.used, u(50 * ONE));
    let again = IBoard::setKeeperCall {
        keeper: SECOND,
        positions: before.positions,
        turnoverWad: before.turnoverWad,
        lossWad: before.lossWad,
        expiry: before.expiry,
    };

    scene.call(CURATOR, again.clone());
    let after = scene.view(IDesk::grantCall { keeper: SECOND });
    assert_eq!((after.nonce, after.turnover.used), (before.nonce, before.turnover.used));

    scene.call(GUARDIAN, scene.grant(SECOND, 0, 0, 0));
    scene.govern(CURATOR, again);
    assert_eq!(scene.view(IDesk::grantCall { keeper: SECOND }).nonce, before.nonce, "no old intent is good again");
}

#[test]
fn a_key_without_budgets_gives_signs_of_life_and_brings_money_back_that_costs_nothing() {
    let scene = keyed();
    scene.rebalance(&[(1, 50 * UNIT)]).expect("within caps");
    let expiry = scene.view(IDesk::grantCall { keeper: SECOND }).expiry;
    scene.call(GUARDIAN, IBoard::setKeeperCall { expiry, ..scene.grant(SECOND, 0b10, 0, 0) });

    scene.rebalance_as(SECOND, &[]).expect("a sign of life");
    scene.rebalance_as(SECOND, &[(1, -UNIT)]).expect("the way to idle stays open");
    refusal::<IDesk::LimitBreached>(scene.rebalance_as(SECOND, &[(1, UNIT)]));
}

#[test]
fn a_grant_is_of_the_least_net_asset_value() {
    let scene = keyed();
    scene.deposit(ALICE, 900 * ONE);

    let grant = scene.view(IDesk::grantCall { keeper: SECOND });
    assert_eq!(grant.turnover.capacity, u(500 * ONE));
    scene.world.pass(2 * DAY);
    assert_eq!(scene.view(IDesk::grantCall { keeper: SECOND }).turnover.capacity, u(5000 * ONE));
}
