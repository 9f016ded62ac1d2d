//! The world in which an event happens: what moves with each step of its path.

use abi::{aave::IAavePool, erc20::IERC20};
use alloy_primitives::{Address, I256, U256};
use devnet::Chain;

use super::{Event, Lag, Listing, Step};
use crate::{Artifacts, Error, Uniswap, Venue, WAD, World, interfaces::IPool, session::Session, world};

/// Aave with feeds that lag, a pool that follows the market, and a chain that may stand. Morpho lends for a moment.
pub struct Market {
    /// The chain.
    pub chain: Chain,
    /// Tokens, Aave and Morpho; the collateral is its `weth`, whatever it stands for.
    pub world: World,
    /// The pool of USDC and the collateral.
    pub uniswap: Uniswap,
    /// The collateral's price in US dollars, as Aave hears it.
    pub collateral_feed: Address,
    /// USDC's price in US dollars, as Aave hears it.
    pub usdc_feed: Address,
    /// Whether the sequencer runs, as Chainlink tells it.
    pub sequencer_feed: Address,
    /// How Aave lists the collateral.
    pub listing: Listing,
    told: [Told; 2],
    /// The pool's liquidity at first, and now.
    liquidity: (u128, u128),
    arbitrageur: Address,
    /// What a step's seconds are counted from, in unix seconds; none before the first step.
    start_secs: Option<u64>,
    down_since_secs: Option<u64>,
    now: Step,
}

/// How long Aave's sentinel waits after the sequencer runs again: an hour, as on Arbitrum.
pub const GRACE_SECS: u64 = 3_600;
/// From where on health is below one, in wad.
pub(super) const ONE_WAD: U256 = U256::from_limbs([WAD, 0, 0, 0]);
const FEED_DECIMALS: u8 = 8;

/// What a feed has said.
#[derive(Clone, Copy, Debug)]
struct Told {
    feed: Address,
    lag: Lag,
    answer_e8: u64,
    at_secs: u64,
}

impl Market {
    /// Builds a world for an event, at its first step. Two days pass on the chain meanwhile.
    ///
    /// # Errors
    /// An artifact is missing, or a contract or the chain refuses.
    pub fn open(chain: &Chain, artifacts: &Artifacts, event: &Event) -> Result<Self, Error> {
        let world = World::build(chain, &event.world(), artifacts)?;
        Self::around(chain, artifacts, &world, event)
    }

    /// Makes the market of an event of a world that was built with [`Event::world`].
    ///
    /// # Errors
    /// As for [`Market::open`].
    pub fn around(chain: &Chain, artifacts: &Artifacts, world: &World, event: &Event) -> Result<Self, Error> {
        let now = event.path.steps[0];
        let session = Session::new(chain);
        let uniswap = world.deploy_uniswap_of(chain, artifacts, now.price_e8(), &event.depth)?;
        let feed = |decimals, answer: u64| world.deploy_feed(chain, artifacts, decimals, number(answer));
        let collateral_feed = feed(FEED_DECIMALS, now.collateral_usd_e8)?;
        let usdc_feed = feed(FEED_DECIMALS, now.usdc_usd_e8)?;
        let sequencer_feed = feed(0, 0)?;
        world.aave.price_by(&session, collateral_feed, usdc_feed)?;
        world.aave.list_again(&session, &event.listing)?;
        world.aave.lend_for_a_moment(&session)?;
        world.aave.guard(&session, artifacts, sequencer_feed, GRACE_SECS)?;
        // The sentinel lets nobody borrow before, and a pool's mean needs a past.
        session.pass(GRACE_SECS)?;
        let at_secs = chain.head().timestamp_secs();
        let told = [
            Told { feed: collateral_feed, lag: event.collateral_lag, answer_e8: now.collateral_usd_e8, at_secs },
            Told { feed: usdc_feed, lag: event.usdc_lag, answer_e8: now.usdc_usd_e8, at_secs },
        ];
        for told in &told {
            world.answer(chain, told.feed, number(told.answer_e8))?;
        }
        let arbitrageur = world::account("arbitrageur");
        session.give_gas_money(arbitrageur, U256::from(world::GAS_MONEY_WEI));
        let liquidity = session.view(uniswap.pool, &IPool::liquidityCall {})?;
        Ok(Self {
            chain: chain.clone(),
            listing: event.listing,
            start_secs: None,
            down_since_secs: None,
            world: world.clone(),
            uniswap,
            collateral_feed,
            usdc_feed,
            sequencer_feed,
            told,
            liquidity: (liquidity, liquidity),
            arbitrageur,
            now,
        })
    }

    /// Lets a step happen; returns whether transactions land. While the sequencer stands none does, and none is sent; when
    /// it runs again its feed says first that it stood, and then that it runs.
    ///
    /// In this order: time passes, the feeds speak where they have something to say, liquidity leaves the pool, the pool is
    /// traded to the market but for its fee, and lenders bring Aave's USDC to its utilisation.
    ///
    /// # Errors
    /// A contract or the chain refuses.
    pub fn apply(&mut self, step: &Step) -> Result<bool, Error> {
        self.now = *step;
        let start_secs = *self.start_secs.get_or_insert_with(|| self.chain.next_timestamp_secs());
        let due_secs = start_secs + step.at_secs;
        if !step.is_running {
            self.down_since_secs.get_or_insert(due_secs);
            return Ok(false);
        }
        let head_secs = self.chain.head().timestamp_secs();
        if let Some(secs) = due_secs.checked_sub(head_secs + 1) {
            self.world.pass(&self.chain, secs)?;
        }
        if let Some(since_secs) = self.down_since_secs.take() {
            self.world.answer_as_of(&self.chain, self.sequencer_feed, I256::ONE, since_secs)?;
            self.world.answer(&self.chain, self.sequencer_feed, I256::ZERO)?;
        }
        self.speak()?;
        self.leave(step.depth_wad)?;
        self.world.arbitrage(&self.chain, &self.uniswap, self.arbitrageur, step.price_e8())?;
        self.lend_to(step.utilisation_wad)?;
        Ok(true)
    }

    /// Returns the step that happened last.
    pub fn now(&self) -> &Step {
        &self.now
    }

    /// Returns what Aave says of an account's health, in wad; without debt it is the highest number.
    ///
    /// # Errors
    /// Aave has no price.
    pub fn health_wad(&self, account: Address) -> Result<U256, Error> {
        let call = IAavePool::getUserAccountDataCall { user: account };
        Ok(self.session().view(self.world.aave.pool, &call)?.healthFactor)
    }

    /// Returns an account's collateral and debt at Aave, in base units of each.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn position(&self, account: Address) -> Result<(U256, U256), Error> {
        let aave = &self.world.aave;
        let balance = |token| self.session().view(token, &IERC20::balanceOfCall { account });
        Ok((balance(aave.collateral_a_token)?, balance(aave.variable_debt_token)?))
    }

    /// Returns what an account's position at Aave is worth at the market's price, in USDC base units, rounded down; zero
    /// where it owes more than it has.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn equity_assets(&self, account: Address) -> Result<U256, Error> {
        let (collateral, debt) = self.position(account)?;
        Ok(self.worth_assets(collateral).saturating_sub(debt))
    }

    /// Returns what collateral is worth at the market's price, in USDC base units, rounded down.
    pub fn worth_assets(&self, tokens: U256) -> U256 {
        tokens * U256::from(self.now.price_e8()) / COLLATERAL_SCALE
    }

    /// Returns how much collateral is worth so many USDC base units at the market's price, rounded down.
    pub fn tokens(&self, assets: U256) -> U256 {
        assets * COLLATERAL_SCALE / U256::from(self.now.price_e8())
    }

    pub(super) fn session(&self) -> Session<'_> {
        Session::new(&self.chain)
    }

    /// Lets each feed answer anew whose time has come.
    fn speak(&mut self) -> Result<(), Error> {
        let prices = [self.now.collateral_usd_e8, self.now.usdc_usd_e8];
        for (told, price_e8) in self.told.iter_mut().zip(prices) {
            let at_secs = self.chain.next_timestamp_secs();
            if told.is_due(price_e8, at_secs) {
                self.world.answer(&self.chain, told.feed, number(price_e8))?;
                *told = Told { answer_e8: price_e8, at_secs, ..*told };
            }
        }
        Ok(())
    }

    /// Lets liquidity leave the pool until so much of the first is left.
    fn leave(&mut self, depth_wad: u64) -> Result<(), Error> {
        let (first, now) = self.liquidity;
        let left = (U256::from(first) * U256::from(depth_wad) / ONE_WAD).to::<u128>();
        if let Some(leaving) = now.checked_sub(left).filter(|leaving| *leaving != 0) {
            self.world.leave(&self.session(), &self.uniswap, leaving)?;
            self.liquidity = (first, left);
        }
        Ok(())
    }

    /// Lets other lenders supply or withdraw until so much of Aave's USDC is borrowed, to a thousandth.
    fn lend_to(&self, utilisation_wad: u64) -> Result<(), Error> {
        let (supplied, borrowed) = self.world.aave.amounts(&self.session())?;
        // Of nothing borrowed no supply is a part.
        let Some(wanted) = (borrowed * ONE_WAD).checked_div(U256::from(utilisation_wad)) else { return Ok(()) };
        let missing = wanted.abs_diff(supplied);
        if missing * U256::from(1_000) <= supplied && wanted != borrowed || missing.is_zero() {
            return Ok(());
        }
        if wanted > supplied {
            self.world.supply(&self.chain, Venue::Aave, missing)
        } else {
            self.world.withdraw(&self.chain, Venue::Aave, missing)
        }
    }
}

impl Told {
    fn is_due(&self, price_e8: u64, at_secs: u64) -> bool {
        let away = u128::from(price_e8.abs_diff(self.answer_e8)) * 10_000;
        let is_away = away >= u128::from(self.answer_e8) * u128::from(self.lag.deviation_bps);
        is_away || at_secs - self.at_secs >= self.lag.heartbeat_secs
    }
}

/// Base units of collateral (18 decimals) for a base unit of USDC (6 decimals), times a price of 8 decimals.
const COLLATERAL_SCALE: U256 = U256::from_limbs([100_000_000_000_000_000_000_u128 as u64, 5, 0, 0]);

fn number(value: u64) -> I256 {
    I256::try_from(value).expect("64 bits fit into 256")
}
