//! Amounts: integers of any size in the file, decimal tokens on the command line.

use std::fmt;

use alloy_primitives::U256;
use model::Assets;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A count of base units or wei: an integer, or a text of digits where TOML's integers are too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(pub u128);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor)
    }
}

struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an integer of at least 0, or one as a text of digits")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Amount, E> {
        u128::try_from(value).map(Amount).map_err(|_| E::custom(format!("{value} is negative")))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Amount, E> {
        Ok(Amount(value.into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Amount, E> {
        let digits: String = text.chars().filter(|c| *c != '_').collect();
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let value = is_number.then(|| digits.parse().ok()).flatten();
        value.map(Amount).ok_or_else(|| E::custom(format!("{text:?} is not a whole number below 2^128")))
    }
}

/// Turns whole tokens as typed ("1,000.5" is refused, "1000.5" is not) into base units.
///
/// # Errors
/// When the text is no positive decimal number, has more digits after the point than the token, or is too large.
pub fn tokens_to_assets(text: &str, decimals: u8) -> Result<Assets, String> {
    let refuse = |why: &str| Err(format!("amount {text:?} {why}"));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || text.ends_with('.') || !is_digits(whole) || !is_digits(fraction) {
        return refuse("is not a decimal number like 1000 or 0.5");
    }
    if fraction.len() > usize::from(decimals) {
        return Err(format!("amount {text:?} has {} digits after the point, the token {decimals}", fraction.len()));
    }
    let digits = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
    match U256::from_str_radix(&digits, 10) {
        Ok(value) if value.is_zero() => refuse("is zero"),
        Ok(value) if value <= U256::from(u128::MAX) => Ok(Assets(value)),
        _ => refuse("exceeds 2^128 - 1 base units"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_base_units_exactly() {
        for (text, assets) in [("1000", 1_000_000_000), ("0.5", 500_000), ("0.000001", 1), ("12.340000", 12_340_000)] {
            assert_eq!(tokens_to_assets(text, 6), Ok(Assets::from(assets)));
        }
    }

    #[test]
    fn what_is_no_positive_amount_is_refused_by_name() {
        let huge = "9".repeat(50);
        for text in ["", "-1", "1,000", "1e6", ".5", "5.", "0", "0.0", "0.0000001", "1.2.3", "٣", &huge] {
            let error = tokens_to_assets(text, 6).expect_err(text);
            assert!(error.contains(&format!("{text:?}")), "{error}");
        }
    }
}
