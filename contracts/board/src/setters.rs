//! Which functions are governed changes: what can be announced, delayed and given up.

use abi::{board::IBoard, covenants::ICovenants};
use alloc::vec::Vec;
use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use host::{Revert, revert};

use gate::{Change, bytes4};

use crate::program::Board;

impl Board {
    /// Hands a change to its setter, which reads, judges and, where the gate admits it, makes it.
    pub(crate) fn set(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        match change.selector {
            IBoard::setCuratorCall::SELECTOR => self.set_curator(change),
            IBoard::setGuardianCall::SELECTOR => self.set_guardian(change),
            IBoard::offerOwnershipCall::SELECTOR => self.offer_ownership(change),
            IBoard::setDelayCall::SELECTOR => self.set_delay(change),
            IBoard::setMaxRateCall::SELECTOR | IBoard::setEpochCall::SELECTOR | IBoard::setSilenceCall::SELECTOR => {
                self.set_number(change)
            }
            IBoard::setBudgetsCall::SELECTOR | IBoard::setLiquidityCall::SELECTOR => self.set_fractions(change),
            IBoard::admitCodeCall::SELECTOR => self.admit_code(change),
            IBoard::addPositionCall::SELECTOR => self.add_position(change),
            IBoard::setTermsCall::SELECTOR => self.set_terms(change),
            IBoard::setCapCall::SELECTOR => self.set_cap(change),
            IBoard::nestCall::SELECTOR => self.nest(change),
            IBoard::setBreakerCall::SELECTOR => self.set_breaker(change),
            IBoard::setKeeperCall::SELECTOR => self.set_keeper(change),
            selector => Err(unknown(bytes4(selector))),
        }
    }
}

/// Every governed change that is made here.
const OURS: [[u8; 4]; 16] = [
    IBoard::setCuratorCall::SELECTOR,
    IBoard::setGuardianCall::SELECTOR,
    IBoard::offerOwnershipCall::SELECTOR,
    IBoard::setDelayCall::SELECTOR,
    IBoard::setMaxRateCall::SELECTOR,
    IBoard::setEpochCall::SELECTOR,
    IBoard::setSilenceCall::SELECTOR,
    IBoard::setBudgetsCall::SELECTOR,
    IBoard::setLiquidityCall::SELECTOR,
    IBoard::admitCodeCall::SELECTOR,
    IBoard::addPositionCall::SELECTOR,
    IBoard::setTermsCall::SELECTOR,
    IBoard::setCapCall::SELECTOR,
    IBoard::nestCall::SELECTOR,
    IBoard::setBreakerCall::SELECTOR,
    IBoard::setKeeperCall::SELECTOR,
];

/// Every governed change that the covenants make.
const THEIRS: [[u8; 4]; 8] = [
    IBoard::setThresholdsCall::SELECTOR,
    IBoard::setHealthFloorCall::SELECTOR,
    ICovenants::setDurationCall::SELECTOR,
    ICovenants::setLadderCall::SELECTOR,
    ICovenants::setCreditCall::SELECTOR,
    ICovenants::setHazardCall::SELECTOR,
    ICovenants::setPurchasesCall::SELECTOR,
    ICovenants::setTermCall::SELECTOR,
];

/// Returns whether the covenants make a change.
pub(crate) fn is_theirs(data: &[u8]) -> bool {
    data.first_chunk().is_some_and(|selector| THEIRS.contains(selector))
}

/// Reads the selector of a governed change.
pub(crate) fn governed(word: B256) -> Result<[u8; 4], Revert> {
    let (selector, rest) = word.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(Vec::new());
    }
    if OURS.contains(selector) || THEIRS.contains(selector) { Ok(*selector) } else { Err(unknown(word)) }
}

/// Reads the selector of a governed change that has a delay of its own.
pub(crate) fn delayed(word: B256) -> Result<[u8; 4], Revert> {
    match governed(word)? {
        IBoard::setDelayCall::SELECTOR => Err(unknown(word)),
        selector => Ok(selector),
    }
}

fn unknown(word: B256) -> Revert {
    revert::<IBoard::UnknownFunction>(&[word])
}
