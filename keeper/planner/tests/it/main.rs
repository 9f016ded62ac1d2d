//! The planner on whole snapshots: what it does, in which order, and why it does nothing.

mod acting;
mod idling;
mod limits;
mod protecting;
mod random;
mod refusing;
mod requesting;
mod weighing;
mod world;
