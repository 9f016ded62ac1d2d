//! Follows signed bytes to their end: looks, sends again, signs at a new price, settles.

use model::alloy_primitives::B256;
use model::ports::{
    Attempt, Broadcast, Clock, Fault, FaultKind, Fees, Journal, Node, Settlement, Signed, Stage, Transaction,
};

use crate::Executor;
use crate::transition::{Look, Step, step};

/// Signed bytes on their way.
struct Flight {
    transaction: Transaction,
    signed: Signed,
    earlier: Vec<B256>,
}

impl Flight {
    fn signed_stage(&self) -> Stage {
        let (transaction, signed) = (self.transaction.clone(), self.signed.clone());
        Stage::Signed { transaction, signed, earlier: self.earlier.clone() }
    }

    fn sent_stage(&self) -> Stage {
        let (transaction, signed) = (self.transaction.clone(), self.signed.clone());
        Stage::Sent { transaction, signed, earlier: self.earlier.clone() }
    }
}

impl<N: Node + Sync, J: Journal + Sync, C: Clock + Sync> Executor<N, J, C> {
    /// Sends fresh bytes for the first time and follows them.
    ///
    /// Only here may a refusal by the node end the attempt: nobody else has ever seen the bytes.
    pub(crate) async fn publish_and_follow(&self, record: u64, attempt: Attempt) -> Result<Settlement, Fault> {
        if let Stage::Signed { signed, .. } = &attempt.stage {
            match self.node.broadcast(signed).await {
                Ok(Broadcast::Rejected { reason }) => return self.settle(record, Settlement::Dropped { reason }),
                said => tracing::debug!(record, ?said, "broadcast"),
            }
        }
        self.follow(record, attempt).await
    }

    /// Brings an open record to its end, from whatever stage it is in.
    ///
    /// # Errors
    /// When the chain does not show the end in time; the record stays open.
    pub(crate) async fn follow(&self, record: u64, attempt: Attempt) -> Result<Settlement, Fault> {
        let mut flight = match attempt.stage {
            Stage::Settled(settlement) => return Ok(settlement),
            Stage::Planned => {
                let reason = "it was planned and never signed".to_owned();
                return self.settle(record, Settlement::Dropped { reason });
            }
            Stage::Signed { transaction, signed, earlier } | Stage::Sent { transaction, signed, earlier } => {
                Flight { transaction, signed, earlier }
            }
        };
        let deadline = attempt.plan.intent.deadline;
        let start = self.clock.now();
        let (mut looks, mut looks_at_gone_nonce) = (0_u32, 0_u32);
        loop {
            match self.look(&flight).await.map(|look| step(look, flight.transaction.nonce, deadline)) {
                Ok(Step::Mined(receipt)) if receipt.succeeded => return self.settle(record, Settlement::Done(receipt)),
                Ok(Step::Mined(receipt)) => {
                    let reason = self.revert_reason(&flight).await;
                    return self.settle(record, Settlement::Reverted { receipt, reason });
                }
                Ok(Step::Expired) => return self.settle(record, Settlement::Expired { deadline }),
                Ok(Step::NonceGone) => {
                    looks_at_gone_nonce += 1;
                    if looks_at_gone_nonce >= self.settings.looks_until_replaced {
                        return self.settle(record, Settlement::Replaced { nonce: flight.transaction.nonce });
                    }
                }
                Ok(Step::Open) => {
                    looks_at_gone_nonce = 0;
                    if looks.is_multiple_of(self.settings.looks_per_broadcast.max(1)) {
                        flight = self.send_again(record, flight).await?;
                    }
                }
                Ok(Step::Behind) => looks_at_gone_nonce = 0,
                Err(fault) if fault.kind == FaultKind::Fatal => return Err(fault),
                Err(fault) => tracing::warn!(record, %fault, "the chain cannot be seen"),
            }
            looks = looks.saturating_add(1);
            let waited_secs = self.clock.now().secs_since(start);
            if waited_secs >= self.settings.patience_secs {
                let (hash, detail) = (flight.signed.hash, "is open: neither mined, replaced nor expired");
                let detail = format!("record {record} {detail} after {waited_secs} s (transaction {hash})");
                return Err(Fault { kind: FaultKind::Retry, detail });
            }
            self.clock.sleep_millis(self.settings.poll_millis).await;
        }
    }

    async fn look(&self, flight: &Flight) -> Result<Look, Fault> {
        let next_nonce = self.node.next_nonce(flight.transaction.call.from).await?;
        let mut receipt = None;
        for hash in flight.earlier.iter().chain([&flight.signed.hash]) {
            match self.node.receipt(*hash).await? {
                // A receipt of something else is no answer to the question.
                Some(found) if found.hash == *hash => receipt = Some(found),
                Some(_) | None => {}
            }
        }
        let now = self.node.head().await?.timestamp;
        Ok(Look { next_nonce, receipt, now })
    }

    /// Sends the same bytes, and signs new ones where the price is too low.
    async fn send_again(&self, record: u64, flight: Flight) -> Result<Flight, Fault> {
        match self.node.broadcast(&flight.signed).await {
            Ok(Broadcast::Accepted) => {
                self.journal.advance(record, &flight.sent_stage())?;
                Ok(flight)
            }
            Ok(Broadcast::FeeTooLow) => self.sign_again(record, flight).await,
            // The next looks show who used the nonce; a refusal of bytes that may be elsewhere proves nothing.
            Ok(said @ (Broadcast::NonceUsed | Broadcast::Rejected { .. })) => {
                tracing::warn!(record, ?said, "broadcast");
                Ok(flight)
            }
            Err(fault) => {
                tracing::warn!(record, %fault, "broadcast is ambiguous");
                Ok(flight)
            }
        }
    }

    /// Signs the same call for the same nonce at the present price; at most one of the two can be taken.
    async fn sign_again(&self, record: u64, flight: Flight) -> Result<Flight, Fault> {
        let fees = match self.node.fees().await {
            Ok(fees) if is_higher(fees, flight.transaction.fees) => fees,
            Ok(_) => return Ok(flight),
            Err(fault) => {
                tracing::warn!(record, %fault, "no new price");
                return Ok(flight);
            }
        };
        let transaction = Transaction { fees, ..flight.transaction };
        let signed = self.node.sign(&transaction).await?;
        let mut earlier = flight.earlier;
        earlier.push(flight.signed.hash);
        let flight = Flight { transaction, signed, earlier };
        tracing::info!(record, tx = %flight.signed.hash, "signed at a new price");
        self.journal.advance(record, &flight.signed_stage())?;
        Ok(flight)
    }

    /// What the call says now; the chain keeps no reason with a receipt.
    async fn revert_reason(&self, flight: &Flight) -> String {
        let replay = async {
            let head = self.node.head().await?;
            self.node.simulate(&flight.transaction.call, &head).await
        };
        match replay.await {
            Ok(model::ports::Simulation::Reverts { reason, .. }) => reason,
            Ok(model::ports::Simulation::Succeeds { .. }) => "it would succeed now".to_owned(),
            Err(fault) => format!("unknown: {fault}"),
        }
    }

    fn settle(&self, record: u64, settlement: Settlement) -> Result<Settlement, Fault> {
        self.journal.advance(record, &Stage::Settled(settlement.clone()))?;
        tracing::info!(record, ?settlement, "settled");
        Ok(settlement)
    }
}

fn is_higher(new: Fees, old: Fees) -> bool {
    new.max_fee > old.max_fee
}
