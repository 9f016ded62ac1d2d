//! Oracles, in the `[deploy]` table.

use alloy_primitives::Address;
use chain::deployment::{OracleTerms, defaults};
use model::Wad;
use serde::Deserialize;

use super::amount::tokens_to_assets;
use super::value::{Error, address, value, within};

const DAY_SECS: u32 = 86_400;

/// An oracle, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Oracle {
    name: String,
    base: String,
    quote: Option<String>,
    feed: Option<String>,
    max_age_secs: Option<u32>,
    quote_feed: Option<String>,
    quote_max_age_secs: Option<u32>,
    min_price: String,
    max_price: String,
    pool: Option<String>,
    window_secs: Option<u32>,
    deviation_bps: Option<u16>,
    sequencer: Option<String>,
    grace_secs: Option<u32>,
}

/// Checks an oracle, as the oracle itself will; `asset` is what it prices in where it names nothing else.
pub(super) fn oracle(at: usize, entry: Oracle, asset: Address) -> Result<OracleTerms, Error> {
    let key = |name: &str| format!("deploy.oracles[{at}].{name}");
    let named = |name: &str, text: Option<String>| text.map(|text| address(&key(name), &text)).transpose();
    if entry.name.is_empty() {
        return Err(value(&key("name"), "\"\"", "positions call an oracle by its name"));
    }
    let (base, quote) = (address(&key("base"), &entry.base)?, named("quote", entry.quote)?.unwrap_or(asset));
    if base == quote {
        return Err(value(&key("base"), base, "it must be another token than the quote"));
    }
    let (feed, quote_feed) = (named("feed", entry.feed)?, named("quote_feed", entry.quote_feed)?);
    if let Some(quote_feed) = quote_feed.filter(|quote_feed| feed.is_none_or(|feed| feed == *quote_feed)) {
        return Err(value(&key("quote_feed"), quote_feed, "it must stand beside another feed, the base's"));
    }
    let pool = named("pool", entry.pool)?;
    if feed.is_none() && pool.is_none() {
        return Err(value(&key("feed"), "missing", "only a market of Pendle, as pool, prices without one"));
    }
    // A feed that does not say when it answered is believed only beside a pool.
    let least_age = if pool.is_some() { 0 } else { 1 };
    let age = |name: &str, secs: u32| within(&key(name), secs, least_age, u32::MAX);
    let quote_max_age_secs = match (quote_feed, entry.quote_max_age_secs) {
        (Some(_), None) => {
            return Err(value(&key("quote_max_age_secs"), "missing", "the quote's feed can be stale too"));
        }
        (None, Some(secs)) => return Err(value(&key("quote_max_age_secs"), secs, "there is no quote_feed")),
        (Some(_), Some(secs)) => age("quote_max_age_secs", secs)?,
        (None, None) => 0,
    };
    let (min_price, max_price) =
        (price(&key("min_price"), &entry.min_price)?, price(&key("max_price"), &entry.max_price)?);
    if max_price < min_price {
        return Err(value(
            &key("max_price"),
            entry.max_price,
            format!("it must be at least min_price, {}", entry.min_price),
        ));
    }
    let max_age_secs = match (feed, entry.max_age_secs) {
        (Some(_), Some(secs)) => age("max_age_secs", secs)?,
        (Some(_), None) => return Err(value(&key("max_age_secs"), "missing", "a feed can be stale")),
        (None, Some(secs)) => return Err(value(&key("max_age_secs"), secs, "there is no feed")),
        (None, None) => 0,
    };
    let window = || within(&key("window_secs"), entry.window_secs.unwrap_or(defaults::WINDOW_SECS), 300, DAY_SECS);
    let (window_secs, deviation_bps) = match pool {
        Some(_) if feed.is_none() => match entry.deviation_bps {
            Some(bps) => return Err(value(&key("deviation_bps"), bps, "there is no feed to be apart from")),
            None => (window()?, 0),
        },
        Some(_) => (
            window()?,
            within(&key("deviation_bps"), entry.deviation_bps.unwrap_or(defaults::DEVIATION_BPS), 1, 1_000)?,
        ),
        None if entry.window_secs.is_some() || entry.deviation_bps.is_some() => {
            return Err(value(&key("pool"), "missing", "window_secs and deviation_bps are about a pool"));
        }
        None => (0, 0),
    };
    let sequencer = named("sequencer", entry.sequencer)?;
    let grace_secs = match (sequencer, entry.grace_secs) {
        (None, Some(secs)) => return Err(value(&key("grace_secs"), secs, "there is no sequencer's feed")),
        (None, None) => 0,
        (Some(_), secs) => within(&key("grace_secs"), secs.unwrap_or(defaults::GRACE_SECS), 0, DAY_SECS)?,
    };
    Ok(OracleTerms {
        name: entry.name,
        base,
        quote,
        feed: feed.unwrap_or_default(),
        max_age_secs,
        quote_feed: quote_feed.unwrap_or_default(),
        quote_max_age_secs,
        min_price,
        max_price,
        pool: pool.unwrap_or_default(),
        window_secs,
        deviation_bps,
        sequencer: sequencer.unwrap_or_default(),
        grace_secs,
    })
}

/// A price in whole tokens as wad.
fn price(key: &str, text: &str) -> Result<Wad, Error> {
    let wad = tokens_to_assets(text, 18).map(|wad| Wad(wad.0));
    wad.map_err(|_| {
        value(key, format!("{text:?}"), "a price is what a whole base is worth in whole quote, like \"3000.5\"")
    })
}
