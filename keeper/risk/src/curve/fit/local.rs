//! From a good place to the best one nearby: Levenberg and Marquardt over betas and logarithms of taus, within bounds.

use nalgebra::{DMatrix, DVector};

use super::{Settings, search};
use crate::curve::{NelsonSiegel, Quote, Shape, Svensson, parametric::loadings};

const STEPS: usize = 1000;
/// A step that gains less than this part of the cost is the last.
const LEAST_GAIN: f64 = 1e-15;
/// A hump below this part of the largest beta is none.
const LEAST_HUMP: f64 = 1e-4;
/// Damping past which no step is worth trying.
const MOST_DAMPING: f64 = 1e12;

/// Where the search stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    betas: Vec<f64>,
    pub(super) taus: Vec<f64>,
    /// The sum of squared misses.
    pub(super) cost: f64,
}

impl Place {
    fn new(quotes: &[Quote], betas: Vec<f64>, taus: Vec<f64>) -> Self {
        let mut place = Self { betas, taus, cost: f64::NAN };
        let shape = place.shape();
        place.cost = quotes.iter().map(|quote| quote.miss(&shape).powi(2)).sum();
        place
    }

    pub(super) fn shape(&self) -> Shape {
        match (self.betas.as_slice(), self.taus.as_slice()) {
            (&[level, slope, first, second], &[one, other]) => {
                Shape::Svensson(Svensson { betas: [level, slope, first, second], taus: [one, other] })
            }
            (&[level, slope, hump, ..], &[tau, ..]) => {
                Shape::NelsonSiegel(NelsonSiegel { betas: [level, slope, hump], tau })
            }
            _ => Shape::Flat(f64::NAN),
        }
    }

    /// The condition number of the misses' derivatives by all parameters, columns scaled to one length. A hump that is none has no
    /// tau to be known: where its beta is zero, a move of its tau does what a move of that beta does, and does not count twice.
    pub(super) fn condition(&self, quotes: &[Quote]) -> f64 {
        let largest = self.betas.iter().fold(0.0, |most: f64, beta| most.max(beta.abs()));
        let is_hump = |index: usize| self.betas[2 + index].abs() > LEAST_HUMP * largest;
        let (count, jacobian) = (self.betas.len(), self.linearised(quotes).1);
        let kept: Vec<usize> =
            (0..jacobian.ncols()).filter(|column| *column < count || is_hump(column - count)).collect();
        let singular = search::normalised(jacobian.select_columns(&kept)).0.singular_values();
        singular.max() / singular.min()
    }

    /// The misses, and their derivatives by betas and logarithms of taus.
    fn linearised(&self, quotes: &[Quote]) -> (DVector<f64>, DMatrix<f64>) {
        let shape = self.shape();
        let misses = DVector::from_iterator(quotes.len(), quotes.iter().map(|quote| quote.miss(&shape)));
        let mut jacobian = DMatrix::zeros(quotes.len(), self.betas.len() + self.taus.len());
        for (row, quote) in quotes.iter().enumerate() {
            for (years, weight) in quote.weights_at(&shape) {
                for (column, part) in self.gradient(years).enumerate() {
                    jacobian[(row, column)] += weight * part;
                }
            }
        }
        (misses, jacobian)
    }

    /// The derivatives of the zero rate.
    fn gradient(&self, years: f64) -> impl Iterator<Item = f64> + '_ {
        let of = move |tau: &f64| {
            let x = years / tau;
            (loadings(x), x * (-x).exp())
        };
        let slope = self.taus.first().map_or(0.0, |tau| of(tau).0[0]);
        let humps = self.taus.iter().map(move |tau| of(tau).0[1]);
        let by_taus = self.taus.iter().enumerate().map(move |(index, tau)| {
            let ([_, hump], decay) = of(tau);
            let by_slope = if index == 0 { self.betas[1] * hump } else { 0.0 };
            by_slope + self.betas[2 + index] * (hump - decay)
        });
        [1.0, slope].into_iter().chain(humps).chain(by_taus)
    }

    /// A step from here, kept within bounds.
    fn stepped(&self, quotes: &[Quote], step: &DVector<f64>, settings: &Settings) -> Self {
        let (shortest, longest) = settings.tau_years;
        let betas = self.betas.iter().zip(step.iter()).map(|(beta, by)| beta + by).collect();
        let by = step.iter().skip(self.betas.len());
        let mut taus: Vec<f64> = self
            .taus
            .iter()
            .zip(by)
            .map(|(tau, by)| (tau * by.clamp(-1.0, 1.0).exp()).clamp(shortest, longest))
            .collect();
        if let [one, other] = taus.as_mut_slice() {
            *one = one.min(longest / settings.least_ratio);
            *other = other.max(settings.least_ratio * *one);
        }
        Self::new(quotes, betas, taus)
    }
}

/// Refines the taus, and the betas with them.
pub(super) fn refined(quotes: &[Quote], taus: Vec<f64>, settings: &Settings) -> Place {
    let mut place = Place::new(quotes, search::project(quotes, &taus).0, taus);
    let mut damping = 1e-3;
    for _ in 0..STEPS {
        let (misses, jacobian) = place.linearised(quotes);
        let (scaled, lengths) = search::normalised(jacobian);
        let svd = scaled.svd(true, true);
        let (Some(left), Some(right)) = (&svd.u, &svd.v_t) else { break };
        let along = left.tr_mul(&misses);
        let next = std::iter::from_fn(|| {
            (damping <= MOST_DAMPING).then(|| {
                let damped =
                    svd.singular_values.zip_map(&along, |value, miss| -value * miss / (value * value + damping));
                damping *= 4.0;
                place.stepped(quotes, &right.tr_mul(&damped).component_div(&lengths), settings)
            })
        })
        .find(|next| next.cost < place.cost);
        let Some(next) = next else { break };
        let gain = place.cost - next.cost;
        damping = (damping / 40.0).max(1e-14);
        let is_last = gain <= LEAST_GAIN * place.cost;
        place = next;
        if is_last {
            break;
        }
    }
    place
}
