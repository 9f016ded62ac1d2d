//! What can go wrong between the keeper and a node, sorted by who can act.

use crate::revert::Revert;

/// What a failure means for the one who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The nonce is used already, or too far ahead.
    Nonce,
    /// The node holds these very bytes already: what was sent is on its way or done.
    AlreadyKnown,
    /// The account cannot pay value and gas.
    Funds,
    /// The fee offered is below what the block asks.
    Fee,
    /// The contract refused.
    Revert,
    /// The provider asks for patience.
    Throttle,
    /// No answer, or one that did not come from the node itself.
    Transport,
    /// The node has not, or no longer, the state that was asked for.
    StateLag,
    /// The node does not offer this method.
    Unsupported,
    /// The answer is not what the method answers.
    Malformed,
    /// Anything else that the node says.
    Other,
}

impl Kind {
    /// Returns whether asking again later may help with nothing else changed.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Throttle | Self::Transport | Self::StateLag)
    }
}

/// A failed request. Every variant names the method; texts from the node are cut to a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Connection, TLS, timeout.
    #[error("{method}: no answer from {endpoint}: {reason}")]
    NoAnswer {
        /// The method asked.
        method: String,
        /// The node, without its secrets.
        endpoint: String,
        /// What the transport says.
        reason: String,
    },
    /// An HTTP status other than success.
    #[error("{method}: {endpoint} answered HTTP status {status}")]
    Status {
        /// The method asked.
        method: String,
        /// The node, without its secrets.
        endpoint: String,
        /// The status code.
        status: u16,
    },
    /// The body exceeds the bound.
    #[error("{method}: answer is longer than {bound_bytes} bytes")]
    TooLong {
        /// The method asked.
        method: String,
        /// The bound.
        bound_bytes: usize,
    },
    /// The answer cannot be what was asked for.
    #[error("{method}: malformed answer {value}: {reason}")]
    Malformed {
        /// The method asked.
        method: String,
        /// The offending value, cut.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The contract refused; the reason is decoded where the interface files know it.
    #[error("{method}: reverted: {revert}")]
    Reverted {
        /// The method asked.
        method: String,
        /// The decoded reason.
        revert: Revert,
    },
    /// Any other error that the node reports.
    #[error("{method}: node error {code}: {message}")]
    Node {
        /// The method asked.
        method: String,
        /// What it means.
        kind: Kind,
        /// The JSON-RPC code.
        code: i64,
        /// The node's words, cut.
        message: String,
    },
}

impl Error {
    /// Returns what the failure means.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoAnswer { .. } => Kind::Transport,
            Self::Status { status: 429, .. } => Kind::Throttle,
            Self::Status { .. } => Kind::Transport,
            Self::TooLong { .. } | Self::Malformed { .. } => Kind::Malformed,
            Self::Reverted { .. } => Kind::Revert,
            Self::Node { kind, .. } => *kind,
        }
    }

    pub(crate) fn malformed(method: &str, value: impl ToString, reason: impl ToString) -> Self {
        Self::Malformed { method: method.to_owned(), value: cut(&value.to_string()), reason: cut(&reason.to_string()) }
    }
}

/// Longest text of a node that is passed on.
const SHOWN_CHARS: usize = 160;

/// Cuts a text to one short line, for a message or a log.
pub(crate) fn cut(text: &str) -> String {
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN_CHARS).collect();
    if text.chars().nth(SHOWN_CHARS).is_some() {
        line.push('…');
    }
    line
}
