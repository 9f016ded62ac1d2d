//! What a careful keeper looks at beside the vault: sources of a peg, and contracts of a venue's administrators.

use abi::feed::IFeed;
use alloy_primitives::{Address, B256, U256};
use model::{Block, Timestamp, Wad};

use crate::batch::Batch;
use crate::error::Error;
use crate::logs::Logs;
use crate::rpc::Rpc;

/// More decimals than a price in wad has no feed.
const MAX_DECIMALS: u8 = 18;

/// What a contract has told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The hash of the event's signature; zero for an anonymous one.
    pub topic: B256,
    /// In which block.
    pub block: u64,
}

/// Returns what feeds say at a block and when they said so; nothing of one that does not answer, or answers what no price is.
///
/// # Errors
/// When the node does not answer.
pub async fn quotes(rpc: &Rpc, feeds: &[Address], block: &Block) -> Result<Vec<Option<(Wad, Timestamp)>>, Error> {
    let mut batch = Batch::new(Address::ZERO);
    let tickets: Vec<_> = feeds
        .iter()
        .map(|feed| (batch.add(*feed, IFeed::latestRoundDataCall {}), batch.add(*feed, IFeed::decimalsCall {})))
        .collect();
    let answers = batch.send(rpc, block.number).await?;
    let mut quotes = Vec::with_capacity(feeds.len());
    for (round, decimals) in &tickets {
        let (round, decimals) = match (answers.get(round), answers.get(decimals)) {
            (Ok(round), Ok(decimals)) if decimals <= MAX_DECIMALS => (round, decimals),
            (Err(error), _) | (_, Err(error)) if error.kind().is_passing() => return Err(error.into()),
            _ => {
                quotes.push(None);
                continue;
            }
        };
        let scale = U256::from(10).pow(U256::from(MAX_DECIMALS - decimals));
        let price = U256::try_from(round.answer).ok().and_then(|answer| answer.checked_mul(scale));
        let at = u64::try_from(round.updatedAt).ok();
        quotes.push(price.zip(at).map(|(price, at)| (Wad(price), Timestamp(at))));
    }
    Ok(quotes)
}

/// Returns what a contract has told from a block to another, both included.
///
/// # Errors
/// When the node does not answer.
pub async fn told(rpc: &Rpc, contract: Address, from: u64, to: u64) -> Result<Vec<Told>, Error> {
    let mut logs = Logs::new(rpc, contract, from, to);
    let mut told = Vec::new();
    while let Some(stretch) = logs.next().await? {
        let of =
            |log: &crate::logs::Log| Told { topic: log.topics.first().copied().unwrap_or_default(), block: log.block };
        told.extend(stretch.logs.iter().map(of));
    }
    Ok(told)
}
