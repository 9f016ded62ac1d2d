//! `keeper withdraw`: shares in, tokens out.

use abi::vault::IVault;
use alloy_sol_types::SolEvent;
use chain::sender::Outgoing;
use model::Assets;
use serde_json::json;

use super::{Report, Teller, connect};
use crate::args::Withdraw;
use crate::config::Settings;
use crate::failure::{Ending, Failure};

/// Withdraws an amount, or redeems every share.
pub async fn run(settings: &Settings, args: &Withdraw) -> Result<Report, Failure> {
    let wallet = crate::key::open(settings, args.signing.key_env.as_deref())?;
    let rpc = connect(settings).await?;
    let teller = Teller::open(settings, &rpc, &wallet).await?;
    let receiver = teller.receiver(args.receiver.as_deref())?;
    let owner = wallet.address();

    let outgoing = if args.amount == "all" {
        let shares = teller.ask(teller.vault, IVault::balanceOfCall { account: owner }).await?;
        if shares.is_zero() {
            return Err(Failure::refused(format!("{owner} has no shares"), "there is nothing to withdraw"));
        }
        Outgoing::call(teller.vault, &IVault::redeemCall { shares, receiver, owner })
    } else {
        let assets = teller.amount(&args.amount)?;
        Outgoing::call(teller.vault, &IVault::withdrawCall { assets, receiver, owner })
    };
    let landed = teller.send(outgoing).await?;
    let event = landed
        .logs
        .iter()
        .filter(|log| log.address == teller.vault)
        .find_map(|log| IVault::Withdraw::decode_log(log).ok())
        .map(|event| event.data)
        .ok_or_else(|| Failure::fault("the vault told of no withdrawal", "is vault.address a vault?"))?;
    let amount = engine::amount(Assets(event.assets), &teller.asset);
    Ok(Report {
        ending: Ending::Done,
        json: json!({
            "wallet": owner,
            "receiver": receiver,
            "shares": event.shares.to_string(),
            "assets": event.assets.to_string(),
            "tx": landed.tx_hash,
            "gas_used": landed.gas_used.0,
        }),
        text: format!("withdrew {amount} for {} shares (transaction {})", event.shares, landed.tx_hash),
    })
}
