//! The optimizer against oracles: closed forms, bisection, grids, searches from many starts; whole snapshots.

mod certified;
mod grid;
mod kinks;
mod limits;
mod oracle;
mod random;
mod shapes;
mod snapshot;
mod world;
