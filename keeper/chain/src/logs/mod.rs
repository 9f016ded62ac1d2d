//! The log of one contract, read by ranges: in windows that shrink where a node says that it is too much and grow again,
//! from a first block to a last, without end in memory.
//!
//! No answer is believed by its shape: a log outside the window, of another contract, out of order or taken back is
//! malformed; one whose block is not the chain's any more is [`Error::BlockReplaced`].

mod headers;
mod window;

use alloy_primitives::{Address, B256, Bytes};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::rpc::{self, Kind, Rpc};
use window::Window;

pub use headers::{Header, first_block_with_code, headers, senders};

const METHOD: &str = "eth_getLogs";

/// One log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The block's height.
    pub block: u64,
    /// The block's hash.
    pub block_hash: B256,
    /// The transaction.
    pub tx_hash: B256,
    /// Its place in the block.
    pub index: u64,
    /// The topics.
    pub topics: Vec<B256>,
    /// The data.
    pub data: Bytes,
}

/// The logs of consecutive blocks, all of them, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The last block that was read: the cursor. The next stretch begins after it.
    pub to: u64,
    /// The logs.
    pub logs: Vec<Log>,
}

/// Reads the log of one contract between two blocks, both included.
#[derive(Debug)]
pub struct Logs<'a> {
    rpc: &'a Rpc,
    address: Address,
    topics: Vec<B256>,
    next: u64,
    last: u64,
    window: Window,
}

impl<'a> Logs<'a> {
    /// Begins to read; nothing is asked yet.
    pub fn new(rpc: &'a Rpc, address: Address, first: u64, last: u64) -> Self {
        Self { rpc, address, topics: Vec::new(), next: first, last, window: Window::default() }
    }

    /// Reads only the logs whose first topic is one of these.
    pub fn only(self, topics: Vec<B256>) -> Self {
        Self { topics, ..self }
    }

    /// Returns the logs of the next blocks; nothing when the last has been read.
    ///
    /// # Errors
    /// When the node fails, or refuses even a single block.
    pub async fn next(&mut self) -> Result<Option<Stretch>, Error> {
        if self.next > self.last {
            return Ok(None);
        }
        loop {
            let (from, to) = (self.next, self.next.saturating_add(self.window.blocks() - 1).min(self.last));
            match self.ask(from, to).await {
                Ok(logs) => {
                    self.window.grow(logs.len());
                    self.next = to.saturating_add(1);
                    return Ok(Some(Stretch { to, logs }));
                }
                Err(error) if is_too_much(&error) && to > from => {
                    tracing::debug!(from, to, %error, "a window is too much");
                    self.window.shrink(to - from + 1);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn ask(&self, from: u64, to: u64) -> Result<Vec<Log>, rpc::Error> {
        let mut filter =
            json!({ "address": self.address, "fromBlock": format!("0x{from:x}"), "toBlock": format!("0x{to:x}") });
        if !self.topics.is_empty() {
            filter["topics"] = json!([self.topics]);
        }
        let answer = self.rpc.transport().ask(METHOD, json!([filter])).await?;
        let Value::Array(found) = answer else {
            return Err(rpc::Error::malformed(METHOD, answer, "logs come as an array"));
        };
        let mut logs: Vec<Log> = Vec::with_capacity(found.len());
        for value in found {
            let log = self.log(&value, from, to)?;
            if logs.last().is_some_and(|before| (before.block, before.index) >= (log.block, log.index)) {
                return Err(rpc::Error::malformed(METHOD, value, "logs come in the order of the chain"));
            }
            logs.push(log);
        }
        Ok(logs)
    }

    fn is_asked_for(&self, topics: &[B256]) -> bool {
        self.topics.is_empty() || topics.first().is_some_and(|topic| self.topics.contains(topic))
    }

    fn log(&self, value: &Value, from: u64, to: u64) -> Result<Log, rpc::Error> {
        let malformed = |reason: &str| rpc::Error::malformed(METHOD, value, reason);
        let found = FoundLog::deserialize(value).map_err(|error| malformed(&error.to_string()))?;
        let block = number(&found.block_number).ok_or_else(|| malformed("blockNumber is no quantity"))?;
        let index = number(&found.log_index).ok_or_else(|| malformed("logIndex is no quantity"))?;
        match () {
            () if found.address != self.address => Err(malformed("a log of another contract")),
            () if block < from || block > to => Err(malformed(&format!("blocks {from} to {to} were asked"))),
            () if found.removed => Err(malformed("a log that was taken back")),
            () if !self.is_asked_for(&found.topics) => Err(malformed("a log of another event")),
            () => Ok(Log {
                block,
                block_hash: found.block_hash,
                tx_hash: found.transaction_hash,
                index,
                topics: found.topics,
                data: found.data,
            }),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FoundLog {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    block_number: String,
    block_hash: B256,
    transaction_hash: B256,
    log_index: String,
    #[serde(default)]
    removed: bool,
}

fn number(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

/// Whether a node says that a range holds more than it answers: by our bound on answers, by the code for limits, or in
/// one of the phrases that nodes use.
fn is_too_much(error: &rpc::Error) -> bool {
    const WORDS: [&str; 8] =
        ["more than", "too many", "too large", "block range", "range is", "exceed", "response size", "limited to"];
    match error {
        rpc::Error::TooLong { .. } => true,
        rpc::Error::Node { kind: Kind::Throttle | Kind::Other, code, message, .. } => {
            let message = message.to_lowercase();
            *code == -32005 || WORDS.iter().any(|words| message.contains(words))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node_says(code: i64, message: &str) -> rpc::Error {
        rpc::Error::Node { method: METHOD.into(), kind: Kind::Other, code, message: message.into() }
    }

    #[test]
    fn nodes_words_for_too_much_are_understood() {
        for message in [
            "query returned more than 10000 results",
            "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range",
            "exceed maximum block range: 50000",
            "block range is too wide",
            "eth_getLogs is limited to a 10,000 range",
            "too many logs",
        ] {
            assert!(is_too_much(&node_says(-32000, message)), "{message}");
        }
        assert!(is_too_much(&node_says(-32005, "limit")));
        assert!(is_too_much(&rpc::Error::TooLong { method: METHOD.into(), bound_bytes: 1 }));
    }

    #[test]
    fn other_refusals_are_not_answered_by_asking_for_less() {
        assert!(!is_too_much(&node_says(-32000, "header not found")));
        assert!(!is_too_much(&rpc::Error::Status { method: METHOD.into(), endpoint: "e".into(), status: 429 }));
        assert!(!is_too_much(&rpc::Error::malformed(METHOD, "x", "too many")));
    }
}
