//! Each event of the library, once: with the keeper and without it nobody is liquidated, asleep somebody is. The library needs
//! `../shared/data` beside the checkout, and each event whose file is absent is skipped.

use std::time::{Duration, Instant};

use abi::vault::IVault;
use alloy_primitives::{I256, U256};
use chain::deployment::{Mandate, bps_to_wad, defaults};
use kit::{Levered, Policy, root, usdc};
use sim::{
    Artifacts, WAD,
    stress::{Event, Liquidator, Market, Outcome, Portfolio, Read, Unprotected, run},
};

use crate::{
    kept::WithKeeper,
    policies::{self, VAULT_DOLLARS},
    report::{self, Deleverages},
    rescued::WithoutKeeper,
    stage::{self, BIG_DEPOSITOR, SMALL_DEPOSITOR},
};

/// What a venue may round off, in base units.
const ROUNDING: U256 = U256::from_limbs([2, 0, 0, 0]);

/// An event that has passed over all three.
struct Replay {
    event: Event,
    market: Market,
    kept: WithKeeper,
    rescued: WithoutKeeper,
    /// With the keeper, without it, asleep.
    outcomes: [Outcome; 3],
    took: Duration,
}

impl Replay {
    /// Lets an event pass over vaults that are governed as [`policies`] says, but for what is altered; nothing where its history
    /// is absent.
    fn of(read: Read, journal: &str, alter: fn(&mut Policy), decide: fn(&Policy, &mut Mandate)) -> Option<Self> {
        let folder = root().join("../shared/data");
        let Some(event) = read(&folder).expect("the files that are there can be read") else {
            eprintln!("SKIPPED: an event without its history at {}", folder.display());
            return None;
        };
        let clock = Instant::now();
        let mut market = stage::open(&event);
        let mut policy = policies::before(&event);
        alter(&mut policy);
        let [first, second] = [(); 2].map(|()| stage::found(&market, &policy, decide));
        stage::invest(&market, &event, [&first, &second]);
        let mut kept = WithKeeper::start(first, journal);
        let mut rescued = WithoutKeeper::new(second);
        let mut asleep = Unprotected::like(&market, "asleep", kept.account()).expect("Aave lends as much");
        let mut liquidator = Liquidator::deploy(&market, &Artifacts::of_workspace(&root())).expect("it deploys");
        let mut portfolios: [&mut dyn Portfolio; 3] = [&mut kept, &mut rescued, &mut asleep];
        let outcomes = run(&mut market, &event.path, &mut liquidator, &mut portfolios).expect("it passes");
        let outcomes = outcomes.try_into().expect("one for each");
        Some(Self { event, market, kept, rescued, outcomes, took: clock.elapsed() })
    }

    fn print(&self) {
        let [kept, rescued, asleep] = &self.outcomes;
        let done = [self.kept.deleverages(), self.rescued.deleverages(), Deleverages::default()];
        report::print(&self.event, [(kept, done[0]), (rescued, done[1]), (asleep, done[2])]);
        let gas: u64 = self.kept.acts.iter().map(|act| act.gas.0).sum();
        let refused = self.rescued.refused.len();
        println!("the keeper: {} transactions, {gas} gas; strangers: no price {refused} times", self.kept.acts.len());
        println!("{} steps in {:.1} s", self.event.path.steps.len(), self.took.as_secs_f64());
    }

    fn assert_only_the_sleeper_is_liquidated(&self) {
        let [kept, rescued, asleep] = &self.outcomes;
        for outcome in [kept, rescued] {
            assert!(!outcome.is_liquidated(), "{}: {outcome:?}", self.event.name);
            assert!(outcome.least_health_wad >= U256::from(WAD), "{}: {outcome:?}", self.event.name);
        }
        assert!(asleep.is_liquidated() && asleep.least_health_wad < U256::from(WAD), "{}: {asleep:?}", self.event.name);
    }

    fn assert_the_keeper_is_never_refused(&self) {
        assert!(self.kept.refused.is_empty(), "{}: {:?}", self.event.name, self.kept.refused);
    }

    fn assert_the_sleeper_loses_most(&self) {
        let rewards = self.rescued.deleverages().reward_assets;
        let [kept, rescued, asleep] = self.outcomes.each_ref().map(lost);
        assert!(kept < asleep, "{}: {kept} {asleep}", self.event.name);
        assert!(rescued + signed(rewards) < asleep, "{}: {rescued} {rewards} {asleep}", self.event.name);
    }

    fn assert_rescues_stay_in_their_bounds(&self) {
        assert!(self.kept.deleverages().count != 0 && self.rescued.deleverages().count != 0, "{}", self.event.name);
        let thresholds = self.rescued.levered.policy.thresholds;
        for (at_secs, told) in &self.rescued.rescues {
            let part = |bps: u16| told.repaid * U256::from(bps) / U256::from(10_000);
            assert!(told.repaid <= thresholds.chunk.0 + ROUNDING, "{} at {at_secs}", self.event.name);
            assert!(told.lost <= part(thresholds.slip_bps) + ROUNDING, "{} at {at_secs}", self.event.name);
            assert!(told.reward <= part(thresholds.reward_bps), "{} at {at_secs}", self.event.name);
        }
    }

    /// The small depositor takes out everything, from either vault. The big one takes what is left that can be paid: where a
    /// keeper was there, all but what is in the position.
    fn assert_depositors_can_leave(&self) {
        let deposited = usdc(VAULT_DOLLARS / 10);
        for levered in [&self.kept.levered, &self.rescued.levered] {
            let paid = leave(levered, SMALL_DEPOSITOR);
            assert!(paid > deposited * U256::from(97) / U256::from(100), "{}: {paid}", self.event.name);
        }
        let total = self.kept.levered.tenor.book().nav;
        let paid = leave(&self.kept.levered, BIG_DEPOSITOR);
        let position = self.market.equity_assets(self.kept.account()).expect("Aave answers");
        println!("depositors leave: {paid} of {total}, {position} in the position");
        assert!(paid > total * U256::from(95) / U256::from(100), "{}: {paid} of {total}", self.event.name);
    }
}

/// Redeems what a depositor may; returns what he is paid.
fn leave(levered: &Levered, depositor: usize) -> U256 {
    let tenor = &levered.tenor;
    let (vault, wallet) = (tenor.vault, tenor.wallets[depositor]);
    let shares = tenor.view(vault, &IVault::maxRedeemCall { owner: wallet });
    let worth = tenor.view(vault, &IVault::previewRedeemCall { shares });
    let paid = tenor.redeem(wallet, shares).expect("what may be redeemed is paid");
    assert!(paid >= worth, "{paid} {worth}");
    if depositor == SMALL_DEPOSITOR {
        assert_eq!(tenor.shares_of(wallet), U256::ZERO);
    }
    paid
}

fn lost(outcome: &Outcome) -> I256 {
    signed(outcome.first_assets) - signed(outcome.last_assets)
}

fn signed(assets: U256) -> I256 {
    I256::try_from(assets).expect("money fits")
}

fn survives(read: Read, journal: &str) {
    let Some(replay) = Replay::of(read, journal, |_| {}, policies::decide) else { return };
    replay.print();
    replay.assert_only_the_sleeper_is_liquidated();
    replay.assert_the_keeper_is_never_refused();
    replay.assert_the_sleeper_loses_most();
    replay.assert_rescues_stay_in_their_bounds();
    replay.assert_depositors_can_leave();
}

#[test]
fn usdc_in_march_2023_liquidates_only_who_sleeps() {
    survives(Event::usdc_march_2023, "usdc");
}

#[test]
fn usde_in_october_2025_liquidates_only_who_sleeps() {
    survives(Event::usde_october_2025, "usde");
}

#[test]
fn steth_in_june_2022_liquidates_only_who_sleeps() {
    survives(Event::steth_june_2022, "steth");
}

#[test]
fn a_rate_shock_liquidates_only_who_sleeps() {
    survives(Event::rate_shock, "rate-shock");
}

#[test]
fn a_halted_sequencer_liquidates_only_who_sleeps() {
    survives(Event::halted_sequencer, "halt");
}

/// What the rules of [`policies`] are for: with the oracle terms that a deployment begins with, a mean of half an hour is too
/// far behind for anybody to have a price.
#[test]
fn a_mean_of_half_an_hour_liquidates_all_three_in_a_fast_fall() {
    let usual = |policy: &mut Policy| {
        (policy.window_secs, policy.deviation_bps) = (defaults::WINDOW_SECS, defaults::DEVIATION_BPS);
    };
    let Some(replay) = Replay::of(Event::usde_october_2025, "usde-mean", usual, policies::decide) else { return };

    replay.print();
    assert!(replay.outcomes.iter().all(Outcome::is_liquidated));
    assert!(replay.rescued.refused.len() > 5, "no price: {:?}", replay.rescued.refused);
}

/// A fall that was marked fills the loss budget; whoever repays for it waits for none.
#[test]
fn a_small_loss_budget_stops_nobody_who_repays() {
    let decide = |policy: &Policy, mandate: &mut Mandate| {
        policies::decide(policy, mandate);
        mandate.loss = bps_to_wad(100);
    };
    let Some(replay) = Replay::of(Event::usde_october_2025, "usde-budget", |_| {}, decide) else { return };

    replay.print();
    assert_eq!(replay.outcomes.each_ref().map(Outcome::is_liquidated), [false, false, true]);
}
