//! A whole deployment: venues, vault, roles and wallets, with a verb for each thing that somebody does.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use abi::{
    adapter::IAdapter,
    arb::IDeployer,
    board::IBoard,
    desk::IDesk::{self, Intent, Leg},
    erc20::IERC20,
    vault::IVault,
};
use alloy_primitives::{Address, B256, Bytes, I256, U256, keccak256};
use alloy_sol_types::{SolCall, SolError};
use chain::deployment::{
    CapTerms, Deployed, GrantTerms, Mandate, PositionTerms, Programs, bps_to_wad, deploy, init_code,
};
use devnet::{BlockId, Call, CallError, Chain, Clock, Config, Receipt, Status};
use model::{Assets, RiskId, Terms, Timestamp, VenueKind, Wad};
use sim::{Artifacts, World, WorldConfig};

use crate::{Local, Refusal, root};

/// The index of the Aave position.
pub const AAVE: u32 = 0;
/// The index of the MetaMorpho position.
pub const META_MORPHO: u32 = 1;
/// When every test's chain begins: 2026-03-01 00:00 UTC.
const START_SECS: u64 = 1_772_323_200;
/// 1e18.
const WAD: u64 = 1_000_000_000_000_000_000;
/// An epoch of the usual deployment: the shortest there is, so that money counts for caps after two hours.
const EPOCH_SECS: u64 = 3600;

/// Returns whole dollars in base units.
pub fn usdc(dollars: u64) -> U256 {
    U256::from(dollars) * U256::from(1_000_000)
}

/// How a deployment differs from the usual one.
#[derive(Clone, Debug)]
pub struct Built {
    /// The venues.
    pub world: WorldConfig,
    /// The most in Aave, in whole dollars and as a part of the net asset value (1e18 = 100 %).
    pub aave_cap: (u64, u64),
    /// The same of MetaMorpho.
    pub meta_morpho_cap: (u64, u64),
    /// The least idle part of the net asset value (1e18 = 100 %).
    pub liquidity_floor_wad: u64,
    /// What else the mandate differs in, before the deployment.
    pub alter: fn(&mut Mandate, &World),
}

impl Default for Built {
    /// The default venues; at most 60 % or 30 million dollars in each; 5 % idle; budgets so wide that they bind nothing:
    /// whoever tests one sets it.
    fn default() -> Self {
        let cap = (30_000_000, 600_000_000_000_000_000);
        Self {
            world: WorldConfig::default(),
            aave_cap: cap,
            meta_morpho_cap: cap,
            liquidity_floor_wad: 50_000_000_000_000_000,
            alter: |_, _| {},
        }
    }
}

/// A deployment with its people. Every wallet can sign nothing: the chain sends in anybody's name.
pub struct Tenor {
    /// The chain.
    pub chain: Chain,
    /// What is around the vault.
    pub world: World,
    /// Where our contracts are.
    pub deployed: Deployed,
    /// The vault; the desk answers there too.
    pub vault: Address,
    /// Owns the vault.
    pub owner: Address,
    /// Sets caps.
    pub curator: Address,
    /// Takes risk away.
    pub guardian: Address,
    /// Rebalances.
    pub keeper: Address,
    /// Five depositors.
    pub wallets: [Address; 5],
}

impl Tenor {
    /// Deploys the usual world.
    pub fn new() -> Self {
        Self::built(&Built::default())
    }

    /// Deploys a world that differs.
    pub fn built(built: &Built) -> Self {
        let (chain, world) = begin(&built.world);
        Self::within(chain, world, built, |_| {})
    }

    /// Deploys into venues that stand, by a mandate that differs once more.
    pub fn within(chain: Chain, world: World, built: &Built, alter: impl FnOnce(&mut Mandate)) -> Self {
        let [owner, curator, guardian, keeper, wallets @ ..] = accounts(&chain);
        let id = |name| RiskId::from_name(name).expect("a short name");
        let cap = |name, (dollars, relative_wad): (u64, u64)| CapTerms {
            risk_id: id(name),
            absolute: Assets(usdc(dollars)),
            relative: Wad(U256::from(relative_wad)),
        };
        let position = |kind, venue, name| PositionTerms {
            terms: Terms { instant_bps: 10_000, depth_bps: 10_000, slack_bps: 0 },
            ..PositionTerms::new(kind, venue, vec![id(name)])
        };
        let mut mandate = Mandate {
            asset: world.tokens.usdc,
            owner,
            curator,
            guardians: vec![guardian],
            keepers: vec![GrantTerms {
                positions: Some(u64::MAX),
                turnover: bps_to_wad(100_000),
                loss: Wad::ONE,
                ..GrantTerms::until(keeper, Timestamp(START_SECS + 3 * 365 * 86_400))
            }],
            max_rate: Wad::ONE,
            liquidity_floor: Wad(U256::from(built.liquidity_floor_wad)),
            liquidity_cover: Wad::ZERO,
            loss: Wad::ONE,
            turnover: bps_to_wad(100_000),
            epoch_secs: EPOCH_SECS,
            silence_secs: 90 * 86_400,
            caps: vec![cap("protocol/aave-v3", built.aave_cap), cap("protocol/metamorpho", built.meta_morpho_cap)],
            positions: vec![
                position(VenueKind::AaveV3, world.aave.pool, "protocol/aave-v3"),
                position(VenueKind::Erc4626, world.morpho.meta_morpho, "protocol/metamorpho"),
            ],
            ..Mandate::default()
        };
        (built.alter)(&mut mandate, &world);
        alter(&mut mandate);
        let sender = Local { chain: chain.clone(), account: owner };
        let deployed = now(deploy(&sender, &programs(), &mandate, |_| {})).expect("the deployment lands");
        Self { chain, world, vault: deployed.vault, deployed, owner, curator, guardian, keeper, wallets }
    }

    /// Deploys an adapter of this vault at another ERC-4626 venue; it is no position yet.
    #[track_caller]
    pub fn adapter(&self, venue: Address) -> Address {
        let initialization =
            IAdapter::initializeCall { vault: self.vault, venue, terms: Bytes::new() }.abi_encode().into();
        let call = IDeployer::deployCall { initCode: init_code(&programs().erc4626), initialization };
        self.send(self.owner, self.deployed.deployer, &call).expect("the adapter initialises").1
    }

    /// Makes an adapter a position under a risk id with these caps, its code admitted; returns its index.
    #[track_caller]
    pub fn position(&self, adapter: Address, risk_id: B256, absolute: U256) -> u32 {
        let code = self.chain.code(adapter, BlockId::latest()).expect("the chain knows its head");
        let codehash = keccak256(&code);
        self.govern(self.owner, &IBoard::admitCodeCall { codehash, admitted: true });
        let relative_wad = U256::from(WAD);
        self.govern(self.curator, &IBoard::setCapCall { riskId: risk_id, absolute, relativeWad: relative_wad });
        let risk_ids = vec![risk_id];
        let (instant, depth, slack) = (10_000, 10_000, 0);
        let add = IBoard::addPositionCall {
            adapter,
            riskIds: risk_ids,
            instantBps: instant,
            depthBps: depth,
            slackBps: slack,
        };
        self.govern(self.curator, &add)
    }

    /// Sends a transaction in anybody's name.
    ///
    /// # Errors
    ///
    /// What it reverted with.
    pub fn send<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Result<(Receipt, C::Return), Refusal> {
        let receipt = self.chain.send(&Call::new(from, to, call.abi_encode())).expect("the chain takes it");
        match &receipt.status {
            Status::Success => {
                let answer = C::abi_decode_returns(&receipt.output).expect("the answer has the interface's shape");
                Ok((receipt, answer))
            }
            Status::Revert => Err(Refusal { data: receipt.output, cause: "revert".into() }),
            Status::Halt(cause) => Err(Refusal { cause: cause.clone(), data: receipt.output }),
        }
    }

    /// Calls without changing anything.
    ///
    /// # Errors
    ///
    /// What it reverted with.
    pub fn try_view<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Result<C::Return, Refusal> {
        match self.chain.call(&Call::new(from, to, call.abi_encode()), BlockId::latest()) {
            Ok(output) => Ok(C::abi_decode_returns(&output).expect("the answer has the interface's shape")),
            Err(CallError::Revert(data)) => Err(Refusal { data, cause: "revert".into() }),
            Err(other) => Err(Refusal { data: Default::default(), cause: other.to_string() }),
        }
    }

    /// Calls a view that cannot fail.
    #[track_caller]
    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        self.try_view(Address::ZERO, to, call).unwrap_or_else(|refusal| panic!("{}: {refusal}", C::SIGNATURE))
    }

    /// Makes a governed change in somebody's name: at once where that is allowed, else announced, waited for and made.
    #[track_caller]
    pub fn govern<C: SolCall>(&self, from: Address, call: &C) -> C::Return {
        let refusal = match self.send(from, self.vault, call) {
            Ok((_, answer)) => return answer,
            Err(refusal) => refusal,
        };
        if IBoard::NotReady::abi_decode(&refusal.data).is_err() {
            panic!("{}: {refusal}", C::SIGNATURE);
        }
        let data = call.abi_encode();
        self.send(from, self.vault, &IBoard::submitCall { data: data.clone().into() }).expect("it may be announced");
        let ready = self.view(self.vault, &IBoard::executableAtCall { id: keccak256(&data) });
        self.pass(ready.to::<u64>().saturating_sub(self.chain.head().timestamp_secs()) + 1);
        self.send(from, self.vault, call).expect("it has waited").1
    }

    /// Lets two epochs pass, after which all the money counts for caps and budgets.
    pub fn ripen(&self) {
        let epoch_secs = self.view(self.vault, &IDesk::mandateCall {}).epochSecs;
        self.pass(2 * epoch_secs.to::<u64>());
    }

    /// Mints USDC to a wallet, approves the vault and deposits; returns the shares. As long as nothing is invested, the
    /// time passes after which the money counts.
    #[track_caller]
    pub fn deposit(&self, wallet: Address, assets: U256) -> U256 {
        self.world.fund(&self.chain, wallet, assets).expect("the token mints");
        self.send(wallet, self.world.tokens.usdc, &IERC20::approveCall { spender: self.vault, value: assets })
            .expect("the token approves");
        let deposit = IVault::depositCall { assets, receiver: wallet };
        let (_, shares) = self.send(wallet, self.vault, &deposit).expect("the vault takes it");
        if self.book().marked.is_zero() {
            self.ripen();
        }
        shares
    }

    /// Redeems shares to their owner; returns the assets.
    ///
    /// # Errors
    ///
    /// What it reverted with.
    pub fn redeem(&self, wallet: Address, shares: U256) -> Result<U256, Refusal> {
        self.send(wallet, self.vault, &IVault::redeemCall { shares, receiver: wallet, owner: wallet })
            .map(|(_, assets)| assets)
    }

    /// Returns an intent that the vault would take now, with these legs and an hour's time.
    pub fn intent(&self, legs: Vec<Leg>) -> Intent {
        Intent {
            nonce: self.nonce(),
            deadline: U256::from(self.chain.head().timestamp_secs() + 3600),
            revision: self.view(self.vault, &IDesk::revisionCall {}),
            legs,
        }
    }

    /// Returns the nonce that the keeper's next intent must carry.
    pub fn nonce(&self) -> U256 {
        self.view(self.vault, &IDesk::grantCall { keeper: self.keeper }).nonce
    }

    /// Submits legs as the keeper.
    ///
    /// # Errors
    ///
    /// What it reverted with.
    pub fn rebalance(&self, legs: Vec<Leg>) -> Result<Vec<U256>, Refusal> {
        let intent = self.intent(legs);
        self.submit(self.keeper, intent)
    }

    /// Submits an intent as anybody.
    ///
    /// # Errors
    ///
    /// What it reverted with.
    pub fn submit(&self, from: Address, intent: Intent) -> Result<Vec<U256>, Refusal> {
        self.send(from, self.vault, &IDesk::rebalanceCall { intent }).map(|(_, results)| results)
    }

    /// Makes every position's value in the book its real one.
    #[track_caller]
    pub fn mark(&self) {
        let positions = (0..self.deployed.adapters.len() as u32).collect();
        self.send(self.wallets[4], self.vault, &IDesk::markCall { positions }).expect("anyone may mark");
    }

    /// Returns the accounts.
    pub fn book(&self) -> IDesk::Book {
        self.view(self.vault, &IDesk::bookCall {})
    }

    /// Returns a wallet's USDC in base units.
    pub fn usdc_of(&self, account: Address) -> U256 {
        self.view(self.world.tokens.usdc, &IERC20::balanceOfCall { account })
    }

    /// Returns a wallet's shares.
    pub fn shares_of(&self, account: Address) -> U256 {
        self.view(self.vault, &IVault::balanceOfCall { account })
    }

    /// Lets time pass.
    pub fn pass(&self, secs: u64) {
        self.world.pass(&self.chain, secs).expect("time passes");
    }
}

impl Default for Tenor {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns a leg of whole dollars from idle to a position, or back where negative, with any result.
pub fn leg(position: u32, dollars: i64) -> Leg {
    let assets = I256::try_from(dollars).expect("dollars fit") * I256::try_from(1_000_000).expect("it fits");
    Leg { position, assets, minResult: U256::ZERO, repays: false }
}

/// Begins a chain with venues.
///
/// # Panics
///
/// When they cannot be built.
pub fn begin(config: &WorldConfig) -> (Chain, World) {
    let chain = Chain::new(Config { clock: Clock::Manual { start_secs: START_SECS }, ..Config::default() });
    let world = World::build(&chain, config, &Artifacts::of_workspace(&root())).expect("the world builds");
    (chain, world)
}

fn accounts(chain: &Chain) -> [Address; 9] {
    chain.accounts()[..9].try_into().expect("the chain has ten accounts")
}

/// Returns the programs that `scripts/wasm` has built.
///
/// # Panics
///
/// When it has not.
pub fn programs() -> Programs {
    let deployer = root().join("contracts/solidity/out/Deployer.sol/Deployer.json");
    Programs::load(&root().join("target/programs"), &deployer)
        .unwrap_or_else(|error| panic!("{error}; scripts/wasm builds the programs"))
}

/// Drives a future that never waits.
///
/// # Panics
///
/// When it does.
pub fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the chain in this process answers at once"),
    }
}
