//! Bonds that pay late: what their marks had taken off comes back with the payment, and with nothing else.

use abi::board::IBoard;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use keeper_audit::Entry;
use world::mock::{adapter, token};
use world::{OWNER, USDC, address};

use crate::levers::{differences, rebalance, set};
use crate::play::{Play, WALLETS};

const UNIT: u128 = 1_000_000;
const DAY: u64 = 86_400;
const STRANGER: Address = address(0xdd);
/// Of little slack, and of more; both pay in sixty days.
const BONDS: [u32; 2] = [4, 6];

/// Five hundred units in each bond, overdue.
fn overdue(seed: u64) -> Play {
    let mut play = Play::new(seed);
    let at = play.scene.bond_adapter(60);
    play.adapters.push(at);
    let ids = [crate::play::IDS[0]];
    let terms = world::Terms { slack_bps: 30, ..world::Terms::default() };
    assert!(play.call("position", world::CURATOR, &world::add(at, &ids, terms)), "it is not open yet");
    play.call("open", OWNER, &IBoard::openCall {});
    let assets = U256::from(10_000 * UNIT);
    play.call("deposit", WALLETS[0], &IVault::depositCall { assets, receiver: WALLETS[0] });
    play.pass(2 * DAY);
    let keeper = BONDS.map(|bond| (bond, 500 * UNIT as i128));
    rebalance(&mut play, world::legs(&keeper));
    play.pass(60 * DAY);
    play
}

/// What a bond says that it is worth, and has.
fn worth(play: &Play, bond: u32, assets: u128) {
    let at = play.adapters[bond as usize];
    play.scene.world.poke(at, adapter::VALUE, U256::from(assets));
    token::mint(&play.scene.world, USDC, at, assets);
}

fn mark(play: &mut Play, bond: u32) {
    play.call("mark", STRANGER, &IDesk::markCall { positions: vec![bond] });
}

/// Has a bond pay all but so much of what it has.
fn settle(play: &mut Play, bond: u32, left: u128) {
    let at = play.adapters[bond as usize];
    play.scene.world.poke(at, adapter::ANSWER_VALUE, U256::from(left + 1));
    play.call("settle", STRANGER, &IDesk::settleCall { position: bond });
    play.scene.world.poke(at, adapter::ANSWER_VALUE, U256::ZERO);
    worth(play, bond, left);
}

#[test]
fn late_payments_of_all_sizes_leave_no_difference() {
    let mut play = overdue(20_261_130);
    for _ in 0..4_000 {
        let bond = play.dice.one_of(&BONDS);
        let value: u128 = play.scene.world.peek(play.adapters[bond as usize], adapter::VALUE).to();
        match play.dice.roll(12) {
            0..4 => {
                let faded = play.dice.amount(value / 4 + 1).min(value);
                worth(&play, bond, value - faded);
                mark(&mut play, bond);
            }
            4..6 => mark(&mut play, bond),
            6..8 => {
                let paid = value + play.dice.amount(value / 2 + UNIT);
                worth(&play, bond, paid);
                let left = if play.dice.once_in(2) { 0 } else { play.dice.amount(paid) };
                settle(&mut play, bond, left);
            }
            8 => {
                let call = IVault::depositCall { assets: U256::from(UNIT), receiver: WALLETS[1] };
                play.call("deposit", WALLETS[1], &call);
            }
            9 => {
                let call = IVault::withdrawCall { assets: U256::from(UNIT), receiver: WALLETS[0], owner: WALLETS[0] };
                play.call("withdraw", WALLETS[0], &call);
            }
            10 => play.close_block(false),
            _ => {
                let secs = play.dice.roll(DAY / 2);
                play.pass(secs);
            }
        }
    }
    play.close_block(true);

    let auditor = play.tape.audit(|_, _, _| {});
    assert!(auditor.differences().is_empty(), "{:?}", auditor.differences());
    assert!(play.done["settle"] > 300, "{:?}", play.done);
}

#[test]
fn what_is_given_back_is_paid_and_was_taken_off() {
    for bond in BONDS {
        let mut play = overdue(1);
        worth(&play, bond, 300 * UNIT);
        mark(&mut play, bond);
        play.close_block(false);
        worth(&play, bond, 520 * UNIT);
        settle(&mut play, bond, 0);
        play.close_block(true);

        assert_eq!(differences(&play, |_| {}), [""; 0]);
        let position = format!("positions[{bond}]");
        let noticed = |what: &str, tamper: fn(&mut Vec<Entry>)| {
            let found = differences(&play, tamper);
            assert!(found.contains(&format!("{position}.gain by a mark")), "{what}: {found:?}");
        };
        noticed("more than was taken off", |entries| set::<IDesk::PositionMarked>(entries, 1, 521 * UNIT));
        noticed("more than was paid", |entries| set::<IDesk::PositionMoved>(entries, 1, 100 * UNIT));
        noticed("nothing was paid", |entries| {
            entries.retain(|entry| entry.topics[0] != IDesk::PositionMoved::SIGNATURE_HASH);
        });
    }
}
