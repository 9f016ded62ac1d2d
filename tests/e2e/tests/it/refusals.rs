//! What the contracts refuse, each with its typed error and without a trace in the state.

use abi::board::IBoard;
use abi::desk::IDesk::{
    self, Intent, IntentExpired, Leg, LimitBreached, NotAuthorized, ResultBelowMinimum, WrongNonce,
};
use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::SolCall;
use kit::{AAVE, Built, META_MORPHO, Refusal, Tenor, leg, usdc};

/// Everything that a refused call could have moved, in one comparable text.
fn state(tenor: &Tenor) -> String {
    let positions = tenor.view(tenor.vault, &IDesk::positionsCall {});
    let positions: Vec<_> = positions.iter().map(|p| (p.adapter, p.value, p.markedAt)).collect();
    let book = tenor.book();
    let held = [tenor.vault, tenor.deployed.adapters[0], tenor.deployed.adapters[1], tenor.world.aave.a_token]
        .map(|account| tenor.usdc_of(account));
    let nonce = tenor.nonce();
    let revision = tenor.view(tenor.vault, &IDesk::revisionCall {});
    format!("{positions:?} {} {} {held:?} {nonce} {revision}", book.idle, book.marked)
}

/// Submits as `from`, and sees that nothing moved.
#[track_caller]
fn refused(tenor: &Tenor, from: alloy_primitives::Address, intent: Intent) -> Refusal {
    let before = state(tenor);
    let refusal = tenor.submit(from, intent).expect_err("the contract refuses");
    assert_eq!(state(tenor), before, "a refused call left a trace");
    refusal
}

fn with_deposits(built: &Built) -> Tenor {
    let tenor = Tenor::built(built);
    tenor.deposit(tenor.wallets[0], usdc(1_000_000));
    tenor
}

fn id(name: &str) -> B256 {
    B256::right_padding_from(name.as_bytes())
}

/// A keeper's grant of everything at these positions, for ever.
fn grant(keeper: alloy_primitives::Address, positions: u64) -> IBoard::setKeeperCall {
    let (whole, expiry) = (U256::from(WAD), U256::from(u32::MAX));
    IBoard::setKeeperCall { keeper, positions, turnoverWad: whole, lossWad: whole, expiry }
}

const WAD: u64 = 1_000_000_000_000_000_000;

#[test]
fn over_an_absolute_cap() {
    let tenor = with_deposits(&Built { aave_cap: (400_000, WAD), ..Built::default() });
    tenor.rebalance(vec![leg(AAVE, 400_000)]).expect("the cap itself is allowed");

    let refusal = refused(&tenor, tenor.keeper, tenor.intent(vec![leg(AAVE, 1)]));

    let breach = refusal.expect::<LimitBreached>();
    assert_eq!((breach.limit, breach.id), (0, id("protocol/aave-v3")));
    assert_eq!(breach.bound, usdc(400_000));
    assert!(breach.value > breach.bound && breach.value <= usdc(400_002), "{}", breach.value);
}

#[test]
fn over_a_relative_cap() {
    let tenor = with_deposits(&Built { meta_morpho_cap: (30_000_000, WAD / 2), ..Built::default() });
    tenor.rebalance(vec![leg(META_MORPHO, 499_999)]).expect("just under half is allowed");

    let refusal = refused(&tenor, tenor.keeper, tenor.intent(vec![leg(META_MORPHO, 2)]));

    let breach = refusal.expect::<LimitBreached>();
    assert_eq!((breach.limit, breach.id), (1, id("protocol/metamorpho")));
    assert_eq!(breach.bound, U256::from(WAD / 2));
    assert!(breach.value > breach.bound && breach.value < breach.bound + U256::from(WAD / 100_000));
}

#[test]
fn under_the_liquidity_floor() {
    let tenor = with_deposits(&Built { liquidity_floor_wad: WAD / 10, ..Built::default() });
    tenor.rebalance(vec![leg(AAVE, 450_000), leg(META_MORPHO, 450_000)]).expect("a tenth stays idle");

    let refusal = refused(&tenor, tenor.keeper, tenor.intent(vec![leg(AAVE, 1)]));

    let breach = refusal.expect::<LimitBreached>();
    assert_eq!((breach.limit, breach.id, breach.bound), (2, B256::ZERO, U256::from(WAD / 10)));
    assert!(breach.value < breach.bound);
}

#[test]
fn expired() {
    let tenor = with_deposits(&Built::default());
    let intent = tenor.intent(vec![leg(AAVE, 1000)]);
    let deadline = intent.deadline;
    tenor.pass(3601);

    let refusal = refused(&tenor, tenor.keeper, intent);

    assert_eq!(refusal.expect::<IntentExpired>().deadline, deadline);
}

#[test]
fn replayed() {
    let tenor = with_deposits(&Built::default());
    let intent = tenor.intent(vec![leg(AAVE, 1000)]);
    tenor.submit(tenor.keeper, intent.clone()).expect("the first time it is taken");

    let refusal = refused(&tenor, tenor.keeper, intent.clone());

    let wrong = refusal.expect::<WrongNonce>();
    assert_eq!((wrong.given, wrong.expected), (intent.nonce, intent.nonce + U256::from(1)));
}

#[test]
fn computed_from_a_state_that_governance_changed() {
    let tenor = with_deposits(&Built::default());
    let intent = tenor.intent(vec![leg(AAVE, 1000)]);
    let floor = IBoard::setLiquidityCall { floorWad: U256::from(WAD / 5), coverWad: U256::ZERO };
    tenor.send(tenor.curator, tenor.vault, &floor).expect("the curator sets the floor");

    let refusal = refused(&tenor, tenor.keeper, intent.clone());

    assert_eq!(refusal.expect::<IDesk::WrongRevision>().given, intent.revision);
}

#[test]
fn a_result_below_its_least() {
    let tenor = with_deposits(&Built::default());
    let mut greedy = leg(AAVE, 1000);
    greedy.minResult = usdc(1000) + U256::from(1);

    let refusal = refused(&tenor, tenor.keeper, tenor.intent(vec![greedy]));

    let below = refusal.expect::<ResultBelowMinimum>();
    assert_eq!((below.position, below.minResult), (AAVE, usdc(1000) + U256::from(1)));
    assert!(below.result <= usdc(1000) && below.result > usdc(999));
}

#[test]
fn by_anyone_but_the_keeper() {
    let tenor = with_deposits(&Built::default());
    for stranger in [tenor.owner, tenor.curator, tenor.guardian, tenor.wallets[0], tenor.vault] {
        tenor.chain.set_balance(stranger, U256::from(u128::MAX));
        let refusal = refused(&tenor, stranger, tenor.intent(vec![leg(AAVE, 1000)]));

        assert_eq!(refusal.expect::<NotAuthorized>().caller, stranger);
    }
}

#[test]
fn by_a_keeper_that_a_guardian_removed() {
    let tenor = with_deposits(&Built::default());
    tenor.rebalance(vec![leg(AAVE, 1000)]).expect("the keeper is one");
    let remove = grant(tenor.keeper, 0);
    tenor.send(tenor.guardian, tenor.vault, &remove).expect("a guardian removes keepers");

    let refusal = refused(&tenor, tenor.keeper, tenor.intent(vec![leg(AAVE, 1000)]));

    assert_eq!(refusal.expect::<NotAuthorized>().caller, tenor.keeper);
}

#[test]
fn a_guardian_adds_no_risk() {
    let tenor = with_deposits(&Built::default());
    let grant = grant(tenor.wallets[1], 1);
    let raise = IBoard::setCapCall {
        riskId: id("protocol/aave-v3"),
        absolute: usdc(30_000_000) + U256::from(1),
        relativeWad: U256::from(WAD / 10 * 6),
    };
    let lower_floor = IBoard::setLiquidityCall { floorWad: U256::ZERO, coverWad: U256::ZERO };

    let made = [
        tenor.send(tenor.guardian, tenor.vault, &grant).map(drop),
        tenor.send(tenor.guardian, tenor.vault, &raise).map(drop),
        tenor.send(tenor.guardian, tenor.vault, &lower_floor).map(drop),
    ];
    for refusal in made {
        let not_ready = refusal.expect_err("it was never announced").expect::<IBoard::NotReady>();
        assert_eq!(not_ready.executableAt, U256::ZERO);
    }
    for data in [grant.abi_encode(), raise.abi_encode(), lower_floor.abi_encode()] {
        let submit = IBoard::submitCall { data: data.into() };
        let refusal = tenor.send(tenor.guardian, tenor.vault, &submit).map(drop);
        assert_eq!(refusal.expect_err("a guardian only lowers risk").expect::<NotAuthorized>().caller, tenor.guardian);
    }
}

#[test]
fn the_preview_gives_the_same_errors_and_moves_nothing() {
    let tenor = with_deposits(&Built::default());
    let before = state(&tenor);

    let preview = |legs| {
        let intent = tenor.intent(legs);
        tenor.try_view(tenor.wallets[3], tenor.vault, &IDesk::previewRebalanceCall { keeper: tenor.keeper, intent })
    };
    let fine = preview(vec![leg(AAVE, 500_000)]).expect("inside every limit");
    let over = preview(vec![leg(AAVE, 700_000)]).err().expect("over 60 %");

    assert!(fine.iter().all(|limit| limit.holds));
    assert_eq!(over.expect::<LimitBreached>().limit, 1);
    assert_eq!(state(&tenor), before);
}

#[test]
fn everything_of_an_empty_position_is_nothing_as_the_preview_says() {
    let tenor = with_deposits(&Built::default());
    let everything = |position| Leg { position, assets: I256::MIN, minResult: U256::ZERO, repays: false };
    let legs = vec![everything(AAVE), everything(META_MORPHO)];
    let intent = tenor.intent(legs.clone());

    tenor
        .try_view(tenor.keeper, tenor.vault, &IDesk::previewRebalanceCall { keeper: tenor.keeper, intent })
        .map(drop)
        .expect("foreseen");
    let results = tenor.rebalance(legs).expect("nothing is taken");

    assert_eq!(results, vec![U256::ZERO, U256::ZERO]);
    assert_eq!(tenor.book().idle, usdc(1_000_000));
}
