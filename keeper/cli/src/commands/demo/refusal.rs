//! The refusal: the keeper's own key asks for everything in one venue, in a real transaction.

use abi::desk::IDesk::{self, Intent, Leg, LimitBreached};
use alloy_primitives::{I256, U256};
use alloy_sol_types::{SolCall, SolError};
use anyhow::Context;
use devnet::{BlockId, Call};
use serde_json::{Value, json};

use super::stage::Stage;
use crate::commands::status::{limit_name, limit_on, limit_unit};

/// Sends an intent that takes all out of position 1 and puts it into position 0, and returns the contract's refusal.
pub fn provoke(stage: &Stage) -> anyhow::Result<Value> {
    let positions = view(stage, &IDesk::positionsCall {})?;
    let amount = positions.get(1).map(|position| position.value).unwrap_or_default();
    let assets = I256::try_from(amount).context("the book holds more than there can be")?;
    let legs = vec![
        Leg { position: 1, assets: I256::MIN, minResult: U256::ZERO, repays: false },
        Leg { position: 0, assets, minResult: U256::ZERO, repays: false },
    ];
    let intent = Intent {
        nonce: view(stage, &IDesk::grantCall { keeper: stage.keeper() })?.nonce,
        deadline: U256::from(stage.chain.head().timestamp_secs() + 300),
        revision: view(stage, &IDesk::revisionCall {})?,
        legs,
    };
    let receipt = stage.send(stage.keeper(), &IDesk::rebalanceCall { intent })?;
    let breach = match receipt.is_success() {
        false => LimitBreached::abi_decode(&receipt.output).ok(),
        true => None,
    };
    let breach = breach.with_context(|| {
        format!("the vault did not refuse with LimitBreached, its limits do not hold: {}", receipt.output)
    })?;
    Ok(json!({
        "attempt": "move everything from position 1 (erc4626) into position 0 (aave-v3)",
        "tx": receipt.transaction_hash,
        "error": "LimitBreached",
        "limit": limit_name(breach.limit),
        "id": limit_on(breach.limit, breach.id),
        "unit": limit_unit(breach.limit),
        "value": breach.value.to_string(),
        "bound": breach.bound.to_string(),
    }))
}

fn view<C: SolCall>(stage: &Stage, call: &C) -> anyhow::Result<C::Return> {
    let question = Call::new(stage.keeper(), stage.vault()?, call.abi_encode());
    let answer = stage.chain.call(&question, BlockId::latest()).with_context(|| C::SIGNATURE)?;
    C::abi_decode_returns(&answer).with_context(|| C::SIGNATURE)
}
