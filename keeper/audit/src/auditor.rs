//! The audit itself, without any input or output: entries go in block by block, questions come out, answers go in.

use std::collections::{BTreeMap, BTreeSet};

use crate::action::{Action, Look};
use crate::claims::Claims;
use crate::deed::deed;
use crate::difference::{Difference, Differences, Source};
use crate::entry::{Entry, Event, Place};
use crate::fact::{Fact, On, Value};
use crate::question::{Malformed, Question};
use crate::state::State;

/// Rebuilds a vault's history and compares it with what is stored.
#[derive(Clone, Debug, Default)]
pub struct Auditor {
    state: State,
    claims: Claims,
    differences: Differences,
    /// What events may have changed since the last comparison.
    touched: BTreeSet<Question>,
    /// The last block in which a question's answer was equal.
    equal_at: BTreeMap<Question, u64>,
    last: Place,
    entries: u64,
    compared: u64,
    unanswered: u64,
}

impl Auditor {
    /// Goes on from a state that was rebuilt before.
    pub fn from(state: State) -> Self {
        Self { state, ..Self::default() }
    }

    /// Returns the vault as far as it is rebuilt.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Returns where the history and the vault disagree.
    pub fn differences(&self) -> &[Difference] {
        self.differences.all()
    }

    /// Returns how many entries were taken in.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Returns how many answers were compared.
    pub fn compared(&self) -> u64 {
        self.compared
    }

    /// Returns how many questions had no answer because a venue had none.
    pub fn unanswered(&self) -> u64 {
        self.unanswered
    }

    /// Takes in the entries of one block, all of them, in order. Returns its actions.
    pub fn take(&mut self, entries: &[Entry]) -> Vec<Action> {
        let transactions = entries.chunk_by(|one, other| one.place.tx_hash == other.place.tx_hash);
        let actions = transactions.map(|entries| self.transaction(entries)).collect();
        if let Some(last) = entries.last() {
            self.state.navs.forget(self.state.mandate.epoch_secs, last.place.time_secs);
        }
        actions
    }

    fn transaction(&mut self, entries: &[Entry]) -> Action {
        let place = entries[0].place;
        let before = Look::at(&self.state, place.time_secs);
        let (mut deeds, mut loss_assets, mut turnover_assets, mut wrong_claims) = (Vec::new(), 0_u128, 0_u128, 0);
        for entry in entries {
            (self.last, self.entries) = (entry.place, self.entries + 1);
            let event = match entry.event() {
                Ok(event) => event,
                Err(unreadable) => {
                    let fact = Fact { group: "log", on: On::Hash(unreadable.topic), field: "event" };
                    self.differ(Source::Unreadable, fact, None, Some(Value::Truth(false)), None);
                    continue;
                }
            };
            let (loss, turnover) = charges(&event);
            loss_assets = loss_assets.saturating_add(loss);
            turnover_assets = turnover_assets.saturating_add(turnover);
            deeds.extend(deed(&event));
            self.touched.extend(Question::touched_by(&event));
            self.state.apply(&event, place.time_secs, &mut self.claims);
            wrong_claims += self.judge_claims();
        }
        self.claims.finish(&mut self.state);
        wrong_claims += self.judge_claims();
        let after = Look::at(&self.state, place.time_secs);
        Action { place, deeds, before, after, loss_assets, turnover_assets, wrong_claims }
    }

    fn judge_claims(&mut self) -> usize {
        let wrong = std::mem::take(&mut self.claims.wrong);
        let count = wrong.len();
        for claim in wrong {
            self.differ(Source::Told, claim.fact, claim.rebuilt, Some(claim.told), None);
        }
        count
    }

    /// Returns what to ask at the end of the last block that was taken in: what its events and those since the last
    /// comparison may have changed.
    pub fn questions(&mut self) -> Vec<Question> {
        let touched = std::mem::take(&mut self.touched);
        Question::ALWAYS.into_iter().chain(touched).collect()
    }

    /// Returns everything that the vault can be asked and its history has an answer to.
    pub fn all_questions(&self) -> Vec<Question> {
        Question::all(&self.state)
    }

    /// Compares the answer to a question, asked at a block not before the last that was taken in, with the history;
    /// no answer is a difference too, unless it depends on venues. Returns how many new differences were found.
    ///
    /// # Errors
    ///
    /// When the answer is not what the interface says.
    pub fn compare(
        &mut self,
        block: u64,
        time_secs: u64,
        question: Question,
        answer: Option<&[u8]>,
    ) -> Result<usize, Malformed> {
        let at = if block == self.last.block { self.last } else { Place { block, time_secs, ..Place::default() } };
        let Some(answer) = answer else {
            self.unanswered += 1;
            if question.asks_venues() {
                return Ok(0);
            }
            let fact = Fact::plain("view", question.name());
            return Ok(usize::from(self.differ_at(at, Source::Silent, fact, None, None, None)));
        };
        self.compared += 1;
        let stored: BTreeMap<Fact, Value> = question.stored(answer)?.into_iter().collect();
        let rebuilt: BTreeMap<Fact, Value> = question.rebuilt(&self.state, time_secs).into_iter().collect();
        let equal_at = self.equal_at.get(&question).copied();
        let mut new = 0;
        for (fact, value) in &rebuilt {
            match stored.get(fact) {
                Some(found) if found == value => self.differences.closed(Source::Stored, *fact),
                found => {
                    let (rebuilt, found) = (Some(value.clone()), found.cloned());
                    new += usize::from(self.differ_at(at, Source::Stored, *fact, rebuilt, found, equal_at));
                }
            }
        }
        for (fact, found) in stored.iter().filter(|(fact, _)| !rebuilt.contains_key(fact)) {
            new += usize::from(self.differ_at(at, Source::Stored, *fact, None, Some(found.clone()), equal_at));
        }
        if stored == rebuilt {
            self.equal_at.insert(question, block);
        }
        Ok(new)
    }

    fn differ(
        &mut self,
        source: Source,
        fact: Fact,
        rebuilt: Option<Value>,
        found: Option<Value>,
        equal_at: Option<u64>,
    ) {
        self.differ_at(self.last, source, fact, rebuilt, found, equal_at);
    }

    fn differ_at(
        &mut self,
        at: Place,
        source: Source,
        fact: Fact,
        rebuilt: Option<Value>,
        found: Option<Value>,
        equal_at: Option<u64>,
    ) -> bool {
        let last_block = at.block;
        self.differences.found(Difference { source, fact, first: at, equal_at, last_block, seen: 1, rebuilt, found })
    }
}

/// What an event says that the vault's budgets were charged with: losses by marks, legs and rescues, and turnover.
fn charges(event: &Event) -> (u128, u128) {
    use abi::desk::IDesk::IDeskEvents as D;
    match event {
        Event::Desk(D::PositionMarked(told)) => (told.valueBefore.saturating_sub(told.valueAfter).saturating_to(), 0),
        Event::Desk(D::Deleveraged(told)) => (told.lost.saturating_add(told.reward).saturating_to(), 0),
        Event::Desk(D::Rebalanced(told)) => (told.loss.saturating_to(), told.turnover.saturating_to()),
        _ => (0, 0),
    }
}
