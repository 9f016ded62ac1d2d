//! What a run told and what its views answered, block by block: to be audited as often as one likes.

use std::collections::BTreeMap;

use keeper_audit::{Action, Auditor, Entry, Question};

/// One block with something told in it.
pub struct Block {
    pub number: u64,
    pub time_secs: u64,
    pub entries: Vec<Entry>,
    /// What the views answered at its end; nothing for a refusal.
    pub answers: BTreeMap<Question, Option<Vec<u8>>>,
}

/// A whole run.
#[derive(Default)]
pub struct Tape {
    pub blocks: Vec<Block>,
}

impl Tape {
    /// Audits it, changed as one likes, and compares at every block what the tape has an answer to.
    pub fn audit(&self, mut change: impl FnMut(&mut Vec<Entry>)) -> (Auditor, Vec<Action>) {
        let (mut auditor, mut actions) = (Auditor::default(), Vec::new());
        for block in &self.blocks {
            let mut entries = block.entries.clone();
            change(&mut entries);
            if !entries.is_empty() {
                actions.extend(auditor.take(&entries));
            }
            // All that was answered, not only what is asked: a change may keep the auditor from asking.
            auditor.questions();
            for (question, answer) in &block.answers {
                let compared = auditor.compare(block.number, block.time_secs, *question, answer.as_deref());
                compared.expect("answers are as the interface says");
            }
        }
        (auditor, actions)
    }

    /// Returns every entry.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.blocks.iter().flat_map(|block| &block.entries)
    }
}
