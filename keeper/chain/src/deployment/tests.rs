//! The order of a deployment, against a sender that remembers.

use std::sync::Mutex;

use abi::board::IBoard;
use abi::bond::IBond;
use abi::leverage::ILoop;
use alloy_primitives::{B256, Log, U256, keccak256};
use alloy_sol_types::SolValue;
use model::{Assets, Gas, Hazard, RiskId, Rung, Thresholds, Timestamp, Wad};

use super::*;
use crate::covenants::{Agreed, DurationBand, Purchases};

#[derive(Debug, thiserror::Error)]
#[error("refused")]
struct Refused;

/// Creates contract number n at address nn…nn; refuses the call with this number.
struct Memory {
    sent: Mutex<Vec<Outgoing>>,
    refuse_at: Option<usize>,
}

impl Sender for Memory {
    type Error = Refused;

    fn account(&self) -> Address {
        Address::repeat_byte(0xaa)
    }

    async fn send(&self, outgoing: Outgoing) -> Result<Landed, Refused> {
        let mut sent = self.sent.lock().expect("one thread");
        if self.refuse_at == Some(sent.len()) {
            return Err(Refused);
        }
        sent.push(outgoing.clone());
        let made = Address::repeat_byte(u8::try_from(sent.len()).expect("a short story"));
        let event = IDeployer::Deployed { created: made, codehash: B256::ZERO };
        let logs = match outgoing.to {
            Some(to) => vec![Log { address: to, data: event.encode_log_data() }],
            None => Vec::new(),
        };
        let created = outgoing.to.is_none().then_some(made);
        Ok(Landed { tx_hash: B256::ZERO, gas_used: Gas(10), created, logs })
    }
}

fn programs() -> Programs {
    let code = |byte| Bytes::copy_from_slice(&[0xef, 0xf0, 0, byte]);
    Programs {
        deployer: Bytes::from_static(&[1]),
        vault: code(1),
        desk: code(2),
        board: code(3),
        lens: code(4),
        rehearsal: code(11),
        covenants: code(14),
        aave: code(5),
        erc4626: code(6),
        morpho: code(7),
        aave_loop: code(8),
        pendle_pt: code(12),
        hyperdrive_long: code(13),
        treasury: code(14),
        oracle: code(9),
        commons: code(10),
    }
}

fn mandate() -> Mandate {
    let id = |name| RiskId::from_name(name).expect("short");
    let cap = |name| CapTerms { risk_id: id(name), absolute: Assets::from(5), relative: Wad::ONE };
    Mandate {
        asset: Address::repeat_byte(0xbb),
        owner: Address::repeat_byte(0xcc),
        curator: Address::repeat_byte(0xaa),
        guardians: vec![Address::repeat_byte(0xdd)],
        keepers: vec![GrantTerms::until(Address::repeat_byte(0xee), Timestamp(9))],
        caps: vec![cap("aave"), cap("core")],
        nests: vec![(id("aave"), id("core"))],
        positions: vec![PositionTerms::new(VenueKind::AaveV3, Address::repeat_byte(0xff), vec![id("aave")])],
        ..Mandate::default()
    }
}

/// Drives a future that never waits.
fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

#[test]
fn programs_are_created_before_anything_is_set() {
    let sender = Memory { sent: Mutex::default(), refuse_at: None };
    let mut steps = Vec::new();

    let deployed =
        run(deploy(&sender, &programs(), &mandate(), |step| steps.push(step.to_owned()))).expect("all is accepted");

    let owner = Address::repeat_byte(0xcc);
    assert_eq!(deployed.vault, Address::repeat_byte(8));
    assert_eq!((deployed.adapters.len(), deployed.gas_used), (1, 250));
    let expected = [
        "deployer",
        "desk",
        "commons",
        "board",
        "lens",
        "rehearsal",
        "covenants",
        "vault",
        "adapter 0 (aave-v3)",
        "code of adapters for aave-v3",
        "cap of aave",
        "cap of core",
        "aave under core",
        "position 0 (aave-v3)",
        "liquidity floor and cover",
        "ceiling of the believed rate",
        "epoch",
        "silence",
        "health floor",
        "budgets",
        "keeper 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE",
        "guardian 0xDDdDddDdDdddDDddDDddDDDDdDdDDdDDdDDDDDDd",
        "curator",
        "offer of ownership",
        "opening",
    ];
    assert_eq!(steps, expected);
    let sent = sender.sent.lock().expect("one thread");
    let [.., offer, opening] = sent.as_slice() else { panic!("nothing was sent") };
    let offer = IBoard::offerOwnershipCall::abi_decode(&offer.data).expect("an offer");
    assert_eq!(offer.candidate, owner);
    assert!(IBoard::openCall::abi_decode(&opening.data).is_ok(), "the opening is last");
    let vault = IDeployer::deployCall::abi_decode(&sent[7].data).expect("a deployment");
    let initialize = IVault::initializeCall::abi_decode(&vault.initialization).expect("an initialization");
    assert_eq!(
        (initialize.desk, initialize.commons, initialize.board),
        (deployed.desk, deployed.commons, deployed.board)
    );
    assert_eq!(initialize.lens, deployed.lens);
    assert_eq!(initialize.covenants, deployed.covenants);
    assert_eq!(initialize.owner, sender.account());
    assert_eq!(vault.initCode, init_code(&programs().vault));
    let code = IBoard::admitCodeCall::abi_decode(&sent[9].data).expect("a board call");
    assert_eq!(code.codehash, keccak256(&programs().aave));
}

#[test]
fn a_keeper_is_granted_every_position_unless_some_are_named() {
    let sent = |positions: Option<u64>| {
        let sender = Memory { sent: Mutex::default(), refuse_at: None };
        let mut mandate = mandate();
        mandate.positions.push(mandate.positions[0].clone());
        mandate.keepers[0].positions = positions;
        run(deploy(&sender, &programs(), &mandate, |_| {})).expect("all is accepted");
        let sent = sender.sent.into_inner().expect("one thread");
        sent.iter().find_map(|outgoing| IBoard::setKeeperCall::abi_decode(&outgoing.data).ok()).expect("a grant")
    };

    assert_eq!(sent(None).positions, 0b11);
    assert_eq!(sent(Some(0b10)).positions, 0b10);
    assert_eq!(sent(None).expiry, U256::from(9));
}

#[test]
fn a_step_that_fails_is_named() {
    let sender = Memory { sent: Mutex::default(), refuse_at: Some(7) };

    let error = run(deploy(&sender, &programs(), &mandate(), |_| {})).expect_err("refused");

    assert_eq!(error.to_string(), "vault: refused");
}

/// The usual mandate with a second position that owes, at the oracle of this place.
fn levered(oracle: usize) -> Mandate {
    let address = Address::repeat_byte;
    let oracles = vec![OracleTerms {
        name: "weth-usdc".to_owned(),
        base: address(0x10),
        quote: address(0xbb),
        feed: address(0x11),
        max_age_secs: 3_600,
        quote_feed: Address::ZERO,
        quote_max_age_secs: 0,
        min_price: Wad::from(500),
        max_price: Wad::from(20_000),
        pool: address(0x12),
        window_secs: 1_800,
        deviation_bps: 200,
        sequencer: Address::ZERO,
        grace_secs: 0,
    }];
    let thresholds = Thresholds {
        target_bps: 15_000,
        soft_bps: 13_000,
        hard_bps: 11_000,
        chunk: Assets::from(7),
        cooldown_secs: 600,
        slip_bps: 100,
        reward_bps: 10,
        ready_at: Timestamp(0),
    };
    let lever = LeverTerms { oracle, lender: address(0x13), e_mode: 1, target_bps: 14_000, slip_bps: 50, thresholds };
    let mut mandate = mandate();
    let risk_ids = mandate.positions[0].risk_ids.clone();
    mandate.positions.push(PositionTerms {
        lever: Some(lever),
        ..PositionTerms::new(VenueKind::AaveV3Loop, address(0xff), risk_ids)
    });
    Mandate { oracles, ..mandate }
}

#[test]
fn an_oracle_stands_before_the_adapter_that_names_it_and_thresholds_after_the_position() {
    let sender = Memory { sent: Mutex::default(), refuse_at: None };
    let mut steps = Vec::new();

    let deployed =
        run(deploy(&sender, &programs(), &levered(0), |step| steps.push(step.to_owned()))).expect("all is accepted");

    let expected = [
        "vault",
        "oracle weth-usdc",
        "adapter 0 (aave-v3)",
        "adapter 1 (aave-v3-loop)",
        "code of oracles",
        "code of adapters for aave-v3",
        "code of adapters for aave-v3-loop",
        "cap of aave",
        "cap of core",
        "aave under core",
        "position 0 (aave-v3)",
        "position 1 (aave-v3-loop)",
        "thresholds of position 1",
    ];
    assert_eq!(steps[7..20], expected);
    let sent = sender.sent.into_inner().expect("one thread");
    let adapter = IDeployer::deployCall::abi_decode(&sent[10].data).expect("a deployment");
    assert_eq!(adapter.initCode, init_code(&programs().aave_loop));
    let initialize = IAdapter::initializeCall::abi_decode(&adapter.initialization).expect("an initialization");
    let terms = ILoop::Terms::abi_decode(&initialize.terms).expect("a loop's terms");
    assert_eq!((terms.oracle, terms.lender), (deployed.oracles[0], Address::repeat_byte(0x13)));
    assert_eq!((terms.eMode, terms.targetBps, terms.slipBps), (1, 14_000, 50));
    let code = IBoard::admitCodeCall::abi_decode(&sent[11].data).expect("a board call");
    assert_eq!(code.codehash, keccak256(&programs().oracle));
    let set = IBoard::setThresholdsCall::abi_decode(&sent[19].data).expect("a board call");
    assert_eq!((set.position, set.thresholds.softBps, set.thresholds.chunk), (1, 13_000, U256::from(7)));
}

#[test]
fn an_oracle_that_is_not_there_is_named() {
    let sender = Memory { sent: Mutex::default(), refuse_at: None };

    let error = run(deploy(&sender, &programs(), &levered(1), |_| {})).expect_err("there is one alone");

    assert_eq!(error.to_string(), "position 1 names oracle 1, and there are 1");
}

#[test]
fn bonds_are_told_their_market_and_date_and_covenants_follow_the_positions() {
    let address = Address::repeat_byte;
    let mut mandate = levered(0);
    let risk_ids = mandate.positions[0].risk_ids.clone();
    let (market, maturity) = (address(0x21), Timestamp(77));
    let bond =
        |kind, bond| PositionTerms { bond: Some(bond), ..PositionTerms::new(kind, address(0x20), risk_ids.clone()) };
    let fund = PositionTerms { term_secs: 90, ..mandate.positions[0].clone() };
    mandate.positions = vec![
        bond(VenueKind::PendlePt, BondTerms::Pendle { market, oracle: 0, decay_secs: 5 }),
        bond(VenueKind::HyperdriveLong, BondTerms::Hyperdrive { maturity, decay_secs: 6 }),
        fund,
        bond(VenueKind::Treasury, BondTerms::Treasury { oracle: 0, notice_secs: 7, decay_secs: 8 }),
    ];
    mandate.agreed = Agreed {
        duration: DurationBand { least_secs: 1, most_secs: 2 },
        ladder: vec![Rung { until_days: 30, least_bps: 0, most_bps: 9 }],
        credit: Wad::from(3),
        hazards: vec![Hazard { risk_id: risk_ids[0], hazard_bps: 1, loss_bps: 2 }],
        purchases: Purchases { yield_bps: 4, ..Purchases::default() },
        ..Agreed::default()
    };
    let sender = Memory { sent: Mutex::default(), refuse_at: None };
    let mut steps = Vec::new();

    let deployed = run(deploy(&sender, &programs(), &mandate, |step| steps.push(step.to_owned()))).expect("accepted");

    let sent = sender.sent.into_inner().expect("one thread");
    let initialized = |step: &str| {
        let at = steps.iter().position(|found| found == step).expect("it is a step");
        let call = IDeployer::deployCall::abi_decode(&sent[at].data).expect("a deployment");
        IAdapter::initializeCall::abi_decode(&call.initialization).expect("an initialization").terms
    };
    let pendle = IBond::PendleTerms::abi_decode(&initialized("adapter 0 (pendle-pt)")).expect("a bond's terms");
    assert_eq!((pendle.market, pendle.oracle, pendle.decaySecs), (market, deployed.oracles[0], 5));
    let long = IBond::HyperdriveTerms::abi_decode(&initialized("adapter 1 (hyperdrive-long)")).expect("a bond's terms");
    assert_eq!((long.maturity, long.decaySecs), (maturity.0, 6));
    let fund = IBond::TreasuryTerms::abi_decode(&initialized("adapter 3 (treasury)")).expect("a fund's terms");
    assert_eq!((fund.oracle, fund.noticeSecs, fund.decaySecs), (deployed.oracles[0], 7, 8));
    let at = steps.iter().position(|step| step == "position 3 (treasury)").expect("it is a step");
    let expected = [
        "band of the duration",
        "maturity ladder",
        "budget of credit",
        "hazard of aave",
        "yield of purchases",
        "term of position 2",
    ];
    assert_eq!(steps[at + 1..at + 7], expected);
}
