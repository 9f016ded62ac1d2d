//! 256-bit division and modular multiplication: the host's inside a program, ruint's elsewhere.

use alloy_primitives::U256;

#[cfg(target_arch = "wasm32")]
mod imported {
    use alloy_primitives::U256;

    #[link(wasm_import_module = "vm_hooks")]
    unsafe extern "C" {
        /// `value / divisor`, 32 big-endian bytes each, written over `value`; zero when the divisor is.
        fn math_div(value: *mut u8, divisor: *const u8);
        /// `value * multiplier % modulus` with a full product, written over `value`; zero when the modulus is.
        fn math_mul_mod(value: *mut u8, multiplier: *const u8, modulus: *const u8);
    }

    /// Reverses eight bytes: WASM has no instruction for it, so that it is one function, and long.
    #[inline(never)]
    fn reversed(limb: u64) -> u64 {
        limb.swap_bytes()
    }

    // By limbs, because ruint's loops cost more.
    #[inline(never)]
    fn bytes(value: U256) -> [u8; 32] {
        let [d, c, b, a] = value.into_limbs();
        let mut bytes = [0; 32];
        if let ([first, second, third, last], _) = bytes.as_chunks_mut() {
            (*first, *second) = (reversed(a).to_le_bytes(), reversed(b).to_le_bytes());
            (*third, *last) = (reversed(c).to_le_bytes(), reversed(d).to_le_bytes());
        }
        bytes
    }

    #[inline(never)]
    fn number(bytes: [u8; 32]) -> U256 {
        let (&[a, b, c, d], _) = bytes.as_chunks() else { return U256::ZERO };
        let limb = |bytes: [u8; 8]| reversed(u64::from_le_bytes(bytes));
        U256::from_limbs([limb(d), limb(c), limb(b), limb(a)])
    }

    pub fn div(value: U256, divisor: U256) -> U256 {
        let (mut bytes, divisor) = (bytes(value), bytes(divisor));
        // SAFETY: both pointers are to 32 bytes that live through the call, the first one ours to write.
        unsafe { math_div(bytes.as_mut_ptr(), divisor.as_ptr()) };
        number(bytes)
    }

    pub fn mul_mod(value: U256, multiplier: U256, modulus: U256) -> U256 {
        let (mut bytes, multiplier, modulus) = (bytes(value), bytes(multiplier), bytes(modulus));
        // SAFETY: the pointers are to 32 bytes that live through the call, the first one ours to write.
        unsafe { math_mul_mod(bytes.as_mut_ptr(), multiplier.as_ptr(), modulus.as_ptr()) };
        number(bytes)
    }
}

/// Returns `value / divisor` rounded down, zero for a zero divisor.
pub fn div(value: U256, divisor: U256) -> U256 {
    #[cfg(target_arch = "wasm32")]
    return imported::div(value, divisor);
    #[cfg(not(target_arch = "wasm32"))]
    value.checked_div(divisor).unwrap_or(U256::ZERO)
}

/// Returns `value * multiplier % modulus` of the full 512-bit product, zero for a zero modulus.
pub fn mul_mod(value: U256, multiplier: U256, modulus: U256) -> U256 {
    #[cfg(target_arch = "wasm32")]
    return imported::mul_mod(value, multiplier, modulus);
    #[cfg(not(target_arch = "wasm32"))]
    value.mul_mod(multiplier, modulus)
}
