//! A leveraged position by the real program over RPC: deployed with its oracle, shown, and governed from a mandate file.

mod place;

use std::net::{Ipv4Addr, SocketAddr};

use devnet::{Server, dev_accounts};
use kit::Levered;
use place::Place;
use serde_json::{Value, json};

/// A chain with every venue that a leveraged position needs, served, and the program beside it.
struct Stage {
    levered: Levered,
    place: Place,
    chain: String,
    _server: Server,
    _runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn set() -> Self {
        let levered = Levered::new();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = runtime.block_on(Server::bind(levered.tenor.chain.clone(), address)).expect("a free port");
        let url = server.http_url();
        let chain = format!("[chain]\nchain_id = 412346\nrpc_url = \"{url}\"\n[run]\npoll_millis = 20\n");
        let place = Place::new(&chain, &dev_accounts()[5].private_key.to_string());
        Self { levered, place, chain, _server: server, _runtime: runtime }
    }

    /// The `[deploy]` table of a vault with one leveraged position alone.
    fn deploy_text(&self) -> String {
        let (world, root) = (&self.levered.tenor.world, kit::root());
        format!(
            r#"
[deploy]
asset = "{usdc}"
programs_folder = "{root}/target/programs"
deployer_artifact_file = "{root}/contracts/solidity/out/Deployer.sol/Deployer.json"

[[deploy.caps]]
risk_id = "protocol/aave-v3"
absolute_assets = 30_000_000_000_000
relative_bps = 4_000

[[deploy.oracles]]
name = "weth-usdc"
base = "{weth}"
feed = "{feed}"
max_age_secs = 86_400
quote_feed = "{quote_feed}"
quote_max_age_secs = 86_400
min_price = "500"
max_price = "20000"
pool = "{pool}"

[[deploy.positions]]
kind = "aave-v3-loop"
venue = "{aave}"
risk_ids = ["protocol/aave-v3"]
slack_bps = 100
oracle = "weth-usdc"
lender = "{morpho}"
target_bps = 15_000

[deploy.positions.thresholds]
soft_bps = 13_000
hard_bps = 11_500
chunk_assets = 5_000_000_000
"#,
            root = root.display(),
            usdc = world.tokens.usdc,
            weth = world.tokens.weth,
            feed = self.levered.feed,
            quote_feed = self.levered.quote_feed,
            pool = self.levered.uniswap.pool,
            aave = world.aave.pool,
            morpho = world.morpho.morpho,
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

    /// Writes a mandate for the position, and returns the courses and lines of what is missing to it.
    #[track_caller]
    fn diff(&self, code: i32, adapter: &Value, rest: &str, thresholds: &str) -> Vec<(Value, Value)> {
        let text = format!(
            "{rest}\n[[positions]]\nadapter = {adapter}\nrisk_ids = [\"protocol/aave-v3\"]\ninstant_bps = 0\n\
             depth_bps = 5_000\nslack_bps = 100\n[positions.thresholds]\n{thresholds}"
        );
        std::fs::write(self.place.folder.join("mandate.toml"), text).expect("writable");
        let found = self.ends(code, &["params", "diff", "mandate.toml"]);
        let steps = found["steps"].as_array().expect("a list");
        steps.iter().map(|step| (step["course"].clone(), step["line"].clone())).collect()
    }
}

const THRESHOLDS: &str = "target_bps = 15_000\nsoft_bps = 13_000\nhard_bps = 11_500\nchunk_assets = 5_000_000_000\n\
                          cooldown_secs = 600\nslip_bps = 100\nreward_bps = 10\n";

#[test]
fn a_leveraged_position_is_deployed_shown_and_governed() {
    let stage = Stage::set();
    stage.place.write(&(stage.chain.clone() + &stage.deploy_text()));

    let deployed = stage.ends(0, &["deploy"]);

    assert!(deployed["commons"].as_str().is_some_and(|commons| commons.starts_with("0x")), "{deployed}");
    assert_eq!(deployed["oracles"].as_array().map(Vec::len), Some(1), "{deployed}");
    let adapter = &deployed["adapters"][0];
    for program in ["commons", "oracle", "aave-loop"] {
        assert!(deployed["code_bytes"][program].as_u64().is_some_and(|bytes| bytes <= 24_576), "{program}");
    }
    stage.place.write(&format!("{}\n[vault]\naddress = {}\n", stage.chain, deployed["vault"]));

    let shown = stage.ends(0, &["params", "show"]);
    assert_eq!(shown["parameters"]["health_floor_bps"], 10_500);
    let thresholds = &shown["positions"][0]["lever"]["thresholds"];
    assert_eq!((&thresholds["target_bps"], &thresholds["soft_bps"]), (&json!(15_000), &json!(13_000)), "{shown}");
    assert_eq!((&thresholds["cooldown_secs"], &thresholds["reward_bps"]), (&json!(600), &json!(10)), "the defaults");
    let text = String::from_utf8(stage.place.keeper(&["params", "show"]).stdout).expect("text");
    assert!(text.contains("nothing else is done below 1.3000"), "{text}");

    let floor = "health_floor_bps = 10_500";
    assert_eq!(stage.diff(1, adapter, floor, THRESHOLDS), [], "the chain is as the file wants it");
    let raised = THRESHOLDS.replace("soft_bps = 13_000", "soft_bps = 13_500");
    let higher = stage.diff(0, adapter, "health_floor_bps = 11_000", &raised);
    assert_eq!(higher.iter().map(|(course, _)| course).collect::<Vec<_>>(), ["at_once", "at_once"], "{higher:?}");
    let lower = stage.diff(0, adapter, "health_floor_bps = 10_000", &THRESHOLDS.replace("11_500", "11_000"));
    assert_eq!(lower.iter().map(|(course, _)| course).collect::<Vec<_>>(), ["waits", "waits"], "{lower:?}");
    let line = lower[1].1.as_str().expect("a line");
    assert_eq!(
        line,
        "position 0: lowers the health below which anyone deleverages from 1.1500 to 1.1000: adds risk, waits 3 days"
    );

    // An oracle is a program too: whoever keeps the vault's alive keeps it as well.
    let alive = stage.ends(0, &["keepalive", "--dry-run"]);
    let names: Vec<_> = alive["programs"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(
        names,
        ["vault", "desk", "commons", "board", "lens", "rehearsal", "covenants", "adapter 0", "oracle of adapter 0"]
    );
}

#[test]
fn a_loop_that_could_never_be_invested_is_refused_before_anything_is_sent() {
    let stage = Stage::set();
    let text = stage.deploy_text();
    let thresholds = text.find("[deploy.positions.thresholds]").expect("it has some");
    let before = stage.levered.tenor.chain.head().number();

    for (text, words) in [
        (text[..thresholds].to_owned(), "deploy.positions[0].thresholds is missing"),
        (text.replace("slack_bps = 100", ""), "deploy.positions[0].slack_bps is missing"),
    ] {
        stage.place.write(&(stage.chain.clone() + &text));
        let output = stage.place.keeper(&["deploy"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(words) && stderr.contains("hint: "), "{stderr}");
    }

    assert_eq!(stage.levered.tenor.chain.head().number(), before);
}

/// A vault that is open, whose owner is its keeper too, with a hundred thousand dollars that have stayed.
fn opened(stage: &Stage) {
    let account = dev_accounts()[5].address;
    let deploy = stage.deploy_text().replace(
        "[[deploy.caps]]",
        &format!("liquidity_floor_bps = 0\nloss_bps = 500\n[[deploy.keepers]]\naccount = \"{account}\"\nloss_bps = 500\n[[deploy.caps]]"),
    );
    stage.place.write(&(stage.chain.clone() + &deploy));
    let deployed = stage.ends(0, &["deploy"]);
    stage.place.write(&format!("{}\n[vault]\naddress = {}\n", stage.chain, deployed["vault"]));
    let tenor = &stage.levered.tenor;
    tenor.world.fund(&tenor.chain, account, kit::usdc(100_000)).expect("the chain obeys");
    stage.ends(0, &["deposit", "100000"]);
    tenor.pass(2 * 86_400);
    stage.levered.refresh(3_000);
}

#[test]
fn a_debt_is_made_by_hand_shown_with_its_distances_and_repaid_by_the_loop() {
    let stage = Stage::set();
    opened(&stage);

    let dry = stage.ends(0, &["move", "0", "--into", "20000", "--dry-run"]);
    assert_eq!(dry["decision"]["purpose"], "by_hand", "{dry}");
    let moved = stage.ends(0, &["move", "0", "--into", "20000"]);
    assert!(moved["summary"].as_str().is_some_and(|summary| summary.starts_with("done in block ")), "{moved}");
    let refused = stage.place.keeper(&["move", "0", "--into", "90000"]);
    assert_ne!(refused.status.code(), Some(0), "more than the cap");

    let debt = |code| stage.ends(code, &["status"])["debts"][0].clone();
    let found = debt(0);
    let health = found["health"].as_f64().expect("a number");
    assert!((1.5..1.55).contains(&health), "{found}");
    let fall = |name: &str| found[name]["price_fall"].as_f64().expect("a number");
    assert!((fall("soft") - (1.0 - 1.3 / health)).abs() < 1e-9 && fall("soft") < fall("hard"), "{found}");
    assert!((fall("liquidation") - (1.0 - 1.0 / health)).abs() < 1e-9);
    // The feed has told one price: what is assumed is 100 % a year.
    let hours = found["soft"]["hours"].as_f64().expect("a number");
    let expected = ((health / 1.3).ln() / 1.959_963_985).powi(2) * 8_760.0;
    assert!((hours / expected - 1.0).abs() < 0.05, "{hours} {expected}");
    assert_eq!(found["volatility_is_measured"], false);
    let next = found["next"].as_str().expect("a sentence");
    assert!(next.contains("below 1.1500 anyone may repay 5,000.000000 USDC at a time"), "{next}");
    let text = String::from_utf8(stage.place.keeper(&["status"]).stdout).expect("text");
    println!("{text}");
    assert!(text.contains("to liquidation") && text.contains(next), "{text}");

    stage.levered.set_price(2_500);
    let fallen = stage.ends(1, &["status"]);
    assert_eq!(fallen["debts"][0]["soft"]["price_fall"], 0.0, "{fallen}");
    let alert = fallen["alerts"][0]["message"].as_str().expect("a sentence");
    assert!(alert.contains("is below its soft threshold 1.3000"), "{alert}");
    let ran = stage.ends(0, &["run", "--once"]);
    assert_eq!(ran["decision"]["purpose"], "protect", "{ran}");
    let health = debt(0)["health"].as_f64().expect("a number");
    assert!((1.45..1.52).contains(&health), "{health}");
    let repaid = stage.ends(1, &["run", "--once"]);
    assert_ne!(repaid["decision"]["purpose"], "protect", "once is enough: {repaid}");
}
