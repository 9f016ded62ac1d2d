//! Whether the chain's sequencer runs: while it does not, and shortly after, nobody but insiders could act on a price.

use alloy_primitives::U256;
use feed::{age, round};
use host::{Revert, VM, number};
use stylus_sdk::stylus_core::BlockAccess;

use crate::{
    refusal::{IN_GRACE, NO_TIMESTAMP, SEQUENCER_DOWN, refused, silent},
    terms::Terms,
};

/// Checks that the sequencer has been up for long enough, by Chainlink's feed of it, whose answer is zero while it is up
/// and which started at the last change; it starts at zero until it is first told anything.
///
/// # Errors
///
/// It is silent, down, of no time, or in its grace.
pub(crate) fn check(vm: &VM, terms: &Terms) -> Result<(), Revert> {
    let [_, answer, started_at, ..] = round(vm, terms.sequencer).ok_or_else(|| silent(terms.sequencer))?.map(number);
    if !answer.is_zero() {
        return Err(refused(SEQUENCER_DOWN, answer, U256::ZERO));
    }
    if started_at.is_zero() {
        return Err(refused(NO_TIMESTAMP, U256::ZERO, U256::ZERO));
    }
    // Up since a moment of the future is up for no time.
    let up_secs = Some(age(started_at, vm.block_timestamp())).filter(|secs| *secs != U256::MAX).unwrap_or_default();
    let least = U256::from(terms.grace_secs);
    if up_secs < least { Err(refused(IN_GRACE, up_secs, least)) } else { Ok(()) }
}
