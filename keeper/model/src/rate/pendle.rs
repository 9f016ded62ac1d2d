//! Pendle v2's market for principal tokens: what our own trade does to the price, and what holding earns.
//!
//! With `P` principal tokens and `A` of the asset in the market, `T` years to expiry, and `n` tokens bought,
//!
//! ```text
//! scalar = scalar root / T                       anchor = e^(ln implied * T) - ln(P/A) / scalar
//! E(n)   = ln( (P - n)/(A + n) ) / scalar + anchor                  tokens for one of the asset, before fees
//! cost   = n * e^(fee root * T) / E(n)           proceeds = -n / (E(n) * e^(fee root * T))
//! ```
//!
//! A token pays one of the asset at expiry. Source: `MarketMathCore`. With `m` tokens held in all after a trade of
//! `x - own`, the yearly income to a horizon is `(m * worth - x) / years`: worth is 1 at expiry, and
//! `e^(-ln implied * rest)` at a horizon before it, where the market's rate is what it is today.

use serde::{Deserialize, Serialize};

use super::curve::{Income, Shape};
use super::jet::Jet;
use super::{Curve, Error, Piece, at_most, positive};
use crate::units::{Assets, Timestamp, Wad, YEAR_SECS};

/// The most of the market that principal tokens may be.
const MAX_PROPORTION: f64 = 0.96;

/// Steps within which a trade's size is found to a double's precision.
const STEPS: usize = 60;

/// A market, as read from the chain at one block, and what we hold of its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendlePrincipal {
    /// Principal tokens in the market.
    pub total_pt: Assets,
    /// What its yield tokens are worth in the asset.
    pub total_asset: Assets,
    /// `scalarRoot`.
    pub scalar_root: Wad,
    /// The last trade's implied rate: the logarithm of one and the yearly yield.
    pub ln_implied_rate: Wad,
    /// The fee on the implied rate, as a logarithm.
    pub ln_fee_rate_root: Wad,
    /// When a token pays one of the asset.
    pub expiry: Timestamp,
    /// Tokens that we hold.
    pub held_pt: Assets,
    /// Until when they are held; nothing for until expiry.
    pub horizon: Option<Timestamp>,
}

/// One direction of trade as a piece of an income curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Principal {
    pt: f64,
    asset: f64,
    scalar: f64,
    anchor: f64,
    /// What the fee makes of a unit's price: above one when buying, below when selling.
    charge: f64,
    own: f64,
    held_pt: f64,
    worth: f64,
    years: f64,
    /// The furthest trade of this direction, in tokens.
    furthest_pt: f64,
}

impl PendlePrincipal {
    /// The income curve of a position that is worth `own` at the moment `at`; after expiry it earns nothing.
    pub(super) fn curve(&self, own: Assets, at: Timestamp) -> Result<Curve, Error> {
        let own = own.to_f64();
        let Some(terms) = self.terms(at)? else { return Ok(Curve::flat_zero(own)) };
        let Terms { scalar, anchor, fee, years, worth } = terms;
        let (pt, asset, held_pt) = (self.total_pt.to_f64(), self.total_asset.to_f64(), self.held_pt.to_f64());
        let side = Principal { pt, asset, scalar, anchor, charge: fee, own, held_pt, worth, years, furthest_pt: 0.0 };
        let buys = Principal { furthest_pt: side.most_bought(fee), ..side };
        let room = (MAX_PROPORTION * (pt + asset) - pt).max(0.0);
        let sells = Principal { charge: 1.0 / fee, furthest_pt: -room.min(held_pt), ..side };

        let capacity = own + buys.cost(buys.furthest_pt).value;
        let least = (own + sells.cost(sells.furthest_pt).value).clamp(0.0, own);
        // What the market would not take is as if sold at its last price.
        let edge = sells.income(least);
        let rest = Shape::Line { at: least, value: edge.value, slope: edge.marginal };
        let pieces = vec![
            Piece::new(0.0, least, rest),
            Piece::new(least, own, Shape::Principal(sells)),
            Piece::new(own, f64::INFINITY, Shape::Principal(buys)),
        ];
        Ok(Curve::new(pieces, capacity))
    }

    /// The yearly yield, compounded, that a token bought now at the market's last rate returns by its expiry: before fees
    /// and our own impact.
    #[must_use]
    pub fn implied_yield(&self) -> f64 {
        self.ln_implied_rate.to_fraction().exp_m1()
    }

    fn terms(&self, at: Timestamp) -> Result<Option<Terms>, Error> {
        let to_expiry = self.expiry.secs_since(at) as f64 / YEAR_SECS as f64;
        if to_expiry <= 0.0 {
            return Ok(None);
        }
        let (pt, asset) = (positive("total pt", self.total_pt.to_f64())?, self.total_asset.to_f64());
        let asset = positive("total asset", asset)?;
        at_most("proportion of pt", pt / (pt + asset), MAX_PROPORTION)?;
        let scalar = positive("scalar root", self.scalar_root.to_fraction())? / to_expiry;
        let implied = at_most("ln implied rate", self.ln_implied_rate.to_fraction(), 10.0)?;
        let fee = at_most("ln fee rate root", self.ln_fee_rate_root.to_fraction(), 1.0)?;
        let held_secs = self.horizon.unwrap_or(self.expiry).min(self.expiry).secs_since(at);
        let years = positive("years to the horizon", held_secs as f64 / YEAR_SECS as f64)?;
        Ok(Some(Terms {
            scalar,
            anchor: (implied * to_expiry).exp() - (pt / asset).ln() / scalar,
            fee: (fee * to_expiry).exp(),
            years,
            worth: (-implied * (to_expiry - years)).exp(),
        }))
    }
}

struct Terms {
    scalar: f64,
    anchor: f64,
    fee: f64,
    years: f64,
    worth: f64,
}

impl Principal {
    pub(super) fn is_bought(&self) -> bool {
        self.furthest_pt >= 0.0
    }

    pub(super) fn income(&self, x: f64) -> Income {
        let tokens = self.tokens(x - self.own);
        let cost = self.cost(tokens);
        // The inverse of the cost: its slope and curvature by those of the cost.
        let (slope, curvature) = (1.0 / cost.slope, -cost.curvature / cost.slope.powi(3));
        Income {
            value: ((self.held_pt + tokens) * self.worth - x) / self.years,
            marginal: (slope * self.worth - 1.0) / self.years,
            curvature: curvature * self.worth / self.years,
        }
    }

    /// What `tokens` cost, with derivatives; less than nothing for tokens sold.
    fn cost(&self, tokens: f64) -> Jet {
        let bought = Jet::variable(tokens);
        let proportion = (bought * -1.0 + self.pt) / (bought + self.asset);
        let rate = proportion.ln() * (1.0 / self.scalar) + self.anchor;
        bought / rate * self.charge
    }

    /// The trade that `paid` buys, at most the furthest one: Newton's method between bounds that close in.
    fn tokens(&self, paid: f64) -> f64 {
        let (mut low, mut high) = (self.furthest_pt.min(0.0), self.furthest_pt.max(0.0));
        if paid == 0.0 || paid >= self.cost(high).value || paid <= self.cost(low).value {
            return if paid == 0.0 {
                0.0
            } else if paid > 0.0 {
                high
            } else {
                low
            };
        }
        let mut tokens = (paid / self.cost(0.0).slope).clamp(low, high);
        for _ in 0..STEPS {
            let cost = self.cost(tokens);
            let off = cost.value - paid;
            if off > 0.0 {
                high = tokens
            } else {
                low = tokens
            }
            let next = tokens - off / cost.slope;
            let next = if next > low && next < high { next } else { f64::midpoint(low, high) };
            if (next - tokens).abs() <= f64::EPSILON * tokens.abs() {
                return next;
            }
            tokens = next;
        }
        tokens
    }

    /// The most tokens that can be bought: a token costs no more than it pays, fee included.
    fn most_bought(&self, fee: f64) -> f64 {
        let rate = |tokens: f64| ((self.pt - tokens) / (self.asset + tokens)).ln() / self.scalar + self.anchor;
        let (mut low, mut high) = (0.0, self.pt);
        if rate(0.0) < fee {
            return 0.0;
        }
        for _ in 0..STEPS {
            let middle = f64::midpoint(low, high);
            if rate(middle) >= fee { low = middle } else { high = middle }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLION: u128 = 1_000_000_000_000;
    const DAY: u64 = 86_400;

    fn wad(value: f64) -> Wad {
        Wad::from((value * 1e18) as u128)
    }

    /// Ten million each way, 6 % implied, 90 days left, a tenth of a percent of fee.
    fn market(held: u128) -> PendlePrincipal {
        PendlePrincipal {
            total_pt: Assets::from(10 * MILLION),
            total_asset: Assets::from(10 * MILLION),
            scalar_root: wad(40.0),
            ln_implied_rate: wad(1.06_f64.ln()),
            ln_fee_rate_root: wad(1.001_f64.ln()),
            expiry: Timestamp(90 * DAY),
            held_pt: Assets::from(held),
            horizon: None,
        }
    }

    fn curve(market: &PendlePrincipal, own: u128) -> Curve {
        market.curve(Assets::from(own), Timestamp(0)).expect("possible")
    }

    #[test]
    fn the_published_example_yields_what_it_says() {
        // An asset at 0.9755, its principal token at 0.8113, 375 days: a fixed yield of 19.65 %.
        let years = 375.0 / 365.0;
        let implied = (0.9755_f64 / 0.8113).ln() / years;
        let market = PendlePrincipal {
            ln_implied_rate: wad(implied),
            ln_fee_rate_root: Wad::ZERO,
            expiry: Timestamp(375 * DAY),
            ..market(0)
        };

        assert!((market.implied_yield() - 0.196_50).abs() < 5e-6, "{}", market.implied_yield());
        // A first unit of the asset buys its worth at the same price.
        let simple = (0.9755 / 0.8113 - 1.0) / years;
        assert!((curve(&market, 0).rate(0.0) - simple).abs() < 1e-9);
    }

    #[test]
    fn a_purchase_costs_what_the_market_asks() {
        let curve = curve(&market(0), 0);
        let years = 90.0 / 365.0;
        let (scalar, fee) = (40.0 / years, 1.001_f64.powf(years));
        for tokens in [1e9, 1e11, 1e12, 2e12] {
            let rate = ((10e12 - tokens) / (10e12_f64 + tokens)).ln() / scalar + 1.06_f64.powf(years);
            let paid = tokens * fee / rate;
            let expected = (tokens - paid) / years;
            let found = curve.income(paid).value;

            assert!((found - expected).abs() <= 1e-9 * paid, "{tokens}: {found} is not {expected}");
        }
    }

    #[test]
    fn derivatives_are_those_of_the_income_on_both_sides() {
        let curve = curve(&market(2 * MILLION), 1_980_000_000_000);
        for x in [5e11, 1.5e12, 1.97e12, 2.0e12, 2.5e12, 3.2e12] {
            let step = 1e7;
            let (low, here, high) = (curve.income(x - step), curve.income(x), curve.income(x + step));
            let marginal = (high.value - low.value) / (2.0 * step);
            let curvature = (high.marginal - low.marginal) / (2.0 * step);

            assert!((here.marginal - marginal).abs() < 1e-8, "{x}: {} is not {marginal}", here.marginal);
            assert!((here.curvature / curvature - 1.0).abs() < 1e-4, "{x}: {} is not {curvature}", here.curvature);
            assert!(here.curvature < 0.0);
        }
    }

    #[test]
    fn selling_earns_back_less_than_buying_costs() {
        let curve = curve(&market(2 * MILLION), 1_980_000_000_000);
        let (below, above) = (curve.income(1.979_999e12).marginal, curve.income(1.980_001e12).marginal);

        assert!(below > above + 1e-3, "a sold unit gives up {below}, a bought one earns {above}");
    }

    #[test]
    fn nothing_is_bought_above_par() {
        let curve = curve(&market(0), 0);

        let most = curve.capacity();
        assert!(most.is_finite() && curve.income(most).marginal < 0.0);
        // At the capacity a token costs one: what is paid is what it pays.
        assert!(curve.income(most).value.abs() < 1e-6 * most);
    }

    #[test]
    fn an_earlier_horizon_rolls_down_at_the_market_rate() {
        let near = PendlePrincipal { horizon: Some(Timestamp(30 * DAY)), ln_fee_rate_root: Wad::ZERO, ..market(0) };

        let expected = (1.06_f64.powf(30.0 / 365.0) - 1.0) / (30.0 / 365.0);

        assert!((curve(&near, 0).rate(0.0) - expected).abs() < 1e-9);
    }

    #[test]
    fn an_expired_token_earns_nothing_and_takes_nothing() {
        let curve = market(MILLION).curve(Assets::from(MILLION), Timestamp(91 * DAY)).expect("possible");

        assert_eq!((curve.income(1e12).value, curve.capacity()), (0.0, 1e12));
    }

    #[test]
    fn a_market_without_asset_is_refused() {
        let empty = PendlePrincipal { total_asset: Assets::ZERO, ..market(0) };

        let error = empty.curve(Assets::ZERO, Timestamp(0)).expect_err("it has no price");

        assert_eq!(error.to_string(), "total asset is 0, it must be more than 0");
    }
}
