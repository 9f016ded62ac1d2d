//! Bid and ask against arbitrary precision.

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;
use proptest::prelude::*;
use tenor_world::mock::{
    feed::{self, ANSWER, DECIMALS},
    pool,
};

use super::{BASE, FEED, POOL, QUOTE, QUOTE_FEED, Terms, WAD, WINDOW_SECS, both, initialize, oracle, price, sources};
use crate::u;

/// A fraction of arbitrary precision.
struct Fraction(BigUint, BigUint);

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_be(&value.to_be_bytes::<32>())
}

fn ten(exponent: u32) -> BigUint {
    BigUint::from(10_u8).pow(exponent)
}

impl Fraction {
    fn down(&self) -> BigUint {
        &self.0 / &self.1
    }

    fn up(&self) -> BigUint {
        (&self.0 + &self.1 - 1_u8) / &self.1
    }
}

/// The feeds' price in wad.
fn of_feeds(base: (u64, u8), quote: (u64, u8)) -> Fraction {
    Fraction(ten(18 + u32::from(quote.1)) * base.0, ten(base.1.into()) * quote.0)
}

/// The pool's price in wad at a tick in the direction of the base.
fn of_pool(tick: i32, decimals: (u8, u8)) -> Fraction {
    let root = big(math::sqrt_price_x96(tick).expect("a tick"));
    Fraction(&root * &root * ten(18 + u32::from(decimals.0)), ten(decimals.1.into()) << 192_u8)
}

proptest! {
    #[test]
    fn prices_of_feeds_equal_arbitrary_precision(
        base in (1..=u64::MAX >> 1, 0..=18_u8),
        quote in (1..=u64::MAX >> 1, 0..=18_u8),
    ) {
        let exact = of_feeds(base, quote);
        let world = sources();
        for (feed, (answer, decimals)) in [(FEED, base), (QUOTE_FEED, quote)] {
            world.poke(feed, ANSWER, U256::from(answer));
            world.poke(feed, DECIMALS, U256::from(decimals));
        }
        let terms = Terms {
            pool: Address::ZERO, windowSecs: 0, deviationBps: 0, minPriceWad: u(1), maxPriceWad: u(u128::MAX), ..both()
        };
        let is_bounded = exact.down() >= BigUint::from(1_u8) && exact.up() <= BigUint::from(u128::MAX);

        prop_assert_eq!(initialize(&world, terms).is_ok(), is_bounded);
        if is_bounded {
            let (bid, ask) = price(&world).expect("there is a price");
            prop_assert_eq!((big(bid), big(ask)), (exact.down(), exact.up()));
        }
    }

    #[test]
    fn prices_of_both_sources_equal_arbitrary_precision(
        moved in -400_000 * i64::from(WINDOW_SECS)..=400_000 * i64::from(WINDOW_SECS),
        decimals in (6..=18_u8, 6..=18_u8),
        is_base_first: bool,
        apart_ppm in 980_000..=1_020_000_u64,
    ) {
        let directed = if is_base_first { moved } else { -moved };
        let (low, high) = (directed.div_euclid(WINDOW_SECS.into()), -(-directed).div_euclid(WINDOW_SECS.into()));
        let [low, high] = [low, high].map(|tick| of_pool(tick as i32, decimals));
        let world = sources();
        world.poke(BASE, DECIMALS, U256::from(decimals.0));
        world.poke(QUOTE, DECIMALS, U256::from(decimals.1));
        pool::install(&world, POOL, if is_base_first { [BASE, QUOTE] } else { [QUOTE, BASE] });
        pool::mean(&world, POOL, moved);
        // The feed says nearly what the pool says.
        let said = low.down() * apart_ppm / 1_000_000_u32;
        let said = U256::try_from_be_slice(&said.to_bytes_be()).expect("it fits");
        world.poke(FEED, DECIMALS, U256::from(18));
        world.poke(FEED, ANSWER, said);
        let terms = Terms {
            quoteFeed: Address::ZERO, quoteMaxAgeSecs: 0, minPriceWad: u(1), maxPriceWad: u(u128::MAX), ..both()
        };
        let (bid, ask) = (low.down().min(big(said)), high.up().max(big(said)));
        let is_near = (&ask - &bid) * 10_000_u32 <= &bid * 100_u32;
        let is_bounded = bid >= BigUint::from(1_u8) && ask <= BigUint::from(u128::MAX);

        prop_assert_eq!(initialize(&world, terms).is_ok(), is_near && is_bounded);
        if is_near && is_bounded {
            let (bid_wad, ask_wad) = price(&world).expect("there is a price");
            prop_assert_eq!((big(bid_wad), big(ask_wad)), (bid, ask));
        }
    }
}

#[test]
fn a_pool_of_either_order_says_the_same_price() {
    for (tokens, moved) in [([BASE, QUOTE], 1), ([QUOTE, BASE], -1)] {
        let world = sources();
        pool::install(&world, POOL, tokens);
        pool::mean(&world, POOL, moved * super::TICK * i64::from(WINDOW_SECS));
        initialize(&world, both()).expect("there is a price");

        let (bid, ask) = price(&world).expect("there is a price");

        assert_eq!(bid, u(3000 * WAD));
        assert!(bid < ask && ask - bid < u(WAD / 2));
    }
}

#[test]
fn a_mean_between_two_ticks_is_told_as_both() {
    let world = oracle(both());
    pool::mean(&world, POOL, super::TICK * i64::from(WINDOW_SECS) + 1);
    feed::say(&world, FEED, 300_020_000_000); // Between them.

    let (bid, ask) = price(&world).expect("there is a price");

    let decimals = (18, 6);
    let (low, high) = (of_pool(super::TICK as i32, decimals), of_pool(super::TICK as i32 + 1, decimals));
    assert_eq!((big(bid), big(ask)), (low.down(), high.up()));
}
