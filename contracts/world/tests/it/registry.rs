//! Positions, code, risk ids and what is nested in what.

use abi::{board::IBoard, desk::IDesk};
use alloy_primitives::{Address, B256, U256};
use host::ISOLATED_GAS;
use tenor_world::{
    BOARD, COMMONS, COVENANTS, CURATOR, DESK, LENS, OWNER, REHEARSAL, Scene, Terms, USDC, VAULT, WAD, add, address,
    mock::{adapter, arb},
    refusal, risk_id,
};

use crate::{ALICE, BOB, ONE, UNIT, u};

const DAY: u64 = 86_400;

fn nest(id: &str, parent: &str, nested: bool) -> IBoard::nestCall {
    IBoard::nestCall { riskId: risk_id(id), parent: risk_id(parent), nested }
}

fn ids(scene: &Scene, position: usize) -> Vec<B256> {
    scene.view(IDesk::positionsCall {})[position].riskIds.clone()
}

fn ancestors(scene: &Scene, id: &str) -> Vec<B256> {
    scene.view(IBoard::ancestorsCall { riskId: risk_id(id) })
}

fn named(names: &[&str]) -> Vec<B256> {
    names.iter().map(|name| risk_id(name)).collect()
}

/// A vault with an adapter of admitted code that is not registered.
fn prepared() -> (Scene, Address) {
    let scene = Scene::new();
    let (at, _) = scene.adapter();
    (scene, at)
}

#[test]
fn positions_are_registered_with_their_risk_ids_and_terms() {
    let scene = Scene::new();
    let (first, _) = scene.position(&["a", "b"]);
    let (second, _) = scene.position_on(&["b", "c", "d"], Terms { instant_bps: 1, depth_bps: 2, slack_bps: 3 });

    let positions = scene.view(IDesk::positionsCall {});
    assert_eq!(positions.iter().map(|p| p.adapter).collect::<Vec<_>>(), [first, second]);
    assert_eq!((ids(&scene, 0), ids(&scene, 1)), (named(&["a", "b"]), named(&["b", "c", "d"])));
    let told = scene.world.events::<IBoard::PositionAdded>(VAULT).pop().expect("an event");
    assert_eq!((told.position, told.adapter, told.riskIds), (1, second, named(&["b", "c", "d"])));
    assert_eq!(told.codehash, scene.world.codehash(second));
    assert_eq!((told.instantBps, told.depthBps, told.slackBps), (1, 2, 3));
    let terms = &positions[1].terms;
    assert_eq!((terms.instantBps, terms.depthBps, terms.slackBps), (1, 2, 3));
    assert_eq!(scene.view(IDesk::capsCall {}).len(), 4);
}

#[test]
fn an_id_that_was_never_named_before_gets_a_cap_of_zero() {
    let (scene, at) = prepared();

    assert_eq!(scene.call(CURATOR, add(at, &["new"], Terms::default())), 0);

    let cap = &scene.view(IDesk::capsCall {})[0];
    assert_eq!((cap.riskId, cap.absolute, cap.relativeWad), (risk_id("new"), U256::ZERO, U256::ZERO));
    assert_eq!(ancestors(&scene, "new"), named(&["new"]));
}

#[test]
fn an_adapter_is_admitted_by_the_hash_of_its_code() {
    let scene = Scene::new();
    let at = address(0x61);
    adapter::install(&scene.world, at, VAULT, USDC);
    let codehash = scene.world.codehash(at);
    let call = add(at, &["a"], Terms::default());

    let error = refusal::<IBoard::CodeNotAdmitted>(scene.try_call(CURATOR, call.clone()));
    assert_eq!((error.account, error.codehash), (at, codehash));
    scene.call(OWNER, IBoard::admitCodeCall { codehash, admitted: true });
    assert!(scene.view(IBoard::isCodeAdmittedCall { codehash }));
    let told = scene.world.events::<IBoard::CodeAdmitted>(VAULT).pop().expect("an event");
    assert_eq!((told.codehash, told.admitted), (codehash, true));
    scene.call(CURATOR, call);
}

#[test]
fn other_code_at_the_address_that_was_announced_is_refused_when_the_position_is_made() {
    let (scene, at) = prepared();
    scene.open();
    let call = add(at, &["a"], Terms::default());
    scene.announce(CURATOR, &call);
    scene.world.install(at, |_, _| Err(b"another program".to_vec()));

    refusal::<IBoard::CodeNotAdmitted>(scene.try_call(BOB, call));
}

#[test]
fn code_whose_admission_was_withdrawn_is_refused_when_the_position_is_made() {
    let (scene, at) = prepared();
    scene.open();
    let call = add(at, &["a"], Terms::default());
    scene.announce(CURATOR, &call);
    scene.call(OWNER, IBoard::admitCodeCall { codehash: scene.world.codehash(at), admitted: false });

    refusal::<IBoard::CodeNotAdmitted>(scene.try_call(BOB, call));
}

#[test]
fn an_adapter_that_holds_something_or_does_not_answer_is_refused_when_it_is_announced_and_when_it_is_made() {
    let faults: [fn(&Scene, Address); 3] = [
        |scene, at| scene.world.poke(at, adapter::UNITS, U256::ONE),
        |scene, at| scene.world.poke(at, adapter::FAULTS, U256::from(adapter::NO_VALUE)),
        |scene, at| scene.world.poke(at, adapter::FAULTS, U256::from(adapter::SHORT)),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        let (scene, at) = prepared();
        scene.open();
        let call = add(at, &["a"], Terms::default());
        let check = |result: Result<(), Vec<u8>>| {
            if number == 0 {
                let error = refusal::<IDesk::BoundExceeded>(result);
                assert_eq!((error.value, error.bound), (U256::ONE, U256::ZERO));
            } else {
                assert_eq!(refusal::<IDesk::AdapterCallFailed>(result).adapter, at);
            }
        };
        scene.announce(CURATOR, &call);
        fault(&scene, at);
        check(scene.try_call(BOB, call).map(|_| ()));
        check(scene.submit(CURATOR, &add(at, &["b"], Terms::default())));
    }
}

#[test]
fn an_adapter_is_asked_with_bounded_gas() {
    let (scene, at) = prepared();

    scene.call(CURATOR, add(at, &["a"], Terms::default()));

    assert_eq!(scene.world.gas_given(at), ISOLATED_GAS);
    let (other, _) = scene.adapter();
    scene.world.poke(other, adapter::FAULTS, U256::from(adapter::BURN));
    refusal::<IDesk::InvalidAddress>(scene.try_call(CURATOR, add(other, &["a"], Terms::default())));
}

#[test]
fn adapters_of_other_vaults_or_assets_or_registered_twice_are_refused() {
    let scene = Scene::new();
    let (known, _) = scene.position(&["a"]);
    let (stranger, other_asset) = (address(0x61), address(0x62));
    adapter::install(&scene.world, stranger, BOB, USDC);
    adapter::install(&scene.world, other_asset, VAULT, BOB);

    for at in [known, stranger, other_asset] {
        let result = scene.try_call(CURATOR, add(at, &["a"], Terms::default()));
        assert_eq!(refusal::<IDesk::InvalidAddress>(result).account, at);
    }
    for at in [BOB, Address::ZERO] {
        let result = scene.try_call(CURATOR, add(at, &["a"], Terms::default()));
        assert_eq!(refusal::<IBoard::CodeNotAdmitted>(result).account, at);
    }
}

#[test]
fn one_adapter_announced_twice_is_registered_once() {
    let (scene, at) = prepared();
    scene.open();
    let (first, second) = (add(at, &["a"], Terms::default()), add(at, &["b"], Terms::default()));
    scene.submit(CURATOR, &first).expect("announced");
    scene.submit(CURATOR, &second).expect("announced");
    scene.world.pass(3 * DAY);
    scene.call(BOB, first);

    refusal::<IDesk::InvalidAddress>(scene.try_call(BOB, second));
}

#[test]
fn risk_ids_of_a_position_are_given_and_distinct() {
    let (scene, at) = prepared();
    let try_add = |names: &[&str]| scene.try_call(CURATOR, add(at, names, Terms::default()));

    assert_eq!(refusal::<IDesk::InvalidRiskId>(try_add(&[])).riskId, B256::ZERO);
    assert_eq!(refusal::<IDesk::InvalidRiskId>(try_add(&[""])).riskId, B256::ZERO);
    assert_eq!(refusal::<IDesk::InvalidRiskId>(try_add(&["a", "b", "a"])).riskId, risk_id("a"));
    let result = scene.try_call(CURATOR, add(at, &["a"], Terms { instant_bps: 10_001, ..Terms::default() }));
    assert_eq!(refusal::<IDesk::BoundExceeded>(result).bound, u(10_000));
}

#[test]
fn positions_and_risk_ids_are_bounded() {
    let scene = Scene::new();
    for number in 1..=64 {
        scene.cap(&format!("id {number}"), 1, 1);
    }
    let result = scene.try_call(CURATOR, tenor_world::set_cap("one more", 1, 1));
    assert_eq!(refusal::<IDesk::BoundExceeded>(result).bound, u(64));

    let every: Vec<String> = (1..=64).map(|number| format!("id {number}")).collect();
    let every: Vec<&str> = every.iter().map(String::as_str).collect();
    for _ in 0..64 {
        let (at, _) = scene.adapter();
        scene.call(CURATOR, add(at, &every, Terms::default()));
    }
    assert_eq!(ids(&scene, 63).len(), 64);
    let (at, _) = scene.adapter();
    let result = scene.try_call(CURATOR, add(at, &["id 1"], Terms::default()));
    assert_eq!(refusal::<IDesk::BoundExceeded>(result).bound, u(64));
}

#[test]
fn what_counts_against_an_id_counts_against_all_that_it_is_nested_in() {
    let scene = Scene::new();
    scene.position(&["market"]);
    for id in ["issuer", "chain", "tier"] {
        scene.cap(id, u128::MAX, WAD);
    }
    scene.call(CURATOR, nest("issuer", "chain", true));
    scene.call(CURATOR, nest("market", "issuer", true));
    scene.call(CURATOR, nest("market", "tier", true));
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 10 * UNIT)]).expect("within caps");

    assert_eq!(ids(&scene, 0), named(&["market", "issuer", "chain", "tier"]));
    assert_eq!(ancestors(&scene, "issuer"), named(&["issuer", "chain"]));
    let exposures: Vec<U256> = scene.view(IDesk::capsCall {}).iter().map(|cap| cap.exposure).collect();
    assert_eq!(exposures, [u(10 * ONE); 4]);
    scene.cap("chain", 10 * ONE, WAD);
    let error = refusal::<IDesk::LimitBreached>(scene.rebalance(&[(0, 1)]));
    assert_eq!((error.limit, error.id), (0, risk_id("chain")));
}

#[test]
fn nesting_reaches_positions_registered_before_and_after() {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.cap("b", u128::MAX, WAD);
    scene.cap("c", u128::MAX, WAD);
    scene.call(CURATOR, nest("b", "c", true));
    scene.call(CURATOR, nest("a", "b", true));
    scene.position(&["a"]);
    assert_eq!((ids(&scene, 0), ids(&scene, 1)), (named(&["a", "b", "c"]), named(&["a", "b", "c"])));

    scene.open();
    scene.govern(CURATOR, nest("b", "c", false));
    assert_eq!((ids(&scene, 0), ids(&scene, 1)), (named(&["a", "b"]), named(&["a", "b"])));
    let told = scene.world.events::<IBoard::Nested>(VAULT).pop().expect("an event");
    assert_eq!((told.riskId, told.parent, told.nested), (risk_id("b"), risk_id("c"), false));
}

#[test]
fn an_id_reached_in_two_ways_stays_reached_when_one_is_cut() {
    let scene = Scene::new();
    scene.position(&["a"]);
    for id in ["b", "c", "top"] {
        scene.cap(id, u128::MAX, WAD);
    }
    for (id, parent) in [("a", "b"), ("a", "c"), ("b", "top"), ("c", "top")] {
        scene.call(CURATOR, nest(id, parent, true));
    }

    scene.call(CURATOR, nest("b", "top", false));
    assert_eq!(ids(&scene, 0), named(&["a", "b", "c", "top"]));
    scene.call(CURATOR, nest("c", "top", false));
    assert_eq!(ids(&scene, 0), named(&["a", "b", "c"]));
}

#[test]
fn a_position_named_under_a_parent_keeps_it_when_nesting_ends() {
    let scene = Scene::new();
    scene.position(&["a", "b"]);
    scene.call(CURATOR, nest("a", "b", true));
    scene.call(CURATOR, nest("a", "b", false));

    assert_eq!(ids(&scene, 0), named(&["a", "b"]));
}

#[test]
fn cycles_and_unknown_ids_are_refused() {
    let scene = Scene::new();
    for id in ["a", "b", "c"] {
        scene.cap(id, 1, 1);
    }
    scene.call(CURATOR, nest("a", "b", true));
    scene.call(CURATOR, nest("b", "c", true));
    let before = scene.world.storage();

    for (id, parent, culprit) in
        [("a", "a", "a"), ("b", "a", "a"), ("c", "a", "a"), ("c", "b", "b"), ("a", "x", "x"), ("x", "a", "x")]
    {
        let error = refusal::<IDesk::InvalidRiskId>(scene.try_call(CURATOR, nest(id, parent, true)));
        assert_eq!(error.riskId, risk_id(culprit));
    }
    assert_eq!(scene.world.storage(), before);
    scene.call(CURATOR, nest("a", "c", true));
}

#[test]
fn a_cycle_that_came_up_while_a_change_waited_is_refused_when_it_is_made() {
    let scene = Scene::new();
    for id in ["a", "b"] {
        scene.cap(id, 1, 1);
    }
    scene.open();
    let down = nest("a", "b", true);
    scene.announce(CURATOR, &down);
    scene.call(CURATOR, nest("b", "a", true));

    refusal::<IDesk::InvalidRiskId>(scene.try_call(CURATOR, down));
}

#[test]
fn the_deepest_nesting_of_the_fullest_vault_is_recomputed() {
    let scene = Scene::new();
    let name = |number: usize| format!("id {number}");
    for number in 0..64 {
        scene.cap(&name(number), 1, 1);
    }
    for number in 0..64 {
        let (at, _) = scene.adapter();
        scene.call(CURATOR, add(at, &[&name(number)], Terms::default()));
    }
    for number in (1..64).rev() {
        scene.call(CURATOR, nest(&name(number - 1), &name(number), true));
    }

    assert_eq!((ids(&scene, 0).len(), ids(&scene, 63).len()), (64, 1));
    scene.call(CURATOR, nest(&name(31), &name(32), false));
    assert_eq!((ids(&scene, 0).len(), ids(&scene, 31).len(), ids(&scene, 32).len()), (32, 1, 32));
}

#[test]
fn every_program_of_the_vault_is_listed_with_the_life_that_it_has_left() {
    let scene = Scene::new();
    let (first, _) = scene.position(&["a"]);
    let (second, _) = scene.position(&["a"]);
    arb::expire_in(&scene.world, DESK, 7);
    arb::expire_in(&scene.world, second, 0);

    let programs = scene.view(IBoard::programsCall {});

    let accounts: Vec<_> = programs.iter().map(|program| program.account).collect();
    assert_eq!(accounts, [VAULT, DESK, COMMONS, BOARD, LENS, REHEARSAL, COVENANTS, first, second]);
    for program in &programs {
        assert_eq!(program.codehash, scene.world.codehash(program.account));
    }
    let left: Vec<_> = programs.iter().map(|program| program.secsLeft).collect();
    let year = U256::from(365 * DAY);
    assert_eq!(left, [year, u(7), year, year, year, year, year, year, u(0)]);
}

#[test]
fn a_vault_whose_precompile_does_not_answer_lists_its_programs_as_expired() {
    let scene = Scene::new();
    scene.world.install(arb::ARB_WASM, |_, _| Err(b"expired".to_vec()));

    assert!(scene.view(IBoard::programsCall {}).iter().all(|program| program.secsLeft.is_zero()));
}
