//! One call of a program: runs until it ends or needs the EVM, and carries on with the EVM's answer.

use super::{
    compile::{self, Compiled},
    environment::Environment,
    guest::{Guest, Handles, Hook, Host, Pending, Stop},
    host,
    instrument::{INK_LEFT, INK_STATUS, STACK_LEFT},
    module::{ENTRY_POINT, MEMORY},
    params::INK_PRICE,
    request::{Request, Response},
};
use revm::primitives::Bytes;
use wasmi::{Caller, Store, TrapCode, TypedFunc, TypedResumableCall, TypedResumableCallHostTrap, Val};

/// How a call of a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With status 0 and this result.
    Success(Bytes),
    /// With another status and this result.
    Revert(Bytes),
    /// By a trap or a forbidden act: reverts without data, and keeps the gas that is left.
    Failure(String),
    /// Out of ink.
    OutOfInk,
    /// Out of stack; takes all gas.
    OutOfStack,
}

/// What a program does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It waits for an answer.
    Ask(Request),
    /// It has ended.
    End {
        /// How.
        ending: Ending,
        /// Gas that is left.
        gas_left: u64,
    },
}

enum State {
    Ready(TypedFunc<u32, u32>),
    Suspended(TypedResumableCallHostTrap<u32>),
    Over,
}

/// A call of a program.
pub struct Instance {
    store: Store<Host>,
    state: State,
}

impl Instance {
    /// Prepares a call with so much gas. Nothing runs yet.
    ///
    /// # Errors
    /// The module cannot be instantiated: a segment lies outside its memory or table.
    pub fn new(compiled: &Compiled, environment: Environment, gas: u64) -> Result<Self, String> {
        let mut store = Store::new(compile::engine(), Host::new(environment));
        let instance =
            compile::linker().instantiate_and_start(&mut store, &compiled.module).map_err(|error| error.to_string())?;
        let global = |name| instance.get_global(&store, name).expect("instrumentation exports it");
        let handles = Handles {
            ink_left: global(INK_LEFT),
            ink_status: global(INK_STATUS),
            stack_left: global(STACK_LEFT),
            memory: instance.get_memory(&store, MEMORY).expect("checked at activation"),
        };
        let entry = instance.get_typed_func(&store, ENTRY_POINT).map_err(|error| error.to_string())?;
        let ink = gas.saturating_mul(u64::from(INK_PRICE));
        handles.ink_left.set(&mut store, Val::I64(ink as i64)).map_err(|error| error.to_string())?;
        store.data_mut().handles = Some(handles);
        Ok(Self { store, state: State::Ready(entry) })
    }

    /// Runs from the beginning to the first request or the end.
    pub fn start(&mut self) -> Step {
        let State::Ready(entry) = std::mem::replace(&mut self.state, State::Over) else {
            return self.end(Ending::Failure("started twice".to_owned()));
        };
        let len = self.store.data().environment.input.len() as u32;
        let outcome = entry.call_resumable(&mut self.store, len);
        self.step(outcome)
    }

    /// Carries on with the answer to the last request.
    pub fn resume(&mut self, response: Response) -> Step {
        let State::Suspended(trap) = std::mem::replace(&mut self.state, State::Over) else {
            return self.end(Ending::Failure("resumed without a request".to_owned()));
        };
        let mut guest = Guest(Caller::from(&mut self.store));
        match finish(&mut guest, response) {
            Ok(value) => {
                let outcome = trap.resume(&mut self.store, value.as_slice());
                self.step(outcome)
            }
            Err(stop) => self.stop(stop),
        }
    }

    fn step(&mut self, outcome: Result<TypedResumableCall<u32>, wasmi::Error>) -> Step {
        match outcome {
            Ok(TypedResumableCall::Finished(status)) => self.exit(status),
            Ok(TypedResumableCall::HostTrap(trap)) => {
                let stop = trap.host_error().downcast_ref::<Stop>().cloned();
                if stop == Some(Stop::Suspended)
                    && let Some(request) = self.store.data_mut().request.take()
                {
                    self.state = State::Suspended(trap);
                    return Step::Ask(request);
                }
                self.stop(stop.unwrap_or(Stop::Failure("unknown host error")))
            }
            Ok(TypedResumableCall::OutOfFuel(_)) => self.stop(Stop::OutOfInk),
            Err(error) => self.trap(&error),
        }
    }

    fn stop(&mut self, stop: Stop) -> Step {
        match stop {
            Stop::OutOfInk => self.end(Ending::OutOfInk),
            Stop::Exit(status) => self.exit(status),
            Stop::Failure(reason) => self.end(Ending::Failure(reason.to_owned())),
            Stop::Suspended => self.end(Ending::Failure("suspended without a request".to_owned())),
        }
    }

    /// Instrumentation traps as the program itself may: which of them it was, the globals tell.
    fn trap(&mut self, error: &wasmi::Error) -> Step {
        let is = |global: wasmi::Global, value| matches!(global.get(&self.store), Val::I32(found) if found == value);
        let handles = self.store.data().handles;
        if handles.is_some_and(|handles| is(handles.stack_left, 0))
            || error.as_trap_code() == Some(TrapCode::StackOverflow)
        {
            return self.end(Ending::OutOfStack);
        }
        if handles.is_some_and(|handles| is(handles.ink_status, 1)) {
            return self.end(Ending::OutOfInk);
        }
        self.end(Ending::Failure(error.to_string()))
    }

    fn exit(&mut self, status: u32) -> Step {
        let result = Bytes::from(std::mem::take(&mut self.store.data_mut().result));
        self.end(if status == 0 { Ending::Success(result) } else { Ending::Revert(result) })
    }

    fn end(&mut self, ending: Ending) -> Step {
        let gas_left = match ending {
            Ending::OutOfInk | Ending::OutOfStack => 0,
            _ => Guest(Caller::from(&mut self.store)).gas_left().unwrap_or(0),
        };
        Step::End { ending, gas_left }
    }
}

/// Ends the host call that asked: pays, writes to memory, and returns what the call returns.
fn finish(guest: &mut Guest<'_>, response: Response) -> Hook<Option<Val>> {
    let number = |value: u32| Some(Val::I32(value as i32));
    let pending = guest.host().pending.take();
    match (pending, response) {
        (_, Response::OutOfGas) => Err(Stop::OutOfInk),
        (_, Response::Refused(reason)) => Err(Stop::Failure(reason)),
        (Some(Pending::Pay), Response::Done { gas }) => guest.buy_gas(gas).map(|()| None),
        (Some(Pending::Load { key, dest }), Response::Word { value, gas }) => {
            host::loaded(guest, key, dest, value, gas).map(|()| None)
        }
        (Some(Pending::Word { dest }), Response::Word { value, gas }) => {
            guest.buy_gas(gas)?;
            guest.write_word(dest, value).map(|()| None)
        }
        (Some(Pending::Call { len_dest }), Response::Called { success, output, gas }) => {
            host::called(guest, len_dest, success, output, gas).map(number)
        }
        (Some(Pending::Create { dest, len_dest }), Response::Created { address, output, gas }) => {
            host::created(guest, dest, len_dest, address, output, gas).map(|()| None)
        }
        (Some(Pending::Code { address, offset, size, dest }), Response::Code { code, gas }) => {
            host::received(guest, address, &code, gas)?;
            host::copy(guest, &code, offset, size, dest).map(number)
        }
        (Some(Pending::CodeSize { address }), Response::Code { code, gas }) => {
            host::received(guest, address, &code, gas)?;
            Ok(number(code.len() as u32))
        }
        _ => Err(Stop::Failure("answer does not fit the request")),
    }
}
