//! WebSocket: subscriptions.

use serde_json::json;

use crate::client::{ALICE, BOB, COUNTER, Socket, deploy, result, server};

#[tokio::test]
async fn subscriber_hears_heads_logs_and_transactions() {
    let server = server().await;
    let counter = deploy(&server, COUNTER).await;
    let mut transactions = Socket::connect(&server).await;
    let mut logs = Socket::connect(&server).await;
    let mut heads = Socket::connect(&server).await;
    transactions.result("eth_subscribe", json!(["newPendingTransactions"])).await;
    logs.result("eth_subscribe", json!(["logs", {"address": counter}])).await;
    heads.result("eth_subscribe", json!(["newHeads"])).await;

    let hash = result(&server, "eth_sendTransaction", json!([{"from": ALICE, "to": counter}])).await;
    result(&server, "eth_sendTransaction", json!([{"from": ALICE, "to": BOB}])).await;

    assert_eq!(transactions.notification().await, hash);
    assert_eq!(logs.notification().await["transactionHash"], hash);
    let (first, second) = (heads.notification().await, heads.notification().await);
    assert_eq!(first["number"], "0x2");
    assert_eq!(second["parentHash"], first["hash"]);
}

#[tokio::test]
async fn subscription_tells_nothing_from_before_and_ends() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    socket.result("evm_mine", json!([])).await;
    let id = socket.result("eth_subscribe", json!(["newHeads"])).await;
    socket.result("evm_mine", json!([])).await;
    assert_eq!(socket.notification().await["number"], "0x2");

    assert_eq!(socket.result("eth_unsubscribe", json!([id])).await, true);
    socket.result("evm_mine", json!([])).await;

    assert_eq!(socket.result("eth_unsubscribe", json!([id])).await, false);
}

#[tokio::test]
async fn subscriber_far_behind_hears_every_head() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    socket.result("eth_subscribe", json!(["newHeads"])).await;
    // More blocks than events are kept, made while the connection is busy with this very request.
    let count = 3000;

    socket.result("anvil_mine", json!([count])).await;

    for number in 1..=count {
        assert_eq!(socket.notification().await["number"], format!("0x{number:x}"));
    }
}

#[tokio::test]
async fn batches_and_errors_go_over_the_socket_too() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;

    socket.send("eth_subscribe", json!(["weather"])).await;

    let answer = socket.next().await.expect("an answer");
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert_eq!(socket.result("eth_chainId", json!([])).await, "0x64aba");
}

#[tokio::test]
async fn connections_end_when_the_server_stops() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    socket.result("eth_chainId", json!([])).await;

    let (stopped, last) = tokio::join!(server.stop(), socket.next());

    stopped.expect("stopped");
    assert_eq!(last, None);
}
