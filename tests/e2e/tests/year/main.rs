//! A year on the local chain, decided by the keeper itself: bonds are bought, held, rolled by the rule, matured and settled; after
//! every call duration is in its band, the ladder in its shares and every other limit holds; and the income that the vault's own
//! book shows is the sum of its parts.

mod ledger;
mod stage;

use abi::desk::IDesk;
use kit::{leg, usdc};
use model::mandate::Limit;

use ledger::Ledger;
use stage::{BONDS, DAY_SECS, FIRST_BOND, LONG, Stage, YEAR_DAYS};

/// Days between two looks of the keeper.
const STEP_DAYS: u64 = 7;
const DEPOSIT_DOLLARS: u64 = 10_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_bonds_stays_inside_the_mandate_and_its_income_is_the_sum_of_its_parts() {
    let stage = Stage::new().await;
    stage.tenor.deposit(stage.tenor.wallets[0], usdc(DEPOSIT_DOLLARS));
    let mut ledger = Ledger::open(&stage);
    let (mut bought_after_settlement, mut settled) = (0, Vec::new());

    for day in 0..=YEAR_DAYS {
        if day > 0 {
            stage.pass_day(day);
        }
        for position in stage.due() {
            ledger.look(&stage);
            stage.settle(position).expect("it is due, and anyone settles it");
            ledger.trade(&stage);
            stage.assert_inside("a settlement");
            settled.push(position);
        }
        if day % STEP_DAYS > 0 {
            continue;
        }
        ledger.look(&stage);
        let legs = stage.decide_and_act().await;
        ledger.trade(&stage);
        stage.assert_inside("the keeper's call");
        let bonds = legs.iter().filter(|leg| leg.position >= FIRST_BOND && !leg.assets.is_negative());
        bought_after_settlement += if settled.is_empty() { 0 } else { bonds.count() };
        if day == YEAR_DAYS / 2 / STEP_DAYS * STEP_DAYS {
            the_rule_is_the_contracts(&stage);
        }
    }

    // Everything that was due in the year has paid.
    let due = stage.maturities.iter().filter(|(_, days)| *days <= YEAR_DAYS).count();
    assert_eq!(settled.len(), due, "of {BONDS} bonds and a long, {settled:?} were settled");
    assert!(settled.contains(&LONG) && settled.len() >= 4);
    assert!(bought_after_settlement >= 3, "proceeds are rolled: {bought_after_settlement} purchases");

    ledger.look(&stage);
    stage.tenor.mark();
    ledger.trade(&stage);
    let book = stage.tenor.book();
    let income = book.nav.to::<u128>() as f64 - usdc(DEPOSIT_DOLLARS).to::<u128>() as f64;
    let parts = ledger.income();
    eprintln!("of {:.2} dollars, in millionths: {parts:?}", income / 1e6);
    assert!((parts.total() - income).abs() <= 1e-9 * income.abs(), "{parts:?} is {}, not {income}", parts.total());
    assert!(
        parts.carry > 0.0 && parts.cost < 0.0 && parts.roll_down != 0.0 && parts.rate != 0.0 && parts.spread != 0.0
    );
    let rate = income / usdc(DEPOSIT_DOLLARS).to::<u128>() as f64;
    assert!((0.02..0.1).contains(&rate), "a year brought {rate}");
}

/// A keeper that would buy below the reference is refused by the vault, and what came home stays idle.
fn the_rule_is_the_contracts(stage: &Stage) {
    stage.say_reference(30);
    let bond = stage.unmatured().next().expect("some are left");
    let before = stage.tenor.book();
    let refusal = stage.tenor.rebalance(vec![leg(bond, 1_000)]).expect_err("it yields far below the reference");
    assert_eq!(refusal.expect::<IDesk::LimitBreached>().limit, Limit::Purchase as u8);
    assert_eq!(stage.tenor.book().idle, before.idle);
    stage.say_reference(stage::REFERENCE_PERCENT);
    assert!(stage.now_secs() > DAY_SECS);
}
