//! A position in longs whose pool lies or breaks.

use abi::{bond::IBond, hyperdrive::IHyperdrive};
use alloy_sol_types::SolValue;
use tenor_world::{mock::script::Script, risk_id};

use super::*;

const TERM_SECS: u64 = 15_724_800;
const DAY_SECS: u64 = 86_400;
const DECAY_SECS: u32 = 1_000;
const WAD: u128 = 1_000_000_000_000_000_000;

/// A world whose pool says what a pool of half a year says, at a mean price of 0.975, and an adapter of what is sold now.
fn prepare() -> (Stage, Script) {
    let world = empty();
    let pool = Script::install(&world, VENUE);
    configure(&pool, USDC, 500_000_000_000_000);
    pool.says::<IHyperdrive::decimalsCall>(u(6).abi_encode());
    says_price(&pool, WAD);
    let ended = u((latest(&world)).into());
    pool.says::<IHyperdrive::getCheckpointCall>([u(WAD / 1_000 * 975), ended, u(WAD)].abi_encode());
    pool.says::<IHyperdrive::balanceOfCall>(U256::ZERO.abi_encode());
    pool.says::<IHyperdrive::openLongCall>([U256::ZERO; 2].abi_encode());
    world.install(ADAPTER, tenor_adapter_hyperdrive_long::main);
    (Stage { world, hook: Hook::default() }, pool)
}

fn configure(pool: &Script, base: Address, flat_fee_wad: u128) {
    let mut config = [U256::ZERO; 19];
    config[0] = base.into_word().into();
    (config[6], config[8], config[9], config[16]) = (u(1), u(TERM_SECS.into()), u(DAY_SECS.into()), u(flat_fee_wad));
    pool.says::<IHyperdrive::getPoolConfigCall>(config.abi_encode());
}

/// Has the pool say the share price of its vault.
fn says_price(pool: &Script, price_wad: u128) {
    let mut info = [U256::ZERO; 15];
    (info[0], info[6]) = (u(1_000_000 * ONE), u(price_wad));
    pool.says::<IHyperdrive::getPoolInfoCall>(info.abi_encode());
}

fn latest(world: &World) -> u64 {
    world.now_secs() - world.now_secs() % DAY_SECS
}

fn initialize(stage: &Stage) -> IAdapter::initializeCall {
    let maturity = latest(&stage.world) + TERM_SECS;
    let terms = IBond::HyperdriveTerms { maturity, decaySecs: DECAY_SECS }.abi_encode();
    IAdapter::initializeCall { vault: VAULT, venue: VENUE, terms: terms.into() }
}

fn open() -> (Stage, Script) {
    let (stage, pool) = prepare();
    stage.call(ALICE, initialize(&stage));
    (stage, pool)
}

/// A position of so much face, however it came to it.
fn holding(stage: &Stage, face: u128) {
    stage.world.poke(ADAPTER, 0, u(face));
    stage.world.poke(ADAPTER, 1, u(face * 97 / 100) | (u(stage.world.now_secs().into()) << 128));
    stage.world.poke(ADAPTER, 2, u(face));
}

#[test]
fn a_pool_that_does_not_fit_is_refused_at_the_beginning() {
    let (stage, pool) = prepare();
    configure(&pool, OTHER_TOKEN, 0);
    assert_eq!(refusal::<IAdapter::WrongAsset>(stage.try_call(ALICE, initialize(&stage))).found, OTHER_TOKEN);
    configure(&pool, USDC, WAD / 100 + 1);
    assert_eq!(refusal::<IBond::InvalidTerms>(stage.try_call(ALICE, initialize(&stage))).what, risk_id("fee"));
    configure(&pool, USDC, WAD / 100);
    pool.says::<IHyperdrive::decimalsCall>(u(18).abi_encode());
    assert_eq!(refusal::<IBond::InvalidTerms>(stage.try_call(ALICE, initialize(&stage))).what, risk_id("decimals"));
    pool.says::<IHyperdrive::decimalsCall>(u(6).abi_encode()).is_silent::<IHyperdrive::getPoolConfigCall>();
    assert_eq!(refusal::<IAdapter::InvalidAddress>(stage.try_call(ALICE, initialize(&stage))).account, VENUE);
    configure(&pool, USDC, 0);
    stage.call(ALICE, initialize(&stage));
}

#[test]
fn what_a_pool_does_not_give_is_not_counted_and_no_approval_is_left() {
    let (stage, _) = open();

    let report = stage.invest(10 * ONE);

    assert_eq!((report.units, report.value), (U256::ZERO, U256::ZERO));
    assert_eq!((stage.approval(), stage.assets_of(ADAPTER)), (U256::ZERO, 10 * ONE));
}

#[test]
fn a_checkpoint_that_is_not_whole_or_has_no_price_is_no_mark() {
    let (stage, pool) = open();
    holding(&stage, 100 * ONE);
    let marked = stage.report();
    assert!(marked.value <= u(97 * ONE + 1) && marked.high > u(97 * ONE));

    for checkpoint in [
        [u(WAD / 1_000 * 975), u((latest(&stage.world) - 1).into()), u(WAD)],
        [U256::ZERO, u(latest(&stage.world).into()), u(WAD)],
    ] {
        pool.says::<IHyperdrive::getCheckpointCall>(checkpoint.abi_encode());
        let reason = refusal::<IAdapter::VenueCallFailed>(stage.try_call(ALICE, IAdapter::reportCall {})).reason;
        assert_eq!(IBond::NoMark::abi_decode(&reason).expect("no mark").checkpoint, u(latest(&stage.world).into()));
    }
    // A price above one is one.
    pool.says::<IHyperdrive::getCheckpointCall>([u(2 * WAD), u(latest(&stage.world).into()), u(WAD)].abi_encode());
    assert_eq!(stage.report().high, u(100 * ONE));
}

#[test]
fn what_the_vault_of_the_pool_has_lost_the_bonds_have_too() {
    let (stage, pool) = open();
    holding(&stage, 100 * ONE);
    let whole = stage.report().value;

    says_price(&pool, WAD / 2);

    let half = stage.report().value;
    assert!(half <= whole / u(2) + u(2 * ONE) && half < whole);
    stage.world.pass(TERM_SECS);
    let report = stage.report();
    assert!(report.value < u(50 * ONE) && report.high == report.value);
}

#[test]
fn once_due_a_silent_pool_leaves_the_clock_alone_to_tell() {
    let (stage, pool) = open();
    holding(&stage, 100 * ONE);
    let due = latest(&stage.world) + TERM_SECS;
    stage.world.pass(due - stage.world.now_secs());
    pool.is_silent::<IHyperdrive::getPoolInfoCall>().burns::<IHyperdrive::getCheckpointCall>();

    assert_eq!(stage.report().value, u(100 * ONE * 999 / 1_000));
    stage.world.pass(DECAY_SECS.into());
    assert_eq!((stage.report().value, stage.report().high), (U256::ZERO, U256::ZERO));
}

#[test]
fn a_pool_that_pays_nothing_is_refused_and_nothing_is_sold() {
    let (stage, pool) = open();
    holding(&stage, 100 * ONE);
    pool.says::<IHyperdrive::closeLongCall>(U256::ZERO.abi_encode());

    let error = stage.try_call(VAULT, IAdapter::deallocateCall { assets: u(ONE) });

    let reason = refusal::<IAdapter::VenueCallFailed>(error).reason;
    assert_eq!(IBond::TooShallow::abi_decode(&reason).expect("too shallow").assets, u(ONE));
    assert_eq!((stage.units(), stage.world.peek(ADAPTER, 2)), (u(100 * ONE), u(100 * ONE)));
}
