//! Leveraged positions in the markets of events: one that is lowered in time beside one that sleeps, and Aave's e-mode.

mod e_mode;
mod guarded;
mod stage;
