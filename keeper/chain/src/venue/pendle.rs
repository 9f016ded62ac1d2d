//! A market of Pendle v2: its sides in the asset, its curve and its last rate.

use abi::pendle::{IPendleMarket, IPendleYieldToken, IStandardizedYield};
use alloy_primitives::{Address, B256, I256, U256};
use model::rate::PendlePrincipal;
use model::{Assets, Block, Timestamp, Wad};

use super::{Unreadable, same, within};
use crate::batch::Batch;
use crate::rpc::Rpc;

/// Scalars beyond make a curve of no price.
const MAX_SCALAR_WAD: u128 = 1 << 90;
/// A continuous rate of 1000 % a year.
const MAX_RATE_WAD: u128 = 10_000_000_000_000_000_000;

/// Reads the market whose address is the position's, of which it holds `face` principal tokens.
pub(super) async fn read(rpc: &Rpc, market: B256, face: U256, block: Block) -> Result<PendlePrincipal, Unreadable> {
    let market = Address::from_word(market);
    let mut batch = Batch::new(Address::ZERO);
    let tokens = batch.add(market, IPendleMarket::readTokensCall {});
    let state = batch.add(market, IPendleMarket::readStateCall { router: Address::ZERO });
    let answers = batch.send(rpc, block.number).await?;
    let (tokens, state) = (answers.get(&tokens)?, answers.get(&state)?);

    let mut batch = Batch::new(Address::ZERO);
    let wrapped = batch.add(tokens.yt, IPendleYieldToken::SYCall {});
    let exchange = batch.add(tokens.sy, IStandardizedYield::exchangeRateCall {});
    let index = batch.add(tokens.yt, IPendleYieldToken::pyIndexStoredCall {});
    let answers = batch.send(rpc, block.number).await?;
    same("the yield token's wrapper", answers.get(&wrapped)?, tokens.sy)?;
    // Principal is counted by an index that never falls.
    let index = within("index", answers.get(&exchange)?.max(answers.get(&index)?), U256::from(u128::MAX))?;

    let amount = |what, found: I256| within(what, U256::try_from(found).unwrap_or(U256::MAX), U256::from(u128::MAX));
    let wrapped = amount("wrapped tokens", state.totalSy)?;
    let expiry = within("expiry", state.expiry, U256::from(u64::MAX))?.saturating_to();
    Ok(PendlePrincipal {
        total_pt: Assets(amount("principal tokens", state.totalPt)?),
        total_asset: Assets(wrapped.saturating_mul(index) / Wad::ONE.0),
        scalar_root: Wad(within("scalar root", amount("scalar root", state.scalarRoot)?, U256::from(MAX_SCALAR_WAD))?),
        ln_implied_rate: Wad(within("implied rate", state.lastLnImpliedRate, U256::from(MAX_RATE_WAD))?),
        ln_fee_rate_root: Wad(within("fee rate", state.lnFeeRateRoot, U256::from(MAX_RATE_WAD))?),
        expiry: Timestamp(expiry),
        held_pt: Assets(face),
        horizon: None,
    })
}
