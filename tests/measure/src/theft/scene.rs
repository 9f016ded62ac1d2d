//! The stage: a vault with its money invested, hostile venues, two stolen keys, and a thief with money.

use std::fmt;

use abi::{desk::IDesk, erc20::IERC20, vault::IVault};
use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::{SolCall, sol};
use anyhow::{Context, ensure};
use chain::deployment::deploy;
use devnet::{BlockId, Call, Chain, Clock, Config, Status};
use kit::{Local, now, programs, root, usdc};
use sim::{Artifacts, World, WorldConfig};

use super::{
    Action, Leg, Loss, Pause, Sample, Size,
    accounts::{Accounts, BOOK_SECS, balance},
    charter::{
        BANDS_BPS, EPOCH_SECS, FAIR_ANSWER, HONEST_DOLLARS, INVESTED_DOLLARS, LOSS_BPS, START_SECS, THIEF_DOLLARS, WAD,
        mandate, risk_id,
    },
};

sol! {
    interface ISteeredVault {
        function steer(uint256 newPriceWad) external;
    }

    interface IFeed {
        function updateAnswer(int256 answer) external;
    }
}

/// What each call may leave uncharged, in base units: rounding of a leg, of an exit, and of the measure itself.
const ROUNDING_ASSETS: u128 = 4;

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
        let steered = |band_bps| anyhow::Ok(world.deploy_steered(&chain, &artifacts, counterparty, band_bps)?);
        let venues = BANDS_BPS.into_iter().map(steered).collect::<Result<Vec<_>, _>>()?;
        let feed = world.deploy_feed(&chain, &artifacts, 8, I256::try_from(FAIR_ANSWER)?)?;

        let mandate = mandate(world.tokens.usdc, owner, keys, &venues, feed)?;
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
            risk_id: risk_id(0)?.0,
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
            repays: false,
        };
        let legs = INVESTED_DOLLARS.iter().enumerate().map(leg).collect();
        self.must(self.keys[0], self.vault, &IDesk::rebalanceCall { intent: self.intent(0, legs) })?;
        self.chain.increase_time(2 * EPOCH_SECS - EPOCH_SECS / 2);
        Ok(())
    }

    /// Makes sure that what is read from storage is what the views say.
    fn check_layout(&self) -> anyhow::Result<()> {
        self.chain.mine(1)?;
        let (book, supply) = (self.view(&IDesk::bookCall {})?, self.view(&IVault::totalSupplyCall {})?);
        self.accounts().check(&book, supply, self.view(&IDesk::revisionCall {})?)?;
        ensure!((0..self.venues.len()).all(|position| !self.units(position).is_zero()), "a position holds nothing");
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
            Action::Rebalance { key, legs, times } => {
                (0..*times).take_while(|_| self.rebalance(*key, legs, play)).count()
            }
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
                let answer =
                    |answer: i64| IFeed::updateAnswerCall { answer: I256::try_from(answer).unwrap_or_default() };
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
        let revision = U256::from(self.accounts().revision);
        IDesk::Intent { nonce: U256::from(nonce), deadline: U256::MAX, revision, legs }
    }

    fn legs(&self, legs: &[Leg]) -> Vec<IDesk::Leg> {
        let leg = |leg: &Leg| {
            let held =
                if leg.is_in { U256::from(self.accounts().idle_assets) } else { self.units(leg.position.into()) };
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
            IDesk::Leg { position: leg.position.into(), assets, minResult: U256::ZERO, repays: false }
        };
        legs.iter().map(leg).collect()
    }

    fn secs(&self, pause: Pause) -> u64 {
        match pause {
            Pause::Secs(secs) => secs.into(),
            Pause::Part(part) => EPOCH_SECS * u64::from(part) / 16,
            Pause::Edge(secs) => {
                let since = BOOK_SECS + u64::from(self.accounts().least.since_secs);
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

    fn cash(&self) -> U256 {
        balance(&self.chain, self.usdc, self.thief)
    }

    /// Returns the units of a position, each worth one base unit at the fair price.
    fn units(&self, position: usize) -> U256 {
        balance(&self.chain, self.venues[position], self.adapters[position])
    }

    fn accounts(&self) -> Accounts {
        Accounts::read(&self.chain, self.vault)
    }

    fn sample(&self, play: &mut Play) {
        let accounts = self.accounts();
        let invested: U256 = (0..self.venues.len()).map(|position| self.units(position)).sum();
        let fair = U256::from(accounts.idle_assets) + invested;
        let honest = fair * self.honest_shares / accounts.supply_shares;
        let budget_assets = accounts.least_nav_assets * u128::from(LOSS_BPS) / 10_000;
        play.samples.push(Sample {
            at_secs: self.chain.head().timestamp_secs(),
            honest_assets: honest.to(),
            // A loss lowers the least value too: what stood before it counts.
            budget_assets: budget_assets.max(play.budget_assets),
        });
        play.budget_assets = budget_assets;
    }
}
