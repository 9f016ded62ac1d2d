//! Blocks at an interval.

use serde_json::{Value, json};

use crate::client::{ALICE, BOB, Socket, result, server};

#[tokio::test]
async fn interval_makes_blocks_with_what_waits_until_it_ends() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    result(&server, "evm_setAutomine", json!([false])).await;
    let hash = result(&server, "eth_sendTransaction", json!([{"from": ALICE, "to": BOB}])).await;
    assert_eq!(result(&server, "eth_getTransactionReceipt", json!([hash])).await, Value::Null);
    assert_eq!(result(&server, "eth_getTransactionCount", json!([ALICE, "pending"])).await, "0x1");
    socket.result("eth_subscribe", json!(["newHeads"])).await;

    result(&server, "evm_setIntervalMining", json!([1])).await;

    assert_eq!(socket.notification().await["number"], "0x1");
    assert_eq!(result(&server, "eth_getTransactionReceipt", json!([hash])).await["blockNumber"], "0x1");
    result(&server, "evm_setAutomine", json!([true])).await;
    assert_eq!(result(&server, "anvil_getAutomine", json!([])).await, true);
}
