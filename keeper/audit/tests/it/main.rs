//! The audit against the contracts' own code, run natively: thousands of random actions, and what is tampered with.
#![allow(non_snake_case, reason = "arguments are named as the interface names them")]

mod acts;
mod dice;
mod honest;
mod late;
mod levers;
mod play;
mod tampered;
mod tape;
