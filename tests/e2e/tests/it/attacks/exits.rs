//! Exits under pressure: venues without money, stale marks, promises that must be kept.

use abi::{adapter::IAdapter, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use chain::deployment::Mandate;
use devnet::{Call, Status};
use kit::{AAVE, Built, META_MORPHO, Tenor, leg, usdc};
use sim::{Venue, World};

use super::{WAD, funded, no_floor, units, venue, wealth, withdraw};

sol! {
    /// `HungryVault.sol`, beyond ERC-4626.
    interface IHungry {
        function close() external;
    }
}

fn max_withdraw(tenor: &Tenor) -> U256 {
    tenor.view(tenor.vault, &IVault::maxWithdrawCall { owner: tenor.wallets[0] })
}

fn max_redeem(tenor: &Tenor) -> U256 {
    tenor.view(tenor.vault, &IVault::maxRedeemCall { owner: tenor.wallets[0] })
}

/// A million dollars, of which 50,000 are idle, with every venue lent out.
fn lent_out(venues: &[Venue]) -> Tenor {
    let tenor = funded();
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    for venue in venues {
        tenor.world.borrow_to(&tenor.chain, *venue, WAD).expect("everything is borrowed");
    }
    // Interest a second changes what is liquid; promises are about the same moment.
    tenor.chain.set_block_interval(Some(0));
    tenor
}

#[test]
fn with_both_venues_lent_out_idle_money_is_what_can_be_had() {
    let tenor = lent_out(&Venue::ALL);
    let (max, shares) = (max_withdraw(&tenor), max_redeem(&tenor));
    assert!(max >= usdc(50_000) && max < usdc(50_001), "{max}");

    let more = withdraw(&tenor, tenor.wallets[0], max + U256::from(1)).expect_err("that much is not there");
    assert_eq!(more.expect::<IVault::ERC4626ExceededMaxWithdraw>().assets, max + U256::from(1));
    let paid = tenor.redeem(tenor.wallets[0], shares).expect("the promise is kept");
    assert!(paid <= max && paid + U256::from(1) >= max, "{paid} of {max}");
}

#[test]
fn with_one_venue_lent_out_the_other_pays_what_is_promised() {
    for (venue, liquid) in [(Venue::Aave, 450_000), (Venue::MetaMorpho, 600_000)] {
        let tenor = lent_out(&[venue]);
        let max = max_withdraw(&tenor);
        assert!(max + usdc(1) > usdc(liquid) && max < usdc(liquid + 1), "{venue:?}: {max}");

        withdraw(&tenor, tenor.wallets[0], max).expect("the promise is kept");

        assert_eq!(tenor.usdc_of(tenor.wallets[0]), max);
        // The exit marked what its venue had earned in these seconds: that alone is left to be had.
        let rest = max_withdraw(&tenor);
        assert!(rest < usdc(1), "{rest}");
        withdraw(&tenor, tenor.wallets[0], rest).expect("this promise is kept, too");
        assert_eq!((max_withdraw(&tenor), max_redeem(&tenor)), (U256::ZERO, U256::ZERO));
    }
}

#[test]
fn an_exit_pays_to_the_unit_what_its_preview_says() {
    let tenor = funded();
    let wallet = tenor.wallets[0];
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    tenor.pass(40 * 86_400);
    tenor.chain.set_block_interval(Some(0));

    for part in [7_u64, 5, 3, 2, 1] {
        let shares = tenor.shares_of(wallet) / U256::from(part);
        let said = tenor.view(tenor.vault, &IVault::previewRedeemCall { shares });
        assert_eq!(tenor.redeem(wallet, shares).expect("nobody is kept in"), said);
    }
    assert_eq!(tenor.shares_of(wallet), U256::ZERO);
}

#[test]
fn entries_cost_to_the_unit_what_their_previews_say() {
    let tenor = funded();
    let wallet = tenor.wallets[1];
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    tenor.pass(40 * 86_400);
    tenor.chain.set_block_interval(Some(0));
    super::arm(&tenor, wallet, usdc(2000));

    let assets = U256::from(999_999_937);
    let said = tenor.view(tenor.vault, &IVault::previewDepositCall { assets });
    let (_, shares) = tenor.send(wallet, tenor.vault, &IVault::depositCall { assets, receiver: wallet }).expect("in");
    assert_eq!(shares, said);

    let shares = U256::from(123_456_789_012_345_678_901_u128);
    let said = tenor.view(tenor.vault, &IVault::previewMintCall { shares });
    let (_, assets) = tenor.send(wallet, tenor.vault, &IVault::mintCall { shares, receiver: wallet }).expect("in");
    assert_eq!(assets, said);
}

#[test]
fn coming_late_to_a_gain_gains_nothing_whoever_marks() {
    let tenor = funded();
    let thief = tenor.wallets[1];
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    // Three months without a mark.
    tenor.pass(90 * 86_400);
    let held = wealth(&tenor, tenor.wallets[0]);

    for marks_before in [false, true] {
        if marks_before {
            tenor.mark();
        }
        let shares = tenor.deposit(thief, usdc(3_000_000));
        tenor.mark();
        let paid = tenor.redeem(thief, shares).expect("nobody is kept in");
        assert!(paid <= usdc(3_000_000), "a visitor left with {paid}");
    }
    assert!(wealth(&tenor, tenor.wallets[0]) > held, "the gain stays with who was there");
}

/// What the adapters say that the positions are worth, and idle money.
fn really(tenor: &Tenor) -> U256 {
    let worth = |adapter: &Address| tenor.view(*adapter, &IAdapter::valueCall {});
    tenor.deployed.adapters.iter().map(worth).sum::<U256>() + tenor.book().idle
}

#[test]
fn nobody_buys_the_gains_that_an_early_exit_left_to_those_who_stay() {
    let tenor = Tenor::new();
    let [stays, leaves, thief, ..] = tenor.wallets;
    tenor.deposit(stays, usdc(10_000));
    let shares = tenor.deposit(leaves, usdc(990_000));
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    tenor.pass(60 * 86_400);

    // Without a mark before it: the gain of two months stays in the positions, 99 % of the money leaves.
    tenor.redeem(leaves, shares).expect("nobody is kept in");
    let (book, real) = (tenor.book(), really(&tenor));
    assert!(book.navEntry + U256::from(2) >= real, "entry at {} into {real}", book.navEntry);

    let before = wealth(&tenor, stays);
    tenor.deposit(thief, usdc(990_000));
    tenor.ripen();
    tenor.rebalance(vec![leg(AAVE, 540_000), leg(META_MORPHO, 390_000)]).expect("inside every limit");
    tenor.pass(2 * 86_400);
    tenor.mark();
    // Two days at the venues' rates, 1.3 % a year, earn about 70 dollars; two months' gain was two thousand.
    let fair = usdc(990_070);
    assert!(wealth(&tenor, thief) <= fair, "{} two days after {}", wealth(&tenor, thief), usdc(990_000));
    assert!(wealth(&tenor, stays) >= before);
}

#[test]
fn gains_that_the_last_one_out_did_not_mark_stay_in_the_book() {
    let tenor = funded();
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    tenor.pass(60 * 86_400);

    tenor.redeem(tenor.wallets[0], tenor.shares_of(tenor.wallets[0])).expect("nobody is kept in");

    let (book, real) = (tenor.book(), really(&tenor));
    assert!(real > usdc(2000), "two months earned {real}");
    assert!(book.nav + U256::from(2) >= real, "{} in the book of {real}", book.nav);
}

/// Everything that a position holds, asked for by its value and not by its shares, at prices that divide nothing evenly.
/// Values are rounded down and shares up, of the same price: that never takes a share more than there is, but where a venue
/// rounds worse and promises what it does not pay.
#[test]
fn an_exit_of_all_of_an_erc4626_position_needs_no_share_more_than_there_is() {
    let tenor = funded();
    no_floor(&tenor);
    let wallet = tenor.wallets[0];
    let [plain, rounding, rest] = ["CallbackVenue", "RoundingVault", "CallbackVenue"].map(|name| venue(&tenor, name));

    for (venue, position) in [(tenor.world.morpho.meta_morpho, META_MORPHO), plain, rounding] {
        for round in 0..12_u64 {
            if tenor.shares_of(wallet).is_zero() {
                tenor.deposit(wallet, usdc(1_000_000) + U256::from(7_919 * round));
            }
            tenor.ripen();
            // A half here, and another behind it that has to pay too: so all of this one is asked for.
            let half = i128::try_from(tenor.book().idle).expect("small") / 2;
            tenor.rebalance(vec![units(position, half), units(rest.1, half)]).expect("inside every limit");
            // An odd gain, all of it believed; nothing moves between the mark and the exit.
            tenor.world.fund(&tenor.chain, venue, U256::from(104_729 + 331 * round)).expect("anyone may give");
            tenor.pass(86_400 + 977 * round);
            tenor.chain.set_block_interval(Some(0));
            tenor.send(wallet, tenor.vault, &IDesk::markCall { positions: vec![position] }).expect("anyone marks");
            let held = || {
                let position = tenor.view(tenor.vault, &IDesk::positionsCall {}).swap_remove(position as usize);
                (position.value, tenor.view(position.adapter, &IAdapter::valueCall {}))
            };
            let (marked, real) = held();
            assert_eq!(marked, real, "{venue} in round {round}");

            let shares = tenor.shares_of(wallet);
            let owed = tenor.view(tenor.vault, &IVault::previewRedeemCall { shares });
            let paid = tenor.redeem(wallet, shares);

            assert_eq!(paid, Ok(owed), "{venue} in round {round}");
            assert_eq!(held(), (U256::ZERO, U256::ZERO), "{venue} in round {round}");
            tenor.chain.set_block_interval(None);
        }
    }
}

/// Whoever exits gives the gas: too little of it for one position must not make that seem broken, and pass it over in favour
/// of the next one.
#[test]
fn whoever_exits_cannot_choose_by_its_gas_which_positions_are_forced() {
    let tenor = funded();
    no_floor(&tenor);
    let wallet = tenor.wallets[0];
    let [hungry, plain] = ["HungryVault", "CallbackVenue"].map(|name| venue(&tenor, name));
    tenor.rebalance(vec![leg(hungry.1, 500_000), leg(plain.1, 500_000)]).expect("inside every limit");
    let held = |position| tenor.view(tenor.vault, &IDesk::positionsCall {})[position as usize].value;
    let withdraw = IVault::withdrawCall { assets: usdc(200_000), receiver: wallet, owner: wallet };
    let exit = |gas| {
        let start = tenor.chain.snapshot().expect("there is room for one");
        let call = Call::new(wallet, tenor.vault, withdraw.abi_encode()).with_gas(gas);
        let receipt = tenor.chain.send(&call).expect("the chain takes it");
        let left = (receipt.status == Status::Success).then(|| [held(hungry.1), held(plain.1)]);
        assert!(tenor.chain.revert(start), "it is there");
        left
    };

    for gas in (100_000..5_000_000).step_by(50_000) {
        if let Some(left) = exit(gas) {
            assert_eq!(left, [usdc(300_000), usdc(500_000)], "{gas} gas");
        }
    }
    assert!(exit(1_500_000).is_some(), "an exit that passes nothing over needs no more gas than it uses");
    // What cannot be paid at once is passed over by whoever gives the gas that it would have had.
    tenor.send(wallet, hungry.0, &IHungry::closeCall {}).expect("it closes");
    assert_eq!(exit(1_500_000), None);
    assert_eq!(exit(3_500_000), Some([usdc(500_000), usdc(300_000)]));
}

/// The same for what real venues use, at every amount of gas.
#[test]
fn an_exit_from_real_venues_is_paid_in_their_order_or_not_at_all() {
    for swaps in [false, true] {
        let swap: fn(&mut Mandate, &World) = |mandate, _| mandate.positions.swap(0, 1);
        let tenor = Tenor::built(&Built { alter: if swaps { swap } else { |_, _| {} }, ..Built::default() });
        let wallet = tenor.wallets[0];
        tenor.deposit(wallet, usdc(1_000_000));
        tenor.rebalance(vec![leg(0, 550_000), leg(1, 400_000)]).expect("inside every limit");
        let held = |position: usize| tenor.view(tenor.vault, &IDesk::positionsCall {})[position].value;
        let (before, mut paid) = ([held(0), held(1)], 0);
        let withdraw = IVault::withdrawCall { assets: usdc(200_000), receiver: wallet, owner: wallet };

        for gas in (100_000..2_000_000).step_by(10_000) {
            let start = tenor.chain.snapshot().expect("there is room for one");
            let call = Call::new(wallet, tenor.vault, withdraw.abi_encode()).with_gas(gas);
            if tenor.chain.send(&call).expect("the chain takes it").status == Status::Success {
                assert!(held(0) < before[0] - usdc(149_000) && held(1) >= before[1], "{gas} gas");
                paid += 1;
            }
            assert!(tenor.chain.revert(start), "it is there");
        }

        assert!(paid > 100, "an exit needs no more gas than it uses: {paid}");
    }
}
