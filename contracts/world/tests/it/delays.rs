//! Announced changes: each way around a delay is refused.

use abi::{board::IBoard, desk::IDesk};
use alloy_primitives::{Address, B256, Bytes, FixedBytes, U256, keccak256};
use alloy_sol_types::SolCall;
use tenor_board::{DEFAULT_DELAY_SECS, EXPIRY_SECS, MAX_DELAY_SECS, MIN_DELAY_SECS};
use tenor_world::{CURATOR, GUARDIAN, KEEPER, OWNER, Scene, VAULT, WAD, change_id, refusal, risk_id, set_cap};

use crate::{ALICE, BOB, u};

const DAY: u64 = 86_400;
const DEFAULT: u64 = DEFAULT_DELAY_SECS as u64;

fn capped() -> Scene {
    let scene = Scene::new();
    scene.cap("a", 100, WAD / 2);
    scene.open();
    scene
}

fn raise() -> IBoard::setCapCall {
    set_cap("a", 101, WAD / 2)
}

fn absolute(scene: &Scene) -> U256 {
    scene.view(IDesk::capsCall {})[0].absolute
}

fn selector<C: SolCall>() -> FixedBytes<4> {
    C::SELECTOR.into()
}

fn delay(secs: u64) -> IBoard::setDelayCall {
    IBoard::setDelayCall { selector: selector::<IBoard::setCapCall>(), secs: U256::from(secs) }
}

#[test]
fn an_announced_change_is_made_by_anyone_at_its_time_and_not_a_second_before() {
    let scene = capped();
    let announced_at = scene.world.now_secs();
    scene.submit(CURATOR, &raise()).expect("announced");
    assert_eq!(scene.executable_at(&raise()), announced_at + DEFAULT);
    let told = scene.world.events::<IBoard::Submitted>(VAULT).pop().expect("an event");
    assert_eq!((told.id, told.selector), (change_id(&raise()), selector::<IBoard::setCapCall>()));
    assert_eq!((told.data, told.executableAt), (raise().abi_encode().into(), U256::from(announced_at + DEFAULT)));

    scene.world.pass(DEFAULT - 1);
    for caller in [OWNER, CURATOR, GUARDIAN, ALICE] {
        let error = refusal::<IBoard::NotReady>(scene.try_call(caller, raise()));
        assert_eq!((error.id, error.executableAt), (change_id(&raise()), U256::from(announced_at + DEFAULT)));
        assert_eq!(error.now_, U256::from(announced_at + DEFAULT - 1));
    }
    scene.world.pass(1);
    scene.call(ALICE, raise());

    assert_eq!(absolute(&scene), u(101));
    let told = scene.world.events::<IBoard::Executed>(VAULT).pop().expect("an event");
    assert_eq!((told.id, told.by), (change_id(&raise()), ALICE));
}

#[test]
fn a_change_is_made_once() {
    let scene = capped();
    scene.announce(CURATOR, &raise());
    scene.call(ALICE, raise());
    scene.cap("a", 50, WAD / 2);

    assert_eq!(refusal::<IBoard::NotReady>(scene.try_call(ALICE, raise())).executableAt, U256::ZERO);
    assert_eq!(absolute(&scene), u(50));
}

#[test]
fn a_change_expires_thirty_days_after_its_time() {
    let scene = capped();
    scene.announce(CURATOR, &raise());
    scene.world.pass(EXPIRY_SECS);
    assert_ne!(scene.executable_at(&raise()), 0);

    scene.world.pass(1);

    assert_eq!(scene.executable_at(&raise()), 0);
    refusal::<IBoard::NotReady>(scene.try_call(OWNER, raise()));
    scene.announce(CURATOR, &raise());
    scene.call(ALICE, raise());
}

#[test]
fn announcing_again_does_not_move_the_time() {
    let scene = capped();
    scene.submit(CURATOR, &raise()).expect("announced");
    let at = scene.executable_at(&raise());
    scene.world.pass(DAY);

    let error = refusal::<IBoard::AlreadySubmitted>(scene.submit(OWNER, &raise()));
    assert_eq!((error.id, error.executableAt), (change_id(&raise()), U256::from(at)));
    assert_eq!(scene.executable_at(&raise()), at);
}

#[test]
fn a_change_that_needs_no_wait_any_more_is_used_up_when_it_is_made() {
    let scene = capped();
    scene.announce(CURATOR, &raise());
    scene.govern(CURATOR, set_cap("a", 200, WAD / 2));

    refusal::<IDesk::NotAuthorized>(scene.try_call(ALICE, raise()));
    scene.call(GUARDIAN, raise());

    assert_eq!((absolute(&scene), scene.executable_at(&raise())), (u(101), 0));
    scene.cap("a", 1, 1);
    refusal::<IBoard::NotReady>(scene.try_call(ALICE, raise()));
}

#[test]
fn what_was_announced_is_what_is_made() {
    let scene = capped();
    scene.announce(CURATOR, &raise());

    for other in [set_cap("a", 102, WAD / 2), set_cap("a", 101, WAD), set_cap("b", 101, WAD / 2)] {
        assert_eq!(refusal::<IBoard::NotReady>(scene.try_call(CURATOR, other)).executableAt, U256::ZERO);
    }
}

#[test]
fn calldata_that_is_not_canonical_is_refused() {
    let scene = capped();
    let position =
        IBoard::addPositionCall { adapter: BOB, riskIds: vec![risk_id("a")], instantBps: 0, depthBps: 0, slackBps: 0 };
    let code = IBoard::admitCodeCall { codehash: B256::repeat_byte(1), admitted: true }.abi_encode();
    let curator = IBoard::setCuratorCall { account: BOB }.abi_encode();
    let terms = IBoard::setTermsCall { position: 0, instantBps: 0, depthBps: 0, slackBps: 0 }.abi_encode();
    let with = |data: &[u8], at: usize, byte: u8| {
        let mut data = data.to_vec();
        data[at] = byte;
        data
    };
    let malformed = [
        [raise().abi_encode(), vec![0]].concat(),
        [raise().abi_encode(), vec![0; 32]].concat(),
        raise().abi_encode()[..99].to_vec(),
        with(&code, 67, 2),
        with(&code, 36, 1),
        with(&curator, 4, 1),
        with(&terms, 4, 1),
        with(&terms, 36, 1),
        with(&delay(DAY).abi_encode(), 8, 1),
        // The ids a word further on, behind a word of anything.
        {
            let mut data = with(&position.abi_encode(), 67, 192);
            data.splice(164..164, [7; 32]);
            data
        },
        [position.abi_encode(), vec![0; 32]].concat(),
        vec![],
        vec![1, 2, 3],
    ];
    for data in malformed {
        assert_eq!(scene.submit_raw(OWNER, data.clone()), Err(Vec::new()), "{data:?}");
        assert_eq!(scene.world.call_raw(OWNER, VAULT, data), Err(Vec::new()));
    }
}

#[test]
fn only_governed_changes_can_be_announced_delayed_and_given_up() {
    let scene = capped();
    let pause = IBoard::pauseCall { secs: u(1) };
    let deposit = abi::vault::IVault::depositCall { assets: u(1), receiver: BOB };
    let nested = IBoard::submitCall { data: raise().abi_encode().into() };
    for data in [pause.abi_encode(), deposit.abi_encode(), nested.abi_encode(), IBoard::openCall {}.abi_encode()] {
        let error = refusal::<IBoard::UnknownFunction>(scene.submit_raw(OWNER, data.clone()));
        assert_eq!(error.selector.as_slice(), &data[..4]);
    }
    for selector in [selector::<IBoard::pauseCall>(), selector::<abi::vault::IVault::redeemCall>()] {
        let call = IBoard::setDelayCall { selector, secs: U256::from(DAY) };
        assert_eq!(refusal::<IBoard::UnknownFunction>(scene.try_call(OWNER, call)).selector, selector);
        refusal::<IBoard::UnknownFunction>(scene.try_call(OWNER, IBoard::abdicateCall { selector }));
        refusal::<IBoard::UnknownFunction>(scene.world.view(VAULT, &IBoard::delayCall { selector }));
    }
    let of_itself = IBoard::setDelayCall { selector: selector::<IBoard::setDelayCall>(), secs: U256::from(DAY) };
    refusal::<IBoard::UnknownFunction>(scene.try_call(OWNER, of_itself));
}

#[test]
fn nothing_is_announced_before_the_vault_is_open() {
    let scene = Scene::new();
    scene.cap("a", 100, WAD / 2);
    refusal::<IBoard::NotOpen>(scene.submit(CURATOR, &raise()));
    refusal::<IBoard::NotOpen>(scene.submit(OWNER, &IBoard::setCuratorCall { account: BOB }));
    scene.world.pass(10 * DAY);
    scene.open();

    refusal::<IBoard::NotReady>(scene.try_call(CURATOR, raise()));
}

#[test]
fn delays_are_at_least_a_day_beyond_the_longest_exit_at_most_thirty_days_and_three_by_default() {
    let scene = capped();
    let of =
        |scene: &Scene| -> u64 { scene.view(IBoard::delayCall { selector: selector::<IBoard::setCapCall>() }).to() };
    assert_eq!((of(&scene), MIN_DELAY_SECS, MAX_DELAY_SECS), (3 * DAY, 86_400, 30 * 86_400));

    for secs in [0, DAY - 1, 30 * DAY + 1, (1 << 32) + 3 * DAY, u64::MAX] {
        for result in [scene.try_call(OWNER, delay(secs)).map(|_| ()), scene.submit(OWNER, &delay(secs))] {
            let error = refusal::<IBoard::DelayOutOfBounds>(result);
            assert_eq!((error.secs, error.least, error.most), (U256::from(secs), u(86_400), u(30 * 86_400)));
        }
    }
    scene.call(OWNER, delay(30 * DAY));
    assert_eq!(of(&scene), 30 * DAY);
    let told = scene.world.events::<IBoard::DelaySet>(VAULT).pop().expect("an event");
    assert_eq!((told.selector, told.secs), (selector::<IBoard::setCapCall>(), U256::from(30 * DAY)));
}

#[test]
fn before_the_vault_is_open_no_delay_goes_below_the_least_either() {
    let scene = Scene::new();

    refusal::<IBoard::DelayOutOfBounds>(scene.try_call(OWNER, delay(0)));
    scene.call(OWNER, delay(DAY));
}

#[test]
fn a_shorter_delay_waits_for_the_one_that_it_shortens() {
    let scene = capped();
    scene.call(OWNER, delay(20 * DAY));
    let shorten = delay(DAY);

    refusal::<IBoard::NotReady>(scene.try_call(OWNER, shorten.clone()));
    scene.submit(OWNER, &shorten).expect("announced");
    assert_eq!(scene.executable_at(&shorten), scene.world.now_secs() + 20 * DAY);
    // Meanwhile a change still waits for the long one, also when the shorter one comes first.
    scene.world.pass(19 * DAY);
    scene.submit(CURATOR, &raise()).expect("announced");
    scene.world.pass(DAY);
    scene.call(BOB, shorten);
    refusal::<IBoard::NotReady>(scene.try_call(CURATOR, raise()));
    scene.world.pass(18 * DAY);
    refusal::<IBoard::NotReady>(scene.try_call(CURATOR, raise()));
    scene.world.pass(DAY);
    scene.call(CURATOR, raise());
}

#[test]
fn what_was_announced_under_a_shorter_delay_keeps_its_time() {
    let scene = capped();
    scene.submit(CURATOR, &raise()).expect("announced");
    scene.call(OWNER, delay(30 * DAY));
    scene.world.pass(DEFAULT);

    scene.call(BOB, raise());
}

#[test]
fn an_abdicated_power_is_gone_for_announcing_making_and_what_was_announced_before() {
    let scene = capped();
    scene.announce(CURATOR, &raise());
    let call = IBoard::abdicateCall { selector: selector::<IBoard::setCapCall>() };
    scene.call(OWNER, call.clone());
    assert_eq!(scene.world.events::<IBoard::Abdicated>(VAULT).pop().expect("an event").selector, call.selector);
    assert!(scene.view(IBoard::isAbdicatedCall { selector: call.selector }));

    for result in [
        scene.try_call(BOB, raise()).map(|_| ()),
        scene.try_call(OWNER, raise()).map(|_| ()),
        scene.submit(OWNER, &raise()),
        scene.submit(CURATOR, &set_cap("b", 1, 1)),
    ] {
        assert_eq!(refusal::<IBoard::AbdicatedFunction>(result).selector, call.selector);
    }
    scene.call(GUARDIAN, set_cap("a", 1, 1));
    scene.call(OWNER, delay(30 * DAY));
    assert!(scene.view(IBoard::isAbdicatedCall { selector: call.selector }), "a delay brings nothing back");
}

#[test]
fn the_power_to_shorten_delays_can_be_abdicated() {
    let scene = capped();
    scene.announce(OWNER, &delay(DAY));
    scene.call(OWNER, IBoard::abdicateCall { selector: selector::<IBoard::setDelayCall>() });

    refusal::<IBoard::AbdicatedFunction>(scene.try_call(OWNER, delay(DAY)));
    scene.call(OWNER, delay(4 * DAY));
}

#[test]
fn an_abdication_before_opening_holds_at_once() {
    let scene = Scene::new();
    scene.cap("a", 100, WAD / 2);
    scene.call(OWNER, IBoard::abdicateCall { selector: selector::<IBoard::setCapCall>() });

    refusal::<IBoard::AbdicatedFunction>(scene.try_call(OWNER, raise()));
}

#[test]
fn an_offer_that_was_made_is_void_once_offering_is_abdicated() {
    let scene = capped();
    scene.govern(OWNER, IBoard::offerOwnershipCall { candidate: BOB });
    scene.call(OWNER, IBoard::abdicateCall { selector: selector::<IBoard::offerOwnershipCall>() });

    refusal::<IBoard::AbdicatedFunction>(scene.try_call(BOB, IBoard::takeOwnershipCall {}));
    assert_eq!(scene.view(IBoard::ownerCall {}), OWNER);
}

#[test]
fn owner_curator_and_guardians_take_an_announced_change_back() {
    for by in [OWNER, CURATOR, GUARDIAN] {
        let scene = capped();
        scene.announce(CURATOR, &raise());

        scene.revoke(by, &raise()).expect("taken back");

        let told = scene.world.events::<IBoard::Revoked>(VAULT).pop().expect("an event");
        assert_eq!((told.id, told.by), (change_id(&raise()), by));
        refusal::<IBoard::NotReady>(scene.try_call(CURATOR, raise()));
        refusal::<IBoard::NotReady>(scene.revoke(by, &raise()));
    }
}

#[test]
fn strangers_and_keepers_take_nothing_back() {
    let scene = capped();
    scene.announce(CURATOR, &raise());

    for by in [KEEPER, ALICE, Address::ZERO] {
        assert_eq!(refusal::<IDesk::NotAuthorized>(scene.revoke(by, &raise())).role, risk_id("guardian"));
    }
    scene.call(ALICE, raise());
}

#[test]
fn nobody_keeps_himself_in_office() {
    let calls = [
        IBoard::setGuardianCall { account: GUARDIAN, granted: false }.abi_encode(),
        IBoard::setCuratorCall { account: BOB }.abi_encode(),
        IBoard::offerOwnershipCall { candidate: BOB }.abi_encode(),
    ];
    for data in calls {
        let scene = capped();
        scene.submit_raw(OWNER, data.clone()).expect("announced");
        let id = keccak256(&data);
        for by in [GUARDIAN, CURATOR] {
            let error = refusal::<IDesk::NotAuthorized>(scene.try_call(by, IBoard::revokeCall { id }));
            assert_eq!(error.role, risk_id("owner"));
        }
        scene.world.pass(DEFAULT);
        scene.world.call_raw(BOB, VAULT, data.clone()).expect("it is made");

        let scene = capped();
        scene.submit_raw(OWNER, data).expect("announced");
        scene.call(OWNER, IBoard::revokeCall { id });
    }
}

#[test]
fn what_a_removed_curator_announced_stays_until_it_is_taken_back() {
    let scene = capped();
    scene.submit(CURATOR, &raise()).expect("announced");
    scene.submit(CURATOR, &set_cap("a", 102, WAD)).expect("announced");
    scene.call(OWNER, IBoard::setCuratorCall { account: Address::ZERO });
    scene.revoke(GUARDIAN, &set_cap("a", 102, WAD)).expect("taken back");
    scene.world.pass(DEFAULT);

    scene.call(ALICE, raise());
    refusal::<IBoard::NotReady>(scene.try_call(CURATOR, set_cap("a", 102, WAD)));
    refusal::<IDesk::NotAuthorized>(scene.submit(CURATOR, &set_cap("a", 103, WAD)));
}

#[test]
fn a_keeper_governs_nothing() {
    let scene = capped();
    for data in [
        raise().abi_encode(),
        set_cap("a", 0, 0).abi_encode(),
        scene.grant(KEEPER, u64::MAX, WAD, 10 * WAD).abi_encode(),
        IBoard::setCuratorCall { account: KEEPER }.abi_encode(),
    ] {
        refusal::<IDesk::NotAuthorized>(scene.submit_raw(KEEPER, data));
    }
    refusal::<IDesk::NotAuthorized>(scene.try_call(KEEPER, set_cap("a", 0, 0)));
    refusal::<IDesk::NotAuthorized>(scene.try_call(KEEPER, IBoard::pauseCall { secs: u(1) }));
}

#[test]
fn a_change_made_while_a_call_is_under_way_is_refused() {
    let scene = Scene::new();
    let (_, hook) = scene.position(&["a"]);
    scene.cap("b", 1, 1);
    scene.endow(ALICE, 100);
    let matured = set_cap("b", 2, 2);
    scene.announce(CURATOR, &matured);
    scene.heartbeat();
    let take_back = IBoard::revokeCall { id: change_id(&matured) };
    for data in [matured.abi_encode(), take_back.abi_encode(), set_cap("b", 0, 0).abi_encode()] {
        *hook.borrow_mut() = Some((VAULT, data));
        scene.rebalance(&[(0, 1)]).expect("within caps");
        let fired = scene.world.peek(scene.view(IDesk::positionsCall {})[0].adapter, tenor_world::mock::HOOK_RESULT);
        assert_eq!(fired, U256::ONE, "refused");
    }
    scene.call(BOB, matured);
}

#[test]
fn the_id_of_a_change_is_the_hash_of_its_calldata() {
    let scene = capped();
    let data = Bytes::from(raise().abi_encode());

    assert_eq!(scene.view(IBoard::changeIdCall { data: data.clone() }), keccak256(&data));
    assert_eq!(scene.view(IBoard::changeIdCall { data: Bytes::new() }), keccak256([]));
}

#[test]
fn an_exit_is_open_at_every_stage_of_a_change() {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.endow(ALICE, 1_000_000);
    let withdraw = |scene: &Scene| {
        let call = abi::vault::IVault::withdrawCall { assets: u(1), receiver: ALICE, owner: ALICE };
        scene.call(ALICE, call);
    };
    let call = IBoard::setCuratorCall { account: BOB };
    scene.submit(OWNER, &call).expect("announced");
    withdraw(&scene);
    scene.call(GUARDIAN, IBoard::pauseCall { secs: u(7 * 86_400) });
    scene.call(GUARDIAN, IBoard::tripByWordCall { riskId: risk_id("a") });
    withdraw(&scene);
    scene.world.pass(DEFAULT);
    scene.call(ALICE, call);
    withdraw(&scene);
}
