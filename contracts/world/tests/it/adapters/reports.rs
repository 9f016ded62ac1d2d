//! What reports say beside the value: units, depth and rate.

use abi::adapter::IAdapter::Report;
use alloy_primitives::U256;
use tenor_world::{
    USDC,
    mock::{aave, token, venue},
};

use super::{ALICE, ONE, VENUE, aave_v3, all, erc4626, u};

/// 1 % a year in wad.
const PERCENT_WAD: u128 = 10_000_000_000_000_000;
/// 1 % a year in ray.
const PERCENT_RAY: u128 = 10_000_000_000_000_000_000_000_000;

fn parts(report: Report) -> (U256, U256, U256, U256) {
    (report.value, report.units, report.depth, report.rateWad)
}

#[test]
fn a_movement_ends_with_the_report_of_that_moment() {
    for stage in all() {
        let more = parts(stage.invest(10 * ONE));
        assert_eq!(more, parts(stage.report()));

        let (less, _) = stage.divest(u(3 * ONE));
        let less = parts(less);
        assert_eq!(less, parts(stage.report()));
        assert_eq!((less.0, less.2), (u(7 * ONE), u(7 * ONE)));

        let (none, _) = stage.divest(U256::MAX);
        assert_eq!((none.value, none.units), (U256::ZERO, U256::ZERO));
    }
}

#[test]
fn aave_names_its_rate_and_all_that_it_holds() {
    let stage = aave_v3();
    stage.world.poke(VENUE, aave::RATE_RAY, u(4 * PERCENT_RAY + 999_999_999));
    stage.invest(10 * ONE);
    stage.world.poke(VENUE, aave::SCALED_SUPPLY, u(100 * ONE));
    stage.world.pass(86_400);
    stage.world.poke(VENUE, aave::INCOME_RAY, u(1_100_000_000_000_000_000_000_000_000));

    let report = stage.report();

    assert_eq!(parts(report), (u(11 * ONE), u(10 * ONE), u(110 * ONE), u(4 * PERCENT_WAD)));
}

#[test]
fn an_erc4626_venue_names_no_rate() {
    let stage = erc4626();
    stage.invest(10 * ONE);
    token::mint(&stage.world, USDC, VENUE, 5 * ONE);

    assert_eq!(parts(stage.report()), (u(15 * ONE), u(10 * ONE), u(15 * ONE), U256::MAX));
}

#[test]
fn a_depth_that_is_not_told_is_none_and_stops_no_exit() {
    for (stage, switch) in [(erc4626(), venue::NO_TOTAL), (aave_v3(), aave::NO_SUPPLY)] {
        stage.invest(10 * ONE);
        stage.world.poke(VENUE, switch, u(1));

        assert_eq!(stage.report().depth, U256::ZERO);
        assert_eq!(stage.divest(U256::MAX).1, 10 * ONE);
    }
}

#[test]
fn a_position_of_nothing_reports_what_the_venue_is() {
    for stage in all() {
        stage.invest(10 * ONE);
        stage.divest(U256::MAX);

        let report = stage.report();

        assert_eq!((report.value, report.units), (U256::ZERO, U256::ZERO));
        assert_eq!(stage.call(ALICE, abi::adapter::IAdapter::valueCall {}), U256::ZERO);
    }
}
