//! What reports say beside the value: units, depth and rate.

use abi::adapter::IAdapter::{self, Report};
use alloy_primitives::U256;
use tenor_world::{
    USDC,
    mock::{aave, token, venue},
};

use super::{ADAPTER, ALICE, ONE, VAULT, VENUE, aave_v3, all, erc4626, u};

/// 1 % a year in wad.
const PERCENT_WAD: u128 = 10_000_000_000_000_000;
/// 1 % a year in ray.
const PERCENT_RAY: u128 = 10_000_000_000_000_000_000_000_000;

fn parts(report: Report) -> (U256, U256, U256, U256) {
    (report.value, report.units, report.depth, report.rateWad)
}

#[test]
fn a_movement_returns_the_reports_just_before_and_just_after_it() {
    for stage in all() {
        token::mint(&stage.world, USDC, ADAPTER, 10 * ONE);
        let none = parts(stage.report());
        let moved = stage.call(VAULT, IAdapter::allocateCall { assets: u(10 * ONE) });
        assert_eq!(parts(moved.before), none);
        let more = parts(moved.after_);
        assert_eq!(more, parts(stage.report()));

        let moved = stage.call(VAULT, IAdapter::deallocateCall { assets: u(3 * ONE) });
        assert_eq!(parts(moved.before), more);
        let less = parts(moved.after_);
        assert_eq!(less, parts(stage.report()));
        assert_eq!((less.0, less.2), (u(7 * ONE), u(7 * ONE)));

        for before in [less.0, U256::ZERO] {
            let moved = stage.call(VAULT, IAdapter::deallocateCall { assets: U256::MAX });
            assert_eq!((moved.before.value, moved.after_.value, moved.after_.units), (before, U256::ZERO, U256::ZERO));
        }
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
        assert_eq!(stage.call(ALICE, IAdapter::valueCall {}), U256::ZERO);
    }
}

#[test]
fn a_venue_with_one_price_has_no_higher_one_and_no_date() {
    for stage in all() {
        let report = stage.invest(10 * ONE);

        assert_eq!((report.value, report.high), (u(10 * ONE), u(10 * ONE)));
        assert_eq!(stage.call(ALICE, IAdapter::maturityCall {}), 0);
    }
}
