//! Intents and legs as calldata states them.

use abi::desk::IDesk::{Intent, Leg};
use alloy_primitives::I256;
use host::{Arguments, Revert};

/// Reads a leg: three words.
///
/// # Errors
///
/// Where it is malformed.
pub fn read_leg(a: &mut Arguments<'_>) -> Result<Leg, Revert> {
    let position = a.small(32)? as u32; // 32 bits.
    Ok(Leg { position, assets: I256::from_raw(a.uint()?), minResult: a.uint()? })
}

/// Reads an intent: a tuple of three words and an array of legs.
///
/// # Errors
///
/// Where it is malformed.
pub fn read_intent(a: &mut Arguments<'_>) -> Result<Intent, Revert> {
    let mut intent = a.tail()?;
    Ok(Intent {
        nonce: intent.uint()?,
        deadline: intent.uint()?,
        revision: intent.uint()?,
        legs: intent.array(read_leg)?,
    })
}
