//! What an audit found, for machines, and the figures of the whole range.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256};
use audit::{Action, Auditor};
use model::Asset;
use serde_json::{Value, json};

use super::Blocks;

/// What happened in the range.
pub struct Story {
    /// Its first block.
    pub from: u64,
    /// Its last block.
    pub to: u64,
    /// Its actions, in order.
    pub actions: Vec<Action>,
    /// The blocks at which views were asked.
    pub compared_blocks: Blocks,
    /// Who sent the transactions whose events name nobody.
    pub senders: Vec<Address>,
}

/// The figures of the whole range.
pub struct Totals {
    /// How often each deed was done.
    pub deeds: BTreeMap<&'static str, u64>,
    /// All that was charged to the loss budget.
    pub loss_assets: u128,
    /// All that was charged to the turnover budget.
    pub turnover_assets: u128,
    /// The most that was charged within any epoch's length: losses, turnover.
    pub worst_epoch_assets: (u128, u128),
    /// Actions after which a limit was broken that had not been.
    pub broke: usize,
}

impl Story {
    /// Begins without actions.
    pub fn new(from: u64, to: u64) -> Self {
        Self { from, to, actions: Vec::new(), compared_blocks: Blocks::new(), senders: Vec::new() }
    }

    /// Returns the transactions whose events name nobody.
    pub fn unsigned(&self) -> Vec<B256> {
        let unsigned = self.actions.iter().filter(|action| actor(action).is_none());
        unsigned.map(|action| action.place.tx_hash).collect()
    }

    /// Returns each action with who did it: whom its events name, else who sent it.
    pub fn signed(&self) -> impl Iterator<Item = (&Action, Address)> {
        let mut senders = self.senders.iter().copied();
        self.actions.iter().map(move |action| {
            let who = actor(action).or_else(|| senders.next());
            (action, who.unwrap_or_default())
        })
    }

    /// Returns the figures of the whole range.
    pub fn totals(&self, epoch_secs: u64) -> Totals {
        let mut deeds = BTreeMap::new();
        for deed in self.actions.iter().flat_map(|action| &action.deeds) {
            *deeds.entry(deed.what).or_default() += 1;
        }
        let worst = |charge: fn(&Action) -> u128| {
            let (mut sum, mut worst, mut oldest) = (0_u128, 0, 0);
            for action in &self.actions {
                sum += charge(action);
                // A window as long as an epoch, both ends included.
                while self.actions[oldest].place.time_secs + epoch_secs < action.place.time_secs {
                    sum -= charge(&self.actions[oldest]);
                    oldest += 1;
                }
                worst = worst.max(sum);
            }
            worst
        };
        Totals {
            deeds,
            loss_assets: self.actions.iter().map(|action| action.loss_assets).sum(),
            turnover_assets: self.actions.iter().map(|action| action.turnover_assets).sum(),
            worst_epoch_assets: (worst(|action| action.loss_assets), worst(|action| action.turnover_assets)),
            broke: self.actions.iter().filter(|action| breaks(action)).count(),
        }
    }

    /// Everything, as one document.
    ///
    /// With `limits`, every limit after every action.
    pub fn to_json(&self, auditor: &Auditor, vault: Address, asset: &Option<Asset>, limits: Limits) -> Value {
        let actions: Vec<Value> = self
            .signed()
            .map(|(action, who)| {
                let mut value = json!(action);
                value["who"] = json!(who);
                if limits == Limits::All {
                    value["after"]["limits"] = action.after.limits.iter().map(limit).collect();
                }
                value
            })
            .collect();
        let totals = self.totals(auditor.state().mandate.epoch_secs);
        let (worst_loss, worst_turnover) = totals.worst_epoch_assets;
        json!({
            "vault": vault,
            "asset": asset,
            "from": self.from,
            "to": self.to,
            "entries": auditor.entries(),
            "compared_blocks": self.compared_blocks.len(),
            "compared_views": auditor.compared(),
            "unanswered_views": auditor.unanswered(),
            "totals": {
                "deeds": totals.deeds,
                "loss_assets": totals.loss_assets.to_string(),
                "turnover_assets": totals.turnover_assets.to_string(),
                "worst_epoch_loss_assets": worst_loss.to_string(),
                "worst_epoch_turnover_assets": worst_turnover.to_string(),
                "actions_that_broke_a_limit": totals.broke,
            },
            "differences": auditor.differences(),
            "actions": actions,
        })
    }
}

/// Which limits are written for each action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// Those broken, and the tightest.
    Few,
    /// Every one.
    All,
}

fn limit(limit: &audit::LimitState) -> Value {
    let name = audit::Name { limit: limit.limit, on: limit.on }.to_string();
    let (value, bound) = (limit.value.to_string(), limit.bound.to_string());
    json!({ "limit": name, "value": value, "bound": bound, "holds": limit.holds })
}

/// Whom an action's own events name.
pub fn actor(action: &Action) -> Option<Address> {
    action.deeds.iter().rev().find_map(|deed| deed.who)
}

/// Whether a limit is broken after an action that was not before.
pub fn breaks(action: &Action) -> bool {
    action.after.broken.iter().any(|limit| !action.before.broken.contains(limit))
}
