//! The rules against a slow reference in arbitrary precision, and the boundaries by hand.

use alloy_primitives::{B256, U256};
use num_bigint::BigInt;
use proptest::prelude::*;
use tenor_mandate::{Breach, Cap, Limit, Parameters, Portfolio, check, states};

const WAD: u64 = 1_000_000_000_000_000_000;

fn id(number: u8) -> B256 {
    B256::with_last_byte(number)
}

fn cap(number: u8, absolute_assets: u128, relative_wad: u64) -> Cap {
    Cap { id: id(number), absolute_assets, relative_wad }
}

fn portfolio(nav_assets: u128, idle_assets: u128, exposures_assets: &[u128]) -> Portfolio<'_> {
    Portfolio { nav_assets, idle_assets, exposures_assets }
}

/// The rule written down again: each limit as (value's numerator, denominator, bound, scale, is a cap).
fn limits(p: &Portfolio<'_>, q: &Parameters<'_>) -> Vec<[BigInt; 4]> {
    let big = |number: u128| BigInt::from(number);
    let caps = || q.caps.iter().enumerate();
    let exposure = |i: usize| p.exposures_assets.get(i).copied().unwrap_or(u128::MAX);
    let absolute = caps().map(|(i, c)| [big(exposure(i)), big(1), big(c.absolute_assets), big(1)]);
    let relative =
        caps().map(|(i, c)| [big(exposure(i)), big(p.nav_assets), big(c.relative_wad.into()), big(WAD.into())]);
    // A floor is a cap with every sign turned.
    let floor = [-big(p.idle_assets), big(p.nav_assets), -big(q.liquidity_floor_wad.into()), big(WAD.into())];
    absolute.chain(relative).chain([floor]).collect()
}

fn reference(before: &Portfolio<'_>, after: &Portfolio<'_>, q: &Parameters<'_>) -> Option<usize> {
    limits(before, q).into_iter().zip(limits(after, q)).position(|([was, was_of, ..], [is, of, bound, scale])| {
        let holds = &is * &scale <= &bound * &of;
        let nearer = &is * &was_of < &was * &of;
        !holds && !nearer
    })
}

/// Amounts that meet their bounds often.
fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![0..20_u128, Just(u128::MAX), any::<u128>(), (0..20_u128).prop_map(|n| n * u128::from(WAD))]
}

fn fraction() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(WAD), Just(WAD / 2), 0..=WAD]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_change_passes_exactly_when_each_limit_holds_or_is_nearer(
        (nav, idle, exposures) in (amount(), amount(), [amount(), amount()]),
        (nav_after, idle_after, exposures_after) in (amount(), amount(), [amount(), amount()]),
        absolute in [amount(), amount()],
        relative in [fraction(), fraction()],
        liquidity_floor_wad in fraction(),
    ) {
        let caps = [cap(1, absolute[0], relative[0]), cap(2, absolute[1], relative[1])];
        let parameters = Parameters { caps: &caps, liquidity_floor_wad };
        let before = portfolio(nav, idle, &exposures);
        let after = portfolio(nav_after, idle_after, &exposures_after);

        let found = check(&before, &after, &parameters);

        let order = [
            (Limit::AbsoluteCap, Some(id(1))),
            (Limit::AbsoluteCap, Some(id(2))),
            (Limit::RelativeCap, Some(id(1))),
            (Limit::RelativeCap, Some(id(2))),
            (Limit::LiquidityFloor, None),
        ];
        let expected = reference(&before, &after, &parameters).map(|index| order[index]);
        prop_assert_eq!(found.err().map(|breach| (breach.limit, breach.id)), expected);
    }

    #[test]
    fn a_listed_value_satisfies_its_bound_exactly_when_the_limit_holds(
        (nav, idle, exposure) in (amount(), amount(), amount()),
        absolute in amount(),
        relative in fraction(),
        liquidity_floor_wad in fraction(),
    ) {
        let caps = [cap(1, absolute, relative)];
        let parameters = Parameters { caps: &caps, liquidity_floor_wad };
        let exposures = [exposure];
        let listed = portfolio(nav, idle, &exposures);

        for state in states(&listed, &parameters) {
            let satisfied = match state.limit {
                Limit::LiquidityFloor => state.value >= state.bound,
                _ => state.value <= state.bound,
            };
            prop_assert_eq!(satisfied, state.holds, "{:?}", state);
        }
        let all_hold = states(&listed, &parameters).all(|state| state.holds);
        prop_assert_eq!(check(&listed, &listed, &parameters).is_ok(), all_hold, "what stays as it is must hold");
    }
}

#[test]
fn bounds_themselves_pass_and_one_unit_more_does_not() {
    let caps = [cap(1, 50, WAD / 2)];
    let parameters = Parameters { caps: &caps, liquidity_floor_wad: WAD / 2 };
    let nothing = portfolio(100, 100, &[0]);

    assert_eq!(check(&nothing, &portfolio(100, 50, &[50]), &parameters), Ok(()));
    let refused = |breach: Breach| check(&nothing, &portfolio(100, 49, &[51]), &parameters) == Err(breach);
    let (value, bound) = (U256::from(51), U256::from(50));
    assert!(refused(Breach { limit: Limit::AbsoluteCap, id: Some(id(1)), value, bound }));
}

#[test]
fn a_breach_carries_the_value_rounded_to_the_side_that_is_not_allowed() {
    let caps = [cap(1, u128::MAX, WAD / 3)];
    let parameters = Parameters { caps: &caps, liquidity_floor_wad: 0 };

    let breach = check(&portfolio(3, 3, &[0]), &portfolio(3, 2, &[1]), &parameters).expect_err("a third is over");

    assert_eq!(breach.limit, Limit::RelativeCap);
    assert_eq!((breach.value, breach.bound), (U256::from(WAD / 3 + 1), U256::from(WAD / 3)));
}

#[test]
fn an_empty_portfolio_holds_and_an_exposure_without_value_does_not() {
    let caps = [cap(1, 10, WAD)];
    let parameters = Parameters { caps: &caps, liquidity_floor_wad: WAD };

    assert_eq!(check(&portfolio(0, 0, &[0]), &portfolio(0, 0, &[0]), &parameters), Ok(()));
    let breach = check(&portfolio(0, 0, &[0]), &portfolio(0, 0, &[1]), &parameters).expect_err("infinite");
    assert_eq!((breach.limit, breach.value), (Limit::RelativeCap, U256::MAX));
}

#[test]
fn an_exposure_that_is_not_stated_counts_as_infinite() {
    let caps = [cap(1, 10, WAD), cap(2, 10, WAD)];
    let parameters = Parameters { caps: &caps, liquidity_floor_wad: 0 };
    let short = portfolio(100, 100, &[0]);

    assert_eq!(check(&short, &short, &parameters).expect_err("infinite").id, Some(id(2)));
}

#[test]
fn ids_may_be_anything() {
    let caps = [Cap { id: 7_u8, absolute_assets: 0, relative_wad: 0 }];
    let parameters = Parameters { caps: &caps, liquidity_floor_wad: 0 };

    assert_eq!(check(&portfolio(9, 9, &[0]), &portfolio(9, 8, &[1]), &parameters).expect_err("unset").id, Some(7));
}
