//! The set of selectors.

use core::ops::Deref;

use abi::{board::IBoard, covenants::ICovenants};
use alloc::vec::Vec;
use alloy_sol_types::SolCall;
use book::Book;
use gate::{Change, Gate, bytes4};
use host::{Revert, VM, revert};
use stylus_sdk::stylus_core::MessageAccess;

/// The program during one call: a gate with setters behind it, and a judge.
pub(crate) struct Program(Gate);

impl Deref for Program {
    type Target = Gate;

    fn deref(&self) -> &Gate {
        &self.0
    }
}

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IBoard`, `IDesk` or `IVault`; empty for ether sent along, malformed arguments or an unknown selector.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let mut program = Program(Gate { book: Book::open(&vm), vm, input: input.clone() });
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    route(&mut program, *selector, arguments).unwrap_or(Err(Vec::new()))
}

host::routes! { for Program, this:
    ICovenants {
        judgeCovenantsCall(a) => this.judge(&a.array(|a| a.uint())?);
        covenantStatesCall(a) => this.states(&a.array(|a| a.uint())?);
        setDurationCall | setLadderCall | setCreditCall | setHazardCall | setPurchasesCall | setTermCall(_)
            => this.make(|change| this.set(change));
        covenantCall(_) => view(this.view());
    }
    IBoard {
        setThresholdsCall | setHealthFloorCall(_) => this.make(|change| this.set(change));
        submitCall(a) => this.submit(a.bytes()?, |change| this.set(change));
    }
}

impl Program {
    /// Hands a change to its setter, which reads, judges and, where the gate admits it, makes it.
    fn set(&self, change: &mut Change<'_>) -> Result<(), Revert> {
        match change.selector {
            ICovenants::setDurationCall::SELECTOR => self.set_duration(change),
            ICovenants::setLadderCall::SELECTOR => self.set_ladder(change),
            ICovenants::setCreditCall::SELECTOR => self.set_credit(change),
            ICovenants::setHazardCall::SELECTOR => self.set_hazard(change),
            ICovenants::setPurchasesCall::SELECTOR => self.set_purchases(change),
            ICovenants::setTermCall::SELECTOR => self.set_term(change),
            IBoard::setThresholdsCall::SELECTOR => self.set_thresholds(change),
            IBoard::setHealthFloorCall::SELECTOR => self.set_health_floor(change),
            selector => Err(revert::<IBoard::UnknownFunction>(&[bytes4(selector)])),
        }
    }
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}
