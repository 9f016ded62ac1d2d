//! Random vaults of up to sixty places under every limit at once.

use model::rate::{CompoundKinked, FixedRate};
use model::units::WAD;
use model::{Assets, Bond, Covenants, Hazard, Level, Position, RateModel, Rung, Snapshot, Terms, Timestamp, Wad};

use crate::dice::Dice;
use crate::snapshot::{capped, id, position, snapshot};
use crate::world::{MILLION, aave, morpho};

const DAY_SECS: u64 = 86_400;
const IDS: [&str; 10] = ["aave", "morpho", "curator", "issuer", "bills", "oracle", "bridge", "core", "yield", "all"];

fn wad(part: f64) -> Wad {
    Wad::from((part * 1e18) as u128)
}

fn rate(dice: &mut Dice, supply: f64) -> RateModel {
    match dice.whole(0, 9) {
        0..=4 => aave(supply, dice.between(0.1, 0.97), 0.9, dice.between(0.03, 0.1), 0.4),
        5 | 6 => {
            let second = (dice.between(0.5, 5.0) * MILLION, dice.between(0.3, 0.94), 0.06, MILLION);
            morpho(&[(supply, dice.between(0.3, 0.94), dice.between(0.01, 0.12), supply / 4.0), second])
        }
        7 | 8 => RateModel::CompoundKinked(CompoundKinked {
            total_supply: Assets::from_f64_down(supply),
            total_borrow: Assets::from_f64_down(supply * dice.between(0.2, 0.94)),
            is_paused: dice.chance(0.05),
            supply_kink: wad(0.8),
            base_a_second: Wad::ZERO,
            slope_low_a_second: wad(0.0325 / 31_536_000.0),
            slope_high_a_second: wad(0.4 / 31_536_000.0),
        }),
        _ if dice.chance(0.3) => RateModel::Unknown { reason: "silent".into() },
        _ => RateModel::FixedRate(FixedRate { rate: wad(dice.between(0.0, 0.08)), capacity: None }),
    }
}

fn place(dice: &mut Dice, index: u32, lags: bool) -> Position {
    let supply = dice.between(0.5, 60.0) * MILLION;
    let has_date = dice.chance(0.25);
    let rate = match has_date {
        true => RateModel::FixedRate(FixedRate { rate: wad(dice.between(0.01, 0.12)), capacity: None }),
        false => rate(dice, supply),
    };
    let usage = rate.usage().unwrap_or(0.0);
    let value = if dice.chance(0.5) { (supply * dice.between(0.0, 0.3).min(1.0 - usage)) as u128 } else { 0 };
    let ids = IDS.iter().filter(|_| dice.chance(0.2)).chain(["all"].iter()).copied().collect::<Vec<_>>();
    let mut found = position(index, rate, value, &ids);
    found.risk_ids.dedup();
    if dice.chance(0.2) {
        found.liquidity = Assets::from(value / 100 * dice.whole(0, 100) as u128);
    }
    if lags && dice.chance(0.3) {
        found.marked = Assets::from(value / 1_000 * dice.whole(995, 1_005) as u128);
    }
    found.depth = Some(Assets::from(supply as u128 + value));
    let slack_bps = if dice.chance(0.7) { 0 } else { dice.whole(1, 20) as u16 };
    let instant_bps = if dice.chance(0.5) { 10_000 } else { dice.whole(0, 10_000) as u16 };
    let depth_bps = if dice.chance(0.7) { 10_000 } else { dice.whole(500, 6_000) as u16 };
    found.terms = Terms { instant_bps, depth_bps, slack_bps };
    let curve = found.rate.curve(found.value, Timestamp(0)).expect("the parameters are possible");
    found.reported_rate = found.rate.refusal().is_none().then(|| wad(curve.rate(found.value.to_f64())));
    if has_date {
        let maturity = Some(Timestamp(dice.whole(5, 1_500) as u64 * DAY_SECS));
        found.bond = Some(Bond { maturity, rate: found.reported_rate.unwrap_or_default(), ..Bond::default() });
    }
    found
}

fn covenants(dice: &mut Dice) -> Covenants {
    let day_secs = DAY_SECS as u32;
    let floors = dice.chance(0.5);
    let mut rung = |until_days, least: usize| Rung {
        until_days,
        least_bps: if floors { dice.whole(0, least) as u16 } else { 0 },
        most_bps: dice.whole(3_000, 10_000) as u16,
    };
    let ladder = vec![rung(90, 800), rung(365, 500), rung(1_000, 300)];
    let hazards = IDS.iter().filter(|_| dice.chance(0.5)).map(|name| Hazard {
        risk_id: id(name),
        hazard_bps: (name.len() * 20) as u16,
        loss_bps: 5_000,
    });
    Covenants {
        hazards: hazards.collect(),
        ladder,
        least_duration_secs: if floors { dice.whole(0, 20) as u32 * day_secs } else { 0 },
        most_duration_secs: dice.whole(30, 600) as u32 * day_secs,
        credit: wad(dice.between(0.005, 0.06)),
        least_yield: (!dice.chance(0.1)).then(|| wad(dice.between(0.0, 0.05))),
    }
}

/// A random vault.
pub fn vault(dice: &mut Dice) -> Snapshot {
    let most = if dice.chance(0.7) { 8 } else { 60 };
    let lags = dice.chance(0.3);
    let places = dice.whole(1, most) as u32;
    let positions = (0..places).map(|index| place(dice, index, lags)).collect();
    let caps = IDS.iter().map(|name| {
        let absolute = if dice.chance(0.8) { u128::MAX } else { (dice.between(0.5, 20.0) * MILLION) as u128 };
        let least = if *name == "all" { 80 } else { 25 };
        let mut cap = capped(name, absolute, dice.whole(least, 100) as u128);
        cap.tripped_until = Timestamp(if dice.chance(0.03) { 10 } else { 0 });
        cap
    });
    let caps = caps.collect();
    let mut made = snapshot((dice.between(0.0, 40.0) * MILLION) as u128, positions, caps);
    let nav = made.book.nav;
    let part = |part: f64| wad(part).of_down(nav);
    let level = |used: Assets, capacity: Assets| Level { used, capacity };
    made.book.nav_least = if dice.chance(0.7) { nav } else { part(dice.between(0.3, 1.0)) };
    made.parameters.liquidity_floor = Wad::from(WAD / 100 * dice.whole(0, 15) as u128);
    made.parameters.liquidity_cover = Wad::from(WAD / 100 * dice.whole(0, 40) as u128);
    made.covenants = dice.chance(0.8).then(|| covenants(dice));
    made.budgets.turnover = level(part(dice.between(0.0, 0.1)), part(dice.between(0.1, 2.0)));
    made.budgets.loss = level(Assets::ZERO, part(dice.between(0.0, 0.01)));
    made.budgets.paused_until = Timestamp(if dice.chance(0.03) { 10 } else { 0 });
    made.operator.grant.turnover = level(Assets::ZERO, part(dice.between(0.2, 2.0)));
    made.operator.grant.loss = level(Assets::ZERO, part(dice.between(0.0, 0.01)));
    if dice.chance(0.2) {
        made.operator.grant.positions = u64::MAX << dice.whole(0, 6);
    }
    made
}
