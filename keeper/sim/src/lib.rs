//! The world around the vault on the local chain: real venues, borrowers, histories.
