//! Backtests from outside. `shared` needs `../shared/data` beside the checkout and is skipped where it is absent.

mod causality;
mod conservation;
mod example;
mod readers;
mod shared;
mod theory;
mod world;
