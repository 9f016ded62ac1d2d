//! One call under way, and the frames below it.

use std::{cell::RefCell, collections::HashMap, mem};

use alloy_primitives::{Address, B256, U256};
use stylus_sdk::host::{VM, WasmVM};

use crate::{
    Revert,
    chain::{Log, World},
    mock::recover,
};

/// Deeper calls than any test means to make.
const MAX_DEPTH: usize = 64;

thread_local! {
    /// The calls under way in this thread, the running one last.
    static FRAMES: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// Who runs whose code on what.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    /// Whose code runs.
    pub(crate) code: Address,
    /// On whose storage, under whose name.
    pub(crate) this: Address,
    pub(crate) caller: Address,
    pub(crate) value_wei: U256,
    pub(crate) is_static: bool,
}

pub(crate) struct Frame {
    pub(crate) world: World,
    pub(crate) call: Call,
    /// The most gas that it may use; all that there is counts as `u64::MAX`.
    pub(crate) gas: u64,
    /// What the last call out returned.
    pub(crate) returned: Vec<u8>,
    words: HashMap<B256, B256>,
    dirty: HashMap<B256, B256>,
    wrote_while_static: bool,
}

/// Lends the running frame.
pub(crate) fn with<T>(use_frame: impl FnOnce(&mut Frame) -> T) -> T {
    FRAMES.with_borrow_mut(|frames| use_frame(frames.last_mut().expect("host functions are called by programs")))
}

impl Call {
    /// Runs it, and undoes everything when it reverts.
    pub(crate) fn run(self, world: &World, gas: u64, data: Vec<u8>) -> Result<Vec<u8>, Revert> {
        if self.code == Address::with_last_byte(1) {
            return Ok(recover(&data));
        }
        let Some(program) = world.0.borrow().programs.get(&self.code).cloned() else {
            return Ok(Vec::new()); // An account without code answers nothing.
        };
        world.0.borrow_mut().gas_given.insert(self.this, gas);
        if FRAMES.with_borrow(|frames| frames.len() == MAX_DEPTH) {
            return Err(Vec::new());
        }
        let is_outermost = FRAMES.with_borrow(Vec::is_empty);
        if is_outermost {
            world.0.borrow_mut().is_out_of_gas = false;
        }
        let (storage, created, logs) = {
            let state = world.0.borrow();
            (state.storage.clone(), state.created.clone(), state.logs.len())
        };
        let frame = Frame {
            world: world.clone(),
            call: self,
            gas,
            returned: Vec::new(),
            words: HashMap::new(),
            dirty: HashMap::new(),
            wrote_while_static: false,
        };
        FRAMES.with_borrow_mut(|frames| frames.push(frame));
        let mut result = program(data, VM { host: WasmVM {} });
        let mut frame = FRAMES.with_borrow_mut(Vec::pop).expect("it was pushed above");
        frame.flush(false);
        if frame.wrote_while_static || is_outermost && world.0.borrow().is_out_of_gas {
            result = Err(Vec::new());
        }
        if result.is_err() {
            let mut state = world.0.borrow_mut();
            state.storage = storage;
            state.created = created;
            state.logs.truncate(logs);
        }
        result
    }
}

/// Burns all the gas that the running call was given. The world knows no gas: a call with a limit of its own just
/// fails, one without takes the whole call from outside with it.
pub(crate) fn burn_gas() {
    with(|frame| {
        if frame.gas == u64::MAX {
            frame.world.0.borrow_mut().is_out_of_gas = true;
        }
    });
}

impl Frame {
    pub(crate) fn load(&mut self, key: B256) -> B256 {
        let (world, this) = (&self.world, self.call.this);
        let stored = || world.0.borrow().storage.get(&(this, key)).copied().unwrap_or_default();
        *self.words.entry(key).or_insert_with(stored)
    }

    pub(crate) fn store(&mut self, key: B256, word: B256) {
        self.wrote_while_static |= self.call.is_static;
        self.words.insert(key, word);
        self.dirty.insert(key, word);
    }

    pub(crate) fn flush(&mut self, clear: bool) {
        let this = self.call.this;
        let words = mem::take(&mut self.dirty).into_iter().map(|(key, word)| ((this, key), word));
        self.world.0.borrow_mut().storage.extend(words);
        if clear {
            self.words.clear();
        }
    }

    /// Creates an account of this code, at the address of the running contract and its nonce, which begins at 1.
    pub(crate) fn create(&mut self, code: Vec<u8>) -> Address {
        self.wrote_while_static |= self.call.is_static;
        let created = &mut self.world.0.borrow_mut().created;
        let count = created.counts.entry(self.call.this).or_default();
        *count += 1;
        let address = self.call.this.create(*count);
        created.codes.insert(address, code);
        address
    }

    pub(crate) fn log(&mut self, topics: Vec<B256>, data: Vec<u8>) {
        self.wrote_while_static |= self.call.is_static;
        let at_secs = self.world.now_secs();
        self.world.0.borrow_mut().logs.push(Log { emitter: self.call.this, topics, data, at_secs });
    }
}
