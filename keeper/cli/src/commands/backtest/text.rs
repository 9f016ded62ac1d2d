//! A backtest for people: what was assumed, and what came out.

use backtest::compare::{BLOCK_DAYS, Comparison, EQUAL_EVERY_DAYS, TRAILING_DAYS};
use backtest::market::{COMPOUND, STALE_DAYS};
use backtest::reader::Quote;
use backtest::{Day, Market, Settings};

use super::Backtest;
use crate::output::table;

/// Everything that the figures rest on besides the histories.
pub fn assumptions(args: &Backtest, market: &Market, settings: &Settings, split: Day) -> String {
    let row = |venue: &backtest::Venue| {
        let days = venue.history.range(args.from..=args.to);
        let (first, last) = (days.clone().next(), days.clone().next_back());
        let observed = match (first, last) {
            (Some((first, _)), Some((last, _))) => format!("{first} to {last}"),
            _ => "not in this period".to_owned(),
        };
        let size = match last.map(|(_, quote)| quote) {
            Some(Quote::Rates { .. }) => format!("{:.0} M, assumed", venue.size_usd / 1e6),
            Some(Quote::Amounts { .. }) => "by the history".to_owned(),
            Some(Quote::Available { .. }) => "by the history and the curve".to_owned(),
            Some(Quote::Set { .. }) => "no impact of ours".to_owned(),
            None => "-".to_owned(),
        };
        let terms = venue.terms;
        vec![
            venue.name.clone(),
            observed,
            size,
            format!("{} / {}", terms.entry_bps, terms.exit_bps),
            format!("{:.2}", terms.gas_usd),
            terms.delay_days.to_string(),
            format!("{:.2} %", terms.expected_loss * 100.0),
        ]
    };
    let header =
        ["venue", "observed", "others' supply", "in / out bps", "gas, USD", "days on the way", "expected loss"];
    let rows: Vec<_> = market.venues().iter().map(row).collect();
    let (kink, low, high) = COMPOUND;
    let Settings { horizon_days, half_life_days, gain_factor, most_share, least_move } = *settings;
    [
        format!("{:.0} dollars, {} to {}; second part from {split}. Assumed of the venues:", args.capital, args.from, args.to),
        String::new(),
        table(&header, &rows),
        String::new(),
        "Decided at a day's end from what was known then, carried out at the next day's end at that day's pools; others do \
         not answer to us. Every strategy pays the same."
            .to_owned(),
        format!(
            "Compound III: kink {kink}, slopes {low} and {high}; what the history calls tvl is what is left to lend. Missing days \
             are filled for {STALE_DAYS} days, then a venue counts as closed and is left."
        ),
        format!(
            "Ours: horizon {horizon_days} days, half-life {half_life_days} days, gain {gain_factor} times the gas, least movement \
             {least_move} and most of one venue {most_share} of everything. Best single: mean of {TRAILING_DAYS} days. Equal \
             weights: set right every {EQUAL_EVERY_DAYS} days. Errors: stationary bootstrap, blocks of {BLOCK_DAYS} days, seed {}.",
            args.seed
        ),
    ]
    .join("\n")
}

/// The figures side by side.
pub fn comparison(compared: &Comparison, split: Day) -> String {
    let percent = |part: f64| format!("{:.3} %", part * 100.0);
    let all = || compared.walks.iter().zip(&compared.lines);
    let rows: Vec<_> = all()
        .map(|(walk, line)| {
            let whole = &line.whole;
            let more = line.ours_earned_more.map_or_else(String::new, |more| {
                format!("{:+.3} +- {:.3} %", more.net_apr * 100.0, more.standard_error * 100.0)
            });
            vec![
                walk.name.to_owned(),
                format!("{:.3} +- {:.3} %", whole.net_apr * 100.0, whole.standard_error * 100.0),
                percent(line.second_part.net_apr),
                format!("{:.4} %", whole.worst_drawdown * 100.0),
                format!("{:.2}", whole.turnover),
                format!("{:.0}", whole.costs),
                whole.movements.to_string(),
                more,
            ]
        })
        .collect();
    let since = format!("from {split}");
    let header = [
        "strategy",
        "net APR",
        since.as_str(),
        "worst drawdown",
        "turnover a year",
        "costs, USD",
        "movements",
        "ours earned more",
    ];
    let figures = table(&header, &rows);
    let rows: Vec<_> = all()
        .map(|(walk, line)| {
            let parts = line.whole.attribution;
            let parts = [parts.carry, parts.rate, parts.own_impact, parts.expected_loss, parts.gas, parts.slippage];
            [vec![walk.name.to_owned()], parts.map(percent).to_vec()].concat()
        })
        .collect();
    let header = ["net APR is made of", "carry", "rate", "own impact", "expected loss", "gas", "slippage"];
    let parts = table(&header, &rows);
    let stability = compared.lines.first().and_then(|line| line.stability).map_or_else(String::new, |stability| {
        let (half, double) = (stability.net_apr_half_horizon, stability.net_apr_double_horizon);
        format!("\n\nOurs with half of the horizon: {}; with twice of it: {}", percent(half), percent(double))
    });
    let undecided = all().filter_map(|(walk, _)| {
        let (day, why) = walk.undecided.first()?;
        let (name, days) = (walk.name, walk.undecided.len());
        Some(format!(
            "\n\n{name}: no verified decision on {days} days, on which nothing was moved; the first is {day}: {why}"
        ))
    });
    let undecided: String = undecided.collect();
    format!("{figures}\n\n{parts}{stability}{undecided}")
}
