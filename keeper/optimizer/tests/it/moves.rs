//! From amounts to legs, and what the contracts' own code says of them.

use model::{Assets, Curve, Leg, Movement, Snapshot, Target, Trial};

/// The movements to some amounts, withdrawals first.
pub fn legs(snapshot: &Snapshot, amounts: &[Assets]) -> Vec<Leg> {
    let leg = |index, movement| Leg { position: index, movement, min_result: Assets::ZERO };
    let pairs = || snapshot.positions.iter().zip(amounts);
    let outs = pairs().filter(|(now, then)| **then < now.value);
    let outs = outs.map(|(now, then)| leg(now.index, Movement::Deallocate(now.value.saturating_sub(*then))));
    let ins = pairs().filter(|(now, then)| **then > now.value);
    outs.chain(ins.map(|(now, then)| leg(now.index, Movement::Allocate(then.saturating_sub(now.value))))).collect()
}

/// The income curve of each position.
pub fn curves(snapshot: &Snapshot) -> Vec<Curve> {
    let curve = |position: &model::Position| position.rate.curve(position.value, snapshot.now()).expect("possible");
    snapshot.positions.iter().map(curve).collect()
}

/// Whether the vault would accept the movements to some amounts.
pub fn allows(snapshot: &Snapshot, curves: &[Curve], amounts: &[Assets]) -> bool {
    Trial::of(snapshot, curves, &legs(snapshot, amounts)).is_ok_and(|trial| trial.check().is_ok())
}

/// The amounts of a target.
pub fn amounts(target: &Target) -> Vec<Assets> {
    target.positions.iter().map(|position| position.assets).collect()
}

/// Whether the vault would accept the movements to a target.
pub fn accepted(snapshot: &Snapshot, target: &Target) -> bool {
    allows(snapshot, &curves(snapshot), &amounts(target))
}
