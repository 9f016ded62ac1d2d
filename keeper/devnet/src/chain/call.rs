//! A call as its caller states it: what to run, and what may be left to the chain.

use alloy_eips::{eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, Bytes, U256};

/// A call or a transaction that is not signed. What is `None` the chain fills in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The sender, whoever it is: no key is needed.
    pub from: Address,
    /// The receiver; `None` creates a contract from [`Self::input`].
    pub to: Option<Address>,
    /// Call data, or init code.
    pub input: Bytes,
    /// Wei sent along.
    pub value_wei: U256,
    /// Gas limit; the block's by default.
    pub gas: Option<u64>,
    /// What the sender offers for gas.
    pub fee: Fee,
    /// The sender's nonce; its next by default.
    pub nonce: Option<u64>,
    /// Accounts and slots warm from the start.
    pub access_list: AccessList,
    /// Delegations to set (EIP-7702).
    pub authorizations: Vec<SignedAuthorization>,
}

/// What the sender offers for a gas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fee {
    /// The base fee.
    #[default]
    Base,
    /// One price (transaction types 0 and 1).
    Legacy {
        /// Wei a gas.
        price_wei: u128,
    },
    /// A cap and a tip (EIP-1559).
    Dynamic {
        /// Most wei a gas.
        max_fee_wei: u128,
        /// Most wei a gas for the sequencer, which takes none.
        max_priority_fee_wei: u128,
    },
}

impl Call {
    /// Returns a call of a contract.
    pub fn new(from: Address, to: Address, input: impl Into<Bytes>) -> Self {
        Self { from, to: Some(to), input: input.into(), ..Self::default() }
    }

    /// Returns the creation of a contract.
    pub fn create(from: Address, init_code: impl Into<Bytes>) -> Self {
        Self { from, input: init_code.into(), ..Self::default() }
    }

    /// Sends wei along.
    pub fn with_value_wei(self, value_wei: impl Into<U256>) -> Self {
        Self { value_wei: value_wei.into(), ..self }
    }

    /// Sets the gas limit.
    pub fn with_gas(self, gas: u64) -> Self {
        Self { gas: Some(gas), ..self }
    }

    /// Sets what the sender offers for gas.
    pub fn with_fee(self, fee: Fee) -> Self {
        Self { fee, ..self }
    }

    /// Sets the nonce.
    pub fn with_nonce(self, nonce: u64) -> Self {
        Self { nonce: Some(nonce), ..self }
    }
}
