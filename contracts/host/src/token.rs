//! ERC-20 tokens as they are: some answer nothing, some answer false, some take a fee.
//!
//! A transfer counts as done when the call succeeded and answered nothing or true. What really arrived is for the
//! caller to measure by balances.

use alloc::vec::Vec;

use abi::erc20::IERC20;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use stylus_sdk::host::VM;

use crate::{Failure, Word, invoke, view_word};

fn accepted(answer: Result<Vec<u8>, Failure>) -> Result<(), Failure> {
    let answer = answer?;
    let says_true = || answer == true.word().as_slice();
    if answer.is_empty() || says_true() { Ok(()) } else { Err(Vec::new()) }
}

/// Transfers our own tokens.
///
/// # Errors
///
/// What the token reverted with; empty when it answered false.
pub fn transfer(vm: &VM, token: Address, to: Address, amount: U256) -> Result<(), Failure> {
    accepted(invoke(vm, token, IERC20::transferCall::SELECTOR, &[to.word(), amount.word()]))
}

/// Transfers tokens of an account that has approved us.
///
/// # Errors
///
/// What the token reverted with; empty when it answered false.
pub fn transfer_from(vm: &VM, token: Address, from: Address, to: Address, amount: U256) -> Result<(), Failure> {
    let words = [from.word(), to.word(), amount.word()];
    accepted(invoke(vm, token, IERC20::transferFromCall::SELECTOR, &words))
}

/// Sets what a spender may take of our tokens.
///
/// # Errors
///
/// What the token reverted with; empty when it answered false.
pub fn approve(vm: &VM, token: Address, spender: Address, amount: U256) -> Result<(), Failure> {
    accepted(invoke(vm, token, IERC20::approveCall::SELECTOR, &[spender.word(), amount.word()]))
}

/// Returns an account's balance.
///
/// # Errors
///
/// What the token reverted with.
pub fn balance_of(vm: &VM, token: Address, account: Address) -> Result<U256, Failure> {
    view_word(vm, token, IERC20::balanceOfCall::SELECTOR, &[account.word()])
}
