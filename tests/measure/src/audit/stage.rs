//! The stage of a run: the usual deployment with two more positions whose price is steered, under nested risk ids with
//! breakers.

use std::collections::BTreeSet;

use abi::{arb::IArbWasm, board::IBoard, erc20::IERC20};
use alloy_primitives::{Address, B256, I256, U256, address};
use alloy_sol_types::SolCall;
use anyhow::{Context, ensure};
use chain::deployment::{CapTerms, GrantTerms};
use devnet::Call;
use kit::{Built, Tenor, root, usdc};
use model::{Assets, RiskId, Timestamp, Wad};
use sim::Artifacts;

use super::entries;
use crate::random::Random;

/// 1e18.
pub(super) const WAD: u64 = 1_000_000_000_000_000_000;
/// A fair price as the feed says it.
pub(super) const FAIR: i64 = 100_000_000;
/// The ids of the run; positions are under the first four, the others are nested in.
pub(super) const IDS: [&str; 6] =
    ["protocol/aave-v3", "protocol/metamorpho", "protocol/steered", "issuer/circle", "tier/core", "tier/yield"];
/// The precompile that keeps programs.
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
/// What a keep-alive is offered; what it does not cost comes back.
const OFFER_WEI: u64 = WAD / 100;
/// A program that lives shorter is kept alive: longer than any wait of a run.
const LEAST_LIFE_SECS: u64 = 200 * 86_400;
/// The steered venues' bands.
const BANDS_BPS: [u16; 2] = [50, 300];

/// The run under way.
pub struct Stage {
    /// The deployment.
    pub tenor: Tenor,
    pub(super) random: Random,
    pub(super) venues: Vec<Address>,
    pub(super) feed: Address,
    pub(super) other_keeper: Address,
    pub(super) counterparty: Address,
    pub(super) announced: Vec<Vec<u8>>,
    told: (u64, usize),
}

impl Stage {
    /// Deploys everything.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn build(seed: u64) -> anyhow::Result<Self> {
        let cap = (u64::MAX / 2_000_000, 600_000_000_000_000_000);
        let alter = |mandate: &mut chain::deployment::Mandate, world: &sim::World| {
            let keeper = world.admin;
            mandate.keepers.push(GrantTerms {
                positions: Some(u64::MAX),
                turnover: Wad(U256::from(2 * WAD)),
                loss: Wad(U256::from(WAD / 50)),
                ..GrantTerms::until(keeper, Timestamp(1_900_000_000))
            });
            let rest = IDS[2..].iter().map(|name| CapTerms {
                risk_id: RiskId::from_name(name).expect("a short name"),
                absolute: Assets(U256::MAX),
                relative: Wad::ONE,
            });
            mandate.caps.extend(rest);
            mandate.silence_secs = 7 * 86_400;
        };
        let tenor = Tenor::built(&Built { aave_cap: cap, meta_morpho_cap: cap, alter, ..Built::default() });
        let (artifacts, counterparty) = (Artifacts::of_workspace(&root()), tenor.wallets[4]);
        tenor.world.fund(&tenor.chain, counterparty, usdc(1_000_000_000))?;
        let (mut venues, mut stage_positions) = (Vec::new(), Vec::new());
        for band_bps in BANDS_BPS {
            let venue = tenor.world.deploy_steered(&tenor.chain, &artifacts, counterparty, band_bps)?;
            venues.push(venue);
            stage_positions.push(tenor.adapter(venue));
        }
        for (adapter, name) in stage_positions.into_iter().zip([IDS[2], IDS[3]]) {
            tenor.position(adapter, id(name), U256::MAX);
        }
        let feed = tenor.world.deploy_feed(&tenor.chain, &artifacts, 8, I256::try_from(FAIR)?)?;
        for wallet in tenor.wallets {
            tenor.world.fund(&tenor.chain, wallet, usdc(1_000_000_000))?;
            let approve = IERC20::approveCall { spender: tenor.vault, value: U256::MAX };
            tenor.send(wallet, tenor.world.tokens.usdc, &approve).ok().context("the token approves")?;
        }
        let (other_keeper, random) = (tenor.world.admin, Random::new(seed, 0));
        Ok(Self { tenor, random, venues, feed, other_keeper, counterparty, announced: Vec::new(), told: (0, 0) })
    }

    /// Calls the vault in a transaction; what is refused is none. Returns whether it was taken.
    pub(super) fn call<C: SolCall>(&mut self, from: Address, call: &C) -> anyhow::Result<bool> {
        self.call_raw(from, call.abi_encode())
    }

    /// See [`Self::call`].
    pub(super) fn call_raw(&mut self, from: Address, data: Vec<u8>) -> anyhow::Result<bool> {
        Ok(self.tenor.chain.send(&Call::new(from, self.tenor.vault, data))?.is_success())
    }

    /// Makes a governed change, or announces it where it has to wait.
    pub(super) fn govern<C: SolCall>(&mut self, from: Address, call: &C) -> anyhow::Result<()> {
        let data = call.abi_encode();
        if !self.call_raw(from, data.clone())? && self.call(from, &IBoard::submitCall { data: data.clone().into() })? {
            self.announced.push(data);
        }
        Ok(())
    }

    /// Lets time pass, and keeps the programs alive: a year without that, and the chain forgets them.
    pub(super) fn pass(&mut self, secs: u64) -> anyhow::Result<()> {
        self.tenor.pass(secs);
        let programs = self.tenor.view(self.tenor.vault, &IBoard::programsCall {});
        let old = programs.into_iter().filter(|program| program.secsLeft < U256::from(LEAST_LIFE_SECS));
        for codehash in old.map(|program| program.codehash).collect::<BTreeSet<_>>() {
            let call = IArbWasm::codehashKeepaliveCall { codehash }.abi_encode();
            let call = Call::new(self.tenor.owner, ARB_WASM, call).with_value_wei(U256::from(OFFER_WEI));
            let kept = self.tenor.chain.send(&call)?;
            ensure!(kept.is_success(), "a program is not kept alive: {}", kept.output);
        }
        Ok(())
    }

    /// Returns how many transactions have told something so far.
    pub(super) fn told(&mut self) -> usize {
        let (from, mut told) = self.told;
        let head = self.tenor.chain.block_number();
        for block in self.tenor.chain.blocks(from, head) {
            let entries = entries(&block, self.tenor.vault);
            told += entries.chunk_by(|one, other| one.place.tx_hash == other.place.tx_hash).count();
        }
        self.told = (head + 1, told);
        told
    }

    pub(super) fn now_secs(&self) -> u64 {
        self.tenor.chain.head().timestamp_secs()
    }

    pub(super) fn id(&mut self) -> B256 {
        id(self.random.of(&IDS))
    }
}

fn id(name: &str) -> B256 {
    RiskId::from_name(name).expect("a short name").0
}
