//! What each program routes is exactly its interface.

use std::collections::BTreeSet;

use abi::{
    adapter::IAdapter::IAdapterCalls,
    board::IBoard::{self, IBoardCalls},
    covenants::ICovenants::ICovenantsCalls,
    desk::IDesk::IDeskCalls,
    erc20::IERC20::IERC20Calls,
    leverage::ILoop::ILoopCalls,
    oracle::IOracle::IOracleCalls,
    vault::IVault::IVaultCalls,
};
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use tenor_world::{Scene, USDC, VAULT, address};

fn set(selectors: &[[u8; 4]]) -> BTreeSet<[u8; 4]> {
    let unique: BTreeSet<_> = selectors.iter().copied().collect();
    assert_eq!(unique.len(), selectors.len(), "a selector is routed twice");
    unique
}

#[test]
fn the_vault_routes_its_interface() {
    assert_eq!(set(tenor_vault::ROUTES), set(IVaultCalls::SELECTORS));
}

#[test]
fn the_other_programs_route_their_interfaces() {
    let programs = [
        tenor_desk::ROUTES,
        tenor_commons::ROUTES,
        tenor_board::ROUTES,
        tenor_lens::ROUTES,
        tenor_rehearsal::ROUTES,
        tenor_covenants::ROUTES,
    ];

    assert!(set(tenor_desk::ROUTES).is_subset(&set(IDeskCalls::SELECTORS)));
    let interfaces = [IDeskCalls::SELECTORS, IBoardCalls::SELECTORS, ICovenantsCalls::SELECTORS];
    assert_eq!(programs.concat().into_iter().collect::<BTreeSet<_>>(), set(&interfaces.concat()));
}

#[test]
fn adapters_route_their_interface() {
    assert_eq!(set(tenor_adapter_aave::ROUTES), set(IAdapterCalls::SELECTORS));
    assert_eq!(set(tenor_adapter_erc4626::ROUTES), set(IAdapterCalls::SELECTORS));
    assert_eq!(set(tenor_adapter_morpho::ROUTES), set(IAdapterCalls::SELECTORS));
    assert_eq!(set(tenor_adapter_pendle_pt::ROUTES), set(IAdapterCalls::SELECTORS));
    assert_eq!(set(tenor_adapter_hyperdrive_long::ROUTES), set(IAdapterCalls::SELECTORS));
    assert_eq!(set(tenor_adapter_treasury::ROUTES), set(IAdapterCalls::SELECTORS));
    let [ours, callbacks] = tenor_adapter_aave_loop::ROUTES.map(set);
    assert_eq!((ours, callbacks), (set(IAdapterCalls::SELECTORS), set(ILoopCalls::SELECTORS)));
}

#[test]
fn the_oracle_routes_its_interface() {
    assert_eq!(set(tenor_oracle::ROUTES), set(IOracleCalls::SELECTORS));
}

#[test]
fn the_vault_is_a_whole_erc20_and_no_selector_is_in_two_programs() {
    let all = [
        tenor_vault::ROUTES,
        tenor_desk::ROUTES,
        tenor_commons::ROUTES,
        tenor_board::ROUTES,
        tenor_lens::ROUTES,
        tenor_rehearsal::ROUTES,
        tenor_covenants::ROUTES,
    ];
    let all = all.map(set);
    // The board announces what is its own, and has the covenants announce what is theirs.
    let announced = BTreeSet::from([IBoard::submitCall::SELECTOR]);

    assert!(set(IERC20Calls::SELECTORS).is_subset(&all[0]));
    for (place, program) in all.iter().enumerate() {
        for other in &all[..place] {
            assert!((program & other).is_subset(&announced));
        }
    }
}

#[test]
fn what_no_program_knows_is_refused_without_a_reason() {
    let scene = Scene::new();

    for data in [vec![], vec![1, 2, 3], vec![0xde, 0xad, 0xbe, 0xef], b"\xa9\x05\x9c\xbb".to_vec()] {
        assert_eq!(scene.world.call_raw(address(1), VAULT, data), Err(Vec::new()));
    }
}

#[test]
fn nothing_takes_ether() {
    let scene = Scene::new();

    let programs = [
        tenor_vault::ROUTES,
        tenor_desk::ROUTES,
        tenor_commons::ROUTES,
        tenor_board::ROUTES,
        tenor_lens::ROUTES,
        tenor_rehearsal::ROUTES,
        tenor_covenants::ROUTES,
    ];
    for selector in programs.concat() {
        let data = [selector.as_slice(), &[0; 320]].concat();
        assert_eq!(scene.world.call_with_value(USDC, VAULT, data, U256::ONE), Err(Vec::new()));
    }
}
