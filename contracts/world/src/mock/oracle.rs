//! An oracle whose prices a test sets.

use abi::oracle::IOracle;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use host::VM;

use super::load;
use crate::{Revert, World};

/// The slot of the lower price, in wad.
pub const BID_WAD: u8 = 0;
/// The slot of the higher price, in wad.
pub const ASK_WAD: u8 = 1;
/// The slot of a switch: it refuses, for this reason.
pub const REFUSES: u8 = 2;

/// What an oracle is of.
#[derive(Clone, Copy)]
pub struct Pair {
    /// What is priced, and its decimals.
    pub base: (Address, u8),
    /// What it is priced in, and its decimals.
    pub quote: (Address, u8),
    /// Where the two are swapped.
    pub pool: Address,
}

/// Installs an oracle.
pub fn install(world: &World, at: Address, pair: Pair) {
    world.install(at, move |input, vm| answer(&input, &vm, pair));
}

fn answer(input: &[u8], vm: &VM, pair: Pair) -> Result<Vec<u8>, Revert> {
    let asks = |selector: [u8; 4]| input.starts_with(&selector);
    if asks(IOracle::priceCall::SELECTOR) {
        let reason = load(vm, REFUSES);
        if !reason.is_zero() {
            let (reason, none) = (reason.to(), U256::ZERO);
            return Err(IOracle::PriceRefused { reason, value: none, bound: none }.abi_encode());
        }
        return Ok((load(vm, BID_WAD), load(vm, ASK_WAD)).abi_encode());
    }
    if asks(IOracle::decimalsCall::SELECTOR) {
        return Ok((U256::from(pair.base.1), U256::from(pair.quote.1)).abi_encode());
    }
    if asks(IOracle::termsCall::SELECTOR) {
        let terms = IOracle::Terms {
            base: pair.base.0,
            quote: pair.quote.0,
            feed: Address::ZERO,
            maxAgeSecs: 0,
            quoteFeed: Address::ZERO,
            quoteMaxAgeSecs: 0,
            minPriceWad: U256::ZERO,
            maxPriceWad: U256::MAX,
            pool: pair.pool,
            windowSecs: 0,
            deviationBps: 0,
            sequencer: Address::ZERO,
            graceSecs: 0,
        };
        return Ok(terms.abi_encode());
    }
    Err(b"oracle".to_vec())
}
