//! Roles and parameters: who may set what, in which direction, within which bounds, and what is told.

use abi::{
    board::IBoard::{self, Breaker},
    desk::IDesk,
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use tenor_world::{BOARD, CURATOR, GUARDIAN, KEEPER, OWNER, Scene, Terms, VAULT, WAD, add, refusal, risk_id, set_cap};

use crate::{ALICE, BOB, u};

const ALL: [Address; 5] = [OWNER, CURATOR, GUARDIAN, KEEPER, ALICE];
const DAY: u64 = 86_400;

/// One position, ids "a" in nothing and "b" in "c", every parameter in the middle of its range.
fn governed() -> Scene {
    let scene = Scene::new();
    scene.position_on(&["a"], Terms { instant_bps: 50, depth_bps: 50, slack_bps: 50 });
    scene.cap("a", 100, WAD / 2);
    scene.cap("b", 100, WAD / 2);
    scene.cap("c", 100, WAD / 2);
    scene.call(CURATOR, nest("b", "c", true));
    scene.liquidity(WAD / 10, WAD / 5);
    scene.budgets(WAD / 100, WAD);
    scene.open();
    scene
}

fn nest(id: &str, parent: &str, nested: bool) -> IBoard::nestCall {
    IBoard::nestCall { riskId: risk_id(id), parent: risk_id(parent), nested }
}

fn terms(instant_bps: u16, depth_bps: u16, slack_bps: u16) -> IBoard::setTermsCall {
    IBoard::setTermsCall { position: 0, instantBps: instant_bps, depthBps: depth_bps, slackBps: slack_bps }
}

fn liquidity(floor_wad: u64, cover_wad: u64) -> IBoard::setLiquidityCall {
    IBoard::setLiquidityCall { floorWad: U256::from(floor_wad), coverWad: U256::from(cover_wad) }
}

fn budgets(loss_wad: u64, turnover_wad: u64) -> IBoard::setBudgetsCall {
    IBoard::setBudgetsCall { lossWad: U256::from(loss_wad), turnoverWad: U256::from(turnover_wad) }
}

fn secs(days: u64) -> U256 {
    U256::from(days * DAY)
}

/// Demands that exactly these may make the change at once, and that each time the revision moves by one.
fn at_once<C: SolCall + Clone>(allowed: &[Address], call: C, role: &str) {
    for caller in ALL {
        let scene = governed();
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

/// Demands that nobody may make the change at once, exactly these may announce it, and then anyone may make it.
fn after_a_wait<C: SolCall + Clone>(allowed: &[Address], call: C, role: &str) {
    for caller in ALL {
        let scene = governed();
        let error = refusal::<IBoard::NotReady>(scene.try_call(caller, call.clone()));
        assert_eq!(error.executableAt, U256::ZERO, "{}", C::SIGNATURE);
        if allowed.contains(&caller) {
            scene.announce(caller, &call);
            let revision = scene.view(IDesk::revisionCall {});
            scene.call(BOB, call.clone());
            assert_eq!(scene.view(IDesk::revisionCall {}), revision + U256::ONE);
        } else {
            let error = refusal::<IDesk::NotAuthorized>(scene.submit(caller, &call));
            assert_eq!((error.caller, error.role), (caller, risk_id(role)), "{}", C::SIGNATURE);
        }
    }
}

#[test]
fn the_owner_alone_takes_risk_out_of_roles_gains_time_budgets_and_code() {
    let none = Address::ZERO;
    at_once(&[OWNER], IBoard::setCuratorCall { account: none }, "owner");
    at_once(&[OWNER], IBoard::setCuratorCall { account: CURATOR }, "owner");
    at_once(&[OWNER], IBoard::setGuardianCall { account: BOB, granted: true }, "owner");
    at_once(&[OWNER], IBoard::setGuardianCall { account: BOB, granted: false }, "owner");
    at_once(&[OWNER], IBoard::offerOwnershipCall { candidate: none }, "owner");
    at_once(&[OWNER], IBoard::setMaxRateCall { rateWad: u(WAD.into()) }, "owner");
    at_once(&[OWNER], IBoard::setEpochCall { secs: secs(1) }, "owner");
    at_once(&[OWNER], IBoard::setSilenceCall { secs: secs(7) }, "owner");
    at_once(&[OWNER], budgets(WAD / 100, WAD), "owner");
    at_once(&[OWNER], IBoard::admitCodeCall { codehash: B256::repeat_byte(1), admitted: false }, "owner");
    let selector = IBoard::setCapCall::SELECTOR.into();
    at_once(&[OWNER], IBoard::setDelayCall { selector, secs: secs(3) }, "owner");
    at_once(&[OWNER], IBoard::abdicateCall { selector }, "owner");
    at_once(&[], IBoard::takeOwnershipCall {}, "candidate");
}

#[test]
fn the_owner_alone_adds_risk_by_roles_gains_time_budgets_and_code_and_slowly() {
    after_a_wait(&[OWNER], IBoard::setCuratorCall { account: BOB }, "owner");
    after_a_wait(&[OWNER], IBoard::setGuardianCall { account: GUARDIAN, granted: false }, "owner");
    after_a_wait(&[OWNER], IBoard::offerOwnershipCall { candidate: BOB }, "owner");
    after_a_wait(&[OWNER], IBoard::setMaxRateCall { rateWad: u(WAD.into()) + U256::ONE }, "owner");
    after_a_wait(&[OWNER], IBoard::setMaxRateCall { rateWad: u(WAD.into()) - U256::ONE }, "owner");
    after_a_wait(&[OWNER], IBoard::setEpochCall { secs: secs(1) - U256::ONE }, "owner");
    after_a_wait(&[OWNER], IBoard::setEpochCall { secs: secs(1) + U256::ONE }, "owner");
    after_a_wait(&[OWNER], IBoard::setSilenceCall { secs: secs(7) + U256::ONE }, "owner");
    after_a_wait(&[OWNER], IBoard::setSilenceCall { secs: secs(7) - U256::ONE }, "owner");
    after_a_wait(&[OWNER], budgets(WAD / 100 + 1, 0), "owner");
    after_a_wait(&[OWNER], budgets(0, WAD + 1), "owner");
    after_a_wait(&[OWNER], IBoard::admitCodeCall { codehash: B256::repeat_byte(1), admitted: true }, "owner");
    let selector = IBoard::setCapCall::SELECTOR.into();
    after_a_wait(&[OWNER], IBoard::setDelayCall { selector, secs: secs(3) - U256::ONE }, "owner");
}

#[test]
fn guardians_too_take_risk_out_of_what_the_curator_governs() {
    let three = [OWNER, CURATOR, GUARDIAN];
    at_once(&three, set_cap("a", 100, WAD / 2), "curator");
    at_once(&three, set_cap("a", 99, WAD / 2), "curator");
    at_once(&three, set_cap("a", 100, 0), "curator");
    at_once(&three, terms(49, 50, 50), "curator");
    at_once(&three, terms(50, 0, 50), "curator");
    at_once(&three, nest("a", "c", true), "curator");
    at_once(&three, liquidity(WAD / 10 + 1, WAD), "curator");
    at_once(&three, Scene::new().grant(KEEPER, 0, 0, 0), "curator");
}

#[test]
fn what_is_no_relief_is_not_a_guardians_business() {
    let two = [OWNER, CURATOR];
    at_once(&two, set_cap("new", 0, 0), "curator");
    at_once(&two, nest("a", "b", false), "curator");
    let breaker = Breaker { confirmSecs: 60, tripSecs: 3600, ..none() };
    at_once(&two, IBoard::setBreakerCall { riskId: risk_id("a"), breaker }, "curator");
}

#[test]
fn curator_and_owner_add_risk_by_positions_terms_caps_nesting_liquidity_and_grants_and_slowly() {
    let two = [OWNER, CURATOR];
    for call in [terms(51, 0, 50), terms(0, 51, 50), terms(0, 0, 49), terms(0, 0, 51)] {
        after_a_wait(&two, call, "curator");
    }
    for call in [set_cap("a", 101, 0), set_cap("a", 0, WAD / 2 + 1), set_cap("new", 1, 0), set_cap("new", 0, 1)] {
        after_a_wait(&two, call, "curator");
    }
    after_a_wait(&two, nest("b", "c", false), "curator");
    after_a_wait(&two, liquidity(WAD / 10 - 1, WAD), "curator");
    after_a_wait(&two, liquidity(WAD, WAD / 5 - 1), "curator");
    after_a_wait(&two, Scene::new().grant(BOB, 1, 0, 0), "curator");
}

#[test]
fn a_position_waits_too() {
    let scene = Scene::opened();
    let (at, _) = {
        let other = Scene::new();
        other.adapter()
    };
    tenor_world::mock::adapter::install(&scene.world, at, VAULT, tenor_world::USDC);
    let codehash = scene.world.codehash(at);
    scene.govern(OWNER, IBoard::admitCodeCall { codehash, admitted: true });
    let call = add(at, &["a"], Terms::default());

    for caller in [GUARDIAN, KEEPER, ALICE] {
        refusal::<IDesk::NotAuthorized>(scene.submit(caller, &call));
        refusal::<IBoard::NotReady>(scene.try_call(caller, call.clone()));
    }
    scene.announce(CURATOR, &call);
    assert_eq!(scene.call(BOB, call), 0);
}

fn none() -> Breaker {
    Breaker {
        feed: Address::ZERO,
        minPriceWad: U256::ZERO,
        maxPriceWad: U256::ZERO,
        maxAgeSecs: 0,
        liquidBps: 0,
        confirmSecs: 0,
        tripSecs: 0,
    }
}

#[test]
fn ownership_passes_in_two_steps_the_first_of_which_waits() {
    let scene = Scene::opened();
    let offer = IBoard::offerOwnershipCall { candidate: BOB };
    scene.submit(OWNER, &offer).expect("announced");
    refusal::<IDesk::NotAuthorized>(scene.try_call(BOB, IBoard::takeOwnershipCall {}));
    scene.world.pass(3 * DAY);
    refusal::<IDesk::NotAuthorized>(scene.try_call(BOB, IBoard::takeOwnershipCall {}));
    scene.call(ALICE, offer);
    assert_eq!((scene.view(IBoard::ownerCall {}), scene.view(IBoard::pendingOwnerCall {})), (OWNER, BOB));
    let offered = scene.world.events::<IBoard::OwnershipOffered>(VAULT).pop().expect("an event");
    assert_eq!((offered.owner, offered.candidate), (OWNER, BOB));

    scene.call(BOB, IBoard::takeOwnershipCall {});

    assert_eq!((scene.view(IBoard::ownerCall {}), scene.view(IBoard::pendingOwnerCall {})), (BOB, Address::ZERO));
    assert_eq!(scene.world.events::<IBoard::OwnershipTaken>(VAULT).pop().expect("an event").owner, BOB);
    refusal::<IDesk::NotAuthorized>(scene.try_call(OWNER, budgets(0, 0)));
    refusal::<IDesk::NotAuthorized>(scene.try_call(BOB, IBoard::takeOwnershipCall {}));
}

#[test]
fn an_offer_that_was_withdrawn_cannot_be_taken() {
    let scene = Scene::opened();
    scene.govern(OWNER, IBoard::offerOwnershipCall { candidate: BOB });

    scene.call(OWNER, IBoard::offerOwnershipCall { candidate: Address::ZERO });

    refusal::<IDesk::NotAuthorized>(scene.try_call(BOB, IBoard::takeOwnershipCall {}));
}

#[test]
fn the_zero_address_has_no_role() {
    let scene = Scene::opened();
    scene.call(OWNER, IBoard::setCuratorCall { account: Address::ZERO });

    refusal::<IDesk::NotAuthorized>(scene.try_call(Address::ZERO, IBoard::takeOwnershipCall {}));
    refusal::<IDesk::NotAuthorized>(scene.submit(Address::ZERO, &set_cap("a", 1, 1)));
    let call = IBoard::setGuardianCall { account: Address::ZERO, granted: true };
    assert_eq!(refusal::<IDesk::InvalidAddress>(scene.try_call(OWNER, call)).account, Address::ZERO);
}

#[test]
fn roles_are_told_and_can_be_read() {
    let scene = Scene::new();
    scene.call(OWNER, IBoard::setCuratorCall { account: BOB });
    scene.call(OWNER, IBoard::setCuratorCall { account: Address::ZERO });
    scene.call(OWNER, IBoard::setGuardianCall { account: GUARDIAN, granted: false });

    let told: Vec<_> = scene.world.events::<IBoard::RoleSet>(VAULT);
    let facts: Vec<_> = told.iter().map(|e| (e.role, e.account, e.granted)).collect();
    assert_eq!(
        facts,
        [
            (risk_id("curator"), CURATOR, true),
            (risk_id("guardian"), GUARDIAN, true),
            (risk_id("curator"), BOB, true),
            (risk_id("curator"), Address::ZERO, false),
            (risk_id("guardian"), GUARDIAN, false),
        ]
    );
    assert_eq!(scene.view(IBoard::curatorCall {}), Address::ZERO);
    assert!(!scene.view(IBoard::isGuardianCall { account: GUARDIAN }));
}

#[test]
fn before_it_is_open_owner_and_curator_change_everything_at_once_and_a_guardian_does_not() {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.cap("a", 5, 5);
    scene.cap("a", 6, 6);
    scene.call(OWNER, IBoard::setGuardianCall { account: GUARDIAN, granted: true });

    refusal::<IDesk::NotAuthorized>(scene.try_call(GUARDIAN, set_cap("a", 7, 7)));
    refusal::<IDesk::NotAuthorized>(scene.try_call(CURATOR, IBoard::setMaxRateCall { rateWad: u(1) }));
    refusal::<IDesk::NotAuthorized>(scene.try_call(CURATOR, IBoard::openCall {}));
    assert!(!scene.view(IBoard::isOpenCall {}));
}

#[test]
fn it_opens_once() {
    let scene = Scene::new();
    refusal::<abi::vault::IVault::DepositsBlocked>(
        scene.try_call(ALICE, abi::vault::IVault::depositCall { assets: u(1), receiver: ALICE }),
    );

    scene.call(OWNER, IBoard::openCall {});

    assert!(scene.view(IBoard::isOpenCall {}));
    assert_eq!(scene.world.events::<IBoard::Opened>(VAULT).len(), 1);
    refusal::<IBoard::AlreadyOpen>(scene.try_call(OWNER, IBoard::openCall {}));
    scene.deposit(ALICE, 10);
}

#[test]
fn parameters_are_bounded() {
    let scene = Scene::new();
    scene.position(&["a"]);
    let wad = u128::from(WAD);
    let bound = |call: Result<(), Vec<u8>>| {
        let error = refusal::<IDesk::BoundExceeded>(call);
        (error.value, error.bound)
    };
    let owner = |call: IBoard::setBudgetsCall| scene.try_call(OWNER, call).map(|_| ());
    assert_eq!(bound(owner(budgets(WAD + 1, 0))), (u(wad + 1), u(wad)));
    assert_eq!(bound(owner(budgets(0, 10 * WAD + 1))), (u(10 * wad + 1), u(10 * wad)));
    let call = IBoard::setCapCall { riskId: risk_id("a"), absolute: u(1), relativeWad: u(wad + 1) };
    assert_eq!(bound(scene.try_call(CURATOR, call).map(|_| ())), (u(wad + 1), u(wad)));
    for call in [liquidity(WAD + 1, 0), liquidity(0, WAD + 1)] {
        assert_eq!(bound(scene.try_call(CURATOR, call).map(|_| ())), (u(wad + 1), u(wad)));
    }
    for call in [terms(10_001, 0, 0), terms(0, 10_001, 0), terms(0, 0, 10_001)] {
        assert_eq!(bound(scene.try_call(CURATOR, call).map(|_| ())), (u(10_001), u(10_000)));
    }
    for (asked, bounds) in [(0, 3600), (3599, 3600), (30 * DAY + 1, 30 * DAY), ((1 << 32) + DAY, 30 * DAY)] {
        let call = IBoard::setEpochCall { secs: U256::from(asked) };
        assert_eq!(bound(scene.try_call(OWNER, call).map(|_| ())), (U256::from(asked), U256::from(bounds)));
    }
    for (asked, bounds) in [(0, 3600), (90 * DAY + 1, 90 * DAY), (u64::MAX, 90 * DAY)] {
        let call = IBoard::setSilenceCall { secs: U256::from(asked) };
        assert_eq!(bound(scene.try_call(OWNER, call).map(|_| ())), (U256::from(asked), U256::from(bounds)));
    }
    let call = IBoard::setMaxRateCall { rateWad: u(10 * wad + 1) };
    assert_eq!(bound(scene.try_call(OWNER, call).map(|_| ())), (u(10 * wad + 1), u(10 * wad)));
}

#[test]
fn parameters_are_told_as_they_are_stored() {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: u(7) });
    scene.call(OWNER, IBoard::setEpochCall { secs: secs(2) });
    scene.call(OWNER, IBoard::setSilenceCall { secs: secs(9) });
    scene.call(OWNER, budgets(3, 4));
    scene.call(CURATOR, liquidity(5, 6));
    scene.call(CURATOR, terms(1, 2, 3));
    scene.cap("a", u128::MAX, 8);

    let told = scene.world.events::<IBoard::MandateSet>(VAULT);
    let told: Vec<_> = told.iter().skip(1).map(|e| (e.what, e.value)).collect();
    assert_eq!(told, [(risk_id("maxRate"), u(7)), (risk_id("epoch"), secs(2)), (risk_id("silence"), secs(9))]);
    let told = scene.world.events::<IBoard::BudgetsSet>(VAULT).pop().expect("an event");
    assert_eq!((told.lossWad, told.turnoverWad), (u(3), u(4)));
    let told = scene.world.events::<IBoard::LiquiditySet>(VAULT).pop().expect("an event");
    assert_eq!((told.floorWad, told.coverWad), (u(5), u(6)));
    let told = scene.world.events::<IBoard::TermsSet>(VAULT).pop().expect("an event");
    assert_eq!((told.position, told.instantBps, told.depthBps, told.slackBps), (0, 1, 2, 3));
    let told = scene.world.events::<IBoard::CapSet>(VAULT).pop().expect("an event");
    assert_eq!((told.riskId, told.absolute, told.relativeWad), (risk_id("a"), u((1 << 96) - 1), u(8)));
    let mandate = scene.view(IDesk::mandateCall {});
    assert_eq!((mandate.lossWad, mandate.turnoverWad), (u(3), u(4)));
    assert_eq!((mandate.liquidityFloorWad, mandate.liquidityCoverWad), (u(5), u(6)));
    assert_eq!((mandate.epochSecs, mandate.silenceSecs), (secs(2), secs(9)));
    assert_eq!(scene.book().maxRateWad, u(7));
}

#[test]
fn at_its_own_address_the_board_obeys_nobody() {
    let scene = Scene::new();
    for caller in [Address::ZERO, OWNER, BOARD, VAULT] {
        let open = scene.world.call(caller, BOARD, &IBoard::openCall {});
        assert_eq!(refusal::<IDesk::NotAuthorized>(open).caller, caller);
        refusal::<IDesk::NotAuthorized>(scene.world.call(caller, BOARD, &IBoard::pauseCall { secs: u(1) }));
        refusal::<IDesk::NotAuthorized>(scene.world.call(caller, BOARD, &set_cap("a", 0, 0)));
        refusal::<IBoard::NotReady>(scene.world.call(caller, BOARD, &set_cap("a", 1, 1)));
    }
}
