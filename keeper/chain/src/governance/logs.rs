//! Events of one contract since a block, in ranges that the node is willing to answer.

use alloy_primitives::{Address, B256, Log};
use serde_json::json;

use crate::convert;
use crate::rpc::{Error, Kind, Rpc};

const METHOD: &str = "eth_getLogs";

/// Returns the events of `address` whose first topic is one of `topics`, from block `from` to `to`, in order. A range
/// that the node finds too long is asked for in halves.
pub(super) async fn logs(rpc: &Rpc, address: Address, topics: &[B256], from: u64, to: u64) -> Result<Vec<Log>, Error> {
    let mut found = Vec::new();
    let mut ranges = vec![(from, to)];
    while let Some((from, to)) = ranges.pop() {
        match ask(rpc, address, topics, from, to).await {
            Ok(told) => found.extend(told),
            Err(error) if from < to && is_too_much(&error) => {
                let middle = from + (to - from) / 2;
                ranges.push((middle + 1, to));
                ranges.push((from, middle));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Returns the block that created the contract, by bisection over its code; needs a node that keeps old states.
pub(super) async fn created_at(rpc: &Rpc, address: Address, head: u64) -> Result<u64, Error> {
    let (mut least, mut most) = (0, head);
    while least < most {
        let middle = least + (most - least) / 2;
        if rpc.code(address, middle).await?.is_empty() {
            least = middle + 1;
        } else {
            most = middle;
        }
    }
    Ok(least)
}

async fn ask(rpc: &Rpc, address: Address, topics: &[B256], from: u64, to: u64) -> Result<Vec<Log>, Error> {
    let filter = json!({
        "address": address,
        "topics": [topics],
        "fromBlock": format!("{from:#x}"),
        "toBlock": format!("{to:#x}"),
    });
    let answer = rpc.transport().ask(METHOD, json!([filter])).await?;
    let logs: Vec<ethers::types::Log> =
        serde_json::from_value(answer).map_err(|error| Error::malformed(METHOD, "an answer", error))?;
    let told = logs.into_iter().map(|log| {
        let log = convert::log(log);
        match log.address == address {
            true => Ok(log),
            false => Err(Error::malformed(METHOD, log.address, format!("events of {address} were asked for"))),
        }
    });
    told.collect()
}

/// Nodes say in many ways that a range is too long; only answers that no shorter range can better are final.
fn is_too_much(error: &Error) -> bool {
    match error.kind() {
        Kind::Throttle | Kind::Other | Kind::Transport => true,
        Kind::Malformed => matches!(error, Error::TooLong { .. }),
        _ => false,
    }
}
