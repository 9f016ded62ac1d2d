//! Approvals by signature, against forgers: replay, the twin of a signature, another vault, nobody's signature.

use abi::vault::IVault;
use alloy_primitives::{Address, B256, U256, keccak256, uint};
use alloy_sol_types::SolValue;
use devnet::dev_accounts;
use kit::{Refusal, Tenor, usdc};

use super::funded;

/// The order of the curve: a signature (r, s, v) has the twin (r, order - s, 55 - v).
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// A permit of everything from the first wallet to the second, signed for a vault.
fn permit(tenor: &Tenor, vault_domain: B256) -> IVault::permitCall {
    let [owner, spender, ..] = tenor.wallets;
    let (value, deadline) = (U256::MAX, U256::MAX);
    let nonce = tenor.view(tenor.vault, &IVault::noncesCall { owner });
    let permit_type = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    let message = keccak256((permit_type, owner, spender, value, nonce, deadline).abi_encode());
    let digest = keccak256([b"\x19\x01".as_slice(), vault_domain.as_slice(), message.as_slice()].concat());
    let signer = dev_accounts().iter().find(|account| account.address == owner).expect("a known key");
    let signature = signer.sign(digest);
    let v = 27 + u8::from(signature.v());
    IVault::permitCall { owner, spender, value, deadline, v, r: signature.r().into(), s: signature.s().into() }
}

fn twin(call: &IVault::permitCall) -> IVault::permitCall {
    let s = B256::from(ORDER - U256::from_be_bytes(call.s.0));
    IVault::permitCall { s, v: 55 - call.v, ..call.clone() }
}

fn domain(tenor: &Tenor) -> B256 {
    tenor.view(tenor.vault, &IVault::DOMAIN_SEPARATORCall {})
}

fn submit(tenor: &Tenor, call: &IVault::permitCall) -> Result<(), Refusal> {
    tenor.send(tenor.wallets[1], tenor.vault, call).map(drop)
}

#[test]
fn a_signature_and_its_twin_count_once_together() {
    let tenor = funded();
    let signed = permit(&tenor, domain(&tenor));

    submit(&tenor, &signed).expect("the owner signed it");

    for again in [signed.clone(), twin(&signed)] {
        submit(&tenor, &again).expect_err("it is used").expect::<IVault::ERC2612InvalidSigner>();
    }
    let owner = tenor.wallets[0];
    assert_eq!(tenor.view(tenor.vault, &IVault::noncesCall { owner }), U256::from(1));
}

#[test]
fn a_signature_for_another_vault_or_by_nobody_approves_nothing() {
    let tenor = funded();
    let signed = permit(&tenor, keccak256("another vault"));
    submit(&tenor, &signed).expect_err("signed for another").expect::<IVault::ERC2612InvalidSigner>();

    let good = permit(&tenor, domain(&tenor));
    for v in [0, 1, 26, 29, 255] {
        let forged = IVault::permitCall { owner: Address::ZERO, v, ..good.clone() };
        submit(&tenor, &forged).expect_err("nobody signed").expect::<IVault::ERC2612InvalidSigner>();
        let forged = IVault::permitCall { v, ..good.clone() };
        submit(&tenor, &forged).expect_err("no such parity").expect::<IVault::ERC2612InvalidSigner>();
    }
    let [owner, spender, ..] = tenor.wallets;
    assert_eq!(tenor.view(tenor.vault, &IVault::allowanceCall { owner, spender }), U256::ZERO);
}

#[test]
fn a_spender_takes_what_it_may_and_not_a_share_more() {
    let tenor = funded();
    let [owner, spender, ..] = tenor.wallets;
    let shares = tenor.view(tenor.vault, &IVault::previewWithdrawCall { assets: usdc(100) });
    tenor.send(owner, tenor.vault, &IVault::approveCall { spender, value: shares }).expect("shares are approved");
    let take = |assets| {
        let call = IVault::withdrawCall { assets, receiver: spender, owner };
        tenor.send(spender, tenor.vault, &call).map(|(_, shares)| shares)
    };

    take(usdc(100) + U256::from(1)).expect_err("beyond").expect::<IVault::ERC20InsufficientAllowance>();
    assert_eq!(take(usdc(100)).expect("allowed"), shares);
    take(U256::from(1)).expect_err("used up").expect::<IVault::ERC20InsufficientAllowance>();
    assert_eq!(tenor.usdc_of(spender), usdc(100));
}
