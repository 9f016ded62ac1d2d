//! A tokenised fund of treasuries: what its published price has grown at, and what of a position was requested.

use abi::adapter::IAdapter;
use abi::erc4626::IERC4626;
use abi::erc7540::IERC7540Redeem;
use abi::feed::IFeed;
use abi::oracle::IOracle;
use alloy_primitives::{Address, U256};
use model::rate::FixedRate;
use model::units::YEAR_SECS;
use model::{Assets, Block, Wad};

use super::{Unreadable, Venue, within};
use crate::batch::Batch;
use crate::rpc::{Error, Rpc};

/// How many prices back growth is looked for: the farthest of these within the window.
const BACK: [u64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/// Growth is that of the last ninety days at most, ...
const WINDOW_SECS: u64 = 90 * 86_400;
/// ... and of a day at least: what is published within one says little of a year.
const LEAST_SECS: u64 = 86_400;
/// Growth beyond a thousand percent a year is none of treasuries.
const MAX_RATE_WAD: u128 = 10 * model::units::WAD;
/// The only request that a controller has.
const REQUEST: U256 = U256::ZERO;

/// A price and when it was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Priced {
    price: U256,
    at_secs: u64,
}

/// Reads what the fund's published price has grown at, and how much the fund takes.
pub(super) async fn read(rpc: &Rpc, venue: &Venue, block: Block) -> Result<FixedRate, Unreadable> {
    let mut batch = Batch::new(Address::ZERO);
    let oracle = batch.add(venue.adapter, IAdapter::oracleCall {});
    let takes = batch.add(venue.address, IERC4626::maxDepositCall { receiver: venue.adapter });
    let answers = batch.send(rpc, block.number).await?;
    let (oracle, takes) = (answers.get(&oracle)?, answers.get(&takes)?);

    let mut batch = Batch::new(Address::ZERO);
    let terms = batch.add(oracle, IOracle::termsCall {});
    let feed = batch.send(rpc, block.number).await?.get(&terms)?.feed;
    let mut batch = Batch::new(Address::ZERO);
    let latest = batch.add(feed, IFeed::latestRoundDataCall {});
    let latest = batch.send(rpc, block.number).await?.get(&latest)?;

    let round = latest.roundId.to::<u128>();
    let mut batch = Batch::new(Address::ZERO);
    let earlier = BACK.into_iter().filter_map(|back| round.checked_sub(back.into()));
    let earlier = earlier.filter_map(|id| alloy_primitives::aliases::U80::try_from(id).ok());
    let earlier: Vec<_> = earlier.map(|id| batch.add(feed, IFeed::getRoundDataCall { roundId: id })).collect();
    let answers = batch.send(rpc, block.number).await?;
    let mut priced = Vec::new();
    for ticket in &earlier {
        match answers.get(ticket) {
            Ok(round) => priced.extend(Priced::of(round.answer, round.updatedAt)),
            Err(error) if error.kind().is_passing() => return Err(error.into()),
            // Nobody remembers so far back.
            Err(_) => {}
        }
    }
    let latest = Priced::of(latest.answer, latest.updatedAt).ok_or(Unreadable::NoGrowth)?;
    let rate = growth(latest, &priced).ok_or(Unreadable::NoGrowth)?;
    let rate = within("growth", rate, U256::from(MAX_RATE_WAD))?;
    let capacity = (takes != U256::MAX).then(|| venue.value.saturating_add(Assets(takes)));
    Ok(FixedRate { rate: Wad(rate), capacity })
}

impl Priced {
    fn of(answer: alloy_primitives::I256, updated_at: U256) -> Option<Self> {
        let at_secs = u64::try_from(updated_at).ok()?;
        answer.is_positive().then(|| Self { price: answer.into_raw(), at_secs })
    }
}

/// What a price has grown at since the earliest of these within the window, a simple rate a year in wad, rounded down; none
/// where it fell, nothing where all of them are too young.
fn growth(latest: Priced, earlier: &[Priced]) -> Option<U256> {
    let age_secs = |priced: &Priced| latest.at_secs.saturating_sub(priced.at_secs);
    let old = earlier.iter().filter(|priced| (LEAST_SECS..=WINDOW_SECS).contains(&age_secs(priced)));
    let since = old.max_by_key(|priced| age_secs(priced))?;
    let gained = latest.price.saturating_sub(since.price);
    let part_wad = model::math::mul_div_down(gained, Wad::ONE.0, since.price)?;
    model::math::mul_div_down(part_wad, U256::from(YEAR_SECS), U256::from(age_secs(since)))
}

/// Reads what of a position was requested and is not payable, in base units of the asset by the fund's own price: as much of its
/// units as the fund says that wait for it. Nothing where the fund does not say.
///
/// # Errors
/// When the node does not answer.
pub(crate) async fn requested(rpc: &Rpc, venue: &Venue, block: Block) -> Result<Assets, Error> {
    let (fund, controller) = (venue.address, venue.adapter);
    let mut batch = Batch::new(Address::ZERO);
    let pending = batch.add(fund, IERC7540Redeem::pendingRedeemRequestCall { requestId: REQUEST, controller });
    let fulfilled = batch.add(fund, IERC7540Redeem::claimableRedeemRequestCall { requestId: REQUEST, controller });
    let payable = batch.add(fund, IERC4626::maxRedeemCall { owner: controller });
    let answers = batch.send(rpc, block.number).await?;
    let mut shares = [U256::ZERO; 3];
    for (shares, ticket) in
        shares.iter_mut().zip([answers.get(&pending), answers.get(&fulfilled), answers.get(&payable)])
    {
        *shares = match ticket {
            Err(error) if error.kind().is_passing() => return Err(error),
            answer => answer.unwrap_or_default(),
        };
    }
    let [pending, fulfilled, payable] = shares;
    let waiting = pending.saturating_add(fulfilled).min(venue.units).saturating_sub(payable);
    let mut batch = Batch::new(Address::ZERO);
    let worth = batch.add(fund, IERC4626::convertToAssetsCall { shares: waiting });
    match batch.send(rpc, block.number).await?.get(&worth) {
        Err(error) if error.kind().is_passing() => Err(error),
        answer => Ok(Assets(answer.unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    fn priced(price: u64, days: u64) -> Priced {
        Priced { price: U256::from(price), at_secs: days * DAY }
    }

    #[test]
    fn growth_is_of_the_earliest_price_within_the_window() {
        let latest = priced(101_000, 200);
        let earlier = [priced(100_900, 199), priced(100_000, 127), priced(90_000, 109)];

        assert_eq!(growth(latest, &earlier), Some(U256::from(50_000_000_000_000_000_u64)));
        assert_eq!(growth(latest, &[priced(102_000, 190)]), Some(U256::ZERO));
    }

    #[test]
    fn what_is_too_young_or_too_old_tells_nothing() {
        let latest = Priced { at_secs: 200 * DAY - 1, ..priced(101_000, 200) };

        assert_eq!(growth(latest, &[]), None);
        assert_eq!(growth(latest, &[priced(100_000, 199), priced(100_000, 109), latest]), None);
    }
}
