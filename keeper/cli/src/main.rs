//! The program `keeper`: reads arguments and configuration, runs one command, says how it ended.
//!
//! Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 nothing to do or refused, 2 a fault. A failure is one
//! line `error: ...` and one line `hint: ...`; with `--json` also an object on stdout.

mod args;
mod commands;
mod config;
mod data;
mod env;
mod failure;
mod key;
mod output;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use args::{Cli, Command};
use commands::Report;
use failure::{Ending, Failure};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            output::print(error.to_string().trim_end());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            let wants_json = std::env::args_os().any(|argument| argument == "--json");
            return fail(&misuse(&error), wants_json);
        }
    };
    match start(&cli) {
        Ok(ending) => ExitCode::from(ending.code()),
        Err(failure) => fail(&failure, cli.json),
    }
}

fn start(cli: &Cli) -> Result<Ending, Failure> {
    logs()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::fault(error, "the system gives no threads"))?;
    runtime.block_on(run(cli))
}

async fn run(cli: &Cli) -> Result<Ending, Failure> {
    if let Command::Devnet(args) = &cli.command {
        return commands::devnet::run(args, cli.json).await;
    }
    if let Command::Demo(args) = &cli.command {
        return Ok(commands::demo::run(args, cli.json).await?);
    }
    if let Command::Backtest(args) = &cli.command {
        return Ok(show(&commands::backtest::run(args, cli.json)?, cli.json));
    }
    if let Command::Curve(args) = &cli.command {
        return Ok(show(&commands::curve::run(args)?, cli.json));
    }
    let settings = config::load(cli.config.as_deref())?;
    let report = match &cli.command {
        Command::Devnet(_) | Command::Demo(_) | Command::Backtest(_) | Command::Curve(_) => return Ok(Ending::Done),
        Command::Move(args) => return commands::by_hand::run(&settings, args, cli.json).await,
        Command::Run(args) => return commands::run::run(&settings, args, cli.json).await,
        Command::Deploy(args) => commands::deploy::run(&settings, args.key_env.as_deref()).await?,
        Command::Deposit(args) => commands::deposit::run(&settings, args).await?,
        Command::Withdraw(args) => commands::withdraw::run(&settings, args).await?,
        Command::Status => commands::status::run(&settings).await?,
        Command::Risk(args) => commands::risk::run(&settings, args).await?,
        Command::Plan(args) => commands::plan::run(&settings, args).await?,
        Command::Params(params) => commands::params::run(&settings, params).await?,
        Command::Keepalive(args) => commands::keepalive::run(&settings, args).await?,
        Command::Alarms(args) => commands::alarms::run(&settings, args).await?,
        Command::Settle(args) => commands::settle::run(&settings, args).await?,
        Command::Audit(args) => commands::audit::run(&settings, args).await?,
    };
    Ok(show(&report, cli.json))
}

fn show(report: &Report, as_json: bool) -> Ending {
    match as_json {
        true => output::print_json(&report.json),
        false => output::print(&report.text),
    }
    report.ending
}

fn fail(failure: &Failure, as_json: bool) -> ExitCode {
    if as_json {
        output::print_json(&failure.to_json());
    }
    output::say(&format!("error: {}\nhint: {}", failure.message, failure.hint));
    ExitCode::from(failure.code)
}

/// The first paragraph of what the argument parser says, as one line.
fn misuse(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let first = match error.kind() {
        clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a subcommand is required",
        _ => text.split("\n\n").next().unwrap_or(&text),
    };
    Failure::fault(first.strip_prefix("error: ").unwrap_or(first), "see keeper --help")
}

/// Logs go to stderr, warnings and worse unless asked otherwise.
fn logs() -> Result<(), Failure> {
    const HINT: &str = "a filter is as in warn or keeper_chain=debug";
    let filter = env::read(env::LOG.name).map_err(|error| Failure::fault(error, HINT))?;
    let filter = filter.unwrap_or_else(|| "warn".to_owned());
    let filter = EnvFilter::try_new(&filter)
        .map_err(|error| Failure::fault(format!("{} is {filter:?}: {error}", env::LOG.name), HINT))?;
    let has_colour = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(has_colour).init();
    Ok(())
}
