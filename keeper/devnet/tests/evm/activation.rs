//! The life of a program: activation, expiry, extension, and the state that they live in.

use super::{
    samples::{A, B, C, How, agent, echo, forwarder, order},
    world::{GAS_LIMIT, RICH, WALLET, World, compress, selector, wasm},
};
use keeper_devnet::evm::{ARB_WASM, Outcome};
use revm::{
    Database,
    primitives::{Address, B256, TxKind, U256, address, keccak256},
};

/// Receives data fees on a new chain.
const FEES: Address = address!("00000000000000000000000000000000000A4B05");
const DAY: u64 = 86_400;

fn with_code() -> World {
    let mut world = World::new();
    world.put(A, compress(&wasm(&echo())));
    world
}

fn call(signature: &str, word: B256) -> Vec<u8> {
    [&selector(signature)[..], word.as_slice()].concat()
}

fn error(signature: &str) -> Vec<u8> {
    selector(signature).to_vec()
}

fn keep_alive(world: &mut World, hash: B256) -> Outcome {
    world.pay(ARB_WASM, call("codehashKeepalive(bytes32)", hash), U256::from(10u128.pow(18)))
}

fn code_hash(world: &mut World) -> B256 {
    world.db.basic(A).unwrap().unwrap().code_hash
}

#[test]
fn program_that_was_not_activated_reverts_and_takes_all_gas() {
    let mut world = with_code();

    let outcome = world.transact(TxKind::Call(A), b"x".into(), U256::ZERO, 1_000_000);

    assert_eq!((outcome.is_success(), outcome.gas_used), (false, 1_000_000));
    assert_eq!(outcome.output, error("ProgramNotActivated()"));
}

#[test]
fn activation_charges_the_fee_returns_the_rest_and_says_so() {
    let mut world = with_code();
    let value = U256::from(10u128.pow(18));

    let outcome = world.activate(A);

    let (version, fee) = (U256::from_be_slice(&outcome.output[..32]), U256::from_be_slice(&outcome.output[32..64]));
    assert_eq!(version, U256::from(2));
    assert!(fee > U256::from(512_000u64 * 82_928_201) && fee < value);
    assert_eq!((world.balance(FEES), world.balance(ARB_WASM)), (fee, U256::ZERO));
    assert_eq!(world.balance(WALLET), U256::from(RICH) - fee);
    let hash = code_hash(&mut world);
    assert_eq!(outcome.logs.len(), 1);
    assert_eq!(outcome.logs[0].topics(), [keccak256("ProgramActivated(bytes32,bytes32,address,uint256,uint16)"), hash]);
    assert_eq!(world.send(A, b"x".to_vec()).output, b"x"[..]);
}

#[test]
fn activation_is_by_code_and_once() {
    let mut world = with_code();
    world.put(B, compress(&wasm(&echo())));
    assert!(world.activate(A).is_success());

    let again = world.activate(B);

    assert_eq!(again.output, error("ProgramUpToDate()"));
    assert!(world.send(B, []).is_success());
}

#[test]
fn activation_without_enough_value_fails() {
    let mut world = with_code();

    let outcome = world.pay(ARB_WASM, call("activateProgram(address)", A.into_word()), U256::from(7));

    assert_eq!(outcome.output[..4], error("ProgramInsufficientValue(uint256,uint256)"));
    assert_eq!(outcome.output[4..36], U256::from(7).to_be_bytes::<32>());
    assert!(!world.send(A, []).is_success());
    assert_eq!(world.balance(ARB_WASM), U256::ZERO);
}

#[test]
fn only_programs_are_activated() {
    let mut world = World::new();
    world.put(B, vec![0x60, 0x00]);

    assert_eq!(world.activate(B).output, error("ProgramNotWasm()"));
    assert_eq!(world.activate(C).output, error("ProgramNotWasm()"), "no code at all");
}

#[test]
fn activation_is_undone_when_the_call_around_it_reverts() {
    let mut world = with_code();
    // Passes the call on to ArbWasm with its value, and reverts whatever comes back.
    let mut code = forwarder(0xf1, ARB_WASM);
    let end = code.len() - 1;
    code[end] = 0xfd;
    world.put(B, code);
    let input = call("activateProgram(address)", A.into_word());

    let outcome = world.pay(B, input, U256::from(10u128.pow(18)));

    assert!(!outcome.is_success());
    assert_eq!(outcome.output.len(), 64, "the activation itself succeeded");
    assert_eq!(world.send(A, []).output, error("ProgramNotActivated()"));
    assert_eq!(world.balance(FEES), U256::ZERO);
}

#[test]
fn activation_by_delegate_or_static_call_is_refused() {
    let mut world = with_code();
    world.program(B, &agent());
    let input = call("activateProgram(address)", A.into_word());
    for how in [How::Delegate, How::Static] {
        let outcome = world.pay(B, order(how, ARB_WASM, 0, &input), U256::from(10u128.pow(18)));

        assert_eq!(outcome.output[31], 2, "{}", how as u8);
    }
    assert!(!world.send(A, []).is_success());
}

#[test]
fn program_activates_another_and_calls_it_at_once() {
    let mut world = with_code();
    world.program(B, &agent());
    let input = call("activateProgram(address)", A.into_word());

    let outcome = world.pay(B, order(How::Call, ARB_WASM, 10u128.pow(18), &input), U256::from(10u128.pow(18)));

    assert_eq!(outcome.output[31], 0);
    assert!(world.balance(B) > U256::ZERO, "what was too much comes back to the program");
    assert!(world.send(A, []).is_success());
}

#[test]
fn program_expires_after_a_year_and_can_be_activated_again() {
    let mut world = with_code();
    assert!(world.activate(A).is_success());

    world.block.timestamp += 365 * DAY - 7200;
    assert!(world.send(A, []).is_success());
    world.block.timestamp += 7200 + 3600;
    let outcome = world.send(A, []);
    assert_eq!(outcome.output[..4], error("ProgramExpired(uint64)"));

    assert!(world.activate(A).is_success());
    assert!(world.send(A, []).is_success());
}

#[test]
fn life_is_extended_after_a_month() {
    let mut world = with_code();
    assert!(world.activate(A).is_success());
    let hash = code_hash(&mut world);

    let early = keep_alive(&mut world, hash);
    assert_eq!(early.output[..4], error("ProgramKeepaliveTooSoon(uint64)"));

    world.block.timestamp += 32 * DAY;
    let outcome = keep_alive(&mut world, hash);
    assert!(outcome.is_success());
    assert_eq!(outcome.logs[0].topics()[0], keccak256("ProgramLifetimeExtended(bytes32,uint256)"));
    world.block.timestamp += 364 * DAY;
    assert!(world.send(A, []).is_success());
}

#[test]
fn unknown_code_cannot_be_kept_alive() {
    let mut world = World::new();

    assert_eq!(keep_alive(&mut world, B256::repeat_byte(1)).output, error("ProgramNotActivated()"));
}

#[test]
fn activation_fee_rises_with_demand_and_falls_with_time() {
    let mut world = World::new();
    let fee = |world: &mut World, n: u32| {
        let wat = echo().replace(
            "(memory (export \"memory\") 1 1)",
            &format!("(memory (export \"memory\") 1 1) (global i32 (i32.const {n}))"),
        );
        world.put(A, compress(&wasm(&wat)));
        let output = world.activate(A).output;
        U256::from_be_slice(&output[32..64])
    };

    let first = fee(&mut world, 1);
    let second = fee(&mut world, 2);
    world.block.timestamp += 3600;
    let later = fee(&mut world, 3);

    assert!(second > first && later == first, "{first} {second} {later}");
}

#[test]
fn access_list_names_the_slots_of_programs_but_not_the_chains_own() {
    let mut world = World::new();
    world.program(A, &super::samples::store());
    let call = keeper_devnet::evm::Transaction {
        caller: WALLET,
        kind: TxKind::Call(A),
        data: super::samples::words(&[5, 1]).into(),
        gas_limit: GAS_LIMIT,
        ..Default::default()
    };

    let outcome = keeper_devnet::evm::simulate(&mut world.db, &world.block, call).unwrap();

    assert_eq!(outcome.access_list(&[WALLET, A, Address::ZERO]), [(A, vec![U256::from(5)])]);
}
