//! The vault's accounts, read from its storage, which is a hundred times as fast as to ask its views.

use abi::desk::IDesk;
use alloy_primitives::{Address, U256, keccak256};
use alloy_sol_types::SolValue;
use anyhow::ensure;
use devnet::{BlockId, Chain};
use mandate::Least;

use super::charter::EPOCH_SECS;

/// What book times count from, in unix seconds.
pub(super) const BOOK_SECS: u64 = 1_700_000_000;

/// The vault's accounts at one moment. Amounts are base units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accounts {
    pub(super) idle_assets: u128,
    pub(super) least: Least,
    pub(super) least_nav_assets: u128,
    pub(super) supply_shares: U256,
    pub(super) revision: u32,
}

impl Accounts {
    /// Reads them where `contracts/book` keeps them (its storage.rs).
    pub(super) fn read(chain: &Chain, vault: Address) -> Self {
        let [accounts, asset, supply, watch] = [0, 2, 3, 6].map(|place| slot(chain, vault, U256::from(place)));
        let idle_assets = amount(accounts >> 160);
        let least = Least {
            previous_assets: amount(supply),
            current_assets: amount(asset),
            since_secs: accounts.wrapping_to::<u32>(),
        };
        let now_secs = (chain.head().timestamp_secs() - BOOK_SECS) as u32;
        let nav_assets = idle_assets + amount(accounts >> 64);
        Self {
            idle_assets,
            least,
            least_nav_assets: least.assets(nav_assets, EPOCH_SECS as u32, now_secs),
            supply_shares: supply >> 96,
            revision: (watch >> 192_usize).wrapping_to::<u32>(),
        }
    }

    /// Makes sure that what was read is what the views say.
    pub(super) fn check(&self, book: &IDesk::Book, supply: U256, revision: U256) -> anyhow::Result<()> {
        ensure!(U256::from(self.idle_assets) == book.idle, "idle money: {self:?}, {}", book.idle);
        ensure!(U256::from(self.least_nav_assets) == book.navLeast, "least value: {self:?}, {}", book.navLeast);
        ensure!(self.supply_shares == supply, "shares: {self:?}, {supply}");
        ensure!(U256::from(self.revision) == revision, "revision: {self:?}, {revision}");
        Ok(())
    }
}

/// Returns a balance of a token of OpenZeppelin's: their first slot.
pub(super) fn balance(chain: &Chain, token: Address, account: Address) -> U256 {
    slot(chain, token, keccak256((account, U256::ZERO).abi_encode()).into())
}

fn slot(chain: &Chain, of: Address, place: U256) -> U256 {
    chain.storage(of, place, BlockId::latest()).expect("the latest block is there")
}

/// The low 96 bits.
fn amount(word: U256) -> u128 {
    word.wrapping_to::<u128>() & ((1 << 96) - 1)
}
