//! What the vault's views are asked, and what its history says that they answer.

mod members;
mod whole;

use abi::board::IBoard;
use abi::covenants::ICovenants;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{Address, B256, Bytes, Selector};
use alloy_sol_types::SolCall;

use crate::entry::Event;
use crate::fact::{Fact, Value};
use crate::state::State;

/// Facts with their values.
pub type Facts = Vec<(Fact, Value)>;

/// One view of the vault, with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the view of its name")]
pub enum Question {
    Book,
    Mandate,
    Budgets,
    Positions,
    Caps,
    Limits,
    Revision,
    TotalSupply,
    TotalAssets,
    IsOpen,
    Levers,
    Covenant,
    Asset,
    Desk,
    Commons,
    Board,
    Lens,
    Rehearsal,
    Covenants,
    Decimals,
    Owner,
    PendingOwner,
    Curator,
    Grant(Address),
    IsGuardian(Address),
    BalanceOf(Address),
    Breaker(B256),
    Ancestors(B256),
    Delay(Selector),
    IsAbdicated(Selector),
    ExecutableAt(B256),
    IsCodeAdmitted(B256),
}

/// An answer that is not what the interface says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{question:?} was answered by {answer}")]
pub struct Malformed {
    /// What was asked.
    pub question: Question,
    /// The answer.
    pub answer: Bytes,
}

impl Question {
    /// What is asked after every action: what nearly every action changes.
    pub const ALWAYS: [Self; 12] = [
        Self::Book,
        Self::Mandate,
        Self::Budgets,
        Self::Positions,
        Self::Caps,
        Self::Limits,
        Self::Revision,
        Self::TotalSupply,
        Self::TotalAssets,
        Self::IsOpen,
        Self::Levers,
        Self::Covenant,
    ];

    /// What is asked at the end, besides every member that was ever told of.
    const ONCE: [Self; 11] = [
        Self::Asset,
        Self::Desk,
        Self::Commons,
        Self::Board,
        Self::Lens,
        Self::Rehearsal,
        Self::Covenants,
        Self::Decimals,
        Self::Owner,
        Self::PendingOwner,
        Self::Curator,
    ];

    /// Returns every question that the history of a vault has an answer to.
    pub fn all(state: &State) -> Vec<Self> {
        let ids = state.ids.iter().flat_map(|id| [Self::Breaker(id.id), Self::Ancestors(id.id)]);
        Self::ALWAYS
            .into_iter()
            .chain(Self::ONCE)
            .chain(state.grants.keys().copied().map(Self::Grant))
            .chain(state.roles.guardians.keys().copied().map(Self::IsGuardian))
            .chain(state.balances.keys().copied().map(Self::BalanceOf))
            .chain(ids)
            .chain(state.delays.keys().copied().map(Self::Delay))
            .chain(state.abdicated.iter().copied().map(Self::IsAbdicated))
            .chain(state.submitted.keys().copied().map(Self::ExecutableAt))
            .chain(state.codes.keys().copied().map(Self::IsCodeAdmitted))
            .collect()
    }

    /// Returns what an event may have changed beyond [`Self::ALWAYS`].
    pub fn touched_by(event: &Event) -> Vec<Self> {
        use {Event as E, IBoard::IBoardEvents as B, IDesk::IDeskEvents as D, IVault::IVaultEvents as V};
        match event {
            E::Vault(V::Initialized(_)) => Self::ONCE.to_vec(),
            E::Vault(V::Transfer(told)) => {
                let holders = [told.from, told.to].into_iter().filter(|account| !account.is_zero());
                holders.map(Self::BalanceOf).collect()
            }
            E::Desk(D::Rebalanced(told)) => vec![Self::Grant(told.caller)],
            E::Board(B::Submitted(told)) => vec![Self::ExecutableAt(told.id)],
            E::Board(B::Revoked(told)) => vec![Self::ExecutableAt(told.id)],
            E::Board(B::Executed(told)) => vec![Self::ExecutableAt(told.id)],
            E::Board(B::DelaySet(told)) => vec![Self::Delay(told.selector)],
            E::Board(B::Abdicated(told)) => vec![Self::IsAbdicated(told.selector)],
            E::Board(B::Nested(told)) => vec![Self::Ancestors(told.riskId), Self::Ancestors(told.parent)],
            E::Board(B::CodeAdmitted(told)) => vec![Self::IsCodeAdmitted(told.codehash)],
            E::Board(B::BreakerSet(told)) => vec![Self::Breaker(told.riskId)],
            E::Board(B::GrantSet(told)) => vec![Self::Grant(told.keeper)],
            E::Board(B::RoleSet(told)) => vec![Self::Curator, Self::IsGuardian(told.account)],
            E::Board(B::OwnershipOffered(_) | B::OwnershipTaken(_)) => vec![Self::Owner, Self::PendingOwner],
            _ => Vec::new(),
        }
    }

    /// Returns whether an answer may be missing without blame: a venue that does not answer keeps this view from
    /// answering.
    pub fn asks_venues(self) -> bool {
        self == Self::Limits
    }

    /// Returns the name of the view.
    pub fn name(self) -> &'static str {
        match self {
            Self::Book => "book",
            Self::Mandate => "mandate",
            Self::Budgets => "budgets",
            Self::Positions => "positions",
            Self::Caps => "caps",
            Self::Limits => "limits",
            Self::Revision => "revision",
            Self::TotalSupply => "totalSupply",
            Self::TotalAssets => "totalAssets",
            Self::IsOpen => "isOpen",
            Self::Levers => "levers",
            Self::Covenant => "covenant",
            Self::Asset => "asset",
            Self::Desk => "desk",
            Self::Commons => "commons",
            Self::Board => "board",
            Self::Lens => "lens",
            Self::Rehearsal => "rehearsal",
            Self::Covenants => "covenants",
            Self::Decimals => "decimals",
            Self::Owner => "owner",
            Self::PendingOwner => "pendingOwner",
            Self::Curator => "curator",
            Self::Grant(_) => "grant",
            Self::IsGuardian(_) => "isGuardian",
            Self::BalanceOf(_) => "balanceOf",
            Self::Breaker(_) => "breaker",
            Self::Ancestors(_) => "ancestors",
            Self::Delay(_) => "delay",
            Self::IsAbdicated(_) => "isAbdicated",
            Self::ExecutableAt(_) => "executableAt",
            Self::IsCodeAdmitted(_) => "isCodeAdmitted",
        }
    }

    /// Returns what to call the vault with.
    pub fn calldata(self) -> Bytes {
        match self {
            Self::Book => IDesk::bookCall {}.abi_encode(),
            Self::Mandate => IDesk::mandateCall {}.abi_encode(),
            Self::Budgets => IDesk::budgetsCall {}.abi_encode(),
            Self::Positions => IDesk::positionsCall {}.abi_encode(),
            Self::Caps => IDesk::capsCall {}.abi_encode(),
            Self::Limits => IDesk::limitsCall {}.abi_encode(),
            Self::Revision => IDesk::revisionCall {}.abi_encode(),
            Self::TotalSupply => IVault::totalSupplyCall {}.abi_encode(),
            Self::TotalAssets => IVault::totalAssetsCall {}.abi_encode(),
            Self::IsOpen => IBoard::isOpenCall {}.abi_encode(),
            Self::Levers => IBoard::leversCall {}.abi_encode(),
            Self::Covenant => ICovenants::covenantCall {}.abi_encode(),
            Self::Asset => IVault::assetCall {}.abi_encode(),
            Self::Desk => IVault::deskCall {}.abi_encode(),
            Self::Commons => IVault::commonsCall {}.abi_encode(),
            Self::Board => IVault::boardCall {}.abi_encode(),
            Self::Lens => IVault::lensCall {}.abi_encode(),
            Self::Rehearsal => IVault::rehearsalCall {}.abi_encode(),
            Self::Covenants => IVault::covenantsCall {}.abi_encode(),
            Self::Decimals => IVault::decimalsCall {}.abi_encode(),
            Self::Owner => IBoard::ownerCall {}.abi_encode(),
            Self::PendingOwner => IBoard::pendingOwnerCall {}.abi_encode(),
            Self::Curator => IBoard::curatorCall {}.abi_encode(),
            Self::Grant(keeper) => IDesk::grantCall { keeper }.abi_encode(),
            Self::IsGuardian(account) => IBoard::isGuardianCall { account }.abi_encode(),
            Self::BalanceOf(account) => IVault::balanceOfCall { account }.abi_encode(),
            Self::Breaker(id) => IBoard::breakerCall { riskId: id }.abi_encode(),
            Self::Ancestors(id) => IBoard::ancestorsCall { riskId: id }.abi_encode(),
            Self::Delay(selector) => IBoard::delayCall { selector }.abi_encode(),
            Self::IsAbdicated(selector) => IBoard::isAbdicatedCall { selector }.abi_encode(),
            Self::ExecutableAt(id) => IBoard::executableAtCall { id }.abi_encode(),
            Self::IsCodeAdmitted(codehash) => IBoard::isCodeAdmittedCall { codehash }.abi_encode(),
        }
        .into()
    }

    /// Returns what an answer says is stored.
    ///
    /// # Errors
    ///
    /// When it is not what the interface says.
    pub fn stored(self, answer: &[u8]) -> Result<Facts, Malformed> {
        let malformed = |_| Malformed { question: self, answer: answer.to_vec().into() };
        whole::stored(self, answer)
            .or_else(|| members::stored(self, answer))
            .unwrap_or_else(|| Ok(Vec::new()))
            .map_err(malformed)
    }

    /// Returns what the history says.
    pub fn rebuilt(self, state: &State, now_secs: u64) -> Facts {
        whole::rebuilt(self, state, now_secs).or_else(|| members::rebuilt(self, state, now_secs)).unwrap_or_default()
    }
}
