//! The vault as its events tell it: one struct, and what follows from it by rule.
//!
//! Times are unix seconds; amounts are base units of the asset; `_wad` is 1e18 = 100 %.

mod covenants;
mod governed;
mod levers;
mod money;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use abi::board::IBoard;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{Address, B256, Selector, U256};
use serde::{Deserialize, Serialize};

pub use covenants::{Covenants, Dated, Expected};
pub use levers::{Health, Thresholds};
pub use money::MAX_ASSETS;
pub(crate) use money::{amount, is_relief};
pub use rules::{BOOK_EPOCH_SECS, Drained};
pub(crate) use rules::{as_text, bits};

use crate::claims::Claims;
use crate::entry::Event;
use crate::least::NavHistory;

/// Everything that the vault stores, as far as events tell it: all but allowances and the nonces of permits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// What it was made of; nothing before it was initialised.
    pub origin: Option<Origin>,
    /// Idle money.
    pub idle_assets: u128,
    /// Shares in existence.
    pub supply_shares: U256,
    /// Who holds them.
    pub balances: BTreeMap<Address, U256>,
    /// The positions, in the order of their registration.
    pub positions: Vec<Position>,
    /// The risk ids, in the order of their first mention.
    pub ids: Vec<Id>,
    /// Every net asset value that may still count as the least.
    pub navs: NavHistory,
    /// The parameters of the whole.
    pub mandate: Mandate,
    /// What is allowed of bonds and of credit.
    #[serde(default)]
    pub covenants: Covenants,
    /// The vault's budgets: losses.
    pub loss_level_assets: u128,
    /// The vault's budgets: turnover.
    pub turnover_level_assets: u128,
    /// When both levels were written.
    pub levels_at_secs: u64,
    /// What marks took off and entry still pays, at `recent_at_secs`.
    pub recent_loss_assets: u128,
    /// When they were last counted.
    pub recent_at_secs: u64,
    /// When a keeper was last seen.
    pub keeper_seen_at_secs: u64,
    /// Until when keepers may only reduce.
    pub paused_until_secs: u64,
    /// Until when nobody may deposit; counts from the opening on.
    pub blocked_until_secs: u64,
    /// Whether deposits have begun.
    pub is_open: bool,
    /// The digest that intents name.
    pub revision: u64,
    /// What each keeper may do.
    pub grants: BTreeMap<Address, Grant>,
    /// Who governs.
    pub roles: Roles,
    /// Delays of functions that were set.
    pub delays: BTreeMap<Selector, u64>,
    /// Functions that may not add risk any more.
    pub abdicated: BTreeSet<Selector>,
    /// Changes that were announced, and when they can be made; 0 for what was made or taken back.
    pub submitted: BTreeMap<B256, u64>,
    /// Code hashes and whether they are admitted.
    pub codes: BTreeMap<B256, bool>,
}

/// What a vault was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// What it is counted in.
    pub asset: Address,
    /// One of its programs.
    pub desk: Address,
    /// One of its programs.
    pub commons: Address,
    /// One of its programs.
    pub board: Address,
    /// One of its programs.
    pub lens: Address,
    /// One of its programs.
    pub rehearsal: Address,
    /// One of its programs.
    pub covenants: Address,
    /// Decimals of the shares.
    pub decimals: u8,
}

/// One holding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The contract that holds it.
    pub adapter: Address,
    /// The ids that it was registered under, by their place in [`State::ids`].
    pub ids: Vec<usize>,
    /// Those and all that they are nested in, bit i for the id at place i.
    pub mask: u64,
    /// Its marked value.
    pub value_assets: u128,
    /// When it was marked.
    pub marked_at_secs: u64,
    /// The loss that a sale would still be charged with, at the time of the mark.
    pub shortfall_assets: u128,
    /// The part of its value that counts as payable at once.
    pub instant_bps: u16,
    /// The most of the venue that it may be.
    pub depth_bps: u16,
    /// How far the venue's price may be from a fair one.
    pub slack_bps: u16,
    /// What the venue held when it was last told; nothing before.
    pub depth_assets: Option<u128>,
    /// What governance says of its debt; nothing of one that may owe nothing.
    pub thresholds: Option<Thresholds>,
    /// What strangers had repaid of its debt and had not drained at `rescued_at_secs`.
    pub rescued_assets: u128,
    /// When that was true; zero where they never did.
    pub rescued_at_secs: u64,
    /// What secured its debt when it was last told, and the debt; nothing before.
    pub health: Option<Health>,
    /// When it pays, and what was last seen of it.
    #[serde(default)]
    pub dated: Dated,
}

/// One risk id: its caps, what it is nested in, its breaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Id {
    /// The id.
    pub id: B256,
    /// The most that may count against it.
    pub absolute_assets: u128,
    /// The same as a fraction of the least net asset value.
    pub relative_wad: u64,
    /// What it is directly nested in, bit i for the id at place i.
    pub parents: u64,
    /// Until when it takes no new money.
    pub tripped_until_secs: u64,
    /// What trips it.
    pub breaker: Breaker,
    /// What is expected of it.
    #[serde(default)]
    pub expected: Expected,
}

/// What trips a risk id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of IBoard.Breaker")]
pub struct Breaker {
    pub feed: Address,
    pub min_price_wad: U256,
    pub max_price_wad: U256,
    pub max_age_secs: u32,
    pub liquid_bps: u16,
    pub confirm_secs: u32,
    pub trip_secs: u32,
}

/// The parameters of the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of IDesk.Mandate, and the rate up to which gains are believed")]
pub struct Mandate {
    pub liquidity_floor_wad: u64,
    pub liquidity_cover_wad: u64,
    pub loss_wad: u64,
    pub turnover_wad: u64,
    pub epoch_secs: u64,
    pub silence_secs: u64,
    pub max_rate_wad: u64,
    pub health_floor_bps: u16,
}

/// What a keeper's key may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Bit i for position i.
    pub positions: u64,
    /// Turnover an epoch, as a fraction of the least net asset value.
    pub turnover_wad: u64,
    /// Loss an epoch, the same.
    pub loss_wad: u64,
    /// Until when.
    pub expiry_secs: u64,
    /// The nonce of its next intent.
    pub nonce: u64,
    /// What is used of the turnover.
    pub turnover_level_assets: u128,
    /// What is used of the loss.
    pub loss_level_assets: u128,
    /// When both levels were written.
    pub at_secs: u64,
}

/// Who governs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the roles by their names")]
pub struct Roles {
    pub owner: Address,
    pub pending_owner: Address,
    pub curator: Address,
    /// Who ever was a guardian, and whether it is one.
    pub guardians: BTreeMap<Address, bool>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            origin: None,
            idle_assets: 0,
            supply_shares: U256::ZERO,
            balances: BTreeMap::new(),
            positions: Vec::new(),
            ids: Vec::new(),
            navs: NavHistory::new(BOOK_EPOCH_SECS),
            mandate: Mandate::default(),
            covenants: Covenants::default(),
            loss_level_assets: 0,
            turnover_level_assets: 0,
            levels_at_secs: 0,
            recent_loss_assets: 0,
            recent_at_secs: 0,
            keeper_seen_at_secs: 0,
            paused_until_secs: 0,
            blocked_until_secs: 0,
            is_open: false,
            revision: 0,
            grants: BTreeMap::new(),
            roles: Roles::default(),
            delays: BTreeMap::new(),
            abdicated: BTreeSet::new(),
            submitted: BTreeMap::new(),
            codes: BTreeMap::new(),
        }
    }
}

impl State {
    /// Takes an event in. What it claims beyond what it changes is compared with what follows from the history.
    pub fn apply(&mut self, event: &Event, now_secs: u64, claims: &mut Claims) {
        match event {
            Event::Vault(event) => self.apply_vault(event, now_secs, claims),
            Event::Desk(event) => self.apply_desk(event, now_secs, claims),
            Event::Board(event) => self.apply_board(event, now_secs, claims),
            Event::Covenants(event) => self.apply_covenants(event, claims),
        }
    }

    fn apply_vault(&mut self, event: &IVault::IVaultEvents, now_secs: u64, claims: &mut Claims) {
        use IVault::IVaultEvents as E;
        match event {
            E::Initialized(told) => self.initialized(told, claims),
            E::Transfer(told) => self.transferred(told, claims),
            E::Deposit(told) => self.deposited(told, now_secs, claims),
            E::Withdraw(told) => self.withdrew(told, now_secs, claims),
            E::Flowed(told) => self.flowed(told, claims),
            E::Approval(_) => {} // Allowances are not rebuilt: what is spent of them is not told.
        }
    }

    fn apply_desk(&mut self, event: &IDesk::IDeskEvents, now_secs: u64, claims: &mut Claims) {
        use IDesk::IDeskEvents as E;
        match event {
            E::PositionMarked(told) => self.marked(told, now_secs, claims),
            E::ShortfallSet(told) => self.shortfall_set(told, claims),
            E::PositionMoved(told) => self.moved(told, now_secs, claims),
            E::Charged(told) => self.charged(told, now_secs, claims),
            E::HealthSeen(told) => self.health_seen(told, claims),
            E::BondSeen(told) => self.bond_seen(told, claims),
            E::Rebalanced(told) => self.rebalanced(told, now_secs, claims),
            E::Deleveraged(told) => self.deleveraged(told, now_secs, claims),
            E::Stuck(told) => self.stuck(told, now_secs, claims),
            E::Tripped(told) => self.tripped_by(told, claims),
            E::Armed(told) => claims.known_id(self, told.riskId),
        }
    }

    fn apply_board(&mut self, event: &IBoard::IBoardEvents, now_secs: u64, claims: &mut Claims) {
        use IBoard::IBoardEvents as E;
        match event {
            E::Submitted(told) => self.submitted(told, now_secs, claims),
            E::Revoked(told) => self.settled(told.id, claims),
            E::Executed(told) => self.settled(told.id, claims),
            E::PausedUntil(told) => self.paused_until_secs = told.until.saturating_to(),
            told => {
                self.revision = self.revision.saturating_add(1);
                self.governed(told, now_secs, claims);
            }
        }
    }
}
