//! Judges a change, and lists what it is judged by.

use alloc::vec::Vec;

use abi::desk::IDesk;
use alloy_primitives::{B256, U256};
use book::Lock;
use gate::not_authorized;
use host::{Encoded, Revert, Word, emit, revert};
use mandate::{Subject, Verdict, covenant_states, judge_covenants};
use stylus_sdk::stylus_core::MessageAccess;

use crate::{facts::Facts, program::Program};

impl Program {
    pub(crate) fn judge(&self, words: &[U256]) -> Result<[B256; 5], Revert> {
        let facts = Facts::read(&self.book, &self.vm, words)?;
        if let Some(sound) = facts.sound {
            let floor_bps = math::part_down(sound.floor_wad.into(), U256::from(10_000), U256::from(math::WAD));
            let told = [sound.position.word(), sound.backing_assets.word(), sound.debt_assets.word(), floor_bps.word()];
            return Err(revert::<IDesk::Healthy>(&told));
        }
        let (before, after) = (facts.before.portfolio(), facts.after.portfolio());
        let judged = judge_covenants(&before, &after, &facts.flow, &facts.parameters());
        let Verdict { mends, count, broken_before, broken_after } = judged.map_err(|breach| {
            let limit = (breach.limit as u8).word();
            revert::<IDesk::LimitBreached>(&[limit, id_of(breach.on), breach.value.word(), breach.bound.word()])
        })?;
        if facts.tells {
            // Whoever else asks would tell what is not so.
            if self.book.accounts().lock != Lock::Judging {
                return Err(not_authorized(self.vm.msg_sender(), "desk"));
            }
            for (before, after) in facts.before.levers.iter().zip(&facts.after.levers) {
                let amounts = [before.backing_assets, before.debt_assets, after.backing_assets, after.debt_assets];
                emit::<IDesk::HealthSeen>(&self.vm, &[before.position.word()], &amounts.map(Word::word));
            }
        }
        Ok([mends.word(), (count as u64).word(), broken_before.word(), broken_after.word(), facts.rescues.word()])
    }

    pub(crate) fn states(&self, words: &[U256]) -> Result<Encoded, Revert> {
        let facts = Facts::read(&self.book, &self.vm, words)?;
        let (before, after, parameters) = (facts.before.portfolio(), facts.after.portfolio(), facts.parameters());
        let states: Vec<_> = covenant_states(&before, &after, &facts.flow, &parameters).collect();
        let mut answer = Encoded::array(states.len());
        for state in states {
            let limit = (state.limit as u8).word();
            answer.put(&[limit, id_of(state.on), state.value.word(), state.bound.word(), state.holds.word()]);
        }
        Ok(answer)
    }
}

fn id_of(on: Subject<u8>) -> B256 {
    match on {
        Subject::Portfolio | Subject::Risk(_) => B256::ZERO,
        Subject::Position(index) | Subject::Rung(index) => index.word(),
    }
}
