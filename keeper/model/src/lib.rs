//! What the keeper knows and says: snapshot, position, intent, plan; no I/O.
