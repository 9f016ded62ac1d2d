//! Arbitrum's precompiles: what they tell, and who may change what.

use super::{
    samples::{A, B, forwarder},
    world::{GAS_LIMIT, WALLET, World, selector},
};
use keeper_devnet::evm::{ARB_GAS_INFO, ARB_OWNER, ARB_SYS, ARB_WASM, ARB_WASM_CACHE, Transaction, simulate};
use revm::primitives::{Address, Bytes, TxKind, U256};

fn ask(world: &mut World, caller: Address, of: Address, signature: &str, words: &[U256]) -> (bool, Bytes) {
    let words: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
    let data = [&selector(signature)[..], &words].concat().into();
    let call = Transaction { caller, kind: TxKind::Call(of), data, gas_limit: GAS_LIMIT, ..Default::default() };
    let outcome = simulate(&mut world.db, &world.block, call).unwrap();
    (outcome.is_success(), outcome.output)
}

fn number(world: &mut World, of: Address, signature: &str, words: &[U256]) -> U256 {
    let (success, output) = ask(world, WALLET, of, signature, words);
    assert!(success, "{signature}");
    U256::from_be_slice(&output[..32])
}

fn word(address: Address) -> U256 {
    address.into_word().into()
}

#[test]
fn arb_sys_tells_the_chains_own_numbers() {
    let mut world = World::new();

    assert_eq!(number(&mut world, ARB_SYS, "arbBlockNumber()", &[]), U256::from(100));
    assert_eq!(number(&mut world, ARB_SYS, "arbChainID()", &[]), U256::from(412_346));
    assert_eq!(number(&mut world, ARB_SYS, "arbOSVersion()", &[]), U256::from(115));
    assert_eq!(number(&mut world, ARB_SYS, "isTopLevelCall()", &[]), U256::from(1));
    assert_ne!(number(&mut world, ARB_SYS, "arbBlockHash(uint256)", &[U256::from(99)]), U256::ZERO);
    let (success, output) = ask(&mut world, WALLET, ARB_SYS, "arbBlockHash(uint256)", &[U256::from(100)]);
    assert_eq!((success, &output[..4]), (false, &selector("InvalidBlockNumber(uint256,uint256)")[..]));
    let alias = number(
        &mut world,
        ARB_SYS,
        "mapL1SenderContractAddressToL2Alias(address,address)",
        &[U256::MAX >> 96, U256::ZERO],
    );
    assert_eq!(alias, word("0x1111000000000000000000000000000000001110".parse().unwrap()));
}

#[test]
fn number_instruction_is_the_parent_chains() {
    let mut world = World::new();
    // NUMBER, to memory, return.
    world.put(A, vec![0x43, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]);

    assert_eq!(world.send(A, []).output[..], U256::from(20).to_be_bytes::<32>());
}

#[test]
fn top_level_means_at_most_one_contract_in_between() {
    let mut world = World::new();
    world.put(A, forwarder(0xf1, ARB_SYS));
    world.put(B, forwarder(0xf1, A));

    assert_eq!(number(&mut world, A, "isTopLevelCall()", &[]), U256::from(1));
    assert_eq!(number(&mut world, B, "isTopLevelCall()", &[]), U256::ZERO);
}

#[test]
fn arb_gas_info_tells_the_base_fee_and_no_parent_fees() {
    let mut world = World::new();
    world.block.base_fee = 5;

    assert_eq!(number(&mut world, ARB_GAS_INFO, "getMinimumGasPrice()", &[]), U256::from(5));
    assert_eq!(number(&mut world, ARB_GAS_INFO, "getL1BaseFeeEstimate()", &[]), U256::ZERO);
    let (_, prices) = ask(&mut world, WALLET, ARB_GAS_INFO, "getPricesInWei()", &[]);
    assert_eq!(prices[64..128], super::samples::words(&[100_000, 5]));
}

#[test]
fn arb_wasm_tells_the_parameters() {
    let mut world = World::new();
    for (signature, expected) in [
        ("stylusVersion()", 2),
        ("inkPrice()", 10_000),
        ("maxStackDepth()", 22_000),
        ("freePages()", 2),
        ("pageGas()", 1000),
        ("pageLimit()", 128),
        ("minInitGas()", 69 * 128),
        ("initCostScalar()", 100),
        ("expiryDays()", 365),
        ("keepaliveDays()", 31),
        ("blockCacheSize()", 32),
    ] {
        assert_eq!(number(&mut world, ARB_WASM, signature, &[]), U256::from(expected), "{signature}");
    }
}

#[test]
fn arb_wasm_tells_a_programs_figures() {
    let mut world = World::new();
    world.program(
        A,
        r#"(module (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param $len i32) (result i32) (i32.const 0)))"#,
    );
    let hash: U256 = world.db.cache.accounts[&A].info.code_hash.into();

    assert_eq!(number(&mut world, ARB_WASM, "programVersion(address)", &[word(A)]), U256::from(2));
    assert_eq!(number(&mut world, ARB_WASM, "codehashVersion(bytes32)", &[hash]), U256::from(2));
    assert_eq!(
        number(&mut world, ARB_WASM, "programInitGas(address)", &[word(A)]),
        U256::from(352 + 11 + 69 * 128 + 20)
    );
    assert_eq!(number(&mut world, ARB_WASM, "programMemoryFootprint(address)", &[word(A)]), U256::from(1));
    assert_eq!(number(&mut world, ARB_WASM, "programTimeLeft(address)", &[word(A)]), U256::from(365 * 86_400));
    assert_eq!(number(&mut world, ARB_WASM, "codehashAsmSize(bytes32)", &[hash]), U256::from(502 * 1024));
    let (success, output) = ask(&mut world, WALLET, ARB_WASM, "programVersion(address)", &[word(B)]);
    assert_eq!((success, &output[..]), (false, &selector("ProgramNotActivated()")[..]));
}

#[test]
fn only_owners_and_cache_managers_change_the_cache() {
    let mut world = World::new();
    world.program(A, &super::samples::echo());
    let cache = "cacheProgram(address)";

    assert!(!ask(&mut world, B, ARB_WASM_CACHE, cache, &[word(A)]).0);
    assert!(ask(&mut world, WALLET, ARB_WASM_CACHE, cache, &[word(A)]).0);
    let add = [&selector("addWasmCacheManager(address)")[..], B.into_word().as_slice()].concat();
    assert!(world.send(ARB_OWNER, add).is_success());
    assert!(ask(&mut world, B, ARB_WASM_CACHE, cache, &[word(A)]).0);
    assert_eq!(number(&mut world, ARB_WASM_CACHE, "isCacheManager(address)", &[word(B)]), U256::from(1));
    assert_eq!(
        ask(&mut world, WALLET, ARB_WASM_CACHE, "allCacheManagers()", &[]).1[..],
        [super::samples::words(&[32, 1]), B.into_word().to_vec()].concat()
    );
    let remove = [&selector("removeWasmCacheManager(address)")[..], B.into_word().as_slice()].concat();
    assert!(world.send(ARB_OWNER, remove).is_success());
    assert!(!ask(&mut world, B, ARB_WASM_CACHE, cache, &[word(A)]).0);
}

#[test]
fn program_that_is_not_active_cannot_be_cached() {
    let mut world = World::new();

    let (success, output) = ask(&mut world, WALLET, ARB_WASM_CACHE, "cacheProgram(address)", &[word(B)]);

    assert_eq!((success, &output[..]), (false, &selector("ProgramNotActivated()")[..]));
}

#[test]
fn owners_are_added_and_removed_by_owners_alone() {
    let mut world = World::new();
    let add = [&selector("addChainOwner(address)")[..], B.into_word().as_slice()].concat();
    let remove = [&selector("removeChainOwner(address)")[..], WALLET.into_word().as_slice()].concat();

    assert!(!ask(&mut world, B, ARB_OWNER, "isChainOwner(address)", &[word(B)]).0);
    assert!(world.send(ARB_OWNER, add).is_success());
    assert_eq!(ask(&mut world, B, ARB_OWNER, "isChainOwner(address)", &[word(B)]).1[31], 1);
    let both = [super::samples::words(&[32, 2]), WALLET.into_word().to_vec(), B.into_word().to_vec()].concat();
    assert_eq!(ask(&mut world, B, ARB_OWNER, "getAllChainOwners()", &[]).1[..], both);
    assert!(world.send(ARB_OWNER, remove.clone()).is_success());
    assert!(!world.send(ARB_OWNER, remove).is_success(), "an owner no longer");
    let one = [super::samples::words(&[32, 1]), B.into_word().to_vec()].concat();
    assert_eq!(ask(&mut world, B, ARB_OWNER, "getAllChainOwners()", &[]).1[..], one);
}

#[test]
fn data_fees_go_where_the_owners_say() {
    let mut world = World::new();
    let set = [&selector("setNetworkFeeAccount(address)")[..], B.into_word().as_slice()].concat();
    assert!(world.send(ARB_OWNER, set).is_success());

    world.program(A, &super::samples::echo());

    assert_eq!(number(&mut world, ARB_OWNER, "getNetworkFeeAccount()", &[]), word(B));
    assert!(world.balance(B) > U256::ZERO);
}

#[test]
fn unknown_methods_and_unwanted_value_are_refused() {
    let mut world = World::new();
    for of in [ARB_SYS, ARB_GAS_INFO, ARB_OWNER, ARB_WASM, ARB_WASM_CACHE] {
        assert!(!ask(&mut world, WALLET, of, "noSuchMethod()", &[]).0, "{of}");
        assert!(!world.send(of, []).is_success(), "{of} without calldata");
    }
    assert!(!world.pay(ARB_SYS, selector("arbBlockNumber()"), U256::from(1)).is_success());
    assert!(!world.pay(ARB_WASM, selector("inkPrice()"), U256::from(1)).is_success());
    assert_eq!(world.balance(ARB_SYS), U256::ZERO);
}
