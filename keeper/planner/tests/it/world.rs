//! A small world: a vault over two Aave pools and a MetaMorpho vault, and a chain that runs plans on it.

use keeper_planner::{Scales, Settings, plan};
use model::alloy_primitives::{Address, B256, U256};
use model::rate::{AaveTwoSlope, MetaMorpho, MorphoMarket};
use model::units::WAD;
use model::{
    Asset, Assets, Block, Book, Budgets, Cap, Charges, Decision, Grant, Level, Movement, Operator, Parameters, Plan,
    Position, RateModel, Ray, RiskId, Snapshot, Stance, Target, Terms, Timestamp, VenueKind, Wad, Wei,
};

/// One million USDC.
pub const MILLION: u128 = 1_000_000_000_000;

pub fn id(name: &str) -> RiskId {
    RiskId::from_name(name).expect("the name is short")
}

/// Arbitrum's USDC parameters at a supply and a usage in percent.
pub fn pool(supply: u128, usage_percent: u128) -> RateModel {
    let (debt, percent) = (supply / 100 * usage_percent, 10_000_000_000_000_000_000_000_000);
    RateModel::AaveTwoSlope(AaveTwoSlope {
        total_variable_debt: Assets::from(debt),
        available_liquidity: Assets::from(supply - debt),
        unbacked: Assets::ZERO,
        supply_cap: None,
        reserve_factor_bps: 1_000,
        optimal_usage: Ray::from(90 * percent),
        base_rate: Ray::ZERO,
        slope1: Ray::from(65 * percent / 10),
        slope2: Ray::from(40 * percent),
    })
}

/// A MetaMorpho vault with one market at 4 % target rate.
pub fn morpho(supply: u128, usage_percent: u128) -> RateModel {
    let vault = MetaMorpho {
        fee: Wad::ZERO,
        markets: vec![market(supply, usage_percent)],
        supply_queue: vec![0],
        withdraw_queue: vec![0],
    };
    RateModel::MetaMorpho(vault)
}

/// A MetaMorpho vault over two markets that gives to one and takes from the other first.
pub fn two_markets(supply: u128, usage_percent: u128) -> RateModel {
    let markets = vec![market(supply / 2, usage_percent), market(supply / 2, 99 - usage_percent / 2)];
    RateModel::MetaMorpho(MetaMorpho { fee: Wad::ZERO, markets, supply_queue: vec![0, 1], withdraw_queue: vec![1, 0] })
}

/// A market at 4 % target rate, all of it supplied by the vault.
fn market(supply: u128, usage_percent: u128) -> MorphoMarket {
    MorphoMarket {
        id: B256::ZERO,
        supply: Assets::from(supply),
        borrow: Assets::from(supply / 100 * usage_percent),
        fee: Wad::ZERO,
        rate_at_target: Wad::from(1_268_391_679),
        has_rate: true,
        last_update: Timestamp(0),
        cap: Assets::from(2 * supply),
        vault_supply: Assets::from(supply),
    }
}

/// A position that was marked just now and is wholly liquid.
pub fn position(index: u32, rate: RateModel, value: u128, risk_id: &str) -> Position {
    Position {
        index,
        adapter: Address::with_last_byte(1),
        venue: Address::with_last_byte(2),
        market: B256::ZERO,
        kind: VenueKind::AaveV3,
        risk_ids: vec![id(risk_id)],
        marked: Assets::from(value),
        marked_at: Timestamp(0),
        shortfall: Assets::ZERO,
        terms: Terms { instant_bps: 10_000, depth_bps: 10_000, slack_bps: 0 },
        value: Assets::from(value),
        units: U256::from(value),
        depth: None,
        reported_rate: None,
        lever: None,
        collateral: None,
        requested: None,
        bond: None,
        liquidity: Assets::from(value),
        rate,
    }
}

pub fn cap(name: &str, absolute: u128, relative_percent: u128) -> Cap {
    let relative = Wad::from(relative_percent * WAD / 100);
    let absolute = Assets::from(absolute);
    Cap { risk_id: id(name), exposure: Assets::ZERO, absolute, relative, tripped_until: Timestamp(0) }
}

/// A vault whose money has stayed, with 5 % liquidity floor and budgets of everything for a keeper of every position.
pub fn vault(idle: u128, positions: Vec<Position>, caps: Vec<Cap>) -> Snapshot {
    let all = Level { used: Assets::ZERO, capacity: Assets::from(u128::MAX) };
    let mut snapshot = Snapshot {
        chain_id: 412_346,
        block: Block { number: 7, hash: B256::ZERO, timestamp: Timestamp(0), base_fee: Wei::from(100_000_000) },
        vault: Address::with_last_byte(3),
        asset: Asset { address: Address::with_last_byte(4), symbol: "USDC".into(), decimals: 6 },
        book: Book { idle: Assets::from(idle), max_rate: Wad::ONE, ..Book::default() },
        parameters: Parameters { liquidity_floor: Wad::from(WAD / 20), ..Parameters::default() },
        covenants: None,
        budgets: Budgets { loss: all, turnover: all, ..Budgets::default() },
        revision: U256::from(11),
        positions,
        caps,
        operator: Operator {
            account: Address::ZERO,
            balance: Wei::ZERO,
            grant: Grant {
                positions: u64::MAX,
                expiry: Timestamp(u64::MAX),
                nonce: U256::from(3),
                turnover: all,
                loss: all,
                ..Grant::default()
            },
        },
    };
    account(&mut snapshot);
    snapshot
}

/// Ten million idle and three venues with wide caps.
pub fn fresh() -> Snapshot {
    let positions = vec![
        position(0, pool(80 * MILLION, 88), 0, "a"),
        position(1, pool(40 * MILLION, 85), 0, "b"),
        position(2, morpho(30 * MILLION, 90), 0, "m"),
    ];
    vault(10 * MILLION, positions, vec![cap("a", u128::MAX, 90), cap("b", u128::MAX, 90), cap("m", u128::MAX, 90)])
}

/// Everything in the pool that earns least.
pub fn misplaced() -> Snapshot {
    let positions = vec![
        position(0, pool(80 * MILLION, 50), 9 * MILLION, "a"),
        position(1, pool(40 * MILLION, 88), 0, "b"),
        position(2, morpho(30 * MILLION, 90), 0, "m"),
    ];
    vault(MILLION, positions, vec![cap("a", u128::MAX, 95), cap("b", u128::MAX, 50), cap("m", u128::MAX, 20)])
}

/// Two million in the pool that earns least, and room elsewhere for all of it.
pub fn unwanted() -> Snapshot {
    let mut snapshot = misplaced();
    let position = &mut snapshot.positions[0];
    position.value = Assets::from(2 * MILLION);
    position.marked = position.value;
    position.liquidity = position.value;
    snapshot.caps = vec![cap("a", u128::MAX, 100), cap("b", u128::MAX, 100), cap("m", u128::MAX, 100)];
    account(&mut snapshot);
    snapshot
}

/// Brings the sums of the book in line with idle money and marks.
pub fn account(snapshot: &mut Snapshot) {
    let marked = snapshot.positions.iter().fold(Assets::ZERO, |sum, position| sum.saturating_add(position.marked));
    snapshot.book.marked = marked;
    snapshot.book.nav = marked.saturating_add(snapshot.book.idle);
    snapshot.book.nav_entry = snapshot.book.nav;
    snapshot.book.nav_least = snapshot.book.nav;
}

pub fn target(snapshot: &Snapshot) -> Target {
    optimizer::optimize(snapshot, &optimizer::Settings::default()).expect("the snapshot is possible")
}

pub fn decide(snapshot: &Snapshot, settings: &Settings) -> Decision {
    plan(snapshot, &target(snapshot), settings, &FREE).expect("the snapshot is possible")
}

/// Nothing moves yet, and nothing is charged.
pub const FREE: Scales<'static> = Scales { stance: Stance::Still, charges: &|_| Charges::default() };

pub fn rebalance(snapshot: &Snapshot) -> Plan {
    match decide(snapshot, &Settings::default()) {
        Decision::Rebalance(plan) => plan,
        other => panic!("not a rebalance: {other:?}"),
    }
}

/// Runs a plan as the vault and exact venues would; refuses a leg that idle money does not cover.
pub fn executed(snapshot: &Snapshot, plan: &Plan) -> Snapshot {
    let mut after = snapshot.clone();
    let minus = |a: Assets, b: Assets| Assets(a.0.checked_sub(b.0).expect("no leg takes more than there is"));
    for leg in &plan.intent.legs {
        let position = &mut after.positions[leg.position as usize];
        let value = position.value;
        match leg.movement {
            Movement::Allocate(assets) => {
                after.book.idle = minus(after.book.idle, assets);
                position.value = value.saturating_add(assets);
            }
            Movement::Deallocate(_) | Movement::DeallocateAll => {
                let paid = if let Movement::Deallocate(assets) = leg.movement { assets } else { value };
                after.book.idle = after.book.idle.saturating_add(paid);
                position.value = minus(value, paid);
            }
            Movement::Repay(_) | Movement::RepayAll => panic!("nothing is owed here"),
        }
        position.marked = position.value;
        position.liquidity = position.value;
        shift(&mut position.rate, value, position.value);
    }
    after.operator.grant.nonce += U256::from(1);
    after.revision += U256::from(1);
    account(&mut after);
    after
}

/// Moves a venue's own accounts with our position.
fn shift(rate: &mut RateModel, from: Assets, to: Assets) {
    match rate {
        RateModel::AaveTwoSlope(pool) => {
            pool.available_liquidity = pool.available_liquidity.saturating_add(to).saturating_sub(from);
        }
        RateModel::MetaMorpho(vault) if to > from => {
            let mut left = to.saturating_sub(from);
            for index in vault.supply_queue.clone() {
                let market = &mut vault.markets[index];
                let taken = left.min(market.cap.saturating_sub(market.vault_supply));
                market.supply = market.supply.saturating_add(taken);
                market.vault_supply = market.vault_supply.saturating_add(taken);
                left = left.saturating_sub(taken);
            }
        }
        RateModel::MetaMorpho(vault) => {
            let mut left = from.saturating_sub(to);
            for index in vault.withdraw_queue.clone() {
                let market = &mut vault.markets[index];
                let given = left.min(market.vault_supply).min(market.supply.saturating_sub(market.borrow));
                market.supply = market.supply.saturating_sub(given);
                market.vault_supply = market.vault_supply.saturating_sub(given);
                left = left.saturating_sub(given);
            }
        }
        RateModel::MorphoBlue(market) => {
            market.supply = market.supply.saturating_add(to).saturating_sub(from);
        }
        RateModel::Unknown { .. } => {}
        other => unreachable!("these tests have no such venue: {other:?}"),
    }
}
