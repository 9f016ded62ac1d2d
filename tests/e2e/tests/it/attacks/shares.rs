//! Thieves among depositors: donations, first deposits, rounding.

use abi::{aave::IAavePool, erc20::IERC20, erc4626::IERC4626, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use kit::{AAVE, META_MORPHO, Tenor, leg, usdc};

use super::{all, arm, funded, no_floor, wealth, withdraw};

sol! {
    interface IDepositing {
        function deposit(uint256 assets, address receiver) external returns (uint256 shares);
    }
}

/// Gives `assets` to each adapter in the units of its own venue, and as plain money; and as money to the vault.
fn donate(tenor: &Tenor, thief: Address, assets: U256) {
    let usdc = tenor.world.tokens.usdc;
    let [at_aave, at_meta_morpho] = [tenor.deployed.adapters[0], tenor.deployed.adapters[1]];
    let (pool, meta_morpho) = (tenor.world.aave.pool, tenor.world.morpho.meta_morpho);
    tenor.world.fund(&tenor.chain, thief, assets * U256::from(5)).expect("the token mints");
    for spender in [pool, meta_morpho] {
        tenor.send(thief, usdc, &IERC20::approveCall { spender, value: assets }).expect("the token approves");
    }
    let supply = IAavePool::supplyCall { asset: usdc, amount: assets, onBehalfOf: at_aave, referralCode: 0 };
    tenor.send(thief, pool, &supply).expect("Aave takes it");
    let deposit = IDepositing::depositCall { assets, receiver: at_meta_morpho };
    tenor.send(thief, meta_morpho, &deposit).expect("MetaMorpho takes it");
    for to in [at_aave, at_meta_morpho, tenor.vault] {
        tenor.send(thief, usdc, &IERC20::transferCall { to, value: assets }).expect("the token moves");
    }
}

#[test]
fn a_first_depositor_who_donates_everywhere_takes_nothing_from_the_second() {
    let tenor = Tenor::new();
    let [thief, victim, ..] = tenor.wallets;
    tenor.deposit(thief, U256::from(20));
    tenor.rebalance(vec![]).expect("inside every limit");
    donate(&tenor, thief, usdc(1_000_000));
    tenor.mark();

    let shares = tenor.deposit(victim, usdc(1000));
    let paid = tenor.redeem(victim, shares).expect("nobody is kept in");

    assert!(paid + U256::from(1) >= usdc(1000), "{paid} paid of a thousand dollars");
    assert!(wealth(&tenor, thief) <= U256::from(20));
}

#[test]
fn units_donated_to_adapters_are_in_no_price_and_block_no_exit() {
    let tenor = funded();
    let shares = tenor.shares_of(tenor.wallets[0]);
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    let before = tenor.book().nav;

    donate(&tenor, tenor.wallets[1], usdc(100_000));
    tenor.mark();

    let after = tenor.book().nav;
    assert!(after >= before && after < before + usdc(1), "{after} after {before}");
    tenor.rebalance(vec![all(AAVE), all(META_MORPHO)]).expect("everything comes back");
    let book = tenor.book();
    assert!(book.idle >= before && book.idle < before + usdc(1), "{} idle after {before}", book.idle);
    assert!(book.marked <= U256::from(2), "{} left", book.marked);
    let paid = tenor.redeem(tenor.wallets[0], shares).expect("nobody is kept in");
    assert!(paid >= before && paid < before + usdc(1));
}

#[test]
fn loops_of_tiny_entries_and_exits_gain_nothing() {
    let tenor = funded();
    let [honest, thief, ..] = tenor.wallets;
    no_floor(&tenor);
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 450_000)]).expect("inside every limit");
    tenor.pass(86_400);
    tenor.mark();
    // Time stands still from here, so that interest cannot hide what rounding does.
    tenor.chain.set_block_interval(Some(0));
    arm(&tenor, thief, usdc(10));
    let (rich, price_before) = (wealth(&tenor, thief), wealth(&tenor, honest));

    for round in 0..12_u64 {
        let (assets, receiver) = (U256::from(1 + round % 3), thief);
        tenor.send(thief, tenor.vault, &IVault::depositCall { assets, receiver }).expect("the vault takes it");
        tenor.send(thief, tenor.vault, &IVault::mintCall { shares: assets, receiver }).expect("the vault mints");
        withdraw(&tenor, thief, U256::from(1)).expect("the vault pays");
        let shares = tenor.shares_of(thief);
        // What is too little to pay a base unit is refused, and stays.
        let _ = tenor.redeem(thief, shares);
        assert!(wealth(&tenor, thief) <= rich, "round {round} gained");
        assert!(wealth(&tenor, honest) >= price_before, "round {round} took from others");
    }
}

#[test]
fn tiny_exits_that_force_venues_gain_nothing_and_cost_others_no_more_than_venues_round() {
    let tenor = funded();
    let [honest, thief, ..] = tenor.wallets;
    no_floor(&tenor);
    tenor.deposit(thief, usdc(10));
    let rest = tenor.book().idle - usdc(1_000_000);
    tenor.rebalance(vec![leg(AAVE, 600_000), leg(META_MORPHO, 400_010)]).expect("inside every limit");
    assert_eq!((rest, tenor.book().idle), (usdc(10), U256::ZERO));
    tenor.chain.set_block_interval(Some(0));
    let (rich, others) = (wealth(&tenor, thief), wealth(&tenor, honest));

    let exits = 30;
    for _ in 0..exits {
        withdraw(&tenor, thief, U256::from(1)).expect("the vault pays");
    }

    assert!(wealth(&tenor, thief) <= rich);
    assert!(wealth(&tenor, honest) + U256::from(2 * exits) >= others, "others lost more than two units an exit");
}

#[test]
fn a_plain_erc4626_venue_whose_first_depositor_donates_is_refused_by_the_least_result() {
    let tenor = funded();
    let thief = tenor.wallets[1];
    let (venue, position) = super::plain(&tenor);
    arm(&tenor, thief, usdc(500_000));
    let approve = IERC20::approveCall { spender: venue, value: U256::MAX };
    tenor.send(thief, tenor.world.tokens.usdc, &approve).expect("the token approves");
    tenor.send(thief, venue, &IDepositing::depositCall { assets: U256::from(1), receiver: thief }).expect("it opens");
    let gift = IERC20::transferCall { to: venue, value: usdc(300_000) };
    tenor.send(thief, tenor.world.tokens.usdc, &gift).expect("the token moves");
    let before = tenor.book();

    let mut careful = leg(position, 100_000);
    careful.minResult = usdc(99_999);
    let refusal = tenor.rebalance(vec![careful]).expect_err("nothing would come of it");

    assert_eq!(refusal.expect::<abi::desk::IDesk::ResultBelowMinimum>().result, U256::ZERO);
    assert_eq!(tenor.book().nav, before.nav);
    assert_eq!(tenor.view(venue, &IERC4626::totalSupplyCall {}), U256::from(1));
}
