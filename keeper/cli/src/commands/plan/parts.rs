//! The parts of what a portfolio brings: income, and everything that is taken off it.

use model::units::YEAR_SECS;
use model::words::amount;
use model::{Asset, Assets, Charges, Explanation};
use serde_json::{Value, json};

use crate::output::table;

/// What a portfolio brings a year, part by part, in base units: as things are, and after the plan (at the target, where there is
/// none).
pub(super) struct Parts {
    rows: [(&'static str, f64, f64); 8],
}

impl Parts {
    /// The parts behind a decision; gas is the whole plan's, by the year over the horizon.
    pub(super) fn of(explanation: &Explanation, horizon_secs: u64) -> Self {
        let Explanation { income_before_assets, income_after_assets, charges_before, charges_after, .. } = explanation;
        let gas = explanation.gas_cost_assets.to_f64() * YEAR_SECS as f64 / horizon_secs.max(1) as f64;
        let both = |of: fn(&Charges) -> f64| (of(charges_before), of(charges_after));
        let charged = |name, of: fn(&Charges) -> f64| {
            let (before, after) = both(of);
            (name, -before, -after)
        };
        let (total_before, total_after) = both(Charges::total_assets);
        Self {
            rows: [
                ("carry", *income_before_assets, *income_after_assets),
                charged("expected loss", |charges| charges.expected_loss_assets),
                charged("roll-down", |charges| -charges.roll_down_assets),
                charged("slippage", |charges| charges.slippage_assets),
                ("gas", 0.0, -gas),
                charged("variance", |charges| charges.variance_assets),
                charged("worst scenarios", |charges| charges.tail_assets),
                ("in all", income_before_assets - total_before, income_after_assets - total_after - gas),
            ],
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let part = |(name, now, after): &(&str, f64, f64)| json!({ "part": name, "now": now, "after": after });
        self.rows.iter().map(part).collect()
    }

    pub(super) fn to_text(&self, asset: &Asset) -> String {
        let shown = |assets: f64| {
            let sign = if assets <= -1.0 { "-" } else { "" };
            format!("{sign}{}", amount(Assets::from_f64_down(assets.abs()), asset))
        };
        let row = |(name, now, after): &(&str, f64, f64)| vec![(*name).to_owned(), shown(*now), shown(*after)];
        table(&["a year", "now", "after"], &self.rows.iter().map(row).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use model::alloy_primitives::{Address, B256};
    use model::{Block, Timestamp, Wei};

    use super::*;

    #[test]
    fn parts_come_with_their_signs_and_add_up() {
        let charges = |times: f64| Charges {
            expected_loss_assets: 4e6 * times,
            roll_down_assets: 3e6 * times,
            variance_assets: 2e6 * times,
            ..Charges::default()
        };
        let block = Block { number: 1, hash: B256::ZERO, timestamp: Timestamp(1), base_fee: Wei::from(1) };
        let explanation = Explanation {
            block,
            total: Assets::from(1_000_000_000),
            income_before_assets: 20e6,
            income_after_assets: 50e6,
            charges_before: charges(1.0),
            charges_after: charges(2.0),
            gain_assets: 0.0,
            gas_cost: Wei::from(1),
            gas_cost_assets: Assets::from(500_000),
            required_assets: 0.0,
            gap_assets: 0.0,
            positions: Vec::new(),
            binding: Vec::new(),
            limits: Vec::new(),
            stuck: Vec::new(),
            fallback: None,
        };
        let asset = Asset { address: Address::ZERO, symbol: "USDC".into(), decimals: 6 };

        let parts = Parts::of(&explanation, YEAR_SECS / 2);

        let all = |of: fn(&(&'static str, f64, f64)) -> f64| parts.rows[..7].iter().map(of).sum::<f64>();
        assert_eq!((all(|row| row.1), all(|row| row.2)), (17e6, 43e6));
        assert_eq!((parts.rows[7].1, parts.rows[7].2), (17e6, 43e6));
        let text = parts.to_text(&asset);
        assert!(
            text.contains("-4.000000 USDC") && text.contains("roll-down") && text.contains("-1.000000 USDC"),
            "{text}"
        );
        assert_eq!(parts.to_json()[2]["after"], 6e6);
    }
}
