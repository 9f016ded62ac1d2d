//! Rewrites a module so that it pays for what it does: ink by basic block, stack by function, memory before growth.

use super::{
    depth::Depth,
    module::{ENTRY_POINT, MEMORY, Module},
    params::{MAX_FRAME_WORDS, MAX_STACK_DEPTH, PAGE_LIMIT},
    pricing::{self, BLOCK_CHECK, BULK_BYTE},
    refusal::Refusal,
};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction, MemorySection, TableSection,
    TypeSection, ValType,
    reencode::{Reencode, RoundtripReencoder},
};
use wasmparser::{FunctionBody, Operator};

/// Export of the ink that is left, an `i64`.
pub const INK_LEFT: &str = "stylus_ink_left";
/// Export that is 1 once the ink has run out.
pub const INK_STATUS: &str = "stylus_ink_status";
/// Export of the words of stack that are left, 0 once they have run out.
pub const STACK_LEFT: &str = "stylus_stack_left";

/// Globals that instrumentation adds, the unexported scratch one included.
pub const GLOBALS_ADDED: usize = 4;

/// Longest function in instructions, those inserted included.
const MAX_FUNCTION_INSTRUCTIONS: usize = 65_536;
/// Most locals of a function, parameters not counted.
const MAX_LOCALS: u32 = 348;

/// An instrumented module.
pub struct Instrumented {
    /// The new module.
    pub wasm: Vec<u8>,
    /// Instructions in it.
    pub instructions: usize,
}

/// Instruments a module.
///
/// # Errors
/// An instruction is not allowed, or a function is too large.
pub fn instrument(module: &Module<'_>) -> Result<Instrumented, Refusal> {
    let mut instructions = 0;
    let mut code = CodeSection::new();
    for body in &module.bodies {
        let function = FunctionWriter::new(module).rewrite(body)?;
        instructions += function.instructions;
        code.function(&function.out);
    }
    Ok(Instrumented { wasm: assemble(module, &code)?, instructions })
}

fn assemble(module: &Module<'_>, code: &CodeSection) -> Result<Vec<u8>, Refusal> {
    let mut re = RoundtripReencoder;
    let mut types = TypeSection::new();
    for ty in &module.types {
        let convert = |list: &[wasmparser::ValType]| list.iter().map(|ty| value_type(*ty)).collect::<Vec<_>>();
        types.ty().function(convert(&ty.inputs), convert(&ty.outputs));
    }
    let mut imports = ImportSection::new();
    for import in &module.imports {
        imports.import(import.module, import.name, wasm_encoder::EntityType::Function(import.ty));
    }
    let mut functions = FunctionSection::new();
    for ty in &module.functions {
        functions.function(*ty);
    }
    let mut tables = TableSection::new();
    for table in &module.tables {
        re.parse_table(&mut tables, table.clone()).map_err(encoding)?;
    }
    let mut elements = ElementSection::new();
    for element in &module.elements {
        re.parse_element(&mut elements, element.clone()).map_err(encoding)?;
    }
    let mut data = DataSection::new();
    for segment in &module.data {
        re.parse_data(&mut data, segment.clone()).map_err(encoding)?;
    }

    let mut out = wasm_encoder::Module::new();
    out.section(&types).section(&imports).section(&functions).section(&tables);
    out.section(&memory(module)).section(&globals(module)?).section(&exports(module)).section(&elements);
    if let Some(count) = module.data_count {
        out.section(&DataCountSection { count });
    }
    out.section(code).section(&data);
    Ok(out.finish())
}

fn memory(module: &Module<'_>) -> MemorySection {
    let memory = module.memory();
    let limit = u64::from(PAGE_LIMIT);
    let mut section = MemorySection::new();
    section.memory(wasm_encoder::MemoryType {
        minimum: memory.initial,
        maximum: Some(memory.maximum.map_or(limit, |maximum| maximum.min(limit))),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    section
}

fn globals(module: &Module<'_>) -> Result<GlobalSection, Refusal> {
    let mut re = RoundtripReencoder;
    let mut section = GlobalSection::new();
    for global in &module.globals {
        re.parse_global(&mut section, global.clone()).map_err(encoding)?;
    }
    let ty = |val_type| GlobalType { val_type, mutable: true, shared: false };
    section.global(ty(ValType::I64), &ConstExpr::i64_const(0));
    section.global(ty(ValType::I32), &ConstExpr::i32_const(0));
    section.global(ty(ValType::I32), &ConstExpr::i32_const(0));
    section.global(ty(ValType::I32), &ConstExpr::i32_const(MAX_STACK_DEPTH as i32));
    Ok(section)
}

/// Exports what the host needs, and nothing else of what the module exports.
fn exports(module: &Module<'_>) -> ExportSection {
    let added = Added::of(module);
    let mut section = ExportSection::new();
    for export in &module.exports {
        match export.name {
            MEMORY => section.export(MEMORY, ExportKind::Memory, 0),
            ENTRY_POINT => section.export(ENTRY_POINT, ExportKind::Func, export.index),
            _ => continue,
        };
    }
    section.export(INK_LEFT, ExportKind::Global, added.ink);
    section.export(INK_STATUS, ExportKind::Global, added.status);
    section.export(STACK_LEFT, ExportKind::Global, added.stack);
    section
}

/// Indices of the globals added, which follow the module's own.
#[derive(Clone, Copy)]
struct Added {
    ink: u32,
    status: u32,
    scratch: u32,
    stack: u32,
}

impl Added {
    fn of(module: &Module<'_>) -> Self {
        let first = module.globals.len() as u32;
        Self { ink: first, status: first + 1, scratch: first + 2, stack: first + 3 }
    }
}

struct FunctionWriter<'m, 'a> {
    module: &'m Module<'a>,
    added: Added,
    out: Function,
    instructions: usize,
}

impl<'m, 'a> FunctionWriter<'m, 'a> {
    fn new(module: &'m Module<'a>) -> Self {
        Self { module, added: Added::of(module), out: Function::new([]), instructions: 0 }
    }

    fn rewrite(mut self, body: &FunctionBody<'a>) -> Result<Self, Refusal> {
        let mut locals = Vec::new();
        let mut local_count: u32 = 0;
        for local in body.get_locals_reader()? {
            let (count, ty) = local?;
            local_count = local_count.saturating_add(count);
            locals.push((count, value_type(ty)));
        }
        Refusal::limit("locals in a function", local_count as usize, MAX_LOCALS as usize)?;
        let ops = body.get_operators_reader()?.into_iter().collect::<Result<Vec<_>, _>>()?;
        let blocks = self.blocks(&ops)?;
        let frame_words = self.frame_words(&ops, local_count);
        Refusal::limit("words in a frame", frame_words as usize, MAX_FRAME_WORDS as usize)?;

        self.out = Function::new(locals);
        self.enter_frame(frame_words as i32);
        let mut rest = ops.as_slice();
        for (len, ink) in blocks {
            let (block, after) = rest.split_at(len);
            self.charge(ink as i64);
            for (index, op) in block.iter().enumerate() {
                let last = after.is_empty() && index + 1 == len;
                self.instruction(op, last, frame_words as i32)?;
            }
            rest = after;
        }
        Refusal::limit("instructions in a function", self.instructions, MAX_FUNCTION_INSTRUCTIONS)?;
        Ok(self)
    }

    /// Splits a function into basic blocks: the number of instructions and the ink of each.
    fn blocks(&self, ops: &[Operator<'a>]) -> Result<Vec<(usize, u64)>, Refusal> {
        let mut blocks = Vec::new();
        let (mut len, mut ink) = (0, BLOCK_CHECK);
        for op in ops {
            let inputs = match op {
                Operator::CallIndirect { type_index, .. } => {
                    self.module.types.get(*type_index as usize).map_or(0, |ty| ty.inputs.len())
                }
                _ => 0,
            };
            let price = pricing::instruction(op, inputs as u64);
            ink = price.and_then(|price| price.checked_add(ink)).ok_or_else(|| unsupported(op))?;
            len += 1;
            if pricing::ends_block(op) {
                blocks.push((len, ink));
                (len, ink) = (0, BLOCK_CHECK);
            }
        }
        Ok(blocks)
    }

    /// The original measures frames after it has inserted the ink checks, which use words of their own.
    fn frame_words(&self, ops: &[Operator<'a>], locals: u32) -> u32 {
        const CHECK_WORDS: u32 = 2;
        const BULK_WORDS: u32 = 3;
        let mut depth = Depth::new();
        depth.touch(CHECK_WORDS);
        for op in ops {
            if matches!(op, Operator::MemoryCopy { .. } | Operator::MemoryFill { .. }) {
                depth.touch(BULK_WORDS);
            }
            depth.step(op, self.module);
            if pricing::ends_block(op) {
                depth.touch(CHECK_WORDS);
            }
        }
        depth.frame_words(locals)
    }

    fn instruction(&mut self, op: &Operator<'a>, last: bool, frame_words: i32) -> Result<(), Refusal> {
        match op {
            Operator::Return => self.leave_frame(frame_words),
            Operator::End if last => {
                self.leave_frame(frame_words);
                self.emit(&Instruction::Return);
            }
            Operator::MemoryGrow { .. } => self.pay_for_growth(),
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => self.charge_bytes(),
            _ => {}
        }
        let instruction = RoundtripReencoder.instruction(op.clone()).map_err(encoding)?;
        self.emit(&instruction);
        Ok(())
    }

    fn emit(&mut self, instruction: &Instruction<'_>) {
        self.instructions += 1;
        self.out.instruction(instruction);
    }

    fn emit_all(&mut self, instructions: &[Instruction<'_>]) {
        for instruction in instructions {
            self.emit(instruction);
        }
    }

    /// Stops with status 1 unless there is `ink` left, and takes it.
    fn charge(&mut self, ink: i64) {
        use Instruction::*;
        let Added { ink: left, status, .. } = self.added;
        self.emit_all(&[GlobalGet(left), I64Const(ink), I64LtU, If(BlockType::Empty)]);
        self.emit_all(&[I32Const(1), GlobalSet(status), Unreachable, End]);
        self.emit_all(&[GlobalGet(left), I64Const(ink), I64Sub, GlobalSet(left)]);
    }

    /// Stops with an empty stack unless there are more than `words` left, and takes them.
    fn enter_frame(&mut self, words: i32) {
        use Instruction::*;
        let stack = self.added.stack;
        self.emit_all(&[GlobalGet(stack), I32Const(words), I32LeU, If(BlockType::Empty)]);
        self.emit_all(&[I32Const(0), GlobalSet(stack), Unreachable, End]);
        self.emit_all(&[GlobalGet(stack), I32Const(words), I32Sub, GlobalSet(stack)]);
    }

    fn leave_frame(&mut self, words: i32) {
        use Instruction::*;
        let stack = self.added.stack;
        self.emit_all(&[GlobalGet(stack), I32Const(words), I32Add, GlobalSet(stack)]);
    }

    /// With the number of pages on the stack: pays for them, and leaves the number.
    fn pay_for_growth(&mut self) {
        use Instruction::*;
        let Some(payer) = self.module.growth_payer() else { return };
        let scratch = self.added.scratch;
        self.emit_all(&[GlobalSet(scratch), GlobalGet(scratch), GlobalGet(scratch), Call(payer)]);
    }

    /// With the number of bytes on the stack: charges for each, and leaves the number. The product cannot overflow,
    /// and an underflow of the ink shows as an increase.
    fn charge_bytes(&mut self) {
        use Instruction::*;
        let Added { ink, status, scratch, .. } = self.added;
        self.emit_all(&[GlobalSet(scratch), GlobalGet(ink), GlobalGet(ink), GlobalGet(scratch), I64ExtendI32U]);
        self.emit_all(&[I64Const(BULK_BYTE as i64), I64Mul, I64Sub, GlobalSet(ink), GlobalGet(ink), I64LtU]);
        self.emit_all(&[If(BlockType::Empty), I32Const(1), GlobalSet(status), Unreachable, End, GlobalGet(scratch)]);
    }
}

fn value_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I64 => ValType::I64,
        // Validation leaves i32 alone: floats, vectors and references are refused.
        _ => ValType::I32,
    }
}

fn unsupported(op: &Operator<'_>) -> Refusal {
    let text = format!("{op:?}");
    let name = text.split([' ', '{']).next().unwrap_or_default();
    Refusal::Instruction(name.to_owned())
}

fn encoding(error: wasm_encoder::reencode::Error) -> Refusal {
    Refusal::Invalid { reason: error.to_string(), offset: 0 }
}
