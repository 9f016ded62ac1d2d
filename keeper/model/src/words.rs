//! Quantities and limits in words for people: amounts in whole tokens, fractions in percent, what was refused.

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

use crate::governed::RiskId;
use crate::snapshot::Asset;
use crate::units::Assets;

/// What the value and the bound of a limit are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Base units of the asset.
    Assets,
    /// Parts of the net asset value (or of a venue), 1e18 = 100 %.
    Wad,
    /// What secures a debt, by the debt, 1e18 = 1.
    Health,
    /// Seconds.
    Seconds,
    /// Parts of the net asset value, 10,000 = 100 %.
    Bps,
    /// What a bond pays at its date for one unit paid now, 1e18 = 1.
    Growth,
}

impl Unit {
    /// What this kind of limit is counted in.
    #[must_use]
    pub fn of(limit: mandate::Limit) -> Self {
        use mandate::Limit as L;
        match limit {
            L::RelativeCap | L::LiquidityFloor | L::LiquidityCover | L::VenueDepth | L::Credit => Self::Wad,
            L::DurationCap | L::DurationFloor => Self::Seconds,
            L::RungCap | L::RungFloor => Self::Bps,
            L::Purchase => Self::Growth,
            L::HealthFloor | L::PortfolioHealth => Self::Health,
            L::AbsoluteCap
            | L::LossBudget
            | L::TurnoverBudget
            | L::GrantLoss
            | L::GrantTurnover
            | L::Breaker
            | L::Improvement => Self::Assets,
        }
    }

    /// A value in words: "60 %", "1,000.5 USDC", a health of "1.1500"; without the token, base units.
    #[must_use]
    pub fn show(self, value: U256, asset: Option<&Asset>) -> String {
        match (self, asset) {
            (Self::Wad, _) => exact_percent(value),
            (Self::Health, _) => health(value),
            (Self::Seconds, _) => days(value),
            (Self::Bps, _) => exact_percent(value.saturating_mul(U256::from(math::WAD / 10_000))),
            (Self::Growth, _) => growth(value),
            (Self::Assets, Some(asset)) => amount(Assets(value), asset),
            (Self::Assets, None) => format!("{value} base units"),
        }
    }
}

/// The limits, by the numbers that the contracts' errors and views give them.
pub const LIMITS: [mandate::Limit; 19] = [
    mandate::Limit::AbsoluteCap,
    mandate::Limit::RelativeCap,
    mandate::Limit::LiquidityFloor,
    mandate::Limit::LiquidityCover,
    mandate::Limit::VenueDepth,
    mandate::Limit::LossBudget,
    mandate::Limit::TurnoverBudget,
    mandate::Limit::GrantLoss,
    mandate::Limit::GrantTurnover,
    mandate::Limit::Breaker,
    mandate::Limit::HealthFloor,
    mandate::Limit::PortfolioHealth,
    mandate::Limit::Improvement,
    mandate::Limit::DurationCap,
    mandate::Limit::DurationFloor,
    mandate::Limit::RungCap,
    mandate::Limit::RungFloor,
    mandate::Limit::Credit,
    mandate::Limit::Purchase,
];

/// The name of a kind of limit: "relative cap".
#[must_use]
pub fn kind_name(limit: mandate::Limit) -> &'static str {
    use mandate::Limit as L;
    match limit {
        L::AbsoluteCap => "absolute cap",
        L::RelativeCap => "relative cap",
        L::LiquidityFloor => "liquidity floor",
        L::LiquidityCover => "liquidity cover",
        L::VenueDepth => "venue depth",
        L::LossBudget => "loss budget",
        L::TurnoverBudget => "turnover budget",
        L::GrantLoss => "grant's loss budget",
        L::GrantTurnover => "grant's turnover budget",
        L::Breaker => "breaker",
        L::HealthFloor => "health floor",
        L::PortfolioHealth => "portfolio health",
        L::Improvement => "improvement",
        L::DurationCap => "most duration",
        L::DurationFloor => "least duration",
        L::RungCap => "most share",
        L::RungFloor => "least share",
        L::Credit => "credit budget",
        L::Purchase => "price",
    }
}

/// The name of a limit for people: "relative cap of protocol/aave-v3", "venue depth of position 3".
#[must_use]
pub fn limit_name(limit: mandate::Limit, on: mandate::Subject<mandate::RiskId>) -> String {
    let name = kind_name(limit);
    match on {
        mandate::Subject::Portfolio => name.to_owned(),
        mandate::Subject::Risk(id) => format!("{name} of {}", RiskId(id)),
        mandate::Subject::Position(index) => format!("{name} of position {index}"),
        mandate::Subject::Rung(index) => format!("{name} of rung {index}"),
    }
}

/// What a limit is on, from the id that the contracts' errors and views carry.
#[must_use]
pub fn subject(limit: mandate::Limit, id: mandate::RiskId) -> mandate::Subject<mandate::RiskId> {
    use mandate::Limit as L;
    match limit {
        L::AbsoluteCap | L::RelativeCap | L::Breaker => mandate::Subject::Risk(id),
        L::VenueDepth | L::HealthFloor | L::Purchase => mandate::Subject::Position(id[31]),
        L::RungCap | L::RungFloor => mandate::Subject::Rung(id[31]),
        _ => mandate::Subject::Portfolio,
    }
}

/// One sentence about a refusal: which limit, the value found and the bound.
#[must_use]
pub fn breach_line(breach: &mandate::Breach, asset: Option<&Asset>) -> String {
    let unit = Unit::of(breach.limit);
    let (value, bound) = (unit.show(breach.value, asset), unit.show(breach.bound, asset));
    let name = limit_name(breach.limit, breach.on);
    use mandate::Limit as L;
    match breach.limit {
        L::LiquidityFloor
        | L::LiquidityCover
        | L::HealthFloor
        | L::PortfolioHealth
        | L::Improvement
        | L::DurationFloor
        | L::RungFloor
        | L::Purchase => {
            format!("{name}: {value} found, at least {bound} required")
        }
        _ => format!("{name}: {value} found, at most {bound} allowed"),
    }
}

/// An amount in whole tokens with all its digits and the symbol.
#[must_use]
pub fn amount(assets: Assets, asset: &Asset) -> String {
    let digits = assets.to_string();
    let decimals = usize::from(asset.decimals);
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction {
        "" => format!("{grouped} {}", asset.symbol),
        fraction => format!("{grouped}.{fraction} {}", asset.symbol),
    }
}

/// A fraction in percent with four digits after the point.
#[must_use]
pub fn percent(fraction: f64) -> String {
    format!("{:.4} %", fraction * 100.0)
}

/// A part of 1e18 in percent, exactly: as many digits after the point as it has.
#[must_use]
pub fn exact_percent(wad: U256) -> String {
    let digits = format!("{wad:0>17}");
    let (whole, fraction) = digits.split_at(digits.len() - 16);
    match fraction.trim_end_matches('0') {
        "" => format!("{whole} %"),
        fraction => format!("{whole}.{fraction} %"),
    }
}

/// A health of 1e18 = 1 with four digits after the point, rounded down; one beyond every health that governance asks for is
/// "infinite".
#[must_use]
pub fn health(wad: U256) -> String {
    if wad >= U256::from(u64::MAX) {
        return "infinite".to_owned();
    }
    let digits = format!("{:0>5}", wad / U256::from(math::WAD / 10_000));
    let (whole, fraction) = digits.split_at(digits.len() - 4);
    format!("{whole}.{fraction}")
}

/// A time in days with two digits after the point, rounded down.
#[must_use]
pub fn days(secs: U256) -> String {
    let hundredths = secs.saturating_mul(U256::from(100)) / U256::from(86_400);
    format!("{}.{:0>2} days", hundredths / U256::from(100), (hundredths % U256::from(100)).to_string())
}

/// What is paid at a date for one unit paid now, 1e18 = 1, with six digits after the point, rounded down.
#[must_use]
pub fn growth(wad: U256) -> String {
    let digits = format!("{:0>7}", wad / U256::from(math::WAD / 1_000_000));
    let (whole, fraction) = digits.split_at(digits.len() - 6);
    format!("{whole}.{fraction} for 1 paid")
}

/// A length of time: "36 hours", "3 days", the largest unit that fits whole, else seconds.
#[must_use]
pub fn duration(secs: u64) -> String {
    let (count, unit) = match secs {
        0 => (0, "seconds"),
        _ if secs.is_multiple_of(86_400) => (secs / 86_400, "days"),
        _ if secs.is_multiple_of(3_600) => (secs / 3_600, "hours"),
        _ if secs.is_multiple_of(60) => (secs / 60, "minutes"),
        _ => (secs, "seconds"),
    };
    let unit = if count == 1 { unit.trim_end_matches('s') } else { unit };
    format!("{count} {unit}")
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256};

    use super::*;

    fn asset(decimals: u8) -> Asset {
        Asset { address: Address::ZERO, symbol: "USDC".into(), decimals }
    }

    #[test]
    fn amounts_show_every_digit_and_group_thousands() {
        assert_eq!(amount(Assets::from(1_234_567_890_123), &asset(6)), "1,234,567.890123 USDC");
        assert_eq!(amount(Assets::from(5), &asset(6)), "0.000005 USDC");
        assert_eq!(amount(Assets::from(1_000), &asset(0)), "1,000 USDC");
        assert_eq!(amount(Assets::ZERO, &asset(2)), "0.00 USDC");
    }

    #[test]
    fn rates_show_four_digits_and_bounds_all_of_them() {
        assert_eq!(percent(0.052_65), "5.2650 %");
        assert_eq!(exact_percent(U256::from(600_000_000_000_000_000_u64)), "60 %");
        assert_eq!(exact_percent(U256::from(600_000_000_000_000_001_u64)), "60.0000000000000001 %");
        assert_eq!(exact_percent(U256::from(1)), "0.0000000000000001 %");
        assert_eq!(exact_percent(U256::ZERO), "0 %");
    }

    #[test]
    fn healths_show_four_digits_and_none_is_rounded_up() {
        assert_eq!(health(U256::from(1_150_000_000_000_000_000_u64)), "1.1500");
        assert_eq!(health(U256::from(1_099_999_999_999_999_999_u64)), "1.0999");
        assert_eq!(health(U256::from(99_999_999_999_999_u64)), "0.0000");
        assert_eq!(health(U256::from(12) * U256::from(math::WAD)), "12.0000");
        assert_eq!(health(U256::from(u64::MAX)), "infinite");
    }

    #[test]
    fn times_are_told_in_the_largest_whole_unit() {
        let told = [0, 1, 90, 3_600, 129_600, 86_400, 259_200].map(duration);

        assert_eq!(told, ["0 seconds", "1 second", "90 seconds", "1 hour", "36 hours", "1 day", "3 days"]);
    }

    #[test]
    fn every_limit_has_its_number_a_name_and_a_subject() {
        for (number, limit) in LIMITS.into_iter().enumerate() {
            assert_eq!(limit as usize, number);
            assert!(!kind_name(limit).is_empty());
        }
        let id = RiskId::from_name("aave").expect("short").0;
        assert_eq!(limit_name(LIMITS[1], subject(LIMITS[1], id)), "relative cap of aave");
        assert_eq!(limit_name(LIMITS[4], subject(LIMITS[4], B256::with_last_byte(7))), "venue depth of position 7");
        assert_eq!(limit_name(LIMITS[5], subject(LIMITS[5], B256::ZERO)), "loss budget");
        assert_eq!(limit_name(LIMITS[10], subject(LIMITS[10], B256::with_last_byte(2))), "health floor of position 2");
        assert_eq!(limit_name(LIMITS[11], subject(LIMITS[11], B256::ZERO)), "portfolio health");
        assert_eq!(limit_name(LIMITS[13], subject(LIMITS[13], B256::ZERO)), "most duration");
        assert_eq!(limit_name(LIMITS[15], subject(LIMITS[15], B256::with_last_byte(1))), "most share of rung 1");
        assert_eq!(limit_name(LIMITS[18], subject(LIMITS[18], B256::with_last_byte(3))), "price of position 3");
    }

    #[test]
    fn a_breach_is_a_sentence_in_the_limits_own_unit() {
        let breach = |limit: mandate::Limit, value: u64, bound: u64| mandate::Breach {
            limit,
            on: mandate::Subject::Portfolio,
            value: U256::from(value),
            bound: U256::from(bound),
        };

        let floor =
            breach_line(&breach(mandate::Limit::LiquidityFloor, 10_000_000_000_000_000, 50_000_000_000_000_000), None);
        let loss = breach_line(&breach(mandate::Limit::LossBudget, 2_000_001, 2_000_000), Some(&asset(6)));

        assert_eq!(floor, "liquidity floor: 1 % found, at least 5 % required");
        assert_eq!(loss, "loss budget: 2.000001 USDC found, at most 2.000000 USDC allowed");
        let health = breach(mandate::Limit::PortfolioHealth, 1_049_900_000_000_000_000, 1_050_000_000_000_000_000);
        assert_eq!(breach_line(&health, None), "portfolio health: 1.0499 found, at least 1.0500 required");
        let duration = breach_line(&breach(mandate::Limit::DurationCap, 86_400 * 91, 7_776_000), None);
        assert_eq!(duration, "most duration: 91.00 days found, at most 90.00 days allowed");
        let rung = breach_line(&breach(mandate::Limit::RungFloor, 999, 1_000), None);
        assert_eq!(rung, "least share: 9.99 % found, at least 10 % required");
        let price = breach(mandate::Limit::Purchase, 999_999_000_000_000_000, 1_000_000_000_000_000_000);
        assert_eq!(
            breach_line(&price, None),
            "price: 0.999999 for 1 paid found, at least 1.000000 for 1 paid required"
        );
    }
}
