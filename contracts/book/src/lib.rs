//! The vault's accounts and the one storage layout.
