//! Transactions: decoding, building from a call, and the rules that hold before one is executed.

use alloy_consensus::{
    SignableTransaction, Transaction as _, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy, Typed2718,
    transaction::{Recovered, SignerRecoverable},
};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{Address, Signature, TxKind, U256};
use revm::context::either::Either;

use super::{
    accounts::dev_account,
    call::{Call, Fee},
    error::Error,
};
use crate::{evm, state::State};

/// What a transaction must fit into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub chain_id: u64,
    pub base_fee_wei: u64,
    pub block_gas_limit: u64,
}

/// A transaction and its sender, and whether a key has signed it.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub envelope: Recovered<TxEnvelope>,
    pub is_signed: bool,
}

impl Sent {
    /// Decodes a signed transaction.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let envelope = TxEnvelope::decode_2718_exact(bytes).map_err(|error| Error::Undecodable(error.to_string()))?;
        if envelope.is_eip4844() {
            return Err(Error::UnsupportedType(envelope.ty()));
        }
        let envelope = envelope.try_into_recovered().map_err(|_| Error::BadSignature)?;
        Ok(Self { envelope, is_signed: true })
    }

    /// Builds a transaction, signed where the sender is a development account.
    ///
    /// Any other sender is impersonated: its signature is a placeholder that holds the address, so that hashes differ
    /// from sender to sender.
    pub fn build(call: &Call, nonce: u64, gas: u64, rules: &Rules) -> Result<Self, Error> {
        let envelope = match call.fee {
            Fee::Legacy { price_wei } if !call.authorizations.is_empty() => {
                return Err(Error::Invalid(format!("gas price {price_wei} with an authorization list")));
            }
            Fee::Legacy { price_wei } if call.access_list.is_empty() => {
                let transaction = TxLegacy {
                    chain_id: Some(rules.chain_id),
                    nonce,
                    gas_price: price_wei,
                    gas_limit: gas,
                    to: kind(call.to),
                    value: call.value_wei,
                    input: call.input.clone(),
                };
                sign(transaction, call.from)
            }
            Fee::Legacy { price_wei } => {
                let transaction = TxEip2930 {
                    chain_id: rules.chain_id,
                    nonce,
                    gas_price: price_wei,
                    gas_limit: gas,
                    to: kind(call.to),
                    value: call.value_wei,
                    input: call.input.clone(),
                    access_list: call.access_list.clone(),
                };
                sign(transaction, call.from)
            }
            Fee::Base => Self::dynamic(call, nonce, gas, rules, u128::from(rules.base_fee_wei), 0)?,
            Fee::Dynamic { max_fee_wei, max_priority_fee_wei } => {
                Self::dynamic(call, nonce, gas, rules, max_fee_wei, max_priority_fee_wei)?
            }
        };
        let is_signed = dev_account(call.from).is_some();
        Ok(Self { envelope: Recovered::new_unchecked(envelope, call.from), is_signed })
    }

    fn dynamic(
        call: &Call,
        nonce: u64,
        gas_limit: u64,
        rules: &Rules,
        max_fee_per_gas: u128,
        max_priority_fee_per_gas: u128,
    ) -> Result<TxEnvelope, Error> {
        let (chain_id, value, input) = (rules.chain_id, call.value_wei, call.input.clone());
        let access_list = call.access_list.clone();
        if call.authorizations.is_empty() {
            let to = kind(call.to);
            let transaction = TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to,
                value,
                access_list,
                input,
            };
            return Ok(sign(transaction, call.from));
        }
        let to = call.to.ok_or_else(|| Error::Invalid("an authorization list without a receiver".into()))?;
        let transaction = TxEip7702 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to,
            value,
            access_list,
            authorization_list: call.authorizations.clone(),
            input,
        };
        Ok(sign(transaction, call.from))
    }

    pub fn sender(&self) -> Address {
        self.envelope.signer()
    }

    pub fn nonce(&self) -> u64 {
        self.envelope.nonce()
    }

    /// Checks everything that can be known before execution.
    pub fn check(&self, state: &State, next_nonce: u64, rules: &Rules) -> Result<(), Error> {
        let (address, transaction) = (self.sender(), self.envelope.inner());
        match transaction.chain_id() {
            Some(have) if have != rules.chain_id => return Err(Error::ChainId { have, want: rules.chain_id }),
            _ => {}
        }
        let nonce = self.nonce();
        if nonce < next_nonce {
            return Err(Error::NonceTooLow { address, nonce, next: next_nonce });
        }
        if nonce > next_nonce {
            return Err(Error::NonceTooHigh { address, nonce, next: next_nonce });
        }
        if self.is_signed && state.is_contract(address) {
            return Err(Error::SenderIsContract(address));
        }
        let have_gas = transaction.gas_limit();
        if have_gas > rules.block_gas_limit {
            return Err(Error::GasAboveBlock { have_gas, limit_gas: rules.block_gas_limit });
        }
        let max_fee_wei = transaction.max_fee_per_gas();
        match transaction.max_priority_fee_per_gas() {
            Some(tip) if tip > max_fee_wei => {
                return Err(Error::TipAboveFee { address, max_priority_fee_wei: tip, max_fee_wei });
            }
            _ => {}
        }
        if max_fee_wei < u128::from(rules.base_fee_wei) {
            return Err(Error::FeeTooLow { address, max_fee_wei, base_fee_wei: rules.base_fee_wei });
        }
        // A gas limit and a price of 128 bits cannot overflow 256; the value can.
        let fee_wei = U256::from(have_gas) * U256::from(max_fee_wei);
        let want_wei = fee_wei.saturating_add(transaction.value());
        let have_wei = state.balance_wei(address);
        if have_wei < want_wei {
            return Err(Error::InsufficientFunds { address, have_wei, want_wei });
        }
        Ok(())
    }

    /// Returns what the execution takes: every transaction pays the base fee, whatever more it offers.
    pub fn execution(&self, rules: &Rules) -> evm::Transaction {
        let transaction = self.envelope.inner();
        evm::Transaction {
            tx_type: transaction.ty(),
            caller: self.sender(),
            gas_limit: transaction.gas_limit(),
            gas_price: u128::from(rules.base_fee_wei),
            kind: transaction.kind(),
            value: transaction.value(),
            data: transaction.input().clone(),
            nonce: transaction.nonce(),
            chain_id: transaction.chain_id(),
            access_list: transaction.access_list().cloned().unwrap_or_default(),
            gas_priority_fee: transaction.max_priority_fee_per_gas().map(|_| 0),
            authorization_list: transaction
                .authorization_list()
                .unwrap_or_default()
                .iter()
                .cloned()
                .map(Either::Left)
                .collect(),
            ..evm::Transaction::default()
        }
    }
}

fn kind(to: Option<Address>) -> TxKind {
    to.map_or(TxKind::Create, TxKind::Call)
}

fn sign<T>(transaction: T, from: Address) -> TxEnvelope
where
    T: SignableTransaction<Signature>,
    alloy_consensus::Signed<T>: Into<TxEnvelope>,
{
    let signature = match dev_account(from) {
        Some(account) => account.sign(transaction.signature_hash()),
        None => Signature::new(U256::from_be_slice(from.as_slice()), U256::ONE, false),
    };
    transaction.into_signed(signature).into()
}
