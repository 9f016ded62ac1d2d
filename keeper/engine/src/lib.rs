//! The loop: resolve, observe, optimize, plan, execute, record. The same code runs live and dry; only the
//! submitter at its end differs.

mod line;

#[cfg(test)]
mod tests;

use model::alloy_primitives::U256;
use model::ports::{Fault, Recorder, Resolved, Settlement, SnapshotSource, Submitter};
use model::{Decision, Movement, Snapshot, Wad};

pub use line::{resolved_line, summary};
pub use model::words::{amount, percent};

/// What the operator decides about the thinking.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The optimizer's.
    pub optimizer: optimizer::Settings,
    /// The planner's; its gas price is replaced by that of each snapshot's block.
    pub planner: planner::Settings,
}

/// One turn of the loop, with everything that it rested on.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// What an earlier run had begun and this one settled.
    pub resolved: Vec<Resolved>,
    /// What was seen.
    pub snapshot: Snapshot,
    /// What was decided.
    pub decision: Decision,
    /// What became of it, where something was to be done.
    pub settlement: Option<Settlement>,
    /// What was done and why, or why nothing was.
    pub summary: String,
}

/// A turn that could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The chain or the journal failed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The optimizer gave no answer that passes its checks.
    #[error("optimizer: {0}")]
    Optimizer(#[from] optimizer::Error),
    /// The planner gave no decision.
    #[error("planner: {0}")]
    Planner(#[from] planner::Error),
}

/// Decides about one snapshot: live, dry and in backtests alike. Pure: the same snapshot gives the same decision, to the
/// bit; gas costs what the snapshot's block asks.
///
/// # Errors
/// When no decision can be verified.
pub fn decide(snapshot: &Snapshot, settings: &Settings) -> Result<Decision, Error> {
    let gas_price = snapshot.block.base_fee;
    let planner = planner::Settings { gas_price, ..settings.planner.clone() };
    // What cannot wait asks for no target, which may not be there.
    if let Some(decision) = planner::protect(snapshot, &planner)? {
        return Ok(decision);
    }
    // Where a price can be pushed, what a movement comes to is known less well.
    let is_pushed = snapshot.positions.iter().any(|position| position.terms.slack_bps > 0 && position.lever.is_none());
    let mut first = None;
    for times in HEADROOMS.iter().skip(usize::from(is_pushed)) {
        let headroom = Wad(settings.optimizer.headroom.0.saturating_mul(U256::from(*times)));
        let outcome = attempt(snapshot, &optimizer::Settings { headroom, ..settings.optimizer.clone() }, &planner);
        if !misses(&outcome) {
            return outcome;
        }
        first.get_or_insert(outcome);
    }
    // What no headroom mends is mended as far as the least of them gets.
    first.unwrap_or_else(|| attempt(snapshot, &settings.optimizer, &planner))
}

/// How many times the headroom is left free, one after the other, where movements cost so much that a plan misses a limit by it.
const HEADROOMS: [u64; 3] = [1, 10, 50];

fn attempt(
    snapshot: &Snapshot,
    optimizer: &optimizer::Settings,
    planner: &planner::Settings,
) -> Result<Decision, Error> {
    let target = optimizer::optimize(snapshot, optimizer)?;
    let decision = planner::plan(snapshot, &target, planner)?;
    let Some(paid) = snapshot.paid_at_once() else { return Ok(decision) };
    // A vault that is imagined only: where nothing is best for it, nothing is requested.
    match optimizer::optimize(&paid, optimizer) {
        Ok(wanted) => Ok(planner::request(snapshot, &wanted, planner, decision)?),
        Err(_) => Ok(decision),
    }
}

/// Whether a plan leaves a limit broken, or is refused for one.
fn misses(outcome: &Result<Decision, Error>) -> bool {
    match outcome {
        Ok(Decision::Rebalance(plan)) => plan.explanation.limits.iter().any(|limit| !limit.holds),
        Err(Error::Optimizer(optimizer::Error::Refused(_)) | Error::Planner(planner::Error::Refused(_))) => true,
        Ok(_) | Err(_) => false,
    }
}

/// The loop's parts.
pub struct Engine<S, X, R> {
    source: S,
    submitter: X,
    recorder: R,
    settings: Settings,
}

impl<S: SnapshotSource, X: Submitter, R: Recorder> Engine<S, X, R> {
    /// Joins where snapshots come from, where plans go and where decisions are kept.
    pub fn new(source: S, submitter: X, recorder: R, settings: Settings) -> Self {
        Self { source, submitter, recorder, settings }
    }

    /// Settles what an earlier run began.
    ///
    /// # Errors
    /// When the chain does not show how it ended; nothing new may be begun then.
    pub async fn resolve(&self) -> Result<Vec<Resolved>, Error> {
        Ok(self.submitter.resolve().await?)
    }

    /// Looks at the world once and decides; sends nothing.
    ///
    /// # Errors
    /// When the world cannot be seen or no decision can be verified.
    pub async fn decide(&self) -> Result<(Snapshot, Decision), Error> {
        let snapshot = self.source.snapshot().await?;
        let decision = decide(&snapshot, &self.settings)?;
        Ok((snapshot, decision))
    }

    /// Looks at what positions owe now, and returns whether something cannot wait for the next turn. A vault that may owe
    /// nothing is not looked at.
    ///
    /// # Errors
    /// When the chain does not answer, or no decision can be verified.
    pub async fn is_pressed(&self, last: &Snapshot) -> Result<bool, Error> {
        if last.positions.iter().all(|position| position.lever.is_none()) {
            return Ok(false);
        }
        let glance = self.source.glance(last).await?;
        Ok(planner::protect(&glance, &self.settings.planner)?.is_some())
    }

    /// Makes one movement that somebody asks for, inside the mandate, whatever it earns.
    ///
    /// # Errors
    /// As of [`Engine::tick`], and where the mandate would refuse it.
    pub async fn by_hand(&self, position: u32, movement: Movement) -> Result<Tick, Error> {
        let resolved = self.resolve().await?;
        let snapshot = self.source.snapshot().await?;
        let plan = planner::by_hand(&snapshot, &self.settings.planner, position, movement)?;
        self.settle(resolved, snapshot, Decision::Rebalance(plan)).await
    }

    /// Takes one whole turn.
    ///
    /// # Errors
    /// When any step fails; the next turn begins by settling what this one may have begun.
    pub async fn tick(&self) -> Result<Tick, Error> {
        let resolved = self.resolve().await?;
        let (snapshot, decision) = self.decide().await?;
        self.settle(resolved, snapshot, decision).await
    }

    async fn settle(&self, resolved: Vec<Resolved>, snapshot: Snapshot, decision: Decision) -> Result<Tick, Error> {
        let settlement = match &decision {
            Decision::Rebalance(plan) => Some(self.submitter.submit(&snapshot, plan).await?),
            Decision::NothingToDo { .. } | Decision::Infeasible { .. } => None,
        };
        let summary = summary(&snapshot, &decision, settlement.as_ref());
        self.recorder.record(&snapshot, &decision, &summary)?;
        tracing::info!(block = snapshot.block.number, summary);
        Ok(Tick { resolved, snapshot, decision, settlement, summary })
    }
}
