//! What the executor asks of the chain, and what this keeper's account may do there.

use alloy_primitives::{Address, B256};
use model::ports::{Broadcast, Call, Fault, FaultKind, Fees, Node, Receipt, Signed, Simulation, Transaction};
use model::{Block, Gas, Wei};

use crate::error::Error;
use crate::fees;
use crate::rpc::{self, Kind, Rpc};
use crate::wallet::{Unsigned, Wallet};

/// Gas above the estimate: accrual between simulation and inclusion changes storage costs a little.
const GAS_MARGIN_PERCENT: u64 = 20;

/// A node, with the keeper's key where anything is to be signed.
pub struct LiveNode<'a> {
    rpc: &'a Rpc,
    wallet: Option<&'a Wallet>,
    fee_caps: Fees,
}

impl<'a> LiveNode<'a> {
    /// Joins a node with a key and the most that may be offered for gas; without a key nothing is signed.
    pub fn new(rpc: &'a Rpc, wallet: Option<&'a Wallet>, fee_caps: Fees) -> Self {
        Self { rpc, wallet, fee_caps }
    }
}

impl Node for LiveNode<'_> {
    async fn simulate(&self, call: &Call, block: &Block) -> Result<Simulation, Fault> {
        simulate(self.rpc, call, block).await
    }

    async fn fees(&self) -> Result<Fees, Fault> {
        Ok(fees::current(self.rpc, self.fee_caps).await.map_err(Error::from)?)
    }

    async fn next_nonce(&self, account: Address) -> Result<u64, Fault> {
        Ok(self.rpc.nonce(account).await?)
    }

    async fn sign(&self, transaction: &Transaction) -> Result<Signed, Fault> {
        let refuse = |detail: String| Fault { kind: FaultKind::Refuse, detail };
        let Some(wallet) = self.wallet else { return Err(refuse("there is no key to sign with".into())) };
        if transaction.call.from != wallet.address() {
            return Err(refuse(format!("the key is of {}, not {}", wallet.address(), transaction.call.from)));
        }
        if transaction.chain_id != wallet.chain_id() {
            return Err(refuse(format!("the key signs for chain {}, not {}", wallet.chain_id(), transaction.chain_id)));
        }
        let unsigned = Unsigned {
            nonce: transaction.nonce,
            to: Some(transaction.call.to),
            data: transaction.call.data.clone(),
            value: Wei::ZERO,
            gas_limit: transaction.gas,
            fees: transaction.fees,
        };
        Ok(wallet.sign(&unsigned).map_err(Error::from)?)
    }

    async fn broadcast(&self, signed: &Signed) -> Result<Broadcast, Fault> {
        match self.rpc.send_raw(&signed.raw).await {
            Ok(hash) if hash == signed.hash => Ok(Broadcast::Accepted),
            Ok(hash) => Err(Fault {
                kind: FaultKind::Retry,
                detail: format!("eth_sendRawTransaction: the node names {hash}, the bytes are {}", signed.hash),
            }),
            Err(error) => meaning(error),
        }
    }

    async fn head(&self) -> Result<Block, Fault> {
        Ok(self.rpc.head().await?)
    }

    async fn receipt(&self, hash: B256) -> Result<Option<Receipt>, Fault> {
        let found = self.rpc.receipt(hash).await?;
        Ok(found.map(|found| Receipt {
            hash: found.tx_hash,
            block_number: found.block_number,
            succeeded: found.succeeded,
            gas_used: found.gas_used,
            gas_price: found.gas_price,
        }))
    }
}

/// Sorts what a node says to signed bytes; whatever leaves open whether it holds them stays a fault.
fn meaning(error: rpc::Error) -> Result<Broadcast, Fault> {
    let says_high = matches!(&error, rpc::Error::Node { message, .. } if message.to_lowercase().contains("high"));
    match error.kind() {
        Kind::AlreadyKnown => Ok(Broadcast::Accepted),
        // Too high means that this node lags behind the one that was asked for the nonce.
        Kind::Nonce if !says_high => Ok(Broadcast::NonceUsed),
        Kind::Fee => Ok(Broadcast::FeeTooLow),
        Kind::Funds => Ok(Broadcast::Rejected { reason: error.to_string() }),
        _ => Err(Fault { kind: FaultKind::Retry, detail: error.to_string() }),
    }
}

/// Runs a call at a block, and asks what gas it needs.
///
/// # Errors
/// When the node does not answer; a revert is a value.
pub async fn simulate(rpc: &Rpc, call: &Call, block: &Block) -> Result<Simulation, Fault> {
    let output = match rpc.call(call, block.number).await {
        Ok(output) => output,
        Err(error) => return reverts(error),
    };
    match rpc.estimate_gas(call.from, Some(call.to), &call.data, Wei::ZERO).await {
        Ok(gas) => Ok(Simulation::Succeeds { output, gas: with_margin(gas) }),
        Err(error) => reverts(error),
    }
}

fn reverts(error: rpc::Error) -> Result<Simulation, Fault> {
    match error {
        rpc::Error::Reverted { revert, .. } => Ok(Simulation::Reverts { data: revert.data, reason: revert.text }),
        error => Err(error.into()),
    }
}

/// Adds the margin to an estimate.
pub(crate) fn with_margin(gas: Gas) -> Gas {
    Gas(gas.0.saturating_add(gas.0.saturating_mul(GAS_MARGIN_PERCENT) / 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node_error(kind: Kind, message: &str) -> rpc::Error {
        rpc::Error::Node { method: "eth_sendRawTransaction".into(), kind, code: -32000, message: message.into() }
    }

    #[test]
    fn definite_answers_to_a_broadcast_are_values() {
        assert_eq!(meaning(node_error(Kind::AlreadyKnown, "already known")), Ok(Broadcast::Accepted));
        assert_eq!(meaning(node_error(Kind::Nonce, "nonce too low")), Ok(Broadcast::NonceUsed));
        assert_eq!(meaning(node_error(Kind::Fee, "underpriced")), Ok(Broadcast::FeeTooLow));
        assert!(matches!(meaning(node_error(Kind::Funds, "x")), Ok(Broadcast::Rejected { .. })));
    }

    #[test]
    fn ambiguous_answers_to_a_broadcast_stay_open() {
        let errors = [
            node_error(Kind::Nonce, "nonce too high"),
            node_error(Kind::Throttle, "x"),
            node_error(Kind::Other, "x"),
            rpc::Error::Status { method: "m".into(), endpoint: "e".into(), status: 502 },
            rpc::Error::malformed("m", "{}", "no hash"),
        ];
        for error in errors {
            assert_eq!(meaning(error).expect_err("open").kind, FaultKind::Retry);
        }
    }
}
