//! What a run told and what its views answered, block by block: to be audited as often as one likes.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Every question that has to do with what ever happened.
    pub known: BTreeSet<Question>,
}

impl Tape {
    /// Audits it, and hands out each block's actions and the auditor as it was before the block.
    pub fn audit(&self, mut each: impl FnMut(&Block, Auditor, Vec<Action>)) -> Auditor {
        let mut auditor = Auditor::default();
        for block in &self.blocks {
            let before = auditor.clone();
            let actions = self.audit_block(&mut auditor, block, &block.entries);
            each(block, before, actions);
        }
        auditor
    }

    /// Audits one block, with other entries than it has, and compares what the tape has an answer to.
    pub fn audit_block(&self, auditor: &mut Auditor, block: &Block, entries: &[Entry]) -> Vec<Action> {
        let actions = if entries.is_empty() { Vec::new() } else { auditor.take(entries) };
        // All that was answered, not only what is asked: a change may keep the auditor from asking.
        let asked = auditor.questions();
        let mut compare = |question: Question, answer: Option<&[u8]>| {
            auditor.compare(block.number, block.time_secs, question, answer).expect("it is as the interface says");
        };
        for (question, answer) in &block.answers {
            compare(*question, answer.as_deref());
        }
        for question in asked {
            if !self.known.contains(&question) {
                compare(question, never_heard_of(question).as_deref());
            } else if matches!(question, Question::IsGuardian(_)) && !block.answers.contains_key(&question) {
                compare(question, self.last_answer(question, block.number).as_deref());
            }
        }
        actions
    }

    /// What was answered last before a block, to a question whose answer changes by events of its own alone.
    fn last_answer(&self, question: Question, before: u64) -> Option<Vec<u8>> {
        let past = self.blocks.iter().rev().skip_while(|block| block.number >= before);
        let mut answers = past.filter_map(|block| block.answers.get(&question));
        answers.next().cloned().unwrap_or_else(|| never_heard_of(question))
    }
}

/// What the vault answers to a question about somebody or something that it never heard of.
fn never_heard_of(question: Question) -> Option<Vec<u8>> {
    let words = match question {
        Question::Ancestors(_) | Question::Delay(_) | Question::IsAbdicated(_) => return None,
        Question::Grant(_) => 9,
        Question::Breaker(_) => 7,
        _ => 1,
    };
    Some(vec![0; 32 * words])
}
