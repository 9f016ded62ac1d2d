//! Longs of Hyperdrive as published: what its checkpoints remember, and a position that holds longs of one date. The programs are
//! those that `scripts/wasm` has built.

mod pool;
mod position;
mod stage;
mod thief;
