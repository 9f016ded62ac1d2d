//! What the pool is asked and told.

use abi::{bond::IBond, hyperdrive::IHyperdrive};
use adapter::Position;
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use host::{Failure, Slot, Word, call_word, number, revert, view_word, view_words};
use math::{WAD, mul_div_down, mul_div_up};

use crate::terms::Terms;

/// The slot of the bonds that our own calls were credited with.
const BONDS_SLOT: u8 = 2;
/// How many checkpoints back a whole one is looked for.
pub const MOST_BACK: u64 = 7;
/// What the pool calls longs, in the highest byte of an id.
const LONG: u8 = 1;
/// Where options begin, counted from the arguments' start, and the words of them, counted from there: none.
const OPTIONS_AT: u8 = 128;
const DATA_AT: u8 = 96;

pub(crate) const WADS: U256 = U256::from_limbs([WAD, 0, 0, 0]);

/// What the pool says of itself.
pub(crate) struct Info {
    /// Its shares of the vault, in base units, in the asset.
    pub(crate) assets: U256,
    /// The vault's share price, in wad.
    pub(crate) price_wad: U256,
}

/// Returns the time, in unix seconds.
pub(crate) fn now_secs(position: &Position) -> u64 {
    position.now_secs().saturating_to()
}

/// Returns how long it is until the bonds are due; zero from then on.
pub(crate) fn left_secs(position: &Position) -> u64 {
    position.due_secs().saturating_sub(now_secs(position))
}

/// Returns when the pool's latest checkpoint began.
pub(crate) fn latest_secs(position: &Position) -> u64 {
    let now_secs = now_secs(position);
    now_secs.saturating_sub(now_secs.checked_rem(position.checkpoint_secs()).unwrap_or_default())
}

/// Returns the pool's own accounts.
pub(crate) fn info(position: &Position) -> Result<Info, Failure> {
    let words: [B256; 7] = view_words(&position.vm, position.venue(), IHyperdrive::getPoolInfoCall::SELECTOR, &[])?;
    let [shares, _, _, _, _, _, price_wad] = words.map(number);
    Ok(Info { assets: mul_div_down(shares, price_wad, WADS).unwrap_or(U256::MAX), price_wad })
}

/// Returns what is remembered of a checkpoint: price, until when it was weighed, share price of the vault.
fn checkpoint(position: &Position, at_secs: u64) -> Result<[U256; 3], Failure> {
    let words: [B256; 3] =
        view_words(&position.vm, position.venue(), IHyperdrive::getCheckpointCall::SELECTOR, &[at_secs.word()])?;
    Ok(words.map(number))
}

/// Returns the mean price of a bond with the whole term to go over the latest checkpoint that was weighed to its end, in wad.
///
/// # Errors
///
/// `NoMark` where none is near enough: whoever begins the present checkpoint ends the one before it.
pub(crate) fn mean_wad(position: &Position) -> Result<U256, Failure> {
    let (latest, apart) = (latest_secs(position), position.checkpoint_secs());
    for back in 1..=MOST_BACK {
        let at = latest.saturating_sub(back.saturating_mul(apart));
        let [price_wad, weighed_until, _] = checkpoint(position, at)?;
        if !price_wad.is_zero() && weighed_until == U256::from(at.saturating_add(apart)) {
            return Ok(price_wad.min(WADS));
        }
    }
    Err(revert::<IBond::NoMark>(&[latest.word()]))
}

/// Returns what a price of the whole term is for the part that is left, in wad: rounded down, and up. The rest is worth one.
pub(crate) fn mark_wad(position: &Position) -> Result<[U256; 2], Failure> {
    let discount = WADS.saturating_sub(mean_wad(position)?);
    let whole = position.term_secs();
    let [left, whole] = [left_secs(position).min(whole), whole].map(U256::from);
    let [more, less] = [mul_div_up, mul_div_down].map(|divide| divide(discount, left, whole).unwrap_or(WADS));
    Ok([WADS.saturating_sub(more), WADS.saturating_sub(less)])
}

/// Returns the vault's share price, and what it was when the bonds were sold where that was higher: bonds bear that loss.
pub(crate) fn backing(position: &Position, price_wad: U256) -> Result<[U256; 2], Failure> {
    let [_, _, then_wad] = checkpoint(position, position.due_secs().saturating_sub(position.term_secs()))?;
    Ok([price_wad, then_wad.max(price_wad)])
}

/// Returns the bonds that are counted as ours.
pub(crate) fn bonds(position: &Position) -> U256 {
    number(Slot::at(BONDS_SLOT).load(&position.vm))
}

/// Counts so many from now on.
pub(crate) fn count(position: &Position, bonds: U256) {
    Slot::at(BONDS_SLOT).store(&position.vm, bonds.word());
}

/// Returns the pool's balance of us, with what strangers have sent here.
pub(crate) fn held(position: &Position) -> Result<U256, Failure> {
    let mut id = position.due_secs().word();
    if let Some(kind) = id.0.first_mut() {
        *kind = LONG;
    }
    view_word(&position.vm, position.venue(), IHyperdrive::balanceOfCall::SELECTOR, &[id, position.this().word()])
}

/// Buys bonds for assets, which are approved: never above par.
pub(crate) fn open(position: &Position, assets: U256) -> Result<(), Failure> {
    let [at, yes, data, none] = [OPTIONS_AT, 1, DATA_AT, 0].map(Word::word);
    let words = [assets.word(), assets.word(), none, at, position.this().word(), yes, data, none];
    call_word(&position.vm, position.venue(), IHyperdrive::openLongCall::SELECTOR, &words).map(|_| ())
}

/// Sells or redeems bonds, has the vault paid, and returns what it is paid.
pub(crate) fn close(position: &Position, bonds: U256, least: U256) -> Result<U256, Failure> {
    let [at, yes, data, none] = [OPTIONS_AT, 1, DATA_AT, 0].map(Word::word);
    let words = [position.due_secs().word(), bonds.word(), least.word(), at, position.vault().word(), yes, data, none];
    call_word(&position.vm, position.venue(), IHyperdrive::closeLongCall::SELECTOR, &words)
}
