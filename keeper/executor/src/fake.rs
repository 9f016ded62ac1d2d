//! A chain, a node before it that drops, doubles, delays and lies as told, and a journal in memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use alloy_sol_types::SolCall;
use model::abi::desk::IDesk;
use model::alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use model::ports::{
    Attempt, Broadcast, Call, Clock, Fault, FaultKind, Fees, Journal, Node, Receipt, Settlement, Signed, Simulation,
    Stage, Transaction,
};
use model::{Assets, Block, Charges, Explanation, Gas, Intent, Plan, Purpose, Timestamp, Wei};

use crate::Settings;

pub(crate) const ACCOUNT: Address = Address::repeat_byte(0xaa);
pub(crate) const VAULT: Address = Address::repeat_byte(0xbb);
pub(crate) const CHAIN_ID: u64 = 412_346;

/// What the node does with one broadcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Takes the bytes and says so.
    Take,
    /// Takes the bytes, and the answer is lost.
    TakeSilently,
    /// Loses the bytes, and the answer too.
    Lose,
    /// Says that it took the bytes, and loses them.
    Lie,
    /// Takes the bytes, and the process dies before the answer.
    TakeAndDie,
    /// The process dies before the bytes are out.
    Die,
    /// Wants a higher price.
    FeeTooLow,
    /// Refuses for good.
    Reject,
}

#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) now_secs: u64,
    pub(crate) height: u64,
    pub(crate) next_nonce: u64,
    /// The vault's own intent nonce: how many rebalances it has done.
    pub(crate) rebalances: u64,
    pub(crate) pool: BTreeMap<B256, Transaction>,
    pub(crate) receipts: BTreeMap<B256, Receipt>,
    pub(crate) price: u64,
    pub(crate) script: VecDeque<Wire>,
    /// What happens once the script is through.
    pub(crate) then: Option<Wire>,
    /// Looks for which receipts stay hidden.
    pub(crate) hide_receipts: u32,
    /// How far the node's nonce is behind.
    pub(crate) nonce_lag: u64,
    /// Questions that go unanswered.
    pub(crate) mute: u32,
    /// Seconds of sleep after which a block is made; none makes no blocks.
    pub(crate) block_secs: Option<u64>,
    pub(crate) broadcasts: u32,
    pub(crate) would_revert: Option<String>,
}

impl Ledger {
    /// Puts what fits into a block: the vault takes an intent once, and not after its deadline.
    pub(crate) fn mine(&mut self) {
        self.height += 1;
        let account_nonce = self.next_nonce;
        let Some((hash, transaction)) = self.pool.iter().find(|(_, t)| t.nonce == account_nonce) else { return };
        let (hash, transaction) = (*hash, transaction.clone());
        let (nonce, deadline) = intent_of(&transaction.call.data);
        let succeeded = nonce == U256::from(self.rebalances) && U256::from(self.now_secs) <= deadline;
        if succeeded {
            self.rebalances += 1;
        }
        self.next_nonce += 1;
        self.pool.retain(|_, other| other.nonce > account_nonce);
        let receipt = Receipt { hash, block_number: self.height, succeeded, gas_used: Gas(7), gas_price: Wei::from(1) };
        self.receipts.insert(hash, receipt);
    }
}

/// Nonce and deadline of the intent in a call.
fn intent_of(data: &Bytes) -> (U256, U256) {
    let call = IDesk::rebalanceCall::abi_decode(data).expect("the executor sends nothing else");
    (call.intent.nonce, call.intent.deadline)
}

pub(crate) struct World {
    pub(crate) ledger: Mutex<Ledger>,
    pub(crate) records: Mutex<Vec<Attempt>>,
}

impl World {
    pub(crate) fn new() -> Self {
        let ledger = Ledger {
            now_secs: 1_000,
            next_nonce: 5,
            price: 10,
            then: Some(Wire::Take),
            block_secs: Some(1),
            ..Ledger::default()
        };
        Self { ledger: Mutex::new(ledger), records: Mutex::default() }
    }

    pub(crate) fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("one thread")
    }

    pub(crate) fn stage(&self, record: u64) -> Stage {
        self.records.lock().expect("one thread")[record as usize - 1].stage.clone()
    }

    pub(crate) fn settlements(&self) -> Vec<Settlement> {
        let records = self.records.lock().expect("one thread");
        let settled = records.iter().filter_map(|attempt| match &attempt.stage {
            Stage::Settled(settlement) => Some(settlement.clone()),
            _ => None,
        });
        settled.collect()
    }
}

fn lost(detail: &str) -> Fault {
    Fault { kind: FaultKind::Retry, detail: detail.to_owned() }
}

impl World {
    fn answer(&self) -> Result<(), Fault> {
        let mut ledger = self.ledger();
        match ledger.mute.checked_sub(1) {
            Some(left) => {
                ledger.mute = left;
                Err(lost("no answer"))
            }
            None => Ok(()),
        }
    }
}

impl Node for &World {
    async fn simulate(&self, _: &Call, _: &Block) -> Result<Simulation, Fault> {
        self.answer()?;
        Ok(match self.ledger().would_revert.clone() {
            Some(reason) => Simulation::Reverts { data: Bytes::new(), reason },
            None => Simulation::Succeeds { output: Bytes::new(), gas: Gas(100) },
        })
    }

    async fn fees(&self) -> Result<Fees, Fault> {
        self.answer()?;
        let max_fee = Wei::from(u128::from(self.ledger().price));
        Ok(Fees { max_fee, max_priority_fee: Wei::ZERO })
    }

    async fn next_nonce(&self, _: Address) -> Result<u64, Fault> {
        self.answer()?;
        let ledger = self.ledger();
        Ok(ledger.next_nonce - ledger.nonce_lag)
    }

    async fn sign(&self, transaction: &Transaction) -> Result<Signed, Fault> {
        let raw: Bytes = serde_json::to_vec(transaction).expect("plain data").into();
        Ok(Signed { hash: keccak256(&raw), raw })
    }

    async fn broadcast(&self, signed: &Signed) -> Result<Broadcast, Fault> {
        let transaction: Transaction = serde_json::from_slice(&signed.raw).expect("our own bytes");
        let wire = {
            let mut ledger = self.ledger();
            ledger.broadcasts += 1;
            let wire = ledger.script.pop_front().or(ledger.then).expect("a script");
            if transaction.nonce < ledger.next_nonce {
                return Ok(Broadcast::NonceUsed);
            }
            if matches!(wire, Wire::Take | Wire::TakeSilently | Wire::TakeAndDie) {
                ledger.pool.insert(signed.hash, transaction);
            }
            wire
        };
        match wire {
            Wire::Take | Wire::Lie => Ok(Broadcast::Accepted),
            Wire::TakeSilently | Wire::Lose => Err(lost("timed out")),
            Wire::TakeAndDie | Wire::Die => std::future::pending().await,
            Wire::FeeTooLow => {
                self.ledger().price += 1;
                Ok(Broadcast::FeeTooLow)
            }
            Wire::Reject => Ok(Broadcast::Rejected { reason: "insufficient funds".into() }),
        }
    }

    async fn head(&self) -> Result<Block, Fault> {
        self.answer()?;
        let ledger = self.ledger();
        Ok(Block {
            number: ledger.height,
            hash: B256::ZERO,
            timestamp: Timestamp(ledger.now_secs),
            base_fee: Wei::from(1),
        })
    }

    async fn receipt(&self, hash: B256) -> Result<Option<Receipt>, Fault> {
        self.answer()?;
        let mut ledger = self.ledger();
        if let Some(left) = ledger.hide_receipts.checked_sub(1) {
            ledger.hide_receipts = left;
            return Ok(None);
        }
        Ok(ledger.receipts.get(&hash).cloned())
    }
}

impl Journal for &World {
    fn open(&self, attempt: &Attempt) -> Result<u64, Fault> {
        let mut records = self.records.lock().expect("one thread");
        records.push(attempt.clone());
        Ok(records.len() as u64)
    }

    fn advance(&self, record: u64, stage: &Stage) -> Result<(), Fault> {
        self.records.lock().expect("one thread")[record as usize - 1].stage = stage.clone();
        Ok(())
    }

    fn unsettled(&self) -> Result<Vec<(u64, Attempt)>, Fault> {
        let records = self.records.lock().expect("one thread");
        let numbered = (1..).zip(records.iter().cloned());
        Ok(numbered.filter(|(_, attempt)| !matches!(attempt.stage, Stage::Settled(_))).collect())
    }

    fn last_mined_nonce(&self, _: u64, _: Address) -> Result<Option<u64>, Fault> {
        let mined = self
            .settlements()
            .iter()
            .any(|settlement| matches!(settlement, Settlement::Done(_) | Settlement::Reverted { .. }));
        // Every transaction of these tests has a nonce from 5 on; the last one mined is one below the true next.
        Ok(mined.then(|| self.ledger().next_nonce - 1))
    }
}

impl Clock for &World {
    fn now(&self) -> Timestamp {
        Timestamp(self.ledger().now_secs)
    }

    async fn sleep_millis(&self, millis: u64) {
        let mut ledger = self.ledger();
        ledger.now_secs += millis.div_ceil(1_000);
        if ledger.block_secs.is_some_and(|secs| ledger.now_secs.is_multiple_of(secs)) {
            ledger.mine();
        }
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        chain_id: CHAIN_ID,
        vault: VAULT,
        account: ACCOUNT,
        poll_millis: 1_000,
        looks_per_broadcast: 2,
        looks_until_replaced: 3,
        patience_secs: 10_000,
        max_gas: Gas(1_000),
    }
}

/// A plan for the vault's next rebalance, valid for a minute.
pub(crate) fn plan(intent_nonce: u64, now_secs: u64) -> Plan {
    let intent = Intent {
        nonce: U256::from(intent_nonce),
        deadline: Timestamp(now_secs + 60),
        revision: U256::ZERO,
        legs: Vec::new(),
    };
    let block = Block { number: 1, hash: B256::ZERO, timestamp: Timestamp(now_secs), base_fee: Wei::from(1) };
    let explanation = Explanation {
        block,
        total: Assets::ZERO,
        income_before_assets: 0.0,
        income_after_assets: 0.0,
        charges_before: Charges::default(),
        charges_after: Charges::default(),
        gain_assets: 0.0,
        gas_cost: Wei::ZERO,
        gas_cost_assets: Assets::ZERO,
        required_assets: 0.0,
        gap_assets: 0.0,
        positions: Vec::new(),
        binding: Vec::new(),
        limits: Vec::new(),
        stuck: Vec::new(),
        fallback: None,
    };
    Plan { intent, legs: Vec::new(), purpose: Purpose::Earn, explanation }
}
