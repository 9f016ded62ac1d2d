//! An Aave v3.0 reserve: its strategy's slopes, its debt and liquidity, its configuration word.

use abi::aave::{IAToken, IAavePool, IAaveRateStrategy};
use abi::erc20::IERC20;
use alloy_primitives::{Address, U256};
use model::rate::AaveTwoSlope;
use model::{Assets, Block, Ray};

use super::{Unreadable, same, within};
use crate::batch::Batch;
use crate::rpc::Rpc;

/// 1e27 = 100 %.
const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
/// No strategy of Aave's goes beyond 1000 % a year.
const MAX_RATE: u128 = 10 * RAY;

/// Reads the reserve of `asset`. Debt is as of the block's time: the debt token counts interest in its supply.
pub(super) async fn read(rpc: &Rpc, pool: Address, asset: Address, block: Block) -> Result<AaveTwoSlope, Unreadable> {
    let mut batch = Batch::new(Address::ZERO);
    let data = batch.add(pool, IAavePool::getReserveDataCall { asset });
    let reserve = batch.send(rpc, block.number).await?.get(&data)?;
    within("last update", reserve.lastUpdateTimestamp.to::<u64>(), block.timestamp.0)?;

    let mut batch = Batch::new(Address::ZERO);
    let strategy = reserve.interestRateStrategyAddress;
    let optimal = batch.add(strategy, IAaveRateStrategy::OPTIMAL_USAGE_RATIOCall {});
    let base = batch.add(strategy, IAaveRateStrategy::getBaseVariableBorrowRateCall {});
    let slope1 = batch.add(strategy, IAaveRateStrategy::getVariableRateSlope1Call {});
    let slope2 = batch.add(strategy, IAaveRateStrategy::getVariableRateSlope2Call {});
    let available = batch.add(asset, IERC20::balanceOfCall { account: reserve.aTokenAddress });
    let variable_debt = batch.add(reserve.variableDebtTokenAddress, IERC20::totalSupplyCall {});
    let stable_debt = batch.add(reserve.stableDebtTokenAddress, IERC20::totalSupplyCall {});
    let underlying = batch.add(reserve.aTokenAddress, IAToken::UNDERLYING_ASSET_ADDRESSCall {});
    let answers = batch.send(rpc, block.number).await?;

    same("aToken's asset", answers.get(&underlying)?, asset)?;
    same("stable debt", answers.get(&stable_debt)?, U256::ZERO)?;
    let ray = |what, value: U256, bound: u128| within(what, value, U256::from(bound)).map(Ray);
    let amount = |what, value: U256| within(what, value, U256::from(u128::MAX)).map(Assets);
    let configuration = Configuration(reserve.configuration.data);
    Ok(AaveTwoSlope {
        total_variable_debt: amount("variable debt", answers.get(&variable_debt)?)?,
        available_liquidity: amount("available liquidity", answers.get(&available)?)?,
        unbacked: Assets::from(reserve.unbacked),
        supply_cap: configuration.supply_cap(),
        reserve_factor_bps: within("reserve factor", configuration.reserve_factor_bps(), 10_000)?,
        optimal_usage: ray("optimal usage", answers.get(&optimal)?, RAY)?,
        base_rate: ray("base rate", answers.get(&base)?, MAX_RATE)?,
        slope1: ray("slope 1", answers.get(&slope1)?, MAX_RATE)?,
        slope2: ray("slope 2", answers.get(&slope2)?, MAX_RATE)?,
    })
}

/// Aave's packed configuration of one reserve (`ReserveConfiguration.sol` of v3.0).
struct Configuration(U256);

impl Configuration {
    fn bits(&self, from: usize, len: usize) -> u64 {
        let mask = (U256::from(1) << len) - U256::from(1);
        ((self.0 >> from) & mask).to::<u64>()
    }

    fn decimals(&self) -> u64 {
        self.bits(48, 8)
    }

    fn takes_supply(&self) -> bool {
        let (is_active, is_frozen, is_paused) = (self.bits(56, 1) == 1, self.bits(57, 1) == 1, self.bits(60, 1) == 1);
        is_active && !is_frozen && !is_paused
    }

    fn reserve_factor_bps(&self) -> u16 {
        self.bits(64, 16) as u16 // Sixteen bits were taken.
    }

    /// Zero in the word means no cap, in whole tokens; a reserve that takes nothing has a cap of zero.
    fn supply_cap(&self) -> Option<Assets> {
        if !self.takes_supply() {
            return Some(Assets::ZERO);
        }
        let tokens = self.bits(116, 36);
        let unit = U256::from(10).saturating_pow(U256::from(self.decimals()));
        (tokens != 0).then(|| Assets(U256::from(tokens).saturating_mul(unit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(active: bool, frozen: bool, paused: bool, factor: u64, cap_tokens: u64) -> Configuration {
        let bit = |set: bool, at: usize| U256::from(u8::from(set)) << at;
        Configuration(
            (U256::from(6) << 48)
                | bit(active, 56)
                | bit(frozen, 57)
                | bit(paused, 60)
                | (U256::from(factor) << 64)
                | (U256::from(cap_tokens) << 116),
        )
    }

    #[test]
    fn fields_are_taken_from_their_bits() {
        let word = word(true, false, false, 1_000, 250);

        assert_eq!(word.decimals(), 6);
        assert_eq!(word.reserve_factor_bps(), 1_000);
        assert_eq!(word.supply_cap(), Some(Assets::from(250_000_000)));
    }

    #[test]
    fn no_cap_is_told_from_a_reserve_that_takes_nothing() {
        assert_eq!(word(true, false, false, 0, 0).supply_cap(), None);
        for (active, frozen, paused) in [(false, false, false), (true, true, false), (true, false, true)] {
            assert_eq!(word(active, frozen, paused, 0, 5).supply_cap(), Some(Assets::ZERO));
        }
    }
}
