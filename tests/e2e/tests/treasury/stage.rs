//! A vault over Aave, MetaMorpho and a tokenised fund of treasuries, and the keeper, who reads it over RPC and decides by the code
//! of its loop.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;

use abi::{
    adapter::IAdapter,
    desk::IDesk::{self, Leg},
};
use alloy_primitives::{Address, I256, U256};
use chain::covenants::{Agreed, DurationBand};
use chain::deployment::{BondTerms, CapTerms, OracleTerms, PositionTerms};
use chain::{endpoint::Endpoint, rpc::Rpc, snapshot::Reader};
use devnet::Server;
use kit::{Built, Refusal, Tenor, begin, leg, root, usdc};
use model::{Assets, Decision, Memory, Plan, Position, RiskId, Rung, Snapshot, Terms, VenueKind, Wad};
use sim::{Artifacts, Treasury, WorldConfig};

pub const DAY_SECS: u64 = 86_400;
pub const WAD: u64 = 1_000_000_000_000_000_000;
/// The fund's position comes after those that lend.
pub const FUND: u32 = 2;
/// How old a price may be, how long the fund may take to pay, and over what it fades from then on.
pub const MAX_AGE_SECS: u32 = 2 * DAY_SECS as u32;
pub const NOTICE_SECS: u32 = 5 * DAY_SECS as u32;
pub const DECAY_SECS: u32 = 30 * DAY_SECS as u32;
const TERM_SECS: u32 = 90 * DAY_SECS as u32;
const RISK_ID: &str = "issuer/treasury";

pub struct Stage {
    pub tenor: Tenor,
    pub treasury: Treasury,
    rpc: Rpc,
    /// What the keeper's last decision left to remember.
    memory: Mutex<Memory>,
    _server: Server,
}

impl Stage {
    /// The fund may hold four fifths; whatever else there is of limits binds nothing.
    pub async fn new() -> Self {
        let (chain, world) = begin(&WorldConfig::default());
        let administrator = chain.accounts()[9];
        let artifacts = Artifacts::of_workspace(&root());
        let treasury = world.deploy_treasury(&chain, &artifacts, administrator, WAD).expect("it deploys");
        let asset = world.tokens.usdc;
        let tenor = Tenor::within(chain, world, &Built::default(), |mandate| {
            mandate.oracles.push(OracleTerms {
                name: "fund".to_owned(),
                base: treasury.fund,
                quote: asset,
                feed: treasury.feed,
                max_age_secs: MAX_AGE_SECS,
                quote_feed: Address::ZERO,
                quote_max_age_secs: 0,
                min_price: Wad(U256::from(WAD / 2)),
                max_price: Wad(U256::from(WAD * 2)),
                pool: Address::ZERO,
                window_secs: 0,
                deviation_bps: 0,
                sequencer: Address::ZERO,
                grace_secs: 0,
            });
            let risk_id = RiskId::from_name(RISK_ID).expect("short");
            let relative = Wad(U256::from(WAD / 10 * 8));
            mandate.caps.push(CapTerms { risk_id, absolute: Assets(usdc(30_000_000)), relative });
            let bond = BondTerms::Treasury { oracle: 0, notice_secs: NOTICE_SECS, decay_secs: DECAY_SECS };
            mandate.positions.push(PositionTerms {
                bond: Some(bond),
                term_secs: TERM_SECS,
                terms: Terms { instant_bps: 0, depth_bps: 10_000, slack_bps: 0 },
                ..PositionTerms::new(VenueKind::Treasury, treasury.fund, vec![risk_id])
            });
            mandate.agreed = Agreed {
                duration: DurationBand { least_secs: 0, most_secs: TERM_SECS },
                ladder: vec![
                    Rung { until_days: 30, least_bps: 0, most_bps: 10_000 },
                    Rung { until_days: 365, least_bps: 0, most_bps: 8_000 },
                ],
                ..Agreed::default()
            };
        });
        let server = Server::bind(tenor.chain.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await;
        let server = server.expect("a port is free");
        let endpoint = Endpoint::parse(&server.http_url()).expect("the server's own address");
        let rpc = Rpc::new(endpoint, Default::default()).expect("the client starts");
        Self { tenor, treasury, rpc, memory: Mutex::default(), _server: server }
    }

    /// A vault of a million of which so many dollars are in the fund.
    pub async fn invested(dollars: i64) -> Self {
        let stage = Self::new().await;
        stage.tenor.deposit(stage.tenor.wallets[0], usdc(1_000_000));
        stage.publish(WAD);
        stage.tenor.rebalance(vec![leg(FUND, dollars)]).expect("it is within every limit");
        stage
    }

    pub fn adapter(&self) -> Address {
        self.tenor.deployed.adapters[FUND as usize]
    }

    /// Has the fund say a price, in wad.
    pub fn publish(&self, price_wad: u64) {
        self.tenor.pass(1);
        self.tenor.world.publish(&self.tenor.chain, &self.treasury, price_wad).expect("the administrator may");
    }

    /// Lets a day pass after which the fund says a price.
    pub fn pass_day(&self, price_wad: u64) {
        self.tenor.pass(DAY_SECS);
        self.publish(price_wad);
    }

    /// The shares of ours that wait at the fund.
    pub fn pending(&self) -> U256 {
        self.tenor.world.pending(&self.tenor.chain, &self.treasury, self.adapter()).expect("it answers")
    }

    /// Has the fund pay what waits, as far as that goes.
    pub fn fulfil(&self, shares: U256) {
        self.tenor.world.fulfil(&self.tenor.chain, &self.treasury, self.adapter(), shares).expect("it has the money");
    }

    /// Settles as a stranger.
    pub fn settle(&self) -> Result<U256, Refusal> {
        let stranger = self.tenor.wallets[4];
        self.tenor.send(stranger, self.tenor.vault, &IDesk::settleCall { position: FUND }).map(|(_, assets)| assets)
    }

    /// What the book says of the fund.
    pub fn booked(&self) -> U256 {
        self.tenor.view(self.tenor.vault, &IDesk::positionsCall {})[FUND as usize].value
    }

    pub fn report(&self) -> IAdapter::Report {
        self.tenor.view(self.adapter(), &IAdapter::reportCall {})
    }

    pub async fn observe(&self) -> Snapshot {
        let (vault, keeper) = (self.tenor.vault, self.tenor.keeper);
        let reader = Reader::open(&self.rpc, self.tenor.chain.chain_id(), vault, keeper).await.expect("a vault");
        reader.read().await.expect("the snapshot is consistent")
    }

    /// What the keeper reads of the fund.
    pub async fn position(&self) -> Position {
        self.observe().await.positions.remove(FUND as usize)
    }

    /// Has the keeper look and decide, and sends what it decides; nothing where nothing is to be done.
    pub async fn decide_and_act(&self) -> Option<Plan> {
        let snapshot = self.observe().await;
        let before = self.memory.lock().expect("one keeper").clone();
        let decided = engine::decide(&snapshot, &engine::Settings::default(), &before);
        let (decision, memory) = decided.expect("it is decided");
        *self.memory.lock().expect("one keeper") = memory;
        match decision {
            Decision::Rebalance(plan) => {
                let intent = plan.intent.to_abi().expect("it fits");
                if let Err(refusal) = self.tenor.submit(self.tenor.keeper, intent) {
                    panic!("the vault refuses what the keeper is sure of: {refusal}: {plan:#?}");
                }
                Some(plan)
            }
            Decision::NothingToDo { .. } => None,
            Decision::Infeasible { unreachable, conflicts, .. } => {
                panic!("no portfolio is inside the mandate: {unreachable:?}, {conflicts:?}")
            }
        }
    }
}

/// A leg that takes everything back.
pub fn everything() -> Leg {
    Leg { position: FUND, assets: I256::MIN, minResult: U256::ZERO, repays: false }
}
