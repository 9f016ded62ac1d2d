//! A vault with as many positions as asked for, invested and aged.

use abi::{board::IBoard, desk::IDesk, erc20::IERC20, morpho::IMorpho, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue, sol};
use anyhow::{Context, ensure};
use chain::deployment::{CapTerms, GrantTerms, Mandate, PositionTerms, bps_to_wad, deploy};
use devnet::{Call, Chain, Clock, Config, Receipt, Status};
use kit::{Local, now, programs, root, usdc};
use model::{Assets, RiskId, Terms, Timestamp, VenueKind, Wad};
use sim::{Artifacts, World, WorldConfig};

sol! {
    interface IHolder {
        function relay(address[] calldata targets, bytes[] calldata data) external returns (bytes[] memory);
    }
}

/// When the chain begins: 2026-03-01 00:00 UTC.
const START_SECS: u64 = 1_772_323_200;
const DAY_SECS: u64 = 86_400;
const HOUR_SECS: u64 = 3_600;
/// The places of two markets that are not MetaMorpho's; the second one pays more.
const MARKETS: [usize; 2] = [1, 2];
/// What each of two holders deposits, in whole dollars.
const DEPOSIT_DOLLARS: u64 = 1_000_000;
/// What a leg moves, in whole dollars.
const LEG_DOLLARS: u64 = 20_000;

/// A chain with a vault, before the measured call.
pub struct Stage {
    chain: Chain,
    world: World,
    artifacts: Artifacts,
    vault: Address,
    owner: Address,
    keeper: Address,
    holders: [Address; 2],
}

impl Stage {
    /// Deploys a vault of so many positions, the first two in Morpho Blue markets and the others in MetaMorpho, each
    /// holding money, under `ids` risk ids; then a day passes.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn build(positions: usize, ids: usize) -> anyhow::Result<Self> {
        let chain = Chain::new(Config { clock: Clock::Manual { start_secs: START_SECS }, ..Config::default() });
        let artifacts = Artifacts::of_workspace(&root());
        let world = World::build(&chain, &WorldConfig::default(), &artifacts)?;
        let accounts = chain.accounts();
        let (owner, keeper, holders) = (accounts[0], accounts[1], [accounts[2], accounts[3]]);
        let mandate = mandate(&world, owner, keeper, positions, ids)?;
        let sender = Local { chain: chain.clone(), account: owner };
        let vault = now(deploy(&sender, &programs(), &mandate, |_| {}))?.vault;
        let this = Self { chain, world, artifacts, vault, owner, keeper, holders };
        for holder in holders {
            this.world.fund(&this.chain, holder, usdc(2 * DEPOSIT_DOLLARS))?;
            this.send(holder, this.world.tokens.usdc, &IERC20::approveCall { spender: vault, value: U256::MAX })?;
            this.send(holder, vault, &this.deposit_of(holder, DEPOSIT_DOLLARS))?;
        }
        this.pass(2 * DAY_SECS);
        let invested: Vec<_> = (0..positions).map(|place| (place, 2 * LEG_DOLLARS as i64)).collect();
        for legs in invested.chunks(8) {
            this.submit(legs)?;
        }
        this.pass(DAY_SECS);
        Ok(this)
    }

    /// Returns the gas of a rebalance from the first market to the second, an hour after another one.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn rebalance(&self) -> anyhow::Result<u64> {
        let legs = [(0, -(LEG_DOLLARS as i64 / 2)), (1, LEG_DOLLARS as i64 / 2)];
        self.second(|| self.submit(&legs))
    }

    /// Returns the gas of the same two calls of Morpho Blue, by a contract that holds the position itself.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn bare_venue_calls(&self) -> anyhow::Result<u64> {
        let (morpho, token) = (self.world.morpho.morpho, self.world.tokens.usdc);
        let code = [self.artifacts.ours("Holder")?, token.abi_encode()].concat();
        let receipt = self.chain.send(&Call::create(self.keeper, code))?;
        let holder = receipt.contract_address.context("the holder's address")?;
        self.world.fund(&self.chain, holder, usdc(4 * LEG_DOLLARS))?;
        let [from, to] = MARKETS.map(|market| self.world.morpho.terms(market));
        let supply = |market_params: &IMorpho::MarketParams, dollars| IMorpho::supplyCall {
            marketParams: market_params.clone(),
            assets: usdc(dollars),
            shares: U256::ZERO,
            onBehalf: holder,
            data: Default::default(),
        };
        let approve = IERC20::approveCall { spender: morpho, value: U256::MAX }.abi_encode();
        let supplies = [&from, &to].map(|market| (morpho, supply(market, 2 * LEG_DOLLARS).abi_encode()));
        self.relay(holder, [vec![(token, approve)], supplies.to_vec()].concat())?;
        let withdraw = IMorpho::withdrawCall {
            marketParams: from,
            assets: usdc(LEG_DOLLARS / 2),
            shares: U256::ZERO,
            onBehalf: holder,
            receiver: holder,
        };
        let calls = vec![(morpho, withdraw.abi_encode()), (morpho, supply(&to, LEG_DOLLARS / 2).abi_encode())];
        self.pass(DAY_SECS);
        self.second(|| self.relay(holder, calls.clone()))
    }

    /// Returns the gas of publishing what governance has set, after one change of it: the next rebalance pays it where
    /// nobody did before.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn publish(&self) -> anyhow::Result<u64> {
        self.send(self.owner, self.vault, &IBoard::setGuardianCall { account: self.owner, granted: true })?;
        Ok(self.send(self.keeper, self.vault, &IBoard::publishCall {})?.gas_used)
    }

    /// Returns the gas of a deposit by a holder.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn deposit_idle(&self) -> anyhow::Result<u64> {
        self.second(|| self.send(self.holders[0], self.vault, &self.deposit_of(self.holders[0], 1_000)))
    }

    /// Returns the gas of a withdrawal that idle money covers, by a holder who keeps shares.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn withdraw_idle(&self) -> anyhow::Result<u64> {
        let (assets, holder) = (usdc(1_000), self.holders[0]);
        self.second(|| self.send(holder, self.vault, &IVault::withdrawCall { assets, receiver: holder, owner: holder }))
    }

    /// Returns the gas of a transfer of shares between holders.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn transfer(&self) -> anyhow::Result<u64> {
        let [from, to] = self.holders;
        // Shares have twelve decimals more than the asset.
        let value = usdc(1) * U256::from(10).pow(U256::from(12));
        self.second(|| self.send(from, self.vault, &IVault::transferCall { to, value }))
    }

    /// Makes a call, lets an hour pass, makes it again, and returns what it cost then.
    fn second(&self, call: impl Fn() -> anyhow::Result<Receipt>) -> anyhow::Result<u64> {
        self.pass(HOUR_SECS);
        call()?;
        self.pass(HOUR_SECS);
        Ok(call()?.gas_used)
    }

    fn deposit_of(&self, receiver: Address, dollars: u64) -> IVault::depositCall {
        IVault::depositCall { assets: usdc(dollars), receiver }
    }

    /// Submits legs in whole dollars.
    fn submit(&self, legs: &[(usize, i64)]) -> anyhow::Result<Receipt> {
        let leg = |&(place, dollars): &(usize, i64)| kit::leg(place as u32, dollars);
        let grant = self.view(&IDesk::grantCall { keeper: self.keeper })?;
        let intent = IDesk::Intent {
            nonce: grant.nonce,
            deadline: U256::from(self.chain.next_timestamp_secs() + DAY_SECS),
            revision: self.view(&IDesk::revisionCall {})?,
            legs: legs.iter().map(leg).collect(),
        };
        self.send(self.keeper, self.vault, &IDesk::rebalanceCall { intent })
    }

    fn relay(&self, holder: Address, calls: Vec<(Address, Vec<u8>)>) -> anyhow::Result<Receipt> {
        let (targets, data) = calls.into_iter().map(|(target, data)| (target, data.into())).unzip();
        self.send(self.keeper, holder, &IHolder::relayCall { targets, data })
    }

    fn send<C: SolCall>(&self, from: Address, to: Address, call: &C) -> anyhow::Result<Receipt> {
        let receipt = self.chain.send(&Call::new(from, to, call.abi_encode()))?;
        ensure!(receipt.status == Status::Success, "{}: {:?} {}", C::SIGNATURE, receipt.status, receipt.output);
        Ok(receipt)
    }

    fn view<C: SolCall>(&self, call: &C) -> anyhow::Result<C::Return> {
        let call = Call::new(self.keeper, self.vault, call.abi_encode());
        let output = self.chain.call(&call, devnet::BlockId::latest())?;
        C::abi_decode_returns(&output).context(C::SIGNATURE)
    }

    fn pass(&self, secs: u64) {
        self.chain.increase_time(secs);
    }
}

/// Every position counts against its venue's id, and the ids are spread over them; nothing binds but is checked.
fn mandate(world: &World, owner: Address, keeper: Address, positions: usize, ids: usize) -> anyhow::Result<Mandate> {
    let risk_id = |place: usize| RiskId::from_name(&format!("issuer/{}", place % ids)).context("a short name");
    let half = Wad(U256::from(500_000_000_000_000_000_u64));
    let position = |place: usize| {
        let terms = Terms { instant_bps: 5_000, depth_bps: 5_000, slack_bps: 0 };
        let position = match MARKETS.get(place) {
            Some(market) => {
                let market = world.morpho.market_ids[*market];
                PositionTerms::in_market(VenueKind::MorphoBlue, world.morpho.morpho, market, vec![risk_id(place)?])
            }
            None => PositionTerms::new(VenueKind::Erc4626, world.morpho.meta_morpho, vec![risk_id(place)?]),
        };
        anyhow::Ok(PositionTerms { terms, ..position })
    };
    let absolute = Assets(usdc(100 * DEPOSIT_DOLLARS));
    let cap = |place| {
        anyhow::Ok(CapTerms { risk_id: risk_id(place)?, absolute, relative: if ids == 1 { Wad::ONE } else { half } })
    };
    let (turnover, loss) = (bps_to_wad(100_000), bps_to_wad(100));
    Ok(Mandate {
        asset: world.tokens.usdc,
        owner,
        curator: owner,
        keepers: vec![GrantTerms {
            turnover,
            loss,
            ..GrantTerms::until(keeper, Timestamp(START_SECS + 365 * DAY_SECS))
        }],
        loss,
        turnover,
        epoch_secs: DAY_SECS,
        silence_secs: 7 * DAY_SECS,
        caps: (0..ids).map(cap).collect::<Result<_, _>>()?,
        positions: (0..positions).map(position).collect::<Result<_, _>>()?,
        ..Mandate::default()
    })
}
