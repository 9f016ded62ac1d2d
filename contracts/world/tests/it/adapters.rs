//! The adapters against their venues' manners.

mod aave_loop;
mod hyperdrive_long;
mod morpho_blue;
mod pendle_pt;
mod reports;
mod treasury;

use abi::{
    adapter::IAdapter::{self, Report},
    erc20::IERC20,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use tenor_world::{
    Revert, USDC, World, address,
    mock::{Hook, aave, morpho, token, venue},
    refusal,
};

use crate::{ALICE, ONE, u};

const ADAPTER: Address = address(0x41);
const VENUE: Address = address(0x42);
const OTHER_TOKEN: Address = address(0x43);
/// Plays the vault: anything that answers `asset()`.
const VAULT: Address = address(0x44);

/// What an adapter's entry point runs.
type Main = fn(Vec<u8>, host::VM) -> Result<Vec<u8>, Revert>;

struct Stage {
    world: World,
    /// Fires in the middle of Morpho's movements.
    hook: Hook,
}

/// A world with a vault, without a venue.
fn empty() -> World {
    let world = World::default();
    token::install(&world, USDC);
    token::install(&world, OTHER_TOKEN);
    venue::install(&world, VAULT, USDC);
    world
}

/// An initialised adapter of the world's venue.
fn stage(program: Main, world: World, hook: Hook, market: B256) -> Stage {
    world.install(ADAPTER, program);
    let stage = Stage { world, hook };
    stage.call(ALICE, IAdapter::initializeCall { vault: VAULT, venue: VENUE, terms: terms(market) });
    stage
}

/// What an adapter is told of its market; nothing for none.
fn terms(market: B256) -> Bytes {
    if market.is_zero() { Bytes::new() } else { market.0.into() }
}

fn erc4626() -> Stage {
    let world = empty();
    venue::install(&world, VENUE, USDC);
    stage(tenor_adapter_erc4626::main, world, Hook::default(), B256::ZERO)
}

fn aave_v3() -> Stage {
    let world = empty();
    aave::install(&world, VENUE, USDC);
    stage(tenor_adapter_aave::main, world, Hook::default(), B256::ZERO)
}

fn morpho_blue() -> Stage {
    let world = empty();
    let hook = morpho::install(&world, VENUE, USDC);
    stage(tenor_adapter_morpho::main, world, hook, morpho::market(VENUE, USDC))
}

fn all() -> [Stage; 3] {
    [erc4626(), aave_v3(), morpho_blue()]
}

impl Stage {
    fn call<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.try_call(from, call).unwrap_or_else(|e| panic!("{} reverts: {e:02x?}", C::SIGNATURE))
    }

    fn try_call<C: SolCall>(&self, from: Address, call: C) -> Result<C::Return, Revert> {
        self.world.call(from, ADAPTER, &call)
    }

    /// Invests fresh money and returns the report after it.
    fn invest(&self, assets: u128) -> Report {
        token::mint(&self.world, USDC, ADAPTER, assets);
        self.call(VAULT, IAdapter::allocateCall { assets: u(assets) }).after_
    }

    /// Takes money back and returns the report after it with what the vault was paid.
    fn divest(&self, assets: U256) -> (Report, u128) {
        let held = self.assets_of(VAULT);
        let report = self.call(VAULT, IAdapter::deallocateCall { assets }).after_;
        (report, self.assets_of(VAULT) - held)
    }

    fn report(&self) -> Report {
        self.call(ALICE, IAdapter::reportCall {})
    }

    fn units(&self) -> U256 {
        self.call(ALICE, IAdapter::unitsCall {})
    }

    fn value(&self) -> u128 {
        self.call(ALICE, IAdapter::valueCall {}).to()
    }

    fn liquidity(&self) -> u128 {
        self.call(ALICE, IAdapter::liquidityCall {}).to()
    }

    fn assets_of(&self, account: Address) -> u128 {
        self.world.view(USDC, &IERC20::balanceOfCall { account }).expect("readable").to()
    }

    fn approval(&self) -> U256 {
        self.world.view(USDC, &IERC20::allowanceCall { owner: ADAPTER, spender: VENUE }).expect("readable")
    }
}

#[test]
fn all_invest_report_and_pay_back() {
    let kinds = ["erc4626", "aave-v3", "morpho-blue"];
    for (stage, kind) in all().into_iter().zip(kinds) {
        let units = stage.invest(10 * ONE).units;

        assert_eq!(stage.call(ALICE, IAdapter::kindCall {}), tenor_world::risk_id(kind));
        assert_eq!(stage.units(), units);
        assert_eq!((stage.value(), stage.liquidity()), (10 * ONE, 10 * ONE));
        assert_eq!(stage.approval(), U256::ZERO, "no approval is left");
        assert_eq!(stage.assets_of(ADAPTER), 0, "no money is left");
        assert_eq!(stage.divest(u(4 * ONE)).1, 4 * ONE);
        assert_eq!(stage.value(), 6 * ONE);
        assert_eq!(stage.divest(U256::MAX).1, 6 * ONE);
        assert_eq!((stage.value(), stage.liquidity(), stage.units()), (0, 0, U256::ZERO));
        assert_eq!(stage.divest(U256::MAX).1, 0, "everything of nothing is nothing");
    }
}

#[test]
fn all_keep_what_never_changes_as_code_and_count_units_alone_in_storage() {
    for stage in all() {
        let units = stage.invest(10 * ONE).units;

        let record = stage.world.code_of(ADAPTER.create(1)).expect("it is created");
        let words = [VAULT, VENUE, USDC].map(|account| account.into_word()).concat();
        assert_eq!((record[0], &record[1..97]), (0, &words[..]), "behind an instruction that stops");
        let stored =
            stage.world.storage().into_iter().filter(|((account, _), word)| *account == ADAPTER && !word.is_zero());
        assert_eq!(stored.collect::<Vec<_>>(), [((ADAPTER, B256::ZERO), units.into())]);
    }
}

#[test]
fn a_venue_that_takes_less_than_it_is_told_is_left_no_approval() {
    for (stage, leaves) in [(erc4626(), venue::LEAVES), (aave_v3(), aave::LEAVES)] {
        stage.world.poke(VENUE, leaves, u(ONE));

        stage.invest(10 * ONE);

        assert_eq!(stage.approval(), U256::ZERO);
        assert_eq!(stage.assets_of(ADAPTER), ONE, "what it left stays here and shows as a loss");
        let call = IERC20::transferFromCall { from: ADAPTER, to: VENUE, value: u(ONE) };
        assert!(stage.world.call_raw(VENUE, USDC, call.abi_encode()).is_err());
    }
}

#[test]
fn where_nothing_is_owed_nothing_asked_is_nothing_paid() {
    for stage in all() {
        stage.invest(10 * ONE);

        let _ = stage.try_call(VAULT, IAdapter::deallocateCall { assets: U256::ZERO });

        assert_eq!((stage.value(), stage.assets_of(VAULT), stage.assets_of(ADAPTER)), (10 * ONE, 0, 0));
    }
}

#[test]
fn nobody_but_the_vault_moves_money() {
    for stage in all() {
        stage.invest(10 * ONE);

        let error = refusal::<IAdapter::NotVault>(stage.try_call(ALICE, IAdapter::deallocateCall { assets: u(1) }));
        assert_eq!(error.caller, ALICE);
        refusal::<IAdapter::NotVault>(stage.try_call(ALICE, IAdapter::allocateCall { assets: u(1) }));
    }
}

#[test]
fn initialisation_happens_once_and_checks_what_it_is_told() {
    let programs: [Main; 3] = [tenor_adapter_erc4626::main, tenor_adapter_aave::main, tenor_adapter_morpho::main];
    for (program, stage) in programs.into_iter().zip(all()) {
        let market = stage.call(ALICE, IAdapter::marketCall {});
        let call = |vault, venue, market| IAdapter::initializeCall { vault, venue, terms: terms(market) };
        refusal::<IAdapter::AlreadyInitialized>(stage.try_call(ALICE, call(VAULT, VENUE, market)));
        assert_eq!(stage.call(ALICE, IAdapter::vaultCall {}), VAULT);
        assert_eq!(stage.call(ALICE, IAdapter::venueCall {}), VENUE);
        assert_eq!(stage.call(ALICE, IAdapter::assetCall {}), USDC);

        let fresh = address(0x51);
        stage.world.install(fresh, program);
        let try_fresh = |call| stage.world.call(ALICE, fresh, &call);
        assert_eq!(refusal::<IAdapter::InvalidAddress>(try_fresh(call(ALICE, VENUE, market))).account, ALICE);
        assert_eq!(refusal::<IAdapter::InvalidAddress>(try_fresh(call(VAULT, ALICE, market))).account, ALICE);
        let other = B256::repeat_byte(7);
        assert_eq!(refusal::<IAdapter::InvalidMarket>(try_fresh(call(VAULT, VENUE, other))).market, other);
        assert_eq!(stage.world.view(fresh, &IAdapter::vaultCall {}), Ok(Address::ZERO), "still to be initialised");
        try_fresh(call(VAULT, VENUE, market)).expect("now it is told the truth");
        assert_eq!(stage.world.view(fresh, &IAdapter::unitsCall {}), Ok(U256::ZERO));
    }
}

#[test]
fn terms_of_another_length_are_refused() {
    let programs: [Main; 3] = [tenor_adapter_erc4626::main, tenor_adapter_aave::main, tenor_adapter_morpho::main];
    for (program, stage) in programs.into_iter().zip(all()) {
        let market = terms(stage.call(ALICE, IAdapter::marketCall {}));
        let begins_with = |terms: &[u8]| B256::right_padding_from(&terms[..terms.len().min(32)]);
        let others = [[&market[..], &[0]].concat(), [&market[..], &[0xab; 40]].concat(), vec![0xab; 31]];

        for terms in others {
            let fresh = address(0x51);
            stage.world.install(fresh, program);
            let call = IAdapter::initializeCall { vault: VAULT, venue: VENUE, terms: terms.clone().into() };
            let error = refusal::<IAdapter::InvalidMarket>(stage.world.call(ALICE, fresh, &call));
            assert_eq!(error.market, begins_with(&terms));
        }
    }
}

#[test]
fn positions_that_owe_nothing_say_so_and_are_not_deleveraged() {
    for stage in all() {
        let report = stage.invest(10 * ONE);

        assert_eq!((report.backing, report.debt), (U256::ZERO, U256::ZERO));
        let call = || IAdapter::deleverageCall { debtAssets: u(1), targetBps: u(15_000) };
        refusal::<IAdapter::NoDebt>(stage.try_call(VAULT, call()));
        assert_eq!(refusal::<IAdapter::NotVault>(stage.try_call(ALICE, call())).caller, ALICE);
    }
}

#[test]
fn an_adapter_without_vault_obeys_nobody() {
    for program in [tenor_adapter_erc4626::main, tenor_adapter_aave::main, tenor_adapter_morpho::main] {
        let world = empty();
        world.install(ADAPTER, program);
        let stage = Stage { world, hook: Hook::default() };
        refusal::<IAdapter::NotVault>(stage.try_call(ALICE, IAdapter::deallocateCall { assets: U256::MAX }));
        refusal::<IAdapter::NotVault>(stage.try_call(VAULT, IAdapter::allocateCall { assets: u(1) }));
    }
}

#[test]
fn a_venue_of_another_asset_is_refused() {
    let (fresh, other) = (address(0x51), address(0x52));
    let call = |market| IAdapter::initializeCall { vault: VAULT, venue: other, terms: terms(market) };

    let world = empty();
    world.install(fresh, tenor_adapter_erc4626::main);
    venue::install(&world, other, OTHER_TOKEN);
    let error = refusal::<IAdapter::WrongAsset>(world.call(ALICE, fresh, &call(B256::ZERO)));
    assert_eq!((error.expected, error.found), (USDC, OTHER_TOKEN));

    let world = empty();
    world.install(fresh, tenor_adapter_aave::main);
    aave::install(&world, other, OTHER_TOKEN);
    let error = refusal::<IAdapter::WrongAsset>(world.call(ALICE, fresh, &call(B256::ZERO)));
    assert_eq!((error.expected, error.found), (USDC, Address::ZERO), "the pool does not list it");

    let world = empty();
    world.install(fresh, tenor_adapter_morpho::main);
    morpho::install(&world, other, OTHER_TOKEN);
    let market = morpho::market(other, OTHER_TOKEN);
    let error = refusal::<IAdapter::WrongAsset>(world.call(ALICE, fresh, &call(market)));
    assert_eq!((error.expected, error.found), (USDC, OTHER_TOKEN));
}

#[test]
fn gains_and_losses_of_an_erc4626_venue_show_in_the_value() {
    let stage = erc4626();
    stage.invest(10 * ONE);

    token::mint(&stage.world, USDC, VENUE, 3);
    assert_eq!(stage.value(), 10 * ONE + 3);
    token::burn(&stage.world, USDC, VENUE, 5 * ONE);
    assert_eq!(stage.value(), 5 * ONE + 3);
    stage.world.poke(VENUE, venue::EXIT_FEE_BPS, u(100));
    assert_eq!(stage.value(), 4_950_003, "what a redemption would pay");
}

#[test]
fn the_value_at_aave_is_rounded_down() {
    let stage = aave_v3();
    stage.invest(10 * ONE);

    stage.world.poke(VENUE, aave::INCOME_RAY, u(1_000_000_099_999_999_999_999_999_999));

    assert_eq!(stage.value(), 10 * ONE, "Aave itself would say one more");
}

#[test]
fn everything_can_be_taken_from_aave_at_any_income() {
    for income in [1_000_000_000_000_000_000_000_000_001, 1_234_567_891_234_567_891_234_567_891_u128] {
        let stage = aave_v3();
        stage.invest(10 * ONE + 1);
        token::mint(&stage.world, USDC, VENUE, 5 * ONE);
        stage.world.poke(VENUE, aave::INCOME_RAY, u(income));
        let value = stage.value();

        let (_, paid) = stage.divest(U256::MAX);

        assert!(paid == value || paid == value + 1);
        assert_eq!(stage.units(), U256::ZERO);
    }
}

#[test]
fn donated_units_change_nothing() {
    let stage = aave_v3();
    stage.invest(10 * ONE);
    aave::donate(&stage.world, VENUE, ADAPTER, 7_000_000);
    token::mint(&stage.world, USDC, VENUE, 7 * ONE);

    assert_eq!((stage.value(), stage.liquidity()), (10 * ONE, 10 * ONE));
    assert_eq!(stage.divest(U256::MAX).1, 10 * ONE);
    assert_eq!(stage.units(), U256::ZERO);
    let error =
        refusal::<IAdapter::InsufficientUnits>(stage.try_call(VAULT, IAdapter::deallocateCall { assets: u(1) }));
    assert_eq!((error.asked, error.held), (u(1), u(0)));
}

#[test]
fn liquidity_is_what_the_venue_would_pay_at_once() {
    let stage = erc4626();
    stage.invest(10 * ONE);
    stage.world.poke(VENUE, venue::LIQUIDITY, u(3 * ONE + 1));
    assert_eq!(stage.liquidity(), 3 * ONE);

    let stage = aave_v3();
    stage.invest(10 * ONE);
    token::burn(&stage.world, USDC, VENUE, 8 * ONE);
    assert_eq!((stage.value(), stage.liquidity()), (10 * ONE, 2 * ONE));
}

#[test]
fn a_paused_or_inactive_reserve_has_no_liquidity_and_a_frozen_one_has() {
    let stage = aave_v3();
    stage.invest(10 * ONE);

    for (configuration, liquidity) in [(aave::PAUSED, 0), (0, 0), (aave::FROZEN, 10 * ONE), (aave::ACTIVE, 10 * ONE)] {
        stage.world.poke(VENUE, aave::CONFIGURATION, U256::from(configuration));
        assert_eq!(stage.liquidity(), liquidity);
    }
}

#[test]
fn what_a_venue_reverts_with_is_passed_on() {
    for (stage, broken) in [(erc4626(), venue::BROKEN), (morpho_blue(), morpho::BROKEN)] {
        stage.invest(10 * ONE);
        stage.world.poke(VENUE, broken, u(1));

        for result in [
            stage.try_call(VAULT, IAdapter::deallocateCall { assets: u(1) }).map(|_| ()),
            stage.try_call(VAULT, IAdapter::deallocateCall { assets: U256::MAX }).map(|_| ()),
            stage.try_call(ALICE, IAdapter::reportCall {}).map(|_| ()),
            stage.try_call(ALICE, IAdapter::valueCall {}).map(|_| ()),
            stage.try_call(ALICE, IAdapter::liquidityCall {}).map(|_| ()),
        ] {
            assert_eq!(refusal::<IAdapter::VenueCallFailed>(result).reason.as_ref(), b"broken");
        }
    }
    assert_eq!(IAdapter::VenueCallFailed::SIGNATURE, "VenueCallFailed(bytes)");
}

#[test]
fn a_token_that_answers_nothing_is_accepted() {
    for stage in all() {
        stage.world.poke(USDC, token::MANNER, U256::from(token::SILENT));

        stage.invest(10 * ONE);
        stage.call(VAULT, IAdapter::deallocateCall { assets: U256::MAX });

        assert_eq!(stage.assets_of(VAULT), 10 * ONE);
    }
}
