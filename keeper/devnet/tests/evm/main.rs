//! Transactions through the execution boundary: EVM bytecode and Stylus programs, gas to the unit.

mod activation;
mod calls;
mod creation;
mod hooks;
mod hostile;
mod metering;
mod precompiles;
mod refusals;
mod samples;
mod vectors;
mod world;
