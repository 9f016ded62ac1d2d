//! What the vault owes: health, how far each threshold is, and what happens next.

use engine::amount;
use model::{Position, Price, Snapshot};
use risk::health::Distance;
use risk::lever::{Watch, watch};
use serde_json::{Value, json};

use crate::output::table;

/// The health at which the venue lets liquidators in.
const LIQUIDATION: f64 = 1.0;
const WHOLE_BPS: f64 = 1e4;

/// Every position that owes, for machines.
pub fn to_json(snapshot: &Snapshot, protect_hours: f64) -> Vec<Value> {
    let each = |(position, watch): (&Position, Watch)| {
        let distance = |level: f64, distance: &Distance| json!({ "health": level, "price_fall": distance.price_fall, "hours": distance.hours });
        json!({
            "position": position.index,
            "health": watch.health,
            "target": level(watch.thresholds.target_bps),
            "soft": distance(level(watch.thresholds.soft_bps), &watch.soft),
            "hard": distance(level(watch.thresholds.hard_bps), &watch.hard),
            "liquidation": distance(LIQUIDATION, &watch.liquidation),
            "volatility": watch.outlook.motion.volatility,
            "volatility_is_measured": watch.volatility.is_some(),
            "next": next(snapshot, position, &watch, protect_hours),
        })
    };
    debts(snapshot).map(each).collect()
}

/// The same for people; nothing where nothing is owed.
pub fn to_text(snapshot: &Snapshot, protect_hours: f64) -> String {
    let rows: Vec<_> = debts(snapshot).map(|(position, watch)| row(snapshot, position, &watch)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let header =
        ["position", "owes", "health", "target", "soft", "hard", "to soft", "to hard", "to liquidation", "moves"];
    let next = debts(snapshot).map(|(position, watch)| next(snapshot, position, &watch, protect_hours));
    let next: Vec<_> = next.collect();
    format!("{}\n{}", table(&header, &rows), next.join("\n"))
}

fn debts(snapshot: &Snapshot) -> impl Iterator<Item = (&Position, Watch)> {
    snapshot.positions.iter().filter_map(|position| Some((position, watch(position)?)))
}

fn row(snapshot: &Snapshot, position: &Position, watch: &Watch) -> Vec<String> {
    let owes = position.lever.and_then(|lever| lever.debt).unwrap_or_default();
    let thresholds = &watch.thresholds;
    let measured = if watch.volatility.is_some() { "" } else { " (assumed)" };
    vec![
        position.index.to_string(),
        amount(owes, &snapshot.asset),
        format!("{:.4}", watch.health),
        format!("{:.4}", level(thresholds.target_bps)),
        format!("{:.4}", level(thresholds.soft_bps)),
        format!("{:.4}", level(thresholds.hard_bps)),
        away(&watch.soft),
        away(&watch.hard),
        away(&watch.liquidation),
        format!("{:.1} % a year{measured}", watch.outlook.motion.volatility * 100.0),
    ]
}

/// "-12.3 %, 41 h": by how much the price may fall, and within how many hours it does with a chance of one in twenty.
fn away(distance: &Distance) -> String {
    match distance {
        Distance { price_fall, .. } if *price_fall <= 0.0 => "PASSED".to_owned(),
        Distance { price_fall, hours } => format!("-{:.1} %, {}", price_fall * 100.0, time(*hours)),
    }
}

fn time(hours: Option<f64>) -> String {
    match hours {
        Some(hours) if hours < 1.0 => format!("{:.0} min", hours * 60.0),
        Some(hours) if hours < 48.0 => format!("{hours:.0} h"),
        Some(hours) if hours < 8_760.0 => format!("{:.0} d", hours / 24.0),
        _ => "over a year".to_owned(),
    }
}

/// What happens next, in a sentence or two.
fn next(snapshot: &Snapshot, position: &Position, watch: &Watch, protect_hours: f64) -> String {
    let (index, thresholds) = (position.index, &watch.thresholds);
    let refused = match position.collateral.as_ref().map(|collateral| &collateral.price) {
        Some(Price::Refused { reason }) => format!(" Its oracle has no price now, so that nobody can: {reason}."),
        _ => String::new(),
    };
    let target = level(thresholds.target_bps);
    let chunk = amount(thresholds.chunk, &snapshot.asset);
    let anyone = format!("below {:.4} anyone may repay {chunk} at a time", level(thresholds.hard_bps));
    let next = if watch.hard.price_fall <= 0.0 {
        format!("position {index}: anyone may repay {chunk} now, for a reward; the keeper repays up to {target:.4}.")
    } else if watch.soft.price_fall <= 0.0 {
        format!("position {index}: nothing but repaying is allowed; the keeper repays up to {target:.4}, {anyone}.")
    } else if watch.is_pressed(protect_hours) {
        format!("position {index}: its soft threshold is near, the keeper repays up to {target:.4}; {anyone}.")
    } else {
        let soft = time(watch.soft.hours);
        format!(
            "position {index}: nothing; its soft threshold is {soft} off, and the keeper repays from {} on; {anyone}.",
            time(Some(protect_hours))
        )
    };
    format!("{next}{refused}")
}

fn level(bps: u16) -> f64 {
    f64::from(bps) / WHOLE_BPS
}
