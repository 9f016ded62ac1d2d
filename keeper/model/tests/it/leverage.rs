//! Legs of positions that owe: what they do to health, what they move, and what the mandate says to it.

use keeper_model::alloy_primitives::{Address, B256, U256};
use keeper_model::mandate::{Limit, State, Subject};
use keeper_model::{
    Asset, Assets, Block, Book, Budgets, Cap, Grant, Leg, Level, Lever, Movement, Operator, Parameters, Position,
    RateModel, RiskId, Snapshot, Terms, Thresholds, Timestamp, Trial, TrialError, VenueKind, Wad, Wei,
};

const LENDS: u32 = 0;
const OWES: u32 = 1;
const NOW: Timestamp = Timestamp(100);

fn position(index: u32, lever: Option<Lever>) -> Position {
    let value = Assets::from(500_000);
    Position {
        index,
        adapter: Address::ZERO,
        venue: Address::ZERO,
        market: B256::ZERO,
        kind: if lever.is_some() { VenueKind::AaveV3Loop } else { VenueKind::AaveV3 },
        risk_ids: vec![RiskId(B256::with_last_byte(1))],
        marked: value,
        marked_at: NOW,
        shortfall: Assets::ZERO,
        terms: Terms { instant_bps: 0, depth_bps: 10_000, slack_bps: if lever.is_some() { 20 } else { 0 } },
        value,
        units: value.0,
        liquidity: value,
        depth: None,
        reported_rate: Some(Wad::from(40_000_000_000_000_000)).filter(|_| lever.is_none()),
        lever,
        collateral: None,
        requested: None,
        bond: None,
        rate: RateModel::Unknown { reason: String::new() },
    }
}

/// Half a million lent, half a million leveraged with a health of `backing` to 1,000,000, and a hundred thousand idle.
fn snapshot(backing: u128) -> Snapshot {
    let thresholds = Thresholds { target_bps: 12_000, soft_bps: 11_000, hard_bps: 10_500, ..Thresholds::default() };
    let debt = Some(Assets::from(1_000_000));
    let lever = Lever { backing: Assets::from(backing), debt, thresholds: Some(thresholds) };
    let all = Level { used: Assets::ZERO, capacity: Assets::from(u128::MAX) };
    let nav = Assets::from(1_100_000);
    Snapshot {
        chain_id: 1,
        block: Block { number: 1, hash: B256::ZERO, timestamp: NOW, base_fee: Wei::ZERO },
        vault: Address::ZERO,
        asset: Asset { address: Address::ZERO, symbol: "USDC".into(), decimals: 6 },
        book: Book { idle: Assets::from(100_000), nav, nav_least: nav, max_rate: Wad::ONE, ..Book::default() },
        parameters: Parameters { health_floor_bps: 10_800, ..Parameters::default() },
        covenants: None,
        budgets: Budgets { loss: all, turnover: all, ..Budgets::default() },
        revision: U256::ZERO,
        positions: vec![position(LENDS, None), position(OWES, Some(lever))],
        caps: vec![Cap {
            risk_id: RiskId(B256::with_last_byte(1)),
            exposure: Assets::ZERO,
            absolute: Assets::from(u128::MAX),
            relative: Wad::ONE,
            tripped_until: Timestamp(0),
        }],
        operator: Operator {
            account: Address::ZERO,
            balance: Wei::ZERO,
            grant: Grant { loss: all, turnover: all, ..Grant::default() },
        },
    }
}

fn leg(position: u32, movement: Movement) -> Leg {
    Leg { position, movement, min_result: Assets::ZERO }
}

fn run(snapshot: &Snapshot, legs: &[(u32, Movement)]) -> Result<Trial, TrialError> {
    let legs = legs.iter().map(|(position, movement)| leg(*position, *movement)).collect::<Vec<_>>();
    Trial::of(snapshot, &[], &legs)
}

/// The health after legs, in hundredths of a percent: the position's, and that of all debts.
fn healths(trial: &Trial) -> [Option<u64>; 2] {
    let of = |limit, on| {
        let found = |state: &State| state.limit == limit && state.on == on;
        let value = trial.states().into_iter().find(found)?.value;
        Some((value / U256::from(100_000_000_000_000_u64)).to())
    };
    [of(Limit::HealthFloor, Subject::Position(OWES as u8)), of(Limit::PortfolioHealth, Subject::Portfolio)]
}

fn breach(trial: &Trial) -> Option<Limit> {
    trial.check().err().map(|breach| breach.limit)
}

#[test]
fn a_repayment_raises_health_leaves_idle_as_it_is_and_is_moved() {
    let snapshot = snapshot(1_050_000);

    let trial = run(&snapshot, &[(OWES, Movement::Repay(Assets::from(500_000)))]).expect("it can be run");

    // 550,000 for 500,000.
    assert_eq!(healths(&trial), [Some(11_000), Some(11_000)]);
    assert_eq!((trial.idle_after(), trial.values_after()[1]), (Assets::from(100_000), Assets::from(500_000)));
    let flow = trial.flow();
    // Two bps of a third of it: it is worth half of what it owes.
    assert_eq!((flow.turnover_assets, flow.loss_assets, flow.invests), (500_000, 334, false));
    assert_eq!(flow.income_assets, None, "nobody says what leverage earns");
    assert_eq!(breach(&trial), None);
}

#[test]
fn a_repayment_goes_no_further_than_to_the_target() {
    for movement in [Movement::RepayAll, Movement::Repay(Assets::from(900_000))] {
        let trial = run(&snapshot(1_050_000), &[(OWES, movement)]).expect("it can be run");

        // 300,000 for 250,000.
        assert_eq!(healths(&trial), [Some(12_000), Some(12_000)], "{movement:?}");
        assert_eq!(trial.flow().turnover_assets, 750_000);
    }
}

#[test]
fn below_the_soft_threshold_nothing_but_deleveraging_passes() {
    let invests = (LENDS, Movement::Allocate(Assets::from(50_000)));
    let repays = (OWES, Movement::Repay(Assets::from(1_000)));
    let snapshot = snapshot(1_090_000);

    let said = |legs: &[(u32, Movement)]| breach(&run(&snapshot, legs).expect("it can be run"));

    assert_eq!(said(&[invests]), Some(Limit::HealthFloor));
    assert_eq!(said(&[(OWES, Movement::Allocate(Assets::from(50_000)))]), Some(Limit::HealthFloor));
    assert_eq!(said(&[(LENDS, Movement::Deallocate(Assets::from(50_000)))]), None, "to idle it is no further");
    assert_eq!(said(&[repays]), None);
    assert_eq!(said(&[(OWES, Movement::DeallocateAll)]), None, "all is repaid");
}

#[test]
fn money_moves_at_the_health_that_there_is_and_what_is_borrowed_is_moved_too() {
    let snapshot = snapshot(1_200_000);
    let run = |movement| run(&snapshot, &[(OWES, movement)]).expect("it can be run");

    let (more, less) = (run(Movement::Allocate(Assets::from(50_000))), run(Movement::Deallocate(Assets::from(50_000))));

    assert_eq!((healths(&more), more.flow().turnover_assets), ([Some(12_000), Some(12_000)], 150_000));
    assert_eq!((healths(&less), less.flow().turnover_assets), ([Some(12_000), Some(12_000)], 150_000));
    assert_eq!((more.flow().loss_assets, less.flow().loss_assets), (167, 167));
}

#[test]
fn whoever_does_not_say_what_it_owes_lets_nothing_be_invested() {
    let mut snapshot = snapshot(0);
    snapshot.positions[1].lever.as_mut().expect("it is leveraged").debt = None;

    let invests = run(&snapshot, &[(LENDS, Movement::Allocate(Assets::from(50_000)))]).expect("it can be run");
    let withdraws = run(&snapshot, &[(LENDS, Movement::Deallocate(Assets::from(50_000)))]).expect("it can be run");

    assert_eq!((breach(&invests), breach(&withdraws)), (Some(Limit::HealthFloor), None));
    let error = run(&snapshot, &[(OWES, Movement::RepayAll)]).map(|_| ()).expect_err("how much?");
    assert_eq!(error, TrialError::DebtUnknown(OWES));
}

#[test]
fn only_a_position_with_thresholds_repays() {
    let mut snapshot = snapshot(1_200_000);
    snapshot.positions[1].lever.as_mut().expect("it is leveraged").thresholds = None;

    for position in [LENDS, OWES] {
        let error = run(&snapshot, &[(position, Movement::RepayAll)]).map(|_| ()).expect_err("towards what?");
        assert_eq!(error, TrialError::NoThresholds(position));
    }
    let invests = run(&snapshot, &[(OWES, Movement::Allocate(Assets::from(50_000)))]).expect("it can be run");
    assert_eq!(breach(&invests), Some(Limit::HealthFloor), "it may owe nothing");
    let elsewhere = run(&snapshot, &[(LENDS, Movement::Allocate(Assets::from(50_000)))]).expect("it can be run");
    assert_eq!(healths(&elsewhere), [None, None], "whom nobody touches nobody asks");
}
