//! Positions that owe: what is told of their health must fit the limits that were told broken, and a rescue its bounds.

use abi::board::IBoard;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use keeper_audit::{Auditor, Entry};
use world::levers::repay;
use world::mock::adapter;
use world::{KEEPER, OWNER, address};

use crate::play::{Play, WALLETS};

const UNIT: u128 = 1_000_000;
const LEVER: u32 = 3;

/// Five hundred units in a lever that owes 400 and is below its hard threshold; the block is closed.
fn ill() -> Play {
    let mut play = Play::new(1);
    play.call("open", OWNER, &IBoard::openCall {});
    let assets = U256::from(10_000 * UNIT);
    play.call("deposit", WALLETS[0], &IVault::depositCall { assets, receiver: WALLETS[0] });
    // Money counts once it has stayed for an epoch.
    play.pass(2 * 86_400);
    rebalance(&mut play, world::legs(&[(LEVER, 500 * UNIT as i128)]));
    play.close_block(false);
    owe(&mut play, 450);
    play
}

/// Has the lever owe 400 units, secured by so many.
fn owe(play: &mut Play, backing: u128) {
    let at = play.adapters[LEVER as usize];
    play.scene.owe(at, backing * UNIT, 400 * UNIT);
    play.scene.world.poke(at, adapter::COST, U256::from(adapter::BILLION / 100));
}

pub fn rebalance(play: &mut Play, legs: Vec<IDesk::Leg>) {
    let intent = IDesk::Intent { legs, ..play.scene.intent_of(KEEPER, &[]) };
    assert!(play.call("rebalance", KEEPER, &IDesk::rebalanceCall { intent }), "the vault takes it");
}

/// Audits all but the last block, and then the last one with its entries as `tamper` leaves them. Returns the differences.
pub fn differences(play: &Play, tamper: impl Fn(&mut Vec<Entry>)) -> Vec<String> {
    let (last, found) = (play.tape.blocks.len(), std::cell::RefCell::new(Vec::new()));
    let mut at = 0;
    play.tape.audit(|block, before: Auditor, _| {
        at += 1;
        if at == last {
            let (mut auditor, mut entries) = (before, block.entries.clone());
            tamper(&mut entries);
            play.tape.audit_block(&mut auditor, block, &entries);
            found.replace(auditor.differences().iter().map(|difference| difference.fact.to_string()).collect());
        }
    });
    found.into_inner()
}

/// Changes one word of the data of the only event of its kind.
pub fn set<E: SolEvent>(entries: &mut [Entry], word: usize, value: u128) {
    let mut found = entries.iter_mut().filter(|entry| entry.topics[0] == E::SIGNATURE_HASH);
    let entry = found.next().expect("it is told");
    assert!(found.next().is_none(), "it is told once");
    let mut data = entry.data.to_vec();
    data[32 * word..32 * word + 32].copy_from_slice(&U256::from(value).to_be_bytes::<32>());
    entry.data = data.into();
}

#[test]
fn healths_fit_the_limits_that_were_broken() {
    let mut play = ill();
    rebalance(&mut play, vec![repay(LEVER, None)]);
    play.close_block(true);

    assert_eq!(differences(&play, |_| {}), [""; 0]);
    let healthy = differences(&play, |entries| set::<IDesk::HealthSeen>(entries, 0, 600 * UNIT));
    assert_eq!(healthy, ["rebalance.limits broken before"]);
    let ill_still = differences(&play, |entries| set::<IDesk::HealthSeen>(entries, 3, 700 * UNIT));
    assert_eq!(ill_still, ["rebalance.limits broken after"]);
    let untold = differences(&play, |entries| {
        entries.retain(|entry| entry.topics[0] != IDesk::HealthSeen::SIGNATURE_HASH);
    });
    assert!(untold.contains(&"rebalance.healths told of".to_owned()), "{untold:?}");
}

#[test]
fn a_health_that_nothing_touched_stays_and_is_told_of() {
    let mut play = ill();
    owe(&mut play, 600);
    rebalance(&mut play, world::legs(&[(0, 100 * UNIT as i128)]));
    play.close_block(true);

    assert_eq!(differences(&play, |_| {}), [""; 0]);
    let moved = differences(&play, |entries| set::<IDesk::HealthSeen>(entries, 2, 601 * UNIT));
    assert_eq!(moved, ["positions[3].backing that nothing touched"]);
}

#[test]
fn a_rescue_is_rebuilt_to_the_share() {
    let mut play = ill();
    let stranger: Address = address(0xdd);
    assert!(
        play.call("deleverage", stranger, &IDesk::deleverageCall { position: LEVER, debt: U256::MAX }),
        "below the hard threshold"
    );
    play.close_block(true);

    assert_eq!(differences(&play, |_| {}), [""; 0]);
    for (word, facts) in [
        (0, ["positions[3].repaid", "positions[3].reward", "positions[3].repaid at once"].as_slice()),
        (1, &["positions[3].lost by a rescue", "budgets.loss of marks"]),
        (2, &["positions[3].shares for the reward", "positions[3].reward"]),
    ] {
        let found = differences(&play, |entries| set::<IDesk::Deleveraged>(entries, word, 101 * UNIT));
        assert!(facts.iter().all(|fact| found.iter().any(|found| found == fact)), "word {word}: {found:?}");
    }
}

#[test]
fn a_rescue_and_an_evacuation_before_a_rebalance_are_no_legs_of_it() {
    let mut play = ill();
    owe(&mut play, 600);
    rebalance(&mut play, world::legs(&[(0, 300 * UNIT as i128)]));
    play.close_block(false);
    owe(&mut play, 450);
    play.scene.world.poke(play.adapters[LEVER as usize], adapter::COST, U256::ZERO);
    let riskId = world::risk_id(crate::play::IDS[0]);
    play.call("deleverage", address(0xdd), &IDesk::deleverageCall { position: LEVER, debt: U256::MAX });
    play.call("trip", world::GUARDIAN, &IBoard::tripByWordCall { riskId });
    assert!(play.call("evacuate", address(0xdd), &IDesk::evacuateCall { riskId }), "it is tripped");
    rebalance(&mut play, vec![repay(LEVER, None)]);
    play.close_block(true);

    assert_eq!(differences(&play, |_| {}), [""; 0]);
    assert_eq!((play.done["deleverage"], play.done["evacuate"]), (1, 1));
}
