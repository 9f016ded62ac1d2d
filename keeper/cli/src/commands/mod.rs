//! The commands: each takes typed settings and returns what to print.

pub mod alarms;
pub mod audit;
pub mod backtest;
pub mod by_hand;
pub mod curve;
pub mod demo;
pub mod deploy;
pub mod deposit;
pub mod devnet;
pub mod keepalive;
pub mod params;
pub mod plan;
pub mod risk;
pub mod run;
pub mod settle;
pub mod status;
mod watched;
pub mod withdraw;

use alloy_primitives::{Address, U256};
use chain::rpc::Rpc;
use chain::sender::{Landed, Outgoing, Patience, RpcSender, Sender};
use chain::snapshot::view;
use chain::wallet::Wallet;
use model::Asset;
use serde_json::Value;

use crate::config::Settings;
use crate::failure::{Ending, Failure};

/// What a command found, for both kinds of readers.
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// For machines.
    pub json: Value,
    /// For people.
    pub text: String,
}

/// Connects, and verifies the chain before anything else is asked or sent.
async fn connect(settings: &Settings) -> Result<Rpc, Failure> {
    let rpc = Rpc::new(settings.chain.endpoint.clone(), settings.chain.limits).map_err(chain::Error::from)?;
    let found = rpc.chain_id().await.map_err(chain::Error::from)?;
    if found != settings.chain.chain_id {
        return Err(chain::Error::WrongChain { found, expected: settings.chain.chain_id }.into());
    }
    Ok(rpc)
}

fn vault(settings: &Settings) -> Result<Address, Failure> {
    settings.vault.ok_or_else(|| {
        Failure::fault("vault.address is missing", "add [vault] with the address that `keeper deploy` printed")
    })
}

/// What deposits and withdrawals need: the chain, the vault, its asset, and a key.
struct Teller<'a> {
    rpc: &'a Rpc,
    wallet: &'a Wallet,
    vault: Address,
    asset: Asset,
    fee_caps: model::ports::Fees,
}

impl<'a> Teller<'a> {
    async fn open(settings: &Settings, rpc: &'a Rpc, wallet: &'a Wallet) -> Result<Self, Failure> {
        use abi::erc20::IERC20;
        let vault = vault(settings)?;
        let head = rpc.head().await.map_err(chain::Error::from)?;
        if rpc.code(vault, head.number).await.map_err(chain::Error::from)?.is_empty() {
            return Err(chain::Error::NoCode { address: vault, chain_id: settings.chain.chain_id }.into());
        }
        let account = wallet.address();
        let address = view(rpc, account, vault, abi::vault::IVault::assetCall {}, &head).await?;
        let decimals = view(rpc, account, address, IERC20::decimalsCall {}, &head).await?;
        if decimals > 36 {
            let message = format!("the asset {address} has {decimals} decimals, at most 36 are possible");
            return Err(Failure::fault(message, "is vault.address a vault?"));
        }
        let symbol = view(rpc, account, address, IERC20::symbolCall {}, &head).await?;
        let asset = Asset { address, symbol, decimals };
        Ok(Self { rpc, wallet, vault, asset, fee_caps: settings.fee_caps })
    }

    async fn ask<C: alloy_sol_types::SolCall>(&self, to: Address, call: C) -> Result<C::Return, Failure> {
        let head = self.rpc.head().await.map_err(chain::Error::from)?;
        Ok(view(self.rpc, self.wallet.address(), to, call, &head).await?)
    }

    async fn send(&self, outgoing: Outgoing) -> Result<Landed, Failure> {
        let sender = RpcSender::new(self.rpc, self.wallet, self.fee_caps, Patience::default());
        Ok(sender.send(outgoing).await?)
    }

    fn receiver(&self, from_args: Option<&str>) -> Result<Address, Failure> {
        match from_args {
            None => Ok(self.wallet.address()),
            Some(text) => crate::config::address("--receiver", text)
                .map_err(|error| Failure::fault(&error, "an address is 0x and 40 hex digits")),
        }
    }

    fn amount(&self, text: &str) -> Result<U256, Failure> {
        tokens(text, &self.asset)
    }
}

/// Reads whole tokens as base units.
fn tokens(text: &str, asset: &Asset) -> Result<U256, Failure> {
    crate::config::tokens_to_assets(text, asset.decimals)
        .map(|assets| assets.0)
        .map_err(|error| Failure::fault(error, "give whole tokens, as in 1000 or 0.5"))
}
