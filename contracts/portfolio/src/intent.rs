//! Intents and legs as calldata states them.

use abi::desk::IDesk::{Intent, Leg};
use alloy_primitives::I256;
use host::{Arguments, Revert};

/// Reads a leg: four words.
///
/// # Errors
///
/// Where it is malformed.
pub fn read_leg(a: &mut Arguments<'_>) -> Result<Leg, Revert> {
    let position = a.small(32)? as u32; // 32 bits.
    let (assets, least) = (I256::from_raw(a.uint()?), a.uint()?);
    Ok(Leg { position, assets, minResult: least, repays: a.small(1)? == 1 })
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
