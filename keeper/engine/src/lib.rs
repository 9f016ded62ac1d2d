//! The loop: resolve, observe, optimize, plan, execute, record. The same code runs live and dry; only the
//! submitter at its end differs.

mod line;
mod thinking;

#[cfg(test)]
mod tests;

use model::alloy_primitives::U256;
use model::ports::{Fault, Recorder, Resolved, Settlement, SnapshotSource, Submitter};
use model::{Block, Decision, Memory, Movement, Snapshot, Wad};
use planner::Scales;

pub use line::{resolved_line, summary};
pub use model::words::{amount, percent};
use thinking::{Thinking, Thought};

/// What the operator decides about the thinking.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The optimizer's; horizon and gas of its objective are replaced by the planner's.
    pub optimizer: optimizer::Settings,
    /// The planner's; its gas price is replaced by that of each snapshot's block.
    pub planner: planner::Settings,
}

impl Default for Settings {
    /// Both by their defaults, and the whole objective.
    fn default() -> Self {
        let objective = Some(optimizer::Objective::default());
        Self {
            optimizer: optimizer::Settings { objective, ..optimizer::Settings::default() },
            planner: planner::Settings::default(),
        }
    }
}

impl Settings {
    /// The same with what gas costs in a block.
    #[must_use]
    pub fn at(&self, block: &Block) -> Self {
        let planner = planner::Settings { gas_price: block.base_fee, ..self.planner.clone() };
        let (horizon_secs, gas_per_place) = (planner.horizon_secs, planner.leg_cost());
        let weighed =
            |objective| optimizer::Objective { horizon_secs, gas_per_place, ..optimizer::Objective::clone(objective) };
        let objective = self.optimizer.objective.as_ref().map(weighed);
        Self { optimizer: optimizer::Settings { objective, ..self.optimizer.clone() }, planner }
    }
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
    /// What is remembered for the next turn.
    pub memory: Memory,
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

/// Decides about one snapshot: live, dry and in backtests alike; returns what is remembered for the next one too. Pure: the
/// same snapshot, settings and memory give the same decision, to the bit; gas costs what the snapshot's block asks.
///
/// Where no answer passes its checks, the last good target is followed, if the mandate still accepts the way to it; else nothing
/// is done, and the decision says why.
///
/// # Errors
/// When the snapshot or the settings are impossible.
pub fn decide(snapshot: &Snapshot, settings: &Settings, memory: &Memory) -> Result<(Decision, Memory), Error> {
    let Settings { optimizer, planner } = settings.at(&snapshot.block);
    // What cannot wait asks for no target, which may not be there.
    if let Some(decision) = planner::protect(snapshot, &planner)? {
        let memory = memory.after(&decision, None);
        return Ok((decision, memory));
    }
    let terms = optimizer::Terms::of(snapshot, &optimizer)?;
    let scales = Scales { stance: memory.stance, charges: &|amounts| terms.charges(amounts) };
    let thinking = Thinking { snapshot, planner: &planner, scales, last: memory.last_good.as_ref() };
    // Where a price can be pushed, what a movement comes to is known less well.
    let is_pushed = snapshot.positions.iter().any(|position| position.terms.slack_bps > 0 && position.lever.is_none());
    let mut first = None;
    for times in HEADROOMS.iter().skip(usize::from(is_pushed)) {
        let headroom = Wad(optimizer.headroom.0.saturating_mul(U256::from(*times)));
        let thought = thinking.thought(&optimizer::Settings { headroom, ..optimizer.clone() })?;
        if !thought.misses() {
            first = Some(thought);
            break;
        }
        first.get_or_insert(thought);
    }
    // What no headroom mends is mended as far as the least of them gets.
    let Thought { decision, target, .. } = match first {
        Some(thought) => thought,
        None => thinking.thought(&optimizer)?,
    };
    let memory = memory.after(&decision, target);
    Ok((decision, memory))
}

/// How many times the headroom is left free, one after the other, where movements cost so much that a plan misses a limit by it.
const HEADROOMS: [u64; 3] = [1, 10, 50];

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
    /// When the world cannot be seen, or is impossible.
    pub async fn decide(&self, memory: &Memory) -> Result<(Snapshot, Decision, Memory), Error> {
        let snapshot = self.source.snapshot().await?;
        let (decision, memory) = decide(&snapshot, &self.settings, memory)?;
        Ok((snapshot, decision, memory))
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
    pub async fn by_hand(&self, memory: &Memory, position: u32, movement: Movement) -> Result<Tick, Error> {
        let resolved = self.resolve().await?;
        let snapshot = self.source.snapshot().await?;
        let plan = planner::by_hand(&snapshot, &self.settings.planner, position, movement)?;
        self.settle(resolved, snapshot, Decision::Rebalance(plan), memory.clone()).await
    }

    /// Takes one whole turn, by what the last one left to remember.
    ///
    /// # Errors
    /// When any step fails; the next turn begins by settling what this one may have begun.
    pub async fn tick(&self, memory: &Memory) -> Result<Tick, Error> {
        let resolved = self.resolve().await?;
        let (snapshot, decision, memory) = self.decide(memory).await?;
        self.settle(resolved, snapshot, decision, memory).await
    }

    async fn settle(
        &self,
        resolved: Vec<Resolved>,
        snapshot: Snapshot,
        decision: Decision,
        memory: Memory,
    ) -> Result<Tick, Error> {
        let settlement = match &decision {
            Decision::Rebalance(plan) => Some(self.submitter.submit(&snapshot, plan).await?),
            Decision::NothingToDo { .. } | Decision::Infeasible { .. } => None,
        };
        let summary = summary(&snapshot, &decision, settlement.as_ref());
        self.recorder.record(&snapshot, &decision, &memory, &summary)?;
        tracing::info!(block = snapshot.block.number, summary);
        Ok(Tick { resolved, snapshot, decision, memory, settlement, summary })
    }
}
