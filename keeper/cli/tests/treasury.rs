//! A tokenised fund of treasuries by the real program over RPC: deployed with its oracle and its term, bought, requested, shown and
//! settled.

mod place;

use std::net::{Ipv4Addr, SocketAddr};

use abi::{adapter::IAdapter, board::IBoard};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use devnet::{BlockId, Call, Chain, Server, dev_accounts};
use place::Place;
use serde_json::{Value, json};
use sim::{Artifacts, Treasury, World, WorldConfig};

const WAD: u64 = 1_000_000_000_000_000_000;

/// A chain with the usual venues and a fund, served, and the program beside it.
struct Stage {
    chain: Chain,
    world: World,
    treasury: Treasury,
    place: Place,
    config: String,
    _server: Server,
    _runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn set() -> Self {
        let (chain, world) = kit::begin(&WorldConfig::default());
        let artifacts = Artifacts::of_workspace(&kit::root());
        let administrator = chain.accounts()[9];
        let treasury = world.deploy_treasury(&chain, &artifacts, administrator, WAD).expect("it deploys");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = runtime.block_on(Server::bind(chain.clone(), address)).expect("a free port");
        let url = server.http_url();
        let config = format!("[chain]\nchain_id = 412346\nrpc_url = \"{url}\"\n[run]\npoll_millis = 20\n");
        let place = Place::new(&config, &dev_accounts()[5].private_key.to_string());
        Self { chain, world, treasury, place, config, _server: server, _runtime: runtime }
    }

    fn deploy_text(&self) -> String {
        format!(
            r#"
[deploy]
asset = "{usdc}"
programs_folder = "{root}/target/programs"
deployer_artifact_file = "{root}/contracts/solidity/out/Deployer.sol/Deployer.json"
liquidity_floor_bps = 0
liquidity_cover_bps = 0

[[deploy.keepers]]
account = "{keeper}"

[[deploy.caps]]
risk_id = "issuer/treasury"
absolute_assets = 30_000_000_000_000
relative_bps = 9_000

[deploy.duration]
most_days = 180

[[deploy.ladder]]
until_days = 365
most_bps = 10_000

[[deploy.oracles]]
name = "fund"
base = "{fund}"
feed = "{feed}"
max_age_secs = 90_000
min_price = "0.9"
max_price = "2"

[[deploy.positions]]
kind = "treasury"
venue = "{fund}"
oracle = "fund"
risk_ids = ["issuer/treasury"]
depth_bps = 10_000
term_days = 90
notice_secs = 432_000
"#,
            root = kit::root().display(),
            usdc = self.world.tokens.usdc,
            keeper = dev_accounts()[5].address,
            fund = self.treasury.fund,
            feed = self.treasury.feed,
        )
    }

    /// Runs the program, which must end with this code.
    #[track_caller]
    fn ends(&self, code: i32, arguments: &[&str]) -> Value {
        let output = self.place.keeper(&[arguments, &["--json"]].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {stderr}"))
    }

    fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.place.keeper(arguments).stdout).expect("text")
    }

    /// Lets days pass on each of which the fund publishes a ten-thousandth more.
    fn days(&self, days: std::ops::Range<u64>) {
        for day in days {
            self.world.pass(&self.chain, 86_400).expect("time passes");
            self.world.publish(&self.chain, &self.treasury, WAD + day * (WAD / 10_000)).expect("he may");
        }
    }

    /// Deploys the vault, deposits a hundred thousand dollars and puts 40,000 of them into the fund; returns its adapter.
    fn invest(&self) -> Address {
        self.place.write(&(self.config.clone() + &self.deploy_text()));
        let deployed = self.ends(0, &["deploy"]);
        assert!(deployed["code_bytes"]["treasury"].as_u64().is_some_and(|bytes| bytes <= 24_576), "{deployed}");
        self.place.write(&format!("{}\n[vault]\naddress = {}\n", self.config, deployed["vault"]));
        let account = dev_accounts()[5].address;
        self.world.fund(&self.chain, account, kit::usdc(100_000)).expect("the chain obeys");
        self.ends(0, &["deposit", "100000"]);
        self.days(1..4);
        self.ends(0, &["move", "0", "--into", "40000"]);
        deployed["adapters"][0].as_str().and_then(|text| text.parse().ok()).expect("an address")
    }
}

#[test]
fn a_fund_is_deployed_bought_requested_shown_and_settled() {
    let stage = Stage::set();
    let adapter = stage.invest();
    let fund = |code| stage.ends(code, &["status"])["bonds"][0].clone();
    let found = fund(0);
    assert_eq!((&found["requested"], &found["payable"], &found["is_due"]), (&json!("0"), &json!("0"), &json!(false)));
    assert_eq!((&found["term_secs"], &found["rung"]), (&json!(90 * 86_400), &json!(0)), "{found}");
    let shown = stage.text(&["status"]);
    assert!(shown.contains("treasury") && shown.contains("always 90 days from now"), "{shown}");
    // A ten-thousandth a day.
    assert!(shown.contains("3.65") || shown.contains("3.64"), "{shown}");
    let risk = stage.text(&["risk", "--flat", "4"]);
    assert!(risk.contains("treasury") && risk.contains("always so far off"), "{risk}");

    stage.ends(1, &["settle"]);
    let moved = stage.ends(0, &["move", "0", "--out", "30000"]);
    let summary = moved["summary"].as_str().expect("a sentence");
    assert!(summary.contains("30,000.000000 USDC asked for"), "{summary}");
    let found = fund(0);
    let requested: u64 = found["requested"].as_str().and_then(|text| text.parse().ok()).expect("a number");
    assert!(requested.abs_diff(30_000_000_000) <= 2, "{found}");
    assert!(stage.text(&["status"]).contains("requested"));
    stage.ends(1, &["settle", "--dry-run"]);

    let pending = stage.world.pending(&stage.chain, &stage.treasury, adapter).expect("it answers");
    let (first, rest) = (pending / U256::from(3), pending - pending / U256::from(3));
    stage.world.fulfil(&stage.chain, &stage.treasury, adapter, first).expect("it has the money");
    assert_eq!(fund(0)["is_due"], true);
    let shown = stage.text(&["status"]);
    assert!(shown.contains("PAYABLE: anyone may settle it"), "{shown}");
    assert_eq!(stage.ends(0, &["settle", "--dry-run"])["due"], json!([0]));
    let settled = stage.ends(0, &["settle"]);
    assert!(settled["settled"][0]["tx"].as_str().is_some(), "{settled}");

    // The loop does it too.
    stage.world.fulfil(&stage.chain, &stage.treasury, adapter, rest).expect("it has the money");
    let output = stage.place.keeper(&["run", "--once", "--json"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{told}");
    let liquidity = Call::new(Address::ZERO, adapter, IAdapter::liquidityCall {}.abi_encode());
    let liquidity = stage.chain.call(&liquidity, BlockId::latest()).expect("it answers");
    assert_eq!(U256::from_be_slice(&liquidity), U256::ZERO, "{told}");
    stage.ends(1, &["settle", "--dry-run"]);

    // A cap that governance lowers is mended by a request, and the plan says so.
    let cap = IBoard::setCapCall {
        riskId: B256::right_padding_from(b"issuer/treasury"),
        absolute: kit::usdc(2_000),
        relativeWad: U256::from(WAD / 10 * 9),
    };
    let vault =
        stage.chain.call(&Call::new(Address::ZERO, adapter, IAdapter::vaultCall {}.abi_encode()), BlockId::latest());
    let vault = Address::from_slice(&vault.expect("it answers")[12..]);
    let sent = stage.chain.send(&Call::new(dev_accounts()[5].address, vault, cap.abi_encode()));
    assert!(sent.expect("the chain takes it").is_success(), "the curator may");
    let plan = stage.ends(0, &["plan"]);
    assert_eq!(plan["decision"]["purpose"], "restore_limits", "{plan}");
    let reason = plan["decision"]["legs"][0]["reason"].as_str().expect("a sentence");
    assert_eq!(reason, "a limit allows less: it is requested, and counts here until the fund pays");
    let explained = stage.text(&["plan", "--explain"]);
    assert!(explained.contains("asked for"), "{explained}");
    stage.ends(0, &["run", "--once"]);
    let pending = stage.world.pending(&stage.chain, &stage.treasury, adapter).expect("it answers");
    assert!(pending > U256::from(7_900) * U256::from(WAD), "{pending}");
}
