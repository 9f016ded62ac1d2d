//! The Governor over a vault: its rules, its proposals and where they stand.

use abi::board::IBoard;
use abi::governor::{IGovernor, ITimelock};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent};
use model::{Block, Timestamp, Wei};
use serde::Serialize;

use super::change::{Change, announced};
use super::diff::{Course, Step};
use super::events::events;
use crate::batch::Batch;
use crate::error::Error;
use crate::rpc::Rpc;
use crate::sender::Outgoing;

/// The Governor, its timelock and its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct House {
    /// The Governor.
    pub governor: Address,
    /// What it acts through; owns the vault.
    pub timelock: Address,
    /// Whose holders vote.
    pub token: Address,
    /// From the proposal to the first vote.
    pub voting_delay_secs: u64,
    /// From the first vote to the last.
    pub voting_period_secs: u64,
    /// From the queue to the execution.
    pub timelock_secs: u64,
    /// Votes that a proposer needs.
    pub threshold: U256,
}

/// What was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: U256,
    /// Who proposed it.
    pub proposer: Address,
    /// The calls, each of them a callee and calldata; none takes value.
    pub calls: Vec<(Address, Bytes)>,
    /// Its text.
    pub description: String,
}

/// Where a proposal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The Governor's own word for it.
    pub stage: Stage,
    /// When voting begins.
    pub opens_at: Timestamp,
    /// When voting ends.
    pub closes_at: Timestamp,
    /// When it can be executed; zero where it is not queued.
    pub executable_at: Timestamp,
    /// Votes for it.
    pub votes_for: U256,
    /// Votes against it.
    pub votes_against: U256,
    /// Votes that count for the quorum alone.
    pub votes_abstain: U256,
    /// Votes that for and abstain need together; nothing before voting opens.
    pub quorum: Option<U256>,
}

/// The Governor's word for where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "IGovernor.ProposalState, in its order")]
pub enum Stage {
    Pending,
    Active,
    Canceled,
    Defeated,
    Succeeded,
    Queued,
    Expired,
    Executed,
}

/// A vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words are the thing")]
pub enum Vote {
    Against,
    For,
    Abstain,
}

impl House {
    /// Reads the rules at a block.
    ///
    /// # Errors
    /// When the node does not answer, or no Governor stands there.
    pub async fn read(rpc: &Rpc, governor: Address, block: &Block) -> Result<Self, Error> {
        let mut batch = Batch::new(governor);
        let timelock = batch.add(governor, IGovernor::timelockCall {});
        let token = batch.add(governor, IGovernor::tokenCall {});
        let delay = batch.add(governor, IGovernor::votingDelayCall {});
        let period = batch.add(governor, IGovernor::votingPeriodCall {});
        let threshold = batch.add(governor, IGovernor::proposalThresholdCall {});
        let answers = batch.send(rpc, block.number).await?;
        let timelock = answers.get(&timelock)?;
        let mut batch = Batch::new(governor);
        let least = batch.add(timelock, ITimelock::getMinDelayCall {});
        let timelock_secs = batch.send(rpc, block.number).await?.get(&least)?;
        Ok(Self {
            governor,
            timelock,
            token: answers.get(&token)?,
            voting_delay_secs: answers.get(&delay)?.saturating_to(),
            voting_period_secs: answers.get(&period)?.saturating_to(),
            timelock_secs: timelock_secs.saturating_to(),
            threshold: answers.get(&threshold)?,
        })
    }

    /// Returns what was proposed under this id; nothing where nothing was.
    ///
    /// # Errors
    /// When the node does not answer, or keeps no events that old.
    pub async fn proposal(
        &self,
        rpc: &Rpc,
        id: U256,
        from_block: Option<u64>,
        block: &Block,
    ) -> Result<Option<Proposal>, Error> {
        let topics = [IGovernor::ProposalCreated::SIGNATURE_HASH];
        let told = events(rpc, self.governor, &topics, from_block, block.number).await?;
        let events = told.iter().filter_map(|log| IGovernor::ProposalCreated::decode_log(log).ok());
        let found = events.map(|event| event.data).find(|event| event.proposalId == id);
        Ok(found.map(|event| Proposal {
            id,
            proposer: event.proposer,
            calls: event.targets.into_iter().zip(event.calldatas).collect(),
            description: event.description,
        }))
    }

    /// Reads where a proposal stands at a block.
    ///
    /// # Errors
    /// When the node does not answer, or there is no such proposal.
    pub async fn standing(&self, rpc: &Rpc, id: U256, block: &Block) -> Result<Standing, Error> {
        let governor = self.governor;
        let mut batch = Batch::new(governor);
        let state = batch.add(governor, IGovernor::stateCall { proposalId: id });
        let opens = batch.add(governor, IGovernor::proposalSnapshotCall { proposalId: id });
        let closes = batch.add(governor, IGovernor::proposalDeadlineCall { proposalId: id });
        let eta = batch.add(governor, IGovernor::proposalEtaCall { proposalId: id });
        let votes = batch.add(governor, IGovernor::proposalVotesCall { proposalId: id });
        let answers = batch.send(rpc, block.number).await?;
        let (stage, opens_at) = (stage(answers.get(&state)?), answers.get(&opens)?);
        let quorum = if stage == Stage::Pending {
            None
        } else {
            let mut batch = Batch::new(governor);
            let quorum = batch.add(governor, IGovernor::quorumCall { timepoint: opens_at });
            Some(batch.send(rpc, block.number).await?.get(&quorum)?)
        };
        let votes = answers.get(&votes)?;
        let time = |secs: U256| Timestamp(secs.saturating_to());
        Ok(Standing {
            stage,
            opens_at: time(opens_at),
            closes_at: time(answers.get(&closes)?),
            executable_at: time(answers.get(&eta)?),
            votes_for: votes.forVotes,
            votes_against: votes.againstVotes,
            votes_abstain: votes.abstainVotes,
            quorum,
        })
    }

    /// Returns the votes that an account had when voting opened.
    ///
    /// # Errors
    /// When the node does not answer, or voting is not open yet.
    pub async fn weight(&self, rpc: &Rpc, account: Address, opens_at: Timestamp, block: &Block) -> Result<U256, Error> {
        let mut batch = Batch::new(account);
        let timepoint = U256::from(opens_at.0);
        let votes = batch.add(self.governor, IGovernor::getVotesCall { account, timepoint });
        Ok(batch.send(rpc, block.number).await?.get(&votes)?)
    }

    /// Returns the transaction that proposes.
    pub fn propose(&self, proposal: &Proposal) -> Outgoing {
        let (targets, values, calldatas) = proposal.split();
        let description = proposal.description.clone();
        Outgoing::call(self.governor, &IGovernor::proposeCall { targets, values, calldatas, description })
    }

    /// Returns the transaction that votes.
    pub fn vote(&self, id: U256, vote: Vote) -> Outgoing {
        let support = match vote {
            Vote::Against => 0,
            Vote::For => 1,
            Vote::Abstain => 2,
        };
        Outgoing::call(self.governor, &IGovernor::castVoteCall { proposalId: id, support })
    }

    /// Returns the transaction that hands a proposal to the timelock.
    pub fn queue(&self, proposal: &Proposal) -> Outgoing {
        let (targets, values, calldatas) = proposal.split();
        let description = proposal.description_hash();
        let call = IGovernor::queueCall { targets, values, calldatas, descriptionHash: description };
        Outgoing::call(self.governor, &call)
    }

    /// Returns the transaction that makes the timelock act.
    pub fn execute(&self, proposal: &Proposal) -> Outgoing {
        let (targets, values, calldatas) = proposal.split();
        let description = proposal.description_hash();
        let call = IGovernor::executeCall { targets, values, calldatas, descriptionHash: description };
        Outgoing::call(self.governor, &call)
    }
}

impl Proposal {
    /// Builds the proposal that makes these steps: what adds risk is submitted to the vault, the rest is made.
    pub fn of(vault: Address, proposer: Address, steps: &[Step], description: String) -> Self {
        let call = |step: &Step| {
            let data = step.change.calldata();
            match step.course {
                Course::AtOnce => Some((vault, data)),
                Course::Waits { .. } => Some((vault, IBoard::submitCall { data }.abi_encode().into())),
                Course::Announced { .. } | Course::Blocked { .. } => None,
            }
        };
        let mut proposal =
            Self { id: U256::ZERO, proposer, calls: steps.iter().filter_map(call).collect(), description };
        proposal.id = proposal.hash();
        proposal
    }

    /// Returns the changes that its execution announces to `vault`.
    pub fn announces(&self, vault: Address) -> Vec<Bytes> {
        let to_vault = self.calls.iter().filter(|(target, _)| *target == vault);
        to_vault.filter_map(|(_, data)| announced(data)).collect()
    }

    /// Returns each call as the change of `vault` that it makes or announces, where it is one.
    pub fn changes(&self, vault: Address) -> Vec<Option<Change>> {
        let read = |(target, data): &(Address, Bytes)| {
            let data = announced(data).unwrap_or_else(|| data.clone());
            (*target == vault).then(|| Change::decode(&data)).flatten()
        };
        self.calls.iter().map(read).collect()
    }

    fn description_hash(&self) -> B256 {
        keccak256(self.description.as_bytes())
    }

    /// The Governor's id of a proposal: the hash of the encoded calls and of the description's hash.
    fn hash(&self) -> U256 {
        let (targets, values, calldatas) = self.split();
        let description = self.description_hash();
        let call = IGovernor::executeCall { targets, values, calldatas, descriptionHash: description }.abi_encode();
        U256::from_be_bytes(keccak256(&call[4..]).0)
    }

    fn split(&self) -> (Vec<Address>, Vec<U256>, Vec<Bytes>) {
        let targets = self.calls.iter().map(|(target, _)| *target).collect();
        (targets, vec![Wei::ZERO.0; self.calls.len()], self.calls.iter().map(|(_, data)| data.clone()).collect())
    }
}

pub(super) fn stage(found: IGovernor::ProposalState) -> Stage {
    use IGovernor::ProposalState as P;
    match found {
        P::Pending => Stage::Pending,
        P::Active => Stage::Active,
        P::Canceled => Stage::Canceled,
        P::Defeated => Stage::Defeated,
        P::Succeeded => Stage::Succeeded,
        P::Queued => Stage::Queued,
        P::Expired => Stage::Expired,
        P::Executed | P::__Invalid => Stage::Executed,
    }
}
