//! One governed change, typed: to its calldata and back.

use abi::board::IBoard::{self, IBoardCalls as Calls};
use abi::covenants::ICovenants::ICovenantsCalls as CovenantCalls;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{SolCall, SolInterface};
use model::{Assets, RiskId, Terms, Thresholds, Timestamp, Wad};

use super::covenant::CovenantChange;
use super::function::{Function, Selector};
use super::governed::{Breaker, Grant, Nest};
use crate::deployment::thresholds_to_abi;

/// A change of what governance sets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is a function of IBoard, or of ICovenants, where its arguments are described")]
pub enum Change {
    Open,
    SetDelay { function: Function, secs: u64 },
    Abdicate { function: Function },
    SetCurator { account: Address },
    SetGuardian { account: Address, granted: bool },
    OfferOwnership { candidate: Address },
    TakeOwnership,
    SetMaxRate { rate: Wad },
    SetEpoch { secs: u64 },
    SetSilence { secs: u64 },
    SetHealthFloor { bps: u16 },
    SetBudgets { loss: Wad, turnover: Wad },
    AdmitCode { codehash: B256, admitted: bool },
    AddPosition { adapter: Address, risk_ids: Vec<RiskId>, terms: Terms },
    SetTerms { position: u32, terms: Terms },
    SetThresholds { position: u32, thresholds: Thresholds },
    SetCap { risk_id: RiskId, absolute: Assets, relative: Wad },
    Nest { nest: Nest, nested: bool },
    SetBreaker { breaker: Breaker },
    SetLiquidity { floor: Wad, cover: Wad },
    SetKeeper { grant: Grant },
    Covenant(CovenantChange),
}

/// The call that makes a change, by the interface that has it.
enum Call {
    Board(Calls),
    Covenants(CovenantCalls),
}

impl Change {
    /// Returns the call's data.
    pub fn calldata(&self) -> Bytes {
        match self.call() {
            Call::Board(call) => call.abi_encode().into(),
            Call::Covenants(call) => call.abi_encode().into(),
        }
    }

    /// Returns the id that the vault gives it once it is announced: the hash of its calldata.
    pub fn id(&self) -> B256 {
        keccak256(self.calldata())
    }

    /// Returns the function, where it is one that can add risk.
    pub fn function(&self) -> Option<Function> {
        let selector = match self.call() {
            Call::Board(call) => call.selector(),
            Call::Covenants(call) => call.selector(),
        };
        Function::selected(Selector::from(selector))
    }

    fn call(&self) -> Call {
        Call::Board(match self.clone() {
            Self::Open => Calls::open(IBoard::openCall {}),
            Self::SetDelay { function, secs } => {
                Calls::setDelay(IBoard::setDelayCall { selector: function.selector, secs: U256::from(secs) })
            }
            Self::Abdicate { function } => Calls::abdicate(IBoard::abdicateCall { selector: function.selector }),
            Self::SetCurator { account } => Calls::setCurator(IBoard::setCuratorCall { account }),
            Self::SetGuardian { account, granted } => Calls::setGuardian(IBoard::setGuardianCall { account, granted }),
            Self::OfferOwnership { candidate } => Calls::offerOwnership(IBoard::offerOwnershipCall { candidate }),
            Self::TakeOwnership => Calls::takeOwnership(IBoard::takeOwnershipCall {}),
            Self::SetMaxRate { rate } => Calls::setMaxRate(IBoard::setMaxRateCall { rateWad: rate.0 }),
            Self::SetEpoch { secs } => Calls::setEpoch(IBoard::setEpochCall { secs: U256::from(secs) }),
            Self::SetSilence { secs } => Calls::setSilence(IBoard::setSilenceCall { secs: U256::from(secs) }),
            Self::SetHealthFloor { bps } => Calls::setHealthFloor(IBoard::setHealthFloorCall { bps: U256::from(bps) }),
            Self::SetBudgets { loss, turnover } => {
                Calls::setBudgets(IBoard::setBudgetsCall { lossWad: loss.0, turnoverWad: turnover.0 })
            }
            Self::AdmitCode { codehash, admitted } => Calls::admitCode(IBoard::admitCodeCall { codehash, admitted }),
            Self::AddPosition { adapter, risk_ids, terms } => Calls::addPosition(IBoard::addPositionCall {
                adapter,
                riskIds: risk_ids.into_iter().map(|id| id.0).collect(),
                instantBps: terms.instant_bps,
                depthBps: terms.depth_bps,
                slackBps: terms.slack_bps,
            }),
            Self::SetTerms { position, terms } => Calls::setTerms(IBoard::setTermsCall {
                position,
                instantBps: terms.instant_bps,
                depthBps: terms.depth_bps,
                slackBps: terms.slack_bps,
            }),
            Self::SetThresholds { position, thresholds } => {
                Calls::setThresholds(IBoard::setThresholdsCall { position, thresholds: thresholds_to_abi(&thresholds) })
            }
            Self::SetCap { risk_id, absolute, relative } => {
                Calls::setCap(IBoard::setCapCall { riskId: risk_id.0, absolute: absolute.0, relativeWad: relative.0 })
            }
            Self::Nest { nest, nested } => {
                Calls::nest(IBoard::nestCall { riskId: nest.risk_id.0, parent: nest.parent.0, nested })
            }
            Self::SetBreaker { breaker } => Calls::setBreaker(IBoard::setBreakerCall {
                riskId: breaker.risk_id.0,
                breaker: IBoard::Breaker {
                    feed: breaker.feed,
                    minPriceWad: breaker.min_price.0,
                    maxPriceWad: breaker.max_price.0,
                    maxAgeSecs: breaker.max_age_secs,
                    liquidBps: breaker.liquid_bps,
                    confirmSecs: breaker.confirm_secs,
                    tripSecs: breaker.trip_secs,
                },
            }),
            Self::SetLiquidity { floor, cover } => {
                Calls::setLiquidity(IBoard::setLiquidityCall { floorWad: floor.0, coverWad: cover.0 })
            }
            Self::SetKeeper { grant } => Calls::setKeeper(IBoard::setKeeperCall {
                keeper: grant.keeper,
                positions: grant.positions,
                turnoverWad: grant.turnover.0,
                lossWad: grant.loss.0,
                expiry: U256::from(grant.expiry.0),
            }),
            Self::Covenant(change) => return Call::Covenants(change.call()),
        })
    }

    /// Reads calldata back; nothing where it is no governed change, or has bytes beyond one.
    pub fn decode(data: &[u8]) -> Option<Self> {
        let change = match Calls::abi_decode_validate(data) {
            Ok(call) => Self::of(call)?,
            Err(_) => Self::Covenant(CovenantChange::of(CovenantCalls::abi_decode_validate(data).ok()?)?),
        };
        (change.calldata().as_ref() == data).then_some(change)
    }

    fn of(call: Calls) -> Option<Self> {
        Some(match call {
            Calls::open(_) => Self::Open,
            Calls::setDelay(call) => {
                Self::SetDelay { function: Function::selected(call.selector)?, secs: secs(call.secs)? }
            }
            Calls::abdicate(call) => Self::Abdicate { function: Function::selected(call.selector)? },
            Calls::setCurator(call) => Self::SetCurator { account: call.account },
            Calls::setGuardian(call) => Self::SetGuardian { account: call.account, granted: call.granted },
            Calls::offerOwnership(call) => Self::OfferOwnership { candidate: call.candidate },
            Calls::takeOwnership(_) => Self::TakeOwnership,
            Calls::setMaxRate(call) => Self::SetMaxRate { rate: Wad(call.rateWad) },
            Calls::setEpoch(call) => Self::SetEpoch { secs: secs(call.secs)? },
            Calls::setSilence(call) => Self::SetSilence { secs: secs(call.secs)? },
            Calls::setHealthFloor(call) => Self::SetHealthFloor { bps: u16::try_from(call.bps).ok()? },
            Calls::setBudgets(call) => Self::SetBudgets { loss: Wad(call.lossWad), turnover: Wad(call.turnoverWad) },
            Calls::admitCode(call) => Self::AdmitCode { codehash: call.codehash, admitted: call.admitted },
            Calls::addPosition(call) => Self::AddPosition {
                adapter: call.adapter,
                risk_ids: call.riskIds.into_iter().map(RiskId).collect(),
                terms: Terms { instant_bps: call.instantBps, depth_bps: call.depthBps, slack_bps: call.slackBps },
            },
            Calls::setTerms(call) => Self::SetTerms {
                position: call.position,
                terms: Terms { instant_bps: call.instantBps, depth_bps: call.depthBps, slack_bps: call.slackBps },
            },
            Calls::setThresholds(call) => {
                Self::SetThresholds { position: call.position, thresholds: thresholds(&call.thresholds) }
            }
            Calls::setCap(call) => Self::SetCap {
                risk_id: RiskId(call.riskId),
                absolute: Assets(call.absolute),
                relative: Wad(call.relativeWad),
            },
            Calls::nest(call) => Self::Nest {
                nest: Nest { risk_id: RiskId(call.riskId), parent: RiskId(call.parent) },
                nested: call.nested,
            },
            Calls::setBreaker(call) => Self::SetBreaker { breaker: Breaker::of(RiskId(call.riskId), &call.breaker) },
            Calls::setLiquidity(call) => Self::SetLiquidity { floor: Wad(call.floorWad), cover: Wad(call.coverWad) },
            Calls::setKeeper(call) => Self::SetKeeper {
                grant: Grant {
                    keeper: call.keeper,
                    positions: call.positions,
                    turnover: Wad(call.turnoverWad),
                    loss: Wad(call.lossWad),
                    expiry: Timestamp(secs(call.expiry)?),
                },
            },
            _ => return None,
        })
    }
}

impl Breaker {
    pub(super) fn of(risk_id: RiskId, found: &IBoard::Breaker) -> Self {
        Self {
            risk_id,
            feed: found.feed,
            min_price: Wad(found.minPriceWad),
            max_price: Wad(found.maxPriceWad),
            max_age_secs: found.maxAgeSecs,
            liquid_bps: found.liquidBps,
            confirm_secs: found.confirmSecs,
            trip_secs: found.tripSecs,
        }
    }
}

/// Thresholds as they are set; when strangers were last there is nothing that governance sets.
fn thresholds(found: &IBoard::Thresholds) -> Thresholds {
    Thresholds {
        target_bps: found.targetBps,
        soft_bps: found.softBps,
        hard_bps: found.hardBps,
        chunk: Assets(found.chunk),
        cooldown_secs: found.cooldownSecs,
        slip_bps: found.slipBps,
        reward_bps: found.rewardBps,
        ready_at: Timestamp(0),
    }
}

fn secs(found: U256) -> Option<u64> {
    u64::try_from(found).ok()
}

/// Returns the change that a call of `submit` announces.
pub fn announced(calldata: &[u8]) -> Option<Bytes> {
    IBoard::submitCall::abi_decode_validate(calldata).ok().map(|call| call.data)
}
