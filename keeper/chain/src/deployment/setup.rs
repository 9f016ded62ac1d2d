//! What the owner of a new vault sends to it, in an order in which nothing is refused: code before positions, ids before
//! what hangs on them, thresholds and terms after positions, budgets before grants, and the opening after everything.

use abi::board::IBoard;
use alloy_primitives::{Address, Bytes, U256, keccak256};
use alloy_sol_types::SolCall;

use super::{Mandate, Programs, thresholds_to_abi};
use crate::covenants::{DurationBand, Purchases};
use crate::governance::CovenantChange;

/// One call of the vault.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) data: Bytes,
}

fn step(name: impl Into<String>, call: &impl SolCall) -> Step {
    Step { name: name.into(), data: call.abi_encode().into() }
}

/// Every step; `adapters` in the order of the positions, `sender` owns the vault until it is offered.
pub(super) fn steps(programs: &Programs, mandate: &Mandate, adapters: &[Address], sender: Address) -> Vec<Step> {
    let mut steps = codes(programs, mandate);
    steps.extend(ids(mandate));
    steps.extend(positions(mandate, adapters));
    steps.extend(thresholds(mandate));
    steps.extend(covenants(mandate));
    steps.extend(whole(mandate));
    steps.extend(roles(mandate));
    // After the opening even an offer of ownership would wait.
    if mandate.owner != sender {
        steps.push(step("offer of ownership", &IBoard::offerOwnershipCall { candidate: mandate.owner }));
    }
    if mandate.opens {
        steps.push(step("opening", &IBoard::openCall {}));
    }
    steps
}

/// The code of oracles where there are any, and of each kind of adapter that a position needs, once.
fn codes(programs: &Programs, mandate: &Mandate) -> Vec<Step> {
    let mut kinds = Vec::new();
    for position in &mandate.positions {
        if !kinds.contains(&position.kind) {
            kinds.push(position.kind);
        }
    }
    let codes = kinds.into_iter().filter_map(|kind| programs.adapter(kind).map(|code| (kind, keccak256(code))));
    let admit = |(kind, codehash)| {
        step(format!("code of adapters for {kind}"), &IBoard::admitCodeCall { codehash, admitted: true })
    };
    let oracle = IBoard::admitCodeCall { codehash: keccak256(&programs.oracle), admitted: true };
    let oracle = (!mandate.oracles.is_empty()).then(|| step("code of oracles", &oracle));
    oracle.into_iter().chain(codes.map(admit)).collect()
}

fn ids(mandate: &Mandate) -> Vec<Step> {
    let caps = mandate.caps.iter().map(|cap| {
        let call = IBoard::setCapCall { riskId: cap.risk_id.0, absolute: cap.absolute.0, relativeWad: cap.relative.0 };
        step(format!("cap of {}", cap.risk_id), &call)
    });
    let nests = mandate.nests.iter().map(|(id, parent)| {
        let call = IBoard::nestCall { riskId: id.0, parent: parent.0, nested: true };
        step(format!("{id} under {parent}"), &call)
    });
    let breakers = mandate.breakers.iter().map(|terms| {
        let breaker = IBoard::Breaker {
            feed: terms.feed,
            minPriceWad: terms.min_price.0,
            maxPriceWad: terms.max_price.0,
            maxAgeSecs: terms.max_age_secs,
            liquidBps: terms.liquid_bps,
            confirmSecs: terms.confirm_secs,
            tripSecs: terms.trip_secs,
        };
        step(format!("breaker of {}", terms.risk_id), &IBoard::setBreakerCall { riskId: terms.risk_id.0, breaker })
    });
    caps.chain(nests).chain(breakers).collect()
}

fn positions(mandate: &Mandate, adapters: &[Address]) -> Vec<Step> {
    let placed = mandate.positions.iter().zip(adapters).enumerate();
    let add = placed.map(|(index, (position, adapter))| {
        let call = IBoard::addPositionCall {
            adapter: *adapter,
            riskIds: position.risk_ids.iter().map(|id| id.0).collect(),
            instantBps: position.terms.instant_bps,
            depthBps: position.terms.depth_bps,
            slackBps: position.terms.slack_bps,
        };
        step(format!("position {index} ({})", position.kind), &call)
    });
    add.collect()
}

fn thresholds(mandate: &Mandate) -> Vec<Step> {
    let set = mandate.positions.iter().enumerate().filter_map(|(index, position)| {
        let thresholds = thresholds_to_abi(&position.lever.as_ref()?.thresholds);
        let call = IBoard::setThresholdsCall { position: u32::try_from(index).unwrap_or(u32::MAX), thresholds };
        Some(step(format!("thresholds of position {index}"), &call))
    });
    set.collect()
}

/// What is said of bonds and of credit, where anything is.
fn covenants(mandate: &Mandate) -> Vec<Step> {
    let (agreed, mut steps) = (&mandate.agreed, Vec::new());
    let mut all = |name: String, change: CovenantChange| {
        steps.push(Step { name, data: change.calldata() });
    };
    if agreed.duration != DurationBand::default() {
        all("band of the duration".into(), CovenantChange::SetDuration { band: agreed.duration });
    }
    if !agreed.ladder.is_empty() {
        all("maturity ladder".into(), CovenantChange::SetLadder { rungs: agreed.ladder.clone() });
    }
    if !agreed.credit.0.is_zero() {
        all("budget of credit".into(), CovenantChange::SetCredit { credit: agreed.credit });
    }
    for hazard in &agreed.hazards {
        all(format!("hazard of {}", hazard.risk_id), CovenantChange::SetHazard { hazard: *hazard });
    }
    if agreed.purchases != Purchases::default() {
        all("yield of purchases".into(), CovenantChange::SetPurchases { purchases: agreed.purchases });
    }
    for (position, terms) in (0..).zip(&mandate.positions).filter(|(_, terms)| terms.term_secs != 0) {
        let secs = terms.term_secs;
        all(format!("term of position {position}"), CovenantChange::SetTerm { position, secs });
    }
    steps
}

fn whole(mandate: &Mandate) -> Vec<Step> {
    let liquidity =
        IBoard::setLiquidityCall { floorWad: mandate.liquidity_floor.0, coverWad: mandate.liquidity_cover.0 };
    vec![
        step("liquidity floor and cover", &liquidity),
        step("ceiling of the believed rate", &IBoard::setMaxRateCall { rateWad: mandate.max_rate.0 }),
        step("epoch", &IBoard::setEpochCall { secs: U256::from(mandate.epoch_secs) }),
        step("silence", &IBoard::setSilenceCall { secs: U256::from(mandate.silence_secs) }),
        step("health floor", &IBoard::setHealthFloorCall { bps: U256::from(mandate.health_floor_bps) }),
        step("budgets", &IBoard::setBudgetsCall { lossWad: mandate.loss.0, turnoverWad: mandate.turnover.0 }),
    ]
}

fn roles(mandate: &Mandate) -> Vec<Step> {
    let all =
        (0..mandate.positions.len()).fold(0_u64, |mask, index| mask | 1_u64.checked_shl(index as u32).unwrap_or(0));
    let keepers = mandate.keepers.iter().map(|grant| {
        let call = IBoard::setKeeperCall {
            keeper: grant.account,
            positions: grant.positions.unwrap_or(all),
            turnoverWad: grant.turnover.0,
            lossWad: grant.loss.0,
            expiry: U256::from(grant.expiry.0),
        };
        step(format!("keeper {}", grant.account), &call)
    });
    let guardians = mandate.guardians.iter().map(|account| {
        let call = IBoard::setGuardianCall { account: *account, granted: true };
        step(format!("guardian {account}"), &call)
    });
    let curator = step("curator", &IBoard::setCuratorCall { account: mandate.curator });
    keepers.chain(guardians).chain([curator]).collect()
}
