//! Plays cases on all stages, on as many threads as there are, and counts.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    case::{Kind, Played},
    stage::{PLANS, Stage},
    truth::Margins,
};
use crate::random::Random;

/// Broken cases that are told in full.
const TOLD: usize = 20;

/// How the cases of one kind of call went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that were allowed.
    pub passed: usize,
    /// Of these, near a bound of health before or after.
    pub passed_near: usize,
    /// Calls that were refused, by the reason.
    pub refused: BTreeMap<&'static str, usize>,
    /// Of these, near a bound.
    pub refused_near: usize,
}

/// What all cases came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Cases played.
    pub cases: usize,
    /// By the kind of call.
    pub kinds: BTreeMap<String, Tally>,
    /// The least by which an allowed investment left health above a floor, in parts of a billion.
    pub over_floor_ppb: Option<i64>,
    /// The least by which an allowed call raised health that was below one, in parts of a billion.
    pub risen_ppb: Option<i64>,
    /// How many cases broke the property.
    pub broken: usize,
    /// The first of them, by number: stage, kind, and what was broken.
    pub told: BTreeMap<usize, String>,
}

impl Tally {
    /// Returns how many were refused.
    pub fn refused_all(&self) -> usize {
        self.refused.values().sum()
    }
}

impl Found {
    /// Returns how many calls were allowed.
    pub fn passed(&self) -> usize {
        self.kinds.values().map(|tally| tally.passed).sum()
    }

    /// Returns how many calls were refused.
    pub fn refused(&self) -> usize {
        self.kinds.values().map(Tally::refused_all).sum()
    }

    /// Returns how many calls were allowed near a bound.
    pub fn passed_near(&self) -> usize {
        self.kinds.values().map(|tally| tally.passed_near).sum()
    }

    /// Returns how many calls were refused near a bound.
    pub fn refused_near(&self) -> usize {
        self.kinds.values().map(|tally| tally.refused_near).sum()
    }

    fn add(&mut self, index: usize, stage: &str, played: Played) {
        self.cases += 1;
        let tally = self.kinds.entry(name(played.kind).to_owned()).or_default();
        match played.refusal {
            None => {
                tally.passed += 1;
                tally.passed_near += usize::from(played.is_near);
            }
            Some(reason) => {
                *tally.refused.entry(reason).or_default() += 1;
                tally.refused_near += usize::from(played.is_near);
            }
        }
        match played.verdict {
            Ok(margins) => self.see(margins),
            Err(why) => {
                self.broken += 1;
                self.told.insert(index, format!("{stage}: {}: {why}", name(played.kind)));
            }
        }
    }

    fn see(&mut self, margins: Margins) {
        let seen = Margins { over_floor_ppb: self.over_floor_ppb, risen_ppb: self.risen_ppb };
        let Margins { over_floor_ppb, risen_ppb } = margins.least(seen);
        (self.over_floor_ppb, self.risen_ppb) = (over_floor_ppb, risen_ppb);
    }

    fn join(&mut self, other: Self) {
        self.cases += other.cases;
        for (kind, more) in other.kinds {
            let tally = self.kinds.entry(kind).or_default();
            tally.passed += more.passed;
            tally.passed_near += more.passed_near;
            tally.refused_near += more.refused_near;
            for (reason, count) in more.refused {
                *tally.refused.entry(reason).or_default() += count;
            }
        }
        self.see(Margins { over_floor_ppb: other.over_floor_ppb, risen_ppb: other.risen_ppb });
        self.broken += other.broken;
        self.told.extend(other.told);
    }
}

/// Plays so many cases, the i-th on the stage of its remainder, each floor claimed to be `claimed_bps` higher than it is.
/// `progress` hears how many were played.
///
/// # Errors
///
/// What the chain refuses around the calls.
pub fn run(
    cases: usize,
    seed: u64,
    claimed_bps: u64,
    threads: usize,
    progress: impl Fn(usize) + Sync,
) -> anyhow::Result<Found> {
    let (next, played) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let all = Mutex::new(Found::default());
    let work = || -> anyhow::Result<()> {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(plan) = PLANS.get(place).filter(|_| place < cases) else { return Ok(()) };
            let (mut stage, mut found) = (Stage::build(plan)?, Found::default());
            for index in (place..cases).step_by(PLANS.len()) {
                let case = stage.play(&mut Random::new(seed, index as u64), claimed_bps)?;
                found.add(index, plan.name, case);
                progress(played.fetch_add(1, Ordering::Relaxed) + 1);
            }
            all.lock().expect("nobody panics with it").join(found);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.clamp(1, PLANS.len())).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no thread panics"))
    })?;
    let mut found = all.into_inner().expect("nobody panicked with it");
    while found.told.len() > TOLD {
        found.told.pop_last();
    }
    Ok(found)
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Invest => "rebalance that invests",
        Kind::Divest => "rebalance that does not",
        Kind::Deleverage => "deleverage",
        Kind::Relieve => "relieve",
        Kind::Evacuate => "evacuate",
        Kind::Deposit => "deposit",
        Kind::Leave => "withdraw or redeem",
        Kind::Mark => "mark",
        Kind::Trip => "trip",
    }
}
