//! The whole of the taus, on a grid: at each place the betas follow by linear least squares.

use nalgebra::{DMatrix, DVector};

use super::{Model, Settings};
use crate::curve::{Quote, parametric::loadings};

/// Places along one tau.
const LINE: usize = 80;
/// Places along each of two.
const SQUARE: usize = 32;
/// Places from which the search goes on.
const BEST: usize = 4;
/// Singular values below this part of the largest are taken for none.
const LEAST_SINGULAR: f64 = 1e-13;

/// The best places, best first; neighbours of a better one are left out.
pub(super) fn best_taus(quotes: &[Quote], model: Model, settings: &Settings) -> Vec<Vec<f64>> {
    let (shortest, longest) = settings.tau_years;
    let place = |index: usize, count: usize| {
        let part = index as f64 / (count - 1) as f64;
        (shortest.ln() + part * (longest / shortest).ln()).exp()
    };
    let places: Vec<Vec<f64>> = match model {
        Model::Svensson => {
            let pairs = (0..SQUARE).flat_map(|one| (0..SQUARE).map(move |other| (one, other)));
            let taus = pairs.map(|(one, other)| vec![place(one, SQUARE), place(other, SQUARE)]);
            taus.filter(|taus| taus[1] >= settings.least_ratio * taus[0]).collect()
        }
        Model::NelsonSiegel | Model::Piecewise => (0..LINE).map(|index| vec![place(index, LINE)]).collect(),
    };
    let mut costs: Vec<_> = places.into_iter().map(|taus| (project(quotes, &taus).1, taus)).collect();
    costs.retain(|(cost, _)| cost.is_finite());
    costs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let is_near = |one: &[f64], other: &[f64]| one.iter().zip(other).all(|(one, other)| (one / other).ln().abs() < 0.4);
    let mut best: Vec<Vec<f64>> = Vec::new();
    for (_, taus) in costs {
        if best.len() < BEST && !best.iter().any(|taken| is_near(taken, &taus)) {
            best.push(taus);
        }
    }
    best
}

/// The best betas at these taus, and the sum of squared misses, both to first order about each quote's own rate.
pub(super) fn project(quotes: &[Quote], taus: &[f64]) -> (Vec<f64>, f64) {
    let design = design(quotes, taus);
    let rates = DVector::from_iterator(quotes.len(), quotes.iter().map(Quote::own_rate));
    let (scaled, lengths) = normalised(design.clone());
    let svd = scaled.svd(true, true);
    let least = LEAST_SINGULAR * svd.singular_values.max();
    let Ok(betas) = svd.solve(&rates, least) else { return (Vec::new(), f64::NAN) };
    let betas = betas.component_div(&lengths);
    let cost = (design * &betas - rates).norm_squared();
    (betas.iter().copied().collect(), cost)
}

/// What each quote's rate takes of each beta.
fn design(quotes: &[Quote], taus: &[f64]) -> DMatrix<f64> {
    let mut matrix = DMatrix::zeros(quotes.len(), 2 + taus.len());
    for (row, quote) in quotes.iter().enumerate() {
        for (years, weight) in quote.weights() {
            for (index, tau) in taus.iter().enumerate() {
                let [slope, hump] = loadings(years / tau);
                matrix[(row, 2 + index)] += weight * hump;
                if index == 0 {
                    matrix[(row, 0)] += weight;
                    matrix[(row, 1)] += weight * slope;
                }
            }
        }
    }
    matrix
}

/// A matrix with columns of length one, and their lengths.
pub(super) fn normalised(mut matrix: DMatrix<f64>) -> (DMatrix<f64>, DVector<f64>) {
    let lengths = DVector::from_iterator(matrix.ncols(), matrix.column_iter().map(|column| column.norm()));
    let lengths = lengths.map(|length| if length > 0.0 { length } else { 1.0 });
    for (mut column, length) in matrix.column_iter_mut().zip(lengths.iter()) {
        column /= *length;
    }
    (matrix, lengths)
}
