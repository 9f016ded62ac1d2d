//! A position that somebody lowers at a threshold, beside the same one that sleeps: through the library's events, which need
//! `../shared/data` beside the checkout.

use std::path::PathBuf;

use abi::{adapter::IAdapter, leverage::ILoop, oracle::IOracle};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use keeper_sim::{
    Curve, Depth, Error, WAD,
    stress::{Event, GRACE_SECS, Lag, Liquidator, Listing, Market, Outcome, Path, Portfolio, Step, Unprotected, run},
};

use crate::stage::{Setting, Stage, WINDOW_SECS, artifacts, open};

/// Which parts of a debt are tried, as its halvings.
const HALVINGS: u32 = 8;
const OWN_ASSETS: u64 = 20_000_000_000;
/// The reason of an oracle while the sequencer has not run for long enough.
const IN_GRACE: u8 = 7;
/// The reason of an oracle whose sources are too far apart.
const SOURCES_APART: u8 = 8;

/// A position, and whoever lowers it once health is below the threshold, in a wad.
struct Guarded {
    stage: Stage,
    threshold_wad: U256,
    target_bps: U256,
    lowered: u32,
    /// How often the pool was too thin for so much.
    halved: u32,
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
        let (_, debt) = market.position(self.stage.adapter)?;
        for halving in 0..HALVINGS {
            let call = IAdapter::deleverageCall { debtAssets: debt >> halving, targetBps: self.target_bps };
            let Err(revert) = self.stage.perform(market, call.abi_encode()) else {
                self.lowered += 1;
                break;
            };
            let reason = IAdapter::VenueCallFailed::abi_decode(&revert).expect("a refusal").reason;
            if let Ok(refused) = IOracle::PriceRefused::abi_decode(&reason) {
                self.refused.push(refused.reason);
                break;
            }
            ILoop::SwapTooDear::abi_decode(&reason).expect("the pool is too thin for so much");
            self.halved += 1;
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

/// Lets an event pass over a position that is lowered when a quarter of what its health was above one is gone, and over the
/// same position that sleeps.
fn pass(event: &Event, deviation_bps: u16, grace_secs: u32) -> (Guarded, [Outcome; 2]) {
    let mut market = open(event);
    let slip_bps = if event.listing.is_e_mode { 30 } else { 100 };
    let stage = Stage::new(&market, event, Setting { lends_at_aave: false, deviation_bps, slip_bps, grace_secs });
    stage.invest(&market, OWN_ASSETS).expect("it begins");
    let threshold_bps = 10_000 + (event.start_health_bps - 10_000) / 4 * 3;
    let threshold_wad = U256::from(threshold_bps) * U256::from(WAD / 10_000);
    let target_bps = U256::from(event.start_health_bps);
    let mut guarded = Guarded { stage, threshold_wad, target_bps, lowered: 0, halved: 0, refused: Vec::new() };
    let mut sleeper = Unprotected::like(&market, "sleeper", guarded.account()).expect("Aave lends as much");
    let mut liquidator = Liquidator::deploy(&market, &artifacts()).expect("it deploys");
    let mut portfolios: [&mut dyn Portfolio; 2] = [&mut guarded, &mut sleeper];
    let outcomes = run(&mut market, &event.path, &mut liquidator, &mut portfolios).expect("it passes");
    (guarded, outcomes.try_into().expect("one for each"))
}

#[test]
fn who_is_lowered_in_time_is_never_liquidated_beside_who_sleeps() {
    for event in library() {
        let (guarded, [lowered, slept]) = pass(&event, 1_000, WINDOW_SECS);

        println!(
            "{}: {} lowered {} times, {} too much, {} refused, least health {} after {} s, {} -> {}; asleep {} -> {}",
            event.name,
            lowered.name,
            guarded.lowered,
            guarded.halved,
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
        let (guarded, [lowered, _]) = pass(&event, 100, WINDOW_SECS);

        assert_eq!(guarded.lowered, 0);
        assert!(!guarded.refused.is_empty());
        assert!(guarded.refused.iter().all(|reason| *reason == SOURCES_APART), "{:?}", guarded.refused);
        assert!(lowered.is_liquidated());
    }
}

/// Ether at a health, on a path of our own.
fn ether(start_health_bps: u16, steps: Vec<Step>) -> Event {
    let lag = Lag { deviation_bps: 50, heartbeat_secs: 3_600 };
    Event {
        name: "ours",
        path: Path { steps },
        listing: Listing { ltv_bps: 8_000, threshold_bps: 8_400, bonus_bps: 10_500, is_e_mode: false },
        curve: Curve::default(),
        depth: Depth { assets: 17_000_000_000_000, reach_ticks: 13_860 },
        collateral_lag: lag,
        usdc_lag: lag,
        start_health_bps,
    }
}

fn step(at_secs: u64, dollars: u64) -> Step {
    Step {
        at_secs,
        collateral_usd_e8: dollars * 100_000_000,
        usdc_usd_e8: 100_000_000,
        utilisation_wad: WAD / 2,
        depth_wad: WAD,
        is_running: true,
    }
}

/// Health is 0.99 when the sequencer runs again: Aave's sentinel keeps liquidators away for an hour. An oracle that waits less
/// lets the position be lowered before they come; one that waits as long does not.
#[test]
fn who_is_given_a_price_before_aaves_grace_ends_is_lowered_before_liquidators_come() {
    let again = 7_200;
    let after = (0..30).map(|fifth| step(again + fifth * 300, 2_700));
    let steps = [step(0, 3_000), Step { is_running: false, ..step(3_600, 3_000) }].into_iter().chain(after);
    let event = ether(11_000, steps.collect());
    let aaves_grace_secs = u32::try_from(GRACE_SECS).expect("an hour");

    let (early, [saved, slept]) = pass(&event, 1_000, WINDOW_SECS);
    let (late, [lost, _]) = pass(&event, 1_000, aaves_grace_secs);

    assert!(early.refused.iter().all(|reason| *reason == IN_GRACE) && !early.refused.is_empty(), "{:?}", early.refused);
    assert!(saved.least_health_wad < U256::from(WAD) && !saved.is_liquidated(), "{saved:?}");
    assert!(slept.is_liquidated() && lost.is_liquidated());
    assert!(late.refused.iter().all(|reason| *reason == IN_GRACE));
}

/// All but an eightieth of the pool's liquidity has left: what brings the position to its target is more than it takes at a
/// price that the position accepts, so that it must be lowered in parts, between which others bring the price back.
#[test]
fn who_cannot_be_lowered_at_once_is_lowered_in_parts() {
    let fall = (1..=45).map(|minute| Step { depth_wad: WAD / 80, ..step(3_600 + minute * 60, 3_000 - 12 * minute) });
    let steps = [step(0, 3_000)].into_iter().chain(fall);
    let event = ether(12_000, steps.collect());

    let (guarded, [lowered, slept]) = pass(&event, 1_000, 0);

    assert!(guarded.halved >= guarded.lowered, "never all at once: {} of {}", guarded.halved, guarded.lowered);
    assert!(guarded.lowered > 1 && !lowered.is_liquidated(), "{lowered:?}");
    assert!(slept.is_liquidated());
}
