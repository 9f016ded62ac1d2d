//! Activation: from a program's code to an instrumented module and the figures that its calls cost by.

use super::{
    code,
    instrument::{self, GLOBALS_ADDED},
    module::Module,
    refusal::Refusal,
};

/// What activation reads off a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Start-up cost in gas beyond the least one, when not cached.
    pub init_cost: u16,
    /// Start-up cost in gas beyond the least one, always paid.
    pub cached_cost: u16,
    /// Pages of memory at start.
    pub footprint: u16,
    /// Estimated size of the compiled program in bytes, which the data fee is for.
    pub asm_bytes: u32,
    /// Gas that activation costs beyond the constant.
    pub activation_gas: u64,
}

/// An activated module.
#[derive(Debug)]
pub struct Activated {
    /// The instrumented module.
    pub wasm: Vec<u8>,
    /// Its figures.
    pub figures: Figures,
}

/// Checks and instruments the module in a program's code. A pure function of the code.
///
/// # Errors
/// See [`Refusal`].
pub fn activate(code: &[u8]) -> Result<Activated, Refusal> {
    let wasm = code::decompress(code)?;
    let module = Module::parse(&wasm)?;
    let instrumented = instrument::instrument(&module)?;
    let figures = figures(&module, wasm.len() as u64, instrumented.instructions as u64);
    Ok(Activated { wasm: instrumented.wasm, figures })
}

/// Every division rounds down on its own. Limits on modules keep the products far from overflow.
fn figures(module: &Module<'_>, wasm_bytes: u64, instructions: u64) -> Figures {
    let functions = module.functions.len() as u64;
    let types: u64 = module
        .functions
        .iter()
        .filter_map(|ty| module.types.get(*ty as usize))
        .map(|ty| (ty.inputs.len() + ty.outputs.len()) as u64)
        .sum();
    let globals = (module.globals.len() + GLOBALS_ADDED) as u64;
    let (data, elements) = (module.data_bytes() as u64, module.element_bytes() as u64);
    let pages = module.memory().initial;

    let cached_cost = functions * 13_420 / 100_000
        + types * 89 / 100_000
        + wasm_bytes * 122 / 100_000
        + globals * 1_628 / 1_000
        + (data + elements) * 75_244 / 100_000
        + pages * 5;
    let init_cost = functions * 8_252 / 1_000 + types * 1_059 / 1_000 + wasm_bytes * 1_286 / 10_000;
    let asm_bytes = 512_000 + functions * 996_829 / 1_000 + types * 11_416 / 1_000 + wasm_bytes * 62_628 / 10_000;
    // Microseconds of work, at the gas that a microsecond is worth.
    let micros = functions * 17_263 / 100_000
        + data * 17_376 / 100_000
        + elements * 17_376 / 100_000
        + pages * 2_217
        + instructions * 535 / 1_000;

    Figures {
        init_cost: init_cost.try_into().unwrap_or(u16::MAX),
        cached_cost: cached_cost.try_into().unwrap_or(u16::MAX),
        footprint: pages.try_into().unwrap_or(u16::MAX),
        asm_bytes: asm_bytes.try_into().unwrap_or(u32::MAX),
        activation_gas: micros * 28,
    }
}
