//! Typed calls, reverts and logs over the host, shared by every program.
