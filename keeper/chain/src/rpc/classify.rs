//! The meaning of a node's error object, by code and by the words that clients use.

use serde_json::Value;

use super::error::{Error, Kind, cut};
use crate::revert::Revert;

/// Words of geth, nitro, erigon, reth, nethermind and the hosted services; the first match counts.
const WORDS: &[(&str, Kind)] = &[
    ("already known", Kind::AlreadyKnown),
    ("known transaction", Kind::AlreadyKnown),
    ("already imported", Kind::AlreadyKnown),
    ("nonce too low", Kind::Nonce),
    ("nonce too high", Kind::Nonce),
    ("nonce is too low", Kind::Nonce),
    ("invalid nonce", Kind::Nonce),
    ("invalid transaction nonce", Kind::Nonce),
    ("oldnonce", Kind::Nonce),
    ("insufficient funds", Kind::Funds),
    ("insufficient balance", Kind::Funds),
    ("insufficientfunds", Kind::Funds),
    ("underpriced", Kind::Fee),
    ("less than block base fee", Kind::Fee),
    ("fee cap", Kind::Fee),
    ("feetoolow", Kind::Fee),
    ("rate limit", Kind::Throttle),
    ("too many requests", Kind::Throttle),
    ("request limit", Kind::Throttle),
    ("capacity exceeded", Kind::Throttle),
    ("compute units", Kind::Throttle),
    ("header not found", Kind::StateLag),
    ("missing trie node", Kind::StateLag),
    ("unknown block", Kind::StateLag),
    ("block not found", Kind::StateLag),
    ("state not available", Kind::StateLag),
    ("state is pruned", Kind::StateLag),
    ("could not find block", Kind::StateLag),
    ("after last accepted block", Kind::StateLag),
    ("execution reverted", Kind::Revert),
    ("reverted", Kind::Revert),
    ("method not found", Kind::Unsupported),
    ("does not exist/is not available", Kind::Unsupported),
];

/// Turns the `error` member of an answer into a typed error.
pub(crate) fn from_node(method: &str, error: &Value) -> Error {
    let Some(message) = error.get("message").and_then(Value::as_str) else {
        return Error::malformed(method, error, "error object without a message");
    };
    let Some(code) = error.get("code").and_then(Value::as_i64) else {
        return Error::malformed(method, error, "error object without a code");
    };
    let data = error.get("data").and_then(revert_data);
    match kind(code, message, data.is_some()) {
        Kind::Revert => Error::Reverted {
            method: method.to_owned(),
            revert: match data {
                Some(data) if !data.is_empty() => Revert::decode(&data),
                _ => Revert::from_message(&cut(message)),
            },
        },
        kind => Error::Node { method: method.to_owned(), kind, code, message: cut(message) },
    }
}

fn kind(code: i64, message: &str, has_data: bool) -> Kind {
    let message = message.to_lowercase();
    let by_words = WORDS.iter().find(|(words, _)| message.contains(words)).map(|(_, kind)| *kind);
    match (code, by_words) {
        // Code 3 is geth's for a revert, whatever the contract's own text contains.
        (3, _) => Kind::Revert,
        (_, Some(kind)) => kind,
        (-32601, None) => Kind::Unsupported,
        (429 | -32005 | -32029, None) => Kind::Throttle,
        (_, None) if has_data => Kind::Revert,
        _ => Kind::Other,
    }
}

/// Finds the bytes in `data`: a hex text, or an object that holds one under `data` (older clients).
fn revert_data(data: &Value) -> Option<Vec<u8>> {
    match data {
        Value::String(text) => alloy_primitives::hex::decode(text.strip_prefix("Reverted ").unwrap_or(text)).ok(),
        Value::Object(object) => object.get("data").and_then(revert_data),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_word_of_the_table_names_its_kind() {
        for (words, expected) in WORDS {
            let error = from_node("eth_test", &json!({ "code": -32000, "message": format!("err: {words} (x)") }));

            assert_eq!(error.kind(), *expected, "{words}");
        }
    }

    #[test]
    fn a_nonce_error_under_the_generic_code_is_no_fault_of_the_provider() {
        let error = from_node(
            "eth_sendRawTransaction",
            &json!({ "code": -32603, "message": "Nonce too low: next nonce 5, tx nonce 4" }),
        );

        assert_eq!(error.kind(), Kind::Nonce);
        assert!(!error.kind().is_passing());
    }

    #[test]
    fn a_revert_text_that_speaks_of_nonces_is_still_a_revert() {
        let error = from_node("eth_call", &json!({ "code": 3, "message": "execution reverted: nonce too low" }));

        assert_eq!(error.kind(), Kind::Revert);
    }

    #[test]
    fn codes_decide_where_words_do_not() {
        for (code, expected) in [(-32005, Kind::Throttle), (-32601, Kind::Unsupported), (-32000, Kind::Other)] {
            assert_eq!(from_node("m", &json!({ "code": code, "message": "no" })).kind(), expected, "{code}");
        }
    }

    #[test]
    fn an_error_object_without_code_or_message_is_malformed() {
        for error in [json!({ "code": 1 }), json!({ "message": "x" }), json!("text"), json!(null)] {
            assert_eq!(from_node("m", &error).kind(), Kind::Malformed, "{error}");
        }
    }
}
