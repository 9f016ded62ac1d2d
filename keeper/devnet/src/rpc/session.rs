//! A connection's subscriptions and the notifications that they cause.

use alloy_primitives::{B256, U128};
use alloy_rpc_types_eth::{Filter, pubsub::SubscriptionKind};
use serde_json::{Value, json};

use super::{error::Error, params::Params, view};
use crate::chain::{Block, Event, matching_logs};

/// Subscriptions that one connection may hold.
const SUBSCRIPTION_LIMIT: usize = 256;

enum Topic {
    Heads,
    Logs(Box<Filter>),
    Transactions,
}

/// The subscriptions of one connection.
#[derive(Default)]
pub(super) struct Session {
    subscriptions: Vec<(U128, Topic)>,
    last_id: u128,
}

impl Session {
    /// Carries out `eth_subscribe`.
    pub fn subscribe(&mut self, mut params: Params) -> Result<Value, Error> {
        if self.subscriptions.len() >= SUBSCRIPTION_LIMIT {
            return Err(Error::limit(format!("at most {SUBSCRIPTION_LIMIT} subscriptions on a connection")));
        }
        let topic = match params.next("subscription")? {
            SubscriptionKind::NewHeads => Topic::Heads,
            SubscriptionKind::Logs => Topic::Logs(params.optional("filter")?.unwrap_or_default()),
            SubscriptionKind::NewPendingTransactions => match params.optional("full")? {
                None | Some(false) => Topic::Transactions,
                Some(true) => return Err(Error::not_supported("newPendingTransactions tells hashes only")),
            },
            other => return Err(Error::not_supported(format!("no subscription to {other}"))),
        };
        self.last_id = self.last_id.saturating_add(1);
        let id = U128::from(self.last_id);
        self.subscriptions.push((id, topic));
        Ok(json!(id))
    }

    /// Carries out `eth_unsubscribe`.
    pub fn unsubscribe(&mut self, mut params: Params) -> Result<Value, Error> {
        let id: U128 = params.next("subscription")?;
        let before = self.subscriptions.len();
        self.subscriptions.retain(|(subscription, _)| *subscription != id);
        Ok(json!(self.subscriptions.len() < before))
    }

    /// Returns the notifications that an event causes.
    pub fn notifications(&self, event: &Event) -> Vec<String> {
        let of_one = |(id, topic): &(U128, Topic)| -> Vec<String> {
            let results = match (topic, event) {
                (Topic::Heads, Event::Head(block)) => vec![json!(view::header(block))],
                (Topic::Logs(filter), Event::Head(block)) => logs(block, filter),
                (Topic::Transactions, Event::Accepted(hash)) => vec![accepted(*hash)],
                _ => Vec::new(),
            };
            results.into_iter().map(|result| notification(*id, result)).collect()
        };
        self.subscriptions.iter().flat_map(of_one).collect()
    }
}

fn logs(block: &Block, filter: &Filter) -> Vec<Value> {
    matching_logs(block, filter).into_iter().map(|log| json!(log)).collect()
}

fn accepted(hash: B256) -> Value {
    json!(hash)
}

fn notification(id: U128, result: Value) -> String {
    let params = json!({ "subscription": id, "result": result });
    json!({ "jsonrpc": "2.0", "method": "eth_subscription", "params": params }).to_string()
}
