//! What the tests of this crate share: a folder of their own, and small records.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use alloy_primitives::{Address, B256, U256};
use model::ports::{Attempt, Stage};
use model::{
    Asset, Assets, Block, Book, Budgets, Charges, Decision, Explanation, Grant, Idleness, Intent, Operator, Parameters,
    Plan, Purpose, Snapshot, Timestamp, Wei,
};

/// A folder of its own for each test, removed at its end.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let unique = format!("keeper-store-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(unique);
        std::fs::create_dir_all(&path).expect("the temporary folder is writable");
        Self(path)
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("journal.sqlite")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn block() -> Block {
    Block { number: 9, hash: B256::repeat_byte(5), timestamp: Timestamp(100), base_fee: Wei::from(1) }
}

fn explanation() -> Explanation {
    Explanation {
        block: block(),
        total: Assets::from(1_000),
        income_before_assets: 0.1,
        income_after_assets: 51.25,
        charges_before: Charges::default(),
        charges_after: Charges::default(),
        gain_assets: 0.3,
        gas_cost: Wei::from(2),
        gas_cost_assets: Assets::from(3),
        required_assets: 0.0,
        gap_assets: 1e-9,
        positions: Vec::new(),
        binding: Vec::new(),
        limits: Vec::new(),
        stuck: Vec::new(),
        fallback: None,
    }
}

/// An attempt that is planned and nothing more.
pub fn attempt() -> Attempt {
    let intent = Intent { nonce: U256::from(1), deadline: Timestamp(160), revision: U256::from(2), legs: Vec::new() };
    let plan = Plan { intent, legs: Vec::new(), purpose: Purpose::Earn, explanation: explanation() };
    Attempt { chain_id: 412_346, vault: Address::repeat_byte(2), plan, stage: Stage::Planned }
}

/// A decision to do nothing.
pub fn decision() -> Decision {
    Decision::NothingToDo { reason: Idleness::NoAssets, explanation: explanation() }
}

/// An empty vault.
pub fn snapshot() -> Snapshot {
    Snapshot {
        chain_id: 412_346,
        block: block(),
        vault: Address::repeat_byte(2),
        asset: Asset { address: Address::repeat_byte(6), symbol: "USDC".into(), decimals: 6 },
        book: Book::default(),
        parameters: Parameters::default(),
        covenants: None,
        budgets: Budgets::default(),
        revision: U256::ZERO,
        positions: Vec::new(),
        caps: Vec::new(),
        operator: Operator { account: Address::repeat_byte(1), balance: Wei::ZERO, grant: Grant::default() },
    }
}
