//! A contract that answers what a test has written down, and reverts at everything else: what a liar says.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use alloy_primitives::Address;
use alloy_sol_types::SolCall;

use crate::{World, frame::burn_gas};

/// What is answered, by selector. Copies are of the same script.
#[derive(Clone, Default)]
pub struct Script(Rc<RefCell<HashMap<[u8; 4], Line>>>);

/// One answer.
#[derive(Clone)]
enum Line {
    Answers(Vec<u8>),
    BurnsGas,
}

impl Script {
    /// Installs a contract that says nothing yet.
    pub fn install(world: &World, at: Address) -> Self {
        let script = Self::default();
        let lines = script.clone();
        world.install(at, move |input, _| {
            let line = input.first_chunk::<4>().and_then(|selector| lines.0.borrow().get(selector).cloned());
            match line {
                Some(Line::Answers(answer)) => Ok(answer),
                Some(Line::BurnsGas) => {
                    burn_gas();
                    Err(b"script".to_vec())
                }
                None => Err(b"script".to_vec()),
            }
        });
        script
    }

    /// Has it answer a function with bytes, whatever the arguments.
    pub fn says<C: SolCall>(&self, answer: impl Into<Vec<u8>>) -> &Self {
        self.0.borrow_mut().insert(C::SELECTOR, Line::Answers(answer.into()));
        self
    }

    /// Has it revert at a function.
    pub fn is_silent<C: SolCall>(&self) -> &Self {
        self.0.borrow_mut().remove(&C::SELECTOR);
        self
    }

    /// Has it burn all its gas at a function.
    pub fn burns<C: SolCall>(&self) -> &Self {
        self.0.borrow_mut().insert(C::SELECTOR, Line::BurnsGas);
        self
    }
}
