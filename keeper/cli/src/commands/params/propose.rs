//! `keeper params propose`: from a mandate file to a proposal.
//!
//! A proposal is computed from what stands now and executed as a whole, days later. Where something has changed meanwhile
//! so that one of its calls would be refused (a guardian lowered what it was to lower less, somebody announced the same
//! change), the vault refuses all of it, and another one must be proposed.

use chain::governance::{Change, Course, Governed, House, Proposal, Step, Wanted, words};
use serde_json::{Value, json};

use super::super::{Report, connect};
use super::args::Propose;
use super::diff::{Difference, step_json};
use super::proposals::Path;
use crate::config::{self, Settings};
use crate::failure::{Ending, Failure};

/// Builds the proposal, shows it, and sends it unless it is a dry run.
pub async fn run(settings: &Settings, args: &Propose) -> Result<Report, Failure> {
    let wanted = args.file.as_deref().map(config::mandate).transpose()?.unwrap_or_default();
    let rpc = connect(settings).await?;
    let governed = super::governed(settings, &rpc).await?;
    let block = governed.snapshot.block;
    let house = super::house(settings, &rpc, &block).await?;
    let wanted = super::with_codes(&rpc, wanted, &block).await?;
    let difference = difference(governed, &house, &wanted)?;

    let is_possible = |step: &&Step| matches!(step.course, Course::AtOnce | Course::Waits { .. });
    if difference.steps.iter().filter(is_possible).count() == 0 {
        let mut report = difference.to_json();
        report["proposal"] = Value::Null;
        return Ok(Report { ending: Ending::Idle, json: report, text: difference.to_text() });
    }
    let description = description(&difference);
    let vault = difference.now.snapshot.vault;
    let nobody = alloy_primitives::Address::ZERO;
    let proposal = Proposal::of(vault, nobody, &difference.steps, description);
    if args.dry_run {
        let json =
            json!({ "proposal": proposal.id.to_string(), "difference": difference.to_json(), "tx": Value::Null });
        let text = format!("proposal {} (not sent)\n\n{}", proposal.id, difference.to_text());
        return Ok(Report { ending: Ending::Done, json, text });
    }
    let wallet = crate::key::open(settings, args.signing.key_env.as_deref())?;
    let proposal = Proposal { proposer: wallet.address(), ..proposal };
    let landed = super::send(settings, &rpc, &wallet, house.propose(&proposal)).await?;
    let path = Path { house, proposal };
    let standing = path.standing(&rpc).await?;
    let mut json = path.to_json(&standing, Some(landed.tx_hash));
    json["steps"] = difference.steps.iter().map(step_json).collect();
    json["consequences"] = json!(difference.consequences());
    let text = format!("{}\n{}\n\n{}", path.now(&standing), path.next(&standing), difference.to_text());
    Ok(Report { ending: Ending::Done, json, text })
}

/// The steps to a mandate, after the timelock's taking of an ownership that it was offered.
fn difference(governed: Governed, house: &House, wanted: &Wanted) -> Result<Difference, Failure> {
    let roles = &governed.roles;
    if roles.owner == house.timelock {
        return Difference::of(governed, wanted);
    }
    // An offer is void once the power to make one was given up.
    let is_void = governed.powers.iter().any(|power| power.function.name == "offerOwnership" && power.is_abdicated);
    if roles.pending_owner != house.timelock || is_void {
        let message = format!("{} owns the vault, not the Governor's timelock {}", roles.owner, house.timelock);
        return Err(Failure::refused(message, "offer ownership to the timelock first"));
    }
    let line = words::line(&Change::TakeOwnership, &governed, &Course::AtOnce);
    let taking = Step { change: Change::TakeOwnership, course: Course::AtOnce, line };
    let mut difference = Difference::of(governed, wanted)?;
    difference.steps.insert(0, taking);
    Ok(difference)
}

/// What voters read: every change, what it does today, and what makes this proposal differ from every other one.
fn description(difference: &Difference) -> String {
    let snapshot = &difference.now.snapshot;
    let lines = difference.steps.iter().map(|step| format!("- {}", step.line));
    let consequences = difference.consequences();
    let consequences = match consequences.is_empty() {
        true => "No limit that holds for today's portfolio would be broken.".to_owned(),
        false => consequences.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n"),
    };
    format!(
        "Change the mandate of vault {}\n\n{}\n\n{consequences}\n\nComputed at block {}, revision {}.",
        snapshot.vault,
        lines.collect::<Vec<_>>().join("\n"),
        snapshot.block.number,
        snapshot.revision
    )
}
