//! End to end: real venues, real programs, one process.

mod architecture;
mod attacks;
mod audit;
mod callbacks;
mod exits;
mod governance;
mod leverage;
mod manipulation;
mod optimum;
mod refusals;
