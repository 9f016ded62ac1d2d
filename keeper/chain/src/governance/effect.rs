//! What changes do to today's portfolio: every limit before and after, by the mandate's own code.

use model::limits::BeyondAccounts;
use model::mandate::{State, alertness_wad, capacity_down};
use model::{Assets, Mandate, Snapshot, Wad};

use super::governed::Governed;

/// One limit of today's portfolio, under the parameters that stand and under others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// As it stands; nothing where the limit is new.
    pub before: Option<State>,
    /// As it would be; nothing where the limit is gone.
    pub after: Option<State>,
}

impl Effect {
    /// Returns whether the limit would be broken, and is not now.
    pub fn breaks(&self) -> bool {
        self.after.as_ref().is_some_and(|after| !after.holds) && self.before.as_ref().is_none_or(|before| before.holds)
    }

    /// Returns whether the limit is broken now, and would hold.
    pub fn mends(&self) -> bool {
        self.before.as_ref().is_some_and(|before| !before.holds) && self.after.as_ref().is_none_or(|after| after.holds)
    }

    /// Returns whether the bound would move.
    pub fn moves(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => before.bound != after.bound || before.value != after.value,
            _ => true,
        }
    }
}

/// Returns every limit of the portfolio of `now` as it stands, and as it would be under `after`.
///
/// # Errors
/// Where an amount is beyond the vault's accounts.
pub fn effects(now: &Governed, after: &Governed) -> Result<Vec<Effect>, BeyondAccounts> {
    let before = states(&now.snapshot)?;
    let mut after = states(&with_capacities(now, after))?;
    let mut effects = Vec::with_capacity(after.len());
    for state in before {
        let at = after.iter().position(|other| (other.limit, other.on) == (state.limit, state.on));
        effects.push(Effect { before: Some(state), after: at.map(|at| after.remove(at)) });
    }
    effects.extend(after.into_iter().map(|state| Effect { before: None, after: Some(state) }));
    Ok(effects)
}

fn states(snapshot: &Snapshot) -> Result<Vec<State>, BeyondAccounts> {
    Mandate::of(snapshot).standing_now(snapshot)
}

/// Budgets of another size where governance gives them one; what is used of them stays.
fn with_capacities(now: &Governed, after: &Governed) -> Snapshot {
    let mut snapshot = after.snapshot.clone();
    let (least, set) = (snapshot.book.nav_least.0.saturating_to(), &snapshot.parameters);
    let narrow = |secs: u64| u32::try_from(secs).unwrap_or(u32::MAX);
    let silent_secs = narrow(snapshot.now().secs_since(snapshot.budgets.keeper_seen_at));
    let alertness = alertness_wad(silent_secs, narrow(set.silence_secs));
    let capacity = |wad: Wad| Assets::from(capacity_down(least, wad.0.saturating_to(), alertness));
    if now.snapshot.parameters != *set {
        snapshot.budgets.loss.capacity = capacity(set.loss);
        snapshot.budgets.turnover.capacity = capacity(set.turnover);
    }
    let account = snapshot.operator.account;
    let (before, grant) = (now.live_grant(account), after.live_grant(account));
    if before != grant {
        let own = &mut snapshot.operator.grant;
        (own.positions, own.expiry) = (grant.positions, grant.expiry);
        own.loss.capacity = capacity(grant.loss);
        own.turnover.capacity = capacity(grant.turnover);
    }
    snapshot
}
