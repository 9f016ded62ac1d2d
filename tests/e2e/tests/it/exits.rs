//! Everybody gets out: what wallets are paid, to the wei that rounding allows, and what is left.

use alloy_primitives::U256;
use kit::{AAVE, META_MORPHO, Tenor, leg, usdc};

/// Rounding may keep this many base units of every redemption and every touched position in the vault.
const DUST: u64 = 8;

#[test]
fn every_wallet_gets_its_part_of_the_book_to_the_unit_that_rounding_allows() {
    let tenor = Tenor::new();
    let assets = [usdc(1_000_000), usdc(2_345_678), usdc(17)];
    for (wallet, assets) in tenor.wallets.into_iter().zip(assets) {
        tenor.deposit(wallet, assets);
    }
    tenor.rebalance(vec![leg(AAVE, 1_700_000), leg(META_MORPHO, 1_400_000)]).expect("inside every limit");
    tenor.pass(30 * 86_400);
    tenor.mark();

    let book = tenor.book();
    let supply: U256 = tenor.wallets.map(|wallet| tenor.shares_of(wallet)).into_iter().sum();
    let mut paid = U256::ZERO;
    for (wallet, deposited) in tenor.wallets.into_iter().zip(assets) {
        let shares = tenor.shares_of(wallet);
        let owed = book.nav * shares / supply;
        let received = tenor.redeem(wallet, shares).expect("nobody is kept in");
        assert!(received + U256::from(DUST) >= owed, "{wallet} is owed {owed} and got {received}");
        assert!(received > deposited, "{wallet} earned nothing: {deposited} in, {received} out");
        assert_eq!(tenor.usdc_of(wallet), received);
        paid += received;
    }

    // Seconds of interest arrive between the mark and the last exit; nothing else may differ from the book.
    let left = tenor.book().nav;
    assert!(paid + left >= book.nav, "{paid} paid and {left} left of {}", book.nav);
    assert!(paid <= book.nav + usdc(1), "{paid} paid out of {}", book.nav);
    assert!(left <= usdc(1), "{left} left when nobody holds a share");
}

#[test]
fn an_exit_larger_than_idle_takes_from_the_positions() {
    let tenor = Tenor::new();
    let shares = tenor.deposit(tenor.wallets[0], usdc(1_000_000));
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    assert_eq!(tenor.book().idle, usdc(50_000));

    let received = tenor.redeem(tenor.wallets[0], shares / U256::from(2)).expect("venues pay");

    assert!(received + U256::from(DUST) >= usdc(500_000), "{received}");
}

#[test]
fn no_profit_comes_from_entering_and_leaving_at_once() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(1_000_000));
    tenor.rebalance(vec![leg(AAVE, 550_000), leg(META_MORPHO, 400_000)]).expect("inside every limit");
    tenor.pass(10 * 86_400);

    let shares = tenor.deposit(tenor.wallets[1], usdc(5_000_000));
    tenor.mark();
    let received = tenor.redeem(tenor.wallets[1], shares).expect("nobody is kept in");

    assert!(received <= usdc(5_000_000), "a visitor of one second left with {received}");
}

#[test]
fn donations_change_no_price() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(1000));
    tenor.rebalance(vec![leg(AAVE, 500)]).expect("inside every limit");
    let before = tenor.book();

    tenor.world.fund(&tenor.chain, tenor.vault, usdc(1_000_000)).expect("anyone may donate");
    for adapter in &tenor.deployed.adapters {
        tenor.world.fund(&tenor.chain, *adapter, usdc(1_000_000)).expect("anyone may donate");
    }
    tenor.mark();

    let after = tenor.book();
    assert_eq!(after.idle, before.idle);
    assert!(after.marked < before.marked + usdc(1), "{} marked after {}", after.marked, before.marked);
}
