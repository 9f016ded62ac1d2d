//! Rescues of leveraged positions, by anybody, and everything that a thief would make of them.

use abi::{desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use tenor_world::{
    CURATOR, Revert, Scene, VAULT, address,
    levers::{set_thresholds, thresholds},
    mock::{adapter, token},
    refusal, risk_id,
};

use crate::{ALICE, BOB, ONE, UNIT, u};

const STRANGER: Address = address(0x41);

/// 1000 units of Alice's, 500 of them in a position that owes 400 and is below its hard threshold.
fn ill() -> (Scene, Address) {
    let scene = Scene::new();
    let lever = scene.lever(&["loop"]);
    scene.position(&["plain"]);
    scene.endow(ALICE, 1000 * ONE);
    scene.rebalance(&[(0, 500 * UNIT)]).expect("nothing is owed");
    scene.owe(lever, 456 * ONE, 400 * ONE);
    (scene, lever)
}

fn rescue(scene: &Scene) -> Result<(u128, U256), Revert> {
    rescue_by(scene, U256::MAX)
}

fn rescue_by(scene: &Scene, debt: U256) -> Result<(u128, U256), Revert> {
    let call = IDesk::deleverageCall { position: 0, debt };
    scene.try_call(STRANGER, call).map(|result| (result.repaid.to(), result.shares))
}

fn cost(scene: &Scene, lever: Address, thousandths: u64) {
    scene.world.poke(lever, adapter::COST, U256::from(adapter::BILLION / 1000 * thousandths));
}

#[test]
fn a_stranger_repays_a_chunk_and_is_paid_in_shares() {
    let (scene, lever) = ill();
    cost(&scene, lever, 10);
    let (book, loss) = (scene.book(), scene.levels().loss.used);

    let (repaid, shares) = rescue(&scene).expect("below the hard threshold");

    assert_eq!(repaid, 100 * ONE);
    assert_eq!(scene.owed(lever), (376 * ONE, 300 * ONE));
    assert_eq!(scene.book().idle, book.idle);
    assert_eq!(scene.view(IVault::balanceOfCall { account: STRANGER }), shares);
    // Half a percent of what was repaid, at the price of entry.
    let worth = scene.view(IVault::convertToAssetsCall { shares });
    assert!(worth <= u(ONE / 2) && worth > u(ONE / 2 - ONE / 1000), "{worth}");
    assert_eq!(scene.levels().loss.used - loss, u(ONE + ONE / 2));
    let told = scene.world.events::<IDesk::Deleveraged>(VAULT).pop().expect("an event");
    assert_eq!((told.position, told.caller, told.repaid, told.lost), (0, STRANGER, u(100 * ONE), u(ONE)));
    assert_eq!((told.reward, told.shares), (u(ONE / 2), shares));
    assert_eq!((told.backingAfter, told.debtAfter), (u(376 * ONE), u(300 * ONE)));
    assert_eq!(scene.view(IDesk::positionsCall {})[0].value, u(499 * ONE));
}

#[test]
fn nothing_is_rescued_at_the_hard_threshold_or_above() {
    let (scene, lever) = ill();
    scene.owe(lever, 460 * ONE, 400 * ONE);

    let error = refusal::<IDesk::Healthy>(rescue(&scene));
    assert_eq!((error.position, error.backing, error.debt), (0, u(460 * ONE), u(400 * ONE)));
    assert_eq!(error.bps, u(11_500));
    scene.owe(lever, 460 * ONE - 1, 400 * ONE);
    rescue(&scene).expect("below it");
}

#[test]
fn a_whole_chunk_waits_for_the_cooldown() {
    let (scene, _) = ill();
    let at = scene.world.now_secs();
    rescue(&scene).expect("the first");
    scene.owe(address(0x80), 310 * ONE, 300 * ONE);

    let error = refusal::<IDesk::TooSoon>(rescue(&scene));
    assert_eq!((error.position, error.readyAt), (0, U256::from(at + 600)));
    scene.world.pass(600);
    rescue(&scene).expect("ten minutes later");
    let lever = scene.view(abi::board::IBoard::leversCall {}).remove(0);
    assert_eq!(lever.readyAt, U256::from(at + 1200));
}

#[test]
fn what_is_left_of_a_chunk_can_be_repaid_and_the_rest_comes_back_by_the_second() {
    let (scene, lever) = ill();
    assert_eq!(rescue_by(&scene, u(10 * ONE)).expect("a tenth").0, 10 * ONE);
    scene.owe(lever, 390 * ONE, 390 * ONE);

    assert_eq!(rescue(&scene).expect("what is left of it").0, 90 * ONE);
    refusal::<IDesk::TooSoon>(rescue(&scene));
    scene.owe(lever, 300 * ONE, 300 * ONE);
    scene.world.pass(6);
    assert_eq!(rescue(&scene).expect("six seconds later").0, ONE);
    scene.world.pass(600);
    refusal::<IDesk::NotDeleveraged>(rescue_by(&scene, u(0)));
    assert_eq!(rescue(&scene).expect("all of it").0, 100 * ONE);
}

#[test]
fn dust_by_the_dozen_delays_no_rescue() {
    let (scene, _) = ill();
    for _ in 0..30 {
        rescue_by(&scene, u(1)).expect("a unit of debt");
    }

    assert_eq!(rescue(&scene).expect("in the same second").0, 100 * ONE - 30);
}

#[test]
fn a_rescue_stops_at_the_target() {
    let (scene, lever) = ill();
    scene.owe(lever, 57 * ONE, 50 * ONE);

    let (repaid, _) = rescue(&scene).expect("below the hard threshold");

    // (1.5 * 50 - 57) / (1.5 - 0.8)
    assert_eq!(repaid, 18 * ONE * 10 / 7);
    scene.world.pass(600);
    refusal::<IDesk::Healthy>(rescue(&scene));
}

#[test]
fn a_rescue_that_loses_more_than_its_slippage_is_refused() {
    let (scene, lever) = ill();
    cost(&scene, lever, 21);
    let before = scene.world.storage();

    let error = refusal::<IDesk::DeleverageTooDear>(rescue(&scene));

    assert_eq!((error.lost, error.most), (u(21 * ONE / 10), u(2 * ONE + 2)));
    assert_eq!(scene.world.storage(), before);
    cost(&scene, lever, 20);
    rescue(&scene).expect("at the bound");
}

#[test]
fn an_adapter_that_repays_too_much_nothing_or_in_vain_is_refused() {
    let (scene, lever) = ill();
    // A billionth of the chunk is nothing.
    for parts in [1_020_000_000_u64, 1] {
        scene.world.poke(lever, adapter::REPAYS, U256::from(parts));
        refusal::<IDesk::NotDeleveraged>(rescue(&scene));
    }
    scene.world.poke(lever, adapter::REPAYS, U256::ZERO);
    // Each unit of debt takes as much backing with it as secures it on average: health stays.
    scene.world.poke(lever, adapter::FREES, U256::from(adapter::BILLION / 100 * 114));
    refusal::<IDesk::NotDeleveraged>(rescue(&scene));
}

#[test]
fn a_position_without_a_price_or_thresholds_is_not_rescued() {
    let (scene, lever) = ill();
    let plain = scene.try_call(STRANGER, IDesk::deleverageCall { position: 1, debt: u(1) });
    assert_eq!(refusal::<IDesk::NoThresholds>(plain).position, 1);
    let unknown = scene.try_call(STRANGER, IDesk::deleverageCall { position: 9, debt: u(1) });
    assert_eq!(refusal::<IDesk::UnknownPosition>(unknown).position, 9);

    scene.world.poke(lever, adapter::FAULTS, U256::from(adapter::SHORT));
    assert_eq!(refusal::<IDesk::AdapterCallFailed>(rescue(&scene)).adapter, lever);
}

#[test]
fn repeated_for_a_day_it_costs_at_most_slippage_and_reward_of_each_chunk() {
    let (scene, lever) = ill();
    cost(&scene, lever, 20);
    let due =
        |account| scene.view(IVault::convertToAssetsCall { shares: scene.view(IVault::balanceOfCall { account }) });
    let before = due(ALICE);
    let mut repaid_assets = 0;
    for _ in 0..144 {
        // Whatever the market does, the position is ill again.
        let (_, debt) = scene.owed(lever);
        scene.owe(lever, debt * 11 / 10, debt);
        repaid_assets += rescue(&scene).map_or(0, |(repaid, _)| repaid);
        scene.world.pass(600);
        // Nobody earns by marking.
        scene.mark(&[0]);
    }
    assert!(repaid_assets > 399 * ONE && repaid_assets <= 400 * ONE, "{repaid_assets}");
    let lost = before - due(ALICE);
    assert!(lost <= u(repaid_assets * 25 / 1000 + 200), "{lost} of {repaid_assets}");
}

#[test]
fn the_reward_never_outgrows_the_governed_part_whoever_else_comes() {
    let (scene, lever) = ill();
    // The rescuer owns most of the vault, or has it marked down first: the reward is the same.
    scene.deposit(STRANGER, 100_000 * ONE);
    scene.earn(lever, -(50 * UNIT));
    scene.mark(&[0]);
    let nav = |scene: &Scene| scene.view(IVault::convertToAssetsCall { shares: u(1 << 100) });
    let before = nav(&scene);

    let (repaid, shares) = rescue(&scene).expect("below the hard threshold");

    assert!(scene.view(IVault::convertToAssetsCall { shares }) <= u(repaid / 200));
    assert!(nav(&scene) <= before);
}

#[test]
fn a_vault_that_lost_its_keeper_its_owner_and_its_budget_is_rescued_all_the_same() {
    let (scene, lever) = ill();
    scene.budgets(0, 0);
    scene.call(tenor_world::GUARDIAN, abi::board::IBoard::pauseCall { secs: u(86_400) });
    scene.call(tenor_world::GUARDIAN, abi::board::IBoard::tripByWordCall { riskId: risk_id("loop") });
    scene.world.pass(86_399);
    cost(&scene, lever, 10);

    rescue(&scene).expect("budgets bind keepers, and pauses bind money that goes out");
}

#[test]
fn thresholds_changed_keep_what_was_repaid_of_late() {
    let (scene, _) = ill();
    rescue(&scene).expect("the first");
    let slower = abi::board::IBoard::Thresholds { cooldownSecs: 86_400, ..thresholds() };
    let at = scene.world.now_secs();
    scene.govern(CURATOR, set_thresholds(0, slower));

    let lever = scene.view(abi::board::IBoard::leversCall {}).remove(0);
    assert_eq!(lever.readyAt, U256::from(at + 86_400));
    assert_eq!(lever.thresholds.cooldownSecs, 86_400);
}

#[test]
fn a_position_below_its_hard_threshold_trips_its_ids_at_once() {
    let (scene, lever) = ill();
    let breaker = abi::board::IBoard::Breaker {
        feed: Address::ZERO,
        minPriceWad: u(0),
        maxPriceWad: u(0),
        maxAgeSecs: 0,
        liquidBps: 0,
        confirmSecs: 3600,
        tripSecs: 7200,
    };
    scene.call(CURATOR, abi::board::IBoard::setBreakerCall { riskId: risk_id("loop"), breaker });
    scene.owe(lever, 460 * ONE, 400 * ONE);
    let error = refusal::<IDesk::NotTripped>(scene.trip("loop", 6, 0));
    assert_eq!((error.value, error.bound), (u(11_500), u(11_500)));
    scene.world.poke(lever, adapter::FAULTS, U256::from(adapter::NO_VALUE));
    refusal::<IDesk::NotTripped>(scene.trip("loop", 6, 0));
    scene.world.poke(lever, adapter::FAULTS, U256::ZERO);

    scene.owe(lever, 459 * ONE, 400 * ONE);
    scene.trip("loop", 6, 0).expect("ill");

    token::mint(&scene.world, tenor_world::USDC, BOB, ONE);
    refusal::<IVault::DepositsBlocked>(
        scene.try_call(BOB, IVault::depositCall { assets: u(ONE), receiver: BOB }).map(|_| ()),
    );
}
