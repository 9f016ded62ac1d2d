//! The mandate as WASM on the local chain against the mandate linked here, on a million random portfolios, bit for bit.

use std::path::Path;

use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use devnet::{BlockId, Call, Chain, Clock, Config};
use tenor_judge::{Case, judge};

const SEED: u64 = 20_260_301;
const CASES: u64 = 1_000_000;
const BATCH: u64 = 5_000;
/// Where the program is put; no deployment is part of what is tested.
const JUDGE: Address = address!("00000000000000000000000000000000000a11ce");
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

/// A chain with the program, activated.
fn chain() -> Chain {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/programs/judge.code");
    let code =
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; scripts/wasm builds it", path.display()));
    let chain = Chain::new(Config {
        clock: Clock::Manual { start_secs: 1_772_323_200 },
        block_gas_limit: 1_000_000_000,
        ..Config::default()
    });
    chain.set_code(JUDGE, code.into()).expect("it is a program");
    let input = [&keccak256("activateProgram(address)")[..4], JUDGE.into_word().as_slice()].concat();
    let activation = Call::new(chain.accounts()[0], ARB_WASM, input).with_value_wei(U256::from(10_u64.pow(18)));
    let receipt = chain.send(&activation).expect("the chain takes it");
    assert!(receipt.is_success(), "activation: {}", receipt.output);
    chain
}

/// What the program answers for cases `first .. first + count`.
fn on_chain(chain: &Chain, seed: u64, first: u64, count: u64) -> Bytes {
    let input = [seed, first, count].map(u64::to_be_bytes).concat();
    chain.call(&Call::new(Address::ZERO, JUDGE, input), BlockId::latest()).expect("the program answers")
}

/// What is answered here.
fn native(seed: u64, first: u64, count: u64) -> Vec<u8> {
    let (digest, record) = judge(seed, first, count, |bytes| keccak256(bytes));
    [digest.as_slice(), record.bytes()].concat()
}

/// The first case on which both differ, by halves.
fn first_difference(chain: &Chain, seed: u64, mut first: u64, mut count: u64) -> u64 {
    while count > 1 {
        let half = count / 2;
        if on_chain(chain, seed, first, half) == native(seed, first, half) {
            (first, count) = (first + half, count - half);
        } else {
            count = half;
        }
    }
    first
}

/// Compares the cases `first .. first + count`.
fn agree(chain: &Chain, first: u64, count: u64) {
    if on_chain(chain, SEED, first, count) != native(SEED, first, count) {
        let number = first_difference(chain, SEED, first, count);
        let [program, here] = [on_chain(chain, SEED, number, 1), native(SEED, number, 1).into()];
        panic!("case {number} of seed {SEED}:\nprogram {program}\nhere    {here}\n{:#?}", Case::random(SEED, number));
    }
}

#[test]
fn contract_and_keeper_agree_on_a_million_random_portfolios() {
    let chain = chain();
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());

    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (chain, batches) = (&chain, (0..CASES).step_by(BATCH as usize).skip(thread).step_by(threads));
            scope.spawn(move || batches.for_each(|first| agree(chain, first, BATCH)));
        }
    });
}

#[test]
fn the_portfolios_meet_every_limit() {
    let mut refused = [0_u64; 256];
    for number in 0..200_000 {
        let (_, record) = judge(SEED, number, 1, |_| B256::ZERO);
        refused[usize::from(record.refused().unwrap_or(255))] += 1;
    }

    let (limits, passed) = (&refused[..19], refused[255]);
    assert!(passed > 10_000, "{passed} pass");
    assert!(limits.iter().all(|refused| *refused > 500), "too few are refused by a limit: {limits:?}");
    assert_eq!(limits.iter().sum::<u64>() + passed, 200_000);
}
