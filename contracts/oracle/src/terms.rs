//! What an oracle is told once: a record that never changes, kept as the code of an account that it creates at its
//! initialisation and does not have to look up.
//!
//! ```text
//! words of the record   0  the terms, as the ABI encodes them
//!                      13  decimals of the base
//!                      14  decimals of the quote
//!                      15  whether the base is the pool's token 0
//!                      16  of a market of Pendle: what wraps the token that earns
//!                      17  the token of the yield
//!                      18  when the principal is due
//! ```

use alloc::vec::Vec;

use abi::{erc20::IERC20, oracle::IOracle, uniswap::IUniswapV3Pool};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use feed::MAX_DECIMALS;
use host::{Arguments, ISOLATED_GAS, Revert, VM, Word, append, blob, revert, view_word_within};
use stylus_sdk::stylus_core::AccountAccess;

use crate::{pendle::Principal, refusal::silent};

/// The shortest window of a pool's mean, and the longest, in seconds.
pub const MIN_WINDOW_SECS: u32 = 300;
/// See [`MIN_WINDOW_SECS`].
pub const MAX_WINDOW_SECS: u32 = 86_400;
/// The most that sources may be apart.
pub const MAX_DEVIATION_BPS: u16 = 1_000;
/// The longest grace of the sequencer, in seconds.
pub const MAX_GRACE_SECS: u32 = 86_400;
/// The highest bound of a price.
const MAX_PRICE_WAD: u128 = u128::MAX;

const WORDS: usize = 13;
const RECORD_WORDS: usize = 19;
/// The oracle creates one account in its life, and a contract's nonce begins at 1.
const RECORD_NONCE: u32 = 1;

/// A feed, and how old its answer may be; zero for one that does not say when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feed {
    pub(crate) at: Address,
    pub(crate) max_age_secs: u32,
}

/// `IOracle.Terms`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) base: Address,
    pub(crate) quote: Address,
    pub(crate) feed: Feed,
    pub(crate) quote_feed: Feed,
    pub(crate) min_price_wad: U256,
    pub(crate) max_price_wad: U256,
    pub(crate) pool: Address,
    pub(crate) window_secs: u32,
    pub(crate) deviation_bps: u16,
    pub(crate) sequencer: Address,
    pub(crate) grace_secs: u32,
}

/// The terms, and what was found out about the tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) terms: Terms,
    pub(crate) base_decimals: u8,
    pub(crate) quote_decimals: u8,
    pub(crate) is_base_first: bool,
    pub(crate) principal: Principal,
}

impl Terms {
    /// Reads terms word by word.
    pub(crate) fn read(words: &mut Arguments<'_>) -> Result<Self, Revert> {
        Ok(Self {
            base: words.address()?,
            quote: words.address()?,
            feed: Feed::read(words)?,
            quote_feed: Feed::read(words)?,
            min_price_wad: words.uint()?,
            max_price_wad: words.uint()?,
            pool: words.address()?,
            window_secs: words.small(32)? as u32,   // 32 bits.
            deviation_bps: words.small(16)? as u16, // 16 bits.
            sequencer: words.address()?,
            grace_secs: words.small(32)? as u32, // 32 bits.
        })
    }

    /// Returns them as the ABI encodes them.
    pub(crate) fn words(&self) -> [B256; WORDS] {
        [
            self.base.word(),
            self.quote.word(),
            self.feed.at.word(),
            self.feed.max_age_secs.word(),
            self.quote_feed.at.word(),
            self.quote_feed.max_age_secs.word(),
            self.min_price_wad.word(),
            self.max_price_wad.word(),
            self.pool.word(),
            self.window_secs.word(),
            u32::from(self.deviation_bps).word(),
            self.sequencer.word(),
            self.grace_secs.word(),
        ]
    }

    /// Checks every field that can be judged without asking anybody. What has no meaning must be zero: terms are written
    /// in one way only.
    fn check(&self) -> Result<(), Revert> {
        let has_feed = !self.feed.at.is_zero();
        let has_pool = !self.pool.is_zero();
        let has_quote_feed = !self.quote_feed.at.is_zero();
        let in_pool = |is_good: bool, is_zero: bool| if has_pool { is_good } else { is_zero };
        let is_window = (MIN_WINDOW_SECS..=MAX_WINDOW_SECS).contains(&self.window_secs);
        let is_deviation = (1..=MAX_DEVIATION_BPS).contains(&self.deviation_bps);
        let is_apart = has_pool && has_feed;
        let most_grace_secs = if self.sequencer.is_zero() { 0 } else { MAX_GRACE_SECS };

        demand("quote", self.quote != self.base)?;
        demand("feed", has_feed || has_pool)?;
        demand(
            "maxAgeSecs",
            if has_feed { has_pool || self.feed.max_age_secs != 0 } else { self.feed.max_age_secs == 0 },
        )?;
        demand("quoteFeed", if has_feed { self.quote_feed.at != self.feed.at } else { !has_quote_feed })?;
        demand(
            "quoteMaxAgeSecs",
            if has_quote_feed {
                has_pool || self.quote_feed.max_age_secs != 0
            } else {
                self.quote_feed.max_age_secs == 0
            },
        )?;
        demand("minPriceWad", !self.min_price_wad.is_zero() && self.min_price_wad <= self.max_price_wad)?;
        demand("maxPriceWad", self.max_price_wad <= U256::from(MAX_PRICE_WAD))?;
        demand("windowSecs", in_pool(is_window, self.window_secs == 0))?;
        demand("deviationBps", if is_apart { is_deviation } else { self.deviation_bps == 0 })?;
        demand("graceSecs", self.grace_secs <= most_grace_secs)
    }
}

impl Feed {
    fn read(words: &mut Arguments<'_>) -> Result<Self, Revert> {
        Ok(Self { at: words.address()?, max_age_secs: words.small(32)? as u32 }) // 32 bits.
    }
}

impl Record {
    /// Returns the record of the running oracle; zeros before its initialisation.
    pub(crate) fn load(vm: &VM) -> Result<Self, Revert> {
        let mut record = blob::read(vm, blob::address_of(vm, vm.contract_address(), RECORD_NONCE));
        record.resize(RECORD_WORDS.saturating_mul(32), 0);
        let mut words = Arguments::new(&record);
        Ok(Self {
            terms: Terms::read(&mut words)?,
            base_decimals: words.small(8)? as u8,  // 8 bits.
            quote_decimals: words.small(8)? as u8, // 8 bits.
            is_base_first: words.truth()?,
            principal: Principal { wrapper: words.address()?, yields: words.address()?, expiry_secs: words.small(64)? },
        })
    }

    /// Returns the record of terms that can be.
    ///
    /// # Errors
    ///
    /// `InvalidTerms`; the pool is silent.
    pub(crate) fn of(vm: &VM, terms: Terms) -> Result<Self, Revert> {
        terms.check()?;
        let base_decimals = decimals(vm, terms.base).ok_or_else(|| invalid("base"))?;
        let quote_decimals = decimals(vm, terms.quote).ok_or_else(|| invalid("quote"))?;
        let has_pool = !terms.pool.is_zero();
        let principal = if has_pool { Principal::of(vm, &terms, quote_decimals)? } else { Principal::NONE };
        let is_base_first = has_pool && !principal.is_some() && is_first(vm, &terms)?;
        // A pool that anybody may push is believed only beside a feed; a market of Pendle has bounds of its own: par, and time.
        demand("feed", principal.is_some() || !terms.feed.at.is_zero())?;
        Ok(Self { terms, base_decimals, quote_decimals, is_base_first, principal })
    }

    /// Writes the record, once.
    pub(crate) fn keep(&self, vm: &VM) -> Result<(), Revert> {
        let mut record = Vec::with_capacity(RECORD_WORDS.saturating_mul(32));
        append(&mut record, &self.terms.words());
        append(&mut record, &[self.base_decimals.word(), self.quote_decimals.word(), self.is_base_first.word()]);
        let Principal { wrapper, yields, expiry_secs } = self.principal;
        append(&mut record, &[wrapper.word(), yields.word(), expiry_secs.word()]);
        blob::create(vm, &record).map(|_| ())
    }

    /// Returns whether it has been written.
    pub(crate) fn is_kept(&self) -> bool {
        !self.terms.base.is_zero()
    }
}

/// Returns a token's decimals, where it answers at most 18.
fn decimals(vm: &VM, token: Address) -> Option<u8> {
    let answer = view_word_within(vm, ISOLATED_GAS, token, IERC20::decimalsCall::SELECTOR).ok()?;
    u8::try_from(answer).ok().filter(|decimals| u64::from(*decimals) <= MAX_DECIMALS)
}

/// Returns whether the base is the first of the pool's tokens, of which the quote must be the other.
fn is_first(vm: &VM, terms: &Terms) -> Result<bool, Revert> {
    let token = |selector| {
        let answer = view_word_within(vm, ISOLATED_GAS, terms.pool, selector).map_err(|_| silent(terms.pool))?;
        Ok::<_, Revert>(answer.word())
    };
    let first = token(IUniswapV3Pool::token0Call::SELECTOR)?;
    let second = token(IUniswapV3Pool::token1Call::SELECTOR)?;
    let (base, quote) = (terms.base.word(), terms.quote.word());
    let is_first = first == base && second == quote;
    demand("pool", is_first || first == quote && second == base)?;
    Ok(is_first)
}

pub(crate) fn demand(what: &str, holds: bool) -> Result<(), Revert> {
    if holds { Ok(()) } else { Err(invalid(what)) }
}

/// Returns the refusal of a field, by its name.
fn invalid(what: &str) -> Revert {
    revert::<IOracle::InvalidTerms>(&[B256::right_padding_from(what.as_bytes())])
}
