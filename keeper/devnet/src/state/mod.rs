//! The world state: accounts, code and storage in persistent maps.
//!
//! Cloning a [`State`] is O(1) and shares everything, so each block keeps its own state, a snapshot costs nothing and
//! a simulated call writes to a copy that is dropped.

mod database;
mod overrides;

pub use overrides::{OverrideError, apply_overrides};

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use revm::state::{Bytecode, EvmState};
use rpds::HashTrieMapSync;

/// One account, without its code.
#[derive(Clone, Debug)]
struct Account {
    balance_wei: U256,
    nonce: u64,
    code_hash: B256,
    storage: HashTrieMapSync<U256, U256>,
}

impl Default for Account {
    fn default() -> Self {
        Self { balance_wei: U256::ZERO, nonce: 0, code_hash: KECCAK256_EMPTY, storage: HashTrieMapSync::new_sync() }
    }
}

impl Account {
    /// Whether the account counts as absent (EIP-161).
    fn is_empty(&self) -> bool {
        self.balance_wei.is_zero() && self.nonce == 0 && self.code_hash == KECCAK256_EMPTY
    }

    fn set_slot(&mut self, slot: U256, value: U256) {
        if value.is_zero() {
            self.storage.remove_mut(&slot);
        } else {
            self.storage.insert_mut(slot, value);
        }
    }
}

/// The code is a delegation (EIP-7702) that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed EIP-7702 delegation code {code}")]
pub struct MalformedDelegation {
    /// The code offered.
    pub code: Bytes,
}

/// Accounts, code and storage at one moment.
#[derive(Clone, Debug)]
pub struct State {
    accounts: HashTrieMapSync<Address, Account>,
    codes: HashTrieMapSync<B256, Bytecode>,
}

impl Default for State {
    fn default() -> Self {
        Self { accounts: HashTrieMapSync::new_sync(), codes: HashTrieMapSync::new_sync() }
    }
}

impl State {
    /// Returns the balance in wei; zero for an unknown account.
    pub fn balance_wei(&self, address: Address) -> U256 {
        self.accounts.get(&address).map_or(U256::ZERO, |account| account.balance_wei)
    }

    /// Returns the nonce; zero for an unknown account.
    pub fn nonce(&self, address: Address) -> u64 {
        self.accounts.get(&address).map_or(0, |account| account.nonce)
    }

    /// Returns the code as deployed; empty where there is none.
    pub fn code(&self, address: Address) -> Bytes {
        let code = self.accounts.get(&address).and_then(|account| self.codes.get(&account.code_hash));
        code.map_or_else(Bytes::new, Bytecode::original_bytes)
    }

    /// Returns one storage slot; zero where nothing was written.
    pub fn storage(&self, address: Address, slot: U256) -> U256 {
        let account = self.accounts.get(&address);
        account.and_then(|account| account.storage.get(&slot)).copied().unwrap_or_default()
    }

    /// Whether a contract lives here, so that no key can be its owner (EIP-3607). A delegation is no contract.
    pub fn is_contract(&self, address: Address) -> bool {
        let code = self.accounts.get(&address).and_then(|account| self.codes.get(&account.code_hash));
        code.is_some_and(|code| !code.is_empty() && !code.is_eip7702())
    }

    /// Sets the balance.
    pub fn set_balance_wei(&mut self, address: Address, balance_wei: U256) {
        self.update(address, |account| account.balance_wei = balance_wei);
    }

    /// Sets the nonce.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.update(address, |account| account.nonce = nonce);
    }

    /// Sets the code, keeping the storage.
    ///
    /// # Errors
    /// The code starts as an EIP-7702 delegation and is not one.
    pub fn set_code(&mut self, address: Address, code: Bytes) -> Result<(), MalformedDelegation> {
        let code = Bytecode::new_raw_checked(code.clone()).map_err(|_| MalformedDelegation { code })?;
        let code_hash = code.hash_slow();
        self.codes.insert_mut(code_hash, code);
        self.update(address, |account| account.code_hash = code_hash);
        Ok(())
    }

    /// Sets one storage slot.
    pub fn set_storage(&mut self, address: Address, slot: U256, value: U256) {
        self.update(address, |account| account.set_slot(slot, value));
    }

    /// Forgets every storage slot of an account.
    pub fn clear_storage(&mut self, address: Address) {
        self.update(address, |account| account.storage = HashTrieMapSync::new_sync());
    }

    /// Writes what a transaction changed.
    pub fn commit(&mut self, changes: EvmState) {
        for (address, changed) in changes.into_iter().filter(|(_, changed)| changed.is_touched()) {
            if changed.is_selfdestructed() {
                self.accounts.remove_mut(&address);
                continue;
            }
            let code_hash = changed.info.code_hash;
            if let Some(code) = changed.info.code.as_ref().filter(|_| !self.codes.contains_key(&code_hash)) {
                self.codes.insert_mut(code_hash, code.clone());
            }
            self.update(address, |account| {
                account.balance_wei = changed.info.balance;
                account.nonce = changed.info.nonce;
                account.code_hash = code_hash;
                if changed.is_created() {
                    account.storage = HashTrieMapSync::new_sync();
                }
                for (slot, value) in changed.storage.iter().filter(|(_, value)| value.is_changed()) {
                    account.set_slot(*slot, value.present_value);
                }
            });
        }
    }

    fn update(&mut self, address: Address, change: impl FnOnce(&mut Account)) {
        let mut account = self.accounts.get(&address).cloned().unwrap_or_default();
        change(&mut account);
        // Storage without nonce, balance and code can only be set by hand; it is kept.
        if account.is_empty() && account.storage.is_empty() {
            self.accounts.remove_mut(&address);
        } else {
            self.accounts.insert_mut(address, account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: Address = Address::repeat_byte(0xa1);

    #[test]
    fn clone_is_not_changed_by_later_writes() {
        let mut state = State::default();
        state.set_balance_wei(ALICE, U256::from(1));
        state.set_storage(ALICE, U256::from(7), U256::from(8));

        let before = state.clone();
        state.set_balance_wei(ALICE, U256::from(2));
        state.set_storage(ALICE, U256::from(7), U256::ZERO);

        assert_eq!(before.balance_wei(ALICE), U256::from(1));
        assert_eq!(before.storage(ALICE, U256::from(7)), U256::from(8));
        assert_eq!(state.storage(ALICE, U256::from(7)), U256::ZERO);
    }

    #[test]
    fn emptied_account_is_forgotten() {
        let mut state = State::default();
        state.set_nonce(ALICE, 3);
        state.set_nonce(ALICE, 0);

        assert!(state.accounts.is_empty());
    }

    #[test]
    fn delegation_is_no_contract() {
        let mut state = State::default();
        let delegation = [&[0xef, 0x01, 0x00][..], Address::repeat_byte(9).as_slice()].concat();

        state.set_code(ALICE, delegation.into()).expect("a well-formed delegation");
        assert!(!state.is_contract(ALICE));

        state.set_code(ALICE, Bytes::from_static(&[0x00])).expect("plain code");
        assert!(state.is_contract(ALICE));
    }

    #[test]
    fn malformed_delegation_is_refused() {
        let code = Bytes::from_static(&[0xef, 0x01, 0x00, 0x01]);

        let refused = State::default().set_code(ALICE, code.clone());

        assert_eq!(refused, Err(MalformedDelegation { code }));
    }
}
