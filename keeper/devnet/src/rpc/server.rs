//! The server: HTTP and WebSocket on one port.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{FromRequestParts, Request, State, ws::WebSocketUpgrade},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};

use super::{Node, error::Error, guard, interval, message, socket};
use crate::chain::Chain;

/// Bytes that a request may have.
pub const BODY_LIMIT: usize = 8 << 20;
/// WebSocket connections that may be open, and HTTP requests that may be read at once.
pub const CONNECTION_LIMIT: usize = 256;
/// How long a request may take to arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a stopping server waits for clients that do not read.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// Requests that are carried out at once; others wait.
const RUNNING_LIMIT: usize = 16;

/// A running server. It stops when it is dropped, and with it its connections and its interval mining.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    stop: watch::Sender<()>,
    serving: JoinHandle<io::Result<()>>,
}

#[derive(Clone)]
struct Shared {
    node: Arc<Node>,
    connections: Arc<Semaphore>,
    running: Arc<Semaphore>,
    stopped: watch::Receiver<()>,
}

impl Server {
    /// Starts to serve a chain. Port 0 takes any free port. Needs a tokio runtime.
    ///
    /// # Errors
    /// The address is not loopback, or cannot be bound.
    pub async fn bind(chain: Chain, addr: SocketAddr) -> io::Result<Self> {
        if !addr.ip().is_loopback() {
            let reason = format!("the local chain answers on loopback only, not on {addr}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = watch::channel(());
        tokio::spawn(interval::run(chain.clone(), stopped.clone()));
        let shared = Shared {
            node: Arc::new(Node::new(chain)),
            connections: Arc::new(Semaphore::new(CONNECTION_LIMIT)),
            running: Arc::new(Semaphore::new(RUNNING_LIMIT)),
            stopped: stopped.clone(),
        };
        let router = Router::new().fallback(handle).with_state(shared);
        let mut until = stopped;
        let serving = tokio::spawn(async move {
            let ended = async move {
                // Fails when the server is dropped: that is the same.
                let _ = until.changed().await;
            };
            axum::serve(listener, router).with_graceful_shutdown(ended).await
        });
        Ok(Self { addr, stop, serving })
    }

    /// Returns where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns its address for HTTP clients.
    pub fn http_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Returns its address for WebSocket clients.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.addr)
    }

    /// Stops, and waits until every connection is closed, for some seconds where a client does not read its answer.
    ///
    /// # Errors
    /// Serving had failed.
    pub async fn stop(self) -> io::Result<()> {
        // Nobody left to hear it is fine.
        let _ = self.stop.send(());
        match timeout(STOP_TIMEOUT, self.serving).await {
            Ok(served) => served.map_err(io::Error::other)?,
            Err(_) => Ok(()),
        }
    }
}

async fn handle(State(shared): State<Shared>, request: Request) -> Response {
    let origin = match guard::admit(request.headers()) {
        Ok(origin) => origin,
        Err(refusal) => return (StatusCode::FORBIDDEN, format!("{refusal}\n")).into_response(),
    };
    let mut response = match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        Method::POST => post(shared, request.into_body()).await,
        Method::GET => upgrade(shared, request).await,
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    if let Some(origin) = origin.and_then(|origin| HeaderValue::from_str(&origin).ok()) {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, GET, OPTIONS"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

async fn post(shared: Shared, body: Body) -> Response {
    let Ok(_reading) = shared.connections.try_acquire() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let Ok(read) = timeout(READ_TIMEOUT, to_bytes(body, BODY_LIMIT)).await else {
        return StatusCode::REQUEST_TIMEOUT.into_response();
    };
    let Ok(body) = read else {
        return json(
            StatusCode::PAYLOAD_TOO_LARGE,
            message::failure(Error::limit(format!("more than {BODY_LIMIT} bytes"))),
        );
    };
    let Ok(_running) = shared.running.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let node = shared.node.clone();
    match spawn_blocking(move || message::answer(&node, &body, None)).await {
        Ok(Some(answer)) => json(StatusCode::OK, answer),
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => json(StatusCode::INTERNAL_SERVER_ERROR, message::failure(Error::internal(fault))),
    }
}

async fn upgrade(shared: Shared, request: Request) -> Response {
    let Ok(connection) = shared.connections.clone().try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade.max_message_size(BODY_LIMIT).max_frame_size(BODY_LIMIT),
        Err(_) => return (StatusCode::UPGRADE_REQUIRED, "JSON-RPC by POST or WebSocket\n").into_response(),
    };
    upgrade.on_upgrade(move |socket| async move {
        socket::serve(shared.node, socket, shared.stopped).await;
        drop(connection);
    })
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
