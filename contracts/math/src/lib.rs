//! Integer fixed point: products divided with a 512-bit intermediate, shares, wads and rays, powers of e, prices by
//! ticks.
//!
//! Every function says in its name which way it rounds and returns `None` where the result does not fit or the
//! divisor is zero; nothing here panics, allocates or touches floating point.
//! A *wad* is 1e18 = 1, a *ray* is 1e27 = 1. Inside a program division and modular multiplication are host calls
//! (`host.rs`), which cost 5 gas and no code; everywhere else they are ruint's. The algorithm above them is the same.
#![no_std]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod exponential;
mod host;
mod muldiv;
mod shares;
mod tick;

pub use exponential::{MAX_EXPONENT_WAD, exp_wad_down, exp_wad_up, ln_wad_down, ln_wad_up, signed};
pub use host::div as div_down;
pub use muldiv::{mul_div_down, mul_div_up, mul_wide, part_down, part_up};
pub use shares::{VIRTUAL_ASSETS, VIRTUAL_SHARES, to_assets_down, to_assets_up, to_shares_down, to_shares_up};
pub use tick::{MAX_TICK, at_tick_down, at_tick_up, mean_tick_down, mean_tick_up, sqrt_price_x96};

use alloy_primitives::U256;

/// 1e18, one in wad.
pub const WAD: u64 = 1_000_000_000_000_000_000;

/// 1e27, one in ray.
pub const RAY: U256 = U256::from_limbs([11_515_845_246_265_065_472, 54_210_108, 0, 0]);

/// Seconds of a year of 365 days, over which a yearly rate is spread.
pub const YEAR_SECS: u64 = 31_536_000;

/// Returns `amount * factor_ray / 1e27`, rounded down.
pub fn ray_mul_down(amount: U256, factor_ray: U256) -> Option<U256> {
    mul_div_down(amount, factor_ray, RAY)
}

/// Returns `amount * 1e27 / factor_ray`, rounded down.
pub fn ray_div_down(amount: U256, factor_ray: U256) -> Option<U256> {
    mul_div_down(amount, RAY, factor_ray)
}

/// Returns `amount * 1e27 / factor_ray`, rounded up.
pub fn ray_div_up(amount: U256, factor_ray: U256) -> Option<U256> {
    mul_div_up(amount, RAY, factor_ray)
}

/// Returns what `amount_secs` (an amount held times the seconds it was held) earns at a yearly rate in wad,
/// rounded down.
pub fn interest_down(amount_secs: U256, rate_wad: u64) -> Option<U256> {
    mul_div_down(amount_secs, U256::from(rate_wad), WAD_YEAR)
}

/// Returns what `amount_secs` (an amount held times the seconds it was held) earns at a yearly rate in wad,
/// rounded up.
pub fn interest_up(amount_secs: U256, rate_wad: u64) -> Option<U256> {
    mul_div_up(amount_secs, U256::from(rate_wad), WAD_YEAR)
}

/// `WAD * YEAR_SECS`: 1e18 * 31,536,000.
const WAD_YEAR: U256 = U256::from_limbs([WAD.wrapping_mul(YEAR_SECS), wad_year_high(), 0, 0]);

const fn wad_year_high() -> u64 {
    let product = (WAD as u128).wrapping_mul(YEAR_SECS as u128);
    (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_what_their_names_say() {
        assert_eq!(RAY, U256::from(10).pow(U256::from(27)));
        assert_eq!(WAD_YEAR, U256::from(WAD) * U256::from(YEAR_SECS));
    }

    #[test]
    fn a_full_year_earns_the_rate() {
        let held = U256::from(1_000_000) * U256::from(YEAR_SECS);

        assert_eq!(interest_down(held, WAD / 20), Some(U256::from(50_000)));
        assert_eq!(interest_up(held, WAD / 20), Some(U256::from(50_000)));
    }

    #[test]
    fn interest_of_one_unit_for_one_second_rounds_both_ways() {
        assert_eq!(interest_down(U256::ONE, 1), Some(U256::ZERO));
        assert_eq!(interest_up(U256::ONE, 1), Some(U256::ONE));
    }

    #[test]
    fn ray_helpers_round_as_named() {
        let index = RAY + U256::ONE;

        assert_eq!(ray_mul_down(U256::from(7), index), Some(U256::from(7)));
        assert_eq!(ray_div_down(U256::from(7), index), Some(U256::from(6)));
        assert_eq!(ray_div_up(U256::from(7), index), Some(U256::from(7)));
        assert_eq!(ray_div_up(U256::from(7), U256::ZERO), None);
    }
}
