//! Grants as governance gives them.

use abi::{board::IBoard, desk::IDesk};
use alloy_primitives::{Address, U256};
use tenor_world::{CURATOR, GUARDIAN, KEEPER, OWNER, Scene, VAULT, WAD, address, refusal};

use crate::{ALICE, ONE, UNIT, u};

const NEW: Address = address(0x41);
const DAY: u64 = 86_400;

fn grant(keeper: Address, positions: u64, turnover_wad: u64, loss_wad: u64, expiry: u64) -> IBoard::setKeeperCall {
    IBoard::setKeeperCall {
        keeper,
        positions,
        turnoverWad: U256::from(turnover_wad),
        lossWad: U256::from(loss_wad),
        expiry: U256::from(expiry),
    }
}

/// An open vault, and a key with a middling grant until its last second in a week.
fn granted() -> (Scene, u64) {
    let scene = Scene::new();
    scene.position(&["a"]);
    let expiry = scene.world.now_secs() + 7 * DAY;
    scene.call(CURATOR, grant(NEW, 0b011, WAD / 10, WAD / 100, expiry));
    scene.open();
    (scene, expiry)
}

#[test]
fn a_grant_that_is_wider_in_any_field_waits_for_owner_curator_and_guardian() {
    let (scene, expiry) = granted();
    for wider in [
        grant(NEW, 0b111, 0, 0, expiry),
        grant(NEW, 0b100, 0, 0, expiry),
        grant(NEW, 1, WAD / 10 + 1, 0, expiry),
        grant(NEW, 1, 0, WAD / 100 + 1, expiry),
        grant(NEW, 1, 0, 0, expiry + 1),
        grant(ALICE, 1, 0, 0, expiry),
    ] {
        for caller in [OWNER, CURATOR, GUARDIAN] {
            refusal::<IBoard::NotReady>(scene.try_call(caller, wider.clone()));
        }
        scene.submit(CURATOR, &wider).expect("it can be announced");
    }
}

#[test]
fn a_narrower_grant_is_immediate_for_guardians_too() {
    for by in [OWNER, CURATOR, GUARDIAN] {
        let (scene, expiry) = granted();
        scene.call(by, grant(NEW, 0b010, WAD / 10, WAD / 100, expiry));
        scene.call(by, grant(NEW, 0b010, WAD / 20, 0, expiry - DAY));
        let now = scene.view(IDesk::grantCall { keeper: NEW });
        assert_eq!((now.positions, now.turnoverWad, now.lossWad), (0b010, U256::from(WAD / 20), U256::ZERO));
        assert_eq!(now.expiry, U256::from(expiry - DAY));
        let told = scene.world.events::<IBoard::GrantSet>(VAULT).pop().expect("an event");
        assert_eq!((told.keeper, told.positions, told.expiry), (NEW, 0b010, U256::from(expiry - DAY)));
    }
}

#[test]
fn an_expired_grant_is_not_widened_by_renewing_it() {
    let (scene, expiry) = granted();
    scene.world.pass(7 * DAY + 1);

    refusal::<IBoard::NotReady>(scene.try_call(CURATOR, grant(NEW, 1, 0, 0, expiry + 2 * DAY)));
    refusal::<IBoard::NotReady>(scene.try_call(GUARDIAN, grant(NEW, 0b011, WAD / 10, WAD / 100, expiry + 2 * DAY)));
}

#[test]
fn a_grant_that_could_not_be_used_is_stored_as_none_and_widens_nothing() {
    let (scene, expiry) = granted();
    let now = scene.world.now_secs();
    for useless in [grant(NEW, u64::MAX, 10 * WAD, WAD, now - 1), grant(NEW, 0, 10 * WAD, WAD, expiry + DAY)] {
        scene.call(GUARDIAN, useless);
        let told = scene.world.events::<IBoard::GrantSet>(VAULT).pop().expect("an event");
        assert_eq!((told.positions, told.turnoverWad, told.lossWad, told.expiry), (0, u(0), u(0), u(0)));
        refusal::<IBoard::NotReady>(scene.try_call(CURATOR, grant(NEW, 1, 0, 0, expiry)));
    }
}

#[test]
fn a_grants_numbers_are_bounded() {
    let (scene, expiry) = granted();
    let too_much = |call: IBoard::setKeeperCall| {
        let error = refusal::<IDesk::BoundExceeded>(scene.try_call(CURATOR, call));
        (error.value, error.bound)
    };
    let most = 1_700_000_000 + u64::from(u32::MAX);
    assert_eq!(too_much(grant(NEW, 1, 10 * WAD + 1, 0, expiry)).1, U256::from(10 * WAD));
    assert_eq!(too_much(grant(NEW, 1, 0, WAD + 1, expiry)).1, U256::from(WAD));
    assert_eq!(too_much(grant(NEW, 1, 0, 0, most + 1)), (U256::from(most + 1), U256::from(most)));
    let forever = IBoard::setKeeperCall { expiry: U256::MAX, ..grant(NEW, 1, 0, 0, 0) };
    assert_eq!(too_much(forever), (U256::MAX, U256::from(most)));
    let scene = Scene::new();
    scene.call(CURATOR, grant(NEW, 1, 0, 0, most));
    assert_eq!(scene.view(IDesk::grantCall { keeper: NEW }).expiry, U256::from(most));
}

#[test]
fn taking_a_grant_away_and_giving_it_back_refills_no_budget_and_renews_no_nonce() {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 10 * UNIT)]).expect("within caps");
    let before = scene.view(IDesk::grantCall { keeper: KEEPER });
    let stale = scene.intent(&[(0, UNIT)]);
    assert_eq!(before.turnover.used, u(10 * ONE));

    let same = scene.grant(KEEPER, u64::MAX, WAD, 10 * WAD);
    scene.call(GUARDIAN, grant(KEEPER, 0, 0, 0, 0));
    let none = scene.view(IDesk::grantCall { keeper: KEEPER });
    assert_eq!((none.positions, none.nonce), (0, before.nonce));
    refusal::<IDesk::NotAuthorized>(scene.rebalance(&[(0, -UNIT)]));
    scene.announce(CURATOR, &same);
    scene.call(ALICE, same);

    let after = scene.view(IDesk::grantCall { keeper: KEEPER });
    assert_eq!(after.nonce, before.nonce);
    refusal::<IDesk::WrongRevision>(
        scene.try_call(KEEPER, IDesk::rebalanceCall { intent: IDesk::Intent { deadline: U256::MAX, ..stale } }),
    );
}

#[test]
fn a_wider_grant_is_a_sign_of_life_and_a_narrower_one_is_not() {
    let (scene, expiry) = granted();
    let seen = |scene: &Scene| -> u64 { scene.levels().keeperSeenAt.to() };
    let start = seen(&scene);
    scene.world.pass(DAY);

    scene.call(GUARDIAN, grant(NEW, 0b001, WAD / 10, WAD / 100, expiry));
    assert_eq!(seen(&scene), start, "or a guardian could keep others from relieving for ever");
    scene.call(CURATOR, grant(NEW, 0b001, WAD / 10, WAD / 100, expiry));
    assert_eq!(seen(&scene), start);

    let wider = grant(NEW, 0b011, WAD / 10, WAD / 100, expiry);
    scene.announce(CURATOR, &wider);
    scene.call(ALICE, wider);
    assert_eq!(seen(&scene), scene.world.now_secs());
}
