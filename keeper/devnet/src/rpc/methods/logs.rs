//! Logs, and filters that are polled.

use alloy_primitives::U64;
use alloy_rpc_types_eth::{BlockNumberOrTag, Filter, FilterBlockOption};
use serde_json::{Value, json};

use crate::{
    chain::Chain,
    rpc::{
        Node,
        error::Error,
        filters::Kind,
        params::{Params, Quantity},
        view,
    },
};

pub(super) fn get(chain: &Chain, mut params: Params) -> Result<Value, Error> {
    let filter: Filter = params.next("filter")?;
    Ok(json!(chain.logs(&filter)?))
}

pub(super) fn new_filter(node: &Node, mut params: Params) -> Result<Value, Error> {
    let filter: Filter = params.next("filter")?;
    install(node, Kind::Logs(Box::new(filter)))
}

pub(super) fn new_block_filter(node: &Node) -> Result<Value, Error> {
    install(node, Kind::Blocks)
}

pub(super) fn new_transaction_filter(node: &Node) -> Result<Value, Error> {
    install(node, Kind::Transactions)
}

fn install(node: &Node, kind: Kind) -> Result<Value, Error> {
    let next_block = node.chain.block_number().saturating_add(1);
    Ok(json!(U64::from(node.filters().install(kind, next_block))))
}

pub(super) fn uninstall(node: &Node, mut params: Params) -> Result<Value, Error> {
    let id = id(&mut params)?;
    Ok(json!(node.filters().uninstall(id)))
}

/// What is new since the last poll.
pub(super) fn changes(node: &Node, mut params: Params) -> Result<Value, Error> {
    let id = id(&mut params)?;
    let head = node.chain.block_number();
    let advanced = node.filters().advance(id, head);
    let (kind, from) = advanced.ok_or_else(not_found)?;
    if from > head {
        return Ok(json!([]));
    }
    match kind {
        Kind::Logs(filter) => since(&node.chain, *filter, from, head),
        Kind::Blocks => {
            let hashes: Vec<_> = node.chain.blocks(from, head).iter().map(|block| block.hash()).collect();
            Ok(json!(hashes))
        }
        Kind::Transactions => {
            let blocks = node.chain.blocks(from, head);
            Ok(json!(blocks.iter().flat_map(|block| view::hashes(block)).collect::<Vec<_>>()))
        }
    }
}

/// The logs of new blocks that lie in a filter's range.
fn since(chain: &Chain, filter: Filter, from: u64, head: u64) -> Result<Value, Error> {
    let FilterBlockOption::Range { from_block, to_block } = filter.block_option else { return Ok(json!([])) };
    let bound = |tag: Option<BlockNumberOrTag>| tag.and_then(|tag| tag.as_number());
    let from = bound(from_block).unwrap_or(0).max(from);
    let to = bound(to_block).unwrap_or(head).min(head);
    if from > to {
        return Ok(json!([]));
    }
    Ok(json!(chain.logs(&filter.from_block(from).to_block(to))?))
}

/// Every log in a filter's own range.
pub(super) fn all(node: &Node, mut params: Params) -> Result<Value, Error> {
    let id = id(&mut params)?;
    let kind = node.filters().kind(id).cloned();
    match kind.ok_or_else(not_found)? {
        Kind::Logs(filter) => Ok(json!(node.chain.logs(&filter)?)),
        Kind::Blocks | Kind::Transactions => Err(not_found()),
    }
}

fn id(params: &mut Params) -> Result<u64, Error> {
    let id: Quantity = params.next("filter id")?;
    id.to_u64("filter id")
}

fn not_found() -> Error {
    Error::refused("filter not found")
}
