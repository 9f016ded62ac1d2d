//! Bytes kept as the code of accounts that programs create.

use abi::erc20::IERC20;
use alloy_primitives::{Address, keccak256};
use host::blob;
use tenor_world::{World, address};

use crate::ALICE;

const CREATOR: Address = address(0x51);

/// A program that creates an account of the bytes that it is given, unless they begin with 9; given none, it answers
/// the bytes of the first and of the second account that it has created.
fn world() -> World {
    let world = World::default();
    world.install(CREATOR, |input, vm| {
        if input.is_empty() {
            let held = |nonce| blob::read(&vm, blob::address_of(&vm, CREATOR, nonce));
            return Ok([held(1), held(2)].concat());
        }
        let created = blob::create(&vm, &input)?;
        if input[0] == 9 { Err(b"nine".to_vec()) } else { Ok(created.to_vec()) }
    });
    world
}

#[test]
fn what_is_created_is_found_by_its_creator_and_nonce() {
    let world = world();

    let first = world.call_raw(ALICE, CREATOR, vec![1, 2, 3]).expect("it is created");
    let second = world.call_raw(ALICE, CREATOR, vec![4]).expect("it is created");

    assert_eq!((Address::from_slice(&first), Address::from_slice(&second)), (CREATOR.create(1), CREATOR.create(2)));
    assert_eq!(world.call_raw(ALICE, CREATOR, Vec::new()), Ok(vec![1, 2, 3, 4]));
    assert_eq!(world.code_of(CREATOR.create(1)), Some(vec![0, 1, 2, 3]), "behind an instruction that stops");
    assert_eq!(world.codehash(CREATOR.create(1)), keccak256([0, 1, 2, 3]));
    assert_eq!(world.call_raw(ALICE, CREATOR.create(1), vec![7]), Ok(Vec::new()), "it does and answers nothing");
}

#[test]
fn a_call_that_reverts_has_created_nothing() {
    let world = world();

    assert_eq!(world.call_raw(ALICE, CREATOR, vec![9]), Err(b"nine".to_vec()));
    assert_eq!(world.call_raw(ALICE, CREATOR, Vec::new()), Ok(Vec::new()));
    world.call_raw(ALICE, CREATOR, vec![5]).expect("it is created");
    assert_eq!(world.code_of(CREATOR.create(1)), Some(vec![0, 5]), "the nonce went back too");
}

#[test]
fn a_static_call_creates_nothing() {
    let world = world();

    assert!(world.view(CREATOR, &IERC20::totalSupplyCall {}).is_err());
    assert_eq!(world.code_of(CREATOR.create(1)), None);
}

#[test]
fn what_does_not_fit_is_refused() {
    let world = world();

    assert_eq!(world.call_raw(ALICE, CREATOR, vec![1; 24_576]), Err(Vec::new()));
    assert!(world.call_raw(ALICE, CREATOR, vec![1; 24_575]).is_ok());
}
