//! The process dies, or the node lies, with a rebalance on its way: in the end there is one, and it is reported.

mod place;
mod scripted;

use std::process::Child;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use abi::desk::IDesk;
use alloy_primitives::{B256, U256};
use devnet::chain::Event;
use devnet::{Mining, Server};
use kit::{Tenor, usdc};
use place::Place;
use scripted::{Answer, Node};
use serde_json::{Value, json};

/// A deployment with money, served over RPC, that makes blocks only when told to.
struct Story {
    tenor: Tenor,
    place: Place,
    server: Server,
    runtime: tokio::runtime::Runtime,
}

impl Story {
    fn new() -> Self {
        let tenor = Tenor::new();
        tenor.deposit(tenor.wallets[0], usdc(1_000_000));
        tenor.ripen();
        tenor.chain.set_mining(Mining::Manual);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        let bound = runtime.block_on(Server::bind(tenor.chain.clone(), ([127, 0, 0, 1], 0).into()));
        let server = bound.expect("loopback can be bound");
        let config = config(&tenor, &server.http_url());
        let keeper = devnet::dev_accounts().iter().find(|account| account.address == tenor.keeper);
        let key = keeper.expect("the keeper is a development account").private_key;
        let place = Place::new(&config, &key.to_string());
        Self { tenor, place, server, runtime }
    }

    /// Starts the keeper and waits until the chain has taken its transaction.
    fn start_and_wait_for_the_sending(&self) -> (Child, B256) {
        let mut events = self.tenor.chain.subscribe();
        let child = self.place.spawn(&["run", "--once"]);
        let hash = self.runtime.block_on(async {
            loop {
                if let Event::Accepted(hash) = events.recv().await.expect("the chain lives") {
                    return hash;
                }
            }
        });
        (child, hash)
    }

    /// Puts a node between keeper and chain.
    fn interpose(&self, script: impl Fn(&str, &Value) -> Answer + Send + 'static) -> Node {
        let node = Node::before(self.server.addr(), script);
        self.place.write(&config(&self.tenor, &node.url()));
        node
    }

    fn run_once(&self) -> (Value, Option<i32>) {
        let output = self.place.keeper(&["run", "--once", "--json"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let found = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
        (found, output.status.code())
    }

    fn rebalances(&self) -> U256 {
        self.tenor.view(self.tenor.vault, &IDesk::grantCall { keeper: self.tenor.keeper }).nonce
    }
}

fn config(tenor: &Tenor, rpc_url: &str) -> String {
    let (chain_id, vault) = (tenor.chain.chain_id(), tenor.vault);
    let chain = format!("[chain]\nchain_id = {chain_id}\nrpc_url = \"{rpc_url}\"\n");
    format!("{chain}[vault]\naddress = \"{vault}\"\n[run]\npoll_millis = 20\n")
}

fn kill(mut child: Child) {
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
}

#[test]
fn a_keeper_killed_between_sending_and_confirming_reports_the_first_rebalance_and_sends_no_second() {
    let story = Story::new();
    let nonce_before = story.rebalances();
    let (child, hash) = story.start_and_wait_for_the_sending();
    kill(child);
    story.tenor.chain.mine(1).expect("a block is made");
    story.tenor.chain.set_mining(Mining::OnDemand);

    let (turn, code) = story.run_once();

    let resolved = &turn["resolved"][0];
    assert_eq!(resolved["settlement"]["settlement"], "done", "{turn}");
    assert_eq!(resolved["settlement"]["hash"], hash.to_string());
    assert_eq!(turn["decision"]["decision"], "nothing_to_do", "{}", turn["summary"]);
    assert_eq!((story.rebalances() - nonce_before, code), (U256::from(1), Some(0)));

    let (turn, code) = story.run_once();
    assert_eq!((turn["resolved"].as_array().map(Vec::len), code), (Some(0), Some(1)));
    assert_eq!(story.rebalances() - nonce_before, U256::from(1));
}

#[test]
fn a_keeper_killed_before_the_block_is_made_waits_for_the_same_transaction() {
    let story = Story::new();
    let nonce_before = story.rebalances();
    let (child, hash) = story.start_and_wait_for_the_sending();
    kill(child);
    assert!(story.tenor.chain.drop_transaction(hash), "the chain forgets what it had taken");
    story.tenor.chain.set_mining(Mining::OnDemand);

    let (turn, code) = story.run_once();

    assert_eq!(turn["resolved"][0]["settlement"]["settlement"], "done", "{turn}");
    assert_eq!(turn["resolved"][0]["settlement"]["hash"], hash.to_string(), "the same bytes were sent again");
    assert_eq!((story.rebalances() - nonce_before, code), (U256::from(1), Some(0)));
}

#[test]
fn a_second_keeper_on_the_same_journal_is_refused() {
    let story = Story::new();
    let (child, _) = story.start_and_wait_for_the_sending();

    let output = story.place.keeper(&["run", "--once"]);

    kill(child);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is in use by another keeper"));
}

#[test]
fn a_keeper_killed_between_signing_and_sending_sends_what_it_had_signed() {
    let story = Story::new();
    story.tenor.chain.set_mining(Mining::OnDemand);
    let nonce_before = story.rebalances();
    let (tell, told) = mpsc::channel();
    let node = story.interpose(move |method, params| {
        if method != "eth_sendRawTransaction" {
            return Answer::Forward;
        }
        tell.send(params[0].clone()).expect("the test listens");
        Answer::Silence
    });
    let child = story.place.spawn(&["run", "--once"]);
    let signed = told.recv().expect("the keeper sends");
    kill(child);
    drop(node);
    assert_eq!(story.rebalances(), nonce_before, "the bytes never arrived");
    let (tell, told) = mpsc::channel();
    let _node = story.interpose(move |method, params| {
        if method == "eth_sendRawTransaction" {
            let _ = tell.send(params[0].clone());
        }
        Answer::Forward
    });

    let (turn, code) = story.run_once();

    assert_eq!(turn["resolved"][0]["settlement"]["settlement"], "done", "{turn}");
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [signed], "the same bytes, once");
    assert_eq!((story.rebalances() - nonce_before, code), (U256::from(1), Some(0)));
}

#[test]
fn a_lost_answer_to_the_sending_leads_to_one_rebalance() {
    let story = Story::new();
    story.tenor.chain.set_mining(Mining::OnDemand);
    let nonce_before = story.rebalances();
    let _node = story.interpose(|method, _| match method {
        "eth_sendRawTransaction" => Answer::LostOnReturn,
        _ => Answer::Forward,
    });

    let (turn, code) = story.run_once();

    assert_eq!((&turn["settlement"]["settlement"], code), (&json!("done"), Some(0)), "{turn}");
    assert_eq!(story.rebalances() - nonce_before, U256::from(1));
}

#[test]
fn a_receipt_that_the_node_hides_for_a_while_is_waited_for() {
    let story = Story::new();
    story.tenor.chain.set_mining(Mining::OnDemand);
    let asked = AtomicU32::new(0);
    let _node = story.interpose(move |method, _| match method {
        "eth_getTransactionReceipt" if asked.fetch_add(1, Ordering::SeqCst) < 5 => Answer::Result(Value::Null),
        _ => Answer::Forward,
    });

    let (turn, code) = story.run_once();

    assert_eq!((&turn["settlement"]["settlement"], code), (&json!("done"), Some(0)), "{turn}");
}

#[test]
fn a_block_that_was_replaced_while_it_was_read_is_not_acted_on() {
    let story = Story::new();
    let nonce_before = story.rebalances();
    let _node = story.interpose(|method, params| match method {
        "eth_getBlockByNumber" if params[0] != "latest" => {
            Answer::Changed(|answer| answer["result"]["hash"] = json!(B256::repeat_byte(7)))
        }
        "eth_sendRawTransaction" => panic!("nothing may be sent"),
        _ => Answer::Forward,
    });

    let output = story.place.keeper(&["run", "--once"]);

    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains(&format!("is {} now", B256::repeat_byte(7))), "{stderr}");
    assert_eq!(story.rebalances(), nonce_before);
}
