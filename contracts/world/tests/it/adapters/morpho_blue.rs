//! Morpho's manners, and those of a contract that only claims to be Morpho. What the real one pays is met on the local
//! chain (`keeper/sim/tests/adapters`).

use abi::adapter::IAdapter;
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use tenor_world::{
    USDC,
    mock::{HOOK_RESULT, morpho, token},
    refusal,
};

use super::{ADAPTER, ALICE, ONE, VAULT, VENUE, morpho_blue, terms, u};

/// 5 % a year, in wad a second.
const RATE: u64 = 1_585_489_599;
const DAY_SECS: u64 = 86_400;

#[test]
fn interest_since_the_last_accrual_is_in_the_value() {
    let stage = morpho_blue();
    stage.invest(1_000 * ONE);
    stage.world.poke(VENUE, morpho::BORROW_ASSETS, u(800 * ONE));
    stage.world.poke(VENUE, morpho::RATE, U256::from(RATE));
    assert_eq!(stage.value(), 1_000 * ONE);

    stage.world.pass(365 * DAY_SECS);

    // 800 * (e^0.05 - 1), by the three terms of the series: 41.016666, and the last unit is that of the virtual shares.
    assert_eq!(stage.value(), 1_041_016_665);
    stage.world.poke(VENUE, morpho::FEE, U256::from(250_000_000_000_000_000_u64));
    assert_eq!(stage.value(), 1_030_762_499, "three quarters of it");
    assert_eq!(stage.report().depth, u(1_041_016_666), "the fee is supplied as well");
}

#[test]
fn the_rate_is_that_of_the_use_less_the_fee() {
    let stage = morpho_blue();
    stage.invest(1_000 * ONE);
    stage.world.poke(VENUE, morpho::BORROW_ASSETS, u(800 * ONE));
    stage.world.poke(VENUE, morpho::RATE, U256::from(RATE));
    stage.world.poke(VENUE, morpho::FEE, U256::from(250_000_000_000_000_000_u64));

    // 5 % * 0.8 * 0.75
    assert_eq!(stage.report().rateWad, U256::from(RATE) * U256::from(31_536_000) * u(6) / u(10));
}

#[test]
fn a_rate_model_that_fails_hides_the_rate_and_stops_no_exit_that_needs_none() {
    let stage = morpho_blue();
    stage.invest(10 * ONE);
    stage.world.poke(VENUE, morpho::NO_RATE, u(1));

    let moved = stage.call(VAULT, IAdapter::deallocateCall { assets: u(4 * ONE) });
    assert_eq!((moved.before.value, moved.before.rateWad), (u(10 * ONE), U256::MAX));
    assert_eq!((moved.after_.value, moved.after_.rateWad), (u(6 * ONE), U256::MAX));
    assert_eq!(stage.assets_of(VAULT), 4 * ONE);

    stage.world.pass(1);
    let reason = refusal::<IAdapter::VenueCallFailed>(stage.try_call(ALICE, IAdapter::reportCall {})).reason;
    assert_eq!(reason.as_ref(), b"no rate");
    refusal::<IAdapter::VenueCallFailed>(stage.try_call(ALICE, IAdapter::valueCall {}));
    refusal::<IAdapter::VenueCallFailed>(stage.try_call(VAULT, IAdapter::deallocateCall { assets: u(ONE) }));
}

#[test]
fn a_movement_reports_the_rate_of_the_moment_and_not_the_mean_since_the_last_accrual() {
    let stage = morpho_blue();
    stage.invest(1_000 * ONE);
    stage.world.poke(VENUE, morpho::BORROW_ASSETS, u(800 * ONE));
    stage.world.poke(VENUE, morpho::RATE, U256::from(RATE));
    stage.world.poke(VENUE, morpho::MEAN_RATE, U256::from(2 * RATE));
    stage.world.pass(365 * DAY_SECS);
    let quiet = stage.report();

    let moved = stage.call(VAULT, IAdapter::deallocateCall { assets: u(100 * ONE) });

    // 800 * (e^0.1 - 1) of interest, by the three terms of the series.
    assert_eq!((quiet.value, moved.before.value), (u(1_084_133_332), u(1_084_133_332)));
    let rate_wad = |rate: u64, borrowed: u128, supplied: u128| {
        U256::from(rate) * U256::from(31_536_000) * u(borrowed) / u(supplied)
    };
    assert_eq!(quiet.rateWad, rate_wad(2 * RATE, 884_133_333, 1_084_133_333), "a view can name no other");
    assert_eq!(moved.before.rateWad, rate_wad(RATE, 884_133_333, 1_084_133_333));
    assert_eq!(moved.after_.rateWad, rate_wad(RATE, 884_133_333, 984_133_333));
}

#[test]
fn shares_given_by_strangers_change_nothing() {
    let stage = morpho_blue();
    stage.invest(10 * ONE);
    morpho::donate(&stage.world, VENUE, ADAPTER, 7_000_000_000_000);

    assert_eq!((stage.value(), stage.liquidity()), (10 * ONE, 10 * ONE));
    assert_eq!(stage.divest(U256::MAX).1, 10 * ONE);
    assert_eq!(stage.units(), U256::ZERO);
}

#[test]
fn a_venue_that_claims_to_have_credited_more_cannot_be_left() {
    let stage = morpho_blue();
    stage.world.poke(VENUE, morpho::LIE, u(1_000_000_000_000));
    let report = stage.invest(10 * ONE);
    stage.world.poke(VENUE, morpho::LIE, U256::ZERO);

    assert_eq!(report.units, u(11_000_000_000_000), "its word is what we count by");
    refusal::<IAdapter::VenueCallFailed>(stage.try_call(VAULT, IAdapter::deallocateCall { assets: U256::MAX }));
    assert_eq!(stage.divest(u(10 * ONE)).1, 10 * ONE, "what it really holds comes back");
}

#[test]
fn a_venue_that_claims_to_have_taken_more_than_we_count_is_refused() {
    let stage = morpho_blue();
    let units = stage.invest(10 * ONE).units;
    stage.world.poke(VENUE, morpho::LIE, u(1));

    let result = stage.try_call(VAULT, IAdapter::deallocateCall { assets: U256::MAX });

    let error = refusal::<IAdapter::InsufficientUnits>(result);
    assert_eq!((error.asked, error.held), (units + u(1), units));
    assert_eq!(stage.assets_of(VAULT), 0, "and nothing has moved");
}

#[test]
fn a_venue_that_calls_back_moves_nothing() {
    let stage = morpho_blue();
    stage.invest(10 * ONE);
    let units = stage.units();
    token::mint(&stage.world, USDC, ADAPTER, ONE);
    for call in [
        IAdapter::deallocateCall { assets: U256::MAX }.abi_encode(),
        IAdapter::allocateCall { assets: u(ONE) }.abi_encode(),
        IAdapter::initializeCall { vault: VENUE, venue: VENUE, terms: terms(morpho::market(VENUE, USDC)) }.abi_encode(),
    ] {
        *stage.hook.borrow_mut() = Some((ADAPTER, call));

        stage.divest(u(ONE));

        assert_eq!(stage.world.peek(VENUE, HOOK_RESULT), u(1), "the call back was refused");
    }
    assert_eq!(stage.units(), units * u(7) / u(10));
}

#[test]
fn a_venue_that_calls_back_reads_the_position_as_it_was() {
    let stage = morpho_blue();
    stage.invest(10 * ONE);
    *stage.hook.borrow_mut() = Some((ADAPTER, IAdapter::reportCall {}.abi_encode()));

    let (report, paid) = stage.divest(u(ONE));

    assert_eq!(stage.world.peek(VENUE, HOOK_RESULT), u(2), "views are for everybody");
    assert_eq!((report.value, paid), (u(9 * ONE), ONE));
}

#[test]
fn units_are_counted_up_to_a_whole_word_and_refused_beyond() {
    let stage = morpho_blue();
    stage.world.poke(VENUE, morpho::LIE, U256::ONE << 255);
    let units = stage.invest(ONE).units;
    assert_eq!(units, (U256::ONE << 255) + u(1_000_000_000_000));

    token::mint(&stage.world, USDC, ADAPTER, ONE);
    refusal::<IAdapter::VenueCallFailed>(stage.try_call(VAULT, IAdapter::allocateCall { assets: u(ONE) }));
    assert_eq!(stage.units(), units);
}

#[test]
fn liquidity_is_what_is_not_lent_and_lies_there() {
    let stage = morpho_blue();
    stage.invest(10 * ONE);

    stage.world.poke(VENUE, morpho::BORROW_ASSETS, u(8 * ONE));
    assert_eq!(stage.liquidity(), 2 * ONE);
    token::burn(&stage.world, USDC, VENUE, 9 * ONE);
    assert_eq!(stage.liquidity(), ONE, "other markets' money is not ours, but ours must be there");
}
