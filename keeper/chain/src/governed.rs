//! What governance sets and the vault counts, from the interface's words to the keeper's.

use std::collections::BTreeMap;

use abi::board::IBoard;
use abi::desk::IDesk;
use alloy_primitives::U256;
use model::{Assets, Budgets, Cap, Grant, Level, Parameters, RiskId, Thresholds, Timestamp, Wad};

use crate::error::Error;
use crate::snapshot::within;

/// As many as the contracts can number: one bit each in a position's mask.
const MAX_CAPS: u64 = 64;

pub(crate) fn parameters(found: IDesk::Mandate) -> Result<Parameters, Error> {
    within("liquidity floor", found.liquidityFloorWad, Wad::ONE.0)?;
    within("liquidity cover", found.liquidityCoverWad, Wad::ONE.0)?;
    within("health floor", found.healthFloorBps, U256::from(u16::MAX))?;
    Ok(Parameters {
        liquidity_floor: Wad(found.liquidityFloorWad),
        liquidity_cover: Wad(found.liquidityCoverWad),
        loss: Wad(found.lossWad),
        turnover: Wad(found.turnoverWad),
        epoch_secs: found.epochSecs.saturating_to(),
        silence_secs: found.silenceSecs.saturating_to(),
        health_floor_bps: found.healthFloorBps.saturating_to(),
    })
}

pub(crate) fn budgets(found: IDesk::Budgets) -> Budgets {
    Budgets {
        loss: level(&found.loss),
        turnover: level(&found.turnover),
        keeper_seen_at: time(found.keeperSeenAt),
        paused_until: time(found.pausedUntil),
        blocked_until: time(found.blockedUntil),
    }
}

pub(crate) fn grant(found: IDesk::Grant) -> Grant {
    Grant {
        positions: found.positions,
        turnover_part: Wad(found.turnoverWad),
        loss_part: Wad(found.lossWad),
        expiry: time(found.expiry),
        nonce: found.nonce,
        turnover: level(&found.turnover),
        loss: level(&found.loss),
    }
}

pub(crate) fn caps(found: Vec<IDesk::Cap>) -> Result<Vec<Cap>, Error> {
    within("caps", found.len() as u64, MAX_CAPS)?;
    let cap = |found: IDesk::Cap| Cap {
        risk_id: RiskId(found.riskId),
        exposure: Assets(found.exposure),
        absolute: Assets(found.absolute),
        relative: Wad(found.relativeWad),
        tripped_until: time(found.trippedUntil),
    };
    Ok(found.into_iter().map(cap).collect())
}

/// What governance says of the positions that may owe, by their index.
pub(crate) fn levers(found: Vec<IBoard::Lever>, positions: u64) -> Result<BTreeMap<u32, Thresholds>, Error> {
    within("levers", found.len() as u64, positions)?;
    let thresholds = |found: IBoard::Lever| {
        let IBoard::Thresholds { targetBps, softBps, hardBps, chunk, cooldownSecs, slipBps, rewardBps } =
            found.thresholds;
        within("hard threshold", hardBps, softBps)?;
        within("soft threshold", softBps, targetBps)?;
        let thresholds = Thresholds {
            target_bps: targetBps,
            soft_bps: softBps,
            hard_bps: hardBps,
            chunk: Assets(chunk),
            cooldown_secs: cooldownSecs,
            slip_bps: slipBps,
            reward_bps: rewardBps,
            ready_at: time(found.readyAt),
        };
        Ok((found.position, thresholds))
    };
    found.into_iter().map(thresholds).collect()
}

fn level(found: &IDesk::Level) -> Level {
    Level { used: Assets(found.used), capacity: Assets(found.capacity) }
}

fn time(found: U256) -> Timestamp {
    Timestamp(found.saturating_to())
}
