//! The EVM's answers to programs: each request done on the journal at the EVM's own price.

use super::machine::Ctx;
use crate::stylus::request::{CallKind, Request, Response};
use revm::{
    Database,
    bytecode::Bytecode,
    context::JournalTr,
    context_interface::{CreateScheme, context::SStoreResult},
    handler::{EthFrame, evm::ContextDbError},
    interpreter::{
        CallInput, CallInputs, CallScheme, CallValue, CreateInputs, FrameInput, interpreter::EthInterpreter,
    },
    primitives::{Address, B256, Bytes, Log, U256},
};

type Frame = EthFrame<EthInterpreter>;
type DbError<DB> = ContextDbError<Ctx<DB>>;

const COLD_SLOT_GAS: u64 = 2_100;
const COLD_ACCOUNT_GAS: u64 = 2_600;
const WARM_GAS: u64 = 100;
const SET_GAS: u64 = 20_000;
const RESET_GAS: u64 = 2_900;
const NEW_ACCOUNT_GAS: u64 = 25_000;
const VALUE_GAS: u64 = 9_000;
const STIPEND_GAS: u64 = 2_300;
const CODE_GAS: u64 = 700;
const CREATE_GAS: u64 = 32_000;
const HASH_WORD_GAS: u64 = 6;

const READ_ONLY: &str = "state change in a static call";

/// An answer, or the frame that must run for it.
pub(super) enum Answer {
    /// Known at once.
    Now(Response),
    /// Known once this frame has returned.
    Frame(FrameInput, Waiting),
}

/// What a program owes for a frame, before that frame gives gas back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    owed_gas: u64,
}

impl Waiting {
    /// Returns the price in gas after so much was given back.
    pub(super) fn cost(self, returned_gas: u64) -> u64 {
        self.owed_gas.saturating_sub(returned_gas)
    }
}

/// Answers a request of the program in `frame`.
pub(super) fn answer<DB: Database>(
    ctx: &mut Ctx<DB>,
    frame: &mut Frame,
    request: Request,
) -> Result<Answer, DbError<DB>> {
    let contract = frame.interpreter.input.target_address;
    let is_static = frame.interpreter.runtime_flag.is_static;
    let response = match request {
        Request::Load(key) => {
            let load = ctx.journaled_state.sload(contract, key)?;
            let gas = if load.is_cold { COLD_SLOT_GAS } else { WARM_GAS };
            Response::Word { value: load.data, gas }
        }
        Request::Store { .. } | Request::TransientStore(..) | Request::Log { .. } | Request::Create { .. }
            if is_static =>
        {
            Response::Refused(READ_ONLY)
        }
        Request::Store { slots, gas_left } => store(ctx, frame, slots, gas_left)?,
        Request::TransientLoad(key) => Response::Word { value: ctx.journaled_state.tload(contract, key), gas: 0 },
        Request::TransientStore(key, value) => {
            ctx.journaled_state.tstore(contract, key, value);
            Response::Done { gas: 0 }
        }
        Request::Log { topics, data } => {
            ctx.journaled_state.log(Log::new_unchecked(contract, topics, data));
            Response::Done { gas: 0 }
        }
        Request::Balance(address) => {
            let load = ctx.journaled_state.load_account(address)?;
            Response::Word { value: load.info.balance, gas: touch_gas(load.is_cold) }
        }
        Request::CodeHash(address) => {
            let load = ctx.journaled_state.code_hash(address)?;
            Response::Word { value: U256::from_be_bytes(load.data.0), gas: touch_gas(load.is_cold) }
        }
        Request::Code { address, gas_left } => {
            let is_cold = ctx.journaled_state.load_account(address)?.is_cold;
            let gas = CODE_GAS + touch_gas(is_cold);
            let code = if gas_left < gas { Bytes::new() } else { ctx.journaled_state.code(address)?.data };
            Response::Code { code, gas }
        }
        Request::OpenPages(pages) => Response::Done { gas: ctx.chain.pages.open(pages) },
        Request::Call { kind, to, input, gas_left, gas_requested } => {
            return call(ctx, frame, kind, to, input, gas_left, gas_requested);
        }
        Request::Create { code, value, salt, gas_left } => return Ok(create(contract, code, value, salt, gas_left)),
    };
    Ok(Answer::Now(response))
}

fn touch_gas(is_cold: bool) -> u64 {
    if is_cold { COLD_ACCOUNT_GAS } else { WARM_GAS }
}

fn store<DB: Database>(
    ctx: &mut Ctx<DB>,
    frame: &mut Frame,
    slots: Vec<(U256, U256)>,
    mut gas_left: u64,
) -> Result<Response, DbError<DB>> {
    let contract = frame.interpreter.input.target_address;
    let gas_before = gas_left;
    for (key, value) in slots {
        let store = ctx.journaled_state.sstore(contract, key, value)?;
        let cold = if store.is_cold { COLD_SLOT_GAS } else { 0 };
        match gas_left.checked_sub(cold + store_gas(&store.data)) {
            // The original takes having spent exactly everything as too much, too.
            None | Some(0) => return Ok(Response::OutOfGas),
            Some(left) => gas_left = left,
        }
        frame.interpreter.gas.record_refund(ctx.cfg.gas_params.sstore_refund(true, &store.data));
    }
    Ok(Response::Done { gas: gas_before - gas_left })
}

fn store_gas(store: &SStoreResult) -> u64 {
    if store.new_value == store.present_value || store.original_value != store.present_value {
        WARM_GAS
    } else if store.original_value.is_zero() {
        SET_GAS
    } else {
        RESET_GAS
    }
}

fn call<DB: Database>(
    ctx: &mut Ctx<DB>,
    frame: &Frame,
    kind: CallKind,
    to: Address,
    input: Bytes,
    gas_left: u64,
    gas_requested: u64,
) -> Result<Answer, DbError<DB>> {
    let failed = |gas| Ok(Answer::Now(Response::Called { success: false, output: Bytes::new(), gas }));
    let context = &frame.interpreter.input;
    let is_static = frame.interpreter.runtime_flag.is_static;
    let value = match kind {
        CallKind::Call(value) => value,
        CallKind::Delegate | CallKind::Static => U256::ZERO,
    };
    if is_static && !value.is_zero() {
        return failed(0);
    }

    let (mut owed_gas, known_bytecode) = {
        let account = ctx.journaled_state.load_account_with_code(to)?;
        let mut gas = touch_gas(account.is_cold);
        if !value.is_zero() {
            gas += VALUE_GAS + if account.is_empty() { NEW_ACCOUNT_GAS } else { 0 };
        }
        (gas, (account.info.code_hash, account.info.code.clone().unwrap_or_default()))
    };
    if owed_gas > gas_left {
        return failed(gas_left);
    }
    // All but a 64th, rounded down as the original does it.
    let most_gas = (u128::from(gas_left - owed_gas) * 63 / 64) as u64;
    let mut gas_limit = most_gas.min(gas_requested);
    if !value.is_zero() {
        gas_limit = gas_limit.saturating_add(STIPEND_GAS);
    }
    owed_gas = owed_gas.saturating_add(gas_limit);

    let (target_address, caller, value, scheme) = match kind {
        CallKind::Call(value) => (to, context.target_address, CallValue::Transfer(value), CallScheme::Call),
        CallKind::Static => (to, context.target_address, CallValue::Transfer(U256::ZERO), CallScheme::StaticCall),
        CallKind::Delegate => (
            context.target_address,
            context.caller_address,
            CallValue::Apparent(context.call_value),
            CallScheme::DelegateCall,
        ),
    };
    let inputs = CallInputs {
        input: CallInput::Bytes(input),
        return_memory_offset: 0..0,
        gas_limit,
        reservoir: 0,
        bytecode_address: to,
        known_bytecode: resolve(ctx, known_bytecode)?,
        target_address,
        caller,
        value,
        scheme,
        is_static: is_static || kind == CallKind::Static,
        charged_new_account_state_gas: false,
    };
    Ok(Answer::Frame(FrameInput::Call(Box::new(inputs)), Waiting { owed_gas }))
}

/// Follows the delegation of an account's code (EIP-7702), one step.
fn resolve<DB: Database>(
    ctx: &mut Ctx<DB>,
    (code_hash, code): (B256, Bytecode),
) -> Result<(B256, Bytecode), DbError<DB>> {
    let Some(delegate) = code.eip7702_address() else { return Ok((code_hash, code)) };
    let account = ctx.journaled_state.load_account_with_code(delegate)?;
    Ok((account.info.code_hash, account.info.code.clone().unwrap_or_default()))
}

fn create(contract: Address, code: Bytes, value: U256, salt: Option<U256>, gas_left: u64) -> Answer {
    let words = code.len().div_ceil(32) as u64;
    let base_gas = CREATE_GAS + if salt.is_some() { HASH_WORD_GAS * words } else { 0 };
    let Some(gas) = gas_left.checked_sub(base_gas) else {
        return Answer::Now(Response::Refused("too little gas to create a contract"));
    };
    let gas_limit = gas - gas / 64;
    let scheme = salt.map_or(CreateScheme::Create, |salt| CreateScheme::Create2 { salt });
    let inputs = CreateInputs::new(contract, scheme, value, code, gas_limit, 0);
    Answer::Frame(FrameInput::Create(Box::new(inputs)), Waiting { owed_gas: base_gas + gas_limit })
}
