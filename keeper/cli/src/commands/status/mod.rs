//! `keeper status`: the vault, its positions, its limits and budgets, what its keeper may do, what needs care, and what was
//! done last.

mod alerts;
mod bonds;
mod debts;
mod text;

use abi::desk::IDesk;
use alloy_primitives::U256;
use chain::governance::programs;
use chain::snapshot::{Reader, view};
use model::words::{LIMITS, Unit, subject};
use model::{Level, RiskId, Snapshot, mandate};
use serde_json::{Value, json};
use store::Store;

use super::{Report, connect, vault};
use crate::config::Settings;
use crate::failure::{Ending, Failure};

/// The bound of a limit that bounds nothing.
const UNBOUNDED: U256 = U256::from_limbs([u64::MAX, u64::MAX, 0, 0]);

/// How much of the journal is shown.
const RECENT: u32 = 5;

/// Reads everything and changes nothing. Ends as refused where something needs care at once.
pub async fn run(settings: &Settings) -> Result<Report, Failure> {
    let (vault, account) = (vault(settings)?, crate::key::account(settings)?);
    let rpc = connect(settings).await?;
    let reader = Reader::open(&rpc, settings.chain.chain_id, vault, account).await?;
    let snapshot = reader.read().await?;
    let mut limits = view(&rpc, account, vault, IDesk::limitsCall {}, &snapshot.block).await?;
    // Nobody's grant bounds the vault as a whole; the account's own stands among the budgets.
    limits.retain(|state| state.bound != UNBOUNDED);
    let programs = programs(&rpc, vault, settings.governance.from_block, &snapshot.block).await?;
    let alerts = alerts::of(&snapshot, &programs);
    let protect_hours = settings.engine.planner.protect_hours;
    let journal = journal(settings)?;
    let as_json: Vec<Value> = limits.iter().map(limit_json).collect();
    Ok(Report {
        ending: if alerts.iter().any(alerts::Alert::is_error) { Ending::Idle } else { Ending::Done },
        text: text::of(&snapshot, &limits, &alerts, &journal, protect_hours),
        json: json!({
            "snapshot": snapshot,
            "rates": rates(&snapshot),
            "bonds": bonds::to_json(&snapshot),
            "debts": debts::to_json(&snapshot, protect_hours),
            "limits": as_json,
            "budgets": budgets(&snapshot).map(|(name, level)| budget_json(name, &level)),
            "programs": programs,
            "alerts": alerts,
            "journal": journal,
        }),
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
        let curve = position.rate.curve(position.value, snapshot.now()).ok()?;
        Some(curve.rate(position.value.to_f64()))
    };
    snapshot.positions.iter().map(rate).collect()
}

/// The budgets of the vault and of the account's grant.
fn budgets(snapshot: &Snapshot) -> [(&'static str, Level); 4] {
    let (vault, grant) = (&snapshot.budgets, &snapshot.operator.grant);
    [("loss", vault.loss), ("turnover", vault.turnover), ("grant_loss", grant.loss), ("grant_turnover", grant.turnover)]
}

/// What is left of a budget, as a part of all that an epoch allows: its capacity is half of that.
fn left_of_epoch(level: &Level) -> f64 {
    match level.capacity.to_f64() {
        capacity if capacity > 0.0 => level.left().to_f64() / capacity / 2.0,
        _ => 0.0,
    }
}

fn budget_json(name: &str, level: &Level) -> Value {
    json!({
        "budget": name,
        "used": level.used,
        "capacity": level.capacity,
        "left": level.left(),
        "left_of_epoch": left_of_epoch(level),
    })
}

/// A limit's name for machines, as `IDesk` numbers them.
pub(super) fn limit_name(limit: u8) -> &'static str {
    use mandate::Limit as L;
    match LIMITS.get(usize::from(limit)) {
        Some(L::AbsoluteCap) => "absolute_cap",
        Some(L::RelativeCap) => "relative_cap",
        Some(L::LiquidityFloor) => "liquidity_floor",
        Some(L::LiquidityCover) => "liquidity_cover",
        Some(L::VenueDepth) => "venue_depth",
        Some(L::LossBudget) => "loss_budget",
        Some(L::TurnoverBudget) => "turnover_budget",
        Some(L::GrantLoss) => "grant_loss",
        Some(L::GrantTurnover) => "grant_turnover",
        Some(L::Breaker) => "breaker",
        Some(L::HealthFloor) => "health_floor",
        Some(L::PortfolioHealth) => "portfolio_health",
        Some(L::Improvement) => "improvement",
        Some(L::DurationCap) => "duration_cap",
        Some(L::DurationFloor) => "duration_floor",
        Some(L::RungCap) => "rung_cap",
        Some(L::RungFloor) => "rung_floor",
        Some(L::Credit) => "credit",
        Some(L::Purchase) => "purchase",
        None => "unknown",
    }
}

/// What a limit is on, for people: a risk id, a position, or nothing for the whole portfolio.
pub(super) fn limit_on(limit: u8, id: mandate::RiskId) -> Option<String> {
    match subject(*LIMITS.get(usize::from(limit))?, id) {
        mandate::Subject::Portfolio => None,
        mandate::Subject::Risk(id) => Some(RiskId(id).to_string()),
        mandate::Subject::Position(index) => Some(format!("position {index}")),
        mandate::Subject::Rung(index) => Some(format!("rung {index}")),
    }
}

/// What a limit is counted in; base units where it is not known.
pub(super) fn limit_unit(limit: u8) -> Unit {
    LIMITS.get(usize::from(limit)).map_or(Unit::Assets, |limit| Unit::of(*limit))
}

fn limit_json(state: &IDesk::LimitState) -> Value {
    json!({
        "limit": limit_name(state.limit),
        "id": limit_on(state.limit, state.id),
        "unit": limit_unit(state.limit),
        "value": state.value.to_string(),
        "bound": state.bound.to_string(),
        "holds": state.holds,
    })
}
