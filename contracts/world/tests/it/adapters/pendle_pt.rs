//! A position in a bond whose venue lies, breaks or calls back.

use abi::{bond::IBond, erc4626::IERC4626};
use tenor_world::{
    mock::{
        HOOK_RESULT,
        bond::{self, Bond, GIVES_BPS, LIES, PAYS_BPS, RATE_WAD},
        oracle::{self, Pair},
    },
    risk_id,
};

use super::*;

const WRAPPER: Address = VENUE;
const PRINCIPAL: Address = address(0x61);
const YIELDS: Address = address(0x62);
const MARKET: Address = address(0x63);
const ORACLE: Address = address(0x64);
const DECAY_SECS: u32 = 1_000;
const YEAR_SECS: u64 = 31_536_000;
const WAD: u128 = 1_000_000_000_000_000_000;
/// Half a year at six percent, and what an oracle says of it.
const PRICE_WAD: u128 = WAD / 1_000 * 970;

/// A world with a bond that is due in half a year, and an adapter that has not begun.
fn prepare() -> Stage {
    let world = empty();
    let due_secs = world.now_secs() + YEAR_SECS / 2;
    let all = Bond { asset: USDC, wrapper: WRAPPER, principal: PRINCIPAL, yields: YIELDS, market: MARKET, due_secs };
    let hook = bond::install(&world, all);
    // What others have wrapped: the interest comes of it.
    token::mint(&world, USDC, WRAPPER, 1_000 * ONE);
    let pair = Pair { base: (PRINCIPAL, 6), quote: (USDC, 6), pool: MARKET };
    oracle::install(&world, ORACLE, pair);
    world.poke(ORACLE, oracle::BID_WAD, u(PRICE_WAD));
    world.poke(ORACLE, oracle::ASK_WAD, u(PRICE_WAD));
    world.install(ADAPTER, tenor_adapter_pendle_pt::main);
    Stage { world, hook }
}

fn initialize() -> IAdapter::initializeCall {
    let terms = IBond::PendleTerms { market: MARKET, oracle: ORACLE, decaySecs: DECAY_SECS };
    let terms = alloy_sol_types::SolValue::abi_encode(&terms);
    IAdapter::initializeCall { vault: VAULT, venue: WRAPPER, terms: terms.into() }
}

fn open() -> Stage {
    let stage = prepare();
    stage.call(ALICE, initialize());
    stage
}

fn due(stage: &Stage) {
    stage.world.pass(YEAR_SECS / 2);
}

#[test]
fn whoever_lies_about_the_others_is_found_out_at_the_beginning() {
    for (liar, what) in [(WRAPPER, "decimals"), (PRINCIPAL, "tokens"), (YIELDS, "tokens"), (MARKET, "market")] {
        let stage = prepare();
        stage.world.poke(liar, LIES, U256::ONE);

        let refused = stage.try_call(ALICE, initialize());

        assert_eq!(refusal::<IBond::InvalidTerms>(refused).what, risk_id(what), "{what}");
        stage.world.poke(liar, LIES, U256::ZERO);
        stage.call(ALICE, initialize());
    }
}

#[test]
fn an_exchange_rate_that_is_not_paid_is_a_wrong_scale() {
    for (rate, pays_bps) in [(WAD, 9_899), (WAD * 2, 10_102), (WAD * 1_000, 0)] {
        let stage = prepare();
        stage.world.poke(WRAPPER, RATE_WAD, u(rate));
        stage.world.poke(WRAPPER, PAYS_BPS, u(pays_bps + 1));

        let refused = stage.try_call(ALICE, initialize());

        assert_eq!(refusal::<IBond::InvalidTerms>(refused).what, risk_id("scale"));
        stage.world.poke(WRAPPER, PAYS_BPS, u(9_900 + 1));
        stage.call(ALICE, initialize());
    }
    // A rate of which one of the asset is not even a unit, as decimals that are taken for others make it.
    let stage = prepare();
    stage.world.poke(WRAPPER, RATE_WAD, u(WAD * 1_000_000_000_000));
    assert_eq!(refusal::<IBond::InvalidTerms>(stage.try_call(ALICE, initialize())).what, risk_id("scale"));
}

#[test]
fn an_oracle_without_a_price_or_of_another_market_is_refused() {
    let stage = prepare();
    stage.world.poke(ORACLE, oracle::REFUSES, u(4));
    assert_eq!(refusal::<IBond::InvalidTerms>(stage.try_call(ALICE, initialize())).what, risk_id("oracle"));
    for pair in [
        Pair { base: (PRINCIPAL, 6), quote: (USDC, 6), pool: YIELDS },
        Pair { base: (YIELDS, 6), quote: (USDC, 6), pool: MARKET },
        Pair { base: (PRINCIPAL, 6), quote: (OTHER_TOKEN, 6), pool: MARKET },
    ] {
        oracle::install(&stage.world, ORACLE, pair);
        stage.world.poke(ORACLE, oracle::REFUSES, U256::ZERO);
        assert_eq!(refusal::<IBond::InvalidTerms>(stage.try_call(ALICE, initialize())).what, risk_id("oracle"));
    }
}

#[test]
fn what_a_market_does_not_give_is_not_counted() {
    let (honest, stage) = (open(), open());
    let all = honest.invest(1_000 * ONE);
    stage.world.poke(MARKET, GIVES_BPS, u(5_001));

    let report = stage.invest(1_000 * ONE);

    assert!(report.units <= all.units / u(2) && report.units + u(2) >= all.units / u(2));
    // The loss is in the value at once: by the mark, and by the accretion that never exceeds the face.
    assert!(report.value <= report.units * u(PRICE_WAD) / u(WAD));
    assert!(report.high <= report.units);
}

#[test]
fn a_market_or_wrapper_that_pays_too_little_is_refused() {
    for (who, slot) in [(MARKET, GIVES_BPS), (WRAPPER, PAYS_BPS)] {
        let stage = open();
        stage.invest(1_000 * ONE);
        let before = stage.world.storage();
        // The wrapper says so as well, and is asked for as much more.
        stage.world.poke(who, slot, u(5_001));
        if who == WRAPPER {
            let (_, paid) = stage.divest(u(100 * ONE));
            assert!(paid >= 100 * ONE);
            continue;
        }

        let reason = refusal::<IAdapter::VenueCallFailed>(
            stage.try_call(VAULT, IAdapter::deallocateCall { assets: u(100 * ONE) }),
        );

        assert_eq!(reason.reason.as_ref(), b"least");
        stage.world.restore(before);
    }
}

#[test]
fn a_market_that_calls_back_moves_nothing() {
    for assets in [U256::ZERO, u(1), U256::MAX] {
        for call in [
            IAdapter::allocateCall { assets }.abi_encode(),
            IAdapter::deallocateCall { assets }.abi_encode(),
            initialize().abi_encode(),
        ] {
            let stage = open();
            *stage.hook.borrow_mut() = Some((ADAPTER, call));

            let report = stage.invest(1_000 * ONE);

            assert_eq!(stage.world.peek(MARKET, HOOK_RESULT), U256::ONE, "it is refused");
            assert!(report.units > u(1_000 * ONE));
        }
    }
}

#[test]
fn a_wrapper_that_takes_less_than_it_is_told_is_left_no_approval() {
    let stage = open();
    stage.world.poke(WRAPPER, bond::LEAVES, u(ONE));

    stage.invest(10 * ONE);

    assert_eq!(stage.approval(), U256::ZERO);
    assert_eq!(stage.assets_of(ADAPTER), ONE);
}

#[test]
fn until_it_is_due_a_silent_oracle_hides_the_value() {
    let stage = open();
    stage.invest(1_000 * ONE);
    stage.world.poke(ORACLE, oracle::REFUSES, u(4));

    refusal::<IAdapter::VenueCallFailed>(stage.try_call(ALICE, IAdapter::reportCall {}));
    refusal::<IAdapter::VenueCallFailed>(stage.try_call(VAULT, IAdapter::deallocateCall { assets: U256::MAX }));
    due(&stage);

    let face = stage.units();
    assert_eq!(u(stage.divest(U256::MAX).1), face);
}

#[test]
fn once_due_a_broken_wrapper_leaves_the_clock_alone_to_tell() {
    let stage = open();
    stage.invest(1_000 * ONE);
    due(&stage);
    stage.world.poke(WRAPPER, bond::BROKEN, U256::ONE);
    stage.world.poke(ORACLE, oracle::REFUSES, u(4));
    let face = stage.units();

    for late in [0, 1, 499, 998, 999, 5_000] {
        let value = face * u(u128::from(DECAY_SECS.saturating_sub(late + 1))) / u(DECAY_SECS.into());
        let report = stage.report();
        assert_eq!((report.value, report.high), (value, value), "{late} seconds late");
        stage.world.pass(1);
        let next = [1, 499, 998, 999, 5_000].into_iter().find(|next| *next > late).unwrap_or(late + 1);
        stage.world.pass(u64::from(next - late - 1));
    }
    stage.world.poke(WRAPPER, bond::BROKEN, U256::ZERO);
    assert_eq!(u(stage.divest(U256::MAX).1), face);
}

#[test]
fn once_due_what_the_wrapper_has_lost_is_lost_at_once() {
    let stage = open();
    stage.invest(1_000 * ONE);
    due(&stage);
    let face = stage.units();
    stage.world.poke(WRAPPER, RATE_WAD, u(WAD / 2));

    let report = stage.report();

    assert_eq!(report.value, face / u(2) * u(999) / u(1_000));
    assert_eq!(report.high, report.value);
}

#[test]
fn nothing_of_nothing() {
    let stage = open();

    assert_eq!(stage.divest(U256::MAX).1, 0);
    assert_eq!(stage.divest(U256::ZERO).1, 0);
    assert_eq!(stage.call(VAULT, IAdapter::allocateCall { assets: U256::ZERO }).after_.units, U256::ZERO);
    assert_eq!((stage.value(), stage.liquidity()), (0, 0));
    let unknown = IERC4626::totalAssetsCall {}.abi_encode();
    assert_eq!(stage.world.call_raw(VAULT, ADAPTER, unknown), Err(Vec::new()));
}
