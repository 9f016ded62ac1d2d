//! One transaction as an auditor reads it: what was done, and what it did to value, budgets and limits.

use mandate::{Limit, RiskId, Subject};
use serde::{Serialize, Serializer};

use crate::deed::Deed;
use crate::entry::Place;
use crate::fact::short_name;
use crate::limits::{LimitState, at_rest, limit_name};
use crate::state::{Drained, State, as_text};

/// One transaction that told something.
#[derive(Clone, Debug, Serialize)]
pub struct Action {
    /// Where its first event stands.
    #[serde(flatten)]
    pub place: Place,
    /// What was done, in order.
    pub deeds: Vec<Deed>,
    /// The vault before it, at its own time.
    pub before: Look,
    /// The vault after it.
    pub after: Look,
    /// What the vault's loss budget was charged with.
    #[serde(serialize_with = "as_text")]
    pub loss_assets: u128,
    /// What its turnover budget was charged with.
    #[serde(serialize_with = "as_text")]
    pub turnover_assets: u128,
    /// Claims of its events that do not follow from the history.
    pub wrong_claims: usize,
}

/// The vault at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct Look {
    /// Net asset value.
    #[serde(serialize_with = "as_text")]
    pub nav_assets: u128,
    /// The least one of this epoch and the last.
    #[serde(serialize_with = "as_text")]
    pub nav_least_assets: u128,
    /// Money in the vault itself.
    #[serde(serialize_with = "as_text")]
    pub idle_assets: u128,
    /// Shares in existence.
    #[serde(serialize_with = "as_text")]
    pub supply_shares: alloy_primitives::U256,
    /// The vault's budget for losses.
    pub loss_budget: Drained,
    /// The vault's budget for turnover.
    pub turnover_budget: Drained,
    /// The limits that do not hold.
    pub broken: Vec<Name>,
    /// The limit that holds and is nearest to not holding.
    pub tightest: Option<Tightest>,
    /// Every limit.
    #[serde(skip)]
    pub limits: Vec<LimitState>,
}

/// The limit that is nearest to not holding.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Tightest {
    /// Which.
    pub limit: Name,
    /// How much of it is used: 1 is all.
    pub used: f64,
}

/// A limit by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// Which rule.
    pub limit: Limit,
    /// On what.
    pub on: Subject<RiskId>,
}

impl Look {
    /// Looks at the vault.
    pub fn at(state: &State, now_secs: u64) -> Self {
        let (least, alertness) = (state.nav_least_assets(now_secs), state.alertness_wad(now_secs));
        let loss_budget = state.loss_budget(least, alertness, now_secs);
        let turnover_budget = state.turnover_budget(least, alertness, now_secs);
        let limits = at_rest(state, now_secs);
        let name = |state: &LimitState| Name { limit: state.limit, on: state.on };
        let broken = limits.iter().filter(|limit| !limit.holds).map(name).collect();
        let used = |limit: &LimitState| Some(Tightest { limit: name(limit), used: used(limit)? });
        let held = limits.iter().filter(|limit| limit.holds).filter_map(used);
        let tightest = held.max_by(|one, other| one.used.total_cmp(&other.used));
        Self {
            nav_assets: state.nav_assets(),
            nav_least_assets: least,
            idle_assets: state.idle_assets,
            supply_shares: state.supply_shares,
            loss_budget,
            turnover_budget,
            broken,
            tightest,
            limits,
        }
    }
}

/// How much of a limit is used; nothing where it bounds nothing or nothing counts against it.
fn used(limit: &LimitState) -> Option<f64> {
    let (value, bound) = (f64::from(limit.value), f64::from(limit.bound));
    let used = match limit.limit {
        Limit::LiquidityFloor | Limit::LiquidityCover | Limit::Improvement => bound / value,
        Limit::DurationFloor | Limit::RungFloor | Limit::Purchase => bound / value,
        Limit::HealthFloor | Limit::PortfolioHealth => bound / value,
        Limit::Breaker => return None, // No new money: what is there always fills it.
        _ => value / bound,
    };
    (used.is_finite() && used > 0.0).then_some(used)
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.on {
            Subject::Portfolio => f.write_str(limit_name(self.limit)),
            Subject::Risk(id) => write!(f, "{} {}", limit_name(self.limit), short_name(id)),
            Subject::Position(index) => write!(f, "{} of position {index}", limit_name(self.limit)),
            Subject::Rung(index) => write!(f, "{} of rung {index}", limit_name(self.limit)),
        }
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
