//! Arithmetic on words by the host, as the EVM's instructions do it. Each result replaces the first operand.

use super::{HOOKS, define};
use crate::stylus::{
    guest::{Guest, Hook, Host},
    pricing::{self, HOST_CALL, POINTER},
};
use wasmi::Linker;

const DIVISION: u64 = 20_000;
const ADD_MOD: u64 = 21_000;
const MUL_MOD: u64 = 24_100;

pub(super) fn link(linker: &mut Linker<Host>) {
    define!(linker, HOOKS,
        math_div(value: u32, divisor: u32);
        math_mod(value: u32, modulus: u32);
        math_pow(value: u32, exponent: u32);
        math_add_mod(value: u32, addend: u32, modulus: u32);
        math_mul_mod(value: u32, multiplier: u32, modulus: u32);
    );
}

/// Rounds down; zero if the divisor is.
fn math_div(guest: &mut Guest<'_>, value: u32, divisor: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 3 * POINTER + DIVISION)?;
    let (a, b) = (guest.read_word(value)?, guest.read_word(divisor)?);
    guest.write_word(value, a.checked_div(b).unwrap_or_default())
}

/// Zero if the modulus is.
fn math_mod(guest: &mut Guest<'_>, value: u32, modulus: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 3 * POINTER + DIVISION)?;
    let (a, b) = (guest.read_word(value)?, guest.read_word(modulus)?);
    guest.write_word(value, a.checked_rem(b).unwrap_or_default())
}

/// Modulo 2^256.
fn math_pow(guest: &mut Guest<'_>, value: u32, exponent: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 3 * POINTER)?;
    let (a, b) = (guest.read_word(value)?, guest.read_word(exponent)?);
    guest.buy_ink(pricing::pow(b.byte_len()))?;
    guest.write_word(value, a.wrapping_pow(b))
}

/// Without overflow in between; zero if the modulus is.
fn math_add_mod(guest: &mut Guest<'_>, value: u32, addend: u32, modulus: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 4 * POINTER + ADD_MOD)?;
    let (a, b, c) = (guest.read_word(value)?, guest.read_word(addend)?, guest.read_word(modulus)?);
    guest.write_word(value, a.add_mod(b, c))
}

/// Without overflow in between; zero if the modulus is.
fn math_mul_mod(guest: &mut Guest<'_>, value: u32, multiplier: u32, modulus: u32) -> Hook<()> {
    guest.buy_ink(HOST_CALL + 4 * POINTER + MUL_MOD)?;
    let (a, b, c) = (guest.read_word(value)?, guest.read_word(multiplier)?, guest.read_word(modulus)?);
    guest.write_word(value, a.mul_mod(b, c))
}
