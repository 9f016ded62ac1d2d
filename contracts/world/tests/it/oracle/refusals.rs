//! Each refusal at its bound and one over.

use alloy_primitives::{Address, I256, U256};
use host::{ISOLATED_GAS, Word, number};
use tenor_world::{
    World,
    mock::{
        feed::{self, ANSWER, BROKEN, DECIMALS, UPDATED_AT},
        pool::{self, MEMORY_SECS},
    },
};

use super::{
    FEED, POOL, QUOTE_FEED, SEQUENCER, TICK, Terms, WAD, WINDOW_SECS, alone, both, initialize, oracle, price, refused,
    sources,
};
use crate::u;

const DOLLAR: i64 = 100_000_000;

/// Asserts that there is a price.
fn priced(world: &World) {
    price(world).expect("there is a price");
}

/// Returns the refusal of a source that is silent.
fn silent(source: Address) -> (u8, U256, U256) {
    (1, number(source.word()), U256::ZERO)
}

#[test]
fn a_source_that_is_silent_is_named_and_has_bounded_gas() {
    for source in [FEED, QUOTE_FEED, SEQUENCER, POOL] {
        for broken in [1, 2] {
            let world = oracle(both());
            let switch = if source == POOL { pool::BROKEN } else { BROKEN };
            world.poke(source, switch, U256::from(broken));
            assert_eq!(refused(&world), silent(source));
            assert_eq!(world.gas_given(source), ISOLATED_GAS);
        }
    }
}

#[test]
fn a_pool_that_remembers_too_little_or_answers_no_ticks_is_silent() {
    let world = oracle(both());
    world.poke(POOL, MEMORY_SECS, U256::from(WINDOW_SECS));
    priced(&world);
    world.poke(POOL, MEMORY_SECS, U256::from(WINDOW_SECS - 1));
    assert_eq!(refused(&world), silent(POOL));

    world.poke(POOL, MEMORY_SECS, U256::from(3600));
    world.poke(POOL, pool::BROKEN, U256::from(3));
    assert_eq!(refused(&world), silent(POOL));

    world.poke(POOL, pool::BROKEN, U256::ZERO);
    for beyond in [887_273, -887_273] {
        pool::mean(&world, POOL, beyond * i64::from(WINDOW_SECS));
        assert_eq!(refused(&world), silent(POOL));
    }
}

#[test]
fn an_answer_must_be_positive() {
    for feed in [FEED, QUOTE_FEED] {
        let world = oracle(both());
        for answer in [I256::ZERO, I256::MINUS_ONE, I256::MIN] {
            world.poke(feed, ANSWER, answer.into_raw());
            assert_eq!(refused(&world), (2, answer.into_raw(), U256::ZERO));
        }
    }
}

#[test]
fn the_result_must_be_within_its_bounds() {
    let world = oracle(alone());
    for good in [100_000_000_000, 500_000_000_000] {
        feed::say(&world, FEED, good);
        priced(&world);
    }
    feed::say(&world, FEED, 99_999_999_999);
    assert_eq!(refused(&world), (3, u(1000 * WAD - WAD / DOLLAR as u128), u(1000 * WAD)));
    feed::say(&world, FEED, 500_000_000_001);
    assert_eq!(refused(&world), (3, u(5000 * WAD + WAD / DOLLAR as u128), u(5000 * WAD)));
}

#[test]
fn what_needs_more_than_a_word_is_out_of_bounds() {
    for terms in [alone(), both()] {
        let world = oracle(terms.clone());
        world.poke(FEED, ANSWER, U256::MAX >> 1);
        assert_eq!(refused(&world), (3, U256::MAX, terms.maxPriceWad));
    }
    let world = oracle(both());
    world.poke(QUOTE_FEED, ANSWER, U256::MAX >> 1);
    assert_eq!(refused(&world), (3, U256::MAX, both().maxPriceWad));

    let world = oracle(both());
    world.poke(FEED, ANSWER, U256::MAX >> 36);
    world.poke(QUOTE_FEED, ANSWER, U256::ONE);
    assert_eq!(refused(&world), (3, U256::MAX, both().maxPriceWad));
}

#[test]
fn an_answer_must_be_of_its_time() {
    for (feed, max_age_secs) in [(FEED, 3600), (QUOTE_FEED, 86_400)] {
        let world = oracle(both());
        let said = |secs| world.poke(feed, UPDATED_AT, U256::from(secs));
        said(world.now_secs() - max_age_secs);
        priced(&world);
        said(world.now_secs() - max_age_secs - 1);
        assert_eq!(refused(&world), (4, U256::from(max_age_secs + 1), U256::from(max_age_secs)));
        said(world.now_secs() + 1);
        assert_eq!(refused(&world), (4, U256::MAX, U256::from(max_age_secs)));
    }
}

#[test]
fn a_feed_has_at_most_the_decimals_of_a_wad() {
    for feed in [FEED, QUOTE_FEED] {
        let world = oracle(both());
        for decimals in [U256::from(19), U256::from(256), U256::MAX] {
            world.poke(feed, DECIMALS, decimals);
            assert_eq!(refused(&world), (5, decimals, U256::from(18)));
        }
    }
    let world = oracle(alone());
    world.poke(FEED, DECIMALS, U256::from(18));
    world.poke(FEED, ANSWER, u(3000 * WAD));
    assert_eq!(price(&world), Ok((u(3000 * WAD), u(3000 * WAD))));
}

#[test]
fn other_decimals_than_one_thinks_are_out_of_bounds() {
    let world = oracle(alone());
    world.poke(FEED, DECIMALS, U256::from(18));

    assert_eq!(refused(&world), (3, u(300_000_000_000), u(1000 * WAD)));
}

#[test]
fn there_is_no_price_while_the_sequencer_is_down() {
    let world = oracle(both());
    for down in [U256::ONE, U256::from(2), U256::MAX] {
        world.poke(SEQUENCER, ANSWER, down);
        assert_eq!(refused(&world), (6, down, U256::ZERO));
    }
}

#[test]
fn there_is_no_price_until_the_sequencer_has_been_up_for_its_grace() {
    let world = oracle(both());
    let up_for = |secs| world.poke(SEQUENCER, UPDATED_AT, U256::from(world.now_secs() - secs));
    up_for(1800);
    priced(&world);
    up_for(1799);
    assert_eq!(refused(&world), (7, U256::from(1799), U256::from(1800)));
    up_for(0);
    assert_eq!(refused(&world), (7, U256::ZERO, U256::from(1800)));
    world.poke(SEQUENCER, UPDATED_AT, U256::from(world.now_secs() + 1));
    assert_eq!(refused(&world), (7, U256::ZERO, U256::from(1800)));
}

#[test]
fn a_sequencer_feed_that_was_never_told_anything_is_not_believed() {
    let world = oracle(both());
    world.poke(SEQUENCER, UPDATED_AT, U256::ZERO);

    assert_eq!(refused(&world), (9, U256::ZERO, U256::ZERO));
}

#[test]
fn a_feed_without_a_timestamp_is_refused_where_its_terms_expect_one() {
    for (feed, max_age_secs) in [(FEED, 3600), (QUOTE_FEED, 86_400)] {
        let world = oracle(both());
        world.poke(feed, UPDATED_AT, U256::ZERO);
        assert_eq!(refused(&world), (9, U256::ZERO, U256::from(max_age_secs)));
    }
}

#[test]
fn a_feed_without_a_timestamp_is_believed_beside_a_pool() {
    let world = sources();
    let terms = Terms { maxAgeSecs: 0, quoteMaxAgeSecs: 0, ..both() };
    for feed in [FEED, QUOTE_FEED] {
        world.poke(feed, UPDATED_AT, U256::ZERO);
    }

    initialize(&world, terms).expect("there is a price");

    priced(&world);
    world.poke(FEED, UPDATED_AT, U256::from(world.now_secs() - 1));
    assert_eq!(refused(&world), (4, U256::ONE, U256::ZERO), "one that says when is judged by it");
}

#[test]
fn one_source_that_moves_further_than_the_deviation_is_refused() {
    let world = oracle(both());
    // 1 % above and below the pool's 3,000.10.
    for (good, bad) in [(303_010_000_000, 303_011_000_000), (297_041_000_000, 297_039_000_000)] {
        feed::say(&world, FEED, good);
        priced(&world);
        feed::say(&world, FEED, bad);
        assert_eq!(refused(&world), (8, U256::from(101), U256::from(100)));
    }
    feed::say(&world, FEED, 3000 * DOLLAR);
    for (good, bad) in [(99, 100), (-99, -100)] {
        pool::mean(&world, POOL, (TICK + good) * i64::from(WINDOW_SECS));
        priced(&world);
        pool::mean(&world, POOL, (TICK + bad) * i64::from(WINDOW_SECS));
        assert_eq!(refused(&world), (8, U256::from(101), U256::from(100)));
    }
}

#[test]
fn the_deviation_is_judged_to_the_unit() {
    let world = sources();
    pool::mean(&world, POOL, 0);
    // At tick 0 the pool has 1e-6 quote for 1e-18 base: 1e12 quote for a base, exactly.
    let wide = Terms { quoteFeed: Address::ZERO, quoteMaxAgeSecs: 0, maxPriceWad: u(u128::MAX), ..both() };
    world.poke(FEED, DECIMALS, U256::from(6));
    let most = 1_010_000_000_000_000_000;
    feed::say(&world, FEED, most);
    initialize(&world, wide).expect("at the bound");

    assert_eq!(price(&world), Ok((u(WAD) * u(WAD / 1_000_000), u(most as u128) * u(WAD / 1_000_000))));
    feed::say(&world, FEED, most + 1);
    assert_eq!(refused(&world), (8, U256::from(101), U256::from(100)));
}

#[test]
fn both_sources_moved_together_are_followed() {
    let world = oracle(both());
    feed::say(&world, FEED, 200_000_000_000);
    // 2,000.04 and a part.
    pool::mean(&world, POOL, (TICK - 4055) * i64::from(WINDOW_SECS));

    let (bid, ask) = price(&world).expect("there is a price");

    assert!(bid <= u(2000 * WAD) && u(2000 * WAD) <= ask);
    assert!((ask - bid) * u(10_000) <= bid * u(100));
}
