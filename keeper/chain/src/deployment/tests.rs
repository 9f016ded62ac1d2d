//! The order of a deployment, against a sender that remembers.

use std::sync::Mutex;

use alloy_primitives::{B256, Log};
use alloy_sol_types::SolInterface;
use model::Gas;

use super::*;

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
    Programs { deployer: Bytes::from_static(&[1]), vault: code(1), desk: code(2), aave: code(3), erc4626: code(4) }
}

fn mandate() -> Mandate {
    let id = |name| RiskId::from_name(name).expect("short");
    Mandate {
        asset: Address::repeat_byte(0xbb),
        owner: Address::repeat_byte(0xcc),
        curator: Address::repeat_byte(0xaa),
        guardians: vec![Address::repeat_byte(0xdd)],
        keepers: vec![Address::repeat_byte(0xee)],
        max_rate: Wad::ONE,
        liquidity_floor: Wad::ZERO,
        caps: vec![CapTerms { risk_id: id("aave"), absolute: Assets::from(5), relative: Wad::ONE }],
        positions: vec![PositionTerms {
            kind: VenueKind::AaveV3,
            venue: Address::repeat_byte(0xff),
            risk_ids: vec![id("aave")],
        }],
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
    assert_eq!(deployed.vault, Address::repeat_byte(3));
    assert_eq!((deployed.adapters.len(), deployed.gas_used), (1, 120));
    let expected = [
        "deployer",
        "desk",
        "vault",
        "adapter 0 (aave-v3)",
        "position 0 (aave-v3)",
        "cap of aave",
        "liquidity floor",
        "ceiling of the believed rate",
        "keeper 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE",
        "guardian 0xDDdDddDdDdddDDddDDddDDDDdDdDDdDDdDDDDDDd",
        "curator",
        "offer of ownership",
    ];
    assert_eq!(steps, expected);
    let sent = sender.sent.lock().expect("one thread");
    let last = IDesk::IDeskCalls::abi_decode(&sent.last().expect("sent").data).expect("a desk call");
    assert!(matches!(last, IDesk::IDeskCalls::offerOwnership(call) if call.candidate == owner));
    let vault = IDeployer::deployCall::abi_decode(&sent[2].data).expect("a deployment");
    let initialize = IVault::initializeCall::abi_decode(&vault.initialization).expect("an initialization");
    assert_eq!((initialize.desk, initialize.owner), (deployed.desk, sender.account()));
    assert_eq!(vault.initCode, init_code(&programs().vault));
}

#[test]
fn a_step_that_fails_is_named() {
    let sender = Memory { sent: Mutex::default(), refuse_at: Some(2) };

    let error = run(deploy(&sender, &programs(), &mandate(), |_| {})).expect_err("refused");

    assert_eq!(error.to_string(), "vault: refused");
}
