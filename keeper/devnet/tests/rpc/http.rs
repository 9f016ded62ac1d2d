//! HTTP: who is let in, what is bounded, and what bad input gets.

use keeper_devnet::{Chain, Config, Server, rpc::BODY_LIMIT};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::client::{ALICE, ask, error, http, server};

const CHAIN_ID: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#;

#[tokio::test]
async fn pages_of_strangers_are_refused() {
    let server = server().await;
    for headers in [
        "host: evil.example\r\n",
        "host: localhost\r\norigin: https://evil.example\r\n",
        "host: localhost\r\norigin: null\r\n",
    ] {
        let (status, body) = http(server.addr(), "POST", headers, CHAIN_ID).await;
        assert_eq!(status, 403, "{headers}: {body}");
    }
    let upgrade = "host: localhost\r\norigin: https://evil.example\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    assert_eq!(http(server.addr(), "GET", upgrade, &[]).await.0, 403);
}

#[tokio::test]
async fn pages_of_this_machine_are_answered() {
    let server = server().await;
    let headers = "host: localhost\r\norigin: http://localhost:3000\r\n";

    assert_eq!(http(server.addr(), "OPTIONS", headers, &[]).await.0, 204);
    let (status, body) = http(server.addr(), "POST", headers, CHAIN_ID).await;

    assert_eq!(status, 200);
    assert_eq!(serde_json::from_str::<Value>(&body).expect("JSON")["result"], "0x64aba");
}

#[tokio::test]
async fn other_addresses_than_loopback_are_not_bound() {
    let addr = "0.0.0.0:0".parse().expect("an address");

    let refused = Server::bind(Chain::new(Config::default()), addr).await.expect_err("not loopback");

    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn large_bodies_are_refused() {
    let server = server().await;
    let body = vec![b' '; BODY_LIMIT + 1];

    assert_eq!(http(server.addr(), "POST", "host: localhost\r\n", &body).await.0, 413);
    assert_eq!(http(server.addr(), "PUT", "host: localhost\r\n", CHAIN_ID).await.0, 405);
    assert_eq!(http(server.addr(), "GET", "host: localhost\r\n", &[]).await.0, 426);
}

#[tokio::test]
async fn idle_connections_do_not_keep_the_server_from_stopping() {
    let server = server().await;
    let silent = TcpStream::connect(server.addr()).await.expect("the server listens");
    let mut idle = TcpStream::connect(server.addr()).await.expect("the server listens");
    let request = format!("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", CHAIN_ID.len());
    idle.write_all(&[request.as_bytes(), CHAIN_ID].concat()).await.expect("written");
    let mut answer = [0; 16];
    idle.read_exact(&mut answer).await.expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 200"));

    server.stop().await.expect("stopped");

    drop((silent, idle));
}

#[tokio::test]
async fn malformed_parameters_are_refused_by_name_and_the_server_lives_on() {
    let server = server().await;
    let cases = [
        ("eth_getBalance", json!([]), "argument 0 (address)"),
        ("eth_getBalance", json!(["0x1234"]), "found \"0x1234\""),
        ("eth_getBalance", json!([ALICE, "newest"]), "found \"newest\""),
        ("eth_getBalance", json!({"address": ALICE}), "params must be an array"),
        ("eth_getStorageAt", json!([ALICE, "slot"]), "found \"slot\""),
        ("eth_getBlockByNumber", json!(["0xzz"]), "found \"0xzz\""),
        ("eth_getBlockByHash", json!(["0x00"]), "found \"0x00\""),
        ("eth_call", json!(["0x"]), "argument 0 (transaction)"),
        ("eth_call", json!([{"to": "nobody"}]), "found {\"to\":\"nobody\"}"),
        ("eth_call", json!([{"gas": "0xfffffffffffffffffffff"}]), "argument 0 (transaction)"),
        ("eth_call", json!([{"data": "0x01", "input": "0x02"}]), "both 'data' and 'input'"),
        ("eth_call", json!([{"gasPrice": "0x1", "maxFeePerGas": "0x1"}]), "both gasPrice and"),
        ("eth_call", json!([{}, "latest", {ALICE: {"code": "0xef0100"}}]), "malformed EIP-7702"),
        ("eth_sendRawTransaction", json!(["0xzz"]), "found \"0xzz\""),
        ("eth_getLogs", json!([{"topics": 7}]), "argument 0 (filter)"),
        ("eth_getLogs", json!([{"fromBlock": "0x5", "toBlock": "0x1"}]), "from 5 to 1"),
        ("eth_feeHistory", json!(["0x1", "latest", [50, 10]]), "percentiles"),
        ("eth_getFilterChanges", json!(["0xffffffffffffffffff"]), "filter id is too large"),
        ("evm_revert", json!([true]), "found true"),
        ("evm_increaseTime", json!(["soon"]), "found \"soon\""),
        ("anvil_mine", json!(["0xffffffff"]), "cannot mine 4294967295 blocks"),
        ("anvil_setBalance", json!([ALICE, -5]), "found -5"),
        ("evm_setNextBlockTimestamp", json!([5]), "timestamp 5 is before"),
    ];

    for (method, params, named) in cases {
        let error = error(&server, method, params.clone()).await;
        assert_eq!(error["code"], -32602, "{method} {params}: {error}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(named), "{method} {params}: {message}");
        assert!(!message.contains('\n'), "{message}");
    }
    assert_eq!(ask(&server, "eth_blockNumber", json!([])).await["result"], "0x0");
}

#[tokio::test]
async fn refusals_of_the_chain_have_the_words_that_clients_look_for() {
    let server = server().await;
    let stranger = "0x00000000000000000000000000000000000000aa";
    let cases = [
        ("eth_sendTransaction", json!([{"from": ALICE, "to": ALICE, "nonce": "0x5"}]), -32000, "nonce too high"),
        (
            "eth_sendTransaction",
            json!([{"from": ALICE, "to": ALICE, "value": format!("0x{}", "f".repeat(40))}]),
            -32000,
            "insufficient funds for gas * price + value",
        ),
        ("eth_sendTransaction", json!([{"from": stranger, "to": ALICE}]), -32000, "unknown account"),
        (
            "eth_sendTransaction",
            json!([{"from": ALICE, "to": ALICE, "maxFeePerGas": "0x1", "gas": "0x5208"}]),
            -32000,
            "max fee per gas less than block base fee",
        ),
        ("eth_sendTransaction", json!([{"from": ALICE, "to": ALICE, "gas": "0x1"}]), -32000, "intrinsic gas too low"),
        ("eth_sendTransaction", json!([{"from": ALICE, "chainId": "0x1"}]), -32000, "invalid chain id for signer"),
        ("eth_sendRawTransaction", json!(["0x02c0"]), -32000, "cannot decode transaction"),
        ("eth_getBalance", json!([ALICE, "0x10"]), -32000, "header not found"),
        ("eth_getFilterChanges", json!(["0x1"]), -32000, "filter not found"),
        ("eth_getProof", json!([ALICE, [], "latest"]), -32004, "eth_getProof"),
        ("eth_call", json!([{}, "latest", {}, {"number": "0x1"}]), -32004, "block overrides"),
        ("debug_traceCall", json!([]), -32601, "the method debug_traceCall does not exist"),
        ("eth_subscribe", json!(["newHeads"]), -32601, "notifications not supported"),
    ];

    for (method, params, code, words) in cases {
        let error = error(&server, method, params.clone()).await;
        assert_eq!(error["code"], code, "{method} {params}: {error}");
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(words), "{method} {params}: {message}");
    }
}
