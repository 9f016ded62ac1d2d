//! What is seen, what it lets the keeper do, and the way back.

use keeper_watch::{AdminEvent, Memory, Observed, Peg, Posture, Quote, Settings, Trigger};
use model::alloy_primitives::{Address, B256, U256};
use model::rate::AaveTwoSlope;
use model::{
    Asset, Assets, Block, Book, Budgets, Operator, Parameters, Position, RateModel, Ray, Snapshot, Terms, Timestamp,
    VenueKind, Wad, Wei,
};

const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
const MILLION: u128 = 1_000_000_000_000;

/// A pool of ten million of which a part is lent.
fn pool(usage: f64) -> AaveTwoSlope {
    let lent = (10.0 * MILLION as f64 * usage) as u128;
    AaveTwoSlope {
        total_variable_debt: Assets::from(lent),
        available_liquidity: Assets::from(10 * MILLION - lent),
        unbacked: Assets::ZERO,
        supply_cap: None,
        reserve_factor_bps: 1_000,
        optimal_usage: Ray::from(RAY / 10 * 9),
        base_rate: Ray::ZERO,
        slope1: Ray::from(RAY / 100 * 5),
        slope2: Ray::from(RAY),
    }
}

fn position(index: u32, rate: RateModel) -> Position {
    Position {
        index,
        adapter: Address::ZERO,
        venue: Address::ZERO,
        market: B256::ZERO,
        kind: VenueKind::AaveV3,
        risk_ids: Vec::new(),
        marked: Assets::from(MILLION),
        marked_at: Timestamp(0),
        shortfall: Assets::ZERO,
        terms: Terms::default(),
        value: Assets::from(MILLION),
        units: U256::from(1),
        liquidity: Assets::from(MILLION),
        depth: None,
        reported_rate: None,
        lever: None,
        collateral: None,
        requested: None,
        bond: None,
        rate,
    }
}

/// Three positions at pools of these usages, as of a block.
fn snapshot(block: u64, usages: [f64; 3]) -> Snapshot {
    let positions = (0..).zip(usages).map(|(index, usage)| position(index, RateModel::AaveTwoSlope(pool(usage))));
    Snapshot {
        chain_id: 1,
        block: Block { number: block, hash: B256::ZERO, timestamp: Timestamp(1_000 * block), base_fee: Wei::ZERO },
        vault: Address::ZERO,
        asset: Asset { address: Address::ZERO, symbol: "USDC".into(), decimals: 6 },
        book: Book::default(),
        parameters: Parameters::default(),
        covenants: None,
        budgets: Budgets::default(),
        revision: U256::ZERO,
        positions: positions.collect(),
        caps: Vec::new(),
        operator: Operator { account: Address::ZERO, balance: Wei::ZERO, grant: model::Grant::default() },
    }
}

/// What is new, by trigger, posture and positions.
type New = Vec<(Trigger, Posture, Vec<u32>)>;

fn look(memory: &mut Memory, snapshot: &Snapshot) -> New {
    look_at(memory, snapshot, &[], &[])
}

fn look_at(memory: &mut Memory, snapshot: &Snapshot, pegs: &[Peg], events: &[AdminEvent]) -> New {
    let new = memory.look(&Observed { snapshot, pegs, events }, &Settings::default());
    new.into_iter().map(|alarm| (alarm.trigger, alarm.posture, alarm.positions)).collect()
}

fn peg(prices: [Option<f64>; 3], at: u64) -> Peg {
    let wad = |price: f64| Wad::from((price * 1e18).round() as u128);
    let quote = |price: f64| Quote { price: wad(price), at: Timestamp(at) };
    Peg {
        name: "USDC".into(),
        positions: Vec::new(),
        least: wad(0.99),
        most: wad(1.01),
        max_age_secs: 10,
        posture: Posture::Halt,
        quotes: prices.map(|price| price.map(quote)).to_vec(),
    }
}

#[test]
fn a_peg_is_lost_where_every_source_says_so_and_doubted_where_some_do() {
    let of = |prices, at| {
        let mut memory = Memory::default();
        let new = look_at(&mut memory, &snapshot(1, [0.5; 3]), &[peg(prices, at)], &[]);
        (new, memory)
    };

    assert_eq!(of([Some(1.0), Some(0.995), Some(1.01)], 1_000).0, [], "at its bounds and inside");
    let (doubted, memory) = of([Some(0.98), Some(0.98), Some(0.99)], 1_000);
    assert_eq!(doubted, [(Trigger::Doubt, Posture::Plan, Vec::new())]);
    assert_eq!(memory.apply(&mut snapshot(1, [0.5; 3])), Ok(()));
    // A source that is silent or stale confirms nothing.
    for (prices, at) in [([Some(0.9), Some(0.9), None], 1_000), ([Some(0.9); 3], 989)] {
        assert_eq!(of(prices, at).0[0].0, Trigger::Doubt);
    }
    let (lost, mut memory) = of([Some(0.98), Some(0.9), Some(1.02)], 1_000);
    assert_eq!(lost, [(Trigger::Depeg, Posture::Halt, Vec::new())]);
    let halted = memory.apply(&mut snapshot(1, [0.5; 3])).expect_err("nothing may be done");
    assert_eq!((halted.id, halted.trigger), (1, Trigger::Depeg));
    // It does not end by itself.
    let mut later = snapshot(2, [0.5; 3]);
    assert_eq!(look_at(&mut memory, &later, &[peg([Some(1.0); 3], 2_000)], &[]), []);
    assert!(memory.apply(&mut later).is_err());
    assert!(memory.release(1).is_some() && memory.release(1).is_none());
    assert_eq!(memory.apply(&mut later), Ok(()));
}

#[test]
fn two_sources_confirm_nothing() {
    let mut two = peg([Some(0.5); 3], 1_000);
    two.quotes.pop();
    let mut memory = Memory::default();

    assert_eq!(look_at(&mut memory, &snapshot(1, [0.5; 3]), &[two], &[])[0].0, Trigger::Doubt);
}

#[test]
fn other_rate_parameters_close_a_venue_to_new_money_until_somebody_has_looked() {
    let mut memory = Memory::default();
    assert_eq!(look(&mut memory, &snapshot(1, [0.5; 3])), [], "nothing to compare with");
    let mut changed = snapshot(2, [0.5; 3]);
    changed.positions[1].rate = RateModel::AaveTwoSlope(AaveTwoSlope { slope1: Ray::from(RAY / 100 * 4), ..pool(0.5) });

    assert_eq!(look(&mut memory, &changed), [(Trigger::RateTerms, Posture::ReduceOnly, vec![1])]);

    let mut careful = changed.clone();
    memory.apply(&mut careful).expect("no halt");
    let curve = |position: &Position| position.rate.curve(position.value, Timestamp(0)).expect("possible");
    let (before, after) = (curve(&changed.positions[1]), curve(&careful.positions[1]));
    assert_eq!(after.capacity(), MILLION as f64, "what is held may stay, and no more comes");
    assert_eq!(after.income(1e11), before.income(1e11));
    assert_eq!(careful.positions[0], changed.positions[0]);
    // Use moves no parameter, and what was released is not told again.
    memory.release(1).expect("it waits");
    let mut used = changed.clone();
    used.block.number = 3;
    used.positions[0].rate = RateModel::AaveTwoSlope(pool(0.6));
    assert_eq!(look(&mut memory, &used), []);
}

#[test]
fn whatever_administrators_tell_is_told_each_time() {
    let event = |block| AdminEvent {
        name: "configurator".into(),
        contract: Address::repeat_byte(1),
        topic: B256::repeat_byte(2),
        block,
        positions: vec![0, 2],
        posture: Posture::ExitOnly,
    };
    let mut memory = Memory::default();
    let mut first = snapshot(1, [0.5; 3]);

    let new = look_at(&mut memory, &first, &[], &[event(1)]);
    assert_eq!(new, [(Trigger::VenueGovernance, Posture::ExitOnly, vec![0, 2])]);
    memory.apply(&mut first).expect("no halt");
    let refusals: Vec<_> = first.positions.iter().map(|position| position.rate.refusal().is_some()).collect();
    assert_eq!(refusals, [true, false, true], "what earns nothing leaves");
    assert!(first.positions[0].rate.refusal().is_some_and(|reason| reason.starts_with("alarm 1 (exit only)")));
    memory.release(1).expect("it waits");
    assert_eq!(look_at(&mut memory, &snapshot(2, [0.5; 3]), &[], &[event(2)]).len(), 1);
}

#[test]
fn a_spread_beyond_its_own_history_closes_the_venue_and_needs_a_history() {
    let mut memory = Memory::default();
    for block in 1..=40 {
        let usage = 0.5 + if block % 2 == 0 { 0.001 } else { 0.0 };
        assert_eq!(look(&mut memory, &snapshot(block, [usage, 0.5, 0.5])), [], "block {block}");
    }

    // Far over the kink, of which a history of hundredths knows nothing.
    assert_eq!(look(&mut memory, &snapshot(41, [0.92, 0.5, 0.5])), [(Trigger::Spread, Posture::ReduceOnly, vec![0])]);
    let mut memory = Memory::default();
    assert_eq!(look(&mut memory, &snapshot(1, [0.92, 0.5, 0.5])), [], "without a history there is no norm");
}

#[test]
fn a_venue_that_is_nearly_lent_out_is_told_and_left_to_the_plan() {
    let mut memory = Memory::default();
    let mut dry = snapshot(1, [0.96, 0.5, 0.5]);

    assert_eq!(look(&mut memory, &dry), [(Trigger::Usage, Posture::Plan, vec![0])]);
    let before = dry.clone();
    memory.apply(&mut dry).expect("no halt");
    assert_eq!(dry, before);
    assert_eq!(look(&mut memory, &snapshot(2, [0.96, 0.5, 0.5])), [], "it is known");
    look(&mut memory, &snapshot(3, [0.5; 3]));
    assert_eq!(memory.alarms().count(), 0, "it ends by itself");
}

#[test]
fn one_block_is_looked_at_once() {
    let mut memory = Memory::default();
    look(&mut memory, &snapshot(5, [0.5; 3]));
    let before = memory.clone();

    assert_eq!(look(&mut memory, &snapshot(5, [0.99; 3])), []);
    assert_eq!(memory, before);
}

#[test]
fn a_turn_without_an_answer_keeps_new_money_out_until_somebody_has_looked() {
    let mut memory = Memory::default();
    let seen = snapshot(1, [0.5; 3]);
    look(&mut memory, &seen);

    let alarm = memory.unanswered(&seen, "it stopped").expect("it is new");
    assert_eq!((alarm.trigger, alarm.posture, alarm.positions.len()), (Trigger::Solver, Posture::ReduceOnly, 0));
    assert!(alarm.reason.contains("it stopped"));
    assert!(memory.unanswered(&seen, "it stopped again").is_none(), "it stands already");
    let mut careful = snapshot(2, [0.5; 3]);
    look(&mut memory, &careful);
    memory.apply(&mut careful).expect("it is no halt");
    let takes_nothing = |position: &Position| matches!(position.rate, RateModel::Closed { .. });
    assert!(careful.positions.iter().all(takes_nothing));

    memory.release(alarm.id).expect("it stands");
    let mut free = snapshot(3, [0.5; 3]);
    memory.apply(&mut free).expect("it is no halt");
    assert!(!free.positions.iter().any(takes_nothing));
}
