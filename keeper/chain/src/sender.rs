//! Sends single transactions and waits for their blocks: deployments, deposits, withdrawals.
//!
//! Rebalances do not go this way: they are journaled by the executor.

use std::future::Future;
use std::time::{Duration, Instant};

use alloy_primitives::{Address, B256, Bytes, Log};
use alloy_sol_types::SolCall;
use model::ports::Fees;
use model::{Gas, Wei};

use crate::error::Error;
use crate::fees;
use crate::node::with_margin;
use crate::rpc::{self, Rpc};
use crate::wallet::{Unsigned, Wallet};

/// A transaction to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The callee; none creates a contract.
    pub to: Option<Address>,
    /// Selector and arguments, or init code.
    pub data: Bytes,
    /// Value sent along.
    pub value: Wei,
}

impl Outgoing {
    /// A call of a function that takes no value.
    pub fn call<C: SolCall>(to: Address, call: &C) -> Self {
        Self { to: Some(to), data: call.abi_encode().into(), value: Wei::ZERO }
    }
}

/// A transaction that a block took and that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The transaction.
    pub tx_hash: B256,
    /// Gas charged.
    pub gas_used: Gas,
    /// The contract created, if any.
    pub created: Option<Address>,
    /// What the contracts told.
    pub logs: Vec<Log>,
}

/// An account that sends transactions, over RPC or in process.
pub trait Sender: Sync {
    /// Why a transaction did not land or did not succeed.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Returns the account.
    fn account(&self) -> Address;

    /// Sends and returns when a block took it.
    ///
    /// # Errors
    /// When it reverts, or no block takes it.
    fn send(&self, outgoing: Outgoing) -> impl Future<Output = Result<Landed, Self::Error>> + Send;
}

/// Sends over RPC with a key.
pub struct RpcSender<'a> {
    rpc: &'a Rpc,
    wallet: &'a Wallet,
    fee_caps: Fees,
    patience: Patience,
}

/// How a receipt is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Time between two questions.
    pub poll: Duration,
    /// Time after which to give up.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { poll: Duration::from_millis(100), total: Duration::from_secs(60) }
    }
}

impl<'a> RpcSender<'a> {
    /// Joins a node with a key and the most that may be offered for gas.
    pub fn new(rpc: &'a Rpc, wallet: &'a Wallet, fee_caps: Fees, patience: Patience) -> Self {
        Self { rpc, wallet, fee_caps, patience }
    }

    async fn wait(&self, tx_hash: B256) -> Result<rpc::Receipt, Error> {
        let start = Instant::now();
        loop {
            match self.rpc.receipt(tx_hash).await {
                Ok(Some(receipt)) => return Ok(receipt),
                Ok(None) => {}
                Err(error) if error.kind().is_passing() => tracing::debug!(%error, "receipt"),
                Err(error) => return Err(error.into()),
            }
            if start.elapsed() >= self.patience.total {
                return Err(Error::NotMined { tx_hash, waited_secs: self.patience.total.as_secs() });
            }
            tokio::time::sleep(self.patience.poll).await;
        }
    }
}

impl Sender for RpcSender<'_> {
    type Error = Error;

    fn account(&self) -> Address {
        self.wallet.address()
    }

    async fn send(&self, outgoing: Outgoing) -> Result<Landed, Error> {
        let account = self.wallet.address();
        let gas = self.rpc.estimate_gas(account, outgoing.to, &outgoing.data, outgoing.value).await?;
        let fees = fees::current(self.rpc, self.fee_caps).await?;
        let nonce = self.rpc.nonce(account).await?;
        let unsigned = Unsigned {
            nonce,
            to: outgoing.to,
            data: outgoing.data,
            value: outgoing.value,
            gas_limit: with_margin(gas),
            fees,
        };
        let signed = self.wallet.sign(&unsigned)?;
        match self.rpc.send_raw(&signed.raw).await {
            Ok(_) => {}
            // The bytes may have arrived all the same: the receipt decides.
            Err(error) if error.kind().is_passing() || error.kind() == rpc::Kind::AlreadyKnown => {
                tracing::warn!(%error, "broadcast is ambiguous; waiting for the receipt");
            }
            Err(error) => return Err(error.into()),
        }
        let receipt = self.wait(signed.hash).await?;
        if !receipt.succeeded {
            return Err(Error::Reverted {
                tx_hash: signed.hash,
                block_number: receipt.block_number,
                reason: "it succeeded when it was estimated".into(),
            });
        }
        Ok(Landed {
            tx_hash: receipt.tx_hash,
            gas_used: receipt.gas_used,
            created: receipt.created,
            logs: receipt.logs,
        })
    }
}
