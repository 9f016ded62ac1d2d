//! What the planner says: act, or not, and why. Every field is data, so that `--json` prints it as it is.

use std::fmt;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::charges::Charges;
use crate::intent::{Intent, Leg};
use crate::snapshot::Block;
use crate::target::{Limit, LimitKind, Unreachable};
use crate::units::{Assets, Timestamp, Wei};
use crate::words::{Unit, duration};

/// The outcome of one look at the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "decision")]
pub enum Decision {
    /// Submit this.
    Rebalance(Plan),
    /// Leave everything as it is.
    NothingToDo {
        /// Why.
        reason: Idleness,
        /// The figures.
        explanation: Explanation,
    },
    /// No portfolio that can be reached now meets every limit, and none is nearer to them than the present one.
    Infeasible {
        /// The limits that cannot be met.
        unreachable: Vec<Unreachable>,
        /// What stands in their way.
        conflicts: Vec<LimitKind>,
        /// The figures.
        explanation: Explanation,
    },
}

impl Decision {
    /// The figures, whatever was decided.
    #[must_use]
    pub fn explanation(&self) -> &Explanation {
        match self {
            Self::Rebalance(plan) => &plan.explanation,
            Self::NothingToDo { explanation, .. } | Self::Infeasible { explanation, .. } => explanation,
        }
    }

    /// The same, to be added to.
    pub fn explanation_mut(&mut self) -> &mut Explanation {
        match self {
            Self::Rebalance(plan) => &mut plan.explanation,
            Self::NothingToDo { explanation, .. } | Self::Infeasible { explanation, .. } => explanation,
        }
    }
}

/// An intent with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What to submit.
    pub intent: Intent,
    /// The intent's legs again, each with its reason.
    pub legs: Vec<PlannedLeg>,
    /// What it is for.
    pub purpose: Purpose,
    /// The figures.
    pub explanation: Explanation,
}

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To earn more.
    Earn,
    /// To bring limits back, whatever it earns.
    RestoreLimits,
    /// To keep a debt from its threshold, or money from a venue that runs dry, whatever it earns.
    Protect,
    /// Because somebody says so.
    ByHand,
    /// To show that the keeper is there, so that its budgets do not shrink: no legs.
    SignOfLife,
}

/// One leg and what it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedLeg {
    /// The leg.
    pub leg: Leg,
    /// The position's value before.
    pub before: Assets,
    /// The position's value after.
    pub after: Assets,
    /// The venue's yearly rate before.
    pub rate_before: f64,
    /// The venue's yearly rate after.
    pub rate_after: f64,
    /// One sentence for people.
    pub reason: String,
}

/// Why nothing is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Idleness {
    /// The account has no grant, or one without positions.
    NoGrant {
        /// The account.
        account: Address,
    },
    /// The account's grant has ended.
    GrantExpired {
        /// When.
        expiry: Timestamp,
        /// The snapshot's moment.
        now: Timestamp,
    },
    /// The vault holds nothing.
    NoAssets,
    /// Every movement is smaller than the least one worth making.
    WithinDust {
        /// The largest movement that the target asks for.
        largest: Assets,
        /// The least movement worth making.
        least: Assets,
    },
    /// The gain over the horizon does not pay for the gas often enough.
    NotWorthIt {
        /// Gain over the horizon.
        gain_assets: f64,
        /// What the gain would have to exceed.
        required_assets: f64,
    },
    /// What it would cost is kept for the gas of a debt's worst hour.
    GasReserve {
        /// What the account has.
        balance: Wei,
        /// What it keeps.
        reserve: Wei,
    },
    /// Money may only move to idle, and none needs to.
    Paused {
        /// Until when.
        until: Timestamp,
    },
    /// Money counts for caps and budgets only after it has stayed for a whole epoch, and most of it has not yet.
    TooYoung {
        /// What counts already.
        counted: Assets,
        /// What there is.
        nav: Assets,
        /// The length of an epoch.
        epoch_secs: u64,
    },
    /// What the best portfolio asks for is more than the budgets admit now; they refill by the second.
    BudgetSpent {
        /// The budget that stands in the way.
        budget: LimitKind,
        /// What is left of it.
        left: Assets,
    },
    /// No answer passed its checks, and no earlier one is still inside the mandate.
    Unverified {
        /// What the last check said.
        detail: String,
    },
}

impl fmt::Display for Idleness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoGrant { account } => write!(formatter, "the vault lets {account} do nothing: it has no grant"),
            Self::GrantExpired { expiry, now } => write!(formatter, "the grant ended at {expiry}, it is {now}"),
            Self::NoAssets => formatter.write_str("the vault holds nothing"),
            Self::GasReserve { balance, reserve } => write!(
                formatter,
                "the account has {} wei and keeps {} for the gas of a debt's worst hour: send it some",
                balance.0, reserve.0
            ),
            Self::Paused { until } => write!(formatter, "paused until {until}: money may only move to idle"),
            Self::TooYoung { counted, nav, epoch_secs } => write!(
                formatter,
                "only {counted} of {nav} base units count for caps and budgets yet: money must stay for a whole epoch of \
                 {} first",
                duration(*epoch_secs)
            ),
            Self::BudgetSpent { budget, left } => {
                write!(formatter, "the {budget} has {left} base units left; it refills by the second")
            }
            Self::Unverified { detail } => {
                write!(formatter, "no answer passes its checks, and no earlier one is left to follow: {detail}")
            }
            Self::WithinDust { largest, least } => {
                write!(formatter, "the largest movement is {largest} base units, below the least of {least}")
            }
            Self::NotWorthIt { gain_assets, required_assets } => write!(
                formatter,
                "the gain over the horizon is {gain_assets:.0} base units, not above the required {required_assets:.0}"
            ),
        }
    }
}

/// The figures behind a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The block that it rests on.
    pub block: Block,
    /// Idle money and the positions' real values.
    pub total: Assets,
    /// Base units a year as things are.
    pub income_before_assets: f64,
    /// Base units a year after the plan (or at the target, where there is none).
    pub income_after_assets: f64,
    /// What is taken off that as things are.
    #[serde(default)]
    pub charges_before: Charges,
    /// What is taken off it after the plan (or at the target).
    #[serde(default)]
    pub charges_after: Charges,
    /// The gain over the planning horizon: in income less charges, before gas.
    pub gain_assets: f64,
    /// What the transaction is expected to cost, in the chain's coin.
    pub gas_cost: Wei,
    /// The same in assets, rounded up.
    pub gas_cost_assets: Assets,
    /// What the gain must exceed.
    pub required_assets: f64,
    /// The target's certified distance from the best possible, base units a year.
    pub gap_assets: f64,
    /// One element a position.
    pub positions: Vec<PositionLine>,
    /// The limits that bind the target, with their shadow prices.
    pub binding: Vec<Limit>,
    /// Every limit of the mandate after the plan (now, where there is none).
    pub limits: Vec<LimitLine>,
    /// What should leave its venue and cannot now.
    #[serde(default)]
    pub stuck: Vec<Stuck>,
    /// Why the target is that of an earlier look, where no answer to this one passed its checks.
    #[serde(default)]
    pub fallback: Option<String>,
}

/// Money that should leave its venue and cannot now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    /// The position's index.
    pub position: u32,
    /// How much.
    pub assets: Assets,
    /// Why it should leave.
    pub reason: String,
}

/// One position in an explanation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PositionLine {
    /// The position's index.
    pub index: u32,
    /// Its value now.
    pub before: Assets,
    /// Its value after the plan (at the target, where there is none).
    pub after: Assets,
    /// Where the optimizer wants it.
    pub target: Assets,
    /// The venue's yearly rate now.
    pub rate_before: f64,
    /// The venue's yearly rate after.
    pub rate_after: f64,
    /// What one more base unit would earn a year, after.
    pub marginal_after: f64,
    /// Why it is not funded, where it cannot be.
    pub refusal: Option<String>,
}

/// One limit of the mandate with the value found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitLine {
    /// The limit's name and what it hangs on, for people.
    pub limit: String,
    /// What value and bound are counted in.
    pub unit: Unit,
    /// The value found.
    pub value: String,
    /// The bound.
    pub bound: String,
    /// Whether it holds.
    pub holds: bool,
}
