//! A test world with short verbs.
