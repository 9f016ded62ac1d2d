//! A vault over Aave, MetaMorpho, nine bonds of Pendle over two wrappers and a long of Hyperdrive; a market that lives; and the
//! keeper, who reads it over RPC and decides by the code of its loop.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;

use abi::{
    adapter::IAdapter,
    arb::IArbWasm,
    board::IBoard,
    desk::IDesk::{self, Leg},
    oracle::IOracle,
};
use alloy_primitives::{Address, I256, U256, address, keccak256};
use alloy_sol_types::SolCall;
use chain::covenants::{Agreed, DurationBand, Purchases};
use chain::deployment::{BondTerms, CapTerms, OracleTerms, PositionTerms, bps_to_wad};
use chain::{endpoint::Endpoint, rpc::Rpc, snapshot::Reader};
use devnet::{BlockId, Call, Server};
use kit::{Built, Refusal, Tenor, begin, root, usdc};
use model::{Assets, Decision, Hazard, Memory, RiskId, Rung, Snapshot, Terms, Timestamp, VenueKind, Wad};
use sim::{Artifacts, Bond, BondConfig, Hyperdrive, HyperdriveConfig, Pendle, Venue, WorldConfig};

pub const DAY_SECS: u64 = 86_400;
pub const YEAR_DAYS: u64 = 365;
/// How many bonds of Pendle there are.
pub const BONDS: usize = 9;
/// The positions that lend come first.
pub const FIRST_BOND: u32 = 2;
/// The position at Hyperdrive.
pub const LONG: u32 = FIRST_BOND + BONDS as u32;
/// What the reference tells, percent a year.
pub const REFERENCE_PERCENT: u64 = 4;
const WAD: u64 = 1_000_000_000_000_000_000;
/// Days from the first to each bond's date, by rising dates; every other one is of the other wrapper.
const TERMS_DAYS: [u64; BONDS] = [60, 110, 160, 210, 280, 350, 430, 500, 570];
const LONG_DAYS: u64 = 182;
const WINDOW_SECS: u32 = 900;
/// What is put into each side of a bond's market.
const DEPTH_DOLLARS: u64 = 8_000_000;
/// How many changes of its rate a market remembers.
const MEMORY: u16 = 1_000;
/// Days that pass before the vault stands: Hyperdrive's mark needs whole checkpoints.
const CALM_DAYS: u64 = 3;
/// The precompile that keeps programs, and what is offered for each (0.01 ether).
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
const OFFER_WEI: u64 = 10_000_000_000_000_000;
const YEAR_SECS: f64 = 31_536_000.0;

pub struct Stage {
    pub tenor: Tenor,
    /// Of each position with a date its index and how many days from the start it is due.
    pub maturities: Vec<(u32, u64)>,
    /// The same in unix seconds.
    pub due_secs: Vec<(u32, u64)>,
    bonds: Vec<Bond>,
    pool: Hyperdrive,
    reference: Address,
    rpc: Rpc,
    start_secs: u64,
    /// What the keeper's last decision left to remember.
    memory: Mutex<Memory>,
    _server: Server,
}

impl Stage {
    pub async fn new() -> Self {
        let (chain, world) = begin(&WorldConfig::default());
        let artifacts = Artifacts::of_workspace(&root());
        let pendle = world.deploy_pendle(&chain, &artifacts).expect("it deploys");
        let wrappers = [
            world.wrap_aave(&chain, &artifacts).expect("it deploys"),
            world.wrap_erc4626(&chain, &artifacts, world.morpho.meta_morpho).expect("it deploys"),
        ];
        let config = HyperdriveConfig {
            position_secs: LONG_DAYS * DAY_SECS,
            checkpoint_secs: DAY_SECS,
            rate_wad: WAD / 20,
            liquidity_assets: usdc(20_000_000),
        };
        let pool = world.deploy_hyperdrive(&chain, &artifacts, &config).expect("it deploys");
        let reference = I256::try_from(REFERENCE_PERCENT * 1_000_000).expect("small");
        let reference = world.deploy_feed(&chain, &artifacts, 8, reference).expect("it deploys");
        let trader = chain.accounts()[9];
        for _ in 0..CALM_DAYS {
            begin_checkpoint(&chain, &world, &pool, trader);
            world.pass(&chain, DAY_SECS).expect("time passes");
        }
        begin_checkpoint(&chain, &world, &pool, trader);
        let now_secs = chain.head().timestamp_secs();
        let start_secs = now_secs - now_secs % DAY_SECS;
        let issue = |(place, days): (usize, &u64)| {
            issue(&chain, &world, &pendle, wrappers[place % 2], start_secs + days * DAY_SECS)
        };
        let bonds: Vec<Bond> = TERMS_DAYS.iter().enumerate().map(issue).collect();
        world.pass(&chain, u64::from(WINDOW_SECS) + 60).expect("time passes");

        let usdc_token = world.tokens.usdc;
        let tenor = Tenor::within(chain, world, &Built::default(), |mandate| {
            mandate.oracles = bonds.iter().enumerate().map(|(place, bond)| oracle(place, bond, usdc_token)).collect();
            let pendle = bonds.iter().enumerate().map(|(oracle, bond)| PositionTerms {
                bond: Some(BondTerms::Pendle { market: bond.market, oracle, decay_secs: 864_000 }),
                ..dated(VenueKind::PendlePt, bond.wrapper, "protocol/pendle")
            });
            mandate.positions.extend(pendle);
            let maturity = Timestamp(start_secs + LONG_DAYS * DAY_SECS);
            mandate.positions.push(PositionTerms {
                bond: Some(BondTerms::Hyperdrive { maturity, decay_secs: 864_000 }),
                ..dated(VenueKind::HyperdriveLong, pool.pool, "protocol/hyperdrive")
            });
            for (name, part) in [("protocol/pendle", 9), ("protocol/hyperdrive", 2)] {
                let relative = Wad(U256::from(WAD / 10 * part));
                mandate.caps.push(CapTerms { risk_id: id(name), absolute: Assets(usdc(30_000_000)), relative });
            }
            mandate.loss = bps_to_wad(100);
            mandate.turnover = bps_to_wad(20_000);
            mandate.agreed = agreed(reference);
        });
        let dates = TERMS_DAYS.iter().chain([&LONG_DAYS]);
        let maturities: Vec<_> = (FIRST_BOND..).zip(dates.copied()).collect();
        let due_secs = maturities.iter().map(|(index, days)| (*index, start_secs + days * DAY_SECS)).collect();
        let server = Server::bind(tenor.chain.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await;
        let server = server.expect("a port is free");
        let endpoint = Endpoint::parse(&server.http_url()).expect("the server's own address");
        let rpc = Rpc::new(endpoint, Default::default()).expect("the client starts");
        Self {
            tenor,
            maturities,
            due_secs,
            bonds,
            pool,
            reference,
            rpc,
            start_secs,
            memory: Mutex::default(),
            _server: server,
        }
    }

    pub fn now_secs(&self) -> u64 {
        self.tenor.chain.head().timestamp_secs()
    }

    /// Lets a day pass on which others trade, borrow and repay, and whoever keeps Hyperdrive and the reference going does so.
    pub fn pass_day(&self, day: u64) {
        let (chain, world) = (&self.tenor.chain, &self.tenor.world);
        let target = self.start_secs + day * DAY_SECS + u64::from(WINDOW_SECS);
        self.tenor.pass(target.saturating_sub(self.now_secs()));
        begin_checkpoint(chain, world, &self.pool, self.trader());
        if day == YEAR_DAYS / 2 {
            self.keep_alive();
        }
        if day.is_multiple_of(5) {
            self.say_reference(REFERENCE_PERCENT);
        }
        if day.is_multiple_of(10) {
            let usage = WAD / 100 * (70 + day * 7 % 20);
            world.borrow_to(chain, Venue::Aave, usage).expect("borrowers come and go");
            self.trade(day);
        }
    }

    /// Keeps every program for another year, which anyone may.
    fn keep_alive(&self) {
        let programs = self.tenor.view(self.tenor.vault, &IBoard::programsCall {});
        let oracles = self.tenor.deployed.oracles.iter().take(1);
        let oracle =
            oracles.map(|oracle| keccak256(self.tenor.chain.code(*oracle, BlockId::latest()).expect("a head")));
        let codes: BTreeSet<_> = programs.into_iter().map(|program| program.codehash).chain(oracle).collect();
        for codehash in codes {
            let call = IArbWasm::codehashKeepaliveCall { codehash }.abi_encode();
            let call = Call::new(self.trader(), ARB_WASM, call).with_value_wei(U256::from(OFFER_WEI));
            assert!(self.tenor.chain.send(&call).expect("the chain takes it").is_success(), "it is old enough");
        }
    }

    /// Somebody buys one bond and sells another: yields move, each at its time.
    fn trade(&self, day: u64) {
        let (chain, world, by) = (&self.tenor.chain, &self.tenor.world, self.trader());
        let face = usdc(20_000 + day * 997 % 60_000);
        for (place, bond) in
            self.bonds.iter().enumerate().filter(|(_, bond)| bond.expiry_secs > self.now_secs() + DAY_SECS)
        {
            let traded = match (day / 10 + place as u64) % 3 {
                0 => world.buy_bond(chain, bond, by, face),
                1 => world.sell_bond(chain, bond, by, face),
                _ => Ok(()),
            };
            traded.expect("the market is deep enough");
        }
    }

    pub fn say_reference(&self, percent: u64) {
        let answer = I256::try_from(percent * 1_000_000).expect("small");
        self.tenor.world.answer(&self.tenor.chain, self.reference, answer).expect("the feed obeys");
    }

    /// Positions that are due and hold something.
    pub fn due(&self) -> Vec<u32> {
        let now_secs = self.now_secs();
        let due = self.due_secs.iter().filter(|(_, at)| *at <= now_secs).map(|(index, _)| *index);
        due.filter(|index| !self.units(*index).is_zero()).collect()
    }

    /// Positions whose date is to come.
    pub fn unmatured(&self) -> impl Iterator<Item = u32> {
        let now_secs = self.now_secs();
        self.due_secs.iter().filter(move |(_, at)| *at > now_secs).map(|(index, _)| *index)
    }

    fn units(&self, index: u32) -> U256 {
        self.tenor.view(self.tenor.deployed.adapters[index as usize], &IAdapter::reportCall {}).units
    }

    /// Settles as a stranger.
    pub fn settle(&self, position: u32) -> Result<(), Refusal> {
        self.tenor.send(self.trader(), self.tenor.vault, &IDesk::settleCall { position }).map(drop)
    }

    /// Has the keeper look and decide, and sends what it decides; returns the legs.
    pub async fn decide_and_act(&self) -> Vec<Leg> {
        let snapshot = self.observe().await;
        let before = self.memory.lock().expect("one keeper").clone();
        let decided = engine::decide(&snapshot, &engine::Settings::default(), &before);
        let (decision, memory) = decided.expect("it is decided");
        *self.memory.lock().expect("one keeper") = memory;
        match decision {
            Decision::Rebalance(plan) => {
                let intent = plan.intent.to_abi().expect("it fits");
                let legs = intent.legs.clone();
                if let Err(refusal) = self.tenor.submit(self.tenor.keeper, intent) {
                    panic!("the vault refuses what the keeper is sure of: {refusal}: {plan:#?}");
                }
                legs
            }
            Decision::NothingToDo { .. } => Vec::new(),
            Decision::Infeasible { unreachable, conflicts, .. } => {
                panic!("no portfolio is inside the mandate: {unreachable:?}, {conflicts:?}")
            }
        }
    }

    async fn observe(&self) -> Snapshot {
        let (vault, keeper) = (self.tenor.vault, self.tenor.keeper);
        let reader = Reader::open(&self.rpc, self.tenor.chain.chain_id(), vault, keeper).await.expect("a vault");
        reader.read().await.expect("the snapshot is consistent")
    }

    /// Every limit of the mandate, by the vault's own view.
    #[track_caller]
    pub fn assert_inside(&self, after: &str) {
        let limits = self.tenor.view(self.tenor.vault, &IDesk::limitsCall {});
        let day = (self.now_secs() - self.start_secs) / DAY_SECS;
        for limit in limits {
            assert!(
                limit.holds,
                "after {after} on day {day}: limit {} of {}: {} against {}",
                limit.limit, limit.id, limit.value, limit.bound
            );
        }
    }

    /// What the market pays for one of each bond that is to come, by its oracle; and when that is.
    pub fn quotes(&self) -> Vec<(u64, f64)> {
        let soon = self.now_secs() + DAY_SECS;
        let left = self.bonds.iter().zip(&self.tenor.deployed.oracles).filter(|(bond, _)| bond.expiry_secs > soon);
        let quote = |(bond, oracle): (&Bond, &Address)| {
            let price = self.tenor.view(*oracle, &IOracle::priceCall {});
            (bond.expiry_secs, price.bidWad.to::<u128>() as f64 / 1e18)
        };
        left.map(quote).collect()
    }

    fn trader(&self) -> Address {
        self.tenor.chain.accounts()[9]
    }
}

/// Up to half a year of duration, a ladder of three rungs, half a percent of expected loss a year, and bonds at 2 % or the reference less
/// a percent.
fn agreed(reference: Address) -> Agreed {
    let rung = |until_days, least_bps, most_bps| Rung { until_days, least_bps, most_bps };
    let hazard = |name, hazard_bps| Hazard { risk_id: id(name), hazard_bps, loss_bps: 5_000 };
    let day_secs = DAY_SECS as u32;
    Agreed {
        duration: DurationBand { least_secs: 15 * day_secs, most_secs: 120 * day_secs },
        ladder: vec![rung(90, 0, 4_500), rung(200, 500, 3_500), rung(600, 0, 3_000)],
        credit: bps_to_wad(50),
        hazards: vec![
            hazard("protocol/aave-v3", 30),
            hazard("protocol/metamorpho", 60),
            hazard("protocol/pendle", 80),
            hazard("protocol/hyperdrive", 80),
        ],
        purchases: Purchases { yield_bps: 200, spread_bps: 100, reference, max_age_secs: 10 * day_secs },
        ..Agreed::default()
    }
}

fn dated(kind: VenueKind, venue: Address, name: &str) -> PositionTerms {
    PositionTerms {
        terms: Terms { instant_bps: 0, depth_bps: 10_000, slack_bps: 30 },
        ..PositionTerms::new(kind, venue, vec![id(name)])
    }
}

fn oracle(place: usize, bond: &Bond, usdc: Address) -> OracleTerms {
    OracleTerms {
        name: format!("bond {place}"),
        base: bond.principal,
        quote: usdc,
        feed: Address::ZERO,
        max_age_secs: 0,
        quote_feed: Address::ZERO,
        quote_max_age_secs: 0,
        min_price: Wad(U256::from(WAD / 2)),
        max_price: Wad(U256::from(WAD)),
        pool: bond.market,
        window_secs: WINDOW_SECS,
        deviation_bps: 0,
        sequencer: Address::ZERO,
        grace_secs: 0,
    }
}

/// Longer bonds pay more: from 5 % a year for the first to 7 % for the last.
fn issue(chain: &devnet::Chain, world: &sim::World, pendle: &Pendle, wrapper: Address, expiry_secs: u64) -> Bond {
    let years = (expiry_secs - chain.head().timestamp_secs()) as f64 / YEAR_SECS;
    let first_rate = ((0.05 + 0.017 * years) * years).exp();
    let config = BondConfig {
        expiry_secs,
        first_rate_wad: (first_rate * 1e9) as u64 * 1_000_000_000,
        liquidity_assets: usdc(DEPTH_DOLLARS),
        scalar_root_wad: 60 * u128::from(WAD),
        memory: MEMORY,
    };
    world.issue_bond(chain, pendle, wrapper, &config).expect("it is issued")
}

fn begin_checkpoint(chain: &devnet::Chain, world: &sim::World, pool: &Hyperdrive, by: Address) {
    let now_secs = chain.head().timestamp_secs();
    world.checkpoint(chain, pool, by, now_secs - now_secs % DAY_SECS).expect("anyone may");
}

fn id(name: &str) -> RiskId {
    RiskId::from_name(name).expect("short")
}
