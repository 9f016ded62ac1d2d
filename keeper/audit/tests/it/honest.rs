//! A run that nobody tampered with: no difference, whatever happened.

use abi::board::IBoard;
use keeper_audit::Auditor;
use world::OWNER;

use crate::play::Play;

/// Actions that a run must have told of: what was refused is none.
const ACTIONS: usize = 10_000;
/// Deeds that a run must have told of, or it proves nothing.
const DEEDS: [&str; 43] = [
    "abdicate",
    "add position",
    "admit code",
    "approve",
    "arm",
    "breaker",
    "budgets",
    "cap",
    "credit",
    "date",
    "delay",
    "deleverage",
    "deposit",
    "duration",
    "execute",
    "grant",
    "hazard",
    "initialize",
    "ladder",
    "liquidity",
    "mandate",
    "mark",
    "move",
    "nest",
    "offer ownership",
    "open",
    "pause",
    "purchases",
    "rebalance",
    "relieve",
    "repay",
    "revoke",
    "role",
    "stuck",
    "submit",
    "take ownership",
    "terms",
    "thresholds",
    "transfer",
    "trip",
    "unnest",
    "withdraw",
    "mark",
];

/// Plays a run of blocks with one or more transactions of one or more acts.
pub fn run(seed: u64, acts: usize) -> Play {
    let mut play = Play::new(seed);
    play.call("open", OWNER, &IBoard::openCall {});
    play.close_block(false);
    for _ in 0..acts {
        play.act();
        if play.dice.once_in(6) {
            continue; // The next act is of the same transaction.
        }
        play.next_transaction();
        if !play.dice.once_in(6) {
            let secs = play.dice.roll(30);
            play.pass(secs);
        }
    }
    play.close_block(true);
    play
}

#[track_caller]
fn equal(auditor: &Auditor) {
    let differences: Vec<_> = auditor.differences().iter().take(10).map(line).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn ten_thousand_random_actions_leave_no_difference() {
    let play = run(20_261_121, 26_000);

    let mut actions = Vec::new();
    let auditor = play.tape.audit(|_, _, block| actions.extend(block));

    equal(&auditor);
    let mut told = std::collections::BTreeMap::<_, u64>::new();
    for deed in actions.iter().flat_map(|action| &action.deeds) {
        *told.entry(deed.what).or_default() += 1;
    }
    let missing: Vec<_> = DEEDS.iter().filter(|deed| !told.contains_key(**deed)).collect();
    assert!(missing.is_empty(), "never done: {missing:?}");
    assert!(actions.len() >= ACTIONS, "{}", actions.len());
    assert!(auditor.compared() > 100_000, "{}", auditor.compared());
}

fn line(difference: &keeper_audit::Difference) -> String {
    let keeper_audit::Difference { source, fact, first, equal_at, rebuilt, found, .. } = difference;
    let show = |value: &Option<keeper_audit::Value>| value.as_ref().map_or("-".into(), ToString::to_string);
    let place = format!("block {} at {} log {}", first.block, first.time_secs, first.log);
    format!("{source:?} {fact} at {place}, equal at {equal_at:?}: rebuilt {}, found {}", show(rebuilt), show(found))
}
