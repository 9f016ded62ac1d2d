//! The book, the mandate, the positions and the caps, as they stand: what anyone reads, and no rebalance needs.

use alloy_primitives::B256;
use book::{Holding, Mark, Position};
use host::{Encoded, Word};

use crate::{
    closure::has,
    program::{Board, told},
};

impl Board {
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
    pub(crate) fn view_mandate(&self) -> [B256; 6] {
        let (terms, clock, watch) = (self.book.terms(), self.book.clock(), self.book.watch());
        [
            terms.liquidity_floor_wad.word(),
            terms.liquidity_cover_wad.word(),
            terms.loss_wad.word(),
            terms.turnover_wad.word(),
            clock.epoch_secs.word(),
            watch.silence_secs.word(),
        ]
    }

    /// `IDesk.Position[]`: its items are of different lengths, so a table of offsets goes before them.
    pub(crate) fn view_positions(&self) -> Encoded {
        let accounts = self.book.accounts();
        let count = accounts.positions;
        let (mut heads, mut items) = (Encoded::array(count.into()), Encoded::default());
        let ledger = self.book.ledger(&accounts, &self.book.clock());
        for index in 0..count {
            let (position, holding) = (self.book.position(index), self.book.holding(index));
            let Position { value_assets, at_secs, .. } = position;
            let Holding { adapter, shortfall_assets } = holding;
            let shortfall = ledger.shortfall_assets(&Mark { value_assets, at_secs, shortfall_assets });
            let offset = u64::from(count).saturating_mul(32).saturating_add(items.0.len() as u64);
            heads.put(&[offset.word()]);
            let terms = [position.instant_bps, position.depth_bps, position.slack_bps];
            let [instant, depth, slack] = terms.map(|bps| u32::from(bps).word());
            items.put(&[
                adapter.word(),
                256_u32.word(), // The ids are behind the eight words of the item itself.
                value_assets.word(),
                book::unix_secs(at_secs).word(),
                shortfall.word(),
                instant,
                depth,
                slack,
                position.caps.count_ones().word(),
            ]);
            for place in 0..accounts.caps {
                if has(position.caps, place.into()) {
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
