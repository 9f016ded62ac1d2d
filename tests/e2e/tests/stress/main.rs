//! The stress library over whole vaults: one with its keeper, one without, and the same portfolio with nobody.

mod kept;
mod policies;
mod replays;
mod report;
mod rescued;
mod stage;
