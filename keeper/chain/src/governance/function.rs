//! The functions whose power to add risk governance delays, and may give up.

use abi::board::IBoard;
use abi::covenants::ICovenants;
use alloy_primitives::FixedBytes;
use alloy_sol_types::SolCall;

/// Four bytes that name a function.
pub type Selector = FixedBytes<4>;

/// One governed function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name, as people and mandate files write it.
    pub name: &'static str,
    /// Its selector.
    pub selector: Selector,
}

const fn of<C: SolCall>(name: &'static str) -> Function {
    Function { name, selector: FixedBytes(C::SELECTOR) }
}

/// Every function that can add risk, in the order of the interfaces.
pub const FUNCTIONS: [Function; 24] = [
    of::<IBoard::setDelayCall>("setDelay"),
    of::<IBoard::setCuratorCall>("setCurator"),
    of::<IBoard::setGuardianCall>("setGuardian"),
    of::<IBoard::offerOwnershipCall>("offerOwnership"),
    of::<IBoard::setMaxRateCall>("setMaxRate"),
    of::<IBoard::setEpochCall>("setEpoch"),
    of::<IBoard::setSilenceCall>("setSilence"),
    of::<IBoard::setHealthFloorCall>("setHealthFloor"),
    of::<IBoard::setBudgetsCall>("setBudgets"),
    of::<IBoard::admitCodeCall>("admitCode"),
    of::<IBoard::addPositionCall>("addPosition"),
    of::<IBoard::setTermsCall>("setTerms"),
    of::<IBoard::setThresholdsCall>("setThresholds"),
    of::<IBoard::setCapCall>("setCap"),
    of::<IBoard::nestCall>("nest"),
    of::<IBoard::setBreakerCall>("setBreaker"),
    of::<IBoard::setLiquidityCall>("setLiquidity"),
    of::<IBoard::setKeeperCall>("setKeeper"),
    of::<ICovenants::setDurationCall>("setDuration"),
    of::<ICovenants::setLadderCall>("setLadder"),
    of::<ICovenants::setCreditCall>("setCredit"),
    of::<ICovenants::setHazardCall>("setHazard"),
    of::<ICovenants::setPurchasesCall>("setPurchases"),
    of::<ICovenants::setTermCall>("setTerm"),
];

impl Function {
    /// Returns the function of this name.
    pub fn named(name: &str) -> Option<Self> {
        FUNCTIONS.into_iter().find(|function| function.name == name)
    }

    /// Returns the function of this selector.
    pub fn selected(selector: Selector) -> Option<Self> {
        FUNCTIONS.into_iter().find(|function| function.selector == selector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_interface() {
        let signatures = [
            IBoard::setDelayCall::SIGNATURE,
            IBoard::setCuratorCall::SIGNATURE,
            IBoard::setGuardianCall::SIGNATURE,
            IBoard::offerOwnershipCall::SIGNATURE,
            IBoard::setMaxRateCall::SIGNATURE,
            IBoard::setEpochCall::SIGNATURE,
            IBoard::setSilenceCall::SIGNATURE,
            IBoard::setHealthFloorCall::SIGNATURE,
            IBoard::setBudgetsCall::SIGNATURE,
            IBoard::admitCodeCall::SIGNATURE,
            IBoard::addPositionCall::SIGNATURE,
            IBoard::setTermsCall::SIGNATURE,
            IBoard::setThresholdsCall::SIGNATURE,
            IBoard::setCapCall::SIGNATURE,
            IBoard::nestCall::SIGNATURE,
            IBoard::setBreakerCall::SIGNATURE,
            IBoard::setLiquidityCall::SIGNATURE,
            IBoard::setKeeperCall::SIGNATURE,
            ICovenants::setDurationCall::SIGNATURE,
            ICovenants::setLadderCall::SIGNATURE,
            ICovenants::setCreditCall::SIGNATURE,
            ICovenants::setHazardCall::SIGNATURE,
            ICovenants::setPurchasesCall::SIGNATURE,
            ICovenants::setTermCall::SIGNATURE,
        ];
        assert_eq!(signatures.len(), FUNCTIONS.len());
        for (function, signature) in FUNCTIONS.iter().zip(signatures) {
            assert_eq!(signature.split('(').next(), Some(function.name));
            assert_eq!(Function::named(function.name), Some(*function));
            assert_eq!(Function::selected(function.selector), Some(*function));
        }
    }
}
