//! The most words of value stack that a function can use, as the original estimates it.

use super::module::Module;
use wasmparser::{BlockType, Operator};

/// Words that every frame takes beside its locals and operands.
const FRAME_WORDS: u32 = 4;

/// Follows a function's operand stack instruction by instruction.
pub struct Depth {
    stack: u32,
    worst: u32,
    scopes: Vec<u32>,
}

impl Depth {
    /// Starts at a function's first instruction.
    pub fn new() -> Self {
        Self { stack: 0, worst: 0, scopes: vec![0] }
    }

    /// Returns the size of the frame in words for a function with so many locals, parameters not counted.
    pub fn frame_words(&self, locals: u32) -> u32 {
        self.worst.saturating_add(locals).saturating_add(FRAME_WORDS)
    }

    /// Notes that inserted instructions use so many words on top of the stack for a moment.
    pub fn touch(&mut self, words: u32) {
        self.worst = self.worst.max(self.stack.saturating_add(words));
    }

    /// Follows one instruction. Code after an unconditional branch is followed as if it ran.
    pub fn step(&mut self, op: &Operator<'_>, module: &Module<'_>) {
        use Operator::*;
        match op {
            Block { blockty } | Loop { blockty } => self.enter(blockty),
            If { blockty } => {
                self.pop(1);
                self.enter(blockty);
            }
            Else => self.stack = self.scopes.last().copied().unwrap_or(0),
            End => self.stack = self.scopes.pop().unwrap_or(0),
            Call { function_index } => self.call(module.signature_of(*function_index)),
            CallIndirect { type_index, .. } => self.call(module.types.get(*type_index as usize)),
            LocalGet { .. } | GlobalGet { .. } | MemorySize { .. } | I32Const { .. } | I64Const { .. } => self.push(1),
            Drop | BrIf { .. } | BrTable { .. } | LocalSet { .. } | GlobalSet { .. } => self.pop(1),
            Select
            | I32Store { .. }
            | I32Store8 { .. }
            | I32Store16 { .. }
            | I64Store { .. }
            | I64Store8 { .. }
            | I64Store16 { .. }
            | I64Store32 { .. } => self.pop(2),
            MemoryCopy { .. } | MemoryFill { .. } => self.pop(3),
            op if is_binary(op) => self.pop(1),
            _ => {}
        }
    }

    fn enter(&mut self, ty: &BlockType) {
        if matches!(ty, BlockType::Type(_)) {
            self.push(1);
        }
        self.scopes.push(self.stack);
    }

    /// Results are taken to be pushed before the arguments are dropped.
    fn call(&mut self, signature: Option<&super::module::Signature>) {
        if let Some(signature) = signature {
            self.push(signature.outputs.len() as u32);
            self.pop(signature.inputs.len() as u32);
        }
    }

    fn push(&mut self, words: u32) {
        self.stack = self.stack.saturating_add(words);
        self.worst = self.worst.max(self.stack);
    }

    fn pop(&mut self, words: u32) {
        self.stack = self.stack.saturating_sub(words);
    }
}

#[rustfmt::skip]
fn is_binary(op: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        op,
        I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS | I32GeU
            | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS | I64GeU
            | I32Add | I32Sub | I32Mul | I32DivS | I32DivU | I32RemS | I32RemU
            | I64Add | I64Sub | I64Mul | I64DivS | I64DivU | I64RemS | I64RemU
            | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr
            | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr
    )
}
