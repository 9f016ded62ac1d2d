//! `keeper devnet`: the local Stylus chain, served until Ctrl-C.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use alloy_primitives::{Address, U256};
use devnet::{Config, Mining, Server};
use serde_json::{Value, json};
use sim::{Artifacts, Target, Treasury, World, WorldConfig};

use crate::args::Devnet;
use crate::failure::{Ending, Failure};
use crate::output::{print, print_json, say};

/// What every account is given of the asset where there is a world: a million USDC.
const GIFT_ASSETS: u64 = 1_000_000_000_000;

/// Starts the chain, prints its accounts, and serves it.
pub async fn run(args: &Devnet, as_json: bool) -> Result<Ending, Failure> {
    let chain = start(args);
    let world = match args.world {
        true => {
            let (world, target) = build(&chain, args.history.as_deref())?;
            let treasury = treasury(&chain, &world)?;
            Some(Built { world, target, treasury })
        }
        false => None,
    };
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let server = Server::bind(chain.clone(), addr)
        .await
        .map_err(|error| Failure::fault(format!("--port {}: {error}", args.port), "choose another port"))?;
    match as_json {
        true => print_json(&to_json(args, &chain, &server, world.as_ref())),
        false => print(&to_text(args, &chain, &server, world.as_ref())),
    }
    tokio::signal::ctrl_c().await.map_err(|error| Failure::fault(error, "the system gives no signals"))?;
    say("stopped");
    server.stop().await.map_err(|error| Failure::fault(error, "the server had failed"))?;
    Ok(Ending::Done)
}

/// The venues that stand on the chain.
struct Built {
    world: World,
    target: Target,
    treasury: Treasury,
}

/// Mines on demand first: the world is built before any interval begins.
fn start(args: &Devnet) -> devnet::Chain {
    let mining = args.block_time.map_or(Mining::OnDemand, |millis| Mining::Interval { millis });
    devnet::Chain::new(Config { mining, ..Config::default() })
}

/// Deploys the venues and funds every account.
pub(super) fn build(chain: &devnet::Chain, history: Option<&Path>) -> Result<(World, Target), Failure> {
    let target = match history {
        Some(path) => Target::read(path, None)
            .map_err(|error| Failure::fault(format!("--history {}: {error}", path.display()), "name another file"))?,
        None => Target::built_in(),
    };
    say("devnet: building the world");
    let artifacts = Artifacts::of_workspace(Path::new("."));
    let world = World::build(chain, &WorldConfig::at(&target), &artifacts).map_err(failure)?;
    for account in chain.accounts() {
        world.fund(chain, account, U256::from(GIFT_ASSETS)).map_err(failure)?;
    }
    Ok((world, target))
}

/// Deploys a tokenised fund of treasuries at a price of one, which the last of the chain's accounts administers.
fn treasury(chain: &devnet::Chain, world: &World) -> Result<Treasury, Failure> {
    let administrator = chain.accounts().last().copied().unwrap_or(world.admin);
    let artifacts = Artifacts::of_workspace(Path::new("."));
    world.deploy_treasury(chain, &artifacts, administrator, sim::WAD).map_err(failure)
}

fn failure(error: sim::Error) -> Failure {
    Failure::fault(error, "run scripts/setup, and start from the project's folder")
}

fn contracts(built: &Built) -> [(&'static str, Address); 7] {
    let Built { world, treasury, .. } = built;
    [
        ("usdc", world.tokens.usdc),
        ("weth", world.tokens.weth),
        ("aave_pool", world.aave.pool),
        ("meta_morpho", world.morpho.meta_morpho),
        ("treasury_fund", treasury.fund),
        ("treasury_feed", treasury.feed),
        ("treasury_admin", treasury.administrator),
    ]
}

fn to_json(args: &Devnet, chain: &devnet::Chain, server: &Server, world: Option<&Built>) -> Value {
    let accounts: Vec<_> = devnet::dev_accounts()
        .iter()
        .take(args.accounts.into())
        .map(|account| json!({ "address": account.address, "private_key": account.private_key }))
        .collect();
    let mut found = json!({
        "chain_id": chain.config().chain_id,
        "rpc_url": server.http_url(),
        "ws_url": server.ws_url(),
        "accounts": accounts,
    });
    if let Some(world) = world {
        let contracts: serde_json::Map<_, _> =
            contracts(world).into_iter().map(|(name, address)| (name.to_owned(), json!(address))).collect();
        found["world"] = Value::Object(contracts);
        found["utilisation_source"] = json!(world.target.source.to_string());
    }
    found
}

fn to_text(args: &Devnet, chain: &devnet::Chain, server: &Server, world: Option<&Built>) -> String {
    let mut lines = vec![format!("chain {} at {} and {}", chain.config().chain_id, server.http_url(), server.ws_url())];
    lines.push("accounts (their keys are public: never send anything of value there)".into());
    for account in devnet::dev_accounts().iter().take(args.accounts.into()) {
        lines.push(format!("  {}  {}", account.address, account.private_key));
    }
    if let Some(world) = world {
        lines.push(format!("world (utilisation: {})", world.target.source));
        lines.extend(contracts(world).map(|(name, address)| format!("  {name:14} {address}")));
    }
    lines.join("\n")
}
