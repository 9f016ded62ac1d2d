//! The EVM with programs in it: revm's frames, of which some run WASM.

use super::{
    BlockContext, Error, Outcome, Transaction,
    answer::{self, Answer},
    frames::{self, Running, Start},
    precompiles::ArbPrecompiles,
};
use crate::stylus::{instance::Step, pages::Pages, request::Response};
use revm::{
    Context, Database, Journal, MainContext,
    context::{
        BlockEnv, CfgEnv, ContextSetters, ContextTr, Evm, JournalTr, TxEnv,
        result::{EVMError, ExecutionResult},
    },
    context_interface::FrameStack,
    handler::{
        EthFrame, EvmTr, FrameResult, Handler, ItemOrResult, MainnetHandler,
        evm::{ContextDbError, FrameInitResult},
        instructions::{EthInstructions, InstructionProvider},
    },
    interpreter::{InterpreterAction, interpreter::EthInterpreter, interpreter_action::FrameInit},
    primitives::{Address, hardfork::SpecId},
};

/// Which of a block's checks apply.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Checks {
    /// All, as in a block.
    All,
    /// Those that `eth_call` makes.
    Few,
}

/// What programs share in a transaction beside the EVM's own state. Reverting a call does not undo it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    /// Memory of all programs.
    pub(super) pages: Pages,
    /// The block, as it is outside the EVM's own fields.
    pub(super) block: BlockContext,
}

/// The context that everything runs in.
pub(super) type Ctx<DB> = Context<BlockEnv, TxEnv, CfgEnv, DB, Journal<DB>, Shared>;

type Inner<DB> = Evm<Ctx<DB>, (), EthInstructions<EthInterpreter, Ctx<DB>>, ArbPrecompiles, EthFrame<EthInterpreter>>;
type Frame = EthFrame<EthInterpreter>;

/// Executes one transaction.
pub(super) fn run<DB: Database>(
    db: &mut DB,
    block: &mut BlockContext,
    transaction: Transaction,
    checks: Checks,
) -> Result<Outcome, Error<DB::Error>> {
    let shared = Shared { pages: Pages::default(), block: block.clone() };
    let ctx = Context::mainnet()
        .with_db(db)
        .with_block(block.env())
        .with_cfg(configuration(block, checks))
        .with_chain(shared);
    let mut machine = Machine::new(ctx);
    machine.inner.ctx.set_tx(transaction);
    let result: Result<ExecutionResult, EVMError<DB::Error>> = MainnetHandler::default().run(&mut machine);
    block.recent = std::mem::take(&mut machine.inner.ctx.chain.block.recent);
    let result = result?;
    Ok(Outcome::new(result, machine.inner.ctx.journal_mut().finalize()))
}

fn configuration(block: &BlockContext, checks: Checks) -> CfgEnv {
    let mut cfg = CfgEnv::new_with_spec(SpecId::PRAGUE).with_chain_id(block.chain_id);
    cfg.disable_eip7623 = true;
    // Code that starts with EF is refused in `frames` instead, which lets programs through.
    cfg.disable_eip3541 = true;
    let relaxed = checks == Checks::Few;
    cfg.disable_balance_check = relaxed;
    cfg.disable_nonce_check = relaxed;
    cfg.disable_base_fee = relaxed;
    cfg.disable_block_gas_limit = relaxed;
    // Who holds a key is the chain's to know: it lets contracts be impersonated.
    cfg.disable_eip3607 = true;
    cfg.disable_fee_charge = relaxed;
    cfg.tx_chain_id_check = !relaxed;
    cfg
}

/// revm's EVM, and the programs among its frames.
struct Machine<DB: Database> {
    inner: Inner<DB>,
    /// The programs that are running, outermost first.
    running: Vec<Running>,
    /// For each frame, the contract that it acts as, unless the frame acts for its caller.
    acting: Vec<Option<Address>>,
}

impl<DB: Database> Machine<DB> {
    fn new(ctx: Ctx<DB>) -> Self {
        let instructions = EthInstructions::new_mainnet_with_spec(SpecId::PRAGUE);
        let inner = Evm {
            ctx,
            inspector: (),
            instruction: instructions,
            precompiles: ArbPrecompiles::new(SpecId::PRAGUE),
            frame_stack: FrameStack::new_prealloc(8),
        };
        Self { inner, running: Vec::new(), acting: Vec::new() }
    }

    /// Whether the frame on top is the innermost running program.
    fn is_program_on_top(&self) -> bool {
        self.running.last().is_some_and(|running| Some(running.frame) == self.inner.frame_stack.index())
    }

    /// Starts the program on top and runs it as far as it gets alone.
    fn start_program(&mut self, index: usize) -> Result<InterpreterAction, ContextDbError<Ctx<DB>>> {
        let frame = self.inner.frame_stack.get();
        let is_reentrant = {
            let acting = Some(frame.interpreter.input.target_address);
            self.acting.iter().filter(|open| **open == acting).count() > 1
        };
        match frames::start(&mut self.inner.ctx, frame, index, is_reentrant)? {
            Start::Ended(action) => Ok(action),
            Start::Running(running) => {
                self.running.push(running);
                self.run_program(None)
            }
        }
    }

    /// Runs the innermost program until it ends or another frame must run.
    fn run_program(&mut self, mut response: Option<Response>) -> Result<InterpreterAction, ContextDbError<Ctx<DB>>> {
        let Self { inner: Evm { ctx, frame_stack, .. }, running, .. } = self;
        let frame = frame_stack.get();
        loop {
            let Some(program) = running.last_mut() else {
                return Ok(frames::fatal(frame));
            };
            let step = match response.take().or_else(|| program.response.take()) {
                Some(response) => program.instance.resume(response),
                None => program.instance.start(),
            };
            match step {
                Step::Ask(request) => match answer::answer(ctx, frame, request)? {
                    Answer::Now(now) => response = Some(now),
                    Answer::Frame(input, waiting) => {
                        program.waiting = Some(waiting);
                        return Ok(InterpreterAction::NewFrame(input));
                    }
                },
                Step::End { ending, gas_left } => {
                    ctx.chain.pages.open = program.pages_before;
                    let starting_gas = program.starting_gas;
                    running.pop();
                    return Ok(frames::end(frame, ending, gas_left, starting_gas));
                }
            }
        }
    }
}

impl<DB: Database> EvmTr for Machine<DB> {
    type Context = Ctx<DB>;
    type Instructions = EthInstructions<EthInterpreter, Ctx<DB>>;
    type Precompiles = ArbPrecompiles;
    type Frame = Frame;

    fn all(&self) -> (&Self::Context, &Self::Instructions, &Self::Precompiles, &FrameStack<Self::Frame>) {
        self.inner.all()
    }

    fn all_mut(
        &mut self,
    ) -> (&mut Self::Context, &mut Self::Instructions, &mut Self::Precompiles, &mut FrameStack<Self::Frame>) {
        self.inner.all_mut()
    }

    fn frame_init(
        &mut self,
        frame_input: FrameInit,
    ) -> Result<FrameInitResult<'_, Self::Frame>, ContextDbError<Self::Context>> {
        let result = self.inner.frame_init(frame_input)?;
        if let ItemOrResult::Item(frame) = &result {
            self.acting.push(frames::acting(frame));
        }
        Ok(result)
    }

    fn frame_run(&mut self) -> Result<ItemOrResult<FrameInit, FrameResult>, ContextDbError<Self::Context>> {
        let index = self.inner.frame_stack.index().unwrap_or(0);
        let action = if self.is_program_on_top() {
            self.run_program(None)?
        } else if frames::is_program(self.inner.frame_stack.get()) {
            self.start_program(index)?
        } else {
            let Evm { ctx, instruction, frame_stack, .. } = &mut self.inner;
            let frame = frame_stack.get();
            let action = frame.interpreter.run_plain(instruction.instruction_table(), instruction.gas_table(), ctx);
            frames::refuse_reserved_code(frame, action)
        };
        let Evm { ctx, frame_stack, .. } = &mut self.inner;
        let frame = frame_stack.get();
        let next = frame.process_next_action::<_, ContextDbError<Self::Context>>(ctx, action)?;
        if next.is_result() {
            frame.set_finished(true);
        }
        Ok(next)
    }

    fn frame_return_result(
        &mut self,
        result: FrameResult,
    ) -> Result<Option<FrameResult>, ContextDbError<Self::Context>> {
        if self.inner.frame_stack.get().is_finished() {
            self.inner.frame_stack.pop();
            self.acting.pop();
        }
        if self.inner.frame_stack.index().is_none() {
            return Ok(Some(result));
        }
        let on_top = self.is_program_on_top();
        let Evm { ctx, frame_stack, .. } = &mut self.inner;
        let frame = frame_stack.get();
        match self.running.last_mut() {
            Some(program) if on_top => frames::return_to_program(ctx, frame, program, result)?,
            _ => frame.return_result::<_, ContextDbError<Self::Context>>(ctx, result)?,
        }
        Ok(None)
    }
}
