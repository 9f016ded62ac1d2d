//! An in-process chain that runs the programs' own code natively, for tests of several programs together.
//!
//! It has what the programs use of a host and nothing else: calls of every kind with rollback, storage behind a cache
//! that must be flushed before calls as on the real host, static calls that refuse writes, accounts that hold bytes as
//! their code, logs, time, and the precompiles that recover signers and know programs' lives. It knows no gas, but which
//! call was given how much. The real chain, with the real WASM and venues, is what the end to end tests run on; this one
//! finds faults in milliseconds.

pub mod bonds;
mod chain;
mod frame;
mod governance;
mod hooks;
pub mod levers;
pub mod mock;
mod scene;

pub use chain::{Log, Program, World, address, refusal};
pub use governance::change_id;
pub use scene::{
    ALL, BOARD, COMMONS, COVENANTS, CURATOR, DESK, GUARDIAN, KEEPER, LENS, OWNER, REHEARSAL, Scene, Terms, USDC, VAULT,
    WAD, add, initialize, legs, risk_id, set_cap,
};

/// The price of a test's brevity: revert data as it came.
pub type Revert = Vec<u8>;
