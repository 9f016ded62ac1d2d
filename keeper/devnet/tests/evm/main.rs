//! Transactions through the execution boundary: EVM bytecode and Stylus programs, gas to the unit.

mod vectors;
mod world;
