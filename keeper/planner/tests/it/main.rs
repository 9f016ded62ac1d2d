//! The planner on whole snapshots: what it does, in which order, and why it does nothing.

mod acting;
mod idling;
mod limits;
mod random;
mod refusing;
mod world;
