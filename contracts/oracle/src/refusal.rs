//! Why there is no price.

use abi::oracle::IOracle;
use alloy_primitives::{Address, U256};
use feed::{FeedFault, MAX_DECIMALS};
use host::{Revert, Word, revert};

/// Reasons beyond those of a feed's own faults, as `IOracle.PriceRefused` numbers them.
pub(crate) const SILENT: u8 = 1;
pub(crate) const OUT_OF_BOUNDS: u8 = 3;
pub(crate) const SEQUENCER_DOWN: u8 = 6;
pub(crate) const IN_GRACE: u8 = 7;
pub(crate) const SOURCES_APART: u8 = 8;
pub(crate) const NO_TIMESTAMP: u8 = 9;

/// Returns the refusal for a reason, what was found and the bound.
pub(crate) fn refused(reason: u8, value: U256, bound: U256) -> Revert {
    revert::<IOracle::PriceRefused>(&[reason.word(), value.word(), bound.word()])
}

/// Returns the refusal of a source that does not answer.
pub(crate) fn silent(source: Address) -> Revert {
    refused(SILENT, host::number(source.word()), U256::ZERO)
}

/// Returns the refusal for a feed's fault.
pub(crate) fn faulty(feed: Address, max_age_secs: u32, fault: FeedFault) -> Revert {
    let bound = match fault {
        FeedFault::Silent => return silent(feed),
        FeedFault::Stale(_) => U256::from(max_age_secs),
        FeedFault::Decimals(_) => U256::from(MAX_DECIMALS),
        FeedFault::NotPositive(_) | FeedFault::OutOfBand(_) => U256::ZERO,
    };
    let (reason, found) = fault.facts();
    refused(reason, found, bound)
}
