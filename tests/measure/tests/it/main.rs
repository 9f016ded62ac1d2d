//! The measures themselves: the best attack found so far, a short search, health near its bounds, and the
//! committed gas table.

mod gas;
mod health;
mod theft;
