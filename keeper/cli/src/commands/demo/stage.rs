//! The demo's stage: a served chain with its world, a folder with a configuration, and this program's own commands.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use abi::desk::IDesk;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use anyhow::{Context, bail, ensure};
use devnet::{Call, Chain, Config, DevAccount, Receipt, Server, dev_accounts};
use serde_json::{Value, json};
use sim::{Target, World};
use tokio::process::Command;

use crate::args::Demo;
use crate::commands::devnet::build;
use crate::env;
use crate::failure::{Ending, Failure};

/// The accounts of the story, by their place among the chain's funded ones.
const OWNER: usize = 0;
const GUARDIAN: usize = 2;
const KEEPER: usize = 3;
/// The first of the wallets.
pub(super) const ALICE: usize = 4;

/// Everything that the story needs; the folder goes away with it.
pub struct Stage {
    pub(super) chain: Chain,
    pub(super) world: World,
    target: Target,
    server: Server,
    folder: PathBuf,
    vault: Option<Address>,
}

impl Stage {
    /// Starts and serves the chain, builds the world, and makes a folder.
    pub async fn set(args: &Demo) -> anyhow::Result<Self> {
        let chain = Chain::new(Config::default());
        let (world, target) = build(&chain, args.history.as_deref())?;
        // The story alone needs no known port, and so can be told while another chain is up.
        let port = args.port.unwrap_or(if args.once { 0 } else { 8547 });
        let server = Server::bind(chain.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await
            .map_err(|error| Failure::fault(format!("port {port}: {error}"), "choose another one with --port"))?;
        let folder = std::env::temp_dir().join(format!("keeper-demo-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let stage = Self { chain, world, target, server, folder, vault: None };
        stage.configure()?;
        Ok(stage)
    }

    /// Stops the chain.
    pub async fn strike(self) -> anyhow::Result<()> {
        let _ = std::fs::remove_dir_all(&self.folder);
        self.server.stop().await.context("the server had failed")
    }

    /// Leaves a configuration behind that needs no key to look, and says what can be done with it.
    pub fn invitation(&self) -> anyhow::Result<String> {
        let config = self.config();
        let account = format!("[key]\naccount = \"{}\"\n", self.keeper());
        let text = self.settings() + &account;
        std::fs::write(&config, text).with_context(|| config.display().to_string())?;
        let keeper = format!("scripts/keeper --config {}", config.display());
        Ok(format!(
            "\nThe chain stays up at {} until Ctrl-C. In another terminal:\n  {keeper} status\n  {keeper} plan\n  \
             ALICE={} {keeper} deposit 1000 --key-env ALICE",
            self.server.http_url(),
            account_of(ALICE).private_key,
        ))
    }

    fn config(&self) -> PathBuf {
        self.folder.join("keeper.toml")
    }

    pub fn utilisation_source(&self) -> String {
        self.target.source.to_string()
    }

    /// The vault, once it is deployed.
    pub fn vault(&self) -> anyhow::Result<Address> {
        self.vault.context("`keeper deploy` told of no vault")
    }

    pub fn keeper(&self) -> Address {
        account_of(KEEPER).address
    }

    pub async fn deploy(&mut self) -> anyhow::Result<Value> {
        let deployed = self.command(OWNER, &["deploy"]).await?;
        let vault = deployed["vault"].as_str().and_then(|text| text.parse().ok());
        self.vault = vault;
        self.vault()?;
        self.configure()?;
        Ok(deployed)
    }

    pub async fn deposit(&self, wallet: usize, tokens: &str) -> anyhow::Result<Value> {
        let assets = U256::from(1_000_000) * tokens.parse::<U256>().with_context(|| tokens.to_owned())?;
        self.world.fund(&self.chain, account_of(wallet).address, assets)?;
        let done = self.command(wallet, &["deposit", tokens]).await?;
        Ok(json!({ "wallet": done["wallet"], "assets": done["assets"], "shares": done["shares"] }))
    }

    pub async fn exit(&self, wallet: usize) -> anyhow::Result<Value> {
        let done = self.command(wallet, &["withdraw", "all"]).await?;
        Ok(json!({ "wallet": done["wallet"], "shares": done["shares"], "assets": done["assets"] }))
    }

    pub async fn status(&self) -> anyhow::Result<Value> {
        self.command(KEEPER, &["status"]).await
    }

    /// One live turn of the keeper in which there is nothing to do.
    pub async fn wait(&self) -> anyhow::Result<Value> {
        let turn = self.ended(KEEPER, &["run", "--once"], Ending::Idle).await?;
        ensure!(turn["decision"]["decision"] == "nothing_to_do", "the keeper did not wait: {}", turn["summary"]);
        Ok(turn)
    }

    /// One live turn of the keeper.
    pub async fn keep(&self) -> anyhow::Result<Value> {
        let turn = self.command(KEEPER, &["run", "--once"]).await?;
        match turn["settlement"]["settlement"].as_str() {
            Some("done") => Ok(turn),
            _ => bail!("the keeper did not rebalance: {}", turn["summary"]),
        }
    }

    /// Lets time pass.
    pub fn pass_days(&self, days: u64) -> anyhow::Result<()> {
        Ok(self.world.pass(&self.chain, days * 86_400)?)
    }

    /// Lets time pass; then anybody, here the guardian, makes the book's values real.
    pub fn pass_days_and_mark(&self, days: u64) -> anyhow::Result<()> {
        self.pass_days(days)?;
        let mark = IDesk::markCall { positions: vec![0, 1] };
        let receipt = self.send(account_of(GUARDIAN).address, &mark)?;
        ensure!(receipt.is_success(), "the vault refuses to mark: {}", receipt.output);
        Ok(())
    }

    /// Sends a call of the vault in anybody's name and returns how it ended.
    pub fn send<C: SolCall>(&self, from: Address, call: &C) -> anyhow::Result<Receipt> {
        let call = Call::new(from, self.vault()?, call.abi_encode());
        self.chain.send(&call).with_context(|| C::SIGNATURE)
    }

    /// Runs this program with one account's key to its good end.
    async fn command(&self, signer: usize, arguments: &[&str]) -> anyhow::Result<Value> {
        self.ended(signer, arguments, Ending::Done).await
    }

    /// Runs this program with one account's key; stderr passes through, stdout is the object returned.
    async fn ended(&self, signer: usize, arguments: &[&str], ending: Ending) -> anyhow::Result<Value> {
        let named = || format!("keeper {}", arguments.join(" "));
        let output = Command::new(std::env::current_exe().with_context(named)?)
            .arg("--config")
            .arg(self.config())
            .arg("--json")
            .args(arguments)
            .env(env::PRIVATE_KEY.name, account_of(signer).private_key.to_string())
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .await
            .with_context(named)?;
        ensure!(output.status.code() == Some(ending.code().into()), "{}: {}", named(), output.status);
        serde_json::from_slice(&output.stdout).with_context(named)
    }

    fn configure(&self) -> anyhow::Result<()> {
        std::fs::write(self.config(), self.settings()).context("the configuration")
    }

    fn settings(&self) -> String {
        settings(&self.server.http_url(), &self.world, self.vault)
    }
}

fn account_of(place: usize) -> &'static DevAccount {
    &dev_accounts()[place % dev_accounts().len()]
}

/// A configuration of the demo's vault: at most 60 % in each venue, and for the rest what a vault has by default.
fn settings(url: &str, world: &World, vault: Option<Address>) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = |relative: &str| here.join(Path::new(relative)).display().to_string();
    let vault = vault.map_or_else(String::new, |vault| format!("[vault]\naddress = \"{vault}\"\n"));
    let cap = |id: &str| {
        format!("[[deploy.caps]]\nrisk_id = \"{id}\"\nabsolute_assets = 30_000_000_000_000\nrelative_bps = 6_000\n")
    };
    let position = |kind: &str, venue: Address, id: &str| {
        format!("[[deploy.positions]]\nkind = \"{kind}\"\nvenue = \"{venue}\"\nrisk_ids = [\"{id}\"]\n")
    };
    [
        format!("[chain]\nchain_id = {}\nrpc_url = \"{url}\"\n", Config::default().chain_id),
        vault,
        format!("[deploy]\nasset = \"{}\"\n", world.tokens.usdc),
        format!("guardians = [\"{}\"]\n", account_of(GUARDIAN).address),
        format!("programs_folder = {:?}\n", path("target/programs")),
        format!("deployer_artifact_file = {:?}\n", path("contracts/solidity/out/Deployer.sol/Deployer.json")),
        format!("[[deploy.keepers]]\naccount = \"{}\"\n", account_of(KEEPER).address),
        cap("protocol/aave-v3"),
        cap("protocol/metamorpho"),
        position("aave-v3", world.aave.pool, "protocol/aave-v3"),
        position("erc4626", world.morpho.meta_morpho, "protocol/metamorpho"),
    ]
    .join("\n")
}
