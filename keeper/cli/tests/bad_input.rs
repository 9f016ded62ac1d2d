//! Malformed configurations, arguments and node answers: each ends in one line that names the value, never a panic.

mod place;
mod scripted;

use std::process::Output;

use place::Place;
use scripted::{Answer, Node};
use serde_json::{Value, json};

const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const VAULT: &str = "0x5FbDB2315678afecb367f032d93F642f64180aa3";

/// One line of error with these words, one line of hint, nothing on stdout, no panic.
#[track_caller]
fn refused(output: &Output, words: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = stderr.lines().collect();
    assert!(matches!(output.status.code(), Some(1 | 2)), "exit {:?}: {stderr}", output.status);
    assert!(!stderr.contains("panicked"), "{stderr}");
    let [error, hint] = lines[..] else { panic!("two lines are expected: {stderr}") };
    assert!(error.starts_with("error: ") && hint.starts_with("hint: "), "{stderr}");
    assert!(error.contains(words), "{words:?} is not in {error:?}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn config(rest: &str) -> String {
    format!("[chain]\nchain_id = 412346\nrpc_url = \"http://127.0.0.1:1\"\n[vault]\naddress = \"{VAULT}\"\n{rest}")
}

#[test]
fn malformed_configurations_are_refused_by_key_and_value() {
    let deploy = |rest: &str| {
        config(&format!(
            "[deploy]\nasset = \"{VAULT}\"\nmax_rate_bps = 1\nliquidity_floor_bps = 1\nprograms_folder = \"p\"\n\
             deployer_artifact_file = \"d\"\n{rest}"
        ))
    };
    let long_id = "x".repeat(33);
    let cases: Vec<(String, &str)> = vec![
        ("chain = ".into(), "line 1 (chain =)"),
        ("\u{0}\u{1}".into(), "line 1"),
        (String::new(), "missing field `chain`"),
        (config("[fees]\nmax_fee_per_gas = 1"), "unknown field `max_fee_per_gas`"),
        (config("[wallet]\nkey = 1"), "unknown field `wallet`"),
        (config("[vault]\naddress = \"0x\""), "line 6 ([vault])"),
        ("[chain]\nrpc_url = \"http://127.0.0.1:1\"".into(), "missing field `chain_id`"),
        ("[chain]\nchain_id = 1".into(), "exactly one of chain.rpc_url and chain.rpc_url_env"),
        ("[chain]\nchain_id = 1\nrpc_url_env = \"NOT_SET\"".into(), "NOT_SET"),
        ("[chain]\nchain_id = -5\nrpc_url = \"http://127.0.0.1:1\"".into(), "-5"),
        ("[chain]\nchain_id = 0\nrpc_url = \"http://127.0.0.1:1\"".into(), "chain.chain_id is 0"),
        ("[chain]\nchain_id = \"one\"\nrpc_url = \"http://127.0.0.1:1\"".into(), "\"one\""),
        ("[chain]\nchain_id = 1\nrpc_url = \"ftp://127.0.0.1\"".into(), "ftp"),
        ("[chain]\nchain_id = 1\nrpc_url = \"http://10.1.2.3:8545\"".into(), "http://10.1.2.3:8545 is plain http"),
        ("[chain]\nchain_id = 1\nrpc_url = \"nowhere\"".into(), "\"nowhere\" is not a URL"),
        (config("").replace(VAULT, "0x1234"), "\"0x1234\""),
        (config("").replace(VAULT, &format!("0x{}", "0".repeat(40))), "zero address"),
        (config("").replace("0x5Fb", "0x5fb"), "checksum"),
        (config("[fees]\nmax_fee_per_gas_wei = 0"), "fees.max_fee_per_gas_wei is 0"),
        (config("[fees]\nmax_fee_per_gas_wei = -1"), "-1 is negative"),
        (config("[fees]\nmax_fee_per_gas_wei = \"12x\""), "\"12x\""),
        (config("[run]\ninterval_millis = 0"), "run.interval_millis is 0: it must be from 100 to 86400000"),
        (config("[plan]\ngain_factor = nan"), "plan.gain_factor is NaN"),
        (config("[plan]\ntolerance_bps = 10001"), "plan.tolerance_bps is 10001"),
        (
            config("[plan]\ngo_on_factor = 0.9"),
            "plan.go_on_factor is 0.9: it must be a number from 1 to 2, plan.gain_factor",
        ),
        (config("[plan]\ngo_on_factor = 2.1"), "plan.go_on_factor is 2.1"),
        (config("[plan]\nvariance_aversion = -1.0"), "plan.variance_aversion is -1"),
        (
            config("[plan]\nrate_volatility_bps = 10001"),
            "plan.rate_volatility_bps is 10001: it must be from 0 to 10000",
        ),
        (config("[plan]\ntail_aversion_bps = 10001"), "plan.tail_aversion_bps is 10001"),
        (config("[plan]\ntail_confidence_bps = 10000"), "plan.tail_confidence_bps is 10000: it must be from 0 to 9999"),
        (config("[plan]\nmost_worst_bps = 0"), "plan.most_worst_bps is 0: it must be from 1 to 10000"),
        (config("[plan]\nmost_worst = 0.1"), "most_worst"),
        (config("[journal]\npath = \"\""), "journal.path"),
        (config("[key]\nkeystore_file = \"k.json\""), "key.keystore_file needs"),
        (config("[key]\nprivate_key_env = \"my key\""), "6 characters"),
        (config("[key]\naccount = \"bob\""), "\"bob\""),
        (
            deploy("[[deploy.caps]]\nrisk_id = \"a\"\nabsolute_assets = 1\nrelative_bps = 10001"),
            "relative_bps is 10001",
        ),
        (
            deploy(&format!("[[deploy.caps]]\nrisk_id = \"{long_id}\"\nabsolute_assets = 1\nrelative_bps = 1")),
            long_id.as_str(),
        ),
        (
            deploy(&format!("[[deploy.positions]]\nkind = \"compound\"\nvenue = \"{VAULT}\"\nrisk_ids = []")),
            "\"compound\"",
        ),
        (
            deploy(&format!("[[deploy.positions]]\nkind = \"aave-v3\"\nvenue = \"{VAULT}\"\nrisk_ids = [\"a\"]")),
            "deploy.positions is a",
        ),
    ];
    for (text, words) in cases {
        refused(&Place::new(&text, KEY).keeper(&["status"]), words);
    }
}

#[test]
fn files_that_are_missing_or_no_text_are_refused_by_name() {
    let place = Place::new(&config("[key]\nkeystore_file = \"k.json\"\npassword_env = \"KEEPER_PRIVATE_KEY\""), KEY);
    refused(&place.keeper(&["status", "--config", "nowhere.toml"]), "nowhere.toml");
    refused(&place.keeper(&["status"]), "k.json");
    std::fs::write(place.folder.join("k.json"), "{}").expect("writable");
    refused(&place.keeper(&["status"]), "k.json is not usable: missing field `crypto`");
    std::fs::write(place.folder.join("keeper.toml"), [0xff, 0xfe]).expect("writable");
    refused(&place.keeper(&["status"]), "keeper.toml");
}

/// The test vector of the Web3 Secret Storage definition; its password is "testpassword".
const KEYSTORE: &str = r#"{
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf": "pbkdf2",
        "kdfparams": {
            "c": 262144, "dklen": 32, "prf": "hmac-sha256",
            "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
        },
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3
}"#;

#[test]
fn a_keystore_opens_with_its_password_alone_and_its_account_is_checked() {
    let key = format!("[key]\nkeystore_file = \"k.json\"\naccount = \"{VAULT}\"\npassword_file = \"password\"");
    let place = Place::new(&config(&key), KEY);
    std::fs::write(place.folder.join("k.json"), KEYSTORE).expect("writable");

    std::fs::write(place.folder.join("password"), "wrong\n").expect("writable");
    refused(&place.keeper(&["run", "--once"]), "k.json: wrong password");

    std::fs::write(place.folder.join("password"), "testpassword\n").expect("writable");
    let words = format!("the key is of 0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b, but key.account is {VAULT}");
    refused(&place.keeper(&["run", "--once"]), &words);
}

#[test]
fn malformed_arguments_are_refused_by_value() {
    let place = Place::new(&config(""), KEY);
    let cases: [(&[&str], &str); 9] = [
        (&["fly"], "'fly'"),
        (&[], "subcommand"),
        (&["status", "--verbos"], "'--verbos'"),
        (&["devnet", "--port", "99999"], "'99999'"),
        (&["devnet", "--block-time", "0"], "'0'"),
        (&["devnet", "--accounts", "11"], "'11'"),
        (&["deposit"], "<AMOUNT>"),
        (&["run", "--once", "--once"], "'--once'"),
        (&["deposit", "1", "--key-env", "NOT_SET"], "NOT_SET"),
    ];
    for (arguments, words) in cases {
        refused(&place.keeper(arguments), words);
    }
}

#[test]
fn a_key_that_is_none_is_refused_and_not_shown() {
    let output = Place::new(&config(""), "deadbeef").keeper(&["status"]);

    refused(&output, "KEEPER_PRIVATE_KEY: the private key is not 32 bytes");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("deadbeef"));
}

#[test]
fn json_errors_are_one_object() {
    let output = Place::new("", KEY).keeper(&["--json", "status"]);

    let found: Value = serde_json::from_slice(&output.stdout).expect("one object on stdout");
    assert!(found["error"].as_str().is_some_and(|error| error.contains("missing field `chain`")), "{found}");
    assert!(found["hint"].is_string());
}

/// A configuration for a scripted node.
fn place(node: &Node) -> Place {
    Place::new(&config("").replace("http://127.0.0.1:1", &node.url()), KEY)
}

fn block(number: &str) -> Value {
    let hash = format!("0x{}", "11".repeat(32));
    let bloom = format!("0x{}", "00".repeat(256));
    let address = format!("0x{}", "00".repeat(20));
    json!({
        "number": number, "hash": hash, "parentHash": hash, "sha3Uncles": hash, "miner": address,
        "stateRoot": hash, "transactionsRoot": hash, "receiptsRoot": hash, "gasUsed": "0x0", "gasLimit": "0x1",
        "extraData": "0x", "logsBloom": bloom, "timestamp": "0x64", "difficulty": "0x0", "uncles": [],
        "transactions": [], "size": "0x1", "mixHash": hash, "nonce": "0x0000000000000000", "baseFeePerGas": "0x1",
    })
}

/// What a sound node says before the vault is asked.
fn sound(method: &str) -> Answer {
    match method {
        "eth_chainId" => Answer::Result(json!("0x64aba")),
        "eth_getBlockByNumber" => Answer::Result(block("0x9")),
        "eth_getCode" => Answer::Result(json!("0xeff00000")),
        "eth_call" => Answer::Result(json!("0x")),
        _ => Answer::Result(Value::Null),
    }
}

#[test]
fn malformed_answers_of_a_node_are_refused_by_method_and_value() {
    let words_of_zero = |count: usize| format!("0x{}", "00".repeat(32 * count));
    let cases: Vec<(&str, Answer, &str)> = vec![
        ("eth_chainId", Answer::Result(json!("0x1")), "serves chain 1, not 412346"),
        ("eth_chainId", Answer::Result(json!("zz")), "eth_chainId: malformed answer \"zz\""),
        ("eth_chainId", Answer::Result(Value::Null), "eth_chainId: malformed answer null"),
        ("eth_chainId", Answer::Result(json!({ "id": 1 })), "eth_chainId: malformed answer {\"id\":1}"),
        ("eth_chainId", Answer::Result(json!(format!("0x{}", "f".repeat(64)))), "does not fit 64 bits"),
        ("eth_chainId", Answer::Body("<html>hello</html>"), "<html>hello</html>"),
        ("eth_chainId", Answer::Body(""), "EOF"),
        ("eth_chainId", Answer::Body("{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":\"0x1\"}"), "id 77"),
        ("eth_chainId", Answer::Body("{\"jsonrpc\":\"2.0\",\"id\":1}"), "neither result nor error"),
        ("eth_chainId", Answer::Error(json!({ "code": "x" })), "error object without a message"),
        ("eth_chainId", Answer::Error(json!({ "code": -32005, "message": "slow down" })), "slow down"),
        ("eth_chainId", Answer::Status(503), "HTTP status 503"),
        ("eth_chainId", Answer::HangUp, "eth_chainId: no answer from http://127.0.0.1"),
        ("eth_chainId", Answer::Endless, "longer than 16777216 bytes"),
        ("eth_getBlockByNumber", Answer::Result(Value::Null), "the newest block must exist"),
        ("eth_getBlockByNumber", Answer::Result(json!({ "number": "0x1" })), "eth_getBlockByNumber: malformed answer"),
        ("eth_getBlockByNumber", Answer::Result(json!([1, 2])), "[1,2]"),
        (
            "eth_getCode",
            Answer::Result(json!("0x")),
            "there is no contract at 0x5FbDB2315678afecb367f032d93F642f64180aa3",
        ),
        ("eth_getCode", Answer::Result(json!("0xabc")), "0xabc"),
        ("eth_call", Answer::Result(json!("0x")), "eth_call asset() of 0x5FbDB2315678afecb367f032d93F642f64180aa3"),
        ("eth_call", Answer::Result(json!(7)), "malformed answer 7"),
        ("eth_call", Answer::Result(json!(words_of_zero(1))), "asset is 0x00000000"),
        ("eth_call", Answer::Result(json!(words_of_zero(500))), "asset is 0x0000000000000000000000000000000000000000"),
        ("eth_call", Answer::Body("[]"), "no answer to id"),
        ("eth_call", Answer::Body("{}"), "a batch is answered by an array"),
        ("eth_call", Answer::Error(json!({ "code": 3, "message": "execution reverted", "data": "0x" })), "reverted"),
        ("eth_call", Answer::Error(json!({ "code": -32000, "message": "header not found" })), "header not found"),
    ];
    for (bad_method, answer, words) in cases {
        let node = Node::start(move |method| if method == bad_method { answer.clone() } else { sound(method) });

        refused(&place(&node).keeper(&["status"]), words);
    }
}

#[test]
fn a_node_that_says_nothing_is_given_up() {
    let node = Node::start(|_| Answer::Silence);
    let hasty = config("").replace("http://127.0.0.1:1\"", &format!("{}\"\nrequest_timeout_millis = 100", node.url()));

    refused(&Place::new(&hasty, KEY).keeper(&["status"]), "eth_chainId: no answer from");
}

#[test]
fn a_node_that_is_not_there_is_named() {
    refused(&Place::new(&config(""), KEY).keeper(&["status"]), "no answer from http://127.0.0.1:1");
}
