//! Solidity and WASM call each other: a contract that uses the vault, and a venue that calls it back.

use abi::{
    desk::IDesk::{self, Leg},
    vault::IVault,
};
use alloy_primitives::{Address, B256, Bytes, I256, U256};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use devnet::Call;
use kit::{Tenor, root, usdc};
use sim::Artifacts;

sol! {
    function enterAndHalfExit(address vault, uint256 assets) external returns (uint256 shares, uint256 paid);
    function callBack(address target, bytes calldata call) external;
    function succeeded() external view returns (bool);
    function answer() external view returns (bytes);
}

fn create(tenor: &Tenor, contract: &str, arguments: &[u8]) -> Address {
    let mut code = Artifacts::of_workspace(&root()).ours(contract).expect("scripts/setup compiles it");
    code.extend_from_slice(arguments);
    let receipt = tenor.chain.send(&Call::create(tenor.owner, code)).expect("the chain takes it");
    receipt.contract_address.expect("the constructor succeeds")
}

/// Adds a position at a venue that calls back, and puts `assets` there as the keeper.
fn invest_at_a_venue_that_calls(tenor: &Tenor, call: Vec<u8>) -> Address {
    let venue = create(tenor, "CallbackVenue", &tenor.world.tokens.usdc.abi_encode());
    let adapter = tenor.adapter(venue);
    let id = B256::right_padding_from(b"protocol/callback");
    let position = tenor.position(adapter, id, usdc(1000));
    tenor
        .send(tenor.owner, venue, &callBackCall { target: tenor.vault, call: Bytes::from(call) })
        .expect("the venue obeys");
    let assets = I256::try_from(usdc(500)).expect("it fits");
    tenor
        .rebalance(vec![Leg { position, assets, minResult: usdc(499), repays: false }])
        .expect("the rebalance goes through");
    venue
}

#[test]
fn a_solidity_contract_deposits_and_redeems() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(1000));
    let caller = create(&tenor, "Caller", &[]);
    tenor.world.fund(&tenor.chain, caller, usdc(100)).expect("the token mints");

    let call = enterAndHalfExitCall { vault: tenor.vault, assets: usdc(100) };
    let (_, out) = tenor.send(tenor.wallets[1], caller, &call).expect("a contract may hold shares");

    assert_eq!(tenor.shares_of(caller), out.shares - out.shares / U256::from(2));
    assert_eq!(out.paid, usdc(50));
    assert_eq!(tenor.usdc_of(caller), usdc(50));
}

#[test]
fn a_venue_reads_the_vault_in_the_middle_of_a_rebalance() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(1000));

    let venue = invest_at_a_venue_that_calls(&tenor, IVault::totalAssetsCall {}.abi_encode());

    assert!(tenor.view(venue, &succeededCall {}));
    let seen = U256::abi_decode(&tenor.view(venue, &answerCall {})).expect("one word");
    assert_eq!(seen, usdc(1000), "views answer with the value from before the call");
}

#[test]
fn a_venue_that_enters_the_vault_in_the_middle_of_a_rebalance_is_refused() {
    let entries = [
        IVault::depositCall { assets: U256::from(1), receiver: Address::repeat_byte(1) }.abi_encode(),
        IVault::redeemCall { shares: U256::ZERO, receiver: Address::repeat_byte(1), owner: Address::repeat_byte(1) }
            .abi_encode(),
        IDesk::markCall { positions: vec![0] }.abi_encode(),
    ];
    for entry in entries {
        let tenor = Tenor::new();
        tenor.deposit(tenor.wallets[0], usdc(1000));

        let venue = invest_at_a_venue_that_calls(&tenor, entry);

        assert!(!tenor.view(venue, &succeededCall {}));
        IVault::Entered::abi_decode(&tenor.view(venue, &answerCall {})).expect("the lock refuses");
    }
}

#[test]
fn only_the_vaults_own_withdrawal_forces_money_to_idle() {
    let tenor = Tenor::new();
    tenor.deposit(tenor.wallets[0], usdc(1000));

    let venue = invest_at_a_venue_that_calls(&tenor, IDesk::forceIdleCall { assets: U256::from(1) }.abi_encode());

    assert!(!tenor.view(venue, &succeededCall {}));
    let refusal = IDesk::NotAuthorized::abi_decode(&tenor.view(venue, &answerCall {})).expect("it is no withdrawal");
    assert_eq!(refusal.caller, venue);
}
