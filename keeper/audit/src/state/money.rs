//! Money and shares: deposits, exits, marks, legs, budgets.

use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{Address, U256};
use math::{to_assets_down, to_assets_up, to_shares_down, to_shares_up};

use super::{Origin, State};
use crate::claims::{Claims, Passage, Untold};
use crate::fact::Fact;
use crate::fade::faded_up;
use crate::limits::{self, Standing};

/// The most that an account of the vault holds, in base units: 96 bits.
pub const MAX_ASSETS: u128 = (1 << 96) - 1;

/// The nonce that a relief tells in place of a keeper's.
const RELIEF: U256 = U256::MAX;

impl State {
    pub(super) fn initialized(&mut self, told: &IVault::Initialized, claims: &mut Claims) {
        if self.origin.is_some() {
            claims.impossible(Fact::plain("vault", "initialized again"), true);
        }
        let IVault::Initialized {
            asset,
            desk,
            commons,
            board,
            lens,
            rehearsal,
            covenants,
            owner,
            decimals,
            epochSecs,
            silenceSecs,
        } = *told;
        self.origin = Some(Origin { asset, desk, commons, board, lens, rehearsal, covenants, decimals });
        self.roles.owner = owner;
        self.mandate.epoch_secs = epochSecs.saturating_to();
        self.mandate.silence_secs = silenceSecs.saturating_to();
    }

    pub(super) fn transferred(&mut self, told: &IVault::Transfer, claims: &mut Claims) {
        let IVault::Transfer { from, to, value } = *told;
        if from == Address::ZERO {
            self.supply_shares = self.supply_shares.saturating_add(value);
            if let Some((account, shares)) = claims.call.minted.replace((to, value)) {
                claims.impossible(Fact::of_account("shares", account, "minted for nothing"), shares);
            }
        } else {
            let held = self.balances.entry(from).or_default();
            match held.checked_sub(value) {
                Some(left) => *held = left,
                None => claims.impossible(Fact::of_account("shares", from, "balance"), value),
            }
        }
        if to == Address::ZERO {
            self.supply_shares = self.supply_shares.saturating_sub(value);
            if let Some((account, shares)) = claims.call.burnt.replace((from, value)) {
                claims.impossible(Fact::of_account("shares", account, "burnt for nothing"), shares);
            }
        } else {
            let held = self.balances.entry(to).or_default();
            *held = held.saturating_add(value);
        }
    }

    /// The shares were created just before, at the price of entry.
    pub(super) fn deposited(&mut self, told: &IVault::Deposit, now_secs: u64, claims: &mut Claims) {
        claims.begin(self.nav_assets());
        let (assets, shares) = (told.assets, told.shares);
        let minted = claims.call.minted.take();
        claims.explained(minted, told.owner, shares);
        let (nav, supply) = (U256::from(self.nav_entry_assets(now_secs)), self.supply_shares.saturating_sub(shares));
        if to_assets_up(shares, nav, supply) != Some(assets) {
            let due = to_shares_down(assets, nav, supply).unwrap_or(U256::MAX);
            claims.equal(Fact::plain("deposit", "shares for the price"), due, shares);
        }
        self.idle_assets = self.idle_assets.saturating_add(assets.saturating_to());
        self.revalued(now_secs, claims);
        self.passed(Passage::Entry, claims);
    }

    /// The shares were destroyed just before; the price is known with the flow.
    pub(super) fn withdrew(&mut self, told: &IVault::Withdraw, now_secs: u64, claims: &mut Claims) {
        claims.begin(self.nav_assets());
        let burnt = claims.call.burnt.take();
        claims.explained(burnt, told.owner, told.shares);
        let supply_before = self.supply_shares.saturating_add(told.shares);
        match self.idle_assets.checked_sub(told.assets.saturating_to()) {
            Some(left) => self.idle_assets = left,
            None => claims.impossible(Fact::plain("book", "idle"), told.assets),
        }
        self.revalued(now_secs, claims);
        self.passed(Passage::Exit { assets: told.assets, shares: told.shares, supply_before }, claims);
    }

    pub(super) fn flowed(&mut self, told: &IVault::Flowed, claims: &mut Claims) {
        claims.begin(self.nav_assets());
        if claims.call.flow.replace([told.navBefore, told.navAfter]).is_some() {
            claims.impossible(Fact::plain("flow", "with its money"), true);
        }
        if let Some(passage) = claims.call.passage.take() {
            self.passed(passage, claims);
        }
    }

    /// The end of a deposit or a withdrawal, once both its money and its flow were told.
    fn passed(&self, passage: Passage, claims: &mut Claims) {
        let Some([was, is]) = claims.call.flow.take() else {
            if claims.call.passage.replace(passage).is_some() {
                claims.impossible(Fact::plain("flow", "with its money"), false);
            }
            return;
        };
        // Somebody may have marked in the same transaction, before: then the flow began after it.
        if !claims.call.navs.iter().any(|nav| U256::from(*nav) == was) {
            claims.equal(Fact::plain("flow", "nav before"), claims.call.navs[0], was);
        }
        claims.equal(Fact::plain("flow", "nav after"), self.nav_assets(), is);
        // No exit forces a position that has slack: what there is of it is what there was.
        let price = was.saturating_sub(U256::from(self.slack_assets()));
        if let Passage::Exit { assets, shares, supply_before } = passage
            && to_shares_up(assets, price, supply_before) != Some(shares)
        {
            let due = to_assets_down(shares, price, supply_before).unwrap_or(U256::MAX);
            claims.equal(Fact::plain("withdrawal", "assets for the price"), due, assets);
        }
        claims.end();
    }

    /// A loss at once, a gain as far as it was believed: from now on, either way.
    pub(super) fn marked(&mut self, told: &IDesk::PositionMarked, now_secs: u64, claims: &mut Claims) {
        let index = told.position as usize;
        claims.begin(self.nav_assets());
        let epoch_secs = self.mandate.epoch_secs;
        let allowed = self.gain_assets(self.positions.get(index..=index).unwrap_or_default(), now_secs);
        let Some(position) = self.positions.get_mut(index) else {
            return claims.impossible(Fact::of_position(index, "registered"), true);
        };
        let (was, is) = (position.value_assets, amount(told.valueAfter));
        let (lost, gained) = (was.saturating_sub(is), is.saturating_sub(was));
        claims.equal(Fact::of_position(index, "value before the mark"), was, told.valueBefore);

        let stored_assets = position.shortfall_assets;
        claims.shortfalls.entry(index).or_insert(Untold { stored_assets, follows: true });
        let left = faded_up(stored_assets, position.marked_at_secs, epoch_secs, now_secs);
        position.shortfall_assets = left.saturating_add(lost).saturating_sub(gained).min(MAX_ASSETS);
        position.value_assets = is;
        position.marked_at_secs = now_secs;

        let recent = faded_up(self.recent_loss_assets, self.recent_at_secs, epoch_secs, now_secs);
        if gained > allowed {
            // What marks had taken off was paid after all: told next, and no more than entry pays on top.
            claims.at_most(
                Fact::of_position(index, "gain by a mark"),
                U256::from(gained),
                U256::from(left.min(recent)),
            );
            claims.call.belated.insert(index, gained);
        }
        // Where a price can be pushed, entry goes on paying what a mark does not show.
        let unshown = if position.slack_bps == 0 { 0 } else { allowed.saturating_sub(gained) };
        if lost != gained || unshown > 0 {
            // A gain undoes no other position's loss, and none that its own sale is not charged with any more.
            let taken = lost.saturating_add(unshown);
            self.recent_loss_assets = recent.saturating_add(taken).saturating_sub(gained.min(left)).min(MAX_ASSETS);
            self.recent_at_secs = now_secs;
        }
        claims.call.lost_assets = claims.call.lost_assets.saturating_add(lost);
        self.revalued(now_secs, claims);
    }

    pub(super) fn shortfall_set(&mut self, told: &IDesk::ShortfallSet, claims: &mut Claims) {
        let index = told.position as usize;
        let Some(position) = self.positions.get_mut(index) else {
            return claims.impossible(Fact::of_position(index, "registered"), true);
        };
        if claims.shortfalls.remove(&index).is_some_and(|untold| untold.follows) {
            claims.equal(Fact::of_position(index, "shortfall told"), position.shortfall_assets, told.shortfall);
        }
        position.shortfall_assets = amount(told.shortfall);
    }

    pub(super) fn moved(&mut self, told: &IDesk::PositionMoved, now_secs: u64, claims: &mut Claims) {
        let index = told.position as usize;
        claims.begin(self.nav_assets());
        let is_leg = !(claims.call.legs == 0 && is_forced(told));
        if is_leg {
            if claims.call.base.is_none() {
                claims.call.base = Some(Box::new(Standing::of(self, 0..0, now_secs)));
            }
            claims.call.legs += 1;
            claims.call.result_assets = told.result;
            if !claims.call.touched.contains(&index) {
                claims.call.touched.push(index);
            }
        }
        if told.assets.is_positive() {
            claims.call.invests = true;
            claims.call.invested_mask |= self.positions.get(index).map_or(0, |position| position.mask);
            let is_bond = self.positions.get(index).is_some_and(|position| position.dated.matures_at_secs != 0);
            if is_bond && !claims.call.bought.contains(&index) {
                claims.call.bought.push(index);
            }
        }
        let Some(position) = self.positions.get_mut(index) else {
            return claims.impossible(Fact::of_position(index, "registered"), true);
        };
        let (was, mut may_rise) = (position.value_assets, 0);
        position.value_assets = amount(told.valueAfter);
        if is_leg {
            claims.call.depths.insert(index, amount(told.depth));
        }
        let stored_assets = position.shortfall_assets;
        let untold = claims.shortfalls.entry(index).or_insert(Untold { stored_assets, follows: true });
        if told.assets.is_negative() {
            untold.follows = false;
            claims.call.belated.retain(|at, gained| *at != index || amount(told.result) < *gained);
            let sold = was.saturating_sub(position.value_assets);
            // Where a price can be pushed, what was sold may have been worth more than was believed of it.
            may_rise = position.slack_of(sold);
            let most = if position.slack_bps == 0 { was } else { sold.saturating_add(may_rise) };
            self.idle_assets = self.idle_assets.saturating_add(amount(told.result).min(most));
        } else if told.assets.is_positive() {
            let left = faded_up(stored_assets, position.marked_at_secs, self.mandate.epoch_secs, now_secs);
            (position.shortfall_assets, position.marked_at_secs) = (left, now_secs);
            let assets = amount(told.assets.unsigned_abs());
            match self.idle_assets.checked_sub(assets) {
                Some(left) => self.idle_assets = left,
                None => claims.impossible(Fact::plain("book", "idle"), assets),
            }
        }
        self.revalued(now_secs, claims);
        if claims.call.navs.windows(2).last().is_some_and(|navs| navs[0].saturating_add(may_rise) < navs[1]) {
            claims.impossible(Fact::of_position(index, "gain by a leg"), told.valueAfter);
        }
    }

    /// The end of marks that lost something, or of a rescue, outside a rebalance.
    pub(super) fn charged(&mut self, told: &IDesk::Charged, now_secs: u64, claims: &mut Claims) {
        claims.equal(Fact::plain("budgets", "loss of marks"), claims.call.lost_assets, told.loss);
        self.loss_level_assets = amount(told.lossLevel);
        self.turnover_level_assets = amount(told.turnoverLevel);
        self.levels_at_secs = now_secs;
        claims.call.lost_assets = 0;
    }

    /// The end of a rebalance or a relief.
    pub(super) fn rebalanced(&mut self, told: &IDesk::Rebalanced, now_secs: u64, claims: &mut Claims) {
        claims.begin(self.nav_assets());
        let fact = |field| Fact::plain("rebalance", field);
        if !claims.call.navs.iter().any(|nav| U256::from(*nav) == told.navBefore) {
            claims.equal(fact("nav before"), claims.call.navs[0], told.navBefore);
        }
        claims.equal(fact("nav after"), self.nav_assets(), told.navAfter);
        claims.equal(fact("idle after"), self.idle_assets, told.idleAfter);
        for (index, depth_assets) in std::mem::take(&mut claims.call.depths) {
            self.positions[index].depth_assets = Some(depth_assets);
        }
        limits::check_told(self, told, now_secs, claims);

        let least = amount(told.navLeast);
        // Levels to which nothing was added drain on by themselves.
        let charges = !told.loss.is_zero() || !told.turnover.is_zero();
        if !is_relief(told) {
            let alertness = self.alertness_wad(now_secs);
            let mut grant = self.grants.get(&told.caller).copied().unwrap_or_default();
            claims.equal(Fact::of_account("grant", told.caller, "nonce of the intent"), grant.nonce, told.nonce);
            if charges {
                let [loss, turnover] = self.grant_budgets(&grant, least, alertness, now_secs);
                grant.loss_level_assets = loss.used_assets.saturating_add(amount(told.loss)).min(MAX_ASSETS);
                grant.turnover_level_assets =
                    turnover.used_assets.saturating_add(amount(told.turnover)).min(MAX_ASSETS);
                grant.at_secs = now_secs;
            }
            grant.nonce = grant.nonce.saturating_add(1);
            self.grants.insert(told.caller, grant);
            self.keeper_seen_at_secs = now_secs;
        }
        if charges || claims.call.lost_assets > 0 {
            self.loss_level_assets = amount(told.lossLevel).min(MAX_ASSETS);
            self.turnover_level_assets = amount(told.turnoverLevel).min(MAX_ASSETS);
            self.levels_at_secs = now_secs;
        }
        self.blocked_until_secs = self.blocked_by_trips_secs(now_secs);
        // A sign of life moves nothing.
        self.revision = self.revision.saturating_add(u64::from(claims.call.legs > 0));
        claims.call.lost_assets = 0;
        claims.end();
    }

    pub(super) fn tripped_by(&mut self, told: &IDesk::Tripped, claims: &mut Claims) {
        let until_secs: u64 = told.until.saturating_to();
        let Some(place) = self.place(told.riskId) else {
            return claims.known_id(self, told.riskId);
        };
        // A trip that lasts longer already stays as it is.
        let id = &mut self.ids[place];
        id.tripped_until_secs = id.tripped_until_secs.max(until_secs);
        if self.exposures_assets()[place] > 0 {
            self.blocked_until_secs = self.blocked_until_secs.max(until_secs);
        }
    }

    /// Keeps the history of the net asset value.
    fn revalued(&mut self, now_secs: u64, claims: &mut Claims) {
        let nav_assets = self.nav_assets();
        self.navs.changed(nav_assets, now_secs);
        claims.call.navs.push(nav_assets);
    }
}

/// Whether it reads as what an exit or an evacuation forces, for which no venue is measured. Either is told before the legs
/// of any rebalance of the same transaction; a leg that took all out of a venue of ours alone says so by its amount.
fn is_forced(told: &IDesk::PositionMoved) -> bool {
    told.depth.is_zero() && told.assets.is_negative() && told.assets.unsigned_abs() == told.result
}

pub(crate) fn is_relief(told: &IDesk::Rebalanced) -> bool {
    told.nonce == RELIEF
}

/// An amount as the accounts hold it: more than 128 bits is as much as they hold.
pub(crate) fn amount(told: U256) -> u128 {
    told.saturating_to()
}
