//! What cases begin from: a kit's deployment with levers, brought near a bound by its price.

use abi::{aave::IAavePool, board::IBoard, desk::IDesk, erc20::IERC20, oracle::IOracle, uniswap::IUniswapV3Pool};
use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::sol;
use anyhow::{Context, ensure};
use chain::deployment::{BreakerTerms, CapTerms, LeverTerms, Mandate, PositionTerms};
use kit::{AAVE, Built, Levered, META_MORPHO, leg, root, usdc};
use model::{Assets, RiskId, Terms, Thresholds, Timestamp, VenueKind, Wad};
use sim::{Artifacts, World};

use super::truth::{Bounds, Debt};

sol! {
    /// Aave's oracle, for its administrator.
    interface IAaveSources {
        function setAssetSources(address[] calldata assets, address[] calldata sources) external;
    }
}

/// A US dollar as feeds say it.
const USD_E8: u64 = 100_000_000;
/// The kit's first price of the collateral, in dollars.
const FIRST_PRICE: u64 = 3_000;
/// The kit's window of the oracle.
const WINDOW_SECS: u32 = 1_800;
/// The shortest silence of keepers that is asked for here.
const SILENCE_SECS: u64 = 3 * 86_400;
/// The second lever, where there are two: one that invests to its very soft threshold.
const SECOND: Thresholds = Thresholds {
    target_bps: 14_000,
    soft_bps: 13_000,
    hard_bps: 12_000,
    chunk: Assets(U256::from_limbs([2_000_000_000, 0, 0, 0])),
    cooldown_secs: 300,
    slip_bps: 50,
    reward_bps: 20,
    ready_at: Timestamp(0),
};

/// How a stage is prepared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// What it is near to.
    pub(super) name: &'static str,
    /// Whether there is a second lever.
    has_two: bool,
    /// Target, soft and hard threshold of the first lever, which invests to 1.5.
    thresholds_bps: [u16; 3],
    /// The floor of all debts.
    floor_bps: u16,
    /// The first lever's health by the stage's price; nothing where the first price stays.
    health_bps: Option<u64>,
    /// Whether the keepers are silent.
    is_silent: bool,
    /// Whether every id is tripped.
    is_tripped: bool,
}

const PLAN: Plan = Plan {
    name: "at the soft threshold",
    has_two: false,
    thresholds_bps: [15_000, 13_000, 11_500],
    floor_bps: 10_500,
    health_bps: Some(13_000),
    is_silent: false,
    is_tripped: false,
};

/// Every stage.
pub(super) const PLANS: [Plan; 8] = [
    PLAN,
    Plan { name: "at the hard threshold", health_bps: Some(11_500), ..PLAN },
    Plan {
        name: "invested to just above the soft threshold",
        thresholds_bps: [15_500, 14_900, 14_000],
        health_bps: None,
        ..PLAN
    },
    Plan {
        name: "at the floor of all debts",
        floor_bps: 13_500,
        thresholds_bps: [15_000, 12_000, 11_000],
        health_bps: Some(13_500),
        ..PLAN
    },
    Plan { name: "two levers, one at its soft threshold", has_two: true, floor_bps: 13_800, health_bps: None, ..PLAN },
    Plan { name: "two levers, one below its hard threshold", has_two: true, floor_bps: 12_500, ..PLAN },
    Plan { name: "silent keepers, at the soft threshold", is_silent: true, ..PLAN },
    Plan { name: "tripped ids, near liquidation", is_tripped: true, health_bps: Some(10_300), ..PLAN },
];

/// A lever of a stage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lever {
    pub(super) position: u32,
    pub(super) adapter: Address,
    pub(super) bounds: Bounds,
}

/// A prepared stage.
pub(super) struct Stage {
    pub(super) levered: Levered,
    pub(super) levers: Vec<Lever>,
    pub(super) floor_bps: u64,
    /// The price that every source agrees on, in dollars with 8 decimals.
    pub(super) price_e8: u64,
    pub(super) nonce: U256,
    pub(super) revision: U256,
    /// What the wallet that holds all shares could redeem.
    pub(super) shares: U256,
    pub(super) risk_ids: Vec<B256>,
    pub(super) is_silent: bool,
    pub(super) is_tripped: bool,
    aave_feed: Address,
    snapshot: u64,
}

impl Plan {
    fn thresholds(&self) -> Thresholds {
        let [target_bps, soft_bps, hard_bps] = self.thresholds_bps;
        Thresholds { target_bps, soft_bps, hard_bps, ..Levered::thresholds() }
    }
}

impl Stage {
    /// Deploys, invests, moves the price and remembers where the chain stands.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub(super) fn build(plan: &Plan) -> anyhow::Result<Self> {
        let alter = if plan.has_two { with_second } else { as_usual };
        let built = Built { liquidity_floor_wad: 0, alter, ..Built::default() };
        let levered = Levered::built(&built, plan.thresholds());
        let tenor = &levered.tenor;
        let (chain, world) = (&tenor.chain, &tenor.world);
        tenor.govern(tenor.owner, &IBoard::setHealthFloorCall { bps: U256::from(plan.floor_bps) });
        tenor.deposit(tenor.wallets[0], usdc(1_000_000));
        // The usual one is the last position.
        let first = if plan.has_two { 3 } else { 2 };
        let mut legs = vec![leg(AAVE, 500_000), leg(META_MORPHO, 400_000), leg(first, 40_000)];
        if plan.has_two {
            legs.push(leg(2, 20_000));
        }
        tenor.rebalance(legs).map_err(|refusal| anyhow::anyhow!("{}: {refusal}", plan.name))?;
        if plan.is_silent {
            tenor.pass(SILENCE_SECS + 60);
        }
        levered.refresh(FIRST_PRICE);
        let mut dollars = FIRST_PRICE;
        if let Some(health_bps) = plan.health_bps {
            dollars = FIRST_PRICE * health_bps / levered.health(first);
            levered.set_price(dollars);
        }
        if plan.is_tripped {
            for name in ["protocol/aave-v3", "protocol/metamorpho", "protocol/aave-v3-loop"] {
                tenor.govern(tenor.guardian, &IBoard::tripByWordCall { riskId: risk_id(name).0 });
            }
        }
        let price_e8 = dollars * USD_E8;
        let aave_feed = world.deploy_feed(chain, &Artifacts::of_workspace(&root()), 8, answer(price_e8))?;
        let sources = IAaveSources::setAssetSourcesCall { assets: vec![world.tokens.weth], sources: vec![aave_feed] };
        tenor.send(world.admin, world.aave.oracle, &sources).map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
        world.fund(chain, tenor.wallets[1], usdc(1_000_000))?;
        let approve = IERC20::approveCall { spender: tenor.vault, value: U256::MAX };
        tenor.send(tenor.wallets[1], world.tokens.usdc, &approve).map_err(|refusal| anyhow::anyhow!("{refusal}"))?;

        let mut levers = vec![lever(&levered, first, &plan.thresholds())];
        if plan.has_two {
            levers.push(lever(&levered, 2, &SECOND));
        }
        let names = ["protocol/aave-v3", "protocol/metamorpho", "protocol/aave-v3-loop", "protocol/aave-v3-loop-2"];
        let (nonce, revision) = (tenor.nonce(), tenor.view(tenor.vault, &IDesk::revisionCall {}));
        let shares = tenor.shares_of(tenor.wallets[0]);
        chain.set_block_interval(Some(0));
        chain.mine(1)?;
        let mut this = Self {
            levers,
            floor_bps: plan.floor_bps.into(),
            price_e8,
            nonce,
            revision,
            shares,
            risk_ids: names.iter().map(|name| risk_id(name).0).collect(),
            is_silent: plan.is_silent,
            is_tripped: plan.is_tripped,
            aave_feed,
            snapshot: 0,
            levered,
        };
        this.check()?;
        this.snapshot = this.levered.tenor.chain.snapshot()?;
        Ok(this)
    }

    /// Makes sure that what is read at Aave is what the vault judges: otherwise nothing that follows would prove anything.
    fn check(&self) -> anyhow::Result<()> {
        let price_e8 = self.fair_price_e8(self.price_e8, self.price_e8)?.context("the stage has no price")?;
        for lever in &self.levers {
            let (said, found) = (self.levered.report(lever.position), self.debt(lever)?);
            // The adapter rounds a debt up.
            ensure!(said.debt.abs_diff(found.owed) <= U256::ONE, "debt: {} and {}", said.debt, found.owed);
            let health = f64::from(said.backing) / f64::from(said.debt);
            ensure!((health / found.health(price_e8) - 1.0).abs() < 1e-9, "{health} and {}", found.health(price_e8));
        }
        Ok(())
    }

    /// Goes back to where every case begins.
    pub(super) fn restore(&mut self) {
        let chain = &self.levered.tenor.chain;
        assert!(chain.revert(self.snapshot), "the snapshot is there");
        self.snapshot = chain.snapshot().expect("there is room for one");
    }

    /// Has our feed answer, and Aave's.
    pub(super) fn say(&self, feed_e8: Option<u64>, aave_e8: u64) -> anyhow::Result<()> {
        let (chain, world) = (&self.levered.tenor.chain, &self.levered.tenor.world);
        if let Some(feed_e8) = feed_e8 {
            world.answer(chain, self.levered.feed, answer(feed_e8))?;
        }
        Ok(world.answer(chain, self.aave_feed, answer(aave_e8))?)
    }

    /// Returns the worse of Aave's price and the lower source of the oracle's, in dollars with 8 decimals; nothing where the
    /// oracle says that it has none.
    pub(super) fn fair_price_e8(&self, feed_e8: u64, aave_e8: u64) -> anyhow::Result<Option<u64>> {
        let tenor = &self.levered.tenor;
        let Ok(said) = tenor.try_view(Address::ZERO, tenor.deployed.oracles[0], &IOracle::priceCall {}) else {
            return Ok(None);
        };
        let lower_e8 = self.mean_e8().min(feed_e8 as f64);
        let said_e8 = f64::from(said.bidWad) / 1e10;
        ensure!((said_e8 / lower_e8 - 1.0).abs() < 1e-9, "the oracle bids {said_e8}, its lower source {lower_e8}");
        Ok(Some((lower_e8 as u64).min(aave_e8)))
    }

    /// Returns the pool's mean price over the window, in dollars with 8 decimals, at the tick below it.
    fn mean_e8(&self) -> f64 {
        let (tenor, pool) = (&self.levered.tenor, self.levered.uniswap.pool);
        let observed = tenor.view(pool, &IUniswapV3Pool::observeCall { secondsAgos: vec![WINDOW_SECS, 0] });
        let sums: Vec<i64> = observed.tickCumulatives.iter().map(|sum| sum.as_i64()).collect();
        let moved = sums[1] - sums[0];
        let is_first = tenor.world.tokens.weth < tenor.world.tokens.usdc;
        let tick = (if is_first { moved } else { -moved }).div_euclid(WINDOW_SECS.into());
        // Base units of USDC for one of the collateral, 12 decimals apart, times 1e8.
        1.0001_f64.powi(tick as i32) * 1e20
    }

    /// Returns a lever's debt by Aave.
    pub(super) fn debt(&self, lever: &Lever) -> anyhow::Result<Debt> {
        let (tenor, aave, user) = (&self.levered.tenor, &self.levered.tenor.world.aave, lever.adapter);
        let balance = |token| tenor.view(token, &IERC20::balanceOfCall { account: user });
        let account = tenor.view(aave.pool, &IAavePool::getUserAccountDataCall { user });
        let threshold_bps = account.currentLiquidationThreshold.to();
        let found = Debt {
            collateral: balance(aave.collateral_a_token),
            owed: balance(aave.variable_debt_token),
            threshold_bps,
        };
        // Aave's own sum of the debt, in dollars with 8 decimals: a dollar a unit here.
        let owed = account.totalDebtBase / U256::from(100);
        ensure!(owed.abs_diff(found.owed) <= U256::ONE, "Aave says {owed} and {}", found.owed);
        Ok(found)
    }
}

fn lever(levered: &Levered, position: u32, thresholds: &Thresholds) -> Lever {
    let Thresholds { target_bps, soft_bps, hard_bps, chunk, .. } = *thresholds;
    let [target_bps, soft_bps, hard_bps] = [target_bps, soft_bps, hard_bps].map(u64::from);
    let adapter = levered.tenor.deployed.adapters[position as usize];
    Lever { position, adapter, bounds: Bounds { target_bps, soft_bps, hard_bps, chunk: chunk.0 } }
}

fn as_usual(mandate: &mut Mandate, _: &World) {
    mandate.silence_secs = SILENCE_SECS;
    mandate.breakers.push(breaker("protocol/aave-v3-loop"));
}

/// Trips on health, liquidity and silence.
fn breaker(name: &str) -> BreakerTerms {
    BreakerTerms {
        risk_id: risk_id(name),
        feed: Address::ZERO,
        min_price: Wad::ZERO,
        max_price: Wad::ZERO,
        max_age_secs: 0,
        liquid_bps: 1_000,
        confirm_secs: 3_600,
        trip_secs: 86_400,
    }
}

/// The second lever names the oracle that the kit adds.
fn with_second(mandate: &mut Mandate, world: &World) {
    as_usual(mandate, world);
    let id = risk_id("protocol/aave-v3-loop-2");
    let lever = LeverTerms {
        oracle: 0,
        lender: world.morpho.morpho,
        e_mode: 0,
        target_bps: SECOND.soft_bps,
        slip_bps: 100,
        thresholds: SECOND,
    };
    mandate.positions.push(PositionTerms {
        terms: Terms { instant_bps: 0, depth_bps: 10_000, slack_bps: 100 },
        lever: Some(lever),
        ..PositionTerms::new(VenueKind::AaveV3Loop, world.aave.pool, vec![id])
    });
    mandate.breakers.push(breaker("protocol/aave-v3-loop-2"));
    mandate.caps.push(CapTerms { risk_id: id, absolute: Assets(usdc(30_000_000)), relative: Wad::ONE });
}

fn risk_id(name: &str) -> RiskId {
    RiskId::from_name(name).expect("a short name")
}

fn answer(price_e8: u64) -> I256 {
    I256::try_from(price_e8).expect("a price fits")
}
