//! `keeper plan`: what would be done now, and why.

mod draw;
mod explain;
mod parts;

use std::path::PathBuf;

use chain::node::LiveNode;
use chain::snapshot::Reader;
use clap::Args;
use engine::{Engine, amount, percent};
use executor::Rehearsal;
use model::{Decision, Explanation, Snapshot};
use serde_json::json;

use super::run::{Unrecorded, remembered};
use super::watched::Watched;
use super::{Report, connect, vault};
use crate::config::Settings;
use crate::failure::{Ending, Failure};
use crate::output::table;
use explain::Explained;
use parts::Parts;

/// Options of `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// Show what is weighed against income, what each limit costs, how the ladder is filled, and what income is traded against.
    #[arg(long)]
    pub explain: bool,
    /// Draw ladder and trade-off into this file.
    #[arg(long, value_name = "FILE", requires = "explain")]
    pub svg: Option<PathBuf>,
}

/// Decides without sending.
pub async fn run(settings: &Settings, args: &Plan) -> Result<Report, Failure> {
    let (vault, account) = (vault(settings)?, crate::key::account(settings)?);
    let rpc = connect(settings).await?;
    let reader = Reader::open(&rpc, settings.chain.chain_id, vault, account).await?;
    let node = LiveNode::new(&rpc, None, settings.fee_caps);
    let rehearsal = Rehearsal::new(node, account, vault, settings.max_rebalance_gas);
    let reader = Watched::open(reader, &rpc, &settings.watch, false)?;
    let engine = Engine::new(reader, rehearsal, Unrecorded, settings.engine.clone());
    let (snapshot, decision, _) = engine.decide(&remembered(settings, vault)?).await?;
    let summary = engine::summary(&snapshot, &decision, None);
    let ending = match &decision {
        Decision::Rebalance(_) => Ending::Done,
        Decision::NothingToDo { .. } | Decision::Infeasible { .. } => Ending::Idle,
    };
    let text = format!("{summary}\n\n{}", explain(&snapshot, decision.explanation()));
    if !args.explain {
        return Ok(Report { ending, json: json!({ "summary": summary, "decision": decision }), text });
    }
    let engine::Settings { optimizer, planner } = settings.engine.at(&snapshot.block);
    let target = optimizer::optimize(&snapshot, &optimizer).map_err(engine::Error::from)?;
    let explained = Explained::of(&snapshot, &target, &optimizer)?;
    let parts = Parts::of(decision.explanation(), planner.horizon_secs);
    if let Some(path) = &args.svg {
        let picture = draw::picture(&explained)
            .map_err(|error| Failure::fault(error, "leave --svg out; the tables have all figures"))?;
        let fault =
            |error| Failure::fault(format!("{}: {error}", path.display()), "is the folder there, and writable?");
        std::fs::write(path, picture).map_err(fault)?;
    }
    Ok(Report {
        ending,
        json: json!({
            "summary": summary, "decision": decision, "parts": parts.to_json(), "explained": explained.to_json(),
        }),
        text: format!("{text}\n\n{}\n\n{}", parts.to_text(&snapshot.asset), explained.to_text()),
    })
}

/// Returns the figures behind a decision as tables.
pub fn explain(snapshot: &Snapshot, explanation: &Explanation) -> String {
    let rows: Vec<_> = explanation
        .positions
        .iter()
        .map(|line| {
            let position = snapshot.positions.iter().find(|position| position.index == line.index);
            let kind = position.map_or_else(|| "?".to_owned(), |position| position.kind.to_string());
            vec![
                line.index.to_string(),
                kind,
                amount(line.before, &snapshot.asset),
                amount(line.after, &snapshot.asset),
                percent(line.rate_before),
                percent(line.rate_after),
                percent(line.marginal_after),
                line.refusal.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let header =
        ["position", "venue", "now", "after", "rate now", "rate after", "marginal after", "not funded because"];
    let positions = table(&header, &rows);
    let rows: Vec<_> = explanation
        .limits
        .iter()
        .map(|line| {
            let holds = if line.holds { "holds" } else { "BROKEN" };
            let show = |digits: &str| {
                let value = digits.parse().unwrap_or_default();
                line.unit.show(value, Some(&snapshot.asset))
            };
            vec![line.limit.clone(), show(&line.value), show(&line.bound), holds.to_owned()]
        })
        .collect();
    let limits = table(&["limit", "value", "bound", ""], &rows);
    let binding: Vec<_> = explanation
        .binding
        .iter()
        .map(|limit| {
            format!("binding: {} (one more unit of room earns {} a year)", limit.kind, percent(limit.shadow_price))
        })
        .collect();
    [vec![positions, String::new(), limits], binding].concat().join("\n").trim_end().to_owned()
}
