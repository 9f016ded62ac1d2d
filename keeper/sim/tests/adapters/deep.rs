//! The deepest vault that MetaMorpho allows, thirty markets, which its every look goes through.

use abi::{
    adapter::IAdapter,
    morpho::{IMetaMorpho, IMorpho::MarketParams},
};
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use keeper_sim::Venue;

use crate::stage::{DAY_SECS, ONE, Stage, u, wad};

/// As `tenor-host` has it.
const ISOLATED_GAS: u64 = 3_000_000;
/// The most markets of a MetaMorpho vault.
const MARKETS: usize = 30;
/// What the vault may supply to each market but its first.
const CAP: u64 = 1_000 * ONE;

/// A world whose MetaMorpho vault supplies every market, four fifths of each lent but all of the first, and an
/// adapter that has invested in all the others; three days ago.
fn deepest() -> (Stage, Address) {
    let stage = Stage::with_markets(&[(1_000_000, 80); MARKETS - 1]);
    let (world, chain) = (&stage.world, &stage.chain);
    let (admin, vault) = (world.admin, world.morpho.meta_morpho);
    let terms: Vec<MarketParams> = (1..MARKETS).map(|market| world.morpho.terms(market)).collect();
    for terms in &terms {
        stage.send(admin, vault, &IMetaMorpho::submitCapCall { marketParams: terms.clone(), newSupplyCap: u(CAP) });
    }
    world.pass(chain, DAY_SECS).expect("the chain obeys");
    for terms in &terms {
        stage.send(admin, vault, &IMetaMorpho::acceptCapCall { marketParams: terms.clone() });
    }
    let queue = world.morpho.market_ids[1..].iter().chain(&world.morpho.market_ids[..1]).copied().collect();
    stage.send(admin, vault, &IMetaMorpho::setSupplyQueueCall { newSupplyQueue: queue });
    let adapter = stage.deploy("erc4626", vault, B256::ZERO).expect("the adapter initialises");
    world.fund(chain, adapter, u(29 * CAP)).expect("the chain obeys");
    stage.relay(&[(adapter, IAdapter::allocateCall { assets: u(29 * CAP) }.abi_encode())]).expect("the vault takes it");
    world.borrow_to(chain, Venue::MetaMorpho, wad(100)).expect("the chain obeys");
    world.pass(chain, 3 * DAY_SECS).expect("the chain obeys");
    (stage, adapter)
}

/// Returns the least gas with which calls in the holder's name answer as they do with plenty.
fn needed_gas(stage: &Stage, calls: &[(Address, Vec<u8>)]) -> u64 {
    let (mut too_little, mut enough) = (0, 32_000_000);
    let answer = stage.try_relay(calls, enough);
    assert!(answer.is_some());
    while enough - too_little > 1_000 {
        let middle = (too_little + enough) / 2;
        if stage.try_relay(calls, middle) == answer { enough = middle } else { too_little = middle }
    }
    enough
}

#[test]
fn the_deepest_vault_can_be_asked_and_left_within_the_gas_of_isolated_calls() {
    let (stage, adapter) = deepest();
    let look = || (adapter, IAdapter::liquidityCall {}.abi_encode());
    let out = |assets| (adapter, IAdapter::deallocateCall { assets: u(assets) }.abi_encode());

    let looked = needed_gas(&stage, &[look()]);
    let left = needed_gas(&stage, &[look(), out(28 * CAP)]) - looked;

    println!("a look {looked}, an exit through 28 markets {left}");
    assert!(looked < ISOLATED_GAS && left < ISOLATED_GAS, "{looked} and {left}");
}
