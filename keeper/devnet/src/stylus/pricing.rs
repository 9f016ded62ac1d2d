//! Ink prices: of each instruction, and of what host calls have in common.

use wasmparser::Operator;

/// Ink for entering the host.
pub const HOST_CALL: u64 = 8_400;
/// Ink for each pointer that a host call reads or writes through.
pub const POINTER: u64 = 5_040;
/// Ink for reaching the EVM from the host.
pub const EVM_API: u64 = 59_673;
/// Ink for the check at the start of each basic block.
pub const BLOCK_CHECK: u64 = 2_450;
/// Ink for each byte that `memory.copy` and `memory.fill` move, beside the instruction's own.
pub const BULK_BYTE: u64 = 100;

/// Ink to write `bytes` bytes into a program's memory.
pub fn write(bytes: usize) -> u64 {
    5_040 + 30 * beyond(bytes, 32)
}

/// Ink to read `bytes` bytes from a program's memory.
pub fn read(bytes: usize) -> u64 {
    16_381 + 55 * beyond(bytes, 32)
}

/// Ink to hash `bytes` bytes.
pub fn keccak(bytes: usize) -> u64 {
    121_800 + 21_000 * beyond(bytes.div_ceil(32), 2)
}

/// Ink to raise to a power whose exponent has `exponent_bytes` significant bytes.
pub fn pow(exponent_bytes: usize) -> u64 {
    3_000 + 17_500 * (1 + exponent_bytes as u64)
}

/// Lengths come from 32-bit pointers, so that the products above cannot overflow.
fn beyond(value: usize, free: usize) -> u64 {
    value.saturating_sub(free) as u64
}

/// Returns the ink of one instruction, or `None` if programs may not contain it.
///
/// `inputs` is the number of parameters of the type that a `call_indirect` names.
pub fn instruction(op: &Operator<'_>, inputs: u64) -> Option<u64> {
    use Operator::*;
    let ink = match op {
        Unreachable | Return | Nop | I32Const { .. } | I64Const { .. } | Block { .. } | Loop { .. } | Else | End => 1,
        Drop => 9,
        Br { .. } | BrIf { .. } | If { .. } => 765,
        BrTable { targets } => 2_400 + 325 * u64::from(targets.len()),
        Select => 1_250,
        Call { .. } => 3_800,
        CallIndirect { .. } => 13_610 + 650 * inputs,
        LocalGet { .. } | LocalTee { .. } => 75,
        LocalSet { .. } => 210,
        GlobalGet { .. } => 225,
        GlobalSet { .. } => 575,
        I32Load { .. } | I32Load8S { .. } | I32Load8U { .. } | I32Load16S { .. } | I32Load16U { .. } => 670,
        I64Load { .. }
        | I64Load8S { .. }
        | I64Load8U { .. }
        | I64Load16S { .. }
        | I64Load16U { .. }
        | I64Load32S { .. }
        | I64Load32U { .. } => 680,
        I32Store { .. } | I32Store8 { .. } | I32Store16 { .. } => 825,
        I64Store { .. } | I64Store8 { .. } | I64Store16 { .. } | I64Store32 { .. } => 950,
        I32Add | I32Sub | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr => 70,
        I64Add | I64Sub | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => 100,
        I32Mul | I64Mul => 160,
        I32DivS | I32DivU | I32RemS | I32RemU => 1_120,
        I64DivS | I64DivU | I64RemS | I64RemU => 1_270,
        I32Clz | I32Ctz | I64Clz | I64Ctz => 210,
        I32Popcnt => 2_650,
        I64Popcnt => 6_000,
        I32Eqz | I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS | I32GeU => 170,
        I64Eqz | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS | I64GeU => 225,
        I32WrapI64 | I64ExtendI32S | I64ExtendI32U | I32Extend8S | I32Extend16S | I64Extend8S | I64Extend16S
        | I64Extend32S => 100,
        MemorySize { .. } => 3_000,
        MemoryGrow { .. } => 8_050,
        MemoryCopy { .. } | MemoryFill { .. } => 950,
        _ => return None,
    };
    Some(ink)
}

/// Whether an instruction is the last of its basic block.
pub fn ends_block(op: &Operator<'_>) -> bool {
    use Operator::*;
    matches!(
        op,
        End | Else
            | Return
            | Loop { .. }
            | Br { .. }
            | BrTable { .. }
            | BrIf { .. }
            | If { .. }
            | Call { .. }
            | CallIndirect { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_beyond_the_first_words_cost_extra() {
        assert_eq!((write(32), write(33)), (5_040, 5_070));
        assert_eq!((read(0), read(34)), (16_381, 16_491));
        assert_eq!((keccak(64), keccak(65)), (121_800, 142_800));
        assert_eq!((pow(0), pow(32)), (20_500, 580_500));
    }

    #[test]
    fn floats_and_table_operations_have_no_price() {
        assert_eq!(instruction(&Operator::F32Add, 0), None);
        assert_eq!(instruction(&Operator::TableGrow { table: 0 }, 0), None);
        assert_eq!(instruction(&Operator::MemoryInit { data_index: 0, mem: 0 }, 0), None);
    }
}
