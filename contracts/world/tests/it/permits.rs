//! ERC-2612: approvals by signature.

use abi::vault::IVault;
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolStruct, SolValue, eip712_domain, sol};
use tenor_world::{
    Scene, VAULT,
    mock::{sign, signer},
    refusal,
};

use crate::{BOB, u};

sol! {
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
}

fn domain() -> alloy_sol_types::Eip712Domain {
    eip712_domain! { name: "Tenor Vault", version: "1", chain_id: 412_346, verifying_contract: VAULT, }
}

fn permit(scene: &Scene, value: u128) -> IVault::permitCall {
    let (deadline, nonce) = (U256::from(scene.world.now_secs()), scene.view(IVault::noncesCall { owner: signer() }));
    let message = Permit { owner: signer(), spender: BOB, value: u(value), nonce, deadline };
    let (v, r, s) = sign(message.eip712_signing_hash(&domain()));
    IVault::permitCall { owner: signer(), spender: BOB, value: u(value), deadline, v, r, s }
}

#[test]
fn the_domain_is_the_standard_one() {
    let scene = Scene::new();

    assert_eq!(scene.view(IVault::DOMAIN_SEPARATORCall {}), domain().hash_struct());
    let type_hash = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    assert_eq!(
        domain().hash_struct(),
        keccak256((type_hash, keccak256("Tenor Vault"), keccak256("1"), u(412_346), VAULT).abi_encode())
    );
}

#[test]
fn a_signed_permit_approves_once() {
    let scene = Scene::new();
    let call = permit(&scene, 77);

    scene.call(BOB, call.clone());

    assert_eq!(scene.view(IVault::allowanceCall { owner: signer(), spender: BOB }), u(77));
    assert_eq!(scene.view(IVault::noncesCall { owner: signer() }), u(1));
    let replayed = refusal::<IVault::ERC2612InvalidSigner>(scene.try_call(BOB, call));
    assert_eq!(replayed.owner, signer());
}

#[test]
fn an_expired_permit_is_refused() {
    let scene = Scene::new();
    let call = permit(&scene, 77);
    scene.world.pass(1);

    let deadline = call.deadline;
    assert_eq!(refusal::<IVault::ERC2612ExpiredSignature>(scene.try_call(BOB, call)).deadline, deadline);
}

#[test]
fn a_changed_permit_is_refused() {
    let scene = Scene::new();
    let call = permit(&scene, 77);

    for forged in [
        IVault::permitCall { value: u(78), ..call.clone() },
        IVault::permitCall { spender: VAULT, ..call.clone() },
        IVault::permitCall { owner: BOB, ..call.clone() },
    ] {
        refusal::<IVault::ERC2612InvalidSigner>(scene.try_call(BOB, forged));
    }
}

#[test]
fn nobody_signs_for_the_zero_address() {
    let scene = Scene::new();
    let garbage = IVault::permitCall {
        owner: Address::ZERO,
        spender: BOB,
        value: u(1),
        deadline: U256::MAX,
        v: 27,
        r: B256::ZERO,
        s: B256::ZERO,
    };

    assert_eq!(refusal::<IVault::ERC2612InvalidSigner>(scene.try_call(BOB, garbage)).signer, Address::ZERO);
}
