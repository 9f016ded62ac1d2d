//! What the position keeps of its terms: a record that never changes.

use alloc::{vec, vec::Vec};

use abi::{adapter::IAdapter, bond::IBond, erc20::IERC20, hyperdrive::IHyperdrive};
use adapter::{Position, same_asset};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Arguments, Revert, VM, Word, number, revert, view_word, view_words};
use math::WAD;
use stylus_sdk::stylus_core::BlockAccess;

const MATURITY: usize = 0;
const DECAY_SECS: usize = 1;
const TERM_SECS: usize = 2;
const CHECKPOINT_SECS: usize = 3;
const FLAT_FEE_WAD: usize = 4;
const LEAST_TRADE: usize = 5;

/// The most that a pool may take of a face when it is due: a hundredth.
const MOST_FEE_WAD: u64 = WAD / 100;

/// The record, by name.
pub(crate) trait Terms {
    /// When the bonds are due, in unix seconds.
    fn due_secs(&self) -> u64;
    /// How long an unpaid claim is worth something.
    fn decay_secs(&self) -> u64;
    /// How long the pool's bonds run.
    fn term_secs(&self) -> u64;
    /// How far the pool's checkpoints are apart.
    fn checkpoint_secs(&self) -> u64;
    /// What the pool takes of a face when it is due, in wad.
    fn flat_fee_wad(&self) -> u64;
    /// The least bonds that the pool trades.
    fn least_trade(&self) -> U256;
}

impl Terms for Position {
    fn due_secs(&self) -> u64 {
        small(self, MATURITY)
    }

    fn decay_secs(&self) -> u64 {
        small(self, DECAY_SECS)
    }

    fn term_secs(&self) -> u64 {
        small(self, TERM_SECS)
    }

    fn checkpoint_secs(&self) -> u64 {
        small(self, CHECKPOINT_SECS)
    }

    fn flat_fee_wad(&self) -> u64 {
        small(self, FLAT_FEE_WAD)
    }

    fn least_trade(&self) -> U256 {
        number(self.term(LEAST_TRADE))
    }
}

fn small(position: &Position, index: usize) -> u64 {
    low(position.term(index))
}

fn low(word: B256) -> u64 {
    let [low, ..] = number(word).into_limbs();
    low
}

/// Checks terms and returns the record.
///
/// # Errors
///
/// `InvalidAddress` where the venue is no pool, `WrongAsset`, `InvalidTerms`.
pub(crate) fn check(vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
    let mut words = Arguments::new(terms);
    let mut read = || {
        let (due_secs, decay_secs) = (words.small(64)?, words.small(32)?);
        words.finish()?;
        Ok::<_, Revert>((due_secs, decay_secs))
    };
    let (due_secs, decay_secs) = read().map_err(|_| invalid("length"))?;
    demand(decay_secs != 0, "decaySecs")?;

    let config: [B256; 17] = view_words(vm, venue, IHyperdrive::getPoolConfigCall::SELECTOR, &[])
        .map_err(|_| revert::<IAdapter::InvalidAddress>(&[venue.word()]))?;
    let [base, _, _, _, _, _, least_trade, _, term, checkpoint, _, _, _, _, _, _, flat_fee] = config;
    same_asset(asset, Address::from_word(base))?;
    let decimals = |of, selector| view_word(vm, of, selector, &[]).map_err(|_| invalid("decimals"));
    let same =
        decimals(venue, IHyperdrive::decimalsCall::SELECTOR)? == decimals(asset, IERC20::decimalsCall::SELECTOR)?;
    demand(same, "decimals")?;
    demand(number(flat_fee) <= U256::from(MOST_FEE_WAD), "fee")?;

    let (term_secs, checkpoint_secs, now_secs) = (low(term), low(checkpoint), vm.block_timestamp());
    demand(due_secs > now_secs, "expired")?;
    // A checkpoint that may still come, and be bought within.
    let is_checkpoint = due_secs.checked_rem(checkpoint_secs) == Some(0);
    let furthest_secs = now_secs.saturating_add(term_secs).saturating_add(term_secs);
    demand(is_checkpoint && due_secs <= furthest_secs && due_secs > term_secs, "maturity")?;

    // In the order of the constants above.
    Ok(vec![due_secs.word(), decay_secs.word(), term, checkpoint, flat_fee, least_trade])
}

fn demand(holds: bool, what: &str) -> Result<(), Revert> {
    if holds { Ok(()) } else { Err(invalid(what)) }
}

fn invalid(what: &str) -> Revert {
    revert::<IBond::InvalidTerms>(&[B256::right_padding_from(what.as_bytes())])
}
