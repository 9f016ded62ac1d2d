//! Typed calls gathered into one exchange, answered as of one block.

use std::marker::PhantomData;

use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;
use model::ports::Call;

use crate::rpc::{Error, Rpc};

/// Calls to be asked together.
pub(crate) struct Batch {
    from: Address,
    calls: Vec<Call>,
    names: Vec<&'static str>,
}

/// The place of one call's answer.
pub(crate) struct Ticket<C> {
    at: usize,
    _call: PhantomData<C>,
}

/// The answers, each still possibly a failure.
pub(crate) struct Answers {
    calls: Vec<Call>,
    names: Vec<&'static str>,
    answers: Vec<Result<Bytes, Error>>,
}

impl Batch {
    /// Starts a batch of calls that `from` would make.
    pub(crate) fn new(from: Address) -> Self {
        Self { from, calls: Vec::new(), names: Vec::new() }
    }

    /// Adds a call and returns where its answer will be.
    pub(crate) fn add<C: SolCall>(&mut self, to: Address, call: C) -> Ticket<C> {
        self.calls.push(Call { from: self.from, to, data: call.abi_encode().into() });
        self.names.push(C::SIGNATURE);
        Ticket { at: self.calls.len() - 1, _call: PhantomData }
    }

    /// Asks everything as of a block.
    pub(crate) async fn send(self, rpc: &Rpc, block: u64) -> Result<Answers, Error> {
        let answers = rpc.calls(&self.calls, block).await?;
        Ok(Answers { calls: self.calls, names: self.names, answers })
    }
}

impl Answers {
    /// Returns one answer, decoded strictly.
    ///
    /// # Errors
    /// What the contract refused with, or the bytes where they are not what the interface file says; both name
    /// the function and the contract.
    pub(crate) fn get<C: SolCall>(&self, ticket: &Ticket<C>) -> Result<C::Return, Error> {
        let name = format!("eth_call {} of {}", self.names[ticket.at], self.calls[ticket.at].to);
        match &self.answers[ticket.at] {
            Ok(data) => C::abi_decode_returns_validate(data).map_err(|error| Error::malformed(&name, data, error)),
            Err(Error::Reverted { revert, .. }) => Err(Error::Reverted { method: name, revert: revert.clone() }),
            Err(error) => Err(error.clone()),
        }
    }
}
