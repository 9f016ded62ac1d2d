//! A deployment with a leveraged position over the real contracts: collateral at Aave, loans of Morpho, swaps in
//! Uniswap's pool, prices of two feeds and that pool.

use abi::{
    adapter::IAdapter::{self, Report},
    desk::IDesk::{self, Deleveraged, Leg},
};
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolEvent;
use chain::deployment::{CapTerms, LeverTerms, Mandate, OracleTerms, PositionTerms};
use devnet::Chain;
use model::{Assets, RiskId, Terms, Thresholds, Timestamp, VenueKind, Wad};
use sim::{Artifacts, Uniswap, World, stress::Market};

use crate::tenor::{Built, Tenor, begin, usdc};
use crate::{Policy, Refusal, root};

/// The index of the leveraged position, behind the usual two.
pub const LOOP: u32 = 2;
/// A US dollar as feeds say it.
const USD_E8: u64 = 100_000_000;
/// The first price of the collateral, in whole dollars.
const PRICE: u64 = 3_000;
/// 1e18.
const WAD: u64 = 1_000_000_000_000_000_000;

/// A deployment whose third position owes, and what moves its price.
pub struct Levered {
    /// The deployment.
    pub tenor: Tenor,
    /// Where the position swaps.
    pub uniswap: Uniswap,
    /// The feed of the collateral's price in dollars.
    pub feed: Address,
    /// The feed of the asset's.
    pub quote_feed: Address,
    /// What governance has decided about it.
    pub policy: Policy,
}

/// Where prices come from.
struct Sources {
    uniswap: Uniswap,
    feed: Address,
    quote_feed: Address,
    /// Zero for none.
    sequencer: Address,
}

impl Levered {
    /// Thresholds of 1.5, 1.3 and 1.15; 5,000 dollars in ten minutes, for at most 1 % lost and 0.1 %.
    pub fn thresholds() -> Thresholds {
        Thresholds {
            target_bps: 15_000,
            soft_bps: 13_000,
            hard_bps: 11_500,
            chunk: Assets(usdc(5_000)),
            cooldown_secs: 600,
            slip_bps: 100,
            reward_bps: 10,
            ready_at: Timestamp(0),
        }
    }

    /// Deploys with the usual thresholds.
    pub fn new() -> Self {
        Self::built(&Built::default(), Self::thresholds())
    }

    /// Deploys a world that differs, and a leveraged position within these thresholds.
    pub fn built(built: &Built, thresholds: Thresholds) -> Self {
        let (chain, world) = begin(&built.world);
        let (artifacts, policy) = (Artifacts::of_workspace(&root()), Policy::usual(thresholds));
        world.set_price(&chain, PRICE * USD_E8).expect("the chain obeys");
        let uniswap = world.deploy_uniswap(&chain, &artifacts, PRICE * USD_E8).expect("it deploys");
        // The pool must remember a whole window.
        world.pass(&chain, u64::from(policy.window_secs) + 60).expect("time passes");
        let feed = |dollars| world.deploy_feed(&chain, &artifacts, 8, answer(dollars)).expect("it deploys");
        let sources = Sources { uniswap, feed: feed(PRICE), quote_feed: feed(1), sequencer: Address::ZERO };
        Self::within(chain, world, built, sources, policy, |_| {})
    }

    /// Deploys into the market of an event, priced by its feeds and its pool, by a mandate that differs from the usual one.
    pub fn around(market: &Market, policy: Policy, alter: impl FnOnce(&mut Mandate)) -> Self {
        let (uniswap, feed, quote_feed) = (market.uniswap, market.collateral_feed, market.usdc_feed);
        let sources = Sources { uniswap, feed, quote_feed, sequencer: market.sequencer_feed };
        Self::within(market.chain.clone(), market.world.clone(), &Built::default(), sources, policy, alter)
    }

    fn within(
        chain: Chain,
        world: World,
        built: &Built,
        sources: Sources,
        policy: Policy,
        alter: impl FnOnce(&mut Mandate),
    ) -> Self {
        let (oracle, position) = (oracle(&world, &sources, &policy), position(&world, &policy));
        let cap = CapTerms {
            risk_id: position.risk_ids[0],
            absolute: Assets(usdc(30_000_000)),
            relative: Wad(U256::from(WAD / 10 * 6)),
        };
        let tenor = Tenor::within(chain, world, built, |mandate| {
            mandate.oracles.push(oracle);
            mandate.positions.push(position);
            mandate.caps.push(cap);
            alter(mandate);
        });
        let Sources { uniswap, feed, quote_feed, .. } = sources;
        Self { tenor, uniswap, feed, quote_feed, policy }
    }

    /// Makes the collateral worth so many dollars, everywhere and for as long as the oracle's window.
    #[track_caller]
    pub fn set_price(&self, dollars: u64) {
        let (chain, world) = (&self.tenor.chain, &self.tenor.world);
        self.push_pool(dollars);
        self.tenor.pass(u64::from(self.policy.window_secs) + 60);
        world.set_price(chain, dollars * USD_E8).expect("the chain obeys");
        self.refresh(dollars);
    }

    /// Trades in the pool until its price of this moment is so many dollars, and nothing else says so.
    #[track_caller]
    pub fn push_pool(&self, dollars: u64) {
        let (chain, world) = (&self.tenor.chain, &self.tenor.world);
        world.trade_to(chain, &self.uniswap, self.tenor.wallets[4], dollars * USD_E8).expect("the pool trades");
    }

    /// Has both feeds answer as of now, the collateral's with so many dollars.
    pub fn refresh(&self, dollars: u64) {
        let (chain, world) = (&self.tenor.chain, &self.tenor.world);
        world.answer(chain, self.feed, answer(dollars)).expect("the chain obeys");
        world.answer(chain, self.quote_feed, answer(1)).expect("the chain obeys");
    }

    /// Returns what an adapter says of its position.
    #[track_caller]
    pub fn report(&self, position: u32) -> Report {
        self.tenor.view(self.tenor.deployed.adapters[position as usize], &IAdapter::reportCall {})
    }

    /// Returns what secures a position's debt, by the debt, in basis points; the most there is where it owes nothing.
    #[track_caller]
    pub fn health(&self, position: u32) -> u64 {
        let Report { backing, debt, .. } = self.report(position);
        if debt.is_zero() { u64::MAX } else { (backing * U256::from(10_000) / debt).to() }
    }

    /// Has anybody deleverage the position as far as he may, and returns what the vault tells of it.
    ///
    /// # Errors
    ///
    /// What it reverted with.
    pub fn rescue(&self, caller: Address) -> Result<Deleveraged, Refusal> {
        self.rescue_of(caller, U256::MAX)
    }

    /// Has anybody repay up to so much of the position's debt.
    ///
    /// # Errors
    ///
    /// What it reverted with.
    pub fn rescue_of(&self, caller: Address, debt: U256) -> Result<Deleveraged, Refusal> {
        let call = IDesk::deleverageCall { position: LOOP, debt };
        let (receipt, _) = self.tenor.send(caller, self.tenor.vault, &call)?;
        let told = receipt.logs.iter().find_map(|log| Deleveraged::decode_log(log).ok());
        Ok(told.expect("a rescue is told").data)
    }

    /// Returns a leg by which the keeper repays the position's debt down to the target.
    pub fn repay_all() -> Leg {
        Leg { position: LOOP, assets: I256::MIN, minResult: U256::ZERO, repays: true }
    }
}

impl Default for Levered {
    fn default() -> Self {
        Self::new()
    }
}

fn answer(dollars: u64) -> I256 {
    I256::try_from(dollars * USD_E8).expect("a price fits")
}

fn oracle(world: &World, sources: &Sources, policy: &Policy) -> OracleTerms {
    OracleTerms {
        name: "weth-usdc".to_owned(),
        base: world.tokens.weth,
        quote: world.tokens.usdc,
        feed: sources.feed,
        max_age_secs: policy.max_age_secs,
        quote_feed: sources.quote_feed,
        quote_max_age_secs: policy.quote_max_age_secs,
        min_price: policy.min_price,
        max_price: policy.max_price,
        pool: sources.uniswap.pool,
        window_secs: policy.window_secs,
        deviation_bps: policy.deviation_bps,
        sequencer: sources.sequencer,
        grace_secs: policy.grace_secs,
    }
}

fn position(world: &World, policy: &Policy) -> PositionTerms {
    let lender = world.morpho.morpho;
    let risk_id = RiskId::from_name("protocol/aave-v3-loop").expect("a short name");
    let Policy { e_mode, target_bps, slip_bps, thresholds, slack_bps, .. } = *policy;
    PositionTerms {
        terms: Terms { instant_bps: 0, depth_bps: 10_000, slack_bps },
        lever: Some(LeverTerms { oracle: 0, lender, e_mode, target_bps, slip_bps, thresholds }),
        ..PositionTerms::new(VenueKind::AaveV3Loop, world.aave.pool, vec![risk_id])
    }
}
