//! The status for people.

use abi::desk::IDesk;
use engine::{amount, percent};
use model::words::{duration, exact_percent};
use model::{Grant, Snapshot};
use serde_json::Value;

use super::alerts::{Alert, Severity, rough};
use super::{bonds, budgets, debts, left_of_epoch, limit_name, limit_on, limit_unit, rates};
use crate::output::table;

/// Everything, in tables.
pub fn of(
    snapshot: &Snapshot,
    limits: &[IDesk::LimitState],
    alerts: &[Alert],
    journal: &Value,
    protect_hours: f64,
) -> String {
    let parts = [
        head(snapshot),
        told(alerts),
        positions(snapshot),
        bonds::to_text(snapshot),
        debts::to_text(snapshot, protect_hours),
        table(&["limit", "on", "value", "bound", ""], &limit_rows(snapshot, limits)),
        budget_table(snapshot),
        decisions(journal),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn head(snapshot: &Snapshot) -> String {
    let (book, parameters, now) = (&snapshot.book, &snapshot.parameters, snapshot.now());
    let show = |assets| amount(assets, &snapshot.asset);
    let silent = rough(now.secs_since(snapshot.budgets.keeper_seen_at));
    [
        format!("vault    {} on chain {}", snapshot.vault, snapshot.chain_id),
        format!("block    {} at {}", snapshot.block.number, snapshot.block.timestamp),
        format!("value    {} ({} idle)", show(book.nav), show(book.idle)),
        format!(
            "counted  {} for caps and budgets: the least of this epoch and the last (of {})",
            show(book.nav_least),
            duration(parameters.epoch_secs)
        ),
        format!("account  {} {}", snapshot.operator.account, role(snapshot, &snapshot.operator.grant)),
        format!(
            "keeper   seen {silent} ago; after {} anyone may bring money to idle",
            duration(parameters.silence_secs)
        ),
    ]
    .join("\n")
}

fn role(snapshot: &Snapshot, grant: &Grant) -> String {
    if grant.positions == 0 {
        return "is no keeper of this vault".to_owned();
    }
    let covered = snapshot.positions.iter().filter(|position| grant.covers(position.index));
    let covered: Vec<_> = covered.map(|position| position.index.to_string()).collect();
    let expiry = match grant.expiry.secs_since(snapshot.now()) {
        0 => "a grant that has ended".to_owned(),
        secs => format!("a grant for another {}", rough(secs)),
    };
    format!("is a keeper of positions {} by {expiry}", covered.join(", "))
}

fn told(alerts: &[Alert]) -> String {
    let line = |alert: &Alert| {
        let severity = match alert.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Notice => "notice",
        };
        format!("{severity:8} {}", alert.message)
    };
    alerts.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn positions(snapshot: &Snapshot) -> String {
    let show = |assets| amount(assets, &snapshot.asset);
    let rows: Vec<_> = snapshot
        .positions
        .iter()
        .zip(rates(snapshot))
        .map(|(position, rate)| {
            let ids: Vec<_> = position.risk_ids.iter().map(ToString::to_string).collect();
            vec![
                position.index.to_string(),
                position.kind.to_string(),
                show(position.value),
                show(position.liquidity),
                rate.map_or_else(|| "unknown".to_owned(), percent),
                ids.join(" "),
                position.refusal().unwrap_or_default().to_owned(),
            ]
        })
        .collect();
    table(&["position", "venue", "value", "payable now", "rate", "counts against", ""], &rows)
}

fn limit_rows(snapshot: &Snapshot, limits: &[IDesk::LimitState]) -> Vec<Vec<String>> {
    let row = |state: &IDesk::LimitState| {
        let unit = limit_unit(state.limit);
        vec![
            limit_name(state.limit).to_owned(),
            limit_on(state.limit, state.id).unwrap_or_default(),
            unit.show(state.value, Some(&snapshot.asset)),
            unit.show(state.bound, Some(&snapshot.asset)),
            if state.holds { "holds" } else { "BROKEN" }.to_owned(),
        ]
    };
    limits.iter().map(row).collect()
}

fn budget_table(snapshot: &Snapshot) -> String {
    let (parameters, grant) = (&snapshot.parameters, &snapshot.operator.grant);
    let parts = [parameters.loss, parameters.turnover, grant.loss_part, grant.turnover_part];
    let rows: Vec<_> = budgets(snapshot)
        .iter()
        .zip(parts)
        .map(|((name, level), part)| {
            vec![
                (*name).to_owned(),
                exact_percent(part.0),
                amount(level.used, &snapshot.asset),
                amount(level.left(), &snapshot.asset),
                percent(left_of_epoch(level)),
            ]
        })
        .collect();
    table(&["budget", "an epoch", "used now", "left now", "of an epoch's"], &rows)
}

fn decisions(journal: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(String::new, str::to_owned);
    let decisions = journal["decisions"].as_array().into_iter().flatten();
    let lines = decisions.map(|line| format!("block {}: {}", line["block"], text(&line["summary"])));
    lines.collect::<Vec<_>>().join("\n")
}
