//! The risk of a portfolio: covariance by factors, and the mean of the worst scenarios.
//!
//! ```text
//! aversion/2 * x' F S F' x = aversion/2 * |G' x|^2,   G = F L,  S = L L'          never a matrix of places by places
//! CVaR(x) = max { q' L x : q >= 0, sum q = 1, q_s <= p_s/(1 - c) }                the mean of the worst part 1 - c
//! ```
//!
//! Variance of a place's own is a charge of the place ([`crate::Charge`]). Source of the second: Rockafellar and Uryasev,
//! "Optimization of conditional value-at-risk" (2000); each maximiser `q` is a linear row that CVaR exceeds nowhere.

/// A pivot of the factors' covariance below this part of the largest is taken for none: a factor that the others span.
const DEPENDENT: f64 = 1e-13;

/// What rounding may put the sum of all scenarios' chances off.
const SUM_IS_OFF: f64 = 1e-9;

/// Exposures of places to uncorrelated factors of variance one, and what a unit of variance costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// By factor, then place.
    pub(crate) exposures: Vec<Vec<f64>>,
    /// Base units a year for each squared base unit of yearly variance, halved.
    pub(crate) aversion: f64,
}

/// Losses in scenarios, their worst part, what that may be at most, and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// What a unit of each place loses, by scenario, then place; less than zero for gains.
    pub losses: Vec<Vec<f64>>,
    /// How likely each scenario is; together one.
    pub chances: Vec<f64>,
    /// The part of scenarios that is left out: 0.95 looks at the worst twentieth.
    pub confidence: f64,
    /// The most that the mean of the worst may be, in base units; infinity for no bound. A mean gain counts as nothing.
    pub most: f64,
    /// What each base unit of it costs a year.
    pub aversion: f64,
}

/// What is no measure of risk.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Tables of different shapes.
    #[error("{what} has {found} entries where {expected} are needed")]
    Shape {
        /// Which table.
        what: &'static str,
        /// How many it has.
        found: usize,
        /// How many it needs.
        expected: usize,
    },
    /// A number that is none, or out of range.
    #[error("{what} is {value}: {rule}")]
    Number {
        /// Which one.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        rule: &'static str,
    },
    /// A covariance with a negative direction.
    #[error("the factors' covariance has the pivot {pivot}, it must have none below 0")]
    Indefinite {
        /// The pivot that the decomposition found.
        pivot: f64,
    },
}

impl Factors {
    /// Factors by their loadings (by place, then factor), covariance (a year, by rows) and the aversion to variance.
    ///
    /// # Errors
    /// Where shapes differ, a number is none, or the covariance is not positive semidefinite.
    pub fn new(loadings: &[Vec<f64>], covariance: &[Vec<f64>], aversion: f64) -> Result<Self, Error> {
        let count = covariance.len();
        for row in covariance {
            shape("a row of the covariance", row.len(), count)?;
        }
        for row in loadings {
            shape("a place's loadings", row.len(), count)?;
        }
        let numbers = loadings.iter().chain(covariance).flatten();
        for value in numbers {
            number("a loading or covariance", *value, value.is_finite(), "it must be finite")?;
        }
        number("aversion", aversion, aversion.is_finite() && aversion > 0.0, "it must be more than 0")?;
        let lower = cholesky(covariance)?;
        let exposure = |factor: usize| {
            let place = |row: &Vec<f64>| (factor..count).map(|of| row[of] * lower[of][factor]).sum();
            loadings.iter().map(place).collect::<Vec<f64>>()
        };
        let exposures = (0..count).map(exposure).filter(|places| places.iter().any(|part| *part != 0.0)).collect();
        Ok(Self { exposures, aversion })
    }

    /// What the variance of `amounts` costs a year, in base units.
    #[must_use]
    pub fn charge(&self, amounts: &[f64]) -> f64 {
        let exposure = |places: &Vec<f64>| places.iter().zip(amounts).map(|(part, x)| part * x).sum::<f64>();
        0.5 * self.aversion * self.exposures.iter().map(|places| exposure(places).powi(2)).sum::<f64>()
    }
}

impl Tail {
    /// The mean loss of the worst scenarios, and what one more unit of each place adds to it.
    #[must_use]
    pub fn worst(&self, amounts: &[f64]) -> (f64, Vec<f64>) {
        let loss = |scenario: &Vec<f64>| scenario.iter().zip(amounts).map(|(part, x)| part * x).sum::<f64>();
        let mut order = self.losses.iter().map(loss).enumerate().collect::<Vec<_>>();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut left = 1.0;
        let (mut mean, mut slopes) = (0.0, vec![0.0; amounts.len()]);
        for (scenario, loss) in order {
            if left <= 0.0 {
                break;
            }
            let part = (self.chances[scenario] / (1.0 - self.confidence)).min(left);
            mean += part * loss;
            slopes.iter_mut().zip(&self.losses[scenario]).for_each(|(slope, unit)| *slope += part * unit);
            left -= part;
        }
        (mean, slopes)
    }

    pub(crate) fn check(&self, places: usize) -> Result<(), Error> {
        for scenario in &self.losses {
            shape("a scenario's losses", scenario.len(), places)?;
        }
        let count = self.losses.len();
        number("the number of scenarios", count as f64, count > 0, "there must be some")?;
        for value in self.losses.iter().flatten() {
            number("a loss", *value, value.is_finite(), "it must be finite")?;
        }
        shape("the scenarios' chances", self.chances.len(), count)?;
        for chance in &self.chances {
            number("a chance", *chance, *chance >= 0.0, "it must be at least 0")?;
        }
        let sum = self.chances.iter().sum::<f64>();
        number("the sum of all chances", sum, (sum - 1.0).abs() < SUM_IS_OFF, "it must be 1")?;
        let confidence = self.confidence;
        number("confidence", confidence, (0.0..1.0).contains(&confidence), "it must be at least 0 and less than 1")?;
        number("the most of the worst", self.most, self.most >= 0.0, "it must be at least 0")?;
        let aversion = self.aversion;
        number("aversion", aversion, aversion >= 0.0 && aversion.is_finite(), "it must be at least 0")
    }
}

fn shape(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Shape { what, found, expected }) }
}

fn number(what: &'static str, value: f64, holds: bool, rule: &'static str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Number { what, value, rule }) }
}

/// The lower triangle whose product with its transpose is `matrix`; dependent columns are zero.
fn cholesky(matrix: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, Error> {
    let size = matrix.len();
    let largest = (0..size).map(|place| matrix[place][place]).fold(0.0, f64::max);
    let mut lower = vec![vec![0.0; size]; size];
    for column in 0..size {
        let before = lower[column][..column].iter().map(|part: &f64| part * part).sum::<f64>();
        let pivot = matrix[column][column] - before;
        if pivot < -1e-9 * largest.max(f64::MIN_POSITIVE) {
            return Err(Error::Indefinite { pivot });
        }
        if pivot <= DEPENDENT * largest {
            continue;
        }
        let root = pivot.sqrt();
        lower[column][column] = root;
        for row in column + 1..size {
            let known = (0..column).map(|of| lower[row][of] * lower[column][of]).sum::<f64>();
            lower[row][column] = (matrix[row][column] - known) / root;
        }
    }
    Ok(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charge_is_that_of_the_full_matrix() {
        let loadings = vec![vec![1.0, 0.2], vec![0.5, -0.3], vec![0.0, 0.9]];
        let covariance = vec![vec![0.04, 0.01], vec![0.01, 0.09]];
        let amounts = [3.0, 5.0, 2.0];
        let factors = Factors::new(&loadings, &covariance, 2.0).expect("it is definite");

        let entry = |a: usize, b: usize| {
            let pairs = (0..2).flat_map(|f| (0..2).map(move |g| (f, g)));
            pairs.map(|(f, g)| loadings[a][f] * covariance[f][g] * loadings[b][g]).sum::<f64>()
        };
        let pairs = (0..3).flat_map(|a| (0..3).map(move |b| (a, b)));
        let full = pairs.map(|(a, b)| amounts[a] * entry(a, b) * amounts[b]).sum::<f64>();

        assert!((factors.charge(&amounts) - full).abs() < 1e-12);
    }

    #[test]
    fn a_factor_that_the_others_span_is_left_out_and_a_negative_one_refused() {
        let loadings = vec![vec![1.0, 1.0]];
        let spanned = Factors::new(&loadings, &[vec![1.0, 1.0], vec![1.0, 1.0]], 1.0).expect("semidefinite");
        assert_eq!(spanned.exposures.len(), 1);
        assert_eq!(spanned.charge(&[3.0]), 0.5 * 9.0 * 4.0);

        let error = Factors::new(&loadings, &[vec![1.0, 2.0], vec![2.0, 1.0]], 1.0).expect_err("indefinite");
        assert_eq!(error, Error::Indefinite { pivot: -3.0 });
    }

    #[test]
    fn the_worst_part_splits_the_scenario_at_its_edge() {
        let losses = vec![vec![1.0], vec![4.0], vec![3.0], vec![2.0]];
        let tail = Tail { chances: vec![0.25; 4], losses, confidence: 0.625, most: f64::INFINITY, aversion: 0.0 };

        // One and a half of four scenarios: (4 + 3/2) / 1.5.
        let (mean, slopes) = tail.worst(&[2.0]);

        assert!((mean - 2.0 * 5.5 / 1.5).abs() < 1e-12 && (slopes[0] - 5.5 / 1.5).abs() < 1e-12);
    }

    #[test]
    fn scenarios_count_by_their_chances() {
        let losses = vec![vec![0.0], vec![1.0], vec![0.2]];
        let tail = |confidence| {
            let chances = vec![0.96, 0.01, 0.03];
            Tail { losses: losses.clone(), chances, confidence, most: f64::INFINITY, aversion: 0.0 }.worst(&[10.0]).0
        };

        assert!((tail(0.99) - 10.0).abs() < 1e-9, "the worst hundredth");
        assert!((tail(0.95) - (0.01 * 10.0 + 0.03 * 2.0) / 0.05).abs() < 1e-9, "a part of it loses nothing");
        assert!((tail(0.0) - (0.01 * 10.0 + 0.03 * 2.0)).abs() < 1e-9, "the mean");
    }

    #[test]
    fn chances_that_are_none_are_refused() {
        let check = |chances: Vec<f64>| {
            let losses = vec![vec![0.1], vec![0.2]];
            Tail { losses, chances, confidence: 0.9, most: 1.0, aversion: 0.0 }.check(1)
        };

        assert!(check(vec![0.3, 0.7]).is_ok());
        assert!(
            [vec![1.0], vec![0.5, 0.6], vec![-0.5, 1.5], vec![f64::NAN, 1.0]].into_iter().all(|it| check(it).is_err())
        );
    }
}
