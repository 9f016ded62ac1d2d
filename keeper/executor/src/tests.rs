//! Every way through the machine, with a node that loses, doubles, delays, lies, and a process that dies.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use model::alloy_primitives::{Address, B256, U256};
use model::ports::{Fault, FaultKind, Journal, Resolved, Settlement, Stage, Submitter};
use model::{Asset, Block, Book, Budgets, Grant, Operator, Parameters, Snapshot, Timestamp, Wei};

use crate::Executor;
use crate::fake::{ACCOUNT, CHAIN_ID, VAULT, Wire, World, plan, settings};

/// Lives until the future ends, or the process dies (then nothing).
fn live<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn executor(world: &World) -> Executor<&World, &World, &World> {
    Executor::new(world, world, world, settings())
}

fn resolve(world: &World) -> Option<Result<Vec<Resolved>, Fault>> {
    live(executor(world).resolve())
}

/// Plans for the vault as it stands, and submits.
fn submit(world: &World) -> Option<Result<Settlement, Fault>> {
    let intent_nonce = world.ledger().rebalances;
    let now = world.ledger().now_secs;
    live(executor(world).submit(&snapshot(now), &plan(intent_nonce, now)))
}

fn snapshot(now_secs: u64) -> Snapshot {
    Snapshot {
        chain_id: CHAIN_ID,
        block: Block { number: 1, hash: B256::ZERO, timestamp: Timestamp(now_secs), base_fee: Wei::from(1) },
        vault: VAULT,
        asset: Asset { address: Address::ZERO, symbol: "USDC".into(), decimals: 6 },
        book: Book::default(),
        parameters: Parameters::default(),
        covenants: None,
        budgets: Budgets::default(),
        revision: U256::ZERO,
        positions: Vec::new(),
        caps: Vec::new(),
        operator: Operator { account: ACCOUNT, balance: Wei::from(1), grant: Grant::default() },
    }
}

fn world(script: &[Wire]) -> World {
    let world = World::new();
    world.ledger().script = script.iter().copied().collect();
    world
}

fn done(outcome: Option<Result<Settlement, Fault>>) {
    let settlement = outcome.expect("it lived").expect("no fault");
    assert!(matches!(settlement, Settlement::Done(_)), "{settlement:?}");
}

#[test]
fn a_plan_is_signed_sent_and_confirmed() {
    let world = world(&[Wire::Take]);

    done(submit(&world));

    assert_eq!(world.ledger().rebalances, 1);
    assert!(matches!(world.stage(1), Stage::Settled(Settlement::Done(_))));
}

#[test]
fn a_simulated_revert_is_refused_and_nothing_is_signed() {
    let world = world(&[]);
    world.ledger().would_revert = Some("LimitBreached(...)".into());

    let settlement = submit(&world).expect("lived").expect("no fault");

    assert_eq!(settlement, Settlement::Refused { reason: "LimitBreached(...)".into() });
    assert!((&world).unsettled().expect("reads").is_empty() && world.settlements().is_empty());
    assert_eq!(world.ledger().broadcasts, 0);
}

#[test]
fn more_gas_than_allowed_is_refused_with_both_numbers() {
    let world = world(&[]);
    let settings = crate::Settings { max_gas: model::Gas(99), ..settings() };
    let executor = Executor::new(&world, &world, &world, settings);

    let settlement = live(executor.submit(&snapshot(1_000), &plan(0, 1_000))).expect("lived").expect("no fault");

    assert_eq!(settlement, Settlement::Refused { reason: "it needs 100 gas, more than max_gas 99".into() });
}

#[test]
fn a_rehearsal_simulates_and_sends_nothing() {
    let world = world(&[]);
    let rehearsal = crate::Rehearsal::new(&world, ACCOUNT, VAULT, model::Gas(1_000));

    let settlement = live(rehearsal.submit(&snapshot(1_000), &plan(0, 1_000))).expect("lived").expect("no fault");

    assert_eq!(settlement, Settlement::Rehearsed { gas: model::Gas(100) });
    assert_eq!((world.ledger().broadcasts, world.records.lock().expect("one thread").len()), (0, 0));
}

#[test]
fn a_node_that_refuses_fresh_bytes_ends_the_attempt_at_once() {
    let world = world(&[Wire::Reject]);

    let settlement = submit(&world).expect("lived").expect("no fault");

    assert_eq!(settlement, Settlement::Dropped { reason: "insufficient funds".into() });
    assert_eq!(world.ledger().broadcasts, 1);
}

#[test]
fn lost_answers_and_lost_bytes_are_sent_again_and_done_once() {
    for script in [&[Wire::TakeSilently][..], &[Wire::Lose, Wire::Lose], &[Wire::Lie], &[Wire::Lose, Wire::Reject]] {
        let world = world(script);

        done(submit(&world));

        assert_eq!(world.ledger().rebalances, 1, "{script:?}");
    }
}

#[test]
fn a_price_too_low_is_signed_again_for_the_same_nonce() {
    let world = world(&[Wire::FeeTooLow, Wire::FeeTooLow]);

    done(submit(&world));

    let ledger = world.ledger();
    assert_eq!((ledger.rebalances, ledger.next_nonce), (1, 6));
}

#[test]
fn the_first_of_two_prices_may_win() {
    // The bytes at the first price arrive, the answer is lost; later the node asks for more; both wait.
    let world = world(&[Wire::TakeSilently, Wire::FeeTooLow, Wire::Take]);
    world.ledger().block_secs = Some(7);

    done(submit(&world));

    assert_eq!(world.ledger().rebalances, 1);
}

#[test]
fn a_nonce_taken_by_another_transaction_is_replaced() {
    let world = world_signed_only();
    world.ledger().next_nonce += 1;

    let resolved = resolve(&world).expect("lived").expect("no fault");

    assert_eq!(resolved, [Resolved { record: 1, settlement: Settlement::Replaced { nonce: 5 } }]);
}

/// A process died between signing and sending.
fn world_signed_only() -> World {
    let world = world(&[Wire::Die]);
    assert!(submit(&world).is_none(), "the process dies");
    assert!(matches!(world.stage(1), Stage::Signed { .. }));
    world
}

#[test]
fn death_between_sending_and_confirming_is_resolved_and_not_repeated() {
    let world = world(&[Wire::TakeAndDie]);
    assert!(submit(&world).is_none(), "the process dies");
    world.ledger().mine();

    let resolved = resolve(&world).expect("lived").expect("no fault");

    assert!(matches!(resolved[..], [Resolved { record: 1, settlement: Settlement::Done(_) }]), "{resolved:?}");
    let ledger = world.ledger();
    assert_eq!((ledger.rebalances, ledger.broadcasts), (1, 1));
}

#[test]
fn death_before_the_block_is_waited_for_with_the_same_bytes() {
    let world = world(&[Wire::TakeAndDie]);
    assert!(submit(&world).is_none(), "the process dies");

    let resolved = resolve(&world).expect("lived").expect("no fault");

    assert!(matches!(resolved[..], [Resolved { settlement: Settlement::Done(_), .. }]));
    let ledger = world.ledger();
    assert_eq!((ledger.rebalances, ledger.receipts.len(), ledger.pool.len()), (1, 1, 0));
}

#[test]
fn death_between_signing_and_sending_sends_the_same_bytes_later() {
    let world = world_signed_only();

    let resolved = resolve(&world).expect("lived").expect("no fault");

    assert!(matches!(resolved[..], [Resolved { settlement: Settlement::Done(_), .. }]));
    assert_eq!(world.ledger().rebalances, 1);
}

#[test]
fn death_between_signing_and_sending_expires_after_the_deadline() {
    let world = world_signed_only();
    world.ledger().now_secs += 61;

    let resolved = resolve(&world).expect("lived").expect("no fault");

    assert_eq!(resolved, [Resolved { record: 1, settlement: Settlement::Expired { deadline: Timestamp(1_060) } }]);
    assert_eq!(world.ledger().broadcasts, 1, "nothing is sent after the deadline");
}

#[test]
fn a_plan_never_signed_is_dropped() {
    let world = world(&[]);
    world.ledger().mute = u32::MAX;
    let attempt =
        model::ports::Attempt { chain_id: CHAIN_ID, vault: VAULT, plan: plan(0, 1_000), stage: Stage::Planned };
    (&world).open(&attempt).expect("writes");

    let resolved = resolve(&world).expect("lived").expect("the chain need not be asked");

    assert!(matches!(&resolved[..], [Resolved { settlement: Settlement::Dropped { .. }, .. }]));
}

#[test]
fn nothing_new_is_submitted_while_a_record_is_open() {
    let world = world_signed_only();

    let fault = submit(&world).expect("lived").expect_err("the first is open");

    assert_eq!(fault.kind, FaultKind::Refuse);
    assert!(fault.detail.contains("record 1 is open"), "{fault}");
}

#[test]
fn bytes_that_come_too_late_revert_in_their_block_and_say_so() {
    let world = world(&[Wire::TakeAndDie]);
    assert!(submit(&world).is_none(), "the process dies");
    world.ledger().now_secs += 61;
    world.ledger().mine();
    world.ledger().would_revert = Some("IntentExpired(deadline 1060, now 1061)".into());

    let resolved = resolve(&world).expect("lived").expect("no fault");

    let [Resolved { settlement: Settlement::Reverted { receipt, reason }, .. }] = &resolved[..] else {
        panic!("{resolved:?}");
    };
    assert!(!receipt.succeeded && reason.starts_with("IntentExpired"));
    assert_eq!(world.ledger().rebalances, 0);
}

#[test]
fn a_receipt_that_comes_late_is_waited_for() {
    let world = world(&[Wire::Take]);
    world.ledger().hide_receipts = 2;

    done(submit(&world));
}

#[test]
fn a_node_behind_the_journal_gives_no_nonce() {
    let world = world(&[]);
    done(submit(&world));
    world.ledger().nonce_lag = 1;

    let fault = submit(&world).expect("lived").expect_err("the node is behind");

    assert_eq!(fault.kind, FaultKind::Retry);
    assert!(fault.detail.contains("it names nonce 5, but 5 is in a block already"), "{fault}");
}

#[test]
fn a_chain_that_stands_still_leaves_the_record_open() {
    let world = world(&[]);
    world.ledger().block_secs = None;
    let patient = crate::Settings { patience_secs: 20, ..settings() };
    let executor = Executor::new(&world, &world, &world, patient);

    let fault = live(executor.submit(&snapshot(1_000), &plan(0, 1_000))).expect("lived").expect_err("no end is seen");

    assert_eq!(fault.kind, FaultKind::Retry);
    assert!(matches!(world.stage(1), Stage::Sent { .. }));
}

#[test]
fn another_vaults_open_record_stops_everything() {
    let world = world_signed_only();
    let foreign = crate::Settings { vault: Address::repeat_byte(1), ..settings() };
    let executor = Executor::new(&world, &world, &world, foreign);

    let fault = live(executor.resolve()).expect("lived").expect_err("it is not ours");

    assert_eq!(fault.kind, FaultKind::Fatal);
}

/// A small generator: the same seed gives the same story.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[test]
fn whatever_node_and_process_do_the_vault_rebalances_at_most_once_and_the_journal_agrees() {
    const WIRES: [Wire; 8] = [
        Wire::Take,
        Wire::TakeSilently,
        Wire::Lose,
        Wire::Lie,
        Wire::TakeAndDie,
        Wire::Die,
        Wire::FeeTooLow,
        Wire::Reject,
    ];
    let mut finished = 0;
    for seed in 1..=3_000 {
        let mut dice = Dice(u64::wrapping_mul(seed, 0x9e37_79b9_7f4a_7c15));
        let script: Vec<_> = (0..dice.roll(9)).map(|_| WIRES[dice.roll(8) as usize]).collect();
        let world = world(&script);
        world.ledger().block_secs = Some(1 + dice.roll(30));
        for _life in 0..20 {
            world.ledger().mute = dice.roll(4) as u32;
            world.ledger().hide_receipts = dice.roll(3) as u32;
            world.ledger().now_secs += dice.roll(50);
            if dice.roll(3) == 0 {
                world.ledger().mine();
            }
            let Some(Ok(_)) = resolve(&world) else { continue };
            if world.ledger().rebalances > 0 {
                break;
            }
            let _ = submit(&world);
        }

        let (rebalances, settlements) = (world.ledger().rebalances, world.settlements());
        let successes = settlements.iter().filter(|settlement| matches!(settlement, Settlement::Done(_))).count();
        let open = (&world).unsettled().expect("reads").len();
        assert!(rebalances <= 1 && open <= 1, "seed {seed}: {rebalances} rebalances, {open} open");
        assert!(successes as u64 <= rebalances, "seed {seed}: {settlements:?}");
        if open == 0 {
            assert_eq!(successes as u64, rebalances, "seed {seed}: {settlements:?}");
            finished += rebalances;
        }
    }
    assert!(finished > 2_500, "most stories end with the rebalance done: {finished}");
}
