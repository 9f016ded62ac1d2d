//! From what stands to what is wanted: the changes, in an order in which they can be made, and the course of each.

use model::{RiskId, Timestamp};

use super::change::Change;
use super::governed::Governed;
use super::wanted::{Wanted, WantedPosition};
use super::words;

/// One change on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What changes.
    pub change: Change,
    /// How it gets there.
    pub course: Course,
    /// The change and its course in plain language.
    pub line: String,
}

/// How a change gets made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Course {
    /// It takes risk away, or nothing waits yet: made directly.
    AtOnce,
    /// It adds risk: announced, then made by anyone after this delay.
    Waits {
        /// The vault's delay of its function.
        secs: u64,
    },
    /// It was announced before.
    Announced {
        /// When anyone can make it.
        executable_at: Timestamp,
    },
    /// It cannot be announced now.
    Blocked {
        /// Why.
        reason: String,
    },
}

/// A mandate that no sequence of changes leads to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// The vault has no function that changes what a position counts against.
    #[error(
        "position {index} ({adapter}) counts against {found}, not {wanted}: what a position counts against is fixed"
    )]
    FixedIds {
        /// The position's index.
        index: u32,
        /// Its adapter.
        adapter: alloy_primitives::Address,
        /// Its ids.
        found: String,
        /// The ids asked for.
        wanted: String,
    },
    /// Abdication cannot be taken back.
    #[error("{name} is wanted both to add risk and to be given up: do one, and then the other")]
    AbdicatedToo {
        /// The function.
        name: &'static str,
    },
}

/// Returns the steps from `now` to `wanted`: first what takes risk away, then what adds it, last what is given up.
///
/// A change of which only a part adds risk becomes two steps, the harmless part first.
///
/// # Errors
/// Where no sequence of changes leads there.
pub fn steps(now: &Governed, wanted: &Wanted) -> Result<Vec<Step>, Impossible> {
    let changes = changes(now, wanted)?;
    let mut after = now.clone();
    let mut steps = Vec::new();
    let parts = changes.iter().filter_map(|change| change.safe_part(now));
    for change in parts.filter(|change| !matches!(change, Change::Abdicate { .. })) {
        let line = words::line(&change, &after, &Course::AtOnce);
        change.apply(&mut after);
        steps.push(Step { change, course: Course::AtOnce, line });
    }
    for change in changes.iter().filter(|change| change.adds_risk(now)) {
        if let Some(name) = change.function().filter(|function| wanted.abdicated.contains(function)).map(|f| f.name) {
            return Err(Impossible::AbdicatedToo { name });
        }
        let course = course(now, wanted, change);
        let line = words::line(change, &after, &course);
        change.apply(&mut after);
        steps.push(Step { change: change.clone(), course, line });
    }
    for change in changes.into_iter().filter(|change| matches!(change, Change::Abdicate { .. })) {
        let line = words::line(&change, &after, &Course::AtOnce);
        steps.push(Step { change, course: Course::AtOnce, line });
    }
    Ok(steps)
}

/// Returns what stands once every step is made that can be.
pub fn after(now: &Governed, steps: &[Step]) -> Governed {
    let mut after = now.clone();
    for step in steps.iter().filter(|step| !matches!(step.course, Course::Blocked { .. })) {
        step.change.apply(&mut after);
    }
    after
}

fn course(now: &Governed, wanted: &Wanted, change: &Change) -> Course {
    let id = change.id();
    if let Some(found) = now.submitted.iter().find(|submitted| submitted.id == id) {
        return Course::Announced { executable_at: found.executable_at };
    }
    let blocked = |reason: String| Course::Blocked { reason };
    // A shorter delay waits as long as the one that it shortens.
    let function = match change {
        Change::SetDelay { function, .. } => Some(*function),
        change => change.function(),
    };
    if let Some(own) = change.function().and_then(|own| now.power(own)).filter(|power| power.is_abdicated) {
        return blocked(format!("the power to add risk by {} was given up for good", own.function.name));
    }
    if let Change::AddPosition { adapter, .. } = change {
        let found = wanted.positions.iter().find(|position| position.adapter == *adapter);
        match found.and_then(|position| position.codehash) {
            Some(codehash) if now.codes.contains(&codehash) => {}
            Some(codehash) => return blocked(format!("its code {codehash} must be admitted first")),
            None => return blocked(format!("there is no code at {adapter}")),
        }
    }
    let power = function.and_then(|function| now.power(function));
    Course::Waits { secs: power.map_or(0, |power| power.delay_secs) }
}

fn changes(now: &Governed, wanted: &Wanted) -> Result<Vec<Change>, Impossible> {
    let set = &now.snapshot.parameters;
    let mut changes = Vec::new();
    changes.extend(wanted.max_rate.map(|rate| Change::SetMaxRate { rate }));
    changes.extend(wanted.epoch_secs.map(|secs| Change::SetEpoch { secs }));
    changes.extend(wanted.silence_secs.map(|secs| Change::SetSilence { secs }));
    changes.push(Change::SetBudgets {
        loss: wanted.loss.unwrap_or(set.loss),
        turnover: wanted.turnover.unwrap_or(set.turnover),
    });
    changes.push(Change::SetLiquidity {
        floor: wanted.liquidity_floor.unwrap_or(set.liquidity_floor),
        cover: wanted.liquidity_cover.unwrap_or(set.liquidity_cover),
    });
    roles(now, wanted, &mut changes);
    if let Some(codes) = &wanted.codes {
        let (gone, new) = differences(&now.codes, codes);
        changes.extend(gone.map(|codehash| Change::AdmitCode { codehash, admitted: false }));
        changes.extend(new.map(|codehash| Change::AdmitCode { codehash, admitted: true }));
    }
    for position in &wanted.positions {
        changes.push(position_change(now, position)?);
    }
    changes.extend(wanted.caps.iter().map(|cap| Change::SetCap {
        risk_id: cap.risk_id,
        absolute: cap.absolute,
        relative: cap.relative,
    }));
    changes.extend(wanted.nests.iter().map(|(nest, nested)| Change::Nest { nest: *nest, nested: *nested }));
    changes.extend(wanted.breakers.iter().cloned().map(|breaker| Change::SetBreaker { breaker }));
    for grant in &wanted.keepers {
        // A key whose grant allows nothing any more needs none taken away.
        if grant.positions != 0 || now.live_grant(grant.keeper).positions != 0 {
            changes.push(Change::SetKeeper { grant: grant.clone() });
        }
    }
    changes.extend(wanted.delays.iter().map(|(function, secs)| Change::SetDelay { function: *function, secs: *secs }));
    changes.extend(wanted.abdicated.iter().map(|function| Change::Abdicate { function: *function }));
    changes.retain(|change| change.changes(now));
    Ok(changes)
}

fn roles(now: &Governed, wanted: &Wanted, changes: &mut Vec<Change>) {
    let roles = &now.roles;
    if let Some(guardians) = &wanted.guardians {
        let (gone, new) = differences(&roles.guardians, guardians);
        changes.extend(gone.map(|account| Change::SetGuardian { account, granted: false }));
        changes.extend(new.map(|account| Change::SetGuardian { account, granted: true }));
    }
    changes.extend(wanted.curator.map(|account| Change::SetCurator { account }));
    let candidate = wanted.owner.filter(|owner| *owner != roles.owner);
    changes.extend(candidate.map(|candidate| Change::OfferOwnership { candidate }));
}

fn position_change(now: &Governed, wanted: &WantedPosition) -> Result<Change, Impossible> {
    let found = now.snapshot.positions.iter().find(|position| position.adapter == wanted.adapter);
    let Some(found) = found else {
        let WantedPosition { adapter, risk_ids, terms, .. } = wanted.clone();
        return Ok(Change::AddPosition { adapter, risk_ids, terms });
    };
    let own = now.own_ids.get(found.index as usize).map_or(&[][..], Vec::as_slice);
    if own.len() != wanted.risk_ids.len() || !wanted.risk_ids.iter().all(|id| own.contains(id)) {
        let (index, adapter) = (found.index, found.adapter);
        return Err(Impossible::FixedIds { index, adapter, found: names(own), wanted: names(&wanted.risk_ids) });
    }
    Ok(Change::SetTerms { position: found.index, terms: wanted.terms })
}

fn names(ids: &[RiskId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Returns what of `from` is missing in `to`, and what is new there.
fn differences<'a, T: PartialEq + Copy>(
    from: &'a [T],
    to: &'a [T],
) -> (impl Iterator<Item = T> + 'a, impl Iterator<Item = T> + 'a) {
    let gone = from.iter().copied().filter(|one| !to.contains(one));
    (gone, to.iter().copied().filter(|one| !from.contains(one)))
}
