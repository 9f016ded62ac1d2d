//! The budgets for losses and turnover: what is charged, how it drains, and what passes when nothing is left.

use abi::{board::IBoard, desk::IDesk};
use alloy_primitives::{Address, U256};
use tenor_world::{
    KEEPER, OWNER, Scene, Terms, USDC, VAULT, WAD, address,
    mock::{
        adapter::{self, BILLION},
        token,
    },
    refusal,
};

use crate::{ALICE, ONE, UNIT, u};

const PERCENT: u64 = WAD / 100;
const LOSS: u8 = 5;
const TURNOVER: u8 = 6;
const GRANT_LOSS: u8 = 7;
const GRANT_TURNOVER: u8 = 8;

/// 1000 units of Alice's, 400 of them in the first of two positions; believes no gains.
fn lent(loss_wad: u64, slack_bps: u16) -> (Scene, [Address; 2]) {
    let scene = Scene::new();
    let terms = Terms { slack_bps, ..Terms::default() };
    let positions = [scene.position_on(&["a"], terms).0, scene.position_on(&["b"], terms).0];
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: U256::ZERO });
    scene.endow(ALICE, 1000 * ONE);
    scene.rebalance(&[(0, 400 * UNIT)]).expect("within budgets");
    scene.budgets(loss_wad, 10 * WAD);
    scene.age();
    (scene, positions)
}

fn epoch(scene: &Scene) -> u64 {
    scene.view(IDesk::mandateCall {}).epochSecs.to()
}

fn pays(scene: &Scene, adapter: Address, billionths: u64) {
    scene.world.poke(adapter, adapter::PAYS, U256::from(billionths));
}

fn trades_at(scene: &Scene, adapter: Address, billionths: u64) {
    scene.world.poke(adapter, adapter::TRADE, U256::from(billionths));
}

fn breach(scene: &Scene, legs: &[(u32, i128)]) -> IDesk::LimitBreached {
    let before = scene.world.storage();
    let error = refusal::<IDesk::LimitBreached>(scene.rebalance(legs));
    assert_eq!(scene.world.storage(), before, "a refusal changes nothing");
    error
}

fn told(scene: &Scene) -> IDesk::Rebalanced {
    scene.world.events::<IDesk::Rebalanced>(VAULT).pop().expect("an event")
}

fn lost(scene: &Scene) -> U256 {
    scene.levels().loss.used
}

#[test]
fn what_a_sale_lacks_is_charged() {
    let (scene, [a, _]) = lent(2 * PERCENT, 0);
    pays(&scene, a, BILLION * 9 / 10);

    scene.rebalance(&[(0, -50 * UNIT)]).expect("within the budget");

    assert_eq!((lost(&scene), told(&scene).loss), (u(5 * ONE), u(5 * ONE)));
    assert_eq!(scene.book().nav, u(995 * ONE));
}

#[test]
fn the_loss_budget_passes_at_its_bound_and_refuses_one_unit_over() {
    let (scene, [a, _]) = lent(2 * PERCENT, 0);
    pays(&scene, a, BILLION * 9 / 10);

    let error = breach(&scene, &[(0, -100 * UNIT - 10)]);
    assert_eq!((error.limit, error.value, error.bound), (LOSS, u(10 * ONE + 1), u(10 * ONE)));
    scene.rebalance(&[(0, -100 * UNIT)]).expect("half of the budget at once");
    assert_eq!(breach(&scene, &[(0, -30)]).limit, LOSS);
}

#[test]
fn the_loss_budget_drains_evenly() {
    let (scene, [a, _]) = lent(2 * PERCENT, 0);
    pays(&scene, a, BILLION * 9 / 10);
    scene.rebalance(&[(0, -100 * UNIT)]).expect("half of the budget at once");
    let capacity = 990 * ONE / 100;

    scene.world.pass(epoch(&scene) / 2);
    let level = scene.levels().loss;
    assert_eq!((level.used, level.capacity), (u(10 * ONE - capacity / 2), u(capacity)));
    scene.world.pass(epoch(&scene) / 2);
    assert_eq!(lost(&scene), u(10 * ONE - capacity));
    scene.world.pass(epoch(&scene));
    assert_eq!(lost(&scene), u(0));
}

#[test]
fn without_a_budget_what_costs_nothing_passes_and_what_costs_is_refused() {
    let (scene, [a, _]) = lent(0, 0);

    scene.rebalance(&[(0, -50 * UNIT), (1, 70 * UNIT)]).expect("it costs nothing");
    pays(&scene, a, BILLION - BILLION / 1000);
    let error = breach(&scene, &[(0, -UNIT)]);
    assert_eq!((error.limit, error.value, error.bound), (LOSS, u(1000), u(0)));
}

#[test]
fn slack_is_charged_on_every_movement_whatever_the_price() {
    let (scene, _) = lent(2 * PERCENT, 50);

    scene.rebalance(&[(1, 100 * UNIT + 1)]).expect("within the budget");
    assert_eq!(told(&scene).loss, u(ONE / 2 + 1), "rounded up");
    scene.rebalance(&[(0, -100 * UNIT)]).expect("within the budget");
    assert_eq!(told(&scene).loss, u(ONE / 2));
    assert_eq!(scene.book().nav, u(1000 * ONE));
}

#[test]
fn up_to_two_base_units_a_leg_are_rounding() {
    let (scene, [a, _]) = lent(0, 0);

    pays(&scene, a, BILLION / 1000 * 998);
    scene.rebalance(&[(0, -1000)]).expect("two base units");
    pays(&scene, a, BILLION / 1000 * 997);
    assert_eq!(breach(&scene, &[(0, -1000)]).value, u(3));
}

#[test]
fn a_mark_that_loses_is_charged_and_never_refused() {
    let (scene, [a, b]) = lent(2 * PERCENT, 0);
    scene.earn(a, -30 * UNIT);

    scene.mark(&[0]);

    assert_eq!(lost(&scene), u(30 * ONE));
    let charged = scene.world.events::<IDesk::Charged>(VAULT).pop().expect("an event");
    assert_eq!((charged.loss, charged.lossLevel), (u(30 * ONE), u(30 * ONE)));
    scene.rebalance(&[(1, 100 * UNIT)]).expect("what costs nothing passes");
    pays(&scene, b, BILLION * 9 / 10);
    assert_eq!(breach(&scene, &[(1, -UNIT)]).limit, LOSS);
}

#[test]
fn a_mark_in_a_rebalance_is_charged_and_not_refused_either() {
    let (scene, [a, _]) = lent(2 * PERCENT, 0);
    scene.earn(a, -30 * UNIT);

    scene.rebalance(&[(0, 0)]).expect("a mark is no loss of the keeper's");

    assert_eq!((lost(&scene), told(&scene).loss), (u(30 * ONE), u(0)));
    assert_eq!((told(&scene).navBefore, told(&scene).navAfter), (u(1000 * ONE), u(970 * ONE)));
}

#[test]
fn a_loss_that_a_forced_exit_finds_is_charged() {
    let (scene, [a, _]) = lent(2 * PERCENT, 0);
    scene.earn(a, -30 * UNIT);

    let call = abi::vault::IVault::withdrawCall { assets: u(601 * ONE), receiver: ALICE, owner: ALICE };
    scene.call(ALICE, call);

    assert_eq!(lost(&scene), u(30 * ONE));
}

#[test]
fn what_a_forced_exit_is_not_paid_is_charged() {
    let (scene, [a, _]) = lent(2 * PERCENT, 0);
    pays(&scene, a, BILLION / 2);

    let call = abi::vault::IVault::withdrawCall { assets: u(605 * ONE), receiver: ALICE, owner: ALICE };
    let _ = scene.try_call(ALICE, call);

    let call = abi::vault::IVault::withdrawCall { assets: u(601 * ONE), receiver: ALICE, owner: ALICE };
    let before = scene.book().nav;
    let paid = scene.try_call(ALICE, call).is_ok();
    let gone = before - scene.book().nav;
    assert_eq!(gone, if paid { u(601 * ONE) + lost(&scene) } else { u(0) });
}

#[test]
fn what_was_marked_down_and_is_sold_is_charged_its_part() {
    let (scene, [a, _]) = lent(WAD, 0);
    scene.earn(a, -80 * UNIT);
    scene.mark(&[0]);
    assert_eq!(scene.view(IDesk::positionsCall {})[0].shortfall, u(80 * ONE));

    scene.rebalance(&[(0, -160 * UNIT)]).expect("within the budget");

    assert_eq!(told(&scene).loss, u(40 * ONE), "half of it was sold");
    assert_eq!(scene.view(IDesk::positionsCall {})[0].shortfall, u(40 * ONE));
}

#[test]
fn what_is_marked_down_by_the_very_sale_is_charged_its_part() {
    let (scene, [a, _]) = lent(2 * PERCENT, 0);
    scene.earn(a, -80 * UNIT);

    assert_eq!(breach(&scene, &[(0, -160 * UNIT)]).limit, LOSS);
    scene.mark(&[0]);
    assert_eq!(breach(&scene, &[(0, -160 * UNIT)]).limit, LOSS);
}

#[test]
fn a_shortfall_fades_within_an_epoch() {
    let (scene, [a, _]) = lent(WAD, 0);
    scene.earn(a, -80 * UNIT);
    scene.mark(&[0]);

    scene.world.pass(epoch(&scene) / 4);
    assert_eq!(scene.view(IDesk::positionsCall {})[0].shortfall, u(60 * ONE));
    scene.rebalance(&[(0, -160 * UNIT)]).expect("within the budget");
    assert_eq!(told(&scene).loss, u(30 * ONE));
    scene.world.pass(epoch(&scene));
    assert_eq!(scene.view(IDesk::positionsCall {})[0].shortfall, u(0));
}

#[test]
fn repeated_marks_do_not_melt_a_shortfall() {
    let (scene, [a, _]) = lent(WAD, 0);
    scene.earn(a, -80 * UNIT);
    scene.mark(&[0]);
    scene.world.pass(epoch(&scene) / 100);

    for value in [80 * UNIT, -80 * UNIT] {
        scene.earn(a, value);
        for _ in 0..50 {
            scene.mark(&[0]);
        }
    }

    let left = scene.view(IDesk::positionsCall {})[0].shortfall;
    assert!(left >= u(79 * ONE), "{left}");
}

#[test]
fn a_gain_makes_a_shortfall_smaller() {
    let scene = Scene::new();
    let (a, _) = scene.position(&["a"]);
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: u(u128::from(WAD) * 10) });
    scene.endow(ALICE, 1000 * ONE);
    scene.rebalance(&[(0, 1000 * UNIT)]).expect("within budgets");
    scene.earn(a, -20 * UNIT);
    scene.mark(&[0]);
    scene.earn(a, 15 * UNIT);
    scene.world.pass(epoch(&scene) * 9 / 10);

    scene.mark(&[0]);

    let position = &scene.view(IDesk::positionsCall {})[0];
    assert_eq!((position.value, position.shortfall), (u(995 * ONE), u(0)), "2 were left, 15 came back");
}

#[test]
fn what_is_bought_above_its_price_is_charged() {
    let (scene, [a, _]) = lent(WAD, 0);
    trades_at(&scene, a, BILLION * 5 / 4);

    scene.rebalance(&[(0, 100 * UNIT)]).expect("within the budget");

    assert_eq!(told(&scene).loss, u(20 * ONE));
    assert_eq!(scene.book().nav, u(980 * ONE));
}

#[test]
fn an_inflated_price_is_not_believed_where_there_was_one_before() {
    let (scene, [a, _]) = lent(WAD, 0);
    scene.earn(a, 100 * UNIT);

    scene.rebalance(&[(0, 100 * UNIT)]).expect("within the budget");

    let told = told(&scene);
    assert!(told.loss >= u(20 * ONE - 1000) && told.loss <= u(20 * ONE), "{}", told.loss);
    assert!(scene.book().nav <= u(980 * ONE + 1000));
}

#[test]
fn in_and_out_of_one_position_in_one_call_is_charged_both_ways() {
    let (scene, [a, _]) = lent(WAD, 0);
    trades_at(&scene, a, BILLION * 5 / 4);
    token::mint(&scene.world, USDC, a, 1000 * ONE);

    scene.rebalance(&[(0, 100 * UNIT), (0, -100 * UNIT)]).expect("within the budget");
    assert_eq!(told(&scene).loss, u(20 * ONE), "bought dear, sold dear");

    trades_at(&scene, a, BILLION * 4 / 5);
    scene.rebalance(&[(0, 100 * UNIT), (0, -100 * UNIT)]).expect("within the budget");
    let loss: u128 = told(&scene).loss.to();
    assert!(loss >= 25 * ONE - 2, "bought cheap is no gain, sold cheap is a loss: {loss}");
}

#[test]
fn turnover_counts_both_ways_and_is_bounded() {
    let (scene, _) = lent(WAD, 0);
    scene.budgets(WAD, WAD / 5);
    scene.age(); // What was moved at the beginning drains by the smaller budget.
    scene.age();

    let error = breach(&scene, &[(0, -60 * UNIT), (1, 40 * UNIT + 1)]);
    assert_eq!((error.limit, error.value, error.bound), (TURNOVER, u(100 * ONE + 1), u(100 * ONE)));
    scene.rebalance(&[(0, -60 * UNIT), (1, 40 * UNIT)]).expect("at the bound");
    assert_eq!((scene.levels().turnover.used, told(&scene).turnover), (u(100 * ONE), u(100 * ONE)));
    assert_eq!(breach(&scene, &[(0, 1)]).limit, TURNOVER);
    scene.heartbeat();
    scene.world.pass(epoch(&scene));
    scene.rebalance(&[(1, 100 * UNIT)]).expect("it has drained");
}

#[test]
fn the_way_to_idle_stays_open_without_turnover_and_is_counted() {
    let (scene, _) = lent(WAD, 0);
    scene.budgets(WAD, 0);

    scene.rebalance(&[(0, -300 * UNIT)]).expect("nothing goes in");
    assert_eq!(told(&scene).turnover, u(300 * ONE));
    assert!(scene.levels().turnover.used >= u(300 * ONE));
    assert_eq!(breach(&scene, &[(0, -UNIT), (0, UNIT)]).limit, TURNOVER);
}

#[test]
fn turnover_of_what_is_sold_badly_is_its_value() {
    let (scene, [a, _]) = lent(WAD, 0);
    pays(&scene, a, BILLION / 2);

    scene.rebalance(&[(0, -100 * UNIT)]).expect("within the budget");

    assert_eq!(told(&scene).turnover, u(100 * ONE));
}

#[test]
fn a_grant_has_budgets_of_its_own_and_the_vaults_bound_all_keys_together() {
    let (scene, [a, _]) = lent(2 * PERCENT, 0);
    let second = address(0x25);
    scene.govern(tenor_world::CURATOR, scene.grant(second, u64::MAX, PERCENT, WAD / 10));
    scene.heartbeat();
    pays(&scene, a, BILLION * 9 / 10);
    let refused = |legs| refusal::<IDesk::LimitBreached>(scene.rebalance_as(second, legs));

    let error = refused(&[(0, -50 * UNIT - 10)]);
    assert_eq!((error.limit, error.value, error.bound), (GRANT_LOSS, u(5 * ONE + 1), u(5 * ONE)));
    let error = refused(&[(0, -40 * UNIT), (1, 10 * UNIT + 1)]);
    assert_eq!((error.limit, error.value, error.bound), (GRANT_TURNOVER, u(50 * ONE + 1), u(50 * ONE)));
    scene.rebalance_as(second, &[(0, -50 * UNIT)]).expect("half of what its grant allows, of both");
    let grant = scene.view(IDesk::grantCall { keeper: second });
    assert_eq!((grant.loss.used, grant.turnover.used), (u(5 * ONE), u(50 * ONE)));
    assert_eq!(refused(&[(0, -10 * UNIT)]).limit, GRANT_LOSS);
    assert_eq!(refused(&[(1, 1)]).limit, GRANT_TURNOVER);

    let error = breach(&scene, &[(0, -51 * UNIT)]);
    assert_eq!((error.limit, error.value), (LOSS, u(10 * ONE + ONE / 10)), "the first key pays for the second");
    scene.rebalance_as(KEEPER, &[(0, -49 * UNIT)]).expect("what is left");
}

#[test]
fn levels_beyond_what_words_hold_stay_there() {
    let scene = Scene::new();
    let positions = [scene.position(&["a"]).0, scene.position(&["b"]).0, scene.position(&["c"]).0];
    let most = (1_u128 << 96) - 1;
    scene.open();
    scene.budgets(0, 10 * WAD); // Nothing drains.
    for (position, at) in positions.into_iter().enumerate() {
        let nav: u128 = scene.book().nav.to();
        scene.endow(ALICE, most - nav);
        scene.rebalance(&[(position as u32, (most / 2) as i128)]).expect("within budgets");
        scene.earn(at, -((most / 2) as i128));
        scene.mark(&[position as u32]);
    }

    assert_eq!(lost(&scene), u(most), "it does not wrap");
}
