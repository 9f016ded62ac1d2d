//! Bonds at and after their date: settled by anybody, never at par before the cash is there; and two values before it.

use abi::{
    board::IBoard,
    covenants::ICovenants,
    desk::IDesk::{self, NotMatured, NotPaid},
    vault::IVault,
};
use alloy_primitives::{Address, U256};
use tenor_world::{CURATOR, GUARDIAN, OWNER, Scene, VAULT, WAD, address, mock::adapter, refusal, risk_id};

use crate::{ALICE, BOB, ONE, UNIT, u};

const DAY: u64 = 86_400;
const STRANGER: Address = address(0x41);

/// 95 units of Alice's 100 in a bond that pays 100 in 90 days and grows by no more than 1000 % a year.
fn bought() -> (Scene, Address) {
    let scene = Scene::new();
    let at = scene.bond(&["issuer/a"], 90);
    scene.covenants();
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: U256::from(10 * WAD) });
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 95 * UNIT)]).expect("allowed");
    (scene, at)
}

fn mature(scene: &Scene) {
    let maturity: u64 = scene.covenant().bonds[0].maturity.to();
    scene.world.pass(maturity - scene.world.now_secs());
}

fn settle(scene: &Scene) -> Result<u128, tenor_world::Revert> {
    scene.try_call(STRANGER, IDesk::settleCall { position: 0 }).map(|assets| assets.to())
}

fn worth(scene: &Scene, account: Address) -> u128 {
    let shares = scene.view(IVault::balanceOfCall { account });
    scene.view(IVault::previewRedeemCall { shares }).to()
}

#[test]
fn before_its_date_and_without_one_nothing_is_settled() {
    let (scene, _) = bought();
    let before = scene.world.storage();
    let maturity = scene.covenant().bonds[0].maturity;

    let error = refusal::<NotMatured>(scene.try_call(STRANGER, IDesk::settleCall { position: 0 }));
    assert_eq!((error.position, error.maturity), (0, maturity));
    refusal::<IDesk::UnknownPosition>(scene.try_call(STRANGER, IDesk::settleCall { position: 1 }));
    assert_eq!(scene.world.storage(), before);

    mature(&scene);
    settle(&scene).expect("at its very date");
    let plain = Scene::new();
    plain.position(&["plain"]);
    plain.endow(ALICE, ONE);
    let error = refusal::<NotMatured>(plain.try_call(STRANGER, IDesk::settleCall { position: 0 }));
    assert_eq!(error.maturity, u(0));
}

#[test]
fn a_fund_that_pays_at_once_is_nobodys_to_settle() {
    let scene = Scene::new();
    scene.position(&["fund"]);
    scene.call(CURATOR, ICovenants::setTermCall { position: 0, secs: u((90 * DAY).into()) });
    scene.covenants();
    scene.endow(ALICE, 100 * ONE);
    scene.rebalance(&[(0, 60 * UNIT)]).expect("allowed");
    let before = scene.world.storage();

    assert_eq!(refusal::<NotPaid>(scene.try_call(STRANGER, IDesk::settleCall { position: 0 })).position, 0);

    assert_eq!(scene.world.storage(), before);
}

#[test]
fn anybody_settles_what_has_matured_and_all_of_it_comes_home() {
    let (scene, at) = bought();
    scene.earn(at, 5 * UNIT);
    mature(&scene);

    assert_eq!(settle(&scene).expect("it pays"), 100 * ONE);

    assert_eq!((scene.book().idle, scene.book().nav), (u(105 * ONE), u(105 * ONE)));
    assert_eq!(scene.view(IDesk::positionsCall {})[0].value, u(0));
    let moved = scene.world.events::<IDesk::PositionMoved>(VAULT).pop().expect("an event");
    assert_eq!((moved.position, moved.result), (0, u(100 * ONE)));
    refusal::<NotPaid>(scene.try_call(STRANGER, IDesk::settleCall { position: 0 }));
}

#[test]
fn settling_needs_no_budget_and_no_keeper_and_is_stopped_by_no_pause() {
    let (scene, _) = bought();
    scene.call(OWNER, IBoard::setBudgetsCall { lossWad: U256::ZERO, turnoverWad: U256::ZERO });
    scene.call(GUARDIAN, IBoard::tripByWordCall { riskId: risk_id("issuer/a") });
    scene.call(GUARDIAN, IBoard::pauseCall { secs: u(DAY.into()) });
    mature(&scene);

    assert_eq!(settle(&scene).expect("it pays"), 95 * ONE);
}

#[test]
fn a_date_that_has_passed_is_no_payment() {
    let (scene, at) = bought();
    mature(&scene);
    scene.world.poke(at, adapter::FAULTS, U256::from(adapter::NO_PAYMENT));

    scene.mark(&[0]);
    assert_eq!(scene.book().nav, u(100 * ONE), "what it cost, and not what it promised");
    refusal::<NotPaid>(scene.try_call(STRANGER, IDesk::settleCall { position: 0 }));
    // What is overdue decays, as its adapter says.
    scene.earn(at, -40 * UNIT);
    scene.mark(&[0]);
    assert_eq!(scene.book().nav, u(60 * ONE));
    scene.world.poke(at, adapter::FAULTS, U256::ZERO);
    assert_eq!(settle(&scene).expect("late"), 55 * ONE);
}

#[test]
fn one_that_pays_a_part_loses_the_rest_to_all_who_are_there() {
    let (scene, at) = bought();
    scene.world.poke(at, adapter::PAYS, U256::from(adapter::BILLION * 6 / 10));
    mature(&scene);

    assert_eq!(settle(&scene).expect("it pays a part"), 57 * ONE);

    assert_eq!(scene.book().nav, u(62 * ONE));
    assert_eq!(worth(&scene, ALICE), 62 * ONE);
}

#[test]
fn whoever_enters_pays_the_higher_value_and_whoever_leaves_gets_the_lower() {
    let (scene, at) = bought();
    scene.world.poke(at, adapter::HIGH, u(105 * ONE));
    scene.mark(&[0]);

    assert_eq!(scene.covenant().bonds[0].premium, u(10 * ONE));
    let shares: u128 = scene.deposit(BOB, 100 * ONE).to();
    // He has a part of 200 for 100 of 110 and more.
    assert!(worth(&scene, BOB) < 200 * ONE * 100 / 210);
    assert!(shares > 0);
    let worth_alice = worth(&scene, ALICE);
    assert!(worth_alice > 100 * ONE);
    // Pushed together again, the two values give nothing that was not paid for.
    scene.world.poke(at, adapter::HIGH, u(0));
    scene.mark(&[0]);
    assert!(worth(&scene, BOB) <= 100 * ONE);
}

#[test]
fn in_and_out_around_a_pushed_price_never_pays() {
    for (high, low) in [(120, 0), (0, -20), (150, -50), (95, -1)] {
        let (scene, at) = bought();
        let pushes: [&dyn Fn(); 2] = [
            &|| {
                scene.world.poke(at, adapter::HIGH, u(high * ONE));
                scene.earn(at, low * UNIT);
                scene.mark(&[0]);
            },
            &|| {
                scene.earn(at, -low * UNIT);
                scene.world.poke(at, adapter::HIGH, u(0));
                scene.mark(&[0]);
            },
        ];
        pushes[0]();
        let shares = scene.deposit(BOB, 50 * ONE);
        pushes[1]();
        let call = IVault::redeemCall { shares, receiver: BOB, owner: BOB };
        let paid: u128 = scene.call(BOB, call).to();
        assert!(paid <= 50 * ONE, "{high} {low}: {paid}");
    }
}

#[test]
fn no_withdrawal_forces_the_sale_of_a_bond() {
    let (scene, _) = bought();

    assert_eq!(scene.view(IVault::maxWithdrawCall { owner: ALICE }), u(5 * ONE));
    mature(&scene);
    settle(&scene).expect("it pays");
    assert_eq!(scene.view(IVault::maxWithdrawCall { owner: ALICE }), u(100 * ONE));
    let call = IVault::withdrawCall { assets: u(99 * ONE), receiver: ALICE, owner: ALICE };
    scene.call(ALICE, call);
}

#[test]
fn a_matured_bond_stands_on_the_first_rung_and_lasts_no_time() {
    let (scene, _) = bought();
    mature(&scene);
    scene.heartbeat();

    let limits = scene.view(IDesk::limitsCall {});
    let duration = limits.iter().find(|state| state.limit == 13).expect("listed");
    assert_eq!(duration.value, u(0));
    assert_eq!(scene.view(IDesk::positionsCall {})[0].value, u(95 * ONE), "no more than it is worth");
}
