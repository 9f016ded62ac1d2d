//! `keeper demo`: the whole story on a local chain, told by this program's own commands.
//!
//! The chain and the venues run in this process; deployment, deposits, the rebalance and the exits are this same
//! program again, as a stranger would call it: over JSON-RPC, with a configuration file and a key each.

mod refusal;
mod stage;
mod tale;

use anyhow::Context;
use serde_json::{Value, json};

use crate::args::Demo;
use crate::failure::Ending;
use crate::output::{print, print_json, say};

use stage::{ALICE, Stage};

/// Who deposits, and how many whole USDC.
const DEPOSITS: [(usize, &str, &str); 3] =
    [(ALICE, "alice", "4000000"), (ALICE + 1, "bob", "2500000"), (ALICE + 2, "carol", "1000000")];
/// What passes before the money counts: it must stay for a whole epoch, a day, and one may have just begun.
const FIRST_DAYS: u64 = 2;
/// What passes between the rebalance and the exits.
const DAYS: u64 = 30;

/// Tells the story; with `--once` it ends there, else the chain stays up until Ctrl-C.
pub async fn run(args: &Demo, as_json: bool) -> anyhow::Result<Ending> {
    let mut stage = Stage::set(args).await?;
    let story = tell(&mut stage, as_json).await?;
    if as_json {
        print_json(&story);
    }
    if !args.once {
        say(&stage.invitation()?);
        tokio::signal::ctrl_c().await.context("the system gives no signals")?;
    }
    stage.strike().await?;
    Ok(Ending::Done)
}

async fn tell(stage: &mut Stage, as_json: bool) -> anyhow::Result<Value> {
    let show = |title: &str, text: String| {
        if !as_json {
            print(&format!("\n{title}\n\n{text}"));
        }
    };
    show("1. Real venues, with lenders and borrowers", tale::venues(stage)?);

    say("demo: deploying vault, desk and adapters");
    let deployed = stage.deploy().await?;
    show("2. Tenor's programs, as WASM on the chain", tale::programs(&deployed));

    let mut deposits = Vec::new();
    for (account, name, tokens) in DEPOSITS {
        say(&format!("demo: {name} deposits {tokens} USDC"));
        deposits.push(stage.deposit(account, tokens).await?);
    }
    show("3. Wallets deposit", tale::transfers(&deposits));

    say("demo: the keeper looks, and waits");
    let waits = stage.wait().await?;
    let young = stage.status().await?;
    show(
        "4. The keeper must wait: money counts for caps and budgets after a whole epoch",
        tale::waiting(&waits, &young),
    );
    say(&format!("demo: {FIRST_DAYS} days pass"));
    stage.pass_days(FIRST_DAYS)?;

    let before = stage.status().await?;
    say("demo: the keeper looks, decides and rebalances");
    let turn = stage.keep().await?;
    let after = stage.status().await?;
    show("5. The keeper moves the money to where it earns most inside the caps", tale::rebalance(&turn, &after));
    show("6. Every limit, by the contract's own code", tale::limits(&after));
    show("7. What is left of the budgets", tale::budgets(&after));

    say("demo: the keeper's key asks for more than a cap allows");
    let refused = refusal::provoke(stage)?;
    show("8. A rebalance that breaks a cap is refused by the contract", tale::refusal(&refused));

    say(&format!("demo: {DAYS} days pass"));
    stage.pass_days_and_mark(DAYS)?;
    let mut exits = Vec::new();
    for (account, name, _) in DEPOSITS {
        say(&format!("demo: {name} leaves"));
        exits.push(stage.exit(account).await?);
    }
    show(&format!("9. {DAYS} days later everybody leaves"), tale::transfers(&exits));

    Ok(json!({
        "chain_id": deployed["chain_id"],
        "vault": deployed["vault"],
        "code_bytes": deployed["code_bytes"],
        "deposits": deposits,
        "waits": tale::wait(&waits, &young),
        "before": tale::portfolio(&before),
        "after": tale::portfolio(&after),
        "rebalance": tale::movement(&turn),
        "limits": tale::named_limits(&after),
        "budgets": after["budgets"],
        "refused": refused,
        "exits": exits,
        "utilisation_source": stage.utilisation_source(),
    }))
}
