//! JSON-RPC 2.0: requests, batches, notifications and answers.

use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::{Node, error::Error, params::Params, session::Session};

/// Requests in one batch.
pub const BATCH_LIMIT: usize = 1000;
/// Bytes that the answers to a batch may have together.
pub const ANSWER_LIMIT: usize = 32 << 20;

/// One answer.
#[derive(Serialize)]
struct Answer {
    jsonrpc: &'static str,
    id: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error>,
}

impl Answer {
    fn new(id: Value, outcome: Result<Value, Error>) -> Self {
        let raw = outcome.and_then(|result| serde_json::value::to_raw_value(&result).map_err(Error::internal));
        match raw {
            Ok(result) => Self { jsonrpc: "2.0", id, result: Some(result), error: None },
            Err(error) => Self { jsonrpc: "2.0", id, result: None, error: Some(error) },
        }
    }

    fn size(&self) -> usize {
        self.result.as_ref().map_or(0, |result| result.get().len())
    }
}

/// Answers one message, a request or a batch; `None` where nothing is to be answered.
///
/// `session` is the connection's where it can carry notifications.
pub(super) fn answer(node: &Node, body: &[u8], mut session: Option<&mut Session>) -> Option<String> {
    let message: Value = match serde_json::from_slice(body) {
        Ok(message) => message,
        Err(error) => return Some(text(&Answer::new(Value::Null, Err(Error::parse(error))))),
    };
    let Value::Array(batch) = message else {
        return one(node, message, session).map(|answer| text(&answer));
    };
    if batch.is_empty() {
        return Some(text(&Answer::new(Value::Null, Err(Error::invalid_request("empty batch")))));
    }
    if batch.len() > BATCH_LIMIT {
        let reason = format!("a batch of {} requests: at most {BATCH_LIMIT}", batch.len());
        return Some(text(&Answer::new(Value::Null, Err(Error::invalid_request(reason)))));
    }
    let mut answers = Vec::new();
    let mut size = 0_usize;
    for message in batch {
        let Some(mut answer) = one(node, message, session.as_deref_mut()) else { continue };
        size = size.saturating_add(answer.size());
        if size > ANSWER_LIMIT {
            let reason = format!("the answers to this batch have more than {ANSWER_LIMIT} bytes");
            answer = Answer::new(answer.id, Err(Error::limit(reason)));
        }
        answers.push(answer);
    }
    if answers.is_empty() { None } else { Some(text(&answers)) }
}

/// Answers one request; a notification is carried out and not answered.
fn one(node: &Node, message: Value, session: Option<&mut Session>) -> Option<Answer> {
    let Value::Object(mut members) = message else {
        return Some(Answer::new(Value::Null, Err(Error::invalid_request("not an object"))));
    };
    let id = members.remove("id");
    if id.as_ref().is_some_and(|id| !(id.is_null() || id.is_number() || id.is_string())) {
        return Some(Answer::new(Value::Null, Err(Error::invalid_request("id is neither number, string nor null"))));
    }
    let refused = |reason: &str| Some(Answer::new(id.clone().unwrap_or_default(), Err(Error::invalid_request(reason))));
    if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return refused("jsonrpc is not \"2.0\"");
    }
    let Some(Value::String(method)) = members.remove("method") else {
        return refused("method is not a string");
    };
    let params = Params::new(members.remove("params").unwrap_or_default());
    let outcome = params.and_then(|params| super::methods::call(node, &method, params, session));
    tracing::debug!(method, ok = outcome.is_ok(), "request");
    id.map(|id| Answer::new(id, outcome))
}

/// Returns the answer to a request that was never read.
pub(super) fn failure(error: Error) -> String {
    text(&Answer::new(Value::Null, Err(error)))
}

fn text(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).expect("answers hold only JSON values with string keys")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Chain, Clock, Config};
    use serde_json::json;

    fn ask(body: &str) -> Option<Value> {
        let config = Config { clock: Clock::Manual { start_secs: 0 }, ..Config::default() };
        let node = Node::new(Chain::new(config));
        answer(&node, body.as_bytes(), None).map(|text| serde_json::from_str(&text).expect("JSON"))
    }

    fn code(body: &str) -> i64 {
        ask(body).expect("an answer")["error"]["code"].as_i64().expect("an error")
    }

    #[test]
    fn request_is_answered_with_its_id() {
        let answer = ask(r#"{"jsonrpc":"2.0","id":"seven","method":"eth_chainId"}"#);

        assert_eq!(answer, Some(json!({"jsonrpc": "2.0", "id": "seven", "result": "0x64aba"})));
    }

    #[test]
    fn malformed_messages_have_their_codes() {
        for garbage in ["", "{", "\u{0}", "[1,", &"[".repeat(100_000)] {
            assert_eq!(code(garbage), -32700, "{garbage:.10}");
        }
        for no_request in [
            "1",
            "null",
            "\"x\"",
            "[]",
            "{}",
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":5}"#,
            r#"{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}"#,
            r#"{"id":1,"method":"eth_chainId"}"#,
            r#"{"jsonrpc":"2.0","id":[],"method":"eth_chainId"}"#,
        ] {
            assert_eq!(code(no_request), -32600, "{no_request}");
        }
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1,"method":"eth_nothing"}"#), -32601);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":{"a":1}}"#), -32602);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x1"]}"#), -32602);
        assert_eq!(code(r#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#), -32601);
    }

    #[test]
    fn notifications_are_carried_out_silently() {
        assert_eq!(ask(r#"{"jsonrpc":"2.0","method":"eth_chainId"}"#), None);
        assert_eq!(ask(r#"[{"jsonrpc":"2.0","method":"evm_mine"}]"#), None);
    }

    #[test]
    fn batch_is_answered_in_order_with_errors_in_place() {
        let answers = ask(r#"[{"jsonrpc":"2.0","id":1,"method":"evm_mine"},{"jsonrpc":"2.0","method":"evm_mine"},7,
                {"jsonrpc":"2.0","id":2,"method":"eth_blockNumber"}]"#);

        let answers = answers.expect("answers");
        assert_eq!(answers[0]["id"], 1);
        assert_eq!(answers[1]["error"]["code"], -32600);
        assert_eq!(answers[2]["result"], "0x2");
    }

    #[test]
    fn batch_is_bounded() {
        let request = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#;
        let batch = |count| format!("[{}]", vec![request; count].join(","));

        assert_eq!(ask(&batch(BATCH_LIMIT)).expect("answers").as_array().map(Vec::len), Some(BATCH_LIMIT));
        assert_eq!(code(&batch(BATCH_LIMIT + 1)), -32600);
    }
}
