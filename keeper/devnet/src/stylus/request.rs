//! What a program asks of the EVM while it runs, and what the EVM answers.

use revm::primitives::{Address, B256, Bytes, U256};

/// How a program calls another contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// In the callee's context, with value in wei.
    Call(U256),
    /// In the caller's own context.
    Delegate,
    /// Without leave to change anything.
    Static,
}

/// Something that only the EVM can do. Slots and addresses are the acting contract's unless named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Reads a slot.
    Load(U256),
    /// Writes slots, with at most so much gas.
    Store {
        /// Slots and their new values.
        slots: Vec<(U256, U256)>,
        /// Gas left to the program.
        gas_left: u64,
    },
    /// Reads a transient slot.
    TransientLoad(U256),
    /// Writes a transient slot.
    TransientStore(U256, U256),
    /// Calls a contract.
    Call {
        /// In which way.
        kind: CallKind,
        /// Whose code.
        to: Address,
        /// Calldata.
        input: Bytes,
        /// Gas left to the program.
        gas_left: u64,
        /// Gas that the program allows the callee.
        gas_requested: u64,
    },
    /// Creates a contract.
    Create {
        /// Initialisation code.
        code: Bytes,
        /// Value in wei.
        value: U256,
        /// Salt of CREATE2; CREATE without.
        salt: Option<U256>,
        /// Gas left to the program.
        gas_left: u64,
    },
    /// Emits a log.
    Log {
        /// At most four.
        topics: Vec<B256>,
        /// Data after the topics.
        data: Bytes,
    },
    /// Asks for an account's balance.
    Balance(Address),
    /// Asks for an account's code.
    Code {
        /// Whose.
        address: Address,
        /// Gas left to the program; the code is not loaded for less than it costs.
        gas_left: u64,
    },
    /// Asks for the hash of an account's code.
    CodeHash(Address),
    /// Opens pages of memory.
    OpenPages(u16),
}

/// The EVM's answer to a [`Request`]. `gas` is what the program pays for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// Done, nothing to tell but the gas.
    Done {
        /// Price in gas.
        gas: u64,
    },
    /// A word: a slot, a balance or a hash.
    Word {
        /// The word.
        value: U256,
        /// Price in gas.
        gas: u64,
    },
    /// Code of an account.
    Code {
        /// The code.
        code: Bytes,
        /// Price in gas.
        gas: u64,
    },
    /// A call returned.
    Called {
        /// Whether it succeeded.
        success: bool,
        /// Return or revert data.
        output: Bytes,
        /// Price in gas.
        gas: u64,
    },
    /// A creation returned.
    Created {
        /// The new contract, or zero.
        address: Address,
        /// Revert data, if it reverted.
        output: Bytes,
        /// Price in gas.
        gas: u64,
    },
    /// Not for the gas that is left: the program ends out of ink.
    OutOfGas,
    /// Not allowed: the program fails.
    Refused(&'static str),
}
