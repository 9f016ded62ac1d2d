//! The keeper's trial of legs against the vault's own preview of them, where positions owe: the contracts run natively.

use keeper_model::abi::{adapter::IAdapter, board::IBoard, desk::IDesk};
use keeper_model::alloy_primitives::{Address, I256, U256};
use keeper_model::mandate::Limit;
use keeper_model::{
    Asset, Assets, Block, Book, Budgets, Cap, Grant, Leg, Level, Lever, Movement, Operator, Parameters, Position,
    RateModel, RiskId, Snapshot, Terms, Thresholds, Timestamp, Trial, TrialError, VenueKind, Wad, Wei,
};
use world::levers::{repay, set_thresholds, thresholds};
use world::{CURATOR, KEEPER, Scene, VAULT, WAD, address, mock};

use crate::Spread;

const UNIT: u128 = 1_000_000;
const PLAIN: u32 = 1;

/// Three positions: a lever, one that owes nothing, and a lever of another id; 10,000 units, half of them invested.
fn scene() -> (Scene, [Address; 3]) {
    let scene = Scene::new();
    let first = scene.lever(&["loop"]);
    let (plain, _) = scene.position(&["plain"]);
    let second = scene.lever(&["other"]);
    scene.call(CURATOR, set_thresholds(2, IBoard::Thresholds { softBps: 12_000, ..thresholds() }));
    scene.call(CURATOR, IBoard::setHealthFloorCall { bps: U256::from(12_500) });
    scene.liquidity(WAD / 10, WAD / 5);
    scene.endow(address(0x31), 10_000 * UNIT);
    let amount = |units: u128| (units * UNIT) as i128;
    scene.rebalance(&[(0, amount(1_000)), (PLAIN, amount(3_000)), (2, amount(1_000))]).expect("nothing is owed");
    (scene, [first, plain, second])
}

fn assets(number: U256) -> Assets {
    Assets(number)
}

fn time(number: U256) -> Timestamp {
    Timestamp(number.saturating_to())
}

fn level(level: &IDesk::Level) -> Level {
    Level { used: assets(level.used), capacity: assets(level.capacity) }
}

/// What the vault and its adapters say, as the keeper reads it.
fn snapshot(scene: &Scene) -> Snapshot {
    let (book, mandate) = (scene.book(), scene.view(IDesk::mandateCall {}));
    let (budgets, grant) = (scene.levels(), scene.view(IDesk::grantCall { keeper: KEEPER }));
    let levers = scene.view(IBoard::leversCall {});
    let positions = scene.view(IDesk::positionsCall {}).into_iter().zip(0_u32..).map(|(found, index)| {
        let report = scene.world.view(found.adapter, &IAdapter::reportCall {}).ok();
        let debt = report.as_ref().map(|report| assets(report.debt));
        let thresholds = levers.iter().find(|lever| lever.position == index).map(|lever| Thresholds {
            target_bps: lever.thresholds.targetBps,
            soft_bps: lever.thresholds.softBps,
            hard_bps: lever.thresholds.hardBps,
            ..Thresholds::default()
        });
        let backing = report.as_ref().map_or(Assets::ZERO, |report| assets(report.backing));
        let owes = debt.is_some_and(|debt| !debt.is_zero());
        Position {
            index,
            adapter: found.adapter,
            venue: found.adapter,
            market: Default::default(),
            kind: VenueKind::AaveV3Loop,
            risk_ids: found.riskIds.into_iter().map(RiskId).collect(),
            marked: assets(found.value),
            marked_at: time(found.markedAt),
            shortfall: assets(found.shortfall),
            terms: Terms {
                instant_bps: found.terms.instantBps,
                depth_bps: found.terms.depthBps,
                slack_bps: found.terms.slackBps,
            },
            value: report.as_ref().map_or(assets(found.value), |report| assets(report.value)),
            units: report.as_ref().map_or(U256::ZERO, |report| report.units),
            liquidity: assets(found.value),
            depth: report.as_ref().and_then(|report| (report.depth != U256::MAX).then_some(assets(report.depth))),
            reported_rate: None,
            lever: (owes || thresholds.is_some()).then_some(Lever { backing, debt, thresholds }),
            collateral: None,
            requested: None,
            bond: None,
            rate: RateModel::Unknown { reason: String::new() },
        }
    });
    Snapshot {
        chain_id: 1,
        block: Block {
            number: 1,
            hash: Default::default(),
            timestamp: Timestamp(scene.world.now_secs()),
            base_fee: Wei::ZERO,
        },
        vault: VAULT,
        asset: Asset { address: Address::ZERO, symbol: "USDC".into(), decimals: 6 },
        book: Book {
            idle: assets(book.idle),
            marked: assets(book.marked),
            nav: assets(book.nav),
            nav_entry: assets(book.navEntry),
            nav_least: assets(book.navLeast),
            max_rate: Wad(book.maxRateWad),
        },
        parameters: Parameters {
            liquidity_floor: Wad(mandate.liquidityFloorWad),
            liquidity_cover: Wad(mandate.liquidityCoverWad),
            health_floor_bps: mandate.healthFloorBps.to(),
            ..Parameters::default()
        },
        covenants: None,
        budgets: Budgets { loss: level(&budgets.loss), turnover: level(&budgets.turnover), ..Budgets::default() },
        revision: U256::ZERO,
        positions: positions.collect(),
        caps: scene
            .view(IDesk::capsCall {})
            .into_iter()
            .map(|cap| Cap {
                risk_id: RiskId(cap.riskId),
                exposure: assets(cap.exposure),
                absolute: assets(cap.absolute),
                relative: Wad(cap.relativeWad),
                tripped_until: time(cap.trippedUntil),
            })
            .collect(),
        operator: Operator {
            account: KEEPER,
            balance: Wei::ZERO,
            grant: Grant { loss: level(&grant.loss), turnover: level(&grant.turnover), ..Grant::default() },
        },
    }
}

/// A limit by its number, the value found, the bound, and whether it holds.
type State = (u8, U256, U256, bool);

/// What was said of legs: every limit after them, or the one that refuses.
type Said = Result<Vec<State>, (u8, U256, U256)>;

fn theirs(scene: &Scene, legs: &[IDesk::Leg]) -> Option<Said> {
    let intent = IDesk::Intent { legs: legs.to_vec(), ..scene.intent_of(KEEPER, &[]) };
    match scene.try_call(KEEPER, IDesk::previewRebalanceCall { keeper: KEEPER, intent }) {
        Ok(states) => Some(Ok(states.iter().map(|s| (s.limit, s.value, s.bound, s.holds)).collect())),
        Err(data) => {
            use alloy_sol_types::SolError;
            let breach = IDesk::LimitBreached::abi_decode(&data).ok()?;
            Some(Err((breach.limit, breach.value, breach.bound)))
        }
    }
}

fn ours(scene: &Scene, legs: &[IDesk::Leg]) -> Option<Said> {
    let movement = |leg: &IDesk::Leg| match (leg.assets, leg.repays) {
        (I256::MIN, true) => Movement::RepayAll,
        (I256::MIN, false) => Movement::DeallocateAll,
        (assets, true) => Movement::Repay(Assets(assets.unsigned_abs())),
        (assets, false) if assets.is_negative() => Movement::Deallocate(Assets(assets.unsigned_abs())),
        (assets, false) => Movement::Allocate(Assets(assets.unsigned_abs())),
    };
    let leg = |leg: &IDesk::Leg| Leg { position: leg.position, movement: movement(leg), min_result: Assets::ZERO };
    let legs = legs.iter().map(leg).collect::<Vec<_>>();
    let trial: Result<Trial, TrialError> = Trial::of(&snapshot(scene), &[], &legs);
    let trial = trial.ok()?;
    Some(match trial.check() {
        Ok(()) => Ok(trial.states().iter().map(|s| (s.limit as u8, s.value, s.bound, s.holds)).collect()),
        Err(breach) => Err((breach.limit as u8, breach.value, breach.bound)),
    })
}

#[test]
fn what_the_keeper_says_of_debts_is_what_the_vaults_preview_says() {
    let (scene, adapters) = scene();
    let mut numbers = Spread(11);
    let mut met = [0_u32; 4];
    for case in 0..3_000 {
        for at in [adapters[0], adapters[2]] {
            let debt = numbers.within(0, 2_000) * UNIT;
            scene.owe(at, debt * numbers.within(105, 200) / 100, debt);
            let silent = numbers.within(0, 20) == 0;
            scene.world.poke(at, mock::adapter::FAULTS, U256::from(u64::from(silent) * mock::adapter::NO_VALUE));
        }
        // One that may owe nothing, now and then does.
        let owed = if numbers.within(0, 8) == 0 { numbers.within(1, 50) * UNIT } else { 0 };
        scene.owe(adapters[1], owed * 3, owed);
        let legs = (0..numbers.within(0, 4)).map(|_| {
            let position = numbers.within(0, 3) as u32;
            let amount = I256::try_from(numbers.within(0, 800) * UNIT).expect("it fits");
            match numbers.within(0, 8) {
                0 => repay(position, None),
                1 | 2 => repay(position, Some(numbers.within(0, 1_500) * UNIT)),
                3 => IDesk::Leg { position, assets: I256::MIN, minResult: U256::ZERO, repays: false },
                4 | 5 => IDesk::Leg { position, assets: -amount, minResult: U256::ZERO, repays: false },
                _ => IDesk::Leg { position, assets: amount, minResult: U256::ZERO, repays: false },
            }
        });
        let legs = legs.collect::<Vec<_>>();

        let (theirs, ours) = (theirs(&scene, &legs), ours(&scene, &legs));

        let shown = legs.iter().map(|leg| (leg.position, leg.assets, leg.repays)).collect::<Vec<_>>();
        // An adapter that does not answer runs no leg, which its snapshot cannot tell.
        let ours = ours.filter(|_| theirs.is_some());
        assert_eq!(ours, theirs, "case {case}: {shown:?}");
        let kind = match ours {
            None => 0,
            Some(Ok(_)) => 1,
            Some(Err((limit, ..))) if limit == Limit::HealthFloor as u8 => 2,
            Some(Err((limit, ..))) if limit == Limit::PortfolioHealth as u8 => 3,
            Some(Err(_)) => continue,
        };
        met[kind] += 1;
    }
    assert!(met.iter().all(|count| *count > 20), "not run, passed, and refused by either limit: {met:?}");
}
