//! Errors as JSON-RPC answers them: codes and words by which clients recognise them.

use alloy_primitives::Bytes;
use alloy_sol_types::{Panic, Revert, SolError};
use serde::Serialize;
use serde_json::{Value, json};

use crate::chain::{CallError, Error as ChainError};

/// The body is no JSON.
const PARSE_ERROR: i64 = -32700;
/// The JSON is no request.
const INVALID_REQUEST: i64 = -32600;
/// There is no such method.
const METHOD_NOT_FOUND: i64 = -32601;
/// The parameters do not fit the method.
const INVALID_PARAMS: i64 = -32602;
/// A fault of the node.
const INTERNAL: i64 = -32603;
/// The chain refuses.
const SERVER_ERROR: i64 = -32000;
/// The method is known, and not supported.
const NOT_SUPPORTED: i64 = -32004;
/// The answer would be too large.
const LIMIT_EXCEEDED: i64 = -32005;
/// The execution reverted; `data` holds the reason.
const REVERTED: i64 = 3;

/// The error member of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Error {
    pub code: i64,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl Error {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    pub fn parse(reason: impl std::fmt::Display) -> Self {
        Self::new(PARSE_ERROR, format!("parse error: {reason}"))
    }

    pub fn invalid_request(reason: impl std::fmt::Display) -> Self {
        Self::new(INVALID_REQUEST, format!("invalid request: {reason}"))
    }

    pub fn method_not_found(method: &str) -> Self {
        Self::new(METHOD_NOT_FOUND, format!("the method {method} does not exist/is not available"))
    }

    pub fn no_notifications() -> Self {
        Self::new(METHOD_NOT_FOUND, "notifications not supported")
    }

    pub fn invalid_params(reason: impl Into<String>) -> Self {
        Self::new(INVALID_PARAMS, reason)
    }

    pub fn not_supported(reason: impl Into<String>) -> Self {
        Self::new(NOT_SUPPORTED, reason)
    }

    pub fn limit(reason: impl Into<String>) -> Self {
        Self::new(LIMIT_EXCEEDED, reason)
    }

    pub fn internal(reason: impl std::fmt::Display) -> Self {
        Self::new(INTERNAL, format!("internal error: {reason}"))
    }

    pub fn refused(reason: impl Into<String>) -> Self {
        Self::new(SERVER_ERROR, reason)
    }

    fn reverted(data: &Bytes) -> Self {
        let message = match reason(data) {
            Some(reason) => format!("execution reverted: {reason}"),
            None => "execution reverted".into(),
        };
        Self { code: REVERTED, message, data: Some(json!(data)) }
    }
}

impl From<ChainError> for Error {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::TooManyLogs(_) => Self::limit(error.to_string()),
            ChainError::UnknownBlock(_) => Self::refused("header not found"),
            ChainError::BlockRange { .. } => Self::invalid_params(error.to_string()),
            ChainError::TimeInPast { .. }
            | ChainError::TooManyBlocks { .. }
            | ChainError::BlockGasTooHigh { .. }
            | ChainError::Code(_)
            | ChainError::Overrides(_) => Self::invalid_params(error.to_string()),
            other => Self::refused(other.to_string()),
        }
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Revert(data) => Self::reverted(&data),
            CallError::Halt(reason) => Self::refused(reason),
            CallError::GasAllowance(_) => Self::refused(error.to_string()),
            CallError::Refused(refused) => refused.into(),
        }
    }
}

/// Reads what Solidity puts into revert data: `Error(string)` or `Panic(uint256)`.
fn reason(data: &[u8]) -> Option<String> {
    if let Ok(revert) = Revert::abi_decode(data) {
        return Some(revert.reason);
    }
    Panic::abi_decode(data).ok().map(|panic| panic.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revert_reason_is_in_the_message_and_the_data() {
        let data = Bytes::from(Revert::from("too much").abi_encode());

        let error = Error::from(CallError::Revert(data.clone()));

        assert_eq!(error.code, 3);
        assert_eq!(error.message, "execution reverted: too much");
        assert_eq!(error.data, Some(json!(data)));
    }

    #[test]
    fn custom_error_stays_in_the_data() {
        let error = Error::from(CallError::Revert(Bytes::from_static(&[1, 2, 3, 4])));

        assert_eq!(error.message, "execution reverted");
        assert_eq!(error.data, Some(json!("0x01020304")));
    }
}
