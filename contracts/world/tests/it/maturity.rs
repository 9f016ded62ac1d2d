//! Bonds at and after their date: settled by anybody, never at par before the cash is there; and two values before it.

use abi::{
    board::IBoard,
    covenants::ICovenants,
    desk::IDesk::{self, NotMatured, NotPaid},
    vault::IVault,
};
use alloy_primitives::{Address, U256};
use tenor_world::{
    CURATOR, GUARDIAN, OWNER, Scene, USDC, VAULT, WAD, address,
    mock::{adapter, token},
    refusal, risk_id,
};

use crate::{ALICE, BOB, ONE, UNIT, u};

const DAY: u64 = 86_400;
const STRANGER: Address = address(0x41);

/// 95 units of Alice's 100 in a bond that pays 100 in 90 days and grows by no more than 1000 % a year.
fn bought() -> (Scene, Address) {
    bought_growing(10 * WAD)
}

/// The same, growing by no more than so much a year.
fn bought_growing(max_rate_wad: u64) -> (Scene, Address) {
    let scene = Scene::new();
    let at = scene.bond(&["issuer/a"], 90);
    scene.covenants();
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: U256::from(max_rate_wad) });
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

/// A bond that is overdue and that anybody marks while it fades from 95 to 35: no gain is believed of it.
fn faded() -> (Scene, Address) {
    let (scene, at) = bought_growing(0);
    mature(&scene);
    for _ in 0..3 {
        scene.earn(at, -20 * UNIT);
        scene.mark(&[0, 0]);
        scene.mark(&[0]);
    }
    assert_eq!(scene.book().nav, u(40 * ONE));
    (scene, at)
}

#[test]
fn a_late_payment_undoes_what_anybody_marked_off_while_it_was_overdue() {
    let (scene, at) = faded();
    scene.earn(at, 60 * UNIT);

    assert_eq!(settle(&scene).expect("late, and in full"), 95 * ONE);

    assert_eq!((scene.book().idle, scene.book().nav), (u(100 * ONE), u(100 * ONE)));
    assert_eq!(worth(&scene, ALICE), 100 * ONE);
    assert_eq!(scene.view(IDesk::positionsCall {})[0].shortfall, u(0));
    let told = scene.world.events::<IDesk::PositionMarked>(VAULT).pop().expect("an event");
    // What it pays beyond that counts by its slack, a basis point.
    assert_eq!((told.valueBefore, told.valueAfter), (u(35 * ONE), u(95 * ONE - 6_000)));
}

#[test]
fn a_late_payment_counts_as_far_as_what_was_marked_off_has_not_faded() {
    for (quarters, counted) in [(1, 45), (2, 30), (3, 15), (4, 0), (9, 0)] {
        let (scene, at) = faded();
        scene.world.pass(quarters * DAY / 4);
        scene.earn(at, 60 * UNIT);

        settle(&scene).expect("late, and in full");

        // What is counted beyond is the slack of what was sold at most.
        let nav: u128 = scene.book().nav.to();
        assert!((0..=3_500).contains(&(nav - (40 + counted) * ONE)), "after {quarters}: {nav}");
    }
}

#[test]
fn a_late_payment_in_parts_counts_as_one_does() {
    let (scene, at) = faded();
    scene.earn(at, 60 * UNIT);
    for (paid, left) in [(38 * ONE, 57 * ONE), (28_500_000, 28_500_000), (28_500_000, 0)] {
        scene.world.poke(at, adapter::PAYS, u(u128::from(adapter::BILLION) * paid / (paid + left)));
        scene.world.poke(at, adapter::ANSWER_VALUE, u(left + 1));

        assert_eq!(settle(&scene).expect("it pays a part"), paid);

        scene.world.poke(at, adapter::ANSWER_VALUE, U256::ZERO);
        scene.world.poke(at, adapter::VALUE, u(left));
    }
    let nav: u128 = scene.book().nav.to();
    assert!((100 * ONE - 10_000..=100 * ONE).contains(&nav), "{nav}");
    assert_eq!(scene.view(IDesk::positionsCall {})[0].shortfall, u(0));
}

#[test]
fn a_late_payment_counts_no_more_than_was_marked_off() {
    let (scene, at) = faded();
    scene.earn(at, 1_000 * UNIT);

    settle(&scene).expect("it pays");

    assert_eq!(scene.book().nav, u(100 * ONE + 3_500), "and the slack of what it was believed to be worth");
}

#[test]
fn whoever_enters_around_a_late_payment_takes_no_part_of_it() {
    // Between the last mark and the entry, and between the entry and the payment, in eighths of an epoch; and whether anybody
    // goes on marking, which keeps a shortfall from fading.
    for (before, after) in [(0, 0), (1, 0), (4, 0), (7, 0), (8, 0), (0, 1), (0, 7), (4, 4), (7, 3)] {
        for marks in [0, 7] {
            for paid in [10, 60, 1_000] {
                let (scene, at) = faded();
                let pass = |eighths: u64| {
                    for _ in 0..=marks {
                        scene.world.pass(eighths * DAY / 8 / (marks + 1));
                        scene.mark(&[0]);
                    }
                };
                pass(before);
                let shares = scene.deposit(BOB, 200 * ONE);
                pass(after);
                scene.earn(at, paid * UNIT);
                settle(&scene).expect("it pays");

                let left: u128 = scene.call(BOB, IVault::redeemCall { shares, receiver: BOB, owner: BOB }).to();

                assert!(left <= 200 * ONE, "{before} {after} {marks} {paid}: {left}");
                assert!(worth(&scene, ALICE) >= 40 * ONE);
            }
        }
    }
}

#[test]
fn an_adapter_that_fades_and_pays_as_it_likes_gives_money_and_takes_none() {
    // It says less than it holds, has its friend enter, and pays with money of its own what it likes, saying that so much is left.
    for (fall, paid, left) in [(35, 95, 0), (95, 95, 0), (95, 500, 0), (60, 90, 1_000_000), (60, 95, 40), (1, 2, 94)] {
        let (scene, at) = bought_growing(0);
        mature(&scene);
        scene.world.poke(at, adapter::VALUE, u((95 - fall) * ONE));
        scene.mark(&[0]);
        let shares = scene.deposit(BOB, 300 * ONE);
        token::mint(&scene.world, USDC, at, 1_000 * ONE);
        scene.world.poke(at, adapter::VALUE, u(paid * ONE));
        scene.world.poke(at, adapter::ANSWER_VALUE, u(left * ONE + 1));
        let before = scene.assets_of(VAULT);

        settle(&scene).expect("it pays");

        let book = scene.book();
        assert!(book.idle <= u(scene.assets_of(VAULT)) && scene.assets_of(VAULT) == before + paid * ONE);
        assert!(book.nav <= u(400 * ONE + 9_500), "{fall} {paid} {left}: {}", book.nav);
        let out: u128 = scene.call(BOB, IVault::redeemCall { shares, receiver: BOB, owner: BOB }).to();
        assert!(out <= 300 * ONE, "{fall} {paid} {left}: {out}");
    }
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
