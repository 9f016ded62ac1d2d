//! The clients that people use, as published on npm, against the local chain: viem, ethers and cast.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use devnet::{BlockId, Call, Chain, Config, Server, chain::Lookup, dev_accounts};
use serde_json::{Value, json};

const MINTED: u64 = 1000;
const MOVED: u64 = 400;
const REFUSAL: &str = "ERC20: transfer amount exceeds balance";

#[tokio::test(flavor = "multi_thread")]
async fn viem_deploys_calls_sends_listens_and_steers() {
    script("viem.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ethers_deploys_calls_sends_and_listens() {
    script("ethers.mjs").await;
}

/// Runs a script against a chain of its own, and compares what it says with the chain.
async fn script(name: &str) {
    let (chain, server) = serve().await;
    let world = json!({
        "httpUrl": server.http_url(),
        "wsUrl": server.ws_url(),
        "chainId": chain.chain_id(),
        "keys": dev_accounts().iter().map(|account| account.private_key).collect::<Vec<_>>(),
        "token": token(),
        "refuser": refuser(),
    });
    let mut node = Command::new("node");
    node.arg(root().join("tests/e2e/clients").join(name)).arg(packages().join("package.json")).arg(world.to_string());

    let said: Value = serde_json::from_str(&text(run(node).await)).expect("the script prints JSON");

    assert_eq!(said["refusal"], REFUSAL);
    check(&chain, address(&said["token"]), hash(&said["mint"]), hash(&said["legacy"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn cast_deploys_calls_sends_and_reads() {
    let (chain, server) = serve().await;
    let [alice, bob] = [0, 1].map(|index| dev_accounts()[index].clone());
    let key = format!("--private-key={}", alice.private_key);
    let (to_bob, from_alice) = (bob.address.to_string(), format!("--from={}", alice.address));
    let cast = |url: String, args: &[&str]| {
        let mut cast = Command::new(cast_program());
        cast.args(args).env("ETH_RPC_URL", url).env("NO_COLOR", "1");
        cast
    };
    let ask = async |args: &[&str]| text(run(cast(server.http_url(), args)).await);
    let send = async |args: &[&str]| -> Value {
        let args = [&["send", "--json", &key], args].concat();
        serde_json::from_str(&ask(&args).await).expect("cast prints JSON")
    };

    assert_eq!(ask(&["chain-id"]).await, "412346");
    let bytecode = token()["bytecode"].as_str().expect("text").to_owned();
    let constructor = ["--create", &bytecode, "constructor(string,string,uint8)", "Token", "TKN", "6"];
    let token = send(&constructor).await["contractAddress"].as_str().expect("an address").to_owned();
    assert_eq!(ask(&["call", &token, "decimals()(uint8)"]).await, "6");
    let gas: u64 = ask(&["estimate", &from_alice, &token, "mint(uint256)", "1000"]).await.parse().expect("gas");

    let mint = send(&[&token, "mint(uint256)", "1000"]).await;
    let legacy = send(&["--legacy", &to_bob, "--value", "7"]).await;
    send(&[&token, "transfer(address,uint256)", &to_bob, "400"]).await;

    assert_eq!(mint["type"], "0x2");
    let used = mint["gasUsed"].as_str().and_then(|used| u64::from_str_radix(used.trim_start_matches("0x"), 16).ok());
    assert!(gas >= used.expect("gas used"));
    check(&chain, token.parse().expect("an address"), hash(&mint["transactionHash"]), hash(&legacy["transactionHash"]));
    let all_logs = ["logs", "--json", "--from-block", "0", "--address", &token, "Transfer(address,address,uint256)"];
    let logs: Value = serde_json::from_str(&ask(&all_logs).await).expect("JSON");
    assert_eq!(logs.as_array().map(Vec::len), Some(2));
    let balance = ask(&["balance", &to_bob]).await;
    assert_eq!(balance, chain.balance(bob.address, BlockId::latest()).expect("a balance").to_string());
    assert_eq!(ask(&["block", "latest", "--field", "hash"]).await, chain.head().hash().to_string());
    let too_much = ["call", &from_alice, &token, "transfer(address,uint256)", &to_bob, "601"];
    let refused = run_to_end(cast(server.http_url(), &too_much)).await;
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains(REFUSAL), "{refused:?}");
    assert_eq!(ask(&["rpc", "evm_snapshot"]).await, "\"0x1\"");

    let listening = cast(server.ws_url(), &["logs", "--subscribe", "--address", &token]);
    let heard = tokio::task::spawn_blocking(move || first_line(listening, || mint_again(&chain, &token)));
    assert!(heard.await.expect("no panic").contains("address"), "a log");
}

/// Runs a listener, makes news again and again until it prints a line, and ends it: nothing says when it listens.
fn first_line(mut listener: Command, make_news: impl Fn()) -> String {
    let mut child = listener.stdout(Stdio::piped()).spawn().expect("the program is installed: run scripts/setup");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let (sender, line) = mpsc::channel();
    let reader = thread::spawn(move || lines.next().map(|line| sender.send(line)));
    let heard = (0..200).find_map(|_| {
        make_news();
        line.recv_timeout(Duration::from_millis(100)).ok()
    });
    child.kill().expect("still running");
    child.wait().expect("ended");
    reader.join().expect("no panic");
    heard.expect("news is heard within 20 seconds").expect("text")
}

fn mint_again(chain: &Chain, token: &str) {
    let input = [&keccak256("mint(uint256)")[..4], &[0; 31], &[1]].concat();
    let call = Call::new(dev_accounts()[0].address, token.parse().expect("an address"), input);
    assert!(chain.send(&call).expect("sent").is_success());
}

/// Asks the chain itself whether a client did what it says: minted, moved, and sent a legacy transaction.
fn check(chain: &Chain, token: Address, mint: B256, legacy: B256) {
    let [alice, bob] = [0, 1].map(|index| dev_accounts()[index].address);
    let balance_of = |owner: Address| {
        let input = [&keccak256("balanceOf(address)")[..4], owner.into_word().as_slice()].concat();
        U256::from_be_slice(&chain.call(&Call::new(alice, token, input), BlockId::latest()).expect("a call"))
    };
    assert_eq!(balance_of(alice), U256::from(MINTED - MOVED));
    assert_eq!(balance_of(bob), U256::from(MOVED));
    let minted = chain.receipt(mint).expect("mined");
    assert!(minted.is_success());
    assert_eq!((minted.from, minted.to, minted.logs.len()), (alice, Some(token), 1));
    let Some(Lookup::Mined(block, index)) = chain.transaction(legacy) else { panic!("{legacy} is not mined") };
    assert!(block.transactions[index].is_legacy());
}

async fn serve() -> (Chain, Server) {
    let chain = Chain::new(Config::default());
    let server = Server::bind(chain.clone(), ([127, 0, 0, 1], 0).into()).await.expect("loopback can be bound");
    (chain, server)
}

/// A token with `mint`, as Aave publishes it for tests.
fn token() -> Value {
    let path = "node_modules/@aave/core-v3/artifacts/contracts/mocks/tokens/MintableERC20.sol/MintableERC20.json";
    let artifact = std::fs::read_to_string(packages().join(path)).expect("the package holds its artifacts");
    let artifact: Value = serde_json::from_str(&artifact).expect("an artifact is JSON");
    json!({ "abi": artifact["abi"], "bytecode": artifact["bytecode"] })
}

/// A contract that refuses everything with an error of its own, `TooMuch(5)`.
fn refuser() -> Value {
    let selector = &keccak256("TooMuch(uint256)")[..4];
    // Writes the selector at 0 and the five at 4, and reverts with these 36 bytes.
    let code = [&[0x63][..], selector, &hex!("60e01b600052600560045260246000fd")[..]].concat();
    let length = u8::try_from(code.len()).expect("short code");
    let init_code = [&[0x60, length][..], &hex!("80600b6000396000f3")[..], &code].concat();
    json!({
        "abi": [{"type": "function", "name": "refuse", "stateMutability": "view", "inputs": [], "outputs": []},
                {"type": "error", "name": "TooMuch", "inputs": [{"name": "amount", "type": "uint256"}]}],
        "bytecode": Bytes::from(init_code),
    })
}

/// Where npm has installed the clients.
fn packages() -> PathBuf {
    let packages = root().join("contracts/solidity");
    let is_installed = packages.join("node_modules/viem").exists();
    assert!(is_installed, "the Node packages are not installed: run scripts/setup");
    packages
}

/// The program itself, in the package for this platform: npm's wrapper passes on neither exit codes nor signals.
fn cast_program() -> PathBuf {
    let platforms = std::fs::read_dir(packages().join("node_modules/@foundry-rs")).expect("run scripts/setup");
    let mut programs = platforms.filter_map(|entry| Some(entry.ok()?.path().join("bin/cast")));
    programs.find(|program| program.exists()).expect("cast is installed for this platform: run scripts/setup")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a program beside the server, and expects it to succeed.
async fn run(command: Command) -> Output {
    let shown = format!("{:?}", command.get_program());
    let output = run_to_end(command).await;
    assert!(output.status.success(), "{shown}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

async fn run_to_end(mut command: Command) -> Output {
    let ended = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
    ended.expect("the program is installed: run scripts/setup")
}

fn text(output: Output) -> String {
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

fn address(value: &Value) -> Address {
    value.as_str().and_then(|text| text.parse().ok()).expect("an address")
}

fn hash(value: &Value) -> B256 {
    value.as_str().and_then(|text| text.parse().ok()).expect("a hash")
}
