//! What else a thief does around debts: holding up rescues, gifts, calls out of turn.

use abi::{
    aave::IAavePool,
    board::IBoard,
    desk::IDesk::{self, Healthy, NoThresholds, NotDeleveraged},
    erc20::IERC20,
    vault::IVault,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use kit::{AAVE, LOOP, Levered, Refusal, leg, usdc};

use super::{floor_is_broken, health_by, invested};

fn deleverage(levered: &Levered, by: Address, position: u32, debt: u64) -> Result<U256, Refusal> {
    let call = IDesk::deleverageCall { position, debt: U256::from(debt) };
    levered.tenor.send(by, levered.tenor.vault, &call).map(|(_, told)| told.repaid)
}

/// A liquidator who repays a base unit of debt again and again, so that nobody else may: it takes no more of a chunk than that.
#[test]
fn rescues_of_dust_hold_nobody_up() {
    let levered = invested(Levered::thresholds());
    levered.set_price(2_200);
    let (tenor, thief) = (&levered.tenor, levered.tenor.wallets[2]);
    tenor.chain.set_block_interval(Some(0));

    for _ in 0..5 {
        let repaid = deleverage(&levered, thief, LOOP, 1).expect("a stranger may repay less");
        assert!(repaid >= U256::ONE && repaid <= U256::from(3), "{repaid}");
    }
    let told = levered.rescue(tenor.wallets[3]).expect("in the same second");

    assert!(told.repaid >= usdc(4_999), "a whole chunk: {}", told.repaid);
    assert_eq!(tenor.shares_of(thief), U256::ZERO, "dust is paid with nothing");
}

#[test]
fn nobody_is_paid_for_a_rescue_of_nothing_of_the_healthy_or_of_what_does_not_owe() {
    let levered = invested(Levered::thresholds());
    let stranger = levered.tenor.wallets[3];

    deleverage(&levered, stranger, LOOP, 1_000_000).expect_err("it is healthy").expect::<Healthy>();
    deleverage(&levered, stranger, AAVE, 1_000_000).expect_err("it does not owe").expect::<NoThresholds>();
    levered.set_price(2_200);
    deleverage(&levered, stranger, LOOP, 0).expect_err("nothing").expect::<NotDeleveraged>();
}

/// Gifts to the adapter and repayments by others: they raise what is true, never what is lent on it.
#[test]
fn gifts_of_collateral_hide_no_broken_floor() {
    let levered = invested(Levered::thresholds());
    levered.set_price(2_500);
    let (tenor, aave) = (&levered.tenor, &levered.tenor.world.aave);
    let (giver, adapter) = (tenor.world.borrower, tenor.deployed.adapters[LOOP as usize]);
    let said = levered.health(LOOP);

    // The borrower has collateral at Aave, and may give what its debts do not need.
    let value = U256::from(5_000_000_000_000_000_000_u64);
    let gift = IERC20::transferCall { to: adapter, value };
    tenor.send(giver, aave.collateral_a_token, &gift).expect("anyone may give");

    assert!(health_by(&levered, 2_500) > 13_000, "by Aave it is healthy: {}", health_by(&levered, 2_500));
    assert_eq!(levered.health(LOOP), said, "by our own count it is not");
    floor_is_broken(&tenor.rebalance(vec![leg(AAVE, 1_000)]).expect_err("a gift can be taken by nobody, nor lent on"));
    tenor.rebalance(vec![Levered::repay_all()]).expect("repaying is nearer");
}

#[test]
fn a_debt_that_a_stranger_repays_is_gone_and_mends_the_floor() {
    let levered = invested(Levered::thresholds());
    levered.set_price(2_500);
    let (tenor, aave, stranger) = (&levered.tenor, &levered.tenor.world.aave, levered.tenor.wallets[3]);
    tenor.world.fund(&tenor.chain, stranger, usdc(10_000)).expect("the token mints");
    let (usdc_token, adapter) = (tenor.world.tokens.usdc, tenor.deployed.adapters[LOOP as usize]);
    let approve = IERC20::approveCall { spender: aave.pool, value: usdc(10_000) };
    tenor.send(stranger, usdc_token, &approve).expect("the token approves");
    let before = tenor.view(tenor.vault, &IVault::totalAssetsCall {});

    let repay = IAavePool::repayCall {
        asset: usdc_token,
        amount: usdc(10_000),
        interestRateMode: U256::from(2),
        onBehalfOf: adapter,
    };
    tenor.send(stranger, aave.pool, &repay).expect("anyone may repay");

    tenor.rebalance(vec![leg(AAVE, 1_000)]).expect("the floor holds");
    tenor.mark();
    let after = tenor.view(tenor.vault, &IVault::totalAssetsCall {});
    assert!(after < before + usdc(10_000), "a gain arrives slowly: {before} to {after}");
}

/// A guardian's or curator's stricter threshold counts at once; nobody can make it laxer at once, nor start a rescue anew.
#[test]
fn thresholds_are_laxer_only_after_their_delay_and_stricter_at_once() {
    let levered = invested(Levered::thresholds());
    let tenor = &levered.tenor;
    let thresholds = |target, soft, hard, cooldown| IBoard::Thresholds {
        targetBps: target,
        softBps: soft,
        hardBps: hard,
        chunk: usdc(5_000),
        cooldownSecs: cooldown,
        slipBps: 100,
        rewardBps: 10,
    };
    let set = |set| IBoard::setThresholdsCall { position: LOOP, thresholds: set };
    for laxer in [
        thresholds(15_000, 12_000, 11_500, 600),
        thresholds(15_000, 13_000, 12_500, 600),
        thresholds(15_000, 13_000, 11_500, 60),
        thresholds(20_000, 13_000, 11_500, 600),
    ] {
        let refusal = tenor.send(tenor.curator, tenor.vault, &set(laxer)).map(drop).expect_err("it waits");
        assert!(IBoard::NotReady::abi_decode(&refusal.data).is_ok(), "{refusal}");
    }
    levered.set_price(2_800);
    tenor.rebalance(vec![leg(AAVE, 1_000)]).expect("1.4 is above 1.3");

    tenor.send(tenor.curator, tenor.vault, &set(thresholds(15_000, 14_500, 11_500, 600))).expect("at once");

    floor_is_broken(&tenor.rebalance(vec![leg(AAVE, 1_000)]).expect_err("1.4 is below 1.45"));
    let call = set(thresholds(15_000, 13_000, 11_500, 600));
    let refusal = tenor.send(tenor.curator, tenor.vault, &call).map(drop).expect_err("and not back");
    assert!(IBoard::NotReady::abi_decode(&refusal.data).is_ok(), "{refusal}");
}
