//! Takes a JSON-RPC answer apart: version, ids, result or error; never trusts its shape.

use serde_json::Value;

use super::classify;
use super::error::Error;

/// Returns the result of a single answer.
pub(crate) fn single(method: &str, id: u64, body: &[u8]) -> Result<Value, Error> {
    let answer = parse(method, body)?;
    if answer.get("id").and_then(Value::as_u64) != Some(id) {
        // A node that could not read the request answers with a null id and an error: the error says more.
        if let Some(error) = answer.get("error").filter(|_| answer.get("id").is_none_or(Value::is_null)) {
            return Err(classify::from_node(method, error));
        }
        let found = answer.get("id").map_or_else(|| answer.to_string(), |found| format!("id {found}"));
        return Err(Error::malformed(method, found, format!("the request had id {id}")));
    }
    result(method, answer)
}

/// Returns the results of a batch in the order asked; ids run from `first`.
///
/// # Errors
/// The batch fails as a whole when an id is missing, foreign or doubled; a single failed entry is a value.
pub(crate) fn batch(method: &str, first: u64, len: usize, body: &[u8]) -> Result<Vec<Result<Value, Error>>, Error> {
    let answers = match parse(method, body)? {
        Value::Array(answers) => answers,
        Value::Object(object) => match object.get("error") {
            Some(error) => return Err(classify::from_node(method, error)),
            None => return Err(Error::malformed(method, Value::Object(object), "a batch is answered by an array")),
        },
        other => return Err(Error::malformed(method, other, "a batch is answered by an array")),
    };
    let mut results: Vec<Option<Result<Value, Error>>> = (0..len).map(|_| None).collect();
    for answer in answers {
        let found = answer.get("id").cloned().unwrap_or(Value::Null);
        let slot = found
            .as_u64()
            .and_then(|id| id.checked_sub(first))
            .and_then(|at| usize::try_from(at).ok())
            .and_then(|at| results.get_mut(at));
        match slot {
            Some(slot @ None) => *slot = Some(result(method, answer)),
            Some(_) => return Err(Error::malformed(method, format!("id {found}"), "answered twice")),
            None => {
                let asked = format!("ids {first} to {} were asked", first.saturating_add(len as u64).saturating_sub(1));
                return Err(Error::malformed(method, format!("id {found}"), asked));
            }
        }
    }
    results
        .into_iter()
        .zip(first..)
        .map(|(slot, id)| {
            slot.ok_or_else(|| Error::malformed(method, format!("no answer to id {id}"), "batch is short"))
        })
        .collect()
}

fn parse(method: &str, body: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(body).map_err(|error| Error::malformed(method, String::from_utf8_lossy(body), error))
}

fn result(method: &str, mut answer: Value) -> Result<Value, Error> {
    match (answer.get("error").filter(|error| !error.is_null()), answer.get("result").is_some()) {
        (Some(error), _) => Err(classify::from_node(method, error)),
        (None, true) => Ok(answer["result"].take()),
        (None, false) => Err(Error::malformed(method, answer, "neither result nor error")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::Kind;

    fn single_fault(body: &str) -> String {
        let error = single("eth_test", 7, body.as_bytes()).expect_err("malformed");
        assert_eq!(error.kind(), Kind::Malformed);
        error.to_string()
    }

    #[test]
    fn a_good_answer_gives_its_result() {
        let value = single("m", 7, br#"{"jsonrpc":"2.0","id":7,"result":"0x1"}"#).expect("good");

        assert_eq!(value, "0x1");
    }

    #[test]
    fn wrong_ids_broken_json_and_missing_results_name_the_value() {
        assert!(single_fault(r#"{"id":8,"result":1}"#).contains("id 8"));
        assert!(single_fault("<html>busy</html>").contains("<html>busy</html>"));
        assert!(single_fault(r#"{"id":7}"#).contains("neither result nor error"));
        assert!(single_fault("[]").contains("[]"));
        assert!(single_fault("").contains("EOF"));
        assert!(single_fault(&"[".repeat(100_000)).contains("recursion"));
    }

    #[test]
    fn a_batch_is_put_in_the_order_asked() {
        let body = br#"[{"id":5,"result":"b"},{"id":4,"error":{"code":3,"message":"execution reverted"}}]"#;

        let results = batch("m", 4, 2, body).expect("whole");

        assert_eq!(results[0].as_ref().expect_err("reverted").kind(), Kind::Revert);
        assert_eq!(results[1].as_ref().expect("good"), "b");
    }

    #[test]
    fn a_batch_with_missing_foreign_or_doubled_ids_is_refused() {
        for (body, words) in [
            (r#"[{"id":4,"result":1}]"#, "no answer to id 5"),
            (r#"[{"id":4,"result":1},{"id":6,"result":1}]"#, "id 6"),
            (r#"[{"id":4,"result":1},{"id":4,"result":1}]"#, "answered twice"),
            (r#"{"result":1}"#, "array"),
            (r#"[4]"#, "id null"),
        ] {
            let error = batch("m", 4, 2, body.as_bytes()).expect_err("refused");
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
