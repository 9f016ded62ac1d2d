//! What positions owe: thresholds, what was last told of health, and rescues by strangers.

use abi::board::IBoard;
use abi::desk::IDesk;
use alloy_primitives::U256;
use mandate::{Bucket, Lever};
use math::{mul_div_down, mul_div_up, to_shares_down};
use serde::{Deserialize, Serialize};

use super::{Position, State};
use crate::claims::Claims;
use crate::fact::Fact;
use crate::state::money::amount;

/// One basis point of a health of one, in wad.
const BPS_WAD: u64 = math::WAD / 10_000;

/// What a venue may round off a debt or a loss.
const ROUNDING_ASSETS: u128 = 2;

/// What governance says of a position that may owe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of IBoard.Thresholds")]
pub struct Thresholds {
    pub target_bps: u16,
    pub soft_bps: u16,
    pub hard_bps: u16,
    pub chunk_assets: u128,
    pub cooldown_secs: u32,
    pub slip_bps: u16,
    pub reward_bps: u16,
}

/// What secured a debt, and the debt, as an adapter said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// What secured it.
    pub backing_assets: u128,
    /// The debt; the largest number where the adapter did not say.
    pub debt_assets: u128,
}

/// The most that is kept of what strangers repay: 2^80 - 1.
const MAX_RESCUED_ASSETS: u128 = (1 << 80) - 1;

/// The last moment that the vault's own clock of 32 bits can name.
const LAST_SECS: u64 = super::rules::BOOK_EPOCH_SECS + u32::MAX as u64;

impl Position {
    /// Returns what strangers have repaid of late.
    pub(crate) fn rescued(&self) -> Bucket {
        Bucket { level_assets: self.rescued_assets, at_secs: clock(self.rescued_at_secs) }
    }

    /// Returns from when on strangers may repay a whole chunk; zero where they never did.
    pub(crate) fn ready_at_secs(&self) -> u64 {
        let Some(thresholds) = self.thresholds.filter(|_| self.rescued_at_secs != 0) else { return 0 };
        let (cooldown, chunk) = (U256::from(thresholds.cooldown_secs), U256::from(thresholds.chunk_assets));
        let wait = mul_div_up(cooldown, U256::from(self.rescued_assets), chunk).unwrap_or(U256::MAX);
        self.rescued_at_secs.saturating_add(wait.saturating_to()).min(LAST_SECS)
    }

    /// Returns it as the mandate looks at it, with such a health.
    pub(crate) fn lever(&self, index: usize, health: Health) -> Lever {
        let floor = |thresholds: Thresholds| u64::from(thresholds.soft_bps).saturating_mul(BPS_WAD);
        let Health { backing_assets, debt_assets } = health;
        let position = u8::try_from(index).unwrap_or(u8::MAX);
        Lever { position, backing_assets, debt_assets, floor_wad: self.thresholds.map_or(u64::MAX, floor) }
    }
}

impl State {
    pub(super) fn thresholds_set(&mut self, told: &IBoard::ThresholdsSet, claims: &mut Claims) {
        let index = told.position as usize;
        let Some(position) = self.positions.get_mut(index) else {
            return claims.impossible(Fact::of_position(index, "registered"), true);
        };
        let IBoard::Thresholds { targetBps, softBps, hardBps, chunk, cooldownSecs, slipBps, rewardBps } =
            told.thresholds;
        self.covenants.is_said = true;
        position.thresholds = Some(Thresholds {
            target_bps: targetBps,
            soft_bps: softBps,
            hard_bps: hardBps,
            chunk_assets: amount(chunk),
            cooldown_secs: cooldownSecs,
            slip_bps: slipBps,
            reward_bps: rewardBps,
        });
    }

    /// What positions owed around the legs of a rebalance, told just before its end.
    pub(super) fn health_seen(&mut self, told: &IDesk::HealthSeen, claims: &mut Claims) {
        let index = told.position as usize;
        let [before, after] = [(told.backingBefore, told.debtBefore), (told.backingAfter, told.debtAfter)]
            .map(|(backing, debt)| Health { backing_assets: amount(backing), debt_assets: amount(debt) });
        match self.positions.get_mut(index) {
            Some(position) => position.health = Some(after),
            None => claims.impossible(Fact::of_position(index, "registered"), true),
        }
        claims.call.healths.push((index, [before, after]));
    }

    /// Returns the positions whose health a rebalance tells of, in the order in which it does: those touched, and then every
    /// other one that may owe. Of those touched that may owe nothing, only what was told says who did.
    pub(crate) fn levers_due(&self, touched: &[usize], told: &[usize]) -> Vec<usize> {
        let may_owe = |index: &usize| self.positions.get(*index).is_some_and(|position| position.thresholds.is_some());
        let named = touched.iter().copied().filter(|index| may_owe(index) || told.contains(index));
        let others = (0..self.positions.len()).filter(|index| !touched.contains(index));
        named.chain(others.filter(may_owe)).collect()
    }

    /// The end of a rescue: its bounds, its price, and what it is charged with.
    pub(super) fn deleveraged(&mut self, told: &IDesk::Deleveraged, now_secs: u64, claims: &mut Claims) {
        let index = told.position as usize;
        let fact = |field| Fact::of_position(index, field);
        claims.equal(fact("deleveraged after it was moved"), claims.call.touched == [index], true);
        claims.equal(fact("repaid"), claims.call.result_assets, told.repaid);
        let depths = std::mem::take(&mut claims.call.depths);
        claims.call.legs_ended();
        if !told.shares.is_zero() {
            let minted = claims.call.minted.take();
            claims.explained(minted, told.caller, told.shares);
        }
        let (nav, supply) = (self.nav_entry_assets(now_secs), self.supply_shares.saturating_sub(told.shares));
        let due = to_shares_down(told.reward, U256::from(nav), supply).unwrap_or_default();
        claims.equal(fact("shares for the reward"), due, told.shares);
        let charged = amount(told.lost).saturating_add(amount(told.reward));
        claims.call.lost_assets = claims.call.lost_assets.saturating_add(charged);

        let Some(position) = self.positions.get_mut(index) else {
            return claims.impossible(fact("registered"), true);
        };
        let Some(thresholds) = position.thresholds else { return claims.impossible(fact("may owe"), true) };
        let part = |bps: u16| mul_div_down(told.repaid, U256::from(bps), U256::from(10_000)).unwrap_or(U256::MAX);
        claims.equal(fact("reward"), part(thresholds.reward_bps), told.reward);
        let (bucket, chunk, cooldown) = (position.rescued(), thresholds.chunk_assets, thresholds.cooldown_secs);
        let now = clock(now_secs);
        let available = chunk.saturating_sub(bucket.level(chunk, cooldown, now));
        claims.at_most(fact("repaid at once"), told.repaid, bound(U256::from(available)));
        claims.at_most(fact("lost by a rescue"), told.lost, bound(part(thresholds.slip_bps)));
        let charged = bucket.charged(amount(told.repaid), chunk, cooldown, now);
        (position.rescued_assets, position.rescued_at_secs) = (charged.level_assets.min(MAX_RESCUED_ASSETS), now_secs);
        position.depth_assets = depths.get(&index).copied();
        let (backing_assets, debt_assets) = (amount(told.backingAfter), amount(told.debtAfter));
        position.health = Some(Health { backing_assets, debt_assets });
    }

    /// An evacuation says what it left: only of an id that is tripped, and of a position under it.
    pub(super) fn stuck(&mut self, told: &IDesk::Stuck, now_secs: u64, claims: &mut Claims) {
        let index = told.position as usize;
        claims.known_id(self, told.riskId);
        let Some(position) = self.positions.get(index) else {
            return claims.impossible(Fact::of_position(index, "registered"), true);
        };
        claims.equal(Fact::of_position(index, "value that is stuck"), position.value_assets, told.value);
        let place = self.place(told.riskId).unwrap_or(usize::MAX);
        let is_under = position.mask & self.tripped(now_secs) & super::rules::bit(place) != 0;
        claims.equal(Fact::of_position(index, "under the tripped id"), is_under, true);
    }
}

fn bound(most: U256) -> U256 {
    most.saturating_add(U256::from(ROUNDING_ASSETS))
}

/// Seconds as buckets count them; enough until 2106.
fn clock(unix_secs: u64) -> u32 {
    u32::try_from(unix_secs).unwrap_or(u32::MAX)
}
