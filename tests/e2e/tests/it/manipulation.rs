//! What whoever moves a price gains by it, on the real contracts: feeds that are stale or wrong, one source moved, both
//! moved, Aave's own price moved, a pool pushed for the length of a transaction, and what else a thief does around debts.
//!
//! The true price is what the test says; health by it is computed from Aave's accounts, not from what the vault says.

mod feeds;
mod mended;
mod pool;
mod sources;
mod thief;

use abi::{
    aave::IAavePool,
    adapter::IAdapter::VenueCallFailed,
    desk::IDesk::{AdapterCallFailed, LimitBreached},
    erc20::IERC20,
    oracle::IOracle::PriceRefused,
};
use alloy_primitives::{B256, Bytes, I256, U256};
use alloy_sol_types::SolError;
use kit::{AAVE, Built, LOOP, Levered, Refusal, leg, usdc};
use model::Thresholds;

const USD_E8: u64 = 100_000_000;
/// The oracle's deviation in the kit.
const DEVIATION_BPS: u64 = 100;
const HEALTH_FLOOR: u8 = 10;
/// Reasons of `IOracle.PriceRefused`.
const OUT_OF_BOUNDS: u8 = 3;
const STALE: u8 = 4;
const APART: u8 = 8;

/// A vault of a million, 100,000 of it at Aave and 30,000 in the leveraged position.
fn invested(thresholds: Thresholds) -> Levered {
    invested_in(&Built::default(), thresholds)
}

fn invested_in(built: &Built, thresholds: Thresholds) -> Levered {
    let levered = Levered::built(built, thresholds);
    levered.tenor.deposit(levered.tenor.wallets[0], usdc(1_000_000));
    levered.tenor.rebalance(vec![leg(AAVE, 100_000), leg(LOOP, 30_000)]).expect("inside every limit");
    levered
}

/// Has our feed of the collateral answer so many dollars and hundredths of a percent of them more or less.
fn feed_says(levered: &Levered, dollars: u64, bps: i64) {
    let answer = I256::try_from(moved_e8(dollars, bps)).expect("a price fits");
    levered.tenor.world.answer(&levered.tenor.chain, levered.feed, answer).expect("the chain obeys");
    let one = I256::try_from(USD_E8).expect("it fits");
    levered.tenor.world.answer(&levered.tenor.chain, levered.quote_feed, one).expect("the chain obeys");
}

/// Gives Aave another price, and nobody else.
fn aave_says(levered: &Levered, dollars: u64, bps: i64) {
    levered.tenor.world.set_price(&levered.tenor.chain, moved_e8(dollars, bps)).expect("the chain obeys");
}

/// Moves the pool's price, and waits until its mean is there.
fn pool_says(levered: &Levered, dollars: u64, bps: i64) {
    let tenor = &levered.tenor;
    tenor.world.trade_to(&tenor.chain, &levered.uniswap, tenor.wallets[4], moved_e8(dollars, bps)).expect("it trades");
    tenor.pass(1_860);
}

fn moved_e8(dollars: u64, bps: i64) -> u64 {
    (dollars * USD_E8 / 10_000).saturating_mul(10_000_u64.saturating_add_signed(bps))
}

/// The health of the position by a price, from Aave's own accounts, in basis points.
fn health_by(levered: &Levered, dollars: u64) -> u64 {
    let (tenor, user) = (&levered.tenor, levered.tenor.deployed.adapters[LOOP as usize]);
    let balance = |token| tenor.view(token, &IERC20::balanceOfCall { account: user });
    let (collateral, debt) =
        (balance(tenor.world.aave.collateral_a_token), balance(tenor.world.aave.variable_debt_token));
    let account = tenor.view(tenor.world.aave.pool, &IAavePool::getUserAccountDataCall { user });
    // Collateral has 18 decimals, the asset six.
    let worth = collateral * U256::from(dollars) / U256::from(1_000_000_000_000_u64);
    (worth * account.currentLiquidationThreshold / debt).to()
}

/// What the position is worth by a price, from Aave's own accounts, in base units.
fn worth_by(levered: &Levered, dollars: u64) -> U256 {
    let (tenor, account) = (&levered.tenor, levered.tenor.deployed.adapters[LOOP as usize]);
    let balance = |token| tenor.view(token, &IERC20::balanceOfCall { account });
    let collateral = balance(tenor.world.aave.collateral_a_token) * U256::from(dollars);
    collateral / U256::from(1_000_000_000_000_u64) - balance(tenor.world.aave.variable_debt_token)
}

/// The reason that a venue gave its adapter, and the adapter the vault.
#[track_caller]
fn venues_reason(refusal: &Refusal) -> Bytes {
    let reason = refusal.expect::<AdapterCallFailed>().reason;
    VenueCallFailed::abi_decode(&reason).map_or(reason, |failed| failed.reason)
}

/// Why the oracle had no price for an adapter.
#[track_caller]
fn price_refused(refusal: &Refusal) -> u8 {
    PriceRefused::abi_decode(&venues_reason(refusal)).expect("the oracle's own refusal").reason
}

/// Demands that a call was refused because the leveraged position's floor is broken.
#[track_caller]
fn floor_is_broken(refusal: &Refusal) {
    let breach = refusal.expect::<LimitBreached>();
    assert_eq!((breach.limit, breach.id), (HEALTH_FLOOR, B256::with_last_byte(LOOP as u8)));
}

/// Demands that no investment and no rescue passes for want of a price, and that money still comes home.
#[track_caller]
fn is_without_price(levered: &Levered, reason: u8) {
    let tenor = &levered.tenor;
    let refused = |dollars| tenor.rebalance(vec![leg(LOOP, dollars)]).expect_err("there is no price");
    assert_eq!((price_refused(&refused(1_000)), price_refused(&refused(-1_000))), (reason, reason));
    let repayment = tenor.rebalance(vec![Levered::repay_all()]).expect_err("there is no price");
    assert_eq!(price_refused(&repayment), reason);
    floor_is_broken(&tenor.rebalance(vec![leg(AAVE, 1_000)]).expect_err("nobody knows what secures the debt"));
    assert_eq!(price_refused(&levered.rescue(tenor.wallets[3]).map(drop).expect_err("there is no price")), reason);
    tenor.rebalance(vec![leg(AAVE, -1_000)]).expect("money comes home");
    tenor
        .redeem(tenor.wallets[0], tenor.shares_of(tenor.wallets[0]) / U256::from(100))
        .expect("an exit needs no price");
}
