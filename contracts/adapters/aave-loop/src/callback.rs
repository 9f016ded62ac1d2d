//! Who calls back, and why it is believed.
//!
//! Before the adapter calls a lender or the pool it stores the hash of whom it calls and of the words it sends along. A
//! callback is answered where its caller and words have that hash, and clears it: it comes once, from nobody else, with
//! nothing else, and at no other time. Amounts that the caller itself names are held against those words.

use alloc::vec::Vec;

use abi::leverage::ILoop;
use adapter::Position;
use alloy_primitives::{Address, B256, U256};
use host::{Failure, Revert, Slot, VM, Word, revert};
use stylus_sdk::stylus_core::{AccountAccess, CryptographyAccess, MessageAccess};

use crate::{flash::Plan, swap};

/// The slot of the hash of the callback that is expected; zero for none.
const EXPECTED_SLOT: u8 = 2;

/// Answers a callback; `None` where the call is none.
pub(crate) fn answer(input: &[u8], vm: &VM) -> Option<Result<Vec<u8>, Revert>> {
    let (selector, arguments) = input.split_first_chunk::<4>()?;
    if !ROUTES.contains(selector) {
        return None;
    }
    if !vm.msg_value().is_zero() {
        return Some(Err(Vec::new()));
    }
    route(&mut Callback { position: Position::load(vm.clone()) }, *selector, arguments)
}

host::routes! { ILoop for Callback, this:
    onMorphoFlashLoanCall(c) => {
        let assets = c.uint()?;
        this.lent(assets, U256::ZERO, c.bytes()?)
    };
    executeOperationCall(c) => {
        let (_asset, assets, premium, initiator) = (c.address()?, c.uint()?, c.uint()?, c.address()?);
        this.lent_to(initiator, assets, premium, c.bytes()?)
    };
    uniswapV3SwapCallbackCall(c) => {
        let amounts = [c.uint()?, c.uint()?];
        this.owes(amounts, c.bytes()?)
    };
}

struct Callback {
    position: Position,
}

impl Callback {
    fn lent(&self, assets: U256, fee: U256, data: &[u8]) -> Result<(), Revert> {
        self.check(data)?;
        let (plan, lent) = Plan::read(data).ok_or_else(Vec::new)?;
        plan.repaid(&self.position, lent, assets, fee)
    }

    fn lent_to(&self, initiator: Address, assets: U256, fee: U256, data: &[u8]) -> Result<bool, Revert> {
        if initiator != self.position.vm.contract_address() {
            return Err(revert::<ILoop::UnexpectedCallback>(&[initiator.word()]));
        }
        self.lent(assets, fee, data).map(|()| true)
    }

    fn owes(&self, amounts: [U256; 2], data: &[u8]) -> Result<(), Revert> {
        self.check(data)?;
        swap::pay(&self.position, amounts, data)
    }

    /// Demands that this very callback is expected, and expects it no longer.
    fn check(&self, data: &[u8]) -> Result<(), Revert> {
        let (vm, slot) = (&self.position.vm, Slot::at(EXPECTED_SLOT));
        let caller = vm.msg_sender();
        if slot.load(vm) != hash(vm, caller, data) {
            return Err(revert::<ILoop::UnexpectedCallback>(&[caller.word()]));
        }
        slot.store(vm, B256::ZERO);
        Ok(())
    }
}

/// Expects one callback from an account with these words.
pub(crate) fn expect(position: &Position, from: Address, data: &[u8]) {
    Slot::at(EXPECTED_SLOT).store(&position.vm, hash(&position.vm, from, data));
}

/// Demands that the callback has come.
///
/// # Errors
///
/// `NoCallback`.
pub(crate) fn expected(position: &Position, from: Address) -> Result<(), Failure> {
    let has_come = Slot::at(EXPECTED_SLOT).load(&position.vm).is_zero();
    if has_come { Ok(()) } else { Err(revert::<ILoop::NoCallback>(&[from.word()])) }
}

fn hash(vm: &VM, from: Address, data: &[u8]) -> B256 {
    vm.native_keccak256(&[from.as_slice(), data].concat())
}
