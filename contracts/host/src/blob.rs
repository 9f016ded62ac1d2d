//! Bytes that never change, kept as the code of an account of their own: one look at it costs about as much as reading
//! one and a half cold words of storage, however many bytes it holds.
//!
//! The account's code is a zero byte and then the bytes, so that whoever calls it gets no answer and nothing happens:
//! the first instruction stops. Its address follows from its creator and the creator's nonce, so that whoever counts
//! what it has created need not store where that is. A contract's nonce begins at 1.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use stylus_sdk::{
    deploy::RawDeploy,
    host::VM,
    stylus_core::{AccountAccess, CryptographyAccess},
};

use crate::Failure;

/// What the code begins with: the instruction STOP.
const STOP: u8 = 0;
/// The most bytes that code may have.
const MAX_CODE_BYTES: usize = 24_576;

/// Creates an account that holds the bytes, at the address of the running contract and its present nonce.
///
/// # Errors
///
/// Empty, where the bytes are more than 24,575, or the gas does not reach.
pub fn create(vm: &VM, bytes: &[u8]) -> Result<Address, Failure> {
    let code = init_code(bytes).ok_or_else(Vec::new)?;
    // SAFETY: our own init code calls nobody and reads no storage, so that nothing cached matters to it.
    unsafe { RawDeploy::new().deploy(vm, &code, U256::ZERO) }
}

/// Returns the address of what `creator` created, or will, at this nonce.
pub fn address_of(vm: &VM, creator: Address, nonce: u32) -> Address {
    Address::from_word(vm.native_keccak256(&origin(creator, nonce)))
}

/// Returns the bytes that an account holds; none where it holds none.
pub fn read(vm: &VM, address: Address) -> Vec<u8> {
    let mut code = vm.code(address);
    if code.first() != Some(&STOP) {
        return Vec::new();
    }
    code.remove(0);
    code
}

/// Returns init code that makes the bytes, behind a zero byte, an account's code; `None` where they are too many.
/// PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
fn init_code(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = bytes.len().saturating_add(1);
    if length > MAX_CODE_BYTES {
        return None;
    }
    let [.., high, low] = length.to_be_bytes();
    let prologue = [0x61, high, low, 0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3];
    Some([&prologue, [STOP].as_slice(), bytes].concat())
}

/// Returns what an address is the hash of: the list of creator and nonce in RLP.
fn origin(creator: Address, nonce: u32) -> Vec<u8> {
    let digits = nonce.to_be_bytes();
    let digits = digits.get(nonce.leading_zeros() as usize / 8..).unwrap_or_default();
    let mut list = Vec::with_capacity(32);
    list.extend_from_slice(&[0xc0, 0x94]);
    list.extend_from_slice(creator.as_slice());
    // A small number is its own encoding; any other, and zero, which has no digits, is told the length of.
    if !matches!(digits, [1..0x80]) {
        list.push(0x80 | digits.len() as u8);
    }
    list.extend_from_slice(digits);
    if let [head, items @ ..] = list.as_mut_slice() {
        *head |= items.len() as u8; // 27 bytes at most.
    }
    list
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{address, keccak256};

    use super::*;

    fn address_of(creator: Address, nonce: u32) -> Address {
        Address::from_word(keccak256(origin(creator, nonce)))
    }

    #[test]
    fn addresses_are_those_that_are_known() {
        let creator = address!("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");

        assert_eq!(address_of(creator, 0), address!("cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"));
        assert_eq!(address_of(creator, 1), address!("343c43a37d37dff08ae8c4a11544c718abb4fcf8"));
        assert_eq!(address_of(creator, 2), address!("f778b86fa74e846c4f0a1fbd1335fe81c00a0c91"));
    }

    #[test]
    fn addresses_of_every_length_of_nonce_are_those_of_the_chain() {
        let creator = address!("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
        let edges = (0..32).flat_map(|bit| [(1_u32 << bit) - 1, 1 << bit]).chain([u32::MAX]);

        for nonce in edges {
            assert_eq!(address_of(creator, nonce), creator.create(u64::from(nonce)), "nonce {nonce}");
        }
    }

    #[test]
    fn init_code_copies_what_stands_behind_it() {
        let code = init_code(&[0xab; 300]).expect("short enough");

        // PUSH2 301, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN
        assert_eq!(code[..10], [0x61, 0x01, 0x2d, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3]);
        assert_eq!((code.len(), code[10], &code[11..]), (311, 0, &[0xab; 300][..]));
        assert!(init_code(&[0; 24_575]).is_some());
        assert_eq!(init_code(&[0; 24_576]), None);
    }
}
