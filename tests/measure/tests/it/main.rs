//! The measures themselves: the best attack found so far, a short search, and the committed gas table.

mod gas;
mod theft;
