//! Our keep-alive (contracts/solidity) on the local chain: programs live on, their callers pay the fee and no more.

use std::path::Path;

use abi::arb::{IArbWasm, IKeepAlive, IKeepAlive::IKeepAliveErrors as Refusal};
use alloy_primitives::{Address, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolInterface};
use devnet::{BlockId, Call, Chain, Clock, Config, Receipt, Status};
use keeper_sim::Artifacts;

const WALLET: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
const FIRST: Address = address!("00000000000000000000000000000000000000a1");
const SECOND: Address = address!("00000000000000000000000000000000000000a2");
/// Of the same code as the first.
const TWIN: Address = address!("00000000000000000000000000000000000000a3");
const ETHER: u128 = 1_000_000_000_000_000_000;
const DAY: u64 = 86_400;

/// A program that does nothing, told from others by a number.
fn program(number: u8) -> Vec<u8> {
    let wat = format!(
        r#"(module
            (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
            (memory (export "memory") 1 1)
            (global i32 (i32.const {number}))
            (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#
    );
    let wasm = wat::parse_str(wat).expect("the text is a module");
    let mut code = vec![0xef, 0xf0, 0x00, 0x00];
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &wasm[..], &mut code, &params).expect("memory takes everything");
    code
}

/// A chain on which gas is free, so that balances show the data fees alone; with two programs, one of them twice.
struct Stage {
    chain: Chain,
    keep_alive: Address,
}

impl Stage {
    fn new() -> Self {
        let clock = Clock::Manual { start_secs: 1_767_225_600 };
        let chain = Chain::new(Config { clock, base_fee_wei: 0, ..Config::default() });
        let artifacts = Artifacts::of_workspace(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        let code = artifacts.ours("KeepAlive").expect("scripts/setup has compiled it");
        let receipt = chain.send(&Call::create(WALLET, code)).expect("a valid transaction");
        let keep_alive = receipt.contract_address.expect("it is created");
        let stage = Self { chain, keep_alive };
        for (at, number) in [(FIRST, 1), (SECOND, 2), (TWIN, 1)] {
            stage.chain.set_code(at, program(number).into()).expect("code can be set");
        }
        stage.activate(FIRST);
        stage.activate(SECOND);
        stage
    }

    fn activate(&self, program: Address) {
        let call = IArbWasm::activateProgramCall { program }.abi_encode();
        let call = Call::new(WALLET, ARB_WASM, call).with_value_wei(U256::from(ETHER));
        assert_eq!(self.chain.send(&call).expect("a valid transaction").status, Status::Success);
    }

    fn pass(&self, days: u64) {
        self.chain.increase_time(days * DAY);
        self.chain.mine(1).expect("a block");
    }

    fn keep(&self, accounts: &[Address], value_wei: u128) -> Receipt {
        let call = IKeepAlive::keepAliveCall { accounts: accounts.to_vec() }.abi_encode();
        let call = Call::new(WALLET, self.keep_alive, call).with_value_wei(U256::from(value_wei));
        self.chain.send(&call).expect("a valid transaction")
    }

    #[track_caller]
    fn kept(&self, accounts: &[Address]) -> U256 {
        let receipt = self.keep(accounts, ETHER);
        assert_eq!(receipt.status, Status::Success, "{}", receipt.output);
        IKeepAlive::keepAliveCall::abi_decode_returns(&receipt.output).expect("a number")
    }

    fn balance(&self, of: Address) -> U256 {
        self.chain.balance(of, BlockId::latest()).expect("the latest block is there")
    }

    /// Days that a program lives on; none where it has expired.
    fn days_left(&self, program: Address) -> Option<u64> {
        let call = IArbWasm::programTimeLeftCall { program }.abi_encode();
        let answer = self.chain.call(&Call::new(WALLET, ARB_WASM, call), BlockId::latest()).ok()?;
        let secs = IArbWasm::programTimeLeftCall::abi_decode_returns(&answer).expect("seconds");
        Some(secs.div_ceil(DAY))
    }

    fn runs(&self, program: Address) -> bool {
        self.chain.call(&Call::new(WALLET, program, vec![]), BlockId::latest()).is_ok()
    }
}

#[test]
fn every_program_that_is_old_enough_begins_a_new_life() {
    let stage = Stage::new();
    stage.pass(300);
    let before = stage.balance(WALLET);

    let receipt = stage.keep(&[FIRST, SECOND], ETHER);

    assert_eq!(receipt.status, Status::Success, "{}", receipt.output);
    assert_eq!((stage.days_left(FIRST), stage.days_left(SECOND)), (Some(365), Some(365)));
    let ours = receipt.logs.iter().filter(|log| log.address == stage.keep_alive);
    let told: Vec<_> = ours.map(|log| IKeepAlive::KeptAlive::decode_log(log).expect("its event")).collect();
    assert_eq!(told.iter().map(|e| e.codehash).collect::<Vec<_>>(), [keccak256(program(1)), keccak256(program(2))]);
    let fees = told.iter().fold(U256::ZERO, |sum, event| sum + event.dataFee);
    assert_eq!(before - stage.balance(WALLET), fees, "the caller pays the fees and gets back the rest");
    assert!(told.iter().all(|event| event.dataFee > U256::ZERO) && fees < U256::from(ETHER / 100));
    assert_eq!(stage.balance(stage.keep_alive), U256::ZERO);
}

#[test]
fn a_program_kept_alive_every_year_runs_for_ever_and_another_does_not() {
    let stage = Stage::new();
    for _ in 0..3 {
        stage.pass(360);
        assert_eq!(stage.kept(&[FIRST]), U256::ONE);
    }

    assert!(stage.runs(FIRST) && stage.runs(TWIN), "a life belongs to the code");
    assert!(!stage.runs(SECOND));
    assert_eq!(stage.days_left(SECOND), None);
}

#[test]
fn what_is_too_young_has_expired_or_is_no_program_is_passed_over_at_no_cost() {
    let stage = Stage::new();
    stage.pass(366);
    stage.activate(FIRST);
    stage.pass(30);
    let before = stage.balance(WALLET);

    assert_eq!(stage.kept(&[FIRST, SECOND, WALLET, stage.keep_alive, Address::ZERO]), U256::ZERO);

    assert_eq!(stage.balance(WALLET), before);
    stage.pass(2);
    assert_eq!(stage.kept(&[SECOND, FIRST]), U256::ONE);
}

#[test]
fn programs_of_the_same_code_pay_once() {
    let stage = Stage::new();
    stage.pass(100);

    assert_eq!(stage.kept(&[FIRST, TWIN, FIRST]), U256::ONE);
    assert_eq!(stage.days_left(TWIN), Some(365));
}

#[test]
fn a_value_that_does_not_cover_the_fees_is_refused_as_a_whole() {
    let fee = {
        let stage = Stage::new();
        stage.pass(100);
        let before = stage.balance(WALLET);
        stage.kept(&[FIRST]);
        (before - stage.balance(WALLET)).to::<u128>()
    };
    let stage = Stage::new();
    stage.pass(100);
    let before = stage.balance(WALLET);

    let receipt = stage.keep(&[FIRST, SECOND], fee);

    assert_eq!(receipt.status, Status::Revert);
    let Ok(Refusal::KeepAliveFailed(refusal)) = Refusal::abi_decode(&receipt.output) else {
        panic!("another revert: {}", receipt.output);
    };
    assert_eq!(refusal.account, SECOND, "the first was covered to the last wei");
    assert_eq!((stage.balance(WALLET), stage.days_left(FIRST)), (before, Some(265)));
}
