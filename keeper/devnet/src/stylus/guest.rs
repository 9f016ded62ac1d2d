//! A running program as host calls see it: its ink and its memory.

use super::{cache::StorageCache, environment::Environment, params::INK_PRICE, request::Request};
use revm::primitives::{Address, Bytes, U256};
use std::fmt;
use wasmi::{Caller, Global, Memory, Val};

/// Why a host call does not return to the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The ink has run out.
    OutOfInk,
    /// The program did what it may not do.
    Failure(&'static str),
    /// The program asked to end with this status.
    Exit(u32),
    /// The EVM must answer first.
    Suspended,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfInk => write!(f, "out of ink"),
            Self::Failure(reason) => write!(f, "{reason}"),
            Self::Exit(status) => write!(f, "exit with status {status}"),
            Self::Suspended => write!(f, "suspended"),
        }
    }
}

impl wasmi::errors::HostError for Stop {}

impl From<Stop> for wasmi::Error {
    fn from(stop: Stop) -> Self {
        Self::host(stop)
    }
}

/// What a suspended host call does with the answer.
#[derive(Clone, Copy, Debug)]
pub enum Pending {
    /// Pays, and nothing more.
    Pay,
    /// Keeps a slot that was read and writes it to memory.
    Load { key: U256, dest: u32 },
    /// Writes a word to memory.
    Word { dest: u32 },
    /// Writes the length of the return data.
    Call { len_dest: u32 },
    /// Writes the address created and the length of the revert data.
    Create { dest: u32, len_dest: u32 },
    /// Writes part of an account's code.
    Code { address: Address, offset: u32, size: u32, dest: u32 },
    /// Returns the size of an account's code.
    CodeSize { address: Address },
}

/// The host's side of a running program.
#[derive(Debug)]
pub struct Host {
    /// Constants of the call.
    pub environment: Environment,
    /// What the program returns or reverts with.
    pub result: Vec<u8>,
    /// What the last contract called or created returned.
    pub return_data: Bytes,
    /// Storage seen so far.
    pub storage: StorageCache,
    /// Code that was read last, which costs nothing to read again.
    pub last_code: Option<(Address, Bytes)>,
    /// What the EVM is asked.
    pub request: Option<Request>,
    /// What happens with its answer.
    pub pending: Option<Pending>,
    /// Handles into the instance, set once it exists.
    pub handles: Option<Handles>,
}

impl Host {
    /// Starts with nothing seen.
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            result: Vec::new(),
            return_data: Bytes::new(),
            storage: StorageCache::default(),
            last_code: None,
            request: None,
            pending: None,
            handles: None,
        }
    }
}

/// The parts of an instance that the host reaches into.
#[derive(Clone, Copy, Debug)]
pub struct Handles {
    /// Ink left.
    pub ink_left: Global,
    /// 1 once the ink has run out.
    pub ink_status: Global,
    /// Words of stack left.
    pub stack_left: Global,
    /// The program's memory.
    pub memory: Memory,
}

/// A running program, reached from within a host call or from outside.
pub struct Guest<'a>(pub Caller<'a, Host>);

/// What host calls return.
pub type Hook<T> = Result<T, Stop>;

const OUT_OF_BOUNDS: Stop = Stop::Failure("memory access out of bounds");

impl Guest<'_> {
    /// The host's side.
    pub fn host(&mut self) -> &mut Host {
        self.0.data_mut()
    }

    /// Constants of the call.
    pub fn environment(&self) -> &Environment {
        &self.0.data().environment
    }

    fn handles(&self) -> Hook<Handles> {
        self.0.data().handles.ok_or(Stop::Failure("host call before start"))
    }

    /// Ink left.
    pub fn ink_left(&self) -> Hook<u64> {
        match self.handles()?.ink_left.get(&self.0) {
            Val::I64(ink) => Ok(ink as u64),
            _ => Err(Stop::OutOfInk),
        }
    }

    /// Gas left, rounded down.
    pub fn gas_left(&self) -> Hook<u64> {
        Ok(self.ink_left()? / u64::from(INK_PRICE))
    }

    /// Takes ink.
    pub fn buy_ink(&mut self, ink: u64) -> Hook<()> {
        let left = self.ink_left()?.checked_sub(ink).ok_or(Stop::OutOfInk)?;
        let global = self.handles()?.ink_left;
        global.set(&mut self.0, Val::I64(left as i64)).map_err(|_| Stop::OutOfInk)
    }

    /// Takes the ink of so much gas.
    pub fn buy_gas(&mut self, gas: u64) -> Hook<()> {
        self.buy_ink(gas.saturating_mul(u64::from(INK_PRICE)))
    }

    /// Stops unless there is so much gas, without taking it.
    pub fn require_gas(&self, gas: u64) -> Hook<()> {
        if self.ink_left()? < gas.saturating_mul(u64::from(INK_PRICE)) {
            return Err(Stop::OutOfInk);
        }
        Ok(())
    }

    /// Copies bytes out of the program's memory.
    pub fn read(&self, from: u32, len: u32) -> Hook<Vec<u8>> {
        let (from, len) = (from as usize, len as usize);
        let memory = self.handles()?.memory;
        let bytes = memory.data(&self.0);
        from.checked_add(len).and_then(|to| bytes.get(from..to)).map(<[u8]>::to_vec).ok_or(OUT_OF_BOUNDS)
    }

    fn read_array<const N: usize>(&self, from: u32) -> Hook<[u8; N]> {
        let memory = self.handles()?.memory;
        let bytes = memory.data(&self.0);
        bytes.get(from as usize..).and_then(|rest| rest.first_chunk()).copied().ok_or(OUT_OF_BOUNDS)
    }

    /// Reads a word, most significant byte first.
    pub fn read_word(&self, from: u32) -> Hook<U256> {
        self.read_array(from).map(U256::from_be_bytes::<32>)
    }

    /// Reads an address.
    pub fn read_address(&self, from: u32) -> Hook<Address> {
        self.read_array(from).map(Address::new)
    }

    /// Copies bytes into the program's memory.
    pub fn write(&mut self, to: u32, bytes: &[u8]) -> Hook<()> {
        let to = to as usize;
        let memory = self.handles()?.memory;
        let target = memory.data_mut(&mut self.0);
        let target = to.checked_add(bytes.len()).and_then(|end| target.get_mut(to..end)).ok_or(OUT_OF_BOUNDS)?;
        target.copy_from_slice(bytes);
        Ok(())
    }

    /// Writes a word, most significant byte first.
    pub fn write_word(&mut self, to: u32, word: U256) -> Hook<()> {
        self.write(to, &word.to_be_bytes::<32>())
    }

    /// Writes a number as the program's own memory has it, least significant byte first.
    pub fn write_u32(&mut self, to: u32, value: u32) -> Hook<()> {
        self.write(to, &value.to_le_bytes())
    }

    /// Leaves the host call until the EVM has answered.
    pub fn suspend<T>(&mut self, request: Request, pending: Pending) -> Hook<T> {
        let host = self.host();
        host.request = Some(request);
        host.pending = Some(pending);
        Err(Stop::Suspended)
    }
}
