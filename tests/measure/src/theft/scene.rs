//! The stage: a vault with its money invested, hostile venues, two stolen keys, and a thief with money.

use std::fmt;

use abi::{
    desk::IDesk,
    erc20::IERC20,
    vault::IVault,
};
use alloy_primitives::{Address, B256, I256, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue, sol};
use anyhow::{Context, ensure};
use chain::deployment::{BreakerTerms, CapTerms, GrantTerms, Mandate, PositionTerms, bps_to_wad, deploy};
use devnet::{BlockId, Call, Chain, Clock, Config, Status};
use kit::{Local, now, programs, root, usdc};
use mandate::Least;
use model::{Assets, RiskId, Terms, Timestamp, VenueKind, Wad};
use sim::{Artifacts, World, WorldConfig};

use super::{Action, Leg, Loss, Pause, Sample, Size};

sol! {
    interface ISteeredVault {
        function steer(uint256 newPriceWad) external;
    }

    interface IFeed {
        function updateAnswer(int256 answer) external;
    }
}

/// When every play begins, about: 2026-03-01 00:00 UTC.
const START_SECS: u64 = 1_772_323_200;
/// The shortest epoch there is.
const EPOCH_SECS: u64 = 3600;
/// The shortest silence after which anyone may relieve, for a play to reach.
const SILENCE_SECS: u64 = 2 * EPOCH_SECS;
/// What book times count from.
const BOOK_SECS: u64 = 1_700_000_000;
/// What the keepers may lose in any epoch, of the least net asset value: 1 %, and so may each.
const LOSS_BPS: u64 = 100;
/// Ten times the least net asset value may be moved in any epoch, so that turnover does not end plays before losses do.
const TURNOVER_BPS: u64 = 100_000;
/// How far each venue's price can be steered, in hundredths of a percent. The last one cannot be.
const BANDS_BPS: [u16; 3] = [50, 200, 0];
/// What governance says of it: a price of `1 - band` is as far from fair as one of `1 + slack`.
const SLACKS_BPS: [u16; 3] = [51, 205, 0];
/// What honest holders own, in whole dollars.
const HONEST_DOLLARS: u64 = 1_000_000;
/// What an honest keeper has put into each position.
const INVESTED_DOLLARS: [u64; 3] = [200_000, 50_000, 300_000];
/// What the thief owns, in whole dollars.
const THIEF_DOLLARS: u64 = 5_000_000;
/// What each call may leave uncharged, in base units: rounding of a leg, of an exit, and of the measure itself.
const ROUNDING_ASSETS: u128 = 4;
/// One, in wad.
const WAD: u64 = 1_000_000_000_000_000_000;
/// The feed's fair answer.
const FAIR_ANSWER: i64 = 100_000_000;

/// A prepared chain that sequences are played on.
pub struct Scene {
    chain: Chain,
    vault: Address,
    usdc: Address,
    feed: Address,
    venues: Vec<Address>,
    adapters: Vec<Address>,
    keys: [Address; 2],
    thief: Address,
    honest_shares: U256,
    risk_id: B256,
    snapshot: u64,
}

/// One step as it went.
#[derive(Clone, Debug)]
pub struct Step {
    /// What was done.
    pub action: Action,
    /// Which of its repetitions went through.
    pub done: usize,
    /// What honest holders have lost by then, in base units; negative when they have won.
    pub lost_assets: i128,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = if self.done == 0 { " (refused)" } else { "" };
        write!(f, "{}{refused}; lost so far: {}", self.action, self.lost_assets)
    }
}

/// How a sequence went.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The worst window.
    pub loss: Loss,
    /// What rounding may add to it, in base units.
    pub rounding_assets: u128,
    /// Step by step.
    pub steps: Vec<Step>,
}

impl Outcome {
    /// Whether more was lost than the mandate allows.
    pub fn exceeds(&self) -> bool {
        self.loss.lost_assets > self.loss.budget_assets + self.rounding_assets
    }
}

/// What a play keeps count of.
struct Play {
    nonces: [u64; 2],
    calls: u128,
    /// As of the last sample.
    budget_assets: u128,
    samples: Vec<Sample>,
}

impl Scene {
    /// Deploys everything, lets an honest holder deposit and an honest keeper invest, and waits until it has aged.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn build() -> anyhow::Result<Self> {
        let config = Config { clock: Clock::Manual { start_secs: START_SECS }, ..Config::default() };
        let chain = Chain::new(config);
        let artifacts = Artifacts::of_workspace(&root());
        let world = World::build(&chain, &WorldConfig::default(), &artifacts)?;
        let accounts = chain.accounts();
        let (owner, honest, keys, thief) = (accounts[0], accounts[1], [accounts[2], accounts[3]], accounts[4]);
        let counterparty = accounts[5];
        world.fund(&chain, counterparty, usdc(1_000 * THIEF_DOLLARS))?;
        let steered = |band_bps| world.deploy_steered(&chain, &artifacts, counterparty, band_bps);
        let venues = BANDS_BPS.into_iter().map(steered).collect::<Result<Vec<_>, _>>()?;
        let feed = world.deploy_feed(&chain, &artifacts, 8, I256::try_from(FAIR_ANSWER)?)?;

        let mandate = mandate(&world, owner, keys, &venues, feed)?;
        let sender = Local { chain: chain.clone(), account: owner };
        let deployed = now(deploy(&sender, &programs(), &mandate, |_| {}))?;
        let mut this = Self {
            chain,
            vault: deployed.vault,
            usdc: world.tokens.usdc,
            feed,
            venues,
            adapters: deployed.adapters,
            keys,
            thief,
            honest_shares: U256::ZERO,
            risk_id: mandate.caps[0].risk_id.0,
            snapshot: 0,
        };
        for (account, dollars) in [(honest, HONEST_DOLLARS), (thief, THIEF_DOLLARS)] {
            world.fund(&this.chain, account, usdc(dollars))?;
            this.must(account, this.usdc, &IERC20::approveCall { spender: this.vault, value: U256::MAX })?;
        }
        let deposit = IVault::depositCall { assets: usdc(HONEST_DOLLARS), receiver: honest };
        this.honest_shares = this.must(honest, this.vault, &deposit)?;
        this.invest()?;
        this.chain.set_block_interval(Some(0));
        this.check_layout()?;
        this.snapshot = this.chain.snapshot()?;
        Ok(this)
    }

    /// Lets the money age, an honest keeper invest it, and the budgets that this took drain again.
    fn invest(&self) -> anyhow::Result<()> {
        self.chain.increase_time(2 * EPOCH_SECS);
        let leg = |(position, dollars): (usize, &u64)| IDesk::Leg {
            position: position as u32,
            assets: I256::from_raw(usdc(*dollars)),
            minResult: U256::ZERO,
        };
        let legs = INVESTED_DOLLARS.iter().enumerate().map(leg).collect();
        self.must(self.keys[0], self.vault, &IDesk::rebalanceCall { intent: self.intent(0, legs) })?;
        self.chain.increase_time(2 * EPOCH_SECS - EPOCH_SECS / 2);
        Ok(())
    }

    /// Makes sure that what is read from storage is what the views say.
    fn check_layout(&self) -> anyhow::Result<()> {
        self.chain.mine(1)?;
        let (book, found) = (self.view(&IDesk::bookCall {})?, self.read());
        ensure!(found.idle_assets == book.idle.to::<u128>(), "idle money: {found:?}, {:?}", book.idle);
        ensure!(found.least_nav_assets == book.navLeast.to::<u128>(), "least value: {found:?}, {:?}", book.navLeast);
        ensure!(found.supply_shares == self.view(&IVault::totalSupplyCall {})?, "shares: {found:?}");
        ensure!(U256::from(found.revision) == self.view(&IDesk::revisionCall {})?, "revision: {found:?}");
        ensure!(found.fair_assets > 0 && self.units(0) > U256::ZERO, "fair value: {found:?}");
        Ok(())
    }

    /// Plays a sequence from the prepared state. A step that is refused is passed over.
    ///
    /// # Panics
    ///
    /// When the chain itself fails.
    pub fn play(&mut self, actions: &[Action]) -> Outcome {
        assert!(self.chain.revert(self.snapshot), "the snapshot is there");
        self.snapshot = self.chain.snapshot().expect("there is room for one");
        // The honest keeper used the first key once.
        let mut play = Play { nonces: [1, 0], calls: 1, budget_assets: 0, samples: Vec::new() };
        self.sample(&mut play);
        let begun = play.samples[0].honest_assets as i128;
        let mut steps = Vec::with_capacity(actions.len());
        for action in actions {
            let done = self.act(action, &mut play);
            let now = play.samples.last().map_or(begun, |sample| sample.honest_assets as i128);
            steps.push(Step { action: action.clone(), done, lost_assets: begun - now });
        }
        let rounding_assets = play.calls * ROUNDING_ASSETS;
        Outcome { loss: Loss::worst(&play.samples, EPOCH_SECS), rounding_assets, steps }
    }

    /// Does one thing, and returns how many times it went through.
    fn act(&self, action: &Action, play: &mut Play) -> usize {
        match action {
            Action::Steer { venue, to } => {
                let venue = usize::from(*venue);
                let band = i128::from(WAD) * i128::from(BANDS_BPS[venue]) / 10_000;
                let price = i128::from(WAD) + band * i128::from(*to) / 100;
                let call = ISteeredVault::steerCall { newPriceWad: U256::from(price as u128) };
                usize::from(self.send(self.thief, self.venues[venue], &call))
            }
            Action::Rebalance { key, legs, times } => (0..*times).take_while(|_| self.rebalance(*key, legs, play)).count(),
            Action::Mark { positions } => {
                let positions = (0..self.venues.len() as u32).filter(|place| positions >> place & 1 == 1).collect();
                self.money(self.thief, &IDesk::markCall { positions }, play)
            }
            Action::Deposit { part } => {
                let assets = self.cash() * U256::from(*part) / U256::from(256);
                self.money(self.thief, &IVault::depositCall { assets, receiver: self.thief }, play)
            }
            Action::Withdraw { part } => {
                let held = self.view(&IVault::balanceOfCall { account: self.thief }).unwrap_or_default();
                let shares = held * U256::from(*part) / U256::from(255);
                let call = IVault::redeemCall { shares, receiver: self.thief, owner: self.thief };
                self.money(self.thief, &call, play)
            }
            Action::Wait(pause) => {
                self.chain.increase_time(self.secs(*pause));
                1
            }
            Action::Trip => {
                let answer = |answer: i64| IFeed::updateAnswerCall { answer: I256::try_from(answer).unwrap_or_default() };
                self.send(self.thief, self.feed, &answer(FAIR_ANSWER / 2));
                let trip = IDesk::tripCall { riskId: self.risk_id, condition: 1, position: 0 };
                let done = self.money(self.thief, &trip, play);
                self.send(self.thief, self.feed, &answer(FAIR_ANSWER));
                done
            }
            Action::Relieve { legs } => {
                let call = IDesk::relieveCall { legs: self.legs(legs) };
                self.money(self.thief, &call, play)
            }
            Action::Donate { position, part } => {
                let to = position.map_or(self.vault, |position| self.adapters[usize::from(position)]);
                let value = self.cash() * U256::from(*part) / U256::from(65_536);
                let done = usize::from(self.send(self.thief, self.usdc, &IERC20::transferCall { to, value }));
                self.sample(play);
                done
            }
        }
    }

    fn rebalance(&self, key: u8, legs: &[Leg], play: &mut Play) -> bool {
        let key = usize::from(key);
        let intent = self.intent(play.nonces[key], self.legs(legs));
        let done = self.money(self.keys[key], &IDesk::rebalanceCall { intent }, play);
        play.nonces[key] += done as u64;
        play.calls += legs.len() as u128;
        done > 0
    }

    /// Calls the vault, and looks at what honest holders have after it.
    fn money<C: SolCall>(&self, from: Address, call: &C, play: &mut Play) -> usize {
        let done = self.send(from, self.vault, call);
        if done {
            play.calls += 1;
            self.sample(play);
        }
        usize::from(done)
    }

    fn intent(&self, nonce: u64, legs: Vec<IDesk::Leg>) -> IDesk::Intent {
        let revision = U256::from(self.read().revision);
        IDesk::Intent { nonce: U256::from(nonce), deadline: U256::MAX, revision, legs }
    }

    fn legs(&self, legs: &[Leg]) -> Vec<IDesk::Leg> {
        let leg = |leg: &Leg| {
            let held = if leg.is_in { U256::from(self.read().idle_assets) } else { self.units(leg.position.into()) };
            let assets = match leg.size {
                Size::All => held,
                Size::Part(part) => held * U256::from(part) / U256::from(256),
                Size::Units(units) => U256::from(units),
            };
            let assets = match (leg.is_in, leg.size) {
                (true, _) => I256::from_raw(assets),
                (false, Size::All) => I256::MIN,
                (false, _) => -I256::from_raw(assets),
            };
            IDesk::Leg { position: leg.position.into(), assets, minResult: U256::ZERO }
        };
        legs.iter().map(leg).collect()
    }

    fn secs(&self, pause: Pause) -> u64 {
        match pause {
            Pause::Secs(secs) => secs.into(),
            Pause::Part(part) => EPOCH_SECS * u64::from(part) / 16,
            Pause::Edge(secs) => {
                let since = BOOK_SECS + u64::from(self.read().least.since_secs);
                let elapsed = self.chain.next_timestamp_secs().saturating_sub(since) % EPOCH_SECS;
                (EPOCH_SECS - elapsed).saturating_add_signed(secs.into())
            }
        }
    }

    fn send<C: SolCall>(&self, from: Address, to: Address, call: &C) -> bool {
        let receipt = self.chain.send(&Call::new(from, to, call.abi_encode())).expect("the chain takes it");
        receipt.status == Status::Success
    }

    fn must<C: SolCall>(&self, from: Address, to: Address, call: &C) -> anyhow::Result<C::Return> {
        let receipt = self.chain.send(&Call::new(from, to, call.abi_encode()))?;
        ensure!(receipt.status == Status::Success, "{}: {:?} {}", C::SIGNATURE, receipt.status, receipt.output);
        C::abi_decode_returns(&receipt.output).context(C::SIGNATURE)
    }

    fn view<C: SolCall>(&self, call: &C) -> anyhow::Result<C::Return> {
        let output = self.chain.call(&Call::new(self.thief, self.vault, call.abi_encode()), BlockId::latest())?;
        C::abi_decode_returns(&output).context(C::SIGNATURE)
    }

    fn slot(&self, of: Address, slot: U256) -> U256 {
        self.chain.storage(of, slot, BlockId::latest()).expect("the latest block is there")
    }

    /// Returns a balance of one of our test tokens: OpenZeppelin's first slot.
    fn balance(&self, token: Address, account: Address) -> U256 {
        self.slot(token, keccak256((account, U256::ZERO).abi_encode()).into())
    }

    fn cash(&self) -> U256 {
        self.balance(self.usdc, self.thief)
    }

    /// Returns the units of a position, each worth one base unit at the fair price.
    fn units(&self, position: usize) -> U256 {
        self.balance(self.venues[position], self.adapters[position])
    }

    /// Reads the vault's accounts from its storage (`contracts/book`, storage.rs), which is a hundred times as fast as to
    /// ask its views.
    fn read(&self) -> Read {
        let [accounts, asset, supply, watch] = [0, 2, 3, 6].map(|slot| self.slot(self.vault, U256::from(slot)));
        let idle_assets = amount(accounts >> 160);
        let least = Least {
            previous_assets: amount(supply),
            current_assets: amount(asset),
            since_secs: accounts.wrapping_to::<u32>(),
        };
        let now_secs = (self.chain.head().timestamp_secs() - BOOK_SECS) as u32;
        let nav_assets = idle_assets + amount(accounts >> 64);
        let fair_assets: U256 = (0..self.venues.len()).map(|position| self.units(position)).sum();
        Read {
            idle_assets,
            least,
            least_nav_assets: least.assets(nav_assets, EPOCH_SECS as u32, now_secs),
            fair_assets: idle_assets + fair_assets.to::<u128>(),
            supply_shares: supply >> 96,
            revision: (watch >> 160_usize).wrapping_to::<u32>(),
        }
    }

    fn sample(&self, play: &mut Play) {
        let read = self.read();
        let honest = U256::from(read.fair_assets) * self.honest_shares / read.supply_shares;
        let budget_assets = read.least_nav_assets * u128::from(LOSS_BPS) / 10_000;
        // A loss lowers the least value too: what stood before it counts.
        play.samples.push(Sample {
            at_secs: self.chain.head().timestamp_secs(),
            honest_assets: honest.to(),
            budget_assets: budget_assets.max(play.budget_assets),
        });
        play.budget_assets = budget_assets;
    }
}

/// The vault's accounts.
#[derive(Clone, Copy, Debug)]
struct Read {
    idle_assets: u128,
    least: Least,
    least_nav_assets: u128,
    /// Idle money, and positions at the fair price.
    fair_assets: u128,
    supply_shares: U256,
    revision: u32,
}

/// The low 96 bits.
fn amount(word: U256) -> u128 {
    word.wrapping_to::<u128>() & ((1 << 96) - 1)
}

fn mandate(
    world: &World,
    owner: Address,
    keys: [Address; 2],
    venues: &[Address],
    feed: Address,
) -> anyhow::Result<Mandate> {
    let risk_id = |place: usize| RiskId::from_name(&format!("venue/{place}")).context("a short name");
    let cap = |place| anyhow::Ok(CapTerms { risk_id: risk_id(place)?, absolute: Assets(usdc(u64::MAX / 2_000_000)), relative: Wad::ONE });
    let position = |place: usize| {
        let terms = Terms { instant_bps: 10_000, depth_bps: 10_000, slack_bps: SLACKS_BPS[place] };
        anyhow::Ok(PositionTerms { terms, ..PositionTerms::new(VenueKind::Erc4626, venues[place], vec![risk_id(place)?]) })
    };
    let key = |account| GrantTerms {
        positions: Some(u64::MAX),
        turnover: bps_to_wad(TURNOVER_BPS),
        loss: bps_to_wad(LOSS_BPS),
        ..GrantTerms::until(account, Timestamp(START_SECS + 365 * 86_400))
    };
    let part = |percent: u64| Wad(U256::from(WAD / 100 * percent));
    Ok(Mandate {
        asset: world.tokens.usdc,
        owner,
        curator: owner,
        keepers: keys.map(key).to_vec(),
        max_rate: part(20),
        liquidity_floor: Wad::ZERO,
        liquidity_cover: Wad::ZERO,
        loss: bps_to_wad(LOSS_BPS),
        turnover: bps_to_wad(TURNOVER_BPS),
        epoch_secs: EPOCH_SECS,
        silence_secs: SILENCE_SECS,
        caps: (0..venues.len()).map(cap).collect::<Result<_, _>>()?,
        breakers: vec![BreakerTerms {
            risk_id: risk_id(0)?,
            feed,
            min_price: part(90),
            max_price: part(110),
            max_age_secs: u32::MAX,
            liquid_bps: 0,
            confirm_secs: EPOCH_SECS as u32,
            trip_secs: EPOCH_SECS as u32,
        }],
        positions: (0..venues.len()).map(position).collect::<Result<_, _>>()?,
        ..Mandate::default()
    })
}
