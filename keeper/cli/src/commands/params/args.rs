//! What is typed after `keeper params`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::args::Signing;

/// Shows and changes what governance sets.
#[derive(Debug, Args)]
pub struct Params {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// The ways to look at parameters and to change them.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Show everything that governance sets, or where a proposal stands.
    Show {
        /// A proposal's number.
        proposal: Option<String>,
    },
    /// Say what a mandate file changes, which way each change goes, and what it does to today's portfolio.
    Diff {
        /// The mandate file.
        file: PathBuf,
    },
    /// Propose a mandate file to the Governor.
    Propose(Propose),
    /// Vote on a proposal.
    Vote {
        /// The proposal's number.
        proposal: String,
        /// What to vote.
        vote: Ballot,
        #[command(flatten)]
        signing: Signing,
    },
    /// Hand a proposal that was accepted to the timelock.
    Queue {
        /// The proposal's number.
        proposal: String,
        #[command(flatten)]
        signing: Signing,
    },
    /// Execute a proposal that has waited, and make the changes that it announced once the vault's own delays are over.
    Execute {
        /// The proposal's number (default: every announced change whose delay is over).
        proposal: Option<String>,
        #[command(flatten)]
        signing: Signing,
    },
    /// Create votes, timelock and Governor; a vault that is still in set-up is handed over and opened.
    Establish {
        /// The charter file.
        file: PathBuf,
        #[command(flatten)]
        signing: Signing,
    },
}

/// Options of `params propose`.
#[derive(Debug, Args)]
pub struct Propose {
    /// The mandate file; without one, only ownership that waits for the timelock is taken.
    pub file: Option<PathBuf>,
    /// Build and show the proposal; send nothing.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub signing: Signing,
}

/// A vote.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Ballot {
    /// It should be done.
    For,
    /// It should not be done.
    Against,
    /// Count for the quorum alone.
    Abstain,
}
