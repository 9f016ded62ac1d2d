//! Contracts created by programs, and programs created by contracts.

use super::{
    samples::{A, B, deployer, echo, forwarder, program},
    world::{WALLET, World, compress, wasm},
};
use keeper_devnet::evm::{HaltReason, Status};
use revm::{
    Database,
    primitives::{Address, Bytes, TxKind, U256, keccak256},
};

/// Creates a contract from its calldata: by CREATE if the first byte is zero, else by CREATE2 with that byte as salt.
/// The value is the call's. Returns the address as a word and the return data after it.
fn factory() -> String {
    program(
        "(call $read_args (i32.const 1000)) (call $msg_value (i32.const 0))
         (local.set $a (i32.sub (local.get $len) (i32.const 1)))
         (i32.store8 (i32.const 63) (i32.load8_u (i32.const 1000)))
         (if (i32.eqz (i32.load8_u (i32.const 1000))) (then
           (call $create1 (i32.const 1001) (local.get $a) (i32.const 0) (i32.const 76) (i32.const 128)))
         (else
           (call $create2 (i32.const 1001) (local.get $a) (i32.const 0) (i32.const 32) (i32.const 76) (i32.const 128))))
         (drop (call $read_return_data (i32.const 96) (i32.const 0) (i32.load (i32.const 128))))
         (call $write_result (i32.const 64) (i32.add (i32.const 32) (call $return_data_size))) (i32.const 0)",
    )
}

fn with_factory() -> World {
    let mut world = World::new();
    world.program(A, &factory());
    world.program(B, &echo());
    world
}

fn code_of(world: &mut World, address: Address) -> Bytes {
    let hash = world.db.basic(address).unwrap().unwrap_or_default().code_hash;
    world.db.code_by_hash(hash).unwrap().original_bytes()
}

#[test]
fn program_creates_a_contract_that_works() {
    let mut world = with_factory();
    let code = forwarder(0xf1, B);

    let output = world.pay(A, [vec![0], deployer(&code)].concat(), U256::from(5)).output;

    let created = A.create(1);
    assert_eq!(output[..], created.into_word()[..]);
    assert_eq!((code_of(&mut world, created), world.balance(created)), (code.into(), U256::from(5)));
    assert_eq!(world.send(created, b"x".to_vec()).output, b"x"[..]);
}

#[test]
fn program_creates_a_contract_at_the_salted_address() {
    let mut world = with_factory();
    let init = deployer(&forwarder(0xf1, B));

    let output = world.send(A, [vec![7], init.clone()].concat()).output;
    let again = world.send(A, [vec![7], init.clone()].concat()).output;

    let created = A.create2(U256::from(7).to_be_bytes::<32>(), keccak256(&init));
    assert_eq!(output[..], created.into_word()[..]);
    assert_eq!(again[..], [0; 32], "taken");
}

#[test]
fn creation_that_reverts_hands_its_data_over() {
    let mut world = with_factory();
    // MSTORE8(0, 42), REVERT(0, 1).
    let init = [0x60, 42, 0x5f, 0x53, 0x60, 1, 0x5f, 0xfd];

    let output = world.send(A, [&[0][..], &init].concat()).output;

    assert_eq!((&output[..32], &output[32..]), (&[0; 32][..], &[42][..]));
}

#[test]
fn program_creates_a_program_that_runs_once_activated() {
    let mut world = with_factory();
    let code = compress(&wasm(&echo()));

    let output = world.send(A, [vec![0], deployer(&code)].concat()).output;
    let created = Address::from_word(output[..32].try_into().unwrap());

    assert_eq!(code_of(&mut world, created), code);
    // The same code runs elsewhere already, and activation is by code.
    assert_eq!(world.send(created, b"x".to_vec()).output, b"x"[..]);
}

#[test]
fn transaction_creates_a_program() {
    let mut world = World::new();
    let code = compress(&wasm(&echo()));

    let created = world.transact(TxKind::Create, deployer(&code).into(), U256::ZERO, 20_000_000).created.unwrap();

    assert!(world.activate(created).is_success());
    assert_eq!(world.send(created, b"x".to_vec()).output, b"x"[..]);
}

#[test]
fn other_code_that_begins_with_ef_is_refused() {
    let mut world = with_factory();
    for code in [&[0xEF][..], &[0xEF, 0x00, 0x01], &[0xEF, 0xF0, 0x01, 0x00], &[0xEF, 0x01, 0x00]] {
        let nonce = world.db.basic(WALLET).unwrap().unwrap().nonce;
        let outcome = world.transact(TxKind::Create, deployer(code).into(), U256::ZERO, 1_000_000);

        assert_eq!(outcome.status, Status::Halt(HaltReason::CreateContractStartingWithEF), "{code:?}");
        assert_eq!(code_of(&mut world, WALLET.create(nonce)), Bytes::new());
        assert_eq!(world.send(A, [vec![0], deployer(code)].concat()).output[..32], [0; 32]);
    }
}

#[test]
fn initialisation_code_is_never_a_program() {
    let mut world = with_factory();
    let code = compress(&wasm(&echo()));

    let outcome = world.transact(TxKind::Create, code.into(), U256::ZERO, 5_000_000);

    assert!(!outcome.is_success());
}
