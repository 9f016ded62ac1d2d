//! `AdaptiveCurveIrm` and Morpho Blue's accrual in wad, towards zero.

use keeper_model::alloy_primitives::B256;
use keeper_model::rate::MorphoMarket;
use keeper_model::{Assets, Timestamp, Wad};

use crate::{Spread, assert_close};

const WAD: i128 = 1_000_000_000_000_000_000;
const LN_2: i128 = 693_147_180_559_945_309;
const TARGET: i128 = WAD / 10 * 9;
const YEAR: i128 = 31_536_000;

fn mul(a: i128, b: i128) -> i128 {
    a * b / WAD
}

fn exp(x: i128) -> i128 {
    let adjustment = if x < 0 { -(LN_2 / 2) } else { LN_2 / 2 };
    let power = (x + adjustment) / LN_2;
    let rest = x - power * LN_2;
    let polynomial = WAD + rest + rest * rest / WAD / 2;
    if power >= 0 { polynomial << power } else { polynomial >> -power }
}

/// Average and final rate at target after `elapsed` seconds, wad a second; and the error of usage.
fn adapted(start: i128, supply: i128, borrow: i128, elapsed: i128) -> (i128, i128, i128) {
    let usage = borrow * WAD / supply;
    let error = (usage - TARGET) * WAD / if usage > TARGET { WAD - TARGET } else { TARGET };
    let adaptation = mul(50 * WAD / YEAR, error) * elapsed;
    let rate = |adaptation: i128| mul(start, exp(adaptation)).clamp(WAD / 1_000 / YEAR, 2 * WAD / YEAR);
    let end = rate(adaptation);
    ((start + end + 2 * rate(adaptation / 2)) / 4, end, error)
}

fn curve(rate: i128, error: i128) -> i128 {
    let coefficient = if error < 0 { WAD - WAD / 4 } else { 3 * WAD };
    mul(mul(coefficient, error) + WAD, rate)
}

#[test]
fn doubles_agree_with_the_integers_of_the_contracts() {
    let mut spread = Spread(11);
    for _ in 0..2_000 {
        let supply = spread.within(1_000_000_000_000, 1_000_000_000_000_000) as i128;
        let borrow = spread.within(0, supply as u128) as i128;
        let start = spread.within(WAD as u128 / 1_000 / YEAR as u128, 2 * WAD as u128 / YEAR as u128) as i128;
        let elapsed = spread.within(1, 40 * 86_400) as i128;
        let market = MorphoMarket {
            id: B256::ZERO,
            supply: Assets::from(supply as u128),
            borrow: Assets::from(borrow as u128),
            fee: Wad::ZERO,
            rate_at_target: Wad::from(start as u128),
            has_rate: true,
            last_update: Timestamp(1_000),
            cap: Assets::MAX,
            vault_supply: Assets::from(supply as u128),
        };

        let found = market.accrued(Timestamp(1_000 + elapsed as u64)).expect("possible");

        let (average, end, error) = adapted(start, supply, borrow, elapsed);
        let growth = curve(average, error) * elapsed;
        let second = mul(growth, growth) / 2;
        let third = mul(second, growth) / 3;
        let debt = borrow + mul(borrow, growth + second + third);
        let rate_at_target = end as f64 * YEAR as f64 / 1e18;
        assert_close(found.rate_at_target, rate_at_target, 1e-7);
        assert_close(found.borrow, debt as f64, 1e-7);
        let usage = (spread.within(0, WAD as u128)) as i128;
        let error = (usage - TARGET) * WAD / if usage > TARGET { WAD - TARGET } else { TARGET };
        let rate = curve(end, error) as f64 * YEAR as f64 / 1e18;
        assert_close(found.borrow_rate(usage as f64 / 1e18), rate, 1e-7);
    }
}
