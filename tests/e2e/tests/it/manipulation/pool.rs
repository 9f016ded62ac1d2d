//! The pool pushed for the length of one transaction, by somebody with money without end, around what the vault does: the
//! thief swaps, has the vault act, and swaps back.

use abi::{
    board::IBoard,
    desk::IDesk::{self, Leg, LimitBreached},
    erc20::IERC20,
    uniswap::IUniswapV3Pool,
    vault::IVault,
};
use alloy_primitives::{
    Address, Bytes, U256,
    aliases::{U24, U160},
};
use alloy_sol_types::{SolCall, sol};
use chain::deployment::bps_to_wad;
use kit::{Built, LOOP, Levered, Refusal, leg, usdc};

use super::{health_by, invested, invested_in, worth_by};
use crate::attacks::create;

sol! {
    /// `FlashBorrower.sol`.
    interface IThief {
        function relay(address[] targets, bytes[] calls) external;
    }

    interface IToken {
        function mint(address account, uint256 value) external;
    }

    interface IRouter {
        function exactInputSingle(
            (address, address, uint24, address, uint256, uint256, uint256, uint160) calldata params
        ) external payable returns (uint256 amountOut);
    }
}

type Calls = Vec<(Address, Bytes)>;

const WAD: u64 = 1_000_000_000_000_000_000;
/// More of a token than the pool has.
const PLENTY: u128 = 1_000_000_000_000_000_000_000_000_000;
/// How much worse than the oracle's price a swap of the position may be, and what the pool takes.
const SLIP_BPS: u64 = 100;
/// By how much the thief pushes the pool's price, in basis points.
const PUSHES: [i64; 12] = [-5_000, -2_000, -500, -200, -90, -40, 40, 90, 200, 500, 2_000, 5_000];

/// A thief with a keeper's key and money without end.
struct Heist<'a> {
    levered: &'a Levered,
    thief: Address,
}

impl<'a> Heist<'a> {
    fn of(levered: &'a Levered, dollars: u64) -> Self {
        let tenor = &levered.tenor;
        let thief = create(tenor, "FlashBorrower", &[]);
        let (turnover, expiry) = (U256::from(WAD) * U256::from(10), U256::from(u32::MAX));
        let (positions, loss) = (u64::MAX, U256::from(WAD));
        let grant = IBoard::setKeeperCall { keeper: thief, positions, turnoverWad: turnover, lossWad: loss, expiry };
        tenor.govern(tenor.curator, &grant);
        // Days have passed.
        levered.refresh(dollars);
        let this = Self { levered, thief };
        let tokens = [tenor.world.tokens.usdc, tenor.world.tokens.weth];
        for token in tokens {
            let mint = IToken::mintCall { account: thief, value: U256::from(PLENTY) };
            tenor.send(tenor.owner, token, &mint).expect("anyone mints");
        }
        let approve = |token, spender| (token, IERC20::approveCall { spender, value: U256::MAX }.abi_encode().into());
        let mut calls: Calls = tokens.map(|token| approve(token, levered.uniswap.router)).to_vec();
        calls.push(approve(tokens[0], tenor.vault));
        this.relay(calls).expect("tokens approve");
        this
    }

    fn relay(&self, calls: Calls) -> Result<(), Refusal> {
        let (targets, calls) = calls.into_iter().unzip();
        let tenor = &self.levered.tenor;
        tenor.send(tenor.wallets[3], self.thief, &IThief::relayCall { targets, calls }).map(drop)
    }

    /// A swap from a root of the pool's price to another.
    fn swap(&self, from: U256, to: U256) -> (Address, Bytes) {
        let tokens = self.levered.tenor.world.tokens;
        let (low, high) = (tokens.usdc.min(tokens.weth), tokens.usdc.max(tokens.weth));
        // The root is of the second token for the first.
        let (paid, bought) = if to < from { (low, high) } else { (high, low) };
        let (amount, none) = (U256::from(PLENTY / 4), U256::ZERO);
        let params = (paid, bought, U24::from(500), self.thief, U256::MAX, amount, none, to.to::<U160>());
        (self.levered.uniswap.router, IRouter::exactInputSingleCall { params }.abi_encode().into())
    }

    /// Pushes the pool's price by so much, makes calls, and swaps back, all in one transaction.
    fn within_push(&self, bps: i64, calls: Calls) -> Result<(), Refusal> {
        let slot = self.levered.tenor.view(self.levered.uniswap.pool, &IUniswapV3Pool::slot0Call {});
        let from = U256::from(slot.sqrtPriceX96);
        let is_first = self.levered.tenor.world.tokens.weth < self.levered.tenor.world.tokens.usdc;
        // Of the collateral's price in the asset; the pool's root may be of the inverse.
        let ratio = 1.0 + bps as f64 / 10_000.0;
        let ratio = if is_first { ratio.sqrt() } else { ratio.sqrt().recip() };
        let to = from * U256::from((ratio * 1e12) as u64) / U256::from(1_000_000_000_000_u64);
        self.relay([vec![self.swap(from, to)], calls, vec![self.swap(to, from)]].concat())
    }

    fn rebalance(&self, legs: Vec<Leg>) -> Calls {
        let tenor = &self.levered.tenor;
        let IDesk::Grant { nonce, .. } = tenor.view(tenor.vault, &IDesk::grantCall { keeper: self.thief });
        let intent = IDesk::Intent { nonce, ..tenor.intent(legs) };
        vec![(tenor.vault, IDesk::rebalanceCall { intent }.abi_encode().into())]
    }

    /// What the thief has, the collateral at its true price.
    fn wealth(&self, dollars: u64) -> U256 {
        let tenor = &self.levered.tenor;
        let weth = tenor.view(tenor.world.tokens.weth, &IERC20::balanceOfCall { account: self.thief });
        tenor.usdc_of(self.thief) + weth * U256::from(dollars) / U256::from(1_000_000_000_000_u64)
    }
}

/// What the vault really has beside the usual positions' interest: idle, and the leveraged position at the true price.
fn truth(levered: &Levered, dollars: u64) -> U256 {
    levered.tenor.book().idle + worth_by(levered, dollars)
}

/// Plays one transaction of the thief's at every push, from one state; tells what honest holders lost, the thief won,
/// and what the position swapped, in dollars, of those that passed.
fn at_every_push(levered: &Levered, heist: &Heist<'_>, dollars: u64, calls: impl Fn() -> Calls) -> (usize, usize) {
    let tenor = &levered.tenor;
    let (mut passed, mut refused) = (0, 0);
    for bps in PUSHES {
        let standing = tenor.chain.snapshot().expect("a snapshot");
        let (had, owed, wealth) = (truth(levered, dollars), levered.report(LOOP).debt, heist.wealth(dollars));
        let health = health_by(levered, dollars);
        match heist.within_push(bps, calls()) {
            Ok(()) => {
                passed += 1;
                let report = levered.report(LOOP);
                // A leg of 10,000 dollars and what it borrows, or what is repaid.
                let swapped = report.debt.abs_diff(owed) + if report.debt > owed { usdc(10_000) } else { U256::ZERO };
                let lost = had.saturating_sub(truth(levered, dollars));
                let most = swapped * U256::from(SLIP_BPS) / U256::from(10_000);
                let now = health_by(levered, dollars);
                println!("pushed by {bps}: lost {lost} of {swapped} swapped, at most {most}; health {health} to {now}");
                // The true price lies within a tick of the oracle's.
                assert!(lost <= most + swapped / U256::from(5_000) + U256::from(10), "{bps}: {lost} of {swapped}");
                assert!(now >= 14_990 || now > health, "{bps}: {now} after {health}");
                let won = heist.wealth(dollars).saturating_sub(wealth);
                assert!(won <= lost, "{bps}: the thief won {won}");
            }
            Err(_) => {
                refused += 1;
                println!("pushed by {bps}: refused");
            }
        }
        assert!(tenor.chain.revert(standing));
    }
    (passed, refused)
}

#[test]
fn a_colluding_keeper_who_pushes_the_pool_takes_at_most_the_slip_of_what_is_invested() {
    let levered = invested(Levered::thresholds());
    let heist = Heist::of(&levered, 3_000);

    let (passed, refused) = at_every_push(&levered, &heist, 3_000, || heist.rebalance(vec![leg(LOOP, 10_000)]));

    assert!(passed >= 4 && refused >= 3, "{passed} passed, {refused} were refused");
}

#[test]
fn a_colluding_keeper_who_pushes_the_pool_takes_at_most_the_slip_of_what_is_repaid() {
    let levered = invested(Levered::thresholds());
    levered.set_price(2_400);
    let heist = Heist::of(&levered, 2_400);

    let (passed, refused) = at_every_push(&levered, &heist, 2_400, || heist.rebalance(vec![Levered::repay_all()]));

    assert!(passed >= 4 && refused >= 3, "{passed} passed, {refused} were refused");
}

#[test]
fn a_stranger_who_pushes_the_pool_around_its_rescue_takes_at_most_the_slip_of_a_chunk() {
    let levered = invested(Levered::thresholds());
    levered.set_price(2_200);
    let heist = Heist::of(&levered, 2_200);
    let rescue = IDesk::deleverageCall { position: LOOP, debt: U256::MAX };

    let (passed, refused) =
        at_every_push(&levered, &heist, 2_200, || vec![(levered.tenor.vault, rescue.abi_encode().into())]);

    assert!(passed >= 4 && refused >= 3, "{passed} passed, {refused} were refused");
}

#[test]
fn a_depositor_who_pushes_the_pool_enters_and_leaves_at_the_same_price_as_anybody() {
    let levered = invested(Levered::thresholds());
    let heist = Heist::of(&levered, 3_000);
    let (tenor, thief) = (&levered.tenor, heist.thief);
    let call = |data: Vec<u8>| (tenor.vault, Bytes::from(data));
    let deposit = call(IVault::depositCall { assets: usdc(500_000), receiver: thief }.abi_encode());
    let mark = call(IDesk::markCall { positions: vec![LOOP] }.abi_encode());
    let leave = call(IVault::withdrawCall { assets: usdc(499_000), receiver: thief, owner: thief }.abi_encode());

    let mut shares = Vec::new();
    for bps in PUSHES {
        let standing = tenor.chain.snapshot().expect("a snapshot");
        heist.within_push(bps, vec![mark.clone(), deposit.clone(), mark.clone()]).expect("anyone deposits");
        shares.push(tenor.shares_of(thief));
        heist.within_push(-bps / 2, vec![mark.clone(), leave.clone(), mark.clone()]).expect("anyone leaves");
        shares.push(tenor.shares_of(thief));
        assert!(tenor.chain.revert(standing));
    }

    assert!(shares.chunks(2).all(|pair| pair == &shares[..2]), "{shares:?}");
    // And never to more than was put in.
    assert!(tenor.view(tenor.vault, &IVault::previewRedeemCall { shares: shares[1] }) <= usdc(1_000));
}

#[test]
fn a_colluding_keeper_who_churns_in_a_pushed_pool_is_stopped_by_the_loss_budget() {
    // Half a percent of a million within an epoch.
    let built = Built { alter: |mandate, _| mandate.loss = bps_to_wad(50), ..Built::default() };
    let levered = invested_in(&built, Levered::thresholds());
    let heist = Heist::of(&levered, 3_000);
    let (had, budget) = (truth(&levered, 3_000), usdc(5_000));

    let (mut turns, mut stopped) = (0, None);
    while stopped.is_none() && turns < 100 {
        turns += 1;
        let into = heist.within_push(80, heist.rebalance(vec![leg(LOOP, 10_000)]));
        stopped = into.and_then(|()| heist.within_push(-80, heist.rebalance(vec![leg(LOOP, -9_000)]))).err();
    }

    let breach = stopped.expect("no budget lasts for ever").expect::<LimitBreached>();
    assert_eq!(breach.limit, 5, "the loss budget");
    let lost = had - truth(&levered, 3_000);
    println!("{turns} turns took {lost} of a budget of {budget}");
    assert!(lost <= budget && lost > U256::ZERO, "{lost}");
    assert!(health_by(&levered, 3_000) >= 14_990);
}
