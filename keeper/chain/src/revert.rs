//! What a contract said when it refused, decoded through the interface files.

use std::fmt;

use abi::adapter::IAdapter::IAdapterErrors;
use abi::arb::IDeployer::IDeployerErrors;
use abi::desk::IDesk::IDeskErrors;
use abi::vault::IVault::IVaultErrors;
use alloy_primitives::{Bytes, hex};
use alloy_sol_types::{Panic, Revert as Text, SolError, SolInterface};
use model::RiskId;

/// A refusal by a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revert {
    /// The error's name, `Error`, `Panic`, or empty where the bytes are not known.
    pub name: String,
    /// The error with its values, as a line.
    pub text: String,
    /// The bytes as they came.
    pub data: Bytes,
}

impl Revert {
    /// Decodes revert bytes: our interfaces' errors, then `Error(string)` and `Panic(uint256)`, else hex.
    ///
    /// An error that wraps the bytes of an inner one is followed by it.
    pub fn decode(data: &[u8]) -> Self {
        let text = describe(data, DEPTH);
        let name = text.split(['(', ' ']).next().unwrap_or_default();
        let name = if name.starts_with("0x") { "" } else { name };
        Self { name: name.to_owned(), text, data: Bytes::copy_from_slice(data) }
    }

    /// Wraps a node's words where it gave no bytes.
    pub fn from_message(message: &str) -> Self {
        Self { name: String::new(), text: message.to_owned(), data: Bytes::new() }
    }
}

impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How deep wrapped reasons are followed: vault, desk, adapter, venue.
const DEPTH: usize = 4;

fn describe(data: &[u8], depth: usize) -> String {
    if depth == 0 {
        return format!("{} more bytes", data.len());
    }
    desk(data, depth - 1)
        .or_else(|| vault(data))
        .or_else(|| adapter(data, depth - 1))
        .or_else(|| deployer(data, depth - 1))
        .or_else(|| standard(data))
        .unwrap_or_else(|| crate::rpc::cut(&hex::encode_prefixed(data)))
}

fn desk(data: &[u8], depth: usize) -> Option<String> {
    use IDeskErrors as E;
    Some(match E::abi_decode(data).ok()? {
        E::LimitBreached(e) => {
            let limit = match e.limit {
                0 => "absolute cap",
                1 => "relative cap",
                2 => "liquidity floor",
                _ => "unknown limit",
            };
            format!("LimitBreached({limit} {}, id {}, value {}, bound {})", e.limit, RiskId(e.id), e.value, e.bound)
        }
        E::NotAuthorized(e) => format!("NotAuthorized(caller {}, role {})", e.caller, RiskId(e.role)),
        E::IntentExpired(e) => format!("IntentExpired(deadline {}, now {})", e.deadline, e.now_),
        E::WrongNonce(e) => format!("WrongNonce(given {}, expected {})", e.given, e.expected),
        E::WrongRevision(e) => format!("WrongRevision(given {}, expected {})", e.given, e.expected),
        E::ResultBelowMinimum(e) => {
            format!("ResultBelowMinimum(position {}, result {}, least {})", e.position, e.result, e.minResult)
        }
        E::UnknownPosition(e) => format!("UnknownPosition({})", e.position),
        E::InsufficientIdle(e) => format!("InsufficientIdle(asked {}, idle {})", e.asked, e.idle),
        E::AdapterCallFailed(e) => format!("AdapterCallFailed({}): {}", e.adapter, describe(&e.reason, depth)),
        E::BoundExceeded(e) => format!("BoundExceeded(value {}, bound {})", e.value, e.bound),
        E::InvalidAddress(e) => format!("InvalidAddress({})", e.account),
        E::InvalidRiskId(e) => format!("InvalidRiskId({})", RiskId(e.riskId)),
    })
}

fn vault(data: &[u8]) -> Option<String> {
    use IVaultErrors as E;
    Some(match E::abi_decode(data).ok()? {
        E::ERC20InsufficientBalance(e) => {
            format!("ERC20InsufficientBalance(sender {}, balance {}, needed {})", e.sender, e.balance, e.needed)
        }
        E::ERC20InsufficientAllowance(e) => {
            format!("ERC20InsufficientAllowance(spender {}, allowance {}, needed {})", e.spender, e.allowance, e.needed)
        }
        E::ERC20InvalidReceiver(e) => format!("ERC20InvalidReceiver({})", e.receiver),
        E::ERC2612ExpiredSignature(e) => format!("ERC2612ExpiredSignature(deadline {})", e.deadline),
        E::ERC2612InvalidSigner(e) => format!("ERC2612InvalidSigner(signer {}, owner {})", e.signer, e.owner),
        E::ERC4626ExceededMaxWithdraw(e) => {
            format!("ERC4626ExceededMaxWithdraw(owner {}, assets {}, max {})", e.owner, e.assets, e.max)
        }
        E::ERC4626ExceededMaxRedeem(e) => {
            format!("ERC4626ExceededMaxRedeem(owner {}, shares {}, max {})", e.owner, e.shares, e.max)
        }
        E::ZeroResult(_) => "ZeroResult()".into(),
        E::Entered(_) => "Entered()".into(),
        E::AlreadyInitialized(_) => "AlreadyInitialized()".into(),
        E::InvalidAddress(e) => format!("InvalidAddress({})", e.account),
        E::AssetCallFailed(_) => "AssetCallFailed()".into(),
        E::Overflow(_) => "Overflow()".into(),
    })
}

fn adapter(data: &[u8], depth: usize) -> Option<String> {
    use IAdapterErrors as E;
    Some(match E::abi_decode(data).ok()? {
        E::NotVault(e) => format!("NotVault(caller {})", e.caller),
        E::AlreadyInitialized(_) => "AlreadyInitialized()".into(),
        E::VenueCallFailed(e) => format!("VenueCallFailed: {}", describe(&e.reason, depth)),
        E::WrongAsset(e) => format!("WrongAsset(expected {}, found {})", e.expected, e.found),
        E::InvalidAddress(e) => format!("InvalidAddress({})", e.account),
        E::InsufficientUnits(e) => format!("InsufficientUnits(asked {}, held {})", e.asked, e.held),
    })
}

fn deployer(data: &[u8], depth: usize) -> Option<String> {
    use IDeployerErrors as E;
    Some(match E::abi_decode(data).ok()? {
        E::CreationFailed(_) => "CreationFailed()".into(),
        E::ActivationFailed(e) => format!("ActivationFailed: {}", describe(&e.reason, depth)),
        E::InitializationFailed(e) => format!("InitializationFailed: {}", describe(&e.reason, depth)),
        E::RefundFailed(e) => format!("RefundFailed(refund {})", e.refund),
    })
}

fn standard(data: &[u8]) -> Option<String> {
    if let Ok(text) = Text::abi_decode(data) {
        return Some(format!("Error({})", crate::rpc::cut(&text.reason)));
    }
    Panic::abi_decode(data).ok().map(|panic| format!("Panic(0x{:02x})", panic.code))
}

#[cfg(test)]
mod tests {
    use abi::desk::IDesk::{AdapterCallFailed, LimitBreached};
    use alloy_primitives::{Address, B256, U256};

    use super::*;

    #[test]
    fn a_breach_names_limit_id_value_and_bound() {
        let mut id = B256::ZERO;
        id[..7].copy_from_slice(b"aave-v3");
        let breach = LimitBreached { limit: 1, id, value: U256::from(7), bound: U256::from(5) };

        let revert = Revert::decode(&breach.abi_encode());

        assert_eq!(revert.name, "LimitBreached");
        assert_eq!(revert.text, "LimitBreached(relative cap 1, id aave-v3, value 7, bound 5)");
    }

    #[test]
    fn a_wrapped_reason_is_followed_to_its_end() {
        let inner = Text { reason: "51".into() }.abi_encode();
        let outer = AdapterCallFailed { adapter: Address::ZERO, reason: inner.into() };

        let revert = Revert::decode(&outer.abi_encode());

        assert_eq!(revert.text, format!("AdapterCallFailed({}): Error(51)", Address::ZERO));
    }

    #[test]
    fn unknown_bytes_are_shown_as_hex() {
        let revert = Revert::decode(&[0xde, 0xad, 0xbe, 0xef, 0x01]);

        assert_eq!((revert.name.as_str(), revert.text.as_str()), ("", "0xdeadbeef01"));
    }

    #[test]
    fn a_panic_shows_its_code() {
        let revert = Revert::decode(&Panic { code: U256::from(0x11) }.abi_encode());

        assert_eq!(revert.text, "Panic(0x11)");
    }

    #[test]
    fn wrapping_without_end_does_not_exhaust_the_stack() {
        let mut data = vec![0xff];
        for _ in 0..200 {
            data = AdapterCallFailed { adapter: Address::ZERO, reason: data.into() }.abi_encode();
        }

        assert!(Revert::decode(&data).text.len() < 2_000);
    }
}
