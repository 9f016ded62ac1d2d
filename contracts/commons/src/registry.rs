//! What governance set, as anyone can read it.

use alloc::vec::Vec;

use abi::{arb::IArbWasm, desk::IDesk};
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use book::{Holding, Role};
use host::{Revert, Word, revert, view_word};
use stylus_sdk::stylus_core::AccountAccess;

use crate::program::{Commons, has, told};

/// Arbitrum's precompile for programs.
const ARB_WASM: Address = Address::with_last_byte(0x71);

impl Commons {
    pub(crate) fn view_breaker(&self, risk_id: B256) -> [B256; 7] {
        self.book.breaker(risk_id).words()
    }

    pub(crate) fn view_ancestors(&self, risk_id: B256) -> Result<Vec<[B256; 1]>, Revert> {
        let place = self.book.cap_place(risk_id).ok_or_else(|| revert::<IDesk::InvalidRiskId>(&[risk_id]))?;
        let ancestors = self.book.cap(place).ancestors;
        let places = (0..self.book.accounts().caps).filter(|place| has(ancestors, *place));
        Ok(places.map(|place| [self.book.risk_id(place)]).collect())
    }

    /// `IBoard.Lever[]`.
    pub(crate) fn view_levers(&self) -> Vec<[B256; 9]> {
        let held = (0..self.book.accounts().positions).map(|index| (index, self.book.holding(index)));
        held.filter(|(_, holding)| holding.may_owe())
            .map(|(index, Holding { target_bps, soft_bps, hard_bps, .. })| {
                let rescue = self.book.rescue(index);
                let [target, soft, hard, slip, reward] =
                    [target_bps, soft_bps, hard_bps, rescue.slip_bps, rescue.reward_bps]
                        .map(|bps| u32::from(bps).word());
                let chunk = rescue.chunk_assets.word();
                let (cooldown, ready_at) = (rescue.cooldown_secs.word(), told(rescue.ready_at_secs()).word());
                [index.word(), target, soft, hard, chunk, cooldown, slip, reward, ready_at]
            })
            .collect()
    }

    pub(crate) fn view_programs(&self) -> Vec<[B256; 3]> {
        let programs = [Role::Desk, Role::Commons, Role::Board, Role::Lens, Role::Rehearsal, Role::Covenants]
            .map(|role| self.book.role(role));
        let ours = [self.vm.contract_address()].into_iter().chain(programs);
        let adapters = (0..self.book.accounts().positions).map(|index| self.book.holding(index).adapter);
        ours.chain(adapters).map(|account| self.program(account)).collect()
    }

    fn program(&self, account: Address) -> [B256; 3] {
        // The precompile refuses for a program that has expired, and for what is none.
        let left = view_word(&self.vm, ARB_WASM, IArbWasm::programTimeLeftCall::SELECTOR, &[account.word()]);
        [account.word(), self.vm.code_hash(account), left.unwrap_or_default().word()]
    }
}
