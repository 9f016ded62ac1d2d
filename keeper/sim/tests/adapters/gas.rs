//! What the adapters themselves cost in a rebalance of two legs between two markets.

use abi::{adapter::IAdapter, erc20::IERC20, morpho::IMorpho};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use devnet::Status;

use crate::stage::{DAY_SECS, ONE, Stage, u};

const MOVED: u64 = 100_000 * ONE;

/// A stage with money of the holder in both markets, by the adapters and by itself, a week ago.
pub fn a_week_in() -> (Stage, [Address; 2]) {
    let stage = Stage::new();
    let adapters = [stage.adapter(1), stage.adapter(2)];
    let (usdc, morpho) = (stage.world.tokens.usdc, stage.world.morpho.morpho);
    for (market, adapter) in (1..).zip(adapters) {
        stage.invest(adapter, 1_000_000 * ONE);
        stage.supply(&stage.world.morpho.terms(market), stage.holder, 1_000_000 * ONE);
    }
    // Balances that are there already, as a vault's are.
    for account in [stage.holder, morpho] {
        stage.world.fund(&stage.chain, account, u(ONE)).expect("anyone is funded");
    }
    stage
        .relay(&[(usdc, IERC20::approveCall { spender: morpho, value: U256::MAX }.abi_encode())])
        .expect("it approves");
    stage.world.pass(&stage.chain, 7 * DAY_SECS).expect("time passes");
    (stage, adapters)
}

fn gas(stage: &Stage, calls: &[(Address, Vec<u8>)]) -> u64 {
    let receipt = stage.relayed(calls);
    assert_eq!(receipt.status, Status::Success, "{}", receipt.output);
    receipt.gas_used
}

#[test]
fn adapters_take_a_bounded_share_of_a_rebalance() {
    let (stage, [from, to]) = a_week_in();
    let (usdc, morpho) = (stage.world.tokens.usdc, stage.world.morpho.morpho);
    let snapshot = stage.chain.snapshot().expect("snapshots are kept");
    let bare = gas(
        &stage,
        &[
            (
                morpho,
                IMorpho::withdrawCall {
                    marketParams: stage.world.morpho.terms(1),
                    assets: u(MOVED),
                    shares: U256::ZERO,
                    onBehalf: stage.holder,
                    receiver: stage.holder,
                }
                .abi_encode(),
            ),
            (
                morpho,
                IMorpho::supplyCall {
                    marketParams: stage.world.morpho.terms(2),
                    assets: u(MOVED),
                    shares: U256::ZERO,
                    onBehalf: stage.holder,
                    data: Bytes::new(),
                }
                .abi_encode(),
            ),
        ],
    );
    assert!(stage.chain.revert(snapshot));

    let through = gas(
        &stage,
        &[
            (from, IAdapter::deallocateCall { assets: u(MOVED) }.abi_encode()),
            (usdc, IERC20::transferCall { to, value: u(MOVED) }.abi_encode()),
            (to, IAdapter::allocateCall { assets: u(MOVED) }.abi_encode()),
        ],
    );

    println!("bare {bare}, through the adapters {through}: {} more", through - bare);
    assert!(through - bare < 60_000, "{bare} bare, {through} through the adapters");
}
