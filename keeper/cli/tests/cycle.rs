//! Every command in the order of a vault's life, by the real program over RPC.

mod place;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use place::Place;
use serde_json::Value;

/// `keeper devnet --world`, ended when dropped.
struct Devnet {
    child: Child,
    facts: Value,
}

impl Devnet {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_keeper"))
            .args(["devnet", "--world", "--port", "0", "--json"])
            .current_dir(kit::root())
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it was piped");
        BufReader::new(stdout).read_line(&mut line).expect("it speaks");
        let facts = serde_json::from_str(&line).expect("one JSON object");
        Self { child, facts }
    }

    /// Lets time pass on the chain.
    fn pass(&self, secs: u64) {
        let address = self.text("/rpc_url").trim_start_matches("http://").to_owned();
        for (method, params) in [("evm_increaseTime", format!("[{secs}]")), ("evm_mine", "[]".to_owned())] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
            let head = format!(
                "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n",
                body.len()
            );
            let mut stream = TcpStream::connect(&address).expect("the chain listens");
            stream.write_all((head + &body).as_bytes()).expect("it reads");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("it answers");
            assert!(answer.contains("\"result\""), "{method}: {answer}");
        }
    }

    fn text(&self, pointer: &str) -> &str {
        self.facts.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} of {}", self.facts))
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn config(devnet: &Devnet, vault: Option<&str>) -> String {
    let root = kit::root();
    let vault = vault.map_or_else(String::new, |vault| format!("[vault]\naddress = \"{vault}\"\n"));
    format!(
        r#"
[chain]
chain_id = 412346
rpc_url = "{rpc_url}"
{vault}
[run]
poll_millis = 20

[deploy]
asset = "{usdc}"
max_rate_bps = 10_000
programs_folder = "{root}/target/programs"
deployer_artifact_file = "{root}/contracts/solidity/out/Deployer.sol/Deployer.json"

[[deploy.keepers]]
account = "{account}"

[[deploy.caps]]
risk_id = "protocol/aave-v3"
absolute_assets = 30_000_000_000_000
relative_bps = 6_000

[[deploy.caps]]
risk_id = "protocol/metamorpho"
absolute_assets = "30_000_000_000_000"
relative_bps = 6_000

[[deploy.positions]]
kind = "aave-v3"
venue = "{aave}"
risk_ids = ["protocol/aave-v3"]

[[deploy.positions]]
kind = "erc4626"
venue = "{meta_morpho}"
risk_ids = ["protocol/metamorpho"]
"#,
        rpc_url = devnet.text("/rpc_url"),
        usdc = devnet.text("/world/usdc"),
        account = devnet.text("/accounts/0/address"),
        root = root.display(),
        aave = devnet.text("/world/aave_pool"),
        meta_morpho = devnet.text("/world/meta_morpho"),
    )
}

#[track_caller]
fn json(place: &Place, arguments: &[&str]) -> (Value, Option<i32>) {
    let output = place.keeper(&[arguments, &["--json"]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    let found = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    (found, output.status.code())
}

#[test]
fn a_vault_is_deployed_filled_invested_and_emptied() {
    let devnet = Devnet::start();
    let key = devnet.text("/accounts/0/private_key");

    let (deployed, code) = json(&Place::new(&config(&devnet, None), key), &["deploy"]);
    assert_eq!(code, Some(0), "{deployed}");
    let vault = deployed["vault"].as_str().unwrap_or_else(|| panic!("no vault: {deployed}"));
    assert!(deployed["code_bytes"]["vault"].as_u64().is_some_and(|bytes| bytes <= 24_576));
    let place = Place::new(&config(&devnet, Some(vault)), key);

    let (empty, code) = json(&place, &["run", "--once", "--dry-run"]);
    assert_eq!((&empty["decision"]["decision"], code), (&"nothing_to_do".into(), Some(1)), "{empty}");

    let (deposit, code) = json(&place, &["deposit", "250000.5"]);
    assert_eq!((&deposit["assets"], code), (&"250000500000".into(), Some(0)), "{deposit}");

    let (young, code) = json(&place, &["plan"]);
    let reason = &young["decision"]["reason"]["reason"];
    assert_eq!((reason, code), (&"too_young".into(), Some(1)), "money must stay for an epoch first: {young}");
    devnet.pass(2 * 86_400);

    let (plan, code) = json(&place, &["plan"]);
    assert_eq!((&plan["decision"]["decision"], code), (&"rebalance".into(), Some(0)), "{plan}");
    let (rehearsed, code) = json(&place, &["run", "--once", "--dry-run"]);
    assert_eq!((&rehearsed["settlement"]["settlement"], code), (&"rehearsed".into(), Some(0)), "{rehearsed}");
    assert!(!place.folder.join("keeper.sqlite").exists(), "a dry run leaves no trace");

    let (turn, code) = json(&place, &["run", "--once"]);
    assert_eq!((&turn["settlement"]["settlement"], code), (&"done".into(), Some(0)), "{turn}");
    let (again, code) = json(&place, &["run", "--once"]);
    assert_eq!((&again["decision"]["decision"], code), (&"nothing_to_do".into(), Some(1)), "{}", again["summary"]);

    let (status, code) = json(&place, &["status"]);
    assert_eq!(code, Some(0), "{status}");
    let limits = status["limits"].as_array().expect("limits are listed");
    assert!(limits.len() >= 10 && limits.iter().all(|limit| limit["holds"] == true), "{limits:?}");
    assert_eq!(status["alerts"], serde_json::json!([]), "all is well");
    let left = |place: usize| status["budgets"][place]["left_of_epoch"].as_f64().expect("a part");
    assert!(left(0) == 0.5 && left(1) < 0.1, "turnover is used, nothing was lost: {}", status["budgets"]);
    assert!(status["programs"].as_array().is_some_and(|programs| programs.len() >= 5), "{}", status["programs"]);
    assert_eq!(status["journal"]["attempts"][0]["stage"]["settlement"], "done");
    let rates: Vec<_> = status["rates"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    assert!(rates.len() == 2 && rates.iter().all(|rate| (0.001..0.5).contains(rate)), "{rates:?}");

    let (risk, code) =
        json(&place, &["risk", "--flat", "3.5", "--hazard", "2", "--recovery", "10", "--svg", "ladder.svg"]);
    assert_eq!(code, Some(0), "{risk}");
    let number =
        |pointer: &str| risk.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("{pointer} of {risk}"));
    assert_eq!(risk["lending"].as_array().map(Vec::len), Some(2), "{risk}");
    assert!((number("/totals/price") - 250_000.5).abs() < 1_000.0, "{}", risk["totals"]);
    let held: f64 = [0, 1].iter().map(|at| number(&format!("/lending/{at}/report/price"))).sum();
    assert!((held + number("/idle") - number("/totals/price")).abs() < 1e-6, "{risk}");
    for (at, rate) in rates.iter().enumerate().take(2) {
        let of = |key: &str| number(&format!("/lending/{at}/{key}"));
        assert!((of("report/yield_rate") - rate).abs() < 1e-9, "as in the status: {risk}");
        assert!((of("report/yield_rate") - of("report/hazard_adjusted/yield_rate") - 0.018).abs() < 1e-12, "{risk}");
        let (now, run) = (of("usage"), of("shocks/0/usage"));
        assert!(run > now && of("shocks/0/supply_rate") > of("report/yield_rate"), "a run lifts the rate: {risk}");
    }
    let ladder = std::fs::read_to_string(place.folder.join("ladder.svg")).expect("it was drawn");
    assert!(ladder.starts_with("<svg") && ladder.contains("basis point"), "{ladder}");
    let output = place.keeper(&["risk", "--flat", "3.5"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("no contract fails") && text.contains("all together") && text.contains("aave-v3"), "{text}");

    let (plan, _) = json(&place, &["plan", "--explain", "--svg", "plan.svg"]);
    let points = plan.pointer("/explained/trade_off/points").and_then(Value::as_array).expect("a trade-off");
    let incomes: Vec<_> = points.iter().filter_map(|point| point["income"].as_f64()).collect();
    assert!(incomes.len() > 10 && incomes.windows(2).all(|pair| pair[1] <= pair[0] + 1e-9), "liquidity costs: {plan}");
    assert!(plan.pointer("/explained/costs").is_some_and(Value::is_array), "{plan}");
    let picture = std::fs::read_to_string(place.folder.join("plan.svg")).expect("it was drawn");
    assert!(picture.starts_with("<svg") && picture.contains("best portfolio"), "{picture}");
    let (due, code) = json(&place, &["settle", "--dry-run"]);
    assert_eq!((due["due"].as_array().map(Vec::len), code), (Some(0), Some(1)), "nothing has a date: {due}");

    a_watched_contract_halts_the_keeper_until_somebody_has_looked(&devnet, &place, vault);

    let (exit, code) = json(&place, &["withdraw", "all"]);
    assert_eq!(code, Some(0), "{exit}");
    let paid: u64 = exit["assets"].as_str().and_then(|text| text.parse().ok()).expect("an amount");
    assert!((250_001_499_990..=250_002_000_000).contains(&paid), "all comes back but for rounding: {paid}");
    let (nothing, code) = json(&place, &["withdraw", "all"]);
    assert_eq!(code, Some(1), "{nothing}");
}

/// The token stands for a contract of administrators: a deposit has it tell something.
fn a_watched_contract_halts_the_keeper_until_somebody_has_looked(devnet: &Devnet, place: &Place, vault: &str) {
    let token = devnet.text("/world/usdc");
    let watch = format!("\n[[watch.contracts]]\nname = \"token\"\naddress = \"{token}\"\nposture = \"halt\"\n");
    place.write(&(config(devnet, Some(vault)) + &watch));
    let (calm, code) = json(place, &["alarms"]);
    assert_eq!((calm["alarms"].as_array().map(Vec::len), code), (Some(0), Some(0)), "{calm}");

    json(place, &["deposit", "1"]);

    let (alarmed, code) = json(place, &["alarms"]);
    let alarms = alarmed["alarms"].as_array().expect("a list");
    assert!(!alarms.is_empty() && alarms.iter().all(|alarm| alarm["posture"] == "halt"), "{alarmed}");
    assert_eq!(code, Some(1), "somebody should look: {alarmed}");
    for arguments in [&["plan"][..], &["run", "--once"]] {
        let halted = place.keeper(arguments);
        let told = String::from_utf8_lossy(&halted.stderr);
        assert_eq!(halted.status.code(), Some(1), "{told}");
        assert!(told.contains("halted by alarm 1") && told.contains("keeper alarms --release 1"), "{told}");
    }
    for alarm in alarms {
        let (released, code) = json(place, &["alarms", "--release", &alarm["id"].to_string()]);
        assert_eq!(code, Some(0), "{released}");
    }
    let (plan, code) = json(place, &["plan"]);
    assert!(plan["summary"].is_string() && code != Some(2), "{plan}");
    let (_, code) = json(place, &["alarms", "--release", "1"]);
    assert_eq!(code, Some(1), "it is released already");
}

#[test]
fn a_wrong_chain_id_in_the_configuration_sends_nothing() {
    let devnet = Devnet::start();
    let config = config(&devnet, Some(devnet.text("/world/usdc"))).replace("412346", "42161");

    let output = Place::new(&config, devnet.text("/accounts/0/private_key")).keeper(&["run", "--once"]);

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the node serves chain 412346, not 42161"));
}
