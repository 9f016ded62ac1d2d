//! The charter: what governance has set and every rebalance reads, in one piece.
//!
//! The tables that the board writes are what counts. Reading them costs a cold word for every cap and position; so they
//! are published once more as the code of a small contract that the vault creates, and read by one access. Any governed
//! change outdates the charter at once; the next rebalance publishes a new one before it begins.
//!
//! ```text
//! terms             loss 8, turnover 8, liquidity floor 8, liquidity cover 8
//! silence           4
//! health floor      2
//! each cap          absolute 12, relative 8
//! each position     adapter 20, instant, depth (and whether it has a date), slack, target, soft and hard 2 each, caps 8
//! covenants         where governance has said anything of bonds or of credit: see `covenants.rs`
//! ```

use alloc::vec::Vec;

use alloy_primitives::B256;
use host::{Failure, blob};
use stylus_sdk::stylus_core::AccountAccess;

use crate::{
    Accounts, Book, Covenants, Holding, Terms, Watch,
    pack::{Pack, Unpack},
};

const HEAD_BYTES: usize = 38;
const CAP_BYTES: usize = 20;
const POSITION_BYTES: usize = 40;

/// The caps of one risk id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The most that may count against it, in base units.
    pub absolute_assets: u128,
    /// The most that may count against it, as a fraction of the least net asset value, in wad.
    pub relative_wad: u64,
}

/// One position as governance has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Who holds it, and its terms.
    pub holding: Holding,
    /// The caps that it counts against, ancestors included.
    pub caps: u64,
}

/// What governance has set, as far as rebalances read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charter {
    /// Budgets and liquidity.
    pub terms: Terms,
    /// How long no keeper must be seen before anyone may act, in seconds.
    pub silence_secs: u32,
    /// The least health of all debts together, in 1/10,000.
    pub health_floor_bps: u16,
    /// The caps, by their place.
    pub caps: Vec<Bounds>,
    /// The positions, by their index.
    pub positions: Vec<Held>,
    /// Whether covenants follow, for the program that reads them.
    pub has_covenants: bool,
}

impl Charter {
    fn pack(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length(self.caps.len(), self.positions.len()));
        let mut put = |word: B256, length: usize| bytes.extend(word.iter().take(length));
        put(self.terms.pack(), 32);
        put(Pack::default().number(self.silence_secs.into(), 4).number(self.health_floor_bps.into(), 2).word(), 6);
        for Bounds { absolute_assets, relative_wad } in &self.caps {
            put(Pack::default().number(*absolute_assets, 12).number((*relative_wad).into(), 8).word(), CAP_BYTES);
        }
        for Held { holding, caps } in &self.positions {
            put(holding.pack(), 32);
            put(Pack::default().number((*caps).into(), 8).word(), 8);
        }
        bytes
    }

    /// Returns it and what follows; `None` where it is shorter: nothing is ever read as absent.
    fn unpack(bytes: &[u8], caps: u8, positions: u8) -> Option<(Self, &[u8])> {
        let (own, covenants) = bytes.split_at_checked(length(caps.into(), positions.into()))?;
        let mut fields = Unpack::of(own);
        let mut charter = Self {
            terms: Terms::read(&mut fields),
            silence_secs: fields.u32(),
            health_floor_bps: fields.u16(),
            caps: Vec::with_capacity(caps.into()),
            positions: Vec::with_capacity(positions.into()),
            has_covenants: !covenants.is_empty(),
        };
        for _ in 0..caps {
            charter.caps.push(Bounds { absolute_assets: fields.number(12), relative_wad: fields.u64() });
        }
        for _ in 0..positions {
            charter.positions.push(Held { holding: Holding::read(&mut fields), caps: fields.u64() });
        }
        Some((charter, covenants))
    }
}

fn length(caps: usize, positions: usize) -> usize {
    let (caps, positions) = (caps.saturating_mul(CAP_BYTES), positions.saturating_mul(POSITION_BYTES));
    HEAD_BYTES.saturating_add(caps).saturating_add(positions)
}

impl Book {
    /// Returns what governance has set, from its tables.
    pub fn tables(&self, accounts: &Accounts) -> Charter {
        let bounds = |place| {
            let cap = self.cap(place);
            Bounds { absolute_assets: cap.absolute_assets, relative_wad: cap.relative_wad }
        };
        let held = |index| Held { holding: self.holding(index), caps: self.counted(index).caps };
        let register = self.register();
        Charter {
            terms: self.terms(),
            silence_secs: register.silence_secs,
            health_floor_bps: register.health_floor_bps,
            caps: (0..accounts.caps).map(bounds).collect(),
            positions: (0..accounts.positions).map(held).collect(),
            has_covenants: register.has_covenants,
        }
    }

    /// Returns what governance has set, from the charter of this number, which is not outdated.
    ///
    /// # Errors
    ///
    /// Where there is no such charter.
    pub fn charter(&self, accounts: &Accounts, number: u32) -> Result<Charter, Failure> {
        let bytes = self.published(number);
        Charter::unpack(&bytes, accounts.caps, accounts.positions).map(|(charter, _)| charter).ok_or_else(Vec::new)
    }

    /// Returns what governance has set, and the covenants, from the charter of this number or, where there is none yet, from
    /// the tables.
    ///
    /// # Errors
    ///
    /// As of [`Book::charter`].
    pub fn charter_with_covenants(&self, accounts: &Accounts, number: u32) -> Result<(Charter, Covenants), Failure> {
        if number == 0 {
            return Ok((self.tables(accounts), self.covenants(accounts)));
        }
        let bytes = self.published(number);
        let read = Charter::unpack(&bytes, accounts.caps, accounts.positions);
        read.map(|(charter, rest)| (charter, Covenants::unpack(rest, accounts))).ok_or_else(Vec::new)
    }

    fn published(&self, number: u32) -> Vec<u8> {
        blob::read(&self.vm, blob::address_of(&self.vm, self.vm.contract_address(), number))
    }

    /// Publishes the charter where it is outdated.
    ///
    /// # Errors
    ///
    /// Where the chain refuses to create it, or has it elsewhere than where it is looked for.
    pub fn publish_charter(&self) -> Result<(), Failure> {
        let watch = self.watch();
        if watch.charter != 0 {
            return Ok(());
        }
        let mut register = self.register();
        // The vault creates nothing else, and a contract's first nonce is one.
        register.charters = register.charters.checked_add(1).ok_or_else(Vec::new)?;
        let accounts = self.accounts();
        let mut bytes = self.tables(&accounts).pack();
        if register.has_covenants {
            bytes.append(&mut self.covenant_bytes(&accounts));
        }
        let created = blob::create(&self.vm, &bytes)?;
        if created != blob::address_of(&self.vm, self.vm.contract_address(), register.charters) {
            return Err(Vec::new());
        }
        self.set_register(&register);
        self.set_watch(&Watch { charter: register.charters, ..watch });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn held() -> impl Strategy<Value = Held> {
        (any::<[u8; 20]>(), any::<[u16; 6]>(), any::<u64>(), any::<bool>()).prop_map(
            |(adapter, mut bps, caps, is_dated)| {
                bps[1] >>= 1;
                let [instant_bps, depth_bps, slack_bps, target_bps, soft_bps, hard_bps] = bps;
                let adapter = Address::new(adapter);
                Held {
                    holding: Holding {
                        adapter,
                        instant_bps,
                        depth_bps,
                        is_dated,
                        slack_bps,
                        target_bps,
                        soft_bps,
                        hard_bps,
                    },
                    caps,
                }
            },
        )
    }

    fn bounds() -> impl Strategy<Value = Bounds> {
        (0..1_u128 << 96, any::<u64>())
            .prop_map(|(absolute_assets, relative_wad)| Bounds { absolute_assets, relative_wad })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            wads: [u64; 4],
            silence_secs: u32,
            health_floor_bps: u16,
            caps in vec(bounds(), 0..=64),
            positions in vec(held(), 0..=64),
            covenants: Vec<u8>,
        ) {
            let [loss_wad, turnover_wad, liquidity_floor_wad, liquidity_cover_wad] = wads;
            let terms = Terms { loss_wad, turnover_wad, liquidity_floor_wad, liquidity_cover_wad };
            let has_covenants = !covenants.is_empty();
            let charter = Charter { terms, silence_secs, health_floor_bps, caps, positions, has_covenants };

            let own = charter.pack();
            let bytes = [&own[..], &covenants[..]].concat();

            let (caps, positions) = (charter.caps.len() as u8, charter.positions.len() as u8);
            prop_assert_eq!(Charter::unpack(&bytes, caps, positions), Some((charter, &covenants[..])));
            prop_assert_eq!(Charter::unpack(&own, caps + 1, positions), None);
            prop_assert_eq!(Charter::unpack(&own, caps, positions + 1), None);
        }
    }
}
