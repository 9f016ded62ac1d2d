//! What is true of debts, by Aave's own accounts and the prices that were drawn, and what a call may have done to it.

use alloy_primitives::U256;

/// 10,000 = 1.
const ONE_BPS: u64 = 10_000;
/// Collateral in base units, times dollars with 8 decimals, times basis points: this many are a base unit of the asset.
const SCALE: U256 = U256::from_limbs([2_003_764_205_206_896_640, 54_210, 0, 0]); // 1e24
/// What prices computed outside may be off from the programs' own, of one.
const PRICE_ERROR: u64 = 1_000_000_000;
/// What Aave and the programs may round off a debt, in base units of the asset, ...
const ROUNDING_ASSETS: u64 = 4;
/// ... and what that is in collateral at a price of a thousand dollars, in base units.
const ROUNDING_TOKENS: u64 = 4_000_000_000;

/// A debt and what secures it, as Aave counts both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Debt {
    /// Collateral in base units.
    pub(super) collateral: U256,
    /// What is owed in base units of the asset.
    pub(super) owed: U256,
    /// What part of the collateral Aave lends up to.
    pub(super) threshold_bps: u64,
}

/// The thresholds of a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) target_bps: u64,
    pub(super) soft_bps: u64,
    pub(super) hard_bps: u64,
    /// The most that one rescue repays, in base units.
    pub(super) chunk: U256,
}

/// What a call may do to debts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// To put money into positions: each debt ends at its floor or nearer to it, moved or not.
    Invest,
    /// To move debts, but put money nowhere: each that moves ends at its floor or nearer to it.
    Move,
    /// To lower one debt that is below its hard threshold, by a chunk.
    Rescue(usize),
    /// To say that a debt is below its hard threshold, and touch none.
    Accuse(usize),
    /// To touch none.
    Nothing,
}

/// What debts were before a call and are after it.
#[derive(Clone, Debug)]
pub(super) struct Change<'a> {
    pub(super) right: Right,
    /// The worse of Aave's price and the oracle's, in dollars with 8 decimals; nothing where the oracle has none.
    pub(super) price_e8: Option<u64>,
    pub(super) bounds: &'a [Bounds],
    /// The floor of all debts together.
    pub(super) floor_bps: u64,
    pub(super) before: Vec<Debt>,
    pub(super) after: Vec<Debt>,
}

/// How near an allowed call came to what is forbidden, in parts of a billion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Margins {
    /// The least by which an investment left health above a floor; nothing where none did.
    pub(super) over_floor_ppb: Option<i64>,
    /// The least by which health below a floor rose; nothing where none moved.
    pub(super) risen_ppb: Option<i64>,
}

impl Debt {
    /// Returns what backs the debt, times [`SCALE`].
    fn backing(&self, price_e8: u64) -> U256 {
        self.collateral * U256::from(price_e8) * U256::from(self.threshold_bps)
    }

    /// Returns health by a price; infinite without a debt.
    pub(super) fn health(&self, price_e8: u64) -> f64 {
        float(self.backing(price_e8)) / float(self.owed) / float(SCALE)
    }

    /// Whether health is at a floor, but for rounding.
    fn is_at(&self, floor_bps: u64, price_e8: u64) -> bool {
        let backing = self.backing(price_e8) + U256::from(ROUNDING_ASSETS) * SCALE;
        let backing = backing + backing / U256::from(PRICE_ERROR);
        backing * U256::from(ONE_BPS) >= self.owed * SCALE * U256::from(floor_bps)
    }

    /// Whether health is below a bound, or may be by rounding.
    fn is_below(&self, bound_bps: u64, price_e8: u64) -> bool {
        let backing = self.backing(price_e8);
        let backing = backing - backing / U256::from(PRICE_ERROR);
        backing.saturating_sub(U256::from(ROUNDING_ASSETS) * SCALE) * U256::from(ONE_BPS)
            < self.owed * SCALE * U256::from(bound_bps)
    }

    /// Whether health is not lower than it was, at whatever price, but for rounding.
    fn is_kept(&self, was: &Self) -> bool {
        let (collateral, owed) = (self.collateral + U256::from(ROUNDING_TOKENS), U256::from(ROUNDING_ASSETS));
        collateral * U256::from(self.threshold_bps) * was.owed
            >= was.collateral * U256::from(was.threshold_bps) * self.owed.saturating_sub(owed)
    }

    fn and(self, other: &Self) -> Self {
        Self {
            collateral: self.collateral + other.collateral,
            owed: self.owed + other.owed,
            // They hold one collateral, lent against up to one part of it; who holds none, up to nothing.
            threshold_bps: self.threshold_bps.max(other.threshold_bps),
        }
    }
}

impl Change<'_> {
    /// Judges the change.
    ///
    /// # Errors
    ///
    /// What is broken, in words.
    pub(super) fn judge(&self) -> Result<Margins, String> {
        let mut margins = Margins::default();
        for place in 0..self.bounds.len() {
            let (was, is) = (&self.before[place], &self.after[place]);
            let what = format!("lever {place}");
            match self.right {
                Right::Invest => self.floor(&what, self.bounds[place].soft_bps, was, is, &mut margins)?,
                Right::Move if was != is => self.floor(&what, self.bounds[place].soft_bps, was, is, &mut margins)?,
                Right::Rescue(one) if one == place => self.rescue(place, &mut margins)?,
                _ if was != is => return Err(format!("{what} was touched: {was:?} to {is:?}")),
                Right::Accuse(one) if one == place => self.demand_below(place)?,
                _ => {}
            }
        }
        let whole = |debts: &[Debt]| debts.iter().fold(Debt::default(), |sum, debt| sum.and(debt));
        let (was, is) = (whole(&self.before), whole(&self.after));
        if self.right == Right::Invest || was != is {
            self.floor("all debts", self.floor_bps, &was, &is, &mut margins)?;
        }
        Ok(margins)
    }

    /// Returns how far the nearest bound is from health, before or after, of one; nothing without a price.
    pub(super) fn distance(&self) -> Option<f64> {
        let price_e8 = self.price_e8?;
        let whole = |debts: &[Debt]| debts.iter().fold(Debt::default(), |sum, debt| sum.and(debt));
        let away =
            |debt: &Debt, bound_bps: u64| (debt.health(price_e8) * ONE_BPS as f64 / bound_bps as f64 - 1.0).abs();
        let each = |debts: &[Debt]| {
            let bounds = debts.iter().zip(self.bounds);
            let least = bounds.map(|(debt, bounds)| away(debt, bounds.soft_bps).min(away(debt, bounds.hard_bps)));
            least.fold(away(&whole(debts), self.floor_bps), f64::min)
        };
        Some(each(&self.before).min(each(&self.after)))
    }

    fn floor(&self, what: &str, floor_bps: u64, was: &Debt, is: &Debt, margins: &mut Margins) -> Result<(), String> {
        if is.owed.is_zero() {
            return Ok(());
        }
        let Some(price_e8) = self.price_e8 else { return Err(format!("{what} had no price, and was judged")) };
        let (before, after) = (was.health(price_e8), is.health(price_e8));
        if is.is_at(floor_bps, price_e8) {
            if self.right == Right::Invest {
                let over = parts(after * ONE_BPS as f64 / floor_bps as f64);
                margins.over_floor_ppb = Some(margins.over_floor_ppb.map_or(over, |least| least.min(over)));
            }
            return Ok(());
        }
        if was == is || !is.is_kept(was) {
            return Err(format!("{what} fell from {before:.9} to {after:.9}, below {floor_bps} bps"));
        }
        let risen = parts(after / before);
        margins.risen_ppb = Some(margins.risen_ppb.map_or(risen, |least| least.min(risen)));
        Ok(())
    }

    fn rescue(&self, place: usize, margins: &mut Margins) -> Result<(), String> {
        self.demand_below(place)?;
        let (was, is, bounds) = (&self.before[place], &self.after[place], &self.bounds[place]);
        let Some(price_e8) = self.price_e8 else { return Err("a rescue without a price".to_owned()) };
        let (before, after) = (was.health(price_e8), is.health(price_e8));
        if was == is || !is.is_kept(was) {
            return Err(format!("a rescue of lever {place} brought {before:.9} to {after:.9}"));
        }
        // A pool may give a little more than the oracle's worse price.
        if after * ONE_BPS as f64 > bounds.target_bps as f64 * 1.02 {
            return Err(format!("a rescue of lever {place} went on to {after:.9}, beyond {} bps", bounds.target_bps));
        }
        let repaid = was.owed.saturating_sub(is.owed);
        if repaid > bounds.chunk + U256::from(ROUNDING_ASSETS) {
            return Err(format!("a rescue of lever {place} repaid {repaid}, more than {}", bounds.chunk));
        }
        let risen = parts(after / before);
        margins.risen_ppb = Some(margins.risen_ppb.map_or(risen, |least| least.min(risen)));
        Ok(())
    }

    fn demand_below(&self, place: usize) -> Result<(), String> {
        let (was, hard_bps) = (&self.before[place], self.bounds[place].hard_bps);
        match self.price_e8 {
            Some(price_e8) if was.is_below(hard_bps, price_e8) => Ok(()),
            Some(price_e8) => {
                Err(format!("lever {place} was at {:.9}, not below {hard_bps} bps", was.health(price_e8)))
            }
            None => Err(format!("lever {place} was judged without a price")),
        }
    }
}

impl Margins {
    /// Returns the less of each.
    pub(super) fn least(self, other: Self) -> Self {
        let least = |one: Option<i64>, other: Option<i64>| one.into_iter().chain(other).min();
        Self {
            over_floor_ppb: least(self.over_floor_ppb, other.over_floor_ppb),
            risen_ppb: least(self.risen_ppb, other.risen_ppb),
        }
    }
}

/// Returns by how many parts of a billion a ratio is above one.
fn parts(ratio: f64) -> i64 {
    ((ratio - 1.0) * 1e9) as i64 // The most there is where it is infinite.
}

fn float(number: U256) -> f64 {
    f64::from(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE_E8: u64 = 300_000_000_000;
    const BOUNDS: [Bounds; 1] = [Bounds {
        target_bps: 15_000,
        soft_bps: 13_000,
        hard_bps: 11_500,
        chunk: U256::from_limbs([5_000_000_000, 0, 0, 0]),
    }];

    /// So many milli-ether of collateral at a threshold of 80 %, and whole dollars of debt.
    fn debt(milli: u64, dollars: u64) -> Debt {
        Debt {
            collateral: U256::from(milli) * U256::from(1_000_000_000_000_000_u64),
            owed: U256::from(dollars) * U256::from(1_000_000),
            threshold_bps: 8_000,
        }
    }

    fn judged(right: Right, before: Debt, after: Debt) -> bool {
        let (before, after) = (vec![before], vec![after]);
        Change { right, price_e8: Some(PRICE_E8), bounds: &BOUNDS, floor_bps: 10_500, before, after }.judge().is_ok()
    }

    #[test]
    fn health_is_collateral_times_price_times_threshold_by_debt() {
        assert!((debt(10_000, 16_000).health(PRICE_E8) - 1.5).abs() < 1e-12);
        assert!(debt(10_000, 0).health(PRICE_E8).is_infinite());
        // 10 at 3,000 dollars and 80 % back 24,000.
        assert!(debt(10_000, 24_000).is_at(10_000, PRICE_E8) && !debt(10_000, 24_001).is_at(10_000, PRICE_E8));
        assert!(debt(10_000, 24_001).is_below(10_000, PRICE_E8) && !debt(10_000, 23_999).is_below(10_000, PRICE_E8));
    }

    #[test]
    fn an_investment_must_leave_health_at_its_floor_or_nearer() {
        let (healthy, fallen) = (debt(10_000, 16_000), debt(10_000, 19_000));

        assert!(judged(Right::Invest, healthy, healthy), "at its floor");
        assert!(judged(Right::Invest, healthy, debt(10_000, 18_000)), "lower, and above it");
        assert!(!judged(Right::Invest, healthy, fallen), "below it");
        assert!(!judged(Right::Invest, fallen, fallen), "no nearer");
        assert!(judged(Right::Invest, fallen, debt(10_000, 18_999)), "nearer");
        assert!(!judged(Right::Invest, fallen, debt(9_999, 19_000)), "further");
    }

    #[test]
    fn what_puts_money_nowhere_may_leave_a_debt_alone_but_not_lower_its_health() {
        let fallen = debt(10_000, 19_000);

        assert!(judged(Right::Move, fallen, fallen) && judged(Right::Nothing, fallen, fallen));
        assert!(judged(Right::Move, fallen, debt(9_000, 17_000)), "a smaller one, nearer");
        assert!(!judged(Right::Move, fallen, debt(9_000, 17_500)), "a smaller one, further");
        assert!(!judged(Right::Nothing, fallen, debt(10_000, 18_000)), "not its business");
    }

    #[test]
    fn a_rescue_begins_below_the_hard_threshold_and_repays_a_chunk_at_most() {
        let ruined = debt(10_000, 21_000);

        assert!(judged(Right::Rescue(0), ruined, debt(8_500, 16_500)));
        assert!(!judged(Right::Rescue(0), ruined, debt(8_000, 15_000)), "more than a chunk");
        assert!(!judged(Right::Rescue(0), ruined, ruined), "nothing");
        assert!(!judged(Right::Rescue(0), debt(10_000, 20_000), debt(9_000, 17_000)), "not below it");
        assert!(
            judged(Right::Accuse(0), ruined, ruined)
                && !judged(Right::Accuse(0), debt(10_000, 20_000), debt(10_000, 20_000))
        );
    }

    #[test]
    fn nothing_is_judged_without_a_price() {
        let healthy = vec![debt(10_000, 16_000)];
        let change = |right| Change {
            right,
            price_e8: None,
            bounds: &BOUNDS,
            floor_bps: 10_500,
            before: healthy.clone(),
            after: healthy.clone(),
        };

        assert!(change(Right::Invest).judge().is_err());
        assert!(change(Right::Nothing).judge().is_ok());
    }
}
