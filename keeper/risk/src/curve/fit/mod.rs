//! Curves of few parameters fitted to quotes: searched everywhere within bounds, refined, and refused where the data do not say.
//!
//! Given the taus the betas follow by linear least squares (variable projection: Golub and Pereyra, SIAM Journal on Numerical
//! Analysis 10, 1973), so only the taus are searched: all over a grid, then the best places by Levenberg and Marquardt's
//! method over all parameters. What the parameters do may be nearly collinear (Gilli, Grosse and Schumann, 2010): the
//! condition number of the fit's derivatives says so, and past a limit the fit counts as ill-conditioned. Then Svensson gives
//! way to Nelson and Siegel, and that to a curve through every quote. The same quotes give the same curve; no chance is in it.

mod local;
mod search;

use super::{Interpolation, Quote, Shape, bootstrap};
use crate::error::{Error, positive};

/// A kind of curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// Six parameters.
    Svensson,
    /// Four parameters.
    NelsonSiegel,
    /// A point a quote.
    Piecewise,
}

/// Within what bounds a fit is sought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The shortest tau and the longest, years.
    pub tau_years: (f64, f64),
    /// The least quotient of Svensson's taus: nearer than that, both humps are one.
    pub least_ratio: f64,
    /// The condition number past which a fit is ill-conditioned.
    pub most_condition: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tau_years: (0.1, 30.0), least_ratio: 1.3, most_condition: 3e4 }
    }
}

/// A curve and how well it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Which kind it is.
    pub model: Model,
    /// The curve.
    pub shape: Shape,
    /// Root of the mean squared miss, as a rate.
    pub rms_miss: f64,
    /// The largest miss, as a rate.
    pub worst_miss: f64,
    /// Of the misses' derivatives by all parameters, columns scaled to one length: 1 is best; nothing for a curve through every
    /// quote.
    pub condition: Option<f64>,
    /// What speaks against trusting its parameters; its rates near the quotes are not worse for it.
    pub doubt: Option<Doubt>,
}

/// Why a fit's parameters are not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doubt {
    /// Columns are nearly collinear.
    IllConditioned {
        /// The condition number.
        condition: f64,
        /// The most that is trusted.
        limit: f64,
    },
    /// A tau went to its bound.
    AtBound {
        /// Where it stands, years.
        tau_years: f64,
    },
    /// Svensson's taus went as near to one another as they may: his two humps are one.
    OneHump {
        /// Their quotient.
        ratio: f64,
    },
    /// No more quotes than parameters.
    TooFewQuotes {
        /// How many there are.
        quotes: usize,
        /// How many it takes.
        needed: usize,
    },
}

/// The curve that was taken, and those that were not.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The curve.
    pub fit: Fit,
    /// Richer kinds that were passed over, and why.
    pub refused: Vec<(Model, Doubt)>,
}

impl Model {
    /// The number of parameters; none of a piecewise curve.
    fn parameters(self) -> usize {
        match self {
            Self::Svensson => 6,
            Self::NelsonSiegel => 4,
            Self::Piecewise => 0,
        }
    }
}

/// Fits one kind of curve; in doubt it says so and keeps the curve.
///
/// # Errors
/// Where there are fewer quotes than parameters, or the settings are impossible.
pub fn fit(quotes: &[Quote], model: Model, settings: &Settings) -> Result<Fit, Error> {
    let (shortest, longest) = settings.tau_years;
    positive("the shortest tau", shortest)?;
    positive("the span of the taus", longest - shortest)?;
    positive("the least quotient of taus, less one,", settings.least_ratio - 1.0)?;
    let needed = model.parameters().max(1);
    if quotes.len() < needed {
        return Err(Error::TooFew { what: "quotes of the curve", found: quotes.len(), needed });
    }
    if model == Model::Piecewise {
        let nodes = bootstrap(quotes, Interpolation::LogLinear)?;
        return Ok(judged(quotes, model, Shape::Nodes(nodes), None, None));
    }
    let starts = search::best_taus(quotes, model, settings);
    let ends = starts.into_iter().map(|taus| local::refined(quotes, taus, settings));
    let best = ends.min_by(|one, other| one.cost.total_cmp(&other.cost)).ok_or(Error::TooFew {
        what: "taus within bounds",
        found: 0,
        needed: 1,
    })?;
    let condition = best.condition(quotes);
    let is_at_bound = |tau: &&f64| **tau <= shortest * (1.0 + 1e-6) || **tau >= longest * (1.0 - 1e-6);
    let at_bound = best.taus.iter().find(is_at_bound).map(|tau| Doubt::AtBound { tau_years: *tau });
    let nearest = settings.least_ratio;
    let one_hump = match best.taus.as_slice() {
        [one, other] => Some(other / one).filter(|ratio| *ratio <= nearest * (1.0 + 1e-6)),
        _ => None,
    };
    let one_hump = one_hump.map(|ratio| Doubt::OneHump { ratio });
    let limit = settings.most_condition;
    let ill = (condition > limit || condition.is_nan()).then_some(Doubt::IllConditioned { condition, limit });
    Ok(judged(quotes, model, best.shape(), Some(condition), ill.or(one_hump).or(at_bound)))
}

/// Takes the richest kind of curve that is not in doubt and has fewer parameters than there are quotes: as many would fit anything.
///
/// # Errors
/// Where not even a curve through every quote can be had, or the settings are impossible.
pub fn fit_best(quotes: &[Quote], settings: &Settings) -> Result<Choice, Error> {
    let mut refused = Vec::new();
    for model in [Model::Svensson, Model::NelsonSiegel] {
        let needed = model.parameters() + 1;
        if quotes.len() < needed {
            refused.push((model, Doubt::TooFewQuotes { quotes: quotes.len(), needed }));
            continue;
        }
        let fit = fit(quotes, model, settings)?;
        match fit.doubt {
            None => return Ok(Choice { fit, refused }),
            Some(doubt) => refused.push((model, doubt)),
        }
    }
    Ok(Choice { fit: fit(quotes, Model::Piecewise, settings)?, refused })
}

fn judged(quotes: &[Quote], model: Model, shape: Shape, condition: Option<f64>, doubt: Option<Doubt>) -> Fit {
    let misses: Vec<_> = quotes.iter().map(|quote| quote.miss(&shape)).collect();
    let squares: f64 = misses.iter().map(|miss| miss.powi(2)).sum();
    let rms_miss = (squares / misses.len() as f64).sqrt();
    let worst_miss = misses.iter().fold(0.0, |worst: f64, miss| worst.max(miss.abs()));
    Fit { model, shape, rms_miss, worst_miss, condition, doubt }
}
