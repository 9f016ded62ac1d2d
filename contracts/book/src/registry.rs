//! Positions, caps and breakers as they are stored.

use alloy_primitives::{Address, B256};

use crate::{
    ledger::bounded_down,
    pack::{Pack, Unpack},
};

/// The most positions that a vault holds.
pub const MAX_POSITIONS: u8 = 64;
/// The most risk ids that have caps.
pub const MAX_CAPS: u8 = 64;

/// What every rebalance reads of a position: the first of its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Its marked value, in base units.
    pub value_assets: u128,
    /// The book time since when its gains have not been counted.
    pub at_secs: u32,
    /// The caps that it counts against, ancestors included: bit i for the cap at place i.
    pub caps: u64,
    /// The part of its value that counts as payable at once, in 1/10,000.
    pub instant_bps: u16,
    /// The most of its venue that it may be, in 1/10,000.
    pub depth_bps: u16,
    /// How far its venue's price may be from a fair one, in 1/10,000: covers prices from fair / (1 + slack) to
    /// fair * (1 + slack).
    pub slack_bps: u16,
}

impl Position {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self {
            value_assets: fields.number(12),
            at_secs: fields.u32(),
            caps: fields.u64(),
            instant_bps: fields.u16(),
            depth_bps: fields.u16(),
            slack_bps: fields.u16(),
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.value_assets, 12)
            .number(self.at_secs.into(), 4)
            .number(self.caps.into(), 8)
            .number(self.instant_bps.into(), 2)
            .number(self.depth_bps.into(), 2)
            .number(self.slack_bps.into(), 2)
            .word()
    }
}

/// What a call reads of a position that it touches: the second of its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The contract that holds it.
    pub adapter: Address,
    /// What marks have taken off its value and a sale would still be charged with, at the time of its mark; in base
    /// units.
    pub shortfall_assets: u128,
}

impl Holding {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self { adapter: fields.address(), shortfall_assets: fields.number(12) }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default().bytes(self.adapter.as_slice()).number(bounded_down(self.shortfall_assets), 12).word()
    }
}

/// The caps of one risk id; the id itself is a word of its own. What counts against it is nowhere stored: it is the
/// sum of the positions that have its bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cap {
    /// The most that may count against it, in base units.
    pub absolute_assets: u128,
    /// The most that may count against it, as a fraction of the least net asset value, in wad.
    pub relative_wad: u64,
    /// The caps that what counts here counts against too, its own bit included.
    pub ancestors: u64,
    /// Until when it takes no new money, in book time.
    pub tripped_until_secs: u32,
}

impl Cap {
    /// Returns whether it takes no new money.
    pub fn is_tripped(&self, now_secs: u32) -> bool {
        now_secs < self.tripped_until_secs
    }

    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self {
            absolute_assets: fields.number(12),
            relative_wad: fields.u64(),
            ancestors: fields.u64(),
            tripped_until_secs: fields.u32(),
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.absolute_assets, 12)
            .number(self.relative_wad.into(), 8)
            .number(self.ancestors.into(), 8)
            .number(self.tripped_until_secs.into(), 4)
            .word()
    }
}

/// What trips a risk id; two words. Prices in wad, at most 2^96 - 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Who tells the price; zero for none.
    pub feed: Address,
    /// How old its answer may be, in seconds.
    pub max_age_secs: u32,
    /// The least part of a position that must be payable at once, in 1/10,000.
    pub liquid_bps: u16,
    /// The position whose condition was seen once.
    pub armed_position: u8,
    /// The condition that was seen once; zero for none.
    pub armed_condition: u8,
    /// When it was, in book time.
    pub armed_at_secs: u32,
    /// The lowest price that is no depeg.
    pub min_price_wad: u128,
    /// The highest price that is no depeg.
    pub max_price_wad: u128,
    /// How long after it was first seen a condition of liquidity must be seen again, in seconds.
    pub confirm_secs: u32,
    /// How long a trip lasts, in seconds.
    pub trip_secs: u32,
}

impl Breaker {
    /// Returns whether governance has set it: every one that is set trips for some time.
    pub fn is_set(&self) -> bool {
        self.trip_secs != 0
    }

    pub(crate) fn unpack(first: &B256, second: &B256) -> Self {
        let (mut one, mut two) = (Unpack::new(first), Unpack::new(second));
        Self {
            feed: one.address(),
            max_age_secs: one.u32(),
            liquid_bps: one.u16(),
            armed_position: one.u8(),
            armed_condition: one.u8(),
            armed_at_secs: one.u32(),
            min_price_wad: two.number(12),
            max_price_wad: two.number(12),
            confirm_secs: two.u32(),
            trip_secs: two.u32(),
        }
    }

    pub(crate) fn pack(&self) -> (B256, B256) {
        let first = Pack::default()
            .bytes(self.feed.as_slice())
            .number(self.max_age_secs.into(), 4)
            .number(self.liquid_bps.into(), 2)
            .bytes(&[self.armed_position, self.armed_condition])
            .number(self.armed_at_secs.into(), 4);
        let second = Pack::default()
            .number(self.min_price_wad, 12)
            .number(self.max_price_wad, 12)
            .number(self.confirm_secs.into(), 4)
            .number(self.trip_secs.into(), 4);
        (first.word(), second.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MAX_ASSETS;

    #[test]
    fn the_fullest_words_come_back() {
        let position = Position {
            value_assets: MAX_ASSETS,
            at_secs: u32::MAX,
            caps: u64::MAX - 1,
            instant_bps: 10_000,
            depth_bps: u16::MAX,
            slack_bps: 1,
        };
        let holding = Holding { adapter: Address::repeat_byte(0xab), shortfall_assets: MAX_ASSETS };
        let cap =
            Cap { absolute_assets: MAX_ASSETS, relative_wad: u64::MAX, ancestors: u64::MAX - 2, tripped_until_secs: 7 };
        let breaker = Breaker {
            feed: Address::repeat_byte(0xcd),
            max_age_secs: u32::MAX,
            liquid_bps: 9999,
            armed_position: 63,
            armed_condition: 4,
            armed_at_secs: u32::MAX - 1,
            min_price_wad: 1,
            max_price_wad: MAX_ASSETS,
            confirm_secs: 2,
            trip_secs: u32::MAX,
        };

        assert_eq!(Position::unpack(&position.pack()), position);
        assert_eq!(Holding::unpack(&holding.pack()), holding);
        assert_eq!(Cap::unpack(&cap.pack()), cap);
        let (first, second) = breaker.pack();
        assert_eq!(Breaker::unpack(&first, &second), breaker);
    }
}
