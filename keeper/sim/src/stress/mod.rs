//! Replays of what has gone wrong: real events, on the real contracts, with liquidators who liquidate.
//!
//! An [`Event`] has a path of prices, liquidity and halts, read from files or set to published magnitudes. A [`Market`] is
//! the world that follows it: Aave v3 whose feeds lag, a pool of Uniswap v3 that is traded to the market, Morpho that
//! lends for a moment, a sequencer that stops. [`run`] lets the steps happen, the liquidator before anybody else in each,
//! and tells what became of every [`Portfolio`]. [`Unprotected`] is the one that nobody looks after.
//!
//! Nothing is random: the same event on a chain with the same clock gives the same outcome.

mod candles;
mod event;
mod liquidator;
mod market;
mod path;
mod portfolio;

pub use candles::{Candle, Candles};
pub use event::{Event, Lag, Listing, Read};
pub use liquidator::{Liquidation, Liquidator, Refusal};
pub use market::{GRACE_SECS, Market};
pub use path::{Line, Path, Step};
pub use portfolio::{Outcome, Portfolio, Unprotected};

use alloy_primitives::U256;

use crate::Error;

/// Lets a path happen: at each step the market moves, then the liquidator looks at every portfolio, then each of them acts,
/// in the order in which they are given. While the sequencer stands nobody does anything.
///
/// # Errors
/// A contract or the chain refuses what must not be refused.
pub fn run(
    market: &mut Market,
    path: &Path,
    liquidator: &mut Liquidator,
    portfolios: &mut [&mut dyn Portfolio],
) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = portfolios.iter().map(|portfolio| begin(market, &**portfolio)).collect::<Result<Vec<_>, _>>()?;
    for step in &path.steps {
        if !market.apply(step)? {
            continue;
        }
        for (portfolio, outcome) in portfolios.iter().zip(&mut outcomes) {
            let health_wad = market.health_wad(portfolio.account())?;
            if health_wad < outcome.least_health_wad {
                (outcome.least_health_wad, outcome.least_at_secs) = (health_wad, step.at_secs);
            }
            liquidator.hunt(market, portfolio.account())?;
        }
        for portfolio in portfolios.iter_mut() {
            portfolio.act(market)?;
        }
    }
    for (portfolio, outcome) in portfolios.iter().zip(&mut outcomes) {
        outcome.last_assets = portfolio.value_assets(market)?;
        let account = portfolio.account();
        outcome.liquidations = liquidator.done.iter().filter(|done| done.account == account).copied().collect();
    }
    Ok(outcomes)
}

fn begin(market: &Market, portfolio: &dyn Portfolio) -> Result<Outcome, Error> {
    let first_assets = portfolio.value_assets(market)?;
    Ok(Outcome {
        name: portfolio.name().into(),
        liquidations: Vec::new(),
        least_health_wad: U256::MAX,
        least_at_secs: 0,
        first_assets,
        last_assets: first_assets,
    })
}
