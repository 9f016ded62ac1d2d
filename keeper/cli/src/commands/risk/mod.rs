//! `keeper risk`: every position measured as it stands on the chain, and all together.
//!
//! A lending position is worth its face and earns its venue's rate; what of it the venue cannot pay at once takes `--days-to-leave`.
//! A position with a date is a zero-coupon bond at the value that the book has of it.
//! Leverage and what has no rate model are shown as far as they can be read, and are not in the totals' rates.

mod bonds;
mod draw;
mod leverage;
mod perils;
mod shocks;
mod text;

#[cfg(test)]
mod tests;

use chain::snapshot::Reader;
use model::{Position, Snapshot};
use risk::calendar::Date;
use risk::curve::Shape;
use risk::lending::{LendingMeasures, measure};
use risk::report::{Floating, Market, Report as Measured, Totals};
use serde_json::{Value, json};

use super::curve::Day;
use super::{Report, connect, vault};
use crate::args::Risk;
use crate::config::Settings;
use crate::failure::{Ending, Failure};
use bonds::Dated;
use leverage::Leverage;
use perils::Assumed;
use shocks::Shocked;

/// The years at which key rates are told.
pub const KEYS: [f64; 8] = [0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0];
/// Over what time carry and roll-down are told: a quarter.
pub const HORIZON_YEARS: f64 = 0.25;
const YEAR_DAYS: f64 = 365.0;

/// All that is said of a vault.
struct Whole<'a> {
    snapshot: &'a Snapshot,
    curve: String,
    assumed: Assumed,
    lent: Vec<Lent<'a>>,
    dated: Vec<Dated<'a>>,
    levers: Vec<Leverage<'a>>,
    /// Positions of which nothing can be measured, and why.
    silent: Vec<(&'a Position, String)>,
    totals: Totals,
}

/// A lending position.
struct Lent<'a> {
    position: &'a Position,
    measures: LendingMeasures,
    report: Measured,
    shocks: Vec<Shocked>,
}

/// Reads the vault and measures it; changes nothing.
pub async fn run(settings: &Settings, args: &Risk) -> Result<Report, Failure> {
    let days = within("--days-to-leave", args.days_to_leave, 0.0, 3_650.0)?;
    let (vault, account) = (vault(settings)?, crate::key::account(settings)?);
    let rpc = connect(settings).await?;
    let reader = Reader::open(&rpc, settings.chain.chain_id, vault, account).await?;
    let snapshot = reader.read().await?;
    let today = Date::of_unix(snapshot.now().0);
    let (shape, curve, curve_day) = free_curve(args, today)?;
    let assumed = perils::assumed(args, curve_day.unwrap_or(today))?;
    let market = Market { curve: &shape, keys: &KEYS, horizon_years: HORIZON_YEARS };
    let whole = Whole::of(&snapshot, &market, curve, assumed, days / YEAR_DAYS)?;
    if let Some(path) = &args.svg {
        let picture = draw::picture(&whole)
            .map_err(|error| Failure::fault(error, "leave --svg out; the tables have all figures"))?;
        let fault =
            |error| Failure::fault(format!("{}: {error}", path.display()), "is the folder there, and writable?");
        std::fs::write(path, picture).map_err(fault)?;
    }
    Ok(Report { ending: Ending::Done, json: whole.to_json(), text: text::of(&whole) })
}

impl<'a> Whole<'a> {
    fn of(
        snapshot: &'a Snapshot,
        market: &Market<'_>,
        curve: String,
        assumed: Assumed,
        years_to_leave: f64,
    ) -> Result<Self, Failure> {
        let (mut lent, mut dated, mut levers, mut silent) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let held = snapshot.positions.iter().filter(|position| !position.value.is_zero());
        for position in held {
            if position.lever.is_some() {
                levers.push(Leverage::of(position));
            } else if let Some(bond) = &position.bond {
                match Dated::of(position, bond, market, &assumed, snapshot)? {
                    Ok(bond) => dated.push(bond),
                    Err(reason) => silent.push((position, reason)),
                }
            } else if let Some(reason) = position.rate.refusal() {
                silent.push((position, reason.to_owned()));
            } else {
                match measure(&position.rate, position.value, snapshot.now()) {
                    Err(error) => silent.push((position, error.to_string())),
                    Ok(measures) => {
                        lent.push(Lent::of(position, measures, market, &assumed, years_to_leave, snapshot)?);
                    }
                }
            }
        }
        let of_bonds = dated.iter().map(|dated| dated.report.clone());
        let reports: Vec<_> = lent.iter().map(|lent| lent.report.clone()).chain(of_bonds).collect();
        let totals = Totals::of(&reports, whole_tokens(snapshot.book.idle, snapshot));
        Ok(Self { snapshot, curve, assumed, lent, dated, levers, silent, totals })
    }

    /// Of everything that is measured, in the order of the tables.
    fn reports(&self) -> impl Iterator<Item = &Measured> {
        self.lent.iter().map(|lent| &lent.report).chain(self.dated.iter().map(|dated| &dated.report))
    }

    fn to_json(&self) -> Value {
        let lent = |lent: &Lent<'_>| {
            json!({
                "position": lent.position.index,
                "venue": lent.position.kind.to_string(),
                "report": lent.report,
                "usage": lent.measures.state.usage,
                "borrow_rate": lent.measures.state.borrow_rate,
                "liquid": whole_tokens(lent.position.liquidity, self.snapshot),
                "rate_by_usage": lent.measures.rate_by_usage,
                "usage_elasticity": lent.measures.usage_elasticity,
                "rate_by_own_size": lent.measures.rate_by_own_size,
                "pass_through": lent.measures.pass_through,
                "shocks": lent.shocks.iter().map(|shock| shock.to_json(self.snapshot)).collect::<Vec<_>>(),
            })
        };
        let silent =
            |(position, reason): &(&Position, String)| json!({ "position": position.index, "because": reason });
        json!({
            "block": self.snapshot.block.number,
            "curve": self.curve,
            "hazard": self.assumed.to_json(),
            "key_rates_years": KEYS,
            "horizon_years": HORIZON_YEARS,
            "idle": whole_tokens(self.snapshot.book.idle, self.snapshot),
            "lending": self.lent.iter().map(lent).collect::<Vec<_>>(),
            "bonds": self.dated.iter().map(Dated::to_json).collect::<Vec<_>>(),
            "leverage": self.levers.iter().map(|lever| lever.to_json(self.snapshot)).collect::<Vec<_>>(),
            "not_measured": self.silent.iter().map(silent).collect::<Vec<_>>(),
            "totals": self.totals,
        })
    }
}

impl<'a> Lent<'a> {
    fn of(
        position: &'a Position,
        measures: LendingMeasures,
        market: &Market<'_>,
        assumed: &Assumed,
        years_to_leave: f64,
        snapshot: &Snapshot,
    ) -> Result<Self, Failure> {
        let name = format!("{} {}", position.index, position.kind);
        let value = whole_tokens(position.value, snapshot);
        let liquid_part = (position.liquidity.to_f64() / position.value.to_f64()).clamp(0.0, 1.0);
        let held = Floating {
            name: &name,
            value,
            measures: &measures,
            years_to_leave: (1.0 - liquid_part) * years_to_leave,
            perils: &assumed.perils,
        };
        let report = Measured::floating(market, &held).map_err(unmeasured)?;
        let shocks = shocks::of(position, snapshot).map_err(unmeasured)?;
        Ok(Self { position, measures, report, shocks })
    }
}

/// The curve of what does not fail, in words, and its day where it has one.
fn free_curve(args: &Risk, today: Date) -> Result<(Shape, String, Option<Date>), Failure> {
    if let Some(percent) = args.flat {
        let rate = within("--flat", percent, -100.0, 1_000.0)? / 100.0;
        return Ok((Shape::Flat(rate), format!("{percent} % for all times"), None));
    }
    let Some(folder) = &args.data else {
        return Err(Failure::fault(
            "neither --data nor --flat is given",
            "name a folder with the Treasury's yields, or a rate",
        ));
    };
    let day = Day::read(folder, Some(today))?;
    let date = day.yields.date;
    Ok((day.fit().shape.clone(), format!("the Treasury's of {date}"), Some(date)))
}

/// An amount in whole tokens.
fn whole_tokens(assets: model::Assets, snapshot: &Snapshot) -> f64 {
    assets.to_f64() / 10_f64.powi(i32::from(snapshot.asset.decimals))
}

fn within(name: &str, value: f64, low: f64, high: f64) -> Result<f64, Failure> {
    if (low..=high).contains(&value) {
        return Ok(value);
    }
    Err(Failure::fault(format!("{name} is {value}, which is not from {low} to {high}"), "see `keeper risk --help`"))
}

fn unmeasured(error: risk::Error) -> Failure {
    Failure::fault(error, "see `keeper status --json` for the inputs")
}
