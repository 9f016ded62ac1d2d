//! Signatures: one test key, and the precompile that recovers it.

use alloy_primitives::{Address, B256, U256, keccak256};
use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};

fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).expect("a number below the order")
}

fn account(key: &VerifyingKey) -> Address {
    let point = key.to_encoded_point(false);
    Address::from_slice(&keccak256(&point.as_bytes()[1..])[12..])
}

/// Returns the test key's account.
pub fn signer() -> Address {
    account(key().verifying_key())
}

/// Signs a digest with the test key.
pub fn sign(digest: B256) -> (u8, B256, B256) {
    let (signature, recovery) = key().sign_prehash_recoverable(digest.as_slice()).expect("32 bytes can be signed");
    let bytes = signature.to_bytes();
    (27 + recovery.to_byte(), B256::from_slice(&bytes[..32]), B256::from_slice(&bytes[32..]))
}

/// The precompile at 0x01: nothing for a signature that is none.
pub(crate) fn recover(data: &[u8]) -> Vec<u8> {
    let v = U256::from_be_slice(&data[32..64]);
    let id = v.checked_sub(U256::from(27)).and_then(|v| RecoveryId::from_byte(u8::try_from(v).ok()?));
    let signature = Signature::from_slice(&data[64..128]).ok();
    let key = id.zip(signature).and_then(|(id, s)| VerifyingKey::recover_from_prehash(&data[..32], &s, id).ok());
    key.map_or_else(Vec::new, |key| account(&key).into_word().to_vec())
}
