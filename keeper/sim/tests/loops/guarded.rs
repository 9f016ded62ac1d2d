//! A position that somebody lowers at a threshold, beside the same one that sleeps: through the library's events, which need
//! `../shared/data` beside the checkout.

use std::path::PathBuf;

use abi::{adapter::IAdapter, oracle::IOracle};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use keeper_sim::{
    Error, WAD,
    stress::{Event, Liquidator, Market, Outcome, Portfolio, Unprotected, run},
};

use crate::stage::{Setting, Stage, artifacts, open};

const OWN_ASSETS: u64 = 20_000_000_000;
/// The reason of an oracle whose sources are too far apart.
const SOURCES_APART: u8 = 8;

/// A position, and whoever lowers it once health is below the threshold, in a wad.
struct Guarded {
    stage: Stage,
    threshold_wad: U256,
    lowered: u32,
    /// Why there was no price when it was to be lowered.
    refused: Vec<u8>,
}

impl Portfolio for Guarded {
    fn name(&self) -> &str {
        "guarded"
    }

    fn account(&self) -> Address {
        self.stage.adapter
    }

    fn act(&mut self, market: &Market) -> Result<(), Error> {
        if market.health_wad(self.stage.adapter)? >= self.threshold_wad {
            return Ok(());
        }
        let call = IAdapter::deleverageCall { debtAssets: U256::MAX };
        match self.stage.perform(market, call.abi_encode()) {
            Ok(_) => self.lowered += 1,
            Err(revert) => {
                let reason = IAdapter::VenueCallFailed::abi_decode(&revert).expect("a refusal").reason;
                let refused = IOracle::PriceRefused::abi_decode(&reason).expect("nothing but a price is missing");
                self.refused.push(refused.reason);
            }
        }
        Ok(())
    }
}

/// The library, as far as its files are there.
fn library() -> impl Iterator<Item = Event> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    Event::ALL.into_iter().filter_map(move |read| {
        let event = read(&folder).expect("the files that are there can be read");
        if event.is_none() {
            eprintln!("SKIPPED: an event without its history at {}", folder.display());
        }
        event
    })
}

/// Lets an event pass over a position that is lowered when half of what its health was above one is gone, and over the same
/// position that sleeps.
fn pass(event: &Event, deviation_bps: u16) -> (Guarded, [Outcome; 2]) {
    let mut market = open(event);
    let slip_bps = if event.listing.is_e_mode { 30 } else { 100 };
    let stage = Stage::new(&market, event, Setting { lends_at_aave: false, deviation_bps, slip_bps });
    stage.invest(&market, OWN_ASSETS).expect("it begins");
    let threshold_bps = 10_000 + (event.start_health_bps - 10_000) / 2;
    let threshold_wad = U256::from(threshold_bps) * U256::from(WAD / 10_000);
    let mut guarded = Guarded { stage, threshold_wad, lowered: 0, refused: Vec::new() };
    let mut sleeper = Unprotected::like(&market, "sleeper", guarded.account()).expect("Aave lends as much");
    let mut liquidator = Liquidator::deploy(&market, &artifacts()).expect("it deploys");
    let mut portfolios: [&mut dyn Portfolio; 2] = [&mut guarded, &mut sleeper];
    let outcomes = run(&mut market, &event.path, &mut liquidator, &mut portfolios).expect("it passes");
    (guarded, outcomes.try_into().expect("one for each"))
}

#[test]
fn who_is_lowered_in_time_is_never_liquidated_beside_who_sleeps() {
    for event in library() {
        let (guarded, [lowered, slept]) = pass(&event, 1_000);

        println!(
            "{}: {} lowered {} times, {} refused, least health {} after {} s, {} -> {}; asleep {} -> {}",
            event.name,
            lowered.name,
            guarded.lowered,
            guarded.refused.len(),
            lowered.least_health_wad,
            lowered.least_at_secs,
            lowered.first_assets,
            lowered.last_assets,
            slept.first_assets,
            slept.last_assets,
        );
        assert!(guarded.lowered != 0 && !lowered.is_liquidated(), "{}: {lowered:?}", event.name);
        assert!(slept.is_liquidated(), "{}: {slept:?}", event.name);
        assert!(lowered.last_assets > slept.last_assets, "{}", event.name);
    }
}

/// What an oracle's deviation costs: while a price falls by 8 % in twenty minutes, a mean of thirty is further than a percent
/// behind it, and without a price nothing moves.
#[test]
fn an_oracle_that_allows_a_percent_between_its_sources_lets_nobody_lower_in_a_fast_fall() {
    for event in library().filter(|event| event.name == "USDe, October 2025") {
        let (guarded, [lowered, _]) = pass(&event, 100);

        assert_eq!(guarded.lowered, 0);
        assert!(!guarded.refused.is_empty());
        assert!(guarded.refused.iter().all(|reason| *reason == SOURCES_APART), "{:?}", guarded.refused);
        assert!(lowered.is_liquidated());
    }
}
