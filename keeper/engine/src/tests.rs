//! The loop with a fixed world: what it submits, what it records, and when it stops.

mod memory;

use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use model::alloy_primitives::{Address, B256, U256};
use model::ports::{Fault, FaultKind, Receipt, Recorder, Resolved, Settlement, SnapshotSource, Submitter};
use model::rate::{AaveTwoSlope, RateModel};
use model::{
    Asset, Assets, Block, Book, Budgets, Cap, Decision, Gas, Grant, Level, Lever, Movement, Operator, Parameters, Plan,
    Position, Ray, RiskId, Snapshot, Terms, Thresholds, Timestamp, VenueKind, Wad, Wei,
};

use super::*;

const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

/// A vault with idle money and one Aave pool of 1 million.
fn snapshot(idle: u128) -> Snapshot {
    let risk_id = RiskId::from_name("aave-v3").expect("short");
    let idle = Assets::from(idle);
    let all = Level { used: Assets::ZERO, capacity: idle };
    Snapshot {
        chain_id: 1,
        block: Block { number: 9, hash: B256::ZERO, timestamp: Timestamp(1_000), base_fee: Wei::from(100_000_000) },
        vault: Address::repeat_byte(2),
        asset: Asset { address: Address::repeat_byte(3), symbol: "USDC".into(), decimals: 6 },
        book: Book { idle, marked: Assets::ZERO, nav: idle, nav_entry: idle, nav_least: idle, max_rate: Wad::ONE },
        parameters: Parameters { epoch_secs: 86_400, silence_secs: 100, ..Parameters::default() },
        covenants: None,
        budgets: Budgets { loss: all, turnover: all, keeper_seen_at: Timestamp(990), ..Budgets::default() },
        revision: U256::ZERO,
        positions: vec![Position {
            index: 0,
            adapter: Address::repeat_byte(4),
            venue: Address::repeat_byte(5),
            market: B256::ZERO,
            kind: VenueKind::AaveV3,
            risk_ids: vec![risk_id],
            marked: Assets::ZERO,
            marked_at: Timestamp(1_000),
            shortfall: Assets::ZERO,
            terms: Terms { instant_bps: 10_000, depth_bps: 10_000, slack_bps: 0 },
            value: Assets::ZERO,
            units: U256::ZERO,
            liquidity: Assets::ZERO,
            depth: None,
            reported_rate: None,
            lever: None,
            collateral: None,
            requested: None,
            bond: None,
            rate: RateModel::AaveTwoSlope(AaveTwoSlope {
                total_variable_debt: Assets::from(600_000_000_000),
                available_liquidity: Assets::from(400_000_000_000),
                unbacked: Assets::ZERO,
                supply_cap: None,
                reserve_factor_bps: 1_000,
                optimal_usage: Ray::from(RAY / 10 * 9),
                base_rate: Ray::ZERO,
                slope1: Ray::from(RAY / 1_000 * 65),
                slope2: Ray::from(RAY / 10 * 4),
            }),
        }],
        caps: vec![Cap {
            risk_id,
            exposure: Assets::ZERO,
            absolute: Assets(U256::from(u128::MAX)),
            relative: Wad::ONE,
            tripped_until: Timestamp(0),
        }],
        operator: Operator {
            account: Address::repeat_byte(1),
            balance: Wei::MAX,
            grant: Grant { positions: 1, expiry: Timestamp(2_000), turnover: all, loss: all, ..Grant::default() },
        },
    }
}

struct Parts {
    snapshot: Result<Snapshot, Fault>,
    resolved: Result<Vec<Resolved>, Fault>,
    submitted: Mutex<Vec<Plan>>,
    recorded: Mutex<Vec<String>>,
}

fn parts(idle: u128) -> Parts {
    Parts {
        snapshot: Ok(snapshot(idle)),
        resolved: Ok(Vec::new()),
        submitted: Mutex::default(),
        recorded: Mutex::default(),
    }
}

fn done() -> Settlement {
    Settlement::Done(Receipt {
        hash: B256::ZERO,
        block_number: 10,
        succeeded: true,
        gas_used: Gas(5),
        gas_price: Wei::from(1),
    })
}

impl SnapshotSource for &Parts {
    async fn snapshot(&self) -> Result<Snapshot, Fault> {
        self.snapshot.clone()
    }

    async fn glance(&self, last: &Snapshot) -> Result<Snapshot, Fault> {
        // The debt has grown by half since.
        let mut snapshot = last.clone();
        for lever in snapshot.positions.iter_mut().filter_map(|position| position.lever.as_mut()) {
            lever.debt = lever.debt.map(|debt| debt.saturating_add(Assets(debt.0 >> 1)));
        }
        Ok(snapshot)
    }
}

impl Submitter for &Parts {
    async fn resolve(&self) -> Result<Vec<Resolved>, Fault> {
        self.resolved.clone()
    }

    async fn submit(&self, _: &Snapshot, plan: &Plan) -> Result<Settlement, Fault> {
        self.submitted.lock().expect("one thread").push(plan.clone());
        Ok(done())
    }
}

impl Recorder for Parts {
    fn record(&self, _: &Snapshot, _: &Decision, _: &Memory, summary: &str) -> Result<(), Fault> {
        self.recorded.lock().expect("one thread").push(summary.to_owned());
        Ok(())
    }
}

fn tick(parts: &Parts) -> Result<Tick, Error> {
    let engine = Engine::new(parts, parts, parts, Settings::default());
    live(engine.tick(&Memory::default()))
}

/// Drives a future that never waits.
fn live<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

#[test]
fn idle_money_is_put_to_work_and_the_reason_recorded() {
    let parts = parts(100_000_000_000);

    let tick = tick(&parts).expect("a good world");

    assert_eq!(tick.settlement, Some(done()));
    assert_eq!(parts.submitted.lock().expect("one thread").len(), 1);
    assert_eq!(*parts.recorded.lock().expect("one thread"), std::slice::from_ref(&tick.summary));
    let words = ["done in block 10 with 5 gas", "position 0 (aave-v3) 0.000000 USDC -> ", "a year instead of 0.0000 %"];
    assert!(words.iter().all(|words| tick.summary.contains(words)), "{}", tick.summary);
}

#[test]
fn an_empty_vault_is_left_alone_and_that_is_recorded_too() {
    let parts = parts(0);

    let tick = tick(&parts).expect("a good world");

    assert_eq!((tick.settlement, tick.summary.as_str()), (None, "nothing to do: the vault holds nothing"));
    assert!(parts.submitted.lock().expect("one thread").is_empty());
    assert_eq!(parts.recorded.lock().expect("one thread").len(), 1);
}

#[test]
fn money_that_has_not_stayed_an_epoch_waits_and_says_why() {
    let mut parts = parts(100_000_000_000);
    let snapshot = parts.snapshot.as_mut().expect("a good world");
    snapshot.book.nav_least = Assets::ZERO;

    let tick = tick(&parts).expect("a good world");

    assert_eq!(tick.settlement, None);
    assert!(tick.summary.contains("money must stay for a whole epoch of 1 day first"), "{}", tick.summary);
}

#[test]
fn a_silent_keeper_with_nothing_to_do_gives_a_sign_of_life() {
    let mut parts = parts(100_000_000_000);
    let snapshot = parts.snapshot.as_mut().expect("a good world");
    snapshot.book.nav_least = Assets::ZERO;
    snapshot.budgets.keeper_seen_at = Timestamp(900);

    let tick = tick(&parts).expect("a good world");

    assert!(parts.submitted.lock().expect("one thread")[0].intent.legs.is_empty());
    assert!(tick.summary.contains("give a sign of life after 100 seconds of silence"), "{}", tick.summary);
}

#[test]
fn nothing_new_is_begun_while_the_past_is_unresolved() {
    let fault = Fault { kind: FaultKind::Retry, detail: "record 1 is open".into() };
    let parts = Parts { resolved: Err(fault), ..parts(100_000_000_000) };

    let error = tick(&parts).expect_err("the past comes first");

    assert_eq!(error.to_string(), "record 1 is open");
    assert!(parts.submitted.lock().expect("one thread").is_empty());
}

#[test]
fn what_was_resolved_is_reported() {
    let resolved = vec![Resolved { record: 7, settlement: done() }];
    let parts = Parts { resolved: Ok(resolved.clone()), ..parts(0) };

    let tick = tick(&parts).expect("a good world");

    assert_eq!(tick.resolved, resolved);
    assert!(resolved_line(&tick.resolved[0]).starts_with("record 7 of an earlier run: done in block 10"));
}

#[test]
fn a_world_that_cannot_be_seen_is_a_fault() {
    let fault = Fault { kind: FaultKind::Retry, detail: "no answer".into() };
    let parts = Parts { snapshot: Err(fault.clone()), ..parts(0) };

    assert!(matches!(tick(&parts), Err(Error::Fault(found)) if found == fault));
}

/// A vault whose position owes a million, at this health in percent.
fn levered(health_percent: u128) -> Snapshot {
    let mut snapshot = snapshot(0);
    let (debt, thresholds) = (
        Assets::from(1_000_000_000_000),
        Thresholds { target_bps: 15_000, soft_bps: 13_000, hard_bps: 11_500, ..Thresholds::default() },
    );
    let all = Level { used: Assets::ZERO, capacity: Assets(U256::from(u128::MAX)) };
    (snapshot.budgets.loss, snapshot.budgets.turnover) = (all, all);
    (snapshot.operator.grant.loss, snapshot.operator.grant.turnover) = (all, all);
    let position = &mut snapshot.positions[0];
    (position.value, position.marked) = (debt, debt);
    let backing = Assets(debt.0 / U256::from(100) * U256::from(health_percent));
    position.lever = Some(Lever { backing, debt: Some(debt), thresholds: Some(thresholds) });
    snapshot
}

#[test]
fn a_debt_below_its_soft_threshold_is_repaid_before_anything_is_weighed() {
    let mut parts = parts(0);
    parts.snapshot = Ok(levered(120));

    let tick = tick(&parts).expect("a good world");

    let plan = parts.submitted.lock().expect("one thread")[0].clone();
    assert_eq!(plan.legs[0].leg.movement, Movement::RepayAll);
    assert!(tick.summary.contains("repays down to its target because health is 1.2000"), "{}", tick.summary);
}

#[test]
fn what_cannot_wait_is_seen_between_two_turns() {
    let parts = parts(0);
    let engine = Engine::new(&parts, &parts, &parts, Settings::default());
    let is_pressed = |snapshot: &Snapshot| live(engine.is_pressed(snapshot)).expect("it can be read");

    assert!(is_pressed(&levered(190)), "1.9 is 1.27 by now");
    assert!(!is_pressed(&levered(900)));
    assert!(!is_pressed(&snapshot(0)), "nothing is owed");
}
