//! Accounts, storage, logs and time; calls from outside.

use std::{any::type_name, cell::RefCell, collections::HashMap, rc::Rc};

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use stylus_sdk::host::VM;

use crate::{Revert, frame::Call};

/// What runs at an address: one of our programs, or a mock.
pub type Program = Rc<dyn Fn(Vec<u8>, VM) -> Result<Vec<u8>, Revert>>;

/// An emitted event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Who emitted it.
    pub emitter: Address,
    /// Signature and indexed fields.
    pub topics: Vec<B256>,
    /// The other fields.
    pub data: Vec<u8>,
    /// When, in unix seconds.
    pub at_secs: u64,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) programs: HashMap<Address, Program>,
    pub(crate) codehashes: HashMap<Address, B256>,
    pub(crate) storage: HashMap<(Address, B256), B256>,
    pub(crate) created: Created,
    pub(crate) logs: Vec<Log>,
    pub(crate) now_secs: u64,
    pub(crate) gas_given: HashMap<Address, u64>,
    /// Whether a callee has burnt all the gas of the call from outside.
    pub(crate) is_out_of_gas: bool,
}

/// Accounts that programs have created, which hold bytes and run nothing.
#[derive(Clone, Default)]
pub(crate) struct Created {
    /// Their code.
    pub(crate) codes: HashMap<Address, Vec<u8>>,
    /// How many each creator has created: one less than its nonce.
    pub(crate) counts: HashMap<Address, u64>,
}

/// A chain.
#[derive(Clone)]
pub struct World(pub(crate) Rc<RefCell<State>>);

/// Returns a readable address.
pub const fn address(number: u8) -> Address {
    Address::with_last_byte(number)
}

impl Default for World {
    fn default() -> Self {
        let state = State { now_secs: 1_800_000_000, ..State::default() };
        Self(Rc::new(RefCell::new(state)))
    }
}

impl World {
    /// Puts a program at an address; programs of the same code have the same code hash.
    pub fn install<P: Fn(Vec<u8>, VM) -> Result<Vec<u8>, Revert> + 'static>(&self, at: Address, program: P) {
        let mut state = self.0.borrow_mut();
        state.programs.insert(at, Rc::new(program));
        state.codehashes.insert(at, keccak256(type_name::<P>()));
    }

    /// Returns the hash of the code at an address; zero where there is none.
    pub fn codehash(&self, at: Address) -> B256 {
        let state = self.0.borrow();
        let created = || state.created.codes.get(&at).map(keccak256);
        state.codehashes.get(&at).copied().or_else(created).unwrap_or_default()
    }

    /// Returns the code at an address that a program created; none where none did.
    pub fn code_of(&self, at: Address) -> Option<Vec<u8>> {
        self.0.borrow().created.codes.get(&at).cloned()
    }

    /// Calls with calldata as it stands.
    pub fn call_raw(&self, from: Address, to: Address, data: Vec<u8>) -> Result<Vec<u8>, Revert> {
        self.call_with_value(from, to, data, U256::ZERO)
    }

    /// Calls with ether sent along.
    pub fn call_with_value(&self, from: Address, to: Address, data: Vec<u8>, wei: U256) -> Result<Vec<u8>, Revert> {
        Call { code: to, this: to, caller: from, value_wei: wei, is_static: false }.run(self, u64::MAX, data)
    }

    /// Calls, typed both ways.
    pub fn call<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Result<C::Return, Revert> {
        let answer = self.call_raw(from, to, call.abi_encode())?;
        Ok(C::abi_decode_returns_validate(&answer).expect("an answer is encoded as the interface says"))
    }

    /// Asks in a static call.
    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, Revert> {
        let frame = Call { code: to, this: to, caller: address(0xee), value_wei: U256::ZERO, is_static: true };
        let answer = frame.run(self, u64::MAX, call.abi_encode())?;
        Ok(C::abi_decode_returns_validate(&answer).expect("an answer is encoded as the interface says"))
    }

    /// Returns every event of a type that an account has emitted.
    pub fn events<E: SolEvent>(&self, emitter: Address) -> Vec<E> {
        let state = self.0.borrow();
        let ours = state.logs.iter().filter(|log| log.emitter == emitter);
        let ours = ours.filter(|log| log.topics.first() == Some(&E::SIGNATURE_HASH));
        ours.map(|log| {
            E::decode_raw_log_validate(log.topics.iter().copied(), &log.data)
                .expect("an event is encoded as the interface says")
        })
        .collect()
    }

    /// Returns what an account has emitted, but for the first `skip` logs of all.
    pub fn logs_of(&self, emitter: Address, skip: usize) -> Vec<Log> {
        let state = self.0.borrow();
        state.logs.iter().skip(skip).filter(|log| log.emitter == emitter).cloned().collect()
    }

    /// Returns how many logs there are, of everybody.
    pub fn log_count(&self) -> usize {
        self.0.borrow().logs.len()
    }

    /// Returns a copy of everything stored, for claims that nothing changed.
    pub fn storage(&self) -> HashMap<(Address, B256), B256> {
        self.0.borrow().storage.clone()
    }

    /// Goes back to what was stored.
    pub fn restore(&self, storage: HashMap<(Address, B256), B256>) {
        self.0.borrow_mut().storage = storage;
    }

    /// Writes a word of an account's storage, as mocks are set up.
    pub fn poke(&self, at: Address, slot: u8, word: U256) {
        self.0.borrow_mut().storage.insert((at, B256::with_last_byte(slot)), word.into());
    }

    /// Reads a word of an account's storage.
    pub fn peek(&self, at: Address, slot: u8) -> U256 {
        self.0.borrow().storage.get(&(at, B256::with_last_byte(slot))).copied().unwrap_or_default().into()
    }

    /// Returns the gas that the last call of an account was given; all of it counts as `u64::MAX`.
    pub fn gas_given(&self, to: Address) -> u64 {
        self.0.borrow().gas_given.get(&to).copied().unwrap_or_default()
    }

    /// Returns the time, in unix seconds.
    pub fn now_secs(&self) -> u64 {
        self.0.borrow().now_secs
    }

    /// Lets time pass.
    pub fn pass(&self, secs: u64) {
        self.0.borrow_mut().now_secs += secs;
    }
}

/// Decodes a revert that must be of a type.
pub fn refusal<E: SolError>(result: Result<impl Sized, Revert>) -> E {
    let revert = result.err().expect("the call is refused");
    E::abi_decode_validate(&revert)
        .unwrap_or_else(|_| panic!("another revert: {}", alloy_primitives::hex::encode(revert)))
}
