//! Our deployer (contracts/solidity) on the local chain: a program comes whole or not at all.

use std::path::Path;

use abi::arb::{IArbWasm, IDeployer, IDeployer::IDeployerErrors as Refusal};
use alloy_primitives::{Address, Bytes, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolInterface};
use devnet::{BlockId, Call, Chain, Clock, Config, Receipt, Status};
use keeper_sim::Artifacts;

const WALLET: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
const ETHER: u128 = 1_000_000_000_000_000_000;

/// A program that gives its input back: as a result where the first byte is zero, as a revert where it is one.
const ECHO: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $length i32) (result i32)
        (call $read_args (i32.const 0))
        (call $write_result (i32.const 0) (local.get $length))
        (i32.load8_u (i32.const 0))))"#;

/// A chain on which gas is free, so that balances show the data fee alone.
struct Stage {
    chain: Chain,
    deployer: Address,
}

impl Stage {
    fn new() -> Self {
        let clock = Clock::Manual { start_secs: 1_767_225_600 };
        let chain = Chain::new(Config { clock, base_fee_wei: 0, ..Config::default() });
        let artifacts = Artifacts::of_workspace(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        let code = artifacts.ours("Deployer").expect("scripts/setup has compiled the deployer");
        let receipt = chain.send(&Call::create(WALLET, code)).expect("a valid transaction");
        let deployer = receipt.contract_address.expect("the deployer is created");
        Self { chain, deployer }
    }

    fn deploy(&self, from: Address, init_code: &[u8], initialization: &[u8], value_wei: u128) -> Receipt {
        let call = IDeployer::deployCall {
            initCode: Bytes::copy_from_slice(init_code),
            initialization: Bytes::copy_from_slice(initialization),
        };
        let call = Call::new(from, self.deployer, call.abi_encode()).with_value_wei(U256::from(value_wei));
        self.chain.send(&call).expect("a valid transaction")
    }

    #[track_caller]
    fn refusal(&self, init_code: &[u8], initialization: &[u8], value_wei: u128) -> Refusal {
        let receipt = self.deploy(WALLET, init_code, initialization, value_wei);
        assert_eq!(receipt.status, Status::Revert);
        Refusal::abi_decode(&receipt.output).expect("one of the interface's errors")
    }

    fn balance(&self, of: Address) -> U256 {
        self.chain.balance(of, BlockId::latest()).expect("the latest block is there")
    }

    fn code(&self, of: Address) -> Bytes {
        self.chain.code(of, BlockId::latest()).expect("the latest block is there")
    }

    /// Whether ArbWasm knows the program.
    fn is_active(&self, program: Address) -> bool {
        let call = IArbWasm::programVersionCall { program };
        self.chain.call(&Call::new(WALLET, ARB_WASM, call.abi_encode()), BlockId::latest()).is_ok()
    }
}

#[track_caller]
fn created(receipt: &Receipt) -> Address {
    assert_eq!(receipt.status, Status::Success, "{}", receipt.output);
    IDeployer::deployCall::abi_decode_returns(&receipt.output).expect("an address")
}

/// The code of a program in text form, as it stands on chain.
fn program(wat: &str) -> Vec<u8> {
    let wasm = wat::parse_str(wat).expect("the text is a module");
    let mut code = vec![0xef, 0xf0, 0x00, 0x00];
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &wasm[..], &mut code, &params).expect("memory takes everything");
    code
}

/// Init code that creates this code: PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
fn init_code(code: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(code.len()).expect("test programs are small").to_be_bytes();
    [&[0x61, high, low, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3][..], code].concat()
}

#[test]
fn program_is_created_activated_and_initialised() {
    let (stage, code) = (Stage::new(), program(ECHO));

    let receipt = stage.deploy(WALLET, &init_code(&code), &[0, 7], ETHER);

    let program = created(&receipt);
    assert_eq!(stage.code(program), code);
    assert!(stage.is_active(program));
    let event = IDeployer::Deployed::decode_log(receipt.logs.last().expect("an event")).expect("the interface's event");
    assert_eq!((event.address, event.created, event.codehash), (stage.deployer, program, keccak256(&code)));
    let echo = stage.chain.call(&Call::new(WALLET, program, vec![0, 42]), BlockId::latest());
    assert_eq!(echo.expect("the program runs"), vec![0, 42]);
}

#[test]
fn caller_pays_the_data_fee_and_gets_back_the_rest() {
    let stage = Stage::new();
    let before = stage.balance(WALLET);

    created(&stage.deploy(WALLET, &init_code(&program(ECHO)), &[], ETHER));

    let paid = before - stage.balance(WALLET);
    assert!(paid > U256::ZERO && paid < U256::from(ETHER / 100), "{paid}");
    assert_eq!(stage.balance(stage.deployer), U256::ZERO);
}

#[test]
fn second_program_of_the_same_code_pays_no_data_fee() {
    let (stage, code) = (Stage::new(), init_code(&program(ECHO)));
    let first = created(&stage.deploy(WALLET, &code, &[], ETHER));
    let before = stage.balance(WALLET);

    let second = created(&stage.deploy(WALLET, &code, &[0], ETHER));

    assert_ne!(first, second);
    assert_eq!(stage.balance(WALLET), before);
    assert!(stage.is_active(second));
}

#[test]
fn failing_initialisation_leaves_nothing_behind() {
    let stage = Stage::new();
    let (code, before) = (init_code(&program(ECHO)), stage.balance(WALLET));

    let refusal = stage.refusal(&code, &[1, 2, 3], ETHER);

    let Refusal::InitializationFailed(error) = refusal else { panic!("another refusal") };
    assert_eq!(error.reason, vec![1, 2, 3]);
    // The deployer's next contract comes to the same address, and its code hash is as unknown as before.
    let address = stage.deployer.create(1);
    assert!(stage.code(address).is_empty());
    assert_eq!(stage.balance(WALLET), before);
    assert_eq!(created(&stage.deploy(WALLET, &code, &[], ETHER)), address);
    assert!(stage.balance(WALLET) < before, "activation is paid for only now");
}

#[test]
fn activation_without_its_fee_is_refused_with_the_reason() {
    let refusal = Stage::new().refusal(&init_code(&program(ECHO)), &[], 0);

    let Refusal::ActivationFailed(error) = refusal else { panic!("another refusal") };
    assert_eq!(error.reason[..4], keccak256("ProgramInsufficientValue(uint256,uint256)")[..4]);
}

#[test]
fn bytecode_of_the_evm_is_no_program() {
    let refusal = Stage::new().refusal(&init_code(&[0x5f, 0x5f, 0xf3]), &[], ETHER);

    let Refusal::ActivationFailed(error) = refusal else { panic!("another refusal") };
    assert_eq!(error.reason[..4], keccak256("ProgramNotWasm()")[..4]);
}

#[test]
fn init_code_that_fails_is_refused() {
    assert!(matches!(Stage::new().refusal(&[0xfe], &[], ETHER), Refusal::CreationFailed(_)));
}

#[test]
fn caller_that_takes_no_ether_is_refused() {
    let stage = Stage::new();
    let caller = Address::repeat_byte(0xca);
    stage.chain.set_code(caller, Bytes::from_static(&[0x5f, 0x5f, 0xfd])).expect("plain code");
    stage.chain.set_balance(caller, U256::from(ETHER));

    let receipt = stage.deploy(caller, &init_code(&program(ECHO)), &[], ETHER);

    assert_eq!(receipt.status, Status::Revert);
    let refusal = Refusal::abi_decode(&receipt.output).expect("one of the interface's errors");
    assert!(matches!(refusal, Refusal::RefundFailed(error) if error.refund < U256::from(ETHER)));
    assert_eq!(stage.balance(caller), U256::from(ETHER));
}
