//! No parameters, however wrong, bring a method down.

use serde_json::{Value, json};

use super::*;
use crate::chain::{Chain, Clock, Config};

const METHODS: &str = "eth_getBalance eth_getCode eth_getStorageAt eth_getTransactionCount eth_getProof eth_accounts
    eth_sign personal_sign eth_blockNumber eth_getBlockByHash eth_getBlockByNumber eth_getBlockTransactionCountByHash
    eth_getBlockTransactionCountByNumber eth_getUncleCountByBlockHash eth_getUncleCountByBlockNumber
    eth_getUncleByBlockHashAndIndex eth_getTransactionByHash eth_getRawTransactionByHash
    eth_getTransactionByBlockHashAndIndex eth_getTransactionByBlockNumberAndIndex eth_getTransactionReceipt
    eth_getBlockReceipts eth_gasPrice eth_maxPriorityFeePerGas eth_feeHistory eth_call eth_estimateGas
    eth_createAccessList eth_sendTransaction eth_sendRawTransaction eth_getLogs eth_newFilter eth_newBlockFilter
    eth_newPendingTransactionFilter eth_getFilterChanges eth_getFilterLogs eth_uninstallFilter eth_chainId eth_syncing
    eth_coinbase eth_protocolVersion net_version web3_clientVersion web3_sha3 evm_mine evm_increaseTime evm_setTime
    evm_snapshot evm_revert anvil_mine evm_setNextBlockTimestamp anvil_setBlockTimestampInterval
    anvil_removeBlockTimestampInterval evm_setAutomine anvil_getAutomine evm_setIntervalMining anvil_setBalance
    anvil_setNonce anvil_setCode anvil_setStorageAt anvil_impersonateAccount anvil_stopImpersonatingAccount
    anvil_autoImpersonateAccount anvil_setNextBlockBaseFeePerGas evm_setBlockGasLimit anvil_dropTransaction
    anvil_nodeInfo anvil_metadata";

/// Values of every kind, right for some parameter and wrong for others, small and as large as can be.
fn values() -> Vec<Value> {
    let address = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
    let (hash, huge) = (format!("0x{:064x}", 1), format!("0x{}", "f".repeat(64)));
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5e300),
        json!(u64::MAX),
        json!(""),
        json!("0x"),
        json!("0x0"),
        json!("0xffffffffffffffff"),
        json!("latest"),
        json!("pending"),
        json!("\u{0}é"),
        json!(address),
        json!(hash),
        json!(huge),
        json!("0xef0100"),
        json!([]),
        json!([[[]]]),
        json!({}),
        json!({"from": address, "to": address, "gas": "0xffffffffffffffff", "value": huge}),
        json!({"from": address, "data": "0xfe", "gasPrice": "0xffffffffffffffffffffffffffffffff"}),
        json!({"from": address, "nonce": "0xffffffffffffffff", "maxFeePerGas": "0x0"}),
        json!({"blockHash": hash, "fromBlock": "0x0"}),
        json!({"fromBlock": "0xffffffffffffffff", "toBlock": "earliest"}),
        json!({address: {"balance": huge, "nonce": "0xffffffffffffffff", "code": "0x5b600056"}}),
    ]
}

#[test]
fn every_method_survives_every_pair_of_values() {
    for method in METHODS.split_whitespace() {
        let config = Config { clock: Clock::Manual { start_secs: 0 }, ..Config::default() };
        let node = Node::new(Chain::new(config));
        let values = values();
        let pairs = values.iter().flat_map(|first| values.iter().map(move |second| json!([first, second])));
        for params in pairs.chain([json!([]), json!(["0x0", "0x0", huge_word()])]) {
            // Most are refused; what counts is that each has an answer.
            let parsed = Params::new(params.clone()).expect("an array");
            if let Err(error) = call(&node, method, parsed, None) {
                assert!(![-32603, -32601].contains(&error.code), "{method} {params}: {error:?}");
            }
        }
        let number = Params::new(Value::Null).and_then(|none| call(&node, "eth_blockNumber", none, None));
        assert!(number.is_ok_and(|number| number.is_string()), "{method}");
    }
}

fn huge_word() -> Value {
    json!(format!("0x{}", "f".repeat(64)))
}
