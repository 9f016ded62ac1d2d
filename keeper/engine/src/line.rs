//! The line that says what was done and why, or why nothing was.

use model::ports::{Resolved, Settlement};
use model::{Asset, Assets, Decision, Plan, Snapshot};

/// Returns one sentence on a turn of the loop.
pub fn summary(snapshot: &Snapshot, decision: &Decision, settlement: Option<&Settlement>) -> String {
    match (decision, settlement) {
        (Decision::NothingToDo { reason, .. }, _) => format!("nothing to do: {reason}"),
        (Decision::Infeasible { unreachable, .. }, _) => {
            let limits: Vec<_> = unreachable.iter().map(ToString::to_string).collect();
            format!("nothing can be done: no portfolio within reach meets {}", limits.join("; "))
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

/// Returns an amount in whole tokens with all its digits and the symbol.
pub fn amount(assets: Assets, asset: &Asset) -> String {
    let digits = assets.to_string();
    let decimals = usize::from(asset.decimals);
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction {
        "" => format!("{grouped} {}", asset.symbol),
        fraction => format!("{grouped}.{fraction} {}", asset.symbol),
    }
}

/// Returns a fraction in percent with four digits after the point.
pub fn percent(fraction: f64) -> String {
    format!("{:.4} %", fraction * 100.0)
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

/// What the plan does and why.
fn deed(snapshot: &Snapshot, plan: &Plan) -> String {
    let legs: Vec<_> = plan
        .legs
        .iter()
        .map(|planned| {
            let kind = snapshot.positions.iter().find(|position| position.index == planned.leg.position);
            let kind = kind.map_or_else(|| "?".to_owned(), |position| position.kind.to_string());
            let (before, after) = (amount(planned.before, &snapshot.asset), amount(planned.after, &snapshot.asset));
            format!("position {} ({kind}) {before} -> {after}", planned.leg.position)
        })
        .collect();
    let explanation = &plan.explanation;
    let rate = |income: f64| match explanation.total.to_f64() {
        total if total > 0.0 => income / total,
        _ => 0.0,
    };
    let why = if plan.restores_limits {
        "to bring the limits back".to_owned()
    } else {
        format!(
            "to earn {} a year instead of {}",
            percent(rate(explanation.income_after_assets)),
            percent(rate(explanation.income_before_assets)),
        )
    };
    format!("rebalance {} {why}", legs.join(", "))
}

#[cfg(test)]
mod tests {
    use model::alloy_primitives::Address;

    use super::*;

    #[test]
    fn amounts_show_every_digit_and_group_thousands() {
        let asset = |decimals| Asset { address: Address::ZERO, symbol: "USDC".into(), decimals };

        assert_eq!(amount(Assets::from(1_234_567_890_123), &asset(6)), "1,234,567.890123 USDC");
        assert_eq!(amount(Assets::from(5), &asset(6)), "0.000005 USDC");
        assert_eq!(amount(Assets::from(1_000), &asset(0)), "1,000 USDC");
        assert_eq!(amount(Assets::ZERO, &asset(2)), "0.00 USDC");
    }

    #[test]
    fn rates_show_four_digits() {
        assert_eq!(percent(0.052_65), "5.2650 %");
    }
}
