//! What an oracle is told, once.

use abi::oracle::IOracle;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolValue};
use tenor_world::{
    address,
    mock::{
        feed::{BROKEN, DECIMALS},
        pool,
    },
    refusal,
};

use super::{
    BASE, FEED, ORACLE, POOL, QUOTE, QUOTE_FEED, SEQUENCER, Terms, alone, both, initialize, oracle, price, sources,
};
use crate::{ALICE, BOB, u};

#[test]
fn an_oracle_tells_what_it_was_told() {
    for terms in [both(), alone()] {
        let world = oracle(terms.clone());

        let told = world.view(ORACLE, &IOracle::termsCall {}).expect("it answers");
        assert_eq!(told.abi_encode(), terms.abi_encode());
        let decimals = world.view(ORACLE, &IOracle::decimalsCall {}).expect("it answers");
        assert_eq!((decimals.base, decimals.quote), (18, 6));
        let kind = world.view(ORACLE, &IOracle::kindCall {}).expect("it answers");
        assert_eq!(kind, B256::right_padding_from(b"two-source"));
        assert!(world.storage().keys().all(|(account, _)| *account != ORACLE), "it has no storage");
    }
}

#[test]
fn an_oracle_is_initialised_once() {
    let world = oracle(both());
    let before = price(&world);

    for caller in [ALICE, BOB] {
        let again = world.call(caller, ORACLE, &IOracle::initializeCall { terms: alone() });
        refusal::<IOracle::AlreadyInitialized>(again);
    }
    assert_eq!(price(&world), before);
}

#[test]
fn an_oracle_that_was_told_nothing_has_no_price() {
    let world = sources();

    assert_eq!(refusal::<IOracle::PriceRefused>(price(&world)).reason, 1);
}

#[test]
fn an_oracle_begins_at_a_price_that_is_there() {
    for source in [FEED, QUOTE_FEED, SEQUENCER] {
        let world = sources();
        world.poke(source, BROKEN, U256::ONE);
        assert_eq!(refusal::<IOracle::PriceRefused>(initialize(&world, both())).reason, 1);
        world.poke(source, BROKEN, U256::ZERO);
        initialize(&world, both()).expect("a refusal uses nothing up");
    }
    let world = sources();
    world.poke(POOL, pool::BROKEN, U256::ONE);
    assert_eq!(refusal::<IOracle::PriceRefused>(initialize(&world, both())).reason, 1);
    let world = sources();
    let dear = Terms { minPriceWad: both().maxPriceWad, ..both() };
    assert_eq!(refusal::<IOracle::PriceRefused>(initialize(&world, dear)).reason, 3);
}

#[test]
fn each_bad_term_is_refused_alone() {
    let pools = sources();
    let other_pool = address(0x58);
    pool::install(&pools, other_pool, [BASE, FEED]);
    let cases: &[(&str, Terms)] = &[
        ("base", Terms { base: Address::ZERO, ..alone() }),
        ("base", Terms { base: ALICE, ..alone() }),
        ("quote", Terms { quote: BASE, ..alone() }),
        ("quote", Terms { quote: ALICE, ..alone() }),
        ("feed", Terms { feed: Address::ZERO, ..alone() }),
        ("maxAgeSecs", Terms { maxAgeSecs: 0, ..alone() }),
        ("quoteFeed", Terms { quoteFeed: FEED, quoteMaxAgeSecs: 1, ..alone() }),
        ("quoteMaxAgeSecs", Terms { quoteMaxAgeSecs: 1, ..alone() }),
        ("quoteMaxAgeSecs", Terms { quoteFeed: QUOTE_FEED, ..alone() }),
        ("minPriceWad", Terms { minPriceWad: U256::ZERO, ..alone() }),
        ("minPriceWad", Terms { minPriceWad: alone().maxPriceWad + u(1), ..alone() }),
        ("maxPriceWad", Terms { maxPriceWad: u(u128::MAX) + u(1), ..alone() }),
        ("pool", Terms { pool: other_pool, ..both() }),
        ("windowSecs", Terms { windowSecs: 299, ..both() }),
        ("windowSecs", Terms { windowSecs: 86_401, ..both() }),
        ("windowSecs", Terms { windowSecs: 600, ..alone() }),
        ("deviationBps", Terms { deviationBps: 0, ..both() }),
        ("deviationBps", Terms { deviationBps: 1001, ..both() }),
        ("deviationBps", Terms { deviationBps: 1, ..alone() }),
        ("graceSecs", Terms { graceSecs: 86_401, ..both() }),
        ("graceSecs", Terms { graceSecs: 1, ..alone() }),
    ];
    for (what, terms) in cases {
        let error = refusal::<IOracle::InvalidTerms>(initialize(&pools, terms.clone()));
        assert_eq!(error.what, B256::right_padding_from(what.as_bytes()), "{what}");
    }
    initialize(&pools, both()).expect("a refusal uses nothing up");
}

#[test]
fn terms_at_their_bounds_are_taken() {
    for terms in [
        Terms { minPriceWad: u(1), maxPriceWad: u(u128::MAX), ..both() },
        Terms { windowSecs: 300, deviationBps: 1000, ..both() },
        Terms { graceSecs: 0, ..both() },
    ] {
        // Within another window the same sum is another mean.
        let world = sources();
        pool::mean(&world, POOL, super::TICK * i64::from(terms.windowSecs));
        initialize(&world, terms).expect("there is a price");
    }
    let world = sources();
    world.poke(POOL, pool::MEMORY_SECS, U256::from(86_400));
    pool::mean(&world, POOL, super::TICK * 86_400);
    initialize(&world, Terms { windowSecs: 86_400, ..both() }).expect("there is a price");
}

#[test]
fn tokens_have_at_most_18_decimals() {
    for (token, what) in [(BASE, "base"), (QUOTE, "quote")] {
        let world = sources();
        world.poke(token, DECIMALS, U256::from(19));
        let error = refusal::<IOracle::InvalidTerms>(initialize(&world, alone()));
        assert_eq!(error.what, B256::right_padding_from(what.as_bytes()));
    }
}

#[test]
fn malformed_calls_and_ether_are_refused_without_a_reason() {
    let world = sources();
    let call = IOracle::initializeCall { terms: both() }.abi_encode();

    for cut in [0, 3, 4, call.len() - 1] {
        assert_eq!(world.call_raw(ALICE, ORACLE, call[..cut].to_vec()), Err(Vec::new()));
    }
    assert_eq!(world.call_with_value(ALICE, ORACLE, call, U256::ONE), Err(Vec::new()));
    assert!(price(&world).is_err());
}
