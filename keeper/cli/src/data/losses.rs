//! What on-chain protocols have lost: a JSON list of objects.
//!
//! Fields read: `protocol`, `date` (2023-03-13) and `loss_usd`, which is a million times the dollars, or null where nobody says. Others are
//! passed over; losses of one protocol on one day count once.

use std::path::Path;

use risk::calendar::Date;
use risk::frequency::Event;
use serde::Deserialize;

use super::{malformed, text};
use crate::failure::Failure;

/// The file's name.
pub const LOSSES: &str = "defi_hacks_2016_2026.json";
/// The class of all of them: the record does not say what a protocol was for.
pub const CLASS: &str = "protocol";
const UNITS_A_DOLLAR: f64 = 1e6;

#[derive(Deserialize)]
struct Row {
    protocol: String,
    date: String,
    loss_usd: Option<f64>,
}

/// Reads all losses, in dollars.
pub fn losses(folder: &Path) -> Result<Vec<Event>, Failure> {
    parse(&text(folder, LOSSES)?)
}

fn parse(text: &str) -> Result<Vec<Event>, Failure> {
    let rows: Vec<Row> = serde_json::from_str(text).map_err(|error| malformed(LOSSES, error.line(), &error))?;
    let event = |row: Row| {
        let day: Date = row
            .date
            .parse()
            .map_err(|error: risk::Error| malformed(LOSSES, 1, format!("{}: {error}", row.protocol)))?;
        Ok(Event {
            day,
            protocol: row.protocol,
            class: CLASS.to_owned(),
            loss: row.loss_usd.map(|loss| loss / UNITS_A_DOLLAR),
        })
    };
    rows.into_iter().map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_told_in_millionths_of_a_dollar() {
        let text = r#"[{"protocol": "Euler", "date": "2023-03-13", "loss_usd": 197000000000000, "type": "x"},
                       {"protocol": "Silent", "date": "2024-01-01", "loss_usd": null}]"#;

        let found = parse(text).expect("losses");

        assert_eq!(found[0].loss, Some(197e6));
        assert_eq!((found[1].loss, found[1].day.to_string().as_str()), (None, "2024-01-01"));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        assert!(parse("{}").is_err());
        let error = parse(r#"[{"protocol": "Euler", "date": "13.3.2023", "loss_usd": 1}]"#).expect_err("no date");
        assert!(error.message.contains("Euler: '13.3.2023' is no date"), "{}", error.message);
    }
}
