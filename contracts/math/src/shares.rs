//! Assets to shares and back, with virtual shares that make the first deposit safe.
//!
//! shares = assets * (supply + 1e12) / (net asset value + 1): one base unit of an empty vault is 1e12 shares, so
//! that an asset of 6 decimals has shares of 18, and nobody can round another's deposit to nothing with less than
//! 1e12 times its worth.

use alloy_primitives::U256;

use crate::{mul_div_down, mul_div_up};

/// Shares that nobody owns, counted in every price.
pub const VIRTUAL_SHARES: U256 = U256::from_limbs([1_000_000_000_000, 0, 0, 0]);

/// Assets that nobody owns, counted in every price.
pub const VIRTUAL_ASSETS: U256 = U256::ONE;

/// Returns the shares that `assets` are worth, rounded down.
pub fn to_shares_down(assets: U256, nav_assets: U256, supply_shares: U256) -> Option<U256> {
    mul_div_down(assets, supply_shares.checked_add(VIRTUAL_SHARES)?, nav_assets.checked_add(VIRTUAL_ASSETS)?)
}

/// Returns the shares that `assets` are worth, rounded up.
pub fn to_shares_up(assets: U256, nav_assets: U256, supply_shares: U256) -> Option<U256> {
    mul_div_up(assets, supply_shares.checked_add(VIRTUAL_SHARES)?, nav_assets.checked_add(VIRTUAL_ASSETS)?)
}

/// Returns the assets that `shares` are worth, rounded down.
pub fn to_assets_down(shares: U256, nav_assets: U256, supply_shares: U256) -> Option<U256> {
    mul_div_down(shares, nav_assets.checked_add(VIRTUAL_ASSETS)?, supply_shares.checked_add(VIRTUAL_SHARES)?)
}

/// Returns the assets that `shares` are worth, rounded up.
pub fn to_assets_up(shares: U256, nav_assets: U256, supply_shares: U256) -> Option<U256> {
    mul_div_up(shares, nav_assets.checked_add(VIRTUAL_ASSETS)?, supply_shares.checked_add(VIRTUAL_SHARES)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_vault_gives_a_trillion_shares_a_unit() {
        assert_eq!(to_shares_down(U256::ONE, U256::ZERO, U256::ZERO), Some(VIRTUAL_SHARES));
        assert_eq!(to_assets_down(VIRTUAL_SHARES, U256::ZERO, U256::ZERO), Some(U256::ONE));
    }

    #[test]
    fn the_largest_supply_has_no_price() {
        assert_eq!(to_shares_down(U256::ONE, U256::ONE, U256::MAX), None);
        assert_eq!(to_assets_up(U256::ONE, U256::MAX, U256::ONE), None);
    }

    proptest! {
        #[test]
        fn a_round_trip_never_gains(assets: u128, nav: u128, supply: u128) {
            let (assets, nav, supply) = (U256::from(assets), U256::from(nav), U256::from(supply));

            let shares = to_shares_down(assets, nav, supply).expect("fits in 256 bits");
            prop_assert!(to_assets_down(shares, nav, supply).expect("no more than assets") <= assets);

            let shares = to_shares_up(assets, nav, supply).expect("fits in 256 bits");
            prop_assert!(to_assets_up(shares, nav, supply).expect("close to assets") >= assets);
        }

        #[test]
        fn rounding_up_adds_at_most_one(shares: u128, nav: u128, supply: u128) {
            let (shares, nav, supply) = (U256::from(shares), U256::from(nav), U256::from(supply));
            let down = to_assets_down(shares, nav, supply).expect("fits in 256 bits");
            let up = to_assets_up(shares, nav, supply).expect("fits in 256 bits");
            prop_assert!(up == down || up == down + U256::ONE);
        }
    }
}
