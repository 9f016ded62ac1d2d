//! The execution boundary: one transaction against one database in one block, EVM and Stylus alike.
//!
//! [`transact`] executes as a block does, [`simulate`] as `eth_call` does. Neither writes to the database: the caller
//! commits [`Outcome::state`] or drops it. The rules are Prague's with Arbitrum's differences: no calldata floor
//! (EIP-7623), no fee for posting to the parent chain, `NUMBER` is the parent chain's block, programs beside bytecode.

mod answer;
mod block;
mod frames;
mod machine;
mod outcome;
mod precompiles;
mod programs;
mod storage;

pub use block::{BlockContext, RecentPrograms};
pub use outcome::{Outcome, Status};
pub use precompiles::{ARB_GAS_INFO, ARB_OWNER, ARB_SYS, ARB_WASM, ARB_WASM_CACHE, GenesisAccount, genesis};
pub use revm::context::TxEnv as Transaction;
pub use revm::context::result::{EVMError, HaltReason, InvalidTransaction};
pub use storage::ARBOS;

use revm::Database;

/// Why a transaction could not be executed at all: it is invalid, or the database failed.
pub type Error<E> = EVMError<E>;

/// Executes one transaction under every rule of a block.
///
/// The block's list of recently run programs is updated even when the transaction reverts, as on the real chain.
///
/// # Errors
/// The transaction is invalid (nonce, balance, fees, gas limit, chain id) or the database failed. A revert is an
/// [`Outcome`].
pub fn transact<DB: Database>(
    db: &mut DB,
    block: &mut BlockContext,
    transaction: Transaction,
) -> Result<Outcome, Error<DB::Error>> {
    machine::run(db, block, transaction, machine::Checks::All)
}

/// Executes a call as `eth_call` and `eth_estimateGas` do: nonce, balance, base fee, block gas limit, chain id and the
/// sender's code are not checked, and no fee is charged.
///
/// Leaves the block as it is, so that a simulation costs what the same call would cost next.
///
/// # Errors
/// As for [`transact`], as far as still checked.
pub fn simulate<DB: Database>(
    db: &mut DB,
    block: &BlockContext,
    transaction: Transaction,
) -> Result<Outcome, Error<DB::Error>> {
    machine::run(db, &mut block.clone(), transaction, machine::Checks::Few)
}
