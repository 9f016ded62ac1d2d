//! A bond of Pendle's kind in a whole vault: bought by the keeper, marked and settled by anyone.

use abi::{
    adapter::IAdapter,
    board::IBoard,
    bond::IBond,
    covenants::ICovenants::{self, Rung},
    desk::IDesk,
    vault::IVault,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use tenor_world::{
    CURATOR, OWNER, Scene, Terms, USDC, VAULT, WAD, add, address,
    mock::{
        bond::{self, BROKEN, Bond, RATE_WAD},
        oracle::{self, ASK_WAD, BID_WAD, Pair},
        token,
    },
    refusal,
};

use crate::{ALICE, BOB, ONE, UNIT, u};

const WRAPPER: Address = address(0x61);
const PRINCIPAL: Address = address(0x62);
const YIELDS: Address = address(0x63);
const MARKET: Address = address(0x64);
const ORACLE: Address = address(0x65);
const ADAPTER: Address = address(0x66);
const STRANGER: Address = address(0xdd);
const DECAY_SECS: u32 = 100_000;
const DAY_SECS: u64 = 86_400;
/// How long the bond runs from the scene's beginning.
const TERM_SECS: u64 = 180 * DAY_SECS;
const PRICE_WAD: u64 = WAD / 1_000 * 972;

/// 1000 units of Alice's in a vault that may hold a bond, which is due in half a year from its beginning.
fn scene() -> (Scene, u64) {
    let scene = Scene::new();
    let due_secs = scene.world.now_secs() + TERM_SECS;
    let all = Bond { asset: USDC, wrapper: WRAPPER, principal: PRINCIPAL, yields: YIELDS, market: MARKET, due_secs };
    bond::install(&scene.world, all);
    // What others have wrapped: the interest comes of it.
    token::mint(&scene.world, USDC, WRAPPER, 1_000 * ONE);
    oracle::install(&scene.world, ORACLE, Pair { base: (PRINCIPAL, 6), quote: (USDC, 6), pool: MARKET });
    price(&scene, PRICE_WAD, PRICE_WAD);
    scene.world.install(ADAPTER, tenor_adapter_pendle_pt::main);
    let terms = IBond::PendleTerms { market: MARKET, oracle: ORACLE, decaySecs: DECAY_SECS };
    let call = IAdapter::initializeCall { vault: VAULT, venue: WRAPPER, terms: terms.abi_encode().into() };
    scene.world.call(ALICE, ADAPTER, &call).expect("the terms are good");

    for code in [ADAPTER, ORACLE] {
        scene.call(OWNER, IBoard::admitCodeCall { codehash: scene.world.codehash(code), admitted: true });
    }
    scene.cap("pendle", u128::MAX, WAD);
    let most = U256::from(10 * TERM_SECS);
    scene.call(CURATOR, ICovenants::setDurationCall { leastSecs: U256::ZERO, mostSecs: most });
    let rungs = vec![Rung { untilDays: 365, leastBps: 0, mostBps: 10_000 }];
    scene.call(CURATOR, ICovenants::setLadderCall { rungs });
    scene.call(CURATOR, add(ADAPTER, &["pendle"], Terms { slack_bps: 10, ..Terms::default() }));
    scene.endow(ALICE, 1_000 * ONE);
    (scene, due_secs)
}

fn price(scene: &Scene, bid_wad: u64, ask_wad: u64) {
    scene.world.poke(ORACLE, BID_WAD, U256::from(bid_wad));
    scene.world.poke(ORACLE, ASK_WAD, U256::from(ask_wad));
}

fn pass_to(scene: &Scene, at_secs: u64) {
    scene.world.pass(at_secs - scene.world.now_secs());
}

fn face(scene: &Scene) -> u128 {
    scene.world.view(ADAPTER, &IAdapter::unitsCall {}).expect("it answers").to()
}

/// What the book says of the bond.
fn booked(scene: &Scene) -> u128 {
    scene.view(IDesk::positionsCall {})[0].value.to()
}

fn settle(scene: &Scene) -> Result<U256, tenor_world::Revert> {
    scene.try_call(STRANGER, IDesk::settleCall { position: 0 })
}

#[test]
fn a_bond_is_bought_grows_and_is_settled_by_anyone_at_its_face() {
    let (scene, due_secs) = scene();
    scene.rebalance(&[(0, 400 * UNIT)]).expect("it is within every limit");
    let (face, idle) = (face(&scene), scene.book().idle.to::<u128>());
    assert!(face > 410 * ONE && booked(&scene) <= 400 * ONE);
    assert_eq!(refusal::<IDesk::NotMatured>(settle(&scene)).maturity, U256::from(due_secs));

    price(&scene, WAD / 1_000 * 995, WAD / 1_000 * 995);
    pass_to(&scene, due_secs - 30 * DAY_SECS);
    scene.mark(&[0]);
    let grown = booked(&scene);
    assert!(grown > 405 * ONE && grown < face, "{grown}");
    pass_to(&scene, due_secs - 1);
    refusal::<IDesk::NotMatured>(settle(&scene));
    pass_to(&scene, due_secs);

    let paid = settle(&scene).expect("it is due");

    assert_eq!(paid, u(face));
    assert_eq!(scene.book().idle.to::<u128>(), idle + face);
    assert_eq!(booked(&scene), 0);
    assert!(refusal::<IDesk::NotPaid>(settle(&scene)).position == 0);
}

#[test]
fn what_is_due_is_never_counted_at_its_face_before_it_is_paid() {
    let (scene, due_secs) = scene();
    scene.rebalance(&[(0, 400 * UNIT)]).expect("it is within every limit");
    let face = face(&scene);
    pass_to(&scene, due_secs);
    scene.world.poke(WRAPPER, BROKEN, U256::ONE);

    scene.mark(&[0]);
    let first = booked(&scene);
    assert!(first < face);
    assert_eq!(refusal::<IDesk::NotPaid>(settle(&scene)).position, 0);
    scene.world.pass(u64::from(DECAY_SECS) / 2);
    scene.mark(&[0]);
    assert!(booked(&scene) <= face / 2 && booked(&scene) < first);
    scene.world.pass(u64::from(DECAY_SECS));
    scene.mark(&[0]);
    assert_eq!(booked(&scene), 0);

    scene.world.poke(WRAPPER, BROKEN, U256::ZERO);
    assert_eq!(settle(&scene), Ok(u(face)));
}

#[test]
fn a_loss_of_the_wrapper_is_in_the_book_at_the_next_mark() {
    let (scene, due_secs) = scene();
    scene.rebalance(&[(0, 400 * UNIT)]).expect("it is within every limit");
    pass_to(&scene, due_secs);
    scene.world.poke(WRAPPER, RATE_WAD, U256::from(WAD / 2));

    scene.mark(&[0]);

    assert!(booked(&scene) <= face(&scene) / 2);
}

#[test]
fn who_enters_pays_the_higher_value_and_who_leaves_gets_the_lower() {
    let (scene, _) = scene();
    scene.rebalance(&[(0, 400 * UNIT)]).expect("it is within every limit");
    let fair = scene.view(IVault::previewDepositCall { assets: u(100 * ONE) });
    let leaves = |scene: &Scene| scene.view(IVault::previewRedeemCall { shares: U256::from(10).pow(U256::from(18)) });
    let (before, premium) = (leaves(&scene), WAD / 1_000 * 999);

    // The market says that the bond is worth more than was paid: that is nobody's gain yet.
    price(&scene, PRICE_WAD, premium);
    scene.mark(&[0]);
    let dear = scene.view(IVault::previewDepositCall { assets: u(100 * ONE) });
    assert!(dear < fair, "{dear} for {fair}");
    assert!(leaves(&scene) <= before);
    scene.deposit(BOB, 100 * ONE);
    let all = scene.view(IVault::balanceOfCall { account: BOB });
    assert!(scene.view(IVault::previewRedeemCall { shares: all }) < u(100 * ONE));

    // And that it is worth less is everybody's loss at once.
    price(&scene, WAD / 10 * 9, WAD / 10 * 9);
    scene.mark(&[0]);
    assert!(leaves(&scene) < before);
}
