//! What a contract said when it refused, decoded through the interface files.

use std::fmt;

use abi::adapter::IAdapter::IAdapterErrors;
use abi::arb::IDeployer::IDeployerErrors;
use abi::board::IBoard::IBoardErrors;
use abi::bond::IBond::IBondErrors;
use abi::desk::IDesk::{self, IDeskErrors};
use abi::leverage::ILoop::ILoopErrors;
use abi::oracle::IOracle::PriceRefused;
use abi::vault::IVault::IVaultErrors;
use alloy_primitives::{Bytes, FixedBytes, U256, hex};
use alloy_sol_types::{Panic, Revert as Text, SolError, SolInterface};
use model::{RiskId, mandate, words};

use crate::governance::Function;

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
        let name = text.split(['(', ':', ' ']).next().unwrap_or_default();
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
        .or_else(|| board(data, depth - 1))
        .or_else(|| vault(data))
        .or_else(|| adapter(data, depth - 1))
        .or_else(|| leverage(data))
        .or_else(|| bond(data))
        .or_else(|| deployer(data, depth - 1))
        .or_else(|| crate::governance::refusal(data))
        .or_else(|| standard(data))
        .unwrap_or_else(|| crate::rpc::cut(&hex::encode_prefixed(data)))
}

fn desk(data: &[u8], depth: usize) -> Option<String> {
    use IDeskErrors as E;
    Some(match E::abi_decode(data).ok()? {
        E::LimitBreached(e) => breach(&e),
        E::NotAuthorized(e) => format!("NotAuthorized: {} is not {}", e.caller, RiskId(e.role)),
        E::IntentExpired(e) => format!("IntentExpired: the deadline was {}, it is {}", e.deadline, e.now_),
        E::WrongNonce(e) => format!("WrongNonce: {} given, the grant expects {}", e.given, e.expected),
        E::WrongRevision(e) => {
            format!("WrongRevision: computed from state {}, the vault is at {}", e.given, e.expected)
        }
        E::ResultBelowMinimum(e) => {
            format!("ResultBelowMinimum: position {} gave {}, at least {} was asked", e.position, e.result, e.minResult)
        }
        E::UnknownPosition(e) => format!("UnknownPosition: there is no position {}", e.position),
        E::InsufficientIdle(e) => format!("InsufficientIdle: {} asked, {} idle", e.asked, e.idle),
        E::AdapterCallFailed(e) => {
            format!("AdapterCallFailed: adapter {} refused: {}", e.adapter, describe(&e.reason, depth))
        }
        E::BoundExceeded(e) => format!("BoundExceeded: {} given, {} is the bound", e.value, e.bound),
        E::InvalidAddress(e) => format!("InvalidAddress: {} is not what it must be", e.account),
        E::InvalidRiskId(e) => format!("InvalidRiskId: {} is zero, unknown or named twice", RiskId(e.riskId)),
        E::GrantExpired(e) => format!("GrantExpired: the grant ended at {}, it is {}", e.expiry, e.now_),
        E::OutOfGrant(e) => format!("OutOfGrant: the grant does not cover position {}", e.position),
        E::Paused(e) => format!("Paused: until {} money may only move to idle", e.until),
        E::KeeperAlive(e) => {
            format!("KeeperAlive: the keeper was seen at {}, anyone may act from {}", e.seenAt, e.silentAt)
        }
        E::NotTripped(e) => {
            format!("NotTripped: the condition on {} does not hold ({} against {})", RiskId(e.riskId), e.value, e.bound)
        }
        E::NoThresholds(e) => format!("NoThresholds: position {} may owe nothing, and has no target", e.position),
        E::Healthy(e) => format!(
            "Healthy: position {} owes {} against {}, and strangers may deleverage it below a health of {} bps alone",
            e.position, e.debt, e.backing, e.bps
        ),
        E::TooSoon(e) => {
            format!("TooSoon: position {} was deleveraged lately, the next time can be at {}", e.position, e.readyAt)
        }
        E::NotDeleveraged(e) => format!(
            "NotDeleveraged: position {} repaid {} of at most {}, or is no healthier for it",
            e.position, e.repaid, e.most
        ),
        E::NotMatured(e) if e.maturity.is_zero() => format!("NotMatured: position {} has no date", e.position),
        E::NotMatured(e) => format!("NotMatured: position {} is due at {}", e.position, e.maturity),
        E::NotPaid(e) => format!("NotPaid: position {} is due, and nothing came of it", e.position),
        E::DeleverageTooDear(e) => {
            format!("DeleverageTooDear: position {} lost {}, at most {} is allowed", e.position, e.lost, e.most)
        }
    })
}

/// A breach in the mandate's own words; a limit that this keeper does not know by its number.
fn breach(e: &IDesk::LimitBreached) -> String {
    let Some(limit) = words::LIMITS.get(usize::from(e.limit)).copied() else {
        return format!("LimitBreached: limit {} of {}: {} found, {} allowed", e.limit, e.id, e.value, e.bound);
    };
    let breach = mandate::Breach { limit, on: words::subject(limit, e.id), value: e.value, bound: e.bound };
    format!("LimitBreached: {}", words::breach_line(&breach, None))
}

fn board(data: &[u8], depth: usize) -> Option<String> {
    use IBoardErrors as E;
    Some(match E::abi_decode(data).ok()? {
        E::NotReady(e) if e.executableAt.is_zero() => {
            format!("NotReady: this adds risk and was never submitted (change {})", e.id)
        }
        E::NotReady(e) => {
            format!("NotReady: this adds risk and waits until {}, it is {} (change {})", e.executableAt, e.now_, e.id)
        }
        E::AlreadySubmitted(e) => {
            format!("AlreadySubmitted: change {} is announced and waits until {}", e.id, e.executableAt)
        }
        E::NotOpen(_) => "NotOpen: before the vault is open nothing waits".to_owned(),
        E::AbdicatedFunction(e) => {
            format!("AbdicatedFunction: {} may not add risk any more, for good", function_name(e.selector))
        }
        E::UnknownFunction(e) => {
            format!("UnknownFunction: {} is no change that can be submitted", function_name(e.selector))
        }
        E::DelayOutOfBounds(e) => {
            format!("DelayOutOfBounds: {} seconds, from {} to {} is possible", e.secs, e.least, e.most)
        }
        E::CodeNotAdmitted(e) => {
            format!("CodeNotAdmitted: the code {} of {} was never admitted", e.codehash, e.account)
        }
        E::OracleRefused(e) => {
            format!("OracleRefused: oracle {} has no price to go by: {}", e.oracle, describe(&e.reason, depth))
        }
        E::FeedRefused(e) => {
            let reason = match e.reason {
                1 => "it gives no answer",
                2 => "its answer is not positive",
                3 => "its answer is outside the band",
                4 => "its answer is stale",
                5 => "its decimals are not what they must be",
                _ => "for a reason that is not known",
            };
            format!("FeedRefused: feed {}: {reason} ({})", e.feed, e.value)
        }
        E::AlreadyOpen(_) => "AlreadyOpen: the vault is open already".into(),
        E::CoolingDown(e) => format!("CoolingDown: the next pause can begin at {}", e.until),
    })
}

/// The name of a governed function, or its selector where it is none.
fn function_name(selector: FixedBytes<4>) -> String {
    Function::selected(selector).map_or_else(|| selector.to_string(), |function| function.name.to_owned())
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
        E::DepositsBlocked(e) if e.until == U256::from(u32::MAX) => "DepositsBlocked: the vault is not open yet".into(),
        E::DepositsBlocked(e) => format!("DepositsBlocked: nobody may deposit until {}", e.until),
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
        E::NoDebt(_) => "NoDebt(): the adapter's positions never owe anything".into(),
        E::InvalidMarket(e) => format!("InvalidMarket: {} is no market of this venue", e.market),
    })
}

fn leverage(data: &[u8]) -> Option<String> {
    use ILoopErrors as E;
    if let Ok(e) = PriceRefused::abi_decode(data) {
        return Some(format!("PriceRefused(reason {}, value {}, bound {})", e.reason, e.value, e.bound));
    }
    Some(match E::abi_decode(data).ok()? {
        E::InvalidTerms(e) => format!("InvalidTerms: {}", RiskId(e.what)),
        E::UnexpectedCallback(e) => format!("UnexpectedCallback(caller {})", e.caller),
        E::NoCallback(e) => format!("NoCallback: {} was to call back and has not", e.account),
        E::WrongLoan(e) => format!("WrongLoan(found {}, bound {})", e.found, e.bound),
        E::SwapTooDear(e) => format!("SwapTooDear: {} owed, at most {} allowed", e.owed, e.most),
        E::SwapTooShort(e) => format!("SwapTooShort: {} received, at least {} demanded", e.received, e.least),
        E::HealthFell(e) => format!("HealthFell(backing {}, debt {})", e.backing, e.debt),
        E::Underwater(e) => format!("Underwater(backing {}, debt {})", e.backing, e.debt),
    })
}

fn bond(data: &[u8]) -> Option<String> {
    use IBondErrors as E;
    Some(match E::abi_decode(data).ok()? {
        E::InvalidTerms(e) => format!("InvalidTerms: {}", RiskId(e.what)),
        E::NothingToBuy(e) => {
            format!("NothingToBuy: the market does not sell bonds for {} at a price up to par", e.assets)
        }
        E::NotOnSale(e) => {
            format!("NotOnSale: the pool sells bonds that are due at {} now, not at {}", e.sold, e.maturity)
        }
        E::NoMark(e) => format!("NoMark: nobody has begun checkpoint {} of the pool, which anyone may", e.checkpoint),
        E::TooShallow(e) => format!("TooShallow: the market does not pay {} for all that is held", e.assets),
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
    use abi::board::IBoard::{self, AbdicatedFunction, NotReady};
    use abi::desk::IDesk::{AdapterCallFailed, LimitBreached};
    use alloy_primitives::{Address, B256};
    use alloy_sol_types::SolCall;

    use super::*;

    #[test]
    fn a_breach_names_limit_id_value_and_bound() {
        let mut id = B256::ZERO;
        id[..7].copy_from_slice(b"aave-v3");
        let (value, bound) = (U256::from(610_000_000_000_000_000_u64), U256::from(600_000_000_000_000_000_u64));
        let breach = LimitBreached { limit: 1, id, value, bound };

        let revert = Revert::decode(&breach.abi_encode());

        assert_eq!(revert.name, "LimitBreached");
        assert_eq!(revert.text, "LimitBreached: relative cap of aave-v3: 61 % found, at most 60 % allowed");
    }

    #[test]
    fn a_wrapped_reason_is_followed_to_its_end() {
        let inner = Text { reason: "51".into() }.abi_encode();
        let outer = AdapterCallFailed { adapter: Address::ZERO, reason: inner.into() };

        let revert = Revert::decode(&outer.abi_encode());

        assert_eq!(revert.text, format!("AdapterCallFailed: adapter {} refused: Error(51)", Address::ZERO));
    }

    #[test]
    fn a_leveraged_position_says_why_it_refuses() {
        let inner = PriceRefused { reason: 4, value: U256::from(90), bound: U256::from(60) }.abi_encode();
        let outer = abi::adapter::IAdapter::VenueCallFailed { reason: inner.into() };
        assert_eq!(
            Revert::decode(&outer.abi_encode()).text,
            "VenueCallFailed: PriceRefused(reason 4, value 90, bound 60)"
        );

        let short = abi::leverage::ILoop::SwapTooShort { received: U256::from(9), least: U256::from(10) };
        assert_eq!(Revert::decode(&short.abi_encode()).text, "SwapTooShort: 9 received, at least 10 demanded");
    }

    #[test]
    fn a_bond_that_is_not_sold_says_what_is() {
        let refused = abi::bond::IBond::NotOnSale { maturity: U256::from(7), sold: U256::from(9) };

        let revert = Revert::decode(&refused.abi_encode());

        assert_eq!(revert.text, "NotOnSale: the pool sells bonds that are due at 9 now, not at 7");
    }

    #[test]
    fn a_rescue_that_is_refused_says_why() {
        use abi::desk::IDesk::{Healthy, TooSoon};
        let (backing, debt) = (U256::from(110), U256::from(100));
        let healthy = Healthy { position: 3, backing, debt, bps: U256::from(10_500) };
        let soon = TooSoon { position: 3, readyAt: U256::from(50) };

        let text = Revert::decode(&healthy.abi_encode()).text;
        assert!(text.starts_with("Healthy: position 3 owes 100 against 110"), "{text}");
        let text = Revert::decode(&soon.abi_encode()).text;
        assert_eq!(text, "TooSoon: position 3 was deleveraged lately, the next time can be at 50");
    }

    #[test]
    fn an_oracle_that_is_refused_says_its_own_reason() {
        let reason = PriceRefused { reason: 4, value: U256::from(90), bound: U256::from(60) }.abi_encode().into();
        let refused = abi::board::IBoard::OracleRefused { oracle: Address::ZERO, reason };

        let text = Revert::decode(&refused.abi_encode()).text;

        assert!(text.ends_with("has no price to go by: PriceRefused(reason 4, value 90, bound 60)"), "{text}");
    }

    #[test]
    fn a_change_that_must_wait_says_until_when() {
        let never = NotReady { id: B256::ZERO, executableAt: U256::ZERO, now_: U256::from(9) };
        let later = NotReady { executableAt: U256::from(50), ..never.clone() };

        assert!(Revert::decode(&never.abi_encode()).text.contains("was never submitted"));
        assert!(Revert::decode(&later.abi_encode()).text.contains("waits until 50, it is 9"));
        assert_eq!(Revert::decode(&later.abi_encode()).name, "NotReady");
    }

    #[test]
    fn a_function_is_called_by_its_name() {
        let selector = IBoard::setCapCall::SELECTOR.into();

        let text = Revert::decode(&AbdicatedFunction { selector }.abi_encode()).text;

        assert_eq!(text, "AbdicatedFunction: setCap may not add risk any more, for good");
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
