//! Money in: shares, prices, and tokens that misbehave.

use abi::{erc4626::IERC4626, vault::IVault};
use alloy_primitives::{Address, U256};
use proptest::prelude::*;
use tenor_world::{
    BOARD, COMMONS, COVENANTS, DESK, LENS, REHEARSAL, Revert, Scene, USDC, VAULT, World, address, initialize,
    mock::token, refusal,
};

use crate::{ALICE, BOB, ONE, u};

type Main = fn(Vec<u8>, host::VM) -> Result<Vec<u8>, Revert>;

fn opened() -> Scene {
    let scene = Scene::new();
    scene.open();
    scene
}

#[test]
fn the_first_deposit_gets_a_trillion_shares_a_base_unit() {
    let scene = Scene::new();

    let shares = scene.deposit(ALICE, 5 * ONE);

    assert_eq!(shares, u(5_000_000_000_000_000_000));
    assert_eq!(scene.view(IVault::balanceOfCall { account: ALICE }), shares);
    assert_eq!(scene.view(IVault::totalSupplyCall {}), shares);
    assert_eq!(scene.view(IVault::totalAssetsCall {}), u(5 * ONE));
    assert_eq!(scene.assets_of(VAULT), 5 * ONE);
}

#[test]
fn a_deposit_tells_of_itself() {
    let scene = opened();
    scene.fund(ALICE, ONE);

    let shares = scene.call(ALICE, IVault::depositCall { assets: u(ONE), receiver: BOB });

    let deposits = scene.world.events::<IVault::Deposit>(VAULT);
    let told = &deposits[0];
    assert_eq!((told.sender, told.owner, told.assets, told.shares), (ALICE, BOB, u(ONE), shares));
    let transfers = scene.world.events::<IVault::Transfer>(VAULT);
    assert_eq!((transfers[0].from, transfers[0].to, transfers[0].value), (Address::ZERO, BOB, shares));
}

#[test]
fn minting_takes_what_the_preview_says() {
    let scene = Scene::new();
    scene.deposit(BOB, 7 * ONE);
    scene.fund(ALICE, 10 * ONE);
    let shares = u(3_000_000_000_000_000_001);

    let preview = scene.view(IVault::previewMintCall { shares });
    let assets = scene.call(ALICE, IVault::mintCall { shares, receiver: ALICE });

    assert_eq!(assets, preview);
    assert_eq!(assets, u(3 * ONE + 1), "rounded up");
    assert_eq!(scene.view(IVault::balanceOfCall { account: ALICE }), shares);
}

#[test]
fn a_deposit_of_nothing_is_refused() {
    let scene = opened();
    scene.fund(ALICE, ONE);

    refusal::<IVault::ZeroResult>(scene.try_call(ALICE, IVault::depositCall { assets: u(0), receiver: ALICE }));
    refusal::<IVault::ZeroResult>(scene.try_call(ALICE, IVault::mintCall { shares: u(0), receiver: ALICE }));
}

#[test]
fn shares_go_neither_to_nobody_nor_to_the_vault() {
    let scene = opened();
    scene.fund(ALICE, ONE);

    for receiver in [Address::ZERO, VAULT] {
        let call = IVault::depositCall { assets: u(ONE), receiver };
        assert_eq!(refusal::<IVault::ERC20InvalidReceiver>(scene.try_call(ALICE, call)).receiver, receiver);
    }
}

#[test]
fn a_deposit_that_is_not_paid_changes_nothing() {
    let scene = opened();
    scene.fund(ALICE, ONE);
    let before = scene.world.storage();

    refusal::<IVault::AssetCallFailed>(
        scene.try_call(ALICE, IVault::depositCall { assets: u(2 * ONE), receiver: ALICE }),
    );

    assert_eq!(scene.world.storage(), before);
}

#[test]
fn a_token_that_answers_nothing_is_accepted() {
    let scene = Scene::new();
    scene.world.poke(USDC, token::MANNER, U256::from(token::SILENT));

    let shares = scene.deposit(ALICE, ONE);
    let assets = scene.call(ALICE, IVault::redeemCall { shares, receiver: ALICE, owner: ALICE });

    assert_eq!(assets, u(ONE));
    assert_eq!(scene.assets_of(ALICE), ONE);
}

#[test]
fn tokens_that_answer_false_or_keep_a_part_are_refused() {
    for manner in [token::FALSE, token::FEE] {
        let scene = opened();
        scene.fund(ALICE, ONE);
        scene.world.poke(USDC, token::MANNER, U256::from(manner));

        let call = IVault::depositCall { assets: u(ONE), receiver: ALICE };
        refusal::<IVault::AssetCallFailed>(scene.try_call(ALICE, call));
    }
}

#[test]
fn a_donation_is_in_no_price() {
    let scene = Scene::new();
    scene.deposit(ALICE, ONE);
    let price = scene.view(IVault::convertToAssetsCall { shares: u(1_000_000_000_000_000_000) });

    token::mint(&scene.world, USDC, VAULT, 1_000_000 * ONE);

    assert_eq!(scene.view(IVault::totalAssetsCall {}), u(ONE));
    assert_eq!(scene.view(IVault::convertToAssetsCall { shares: u(1_000_000_000_000_000_000) }), price);
}

#[test]
fn the_first_depositor_cannot_round_the_second_to_nothing() {
    let scene = Scene::new();
    scene.deposit(BOB, 1);
    token::mint(&scene.world, USDC, VAULT, 1_000_000 * ONE);

    let shares = scene.deposit(ALICE, 1000);
    let back = scene.call(ALICE, IVault::redeemCall { shares, receiver: ALICE, owner: ALICE });

    assert_eq!(back, u(1000));
}

#[test]
fn what_the_accounts_cannot_hold_is_refused_and_the_limit_is_truthful() {
    let scene = opened();
    let max = scene.view(IVault::maxDepositCall { receiver: ALICE });
    assert_eq!(max, u((1 << 96) - 1));
    scene.fund(ALICE, 1 << 97);

    let over = IVault::depositCall { assets: max + U256::ONE, receiver: ALICE };
    refusal::<IVault::Overflow>(scene.try_call(ALICE, over));
    scene.call(ALICE, IVault::depositCall { assets: max, receiver: ALICE });

    assert_eq!(scene.view(IVault::maxDepositCall { receiver: ALICE }), u(0));
    assert_eq!(scene.view(IVault::maxMintCall { receiver: ALICE }), u(0));
}

#[test]
fn an_initialised_vault_says_what_it_is() {
    let scene = Scene::new();

    assert_eq!(scene.view(IVault::assetCall {}), USDC);
    assert_eq!(scene.view(IVault::decimalsCall {}), 18);
    assert_eq!(scene.view(IVault::nameCall {}), "Tenor Vault");
    assert_eq!(scene.view(IVault::symbolCall {}), "TENOR");
    let programs = [
        scene.view(IVault::deskCall {}),
        scene.view(IVault::commonsCall {}),
        scene.view(IVault::boardCall {}),
        scene.view(IVault::lensCall {}),
        scene.view(IVault::rehearsalCall {}),
        scene.view(IVault::covenantsCall {}),
    ];
    assert_eq!(programs, [DESK, COMMONS, BOARD, LENS, REHEARSAL, COVENANTS]);
}

#[test]
fn initialisation_happens_once_and_names_contracts() {
    let scene = Scene::new();
    let again = initialize(ALICE);
    refusal::<IVault::AlreadyInitialized>(scene.try_call(ALICE, again.clone()));

    let world = World::default();
    token::install(&world, USDC);
    world.install(VAULT, tenor_vault::main);
    let programs = [
        (DESK, tenor_desk::main as Main),
        (COMMONS, tenor_commons::main),
        (BOARD, tenor_board::main),
        (LENS, tenor_lens::main),
        (REHEARSAL, tenor_rehearsal::main),
        (COVENANTS, tenor_covenants::main),
    ];
    for (program, main) in programs {
        let refused = refusal::<IVault::InvalidAddress>(world.call(ALICE, VAULT, &again));
        assert_eq!(refused.account, program, "no code there");
        world.install(program, main);
    }
    let nobody = IVault::initializeCall { owner: Address::ZERO, ..again.clone() };
    assert_eq!(refusal::<IVault::InvalidAddress>(world.call(ALICE, VAULT, &nobody)).account, Address::ZERO);
    let no_token = IVault::initializeCall { asset: DESK, ..again };
    refusal::<IVault::AssetCallFailed>(world.call(ALICE, VAULT, &no_token));
}

#[test]
fn an_uninitialised_vault_delegates_to_nobody() {
    let world = World::default();
    world.install(VAULT, tenor_vault::main);

    assert_eq!(world.call_raw(address(1), VAULT, vec![1, 2, 3, 4]), Err(Vec::new()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn previews_of_entry_are_exact(first in 1..=u128::from(u64::MAX), gain in 0..=u128::from(u32::MAX), second in 1..=u128::from(u64::MAX)) {
        let scene = Scene::new();
        let (adapter, _) = scene.position(&["a"]);
        scene.endow(BOB, first);
        scene.rebalance(&[(0, (first / 2) as i128)]).expect("within caps");
        scene.earn(adapter, gain as i128);
        scene.world.pass(1_000_000);
        scene.mark(&[0]);
        scene.world.pass(1000);

        let preview = scene.view(IERC4626::previewDepositCall { assets: u(second) });
        scene.fund(ALICE, second);
        let call = IVault::depositCall { assets: u(second), receiver: ALICE };
        match scene.try_call(ALICE, call) {
            Ok(shares) => prop_assert_eq!(shares, preview),
            Err(_) => prop_assert_eq!(preview, u(0)),
        }
    }

    #[test]
    fn entering_and_leaving_never_gains(first in 1..=u128::from(u64::MAX), loss in 0..=1_000_000_u128, second in 1..=u128::from(u64::MAX)) {
        let scene = Scene::new();
        let (adapter, _) = scene.position(&["a"]);
        scene.endow(BOB, first);
        scene.rebalance(&[(0, first as i128)]).expect("within caps");
        scene.earn(adapter, -(loss.min(first) as i128));
        scene.mark(&[0]);
        scene.fund(ALICE, second);
        let Ok(shares) = scene.try_call(ALICE, IVault::depositCall { assets: u(second), receiver: ALICE }) else {
            return Ok(());
        };
        let out = scene.view(IVault::previewRedeemCall { shares });
        prop_assert!(out <= u(second), "{} of {}", out, second);
    }
}
