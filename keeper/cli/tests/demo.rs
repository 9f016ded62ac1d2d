//! The demo by the real program: one JSON object, and every figure in it consistent with the others.

use std::process::{Command, Output};

use serde_json::Value;

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keeper"))
        .args(["demo", "--once"])
        .args(arguments)
        .current_dir(kit::root())
        .env_clear()
        .output()
        .expect("the program starts")
}

fn integer(value: &Value) -> u128 {
    value.as_str().and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("{value} is no amount"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

#[test]
fn prints_one_object_that_tells_the_whole_story() {
    let output = demo(&["--json"]);

    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let story: Value = serde_json::from_slice(&output.stdout).expect("stdout is one JSON object");
    assert_eq!(story["chain_id"], 412_346);
    assert_eq!(story["utilisation_source"], "built-in");
    for (program, bytes) in story["code_bytes"].as_object().expect("a size for each program") {
        assert!(bytes.as_u64().is_some_and(|bytes| (1000..=24_576).contains(&bytes)), "{program}: {bytes}");
    }

    let deposited: u128 = list(&story["deposits"]).iter().map(|deposit| integer(&deposit["assets"])).sum();
    assert_eq!(integer(&story["before"]["nav"]), deposited);
    assert_eq!(story["before"]["income_apr"], 0.0);
    let income = story["after"]["income_apr"].as_f64().expect("a rate");
    assert!((0.005..0.1).contains(&income), "{income}");
    let invested: u128 = list(&story["after"]["positions"]).iter().map(|position| integer(&position["assets"])).sum();
    assert!(invested > deposited * 9 / 10 && invested < deposited);
    assert_eq!(list(&story["rebalance"]["legs"]).len(), 2);

    assert_eq!((integer(&story["waits"]["nav"]), integer(&story["waits"]["counted"])), (deposited, 0));
    let kinds = ["absolute_cap", "relative_cap", "liquidity_floor", "liquidity_cover", "venue_depth", "loss_budget"];
    for kind in kinds.into_iter().chain(["turnover_budget"]) {
        assert!(list(&story["limits"]).iter().any(|limit| limit["limit"] == kind), "no {kind}");
    }
    assert_eq!(list(&story["budgets"]).len(), 4);
    assert!(list(&story["limits"]).iter().all(|limit| limit["holds"] == true));
    let refused = &story["refused"];
    assert_eq!(refused["error"], "LimitBreached");
    assert!(integer(&refused["value"]) > integer(&refused["bound"]));

    for (deposit, exit) in list(&story["deposits"]).iter().zip(list(&story["exits"])) {
        assert_eq!(deposit["wallet"], exit["wallet"]);
        assert_eq!(deposit["shares"], exit["shares"], "everything was redeemed");
        assert!(integer(&exit["assets"]) > integer(&deposit["assets"]), "a month earned something");
    }
    let paid: u128 = list(&story["exits"]).iter().map(|exit| integer(&exit["assets"])).sum();
    // Quoted is a moment's rate; over a month of slack Morpho's curve comes down, by at most half in five days.
    let (earned, quoted) = (paid as f64 / deposited as f64 - 1.0, income / 365.0 * 30.0);
    assert!(earned > quoted * 0.5 && earned < quoted * 1.01, "{earned} in a month at {income} a year");
}

#[test]
fn shows_people_tables() {
    let output = demo(&[]);

    let text = String::from_utf8(output.stdout).expect("text");
    for heading in
        ["Real venues", "WASM on the chain", "Wallets deposit", "Every limit", "LimitBreached", "everybody leaves"]
    {
        assert!(text.contains(heading), "no {heading:?} in:\n{text}");
    }
}

#[test]
fn refuses_a_port_that_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = taken.local_addr().expect("it is bound").port().to_string();

    let output = demo(&["--port", &port]);

    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).expect("text");
    assert!(error.contains(&port) && error.contains("hint: "), "{error}");
}
