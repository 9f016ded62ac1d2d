//! The book, the positions and the caps, as they are stored.

use alloc::vec::Vec;

use alloy_primitives::B256;
use host::{Encoded, Word, append};

use crate::program::Desk;

impl Desk {
    /// `IDesk.Book`.
    pub(crate) fn view_book(&self) -> [B256; 6] {
        let (accounts, clock) = (self.book.accounts(), self.book.clock());
        let ledger = self.book.ledger(&accounts, &clock);
        let (_, floor_wad) = self.book.asset_and_floor();
        [
            accounts.idle_assets.word(),
            accounts.marked_assets.word(),
            ledger.nav_assets().word(),
            ledger.nav_entry_assets().word(),
            clock.max_rate_wad.word(),
            floor_wad.word(),
        ]
    }

    /// `IDesk.Position[]`: its items are of different lengths, so a table of offsets goes before them.
    pub(crate) fn view_positions(&self) -> Encoded {
        let count = self.book.accounts().positions;
        let (mut heads, mut items) = (Vec::new(), Vec::new());
        append(&mut heads, &[32_u8.word(), count.word()]);
        for index in 0..count {
            let entry = self.book.position(index);
            let offset = u64::from(count).saturating_mul(32).saturating_add(items.len() as u64);
            append(&mut heads, &[offset.word()]);
            let (mark, ids) = (entry.mark, entry.caps());
            let ids_at = 128_u8.word(); // Behind the four words of the item itself.
            let length = (ids.len() as u64).word();
            let value = mark.value_assets.word();
            append(&mut items, &[entry.adapter.word(), ids_at, value, mark.unix_secs().word(), length]);
            for place in ids {
                append(&mut items, &[self.book.risk_id(*place)]);
            }
        }
        heads.append(&mut items);
        Encoded(heads)
    }

    /// `IDesk.Cap[]`.
    pub(crate) fn view_caps(&self) -> Vec<[B256; 4]> {
        (0..self.book.accounts().caps)
            .map(|place| {
                let cap = self.book.cap(place);
                let (exposure, absolute) = (cap.exposure_assets.word(), cap.absolute_assets.word());
                [self.book.risk_id(place), exposure, absolute, cap.relative_wad.word()]
            })
            .collect()
    }
}
