//! Newtypes for every quantity that would otherwise be a bare integer.
//!
//! Arithmetic is checked or saturating and says which; amounts are written in JSON as decimal strings.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// 1e18: the scale of [`Wad`].
pub const WAD: u128 = math::WAD as u128;

/// Seconds of the 365-day year on which every yearly rate here rests, as the vault's, Aave's and Morpho's do.
pub use math::YEAR_SECS;

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub U256);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(U256::ZERO);

            /// The largest value.
            pub const MAX: Self = Self(U256::MAX);

            /// The sum, or nothing where it does not fit.
            #[must_use]
            pub fn checked_add(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }

            /// The sum, or the largest value where it does not fit.
            #[must_use]
            pub fn saturating_add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }

            /// The difference, or zero where it would be negative.
            #[must_use]
            pub fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }

            /// Whether it is nothing.
            #[must_use]
            pub fn is_zero(self) -> bool {
                self.0.is_zero()
            }

            /// The nearest double, for analytics.
            #[must_use]
            pub fn to_f64(self) -> f64 {
                f64::from(self.0)
            }
        }

        impl From<u128> for $name {
            fn from(value: u128) -> Self {
                Self(U256::from(value))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                U256::from_str(&text).map(Self).map_err(|error| D::Error::custom(format!("{text}: {error}")))
            }
        }
    };
}

quantity!(
    /// Base units of the vault's asset (USDC: 1e6 = one dollar).
    Assets
);
quantity!(
    /// A share of one: 1e18 = 100 %.
    Wad
);
quantity!(
    /// A share of one as Aave writes rates: 1e27 = 100 % (a year).
    Ray
);
quantity!(
    /// The chain's coin: 1e18 = one ether.
    Wei
);

impl Assets {
    /// The base units at or below `value`; nothing for a negative or undefined one.
    ///
    /// Exact below 2^53 base units, else within the double's own spacing.
    #[must_use]
    pub fn from_f64_down(value: f64) -> Self {
        if value.is_nan() || value <= 0.0 {
            return Self::ZERO;
        }
        U256::try_from(value.floor()).map_or(Self::MAX, Self)
    }
}

impl Wad {
    /// 100 %.
    pub const ONE: Self = Self(U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]));

    /// The plain fraction: 0.05 for 5 %.
    #[must_use]
    pub fn to_fraction(self) -> f64 {
        self.to_f64() / 1e18
    }

    /// The part of `assets`, rounded down; the largest amount where it does not fit.
    #[must_use]
    pub fn of_down(self, assets: Assets) -> Assets {
        Assets(math::mul_div_down(self.0, assets.0, U256::from(WAD)).unwrap_or(U256::MAX))
    }
}

impl Ray {
    /// The plain fraction: 0.05 for 5 %.
    #[must_use]
    pub fn to_fraction(self) -> f64 {
        self.to_f64() / 1e27
    }
}

/// Seconds since 1970, as blocks carry them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The moment `secs` later, or the last one that there is.
    #[must_use]
    pub fn after_secs(self, secs: u64) -> Self {
        Self(self.0.saturating_add(secs))
    }

    /// Seconds from `earlier` to here; none where `earlier` is later.
    #[must_use]
    pub fn secs_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Units of gas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Gas(pub u64);

impl Gas {
    /// What this gas costs at a price a unit, or the largest amount where it does not fit.
    #[must_use]
    pub fn cost(self, price: Wei) -> Wei {
        Wei(price.0.saturating_mul(U256::from(self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_decimal_strings_in_json() {
        let text = serde_json::to_string(&Assets::from(1_234_567)).expect("a number is JSON");

        assert_eq!(text, "\"1234567\"");
        assert_eq!(serde_json::from_str::<Assets>(&text).expect("it reads back"), Assets::from(1_234_567));
        assert!(serde_json::from_str::<Assets>("\"12x\"").is_err());
    }

    #[test]
    fn part_rounds_down_and_saturates() {
        assert_eq!(Wad::from(WAD / 3).of_down(Assets::from(100)), Assets::from(33));
        assert_eq!(Wad::ONE.of_down(Assets::MAX), Assets::MAX);
        assert_eq!(Wad::MAX.of_down(Assets::MAX), Assets::MAX);
    }

    #[test]
    fn doubles_become_amounts_downwards() {
        assert_eq!(Assets::from_f64_down(12.999), Assets::from(12));
        assert_eq!(Assets::from_f64_down(-1.0), Assets::ZERO);
        assert_eq!(Assets::from_f64_down(f64::NAN), Assets::ZERO);
        assert_eq!(Assets::from_f64_down(f64::INFINITY), Assets::MAX);
    }
}
