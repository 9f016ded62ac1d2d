//! Holds a position at an aave venue.
