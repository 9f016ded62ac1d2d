//! From what stands to what is wanted: the changes, in an order in which they can be made, and the course of each.

use model::{Assets, RiskId, Timestamp};

use super::change::Change;
use super::covenant::CovenantChange;
use super::governed::{Governed, Grant};
use super::wanted::{Wanted, WantedPosition};
use super::words;

/// The most base units that the vault's accounts hold.
const MAX_ASSETS: u128 = (1 << 96) - 1;

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
    /// Ids that would count against themselves.
    #[error("{risk_id} cannot count against {parent}, which counts against it")]
    Circle {
        /// The narrower id.
        risk_id: RiskId,
        /// The wider one.
        parent: RiskId,
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
        let course = unknown_id(now, &change).unwrap_or(Course::AtOnce);
        let line = words::line(&change, &after, &course);
        if course == Course::AtOnce {
            change.apply(&mut after);
        }
        steps.push(Step { change, course, line });
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

/// Nests, breakers and hazards hang on ids that have a place in the vault's table already: those with a cap, or of a position.
fn unknown_id(now: &Governed, change: &Change) -> Option<Course> {
    let ids = match change {
        Change::Nest { nest, .. } => vec![nest.risk_id, nest.parent],
        Change::SetBreaker { breaker } => vec![breaker.risk_id],
        Change::Covenant(CovenantChange::SetHazard { hazard }) => vec![hazard.risk_id],
        _ => Vec::new(),
    };
    let unknown = ids.into_iter().find(|id| now.cap(*id).is_none())?;
    Some(Course::Blocked { reason: format!("{unknown} must have a cap first") })
}

/// Thresholds and terms hang on a position that is there, thresholds on one that has slack, and that keeps some; a term is
/// of an instrument that has no date of its own.
fn unready(now: &Governed, change: &Change) -> Option<Course> {
    let reason = match change {
        Change::SetTerms { position, terms } if terms.slack_bps == 0 && now.thresholds(*position).is_some() => {
            format!("position {position} may owe, and must keep some slack")
        }
        Change::SetThresholds { position, .. } => {
            let found = now.snapshot.positions.iter().find(|found| found.index == *position);
            match found {
                None => format!("position {position} must be added first"),
                Some(found) if found.terms.slack_bps == 0 => format!("position {position} must have slack first"),
                Some(_) => return None,
            }
        }
        Change::Covenant(CovenantChange::SetTerm { position, .. }) => {
            let found = now.snapshot.positions.iter().find(|found| found.index == *position);
            match found {
                None => format!("position {position} must be added first"),
                Some(found) if found.bond.is_some_and(|bond| bond.maturity.is_some()) => {
                    format!("the instrument of position {position} has a date of its own")
                }
                Some(_) => return None,
            }
        }
        _ => return None,
    };
    Some(Course::Blocked { reason })
}

fn course(now: &Governed, wanted: &Wanted, change: &Change) -> Course {
    let id = change.id();
    if let Some(found) = now.submitted.iter().find(|submitted| submitted.id == id) {
        return Course::Announced { executable_at: found.executable_at };
    }
    if let Some(course) = unknown_id(now, change) {
        return course;
    }
    if let Some(course) = unready(now, change) {
        return course;
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
    Course::Waits { secs: function.and_then(|function| now.delay_secs(function)).unwrap_or_default() }
}

fn changes(now: &Governed, wanted: &Wanted) -> Result<Vec<Change>, Impossible> {
    let set = &now.snapshot.parameters;
    let mut changes = Vec::new();
    changes.extend(wanted.max_rate.map(|rate| Change::SetMaxRate { rate }));
    changes.extend(wanted.epoch_secs.map(|secs| Change::SetEpoch { secs }));
    changes.extend(wanted.silence_secs.map(|secs| Change::SetSilence { secs }));
    changes.extend(wanted.health_floor_bps.map(|bps| Change::SetHealthFloor { bps }));
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
    let mut next = u32::try_from(now.snapshot.positions.len()).unwrap_or(u32::MAX);
    for position in &wanted.positions {
        let change = position_change(now, position)?;
        let index = match &change {
            Change::SetTerms { position, .. } => *position,
            _ => {
                let added = next;
                next = next.saturating_add(1);
                added
            }
        };
        changes.push(change);
        changes.extend(position.thresholds.map(|thresholds| Change::SetThresholds { position: index, thresholds }));
        let term = |secs| Change::Covenant(CovenantChange::SetTerm { position: index, secs });
        changes.extend(position.term_secs.map(term));
    }
    changes.extend(wanted.caps.iter().map(|cap| Change::SetCap {
        risk_id: cap.risk_id,
        // What the accounts cannot hold cannot be exceeded either: the vault keeps its own most.
        absolute: cap.absolute.min(Assets::from(MAX_ASSETS)),
        relative: cap.relative,
    }));
    nests(now, wanted, &mut changes)?;
    changes.extend(wanted.breakers.iter().cloned().map(|breaker| Change::SetBreaker { breaker }));
    changes.extend(covenants(wanted).map(Change::Covenant));
    for grant in &wanted.keepers {
        // A grant that allows nothing is none, whatever else it says.
        let grant = if grant.is_live(now.now()) { grant.clone() } else { Grant::nothing(grant.keeper) };
        if grant != now.live_grant(grant.keeper) {
            changes.push(Change::SetKeeper { grant });
        }
    }
    changes.extend(wanted.delays.iter().map(|(function, secs)| Change::SetDelay { function: *function, secs: *secs }));
    changes.extend(wanted.abdicated.iter().map(|function| Change::Abdicate { function: *function }));
    let is_of_position = |change: &Change| {
        matches!(change, Change::SetThresholds { .. } | Change::Covenant(CovenantChange::SetTerm { .. }))
    };
    let is_of_new = |change: &Change| is_of_position(change) && unready(now, change).is_some();
    changes.retain(|change| change.changes(now) || is_of_new(change));
    Ok(changes)
}

fn covenants(wanted: &Wanted) -> impl Iterator<Item = CovenantChange> {
    let duration = wanted.duration.map(|band| CovenantChange::SetDuration { band });
    let ladder = wanted.ladder.clone().map(|rungs| CovenantChange::SetLadder { rungs });
    let credit = wanted.credit.map(|credit| CovenantChange::SetCredit { credit });
    let hazards = wanted.hazards.iter().map(|hazard| CovenantChange::SetHazard { hazard: *hazard });
    let purchases = wanted.purchases.map(|purchases| CovenantChange::SetPurchases { purchases });
    duration.into_iter().chain(ladder).chain(credit).chain(hazards).chain(purchases)
}

fn nests(now: &Governed, wanted: &Wanted, changes: &mut Vec<Change>) -> Result<(), Impossible> {
    let mut after = now.clone();
    let (gone, new): (Vec<_>, Vec<_>) = wanted.nests.iter().partition(|(_, nested)| !nested);
    for (nest, nested) in gone.into_iter().chain(new) {
        if nested && after.ancestors(nest.parent).contains(&nest.risk_id) {
            return Err(Impossible::Circle { risk_id: nest.risk_id, parent: nest.parent });
        }
        let change = Change::Nest { nest, nested };
        change.apply(&mut after);
        changes.push(change);
    }
    Ok(())
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
