//! One call of a precompile: who calls, what it may do, and what it pays.

use super::super::{
    machine::Ctx,
    storage::{self, Space},
};
use alloy_sol_types::{Revert, SolError, SolEvent};
use revm::{
    Database,
    context::{ContextTr, JournalTr},
    interpreter::CallInputs,
    primitives::{Address, Bytes, Log, U256},
};

const COPY_WORD_GAS: u64 = 3;
const READ_GAS: u64 = 800;
const WRITE_GAS: u64 = 20_000;
const CLEAR_GAS: u64 = 5_000;
const LOG_GAS: u64 = 375;
const LOG_BYTE_GAS: u64 = 8;

/// Why a precompile did not do what it was called for.
#[derive(Debug)]
pub(super) enum Failure<E> {
    /// The gas did not suffice.
    OutOfGas,
    /// With a typed error, and the gas that is left returned.
    Revert(Bytes),
    /// With an error, and all gas taken.
    TakeAll(Bytes),
    /// The database failed.
    Database(E),
}

impl<E> Failure<E> {
    /// Reverts with a typed error.
    pub(super) fn error(error: impl SolError) -> Self {
        Self::Revert(error.abi_encode().into())
    }

    /// Reverts with a reason in words, as `require` does, and takes all gas.
    pub(super) fn reason(reason: &str) -> Self {
        Self::TakeAll(Revert::from(reason).abi_encode().into())
    }
}

/// What a method of a precompile returns: its encoded result.
pub(super) type Answer<DB> = Result<Bytes, Failure<<DB as Database>::Error>>;

/// A call of a precompile.
pub(super) struct Call<'a, DB: Database> {
    pub(super) ctx: &'a mut Ctx<DB>,
    pub(super) caller: Address,
    pub(super) value: U256,
    /// The precompile called.
    precompile: Address,
    /// The account that the call acts as: the precompile, unless called by delegate call.
    acting: Address,
    is_static: bool,
    gas_left: u64,
}

type Paid<DB, T> = Result<T, Failure<<DB as Database>::Error>>;

impl<'a, DB: Database> Call<'a, DB> {
    pub(super) fn new(ctx: &'a mut Ctx<DB>, inputs: &CallInputs) -> Self {
        Self {
            ctx,
            caller: inputs.caller,
            value: inputs.call_value(),
            precompile: inputs.bytecode_address,
            acting: inputs.target_address,
            is_static: inputs.is_static,
            gas_left: inputs.gas_limit,
        }
    }

    /// Gas that is left.
    pub(super) fn gas_left(&self) -> u64 {
        self.gas_left
    }

    /// Pays for the arguments and for opening the chain's state.
    pub(super) fn enter(&mut self, input: &[u8]) -> Paid<DB, ()> {
        let words = input.len().saturating_sub(4).div_ceil(32) as u64;
        self.burn(COPY_WORD_GAS * words + READ_GAS)
    }

    /// Pays for the result.
    pub(super) fn leave(&mut self, output: Bytes) -> Answer<DB> {
        self.burn(COPY_WORD_GAS * output.len().div_ceil(32) as u64)?;
        Ok(output)
    }

    /// Takes gas.
    pub(super) fn burn(&mut self, gas: u64) -> Paid<DB, ()> {
        let left = self.gas_left.checked_sub(gas);
        self.gas_left = left.unwrap_or(0);
        left.map(|_| ()).ok_or(Failure::OutOfGas)
    }

    /// Refuses value.
    pub(super) fn not_payable(&self) -> Paid<DB, ()> {
        if self.value.is_zero() { Ok(()) } else { Err(Failure::TakeAll(Bytes::new())) }
    }

    /// Refuses to change anything in a static call or in another's name.
    pub(super) fn writes(&self) -> Paid<DB, ()> {
        if self.is_static || self.acting != self.precompile {
            return Err(Failure::TakeAll(Bytes::new()));
        }
        Ok(())
    }

    /// Refuses everybody but chain owners.
    pub(super) fn only_owner(&mut self) -> Paid<DB, ()> {
        if self.contains(Space::Owners, self.caller)? { Ok(()) } else { Err(Failure::TakeAll(Bytes::new())) }
    }

    /// Pays for a write of a slot: less to clear it.
    pub(super) fn burn_write(&mut self, is_zero: bool) -> Paid<DB, ()> {
        self.burn(if is_zero { CLEAR_GAS } else { WRITE_GAS })
    }

    /// Pays for a read of a slot.
    pub(super) fn burn_read(&mut self) -> Paid<DB, ()> {
        self.burn(READ_GAS)
    }

    /// Whether an address is in a list of the chain's.
    pub(super) fn contains(&mut self, list: Space, member: Address) -> Paid<DB, bool> {
        self.burn_read()?;
        storage::contains(&mut self.ctx.journaled_state, list, member).map_err(Failure::Database)
    }

    /// Returns a list of the chain's.
    pub(super) fn members(&mut self, list: Space) -> Paid<DB, Vec<Address>> {
        self.burn_read()?;
        let members = storage::members(&mut self.ctx.journaled_state, list).map_err(Failure::Database)?;
        self.burn(READ_GAS * members.len() as u64)?;
        Ok(members)
    }

    /// Adds an address to a list of the chain's.
    pub(super) fn add(&mut self, list: Space, member: Address) -> Paid<DB, ()> {
        self.burn(3 * WRITE_GAS)?;
        storage::add(&mut self.ctx.journaled_state, list, member).map_err(Failure::Database)
    }

    /// Takes an address off a list of the chain's.
    pub(super) fn remove(&mut self, list: Space, member: Address) -> Paid<DB, ()> {
        self.burn(3 * WRITE_GAS)?;
        storage::remove(&mut self.ctx.journaled_state, list, member).map_err(Failure::Database)
    }

    /// Reads one of the chain's values.
    pub(super) fn read(&mut self, slot: U256) -> Paid<DB, U256> {
        self.burn_read()?;
        storage::get(&mut self.ctx.journaled_state, slot).map_err(Failure::Database)
    }

    /// Writes one of the chain's values.
    pub(super) fn write(&mut self, slot: U256, value: U256) -> Paid<DB, ()> {
        self.burn_write(value.is_zero())?;
        storage::set(&mut self.ctx.journaled_state, slot, value).map_err(Failure::Database)
    }

    /// Emits an event of the precompile's.
    pub(super) fn emit(&mut self, event: impl SolEvent) -> Paid<DB, ()> {
        let data = event.encode_log_data();
        self.burn(LOG_GAS * (1 + data.topics().len() as u64) + LOG_BYTE_GAS * data.data.len() as u64)?;
        self.ctx.journal_mut().log(Log { address: self.precompile, data });
        Ok(())
    }

    /// Pays out of the precompile's balance.
    pub(super) fn pay(&mut self, to: Address, value: U256) -> Paid<DB, ()> {
        let refused = self.ctx.journal_mut().transfer(self.precompile, to, value).map_err(Failure::Database)?;
        refused.map_or(Ok(()), |_| Err(Failure::TakeAll(Bytes::new())))
    }
}
