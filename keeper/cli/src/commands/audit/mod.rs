//! `keeper audit BLOCK..BLOCK`: rebuilds the vault's history and every limit from its events alone, and says where it
//! differs from storage.
//!
//! Reads the log by ranges and asks the views at the end of each action's block, which takes a node that keeps old states.
//! A range that does not begin with the vault is rebuilt from the vault's beginning all the same, or from what an
//! earlier audit has left in a file (`--resume`).

mod range;
mod story;
mod text;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use alloy_primitives::{Address, B256};
use audit::{Auditor, Entry, Place, Question, State};
use chain::logs::{Log, Logs, first_block_with_code, headers, senders};
use chain::rpc::Rpc;
use chain::snapshot::view;
use model::ports::Call;
use model::{Asset, Block};
use serde::{Deserialize, Serialize};

use super::{Report, connect, vault};
use crate::args;
use crate::config::Settings;
use crate::failure::{Ending, Failure};
use crate::output::say;

pub use range::Range;
use story::{Limits, Story};

/// How often a long audit says how far it is.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

const RESUME_HINT: &str = "name a file that `keeper audit --resume` wrote for this vault, or a new one";

/// What an audit leaves for the next one.
#[derive(Serialize, Deserialize)]
struct Checkpoint {
    chain_id: u64,
    vault: Address,
    block: u64,
    block_hash: B256,
    state: State,
}

/// Rebuilds and compares.
pub async fn run(settings: &Settings, args: &args::Audit) -> Result<Report, Failure> {
    let vault = vault(settings)?;
    let rpc = connect(settings).await?;
    let head = rpc.head().await.map_err(chain::Error::from)?;
    let to = args.range.to.unwrap_or(head.number);
    if to > head.number {
        let message = format!("block {to} is not there yet: the newest is {}", head.number);
        return Err(Failure::fault(message, "leave the second end out to read to the newest block"));
    }
    let checkpoint = args.resume.as_deref().map(read_checkpoint).transpose()?.flatten();
    let (first, mut auditor) = match checkpoint {
        Some(checkpoint) => resumed(&rpc, settings, vault, checkpoint).await?,
        None => (beginning(&rpc, settings, vault, to).await?, Auditor::default()),
    };
    let from = args.range.from.unwrap_or(first);
    if first > to || from < first && args.resume.is_some() && auditor.state().origin.is_some() {
        let message = format!("blocks {from} to {to} are not after block {}", first.saturating_sub(1));
        return Err(Failure::refused(message, "the file of --resume is further; audit from its end, or without it"));
    }

    let mut audit = Audit { rpc: &rpc, vault, auditor: &mut auditor, story: Story::new(from, to), every: args.every };
    audit.read(first, to).await?;
    let last = rpc.block(to).await.map_err(chain::Error::from)?;
    let last = last.ok_or_else(|| Failure::fault(format!("block {to} is gone"), "the node went back; ask again"))?;
    audit.compare_all(&last).await?;
    let mut story = audit.story;
    story.senders = senders(&rpc, &story.unsigned()).await?;
    let asset = asset(&rpc, &auditor, &last).await?;
    if let Some(path) = &args.resume {
        let (chain_id, state) = (settings.chain.chain_id, auditor.state().clone());
        write_checkpoint(path, &Checkpoint { chain_id, vault, block: to, block_hash: last.hash, state })?;
    }
    let limits = if args.limits { Limits::All } else { Limits::Few };
    let ending = if auditor.differences().is_empty() { Ending::Done } else { Ending::Idle };
    Ok(Report {
        ending,
        json: story.to_json(&auditor, vault, &asset, limits),
        text: text::to_text(&story, &auditor, &asset),
    })
}

/// Where a vault that was never read begins.
async fn beginning(rpc: &Rpc, settings: &Settings, vault: Address, to: u64) -> Result<u64, Failure> {
    let found = first_block_with_code(rpc, vault, to).await?;
    found.ok_or_else(|| chain::Error::NoCode { address: vault, chain_id: settings.chain.chain_id }.into())
}

/// Goes on after a checkpoint, if it is one of this vault on the chain as it is.
async fn resumed(
    rpc: &Rpc,
    settings: &Settings,
    vault: Address,
    checkpoint: Checkpoint,
) -> Result<(u64, Auditor), Failure> {
    let Checkpoint { chain_id, vault: of, block, block_hash, state } = checkpoint;
    if (chain_id, of) != (settings.chain.chain_id, vault) {
        return Err(Failure::fault(format!("the file of --resume is of vault {of} on chain {chain_id}"), RESUME_HINT));
    }
    headers(rpc, &[(block, Some(block_hash))]).await?;
    Ok((block.saturating_add(1), Auditor::from(state)))
}

fn read_checkpoint(path: &Path) -> Result<Option<Checkpoint>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::fault(format!("{}: {error}", path.display()), RESUME_HINT);
    match std::fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| failed(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

/// Writes the whole file before it takes the old one's place.
fn write_checkpoint(path: &Path, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::fault(format!("{}: {error}", path.display()), "name a file that can be written")
    };
    let text = serde_json::to_string(checkpoint).map_err(|error| failed(&error))?;
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, path)).map_err(|error| failed(&error))
}

async fn asset(rpc: &Rpc, auditor: &Auditor, block: &Block) -> Result<Option<Asset>, Failure> {
    use abi::erc20::IERC20;
    let Some(origin) = auditor.state().origin else { return Ok(None) };
    let decimals = view(rpc, Address::ZERO, origin.asset, IERC20::decimalsCall {}, block).await?;
    let symbol = view(rpc, Address::ZERO, origin.asset, IERC20::symbolCall {}, block).await?;
    Ok(Some(Asset { address: origin.asset, symbol, decimals }))
}

/// One audit under way.
struct Audit<'a> {
    rpc: &'a Rpc,
    vault: Address,
    auditor: &'a mut Auditor,
    story: Story,
    every: u64,
}

impl Audit<'_> {
    async fn read(&mut self, first: u64, to: u64) -> Result<(), Failure> {
        let mut logs = Logs::new(self.rpc, self.vault, first, to);
        let (mut blocks, mut said) = (0_u64, Instant::now());
        while let Some(stretch) = logs.next().await? {
            let numbers: Vec<_> = stretch.logs.chunk_by(|one, other| one.block == other.block).collect();
            let asked: Vec<_> = numbers.iter().map(|logs| (logs[0].block, Some(logs[0].block_hash))).collect();
            let heads = headers(self.rpc, &asked).await?;
            for (logs, head) in numbers.iter().zip(heads) {
                let entries: Vec<_> = logs.iter().map(|log| entry(log, head.time_secs)).collect();
                let actions = self.auditor.take(&entries);
                if head.number >= self.story.from {
                    self.story.actions.extend(actions);
                    blocks += 1;
                    if blocks.is_multiple_of(self.every) {
                        let questions = self.auditor.questions();
                        self.compare(head.number, head.time_secs, &questions).await?;
                    }
                }
                if said.elapsed() >= PROGRESS_EVERY {
                    self.progress(head.number, to);
                    said = Instant::now();
                }
            }
        }
        Ok(())
    }

    fn progress(&self, block: u64, to: u64) {
        let (actions, differences) = (self.story.actions.len(), self.auditor.differences().len());
        say(&format!("block {block} of {to}: {actions} actions, {differences} differences"));
    }

    /// Compares everything that was ever told of.
    async fn compare_all(&mut self, last: &Block) -> Result<(), Failure> {
        let questions = self.auditor.all_questions();
        self.compare(last.number, last.timestamp.0, &questions).await
    }

    async fn compare(&mut self, block: u64, time_secs: u64, questions: &[Question]) -> Result<(), Failure> {
        let call = |question: &Question| Call { from: Address::ZERO, to: self.vault, data: question.calldata() };
        let calls: Vec<_> = questions.iter().map(call).collect();
        let answers = self.rpc.calls(&calls, block).await.map_err(chain::Error::from)?;
        for (question, answer) in questions.iter().zip(answers) {
            let answer = match answer {
                Ok(answer) => Some(answer),
                Err(chain::rpc::Error::Reverted { .. }) => None,
                Err(error) => return Err(chain::Error::from(error).into()),
            };
            self.auditor
                .compare(block, time_secs, *question, answer.as_ref().map(|answer| answer.as_ref()))
                .map_err(|error| Failure::fault(error, "is vault.address a vault of this keeper's version?"))?;
        }
        self.story.compared_blocks.insert(block);
        Ok(())
    }
}

fn entry(log: &Log, time_secs: u64) -> Entry {
    let place = Place { block: log.block, log: log.index, time_secs, tx_hash: log.tx_hash };
    Entry { place, topics: log.topics.clone(), data: log.data.clone() }
}

/// Blocks that were compared.
type Blocks = BTreeSet<u64>;
