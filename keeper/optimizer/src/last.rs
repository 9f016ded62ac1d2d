//! What is left where no method comes to a verified answer: the last good plan, judged anew.

use model::{Leg, Movement, Snapshot, Target, Trial};

use crate::statement::curves;
use crate::{Error, Settings, optimize};

/// An answer, and what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A verified answer for this snapshot.
    Fresh(Target),
    /// No method came to one; the last good target is still inside every limit, to the mandate itself.
    LastGood {
        /// The target of an earlier snapshot.
        target: Target,
        /// Why there is no fresh one.
        reason: Error,
    },
    /// Neither: nothing is to be done.
    Nothing {
        /// Why there is no fresh one.
        reason: Error,
    },
}

/// Optimizes; where that fails for want of an answer, falls back to the last good target, where the mandate's own code still
/// accepts every movement towards it.
///
/// # Errors
/// Where the snapshot itself is impossible: nothing is tried then.
pub fn optimize_or_last(snapshot: &Snapshot, settings: &Settings, last: Option<&Target>) -> Result<Outcome, Error> {
    match optimize(snapshot, settings) {
        Ok(target) => Ok(Outcome::Fresh(target)),
        Err(reason @ (Error::Solver { .. } | Error::Unverified { .. } | Error::Refused(_))) => {
            match last.filter(|target| is_still_good(snapshot, target)) {
                Some(target) => Ok(Outcome::LastGood { target: target.clone(), reason }),
                None => Ok(Outcome::Nothing { reason }),
            }
        }
        Err(error) => Err(error),
    }
}

/// Whether a target names the snapshot's positions and the mandate accepts the way to it.
fn is_still_good(snapshot: &Snapshot, target: &Target) -> bool {
    let pairs = || snapshot.positions.iter().zip(&target.positions);
    if snapshot.positions.len() != target.positions.len() || pairs().any(|(is, was)| is.index != was.index) {
        return false;
    }
    let leg = |position, movement| Leg { position, movement, min_result: model::Assets::ZERO };
    let outs = pairs().filter(|(is, was)| was.assets < is.value);
    let outs = outs.map(|(is, was)| leg(is.index, Movement::Deallocate(is.value.saturating_sub(was.assets))));
    let ins = pairs().filter(|(is, was)| was.assets > is.value);
    let ins = ins.map(|(is, was)| leg(is.index, Movement::Allocate(was.assets.saturating_sub(is.value))));
    let legs = outs.chain(ins).collect::<Vec<_>>();
    let Ok(curves) = curves(snapshot) else { return false };
    Trial::of(snapshot, &curves, &legs).is_ok_and(|trial| trial.check().is_ok())
}
