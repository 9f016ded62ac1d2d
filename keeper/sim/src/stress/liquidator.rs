//! Somebody who lives from liquidations: whoever can be liquidated with a gain is.

use abi::erc20::IERC20;
use alloy_primitives::{
    Address, Bytes, U256,
    aliases::{U24, U160},
};
use alloy_sol_types::{SolCall, SolValue};

use super::{Market, market::ONE_WAD};
use crate::{
    Artifacts, Error,
    interfaces::{ExactInputSingleParams, IHolder, ILiquidations, ISwapRouter},
    uniswap, world,
};

/// A contract with money, and who calls it. It repays, takes the collateral and sells it in the pool, in one transaction.
pub struct Liquidator {
    caller: Address,
    contract: Address,
    /// What has been done, in order.
    pub done: Vec<Liquidation>,
    /// What Aave has refused, in order, by its own words: by code "59" while its sentinel guards.
    pub refused: Vec<Refusal>,
}

/// One liquidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liquidation {
    /// When, in seconds since the event's begin.
    pub at_secs: u64,
    /// Whose position it was.
    pub account: Address,
    /// What was repaid of the debt, in USDC base units.
    pub repaid_assets: U256,
    /// What was taken of the collateral, in its base units.
    pub seized_tokens: U256,
    /// What the liquidator has gained, in USDC base units.
    pub gained_assets: U256,
}

/// One liquidation that Aave has refused although health was below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// When, in seconds since the event's begin.
    pub at_secs: u64,
    /// Whose position it was.
    pub account: Address,
    /// Aave's words.
    pub reason: String,
}

/// What the contract has, in USDC base units: a hundred million, so that nothing fails for want of money.
const CAPITAL_ASSETS: u64 = 100_000_000_000_000;
/// Which parts of a debt are tried, as its halvings: the pool may be too thin for all of it.
const HALVINGS: u32 = 5;
/// Liquidations of one account at one step: each takes half of the debt at most, until health is above one.
const ROUNDS: u32 = 4;

/// What a liquidation would do.
#[derive(Clone, Copy, Debug)]
struct Trial {
    part_assets: U256,
    repaid_assets: U256,
    seized_tokens: U256,
    received_assets: U256,
}

impl Trial {
    fn gained_assets(&self) -> U256 {
        self.received_assets.saturating_sub(self.repaid_assets)
    }
}

impl Liquidator {
    /// Deploys the contract and gives it money.
    ///
    /// # Errors
    /// An artifact is missing, or the chain refuses.
    pub fn deploy(market: &Market, artifacts: &Artifacts) -> Result<Self, Error> {
        let (world, session, caller) = (&market.world, market.session(), world::account("liquidator"));
        session.give_gas_money(caller, U256::from(world::GAS_MONEY_WEI));
        let contract = session.deploy(caller, artifacts.ours("Holder")?, &world.tokens.usdc.abi_encode())?;
        world.fund(&market.chain, contract, U256::from(CAPITAL_ASSETS))?;
        Ok(Self { caller, contract, done: Vec::new(), refused: Vec::new() })
    }

    /// Liquidates an account as long as its health is below one and it pays.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn hunt(&mut self, market: &Market, account: Address) -> Result<(), Error> {
        let at_secs = market.now().at_secs;
        for _ in 0..ROUNDS {
            if market.health_wad(account)? >= ONE_WAD {
                break;
            }
            let trial = match self.best(market, account) {
                Ok(Some(trial)) => trial,
                Ok(None) => break,
                Err(Error::Reverted { reason, .. }) => {
                    self.refused.push(Refusal { at_secs, account, reason });
                    break;
                }
                Err(other) => return Err(other),
            };
            let mut calls = self.liquidation(market, account, trial.part_assets);
            calls.extend(self.sale(market, trial.seized_tokens, trial.repaid_assets));
            market.session().send(self.caller, self.contract, &batch(calls))?;
            self.done.push(Liquidation {
                at_secs,
                account,
                repaid_assets: trial.repaid_assets,
                seized_tokens: trial.seized_tokens,
                gained_assets: trial.gained_assets(),
            });
        }
        Ok(())
    }

    /// Returns the liquidation by which most is gained; none where nothing is.
    fn best(&self, market: &Market, account: Address) -> Result<Option<Trial>, Error> {
        let (_, debt) = market.position(account)?;
        let trials = (0..HALVINGS).map(|halving| self.attempt(market, account, debt >> halving));
        let trials = trials.collect::<Result<Vec<_>, _>>()?;
        let best = trials.into_iter().max_by_key(Trial::gained_assets);
        Ok(best.filter(|trial| !trial.gained_assets().is_zero()))
    }

    /// Asks the contracts themselves what would happen: first what would be taken, then what it would sell for.
    fn attempt(&self, market: &Market, account: Address, part_assets: U256) -> Result<Trial, Error> {
        let calls = self.liquidation(market, account, part_assets);
        let [before, _, _, after, seized_tokens] = self.answers(market, calls.clone())?[..] else {
            unreachable!("five calls, five answers")
        };
        let sale = self.sale(market, seized_tokens, U256::ZERO);
        let received_assets = self.answers(market, [&calls[..], &sale[..]].concat())?[6];
        Ok(Trial { part_assets, repaid_assets: before - after, seized_tokens, received_assets })
    }

    /// Returns the calls that repay and take, between questions for the contract's money and for what it took.
    fn liquidation(&self, market: &Market, user: Address, part_assets: U256) -> Vec<(Address, Bytes)> {
        let (tokens, pool) = (market.world.tokens, market.world.aave.pool);
        let balance = IERC20::balanceOfCall { account: self.contract }.abi_encode();
        let approval = IERC20::approveCall { spender: pool, value: part_assets }.abi_encode();
        let liquidation = ILiquidations::liquidationCallCall {
            collateralAsset: tokens.weth,
            debtAsset: tokens.usdc,
            user,
            debtToCover: part_assets,
            receiveAToken: false,
        };
        vec![
            (tokens.usdc, balance.clone().into()),
            (tokens.usdc, approval.into()),
            (pool, liquidation.abi_encode().into()),
            (tokens.usdc, balance.clone().into()),
            (tokens.weth, balance.into()),
        ]
    }

    /// Returns the calls that sell collateral for at least so many assets.
    fn sale(&self, market: &Market, tokens: U256, least_assets: U256) -> [(Address, Bytes); 2] {
        let (world, router) = (&market.world, market.uniswap.router);
        let approval = IERC20::approveCall { spender: router, value: tokens };
        let params = ExactInputSingleParams {
            tokenIn: world.tokens.weth,
            tokenOut: world.tokens.usdc,
            fee: U24::from(uniswap::FEE_PPM),
            recipient: self.contract,
            deadline: U256::MAX,
            amountIn: tokens,
            amountOutMinimum: least_assets,
            sqrtPriceLimitX96: U160::ZERO,
        };
        let swap = ISwapRouter::exactInputSingleCall { params };
        [(world.tokens.weth, approval.abi_encode().into()), (router, swap.abi_encode().into())]
    }

    /// Makes the calls without a transaction; returns the number that each answers, zero for one that answers none.
    fn answers(&self, market: &Market, calls: Vec<(Address, Bytes)>) -> Result<Vec<U256>, Error> {
        let answers = market.session().view(self.contract, &batch(calls))?;
        Ok(answers.iter().map(|answer| U256::try_from_be_slice(answer).unwrap_or_default()).collect())
    }
}

/// Returns the calls as one.
fn batch(calls: Vec<(Address, Bytes)>) -> IHolder::relayCall {
    let (targets, data) = calls.into_iter().unzip();
    IHolder::relayCall { targets, data }
}
