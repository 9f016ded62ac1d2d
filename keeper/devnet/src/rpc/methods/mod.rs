//! The methods, by what they are about.

mod accounts;
mod blocks;
mod control;
mod fees;
mod logs;
mod network;
mod request;
mod send;
mod simulate;
#[cfg(test)]
mod tests;
mod time;

use serde_json::Value;

use super::{Node, error::Error, params::Params, session::Session};

/// Carries out one request.
pub(super) fn call(node: &Node, method: &str, params: Params, session: Option<&mut Session>) -> Result<Value, Error> {
    match (method, session) {
        ("eth_subscribe", Some(session)) => return session.subscribe(params),
        ("eth_unsubscribe", Some(session)) => return session.unsubscribe(params),
        ("eth_subscribe" | "eth_unsubscribe", None) => return Err(Error::no_notifications()),
        _ => {}
    }
    let chain = &node.chain;
    match method {
        "eth_getBalance" => accounts::balance(chain, params),
        "eth_getCode" => accounts::code(chain, params),
        "eth_getStorageAt" => accounts::storage(chain, params),
        "eth_getTransactionCount" => accounts::nonce(chain, params),
        "eth_getProof" => Err(Error::not_supported("eth_getProof: this chain keeps no state trie")),
        "eth_accounts" | "eth_requestAccounts" => accounts::list(chain),
        "eth_sign" => accounts::sign(params),
        "personal_sign" => accounts::personal_sign(params),

        "eth_blockNumber" => blocks::number(chain),
        "eth_getBlockByHash" => blocks::by_hash(chain, params),
        "eth_getBlockByNumber" => blocks::by_number(chain, params),
        "eth_getBlockTransactionCountByHash" => blocks::count_by_hash(chain, params),
        "eth_getBlockTransactionCountByNumber" => blocks::count_by_number(chain, params),
        "eth_getUncleCountByBlockHash" => blocks::uncles_by_hash(chain, params),
        "eth_getUncleCountByBlockNumber" => blocks::uncles_by_number(chain, params),
        "eth_getUncleByBlockHashAndIndex" | "eth_getUncleByBlockNumberAndIndex" => Ok(Value::Null),
        "eth_getTransactionByHash" => blocks::transaction(chain, params),
        "eth_getRawTransactionByHash" => blocks::raw_transaction(chain, params),
        "eth_getTransactionByBlockHashAndIndex" => blocks::transaction_by_hash_and_index(chain, params),
        "eth_getTransactionByBlockNumberAndIndex" => blocks::transaction_by_number_and_index(chain, params),
        "eth_getTransactionReceipt" => blocks::receipt(chain, params),
        "eth_getBlockReceipts" => blocks::receipts(chain, params),

        "eth_gasPrice" => fees::gas_price(chain),
        "eth_maxPriorityFeePerGas" => fees::tip(),
        "eth_feeHistory" => fees::history(chain, params),

        "eth_call" => simulate::call(chain, params),
        "eth_estimateGas" => simulate::estimate_gas(chain, params),
        "eth_createAccessList" => simulate::access_list(chain, params),

        "eth_sendTransaction" => send::from_account(chain, params),
        "eth_sendRawTransaction" => send::raw(chain, params),

        "eth_getLogs" => logs::get(chain, params),
        "eth_newFilter" => logs::new_filter(node, params),
        "eth_newBlockFilter" => logs::new_block_filter(node),
        "eth_newPendingTransactionFilter" => logs::new_transaction_filter(node),
        "eth_getFilterChanges" => logs::changes(node, params),
        "eth_getFilterLogs" => logs::all(node, params),
        "eth_uninstallFilter" => logs::uninstall(node, params),

        "eth_chainId" => network::chain_id(chain),
        "eth_syncing" => Ok(Value::Bool(false)),
        "eth_mining" => Ok(Value::Bool(true)),
        "eth_hashrate" => Ok("0x0".into()),
        "eth_coinbase" => network::coinbase(),
        "eth_protocolVersion" => Ok("0x44".into()),
        "net_version" => network::version(chain),
        "net_listening" => Ok(Value::Bool(true)),
        "net_peerCount" => Ok("0x0".into()),
        "web3_clientVersion" => network::client_version(),
        "web3_sha3" => network::keccak(params),

        "evm_mine" => time::evm_mine(chain, params),
        "evm_increaseTime" | "anvil_increaseTime" => time::increase(chain, params),
        "evm_setTime" | "anvil_setTime" => time::set(chain, params),
        _ => control::call(chain, method, params),
    }
}
