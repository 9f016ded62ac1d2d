//! The process dies with a rebalance on its way: the next one reports the first and sends no second.

mod place;

use std::process::Child;

use abi::desk::IDesk;
use alloy_primitives::{B256, U256};
use devnet::chain::Event;
use devnet::{Mining, Server};
use kit::{Tenor, usdc};
use place::Place;
use serde_json::Value;

/// A deployment with money, served over RPC, that makes blocks only when told to.
struct Story {
    tenor: Tenor,
    place: Place,
    _server: Server,
    runtime: tokio::runtime::Runtime,
}

impl Story {
    fn new() -> Self {
        let tenor = Tenor::new();
        tenor.deposit(tenor.wallets[0], usdc(1_000_000));
        tenor.chain.set_mining(Mining::Manual);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        let bound = runtime.block_on(Server::bind(tenor.chain.clone(), ([127, 0, 0, 1], 0).into()));
        let server = bound.expect("loopback can be bound");
        let config = format!(
            "[chain]\nchain_id = {}\nrpc_url = \"{}\"\n[vault]\naddress = \"{}\"\n[run]\npoll_millis = 20\n",
            tenor.chain.chain_id(),
            server.http_url(),
            tenor.vault,
        );
        let keeper = devnet::dev_accounts().iter().find(|account| account.address == tenor.keeper);
        let key = keeper.expect("the keeper is a development account").private_key;
        let place = Place::new(&config, &key.to_string());
        Self { tenor, place, _server: server, runtime }
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

    fn run_once(&self) -> (Value, Option<i32>) {
        let output = self.place.keeper(&["run", "--once", "--json"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let found = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
        (found, output.status.code())
    }

    fn rebalances(&self) -> U256 {
        self.tenor.view(self.tenor.vault, &IDesk::intentNonceCall {})
    }
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
