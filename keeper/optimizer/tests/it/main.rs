//! The optimizer against oracles: closed forms, bisection, grids, searches from many starts; whole snapshots.

mod certified;
mod covenants;
mod dice;
mod grid;
mod kinks;
mod limits;
mod moves;
mod objective;
mod oracle;
mod random;
mod risk;
mod shapes;
mod snapshot;
mod soak;
mod vaults;
mod walk;
mod withdrawal;
mod world;
