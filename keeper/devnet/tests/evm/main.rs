//! Transactions through the execution boundary: EVM bytecode and Stylus programs, gas to the unit.

// The helpers of tests may panic as the tests themselves may.
#![allow(clippy::unwrap_used)]

mod activation;
mod calls;
mod creation;
mod hooks;
mod hostile;
mod ink;
mod metering;
mod precompiles;
mod refusals;
mod samples;
mod vectors;
mod world;
