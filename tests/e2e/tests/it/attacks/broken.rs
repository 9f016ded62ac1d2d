//! Broken and hostile adapters: what they do to others, which must be nothing.

use abi::{adapter::IAdapter, desk::IDesk, erc20::IERC20, vault::IVault};
use alloy_primitives::{Address, FixedBytes, U256};
use alloy_sol_types::SolCall;
use devnet::{Call, Status};
use kit::{Tenor, leg, usdc};

use super::{Fault, IHostile, arm, funded, hostile, no_floor, plain, withdraw};

/// Functions of an adapter that exits rely on.
const USED_BY_EXITS: [[u8; 4]; 3] =
    [IAdapter::liquidityCall::SELECTOR, IAdapter::deallocateCall::SELECTOR, IAdapter::valueCall::SELECTOR];

struct Stage {
    tenor: Tenor,
    adapter: Address,
    broken: u32,
    honest: u32,
}

/// A million: 400,000 idle, 300,000 at an adapter that will break, 300,000 at an honest one behind it.
fn stage() -> Stage {
    let tenor = funded();
    no_floor(&tenor);
    let (adapter, broken) = hostile(&tenor);
    let (_, honest) = plain(&tenor);
    tenor.rebalance(vec![leg(broken, 300_000), leg(honest, 300_000)]).expect("inside every limit");
    Stage { tenor, adapter, broken, honest }
}

impl Stage {
    fn break_it(&self, selector: [u8; 4], fault: Fault) {
        let call = IHostile::faultCall { selector: FixedBytes(selector), kind: fault as u8 };
        self.tenor.send(self.tenor.wallets[4], self.adapter, &call).expect("it obeys");
    }
}

#[test]
fn exits_pass_over_an_adapter_however_it_breaks() {
    let stage = stage();
    let (tenor, wallet) = (&stage.tenor, stage.tenor.wallets[0]);
    for fault in Fault::ALL {
        for selector in USED_BY_EXITS {
            let snapshot = tenor.chain.snapshot().expect("the chain keeps it");
            stage.break_it(selector, fault);

            withdraw(tenor, wallet, usdc(650_000))
                .unwrap_or_else(|refusal| panic!("{fault:?} {selector:x?}: {refusal}"));

            assert_eq!(tenor.usdc_of(wallet), usdc(650_000), "{fault:?} {selector:x?}");
            // A lie about the value is believed as far as the rate goes: some seconds' worth.
            let left = tenor.book().nav;
            assert!(left >= usdc(350_000) && left < usdc(350_001), "{fault:?} {selector:x?}: {left}");
            assert!(tenor.chain.revert(snapshot));
        }
    }
}

/// Each burns what any call may have, before the one that pays gets its turn; a block has 32 millions.
#[test]
fn exits_pass_over_as_many_gas_burners_as_a_block_has_gas_for() {
    let tenor = funded();
    no_floor(&tenor);
    let burners = [(); 12].map(|()| hostile(&tenor));
    let (_, honest) = plain(&tenor);
    let legs = burners.iter().map(|(_, position)| leg(*position, 1_000)).chain([leg(honest, 500_000)]);
    tenor.rebalance(legs.collect()).expect("inside every limit");
    let exit = |selector: [u8; 4], count: usize| {
        let snapshot = tenor.chain.snapshot().expect("the chain keeps it");
        for (adapter, _) in &burners[..count] {
            let call = IHostile::faultCall { selector: FixedBytes(selector), kind: Fault::BurnGas as u8 };
            tenor.send(tenor.wallets[4], *adapter, &call).expect("it obeys");
        }
        let paid = withdraw(&tenor, tenor.wallets[0], usdc(600_000));
        assert!(tenor.chain.revert(snapshot));
        paid.map(drop).is_ok()
    };

    for selector in [IAdapter::liquidityCall::SELECTOR, IAdapter::deallocateCall::SELECTOR] {
        let most = (0..=burners.len()).take_while(|count| exit(selector, *count)).count() - 1;
        assert!(most >= 10, "{most}");
    }
}

#[test]
fn an_adapter_broken_in_everything_stops_no_deposit_no_mark_and_no_rebalance_elsewhere() {
    let stage = stage();
    let tenor = &stage.tenor;
    for fault in [Fault::Revert, Fault::Nothing, Fault::LongRevert, Fault::BurnGas] {
        for selector in [IAdapter::allocateCall::SELECTOR].into_iter().chain(USED_BY_EXITS) {
            stage.break_it(selector, fault);
        }
        tenor.deposit(tenor.wallets[1], usdc(1000));
        tenor.rebalance(vec![leg(stage.honest, 5), leg(stage.honest, -5)]).expect("the honest one works");
        let marks = |positions| tenor.send(tenor.wallets[1], tenor.vault, &IDesk::markCall { positions }).map(drop);
        marks(vec![stage.honest]).expect("the honest one is marked");

        marks(vec![stage.honest, stage.broken]).expect_err("the broken one is not");
        let refusal = tenor.rebalance(vec![leg(stage.broken, -5)]).expect_err("it takes part in nothing");
        assert_eq!(refusal.expect::<IDesk::AdapterCallFailed>().adapter, stage.adapter, "{fault:?}");
    }
}

#[test]
fn promises_of_exit_leave_a_broken_adapter_out() {
    let stage = stage();
    let (tenor, owner) = (&stage.tenor, stage.tenor.wallets[0]);
    // A long answer begins with a word, so that it is none of these but a lie about liquidity.
    for fault in [Fault::Revert, Fault::Nothing, Fault::LongRevert, Fault::BurnGas] {
        stage.break_it(IAdapter::liquidityCall::SELECTOR, fault);
        let max = tenor.view(tenor.vault, &IVault::maxWithdrawCall { owner });
        assert_eq!(max, usdc(700_000), "{fault:?}");
        stage.break_it(IAdapter::liquidityCall::SELECTOR, Fault::None);
    }
    stage.break_it(IAdapter::liquidityCall::SELECTOR, Fault::BurnGas);
    let shares = tenor.view(tenor.vault, &IVault::maxRedeemCall { owner });
    let paid = tenor.redeem(owner, shares).expect("the promise is kept");
    assert!(paid <= usdc(700_000) && paid + U256::from(1) >= usdc(700_000), "{paid}");
}

#[test]
fn nobody_pays_for_more_than_a_word_of_a_long_answer() {
    let stage = stage();
    let tenor = &stage.tenor;
    let gas = |fault| {
        let snapshot = tenor.chain.snapshot().expect("the chain keeps it");
        stage.break_it(IAdapter::liquidityCall::SELECTOR, fault);
        let call = IVault::withdrawCall { assets: usdc(650_000), receiver: tenor.wallets[0], owner: tenor.wallets[0] };
        let receipt = tenor.chain.send(&Call::new(tenor.wallets[0], tenor.vault, call.abi_encode())).expect("taken");
        assert_eq!(receipt.status, Status::Success);
        assert!(tenor.chain.revert(snapshot));
        receipt.gas_used
    };

    let (short, long) = (gas(Fault::Revert), gas(Fault::LongRevert));

    // The callee's own memory of a megabyte costs 2.2 million gas; our side of it must cost next to nothing.
    let memory_gas = 32_768 * 3 + 32_768 * 32_768 / 512;
    assert!(long < short + memory_gas + 20_000, "{long} against {short}");
}

#[test]
fn an_adapter_that_keeps_the_money_is_a_loss_at_once_and_the_least_result_prevents_it() {
    let stage = stage();
    let tenor = &stage.tenor;
    tenor.send(tenor.wallets[4], stage.adapter, &IHostile::lieAboutCall { value_: U256::ZERO }).expect("it obeys");

    let mut careful = leg(stage.broken, 100_000);
    careful.minResult = usdc(100_000);
    tenor.rebalance(vec![careful]).expect_err("the result is nothing");
    assert_eq!(tenor.book().nav, usdc(1_000_000));

    // The mark loses 300,000; half of the 700,000 that are left is the most that may be lost at once.
    let refusal = tenor.rebalance(vec![leg(stage.broken, 100_000)]).expect_err("more than the budget");
    let breach = refusal.expect::<IDesk::LimitBreached>();
    assert_eq!((breach.limit, breach.value, breach.bound), (5, usdc(400_000), usdc(350_000)));
    tenor.rebalance(vec![leg(stage.broken, 50_000)]).expect("a careless keeper may lose the budget");
    let book = tenor.book();
    assert_eq!((book.nav, book.idle), (usdc(650_000), usdc(350_000)), "what is gone is in no price");
}

#[test]
fn shares_moved_away_in_the_middle_of_their_own_exit_stop_it() {
    let stage = stage();
    let tenor = &stage.tenor;
    let [thief, accomplice, ..] = tenor.wallets;
    let shares = tenor.shares_of(thief);
    tenor
        .send(thief, tenor.vault, &IERC20::approveCall { spender: stage.adapter, value: U256::MAX })
        .expect("the thief lets the adapter move shares");
    let steal = IERC20::transferFromCall { from: thief, to: accomplice, value: shares }.abi_encode().into();
    tenor.send(thief, stage.adapter, &IHostile::callBackCall { target_: tenor.vault, call_: steal }).expect("it obeys");

    let refusal = withdraw(tenor, thief, usdc(600_000)).expect_err("the shares are gone when they are to burn");

    assert_eq!(refusal.expect::<IVault::ERC20InsufficientBalance>().sender, thief);
    assert_eq!((tenor.usdc_of(thief), tenor.shares_of(accomplice)), (U256::ZERO, U256::ZERO));
    assert_eq!((tenor.shares_of(thief), tenor.book().nav), (shares, usdc(1_000_000)));
}

#[test]
fn an_adapter_that_answers_an_exit_with_a_deposit_is_refused_and_the_exit_goes_on() {
    let stage = stage();
    let tenor = &stage.tenor;
    let deposit = IVault::depositCall { assets: usdc(1000), receiver: stage.adapter };
    let call = IHostile::callBackCall { target_: tenor.vault, call_: deposit.abi_encode().into() };
    tenor.send(tenor.wallets[4], stage.adapter, &call).expect("it obeys");

    withdraw(tenor, tenor.wallets[0], usdc(500_000)).expect("nobody is kept in");

    assert_eq!(tenor.shares_of(stage.adapter), U256::ZERO);
    assert_eq!(tenor.book().nav, usdc(500_000));
}

#[test]
fn twenty_broken_positions_cost_a_deposit_nothing_and_an_exit_little() {
    let tenor = funded();
    no_floor(&tenor);
    let wallet = tenor.wallets[0];
    arm(&tenor, wallet, usdc(100));
    let gas = || {
        let deposit = IVault::depositCall { assets: usdc(5), receiver: wallet };
        let (entry, _) = tenor.send(wallet, tenor.vault, &deposit).expect("the vault takes it");
        let assets = tenor.book().idle + usdc(1);
        let exit = IVault::withdrawCall { assets, receiver: wallet, owner: wallet };
        let snapshot = tenor.chain.snapshot().expect("the chain keeps it");
        let (exit, _) = tenor.send(wallet, tenor.vault, &exit).expect("nobody is kept in");
        assert!(tenor.chain.revert(snapshot));
        (entry.gas_used, exit.gas_used)
    };
    let broken: Vec<_> = (0..20).map(|_| hostile(&tenor)).collect();
    let (_, honest) = plain(&tenor);
    tenor.rebalance(vec![leg(honest, 300_000)]).expect("inside every limit");
    let (entry_before, exit_before) = gas();

    tenor.rebalance(broken.iter().map(|(_, position)| leg(*position, 1000)).collect()).expect("inside every limit");
    for (adapter, _) in &broken {
        let selector = FixedBytes(IAdapter::liquidityCall::SELECTOR);
        let call = IHostile::faultCall { selector, kind: Fault::Revert as u8 };
        tenor.send(tenor.wallets[4], *adapter, &call).expect("it obeys");
    }
    let (entry_after, exit_after) = gas();

    assert!(entry_after <= entry_before, "{entry_after} after {entry_before}");
    assert!(exit_after < exit_before + 20 * 25_000, "{exit_after} after {exit_before}");
}
