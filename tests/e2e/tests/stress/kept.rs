//! A vault whose keeper runs: the real loop over JSON-RPC, from the snapshot to the signed transaction and its receipt.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use alloy_primitives::{Address, U256};
use chain::{endpoint::Endpoint, node::LiveNode, rpc::Rpc, snapshot::Reader, wallet::Wallet};
use devnet::{Chain, Server};
use engine::{Engine, Tick};
use executor::Executor;
use kit::Levered;
use model::{
    Decision, Gas, Timestamp, Wei,
    ports::{Clock, Fees, Settlement},
};
use secrecy::SecretString;
use sim::stress::{Market, Portfolio};
use store::Store;
use tokio::runtime::Runtime;

use crate::{report::Deleverages, stage::account};

/// Turns of the loop at one step, at most: a keeper takes one each quarter of a minute, and a step is a minute at least.
const TURNS: u32 = 4;
/// The most gas of a transaction, as the keeper's configuration begins with it.
const MAX_GAS: Gas = Gas(16_000_000);

/// A vault and its keeper.
pub struct WithKeeper {
    pub levered: Levered,
    runtime: Runtime,
    rpc: Rpc,
    wallet: Wallet,
    store: Store,
    settings: engine::Settings,
    /// What the keeper did, in order.
    pub acts: Vec<Act>,
    /// Why it did nothing although it wanted to, or could not look, in order.
    pub refused: Vec<(u64, String)>,
    _server: Server,
}

/// One transaction of the keeper's.
#[derive(Debug)]
pub struct Act {
    pub gas: Gas,
    /// What it repaid of the position's debt.
    pub repaid_assets: U256,
    /// What the position lost by it, at the market's price.
    pub lost_assets: U256,
}

/// The chain's own time; whoever waits for it waits for nothing.
struct ChainClock(Chain);

impl Clock for ChainClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.head().timestamp_secs())
    }

    async fn sleep_millis(&self, _: u64) {}
}

impl WithKeeper {
    /// Starts a keeper with a journal of its own.
    pub fn start(levered: Levered, journal: &str) -> Self {
        let runtime = Runtime::new().expect("threads start");
        let chain = levered.tenor.chain.clone();
        let server = runtime.block_on(Server::bind(chain.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
        let server = server.expect("a port is free");
        let endpoint = Endpoint::parse(&server.http_url()).expect("the server's own address");
        let rpc = Rpc::new(endpoint, Default::default()).expect("the client starts");
        let keys = devnet::chain::dev_accounts();
        let key = keys.iter().find(|known| known.address == levered.tenor.keeper).expect("a development account");
        let wallet = Wallet::from_secret(&SecretString::from(key.private_key.to_string()), chain.chain_id());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("stress-{journal}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the folder is writable");
        let settings = engine::Settings::default();
        Self {
            levered,
            runtime,
            rpc,
            wallet: wallet.expect("a good key"),
            store: Store::open(&folder.join("journal.sqlite")).expect("it opens"),
            settings,
            acts: Vec::new(),
            refused: Vec::new(),
            _server: server,
        }
    }

    /// Returns what the keeper did to lower the position's debt.
    pub fn deleverages(&self) -> Deleverages {
        let acts = self.acts.iter().filter(|act| !act.repaid_assets.is_zero());
        acts.fold(Deleverages::default(), |sum, act| Deleverages {
            count: sum.count + 1,
            repaid_assets: sum.repaid_assets + act.repaid_assets,
            lost_assets: sum.lost_assets + act.lost_assets,
            ..sum
        })
    }

    /// Takes one turn of the loop, as `keeper run` does.
    async fn turn(&self) -> Result<Tick, engine::Error> {
        let tenor = &self.levered.tenor;
        let (chain_id, account) = (tenor.chain.chain_id(), self.wallet.address());
        let reader =
            Reader::open(&self.rpc, chain_id, tenor.vault, account).await.map_err(model::ports::Fault::from)?;
        let fees = Fees { max_fee: Wei::from(10_000_000_000), max_priority_fee: Wei::ZERO };
        let node = LiveNode::new(&self.rpc, Some(&self.wallet), fees);
        let settings = executor::Settings {
            chain_id,
            vault: tenor.vault,
            account,
            poll_millis: 250,
            looks_per_broadcast: 8,
            looks_until_replaced: 20,
            patience_secs: 600,
            max_gas: MAX_GAS,
        };
        let memory = self.store.memory(chain_id, tenor.vault).map_err(model::ports::Fault::from)?;
        let executor = Executor::new(node, &self.store, ChainClock(tenor.chain.clone()), settings);
        Engine::new(reader, executor, &self.store, self.settings.clone()).tick(&memory).await
    }
}

impl Portfolio for WithKeeper {
    fn name(&self) -> &str {
        "with the keeper"
    }

    fn account(&self) -> Address {
        account(&self.levered)
    }

    fn act(&mut self, market: &Market) -> Result<(), sim::Error> {
        let (at_secs, account) = (market.now().at_secs, self.account());
        for _ in 0..TURNS {
            let (before, (_, owed)) = (market.equity_assets(account)?, market.position(account)?);
            let tick = match self.runtime.block_on(self.turn()) {
                Ok(tick) => tick,
                Err(error) => {
                    self.refused.push((at_secs, error.to_string()));
                    break;
                }
            };
            if !matches!(tick.decision, Decision::Rebalance(_)) {
                break;
            }
            let Some(Settlement::Done(receipt)) = tick.settlement else {
                self.refused.push((at_secs, tick.summary));
                break;
            };
            let repaid_assets = owed.saturating_sub(market.position(account)?.1);
            let lost_assets = before.saturating_sub(market.equity_assets(account)?);
            let act = Act { gas: receipt.gas_used, repaid_assets, lost_assets };
            self.acts.push(act);
        }
        Ok(())
    }
}
