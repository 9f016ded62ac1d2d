//! Short verbs for what governance does slowly.

use abi::board::IBoard;
use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_sol_types::SolCall;

use crate::{Revert, Scene};

/// Returns the id of a change.
pub fn change_id<C: SolCall>(call: &C) -> B256 {
    keccak256(call.abi_encode())
}

impl Scene {
    /// Returns a vault that is open: what adds risk waits.
    pub fn opened() -> Self {
        let scene = Self::new();
        scene.open();
        scene
    }

    /// Announces a change.
    pub fn submit<C: SolCall>(&self, from: Address, call: &C) -> Result<(), Revert> {
        self.submit_raw(from, call.abi_encode())
    }

    /// Announces a change by its calldata as it stands.
    pub fn submit_raw(&self, from: Address, data: Vec<u8>) -> Result<(), Revert> {
        self.try_call(from, IBoard::submitCall { data: Bytes::from(data) }).map(|_| ())
    }

    /// Announces a change and lets it wait until it can be made.
    pub fn announce<C: SolCall>(&self, from: Address, call: &C) {
        self.submit(from, call).expect("it can be announced");
        self.world.pass(self.executable_at(call) - self.world.now_secs());
    }

    /// Returns when a change can be made; 0 where it was not announced.
    pub fn executable_at<C: SolCall>(&self, call: &C) -> u64 {
        self.view(IBoard::executableAtCall { id: change_id(call) }).to()
    }

    /// Takes an announced change back.
    pub fn revoke<C: SolCall>(&self, from: Address, call: &C) -> Result<(), Revert> {
        self.try_call(from, IBoard::revokeCall { id: change_id(call) }).map(|_| ())
    }
}
