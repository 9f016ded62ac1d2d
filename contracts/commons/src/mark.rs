//! Marks: what the book believes of a position is replaced by what its adapter says.

use alloc::vec::Vec;

use abi::adapter::IAdapter;
use alloy_sol_types::SolCall;
use book::{Holding, Lock, saturate};
use host::{Failure, ISOLATED_GAS, Revert, view_word_within};
use portfolio::{Base, Report, Touched, adapter_failed, overflow, registered};

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
            let holding = self.book.holding(index);
            let mut touched = Touched::load(&self.book, index, &holding);
            let real = self.value(&mut touched, &holding).map_err(|reason| adapter_failed(holding.adapter, reason))?;
            touched.mark(&mut base, real)?;
            touched.tell_marked(&self.vm);
            touched.look(&mut base.ledger, &self.vm).map_err(overflow)?;
            marked.push(touched);
        }
        self.settle(base, &marked, Lock::Free);
        Ok(())
    }

    /// Asks what a position is worth; of one with a date the whole report, which has two values and a yield.
    fn value(&self, touched: &mut Touched, holding: &Holding) -> Result<u128, Failure> {
        if holding.is_dated {
            touched.report = Report::ask(&self.vm, holding.adapter)?;
            return Ok(touched.report.stated.value_assets);
        }
        view_word_within(&self.vm, ISOLATED_GAS, holding.adapter, IAdapter::valueCall::SELECTOR).map(saturate)
    }
}
