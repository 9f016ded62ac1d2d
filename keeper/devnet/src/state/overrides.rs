//! State overrides of `eth_call` and its siblings.

use alloy_primitives::{Address, B256, U256};
use alloy_rpc_types_eth::state::StateOverride;

use super::{MalformedDelegation, State};

/// Why overrides cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// Both the whole storage and a difference were given.
    #[error("account {0} has both 'state' and 'stateDiff'")]
    BothStates(Address),
    /// Moving a precompile is not supported.
    #[error("account {0}: movePrecompileToAddress is not supported")]
    MovedPrecompile(Address),
    /// The code cannot be read.
    #[error(transparent)]
    Code(#[from] MalformedDelegation),
}

/// Writes overrides into a state that is about to be dropped.
///
/// # Errors
/// See [`OverrideError`]; the state may then be half written.
pub fn apply_overrides(state: &mut State, overrides: &StateOverride) -> Result<(), OverrideError> {
    for (&address, account) in overrides {
        if account.move_precompile_to.is_some() {
            return Err(OverrideError::MovedPrecompile(address));
        }
        if account.state.is_some() && account.state_diff.is_some() {
            return Err(OverrideError::BothStates(address));
        }
        if let Some(balance_wei) = account.balance {
            state.set_balance_wei(address, balance_wei);
        }
        if let Some(nonce) = account.nonce {
            state.set_nonce(address, nonce);
        }
        if let Some(code) = &account.code {
            state.set_code(address, code.clone())?;
        }
        if account.state.is_some() {
            state.clear_storage(address);
        }
        let word = |word: &B256| U256::from_be_bytes(word.0);
        for (slot, value) in account.state.iter().chain(&account.state_diff).flatten() {
            state.set_storage(address, word(slot), word(value));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_rpc_types_eth::state::{AccountOverride, StateOverridesBuilder};

    const ALICE: Address = Address::repeat_byte(0xa1);

    fn word(n: u64) -> B256 {
        U256::from(n).into()
    }

    fn state() -> State {
        let mut state = State::default();
        state.set_storage(ALICE, U256::from(1), U256::from(10));
        state
    }

    #[test]
    fn whole_state_replaces_every_slot() {
        let mut state = state();
        let overrides = StateOverridesBuilder::default().with_state(ALICE, [(word(2), word(20))]).build();

        apply_overrides(&mut state, &overrides).expect("valid overrides");

        assert_eq!(state.storage(ALICE, U256::from(1)), U256::ZERO);
        assert_eq!(state.storage(ALICE, U256::from(2)), U256::from(20));
    }

    #[test]
    fn state_difference_keeps_other_slots() {
        let mut state = state();
        let overrides = StateOverridesBuilder::default().with_state_diff(ALICE, [(word(2), word(20))]).build();

        apply_overrides(&mut state, &overrides).expect("valid overrides");

        assert_eq!(state.storage(ALICE, U256::from(1)), U256::from(10));
        assert_eq!(state.storage(ALICE, U256::from(2)), U256::from(20));
    }

    #[test]
    fn both_kinds_of_state_are_refused() {
        let account = AccountOverride::default().with_state([]).with_state_diff([]);
        let overrides = StateOverridesBuilder::default().append(ALICE, account).build();

        assert_eq!(apply_overrides(&mut state(), &overrides), Err(OverrideError::BothStates(ALICE)));
    }
}
