//! The first source: a feed's price, or that of two feeds in a unit that they share.

use alloy_primitives::U256;
use feed::{Quote, ask};
use host::{Revert, VM};
use math::{WAD, mul_div_down, mul_div_up};
use stylus_sdk::stylus_core::BlockAccess;

use crate::{
    price::Price,
    refusal::{NO_TIMESTAMP, OUT_OF_BOUNDS, faulty, refused},
    terms::{Feed, Terms},
};

/// Returns what the feeds say.
///
/// # Errors
///
/// The first fault of the first feed, then of the second.
pub(crate) fn price(vm: &VM, terms: &Terms) -> Result<Price, Revert> {
    let beyond = || refused(OUT_OF_BOUNDS, U256::MAX, terms.max_price_wad);
    let base_wad = wad(&quote(vm, &terms.feed)?).ok_or_else(beyond)?;
    if terms.quote_feed.at.is_zero() {
        return Ok(Price { bid_wad: base_wad, ask_wad: base_wad });
    }
    let quote_wad = wad(&quote(vm, &terms.quote_feed)?).ok_or_else(beyond)?;
    let [bid_wad, ask_wad] = [mul_div_down, mul_div_up].map(|divide| divide(base_wad, U256::from(WAD), quote_wad));
    Ok(Price { bid_wad: bid_wad.ok_or_else(beyond)?, ask_wad: ask_wad.ok_or_else(beyond)? })
}

/// Asks a feed. One that does not say when is believed only where its terms expect none; one that does is judged by it.
fn quote(vm: &VM, feed: &Feed) -> Result<Quote, Revert> {
    let faulty = |fault| faulty(feed.at, feed.max_age_secs, fault);
    let quote = ask(vm, feed.at).map_err(faulty)?;
    let is_timeless = quote.updated_at_secs.is_zero();
    if !is_timeless {
        quote.within(feed.max_age_secs, vm.block_timestamp()).map_err(faulty)?;
    } else if feed.max_age_secs != 0 {
        return Err(refused(NO_TIMESTAMP, U256::ZERO, U256::from(feed.max_age_secs)));
    }
    Ok(quote)
}

/// Returns an answer in wad, exactly; `None` where it needs more than 256 bits.
fn wad(quote: &Quote) -> Option<U256> {
    (0..quote.missing_decimals).try_fold(quote.answer, |wad, _| wad.checked_mul(U256::from(10)))
}
