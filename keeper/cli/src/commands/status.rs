//! `keeper status`: the vault, its positions, its limits, and what was done last.

use abi::desk::IDesk;
use chain::snapshot::{Reader, view};
use engine::{amount, percent};
use model::{Asset, Assets, RiskId, Snapshot, Wad};
use serde_json::{Value, json};
use store::Store;

use super::{Report, connect, vault};
use crate::config::Settings;
use crate::failure::{Ending, Failure};
use crate::output::table;

/// How much of the journal is shown.
const RECENT: u32 = 5;

/// Reads everything and changes nothing.
pub async fn run(settings: &Settings) -> Result<Report, Failure> {
    let (vault, account) = (vault(settings)?, crate::key::account(settings)?);
    let rpc = connect(settings).await?;
    let reader = Reader::open(&rpc, settings.chain.chain_id, vault, account).await?;
    let snapshot = reader.read().await?;
    let limits = view(&rpc, account, vault, IDesk::limitsCall {}, &snapshot.block).await?;
    let journal = journal(settings)?;
    let as_json: Vec<Value> = limits.iter().map(limit_json).collect();
    Ok(Report {
        ending: Ending::Done,
        text: to_text(&snapshot, &limits, &journal),
        json: json!({ "snapshot": snapshot, "rates": rates(&snapshot), "limits": as_json, "journal": journal }),
    })
}

/// What stands in the journal, where there is one already.
fn journal(settings: &Settings) -> Result<Value, Failure> {
    if !settings.journal.exists() {
        return Ok(Value::Null);
    }
    let store = Store::open_read_only(&settings.journal)?;
    let attempts: Vec<_> = store
        .recent_attempts(RECENT)?
        .into_iter()
        .map(|(record, attempt)| json!({ "record": record, "stage": attempt.stage }))
        .collect();
    let decisions: Vec<_> = store
        .recent_decisions(RECENT)?
        .into_iter()
        .map(|recorded| json!({ "block": recorded.block_number, "summary": recorded.summary }))
        .collect();
    Ok(json!({ "attempts": attempts, "decisions": decisions }))
}

/// The yearly rate of each position at its present size; nothing where it cannot be read.
fn rates(snapshot: &Snapshot) -> Vec<Option<f64>> {
    let rate = |position: &model::Position| {
        position.rate.refusal().is_none().then_some(())?;
        let curve = position.rate.curve(position.value, snapshot.block.timestamp).ok()?;
        Some(curve.rate(position.value.to_f64()))
    };
    snapshot.positions.iter().map(rate).collect()
}

/// The mandate's limits as `IDesk` numbers them.
pub(super) fn limit_name(limit: u8) -> &'static str {
    match limit {
        ABSOLUTE_CAP => "absolute_cap",
        1 => "relative_cap",
        2 => "liquidity_floor",
        _ => "unknown",
    }
}

/// The one limit that is counted in assets; the others are parts of net asset value.
const ABSOLUTE_CAP: u8 = 0;

fn limit_json(state: &IDesk::LimitState) -> Value {
    let id = (!state.id.is_zero()).then(|| RiskId(state.id).to_string());
    let (value, bound) = (state.value.to_string(), state.bound.to_string());
    json!({ "limit": limit_name(state.limit), "id": id, "value": value, "bound": bound, "holds": state.holds })
}

fn limit_row(state: &IDesk::LimitState, asset: &Asset) -> Vec<String> {
    let show = |value| match state.limit {
        ABSOLUTE_CAP => amount(Assets(value), asset),
        _ => percent(Wad(value).to_fraction()),
    };
    let id = if state.id.is_zero() { String::new() } else { RiskId(state.id).to_string() };
    let holds = if state.holds { "holds" } else { "BROKEN" };
    vec![limit_name(state.limit).into(), id, show(state.value), show(state.bound), holds.into()]
}

fn to_text(snapshot: &Snapshot, limits: &[IDesk::LimitState], journal: &Value) -> String {
    let book = &snapshot.book;
    let show = |assets| amount(assets, &snapshot.asset);
    let wad = |wad: Wad| percent(wad.to_fraction());
    let role = if snapshot.operator.is_keeper { "a keeper" } else { "no keeper" };
    let head = [
        format!("vault    {} on chain {}", snapshot.vault, snapshot.chain_id),
        format!("block    {} at {}", snapshot.block.number, snapshot.block.timestamp),
        format!("value    {} ({} idle)", show(book.nav), show(book.idle)),
        format!("floor    {} stays idle", wad(book.liquidity_floor)),
        format!("account  {} is {role} of this vault", snapshot.operator.account),
    ];
    let rows: Vec<_> = snapshot
        .positions
        .iter()
        .zip(rates(snapshot))
        .map(|(position, rate)| {
            vec![
                position.index.to_string(),
                position.kind.to_string(),
                show(position.value),
                show(position.liquidity),
                rate.map_or_else(|| "unknown".to_owned(), percent),
                position.rate.refusal().unwrap_or_default().to_owned(),
            ]
        })
        .collect();
    let positions = table(&["position", "venue", "value", "payable now", "rate", ""], &rows);
    let rows: Vec<_> = limits.iter().map(|state| limit_row(state, &snapshot.asset)).collect();
    let limits = table(&["limit", "id", "value", "bound", ""], &rows);
    let text = |value: &Value| value.as_str().map_or_else(String::new, str::to_owned);
    let decisions = journal["decisions"].as_array().into_iter().flatten();
    let decisions: Vec<_> =
        decisions.map(|line| format!("block {}: {}", line["block"], text(&line["summary"]))).collect();
    [head.join("\n"), positions, limits, decisions.join("\n")].join("\n\n").trim_end().to_owned()
}
