//! Turns a target and a snapshot into an ordered, bounded, explained intent.
