//! What the optimizer says: where the money should be, and what each limit costs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::governed::RiskId;
use crate::position::Position;
use crate::rate::Curve;
use crate::snapshot::Snapshot;
use crate::units::Assets;

/// The portfolio that earns most inside the mandate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// One element a position, in the snapshot's order.
    pub positions: Vec<TargetPosition>,
    /// What stays with the vault.
    pub idle: Assets,
    /// Base units a year that the positions earn at these amounts.
    pub income_assets: f64,
    /// At most this much more (base units a year) could be earned by any other portfolio inside the limits.
    pub gap_assets: f64,
    /// The limits that bind, and the income a year that one more base unit of room would bring.
    pub binding: Vec<Limit>,
    /// Whether it meets every limit.
    pub status: Status,
}

/// Whether a target meets every limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Status {
    /// The best portfolio inside every limit.
    Optimal,
    /// No withdrawal possible now meets these limits; the target brings them as near as liquidity and budgets allow.
    Infeasible {
        /// The limits.
        unreachable: Vec<Unreachable>,
        /// What stands in their way: budgets that are used up, money that is stuck, positions that are not granted.
        conflicts: Vec<LimitKind>,
    },
}

/// Where one position should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetPosition {
    /// The position's index.
    pub index: u32,
    /// Its value at the target.
    pub assets: Assets,
    /// The venue's yearly rate at that value.
    pub rate: f64,
    /// What one more base unit there would earn a year, own impact included.
    pub marginal: f64,
    /// Why it is not funded, where it cannot be.
    pub refusal: Option<String>,
}

/// A limit that binds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// Which one.
    pub kind: LimitKind,
    /// The bound on the sum of what it covers.
    pub bound: Assets,
    /// Its shadow price: income a year for one more base unit of room.
    pub shadow_price: f64,
}

/// Everything that can bound a position or a group of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "limit")]
pub enum LimitKind {
    /// All positions together: what there is, less the liquidity floor.
    Budget,
    /// The absolute cap of a risk id.
    AbsoluteCap {
        /// What the cap hangs on.
        risk_id: RiskId,
    },
    /// The relative cap of a risk id.
    RelativeCap {
        /// What the cap hangs on.
        risk_id: RiskId,
    },
    /// All money but what is idle or payable at once.
    LiquidityCover,
    /// The most of its venue that a position may be.
    VenueDepth {
        /// The position's index.
        position: u32,
    },
    /// What the vault may lose by its keepers.
    LossBudget,
    /// What the vault may move.
    TurnoverBudget,
    /// What may be lost under the grant.
    GrantLoss,
    /// What may be moved under the grant.
    GrantTurnover,
    /// A tripped breaker: no new money against a risk id.
    Breaker {
        /// The id.
        risk_id: RiskId,
    },
    /// A position that the grant does not cover.
    OutOfGrant {
        /// The position's index.
        position: u32,
    },
    /// A pause: money moves to idle alone.
    Paused,
    /// What a venue takes at most.
    Capacity {
        /// The position's index.
        position: u32,
    },
    /// What a venue cannot pay out now.
    Illiquidity {
        /// The position's index.
        position: u32,
    },
    /// The mean of the worst scenarios.
    Tail,
    /// The most of modified duration; its bound counts in units of the longest position.
    DurationCap,
    /// The least of it.
    DurationFloor,
    /// The most on a rung of the ladder.
    RungCap {
        /// The rung's place.
        rung: u8,
    },
    /// The least on a rung of the ladder.
    RungFloor {
        /// The rung's place.
        rung: u8,
    },
    /// What is expected to be lost a year; its bound counts in units of the position that loses most.
    Credit,
    /// A position that owes, or may: what leverage earns is not weighed yet, so it stays as it is.
    Leverage {
        /// The position's index.
        position: u32,
    },
}

impl fmt::Display for LimitKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget => formatter.write_str("all money above the liquidity floor"),
            Self::AbsoluteCap { risk_id } => write!(formatter, "absolute cap of {risk_id}"),
            Self::RelativeCap { risk_id } => write!(formatter, "relative cap of {risk_id}"),
            Self::LiquidityCover => formatter.write_str("liquidity cover"),
            Self::VenueDepth { position } => write!(formatter, "venue depth of position {position}"),
            Self::LossBudget => formatter.write_str("loss budget"),
            Self::TurnoverBudget => formatter.write_str("turnover budget"),
            Self::GrantLoss => formatter.write_str("grant's loss budget"),
            Self::GrantTurnover => formatter.write_str("grant's turnover budget"),
            Self::Breaker { risk_id } => write!(formatter, "tripped breaker of {risk_id}"),
            Self::OutOfGrant { position } => write!(formatter, "grant, which leaves out position {position}"),
            Self::Paused => formatter.write_str("pause"),
            Self::Capacity { position } => write!(formatter, "capacity of position {position}"),
            Self::Illiquidity { position } => write!(formatter, "liquidity of position {position}"),
            Self::DurationCap => formatter.write_str("duration cap"),
            Self::DurationFloor => formatter.write_str("duration floor"),
            Self::RungCap { rung } => write!(formatter, "cap of rung {rung}"),
            Self::RungFloor { rung } => write!(formatter, "floor of rung {rung}"),
            Self::Credit => formatter.write_str("credit budget"),
            Self::Tail => formatter.write_str("mean of the worst scenarios"),
            Self::Leverage { position } => write!(formatter, "leverage of position {position}"),
        }
    }
}

impl Target {
    /// The portfolio as it is, by one curve a position, with nothing said about what is best.
    #[must_use]
    pub fn present(snapshot: &Snapshot, curves: &[Curve]) -> Self {
        let each = snapshot.positions.iter().zip(curves);
        let position = |(position, curve): (&Position, &Curve)| {
            let held = position.value.to_f64();
            TargetPosition {
                index: position.index,
                assets: position.value,
                rate: curve.rate(held),
                marginal: curve.income(held).marginal,
                refusal: position.refusal().map(str::to_owned),
            }
        };
        Self {
            idle: snapshot.book.idle,
            income_assets: each.clone().map(|(position, curve)| curve.income(position.value.to_f64()).value).sum(),
            gap_assets: 0.0,
            binding: Vec::new(),
            status: Status::Optimal,
            positions: each.map(position).collect(),
        }
    }
}

impl LimitKind {
    /// Whether it asks for a least amount.
    #[must_use]
    pub fn is_floor(&self) -> bool {
        matches!(self, Self::DurationFloor | Self::RungFloor { .. })
    }
}

impl Limit {
    /// What it costs a year, as a part of `nav`: its price for all of its bound. One more percent of the bound would bring
    /// a hundredth of that, as long as the price holds.
    #[must_use]
    pub fn cost(&self, nav: Assets) -> f64 {
        if nav.is_zero() { 0.0 } else { self.shadow_price * self.bound.to_f64() / nav.to_f64() }
    }

    /// The same in words: "the relative cap of aave costs 0.1200 % a year of the net asset value".
    #[must_use]
    pub fn sentence(&self, nav: Assets) -> String {
        format!("the {} costs {} a year of the net asset value", self.kind, crate::words::percent(self.cost(nav)))
    }
}

/// A limit that no movement possible now could meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreachable {
    /// Which one.
    pub kind: LimitKind,
    /// The least that what it covers can come down to; of a floor, the most that it can come up to.
    pub least: Assets,
    /// The bound.
    pub bound: Assets,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind.is_floor() {
            return write!(formatter, "{}: {} at most, {} required", self.kind, self.least, self.bound);
        }
        write!(formatter, "{}: {} at least, {} allowed", self.kind, self.least, self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_told_for_all_of_its_bound() {
        let risk_id = RiskId::from_name("aave").expect("it is short");
        let kind = LimitKind::RelativeCap { risk_id };
        let limit = Limit { kind, bound: Assets::from(3_000_000), shadow_price: 0.004 };
        let nav = Assets::from(10_000_000);

        assert!((limit.cost(nav) - 0.001_2).abs() < 1e-15);
        assert_eq!(limit.sentence(nav), "the relative cap of aave costs 0.1200 % a year of the net asset value");
        assert_eq!(limit.cost(Assets::ZERO), 0.0);
    }

    #[test]
    fn a_floor_out_of_reach_says_how_far_it_can_come() {
        let kind = LimitKind::RungFloor { rung: 2 };
        let unreachable = Unreachable { kind, least: Assets::from(5), bound: Assets::from(9) };

        assert_eq!(unreachable.to_string(), "floor of rung 2: 5 at most, 9 required");
    }
}
