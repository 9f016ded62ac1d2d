//! `soak theft`: plays the keeper with the stolen key, and says what that took at most. `soak audit`: plays everybody, and
//! says where the vault's storage differs from what its events tell. `soak health`: makes random calls at random prices,
//! and says which of them left health below its floor and no nearer.
//!
//! Exit codes: 0 never more than the budget, no difference, or no such call; 1 otherwise; 2 a fault.

use std::{process::ExitCode, time::Instant};

use clap::{Parser, Subcommand};
use serde_json::json;
use tenor_measure::{
    audit, health,
    theft::{Found, search},
};

/// Long runs of random actions on the local chain.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Searches for what a stolen key can take.
    Theft {
        /// How many sequences of actions are played.
        #[arg(long, default_value_t = 100_000)]
        sequences: usize,
        /// Of the random numbers; the same seed gives the same result.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// One JSON object on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Plays random actions by everybody and audits them from the vault's events alone.
    Audit {
        /// How many transactions must have told something.
        #[arg(long, default_value_t = 10_000)]
        actions: usize,
        /// Of the random numbers; the same seed gives the same result.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// One JSON object on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Makes random calls at random prices on stages near the bounds of health.
    Health {
        /// How many calls.
        #[arg(long, default_value_t = 100_000)]
        cases: usize,
        /// Of the random numbers; the same seed gives the same result.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Claims that each floor is so many basis points higher than it is: with some, calls must be found.
        #[arg(long, default_value_t = 0)]
        claim: u64,
        /// One JSON object on stdout.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().what {
        What::Theft { sequences, seed, json } => search_for_theft(sequences, seed, json),
        What::Audit { actions, seed, json } => play_and_audit(actions, seed, json),
        What::Health { cases, seed, claim, json } => play_for_health(cases, seed, claim, json),
    }
}

fn play_for_health(cases: usize, seed: u64, claim_bps: u64, json: bool) -> ExitCode {
    let begun = Instant::now();
    let progress = |played: usize| {
        if played.is_multiple_of(1_000) {
            let rate = played as f64 / begun.elapsed().as_secs_f64();
            eprintln!("soak: {played} of {cases} cases, {rate:.0} a second");
        }
    };
    match health::run(cases, seed, claim_bps, threads(), progress) {
        Ok(found) => {
            if json {
                print_health_json(&found)
            } else {
                print_health(&found)
            }
            ExitCode::from(u8::from(found.broken != 0))
        }
        Err(error) => fault(&error),
    }
}

fn print_health_json(found: &health::Found) {
    let kinds: serde_json::Map<_, _> = found
        .kinds
        .iter()
        .map(|(kind, tally)| {
            let tally = json!({
                "passed": tally.passed, "passed_near": tally.passed_near, "refused": tally.refused,
                "refused_near": tally.refused_near,
            });
            (kind.clone(), tally)
        })
        .collect();
    let object = json!({
        "cases": found.cases, "passed": found.passed(), "refused": found.refused(), "broken": found.broken,
        "passed_near": found.passed_near(), "refused_near": found.refused_near(), "kinds": kinds,
        "worst": {"over_floor_ppb": found.over_floor_ppb, "risen_ppb": found.risen_ppb}, "told": found.told,
    });
    println!("{object}");
}

fn print_health(found: &health::Found) {
    println!("{} cases: {} allowed, {} refused, {} broken", found.cases, found.passed(), found.refused(), found.broken);
    println!("within 1 % of a bound: {} of the allowed, {} of the refused", found.passed_near(), found.refused_near());
    let (over_floor, risen) = (found.over_floor_ppb, found.risen_ppb);
    println!(
        "nearest to what is forbidden, in parts of a billion: {over_floor:?} over a floor, {risen:?} risen below one"
    );
    for (kind, tally) in &found.kinds {
        println!("  - {kind}: {} allowed, {} refused {:?}", tally.passed, tally.refused_all(), tally.refused);
    }
    for (index, what) in &found.told {
        println!("  ! case {index}: {what}");
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |threads| threads.get())
}

fn play_and_audit(actions: usize, seed: u64, json: bool) -> ExitCode {
    let begun = Instant::now();
    let progress = |told: usize| {
        if told % 1_000 < 32 {
            eprintln!("soak: {told} of {actions} actions, {:.0} a second", told as f64 / begun.elapsed().as_secs_f64());
        }
    };
    match audit::play(actions, seed, progress) {
        Ok(found) => {
            let (differences, compared) = (found.auditor.differences(), found.auditor.compared());
            let (actions, unanswered) = (found.actions, found.auditor.unanswered());
            if json {
                let object = json!({
                    "actions": actions, "deeds": found.deeds, "compared_views": compared, "unanswered_views": unanswered,
                    "differences": differences,
                });
                println!("{object}");
            } else {
                println!("{actions} actions, {compared} views compared, {} differences", differences.len());
                for difference in differences {
                    println!("  - block {}: {}", difference.first.block, difference.fact);
                }
            }
            ExitCode::from(u8::from(!differences.is_empty()))
        }
        Err(error) => fault(&error),
    }
}

fn fault(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(2)
}

fn search_for_theft(sequences: usize, seed: u64, json: bool) -> ExitCode {
    match theft(sequences, seed) {
        Ok(found) => {
            if json {
                print_json(&found)
            } else {
                print(&found)
            }
            ExitCode::from(u8::from(found.exceeded || found.outcome.exceeds()))
        }
        Err(error) => fault(&error),
    }
}

fn theft(sequences: usize, seed: u64) -> anyhow::Result<Found> {
    let begun = Instant::now();
    search(sequences, seed, threads(), |played, best| {
        if played.is_multiple_of(1_000) {
            let rate = played as f64 / begun.elapsed().as_secs_f64();
            eprintln!("soak: {played} of {sequences}, {rate:.0} a second, at most {:.2} % of a budget", 100.0 * best);
        }
    })
}

fn print_json(found: &Found) {
    let steps: Vec<_> = found.outcome.steps.iter().map(ToString::to_string).collect();
    let loss = found.outcome.loss;
    let object = json!({
        "sequences": found.sequences,
        "budget": loss.budget_assets as u64,
        "worst_loss": loss.lost_assets as u64,
        "rounding": found.outcome.rounding_assets as u64,
        "best_attack": steps,
        "actions": found.actions,
    });
    println!("{object}");
}

fn print(found: &Found) {
    let loss = found.outcome.loss;
    println!("{} sequences; the worst loss in any epoch, in base units of the asset:", found.sequences);
    println!("  {} of a budget of {} ({:.2} %)", loss.lost_assets, loss.budget_assets, 100.0 * loss.ratio());
    println!("by:");
    for step in &found.outcome.steps {
        println!("  - {step}");
    }
}
