//! Marks: what the book believes of a position is replaced by what its adapter says.

use alloc::vec::Vec;

use abi::adapter::IAdapter;
use alloy_sol_types::SolCall;
use book::{Lock, saturate};
use host::{ISOLATED_GAS, Revert, view_word_within};
use portfolio::{Base, Touched, adapter_failed, registered};

use crate::program::Commons;

impl Commons {
    pub(crate) fn mark(&self, positions: &[u64]) -> Result<(), Revert> {
        let mut base = Base::open(&self.book, self.book.enter()?);
        let mut marked: Vec<Touched> = Vec::new();
        for position in positions {
            let index = registered(&base.accounts, *position as u32)?; // 32 bits.
            if marked.iter().any(|touched| touched.index == index) {
                continue; // Named twice.
            }
            let mut touched = Touched::load(&self.book, index, &self.book.holding(index));
            let adapter = touched.adapter;
            let real = view_word_within(&self.vm, ISOLATED_GAS, adapter, IAdapter::valueCall::SELECTOR)
                .map_err(|reason| adapter_failed(adapter, reason))?;
            touched.mark(&mut base, saturate(real))?;
            touched.tell_marked(&self.vm);
            marked.push(touched);
        }
        self.settle(base, &marked, Lock::Free);
        Ok(())
    }
}
