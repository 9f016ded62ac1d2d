//! The program keeper.
fn main() {}
