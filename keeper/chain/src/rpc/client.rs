//! The questions that the keeper asks a node, in alloy's types; ethers' types end here.

use alloy_primitives::{Address, B256, Bytes, Log};
use ethers::providers::{Middleware, Provider};
use ethers::types as e;
use model::ports::Call;
use model::{Block, Gas, Timestamp, Wei};
use serde_json::{Value, json};

use super::error::Error;
use super::transport::{HttpTransport, Limits, unwrap};
use crate::convert;
use crate::endpoint::Endpoint;

/// Most calls in one batch; hosted services refuse longer ones.
const BATCH_CALLS: usize = 100;

/// What became of a transaction that is in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction.
    pub tx_hash: B256,
    /// The block that holds it.
    pub block_number: u64,
    /// Gas charged.
    pub gas_used: Gas,
    /// What one gas cost.
    pub gas_price: Wei,
    /// False when it reverted.
    pub succeeded: bool,
    /// The contract created, if any.
    pub created: Option<Address>,
    /// What the contracts told.
    pub logs: Vec<Log>,
}

/// A node behind our transport.
#[derive(Debug)]
pub struct Rpc {
    provider: Provider<HttpTransport>,
}

impl Rpc {
    /// Builds a client; connects only when asked something.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(endpoint: Endpoint, limits: Limits) -> Result<Self, Error> {
        Ok(Self { provider: Provider::new(HttpTransport::new(endpoint, limits)?) })
    }

    /// Returns the transport beneath.
    pub fn transport(&self) -> &HttpTransport {
        self.provider.as_ref()
    }

    /// Returns the chain's id.
    ///
    /// # Errors
    /// See [`Error`]; so for every question here.
    pub async fn chain_id(&self) -> Result<u64, Error> {
        let id = self.provider.get_chainid().await.map_err(|error| unwrap("eth_chainId", error))?;
        u64::try_from(id).map_err(|_| Error::malformed("eth_chainId", id, "does not fit 64 bits"))
    }

    /// Returns the newest block.
    pub async fn head(&self) -> Result<Block, Error> {
        let found = self.block_at(e::BlockNumber::Latest).await?;
        found.ok_or_else(|| Error::malformed("eth_getBlockByNumber", "null", "the newest block must exist"))
    }

    /// Returns the block of this number, if the node has it.
    pub async fn block(&self, number: u64) -> Result<Option<Block>, Error> {
        let found = self.block_at(number.into()).await?;
        match found {
            Some(block) if block.number != number => {
                Err(Error::malformed("eth_getBlockByNumber", block.number, format!("block {number} was asked")))
            }
            found => Ok(found),
        }
    }

    async fn block_at(&self, at: e::BlockNumber) -> Result<Option<Block>, Error> {
        const METHOD: &str = "eth_getBlockByNumber";
        let Some(block) = self.provider.get_block(at).await.map_err(|error| unwrap(METHOD, error))? else {
            return Ok(None);
        };
        let number = block.number.ok_or_else(|| Error::malformed(METHOD, "number null", "the block is pending"))?;
        let hash = block.hash.ok_or_else(|| Error::malformed(METHOD, "hash null", "the block is pending"))?;
        let timestamp_secs = u64::try_from(block.timestamp)
            .map_err(|_| Error::malformed(METHOD, block.timestamp, "timestamp does not fit 64 bits"))?;
        Ok(Some(Block {
            number: number.as_u64(),
            hash: convert::hash(hash),
            timestamp: Timestamp(timestamp_secs),
            base_fee: Wei(convert::uint(block.base_fee_per_gas.unwrap_or_default())),
        }))
    }

    /// Returns the next nonce by the newest block. Arbitrum has no pending pool: pending equals latest.
    pub async fn nonce(&self, account: Address) -> Result<u64, Error> {
        const METHOD: &str = "eth_getTransactionCount";
        let count = self
            .provider
            .get_transaction_count(convert::to_address(account), Some(e::BlockNumber::Latest.into()))
            .await
            .map_err(|error| unwrap(METHOD, error))?;
        u64::try_from(count).map_err(|_| Error::malformed(METHOD, count, "does not fit 64 bits"))
    }

    /// Returns the balance as of a block.
    pub async fn balance(&self, account: Address, block: u64) -> Result<Wei, Error> {
        let balance = self.provider.get_balance(convert::to_address(account), Some(block.into())).await;
        balance.map(|balance| Wei(convert::uint(balance))).map_err(|error| unwrap("eth_getBalance", error))
    }

    /// Returns the code at an address as of a block.
    pub async fn code(&self, account: Address, block: u64) -> Result<Bytes, Error> {
        let code = self.provider.get_code(convert::to_address(account), Some(block.into())).await;
        code.map(|code| code.0.into()).map_err(|error| unwrap("eth_getCode", error))
    }

    /// Calls as of a block.
    pub async fn call(&self, call: &Call, block: u64) -> Result<Bytes, Error> {
        let answer = self.transport().ask("eth_call", call_params(call, block)).await?;
        bytes("eth_call", &answer)
    }

    /// Calls many as of one block, in batches; a call that fails is a value.
    ///
    /// # Errors
    /// Fails as a whole when an exchange fails.
    pub async fn calls(&self, calls: &[Call], block: u64) -> Result<Vec<Result<Bytes, Error>>, Error> {
        let mut results = Vec::with_capacity(calls.len());
        for chunk in calls.chunks(BATCH_CALLS) {
            let params = chunk.iter().map(|call| call_params(call, block)).collect();
            let answers = self.transport().ask_many("eth_call", params).await?;
            results.extend(answers.into_iter().map(|answer| bytes("eth_call", &answer?)));
        }
        Ok(results)
    }

    /// Returns the gas that a transaction would use on the newest state.
    pub async fn estimate_gas(
        &self,
        from: Address,
        to: Option<Address>,
        data: &Bytes,
        value: Wei,
    ) -> Result<Gas, Error> {
        const METHOD: &str = "eth_estimateGas";
        let mut call = json!({ "from": from, "data": data, "value": value.0 });
        if let Some(to) = to {
            call["to"] = json!(to);
        }
        let answer = self.transport().ask(METHOD, json!([call])).await?;
        quantity(METHOD, &answer).map(Gas)
    }

    /// Returns the tips that half of the gas of each recent block paid at most.
    pub async fn recent_tips(&self, blocks: u64) -> Result<Vec<Wei>, Error> {
        const METHOD: &str = "eth_feeHistory";
        let history = self
            .provider
            .fee_history(e::U256::from(blocks), e::BlockNumber::Latest, &[50.0])
            .await
            .map_err(|error| unwrap(METHOD, error))?;
        Ok(history.reward.iter().flatten().map(|tip| Wei(convert::uint(*tip))).collect())
    }

    /// Hands signed bytes to the node and returns the hash that it names.
    pub async fn send_raw(&self, raw: &[u8]) -> Result<B256, Error> {
        let answer = self.transport().ask("eth_sendRawTransaction", json!([Bytes::copy_from_slice(raw)])).await?;
        serde_json::from_value(answer.clone())
            .map_err(|error| Error::malformed("eth_sendRawTransaction", answer, error))
    }

    /// Returns what became of a transaction, if a block holds it.
    pub async fn receipt(&self, tx_hash: B256) -> Result<Option<Receipt>, Error> {
        const METHOD: &str = "eth_getTransactionReceipt";
        let found = self.provider.get_transaction_receipt(convert::to_hash(tx_hash)).await;
        let Some(receipt) = found.map_err(|error| unwrap(METHOD, error))? else { return Ok(None) };
        if convert::hash(receipt.transaction_hash) != tx_hash {
            let found = format!("{:?}", receipt.transaction_hash);
            return Err(Error::malformed(METHOD, found, format!("the receipt of {tx_hash} was asked")));
        }
        let missing = |what: &str| Error::malformed(METHOD, format!("{what} null"), "a receipt must carry it");
        let gas_used = receipt.gas_used.ok_or_else(|| missing("gasUsed"))?;
        Ok(Some(Receipt {
            tx_hash,
            block_number: receipt.block_number.ok_or_else(|| missing("blockNumber"))?.as_u64(),
            gas_used: Gas(
                u64::try_from(gas_used).map_err(|_| Error::malformed(METHOD, gas_used, "gas does not fit 64 bits"))?
            ),
            gas_price: Wei(convert::uint(receipt.effective_gas_price.unwrap_or_default())),
            succeeded: receipt.status.ok_or_else(|| missing("status"))?.as_u64() == 1,
            created: receipt.contract_address.map(convert::address),
            logs: receipt.logs.into_iter().map(convert::log).collect(),
        }))
    }

    /// Returns whether the node knows a transaction, in a block or not.
    pub async fn knows(&self, tx_hash: B256) -> Result<bool, Error> {
        let answer = self.transport().ask("eth_getTransactionByHash", json!([tx_hash])).await?;
        Ok(!answer.is_null())
    }
}

fn call_params(call: &Call, block: u64) -> Value {
    json!([{ "from": call.from, "to": call.to, "data": call.data }, format!("0x{block:x}")])
}

fn bytes(method: &str, answer: &Value) -> Result<Bytes, Error> {
    match answer {
        // `Bytes` itself would also take an array of numbers.
        Value::String(text) => text.parse().map_err(|error| Error::malformed(method, text, error)),
        other => Err(Error::malformed(method, other, "bytes come as a hex text")),
    }
}

fn quantity(method: &str, answer: &Value) -> Result<u64, Error> {
    let digits = answer.as_str().and_then(|text| text.strip_prefix("0x"));
    digits
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .ok_or_else(|| Error::malformed(method, answer, "a quantity of at most 64 bits comes as a hex text"))
}
