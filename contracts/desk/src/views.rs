//! The book, the mandate, the budgets, the positions and the caps, as they stand.

use alloy_primitives::{Address, B256};
use book::{Grant, Ledger, NOT_OPENED, unix_secs};
use host::{Encoded, Word};
use mandate::Level;

use crate::{
    limits::Scale,
    program::Desk,
    session::{Base, Touched},
};

impl Desk {
    /// `IDesk.Book`.
    pub(crate) fn view_book(&self) -> [B256; 6] {
        let (accounts, clock) = (self.book.accounts(), self.book.clock());
        let ledger: Ledger = self.book.ledger(&accounts, &clock);
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

    /// `IDesk.Budgets`.
    pub(crate) fn view_budgets(&self) -> [B256; 7] {
        let (scale, buckets, clock) = (self.scale_now(), self.book.buckets(), self.book.clock());
        let budgets = scale.budgets(&buckets, &self.book.terms(), None);
        let [loss, loss_capacity] = level(budgets.loss);
        let [turnover, turnover_capacity] = level(budgets.turnover);
        let blocked_until = match clock.blocked_until_secs {
            NOT_OPENED => NOT_OPENED.word(),
            until => moment(until),
        };
        let seen_at = moment(buckets.keeper_seen_at_secs);
        let paused_until = moment(self.book.watch().paused_until_secs);
        [loss, loss_capacity, turnover, turnover_capacity, seen_at, paused_until, blocked_until]
    }

    /// `IDesk.Grant`.
    pub(crate) fn view_grant(&self, keeper: Address) -> [B256; 9] {
        let (scale, grant) = (self.scale_now(), self.book.grant(keeper));
        let Grant { positions, turnover_wad, loss_wad, expiry_secs, nonce, .. } = grant;
        let [turnover, turnover_capacity] = level(scale.level(grant.turnover(), turnover_wad));
        let [loss, loss_capacity] = level(scale.level(grant.loss(), loss_wad));
        [
            positions.word(),
            turnover_wad.word(),
            loss_wad.word(),
            moment(expiry_secs),
            nonce.word(),
            turnover,
            turnover_capacity,
            loss,
            loss_capacity,
        ]
    }

    fn scale_now(&self) -> Scale {
        self.scale(&Base::open(self, self.book.accounts()), &self.book.buckets())
    }

    /// `IDesk.Position[]`: its items are of different lengths, so a table of offsets goes before them.
    pub(crate) fn view_positions(&self) -> Encoded {
        let accounts = self.book.accounts();
        let count = accounts.positions;
        let (mut heads, mut items) = (Encoded::array(count.into()), Encoded::default());
        let ledger = self.book.ledger(&accounts, &self.book.clock());
        for index in 0..count {
            let Touched { position, adapter, mark, .. } = Touched::load(self, index);
            let offset = u64::from(count).saturating_mul(32).saturating_add(items.0.len() as u64);
            heads.put(&[offset.word()]);
            let terms = [position.instant_bps, position.depth_bps, position.slack_bps];
            let [instant, depth, slack] = terms.map(|bps| u32::from(bps).word());
            items.put(&[
                adapter.word(),
                256_u32.word(), // The ids are behind the eight words of the item itself.
                position.value_assets.word(),
                unix_secs(position.at_secs).word(),
                ledger.shortfall_assets(&mark).word(),
                instant,
                depth,
                slack,
                position.caps.count_ones().word(),
            ]);
            for place in 0..accounts.caps {
                if position.caps.checked_shr(place.into()).unwrap_or_default() & 1 == 1 {
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
            items.put(&[self.book.risk_id(place), exposure, absolute, relative, moment(cap.tripped_until_secs)]);
        }
        items
    }
}

fn level(level: Level) -> [B256; 2] {
    [level.used_assets.word(), level.capacity_assets.word()]
}

/// A book time as unix seconds; zero, which is never, stays zero.
fn moment(book_secs: u32) -> B256 {
    if book_secs == 0 { B256::ZERO } else { unix_secs(book_secs).word() }
}
