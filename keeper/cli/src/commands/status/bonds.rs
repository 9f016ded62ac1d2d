//! What the vault holds with a date: when it pays, at what yield, and which rung of the ladder it is on.

use engine::amount;
use model::words::exact_percent;
use model::{Bond, Position, Snapshot};
use serde_json::{Value, json};

use super::alerts::rough;
use crate::output::table;

const DAY_SECS: u32 = 86_400;

/// Every position with a date, for machines.
pub fn to_json(snapshot: &Snapshot) -> Vec<Value> {
    let each = |(position, bond): (&Position, &Bond)| {
        let term_secs = bond.term_secs(snapshot.now());
        json!({
            "position": position.index,
            "maturity": bond.maturity,
            "term_secs": term_secs,
            "rate": bond.rate,
            "value": position.value,
            "units": position.units.to_string(),
            "premium": bond.premium,
            "rung": rung(snapshot, term_secs),
            "is_due": position.is_due(snapshot.now()),
            "requested": position.requested,
            "payable": position.liquidity,
        })
    };
    bonds(snapshot).map(each).collect()
}

/// The same for people; nothing where nothing has a date.
pub fn to_text(snapshot: &Snapshot) -> String {
    let rows: Vec<_> = bonds(snapshot).map(|(position, bond)| row(snapshot, position, bond)).collect();
    match rows.is_empty() {
        true => String::new(),
        false => table(&["bond", "value", "yield", "pays", "rung"], &rows),
    }
}

fn bonds(snapshot: &Snapshot) -> impl Iterator<Item = (&Position, &Bond)> {
    snapshot.positions.iter().filter_map(|position| Some((position, position.bond.as_ref()?)))
}

fn row(snapshot: &Snapshot, position: &Position, bond: &Bond) -> Vec<String> {
    let term_secs = bond.term_secs(snapshot.now());
    let pays = match bond.maturity {
        None => format!("always {} from now{}", rough(term_secs.into()), redemption(snapshot, position)),
        Some(_) if position.is_due(snapshot.now()) => "DUE: anyone may settle it".to_owned(),
        Some(at) if at <= snapshot.now() => "it has paid".to_owned(),
        Some(at) => format!("in {}, at {at}", rough(term_secs.into())),
    };
    vec![
        position.index.to_string(),
        amount(position.value, &snapshot.asset),
        exact_percent(position.yields().unwrap_or(bond.rate).0),
        pays,
        rung(snapshot, term_secs).map_or_else(String::new, |rung| rung.to_string()),
    ]
}

/// What of a fund was requested, and what of that anyone may settle now.
fn redemption(snapshot: &Snapshot, position: &Position) -> String {
    let show = |assets| amount(assets, &snapshot.asset);
    let waits = position.requested.filter(|requested| !requested.is_zero());
    let waits = waits.map_or_else(String::new, |requested| format!("; {} requested", show(requested)));
    match position.is_due(snapshot.now()) {
        true => format!("{waits}; {} PAYABLE: anyone may settle it", show(position.liquidity)),
        false => waits,
    }
}

/// The rung that a term is on, by its place; the last one holds all that is later too.
fn rung(snapshot: &Snapshot, term_secs: u32) -> Option<usize> {
    let ladder = &snapshot.covenants.as_ref()?.ladder;
    let last = ladder.len().checked_sub(1)?;
    let until = |days: u16| u32::from(days) * DAY_SECS;
    Some(ladder.iter().position(|rung| term_secs <= until(rung.until_days)).unwrap_or(last))
}
