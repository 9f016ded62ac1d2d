//! Everything that governance sets, as it stands at one block.

use alloy_primitives::{Address, B256, Bytes};
use model::{RiskId, Snapshot, Terms, Thresholds, Timestamp, Wad};
use serde::{Serialize, Serializer};

use super::function::Function;
use crate::covenants::Agreed;

/// The vault's governance at the snapshot's block.
#[derive(Debug, Clone, PartialEq)]
pub struct Governed {
    /// The portfolio, its caps, parameters and terms.
    pub snapshot: Snapshot,
    /// Whether the set-up has ended: before that, everything is immediate.
    pub is_open: bool,
    /// Who may do what.
    pub roles: Roles,
    /// What counts against what beside itself.
    pub nests: Vec<Nest>,
    /// The ids that each position was added with, ancestors not included; by index.
    pub own_ids: Vec<Vec<RiskId>>,
    /// What trips an id.
    pub breakers: Vec<Breaker>,
    /// What is said of bonds and of credit.
    pub agreed: Agreed,
    /// The keepers' grants, expired ones included.
    pub grants: Vec<Grant>,
    /// The code hashes of which adapters may be made.
    pub codes: Vec<B256>,
    /// The delay of every function, and what was given up.
    pub powers: Vec<Power>,
    /// What was announced and not yet made, by time.
    pub submitted: Vec<Submitted>,
}

/// Who may do what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Roles {
    /// Decides everything.
    pub owner: Address,
    /// Who may take ownership; zero for nobody.
    pub pending_owner: Address,
    /// Decides positions, caps and keepers beside the owner; zero for nobody.
    pub curator: Address,
    /// Who may take risk away.
    pub guardians: Vec<Address>,
}

/// What is under one id counts against another too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Nest {
    /// The narrower id.
    pub risk_id: RiskId,
    /// The wider one.
    pub parent: RiskId,
}

/// What trips one risk id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breaker {
    /// The id.
    pub risk_id: RiskId,
    /// The price feed; zero for none.
    pub feed: Address,
    /// The lowest price that does not trip.
    pub min_price: Wad,
    /// The highest price that does not trip.
    pub max_price: Wad,
    /// How old a price may be.
    pub max_age_secs: u32,
    /// The part of a position's value that must be payable at once.
    pub liquid_bps: u16,
    /// How long a lack of liquidity must last.
    pub confirm_secs: u32,
    /// How long a trip lasts.
    pub trip_secs: u32,
}

/// What a keeper's key may do. Fractions are of the least net asset value, an epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// The key.
    pub keeper: Address,
    /// Bit i for position i.
    pub positions: u64,
    /// The most that it may move.
    pub turnover: Wad,
    /// The most that it may lose.
    pub loss: Wad,
    /// Until when.
    pub expiry: Timestamp,
}

/// The power to add risk by one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Power {
    /// The function.
    #[serde(serialize_with = "name")]
    pub function: Function,
    /// How long it waits; nothing for `setDelay`, which waits as long as the delay that it shortens.
    pub delay_secs: Option<u64>,
    /// Whether it was given up for good.
    pub is_abdicated: bool,
}

/// A change that was announced and not yet made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Submitted {
    /// The hash of its calldata.
    pub id: B256,
    /// The calldata.
    pub data: Bytes,
    /// When anyone can make it.
    pub executable_at: Timestamp,
}

impl Governed {
    /// Returns the block's time.
    pub fn now(&self) -> Timestamp {
        self.snapshot.block.timestamp
    }

    /// Returns the caps of an id; nothing where they were never set.
    pub fn cap(&self, risk_id: RiskId) -> Option<&model::Cap> {
        self.snapshot.caps.iter().find(|cap| cap.risk_id == risk_id)
    }

    /// Returns the terms of a position; none at all where there is no such position.
    pub fn terms(&self, position: u32) -> Terms {
        let found = self.snapshot.positions.iter().find(|found| found.index == position);
        found.map_or_else(Terms::default, |found| found.terms)
    }

    /// Returns the thresholds of a position; nothing where it may owe nothing, or is not there.
    pub fn thresholds(&self, position: u32) -> Option<Thresholds> {
        let found = self.snapshot.positions.iter().find(|found| found.index == position);
        found.and_then(|found| found.lever).and_then(|lever| lever.thresholds)
    }

    /// Returns the breaker of an id.
    pub fn breaker(&self, risk_id: RiskId) -> Option<&Breaker> {
        self.breakers.iter().find(|breaker| breaker.risk_id == risk_id)
    }

    /// Returns the power to add risk by a function.
    pub fn power(&self, function: Function) -> Option<&Power> {
        self.powers.iter().find(|power| power.function == function)
    }

    /// Returns how long a function waits; nothing where it has no delay of its own.
    pub fn delay_secs(&self, function: Function) -> Option<u64> {
        self.power(function).and_then(|power| power.delay_secs)
    }

    /// Returns the grant of a key.
    pub fn grant(&self, keeper: Address) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.keeper == keeper)
    }

    /// Returns what a key may do now: nothing where its grant has expired or never was.
    pub fn live_grant(&self, keeper: Address) -> Grant {
        let live = self.grant(keeper).filter(|grant| grant.is_live(self.now()));
        live.cloned().unwrap_or_else(|| Grant::nothing(keeper))
    }

    /// Returns everything that an id counts against, itself first.
    pub fn ancestors(&self, risk_id: RiskId) -> Vec<RiskId> {
        let mut found = vec![risk_id];
        let mut at = 0;
        while let Some(id) = found.get(at).copied() {
            for nest in self.nests.iter().filter(|nest| nest.risk_id == id) {
                if !found.contains(&nest.parent) {
                    found.push(nest.parent);
                }
            }
            at += 1;
        }
        found
    }

    /// Makes every position count against what its own ids are nested in.
    pub(super) fn renest(&mut self) {
        for at in 0..self.snapshot.positions.len() {
            let own = self.own_ids.get(at).cloned().unwrap_or_default();
            let mut all: Vec<RiskId> = Vec::new();
            for id in own.into_iter().flat_map(|id| self.ancestors(id)) {
                if !all.contains(&id) {
                    all.push(id);
                }
            }
            self.snapshot.positions[at].risk_ids = all;
        }
    }
}

impl Grant {
    /// A grant that allows nothing.
    pub fn nothing(keeper: Address) -> Self {
        Self { keeper, positions: 0, turnover: Wad::ZERO, loss: Wad::ZERO, expiry: Timestamp(0) }
    }

    /// Returns whether it allows anything at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.positions != 0 && self.expiry >= now
    }
}

fn name<S: Serializer>(function: &Function, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(function.name)
}
