//! The book, the mandate, the positions and the caps, as they stand: what anyone reads, and no rebalance needs.

use alloy_primitives::B256;
use book::Holding;
use host::{Encoded, Word};

use crate::program::{Lens, told};

impl Lens {
    /// `IDesk.Book`.
    pub(crate) fn view_book(&self) -> [B256; 6] {
        let (accounts, clock) = (self.book.accounts(), self.book.clock());
        let ledger = self.book.ledger(&accounts, &clock);
        let nav = ledger.nav_assets();
        [
            accounts.idle_assets.word(),
            accounts.marked_assets.word(),
            nav.word(),
            ledger.nav_entry_assets().word(),
            self.book.least().assets(nav, clock.epoch_secs, ledger.now_secs).word(),
            clock.max_rate_wad.word(),
        ]
    }

    /// `IDesk.Mandate`.
    pub(crate) fn view_mandate(&self) -> [B256; 7] {
        let (terms, clock, register) = (self.book.terms(), self.book.clock(), self.book.register());
        [
            terms.liquidity_floor_wad.word(),
            terms.liquidity_cover_wad.word(),
            terms.loss_wad.word(),
            terms.turnover_wad.word(),
            clock.epoch_secs.word(),
            register.silence_secs.word(),
            u32::from(register.health_floor_bps).word(),
        ]
    }

    /// `IDesk.Position[]`: its items are of different lengths, so a table of offsets goes before them.
    pub(crate) fn view_positions(&self) -> Encoded {
        let accounts = self.book.accounts();
        let count = accounts.positions;
        let (mut heads, mut items) = (Encoded::array(count.into()), Encoded::default());
        let ledger = self.book.ledger(&accounts, &self.book.clock());
        for index in 0..count {
            let Holding { adapter, instant_bps, depth_bps, slack_bps, .. } = self.book.holding(index);
            let (mark, caps) = (self.book.mark(index, slack_bps), self.book.counted(index).caps);
            let offset = u64::from(count).saturating_mul(32).saturating_add(items.0.len() as u64);
            heads.put(&[offset.word()]);
            let [instant, depth, slack] = [instant_bps, depth_bps, slack_bps].map(|bps| u32::from(bps).word());
            items.put(&[
                adapter.word(),
                256_u32.word(), // The ids are behind the eight words of the item itself.
                mark.value_assets.word(),
                book::unix_secs(mark.at_secs).word(),
                ledger.shortfall_assets(&mark).word(),
                instant,
                depth,
                slack,
                caps.count_ones().word(),
            ]);
            for place in 0..accounts.caps {
                if has(caps, place) {
                    items.put(&[self.book.risk_id(place)]);
                }
            }
        }
        heads.0.append(&mut items.0);
        heads
    }

    /// `IDesk.Cap[]`.
    pub(crate) fn view_caps(&self) -> Encoded {
        let accounts = self.book.accounts();
        let mut items = Encoded::array(accounts.caps.into());
        for place in 0..accounts.caps {
            let cap = self.book.cap(place);
            let exposure = self.book.exposure_assets(&accounts, place).word();
            let (absolute, relative) = (cap.absolute_assets.word(), cap.relative_wad.word());
            items.put(&[self.book.risk_id(place), exposure, absolute, relative, told(cap.tripped_until_secs).word()]);
        }
        items
    }
}

/// Returns whether a place is in a mask.
pub(crate) fn has(mask: u64, place: u8) -> bool {
    mask.checked_shr(place.into()).unwrap_or_default() & 1 == 1
}
