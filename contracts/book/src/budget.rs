//! What bounds the keepers as a whole: the budgets' levels, the mandate's fractions, and the clocks of silence, pause and trips.

use alloy_primitives::B256;
use mandate::Bucket;

use crate::{
    ledger::bounded_down,
    pack::{Pack, Unpack},
};

/// Slot 4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buckets {
    /// What was lost and has not drained at `at_secs`, in base units.
    pub loss_assets: u128,
    /// What was moved and has not drained at `at_secs`, in base units.
    pub turnover_assets: u128,
    /// When the levels were true, in book time.
    pub at_secs: u32,
    /// When a keeper was last seen, in book time.
    pub keeper_seen_at_secs: u32,
}

impl Buckets {
    /// Returns the budget for losses.
    pub fn loss(&self) -> Bucket {
        Bucket { level_assets: self.loss_assets, at_secs: self.at_secs }
    }

    /// Returns the budget for turnover.
    pub fn turnover(&self) -> Bucket {
        Bucket { level_assets: self.turnover_assets, at_secs: self.at_secs }
    }

    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self {
            loss_assets: fields.number(12),
            turnover_assets: fields.number(12),
            at_secs: fields.u32(),
            keeper_seen_at_secs: fields.u32(),
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(bounded_down(self.loss_assets), 12)
            .number(bounded_down(self.turnover_assets), 12)
            .number(self.at_secs.into(), 4)
            .number(self.keeper_seen_at_secs.into(), 4)
            .word()
    }
}

/// Slot 5: fractions in wad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What may be lost an epoch, of the least net asset value.
    pub loss_wad: u64,
    /// What may be moved an epoch, of the least net asset value.
    pub turnover_wad: u64,
    /// The least idle money, of the net asset value.
    pub liquidity_floor_wad: u64,
    /// The least money that is idle or payable at once, of the net asset value.
    pub liquidity_cover_wad: u64,
}

impl Terms {
    /// Takes them off a word or a charter.
    pub(crate) fn read(fields: &mut Unpack<'_>) -> Self {
        Self {
            loss_wad: fields.u64(),
            turnover_wad: fields.u64(),
            liquidity_floor_wad: fields.u64(),
            liquidity_cover_wad: fields.u64(),
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.loss_wad.into(), 8)
            .number(self.turnover_wad.into(), 8)
            .number(self.liquidity_floor_wad.into(), 8)
            .number(self.liquidity_cover_wad.into(), 8)
            .word()
    }
}

/// Slot 6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Until when money may only come back, in book time.
    pub paused_until_secs: u32,
    /// Moves with every governed change and every rebalance.
    pub revision: u32,
    /// What marks have taken off positions of late and entry still pays, as it was at `recent_at_secs`, in base units; it
    /// fades evenly, to nothing within an epoch.
    pub recent_loss_assets: u128,
    /// When that was true, in book time.
    pub recent_at_secs: u32,
    /// When the last of all trips ends, in book time.
    pub trips_until_secs: u32,
    /// The number of the charter that says what governance has set; zero where it has set something since.
    pub charter: u32,
}

impl Watch {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self {
            paused_until_secs: fields.u32(),
            revision: fields.u32(),
            recent_loss_assets: fields.number(12),
            recent_at_secs: fields.u32(),
            trips_until_secs: fields.u32(),
            charter: fields.u32(),
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.paused_until_secs.into(), 4)
            .number(self.revision.into(), 4)
            .number(bounded_down(self.recent_loss_assets), 12)
            .number(self.recent_at_secs.into(), 4)
            .number(self.trips_until_secs.into(), 4)
            .number(self.charter.into(), 4)
            .word()
    }
}

/// What the board alone writes: silence, the floor of health, the ends of the last windows of what ends by itself, and how many charters it has
/// published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// How long no keeper must be seen before anyone may act, in seconds.
    pub silence_secs: u32,
    /// When the window of pauses ends, in book time.
    pub pauses_end_secs: u32,
    /// When the window of trips by word ends, in book time.
    pub words_end_secs: u32,
    /// Charters published so far.
    pub charters: u32,
    /// The least health of all debts together, in 1/10,000.
    pub health_floor_bps: u16,
    /// Whether governance has said anything of bonds or of credit.
    pub has_covenants: bool,
}

impl Register {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self {
            silence_secs: fields.u32(),
            pauses_end_secs: fields.u32(),
            words_end_secs: fields.u32(),
            charters: fields.u32(),
            health_floor_bps: fields.u16(),
            has_covenants: fields.u8() != 0,
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        let numbers = [self.silence_secs, self.pauses_end_secs, self.words_end_secs, self.charters];
        let words = numbers.into_iter().fold(Pack::default(), |pack, number| pack.number(number.into(), 4));
        words.number(self.health_floor_bps.into(), 2).number(self.has_covenants.into(), 1).word()
    }
}

/// What a keeper's key may do, and what it has done; a word each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// The nonce that its next intent must carry. It outlives the grant, so that no intent is used twice.
    pub nonce: u32,
    /// When the levels were true, in book time.
    pub at_secs: u32,
    /// What was lost under it and has not drained at `at_secs`, in base units.
    pub loss_assets: u128,
    /// What was moved under it and has not drained at `at_secs`, in base units.
    pub turnover_assets: u128,
    /// The positions that it may move, bit i for position i; none: no grant.
    pub positions: u64,
    /// Until when, in book time.
    pub expiry_secs: u32,
    /// What may be moved under it an epoch, of the least net asset value, in wad.
    pub turnover_wad: u64,
    /// What may be lost under it an epoch, of the least net asset value, in wad.
    pub loss_wad: u64,
}

impl Grant {
    /// Returns its budget for losses.
    pub fn loss(&self) -> Bucket {
        Bucket { level_assets: self.loss_assets, at_secs: self.at_secs }
    }

    /// Returns its budget for turnover.
    pub fn turnover(&self) -> Bucket {
        Bucket { level_assets: self.turnover_assets, at_secs: self.at_secs }
    }

    /// Returns whether it covers a position.
    pub fn covers(&self, position: u8) -> bool {
        self.positions.checked_shr(position.into()).unwrap_or_default() & 1 == 1
    }

    pub(crate) fn unpack(used: &B256, scope: &B256) -> Self {
        let (mut used, mut scope) = (Unpack::new(used), Unpack::new(scope));
        Self {
            nonce: used.u32(),
            at_secs: used.u32(),
            loss_assets: used.number(12),
            turnover_assets: used.number(12),
            positions: scope.u64(),
            expiry_secs: scope.u32(),
            turnover_wad: scope.u64(),
            loss_wad: scope.u64(),
        }
    }

    /// What it has done: the word that every rebalance writes.
    pub(crate) fn pack_used(&self) -> B256 {
        Pack::default()
            .number(self.nonce.into(), 4)
            .number(self.at_secs.into(), 4)
            .number(bounded_down(self.loss_assets), 12)
            .number(bounded_down(self.turnover_assets), 12)
            .word()
    }

    /// What it may do: the word that governance writes.
    pub(crate) fn pack_scope(&self) -> B256 {
        Pack::default()
            .number(self.positions.into(), 8)
            .number(self.expiry_secs.into(), 4)
            .number(self.turnover_wad.into(), 8)
            .number(self.loss_wad.into(), 8)
            .word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MAX_ASSETS;

    #[test]
    fn the_fullest_words_come_back() {
        let buckets = Buckets {
            loss_assets: MAX_ASSETS,
            turnover_assets: MAX_ASSETS - 1,
            at_secs: u32::MAX,
            keeper_seen_at_secs: 7,
        };
        let terms =
            Terms { loss_wad: u64::MAX, turnover_wad: 1, liquidity_floor_wad: 2, liquidity_cover_wad: u64::MAX };
        let watch = Watch {
            paused_until_secs: u32::MAX,
            revision: 3,
            recent_loss_assets: MAX_ASSETS,
            recent_at_secs: u32::MAX - 1,
            trips_until_secs: 4,
            charter: u32::MAX - 2,
        };
        let register = Register {
            silence_secs: 1,
            pauses_end_secs: u32::MAX,
            words_end_secs: 5,
            charters: u32::MAX,
            health_floor_bps: u16::MAX - 1,
            has_covenants: true,
        };
        let grant = Grant {
            positions: u64::MAX,
            expiry_secs: 1,
            nonce: u32::MAX,
            at_secs: 2,
            loss_assets: MAX_ASSETS,
            turnover_wad: 3,
            loss_wad: u64::MAX,
            turnover_assets: MAX_ASSETS - 2,
        };

        assert_eq!(Buckets::unpack(&buckets.pack()), buckets);
        assert_eq!(Terms::read(&mut Unpack::new(&terms.pack())), terms);
        assert_eq!(Watch::unpack(&watch.pack()), watch);
        assert_eq!(Register::unpack(&register.pack()), register);
        assert_eq!(Grant::unpack(&grant.pack_used(), &grant.pack_scope()), grant);
    }

    #[test]
    fn levels_beyond_the_accounts_are_kept_at_the_most() {
        let buckets = Buckets { loss_assets: u128::MAX, ..Buckets::default() };

        assert_eq!(Buckets::unpack(&buckets.pack()).loss_assets, MAX_ASSETS);
    }

    #[test]
    fn a_grant_covers_the_positions_of_its_mask_alone() {
        let grant = Grant { positions: 1 << 63 | 1, ..Grant::default() };

        assert!(grant.covers(0) && grant.covers(63));
        assert!(!grant.covers(1) && !grant.covers(64) && !grant.covers(255));
    }
}
