//! A market's terms, which Morpho wants named in every call, and whose hash is the market's id.
//!
//! The position keeps all of them but the loan token, which is its asset.

use alloc::vec::Vec;

use abi::adapter::IAdapter;
use adapter::{Position, same_asset};
use alloy_primitives::{Address, B256, FixedBytesSliceExt};
use host::{Revert, VM, Word, revert};
use stylus_sdk::stylus_core::CryptographyAccess;

/// Loan token, collateral, oracle, rate model, liquidation threshold.
pub(crate) type Terms = [B256; 5];

/// Returns the terms of the position's market.
pub(crate) fn of(position: &Position) -> Terms {
    [position.asset().word(), position.term(0), position.term(1), position.term(2), position.term(3)]
}

/// Returns the market's id.
pub(crate) fn id(vm: &VM, terms: &Terms) -> B256 {
    vm.native_keccak256(terms.as_flattened())
}

/// Checks that terms are those of the market and of a loan of the asset, and returns what the position keeps of them.
///
/// # Errors
///
/// `InvalidMarket`, for an id that Morpho does not know too; `WrongAsset`.
pub(crate) fn check(vm: &VM, terms: &Terms, asset: Address, market: B256) -> Result<Vec<B256>, Revert> {
    if id(vm, terms) != market {
        return Err(revert::<IAdapter::InvalidMarket>(&[market]));
    }
    let [loan, kept @ ..] = terms;
    same_asset(asset, Address::from_word(*loan))?;
    Ok(kept.to_vec())
}
