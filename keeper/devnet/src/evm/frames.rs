//! Frames that run programs: how one starts, ends, and receives what it called for.

use super::{
    answer::Waiting,
    machine::Ctx,
    programs::{self, Inactive},
};
use crate::stylus::{
    code,
    compile::compiled,
    environment::Environment,
    instance::{Ending, Instance},
    request::Response,
};
use revm::{
    Database,
    context::{Block, ContextTr, Transaction},
    context_interface::context::take_error,
    handler::{EthFrame, FrameData, FrameResult, evm::ContextDbError},
    interpreter::{
        CallScheme, FrameInput, InstructionResult, InterpreterAction, InterpreterResult, interpreter::EthInterpreter,
    },
    primitives::{Address, B256, Bytes, U256},
};

type Frame = EthFrame<EthInterpreter>;

/// A program in the midst of its call.
pub(super) struct Running {
    /// Index of its frame.
    pub(super) frame: usize,
    /// Its call.
    pub(super) instance: Box<Instance>,
    /// Gas that the call was given.
    pub(super) starting_gas: u64,
    /// Pages that were open before it.
    pub(super) pages_before: u16,
    /// What the frame that it asked for is worth.
    pub(super) waiting: Option<Waiting>,
    /// The answer, once that frame has returned.
    pub(super) response: Option<Response>,
}

/// What starting a program comes to.
pub(super) enum Start {
    /// It runs.
    Running(Running),
    /// It did not come that far.
    Ended(InterpreterAction),
}

/// Whether a frame calls a program. Initialisation code is never one.
pub(super) fn is_program(frame: &Frame) -> bool {
    matches!(frame.data, FrameData::Call(_)) && code::is_program(frame.interpreter.bytecode.original_byte_slice())
}

/// Returns the contract that a frame acts as, unless it runs another's code for its caller.
pub(super) fn acting(frame: &Frame) -> Option<Address> {
    match &frame.input {
        FrameInput::Call(call) if matches!(call.scheme, CallScheme::DelegateCall | CallScheme::CallCode) => None,
        _ => Some(frame.interpreter.input.target_address),
    }
}

/// Starts the program of a frame: pays for its memory and its start-up.
pub(super) fn start<DB: Database>(
    ctx: &mut Ctx<DB>,
    frame: &mut Frame,
    index: usize,
    is_reentrant: bool,
) -> Result<Start, ContextDbError<Ctx<DB>>> {
    let FrameInput::Call(call) = &frame.input else { return Ok(Start::Ended(fatal(frame))) };
    let code_hash: B256 = call.known_bytecode.0;
    let program = programs::get(&mut ctx.journaled_state, code_hash)?;
    if let Err(inactive) = program.check(ctx.chain.block.timestamp) {
        return Ok(Start::Ended(revert_inactive(frame, inactive)));
    }
    let Ok(compiled) = compiled(code_hash, frame.interpreter.bytecode.original_byte_slice()) else {
        // It was activated, and compiling is a function of the code alone.
        return Ok(Start::Ended(fatal(frame)));
    };

    let starting_gas = frame.interpreter.gas.remaining();
    let pages_before = ctx.chain.pages.open;
    let is_recent = ctx.chain.block.recent.insert(code_hash);
    let mut cost = ctx.chain.pages.gas(program.footprint).saturating_add(program.cached_gas());
    if !program.is_cached && !is_recent {
        cost = cost.saturating_add(program.init_gas());
    }
    if !frame.interpreter.gas.record_regular_cost(cost) {
        return Ok(Start::Ended(ended(frame, InstructionResult::OutOfGas, Bytes::new())));
    }
    ctx.chain.pages.open(program.footprint);

    let environment = environment(ctx, frame, is_reentrant);
    match Instance::new(&compiled, environment, frame.interpreter.gas.remaining()) {
        Ok(instance) => Ok(Start::Running(Running {
            frame: index,
            instance: Box::new(instance),
            starting_gas,
            pages_before,
            waiting: None,
            response: None,
        })),
        Err(reason) => {
            ctx.chain.pages.open = pages_before;
            tracing::debug!(reason, "program does not start");
            Ok(Start::Ended(ended(frame, InstructionResult::Revert, Bytes::new())))
        }
    }
}

fn environment<DB: Database>(ctx: &Ctx<DB>, frame: &Frame, is_reentrant: bool) -> Environment {
    let input = &frame.interpreter.input;
    Environment {
        contract: input.target_address,
        sender: input.caller_address,
        value: input.call_value,
        input: input.input.bytes(ctx),
        is_reentrant,
        origin: ctx.tx.caller,
        gas_price: U256::from(ctx.tx.effective_gas_price(u128::from(ctx.block.basefee))),
        base_fee: U256::from(ctx.block.basefee),
        chain_id: ctx.cfg.chain_id,
        coinbase: ctx.block.beneficiary(),
        block_gas_limit: ctx.block.gas_limit,
        l1_block_number: ctx.chain.block.l1_number,
        timestamp: ctx.chain.block.timestamp,
    }
}

/// Ends a program's frame with what the program ended with.
pub(super) fn end(frame: &mut Frame, ending: Ending, gas_left: u64, starting_gas: u64) -> InterpreterAction {
    frame.interpreter.gas.set_remaining(gas_left);
    let (result, output) = match ending {
        Ending::Success(output) => (InstructionResult::Return, output),
        Ending::Revert(output) => (InstructionResult::Revert, output),
        Ending::Failure(reason) => {
            tracing::debug!(contract = %frame.interpreter.input.target_address, reason, "program failed");
            (InstructionResult::Revert, Bytes::new())
        }
        Ending::OutOfInk => (InstructionResult::OutOfGas, Bytes::new()),
        Ending::OutOfStack => (InstructionResult::StackOverflow, Bytes::new()),
    };
    // Return data costs at least what memory of that size costs in the EVM.
    let Some(most_gas) = starting_gas.checked_sub(memory_gas(output.len())) else {
        return ended(frame, InstructionResult::OutOfGas, Bytes::new());
    };
    frame.interpreter.gas.set_remaining(gas_left.min(most_gas));
    ended(frame, result, output)
}

fn memory_gas(bytes: usize) -> u64 {
    let words = bytes.div_ceil(32) as u64;
    3 * words + words * words / 512
}

/// Gives a program the result of the frame that it asked for.
pub(super) fn return_to_program<DB: Database>(
    ctx: &mut Ctx<DB>,
    frame: &mut Frame,
    program: &mut Running,
    result: FrameResult,
) -> Result<(), ContextDbError<Ctx<DB>>> {
    frame.interpreter.memory.free_child_context();
    take_error::<ContextDbError<Ctx<DB>>, _>(ctx.error())?;
    let instruction_result = result.instruction_result();
    if instruction_result.is_ok() {
        frame.interpreter.gas.record_refund(result.gas().refunded());
    }
    let gas_returned = if instruction_result.is_ok_or_revert() { result.gas().remaining() } else { 0 };
    let response = match (program.waiting.take(), result) {
        (Some(waiting), FrameResult::Call(outcome)) => Response::Called {
            success: instruction_result.is_ok(),
            output: if instruction_result.is_ok_or_revert() { outcome.result.output } else { Bytes::new() },
            gas: waiting.cost(gas_returned),
        },
        (Some(waiting), FrameResult::Create(outcome)) => Response::Created {
            address: outcome.address.filter(|_| instruction_result.is_ok()).unwrap_or_default(),
            output: if instruction_result.is_revert() { outcome.result.output } else { Bytes::new() },
            gas: waiting.cost(gas_returned),
        },
        (None, _) => Response::Refused("result without a request"),
    };
    program.response = Some(response);
    Ok(())
}

/// Refuses to create a contract whose code begins with EF (EIP-3541) unless it is a program's.
pub(super) fn refuse_reserved_code(frame: &Frame, mut action: InterpreterAction) -> InterpreterAction {
    if let (FrameData::Create(_), InterpreterAction::Return(result)) = (&frame.data, &mut action)
        && result.result.is_ok()
        && result.output.first() == Some(&0xEF)
        && !code::is_program(&result.output)
    {
        result.result = InstructionResult::CreateContractStartingWithEF;
    }
    action
}

/// Reverts with the typed error that says why the program cannot run, and takes all gas as the original does.
///
/// The original returns no data here; the error is what a developer needs to see.
fn revert_inactive(frame: &mut Frame, inactive: Inactive) -> InterpreterAction {
    frame.interpreter.gas.set_remaining(0);
    ended(frame, InstructionResult::Revert, inactive.abi_encode())
}

/// Ends a frame that cannot go on through no fault of the program.
pub(super) fn fatal(frame: &mut Frame) -> InterpreterAction {
    tracing::error!(contract = %frame.interpreter.input.target_address, "program cannot run");
    ended(frame, InstructionResult::PrecompileError, Bytes::new())
}

fn ended(frame: &Frame, result: InstructionResult, output: Bytes) -> InterpreterAction {
    InterpreterAction::Return(InterpreterResult::new(result, output, frame.interpreter.gas))
}
