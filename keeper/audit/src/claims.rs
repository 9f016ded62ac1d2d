//! What events claim beyond what they change, and what of it does not follow from the history.
//!
//! A call tells in several events. What is known of the call under way is kept here, from its first event to the one
//! that ends it.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use serde::Serialize;

use crate::fact::{Fact, Value};
use crate::limits::Standing;
use crate::state::{Health, State};

/// A claim that does not follow from the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// What it is about.
    pub fact: Fact,
    /// What follows from the history; nothing where the claim cannot be true.
    pub rebuilt: Option<Value>,
    /// What was told.
    pub told: Value,
}

/// The claims that were found wrong, and the call under way.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// What was found wrong since it was last taken.
    pub wrong: Vec<Claim>,
    pub(crate) call: Call,
    /// Shortfalls that have changed and were not told yet: they are told last.
    pub(crate) shortfalls: BTreeMap<usize, Untold>,
}

/// A shortfall that has changed and was not told yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Untold {
    /// As it was told last.
    pub stored_assets: u128,
    /// Whether what it is now follows from the history: not after a sale, which settles a part of it.
    pub follows: bool,
}

/// What is known of the call under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    /// Every net asset value since the last call ended; the first is the one at the start.
    pub navs: Vec<u128>,
    /// Shares that were created or destroyed, whose, and not yet explained by money.
    pub minted: Option<(Address, U256)>,
    pub burnt: Option<(Address, U256)>,
    /// What came or went, and its flow: whichever is told first waits for the other.
    pub passage: Option<Passage>,
    pub flow: Option<[U256; 2]>,
    /// What marks lost and nothing was charged with yet.
    pub lost_assets: u128,
    /// What marks gained beyond the governed rate, by position, and no payment has explained yet.
    pub belated: BTreeMap<usize, u128>,
    /// What venues hold, by position, as legs told last.
    pub depths: BTreeMap<usize, u128>,
    /// Legs so far.
    pub legs: u128,
    /// The positions that legs moved, in the order of their first leg, and the vault before the first of them.
    pub touched: Vec<usize>,
    pub base: Option<Box<Standing>>,
    pub invests: bool,
    pub invested_mask: u64,
    /// The bonds of which legs bought some.
    pub bought: Vec<usize>,
    /// What the last leg came to.
    pub result_assets: U256,
    /// What secured debts, and the debts, before the legs and after them, in the order in which it was told.
    pub healths: Vec<(usize, [Health; 2])>,
}

impl Call {
    /// Forgets legs that no rebalance told.
    pub(crate) fn legs_ended(&mut self) {
        self.depths.clear();
        self.touched.clear();
        self.healths.clear();
        self.bought.clear();
        self.base = None;
        (self.legs, self.invests, self.invested_mask) = (0, false, 0);
    }
}

/// Money that came in or went out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Passage {
    /// At a price that was checked.
    Entry,
    /// At a price that the flow tells.
    Exit { assets: U256, shares: U256, supply_before: U256 },
}

impl Claims {
    /// Compares what was told with what follows.
    pub(crate) fn equal(&mut self, fact: Fact, rebuilt: impl Into<Value>, told: impl Into<Value>) {
        let (rebuilt, told) = (rebuilt.into(), told.into());
        if rebuilt != told {
            self.wrong.push(Claim { fact, rebuilt: Some(rebuilt), told });
        }
    }

    /// What was told must not exceed what follows.
    pub(crate) fn at_most(&mut self, fact: Fact, told: U256, most: U256) {
        if told > most {
            self.wrong.push(Claim { fact, rebuilt: Some(most.into()), told: told.into() });
        }
    }

    /// What was told cannot be.
    pub(crate) fn impossible(&mut self, fact: Fact, told: impl Into<Value>) {
        self.wrong.push(Claim { fact, rebuilt: None, told: told.into() });
    }

    /// A risk id must have been heard of.
    pub(crate) fn known_id(&mut self, state: &State, id: B256) {
        if state.place(id).is_none() {
            self.impossible(Fact::of_id("caps", id, "known"), id);
        }
    }

    /// Compares what a deposit or a withdrawal tells of its shares with those created or destroyed just before.
    pub(crate) fn explained(&mut self, shares: Option<(Address, U256)>, owner: Address, told: U256) {
        let (account, moved) = shares.unwrap_or_default();
        self.equal(Fact::of_account("shares", owner, "owner"), account, owner);
        self.equal(Fact::of_account("shares", owner, "created or destroyed"), moved, told);
    }

    /// Remembers the net asset value before the first change of a call.
    pub(crate) fn begin(&mut self, nav_assets: u128) {
        if self.call.navs.is_empty() {
            self.call.navs.push(nav_assets);
        }
    }

    /// The call ended: what it owed must have been told.
    pub(crate) fn end(&mut self) {
        let call = std::mem::take(&mut self.call);
        for (field, shares) in [("minted for nothing", call.minted), ("burnt for nothing", call.burnt)] {
            if let Some((account, shares)) = shares {
                self.impossible(Fact::of_account("shares", account, field), shares);
            }
        }
        if call.passage.is_some() || call.flow.is_some() {
            self.impossible(Fact::plain("flow", "with its money"), call.flow.is_some());
        }
        for (index, gained) in call.belated {
            self.impossible(Fact::of_position(index, "gain by a mark"), gained);
        }
        if call.lost_assets > 0 {
            self.equal(Fact::plain("budgets", "loss of marks"), call.lost_assets, 0_u128);
        }
    }

    /// The transaction ended: what changed must have been told.
    pub(crate) fn finish(&mut self, state: &mut State) {
        self.end();
        for (index, untold) in std::mem::take(&mut self.shortfalls) {
            let Some(position) = state.positions.get_mut(index) else { continue };
            let rebuilt = std::mem::replace(&mut position.shortfall_assets, untold.stored_assets);
            if untold.follows {
                self.equal(Fact::of_position(index, "shortfall told"), rebuilt, untold.stored_assets);
            }
        }
    }
}
