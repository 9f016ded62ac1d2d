//! `keeper deposit`: tokens in, shares out.

use abi::erc20::IERC20;
use abi::vault::IVault;
use alloy_sol_types::SolEvent;
use chain::sender::Outgoing;
use model::Assets;
use serde_json::json;

use super::{Report, Teller, connect};
use crate::args::Deposit;
use crate::config::Settings;
use crate::failure::{Ending, Failure};

/// Approves exactly what is missing, and deposits.
pub async fn run(settings: &Settings, args: &Deposit) -> Result<Report, Failure> {
    let wallet = crate::key::open(settings, args.signing.key_env.as_deref())?;
    let rpc = connect(settings).await?;
    let teller = Teller::open(settings, &rpc, &wallet).await?;
    let assets = teller.amount(&args.amount)?;
    let receiver = teller.receiver(args.receiver.as_deref())?;
    let (owner, spender) = (wallet.address(), teller.vault);

    let balance = teller.ask(teller.asset.address, IERC20::balanceOfCall { account: owner }).await?;
    if balance < assets {
        let has = engine::amount(Assets(balance), &teller.asset);
        let message = format!("{owner} has {has}, less than the {} to deposit", args.amount);
        return Err(Failure::refused(message, "deposit less, or fund the account"));
    }
    if teller.ask(teller.asset.address, IERC20::allowanceCall { owner, spender }).await? < assets {
        teller.send(Outgoing::call(teller.asset.address, &IERC20::approveCall { spender, value: assets })).await?;
    }
    let landed = teller.send(Outgoing::call(teller.vault, &IVault::depositCall { assets, receiver })).await?;
    let shares = landed
        .logs
        .iter()
        .filter(|log| log.address == teller.vault)
        .find_map(|log| IVault::Deposit::decode_log(log).ok())
        .map(|event| event.data.shares)
        .ok_or_else(|| Failure::fault("the vault told of no deposit", "is vault.address a vault?"))?;
    let amount = engine::amount(Assets(assets), &teller.asset);
    Ok(Report {
        ending: Ending::Done,
        json: json!({
            "wallet": owner,
            "receiver": receiver,
            "assets": assets.to_string(),
            "shares": shares.to_string(),
            "tx": landed.tx_hash,
            "gas_used": landed.gas_used.0,
        }),
        text: format!("deposited {amount} for {shares} shares of {receiver} (transaction {})", landed.tx_hash),
    })
}
