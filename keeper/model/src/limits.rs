//! The mandate's own code on a snapshot: what the vault would say to a portfolio, to the bit.

use alloy_primitives::U256;

use crate::decision::LimitLine;
use crate::snapshot::{RiskId, Snapshot};
use crate::units::Assets;

/// The limits of a snapshot with the positions that count against each cap.
#[derive(Clone, Debug)]
pub struct Mandate {
    caps: Vec<mandate::Cap>,
    members: Vec<Vec<usize>>,
    liquidity_floor_wad: u64,
}

/// One portfolio as the mandate looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings {
    nav_assets: u128,
    idle_assets: u128,
    exposures_assets: Vec<u128>,
}

/// An amount beyond the vault's accounts (2^128 - 1 base units).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} base units are beyond the vault's accounts: at most 2^128 - 1")]
pub struct BeyondAccounts(pub Assets);

impl Mandate {
    /// The limits of `snapshot`. A risk id without caps has zero caps, as on chain; a bound beyond the
    /// accounts is as good as none.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut caps = snapshot
            .caps
            .iter()
            .map(|cap| mandate::Cap {
                id: cap.risk_id.0,
                absolute_assets: cap.absolute.0.saturating_to(),
                relative_wad: cap.relative.0.saturating_to(),
            })
            .collect::<Vec<_>>();
        for RiskId(id) in snapshot.positions.iter().flat_map(|position| &position.risk_ids) {
            if caps.iter().all(|cap| cap.id != *id) {
                caps.push(mandate::Cap { id: *id, ..Default::default() });
            }
        }
        let counts = |id| {
            let positions = snapshot.positions.iter().enumerate();
            positions.filter(|(_, position)| position.risk_ids.contains(&RiskId(id))).map(|(index, _)| index).collect()
        };
        let members = caps.iter().map(|cap| counts(cap.id)).collect();
        Self { caps, members, liquidity_floor_wad: snapshot.book.liquidity_floor.0.saturating_to() }
    }

    /// The caps, each with the positions (by place) that count against it.
    pub fn caps(&self) -> impl Iterator<Item = (&mandate::Cap, &[usize])> {
        self.caps.iter().zip(self.members.iter().map(Vec::as_slice))
    }

    /// The portfolio with `idle` and position values in the snapshot's order, at a net asset value of `nav`.
    ///
    /// # Errors
    /// Where an amount is beyond the vault's accounts.
    pub fn holdings(&self, nav: Assets, idle: Assets, values: &[Assets]) -> Result<Holdings, BeyondAccounts> {
        let narrow = |assets: Assets| u128::try_from(assets.0).map_err(|_| BeyondAccounts(assets));
        let exposure = |members: &Vec<usize>| {
            let held = members.iter().filter_map(|place| values.get(*place));
            narrow(held.fold(Assets::ZERO, |sum, value| sum.saturating_add(*value)))
        };
        Ok(Holdings {
            nav_assets: narrow(nav)?,
            idle_assets: narrow(idle)?,
            exposures_assets: self.members.iter().map(exposure).collect::<Result<_, _>>()?,
        })
    }

    /// What the vault would say to a change from `before` to `after`.
    ///
    /// # Errors
    /// The first limit that neither holds nor is nearer to holding.
    pub fn check(&self, before: &Holdings, after: &Holdings) -> Result<(), mandate::Breach> {
        mandate::check(&before.portfolio(), &after.portfolio(), &self.parameters())
    }

    /// Every limit as it stands.
    #[must_use]
    pub fn states(&self, holdings: &Holdings) -> Vec<mandate::State> {
        mandate::states(&holdings.portfolio(), &self.parameters()).collect()
    }

    fn parameters(&self) -> mandate::Parameters<'_> {
        mandate::Parameters { caps: &self.caps, liquidity_floor_wad: self.liquidity_floor_wad }
    }
}

impl Holdings {
    fn portfolio(&self) -> mandate::Portfolio<'_> {
        mandate::Portfolio {
            nav_assets: self.nav_assets,
            idle_assets: self.idle_assets,
            exposures_assets: &self.exposures_assets,
        }
    }
}

impl From<&mandate::State> for LimitLine {
    fn from(state: &mandate::State) -> Self {
        Self {
            limit: limit_name(state.limit, state.id),
            value: state.value.to_string(),
            bound: state.bound.to_string(),
            holds: state.holds,
        }
    }
}

/// The name of a limit for people: "relative cap of protocol/aave-v3".
#[must_use]
pub fn limit_name(limit: mandate::Limit, id: Option<mandate::RiskId>) -> String {
    let name = match limit {
        mandate::Limit::AbsoluteCap => "absolute cap",
        mandate::Limit::RelativeCap => "relative cap",
        mandate::Limit::LiquidityFloor => "liquidity floor",
    };
    id.map_or_else(|| name.to_owned(), |id| format!("{name} of {}", RiskId(id)))
}

/// One line about a refusal: which limit, the value found and the bound.
#[must_use]
pub fn breach_line(breach: &mandate::Breach) -> String {
    let (value, bound): (U256, U256) = (breach.value, breach.bound);
    format!("{}: {value} found, {bound} allowed", limit_name(breach.limit, breach.id))
}
