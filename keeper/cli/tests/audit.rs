//! `keeper audit` by the real program over RPC: whole and in parts, through nodes that answer little at once, and through
//! one that lies.

mod place;
mod scripted;

use std::process::Output;

use abi::board::IBoard;
use abi::vault::IVault;
use alloy_sol_types::SolEvent;
use devnet::Server;
use measure::audit::{Stage, entries};
use place::Place;
use scripted::{Answer, Node};
use serde_json::{Value, json};

/// A vault with some history, served over RPC.
struct History {
    stage: Stage,
    place: Place,
    server: Server,
    /// Serves while it lives.
    _runtime: tokio::runtime::Runtime,
}

impl History {
    fn new(acts: usize) -> Self {
        let mut stage = Stage::build(5).expect("it deploys");
        for _ in 0..acts {
            stage.act().expect("the chain runs");
        }
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        let bound = runtime.block_on(Server::bind(stage.tenor.chain.clone(), ([127, 0, 0, 1], 0).into()));
        let server = bound.expect("loopback can be bound");
        let place = Place::new(&config(&stage, &server.http_url()), "");
        Self { stage, place, server, _runtime: runtime }
    }

    /// Puts a node between the program and the chain.
    fn through(&self, script: impl Fn(&str, &Value) -> Answer + Send + 'static) -> Node {
        let node = Node::before(self.server.addr(), script);
        self.place.write(&config(&self.stage, &node.url()));
        node
    }

    fn audit(&self, arguments: &[&str]) -> (Value, Option<i32>) {
        let output = self.place.keeper(&[&["audit", "--json"], arguments].concat());
        let found = serde_json::from_slice(&output.stdout);
        (found.unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))), output.status.code())
    }

    fn head(&self) -> u64 {
        self.stage.tenor.chain.block_number()
    }

    /// The last block in which the vault told this.
    fn last_block_with(&self, topic: alloy_primitives::B256) -> u64 {
        let (chain, vault) = (&self.stage.tenor.chain, self.stage.tenor.vault);
        let blocks = chain.blocks(0, self.head());
        let tells =
            |block: &&std::sync::Arc<devnet::Block>| entries(block, vault).iter().any(|entry| entry.topics[0] == topic);
        blocks.iter().rev().find(tells).expect("it was told").number()
    }
}

fn config(stage: &Stage, rpc_url: &str) -> String {
    let (chain_id, vault) = (stage.tenor.chain.chain_id(), stage.tenor.vault);
    format!("[chain]\nchain_id = {chain_id}\nrpc_url = \"{rpc_url}\"\n[vault]\naddress = \"{vault}\"\n")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn count(found: &Value, member: &str) -> usize {
    found[member].as_array().unwrap_or_else(|| panic!("{member} of {found}")).len()
}

#[test]
fn a_history_told_truly_has_no_difference_whole_or_in_parts() {
    let history = History::new(150);

    let (whole, code) = history.audit(&[".."]);
    assert_eq!((code, count(&whole, "differences")), (Some(0), 0), "{}", whole["differences"]);
    assert!(count(&whole, "actions") > 50 && whole["compared_views"].as_u64() > Some(500), "{}", whole["totals"]);

    let middle = history.head() / 2;
    let (first, code) = history.audit(&[&format!("..{middle}"), "--resume", "at"]);
    assert_eq!((code, count(&first, "differences")), (Some(0), 0));
    let (second, code) = history.audit(&[&format!("{}..", middle + 1), "--resume", "at"]);
    assert_eq!((code, count(&second, "differences")), (Some(0), 0), "{}", second["differences"]);
    assert_eq!(count(&first, "actions") + count(&second, "actions"), count(&whole, "actions"));
    let (part, code) = history.audit(&[&format!("{}..", middle + 1)]);
    assert_eq!((code, &part["actions"]), (Some(0), &second["actions"]), "without what was left in the file");

    let output = history.place.keeper(&["audit", ".."]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("differences  none: storage is what the events say"), "{text}");
    assert!(text.contains("tightest limit") && text.contains("deposit"), "{text}");
}

#[test]
fn a_node_that_answers_little_at_once_is_read_in_smaller_ranges() {
    let history = History::new(60);
    let (whole, _) = history.audit(&[".."]);

    let block = |value: &Value| u64::from_str_radix(&value.as_str().expect("hex")[2..], 16).expect("a number");
    let _node = history.through(move |method, params| {
        let filter = &params[0];
        match method {
            "eth_getLogs" if block(&filter["toBlock"]) - block(&filter["fromBlock"]) > 6 => {
                Answer::Error(json!({ "code": -32005, "message": "query returned more than 7 results" }))
            }
            _ => Answer::Forward,
        }
    });
    let (found, code) = history.audit(&[".."]);

    assert_eq!((code, &found["actions"]), (Some(0), &whole["actions"]));
}

/// Takes the last log of a kind out of an answer.
fn without_the_last(answer: &mut Value, topic: String) {
    if let Some(logs) = answer["result"].as_array_mut() {
        let last = logs.iter().rposition(|log| log["topics"][0] == json!(topic));
        last.map(|last| logs.remove(last));
    }
}

#[test]
fn a_deposit_that_is_kept_back_is_found_in_its_block() {
    let history = History::new(60);
    let block = history.last_block_with(IVault::Deposit::SIGNATURE_HASH);

    let _node = history.through(|method, _| match method {
        "eth_getLogs" => {
            Answer::Changed(|answer| without_the_last(answer, IVault::Deposit::SIGNATURE_HASH.to_string()))
        }
        _ => Answer::Forward,
    });
    let (found, code) = history.audit(&[".."]);

    assert_eq!(
        (code, &found["differences"][0]["first"]["block"]),
        (Some(1), &json!(block)),
        "{}",
        found["differences"]
    );
    let facts: Vec<_> = found["differences"].as_array().expect("a list").iter().map(|one| &one["fact"]).collect();
    assert!(facts.contains(&&json!("book.idle")), "{facts:?}");
    let output = history.place.keeper(&["audit", ".."]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains(&format!("the first in block {block}")) && text.contains("book.idle"), "{text}");
}

#[test]
fn a_cap_that_was_told_otherwise_is_found_in_its_block() {
    let history = History::new(60);
    let block = history.last_block_with(IBoard::CapSet::SIGNATURE_HASH);

    let _node = history.through(|method, _| match method {
        "eth_getLogs" => Answer::Changed(|answer| {
            let logs = answer["result"].as_array_mut().into_iter().flatten();
            let topic = json!(IBoard::CapSet::SIGNATURE_HASH.to_string());
            if let Some(log) = logs.filter(|log| log["topics"][0] == topic).last() {
                let data = log["data"].as_str().expect("hex").to_owned();
                log["data"] = json!(format!("{}1", &data[..data.len() - 1]));
            }
        }),
        _ => Answer::Forward,
    });
    let (found, code) = history.audit(&[".."]);

    assert_eq!(
        (code, &found["differences"][0]["first"]["block"]),
        (Some(1), &json!(block)),
        "{}",
        found["differences"]
    );
    let fact = found["differences"][0]["fact"].as_str().expect("a text");
    assert!(fact.starts_with("caps[") && fact.ends_with("].relative"), "{fact}");
}

#[test]
fn a_range_that_makes_no_sense_is_refused_with_its_value() {
    let history = History::new(0);

    for (range, words) in [("7", "\"7\" is no range"), ("9..5", "block 9 is after block 5"), ("..99999999", "99999999")]
    {
        let output = history.place.keeper(&["audit", range]);
        assert_eq!(output.status.code(), Some(2), "{range}");
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}
