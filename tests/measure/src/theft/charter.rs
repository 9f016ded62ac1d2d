//! The mandate that is played against, and what the thief and everybody else begins with.

use alloy_primitives::{Address, U256};
use anyhow::Context;
use chain::deployment::{BreakerTerms, CapTerms, GrantTerms, Mandate, PositionTerms, bps_to_wad};
use kit::usdc;
use model::{Assets, RiskId, Terms, Timestamp, VenueKind, Wad};

/// When every play begins, about: 2026-03-01 00:00 UTC.
pub(super) const START_SECS: u64 = 1_772_323_200;
/// The shortest epoch there is.
pub(super) const EPOCH_SECS: u64 = 3600;
/// What the keepers may lose in any epoch, of the least net asset value: 1 %, and so may each.
pub(super) const LOSS_BPS: u64 = 100;
/// How far each venue's price can be steered, in hundredths of a percent. The last one cannot be.
pub(super) const BANDS_BPS: [u16; 3] = [50, 200, 0];
/// What honest holders own, in whole dollars.
pub(super) const HONEST_DOLLARS: u64 = 1_000_000;
/// What an honest keeper has put into each position.
pub(super) const INVESTED_DOLLARS: [u64; 3] = [200_000, 50_000, 300_000];
/// What the thief owns, in whole dollars.
pub(super) const THIEF_DOLLARS: u64 = 5_000_000;
/// The feed's fair answer, of 8 decimals.
pub(super) const FAIR_ANSWER: i64 = 100_000_000;
/// One, in wad.
pub(super) const WAD: u64 = 1_000_000_000_000_000_000;

/// A silence after which anyone may relieve that a play can reach.
const SILENCE_SECS: u64 = 2 * EPOCH_SECS;
/// Ten times the least net asset value, the most there is: turnover must not end plays before losses do.
const TURNOVER_BPS: u64 = 100_000;
/// What governance says of the bands: a price of `1 - band` is as far from fair as one of `1 + slack`.
const SLACKS_BPS: [u16; 3] = [51, 205, 0];

/// The mandate: nothing binds but losses.
pub(super) fn mandate(
    asset: Address,
    owner: Address,
    keys: [Address; 2],
    venues: &[Address],
    feed: Address,
) -> anyhow::Result<Mandate> {
    let key = |account| GrantTerms {
        positions: Some(u64::MAX),
        turnover: bps_to_wad(TURNOVER_BPS),
        loss: bps_to_wad(LOSS_BPS),
        ..GrantTerms::until(account, Timestamp(START_SECS + 365 * 86_400))
    };
    let cap = |place| {
        // More than anybody here has.
        let absolute = Assets(usdc(1_000 * THIEF_DOLLARS));
        anyhow::Ok(CapTerms { risk_id: risk_id(place)?, absolute, relative: Wad::ONE })
    };
    let position = |place: usize| {
        let terms = Terms { instant_bps: 10_000, depth_bps: 10_000, slack_bps: SLACKS_BPS[place] };
        let position = PositionTerms::new(VenueKind::Erc4626, venues[place], vec![risk_id(place)?]);
        anyhow::Ok(PositionTerms { terms, ..position })
    };
    let percent = |percent: u64| Wad(U256::from(WAD / 100 * percent));
    let breaker = BreakerTerms {
        risk_id: risk_id(0)?,
        feed,
        min_price: percent(90),
        max_price: percent(110),
        max_age_secs: u32::MAX,
        liquid_bps: 0,
        confirm_secs: EPOCH_SECS as u32,
        trip_secs: EPOCH_SECS as u32,
    };
    Ok(Mandate {
        asset,
        owner,
        curator: owner,
        keepers: keys.map(key).to_vec(),
        max_rate: percent(20),
        liquidity_floor: Wad::ZERO,
        liquidity_cover: Wad::ZERO,
        loss: bps_to_wad(LOSS_BPS),
        turnover: bps_to_wad(TURNOVER_BPS),
        epoch_secs: EPOCH_SECS,
        silence_secs: SILENCE_SECS,
        caps: (0..venues.len()).map(cap).collect::<Result<_, _>>()?,
        breakers: vec![breaker],
        positions: (0..venues.len()).map(position).collect::<Result<_, _>>()?,
        ..Mandate::default()
    })
}

/// The risk id of a venue.
pub(super) fn risk_id(place: usize) -> anyhow::Result<RiskId> {
    RiskId::from_name(&format!("venue/{place}")).context("a short name")
}
