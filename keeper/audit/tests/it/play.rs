//! A vault in the native world, and a tape of all that it tells.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::SolCall;
use keeper_audit::{Auditor, Entry, Place, Question};
use world::{OWNER, Scene, USDC, VAULT, WAD, address, mock};

use crate::dice::Dice;
use crate::tape::{Block, Tape};

/// Depositors.
pub const WALLETS: [Address; 5] = [address(0x31), address(0x32), address(0x33), address(0x34), address(0x35)];
/// A second key with a grant of its own.
pub const OTHER_KEEPER: Address = address(0x36);
/// Risk ids, of which the last ones are only ever nested in.
pub const IDS: [&str; 6] =
    ["protocol/one", "protocol/two", "issuer/circle", "collateral/eth", "tier/core", "tier/yield"];
/// The price feed of every breaker.
pub const FEED: Address = address(0x41);

/// The run under way.
pub struct Play {
    pub scene: Scene,
    pub dice: Dice,
    pub adapters: Vec<Address>,
    /// Changes that were announced.
    pub announced: Vec<Vec<u8>>,
    /// How often each kind of act was done, and not refused.
    pub done: BTreeMap<&'static str, u64>,
    pub tape: Tape,
    /// The honest auditor, which decides what is asked at each block.
    pub auditor: Auditor,
    block: u64,
    transaction: u64,
    told: usize,
    entries: Vec<Entry>,
}

impl Play {
    /// Returns a vault that is still being set up, with positions and limits.
    pub fn new(seed: u64) -> Self {
        let scene = Scene::new();
        mock::feed::install(&scene.world, FEED, 100_000_000);
        let mut adapters = Vec::new();
        for ids in [&IDS[..1], &IDS[1..3], &[IDS[0], IDS[3]]] {
            adapters
                .push(scene.position_on(ids, world::Terms { instant_bps: 8_000, depth_bps: 3_000, slack_bps: 0 }).0);
        }
        adapters.push(scene.lever(&[IDS[3]]));
        scene.covenants();
        adapters.push(scene.bond(&[IDS[0]], 60));
        adapters.push(scene.bond(&[IDS[1]], 400));
        for at in &adapters {
            scene.world.poke(*at, mock::adapter::DEPTH, U256::from(50_000_000_000_000_u64));
            scene.world.poke(*at, mock::adapter::RATE, U256::from(WAD / 20));
            mock::token::mint(&scene.world, USDC, *at, 1_000_000_000_000);
        }
        for wallet in WALLETS {
            scene.fund(wallet, 1 << 60);
        }
        scene.keeper(OTHER_KEEPER, 0b11, WAD / 50, WAD);
        let (done, tape, entries) = (BTreeMap::new(), Tape::default(), Vec::new());
        let auditor = Auditor::default();
        let dice = Dice(seed);
        let mut play = Self {
            scene,
            dice,
            adapters,
            announced: Vec::new(),
            done,
            tape,
            auditor,
            block: 1,
            transaction: 0,
            told: 0,
            entries,
        };
        play.hear();
        play.close_block(false);
        play
    }

    /// Calls the vault in a transaction of its own, or in the one under way.
    pub fn call<C: SolCall>(&mut self, what: &'static str, from: Address, call: &C) -> bool {
        self.call_raw(what, from, call.abi_encode())
    }

    /// See [`Self::call`].
    pub fn call_raw(&mut self, what: &'static str, from: Address, data: Vec<u8>) -> bool {
        let result = self.scene.world.call_raw(from, VAULT, data);
        let done = result.is_ok();
        if done {
            *self.done.entry(what).or_default() += 1;
        }
        self.hear();
        done
    }

    /// Makes a governed change, or announces it where it has to wait.
    pub fn govern<C: SolCall>(&mut self, what: &'static str, from: Address, call: &C) {
        let data = call.abi_encode();
        if !self.call_raw(what, from, data.clone()) {
            let submit = abi::board::IBoard::submitCall { data: Bytes::from(data.clone()) };
            if self.call("submit", from, &submit) {
                self.announced.push(data);
            }
        }
    }

    /// Returns the position of a roll.
    pub fn position(&mut self) -> u32 {
        let count = self.scene.view(abi::desk::IDesk::positionsCall {}).len();
        self.dice.roll(count as u64) as u32
    }

    /// The owner now.
    pub fn owner(&self) -> Address {
        self.scene.view(abi::board::IBoard::ownerCall {})
    }

    /// The next calls are another transaction.
    pub fn next_transaction(&mut self) {
        self.transaction += 1;
    }

    /// Takes down what was told since last time.
    fn hear(&mut self) {
        let logs = self.scene.world.logs_of(VAULT, self.told);
        self.told = self.scene.world.log_count();
        let (block, time_secs) = (self.block, self.scene.world.now_secs());
        let tx_hash = B256::from(U256::from(self.transaction + 1));
        for log in logs {
            let place = Place { block, log: self.entries.len() as u64, time_secs, tx_hash };
            self.entries.push(Entry { place, topics: log.topics, data: log.data.into() });
        }
    }

    /// Ends the block: what it told and what the views answer then go to the tape.
    pub fn close_block(&mut self, everything: bool) {
        let entries = std::mem::take(&mut self.entries);
        if !entries.is_empty() || everything {
            if !entries.is_empty() {
                self.auditor.take(&entries);
            }
            let mut questions: BTreeSet<Question> = self.auditor.questions().into_iter().collect();
            if everything {
                questions.extend(self.auditor.all_questions());
            }
            let answer = |question: Question| {
                let caller = address(0xee);
                (question, self.scene.world.call_raw(caller, VAULT, question.calldata().to_vec()).ok())
            };
            self.tape.known.extend(&questions);
            let answers = questions.into_iter().map(answer).collect();
            let time_secs = self.scene.world.now_secs();
            self.tape.blocks.push(Block { number: self.block, time_secs, entries, answers });
        }
        self.block += 1;
        self.transaction += 1;
    }

    /// Ends the block and lets time pass.
    pub fn pass(&mut self, secs: u64) {
        self.close_block(false);
        self.scene.world.pass(secs);
    }

    /// Returns whom the curator's changes come from: mostly the curator, sometimes the owner.
    pub fn governor(&mut self) -> Address {
        let owner = self.owner();
        self.dice.one_of(&[world::CURATOR, world::CURATOR, owner, OWNER])
    }
}
