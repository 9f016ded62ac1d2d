//! States the allocation programme and solves it.
