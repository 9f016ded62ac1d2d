//! What revm reads of a state.

use std::convert::Infallible;

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use revm::{
    Database,
    state::{AccountInfo, Bytecode},
};

use super::State;

impl Database for State {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.accounts.get(&address).map(|account| AccountInfo {
            balance: account.balance_wei,
            nonce: account.nonce,
            code_hash: account.code_hash,
            code: self.codes.get(&account.code_hash).cloned(),
            ..AccountInfo::default()
        }))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, Infallible> {
        debug_assert!(code_hash == KECCAK256_EMPTY || self.codes.contains_key(&code_hash), "code is never removed");
        Ok(self.codes.get(&code_hash).cloned().unwrap_or_default())
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(State::storage(self, address, slot))
    }

    /// The opcode asks for a block of the parent chain, which does not exist here: a value that is fixed for a number.
    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(keccak256(number.to_be_bytes()))
    }
}
