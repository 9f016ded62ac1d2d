//! Simulates, journals, signs, sends, tracks and resolves: an explicit state machine.
