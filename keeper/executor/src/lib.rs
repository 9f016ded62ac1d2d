//! Simulates, journals, signs, sends, follows and resolves: one intent at a time, as an explicit state machine.
//!
//! ```text
//! Planned ──sign──▶ Signed ──a node takes it──▶ Sent ──▶ Settled: Done | Reverted | Replaced | Expired
//!    │                │ ▲                         │
//!    └▶ Dropped       │ └── sign at a new price ──┘
//!                     └▶ Dropped, Replaced, Expired, Done, Reverted
//! ```
//!
//! Each arrow is on disk before the act that follows it: the plan before signing, the bytes before sending. What
//! became of sent bytes is never guessed: it is read from the chain by hash and by nonce, and an open record
//! blocks everything new until it is settled. The nonce comes from chain and journal each time. The vault's own
//! intent nonce and deadline make a second execution impossible even where all of this fails.
//!
//! On a chain without a pool of waiting transactions there is nothing to bump: bytes that a block will not take
//! at their price are signed again at the present one, for the same nonce, and every hash signed is remembered.

mod follow;
mod rehearsal;
mod transition;

pub use rehearsal::Rehearsal;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

use model::alloy_primitives::Address;
use model::ports::{
    Attempt, Call, Clock, Fault, FaultKind, Journal, Node, Resolved, Settlement, Signed, Stage, Submitter, Transaction,
};
use model::{Gas, Plan, Snapshot};

/// How an executor works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The chain.
    pub chain_id: u64,
    /// The vault.
    pub vault: Address,
    /// The keeper's account.
    pub account: Address,
    /// Time between two looks at the chain.
    pub poll_millis: u64,
    /// Looks between two sendings of the same bytes.
    pub looks_per_broadcast: u32,
    /// Looks at a used nonce without a receipt of ours, before it counts as another's.
    pub looks_until_replaced: u32,
    /// Time after which an open record is left to the next run.
    pub patience_secs: u64,
    /// The most gas that a rebalance may use.
    pub max_gas: Gas,
}

/// Carries plans to the chain.
pub struct Executor<N, J, C> {
    node: N,
    journal: J,
    clock: C,
    settings: Settings,
}

impl<N: Node, J: Journal, C: Clock> Executor<N, J, C> {
    /// Joins a node, a journal and a clock.
    pub fn new(node: N, journal: J, clock: C, settings: Settings) -> Self {
        Self { node, journal, clock, settings }
    }

    /// Reads nonce and fees, and signs; nothing is sent.
    async fn sign(&self, call: Call, gas: Gas) -> Result<(Transaction, Signed), Fault> {
        let nonce = self.next_nonce().await?;
        let fees = self.node.fees().await?;
        let transaction = Transaction { chain_id: self.settings.chain_id, call, nonce, gas, fees };
        let signed = self.node.sign(&transaction).await?;
        Ok((transaction, signed))
    }

    /// The nonce by the chain, unless the journal knows of a block that this node has not seen.
    async fn next_nonce(&self) -> Result<u64, Fault> {
        let by_chain = self.node.next_nonce(self.settings.account).await?;
        match self.journal.last_mined_nonce(self.settings.chain_id, self.settings.account)? {
            Some(mined) if mined >= by_chain => Err(Fault {
                kind: FaultKind::Retry,
                detail: format!(
                    "the node is behind (it names nonce {by_chain}, but {mined} is in a block already), or the chain \
                     began anew and needs a new journal"
                ),
            }),
            _ => Ok(by_chain),
        }
    }

    /// An attempt of another vault or chain in the same journal is not ours to settle.
    fn own(&self, record: u64, attempt: &Attempt) -> Result<(), Fault> {
        if (attempt.chain_id, attempt.vault) == (self.settings.chain_id, self.settings.vault) {
            return Ok(());
        }
        let (chain_id, vault) = (attempt.chain_id, attempt.vault);
        Err(Fault {
            kind: FaultKind::Fatal,
            detail: format!("record {record} of the journal is open for vault {vault} on chain {chain_id}"),
        })
    }
}

impl<N: Node + Sync, J: Journal + Sync, C: Clock + Sync> Submitter for Executor<N, J, C> {
    async fn resolve(&self) -> Result<Vec<Resolved>, Fault> {
        let mut resolved = Vec::new();
        for (record, attempt) in self.journal.unsettled()? {
            self.own(record, &attempt)?;
            tracing::info!(record, "resolving what an earlier run began");
            let settlement = self.follow(record, attempt).await?;
            resolved.push(Resolved { record, settlement });
        }
        Ok(resolved)
    }

    async fn submit(&self, snapshot: &Snapshot, plan: &Plan) -> Result<Settlement, Fault> {
        if let Some((record, _)) = self.journal.unsettled()?.first() {
            let detail = format!("record {record} is open; it must be resolved before anything new");
            return Err(Fault { kind: FaultKind::Refuse, detail });
        }
        let call = rehearsal::call(self.settings.account, self.settings.vault, plan)?;
        let gas = match rehearsal::rehearse(&self.node, &call, snapshot, self.settings.max_gas).await? {
            Ok(gas) => gas,
            Err(reason) => return Ok(Settlement::Refused { reason }),
        };

        let (chain_id, vault) = (self.settings.chain_id, self.settings.vault);
        let mut attempt = Attempt { chain_id, vault, plan: plan.clone(), stage: Stage::Planned };
        let record = self.journal.open(&attempt)?;
        let (transaction, signed) = self.sign(call, gas).await?;
        tracing::info!(record, nonce = transaction.nonce, tx = %signed.hash, "signed");
        attempt.stage = Stage::Signed { transaction, signed, earlier: Vec::new() };
        self.journal.advance(record, &attempt.stage)?;
        self.publish_and_follow(record, attempt).await
    }
}
