//! A chain behind a server, and the smallest clients for it.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use keeper_devnet::{Chain, Clock, Config, Server};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

pub const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
pub const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
/// Init code of a contract that adds one to slot 0, logs the sum under topic 42 and returns it.
pub const COUNTER: &str = "0x601980600b6000396000f360005460010180600055600052602a60206000a160206000f3";
/// Init code of a contract that reverts with its call data.
pub const REVERTER: &str = "0x600a80600b6000396000f3366000600037366000fd";

pub async fn server() -> Server {
    let config = Config { clock: Clock::Manual { start_secs: 1_700_000_000 }, ..Config::default() };
    let addr = SocketAddr::from(([127, 0, 0, 1], 0));
    Server::bind(Chain::new(config), addr).await.expect("loopback can be bound")
}

/// Sends one HTTP request with headers as they stand, and returns status and body.
pub async fn http(addr: SocketAddr, method: &str, headers: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(addr).await.expect("the server listens");
    let head = format!("{method} / HTTP/1.1\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.expect("written");
    // A server that has heard enough may answer and hang up before it has read all.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}

/// Asks one method and returns its answer.
pub async fn ask(server: &Server, method: &str, params: Value) -> Value {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let (status, body) = http(server.addr(), "POST", "host: localhost\r\n", body.as_bytes()).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).expect("JSON")
}

/// Asks one method and returns its result.
pub async fn result(server: &Server, method: &str, params: Value) -> Value {
    let mut answer = ask(server, method, params).await;
    assert!(answer.get("error").is_none(), "{answer}");
    answer["result"].take()
}

/// Asks one method and returns its error.
pub async fn error(server: &Server, method: &str, params: Value) -> Value {
    ask(server, method, params).await["error"].take()
}

/// Deploys and returns the address.
pub async fn deploy(server: &Server, init_code: &str) -> Value {
    let hash = result(server, "eth_sendTransaction", json!([{"from": ALICE, "data": init_code}])).await;
    result(server, "eth_getTransactionReceipt", json!([hash])).await["contractAddress"].take()
}

/// A WebSocket client.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn connect(server: &Server) -> Self {
        Self(connect_async(server.ws_url()).await.expect("the server upgrades").0)
    }

    pub async fn send(&mut self, method: &str, params: Value) {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        self.0.send(Message::text(body)).await.expect("sent");
    }

    /// The next message; `None` when the server has closed the connection.
    pub async fn next(&mut self) -> Option<Value> {
        match self.0.next().await?.ok()? {
            Message::Text(text) => Some(serde_json::from_str(&text).expect("JSON")),
            Message::Close(_) => None,
            other => panic!("unexpected {other:?}"),
        }
    }

    /// Asks and returns the result, which must be the next message.
    pub async fn result(&mut self, method: &str, params: Value) -> Value {
        self.send(method, params).await;
        let mut answer = self.next().await.expect("an answer");
        assert!(answer.get("result").is_some(), "{answer}");
        answer["result"].take()
    }

    /// What the next notification tells.
    pub async fn notification(&mut self) -> Value {
        let mut message = self.next().await.expect("a notification");
        assert_eq!(message["method"], "eth_subscription", "{message}");
        message["params"]["result"].take()
    }
}
