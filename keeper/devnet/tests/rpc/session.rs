//! What a client does in a session: deploy, call, send, read, poll, and steer the chain.

use alloy_primitives::{Bytes, hex};
use alloy_sol_types::{Revert, SolError};
use serde_json::{Value, json};

use crate::client::{ALICE, BOB, COUNTER, REVERTER, deploy, error, result, server};

fn word(n: u64) -> String {
    format!("0x{n:064x}")
}

#[tokio::test]
async fn contract_is_deployed_called_sent_to_and_read() {
    let server = server().await;
    let counter = deploy(&server, COUNTER).await;

    let called = result(&server, "eth_call", json!([{"to": counter}, "latest"])).await;
    let hash = result(&server, "eth_sendTransaction", json!([{"from": BOB, "to": counter}])).await;

    assert_eq!(called, word(1));
    let receipt = result(&server, "eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["type"], "0x2");
    assert_eq!(receipt["from"], BOB);
    assert_eq!(receipt["to"], counter);
    assert_eq!(receipt["contractAddress"], Value::Null);
    assert_eq!(receipt["effectiveGasPrice"], "0x989680");
    assert_eq!(receipt["gasUsedForL1"], "0x0");
    assert_eq!(receipt["l1BlockNumber"], format!("0x{:x}", 1_700_000_002_u64 / 12));
    assert_eq!(receipt["logs"][0]["topics"], json!([word(42)]));
    assert_eq!(receipt["logs"][0]["data"], word(1));
    assert_eq!(receipt["logs"][0]["logIndex"], "0x0");
    assert_eq!(receipt["logsBloom"].as_str().map(str::len), Some(2 + 512));
    assert_eq!(result(&server, "eth_getStorageAt", json!([counter, "0x0", "latest"])).await, word(1));
    assert_eq!(result(&server, "eth_getStorageAt", json!([counter, "0x0", "0x1"])).await, word(0));
    let sent = result(&server, "eth_getTransactionByHash", json!([hash])).await;
    assert_eq!(sent["hash"], hash);
    assert_eq!(sent["blockNumber"], "0x2");
    assert_eq!(sent["from"], BOB);
    assert_eq!(result(&server, "eth_getTransactionByBlockNumberAndIndex", json!(["0x2", "0x0"])).await, sent);
    assert_eq!(result(&server, "eth_getBlockReceipts", json!(["latest"])).await, json!([receipt]));
}

#[tokio::test]
async fn blocks_are_linked_and_hold_their_transactions() {
    let server = server().await;
    deploy(&server, COUNTER).await;

    let genesis = result(&server, "eth_getBlockByNumber", json!(["earliest", false])).await;
    let block = result(&server, "eth_getBlockByNumber", json!(["latest", false])).await;
    let full = result(&server, "eth_getBlockByHash", json!([block["hash"], true])).await;

    assert_eq!(block["number"], "0x1");
    assert_eq!(block["parentHash"], genesis["hash"]);
    assert_eq!(block["timestamp"], format!("0x{:x}", 1_700_000_001_u64));
    assert_eq!(block["baseFeePerGas"], "0x989680");
    assert_eq!(block["stateRoot"], word(0));
    assert_ne!(block["transactionsRoot"], genesis["transactionsRoot"]);
    assert_eq!(full["transactions"][0]["hash"], block["transactions"][0]);
    assert_eq!(full["transactions"][0]["from"], ALICE);
    assert_eq!(result(&server, "eth_getBlockByNumber", json!(["0x9", false])).await, Value::Null);
    assert_eq!(result(&server, "eth_getBlockTransactionCountByNumber", json!(["latest"])).await, "0x1");
}

#[tokio::test]
async fn revert_reasons_arrive_with_their_data() {
    let server = server().await;
    let reverter = deploy(&server, REVERTER).await;
    let text = Bytes::from(Revert::from("too much").abi_encode());
    let custom = Bytes::from(hex!("deadbeef").to_vec());

    for method in ["eth_call", "eth_estimateGas", "eth_sendTransaction"] {
        let error_of = |data: Bytes| {
            let params = json!([{"from": ALICE, "to": reverter, "data": data}]);
            error(&server, method, params)
        };
        assert_eq!(
            error_of(text.clone()).await,
            json!({"code": 3, "message": "execution reverted: too much", "data": text})
        );
        assert_eq!(error_of(custom.clone()).await, json!({"code": 3, "message": "execution reverted", "data": custom}));
    }
}

#[tokio::test]
async fn fees_are_constant_and_tips_nothing() {
    let server = server().await;
    result(&server, "anvil_mine", json!(["0x3"])).await;

    assert_eq!(result(&server, "eth_gasPrice", json!([])).await, "0x989680");
    assert_eq!(result(&server, "eth_maxPriorityFeePerGas", json!([])).await, "0x0");
    let history = result(&server, "eth_feeHistory", json!(["0x2", "latest", [25, 75]])).await;
    assert_eq!(
        history,
        json!({
            "oldestBlock": "0x2",
            "baseFeePerGas": ["0x989680", "0x989680", "0x989680"],
            "gasUsedRatio": [0.0, 0.0],
            "reward": [["0x0", "0x0"], ["0x0", "0x0"]],
        })
    );
}

#[tokio::test]
async fn filters_tell_what_is_new_once() {
    let server = server().await;
    let counter = deploy(&server, COUNTER).await;
    let logs = result(&server, "eth_newFilter", json!([{"address": counter, "topics": [word(42)]}])).await;
    let blocks = result(&server, "eth_newBlockFilter", json!([])).await;
    let transactions = result(&server, "eth_newPendingTransactionFilter", json!([])).await;

    let hash = result(&server, "eth_sendTransaction", json!([{"from": BOB, "to": counter}])).await;

    let head = result(&server, "eth_getBlockByNumber", json!(["latest", false])).await;
    let found = result(&server, "eth_getFilterChanges", json!([logs])).await;
    assert_eq!(found[0]["transactionHash"], hash);
    assert_eq!(result(&server, "eth_getFilterChanges", json!([blocks])).await, json!([head["hash"]]));
    assert_eq!(result(&server, "eth_getFilterChanges", json!([transactions])).await, json!([hash]));
    for filter in [&logs, &blocks, &transactions] {
        assert_eq!(result(&server, "eth_getFilterChanges", json!([filter])).await, json!([]));
    }
    assert_eq!(result(&server, "eth_getFilterLogs", json!([logs])).await, found);
    assert_eq!(result(&server, "eth_uninstallFilter", json!([logs])).await, true);
    assert_eq!(result(&server, "eth_uninstallFilter", json!([logs])).await, false);
}

#[tokio::test]
async fn chain_is_steered_by_the_names_of_anvil_and_hardhat() {
    let server = server().await;
    let someone = "0x00000000000000000000000000000000000000aa";
    let snapshot = result(&server, "evm_snapshot", json!([])).await;

    result(&server, "hardhat_setBalance", json!([someone, "0xde0b6b3a7640000"])).await;
    result(&server, "anvil_setNonce", json!([someone, "0x7"])).await;
    result(&server, "anvil_setStorageAt", json!([someone, "0x1", word(5)])).await;
    result(&server, "hardhat_impersonateAccount", json!([someone])).await;
    let sent = result(&server, "eth_sendTransaction", json!([{"from": someone, "to": BOB, "value": "0x1"}])).await;
    result(&server, "anvil_setCode", json!([someone, "0x00"])).await;

    assert_eq!(result(&server, "eth_getTransactionByHash", json!([sent])).await["nonce"], "0x7");
    assert_eq!(result(&server, "eth_getTransactionCount", json!([someone, "latest"])).await, "0x8");
    assert_eq!(result(&server, "eth_getCode", json!([someone, "latest"])).await, "0x00");
    assert_eq!(result(&server, "eth_getStorageAt", json!([someone, "0x1", "latest"])).await, word(5));
    result(&server, "evm_setNextBlockTimestamp", json!([1_800_000_000])).await;
    result(&server, "evm_mine", json!([])).await;
    assert_eq!(result(&server, "evm_increaseTime", json!([3600])).await, "0xe10");
    result(&server, "evm_mine", json!([{"timestamp": 1_900_000_000, "blocks": 2}])).await;
    let head = result(&server, "eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(head["timestamp"], format!("0x{:x}", 1_900_000_001_u64));
    assert_eq!(result(&server, "anvil_nodeInfo", json!([])).await["currentBlockNumber"], "0x4");

    assert_eq!(result(&server, "evm_revert", json!([snapshot])).await, true);
    assert_eq!(result(&server, "eth_blockNumber", json!([])).await, "0x0");
    assert_eq!(result(&server, "eth_getBalance", json!([someone, "latest"])).await, "0x0");
}

#[tokio::test]
async fn access_list_and_overrides_are_served() {
    let server = server().await;
    let counter = deploy(&server, COUNTER).await;

    let list = result(&server, "eth_createAccessList", json!([{"from": ALICE, "to": counter}])).await;
    let overrides = json!({counter.as_str().expect("text"): {"stateDiff": {word(0): word(9)}}});
    let called = result(&server, "eth_call", json!([{"to": counter}, "latest", overrides])).await;

    assert_eq!(list["accessList"], json!([{"address": counter, "storageKeys": [word(0)]}]));
    assert_eq!(called, word(10));
}

#[tokio::test]
async fn development_accounts_sign_messages() {
    let server = server().await;
    let message = "0x68656c6c6f";

    let signature = result(&server, "personal_sign", json!([message, ALICE])).await;

    let signature: Bytes = serde_json::from_value(signature).expect("bytes");
    let signature = alloy_primitives::Signature::try_from(signature.as_ref()).expect("65 bytes");
    let signer = signature.recover_address_from_msg("hello").expect("a signer");
    assert_eq!(signer.to_string().to_lowercase(), ALICE);
}
