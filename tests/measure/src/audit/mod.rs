//! A run of random actions on the real programs and venues, and its audit: what `keeper audit` does, in one process.
//!
//! Everybody acts: depositors, two keepers, strangers, governance in both directions, venues whose price is steered, a feed.
//! What is refused is no action. The same seed gives the same run.

mod acts;
mod stage;

use std::collections::BTreeMap;

use alloy_primitives::Address;
use anyhow::Context;
use audit::{Auditor, Entry, Place, Question};
use devnet::{Block, BlockId, Call, CallError, Chain};

pub use stage::Stage;

/// What an audit of a run found.
pub struct Audited {
    /// Transactions that told something.
    pub actions: usize,
    /// How often each thing was done.
    pub deeds: BTreeMap<&'static str, usize>,
    /// The auditor at the end, with the differences.
    pub auditor: Auditor,
}

/// Plays until so many transactions have told something, and audits all of it at every block.
///
/// # Errors
///
/// When the chain fails, or the vault answers what no vault answers.
pub fn play(actions: usize, seed: u64, mut progress: impl FnMut(usize)) -> anyhow::Result<Audited> {
    let mut stage = Stage::build(seed)?;
    let mut told = stage.told();
    while told < actions {
        for _ in 0..64 {
            stage.act()?;
        }
        told = stage.told();
        progress(told);
    }
    audit(&stage.tenor.chain, stage.tenor.vault)
}

/// Audits a vault's whole history on a chain, comparing at every block that tells something.
///
/// # Errors
///
/// When the vault answers what no vault answers.
pub fn audit(chain: &Chain, vault: Address) -> anyhow::Result<Audited> {
    let (mut auditor, mut actions, mut deeds) = (Auditor::default(), 0, BTreeMap::new());
    for block in chain.blocks(0, chain.block_number()) {
        let entries = entries(&block, vault);
        if !entries.is_empty() {
            for action in auditor.take(&entries) {
                actions += 1;
                action.deeds.iter().for_each(|deed| *deeds.entry(deed.what).or_default() += 1);
            }
            let questions = auditor.questions();
            compare(&mut auditor, chain, vault, &block, &questions)?;
        }
    }
    let questions = auditor.all_questions();
    compare(&mut auditor, chain, vault, &chain.head(), &questions)?;
    Ok(Audited { actions, deeds, auditor })
}

/// Returns what a vault told in a block.
pub fn entries(block: &Block, vault: Address) -> Vec<Entry> {
    let ours = block.logs().filter(|(_, _, log)| log.address == vault);
    ours.map(|(receipt, index, log)| {
        let (block, time_secs) = (block.number(), block.timestamp_secs());
        let place = Place { block, log: index, time_secs, tx_hash: receipt.transaction_hash };
        Entry { place, topics: log.topics().to_vec(), data: log.data.data.clone() }
    })
    .collect()
}

fn compare(
    auditor: &mut Auditor,
    chain: &Chain,
    vault: Address,
    block: &Block,
    questions: &[Question],
) -> anyhow::Result<()> {
    let id = BlockId::number(block.number());
    for question in questions {
        let answer = match chain.call(&Call::new(Address::ZERO, vault, question.calldata()), id) {
            Ok(answer) => Some(answer),
            Err(CallError::Revert(_) | CallError::Halt(_)) => None,
            Err(error) => return Err(error).context("the chain answers no question"),
        };
        auditor.compare(
            block.number(),
            block.timestamp_secs(),
            *question,
            answer.as_ref().map(|answer| answer.as_ref()),
        )?;
    }
    Ok(())
}
