//! A market's terms, which Morpho wants named in every call, and whose hash is the market's id.
//!
//! The position keeps them packed, the loan token left off because it is the position's asset:
//! collateral 20 bytes, oracle 20, rate model 20, liquidation threshold 8.

use alloc::vec::Vec;

use abi::adapter::IAdapter;
use adapter::{Position, same_asset, word_at};
use alloy_primitives::{Address, B256, FixedBytesSliceExt};
use host::{Failure, Revert, VM, Word, revert};
use stylus_sdk::stylus_core::CryptographyAccess;

/// Loan token, collateral, oracle, rate model, liquidation threshold.
pub(crate) type Terms = [B256; 5];

pub(crate) const PACKED_BYTES: usize = 68;
const ORACLE_AT: usize = 20;
const IRM_AT: usize = 40;
const LLTV_AT: usize = 60;
/// Where a word's 8 lowest bytes begin.
const U64_AT: usize = 24;

/// Returns the terms of the position's market.
pub(crate) fn of(position: &Position) -> Terms {
    [
        position.asset().word(),
        position.term_address(0).word(),
        position.term_address(ORACLE_AT).word(),
        irm(position).word(),
        position.term_u64(LLTV_AT),
    ]
}

/// Returns the rate model of the position's market; zero where borrowing is free.
pub(crate) fn irm(position: &Position) -> Address {
    position.term_address(IRM_AT)
}

/// Returns the market's id.
pub(crate) fn id(vm: &VM, terms: &Terms) -> B256 {
    vm.native_keccak256(terms.as_flattened())
}

/// Reads terms from Morpho's answer.
pub(crate) fn read(answer: &[u8]) -> Result<Terms, Failure> {
    let word = |index| word_at(answer, index);
    Ok([word(0)?, word(1)?, word(2)?, word(3)?, word(4)?])
}

/// Checks that terms are those of the market and of a loan of the asset, and packs them.
///
/// # Errors
///
/// `InvalidMarket`, for an id that Morpho does not know too; `WrongAsset`.
pub(crate) fn pack(vm: &VM, terms: &Terms, asset: Address, market: B256) -> Result<Vec<u8>, Revert> {
    let [loan, collateral, oracle, irm, lltv] = terms;
    let (high, lltv) = lltv.split_at(U64_AT);
    // A threshold is below one wad, so that 64 bits hold it.
    if id(vm, terms) != market || high.iter().any(|byte| *byte != 0) {
        return Err(revert::<IAdapter::InvalidMarket>(&[market]));
    }
    same_asset(asset, Address::from_word(*loan))?;
    let mut packed = Vec::with_capacity(PACKED_BYTES);
    for account in [collateral, oracle, irm] {
        packed.extend_from_slice(Address::from_word(*account).as_slice());
    }
    packed.extend_from_slice(lltv);
    Ok(packed)
}
