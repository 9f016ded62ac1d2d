//! Random operations by everybody, against the book's invariants and a slow model of the net asset value.

use abi::{board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, U256};
use proptest::prelude::*;
use tenor_world::{
    ALL, CURATOR, OWNER, Scene, Terms, USDC, VAULT, WAD, address,
    mock::{adapter, token},
};

use crate::{history::History, u};

const WALLETS: [Address; 3] = [address(0x31), address(0x32), address(0x33)];
const YEAR: u128 = 31_536_000;
const RATE: u128 = (WAD / 5) as u128;

#[derive(Clone, Debug)]
enum Step {
    Deposit(usize, u64),
    Redeem(usize, u8),
    Move(u32, i32),
    TakeAll(u32),
    Earn(usize, i32),
    Mark(u32),
    Donate(u32),
    Pass(u32),
    Relieve(u32, i32),
    Trip(usize, u8),
    Liquid(usize, u32),
    Trade(usize, u32),
    Lie(usize, u8, U256),
    Heartbeat,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3_usize, 1..u64::from(u32::MAX)).prop_map(|(who, assets)| Step::Deposit(who, assets)),
        (0..3_usize, 1..=100_u8).prop_map(|(who, percent)| Step::Redeem(who, percent)),
        (0..3_u32, any::<i32>()).prop_map(|(position, assets)| Step::Move(position, assets)),
        (0..3_u32).prop_map(Step::TakeAll),
        (0..3_usize, -1_000_000..1_000_000_i32).prop_map(|(position, assets)| Step::Earn(position, assets)),
        (0..3_u32).prop_map(Step::Mark),
        (1..1_000_000_u32).prop_map(Step::Donate),
        prop_oneof![1..10_000_000_u32, 1..100_000_u32].prop_map(Step::Pass),
        (0..3_u32, 1..=i32::MAX).prop_map(|(position, assets)| Step::Relieve(position, assets)),
        (0..3_usize, 1..=5_u8).prop_map(|(id, condition)| Step::Trip(id, condition)),
        (0..3_usize, any::<u32>()).prop_map(|(position, assets)| Step::Liquid(position, assets)),
        (0..3_usize, 800_000_000..1_200_000_000_u32).prop_map(|(position, price)| Step::Trade(position, price)),
        (0..3_usize, 0..6_usize, lie()).prop_map(|(position, knob, what)| Step::Lie(position, KNOBS[knob], what)),
        Just(Step::Heartbeat),
    ]
}

/// What an adapter can say of itself.
const KNOBS: [u8; 6] =
    [adapter::VALUE, adapter::UNITS, adapter::DEPTH, adapter::RATE, adapter::ANSWER_VALUE, adapter::ANSWER_UNITS];

/// Numbers at the ends of every width.
fn lie() -> impl Strategy<Value = U256> {
    let ends = prop_oneof![Just(U256::ZERO), Just(U256::MAX), (0..256_usize).prop_map(|bit| U256::from(1) << bit)];
    prop_oneof![ends.clone(), ends.prop_map(|end| end.wrapping_sub(U256::from(1))), any::<u64>().prop_map(U256::from)]
}

/// Whether a venue has ever traded at another price than it reported, or lied.
fn is_crooked(step: &Step) -> bool {
    matches!(step, Step::Liquid(..) | Step::Trade(..) | Step::Lie(..))
}

/// Runs a step; refusals are fine, as long as what holds goes on holding.
fn run(scene: &Scene, positions: &[Address; 3], step: &Step, is_crooked: bool) {
    match *step {
        Step::Deposit(who, assets) => {
            scene.fund(WALLETS[who], assets.into());
            let receiver = WALLETS[who];
            let _ = scene.try_call(receiver, IVault::depositCall { assets: u(assets.into()), receiver });
        }
        Step::Redeem(who, percent) => {
            let owner = WALLETS[who];
            let shares = scene.view(IVault::maxRedeemCall { owner }) * u(percent.into()) / u(100);
            if scene.view(IVault::previewRedeemCall { shares }).is_zero() {
                return;
            }
            let before = price(scene);
            let result = scene.try_call(owner, IVault::redeemCall { shares, receiver: owner, owner });
            // Such a venue may not be able to pay what it says.
            if is_crooked {
                return;
            }
            result.expect("max is truthful");
            let unmarked_loss = positions
                .iter()
                .zip(scene.view(IDesk::positionsCall {}))
                .any(|(at, position)| scene.world.peek(*at, 0) < position.value);
            assert!(unmarked_loss || price(scene) >= before || scene.book().nav < before, "an exit costs no stayer");
        }
        Step::Move(position, assets) => charged(scene, &[(position, assets.into())]),
        Step::TakeAll(position) => charged(scene, &[(position, ALL), ((position + 1) % 3, 1)]),
        Step::Earn(position, assets) => {
            let value = scene.world.peek(positions[position], adapter::VALUE);
            let held = u(scene.assets_of(positions[position])).min(value);
            if value < u(1 << 100) {
                scene.earn(positions[position], i128::from(assets).max(-(held.to::<u128>() as i128)));
            }
        }
        Step::Mark(position) => {
            let call = IDesk::markCall { positions: vec![position] };
            let result = scene.try_call(WALLETS[0], call);
            assert!(is_crooked || result.is_ok(), "anybody marks");
        }
        Step::Donate(assets) => token::mint(&scene.world, USDC, VAULT, assets.into()),
        Step::Pass(secs) => scene.world.pass(secs.into()),
        Step::Relieve(position, assets) => drop(scene.relieve(&[(position, -i128::from(assets))])),
        Step::Trip(id, condition) => drop(scene.trip(["p", "q", "x"][id], condition, id as u32)),
        Step::Liquid(position, assets) => scene.world.poke(positions[position], adapter::LIQUIDITY, u(assets.into())),
        Step::Trade(position, price) => scene.world.poke(positions[position], adapter::TRADE, u(price.into())),
        Step::Lie(position, knob, what) => scene.world.poke(positions[position], knob, what),
        Step::Heartbeat => drop(scene.rebalance(&[])),
    }
}

/// A vault with three positions, a breaker on each of their ids and losses allowed.
fn stage() -> (Scene, [Address; 3]) {
    let scene = Scene::new();
    let terms = Terms { instant_bps: 5_000, slack_bps: 10, ..Terms::default() };
    let positions = [scene.position(&["p", "x"]).0, scene.position_on(&["q", "x"], terms).0, scene.position(&["p"]).0];
    let breaker = IBoard::Breaker {
        feed: Address::ZERO,
        minPriceWad: U256::ZERO,
        maxPriceWad: U256::ZERO,
        maxAgeSecs: 0,
        liquidBps: 5_000,
        confirmSecs: 60,
        tripSecs: 86_400,
    };
    for id in ["p", "q", "x"] {
        let risk_id = tenor_world::risk_id(id);
        scene.call(CURATOR, IBoard::setBreakerCall { riskId: risk_id, breaker: breaker.clone() });
    }
    scene.call(OWNER, IBoard::setMaxRateCall { rateWad: u(RATE) });
    scene.endow(WALLETS[0], 1_000_000_000);
    (scene, positions)
}

/// Rebalances: what the net asset value falls by after the marks is charged, but for two base units a leg.
fn charged(scene: &Scene, legs: &[(u32, i128)]) {
    let told = scene.world.events::<IDesk::PositionMarked>(VAULT).len();
    if scene.rebalance(legs).is_err() {
        return;
    }
    let marks = scene.world.events::<IDesk::PositionMarked>(VAULT);
    let rebalanced = scene.world.events::<IDesk::Rebalanced>(VAULT).pop().expect("an event");
    let marked = marks[told..].iter().fold(rebalanced.navBefore, |nav, mark| nav + mark.valueAfter - mark.valueBefore);
    // What is sold may have been worth more than was believed of it, by its slack.
    let slack =
        scene.view(IDesk::positionsCall {}).iter().map(|p| u(p.terms.slackBps.into())).max().unwrap_or_default();
    let may_rise = (rebalanced.turnover * slack).div_ceil(u(10_000)) + u(legs.len() as u128);
    let most = if slack.is_zero() { marked } else { marked + may_rise };
    assert!(rebalanced.navAfter <= most, "no movement raises the net asset value");
    let fallen = marked.saturating_sub(rebalanced.navAfter);
    assert!(fallen <= rebalanced.loss + u(2 * legs.len() as u128), "what is lost is charged");
    assert_eq!(scene.levels().loss.used, rebalanced.lossLevel);
    assert_eq!(scene.levels().turnover.used, rebalanced.turnoverLevel);
}

/// What 1e24 shares are worth.
fn price(scene: &Scene) -> U256 {
    scene.view(IVault::convertToAssetsCall { shares: u(10).pow(u(24)) })
}

/// The sums that the book keeps as running totals, taken the slow way.
fn check(scene: &Scene) {
    let (book, positions) = (scene.book(), scene.view(IDesk::positionsCall {}));
    let sum = positions.iter().fold(U256::ZERO, |sum, position| sum + position.value);
    assert_eq!(book.marked, sum, "marked is the sum of the values");
    assert_eq!(book.nav, book.idle + book.marked);
    let of_slack = |p: &IDesk::Position| (p.value * u(p.terms.slackBps.into())).div_ceil(u(10_000));
    let slack = positions.iter().map(of_slack).fold(U256::ZERO, |sum, slack| sum + slack);
    assert_eq!(
        scene.view(IVault::totalAssetsCall {}),
        book.nav.saturating_sub(slack),
        "exits leave what may not be there"
    );

    let now = U256::from(scene.world.now_secs());
    let value_secs = positions.iter().fold(U256::ZERO, |sum, p| sum + p.value * (now - p.markedAt));
    let gain = (value_secs * u(RATE)).div_ceil(u(u128::from(WAD) * YEAR));
    assert!(book.navEntry >= book.nav + slack + gain, "entry pays what may be there and what may have been gained");
    let marks = scene.world.events::<IDesk::PositionMarked>(VAULT);
    let can_be_pushed = |position: u32| positions[position as usize].terms.slackBps > 0;
    let has_taken = marks.iter().any(|mark| mark.valueAfter < mark.valueBefore || can_be_pushed(mark.position));
    assert!(
        has_taken || book.navEntry == book.nav + slack + gain,
        "and nothing else, as long as no mark has taken anything"
    );

    for cap in scene.view(IDesk::capsCall {}) {
        let under = positions.iter().filter(|position| position.riskIds.contains(&cap.riskId));
        assert_eq!(cap.exposure, under.fold(U256::ZERO, |sum, position| sum + position.value));
    }
    assert!(u(scene.assets_of(VAULT)) >= book.idle, "idle money is there");
    let shares =
        WALLETS.iter().fold(U256::ZERO, |sum, wallet| sum + scene.view(IVault::balanceOfCall { account: *wallet }));
    assert_eq!(shares, scene.view(IVault::totalSupplyCall {}), "shares are what wallets have");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_book_holds_under_any_sequence(steps in prop::collection::vec(step(), 1..40)) {
        let (scene, positions) = stage();
        let (mut crooked, mut history) = (false, History::default());
        for step in &steps {
            let nav = scene.book().nav;
            crooked |= is_crooked(step);
            run(&scene, &positions, step, crooked);
            check(&scene);
            history.check(&scene);
            if matches!(step, Step::Earn(..) | Step::Donate(_) | Step::Pass(_)) || is_crooked(step) {
                assert_eq!(scene.book().nav, nav, "nothing reaches the price but by a call");
            }
        }
    }

    #[test]
    fn everybody_gets_out_what_the_book_owes(steps in prop::collection::vec(step(), 1..25)) {
        let (scene, positions) = stage();
        for step in steps.iter().filter(|step| !is_crooked(step)) {
            run(&scene, &positions, step, false);
        }
        scene.world.pass(30 * 86_400);
        scene.heartbeat();
        // No exit forces a position whose price can be moved; dust of it may be more than the budget of next to nothing.
        if scene.view(IDesk::positionsCall {})[1].value >= u(1000) {
            scene.rebalance(&[(1, ALL)]).expect("it costs its slack alone");
        }
        scene.mark(&[0, 1, 2]);
        let owed = scene.book().nav;
        let had: u128 = WALLETS.iter().map(|wallet| scene.assets_of(*wallet)).sum();

        for owner in WALLETS {
            let shares = scene.view(IVault::maxRedeemCall { owner });
            if !scene.view(IVault::previewRedeemCall { shares }).is_zero() {
                scene.call(owner, IVault::redeemCall { shares, receiver: owner, owner });
            }
        }

        prop_assert!(scene.book().nav < u(1000), "everybody is out");
        let got: u128 = WALLETS.iter().map(|wallet| scene.assets_of(*wallet)).sum();
        prop_assert_eq!(u(got - had) + scene.book().nav, owed, "paid and left over is what was owed");
    }
}
