//! The story's tables, and the parts of its JSON that are cut out of other commands' answers.

use alloy_primitives::U256;
use engine::{amount, percent};
use model::{Asset, Assets};
use serde_json::{Value, json};
use sim::Venue;

use super::{DEPOSITS, stage::Stage};
use crate::output::table;

/// The venues as they are before the vault comes.
pub fn venues(stage: &Stage) -> anyhow::Result<String> {
    let mut rows = Vec::new();
    for venue in Venue::ALL {
        let utilisation = stage.world.utilisation_wad(&stage.chain, venue)?;
        let (name, address) = match venue {
            Venue::Aave => ("Aave v3", stage.world.aave.pool),
            Venue::MetaMorpho => ("MetaMorpho over Morpho Blue", stage.world.morpho.meta_morpho),
            Venue::Market(_) => ("Morpho Blue", stage.world.morpho.morpho),
        };
        rows.push(vec![name.to_owned(), address.to_string(), percent(f64::from(utilisation) / 1e18)]);
    }
    let source = format!("utilisation: {}", stage.utilisation_source());
    Ok(format!("{}\n{source}", table(&["venue", "address", "utilisation"], &rows)))
}

pub fn programs(deployed: &Value) -> String {
    let sizes = deployed["code_bytes"].as_object().into_iter().flatten();
    let rows: Vec<_> = sizes.map(|(name, bytes)| vec![name.clone(), bytes.to_string()]).collect();
    format!("{}\nvault: {}", table(&["program", "bytes of 24576"], &rows), text(&deployed["vault"]))
}

/// Deposits or exits.
pub fn transfers(rows: &[Value]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .zip(DEPOSITS)
        .map(|(row, (_, name, _))| {
            vec![name.to_owned(), text(&row["wallet"]), usdc(&row["assets"]), tokens(&row["shares"], 18, "TENOR")]
        })
        .collect();
    table(&["", "wallet", "assets", "shares"], &rows)
}

pub fn rebalance(turn: &Value, after: &Value) -> String {
    let rows: Vec<_> = portfolio(after)["positions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| vec![text(&row["venue"]), usdc(&row["assets"]), rate(&row["apr"])])
        .collect();
    format!("{}\n\n{}", text(&turn["summary"]), table(&["venue", "assets", "a year"], &rows))
}

/// Why the keeper waits, and what counts so far.
pub fn waiting(turn: &Value, status: &Value) -> String {
    let book = &status["snapshot"]["book"];
    let why = "Whoever deposits borrowed money for an hour must not loosen a cap by it: caps and budgets are parts of the \
               least\nvalue of this epoch and the last, and an epoch is a day here.";
    let (nav, counted) = (usdc(&book["nav"]), usdc(&book["nav_least"]));
    format!("{why}\n\nvalue    {nav}\ncounted  {counted}\nkeeper   {}", text(&turn["summary"]))
}

/// The same for machines.
pub fn wait(turn: &Value, status: &Value) -> Value {
    let book = &status["snapshot"]["book"];
    json!({ "summary": turn["summary"], "nav": book["nav"], "counted": book["nav_least"] })
}

/// What is left of each budget.
pub fn budgets(status: &Value) -> String {
    let rows = status["budgets"].as_array().into_iter().flatten();
    let rows: Vec<_> = rows
        .map(|row| vec![text(&row["budget"]), usdc(&row["used"]), usdc(&row["left"]), rate(&row["left_of_epoch"])])
        .collect();
    table(&["budget", "used now", "left now", "of an epoch's"], &rows)
}

pub fn limits(status: &Value) -> String {
    let rows: Vec<_> = named_limits(status)
        .iter()
        .map(|row| {
            let holds = if row["holds"] == true { "holds" } else { "BROKEN" };
            let show = |value| quantity(&row["unit"], value);
            vec![text(&row["limit"]), text(&row["id"]), show(&row["value"]), show(&row["bound"]), holds.to_owned()]
        })
        .collect();
    table(&["limit", "id", "value", "bound", ""], &rows)
}

pub fn refusal(refused: &Value) -> String {
    let line = |key: &str| match key {
        "value" | "bound" => format!("{key:8} {}", quantity(&refused["unit"], &refused[key])),
        _ => format!("{key:8} {}", text(&refused[key])),
    };
    ["attempt", "tx", "error", "limit", "id", "value", "bound"].map(line).join("\n")
}

/// Net asset value, yearly income as a part of it, and the positions, out of a status.
pub fn portfolio(status: &Value) -> Value {
    let snapshot = &status["snapshot"];
    let positions = snapshot["positions"].as_array().cloned().unwrap_or_default();
    let rates = status["rates"].as_array().cloned().unwrap_or_default();
    let mut income = 0.0;
    let positions: Vec<_> = positions
        .iter()
        .zip(&rates)
        .map(|(position, apr)| {
            income += number(&position["value"]) * apr.as_f64().unwrap_or_default();
            json!({
                "venue": position["kind"],
                "address": position["venue"],
                "assets": position["value"],
                "apr": apr,
            })
        })
        .collect();
    let nav = number(&snapshot["book"]["nav"]);
    let income_apr = if nav > 0.0 { income / nav } else { 0.0 };
    json!({ "nav": snapshot["book"]["nav"], "income_apr": income_apr, "positions": positions })
}

/// The transaction and legs of the keeper's turn.
pub fn movement(turn: &Value) -> Value {
    let receipt = &turn["settlement"];
    json!({
        "tx": receipt["hash"],
        "gas_used": receipt["gas_used"],
        "legs": turn["decision"]["legs"],
        "summary": turn["summary"],
    })
}

/// The limits of a status; one that concerns the whole portfolio says so.
pub fn named_limits(status: &Value) -> Vec<Value> {
    let mut limits = status["limits"].as_array().cloned().unwrap_or_default();
    for limit in &mut limits {
        if limit["id"].is_null() {
            limit["id"] = json!("portfolio");
        }
    }
    limits
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn number(value: &Value) -> f64 {
    value.as_str().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// A limit's value or bound in its own unit.
fn quantity(unit: &Value, value: &Value) -> String {
    match unit.as_str() {
        Some("wad") => percent(number(value) / 1e18),
        _ => usdc(value),
    }
}

fn usdc(value: &Value) -> String {
    tokens(value, 6, "USDC")
}

fn tokens(value: &Value, decimals: u8, symbol: &str) -> String {
    let units = value.as_str().and_then(|digits| digits.parse::<U256>().ok()).unwrap_or_default();
    amount(Assets(units), &Asset { address: Default::default(), symbol: symbol.to_owned(), decimals })
}

fn rate(value: &Value) -> String {
    value.as_f64().map_or_else(|| "unknown".to_owned(), percent)
}
