//! A node on loopback that answers each method as told, over plain HTTP/1.1, by itself or through a real one.

#![allow(dead_code, reason = "not every test binary that shares this file needs all of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use serde_json::{Value, json};

/// What the node answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A well-formed answer with this result.
    Result(Value),
    /// A well-formed answer with this error object.
    Error(Value),
    /// These bytes as they are.
    Body(&'static str),
    /// An HTTP status without a body.
    Status(u16),
    /// Nothing: the connection is closed.
    HangUp,
    /// More bytes than anybody should read.
    Endless,
    /// Nothing, as long as the other side waits.
    Silence,
    /// What the real node answers.
    Forward,
    /// The same, after a change.
    Changed(fn(&mut Value)),
    /// The request reaches the real node, its answer is lost.
    LostOnReturn,
}

/// A running node; stops when dropped.
pub struct Node {
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Node {
    /// Answers by itself.
    pub fn start(script: impl Fn(&str) -> Answer + Send + 'static) -> Self {
        Self::before(SocketAddr::from(([127, 0, 0, 1], 1)), move |method, _| script(method))
    }

    /// Stands before a real node; the script sees method and parameters (of the first request in a batch).
    pub fn before(real: SocketAddr, script: impl Fn(&str, &Value) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback can be bound");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                // A client that went away is no matter: the next one comes.
                let _ = stream.and_then(|stream| serve(&stream, real, &script));
            }
        });
        Self { addr, stop, thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.addr);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers one request and closes the connection.
fn serve(mut stream: &TcpStream, real: SocketAddr, script: &dyn Fn(&str, &Value) -> Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let first = request.get(0).unwrap_or(&request);
    let method = first["method"].as_str().unwrap_or_default().to_owned();

    let member = |name: &str, value: &Value| {
        let one = |request: &Value| json!({ "jsonrpc": "2.0", "id": request["id"], name: value });
        match request.as_array() {
            Some(requests) => Value::Array(requests.iter().map(one).collect()),
            None => one(&request),
        }
    };
    let body = match script(&method, &first["params"]) {
        Answer::Result(value) => member("result", &value).to_string(),
        Answer::Error(value) => member("error", &value).to_string(),
        Answer::Body(text) => text.to_owned(),
        Answer::Status(status) => {
            return write!(stream, "HTTP/1.1 {status} Told\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
        Answer::HangUp => return Ok(()),
        Answer::Silence => return reader.read_to_end(&mut Vec::new()).map(drop),
        Answer::Forward => forward(real, &body)?,
        Answer::Changed(change) => {
            let mut answer = serde_json::from_str(&forward(real, &body)?)?;
            change(&mut answer);
            answer.to_string()
        }
        Answer::LostOnReturn => return forward(real, &body).map(drop),
        Answer::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 65_536])?;
            }
        }
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// Asks the real node and returns the body of its answer.
fn forward(real: SocketAddr, body: &[u8]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(real)?;
    let head = "content-type: application/json\r\nconnection: close\r\n";
    write!(stream, "POST / HTTP/1.1\r\nhost: {real}\r\n{head}content-length: {}\r\n\r\n", body.len())?;
    stream.write_all(body)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    body.ok_or_else(|| std::io::Error::other("the real node answers no HTTP"))
}
