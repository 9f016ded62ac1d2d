//! Whole snapshots: limits by name, stuck money, refusals, amounts in base units.

use keeper_optimizer::{Error, Settings, optimize};
use model::alloy_primitives::{Address, B256, U256};
use model::{
    Asset, Assets, Block, Book, Budgets, Cap, Grant, Level, Lever, LimitKind, Operator, Parameters, Position,
    RateModel, RiskId, Snapshot, Status, Terms, Thresholds, Timestamp, VenueKind, Wad, Wei,
};

use crate::world::{MILLION, usdc};

pub const TEN_MILLION: u128 = 10_000_000_000_000;

pub fn id(name: &str) -> RiskId {
    RiskId::from_name(name).expect("the name is short")
}

/// A position that was marked just now, is wholly liquid and payable at once, and moves at no charge.
pub fn position(index: u32, rate: RateModel, value: u128, risk_ids: &[&str]) -> Position {
    Position {
        index,
        adapter: Address::with_last_byte(1),
        venue: Address::with_last_byte(2),
        market: B256::ZERO,
        kind: VenueKind::AaveV3,
        risk_ids: risk_ids.iter().map(|name| id(name)).collect(),
        marked: Assets::from(value),
        marked_at: Timestamp(0),
        shortfall: Assets::ZERO,
        terms: Terms { instant_bps: 10_000, depth_bps: 10_000, slack_bps: 0 },
        value: Assets::from(value),
        units: U256::from(value),
        liquidity: Assets::from(value),
        depth: None,
        reported_rate: None,
        lever: None,
        collateral: None,
        requested: None,
        bond: None,
        rate,
    }
}

pub fn capped(name: &str, absolute: u128, relative_percent: u128) -> Cap {
    Cap {
        risk_id: id(name),
        exposure: Assets::ZERO,
        absolute: Assets::from(absolute),
        relative: Wad::from(relative_percent * 10_000_000_000_000_000),
        tripped_until: Timestamp(0),
    }
}

/// A vault whose money has stayed, with 5 % liquidity floor and budgets of everything for a keeper of every position.
pub fn snapshot(idle: u128, positions: Vec<Position>, caps: Vec<Cap>) -> Snapshot {
    let marked = positions.iter().fold(Assets::ZERO, |sum, position| sum.saturating_add(position.marked));
    let nav = marked.saturating_add(Assets::from(idle));
    let all = Level { used: Assets::ZERO, capacity: Assets::from(u128::MAX) };
    Snapshot {
        chain_id: 412_346,
        block: Block { number: 1, hash: B256::ZERO, timestamp: Timestamp(0), base_fee: Wei::from(100_000_000) },
        vault: Address::with_last_byte(3),
        asset: Asset { address: Address::with_last_byte(4), symbol: "USDC".into(), decimals: 6 },
        book: Book { idle: Assets::from(idle), marked, nav, nav_entry: nav, nav_least: nav, max_rate: Wad::ONE },
        parameters: Parameters { liquidity_floor: Wad::from(50_000_000_000_000_000), ..Parameters::default() },
        covenants: None,
        budgets: Budgets { loss: all, turnover: all, ..Budgets::default() },
        revision: U256::ZERO,
        positions,
        caps,
        operator: Operator {
            account: Address::ZERO,
            balance: Wei::ZERO,
            grant: Grant {
                positions: u64::MAX,
                expiry: Timestamp(u64::MAX),
                turnover: all,
                loss: all,
                ..Grant::default()
            },
        },
    }
}

pub fn two_pools() -> Vec<Position> {
    let pools = [usdc(80.0 * MILLION, 0.88), usdc(80.0 * MILLION, 0.6)];
    pools.into_iter().zip(0..).map(|(pool, index)| position(index, pool, 0, &[["a", "b"][index as usize]])).collect()
}

#[test]
fn binding_limits_come_by_name_and_with_headroom() {
    let snapshot = snapshot(TEN_MILLION, two_pools(), vec![capped("a", u128::MAX, 30), capped("b", u128::MAX, 90)]);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");
    assert_eq!(target.status, Status::Optimal);

    let kinds = target.binding.iter().map(|limit| limit.kind).collect::<Vec<_>>();
    assert_eq!(kinds, [LimitKind::Budget, LimitKind::RelativeCap { risk_id: id("a") }]);
    assert_eq!(target.positions[0].assets, Assets::from(2_999_700_000_000));
    assert_eq!(target.idle.saturating_add(Assets::from(9_499_050_000_000)), Assets::from(TEN_MILLION));
}

#[test]
fn a_risk_id_without_caps_takes_nothing() {
    let snapshot = snapshot(TEN_MILLION, two_pools(), vec![capped("b", u128::MAX, 90)]);

    let target = optimize(&snapshot, &Settings::default()).expect("it is possible");
    assert_eq!(target.status, Status::Optimal);

    assert_eq!(target.positions[0].assets, Assets::ZERO);
    assert!(target.positions[1].assets > Assets::ZERO);
}

#[test]
fn a_venue_without_a_rate_is_left_and_says_why() {
    let mut positions = two_pools();
    positions[0].rate = RateModel::Unknown { reason: "no rate can be read".into() };
    positions[0].value = Assets::from(1_000_000_000_000);
    positions[0].marked = positions[0].value;
    positions[0].liquidity = Assets::from(400_000_000_000);
    let caps = vec![capped("a", u128::MAX, 90), capped("b", u128::MAX, 90)];

    let target = optimize(&snapshot(TEN_MILLION, positions, caps), &Settings::default()).expect("it is possible");
    assert_eq!(target.status, Status::Optimal);

    assert_eq!(target.positions[0].assets, Assets::from(600_000_000_000));
    assert_eq!(target.positions[0].refusal.as_deref(), Some("no rate can be read"));
}

#[test]
fn money_that_is_stuck_above_a_cap_is_named() {
    let mut positions = two_pools();
    positions[0].value = Assets::from(5_000_000_000_000);
    positions[0].marked = positions[0].value;
    positions[0].liquidity = Assets::from(1_000_000_000_000);
    let caps = vec![capped("a", 3_000_000_000_000, 100), capped("b", u128::MAX, 90)];

    let target = optimize(&snapshot(TEN_MILLION, positions, caps), &Settings::default()).expect("it is possible");

    let Status::Infeasible { unreachable, conflicts } = &target.status else { panic!("the cap cannot be met") };
    assert_eq!(unreachable.len(), 1);
    let line = "absolute cap of a: 4000000000000 at least, 3000000000000 allowed";
    assert_eq!(unreachable[0].to_string(), line);
    assert_eq!(*conflicts, [LimitKind::Illiquidity { position: 0 }]);
    assert_eq!(target.positions[0].assets, Assets::from(4_000_000_000_000));
}

#[test]
fn impossible_parameters_name_the_position() {
    let mut positions = two_pools();
    if let RateModel::AaveTwoSlope(pool) = &mut positions[1].rate {
        pool.reserve_factor_bps = 20_000;
    }

    let error = optimize(&snapshot(TEN_MILLION, positions, vec![]), &Settings::default()).expect_err("it is no pool");

    assert_eq!(error.to_string(), "position 1: reserve factor is 2, at most 1 is possible");
}

#[test]
fn amounts_beyond_the_accounts_are_refused() {
    let mut snapshot = snapshot(TEN_MILLION, two_pools(), vec![capped("b", u128::MAX, 90)]);
    snapshot.book.idle = Assets(U256::from(u128::MAX) + U256::from(1));

    let error = optimize(&snapshot, &Settings::default()).expect_err("the vault cannot hold that");

    assert!(matches!(error, Error::Trial(_)), "{error}");
}

#[test]
fn an_empty_vault_has_an_empty_target() {
    let caps = vec![capped("a", u128::MAX, 90), capped("b", u128::MAX, 90)];

    let target = optimize(&snapshot(0, two_pools(), caps), &Settings::default()).expect("it is possible");

    assert!(target.positions.iter().all(|position| position.assets == Assets::ZERO));
}

/// Two pools, and half a million leveraged with a health of `backing` to a million.
fn leveraged(backing: u128) -> Snapshot {
    let thresholds = Thresholds { target_bps: 12_000, soft_bps: 11_000, hard_bps: 10_500, ..Thresholds::default() };
    let (backing, debt) = (Assets::from(backing), Some(Assets::from(1_000_000_000_000)));
    let unknown = RateModel::Unknown { reason: "what a leveraged position earns is not read yet".into() };
    let loops = Position {
        kind: VenueKind::AaveV3Loop,
        lever: Some(Lever { backing, debt, thresholds: Some(thresholds) }),
        ..position(2, unknown, 500_000_000_000, &["c"])
    };
    let mut positions = two_pools();
    positions.push(loops);
    snapshot(TEN_MILLION, positions, ["a", "b", "c"].map(|name| capped(name, u128::MAX, 90)).to_vec())
}

#[test]
fn a_leveraged_position_stays_as_it_is_and_says_why() {
    let target = optimize(&leveraged(1_150_000_000_000), &Settings::default()).expect("it is possible");

    assert_eq!(target.status, Status::Optimal);
    assert_eq!(target.positions[2].assets, Assets::from(500_000_000_000));
    let refusal = target.positions[2].refusal.as_deref();
    assert_eq!(refusal, Some("it is leveraged, and what leverage earns is not weighed yet"));
    assert!(target.positions[..2].iter().any(|position| position.assets > Assets::ZERO), "the others are funded");
}

/// Marks change only what moves: the floor is of what the book has of a position that has lost since, and of what another is
/// really worth that is touched.
#[test]
fn a_loss_that_no_mark_has_seen_does_not_hide_a_gain_from_the_floor() {
    let (lost, gained) = (Assets::from(5_000_000_000), Assets::from(300_000_000));
    let Snapshot { mut positions, caps, .. } = leveraged(1_150_000_000_000);
    positions[2].value = positions[2].marked.saturating_sub(lost);
    positions[0].marked = Assets::from(4_000_000_000_000);
    positions[0].value = positions[0].marked.saturating_add(gained);
    positions[0].liquidity = positions[0].value;
    let settings = Settings { headroom: Wad::ZERO, ..Settings::default() };

    let mut snapshot = snapshot(TEN_MILLION, positions, caps);
    snapshot.block.timestamp = Timestamp(86_400);

    let target = optimize(&snapshot, &settings).expect("the mandate takes the answer");

    assert_eq!(target.status, Status::Optimal);
    assert!(target.positions[0].assets > Assets::from(4_000_300_000_000), "the pool takes more: {target:?}");
}

#[test]
fn nothing_is_invested_while_a_debt_is_secured_by_too_little() {
    let target = optimize(&leveraged(1_090_000_000_000), &Settings::default()).expect("it is possible");

    assert_eq!(target.status, Status::Optimal);
    assert!(target.positions[..2].iter().all(|position| position.assets == Assets::ZERO));
    assert_eq!(target.idle, Assets::from(TEN_MILLION));
}
