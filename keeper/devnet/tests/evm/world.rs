//! A chain in memory, one transaction a block, with short verbs.

use keeper_devnet::evm::{self, ARB_WASM, BlockContext, Outcome, Transaction};
use keeper_devnet::stylus::code::PREFIX;
use revm::{
    Database, DatabaseCommit,
    bytecode::Bytecode,
    database::InMemoryDB,
    primitives::{Address, Bytes, TxKind, U256, address, keccak256},
    state::AccountInfo,
};

/// The wallet that sends everything, and owns the chain.
pub const WALLET: Address = address!("1000000000000000000000000000000000000001");
/// A wei amount that buys everything.
pub const RICH: u128 = 1_000_000_000_000_000_000_000_000;
/// Gas limit of each transaction.
pub const GAS_LIMIT: u64 = 20_000_000;

/// State and block of a chain in memory.
pub struct World {
    /// The state.
    pub db: InMemoryDB,
    /// The block that the next transaction runs in.
    pub block: BlockContext,
}

impl World {
    /// Starts a chain with one rich wallet.
    pub fn new() -> Self {
        let mut db = InMemoryDB::default();
        for account in evm::genesis(WALLET) {
            let code = Bytecode::new_legacy(account.code);
            let info = AccountInfo {
                nonce: account.nonce,
                code_hash: code.hash_slow(),
                code: Some(code),
                ..Default::default()
            };
            db.insert_account_info(account.address, info);
            for (slot, value) in account.storage {
                db.insert_account_storage(account.address, slot, value).unwrap();
            }
        }
        db.insert_account_info(WALLET, AccountInfo { balance: U256::from(RICH), ..Default::default() });
        let block = BlockContext {
            number: 100,
            l1_number: 20,
            timestamp: 1_800_000_000,
            gas_limit: 1_000_000_000,
            chain_id: 412_346,
            ..Default::default()
        };
        Self { db, block }
    }

    /// Puts code at an address, past all checks.
    pub fn put(&mut self, at: Address, code: impl Into<Bytes>) {
        let code = Bytecode::new_legacy(code.into());
        let info = AccountInfo { nonce: 1, code_hash: code.hash_slow(), code: Some(code), ..Default::default() };
        self.db.insert_account_info(at, info);
    }

    /// Puts a program in text form at an address and activates it.
    pub fn program(&mut self, at: Address, wat: &str) {
        self.put(at, compress(&wasm(wat)));
        let outcome = self.activate(at);
        // The same code may run elsewhere already.
        let is_up_to_date = outcome.output[..] == selector("ProgramUpToDate()");
        assert!(outcome.is_success() || is_up_to_date, "activation of {at}: {}", reason(&outcome));
    }

    /// Activates the program at an address.
    pub fn activate(&mut self, program: Address) -> Outcome {
        let input = [&selector("activateProgram(address)")[..], program.into_word().as_slice()].concat();
        self.pay(ARB_WASM, input, U256::from(10u128.pow(18)))
    }

    /// Sends a transaction without value in a new block and commits it.
    pub fn send(&mut self, to: Address, input: impl Into<Bytes>) -> Outcome {
        self.pay(to, input, U256::ZERO)
    }

    /// Sends a transaction with value in a new block and commits it.
    pub fn pay(&mut self, to: Address, input: impl Into<Bytes>, value: U256) -> Outcome {
        self.transact(TxKind::Call(to), input.into(), value, GAS_LIMIT)
    }

    /// Sends a transaction in a new block and commits it.
    pub fn transact(&mut self, kind: TxKind, data: Bytes, value: U256, gas_limit: u64) -> Outcome {
        self.next_block();
        self.transact_here(kind, data, value, gas_limit)
    }

    /// Sends a transaction in the same block as the last and commits it.
    pub fn transact_here(&mut self, kind: TxKind, data: Bytes, value: U256, gas_limit: u64) -> Outcome {
        let nonce = self.db.basic(WALLET).unwrap().unwrap().nonce;
        let chain_id = Some(self.block.chain_id);
        let transaction =
            Transaction { caller: WALLET, kind, data, value, gas_limit, nonce, chain_id, ..Default::default() };
        let outcome = evm::transact(&mut self.db, &mut self.block, transaction).expect("valid transaction");
        self.db.commit(outcome.state.clone());
        outcome
    }

    /// Begins a block.
    pub fn next_block(&mut self) {
        self.block.number += 1;
        self.block.recent = Default::default();
    }

    /// Returns a slot.
    pub fn slot(&mut self, of: Address, slot: u64) -> U256 {
        self.db.storage(of, U256::from(slot)).unwrap()
    }

    /// Returns a balance in wei.
    pub fn balance(&mut self, of: Address) -> U256 {
        self.db.basic(of).unwrap().unwrap_or_default().balance
    }
}

/// Assembles a module.
pub fn wasm(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}"))
}

/// Wraps a module into a program's code, as small as it gets.
pub fn compress(wasm: &[u8]) -> Vec<u8> {
    compress_at(wasm, 11)
}

/// Wraps a module into a program's code, fast.
pub fn compress_fast(wasm: &[u8]) -> Vec<u8> {
    compress_at(wasm, 1)
}

fn compress_at(wasm: &[u8], quality: i32) -> Vec<u8> {
    let mut code = [&PREFIX[..], &[0]].concat();
    let params = brotli::enc::BrotliEncoderParams { quality, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &wasm[..], &mut code, &params).unwrap();
    code
}

/// Returns the first four bytes of a signature's hash.
pub fn selector(signature: &str) -> [u8; 4] {
    keccak256(signature)[..4].try_into().unwrap()
}

/// Says why a transaction failed.
pub fn reason(outcome: &Outcome) -> String {
    let words = outcome.output.get(68..).map(String::from_utf8_lossy).unwrap_or_default();
    format!("{:?} {} {words}", outcome.status, outcome.output)
}
