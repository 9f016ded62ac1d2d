//! `keeper backtest`: the keeper's own decision and three simple rules on real histories, side by side.

mod args;
mod text;

use std::fs::File;
use std::io::Read;

use backtest::compare::{Comparison, Question, choose, compare};
use backtest::{Day, Market, Settings, Venue, chart, universe};
use serde_json::{Map, Value, json};

pub use args::Backtest;

use super::Report;
use crate::failure::{Ending, Failure};
use crate::output::say;

/// Walks, compares and draws.
pub fn run(args: &Backtest, as_json: bool) -> Result<Report, Failure> {
    args.check()?;
    let venues = venues(args)?;
    let market = Market::new(venues.clone(), args.from, args.to)
        .map_err(|error| Failure::fault(error, "choose --from and --to within the histories in --data"))?;
    let split = args.split.unwrap_or_else(|| args.from.after(market.days() / 2));
    if split <= args.from || split > args.to {
        let message = format!("--split {split} is not after --from {} and up to --to {}", args.from, args.to);
        return Err(Failure::fault(message, "the second part begins with the day of --split"));
    }
    let settings = settings(args, &venues, split)?;
    let question = Question { capital_usd: args.capital, settings, split: split.since(args.from), seed: args.seed };
    let compared = compare(&market, &question);
    if let Some(path) = &args.svg {
        let title = format!("{} to {}, {:.0} dollars", args.from, args.to, args.capital);
        let svg =
            chart::svg(&market, &compared.walks, &title).map_err(|error| Failure::fault(error, "leave --svg out"))?;
        std::fs::write(path, svg).map_err(|error| {
            Failure::fault(format!("--svg {}: {error}", path.display()), "name a file that can be written")
        })?;
    }
    let assumed = text::assumptions(args, &market, &settings, split);
    if as_json {
        say(&assumed);
    }
    Ok(Report {
        ending: Ending::Done,
        json: to_json(&compared),
        text: format!("{assumed}\n\n{}", text::comparison(&compared, split)),
    })
}

/// The venues of the folder's files, with what the arguments say of them.
fn venues(args: &Backtest) -> Result<Vec<Venue>, Failure> {
    const HINT: &str = "the README lists the files and columns that are read";
    let mut fault = None;
    let open = |name: &str| {
        let found =
            [format!("{name}.csv.gz"), format!("{name}.csv")].into_iter().find(|file| args.data.join(file).exists())?;
        match File::open(args.data.join(&found)) {
            Ok(input) => Some((found, Box::new(input) as Box<dyn Read>)),
            Err(error) => {
                fault = Some(format!("{found}: {error}"));
                None
            }
        }
    };
    let mut venues = universe::venues(open).map_err(|error| Failure::fault(error, HINT))?;
    if let Some(fault) = fault {
        return Err(Failure::fault(fault, HINT));
    }
    if venues.is_empty() {
        let names = universe::FILES.map(|name| format!("{name}.csv[.gz]")).join(", ");
        return Err(Failure::fault(format!("--data {} has none of {names}", args.data.display()), HINT));
    }
    args.apply(&mut venues)?;
    Ok(venues)
}

/// The keeper's settings: as given, or chosen on the days before the split.
fn settings(args: &Backtest, venues: &[Venue], split: Day) -> Result<Settings, Failure> {
    let given = args.settings();
    if !args.choose {
        return Ok(given);
    }
    let before = Day(split.0 - 1);
    let market = Market::new(venues.to_vec(), args.from, before)
        .map_err(|error| Failure::fault(error, "with --choose the first part needs two days and observations"))?;
    let candidates: Vec<Settings> = [7.0, 14.0, 30.0, 60.0]
        .into_iter()
        .flat_map(|horizon_days| [5.0, 15.0, 30.0, 60.0].map(|half_life_days| (horizon_days, half_life_days)))
        .map(|(horizon_days, half_life_days)| Settings { horizon_days, half_life_days, ..given })
        .collect();
    let earned = choose(&market, args.capital, &candidates);
    for (settings, net_apr) in &earned {
        let (horizon, half_life) = (settings.horizon_days, settings.half_life_days);
        say(&format!(
            "before {split}: horizon {horizon} days, half-life {half_life} days earn {:.3} %",
            net_apr * 100.0
        ));
    }
    Ok(earned.first().map_or(given, |(settings, _)| *settings))
}

/// One entry a strategy.
fn to_json(compared: &Comparison) -> Value {
    let entry = |(walk, line): (&backtest::run::Walk, &backtest::Line)| (walk.name.to_owned(), json!(line));
    Value::Object(compared.walks.iter().zip(&compared.lines).map(entry).collect::<Map<_, _>>())
}
