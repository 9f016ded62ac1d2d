//! What every adapter shares: one position of one vault at one venue.
