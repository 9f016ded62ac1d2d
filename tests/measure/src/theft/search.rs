//! The search: islands of sequences that breed apart, on as many threads as there are.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use super::{Action, Outcome, Scene, breed};
use crate::random::Random;

/// Populations that never mix, so that the result does not depend on threads.
const ISLANDS: usize = 8;
/// The best of an island, which have children.
const ELITE: usize = 24;

/// What a search has found.
#[derive(Debug)]
pub struct Found {
    /// Sequences played.
    pub sequences: usize,
    /// The best sequence, without the steps that it does not need.
    pub actions: Vec<Action>,
    /// How it went.
    pub outcome: Outcome,
    /// The worst that any of the sequences did beyond its budget and rounding, where one did.
    pub exceeded: bool,
}

struct Scored {
    ratio: f64,
    actions: Vec<Action>,
    exceeds: bool,
}

/// Plays `sequences` sequences, and returns the one that took the most of its budget. `progress` hears how many were
/// played and the best part so far.
///
/// # Errors
///
/// What the chain refuses while the stage is prepared.
pub fn search(
    sequences: usize,
    seed: u64,
    threads: usize,
    progress: impl Fn(usize, f64) + Sync,
) -> anyhow::Result<Found> {
    let (next, played) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let bests: Mutex<Vec<(usize, Scored)>> = Mutex::new(Vec::new());
    let top = Mutex::new(0.0_f64);
    let work = || -> anyhow::Result<Scene> {
        let mut scene = Scene::build()?;
        loop {
            let island = next.fetch_add(1, Ordering::Relaxed);
            if island >= ISLANDS {
                return Ok(scene);
            }
            let count = sequences / ISLANDS + usize::from(island < sequences % ISLANDS);
            let best = breed_island(&mut scene, &mut Random::new(seed, island as u64), count, |ratio| {
                let mut top = top.lock().expect("nobody panics with it");
                *top = top.max(ratio);
                progress(played.fetch_add(1, Ordering::Relaxed) + 1, *top);
            });
            bests.lock().expect("nobody panics with it").extend(best.map(|best| (island, best)));
        }
    };
    let mut scenes = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.clamp(1, ISLANDS)).map(|_| scope.spawn(work)).collect();
        let scenes = threads.into_iter().map(|thread| thread.join().expect("no thread panics"));
        scenes.collect::<anyhow::Result<Vec<_>>>()
    })?;

    let mut bests = bests.into_inner().expect("nobody panicked with it");
    bests.sort_by(|(i, one), (j, other)| other.ratio.total_cmp(&one.ratio).then(i.cmp(j)));
    let exceeded = bests.iter().any(|(_, best)| best.exceeds);
    let actions = bests.into_iter().next().map(|(_, best)| best.actions).unwrap_or_default();
    let scene = scenes.first_mut().expect("there was a thread");
    let (actions, outcome) = shortest(scene, actions);
    Ok(Found { sequences, actions, outcome, exceeded })
}

/// Plays one island to its end, and returns its best.
fn breed_island(scene: &mut Scene, random: &mut Random, count: usize, mut heard: impl FnMut(f64)) -> Option<Scored> {
    let mut elite: Vec<Scored> = Vec::with_capacity(ELITE + 1);
    let mut exceeded = false;
    for index in 0..count {
        // The first tenth is random, and one of five ever after.
        let actions = if index < count / 10 || elite.is_empty() || random.one_in(5) {
            breed::sequence(random)
        } else {
            let parents: Vec<_> = elite.iter().map(|scored| &scored.actions).collect();
            breed::child(&parents, random)
        };
        let outcome = scene.play(&actions);
        let (ratio, exceeds) = (outcome.loss.ratio(), outcome.exceeds());
        exceeded |= exceeds;
        heard(ratio);
        let is_known = elite.iter().any(|scored| scored.ratio == ratio && scored.actions.len() <= actions.len());
        if !is_known {
            elite.push(Scored { ratio, actions, exceeds });
            elite.sort_by(|one, other| {
                other.ratio.total_cmp(&one.ratio).then(one.actions.len().cmp(&other.actions.len()))
            });
            elite.truncate(ELITE);
        }
    }
    let best = elite.into_iter().next()?;
    Some(Scored { exceeds: exceeded, ..best })
}

/// Leaves out every step without which as much is taken.
fn shortest(scene: &mut Scene, mut actions: Vec<Action>) -> (Vec<Action>, Outcome) {
    let mut outcome = scene.play(&actions);
    let mut at = 0;
    while at < actions.len() {
        let mut fewer = actions.clone();
        fewer.remove(at);
        let without = scene.play(&fewer);
        if without.loss.ratio() >= outcome.loss.ratio() {
            (actions, outcome) = (fewer, without);
        } else {
            at += 1;
        }
    }
    (actions, outcome)
}
