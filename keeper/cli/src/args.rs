//! The command line as it is typed; commands see only the settings made from it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Keeps a Tenor vault invested where it earns most inside its mandate.
#[derive(Debug, Parser)]
#[command(name = "keeper", version, after_help = crate::env::help(), disable_help_subcommand = true)]
pub struct Cli {
    /// Configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON object on stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the local Stylus chain.
    Devnet(Devnet),
    /// Deploy a vault with its positions and limits.
    Deploy(Signing),
    /// Deposit into the vault.
    Deposit(Deposit),
    /// Withdraw from the vault.
    Withdraw(Withdraw),
    /// Show the vault, its positions, its limits and what was done last.
    Status,
    /// Show what would be done now, and why.
    Plan(crate::commands::plan::Plan),
    /// Keep the vault: look, decide, act, record.
    Run(Run),
    /// Move money of one position by hand, inside the mandate.
    Move(Move),
    /// Rebuild the vault's history and every limit from its events alone, and say where storage differs.
    Audit(Audit),
    /// Walk the keeper's decision, and three simple rules, through real histories.
    Backtest(crate::commands::backtest::Backtest),
    /// Show what governance sets; diff, propose, vote on, queue and execute changes of it.
    Params(crate::commands::params::Params),
    /// Show how long the chain keeps the vault's programs, and keep them alive.
    Keepalive(crate::commands::keepalive::Keepalive),
    /// Show what makes the keeper careful (spreads, pegs, venues' administrators), and release it.
    Alarms(crate::commands::alarms::Alarms),
    /// Bring home what is due: bonds that have matured. Anyone may.
    Settle(crate::commands::settle::Settle),
    /// Fit the Treasury's yield curve of a day: zero, forward and par rates, and how well they are known.
    Curve(Curve),
    /// Measure every position: yield, durations, spreads, what usage and failure would do, and all together.
    Risk(Risk),
    /// Tell the whole story on a local chain: deposits, a rebalance, a refusal, exits.
    Demo(Demo),
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Exit after the story.
    #[arg(long)]
    pub once: bool,
    /// Port on 127.0.0.1 (default: 8547, or any with --once).
    #[arg(long)]
    pub port: Option<u16>,
    /// History of daily rates that sets the venues' utilisation (default: a built-in figure).
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
}

/// Options of `devnet`.
#[derive(Debug, Args)]
pub struct Devnet {
    /// Port on 127.0.0.1.
    #[arg(long, default_value_t = 8547)]
    pub port: u16,
    /// Milliseconds between blocks; without it each transaction makes its own block.
    #[arg(long, value_name = "MILLIS", value_parser = clap::value_parser!(u64).range(1..=3_600_000))]
    pub block_time: Option<u64>,
    /// How many funded accounts to print.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=10))]
    pub accounts: u8,
    /// Deploy Aave v3 and Morpho with lenders and borrowers, and give every account a million USDC.
    #[arg(long)]
    pub world: bool,
    /// History of daily rates that sets the venues' utilisation (default: a built-in figure).
    #[arg(long, value_name = "FILE", requires = "world")]
    pub history: Option<PathBuf>,
}

/// Options of commands that sign.
#[derive(Debug, Args)]
pub struct Signing {
    /// Environment variable that holds the private key, in place of the configured key.
    #[arg(long, value_name = "NAME")]
    pub key_env: Option<String>,
}

/// Options of `deposit`.
#[derive(Debug, Args)]
pub struct Deposit {
    /// Whole tokens, as in 1000 or 0.5.
    pub amount: String,
    /// Who receives the shares (default: the sender).
    #[arg(long)]
    pub receiver: Option<String>,
    #[command(flatten)]
    pub signing: Signing,
}

/// Options of `withdraw`.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// Whole tokens, as in 1000 or 0.5, or "all".
    pub amount: String,
    /// Who receives the tokens (default: the sender).
    #[arg(long)]
    pub receiver: Option<String>,
    #[command(flatten)]
    pub signing: Signing,
}

/// Options of `move`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("way").required(true))]
pub struct Move {
    /// The position's index.
    pub position: u32,
    /// From idle money to the position: whole tokens, as in 1000 or 0.5.
    #[arg(long, value_name = "AMOUNT", group = "way")]
    pub into: Option<String>,
    /// From the position to idle money: whole tokens, or "all".
    #[arg(long, value_name = "AMOUNT", group = "way")]
    pub out: Option<String>,
    /// Repay debt by selling what secures it: whole tokens, or "all" down to the target.
    #[arg(long, value_name = "AMOUNT", group = "way")]
    pub repay: Option<String>,
    /// Simulate only; sign and send nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Take one turn and exit.
    #[arg(long)]
    pub once: bool,
    /// Simulate and send nothing; needs no key.
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// Blocks, both included; an end left out is the vault's first block, or the newest.
    #[arg(value_name = "BLOCK..BLOCK")]
    pub range: crate::commands::audit::Range,
    /// Compare with storage at every so many blocks with actions, and at the end.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub every: u64,
    /// With --json: every limit after every action.
    #[arg(long)]
    pub limits: bool,
    /// Go on from what an earlier audit left in this file, if it is there, and leave the state at the end in it.
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
}

/// Options of `curve`.
#[derive(Debug, Args)]
pub struct Curve {
    /// Folder with us_treasury_par_yield_daily.csv, plain or gzipped.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The last day that counts, as in 2026-02-02 (default: the newest).
    #[arg(long, value_name = "DATE")]
    pub date: Option<risk::calendar::Date>,
    /// Draw it into this file.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

/// Options of `risk`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("curve").required(true))]
pub struct Risk {
    /// Spreads are over the Treasury's curve of this folder (see `curve`), the newest one up to the block's day.
    #[arg(long, value_name = "DIR", group = "curve")]
    pub data: Option<PathBuf>,
    /// Spreads are over one rate for all times, percent a year, continuous.
    #[arg(long, value_name = "PERCENT", group = "curve", allow_negative_numbers = true)]
    pub flat: Option<f64>,
    /// The hazard of every venue's contracts, percent a year.
    #[arg(long, value_name = "PERCENT")]
    pub hazard: Option<f64>,
    /// Take the hazard from defi_hacks_2016_2026.json in the --data folder: it watched protocols for so many years together, from 2021 to
    /// the day of the curve.
    #[arg(long, value_name = "YEARS", conflicts_with_all = ["hazard", "flat"])]
    pub exposure_years: Option<f64>,
    /// What is left when a venue fails, percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    pub recovery: f64,
    /// How long it takes to get out what a venue cannot pay at once, days.
    #[arg(long, value_name = "DAYS", default_value_t = 7.0)]
    pub days_to_leave: f64,
    /// Draw what a basis point costs by key rate into this file.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}
