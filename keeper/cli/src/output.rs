//! What goes to stdout: one JSON object, or tables for people.

use std::io::Write;

use serde_json::Value;

/// Prints data; a reader that went away is no fault of ours.
pub fn print(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints one object on one line.
pub fn print_json(value: &Value) {
    print(&value.to_string());
}

/// Says something on stderr.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Returns rows in columns as wide as their widest cell; numbers should come last in a row.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let cells = |row: &[String], at: usize| row.get(at).map_or(0, |cell| cell.chars().count());
    let widths: Vec<usize> = header
        .iter()
        .enumerate()
        .map(|(at, title)| rows.iter().map(|row| cells(row, at)).max().unwrap_or(0).max(title.chars().count()))
        .collect();
    let line = |row: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<_> = row.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut header.iter().copied())];
    lines.push(widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  ").trim_end().to_owned());
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["aave-v3".to_owned(), "1.00".to_owned()], vec!["x".to_owned(), "22.00".to_owned()]];

        assert_eq!(
            table(&["venue", "assets"], &rows),
            "venue    assets\n-------  ------\naave-v3  1.00\nx        22.00"
        );
    }
}
