//! A vault that holds one of each, measured over a flat curve.

use alloy_primitives::{Address, B256, U256};
use model::rate::AaveTwoSlope;
use model::{
    Answer, Asset, Assets, Block, Book, Budgets, Collateral, Lever, Operator, Parameters, Price, RateModel, Ray, Terms,
    Thresholds, Timestamp, VenueKind, Wad, Wei,
};
use risk::credit::{Hazard, Peril, Perils};

use super::*;

const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
const DOLLAR: u128 = 1_000_000;

/// A position worth so many dollars at a pool of a million, of which 80 % are lent.
fn position(index: u32, dollars: u128) -> Position {
    Position {
        index,
        adapter: Address::ZERO,
        venue: Address::ZERO,
        market: B256::ZERO,
        kind: VenueKind::AaveV3,
        risk_ids: Vec::new(),
        marked: Assets::ZERO,
        marked_at: Timestamp(0),
        shortfall: Assets::ZERO,
        terms: Terms::default(),
        value: Assets::from(dollars * DOLLAR),
        units: U256::ZERO,
        liquidity: Assets::from(dollars.min(200_000) * DOLLAR),
        depth: None,
        reported_rate: None,
        lever: None,
        collateral: None,
        requested: None,
        bond: None,
        rate: RateModel::AaveTwoSlope(AaveTwoSlope {
            total_variable_debt: Assets::from(800_000 * DOLLAR),
            available_liquidity: Assets::from(200_000 * DOLLAR),
            unbacked: Assets::ZERO,
            supply_cap: None,
            reserve_factor_bps: 1_000,
            optimal_usage: Ray::from(RAY / 10 * 9),
            base_rate: Ray::ZERO,
            slope1: Ray::from(RAY / 1_000 * 65),
            slope2: Ray::from(RAY / 10 * 4),
        }),
    }
}

/// A hundred dollars of its own and three hundred owed, at 3 % and 5 %.
fn levered() -> Position {
    let thresholds = Thresholds { target_bps: 12_500, soft_bps: 11_000, hard_bps: 10_500, ..Thresholds::default() };
    let lever = Lever {
        backing: Assets::from(360 * DOLLAR),
        debt: Some(Assets::from(300 * DOLLAR)),
        thresholds: Some(thresholds),
    };
    let collateral = Collateral {
        token: Address::ZERO,
        oracle: Address::ZERO,
        price: Price::Known { bid: Wad::ONE, ask: Wad::ONE },
        answers: Vec::<Answer>::new(),
        supply_rate: Ray::from(RAY / 100 * 3),
        borrow_rate: Ray::from(RAY / 100 * 5),
    };
    let rate = RateModel::Unknown { reason: "leveraged".into() };
    Position { kind: VenueKind::AaveV3Loop, lever: Some(lever), collateral: Some(collateral), rate, ..position(1, 100) }
}

fn snapshot() -> Snapshot {
    let silent = Position { rate: RateModel::Unknown { reason: "it does not say".into() }, ..position(2, 7) };
    Snapshot {
        chain_id: 1,
        block: Block { number: 9, hash: B256::ZERO, timestamp: Timestamp(1_000), base_fee: Wei::ZERO },
        vault: Address::ZERO,
        asset: Asset { address: Address::ZERO, symbol: "USDC".into(), decimals: 6 },
        book: Book { idle: Assets::from(50 * DOLLAR), ..Book::default() },
        parameters: Parameters::default(),
        covenants: None,
        budgets: Budgets::default(),
        revision: U256::ZERO,
        positions: vec![position(0, 400_000), levered(), silent, position(3, 0)],
        caps: Vec::new(),
        operator: Operator { account: Address::ZERO, balance: Wei::ZERO, grant: model::Grant::default() },
    }
}

fn whole(snapshot: &Snapshot) -> Whole<'_> {
    let peril = |rate| Peril::new(Hazard::flat(rate).expect("a hazard"), 0.0).expect("a peril");
    let assumed = Assumed::given(Perils { issuer: peril(0.0), contract: peril(0.02) }, 0.02);
    let market = Market { curve: &Shape::Flat(0.035), keys: &KEYS, horizon_years: HORIZON_YEARS };
    Whole::of(snapshot, &market, "3.5 % for all times".into(), assumed, 7.0 / 365.0).expect("it is measured")
}

#[test]
fn each_position_is_measured_as_what_it_is() {
    let snapshot = snapshot();
    let found = whole(&snapshot);

    assert_eq!((found.lent.len(), found.levers.len(), found.silent.len()), (1, 1, 1), "what is empty is left out");
    let lent = &found.lent[0];
    assert!((lent.report.yield_rate - 0.0416).abs() < 1e-12);
    assert!((lent.report.spread - (0.0416_f64.ln_1p() - 0.035)).abs() < 1e-12);
    // Half of it can leave at once, the other half in a week; 44 % more than the market's move passes through.
    assert!((lent.report.spread_years - 3.5 / 365.0).abs() < 1e-12);
    assert!((lent.report.effective_years - -0.44 * 3.5 / 365.0).abs() < 1e-7);
    assert!((lent.report.hazard_adjusted.yield_rate - 0.0216).abs() < 1e-12);
    assert!((found.totals.price - 400_050.0).abs() < 1e-9);
    let lever = &found.levers[0];
    assert!((lever.leverage.expect("it owes") - 4.0).abs() < 1e-12);
    assert!((lever.carry_rate.expect("rates are there") - (4.0 * 0.03 - 3.0 * 0.05)).abs() < 1e-12);
    assert!((lever.fall_of_one_percent(&snapshot).expect("it owes") - 4.0).abs() < 1e-12);
}

#[test]
fn tables_objects_and_pictures_say_the_same() {
    let snapshot = snapshot();
    let found = whole(&snapshot);

    let text = text::of(&found);
    for words in [
        "0 aave-v3",
        "400000.00",
        "4.160 %",
        "2.160 %",
        "1 aave-v3-loop",
        "4.00",
        "-3.000 %",
        "it does not say",
        "400050.00",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    let json = found.to_json();
    assert_eq!(json["lending"][0]["shocks"].as_array().map(Vec::len), Some(4), "{json}");
    assert_eq!(json["not_measured"][0]["because"], "it does not say");
    assert!((json["totals"]["price"].as_f64().expect("a price") - 400_050.0).abs() < 1e-9, "{json}");
    let picture = draw::picture(&found).expect("a picture");
    assert!(picture.starts_with("<svg") && picture.contains("0.25 y") && picture.contains("USDC"), "{picture}");
}

#[test]
fn a_run_on_the_pool_is_told_with_what_could_still_leave() {
    let snapshot = snapshot();
    let found = whole(&snapshot);

    let [run, borrowed, repaid, doubled] = [0, 1, 2, 3].map(|at| &found.lent[0].shocks[at]);
    assert!((run.state.usage - 8.0 / 9.0).abs() < 1e-9 && (run.liquid(&snapshot) - 100_000.0).abs() < 1.0);
    assert!((borrowed.state.usage - 0.9).abs() < 1e-9 && (borrowed.liquid(&snapshot) - 100_000.0).abs() < 1.0);
    assert!((repaid.state.usage - 0.7).abs() < 1e-9 && (doubled.state.usage - 8.0 / 14.0).abs() < 1e-9);
    assert!(
        run.state.supply_rate > found.lent[0].report.yield_rate && doubled.state.supply_rate < repaid.state.supply_rate
    );
}

#[test]
fn a_bond_is_measured_by_its_face_and_date_and_one_that_is_due_is_not() {
    let mut snapshot = snapshot();
    let bond = |index, secs: u64| Position {
        kind: VenueKind::PendlePt,
        units: U256::from(1_000 * DOLLAR),
        bond: Some(model::Bond { maturity: Some(Timestamp(secs)), ..model::Bond::default() }),
        ..position(index, 980)
    };
    let half = snapshot.now().0 + 31_536_000 / 2;
    let fund = Position {
        bond: Some(model::Bond {
            term_secs: 31_536_000,
            rate: Wad::from(50_000_000_000_000_000),
            ..model::Bond::default()
        }),
        ..position(2, 100)
    };
    let unmarked = Position {
        index: 3,
        bond: Some(model::Bond { term_secs: 31_536_000, ..model::Bond::default() }),
        ..fund.clone()
    };
    snapshot.positions = vec![bond(0, half), bond(1, snapshot.now().0), fund, unmarked];

    let found = whole(&snapshot);

    assert_eq!((found.dated.len(), found.silent.len()), (2, 2));
    assert_eq!((found.silent[0].0.index, found.silent[1].0.index), (1, 3));
    let zero = &found.dated[0].report;
    // 1,000 in half a year for 980 now.
    assert!((zero.yield_rate - ((1_000.0_f64 / 980.0).powi(2) - 1.0)).abs() < 1e-12);
    let macaulay = zero.macaulay_years.expect("it has a date");
    assert!((macaulay - 0.5).abs() < 1e-12);
    assert!((zero.modified_years.expect("so") - macaulay / (1.0 + zero.yield_rate)).abs() < 1e-12);
    let fund = &found.dated[1];
    assert!((fund.face - 105.0).abs() < 1e-9 && (fund.report.yield_rate - 0.05).abs() < 1e-12);
    let told = text::of(&found);
    let reasons = ["always so far off", "anyone may settle it", "says what it yields yet"];
    assert!(reasons.iter().all(|reason| told.contains(reason)), "{told}");
}
