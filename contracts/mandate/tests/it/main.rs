//! The mandate from outside: each limit at its bound, all of them against a slow reference, and the clocks.

mod bucket;
mod least;
mod limits;
mod reference;
mod rules;
mod scene;
