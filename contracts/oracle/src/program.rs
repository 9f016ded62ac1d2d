//! Who may call what, and what is answered.

use alloc::vec::Vec;

use abi::oracle::IOracle;
use alloy_primitives::B256;
use host::{Arguments, Revert, VM, Word, revert};
use stylus_sdk::stylus_core::MessageAccess;

use crate::{
    feeds, pool,
    price::Price,
    sequencer,
    terms::{Record, Terms},
};

/// How prices are found, as `IOracle.kind` answers it.
const KIND: &[u8] = b"two-source";
/// The same, of a market of Pendle without a feed.
const ALONE: &[u8] = b"pendle-twap";

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IOracle`; empty for ether sent along, an unknown selector or malformed arguments.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let record = Record::load(&vm)?;
    route(&mut Oracle { vm, record }, *selector, arguments).unwrap_or(Err(Vec::new()))
}

host::routes! { IOracle for Oracle, this:
    initializeCall(c) => this.initialize(c);
    priceCall(_) => this.price();
    termsCall(_) => view(this.record.terms.words());
    decimalsCall(_) => view([this.record.base_decimals, this.record.quote_decimals].map(Word::word));
    kindCall(_) => view(this.kind());
}

struct Oracle {
    vm: VM,
    record: Record,
}

impl Oracle {
    fn initialize(&mut self, arguments: &mut Arguments<'_>) -> Result<(), Revert> {
        if self.record.is_kept() {
            return Err(revert::<IOracle::AlreadyInitialized>(&[]));
        }
        self.record = Record::of(&self.vm, Terms::read(arguments)?)?;
        self.price()?;
        self.record.keep(&self.vm)
    }

    fn price(&self) -> Result<[B256; 2], Revert> {
        let terms = &self.record.terms;
        if !terms.sequencer.is_zero() {
            sequencer::check(&self.vm, terms)?;
        }
        let over_time = || match self.record.principal {
            principal if principal.is_some() => principal.price(&self.vm, terms),
            _ => pool::price(&self.vm, &self.record),
        };
        let price = match (terms.feed.at.is_zero(), terms.pool.is_zero()) {
            (true, _) => over_time()?,
            (false, true) => feeds::price(&self.vm, terms)?,
            (false, false) => feeds::price(&self.vm, terms)?.join(over_time()?, terms)?,
        };
        let Price { bid_wad, ask_wad } = price.bounded(terms)?;
        Ok([bid_wad, ask_wad].map(Word::word))
    }

    fn kind(&self) -> B256 {
        B256::right_padding_from(if self.record.terms.feed.at.is_zero() { ALONE } else { KIND })
    }
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}
