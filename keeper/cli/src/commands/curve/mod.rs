//! `keeper curve`: what money that does not fail costs, from the Treasury's par yields.

mod draw;

use risk::Error;
use risk::curve::{Choice, Doubt, Fit, Interpolation, Model, Quote, Settings, Shape, bootstrap, fit_best};
use serde_json::{Value, json};

use super::Report;
use crate::args::Curve;
use crate::data::{COUPONS_A_YEAR, ParYields, par_yields};
use crate::failure::{Ending, Failure};
use crate::output::table;

/// A day's curve: what was quoted, the curve through every quote, and the one of few parameters.
pub struct Day {
    /// The quotes.
    pub yields: ParYields,
    quotes: Vec<Quote>,
    /// Through every quote.
    pub exact: Shape,
    choice: Choice,
}

/// One tenor of both curves.
struct Row<'a> {
    tenor: &'a str,
    years: f64,
    quoted: f64,
    exact_zero: f64,
    zero: f64,
    forward: f64,
    par: f64,
    miss: f64,
}

/// Reads, fits, prints and draws.
pub fn run(args: &Curve) -> Result<Report, Failure> {
    let day = Day::read(&args.data, args.date)?;
    let rows = day.rows().map_err(unfit)?;
    if let Some(path) = &args.svg {
        draw::to_file(path, &day)?;
    }
    Ok(Report { ending: Ending::Done, json: day.to_json(&rows), text: day.to_text(&rows) })
}

impl Day {
    /// Reads the newest day, or the last one up to `until`, and fits it.
    pub fn read(folder: &std::path::Path, until: Option<risk::calendar::Date>) -> Result<Self, Failure> {
        let yields = par_yields(folder, until)?;
        let quotes = yields.quotes().map_err(unfit)?;
        let exact = Shape::Nodes(bootstrap(&quotes, Interpolation::LogLinear).map_err(unfit)?);
        let choice = fit_best(&quotes, &Settings::default()).map_err(unfit)?;
        Ok(Self { yields, quotes, exact, choice })
    }

    /// Returns the fitted curve.
    pub fn fit(&self) -> &Fit {
        &self.choice.fit
    }

    fn rows(&self) -> Result<Vec<Row<'_>>, Error> {
        let shape = &self.fit().shape;
        let mut rows = Vec::with_capacity(self.quotes.len());
        for ((tenor, years, quoted), quote) in self.yields.yields.iter().zip(&self.quotes) {
            rows.push(Row {
                tenor,
                years: *years,
                quoted: *quoted,
                exact_zero: self.exact.zero(*years),
                zero: shape.zero(*years),
                forward: shape.forward(*years),
                par: shape.par(*years, COUPONS_A_YEAR)?,
                miss: quote.miss(shape),
            });
        }
        Ok(rows)
    }

    fn to_text(&self, rows: &[Row<'_>]) -> String {
        let percent = |rate: f64| format!("{:.4}", rate * 100.0);
        let cells = |row: &Row<'_>| {
            let rates = [row.quoted, row.par, row.exact_zero, row.zero, row.forward].map(percent);
            [vec![row.tenor.to_owned()], rates.to_vec(), vec![format!("{:+.2}", row.miss * 1e4)]].concat()
        };
        let header = ["tenor", "par quoted", "par fitted", "zero exact", "zero fitted", "forward", "miss bp"];
        let rows: Vec<_> = rows.iter().map(cells).collect();
        let fit = self.fit();
        let condition =
            fit.condition.map_or_else(String::new, |condition| format!(", condition number {condition:.0}"));
        let head = format!(
            "Treasury curve of {}: {}, misses of {:.2} bp (root mean square) and {:.2} bp (worst){condition}",
            self.yields.date,
            name(fit.model),
            fit.rms_miss * 1e4,
            fit.worst_miss * 1e4
        );
        let refused =
            self.choice.refused.iter().map(|(model, doubt)| format!("passed over: {}: {}", name(*model), words(doubt)));
        let notes = "percent; par yields half-yearly, zero and forward rates continuous";
        let lines: Vec<_> =
            [head].into_iter().chain(refused).chain([notes.to_owned(), String::new(), table(&header, &rows)]).collect();
        lines.join("\n")
    }

    fn to_json(&self, rows: &[Row<'_>]) -> Value {
        let fit = self.fit();
        let row = |row: &Row<'_>| {
            json!({
                "tenor": row.tenor, "years": row.years, "par_quoted": row.quoted, "par_fitted": row.par,
                "zero_exact": row.exact_zero, "zero_fitted": row.zero, "forward_fitted": row.forward, "miss": row.miss,
            })
        };
        let refused = |(model, doubt): &(Model, Doubt)| json!({ "model": name(*model), "because": words(doubt) });
        json!({
            "date": self.yields.date.to_string(),
            "model": name(fit.model),
            "parameters": parameters(&fit.shape),
            "rms_miss": fit.rms_miss,
            "worst_miss": fit.worst_miss,
            "condition_number": fit.condition,
            "refused": self.choice.refused.iter().map(refused).collect::<Vec<_>>(),
            "tenors": rows.iter().map(row).collect::<Vec<_>>(),
        })
    }
}

fn parameters(shape: &Shape) -> Value {
    match shape {
        Shape::Flat(rate) => json!({ "rate": rate }),
        Shape::Nodes(nodes) => json!({ "points": nodes.points() }),
        Shape::NelsonSiegel(curve) => json!({ "betas": curve.betas, "taus_years": [curve.tau] }),
        Shape::Svensson(curve) => json!({ "betas": curve.betas, "taus_years": curve.taus }),
    }
}

fn name(model: Model) -> &'static str {
    match model {
        Model::Svensson => "Svensson",
        Model::NelsonSiegel => "Nelson-Siegel",
        Model::Piecewise => "piecewise",
    }
}

fn words(doubt: &Doubt) -> String {
    match doubt {
        Doubt::IllConditioned { condition, limit } => {
            format!("ill-conditioned, condition number {condition:.0} of at most {limit:.0}")
        }
        Doubt::AtBound { tau_years } => format!("a tau of {tau_years:.2} years is at its bound"),
        Doubt::OneHump { ratio } => format!("both humps are one, taus stand {ratio:.2} to one"),
        Doubt::TooFewQuotes { quotes, needed } => format!("{quotes} quotes of at least {needed}"),
    }
}

/// Yields that are no curve.
fn unfit(error: Error) -> Failure {
    Failure::fault(error, "the par yields of this day make no curve; take another --date")
}
