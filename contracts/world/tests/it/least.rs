//! The least net asset value: money counts for caps and budgets only after it has stayed for an epoch.

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use proptest::prelude::*;
use tenor_world::{
    OWNER, Scene, USDC, VAULT, WAD, add, address,
    mock::{adapter, batch, token},
    refusal,
};

use crate::{ALICE, BOB, ONE, UNIT, u};

const RELATIVE_CAP: u8 = 1;
const THIEF: Address = address(0x66);

/// 100 units of Alice's, at most half of them in either of two positions; the thief, a contract, has a key.
fn robbed() -> (Scene, [Address; 2]) {
    let scene = Scene::new();
    let positions = [scene.position(&["a"]).0, scene.position(&["b"]).0];
    scene.cap("a", u128::MAX, WAD / 2);
    scene.cap("b", u128::MAX, WAD / 2);
    batch::install(&scene.world, THIEF);
    scene.keeper(THIEF, u64::MAX, WAD, 10 * WAD);
    scene.endow(ALICE, 100 * ONE);
    scene.fund(THIEF, 100_000 * ONE);
    (scene, positions)
}

fn least(scene: &Scene) -> U256 {
    scene.book().navLeast
}

fn deposit(assets: u128) -> (Address, Vec<u8>) {
    (VAULT, IVault::depositCall { assets: u(assets), receiver: THIEF }.abi_encode())
}

fn withdraw(assets: u128) -> (Address, Vec<u8>) {
    (VAULT, IVault::withdrawCall { assets: u(assets), receiver: THIEF, owner: THIEF }.abi_encode())
}

fn rebalance(scene: &Scene, legs: &[(u32, i128)]) -> (Address, Vec<u8>) {
    (VAULT, IDesk::rebalanceCall { intent: scene.intent_of(THIEF, legs) }.abi_encode())
}

fn is_breach(revert: Vec<u8>, limit: u8) {
    let error = IDesk::LimitBreached::abi_decode(&revert).expect("a breach");
    assert_eq!(error.limit, limit);
}

#[test]
fn a_fresh_vault_invests_only_once_its_money_has_stayed() {
    let scene = Scene::new();
    scene.position(&["a"]);
    scene.deposit(ALICE, 100 * ONE);
    let epoch_secs: u64 = scene.view(IDesk::mandateCall {}).epochSecs.to();

    assert_eq!(least(&scene), u(0));
    refusal::<IDesk::LimitBreached>(scene.rebalance(&[(0, 1)]));
    scene.world.pass(epoch_secs - 1);
    refusal::<IDesk::LimitBreached>(scene.rebalance(&[(0, 1)]));
    scene.world.pass(epoch_secs + 1);
    scene.rebalance(&[(0, 100 * UNIT)]).expect("it counts");
}

#[test]
fn a_flash_deposit_in_the_same_call_loosens_no_cap() {
    let (scene, _) = robbed();

    let attack = [deposit(900 * ONE), rebalance(&scene, &[(0, 51 * UNIT)]), withdraw(900 * ONE - 1)];

    is_breach(batch::run(&scene.world, THIEF, &attack).expect_err("it is refused"), RELATIVE_CAP);
    let honest = [deposit(900 * ONE), rebalance(&scene, &[(0, 50 * UNIT)]), withdraw(900 * ONE - 1)];
    batch::run(&scene.world, THIEF, &honest).expect("the cap of Alice's money holds");
}

#[test]
fn a_flash_deposit_does_not_take_the_liquidity_of_those_who_stay() {
    let (scene, _) = robbed();
    scene.liquidity(WAD / 10, 0);

    let legs = rebalance(&scene, &[(0, 50 * UNIT), (1, 50 * UNIT)]);
    let attack = [deposit(900 * ONE), legs, withdraw(900 * ONE - 1)];

    assert!(batch::run(&scene.world, THIEF, &attack).is_err(), "idle: {}", scene.book().idle);
}

#[test]
fn a_deposit_that_leaves_within_an_epoch_loosens_no_cap_and_no_budget() {
    for hours in [0, 1, 23] {
        let (scene, _) = robbed();
        let levels = scene.levels();
        batch::run(&scene.world, THIEF, &[deposit(900 * ONE)]).expect("anyone may deposit");
        scene.world.pass(hours * 3600);

        let attack = [rebalance(&scene, &[(0, 51 * UNIT)])];
        is_breach(batch::run(&scene.world, THIEF, &attack).expect_err("it is refused"), RELATIVE_CAP);
        assert_eq!(scene.levels().loss.capacity, levels.loss.capacity);
        assert_eq!(scene.levels().turnover.capacity, levels.turnover.capacity);
        batch::run(&scene.world, THIEF, &[withdraw(900 * ONE - 1)]).expect("and may leave");
    }
}

#[test]
fn deposits_in_turns_count_no_more_than_one_that_stays() {
    let (scene, _) = robbed();
    for _ in 0..20 {
        batch::run(&scene.world, THIEF, &[deposit(900 * ONE)]).expect("anyone may deposit");
        scene.world.pass(11 * 3600);
        assert!(least(&scene) <= u(100 * ONE + 20), "{}", least(&scene));
        batch::run(&scene.world, THIEF, &[withdraw(900 * ONE - 1)]).expect("and leave, but for the rounding");
        scene.world.pass(3600);
        assert!(least(&scene) <= u(100 * ONE + 20), "{}", least(&scene));
    }
}

#[test]
fn donations_loosen_nothing() {
    let (scene, [a, _]) = robbed();
    scene.rebalance(&[(0, 40 * UNIT)]).expect("within caps");
    let (before, levels) = (least(&scene), scene.levels());
    for to in [VAULT, a] {
        token::mint(&scene.world, USDC, to, 1_000_000 * ONE);
    }
    scene.world.poke(a, adapter::VALUE, u(1_000_040 * ONE));

    assert_eq!((least(&scene), scene.levels().loss.capacity), (before, levels.loss.capacity));
    scene.mark(&[0]);
    assert_eq!(least(&scene), before, "what a mark gains counts after an epoch as well");
    let attack = [rebalance(&scene, &[(1, 50 * UNIT + 1)])];
    is_breach(batch::run(&scene.world, THIEF, &attack).expect_err("it is refused"), RELATIVE_CAP);
}

#[test]
fn a_gain_that_a_rebalance_or_a_forced_exit_marks_counts_after_an_epoch() {
    for forced in [false, true] {
        let (scene, [a, _]) = robbed();
        scene.rebalance(&[(0, 50 * UNIT)]).expect("within caps");
        scene.world.pass(365 * 86_400);
        scene.heartbeat();
        scene.earn(a, 20 * UNIT);

        if forced {
            scene.call(ALICE, IVault::withdrawCall { assets: u(51 * ONE), receiver: ALICE, owner: ALICE });
            assert_eq!((scene.book().nav, least(&scene)), (u(69 * ONE), u(69 * ONE)));
            scene.deposit(BOB, 100 * ONE);
            assert_eq!(least(&scene), u(69 * ONE));
        } else {
            scene.rebalance(&[(0, 0)]).or_else(|_| scene.rebalance(&[(0, -1)])).expect("it marks");
            assert_eq!((scene.book().nav, least(&scene)), (u(120 * ONE), u(100 * ONE)));
        }
    }
}

#[test]
fn another_epoch_waits() {
    let (scene, _) = robbed();

    for secs in [3600, 30 * 86_400] {
        refusal::<IBoard::NotReady>(scene.try_call(OWNER, IBoard::setEpochCall { secs: u(secs) }));
    }
    scene.govern(OWNER, IBoard::setEpochCall { secs: u(30 * 86_400) });
    assert_eq!(scene.view(IDesk::mandateCall {}).epochSecs, u(30 * 86_400));
    let (other, _) = (address(0x77), ());
    adapter::install(&scene.world, other, VAULT, USDC);
    refusal::<IBoard::NotReady>(scene.try_call(OWNER, add(other, &["a"], Default::default())));
}

#[test]
fn a_shorter_epoch_does_not_count_money_that_has_just_come() {
    let (scene, _) = robbed();
    let shorter = IBoard::setEpochCall { secs: u(3600) };
    scene.announce(OWNER, &shorter);

    let attack = [deposit(900 * ONE), (VAULT, shorter.abi_encode())];
    batch::run(&scene.world, THIEF, &attack).expect("anyone makes what was announced");

    assert_eq!(scene.view(IDesk::mandateCall {}).epochSecs, u(3600));
    assert_eq!(least(&scene), u(100 * ONE));
    let attack = [rebalance(&scene, &[(0, 51 * UNIT)])];
    is_breach(batch::run(&scene.world, THIEF, &attack).expect_err("it is refused"), RELATIVE_CAP);
    scene.world.pass(3599);
    assert_eq!(least(&scene), u(100 * ONE));
}

#[test]
fn a_longer_epoch_forgets_nothing() {
    let (scene, _) = robbed();
    let longer = IBoard::setEpochCall { secs: u(30 * 86_400) };
    scene.announce(OWNER, &longer);
    scene.deposit(BOB, 900 * ONE);
    scene.world.pass(43_200);

    scene.call(OWNER, longer);

    assert_eq!(least(&scene), u(100 * ONE));
    scene.world.pass(30 * 86_400 - 1);
    assert_eq!(least(&scene), u(100 * ONE));
}

#[derive(Clone, Debug)]
enum Step {
    Deposit(u32),
    Withdraw(u8),
    Gain(u32),
    Lose(u32),
    Mark,
    Heartbeat,
    Pass(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..u32::MAX).prop_map(Step::Deposit),
        (1..=100_u8).prop_map(Step::Withdraw),
        (1..1_000_000_u32).prop_map(Step::Gain),
        (1..1_000_000_u32).prop_map(Step::Lose),
        Just(Step::Mark),
        Just(Step::Heartbeat),
        prop_oneof![1..3_u32, 1..86_400_u32, 80_000..90_000_u32, 1..400_000_u32].prop_map(Step::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Against the whole history: never more than the least of the last epoch, never less than that of the last two.
    #[test]
    fn the_record_is_between_the_least_of_one_epoch_and_of_two(steps in prop::collection::vec(step(), 1..40)) {
        let scene = Scene::new();
        let (a, _) = scene.position(&["a"]);
        scene.endow(ALICE, 100 * ONE);
        scene.rebalance(&[(0, 50 * UNIT)]).expect("within caps");
        let start = scene.world.now_secs() - 3 * 86_400;
        let mut history: Vec<(u64, U256)> = vec![(start, u(100 * ONE))];
        for step in &steps {
            match *step {
                Step::Deposit(assets) => {
                    scene.fund(ALICE, assets.into());
                    let call = IVault::depositCall { assets: u(assets.into()), receiver: ALICE };
                    let _ = scene.try_call(ALICE, call);
                }
                Step::Withdraw(percent) => {
                    let shares = scene.view(IVault::maxRedeemCall { owner: ALICE }) * u(percent.into()) / u(100);
                    let _ = scene.try_call(ALICE, IVault::redeemCall { shares, receiver: ALICE, owner: ALICE });
                }
                Step::Gain(assets) => scene.earn(a, assets.into()),
                Step::Lose(assets) => {
                    let value: u128 = scene.world.peek(a, adapter::VALUE).to();
                    scene.earn(a, -(value.min(assets.into()) as i128));
                }
                Step::Mark => scene.mark(&[0]),
                Step::Heartbeat => scene.heartbeat(),
                Step::Pass(secs) => scene.world.pass(secs.into()),
            }
            let (now, nav) = (scene.world.now_secs(), scene.book().nav);
            history.push((now, nav));
            // What was true at the start of a period counts: the last fact before it.
            let least_since = |since: u64| {
                let before = history.iter().rev().find(|(at, _)| *at < since).map(|(_, nav)| *nav);
                let within = history.iter().filter(|(at, _)| *at >= since).map(|(_, nav)| *nav);
                within.chain(before).min().expect("now is within")
            };
            let least = least(&scene);
            prop_assert!(least <= least_since(now - 86_400), "{} at {}: {:?}", least, now, history);
            prop_assert!(least >= least_since(now.saturating_sub(2 * 86_400 + 1)), "{} at {}: {:?}", least, now, history);
        }
    }
}
