//! Roles and parameters: who may set what, within which bounds, and what is told.

use abi::desk::IDesk;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use tenor_world::{
    CURATOR, GUARDIAN, KEEPER, OWNER, Scene, USDC, VAULT, WAD, address, mock::adapter, refusal, risk_id,
};

use crate::{ALICE, BOB, u};

const ALL: [Address; 5] = [OWNER, CURATOR, GUARDIAN, KEEPER, ALICE];

/// Demands that exactly these may call, and that each accepted call moves the revision.
fn only<C: SolCall + Clone>(allowed: &[Address], call: C, role: &str) {
    for caller in ALL {
        let scene = Scene::new();
        scene.cap("a", 100, WAD / 2);
        let revision = scene.view(IDesk::revisionCall {});
        let result = scene.try_call(caller, call.clone());
        if allowed.contains(&caller) {
            assert!(result.is_ok(), "{} by {caller}", C::SIGNATURE);
            assert_eq!(scene.view(IDesk::revisionCall {}), revision + U256::ONE);
        } else {
            let error = refusal::<IDesk::NotAuthorized>(result);
            assert_eq!((error.caller, error.role), (caller, risk_id(role)), "{}", C::SIGNATURE);
        }
    }
}

#[test]
fn the_owner_alone_sets_curator_guardians_rate_and_ownership() {
    only(&[OWNER], IDesk::setCuratorCall { account: BOB }, "owner");
    only(&[OWNER], IDesk::setGuardianCall { account: BOB, granted: true }, "owner");
    only(&[OWNER], IDesk::setMaxRateCall { rateWad: u(1) }, "owner");
    only(&[OWNER], IDesk::offerOwnershipCall { candidate: BOB }, "owner");
    only(&[], IDesk::takeOwnershipCall {}, "candidate");
}

#[test]
fn curator_and_owner_raise_risk_and_a_guardian_cannot() {
    let cap = |absolute, relative: u64| IDesk::setCapCall {
        riskId: risk_id("a"),
        absolute: u(absolute),
        relativeWad: u(relative.into()),
    };
    only(&[OWNER, CURATOR], cap(101, WAD / 2), "curator");
    only(&[OWNER, CURATOR], cap(100, WAD / 2 + 1), "curator");
    only(&[OWNER, CURATOR], cap(0, WAD), "curator");
    only(&[OWNER, CURATOR], IDesk::setKeeperCall { account: BOB, granted: true }, "curator");
    only(&[OWNER, CURATOR], IDesk::setCapCall { riskId: risk_id("b"), absolute: u(1), relativeWad: u(0) }, "curator");
}

#[test]
fn a_guardian_lowers_caps_raises_the_floor_and_removes_keepers() {
    let lower = IDesk::setCapCall { riskId: risk_id("a"), absolute: u(99), relativeWad: u((WAD / 2).into()) };
    only(&[OWNER, CURATOR, GUARDIAN], lower, "curator");
    only(&[OWNER, CURATOR, GUARDIAN], IDesk::setLiquidityFloorCall { floorWad: u(1) }, "curator");
    only(&[OWNER, CURATOR, GUARDIAN], IDesk::setKeeperCall { account: KEEPER, granted: false }, "curator");
}

#[test]
fn a_guardian_cannot_lower_the_floor() {
    let scene = Scene::new();
    scene.call(CURATOR, IDesk::setLiquidityFloorCall { floorWad: u(10) });

    refusal::<IDesk::NotAuthorized>(scene.try_call(GUARDIAN, IDesk::setLiquidityFloorCall { floorWad: u(9) }));
    scene.call(CURATOR, IDesk::setLiquidityFloorCall { floorWad: u(9) });
    assert_eq!(scene.book().liquidityFloorWad, u(9));
}

#[test]
fn ownership_passes_in_two_steps() {
    let scene = Scene::new();
    scene.call(OWNER, IDesk::offerOwnershipCall { candidate: BOB });
    assert_eq!((scene.view(IDesk::ownerCall {}), scene.view(IDesk::pendingOwnerCall {})), (OWNER, BOB));
    let offered = scene.world.events::<IDesk::OwnershipOffered>(VAULT).pop().expect("an event");
    assert_eq!((offered.owner, offered.candidate), (OWNER, BOB));

    scene.call(BOB, IDesk::takeOwnershipCall {});

    assert_eq!((scene.view(IDesk::ownerCall {}), scene.view(IDesk::pendingOwnerCall {})), (BOB, Address::ZERO));
    assert_eq!(scene.world.events::<IDesk::OwnershipTaken>(VAULT).pop().expect("an event").owner, BOB);
    refusal::<IDesk::NotAuthorized>(scene.try_call(OWNER, IDesk::setMaxRateCall { rateWad: u(1) }));
    refusal::<IDesk::NotAuthorized>(scene.try_call(BOB, IDesk::takeOwnershipCall {}));
}

#[test]
fn the_zero_address_takes_nothing() {
    let scene = Scene::new();

    refusal::<IDesk::NotAuthorized>(scene.try_call(Address::ZERO, IDesk::takeOwnershipCall {}));
    scene.call(OWNER, IDesk::setCuratorCall { account: Address::ZERO });
    let call = IDesk::setKeeperCall { account: BOB, granted: true };
    refusal::<IDesk::NotAuthorized>(scene.try_call(Address::ZERO, call));
}

#[test]
fn roles_are_told_and_can_be_read() {
    let scene = Scene::new();
    scene.call(OWNER, IDesk::setCuratorCall { account: BOB });

    let told: Vec<_> = scene.world.events::<IDesk::RoleSet>(VAULT);
    let facts: Vec<_> = told.iter().map(|e| (e.role, e.account, e.granted)).collect();
    assert_eq!(
        facts,
        [
            (risk_id("curator"), CURATOR, true),
            (risk_id("guardian"), GUARDIAN, true),
            (risk_id("keeper"), KEEPER, true),
            (risk_id("curator"), CURATOR, false),
            (risk_id("curator"), BOB, true),
        ]
    );
    assert_eq!(scene.view(IDesk::curatorCall {}), BOB);
    assert!(scene.view(IDesk::isGuardianCall { account: GUARDIAN }));
    assert!(scene.view(IDesk::isKeeperCall { account: KEEPER }));
    assert!(!scene.view(IDesk::isKeeperCall { account: BOB }));
}

#[test]
fn parameters_are_bounded_and_told() {
    let scene = Scene::new();
    let over = u(u128::from(WAD) + 1);

    let error = refusal::<IDesk::BoundExceeded>(
        scene.try_call(CURATOR, IDesk::setCapCall { riskId: risk_id("a"), absolute: u(1), relativeWad: over }),
    );
    assert_eq!((error.value, error.bound), (over, u(WAD.into())));
    refusal::<IDesk::BoundExceeded>(scene.try_call(CURATOR, IDesk::setLiquidityFloorCall { floorWad: over }));
    let rate = u(u128::from(WAD) * 10);
    let call = IDesk::setMaxRateCall { rateWad: rate + U256::ONE };
    assert_eq!(refusal::<IDesk::BoundExceeded>(scene.try_call(OWNER, call)).bound, rate);

    scene.call(OWNER, IDesk::setMaxRateCall { rateWad: rate });
    scene.call(CURATOR, IDesk::setLiquidityFloorCall { floorWad: u(5) });
    scene.cap("a", 7, 8);
    assert_eq!(scene.world.events::<IDesk::MaxRateSet>(VAULT).pop().expect("an event").rateWad, rate);
    assert_eq!(scene.world.events::<IDesk::LiquidityFloorSet>(VAULT).pop().expect("an event").floorWad, u(5));
    let cap = scene.world.events::<IDesk::CapSet>(VAULT).pop().expect("an event");
    assert_eq!((cap.riskId, cap.absolute, cap.relativeWad), (risk_id("a"), u(7), u(8)));
    assert_eq!(scene.book().maxRateWad, rate);
}

#[test]
fn a_cap_beyond_the_accounts_is_the_highest_that_they_hold() {
    let scene = Scene::new();

    scene.call(CURATOR, IDesk::setCapCall { riskId: risk_id("a"), absolute: U256::MAX, relativeWad: u(WAD.into()) });

    assert_eq!(scene.view(IDesk::capsCall {})[0].absolute, u((1 << 96) - 1));
}

#[test]
fn positions_are_registered_with_their_risk_ids() {
    let scene = Scene::new();
    let (first, _) = scene.position(&["a", "b"]);
    let (second, _) = scene.position(&["b", "c", "d"]);

    let positions = scene.view(IDesk::positionsCall {});
    assert_eq!(positions.iter().map(|p| p.adapter).collect::<Vec<_>>(), [first, second]);
    assert_eq!(positions[0].riskIds, ["a", "b"].map(risk_id));
    assert_eq!(positions[1].riskIds, ["b", "c", "d"].map(risk_id));
    let told = scene.world.events::<IDesk::PositionAdded>(VAULT).pop().expect("an event");
    assert_eq!((told.position, told.adapter, told.riskIds), (1, second, ["b", "c", "d"].map(risk_id).to_vec()));
    assert_eq!(scene.view(IDesk::capsCall {}).len(), 4);
}

#[test]
fn adapters_of_other_vaults_or_assets_or_registered_twice_are_refused() {
    let scene = Scene::new();
    let (known, _) = scene.position(&["a"]);
    let (stranger, other_asset) = (address(0x61), address(0x62));
    adapter::install(&scene.world, stranger, BOB, USDC);
    adapter::install(&scene.world, other_asset, VAULT, BOB);

    for at in [known, stranger, other_asset, BOB, Address::ZERO] {
        let call = IDesk::addPositionCall { adapter: at, riskIds: vec![risk_id("a")] };
        assert_eq!(refusal::<IDesk::InvalidAddress>(scene.try_call(CURATOR, call)).account, at);
    }
}

#[test]
fn risk_ids_of_a_position_are_given_distinct_and_few() {
    let scene = Scene::new();
    let at = address(0x61);
    adapter::install(&scene.world, at, VAULT, USDC);
    let add = |risk_ids: Vec<B256>| scene.try_call(CURATOR, IDesk::addPositionCall { adapter: at, riskIds: risk_ids });

    assert_eq!(refusal::<IDesk::InvalidRiskId>(add(vec![])).riskId, B256::ZERO);
    assert_eq!(refusal::<IDesk::InvalidRiskId>(add(vec![B256::ZERO])).riskId, B256::ZERO);
    assert_eq!(refusal::<IDesk::InvalidRiskId>(add(vec![risk_id("a"), risk_id("a")])).riskId, risk_id("a"));
    let nine = (1..=9).map(B256::with_last_byte).collect();
    let error = refusal::<IDesk::BoundExceeded>(add(nine));
    assert_eq!((error.value, error.bound), (u(9), u(8)));
    assert_eq!(add((1..=8).map(B256::with_last_byte).collect()), Ok(0));
}

#[test]
fn positions_and_risk_ids_are_bounded() {
    let scene = Scene::new();
    for number in 1..=64 {
        scene.cap(&format!("id {number}"), 1, 1);
    }
    let call = IDesk::setCapCall { riskId: risk_id("one more"), absolute: u(1), relativeWad: u(1) };
    assert_eq!(refusal::<IDesk::BoundExceeded>(scene.try_call(CURATOR, call)).bound, u(64));

    for number in 0..64 {
        let at = address(0x80 + number);
        adapter::install(&scene.world, at, VAULT, USDC);
        scene.call(CURATOR, IDesk::addPositionCall { adapter: at, riskIds: vec![risk_id("id 1")] });
    }
    let at = address(0x70);
    adapter::install(&scene.world, at, VAULT, USDC);
    let call = IDesk::addPositionCall { adapter: at, riskIds: vec![risk_id("id 1")] };
    assert_eq!(refusal::<IDesk::BoundExceeded>(scene.try_call(CURATOR, call)).bound, u(64));
}

#[test]
fn nobody_but_curator_and_owner_adds_positions() {
    for caller in [GUARDIAN, KEEPER, ALICE] {
        let scene = Scene::new();
        let call = IDesk::addPositionCall { adapter: BOB, riskIds: vec![risk_id("a")] };
        assert_eq!(refusal::<IDesk::NotAuthorized>(scene.try_call(caller, call)).caller, caller);
    }
}
