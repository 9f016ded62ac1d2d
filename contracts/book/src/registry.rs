//! Positions, caps and breakers as they are stored.

use alloy_primitives::{Address, B256, U256};
use host::Word;
use mandate::Bucket;
use math::part_up;

use crate::{
    ledger::MAX_NOW_SECS,
    pack::{Pack, Unpack},
};

/// The most positions that a vault holds.
pub const MAX_POSITIONS: u8 = 64;
/// The most risk ids that have caps.
pub const MAX_CAPS: u8 = 64;

/// The most that a chunk of a rescue may be, in base units: 2^80 - 1.
pub const MAX_CHUNK_ASSETS: u128 = (1 << 80) - 1;

/// Half a word: what every rebalance reads of every position, two to a word. What else is known of a mark is a word of its own, and
/// the highest bit of the time tells whether there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Half {
    pub(crate) value_assets: u128,
    /// At most [`MAX_NOW_SECS`].
    pub(crate) at_secs: u32,
    pub(crate) has_more: bool,
}

/// The bit of a half's time that tells of more.
const MORE_BIT: u32 = MAX_NOW_SECS.wrapping_add(1);

impl Half {
    pub(crate) fn unpack(word: &B256) -> [Self; 2] {
        let mut fields = Unpack::new(word);
        let mut next = || {
            let (value_assets, time) = (fields.number(12), fields.u32());
            Self { value_assets, at_secs: time & MAX_NOW_SECS, has_more: time & MORE_BIT != 0 }
        };
        [next(), next()]
    }

    pub(crate) fn pack(halves: &[Self; 2]) -> B256 {
        let put = |pack: Pack, half: &Self| {
            let flag = if half.has_more { MORE_BIT } else { 0 };
            pack.number(half.value_assets, 12).number((half.at_secs.min(MAX_NOW_SECS) | flag).into(), 4)
        };
        let [first, second] = halves;
        put(put(Pack::default(), first), second).word()
    }
}

/// What governance says of a position, and who holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The contract that holds it; zero for a position that is not registered.
    pub adapter: Address,
    /// The part of its value that counts as payable at once, in 1/10,000.
    pub instant_bps: u16,
    /// The most of its venue that it may be, in 1/10,000; below 2^15.
    pub depth_bps: u16,
    /// Whether its instrument, or governance, says when it pays.
    pub is_dated: bool,
    /// How far its venue's price may be from a fair one, in 1/10,000: covers prices from fair / (1 + slack) to
    /// fair * (1 + slack).
    pub slack_bps: u16,
    /// The health that deleveraging restores, in 1/10,000; this and the next two are zero where it may owe nothing.
    pub target_bps: u16,
    /// The health below which nothing but deleveraging is allowed.
    pub soft_bps: u16,
    /// The health below which anyone may deleverage it.
    pub hard_bps: u16,
}

/// The bit of a depth that tells of a date.
const DATED_BIT: u16 = 1 << 15;

impl Holding {
    /// Returns whether it may owe.
    pub fn may_owe(&self) -> bool {
        self.target_bps != 0
    }

    /// Takes one off a word or a charter.
    pub(crate) fn read(fields: &mut Unpack<'_>) -> Self {
        let adapter = fields.address();
        let mut next = || fields.u16();
        let (instant_bps, depth) = (next(), next());
        Self {
            adapter,
            instant_bps,
            depth_bps: depth & !DATED_BIT,
            is_dated: depth & DATED_BIT != 0,
            slack_bps: next(),
            target_bps: next(),
            soft_bps: next(),
            hard_bps: next(),
        }
    }

    /// Returns the terms, behind one another.
    pub(crate) fn pack(&self) -> B256 {
        let depth = self.depth_bps | if self.is_dated { DATED_BIT } else { 0 };
        let terms = [self.instant_bps, depth, self.slack_bps, self.target_bps, self.soft_bps, self.hard_bps];
        let adapter = Pack::default().bytes(self.adapter.as_slice());
        terms.into_iter().fold(adapter, |pack, bps| pack.number(bps.into(), 2)).word()
    }
}

/// On what terms strangers deleverage a position, and how much they have of late: a leaky bucket that holds a chunk and
/// drains it within a cooldown. Amounts are below 2^80.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rescue {
    /// The most that is repaid at once, in base units.
    pub chunk_assets: u128,
    /// How long strangers wait after a whole such repayment, in seconds; after a part of it, that part of the time.
    pub cooldown_secs: u32,
    /// The most that the position may lose of its value, of what is repaid, in 1/10,000.
    pub slip_bps: u16,
    /// What is given for it in shares, of what is repaid, in 1/10,000.
    pub reward_bps: u16,
    /// What was repaid and has not drained at `at_secs`, in base units.
    pub level_assets: u128,
    /// When that was true, in book time.
    pub at_secs: u32,
}

impl Rescue {
    /// Returns what may be repaid now.
    pub fn available_assets(&self, now_secs: u32) -> u128 {
        self.chunk_assets.saturating_sub(self.bucket().level(self.chunk_assets, self.cooldown_secs, now_secs))
    }

    /// Returns from when on a whole chunk may be repaid, in book time; zero where nothing ever was.
    pub fn ready_at_secs(&self) -> u32 {
        let wait = part_up(self.cooldown_secs.into(), U256::from(self.level_assets), U256::from(self.chunk_assets));
        if self.at_secs == 0 { 0 } else { self.at_secs.saturating_add(wait.try_into().unwrap_or(u32::MAX)) }
    }

    /// Returns the terms after so much was repaid.
    pub fn after(&self, repaid_assets: u128, now_secs: u32) -> Self {
        let bucket = self.bucket().charged(repaid_assets, self.chunk_assets, self.cooldown_secs, now_secs);
        let level_assets = bucket.level_assets.min(MAX_CHUNK_ASSETS);
        Self { level_assets, at_secs: bucket.at_secs, ..*self }
    }

    fn bucket(&self) -> Bucket {
        Bucket { level_assets: self.level_assets, at_secs: self.at_secs }
    }

    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self {
            chunk_assets: fields.number(10),
            cooldown_secs: fields.u32(),
            slip_bps: fields.u16(),
            reward_bps: fields.u16(),
            level_assets: fields.number(10),
            at_secs: fields.u32(),
        }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default()
            .number(self.chunk_assets, 10)
            .number(self.cooldown_secs.into(), 4)
            .number(self.slip_bps.into(), 2)
            .number(self.reward_bps.into(), 2)
            .number(self.level_assets, 10)
            .number(self.at_secs.into(), 4)
            .word()
    }
}

/// Which risk ids a position counts against: masks of places in the table of caps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// All of them, ancestors included: bit i for the cap at place i.
    pub caps: u64,
    /// Those that it was registered under by name.
    pub named_caps: u64,
}

impl Counted {
    pub(crate) fn unpack(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        Self { caps: fields.u64(), named_caps: fields.u64() }
    }

    pub(crate) fn pack(&self) -> B256 {
        Pack::default().number(self.caps.into(), 8).number(self.named_caps.into(), 8).word()
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

    /// Returns it as `IBoard.Breaker` is encoded.
    pub fn words(&self) -> [B256; 7] {
        [
            self.feed.word(),
            self.min_price_wad.word(),
            self.max_price_wad.word(),
            self.max_age_secs.word(),
            u32::from(self.liquid_bps).word(),
            self.confirm_secs.word(),
            self.trip_secs.word(),
        ]
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
        let holding = Holding {
            adapter: Address::repeat_byte(0xab),
            instant_bps: 10_000,
            depth_bps: DATED_BIT - 1,
            is_dated: true,
            slack_bps: 1,
            target_bps: u16::MAX - 1,
            soft_bps: 2,
            hard_bps: u16::MAX - 2,
        };
        let rescue = Rescue {
            chunk_assets: MAX_CHUNK_ASSETS,
            cooldown_secs: u32::MAX,
            slip_bps: 3,
            reward_bps: u16::MAX,
            level_assets: MAX_CHUNK_ASSETS - 1,
            at_secs: u32::MAX - 1,
        };
        let counted = Counted { caps: u64::MAX - 1, named_caps: 3 };
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

        assert_eq!(Holding::read(&mut Unpack::new(&holding.pack())), holding);
        assert_eq!(Rescue::unpack(&rescue.pack()), rescue);
        assert_eq!(Counted::unpack(&counted.pack()), counted);
        assert_eq!(Cap::unpack(&cap.pack()), cap);
        let (first, second) = breaker.pack();
        assert_eq!(Breaker::unpack(&first, &second), breaker);
    }

    #[test]
    fn what_was_repaid_comes_back_evenly_within_a_cooldown() {
        let rescue = Rescue { chunk_assets: 100, cooldown_secs: 600, ..Rescue::default() };
        let (whole, half) = (rescue.after(100, 1_000), rescue.after(50, 1_000));

        assert_eq!((rescue.available_assets(0), rescue.ready_at_secs()), (100, 0));
        assert_eq!([1_000, 1_005, 1_006, 1_300, 1_600].map(|now| whole.available_assets(now)), [0, 0, 1, 50, 100]);
        assert_eq!((half.available_assets(1_000), half.available_assets(1_300)), (50, 100));
        assert_eq!((whole.ready_at_secs(), half.ready_at_secs()), (1_600, 1_300));
        assert_eq!(half.after(50, 1_000), whole);
    }

    #[test]
    fn halves_of_a_word_do_not_touch_each_other() {
        let full = Half { value_assets: MAX_ASSETS, at_secs: MAX_NOW_SECS, has_more: true };
        let bare = Half { at_secs: MAX_NOW_SECS - 1, ..Half::default() };

        for halves in [[full, bare], [bare, full], [full, full], [Half::default(), full]] {
            assert_eq!(Half::unpack(&Half::pack(&halves)), halves);
        }
    }
}
