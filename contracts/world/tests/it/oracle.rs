//! The oracle against its sources' manners.

mod pendle;
mod prices;
mod refusals;
mod terms;

use abi::oracle::IOracle::{self, Terms};
use alloy_primitives::{Address, U256};
use tenor_world::{
    Revert, World, address,
    mock::{
        feed::{self, DECIMALS},
        pool,
    },
    refusal,
};

use crate::{ALICE, u};

const ORACLE: Address = address(0x51);
/// A token of 18 decimals, and one of 6.
const BASE: Address = address(0x52);
const QUOTE: Address = address(0x53);
const FEED: Address = address(0x54);
const QUOTE_FEED: Address = address(0x55);
const POOL: Address = address(0x56);
const SEQUENCER: Address = address(0x57);

const WAD: u128 = 1_000_000_000_000_000_000;
const WINDOW_SECS: u32 = 600;
/// The tick at which the pool has 3,000 units of quote, 3,000e6, for a unit of base, 1e18: 3,000.10 and a part.
const TICK: i64 = -196_256;

/// Both sources and the sequencer; 3,000 quote for a base, within 1,000 and 5,000.
fn both() -> Terms {
    Terms {
        base: BASE,
        quote: QUOTE,
        feed: FEED,
        maxAgeSecs: 3600,
        quoteFeed: QUOTE_FEED,
        quoteMaxAgeSecs: 86_400,
        minPriceWad: u(1000 * WAD),
        maxPriceWad: u(5000 * WAD),
        pool: POOL,
        windowSecs: WINDOW_SECS,
        deviationBps: 100,
        sequencer: SEQUENCER,
        graceSecs: 1800,
    }
}

/// One feed that speaks in quote, and nothing else.
fn alone() -> Terms {
    Terms {
        quoteFeed: Address::ZERO,
        quoteMaxAgeSecs: 0,
        pool: Address::ZERO,
        windowSecs: 0,
        deviationBps: 0,
        sequencer: Address::ZERO,
        graceSecs: 0,
        ..both()
    }
}

/// A world whose sources say 3,000, without an oracle. Whatever answers decimals is a token.
fn sources() -> World {
    let world = World::default();
    for (token, decimals) in [(BASE, 18), (QUOTE, 6)] {
        feed::install(&world, token, 1);
        world.poke(token, DECIMALS, U256::from(decimals));
    }
    feed::install(&world, FEED, 300_000_000_000);
    feed::install(&world, QUOTE_FEED, 100_000_000);
    feed::install(&world, SEQUENCER, 0);
    pool::install(&world, POOL, [BASE, QUOTE]);
    pool::mean(&world, POOL, TICK * i64::from(WINDOW_SECS));
    world.install(ORACLE, tenor_oracle::main);
    world.pass(1800);
    feed::say(&world, FEED, 300_000_000_000);
    feed::say(&world, QUOTE_FEED, 100_000_000);
    world
}

/// Initialises the world's oracle.
fn initialize(world: &World, terms: Terms) -> Result<(), Revert> {
    world.call(ALICE, ORACLE, &IOracle::initializeCall { terms }).map(|_| ())
}

/// A world with an oracle of these terms.
fn oracle(terms: Terms) -> World {
    let world = sources();
    initialize(&world, terms).expect("there is a price");
    world
}

/// Returns bid and ask.
fn price(world: &World) -> Result<(U256, U256), Revert> {
    world.view(ORACLE, &IOracle::priceCall {}).map(|price| (price.bidWad, price.askWad))
}

/// Returns why there is no price: reason, value, bound.
fn refused(world: &World) -> (u8, U256, U256) {
    let error = refusal::<IOracle::PriceRefused>(price(world));
    (error.reason, error.value, error.bound)
}
