//! Puts votes, timelock and Governor on a chain, and hands a vault over to them.
//!
//! Afterwards nobody but the Governor proposes to the timelock, anyone executes what has waited, and the sender has no
//! power left: every step of that is verified by who uses it ([`verify`]).

use std::path::{Path, PathBuf};

use abi::board::IBoard;
use abi::governor::ITimelock;
use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use model::{Block, Wei};

use crate::batch::Batch;
use crate::rpc::Rpc;
use crate::sender::{Landed, Outgoing, Sender};

/// How governance is to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charter {
    /// Name of the token of votes.
    pub name: String,
    /// Its symbol.
    pub symbol: String,
    /// Who holds how many votes, in units of 1e-18.
    pub holders: Vec<(Address, U256)>,
    /// From a proposal to the first vote.
    pub voting_delay_secs: u64,
    /// From the first vote to the last.
    pub voting_period_secs: u32,
    /// Votes that a proposer needs.
    pub threshold: U256,
    /// Part of all votes that a decision needs.
    pub quorum_percent: u8,
    /// From the queue to the execution.
    pub timelock_secs: u64,
}

/// The creation code of the three contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contracts {
    votes: Bytes,
    timelock: Bytes,
    governor: Bytes,
}

/// What stands on the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Established {
    /// The token of votes.
    pub votes: Address,
    /// What is to own the vault.
    pub timelock: Address,
    /// What decides.
    pub governor: Address,
}

/// Why the contracts cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path} is not an artifact with creation code: {reason}", path = path.display())]
pub struct NotArtifact {
    path: PathBuf,
    reason: String,
}

/// Why it stopped; what stands by then stays, and has no power over any vault.
#[derive(Debug, thiserror::Error)]
pub enum Error<E: std::error::Error + 'static> {
    /// A transaction failed.
    #[error("{step}: {source}")]
    Send {
        /// What it was to do.
        step: &'static str,
        /// What the sender says.
        source: E,
    },
    /// A creation told of no address.
    #[error("{step}: the receipt names no created contract")]
    NothingCreated {
        /// What it was to do.
        step: &'static str,
    },
}

impl Contracts {
    /// Reads the Solidity build's folder.
    ///
    /// # Errors
    /// At the first artifact that is missing or carries no code.
    pub fn load(out: &Path) -> Result<Self, NotArtifact> {
        let code = |name: &str| creation_code(&out.join(format!("{name}.sol/{name}.json")));
        Ok(Self { votes: code("TenorVotes")?, timelock: code("TimelockController")?, governor: code("TenorGovernor")? })
    }
}

/// Creates the three contracts. Where `vault` is given, the sender must own it, still in set-up: it is handed over to the
/// timelock and opened in the same breath.
///
/// # Errors
/// At the first step that fails.
pub async fn establish<S: Sender>(
    sender: &S,
    contracts: &Contracts,
    charter: &Charter,
    vault: Option<Address>,
    progress: impl FnMut(&str),
) -> Result<Established, Error<S::Error>> {
    let mut run = Run { sender, progress };
    let account = sender.account();
    let (holders, amounts): (Vec<_>, Vec<_>) = charter.holders.iter().copied().unzip();
    let arguments = (charter.name.clone(), charter.symbol.clone(), holders, amounts).abi_encode_params();
    let votes = run.create("votes", &contracts.votes, &arguments).await?;
    // While nothing waits yet the sender can hand the vault over; its own powers end below.
    let anyone = Address::ZERO;
    let arguments = (U256::ZERO, vec![account], vec![anyone], account).abi_encode_params();
    let timelock = run.create("timelock", &contracts.timelock, &arguments).await?;
    // Every number is one word, whatever its width in Solidity.
    let (delay, period) = (U256::from(charter.voting_delay_secs), U256::from(charter.voting_period_secs));
    let quorum = U256::from(charter.quorum_percent);
    let arguments = (votes, timelock, delay, period, charter.threshold, quorum).abi_encode_params();
    let governor = run.create("governor", &contracts.governor, &arguments).await?;
    for (step, role) in [("proposer", PROPOSER), ("canceller", CANCELLER)] {
        run.send(step, timelock, &ITimelock::grantRoleCall { role: keccak256(role), account: governor }).await?;
    }
    if let Some(vault) = vault {
        run.send("offer of ownership", vault, &IBoard::offerOwnershipCall { candidate: timelock }).await?;
    }
    run.found(timelock, vault, charter.timelock_secs).await?;
    for (step, role) in [
        ("end of the sender's proposals", keccak256(PROPOSER)),
        ("end of the sender's cancellations", keccak256(CANCELLER)),
        ("end of the sender's administration", B256::ZERO),
    ] {
        run.send(step, timelock, &ITimelock::renounceRoleCall { role, account }).await?;
    }
    Ok(Established { votes, timelock, governor })
}

/// Returns whether, at `block`, the Governor alone proposes, anyone executes, and `founder` has no power over the
/// timelock.
///
/// # Errors
/// When the node does not answer.
pub async fn verify(
    rpc: &Rpc,
    established: &Established,
    founder: Address,
    block: &Block,
) -> Result<bool, crate::Error> {
    let Established { timelock, governor, .. } = *established;
    let mut batch = Batch::new(founder);
    let has = |batch: &mut Batch, role: B256, account| batch.add(timelock, ITimelock::hasRoleCall { role, account });
    let (proposer, canceller, executor) = (keccak256(PROPOSER), keccak256(CANCELLER), keccak256("EXECUTOR_ROLE"));
    let wanted = [
        (has(&mut batch, proposer, governor), true),
        (has(&mut batch, canceller, governor), true),
        (has(&mut batch, executor, Address::ZERO), true),
        (has(&mut batch, proposer, founder), false),
        (has(&mut batch, canceller, founder), false),
        (has(&mut batch, B256::ZERO, founder), false),
        (has(&mut batch, B256::ZERO, timelock), true),
    ];
    let answers = batch.send(rpc, block.number).await?;
    for (ticket, expected) in wanted {
        if answers.get(&ticket)? != expected {
            return Ok(false);
        }
    }
    Ok(true)
}

const PROPOSER: &str = "PROPOSER_ROLE";
const CANCELLER: &str = "CANCELLER_ROLE";

struct Run<'a, S, P> {
    sender: &'a S,
    progress: P,
}

impl<S: Sender, P: FnMut(&str)> Run<'_, S, P> {
    /// What the timelock does of itself, the only time that nothing waits: it takes the vault, opens it, and begins to
    /// wait.
    async fn found(&mut self, timelock: Address, vault: Option<Address>, secs: u64) -> Result<(), Error<S::Error>> {
        let mut calls = Vec::new();
        if let Some(vault) = vault {
            calls.push((vault, Bytes::from(IBoard::takeOwnershipCall {}.abi_encode())));
            calls.push((vault, IBoard::openCall {}.abi_encode().into()));
        }
        let delay = ITimelock::updateDelayCall { newDelay: U256::from(secs) };
        calls.push((timelock, delay.abi_encode().into()));
        let (targets, payloads): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        let values = vec![U256::ZERO; targets.len()];
        let (predecessor, salt) = (B256::ZERO, B256::ZERO);
        let schedule = ITimelock::scheduleBatchCall {
            targets: targets.clone(),
            values: values.clone(),
            payloads: payloads.clone(),
            predecessor,
            salt,
            delay: U256::ZERO,
        };
        self.send("schedule of the founding", timelock, &schedule).await?;
        let execute = ITimelock::executeBatchCall { targets, values, payloads, predecessor, salt };
        self.send("founding", timelock, &execute).await
    }

    async fn create(&mut self, step: &'static str, code: &Bytes, arguments: &[u8]) -> Result<Address, Error<S::Error>> {
        let data = [code, arguments].concat().into();
        let landed = self.outgoing(step, Outgoing { to: None, data, value: Wei::ZERO }).await?;
        landed.created.ok_or(Error::NothingCreated { step })
    }

    async fn send<C: SolCall>(&mut self, step: &'static str, to: Address, call: &C) -> Result<(), Error<S::Error>> {
        self.outgoing(step, Outgoing::call(to, call)).await.map(drop)
    }

    async fn outgoing(&mut self, step: &'static str, outgoing: Outgoing) -> Result<Landed, Error<S::Error>> {
        (self.progress)(step);
        self.sender.send(outgoing).await.map_err(|source| Error::Send { step, source })
    }
}

fn creation_code(path: &Path) -> Result<Bytes, NotArtifact> {
    let refuse = |reason: String| NotArtifact { path: path.to_owned(), reason };
    let text = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let artifact: serde_json::Value = serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))?;
    let code = artifact.pointer("/bytecode/object").and_then(serde_json::Value::as_str);
    let code = hex::decode(code.unwrap_or_default()).map_err(|error| refuse(error.to_string()))?;
    if code.is_empty() {
        return Err(refuse("bytecode.object is empty or missing".into()));
    }
    Ok(code.into())
}
