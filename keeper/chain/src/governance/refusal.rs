//! What Governor, timelock and the keeper of programs say when they refuse, as lines.

use abi::arb::IArbWasm::IArbWasmErrors;
use abi::governor::IGovernor::IGovernorErrors;
use abi::governor::ITimelock::ITimelockErrors;
use alloy_primitives::B256;
use alloy_sol_types::SolInterface;

use super::house::stage;

/// Returns the refusal in words, where it is one of theirs.
pub(crate) fn refusal(data: &[u8]) -> Option<String> {
    governor(data).or_else(|| timelock(data)).or_else(|| arb_wasm(data))
}

fn governor(data: &[u8]) -> Option<String> {
    use IGovernorErrors as E;
    Some(match IGovernorErrors::abi_decode(data).ok()? {
        E::GovernorInvalidProposalLength(e) => {
            format!("GovernorInvalidProposalLength: {} callees and {} calls", e.targets, e.calldatas)
        }
        E::GovernorAlreadyCastVote(e) => format!("GovernorAlreadyCastVote: {} has voted", e.voter),
        E::GovernorOnlyExecutor(e) => format!("GovernorOnlyExecutor: {} is not the timelock", e.account),
        E::GovernorNonexistentProposal(e) => {
            format!("GovernorNonexistentProposal: nothing is proposed as {}", e.proposalId)
        }
        E::GovernorUnexpectedProposalState(e) => {
            format!("GovernorUnexpectedProposalState: proposal {} is {:?}", e.proposalId, stage(e.current))
        }
        E::GovernorInsufficientProposerVotes(e) => {
            format!(
                "GovernorInsufficientProposerVotes: {} has {} votes, {} are needed",
                e.proposer, e.votes, e.threshold
            )
        }
        E::GovernorRestrictedProposer(e) => format!("GovernorRestrictedProposer: {} may not propose this", e.proposer),
        E::GovernorInvalidVoteType(_) => "GovernorInvalidVoteType".to_owned(),
        E::GovernorAlreadyQueuedProposal(e) => format!("GovernorAlreadyQueuedProposal: {}", e.proposalId),
        E::GovernorUnableToCancel(e) => format!("GovernorUnableToCancel: {} by {}", e.proposalId, e.account),
    })
}

fn timelock(data: &[u8]) -> Option<String> {
    use ITimelockErrors as E;
    Some(match ITimelockErrors::abi_decode(data).ok()? {
        E::TimelockInsufficientDelay(e) => {
            format!("TimelockInsufficientDelay: {} seconds, at least {} are needed", e.delay, e.minDelay)
        }
        E::TimelockUnexpectedOperationState(e) => {
            let expected = states(e.expectedStates);
            format!("TimelockUnexpectedOperationState: operation {} is not {expected}", e.operationId)
        }
        E::TimelockUnauthorizedCaller(e) => format!("TimelockUnauthorizedCaller: {}", e.caller),
        E::AccessControlUnauthorizedAccount(e) => {
            format!("AccessControlUnauthorizedAccount: {} has not role {}", e.account, e.neededRole)
        }
    })
}

fn arb_wasm(data: &[u8]) -> Option<String> {
    use IArbWasmErrors as E;
    Some(match IArbWasmErrors::abi_decode(data).ok()? {
        E::ProgramNotActivated(_) => "ProgramNotActivated: the chain does not know this code".to_owned(),
        E::ProgramExpired(e) => format!("ProgramExpired: its age is {} seconds", e.ageInSeconds),
        E::ProgramNeedsUpgrade(e) => {
            format!("ProgramNeedsUpgrade: it is of version {}, the chain of {}", e.version, e.stylusVersion)
        }
        E::ProgramKeepaliveTooSoon(e) => format!("ProgramKeepaliveTooSoon: its age is {} seconds", e.ageInSeconds),
        E::ProgramInsufficientValue(e) => {
            format!("ProgramInsufficientValue: {} wei sent, {} are needed", e.have, e.want)
        }
    })
}

/// The states of a timelock's operation that a bitmap names.
fn states(bits: B256) -> String {
    let names = ["unset", "waiting", "ready", "done"];
    let named = names.iter().enumerate().filter(|(bit, _)| bits[31] >> bit & 1 == 1).map(|(_, name)| *name);
    named.collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use abi::governor::{IGovernor, ITimelock};
    use alloy_primitives::{Address, U256};
    use alloy_sol_types::SolError;

    use super::*;

    #[test]
    fn a_proposal_in_another_stage_is_told_with_it() {
        let error = IGovernor::GovernorUnexpectedProposalState {
            proposalId: U256::from(7),
            current: IGovernor::ProposalState::Active,
            expectedStates: B256::ZERO,
        };

        let told = refusal(&error.abi_encode());

        assert_eq!(told.as_deref(), Some("GovernorUnexpectedProposalState: proposal 7 is Active"));
    }

    #[test]
    fn the_states_that_a_timelock_wants_are_named() {
        let error = ITimelock::TimelockUnexpectedOperationState {
            operationId: B256::ZERO,
            expectedStates: B256::with_last_byte(0b0110),
        };
        let told = refusal(&error.abi_encode()).expect("it is known");

        assert!(told.ends_with("is not waiting or ready"), "{told}");
        let stranger = ITimelock::AccessControlUnauthorizedAccount { account: Address::ZERO, neededRole: B256::ZERO };
        assert!(refusal(&stranger.abi_encode()).is_some_and(|told| told.contains("has not role")));
        assert_eq!(refusal(&[1, 2, 3, 4]), None);
    }
}
