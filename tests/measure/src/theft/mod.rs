//! The adversarial search: plays the keeper with the stolen key, on the real programs.
//!
//! The thief has two keepers' keys, money of its own, and steers the venues' prices as far as governance says that they
//! can be (`slackBps`). It may do what anybody may: mark, trip, relieve, deposit, withdraw, donate, let time pass. A
//! sequence of such [`Action`]s is played from one prepared state; what honest holders lost by it is measured at the
//! venues' fair prices, in every window as long as an epoch ([`Loss`]), against what the mandate allows.
//!
//! The search ([`search`]) is gradient-free: random sequences, then mutations and crossings of the best, on islands of
//! their own. The same seed gives the same result on any number of threads.

mod accounts;
mod action;
mod breed;
mod charter;
mod loss;
mod scene;
mod search;

pub use action::{Action, Leg, Pause, Size};
pub use loss::{Loss, Sample};
pub use scene::{Outcome, Scene, Step};
pub use search::{Found, search};
