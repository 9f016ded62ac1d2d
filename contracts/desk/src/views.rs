//! The book, the positions and the caps, as they are stored.

use alloc::vec::Vec;

use abi::desk::IDesk;
use alloy_primitives::U256;

use crate::program::Desk;

impl Desk {
    pub(crate) fn view_book(&self) -> IDesk::Book {
        let (accounts, clock) = (self.book.accounts(), self.book.clock());
        let ledger = self.book.ledger(&accounts, &clock);
        let (_, floor_wad) = self.book.asset_and_floor();
        IDesk::Book {
            idle: U256::from(accounts.idle_assets),
            marked: U256::from(accounts.marked_assets),
            nav: U256::from(ledger.nav_assets()),
            navEntry: U256::from(ledger.nav_entry_assets()),
            maxRateWad: U256::from(clock.max_rate_wad),
            liquidityFloorWad: U256::from(floor_wad),
        }
    }

    pub(crate) fn view_positions(&self) -> Vec<IDesk::Position> {
        (0..self.book.accounts().positions)
            .map(|index| {
                let entry = self.book.position(index);
                IDesk::Position {
                    adapter: entry.adapter,
                    riskIds: entry.caps().iter().map(|place| self.book.risk_id(*place)).collect(),
                    value: U256::from(entry.mark.value_assets),
                    markedAt: U256::from(entry.mark.unix_secs()),
                }
            })
            .collect()
    }

    pub(crate) fn view_caps(&self) -> Vec<IDesk::Cap> {
        (0..self.book.accounts().caps)
            .map(|place| {
                let cap = self.book.cap(place);
                IDesk::Cap {
                    riskId: self.book.risk_id(place),
                    exposure: U256::from(cap.exposure_assets),
                    absolute: U256::from(cap.absolute_assets),
                    relativeWad: U256::from(cap.relative_wad),
                }
            })
            .collect()
    }
}
