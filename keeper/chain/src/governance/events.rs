//! Some events of one contract since its beginning.

use alloy_primitives::{Address, B256, Log};

use crate::error::Error;
use crate::logs::{Logs, first_block_with_code};
use crate::rpc::Rpc;

/// Returns the events of `address` whose first topic is one of `topics`, in order, up to block `to`: from block `from`, or
/// from the one that created the contract.
///
/// # Errors
/// When the node fails, or keeps no states that old where `from` is not given.
pub(super) async fn events(
    rpc: &Rpc,
    address: Address,
    topics: &[B256],
    from: Option<u64>,
    to: u64,
) -> Result<Vec<Log>, Error> {
    let from = match from {
        Some(from) => Some(from),
        None => first_block_with_code(rpc, address, to).await?,
    };
    let Some(from) = from else { return Ok(Vec::new()) };
    let mut logs = Logs::new(rpc, address, from, to).only(topics.to_vec());
    let mut events = Vec::new();
    while let Some(stretch) = logs.next().await? {
        events.extend(stretch.logs.into_iter().map(|log| Log::new_unchecked(address, log.topics, log.data)));
    }
    Ok(events)
}
