//! How a command ends: exit codes, and errors as one line with a hint.

use serde_json::{Value, json};

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It did what was asked: exit code 0.
    Done,
    /// There was nothing to do, or it was refused: exit code 1.
    Idle,
}

impl Ending {
    /// Returns the exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Idle => 1,
        }
    }
}

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// 1: refused; 2: a fault.
    pub code: u8,
    /// What happened, with the offending value.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Failure {
    /// A fault: something must be repaired.
    pub fn fault(message: impl ToString, hint: &str) -> Self {
        Self { code: 2, message: one_line(&message.to_string()), hint: hint.to_owned() }
    }

    /// A refusal: the request is understood and declined.
    pub fn refused(message: impl ToString, hint: &str) -> Self {
        Self { code: 1, ..Self::fault(message, hint) }
    }

    /// Returns the object that `--json` prints.
    pub fn to_json(&self) -> Value {
        json!({ "error": self.message, "hint": self.hint })
    }
}

impl From<anyhow::Error> for Failure {
    /// A failure that was passed on keeps its hint; anything else happened while the demo told its story.
    fn from(error: anyhow::Error) -> Self {
        const HINT: &str = "what the demo ran has said more above; KEEPER_LOG=debug says most";
        error.downcast().unwrap_or_else(|error| Self::fault(format!("{error:#}"), HINT))
    }
}

impl From<chain::Error> for Failure {
    fn from(error: chain::Error) -> Self {
        use chain::Error as E;
        use chain::rpc::Kind;
        let hint = match &error {
            E::Rpc(inner) => match inner.kind() {
                Kind::Transport | Kind::Throttle | Kind::StateLag => "is the node running, and is chain.rpc_url right?",
                Kind::Malformed => {
                    "does chain.rpc_url lead to an Ethereum JSON-RPC node, and vault.address to a vault?"
                }
                Kind::Revert => return Self::refused(&error, "the contract refused; nothing was changed"),
                Kind::Funds => "the account needs more of the chain's coin for gas",
                _ => "ask the node's operator what this means",
            },
            E::Fee(_) => "raise fees.max_fee_per_gas_wei, or wait for cheaper blocks",
            E::Wallet(_) => "see [key] in the configuration",
            E::WrongChain { .. } => "set chain.chain_id to the chain that you mean, or chain.rpc_url to its node",
            E::NoCode { .. } => "set vault.address to the address that `keeper deploy` printed",
            E::Reverted { .. } => return Self::refused(&error, "the contract refused; nothing but gas was spent"),
            E::NotMined { .. } => "look for the transaction before sending anything again",
            _ => "the node and the vault contradict each other; trust neither before it is explained",
        };
        Self::fault(&error, hint)
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        use model::ports::FaultKind;
        match &error {
            engine::Error::Fault(fault) => match fault.kind {
                FaultKind::Retry => Self::fault(&error, "run it again; what was begun is resolved first"),
                FaultKind::Refuse => Self::refused(&error, "nothing was sent"),
                FaultKind::Fatal => Self::fault(&error, "repair this first; nothing is sent before"),
            },
            engine::Error::Optimizer(_) | engine::Error::Planner(_) => {
                Self::fault(&error, "no verified plan, so nothing was sent; see `keeper status --json` for the inputs")
            }
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        let hint = match &error {
            store::Error::InUse { .. } => "stop the other keeper, or name another file in journal.path",
            store::Error::Newer { .. } => "use the newer keeper that wrote it",
            _ => "move the file away only after every transaction in it is known to be settled",
        };
        Self::fault(&error, hint)
    }
}

/// An error is one line, whatever was quoted in it.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
