//! What a position is told at its beginning, and refuses.

use alloy_primitives::B256;
use tenor_world::{mock::venue, risk_id};

use super::*;

fn refused(position: &Loop, make: Make) -> B256 {
    refusal::<ILoop::InvalidTerms>(position.try_call(ALICE, make.initialize())).what
}

#[test]
fn a_new_position_knows_its_terms() {
    let make = Make::default();
    let position = make.open();

    assert_eq!(position.call(ALICE, IAdapter::kindCall {}), risk_id("aave-v3-loop"));
    assert_eq!(position.call(ALICE, IAdapter::marketCall {}), alloy_primitives::keccak256(make.terms()));
    assert_eq!(position.call(ALICE, IAdapter::venueCall {}), VENUE);
    assert_eq!(position.call(ALICE, IAdapter::assetCall {}), USDC);
    refusal::<IAdapter::AlreadyInitialized>(position.try_call(ALICE, make.initialize()));
    let report = position.report();
    assert_eq!((report.value, report.units, report.backing, report.debt), Default::default());
}

#[test]
fn terms_that_make_no_position_are_refused_by_name() {
    let make = Make::default();
    for (what, other) in [
        ("target", Make { target_bps: 10_000, ..make }),
        ("slip", Make { slip_bps: 10_000, ..make }),
        ("lender", Make { lender: ALICE, ..make }),
        ("eMode", Make { e_mode: 1, ..make }),
    ] {
        assert_eq!(refused(&make.prepare(), other), risk_id(what), "{what}");
    }

    let position = make.prepare();
    for length in [0, 32, 159, 192] {
        let terms = [make.terms().as_ref(), &[0; 32]].concat()[..length].to_vec();
        let call = IAdapter::initializeCall { vault: VAULT, venue: VENUE, terms: terms.into() };
        assert_eq!(refusal::<ILoop::InvalidTerms>(position.try_call(ALICE, call)).what, risk_id("length"));
    }
    position.call(ALICE, make.initialize());
}

#[test]
fn an_e_mode_that_aave_refuses_or_prices_by_itself_is_refused() {
    let make = Make { e_mode: 1, ..Make::default() };
    let position = make.prepare();
    assert_eq!(refused(&position, make), risk_id("eMode"), "Aave has none");

    position.world.poke(VENUE, credit::E_MODE_THRESHOLD_BPS, u(9_300));
    position.world.poke(VENUE, credit::E_MODE_PRICE, u(7));
    assert_eq!(refused(&position, make), risk_id("eMode"), "it has a price of its own");
    assert_eq!(refused(&position, Make { e_mode: 2, ..make }), risk_id("eMode"), "Aave has no such one");

    position.world.poke(VENUE, credit::E_MODE_PRICE, U256::ZERO);
    position.call(ALICE, make.initialize());
}

#[test]
fn an_oracle_must_answer_for_the_asset_and_a_collateral_that_aave_takes() {
    let make = Make::default();
    let pair = Pair { base: (COLLATERAL, 18), quote: (USDC, 6), pool: SWAP };
    let with = |pair| {
        let position = make.prepare();
        oracle::install(&position.world, ORACLE, pair);
        position
    };
    let other = address(0x43);

    let error =
        refusal::<IAdapter::WrongAsset>(with(Pair { quote: (other, 6), ..pair }).try_call(ALICE, make.initialize()));
    assert_eq!((error.expected, error.found), (USDC, other));
    assert_eq!(refused(&with(Pair { base: (USDC, 6), ..pair }), make), risk_id("collateral"));
    assert_eq!(refused(&with(Pair { base: (other, 18), ..pair }), make), risk_id("pool"), "the pool has others");
    assert_eq!(refused(&with(Pair { pool: ALICE, ..pair }), make), risk_id("pool"));
    assert_eq!(refused(&with(Pair { base: (COLLATERAL, 60), ..pair }), make), risk_id("decimals"));
    let position = make.prepare();
    let unlisted = Pair { base: (other, 18), ..pair };
    oracle::install(&position.world, ORACLE, unlisted);
    exchange::install(&position.world, SWAP, unlisted);
    assert_eq!(refused(&position, make), risk_id("collateral"), "Aave does not list it");
    let position = make.prepare();
    position.world.poke(ORACLE, oracle::REFUSES, u(4));
    assert_eq!(refused(&position, make), risk_id("oracle"));
    let position = make.prepare();
    venue::install(&position.world, VENUE, USDC);
    let error = refusal::<IAdapter::InvalidAddress>(position.try_call(ALICE, make.initialize()));
    assert_eq!(error.account, VENUE, "no pool of Aave's");
}
