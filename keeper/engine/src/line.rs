//! The line that says what was done and why, or why nothing was.

use model::ports::{Resolved, Settlement};
use model::words::{amount, duration, percent};
use model::{Decision, Movement, Plan, Purpose, Snapshot};

/// Returns one sentence on a turn of the loop.
pub fn summary(snapshot: &Snapshot, decision: &Decision, settlement: Option<&Settlement>) -> String {
    match (decision, settlement) {
        (Decision::NothingToDo { reason, .. }, _) => format!("nothing to do: {reason}"),
        (Decision::Infeasible { unreachable, conflicts, .. }, _) => {
            let limits: Vec<_> = unreachable.iter().map(ToString::to_string).collect();
            let conflicts: Vec<_> = conflicts.iter().map(ToString::to_string).collect();
            let because = match conflicts.as_slice() {
                [] => String::new(),
                conflicts => format!("; in the way: {}", conflicts.join(", ")),
            };
            format!("nothing can be done: no portfolio within reach meets {}{because}", limits.join("; "))
        }
        (Decision::Rebalance(plan), None) => format!("would {}", deed(snapshot, plan)),
        (Decision::Rebalance(plan), Some(settlement)) => {
            format!("{}: {}", outcome(settlement), deed(snapshot, plan))
        }
    }
}

/// Returns one sentence on what an earlier run had begun.
pub fn resolved_line(resolved: &Resolved) -> String {
    format!("record {} of an earlier run: {}", resolved.record, outcome(&resolved.settlement))
}

fn outcome(settlement: &Settlement) -> String {
    match settlement {
        Settlement::Done(receipt) => format!(
            "done in block {} with {} gas (transaction {})",
            receipt.block_number, receipt.gas_used.0, receipt.hash
        ),
        Settlement::Reverted { receipt, reason } => {
            format!("reverted in block {} (transaction {}): {reason}", receipt.block_number, receipt.hash)
        }
        Settlement::Refused { reason } => format!("refused before sending: {reason}"),
        Settlement::Rehearsed { gas } => format!("not sent (dry run; it would take {} gas)", gas.0),
        Settlement::Dropped { reason } => format!("dropped: {reason}"),
        Settlement::Replaced { nonce } => format!("another transaction took nonce {nonce}"),
        Settlement::Expired { deadline } => format!("expired at {deadline} in no block"),
    }
}

/// Why something could not wait, and what is left behind.
fn protection(snapshot: &Snapshot, plan: &Plan) -> String {
    let reasons: Vec<_> = plan.legs.iter().map(|planned| planned.reason.as_str()).collect();
    let stuck =
        plan.explanation.stuck.iter().map(|stuck| {
            format!("; {} of position {} are stuck", amount(stuck.assets, &snapshot.asset), stuck.position)
        });
    format!("because {}{}", reasons.join("; "), stuck.collect::<String>())
}

/// What the plan does and why.
fn deed(snapshot: &Snapshot, plan: &Plan) -> String {
    if plan.purpose == Purpose::SignOfLife {
        let silent_secs = snapshot.now().secs_since(snapshot.budgets.keeper_seen_at);
        let allowed = duration(snapshot.parameters.silence_secs);
        return format!("give a sign of life after {} of silence ({allowed} are allowed)", duration(silent_secs));
    }
    let legs: Vec<_> = plan
        .legs
        .iter()
        .map(|planned| {
            let kind = snapshot.positions.iter().find(|position| position.index == planned.leg.position);
            let kind = kind.map_or_else(|| "?".to_owned(), |position| position.kind.to_string());
            let (before, after) = (amount(planned.before, &snapshot.asset), amount(planned.after, &snapshot.asset));
            let deed = match planned.leg.movement {
                Movement::Repay(debt) => format!("repays up to {}", amount(debt, &snapshot.asset)),
                Movement::RepayAll => "repays down to its target".to_owned(),
                Movement::Deallocate(asked) if planned.before.saturating_sub(planned.after) < asked => {
                    format!("{before} -> {after}, {} asked for", amount(asked, &snapshot.asset))
                }
                Movement::DeallocateAll if !planned.after.is_zero() => format!("{before} -> {after}, all asked for"),
                _ => format!("{before} -> {after}"),
            };
            format!("position {} ({kind}) {deed}", planned.leg.position)
        })
        .collect();
    let explanation = &plan.explanation;
    let rate = |income: f64| match explanation.total.to_f64() {
        total if total > 0.0 => income / total,
        _ => 0.0,
    };
    let why = match plan.purpose {
        Purpose::RestoreLimits => "to bring the limits back".to_owned(),
        Purpose::Protect => protection(snapshot, plan),
        Purpose::ByHand => "by hand".to_owned(),
        Purpose::Earn | Purpose::SignOfLife => {
            let (before, after) = (explanation.income_before_assets, explanation.income_after_assets);
            let (least, most) = (explanation.charges_before.total_assets(), explanation.charges_after.total_assets());
            let net = match (least, most) {
                (0.0, 0.0) => String::new(),
                _ => format!(
                    ", {} after losses, costs and risk instead of {}",
                    percent(rate(after - most)),
                    percent(rate(before - least))
                ),
            };
            format!("to earn {} a year instead of {}{net}", percent(rate(after)), percent(rate(before)))
        }
    };
    let fallback = explanation.fallback.as_ref();
    let fallback =
        fallback.map(|reason| format!(", by an earlier target, since no answer passes its checks: {reason}"));
    format!("rebalance {} {why}{}", legs.join(", "), fallback.unwrap_or_default())
}
