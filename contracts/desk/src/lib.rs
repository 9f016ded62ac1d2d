//! The desk program.
