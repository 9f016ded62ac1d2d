//! Zero-coupon bonds of Pendle as published: what its markets say of themselves, what our oracle makes of it, and a position
//! that holds them. The programs are those that `scripts/wasm` has built.

mod market;
mod oracle;
mod position;
mod registration;
mod stage;
mod thief;
