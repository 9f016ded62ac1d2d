//! What secures a levered position's debt: its oracle's price, its feed's answers of late, the venue's rates.

use abi::aave::IAavePool;
use abi::adapter::IAdapter;
use abi::feed::IFeed;
use abi::oracle::IOracle;
use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, U256};
use model::{Answer, Block, Collateral, Price, Ray, Timestamp, Wad};

use crate::batch::Batch;
use crate::rpc::{Error, Rpc};

/// Answers of the feed that are read: as a rule a day or more, and an hour where prices run.
const ROUNDS: u64 = 48;
/// More decimals than a price in wad has no feed.
const MAX_DECIMALS: u8 = 18;

/// Reads what secures the debt of a position; nothing where its adapter names no oracle.
///
/// # Errors
/// When the node does not answer. What a contract refuses is told in the answer, or left out.
pub(crate) async fn read(
    rpc: &Rpc,
    adapter: Address,
    pool: Address,
    asset: Address,
    block: Block,
) -> Result<Option<Collateral>, Error> {
    match reading(rpc, adapter, pool, asset, block).await {
        Err(error) if error.kind().is_passing() => Err(error),
        read => Ok(read.unwrap_or_default()),
    }
}

async fn reading(
    rpc: &Rpc,
    adapter: Address,
    pool: Address,
    asset: Address,
    block: Block,
) -> Result<Option<Collateral>, Error> {
    let mut batch = Batch::new(Address::ZERO);
    let ticket = batch.add(adapter, IAdapter::oracleCall {});
    let oracle = batch.send(rpc, block.number).await?.get(&ticket)?;
    if oracle.is_zero() {
        return Ok(None);
    }
    let mut batch = Batch::new(Address::ZERO);
    let (terms, price) = (batch.add(oracle, IOracle::termsCall {}), batch.add(oracle, IOracle::priceCall {}));
    let answers = batch.send(rpc, block.number).await?;
    let terms = answers.get(&terms)?;
    let price = match answers.get(&price) {
        Ok(price) => Price::Known { bid: Wad(price.bidWad), ask: Wad(price.askWad) },
        Err(error) if error.kind().is_passing() => return Err(error),
        Err(error) => Price::Refused { reason: error.to_string() },
    };

    let mut batch = Batch::new(Address::ZERO);
    let latest = batch.add(terms.feed, IFeed::latestRoundDataCall {});
    let decimals = batch.add(terms.feed, IFeed::decimalsCall {});
    let of_collateral = batch.add(pool, IAavePool::getReserveDataCall { asset: terms.base });
    let of_asset = batch.add(pool, IAavePool::getReserveDataCall { asset });
    let answers = batch.send(rpc, block.number).await?;
    let rate = |rate: u128| Ray(U256::from(rate));
    // A venue of another language has no such reserves.
    let (of_collateral, of_asset) = (answers.get(&of_collateral).ok(), answers.get(&of_asset).ok());
    let told = match (answers.get(&latest), answers.get(&decimals)) {
        (Ok(latest), Ok(decimals)) if decimals <= MAX_DECIMALS => {
            told(rpc, terms.feed, decimals, latest.roundId, block).await?
        }
        _ => Vec::new(),
    };
    Ok(Some(Collateral {
        token: terms.base,
        oracle,
        price,
        answers: told,
        supply_rate: rate(of_collateral.map_or(0, |reserve| reserve.currentLiquidityRate)),
        borrow_rate: rate(of_asset.map_or(0, |reserve| reserve.currentVariableBorrowRate)),
    }))
}

/// The feed's last answers, oldest first. Rounds are numbered within a phase; those before it began are not there.
async fn told(rpc: &Rpc, feed: Address, decimals: u8, latest: U80, block: Block) -> Result<Vec<Answer>, Error> {
    let mut batch = Batch::new(Address::ZERO);
    let rounds = (0..ROUNDS).rev().filter_map(|back| latest.checked_sub(U80::from(back)));
    let tickets: Vec<_> =
        rounds.map(|round_id| batch.add(feed, IFeed::getRoundDataCall { roundId: round_id })).collect();
    let answers = batch.send(rpc, block.number).await?;
    let scale = U256::from(10).pow(U256::from(MAX_DECIMALS - decimals.min(MAX_DECIMALS)));
    let mut told = Vec::with_capacity(tickets.len());
    for ticket in &tickets {
        let round = match answers.get(ticket) {
            Ok(round) => round,
            Err(error) if error.kind().is_passing() => return Err(error),
            Err(_) => continue,
        };
        let price = U256::try_from(round.answer).ok().and_then(|answer| answer.checked_mul(scale));
        if let (Some(price), Ok(at)) = (price, u64::try_from(round.updatedAt)) {
            told.push(Answer { at: Timestamp(at), price: Wad(price) });
        }
    }
    Ok(told)
}
