//! One WebSocket connection: requests one after the other, and notifications in between.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message, WebSocket, close_code},
};
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    task::spawn_blocking,
    time::timeout,
};

use super::{Node, message, session::Session};
use crate::chain::Event;

/// How long a client may take to read one message.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// The client is gone, or reads too slowly.
struct Gone;

/// Serves a connection until either side ends it.
pub(super) async fn serve(node: Arc<Node>, mut socket: WebSocket, mut stopped: watch::Receiver<()>) {
    tokio::select! {
        _ = stopped.changed() => {}
        _ = talk(&node, &mut socket) => return,
    }
    let bye = CloseFrame { code: close_code::AWAY, reason: "the node stops".into() };
    let _ = timeout(SEND_TIMEOUT, socket.send(Message::Close(Some(bye)))).await;
}

async fn talk(node: &Arc<Node>, socket: &mut WebSocket) -> Result<(), Gone> {
    let mut events = node.chain.subscribe();
    let mut session = Session::default();
    let mut next_height = node.chain.block_number().saturating_add(1);
    // What happened goes out before what is asked next, so that a subscriber hears nothing from before it subscribed.
    loop {
        tokio::select! {
            biased;
            event = events.recv() => match event {
                Ok(event) => {
                    if let Event::Head(block) = &event {
                        next_height = block.number().saturating_add(1);
                    }
                    send(socket, session.notifications(&event)).await?;
                }
                Err(RecvError::Lagged(_)) => {
                    let chain = node.chain.clone();
                    let caught_up = spawn_blocking(move || chain.subscribe_since(next_height)).await;
                    let (missed, receiver) = caught_up.map_err(|_| Gone)?;
                    events = receiver;
                    for block in missed {
                        next_height = block.number().saturating_add(1);
                        send(socket, session.notifications(&Event::Head(block))).await?;
                    }
                }
                Err(RecvError::Closed) => return Err(Gone),
            },
            incoming = socket.recv() => {
                let body = match incoming {
                    Some(Ok(Message::Text(text))) => Bytes::from(text),
                    Some(Ok(Message::Binary(bytes))) => bytes,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
                };
                let node = node.clone();
                let answered = spawn_blocking(move || {
                    let answer = message::answer(&node, &body, Some(&mut session));
                    (answer, session)
                });
                let (answer, returned) = answered.await.map_err(|_| Gone)?;
                session = returned;
                send(socket, answer).await?;
            }
        }
    }
}

async fn send(socket: &mut WebSocket, texts: impl IntoIterator<Item = String>) -> Result<(), Gone> {
    for text in texts {
        let sent = timeout(SEND_TIMEOUT, socket.send(Message::Text(text.into()))).await;
        sent.map_err(|_| Gone)?.map_err(|_| Gone)?;
    }
    Ok(())
}
