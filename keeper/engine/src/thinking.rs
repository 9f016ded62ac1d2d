//! One attempt at a decision: a target by the optimizer, or the last good one, and what the planner makes of it.

use model::{Decision, Explanation, Idleness, Snapshot, Target};
use optimizer::Outcome;
use planner::Scales;

use crate::Error;

/// What every attempt at a decision rests on.
pub(crate) struct Thinking<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) planner: &'a planner::Settings,
    pub(crate) scales: Scales<'a>,
    /// The last target that passed its checks.
    pub(crate) last: Option<&'a Target>,
}

/// What an attempt came to.
pub(crate) struct Thought {
    pub(crate) decision: Decision,
    /// The target, where it is a fresh one that passed its checks.
    pub(crate) target: Option<Target>,
    /// Whether the mandate refused what the optimizer or the planner came to.
    is_refused: bool,
}

impl Thought {
    /// Whether it leaves a limit broken, or rests on a refusal: more headroom may mend that.
    pub(crate) fn misses(&self) -> bool {
        let breaks = |explanation: &Explanation| explanation.limits.iter().any(|limit| !limit.holds);
        self.is_refused || matches!(&self.decision, Decision::Rebalance(plan) if breaks(&plan.explanation))
    }
}

impl Thinking<'_> {
    /// Attempts a decision by some settings of the optimizer.
    ///
    /// # Errors
    /// Where the snapshot or the settings are impossible.
    pub(crate) fn thought(&self, optimizer: &optimizer::Settings) -> Result<Thought, Error> {
        match optimizer::optimize_or_last(self.snapshot, optimizer, self.last)? {
            Outcome::Fresh(target) => match self.planned(optimizer, &target) {
                Ok(decision) => Ok(Thought { decision, target: Some(target), is_refused: false }),
                Err(planner::Error::Refused(reason)) => self.idle(reason, true),
                Err(error) => Err(error.into()),
            },
            Outcome::LastGood { target, reason } => match self.followed(&target, reason.to_string()) {
                Ok(decision) => Ok(Thought { decision, target: None, is_refused: is_refusal(&reason) }),
                Err(planner::Error::Refused(again)) => self.idle(format!("{reason}; {again}"), is_refusal(&reason)),
                Err(error) => Err(error.into()),
            },
            Outcome::Nothing { reason } => self.idle(reason.to_string(), is_refusal(&reason)),
        }
    }

    fn planned(&self, optimizer: &optimizer::Settings, target: &Target) -> Result<Decision, planner::Error> {
        let Self { snapshot, planner, scales, .. } = self;
        let decision = planner::plan(snapshot, target, planner, scales)?;
        let Some(paid) = snapshot.paid_at_once() else { return Ok(decision) };
        // A vault that is imagined only: where nothing is best for it, nothing is requested.
        match optimizer::optimize(&paid, optimizer) {
            Ok(wanted) => planner::request(snapshot, &wanted, planner, scales, decision),
            Err(_) => Ok(decision),
        }
    }

    /// What the planner makes of an earlier target, with the reason why it is an earlier one.
    fn followed(&self, target: &Target, reason: String) -> Result<Decision, planner::Error> {
        let mut decision = planner::plan(self.snapshot, target, self.planner, &self.scales)?;
        decision.explanation_mut().fallback = Some(reason);
        Ok(decision)
    }

    /// Nothing, because nothing passed its checks.
    fn idle(&self, detail: String, is_refused: bool) -> Result<Thought, Error> {
        let reason = Idleness::Unverified { detail };
        let decision = planner::idle(self.snapshot, self.planner, &self.scales, reason)?;
        Ok(Thought { decision, target: None, is_refused })
    }
}

fn is_refusal(error: &optimizer::Error) -> bool {
    matches!(error, optimizer::Error::Refused(_))
}
