//! What money buys of a bond: what that pays at its date, and what the book will say of it at once.

use alloy_primitives::U256;

use crate::position::Position;
use crate::rate::{Curve, RateModel};
use crate::units::{Assets, Timestamp, WAD, Wad, YEAR_SECS};

/// Halvings within which the most that may be bought is found: to a millionth of a millionth of what the market sells.
const HALVINGS: usize = 40;

/// What rounding to base units may take of a purchase.
const ROUNDING: f64 = 1e-9;

/// What money buys of a bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bought {
    /// What it pays at its date, rounded down; by a quote, rounded up, so that what is quoted at a bound is at it.
    pub face: Assets,
    /// What a position is worth more for it, by its mark: no more than was paid, rounded down.
    pub gained: Assets,
}

impl Position {
    /// What `amount` buys once `paid` was paid for some already; nothing where the instrument has no date to come.
    ///
    /// A market's curve earns what is bought until its date, so that the face is what is paid and the income until then.
    #[must_use]
    pub fn buys(&self, curve: &Curve, paid: Assets, amount: Assets, now: Timestamp) -> Option<Bought> {
        let bond = self.bond.filter(|bond| bond.maturity.is_some_and(|maturity| maturity > now))?;
        let years = f64::from(bond.term_secs(now)) / YEAR_SECS as f64;
        let from = self.value.saturating_add(paid).to_f64();
        let paid = amount.to_f64();
        let rate = self.reported_rate.unwrap_or(bond.rate);
        if !matches!(self.rate, RateModel::PendlePrincipal(_) | RateModel::HyperdriveLong(_)) {
            // Whoever is no market sells at what it quotes.
            let growth = mandate::growth_up(rate.0.saturating_to(), bond.term_secs(now));
            let face = math::mul_div_up(amount.0, U256::from(growth), U256::from(WAD)).unwrap_or(U256::MAX);
            return Some(Bought { face: Assets(face), gained: amount });
        }
        let income = |x: f64| curve.income(x).value;
        let face = (paid + (income(from + paid) - income(from)) * years).max(0.0);
        let gained = (face * (1.0 + rate.to_fraction()).powf(-years)).min(paid);
        Some(Bought { face: Assets::from_f64_down(face), gained: Assets::from_f64_down(gained).min(amount) })
    }

    /// What a position is worth less, by its mark, for a sale that pays `amount` in its market: that or more, rounded up. Nothing where
    /// the instrument has no date to come, or where its issuer pays.
    #[must_use]
    pub fn sells(&self, curve: &Curve, amount: Assets, now: Timestamp) -> Option<Assets> {
        let bond = self.bond.filter(|bond| bond.maturity.is_some_and(|maturity| maturity > now))?;
        if !matches!(self.rate, RateModel::PendlePrincipal(_)) {
            return None;
        }
        let years = f64::from(bond.term_secs(now)) / YEAR_SECS as f64;
        let (own, paid) = (self.value.to_f64(), amount.to_f64().min(self.value.to_f64()));
        let face = paid + (curve.income(own).value - curve.income(own - paid).value) * years;
        let rate = self.reported_rate.unwrap_or(bond.rate).to_fraction();
        let lost = Assets::from_f64_down((face * (1.0 + rate).powf(-years)).ceil());
        Some(lost.max(amount).min(self.value.max(amount)))
    }

    /// The most, up to `most`, that one purchase may be: at this growth to its date (1e18 for one paid) or better, and so that it is
    /// worth what was paid less the position's slack at least. Nothing where the instrument has no date to come.
    #[must_use]
    pub fn most_bought(&self, curve: &Curve, growth: u128, most: Assets, now: Timestamp) -> Option<Assets> {
        let kept = 1.0 - f64::from(self.terms.slack_bps) / 1e4 - ROUNDING;
        let growth = Wad::from(growth.max(WAD)).to_fraction();
        self.buys(curve, Assets::ZERO, Assets::ZERO, now)?;
        let is_good = |amount: f64| {
            let amount = Assets::from_f64_down(amount);
            let bought = self.buys(curve, Assets::ZERO, amount, now);
            let paid = amount.to_f64();
            bought.is_some_and(|bought| bought.face.to_f64() >= paid * growth && bought.gained.to_f64() >= paid * kept)
        };
        let (mut low, mut high) = (0.0, (curve.capacity() - self.value.to_f64()).clamp(0.0, most.to_f64()));
        if is_good(high) {
            return Some(Assets::from_f64_down(high));
        }
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if is_good(middle) { low = middle } else { high = middle }
        }
        Some(Assets::from_f64_down(low))
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256, U256};

    use super::*;
    use crate::rate::PendlePrincipal;
    use crate::{Bond, Terms, VenueKind};

    const MILLION: u128 = 1_000_000_000_000;
    const NOW: Timestamp = Timestamp(0);

    /// An empty position at a market of ten million each way that yields 6 % for half a year; its slack is half a percent.
    fn position() -> (Position, Curve) {
        let wad = |value: f64| Wad::from((value * 1e18) as u128);
        let expiry = Timestamp(YEAR_SECS / 2);
        let market = PendlePrincipal {
            total_pt: Assets::from(10 * MILLION),
            total_asset: Assets::from(10 * MILLION),
            scalar_root: wad(40.0),
            ln_implied_rate: wad(1.06_f64.ln()),
            ln_fee_rate_root: wad(1.001_f64.ln()),
            expiry,
            held_pt: Assets::ZERO,
            horizon: None,
        };
        let rate = RateModel::PendlePrincipal(market);
        let curve = rate.curve(Assets::ZERO, NOW).expect("possible");
        let position = Position {
            index: 0,
            adapter: Address::ZERO,
            venue: Address::ZERO,
            market: B256::ZERO,
            kind: VenueKind::PendlePt,
            risk_ids: Vec::new(),
            marked: Assets::ZERO,
            marked_at: NOW,
            shortfall: Assets::ZERO,
            terms: Terms { slack_bps: 50, ..Terms::default() },
            value: Assets::ZERO,
            units: U256::ZERO,
            liquidity: Assets::ZERO,
            depth: None,
            reported_rate: Some(wad(0.06)),
            lever: None,
            collateral: None,
            requested: None,
            bond: Some(Bond { maturity: Some(expiry), ..Bond::default() }),
            rate,
        };
        (position, curve)
    }

    #[test]
    fn a_small_purchase_pays_its_yield_less_the_fee_and_a_large_one_moves_the_price() {
        let (position, curve) = position();
        let growth = |amount: u128| {
            let bought = position.buys(&curve, Assets::ZERO, Assets::from(amount), NOW).expect("it has a date");
            (bought.face.to_f64() / amount as f64, bought.gained.to_f64() / amount as f64)
        };

        let (face, gained) = growth(MILLION / 1_000);
        assert!((face - 1.06_f64.sqrt() / 1.001_f64.sqrt()).abs() < 1e-5, "{face}");
        assert!((gained - 1.0 / 1.001_f64.sqrt()).abs() < 1e-5, "{gained}");
        assert!(growth(2 * MILLION) < growth(MILLION) && growth(MILLION) < growth(MILLION / 10));
        let second = position.buys(&curve, Assets::from(MILLION), Assets::from(MILLION), NOW).expect("so");
        let both = position.buys(&curve, Assets::ZERO, Assets::from(2 * MILLION), NOW).expect("so");
        let first = position.buys(&curve, Assets::ZERO, Assets::from(MILLION), NOW).expect("so");
        assert!(both.face.0.abs_diff(first.face.0 + second.face.0) <= U256::from(2), "one after the other");
    }

    #[test]
    fn the_most_is_bound_by_slack_and_by_the_least_yield() {
        let (position, curve) = position();
        let most = |growth: f64| {
            position.most_bought(&curve, (growth * 1e18) as u128, Assets::MAX, NOW).expect("it has a date")
        };

        let by_slack = most(1.0);
        let bought = position.buys(&curve, Assets::ZERO, by_slack, NOW).expect("so");
        assert!((bought.gained.to_f64() / by_slack.to_f64() - 0.995).abs() < 1e-6);
        let by_yield = most(1.027);
        assert!(by_yield < by_slack && by_yield > Assets::ZERO);
        assert_eq!(most(1.03), Assets::ZERO, "not even a first unit yields so much");
    }

    #[test]
    fn a_sale_costs_the_fee_and_its_impact_and_never_more_than_is_held() {
        let (empty, _) = position();
        let held = Position { value: Assets::from(3 * MILLION), ..empty };
        let RateModel::PendlePrincipal(market) = &held.rate else { panic!("it is one") };
        let face = 3.0e12 * 1.06_f64.sqrt();
        let market = PendlePrincipal { held_pt: Assets::from_f64_down(face), ..market.clone() };
        let held = Position { rate: RateModel::PendlePrincipal(market), ..held };
        let curve = held.rate.curve(held.value, NOW).expect("possible");
        let lost = |amount: u128| held.sells(&curve, Assets::from(amount), NOW).expect("so").to_f64() / amount as f64;

        assert!((lost(MILLION / 1_000) - 1.001_f64.sqrt()).abs() < 1e-4, "{}", lost(MILLION / 1_000));
        assert!(lost(2 * MILLION) > lost(MILLION) && lost(MILLION) > lost(MILLION / 10));
        assert_eq!(held.sells(&curve, held.value, NOW), Some(held.value));
    }

    #[test]
    fn what_has_no_date_or_is_due_is_not_bought_as_a_bond() {
        let (position, curve) = position();
        for bond in [
            None,
            Some(Bond { term_secs: 90, ..Bond::default() }),
            Some(Bond { maturity: Some(NOW), ..Bond::default() }),
        ] {
            let other = Position { bond, ..position.clone() };
            assert_eq!(other.buys(&curve, Assets::ZERO, Assets::from(MILLION), NOW), None);
            assert_eq!(other.most_bought(&curve, WAD, Assets::MAX, NOW), None);
        }
    }
}
