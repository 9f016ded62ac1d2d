//! Calls that change nothing: `eth_call`, `eth_estimateGas` and `eth_createAccessList`.

use alloy_eips::eip2930::{AccessList, AccessListItem, AccessListResult};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_rpc_types_eth::{BlockId, state::StateOverride};
use revm::context::either::Either;

use super::{
    Call, CallError, Chain, Error, Fee,
    produce::{context, halt, refusal},
    transaction::Rules,
};
use crate::{
    evm::{self, BlockContext, Outcome, Status},
    state::{State, apply_overrides},
};

/// Gas of a plain transfer.
const TRANSFER_GAS: u64 = 21_000;
/// Gas that a call with value gives to its receiver on top (a refund cannot pay for it in advance).
const STIPEND_GAS: u64 = 2_300;
/// An estimate is at most this part above the least gas limit that works, in thousandths.
const ESTIMATE_TOLERANCE_MILLI: u64 = 15;
/// Runs after which an access list counts as stable.
const ACCESS_LIST_RUNS: usize = 4;

/// A state to run in, and the block that the run sees.
struct Scene {
    state: State,
    context: BlockContext,
    rules: Rules,
}

impl Chain {
    /// Runs a call on the state after a block, and returns its output.
    ///
    /// It sees that block's height and time; [`BlockId::pending`] sees the next block's.
    ///
    /// # Errors
    /// It reverts, fails, cannot be executed, or there is no such block.
    pub fn call(&self, call: &Call, block: BlockId) -> Result<Bytes, CallError> {
        self.call_with(call, block, &StateOverride::default())
    }

    /// As [`Self::call`], on a state changed for this call alone.
    ///
    /// # Errors
    /// As for [`Self::call`], and overrides that contradict each other.
    pub fn call_with(&self, call: &Call, block: BlockId, overrides: &StateOverride) -> Result<Bytes, CallError> {
        let mut scene = self.scene(block, overrides)?;
        let gas = scene.gas_allowance(call)?;
        scene.run(call, gas).and_then(output)
    }

    /// Returns a gas limit with which the call succeeds as the next transaction, at most 1.5 % above the least.
    ///
    /// # Errors
    /// It fails with any gas limit, or cannot be paid for.
    pub fn estimate_gas(&self, call: &Call, block: BlockId) -> Result<u64, CallError> {
        self.estimate_gas_with(call, block, &StateOverride::default())
    }

    /// As [`Self::estimate_gas`], on a state changed for this call alone.
    ///
    /// # Errors
    /// As for [`Self::estimate_gas`], and overrides that contradict each other.
    pub fn estimate_gas_with(&self, call: &Call, block: BlockId, overrides: &StateOverride) -> Result<u64, CallError> {
        let mut scene = self.scene(block, overrides)?;
        let allowance = scene.gas_allowance(call)?;
        let first = scene.run(call, allowance)?;
        let (used, refunded) = (first.gas_used, first.refunded);
        match output(first) {
            Err(CallError::Halt(reason)) if reason == "out of gas" => return Err(CallError::GasAllowance(allowance)),
            result => result?,
        };
        if used == TRANSFER_GAS && call.input.is_empty() {
            return Ok(used);
        }
        let (mut fails, mut works) = (used.saturating_sub(1), allowance);
        // All but a 64th of the gas goes along with a call; mostly this guess is enough.
        let guess = used.saturating_add(refunded).saturating_add(STIPEND_GAS).saturating_mul(64) / 63;
        let mut next = guess;
        while fails.saturating_add(1) < works {
            if (works - fails).saturating_mul(1000) / works < ESTIMATE_TOLERANCE_MILLI {
                break;
            }
            if next >= works {
                next = fails.midpoint(works);
            }
            match scene.run(call, next) {
                Ok(outcome) if outcome.is_success() => works = next,
                Ok(_) | Err(CallError::Refused(Error::IntrinsicGas { .. })) => fails = next,
                Err(error) => return Err(error),
            }
            // The least that works is seldom far above the gas used.
            next = fails.midpoint(works).min(fails.saturating_mul(2));
        }
        Ok(works)
    }

    /// Returns the accounts and slots that the call touches, and the gas that it uses when they are listed. A call
    /// that fails has a list too, and the reason with it.
    ///
    /// # Errors
    /// The call cannot be executed, or there is no such block.
    pub fn create_access_list(&self, call: &Call, block: BlockId) -> Result<AccessListResult, CallError> {
        let mut scene = self.scene(block, &StateOverride::default())?;
        let gas = scene.gas_allowance(call)?;
        let nonce = scene.state.nonce(call.from);
        let mut known = precompiles();
        known.extend([call.from, call.to.unwrap_or_else(|| call.from.create(nonce)), scene.context.coinbase]);
        let mut listed = call.clone();
        for _ in 0..ACCESS_LIST_RUNS {
            let outcome = scene.run(&listed, gas)?;
            let access_list = AccessList(outcome.access_list(&known).into_iter().map(item).collect());
            let is_stable = access_list == listed.access_list;
            listed.access_list = access_list;
            if is_stable {
                let gas_used = U256::from(outcome.gas_used);
                let error = output(outcome).err().map(|error| error.to_string());
                return Ok(AccessListResult { access_list: listed.access_list, gas_used, error });
            }
        }
        let outcome = scene.run(&listed, gas)?;
        let gas_used = U256::from(outcome.gas_used);
        let error = output(outcome).err().map(|error| error.to_string());
        Ok(AccessListResult { access_list: listed.access_list, gas_used, error })
    }

    fn scene(&self, block: BlockId, overrides: &StateOverride) -> Result<Scene, CallError> {
        let world = self.world();
        let rules = world.rules(self.config());
        let (found, state) = world.ledger.at(block)?;
        let (number, timestamp_secs) = if block.is_pending() {
            (found.number().saturating_add(1), world.time.after(found.timestamp_secs()))
        } else {
            (found.number(), found.timestamp_secs())
        };
        let mut state = state.clone();
        drop(world);
        apply_overrides(&mut state, overrides).map_err(Error::from)?;
        Ok(Scene { state, context: context(&rules, number, timestamp_secs), rules })
    }
}

impl Scene {
    /// The most gas that the call may use: what it asks for, what a block holds, what its sender can pay for if it
    /// names a price.
    fn gas_allowance(&self, call: &Call) -> Result<u64, CallError> {
        let have_wei = self.state.balance_wei(call.from);
        let Some(spare_wei) = have_wei.checked_sub(call.value_wei) else {
            let want_wei = call.value_wei;
            return Err(Error::InsufficientFunds { address: call.from, have_wei, want_wei }.into());
        };
        let asked = call.gas.unwrap_or(self.rules.block_gas_limit).min(self.rules.block_gas_limit);
        let price_wei = match call.fee {
            Fee::Base => return Ok(asked),
            Fee::Legacy { price_wei } => price_wei,
            Fee::Dynamic { max_fee_wei, max_priority_fee_wei } if max_priority_fee_wei > max_fee_wei => {
                return Err(Error::TipAboveFee { address: call.from, max_priority_fee_wei, max_fee_wei }.into());
            }
            Fee::Dynamic { max_fee_wei, .. } => max_fee_wei,
        };
        // A price of nothing costs nothing.
        let payable = spare_wei.checked_div(U256::from(price_wei)).unwrap_or(U256::MAX);
        Ok(asked.min(u64::try_from(payable).unwrap_or(u64::MAX)))
    }

    fn run(&mut self, call: &Call, gas: u64) -> Result<Outcome, CallError> {
        let transaction = evm::Transaction {
            tx_type: if call.authorizations.is_empty() { 2 } else { 4 },
            caller: call.from,
            gas_limit: gas,
            gas_price: u128::from(self.rules.base_fee_wei),
            gas_priority_fee: Some(0),
            kind: call.to.map_or(TxKind::Create, TxKind::Call),
            value: call.value_wei,
            data: call.input.clone(),
            nonce: self.state.nonce(call.from),
            chain_id: Some(self.rules.chain_id),
            access_list: call.access_list.clone(),
            authorization_list: call.authorizations.iter().cloned().map(Either::Left).collect(),
            ..evm::Transaction::default()
        };
        Ok(evm::simulate(&mut self.state, &self.context, transaction).map_err(refusal)?)
    }
}

fn output(outcome: Outcome) -> Result<Bytes, CallError> {
    match outcome.status {
        Status::Success => Ok(outcome.output),
        Status::Revert => Err(CallError::Revert(outcome.output)),
        Status::Halt(reason) => Err(CallError::Halt(halt(&reason))),
    }
}

fn item((address, slots): (Address, Vec<U256>)) -> AccessListItem {
    AccessListItem { address, storage_keys: slots.into_iter().map(Into::into).collect() }
}

/// Accounts that are warm in every transaction: Ethereum's precompiles and Arbitrum's.
fn precompiles() -> Vec<Address> {
    let addresses = (0x01..=0x11).chain(0x64..=0x74).chain([0xff, 0x100]);
    addresses.map(|low: u64| Address::from_word(U256::from(low).into())).collect()
}
