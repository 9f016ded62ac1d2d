//! The Stylus virtual machine: programs in WASM, metered to the unit as on an Arbitrum chain.
//!
//! A program's code is unpacked ([`code`]), checked (`module`), rewritten so that it pays for itself
//! (`instrument`) and interpreted. A call ([`instance`]) never calls the EVM: it stops at each [`request`] and is
//! resumed with the answer, so that programs and contracts share one stack of frames on the heap, at any depth.
//!
//! Left out: programs in fragments, the Stylus compression dictionary, and prices that a chain owner changed.

pub mod activate;
mod cache;
pub mod code;
pub mod compile;
mod depth;
pub mod environment;
mod guest;
mod host;
pub mod instance;
mod instrument;
mod module;
pub mod pages;
pub mod params;
pub mod pricing;
pub mod refusal;
pub mod request;
