//! Runs that were tampered with: an event taken out, or one word of it changed, is found, and its block is named.
//!
//! Some words change nothing that the vault stores and follow from nothing else that it tells: who sent a deposit, what a
//! feed said. Nobody can know that such a word was changed; they are listed here, and nothing else is excused.

use abi::board::IBoard;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolEvent;
use keeper_audit::Entry;

use crate::dice::Dice;
use crate::honest::run;
use crate::tape::Tape;

/// Acts of the run that is tampered with.
const ACTS: usize = 1_500;
/// How often each kind of event is tampered with in each way.
const TRIES: u64 = 6;

/// A word of an event: one of its topics, or of its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Topic(usize),
    Data(usize),
}

/// Words that say what nothing else depends on.
fn is_hearsay(entry: &Entry, word: Word) -> bool {
    use Word::{Data, Topic};
    let is_out = entry.data.first().is_some_and(|byte| byte >> 7 == 1);
    match entry.topics[0] {
        // Who sent it, and where the money went.
        IVault::Deposit::SIGNATURE_HASH => word == Topic(1),
        IVault::Withdraw::SIGNATURE_HASH => matches!(word, Topic(1 | 2)),
        IBoard::Revoked::SIGNATURE_HASH | IBoard::Executed::SIGNATURE_HASH => word == Topic(2),
        IBoard::PausedUntil::SIGNATURE_HASH => word == Topic(1),
        // What was asked of a venue, what it made of it, and how much it holds.
        IDesk::PositionMoved::SIGNATURE_HASH if is_out => matches!(word, Data(0 | 1 | 3)),
        IDesk::PositionMoved::SIGNATURE_HASH => matches!(word, Data(1 | 3)),
        IDesk::Rebalanced::SIGNATURE_HASH => matches!(word, Data(8 | 9)),
        // What a feed or a venue said.
        IDesk::Tripped::SIGNATURE_HASH => matches!(word, Data(0..3)),
        _ => false,
    }
}

/// Events that change nothing rebuilt.
fn is_idle(entry: &Entry) -> bool {
    let is_nothing = entry.topics[0] == IVault::Transfer::SIGNATURE_HASH
        && (entry.data.iter().all(|byte| *byte == 0) || entry.topics[1] == entry.topics[2]);
    is_nothing || matches!(entry.topics[0], IVault::Approval::SIGNATURE_HASH | IDesk::Armed::SIGNATURE_HASH)
}

/// Some entries of each kind.
fn samples(tape: &Tape, dice: &mut Dice) -> Vec<Entry> {
    let mut kinds = std::collections::BTreeMap::<B256, Vec<&Entry>>::new();
    for entry in tape.entries().filter(|entry| !is_idle(entry)) {
        kinds.entry(entry.topics[0]).or_default().push(entry);
    }
    assert!(kinds.len() >= 25, "only {} kinds of events", kinds.len());
    let pick = |entries: Vec<&Entry>| (0..TRIES).map(|_| dice.one_of(&entries).clone()).collect::<Vec<_>>();
    kinds.into_values().flat_map(pick).collect()
}

fn words(entry: &Entry) -> Vec<Word> {
    let topics = (1..entry.topics.len()).map(Word::Topic);
    topics.chain((0..entry.data.len() / 32).map(Word::Data)).collect()
}

/// Adds or takes a little, or flips a bit.
fn changed(word: U256, dice: &mut Dice) -> U256 {
    match dice.roll(3) {
        0 => word.wrapping_add(U256::ONE),
        1 => word.wrapping_sub(U256::ONE),
        _ => word ^ (U256::ONE << dice.roll(256)),
    }
}

/// Audits the tape with one entry replaced, and demands that the first difference is in its block.
#[track_caller]
fn found(tape: &Tape, entry: &Entry, by: Option<Entry>, what: &str) {
    let place = entry.place;
    let (auditor, _) = tape.audit(|entries| {
        if let Some(at) = entries.iter().position(|other| other.place == place) {
            match &by {
                Some(by) => entries[at] = by.clone(),
                None => drop(entries.remove(at)),
            }
        }
    });
    let first = auditor.differences().first().map(|difference| difference.first.block);
    assert_eq!(first, Some(place.block), "{what} of {:?}", entry.event().err());
}

#[test]
fn an_event_that_is_missing_is_found_in_its_block() {
    let play = run(7, ACTS);

    for entry in samples(&play.tape, &mut Dice(1)) {
        found(&play.tape, &entry, None, &format!("the absence of {}", entry.topics[0]));
    }
}

#[test]
fn a_word_that_is_changed_is_found_in_its_block() {
    let (play, mut dice) = (run(8, ACTS), Dice(2));

    for entry in samples(&play.tape, &mut dice) {
        for word in words(&entry).into_iter().filter(|word| !is_hearsay(&entry, *word)) {
            let mut by = entry.clone();
            match word {
                Word::Topic(at) => by.topics[at] = changed(by.topics[at].into(), &mut dice).into(),
                Word::Data(at) => {
                    let mut data = by.data.to_vec();
                    let range = 32 * at..32 * at + 32;
                    let new = changed(U256::from_be_slice(&data[range.clone()]), &mut dice);
                    data[range].copy_from_slice(&new.to_be_bytes::<32>());
                    by.data = data.into();
                }
            }
            found(&play.tape, &entry, Some(by), &format!("{word:?} of {}", entry.topics[0]));
        }
    }
}
