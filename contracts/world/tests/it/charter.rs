//! The charter: what rebalances read of governance is what governance has set, at every moment and whatever it sets.

use abi::{
    board::IBoard,
    desk::IDesk::{self, LimitBreached, OutOfGrant},
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use proptest::prelude::*;
use tenor_world::{
    CURATOR, GUARDIAN, KEEPER, OWNER, Scene, Terms, VAULT, WAD, add, mock::adapter, refusal, risk_id, set_cap,
};

use crate::{ALICE, ONE, UNIT, u};

fn funded() -> Scene {
    let scene = Scene::new();
    scene.position(&["a", "x"]);
    scene.position(&["b", "x"]);
    scene.endow(ALICE, 100 * ONE);
    scene
}

/// The code of the vault's `number`-th charter; empty where there is none.
fn charter(scene: &Scene, number: u64) -> Bytes {
    scene.world.code_of(VAULT.create(number)).unwrap_or_default().into()
}

#[test]
fn a_rebalance_publishes_once_and_reads_the_same_until_governance_sets_something() {
    let scene = funded();
    assert!(!charter(&scene, 1).is_empty(), "the sign of life that aged the money has published it");

    scene.rebalance(&[(0, 10 * UNIT)]).expect("within caps");
    scene.rebalance(&[(0, 10 * UNIT)]).expect("within caps");
    assert!(charter(&scene, 2).is_empty());

    scene.cap("a", 30 * ONE, WAD);
    assert!(charter(&scene, 2).is_empty(), "nobody has asked yet");
    scene.rebalance(&[(1, UNIT)]).expect("within caps");
    assert!(!charter(&scene, 2).is_empty());
}

#[test]
fn a_cap_that_was_lowered_binds_the_very_next_rebalance() {
    let scene = funded();
    scene.rebalance(&[(0, 10 * UNIT)]).expect("within caps");

    scene.call(GUARDIAN, set_cap("a", 15 * ONE, WAD));

    let breach = refusal::<LimitBreached>(scene.rebalance(&[(0, 5 * UNIT + 1)]));
    assert_eq!((breach.limit, breach.bound), (0, u(15 * ONE)));
    scene.rebalance(&[(0, 5 * UNIT)]).expect("at the new bound");
}

#[test]
fn a_position_that_was_added_can_be_used_at_once() {
    let scene = funded();
    scene.rebalance(&[(0, UNIT)]).expect("within caps");
    let (at, _) = scene.adapter();
    scene.govern(CURATOR, add(at, &["a"], Terms { depth_bps: 5_000, ..Terms::default() }));
    scene.heartbeat();

    scene.rebalance(&[(2, UNIT)]).expect("known");

    assert_eq!(scene.view(IDesk::capsCall {})[0].exposure, u(2 * ONE), "it counts against its id");
    refusal::<IDesk::UnknownPosition>(scene.rebalance(&[(3, UNIT)]));
}

#[test]
fn nests_terms_budgets_liquidity_and_silence_bind_the_next_call() {
    let scene = Scene::new();
    scene.position(&["a", "x"]);
    let (at, _) = scene.position(&["b", "x"]);
    scene.world.poke(at, adapter::DEPTH, u(500 * ONE + 1));
    scene.cap("y", 20 * ONE, WAD);
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 15 * UNIT)]).expect("nothing is nested yet");

    scene.call(GUARDIAN, IBoard::nestCall { riskId: risk_id("a"), parent: risk_id("y"), nested: true });
    assert_eq!(refusal::<LimitBreached>(scene.rebalance(&[(0, 6 * UNIT)])).id, risk_id("y"));

    scene.liquidity(WAD / 2, WAD / 2);
    assert_eq!(refusal::<LimitBreached>(scene.rebalance(&[(1, 40 * UNIT)])).limit, 2);

    scene.call(GUARDIAN, IBoard::setTermsCall { position: 1, instantBps: 0, depthBps: 100, slackBps: 0 });
    assert_eq!(refusal::<LimitBreached>(scene.rebalance(&[(1, 10 * UNIT)])).limit, 4);

    scene.budgets(0, 0);
    assert_eq!(refusal::<LimitBreached>(scene.rebalance(&[(0, UNIT)])).limit, 6);

    scene.govern(OWNER, IBoard::setSilenceCall { secs: U256::from(86_400) });
    scene.heartbeat();
    refusal::<IDesk::KeeperAlive>(scene.relieve(&[(0, -UNIT)]));
    scene.world.pass(86_400);
    assert_eq!(refusal::<LimitBreached>(scene.relieve(&[(0, -UNIT)])).limit, 3, "silent for the new time; no need");
}

#[test]
fn what_a_key_may_do_is_no_part_of_it_and_binds_at_once() {
    let scene = funded();
    scene.rebalance(&[(0, UNIT)]).expect("granted");

    let grant =
        IBoard::setKeeperCall { expiry: U256::from(scene.world.now_secs() + 9), ..scene.grant(KEEPER, 0b10, 0, WAD) };
    scene.call(GUARDIAN, grant);

    refusal::<OutOfGrant>(scene.rebalance(&[(0, UNIT)]));
    scene.rebalance(&[(1, UNIT)]).expect("still granted");
}

#[test]
fn anyone_publishes_and_twice_is_once() {
    let scene = funded();
    scene.cap("a", 30 * ONE, WAD);

    scene.call(ALICE, IBoard::publishCall {});
    let published = charter(&scene, 2);
    scene.call(ALICE, IBoard::publishCall {});

    assert!(!published.is_empty() && charter(&scene, 3).is_empty());
    scene.rebalance(&[(0, UNIT)]).expect("within caps");
    assert!(charter(&scene, 3).is_empty(), "it was published already");
}

#[test]
fn a_refused_rebalance_publishes_nothing() {
    let scene = funded();
    scene.cap("a", ONE, WAD);

    refusal::<LimitBreached>(scene.rebalance(&[(0, 2 * UNIT)]));

    assert!(charter(&scene, 2).is_empty());
    scene.rebalance(&[(0, UNIT)]).expect("at the bound");
    assert!(!charter(&scene, 2).is_empty());
}

#[test]
fn whoever_calls_a_charter_runs_nothing() {
    assert_eq!(charter(&funded(), 1).first(), Some(&0), "the first instruction stops");
}

#[test]
fn a_preview_foresees_by_what_will_be_published() {
    let scene = funded();
    scene.rebalance(&[(0, 10 * UNIT)]).expect("within caps");
    scene.call(GUARDIAN, set_cap("a", 15 * ONE, WAD));

    let preview = |assets| {
        let intent = scene.intent(&[(0, assets)]);
        scene.world.view(VAULT, &IDesk::previewRebalanceCall { keeper: KEEPER, intent })
    };

    assert_eq!(refusal::<LimitBreached>(preview(5 * UNIT + 1)).bound, u(15 * ONE));
    preview(5 * UNIT).expect("at the bound");
}

/// Makes a change: at once where it adds no risk, else after its delay; not at all where it makes no sense.
fn make<C: SolCall + Clone>(scene: &Scene, from: Address, call: C) {
    if scene.try_call(from, call.clone()).is_ok() {
        return;
    }
    let data = Bytes::from(call.abi_encode());
    if scene.try_call(from, IBoard::submitCall { data }).is_ok() {
        scene.world.pass(40 * 86_400 / 10);
        let _ = scene.try_call(from, call);
        scene.heartbeat();
    }
}

/// What governance may do, by numbers.
fn govern(scene: &Scene, what: u8, which: u8, much: u16) {
    let name = ["a", "b", "x"][usize::from(which % 3)];
    let wad = u64::from(much) * (WAD / 65_536);
    match what % 6 {
        0 => make(scene, CURATOR, set_cap(name, u128::from(much) * ONE / 1000, wad)),
        1 => {
            let (floor, cover) = (U256::from(wad / 4), U256::from(wad / 2));
            make(scene, CURATOR, IBoard::setLiquidityCall { floorWad: floor, coverWad: cover });
        }
        2 => {
            let wad = U256::from(wad);
            make(scene, OWNER, IBoard::setBudgetsCall { lossWad: wad, turnoverWad: wad });
        }
        3 => {
            let (instant, depth) = (much % 10_001, much.rotate_left(3) % 10_001);
            let position = u32::from(which % 2);
            let call = IBoard::setTermsCall { position, instantBps: instant, depthBps: depth, slackBps: 0 };
            make(scene, CURATOR, call);
        }
        4 => {
            let parent = risk_id(["x", "a", "b"][usize::from(much % 3)]);
            make(scene, CURATOR, IBoard::nestCall { riskId: risk_id(name), parent, nested: much.is_multiple_of(2) });
        }
        _ => make(scene, OWNER, IBoard::setSilenceCall { secs: U256::from(604_800 + u64::from(much)) }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A vault whose charter is always fresh and one that publishes late judge every rebalance alike, and as the preview,
    /// which reads the tables.
    #[test]
    fn published_early_or_late_it_says_what_the_tables_say(
        deeds in proptest::collection::vec((any::<u8>(), any::<u8>(), any::<u16>(), -20_i128..40), 1..12),
    ) {
        let scenes = [funded(), funded()];
        for (what, which, much, assets) in deeds {
            let legs = [(u32::from(which % 2), assets * UNIT)];
            let answers = scenes.each_ref().map(|scene| {
                govern(scene, what, which, much);
                let call = IDesk::previewRebalanceCall { keeper: KEEPER, intent: scene.intent(&legs) };
                let foreseen = scene.world.view(VAULT, &call).map(|_| ());
                let answer = scene.rebalance(&legs);
                (foreseen, answer)
            });
            scenes[0].call(ALICE, IBoard::publishCall {});
            let [(foreseen, answer), other] = answers;
            prop_assert_eq!((&foreseen, &answer), (&other.0, &other.1));
            prop_assert_eq!(foreseen, answer.map(|_| ()));
        }
    }
}
