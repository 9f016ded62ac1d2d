//! What governance changes: each of its functions tells one event, and moves the revision by one.

use abi::board::IBoard;
use alloy_primitives::{Address, B256, Selector, U256};
use alloy_sol_types::SolCall;

use super::{Breaker, Dated, Expected, Grant, Id, MAX_ASSETS, Mandate, Position, State};
use crate::claims::Claims;
use crate::fact::{Fact, On, short_name};
use crate::fade::faded_up;
use crate::state::money::amount;
use crate::state::rules::bit;

impl State {
    pub(super) fn submitted(&mut self, told: &IBoard::Submitted, now_secs: u64, claims: &mut Claims) {
        let fact = |field| Fact { group: "changes", on: On::Hash(told.id), field };
        claims.equal(fact("id"), alloy_primitives::keccak256(&told.data), told.id);
        let selector = told.data.get(..4).unwrap_or_default();
        claims.equal(fact("selector"), U256::from_be_slice(selector), U256::from_be_slice(told.selector.as_slice()));
        let executable_at: u64 = told.executableAt.saturating_to();
        // A shorter delay waits as long as what it shortens.
        let shortened = told.data.get(4..8).filter(|_| told.selector == IBoard::setDelayCall::SELECTOR);
        let waits_as = shortened.map_or(told.selector, Selector::from_slice);
        claims.equal(fact("executable at"), now_secs.saturating_add(self.delay_secs(waits_as)), executable_at);
        self.submitted.insert(told.id, executable_at);
    }

    /// An announced change was made or taken back.
    pub(super) fn settled(&mut self, id: B256, claims: &mut Claims) {
        match self.submitted.get_mut(&id) {
            Some(executable_at) if *executable_at != 0 => *executable_at = 0,
            _ => claims.impossible(Fact { group: "changes", on: On::Hash(id), field: "submitted" }, false),
        }
    }

    pub(super) fn governed(&mut self, event: &IBoard::IBoardEvents, now_secs: u64, claims: &mut Claims) {
        use IBoard::IBoardEvents as E;
        match event {
            E::Opened(_) => {
                self.is_open = true;
                self.blocked_until_secs = self.blocked_by_trips_secs(now_secs);
            }
            E::DelaySet(told) => {
                self.delays.insert(told.selector, told.secs.saturating_to());
            }
            E::Abdicated(told) => {
                self.abdicated.insert(told.selector);
            }
            E::PositionAdded(told) => self.position_added(told, claims),
            E::TermsSet(told) => match self.positions.get_mut(told.position as usize) {
                Some(position) => {
                    (position.instant_bps, position.depth_bps) = (told.instantBps, told.depthBps);
                    position.slack_bps = told.slackBps;
                }
                None => claims.impossible(Fact::of_position(told.position as usize, "registered"), true),
            },
            E::ThresholdsSet(told) => self.thresholds_set(told, claims),
            E::CapSet(told) => {
                let place = self.place_or_new(told.riskId);
                self.ids[place].absolute_assets = amount(told.absolute);
                self.ids[place].relative_wad = told.relativeWad.saturating_to();
            }
            E::Nested(told) => self.nested(told),
            E::CodeAdmitted(told) => {
                self.codes.insert(told.codehash, told.admitted);
            }
            E::BreakerSet(told) => {
                let place = self.place_or_new(told.riskId);
                self.ids[place].breaker = Breaker::told(&told.breaker);
            }
            E::MandateSet(told) => self.mandate_set(told, now_secs, claims),
            E::BudgetsSet(told) => {
                self.mandate.loss_wad = told.lossWad.saturating_to();
                self.mandate.turnover_wad = told.turnoverWad.saturating_to();
            }
            E::LiquiditySet(told) => {
                self.mandate.liquidity_floor_wad = told.floorWad.saturating_to();
                self.mandate.liquidity_cover_wad = told.coverWad.saturating_to();
            }
            E::GrantSet(told) => self.grant_set(told, now_secs),
            E::RoleSet(told) => self.role_set(told, claims),
            E::OwnershipOffered(told) => {
                claims.equal(Fact::plain("roles", "owner"), self.roles.owner, told.owner);
                self.roles.pending_owner = told.candidate;
            }
            E::OwnershipTaken(told) => {
                claims.equal(Fact::plain("roles", "candidate"), self.roles.pending_owner, told.owner);
                (self.roles.owner, self.roles.pending_owner) = (told.owner, Address::ZERO);
            }
            // These change no parameter; they are taken in before.
            E::Submitted(_) | E::Revoked(_) | E::Executed(_) | E::PausedUntil(_) => {}
        }
    }

    /// Returns when an announced change can be made; 0 where there is none any more.
    pub fn executable_at_secs(&self, id: B256, now_secs: u64) -> u64 {
        /// How long an announced change can be made: 30 days.
        const EXPIRY_SECS: u64 = 30 * 86_400;
        let at_secs = self.submitted.get(&id).copied().unwrap_or_default();
        if now_secs > at_secs.saturating_add(EXPIRY_SECS) { 0 } else { at_secs }
    }

    /// Returns the delay of a function.
    pub fn delay_secs(&self, selector: Selector) -> u64 {
        /// What every function has until governance sets it: three days.
        const DEFAULT_DELAY_SECS: u64 = 3 * 86_400;
        self.delays.get(&selector).copied().unwrap_or(DEFAULT_DELAY_SECS)
    }

    fn position_added(&mut self, told: &IBoard::PositionAdded, claims: &mut Claims) {
        claims.equal(
            Fact::plain("positions", "count before a new one"),
            self.positions.len() as u64,
            u64::from(told.position),
        );
        let is_admitted = self.codes.get(&told.codehash).copied().unwrap_or_default();
        let fact = Fact { group: "codes", on: On::Hash(told.codehash), field: "admitted before a position" };
        claims.equal(fact, is_admitted, true);
        let ids: Vec<usize> = told.riskIds.iter().map(|id| self.place_or_new(*id)).collect();
        let mask = self.mask(&ids);
        self.positions.push(Position {
            adapter: told.adapter,
            ids,
            mask,
            value_assets: 0,
            marked_at_secs: 0,
            shortfall_assets: 0,
            instant_bps: told.instantBps,
            depth_bps: told.depthBps,
            slack_bps: told.slackBps,
            depth_assets: None,
            thresholds: None,
            rescued_assets: 0,
            rescued_at_secs: 0,
            health: None,
            dated: Dated::default(),
        });
    }

    fn nested(&mut self, told: &IBoard::Nested) {
        let (place, parent) = (self.place_or_new(told.riskId), self.place_or_new(told.parent));
        let parents = &mut self.ids[place].parents;
        *parents = if told.nested { *parents | bit(parent) } else { *parents & !bit(parent) };
        for index in 0..self.positions.len() {
            self.positions[index].mask = self.mask(&self.positions[index].ids);
        }
    }

    fn mandate_set(&mut self, told: &IBoard::MandateSet, now_secs: u64, claims: &mut Claims) {
        let value = told.value.saturating_to();
        let Mandate { max_rate_wad, epoch_secs, .. } = self.mandate;
        match short_name(told.what).as_str() {
            "maxRate" => self.paced(value, epoch_secs, now_secs),
            "epoch" => self.paced(max_rate_wad, value, now_secs),
            "silence" => self.mandate.silence_secs = value,
            "healthFloor" => self.mandate.health_floor_bps = told.value.saturating_to(),
            _ => claims.impossible(Fact::plain("mandate", "parameter"), told.what),
        }
    }

    /// Another rate or another epoch: what has faded, drained and stayed by the old ones is so, and entry pays no less at
    /// once. What grants hold and positions lost is measured anew.
    fn paced(&mut self, max_rate_wad: u64, epoch_secs: u64, now_secs: u64) {
        let Mandate { max_rate_wad: old_rate_wad, epoch_secs: old_secs, .. } = self.mandate;
        if (max_rate_wad, epoch_secs) == (old_rate_wad, old_secs) {
            return;
        }
        let entry_assets = self.nav_entry_assets(now_secs);
        self.recent_loss_assets = faded_up(self.recent_loss_assets, self.recent_at_secs, old_secs, now_secs);
        self.recent_at_secs = now_secs;
        if epoch_secs != old_secs {
            let (least, alertness) = (self.nav_least_assets(now_secs), self.alertness_wad(now_secs));
            self.loss_level_assets = self.loss_budget(least, alertness, now_secs).used_assets;
            self.turnover_level_assets = self.turnover_budget(least, alertness, now_secs).used_assets;
            self.levels_at_secs = now_secs;
            self.navs.relaid(old_secs, now_secs);
        }
        (self.mandate.max_rate_wad, self.mandate.epoch_secs) = (max_rate_wad, epoch_secs);
        let fallen = entry_assets.saturating_sub(self.nav_entry_assets(now_secs));
        self.recent_loss_assets = self.recent_loss_assets.saturating_add(fallen).min(MAX_ASSETS);
    }

    /// A grant keeps its nonce and what is used of its budgets, however often it is set. One that is wider than what the
    /// key could use before is a sign of life.
    fn grant_set(&mut self, told: &IBoard::GrantSet, now_secs: u64) {
        let grant = self.grants.entry(told.keeper).or_default();
        let was = if grant.positions != 0 && now_secs <= grant.expiry_secs { *grant } else { Grant::default() };
        grant.positions = told.positions;
        grant.turnover_wad = told.turnoverWad.saturating_to();
        grant.loss_wad = told.lossWad.saturating_to();
        grant.expiry_secs = told.expiry.saturating_to();
        let is_wider = grant.positions & !was.positions != 0
            || grant.turnover_wad > was.turnover_wad
            || grant.loss_wad > was.loss_wad
            || grant.expiry_secs > was.expiry_secs;
        if is_wider {
            self.keeper_seen_at_secs = now_secs;
        }
    }

    fn role_set(&mut self, told: &IBoard::RoleSet, claims: &mut Claims) {
        match short_name(told.role).as_str() {
            "curator" => {
                claims.equal(Fact::of_account("roles", told.account, "granted"), !told.account.is_zero(), told.granted);
                self.roles.curator = told.account;
            }
            "guardian" => {
                self.roles.guardians.insert(told.account, told.granted);
            }
            _ => claims.impossible(Fact::plain("roles", "name"), told.role),
        }
    }

    fn place_or_new(&mut self, id: B256) -> usize {
        self.place(id).unwrap_or_else(|| {
            let (breaker, expected) = (Breaker::default(), Expected::default());
            self.ids.push(Id {
                id,
                absolute_assets: 0,
                relative_wad: 0,
                parents: 0,
                tripped_until_secs: 0,
                breaker,
                expected,
            });
            self.ids.len() - 1
        })
    }

    /// What ids and all that they are nested in stand for, as bits.
    fn mask(&self, ids: &[usize]) -> u64 {
        ids.iter().fold(0, |mask, place| mask | self.ancestors(*place))
    }
}

impl Breaker {
    pub(crate) fn told(told: &IBoard::Breaker) -> Self {
        Self {
            feed: told.feed,
            min_price_wad: told.minPriceWad,
            max_price_wad: told.maxPriceWad,
            max_age_secs: told.maxAgeSecs,
            liquid_bps: told.liquidBps,
            confirm_secs: told.confirmSecs,
            trip_secs: told.tripSecs,
        }
    }
}
