//! Random sequences, and children of good ones.

use super::{Action, Leg, Pause, Size};
use crate::random::Random;

/// Positions, and so venues.
const POSITIONS: usize = 3;
/// Stolen keys.
const KEYS: usize = 2;
/// Steps of a sequence, at most.
const MOST_STEPS: usize = 20;

/// Returns a sequence of 1 to a dozen steps.
pub(super) fn sequence(random: &mut Random) -> Vec<Action> {
    let steps = 1 + random.below(8);
    (0..steps).flat_map(|_| phrase(random)).take(MOST_STEPS).collect()
}

/// Returns a child of one or two good sequences.
pub(super) fn child(parents: &[&Vec<Action>], random: &mut Random) -> Vec<Action> {
    let mut child = random.of(parents).clone();
    if random.one_in(3) {
        let other = random.of(parents);
        let (cut, from) = (random.below(child.len() + 1), random.below(other.len() + 1));
        child.truncate(cut);
        child.extend_from_slice(&other[from..]);
    }
    for _ in 0..=random.below(3) {
        mutate(&mut child, random);
    }
    child.truncate(MOST_STEPS);
    if child.is_empty() { sequence(random) } else { child }
}

fn mutate(steps: &mut Vec<Action>, random: &mut Random) {
    let at = random.below(steps.len() + 1);
    match random.below(8) {
        0 | 1 => drop(steps.splice(at..at, phrase(random))),
        2 if at < steps.len() => drop(steps.remove(at)),
        3 if at < steps.len() => steps[at] = action(random),
        4 if at < steps.len() => {
            // A part again, as thieves do what has worked.
            let end = (at + 1 + random.below(4)).min(steps.len());
            let again = steps[at..end].to_vec();
            steps.extend(again);
        }
        5 if at + 1 < steps.len() => steps.swap(at, at + 1),
        _ => {
            if let Some(step) = steps.get_mut(at) {
                tweak(step, random);
            }
        }
    }
}

/// One step, or a few that belong together.
fn phrase(random: &mut Random) -> Vec<Action> {
    let (venue, key) = (random.below(POSITIONS) as u8, random.below(KEYS) as u8);
    let to = random.of(&[-100, 100, 50, -50, 97]);
    let steer = |to| Action::Steer { venue, to };
    let rebalance = |is_in, size| Action::Rebalance { key, legs: vec![Leg { position: venue, is_in, size }], times: 1 };
    let mark = Action::Mark { positions: 1 << venue };
    match random.below(18) {
        // A sandwich around the keeper's own purchase, or sale.
        0 => vec![steer(to), rebalance(true, size(random)), steer(0)],
        1 => vec![steer(to), rebalance(false, size(random)), steer(0)],
        // Dear in, cheap out.
        2 => vec![steer(100), rebalance(true, size(random)), steer(-100), rebalance(false, size(random))],
        // A mark at a false price, somebody's entry or exit at it.
        3 => vec![steer(to), mark, steer(0)],
        4 => vec![
            steer(-100),
            mark,
            Action::Deposit { part: part(random) },
            steer(100),
            Action::Mark { positions: 1 << venue },
        ],
        // A position is emptied, so that the book believes the venue's word for the next purchase.
        5 => vec![
            rebalance(false, Size::All),
            Action::Wait(Pause::Part(16)),
            steer(100),
            rebalance(true, size(random)),
            steer(0),
        ],
        6 => vec![steer(100), rebalance(true, size(random)), steer(0)],
        // Money that comes for the moment, and leaves before anybody looks.
        7 => vec![
            Action::Deposit { part: part(random) },
            steer(100),
            rebalance(true, size(random)),
            steer(0),
            Action::Withdraw { part: 255 },
        ],
        8 => vec![rebalance(false, Size::All)],
        9 => vec![Action::Withdraw { part: 255 }],
        _ => vec![action(random)],
    }
}

fn action(random: &mut Random) -> Action {
    match random.below(20) {
        0..5 => Action::Steer { venue: random.below(POSITIONS) as u8, to: to(random) },
        5..11 => Action::Rebalance { key: random.below(KEYS) as u8, legs: legs(random), times: times(random) },
        11 | 12 => Action::Mark { positions: 1 + random.below(7) as u8 },
        13 => Action::Deposit { part: part(random) },
        14 => Action::Withdraw { part: part(random) },
        15 | 16 => Action::Wait(pause(random)),
        17 => Action::Relieve { legs: legs(random).into_iter().map(|leg| Leg { is_in: false, ..leg }).collect() },
        18 if random.one_in(3) => Action::Trip,
        18 => Action::Wait(pause(random)),
        _ => {
            let position = random.one_in(2).then(|| random.below(POSITIONS) as u8);
            Action::Donate { position, part: part(random) }
        }
    }
}

fn tweak(step: &mut Action, random: &mut Random) {
    match step {
        Action::Steer { to: old, .. } => *old = to(random),
        Action::Rebalance { key, legs, times: old } => match random.below(6) {
            0 => *key = random.below(KEYS) as u8,
            1 => *old = times(random),
            2 if legs.len() < 4 => legs.push(leg(random)),
            3 if !legs.is_empty() => drop(legs.remove(random.below(legs.len()))),
            _ => tweak_leg(legs, random),
        },
        Action::Relieve { legs } => tweak_leg(legs, random),
        Action::Mark { positions } => *positions = 1 + random.below(7) as u8,
        Action::Deposit { part: old } | Action::Withdraw { part: old } | Action::Donate { part: old, .. } => {
            *old = part(random);
        }
        Action::Wait(old) => *old = pause(random),
        Action::Trip => {}
    }
}

fn tweak_leg(legs: &mut [Leg], random: &mut Random) {
    if legs.is_empty() {
        return;
    }
    let leg = &mut legs[random.below(legs.len())];
    leg.size = match leg.size {
        // A little more or less, which finds the edge of a budget.
        Size::Part(part) if !random.one_in(3) => Size::Part(part.wrapping_add(random.below(9) as u8).wrapping_sub(4)),
        _ => size(random),
    };
}

fn legs(random: &mut Random) -> Vec<Leg> {
    let count = random.of(&[0, 1, 1, 1, 1, 2, 2, 3]);
    (0..count).map(|_| leg(random)).collect()
}

fn leg(random: &mut Random) -> Leg {
    Leg { position: random.below(POSITIONS) as u8, is_in: random.one_in(2), size: size(random) }
}

fn size(random: &mut Random) -> Size {
    match random.below(10) {
        0..2 => Size::All,
        2 => Size::Units(random.of(&[1, 2, 3, 5, 99, 1_000, 40_000])),
        _ => Size::Part(part(random)),
    }
}

/// Mostly round parts.
fn part(random: &mut Random) -> u8 {
    if random.one_in(2) { random.of(&[16, 32, 64, 128, 255]) } else { random.below(256) as u8 }
}

fn to(random: &mut Random) -> i8 {
    if random.one_in(3) { (random.below(201) as i16 - 100) as i8 } else { random.of(&[-100, 0, 100]) }
}

fn times(random: &mut Random) -> u8 {
    if random.one_in(12) { 1 + random.below(8) as u8 } else { 1 }
}

fn pause(random: &mut Random) -> Pause {
    match random.below(4) {
        0 => Pause::Secs(random.of(&[1, 2, 12, 60, 600])),
        1 => Pause::Edge(random.of(&[-1, 0, 1])),
        _ => Pause::Part(random.of(&[1, 2, 4, 8, 15, 16, 17, 32])),
    }
}
