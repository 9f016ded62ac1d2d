//! A vault's risk for people.

use risk::report::{Report as Measured, Totals};

use super::bonds::Dated;
use super::{HORIZON_YEARS, KEYS, Whole, whole_tokens};
use crate::output::table;

/// Tables: what is held, what rates and failure would do, what usage would do, what owes, and all together.
pub(super) fn of(whole: &Whole<'_>) -> String {
    let mut parts =
        vec![format!("block {}; spreads over {}; {}", whole.snapshot.block.number, whole.curve, whole.assumed.words())];
    if whole.reports().next().is_some() {
        parts.extend([holdings(whole), sensitivities(whole)]);
    }
    if !whole.dated.is_empty() {
        parts.push(bonds(whole));
    }
    if !whole.lent.is_empty() {
        parts.push(usage(whole));
    }
    if !whole.levers.is_empty() {
        parts.push(levers(whole));
    }
    let silent = whole.silent.iter().map(|(position, reason)| {
        let value = money(whole_tokens(position.value, whole.snapshot));
        format!("position {} ({value}) is not measured: {reason}", position.index)
    });
    parts.extend(silent);
    parts.push(totals(whole));
    parts.join("\n\n")
}

fn holdings(whole: &Whole<'_>) -> String {
    let row = |report: &Measured| {
        let adjusted = &report.hazard_adjusted;
        vec![
            report.name.clone(),
            money(report.price),
            percent(report.yield_rate),
            percent(report.spread),
            percent(adjusted.yield_rate),
            percent(adjusted.spread),
            money(adjusted.price),
            money(report.carry),
        ]
    };
    let quarter = format!("carry {HORIZON_YEARS} y");
    let header =
        ["position", "price", "yield", "spread", "yield less loss", "spread less loss", "price with hazard", &quarter];
    table(&header, &whole.reports().map(row).collect::<Vec<_>>())
}

fn sensitivities(whole: &Whole<'_>) -> String {
    let row = |report: &Measured| {
        let adjusted = &report.hazard_adjusted;
        vec![
            report.name.clone(),
            days(report.effective_years),
            days(report.spread_years),
            format!("{:.4}", report.convexity),
            cents(report.dv01),
            cents(report.cs01),
            cents(adjusted.contract_01),
            money(report.price * adjusted.expected_loss_rate),
        ]
    };
    let header = [
        "position",
        "duration d",
        "spread duration d",
        "convexity",
        "DV01",
        "CS01",
        "hazard 01",
        "expected loss a year",
    ];
    table(&header, &whole.reports().map(row).collect::<Vec<_>>())
}

fn bonds(whole: &Whole<'_>) -> String {
    let row = |dated: &Dated<'_>| {
        let (report, optional) = (&dated.report, |years: Option<f64>| years.map_or_else(|| "-".to_owned(), days));
        vec![
            report.name.clone(),
            money(dated.face),
            dated.matures.map_or_else(|| "always so far off".to_owned(), |date| date.to_string()),
            days(dated.years),
            optional(report.macaulay_years),
            optional(report.modified_years),
            money(report.carry),
            money(report.roll_down),
        ]
    };
    let (carry, roll) = (format!("carry {HORIZON_YEARS} y"), format!("roll-down {HORIZON_YEARS} y"));
    let header = ["bond", "pays", "on", "days left", "Macaulay d", "modified d", &carry, &roll];
    table(&header, &whole.dated.iter().map(row).collect::<Vec<_>>())
}

fn usage(whole: &Whole<'_>) -> String {
    let optional = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
    let rows = whole.lent.iter().flat_map(|lent| {
        let (measures, now) = (&lent.measures, &lent.measures.state);
        let liquid = whole_tokens(lent.position.liquidity, whole.snapshot);
        let first = vec![
            lent.report.name.clone(),
            "as it stands".to_owned(),
            percent(now.usage),
            percent(now.supply_rate),
            money(liquid),
            optional(measures.usage_elasticity),
            optional(measures.pass_through),
        ];
        let after = lent.shocks.iter().map(|shock| {
            let (usage, rate) = (percent(shock.state.usage), percent(shock.state.supply_rate));
            vec![String::new(), shock.name.to_owned(), usage, rate, money(shock.liquid(whole.snapshot))]
        });
        [first].into_iter().chain(after).collect::<Vec<_>>()
    });
    let header = ["position", "if", "usage", "rate", "liquid", "elasticity", "pass-through"];
    table(&header, &rows.collect::<Vec<_>>())
}

fn levers(whole: &Whole<'_>) -> String {
    let rows = whole.levers.iter().map(|lever| {
        let optional = |value: Option<f64>, show: fn(f64) -> String| value.map_or_else(|| "-".to_owned(), show);
        vec![
            format!("{} {}", lever.position.index, lever.position.kind),
            money(whole_tokens(lever.position.value, whole.snapshot)),
            optional(lever.leverage, |leverage| format!("{leverage:.2}")),
            optional(lever.carry_rate, percent),
            optional(lever.fall_of_one_percent(whole.snapshot), money),
            optional(lever.watch.map(|watch| watch.health), |health| format!("{health:.4}")),
        ]
    });
    let header = ["leveraged", "worth", "leverage", "net carry", "a fall of 1 % costs", "health"];
    table(&header, &rows.collect::<Vec<_>>())
}

fn totals(whole: &Whole<'_>) -> String {
    let Totals { price, yield_rate, effective_years, spread_years, dv01, cs01, .. } = whole.totals;
    let found = &whole.totals;
    let keys = KEYS.iter().zip(&found.key_rates_01).filter(|(_, cost)| cost.abs() > 0.0);
    let keys: Vec<_> = keys.map(|(years, cost)| format!("{years} y {}", cents(*cost))).collect();
    let rows = [
        ("price, idle money included", money(price)),
        ("price with hazard", money(found.hazard_adjusted_price)),
        ("yield", percent(yield_rate)),
        ("expected loss a year", money(found.expected_loss)),
        ("duration, days", days(effective_years)),
        ("spread duration, days", days(spread_years)),
        ("convexity", format!("{:.4}", found.convexity)),
        ("DV01", cents(dv01)),
        ("by key rate", if keys.is_empty() { "-".to_owned() } else { keys.join(", ") }),
        ("CS01", cents(cs01)),
        ("hazard 01", cents(found.contract_01)),
        ("carry", money(found.carry)),
        ("roll-down", money(found.roll_down)),
    ];
    let rows: Vec<_> = rows.map(|(name, value)| vec![name.to_owned(), value]).into();
    let left_out = whole.levers.len() + whole.silent.len();
    let note = match left_out {
        0 => String::new(),
        count => format!("\nwithout {count} leveraged or unmeasured"),
    };
    format!("{}{note}", table(&["all together", &whole.snapshot.asset.symbol], &rows))
}

fn percent(rate: f64) -> String {
    format!("{:.3} %", rate * 100.0)
}

fn days(years: f64) -> String {
    format!("{:.2}", years * 365.0)
}

fn money(amount: f64) -> String {
    format!("{amount:.2}")
}

fn cents(amount: f64) -> String {
    format!("{amount:.4}")
}
