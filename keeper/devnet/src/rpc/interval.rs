//! Makes blocks at an interval, as long as the server runs.

use std::time::Duration;

use tokio::{
    sync::watch,
    task::spawn_blocking,
    time::{Instant, sleep_until},
};

use crate::chain::{Chain, Mining};

/// Makes blocks whenever the chain is to have them at an interval. Ends when `stopped` does.
pub(super) async fn run(chain: Chain, mut stopped: watch::Receiver<()>) {
    let mut mining = chain.watch_mining();
    loop {
        let current = *mining.borrow_and_update();
        tokio::select! {
            _ = stopped.changed() => return,
            changed = mining.changed() => if changed.is_err() { return },
            () = blocks(&chain, current) => {}
        }
    }
}

/// Never returns.
async fn blocks(chain: &Chain, mining: Mining) {
    let Mining::Interval { millis } = mining else { return std::future::pending().await };
    let period = Duration::from_millis(millis.max(1));
    let mut next = Instant::now();
    loop {
        // A block that takes longer than the interval is not made up for.
        next = (next + period).max(Instant::now());
        sleep_until(next).await;
        let chain = chain.clone();
        if let Err(fault) = spawn_blocking(move || chain.mine(1)).await {
            tracing::error!(%fault, "a block could not be made");
        }
    }
}
