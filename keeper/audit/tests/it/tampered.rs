//! Runs that were tampered with: an event taken out, or one word of it changed, is found, and its block is named.
//!
//! Some words change nothing that the vault stores and follow from nothing else that it tells: who sent a deposit, what a
//! feed said. Nobody can know that such a word was changed; they are listed here, and nothing else is excused.

use abi::board::IBoard;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use keeper_audit::{Auditor, Entry, State};

use crate::dice::Dice;
use crate::honest::run;

/// Acts of the run that is tampered with.
const ACTS: usize = 1_500;

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
        // Who relieved, and what venues say that they pay.
        IDesk::Rebalanced::SIGNATURE_HASH if entry.topics[2] == B256::repeat_byte(0xff) => {
            matches!(word, Topic(1) | Data(8 | 9))
        }
        IDesk::Rebalanced::SIGNATURE_HASH => matches!(word, Data(8 | 9)),
        // What venues say of debts, and who rescued for nothing.
        IDesk::HealthSeen::SIGNATURE_HASH => matches!(word, Data(_)),
        IDesk::Deleveraged::SIGNATURE_HASH => {
            let is_unpaid = entry.data[96..128].iter().all(|byte| *byte == 0);
            matches!(word, Data(4 | 5)) || (is_unpaid && word == Topic(2))
        }
        // What a feed or a venue said.
        IDesk::Tripped::SIGNATURE_HASH => matches!(word, Data(0..3)),
        _ => false,
    }
}

/// Events that change nothing that is rebuilt.
fn is_idle(before: &Auditor, entry: &Entry) -> bool {
    let (state, is_nothing) = (before.state(), |data: &[u8]| data.iter().all(|byte| *byte == 0));
    match entry.topics[0] {
        IVault::Approval::SIGNATURE_HASH | IDesk::Armed::SIGNATURE_HASH | IDesk::Stuck::SIGNATURE_HASH => true,
        IVault::Transfer::SIGNATURE_HASH => is_nothing(&entry.data) || entry.topics[1] == entry.topics[2],
        // Who was no guardian is none any more; a code that was not admitted is admitted no more; a change that nobody could make any more is taken back.
        IBoard::CodeAdmitted::SIGNATURE_HASH => {
            is_nothing(&entry.data) && state.codes.get(&entry.topics[1]).is_none_or(|admitted| !admitted)
        }
        IBoard::RoleSet::SIGNATURE_HASH => {
            let is_guardian = state.roles.guardians.get(&Address::from_word(entry.topics[2]));
            is_nothing(&entry.data) && entry.topics[1].starts_with(b"guardian") && !is_guardian.is_some_and(|is| *is)
        }
        IBoard::Revoked::SIGNATURE_HASH => state.executable_at_secs(entry.topics[1], entry.place.time_secs) == 0,
        _ => false,
    }
}

/// Whether what was tampered with is overtaken by what the block tells later, so that the vault rebuilt at its end is the
/// same: a pause within a longer one, a mark before a leg, what everything is taken out of that holds nothing; or no view
/// can tell yet: what is nested by a longer way too.
fn is_overtaken(entry: &Entry, honest: &State, tampered: &State) -> bool {
    let kinds = [
        IDesk::PositionMarked::SIGNATURE_HASH,
        IDesk::PositionMoved::SIGNATURE_HASH,
        IDesk::ShortfallSet::SIGNATURE_HASH,
        IDesk::Tripped::SIGNATURE_HASH,
        IBoard::PausedUntil::SIGNATURE_HASH,
        IBoard::CapSet::SIGNATURE_HASH,
        IBoard::Nested::SIGNATURE_HASH,
    ];
    let vault = |state: &State| {
        let mut state = state.clone();
        state.navs = State::default().navs;
        (state.recent_loss_assets, state.recent_at_secs) = (state.nav_entry_assets(entry.place.time_secs), 0);
        state.positions.iter_mut().for_each(|position| position.depth_assets = None);
        let ancestors: Vec<_> = (0..state.ids.len()).map(|place| state.ancestors(place)).collect();
        state.ids.iter_mut().zip(ancestors).for_each(|(id, ancestors)| id.parents = ancestors);
        state
    };
    kinds.contains(&entry.topics[0]) && vault(honest) == vault(tampered)
}

fn words(entry: &Entry) -> Vec<Word> {
    let topics = (1..entry.topics.len()).map(Word::Topic);
    topics.chain((0..entry.data.len() / 32).map(Word::Data)).collect()
}

/// Adds or takes a little, or flips a bit. The net asset value before a call may be any since the last one ended: it is
/// changed by more. Of the limits broken before, those on venues' depths follow from nothing told: other bits are flipped.
fn changed(entry: &Entry, word: Word, value: U256, dice: &mut Dice) -> U256 {
    let kinds = [IDesk::Rebalanced::SIGNATURE_HASH, IVault::Flowed::SIGNATURE_HASH];
    match dice.roll(3) {
        _ if word == Word::Data(0) && kinds.contains(&entry.topics[0]) => value ^ (U256::ONE << (80 + dice.roll(80))),
        _ if word == Word::Data(10) && kinds.contains(&entry.topics[0]) => value ^ (U256::ONE << (200 + dice.roll(56))),
        0 => value.wrapping_add(U256::ONE),
        1 => value.wrapping_sub(U256::ONE),
        _ => value ^ (U256::ONE << dice.roll(256)),
    }
}

/// Audits every block of a run with each of its entries tampered with, and says where that went unnoticed.
fn unnoticed(seed: u64, mut tamper: impl FnMut(&Entry) -> Vec<(String, Option<Entry>)>) -> (usize, Vec<String>) {
    let play = run(seed, ACTS);
    let (mut tried, mut unnoticed) = (0, Vec::new());
    let auditor = play.tape.audit(|block, before, _| {
        let mut honest = before.clone();
        play.tape.audit_block(&mut honest, block, &block.entries);
        for (at, entry) in block.entries.iter().enumerate().filter(|(_, entry)| !is_idle(&before, entry)) {
            for (what, by) in tamper(entry) {
                let mut entries = block.entries.clone();
                entries.splice(at..=at, by);
                let mut auditor = before.clone();
                play.tape.audit_block(&mut auditor, block, &entries);
                tried += 1;
                let is_noticed = auditor.differences().iter().any(|difference| difference.first.block == block.number);
                if !is_noticed && !is_overtaken(entry, honest.state(), auditor.state()) {
                    unnoticed.push(format!("block {}: {what}: {}", block.number, name(entry)));
                }
            }
        }
    });
    assert!(auditor.differences().is_empty(), "untouched, it is without difference");
    (tried, unnoticed)
}

fn name(entry: &Entry) -> String {
    let deed = entry.event().ok().and_then(|event| keeper_audit::deed(&event));
    deed.map_or_else(|| entry.topics[0].to_string(), |deed| format!("{deed:?}"))
}

#[test]
fn an_event_that_is_missing_is_noticed_in_its_block() {
    let (tried, unnoticed) = unnoticed(7, |_| vec![("missing".to_owned(), None)]);

    assert!(unnoticed.is_empty(), "{} of {tried}:\n{}", unnoticed.len(), unnoticed.join("\n"));
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn a_word_that_is_changed_is_noticed_in_its_block() {
    let mut dice = Dice(2);
    let (tried, unnoticed) = unnoticed(8, |entry| {
        let words = words(entry).into_iter().filter(|word| !is_hearsay(entry, *word));
        words.map(|word| (format!("{word:?}"), Some(with_another(entry, word, &mut dice)))).collect()
    });

    assert!(unnoticed.is_empty(), "{} of {tried}:\n{}", unnoticed.len(), unnoticed.join("\n"));
    assert!(tried > 5_000, "{tried}");
}

fn with_another(entry: &Entry, word: Word, dice: &mut Dice) -> Entry {
    let mut by = entry.clone();
    match word {
        Word::Topic(at) => by.topics[at] = changed(entry, word, entry.topics[at].into(), dice).into(),
        Word::Data(at) => {
            let mut data = entry.data.to_vec();
            let range = 32 * at..32 * at + 32;
            let new = changed(entry, word, U256::from_be_slice(&data[range.clone()]), dice);
            data[range].copy_from_slice(&new.to_be_bytes::<32>());
            by.data = data.into();
        }
    }
    by
}
