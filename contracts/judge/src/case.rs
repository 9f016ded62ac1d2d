//! A random change: what is stored (amounts, masks, levels), and everything that the desk derives from it before it asks
//! the mandate.

use mandate::{
    Bond, Budgets, Cap, Covenants, Flow, Hazard, Least, Level, Lever, Parameters, Portfolio, Purchase, Rung, Stake,
    covenant_states, exposures, growth_up, judge, judge_covenants, states,
};

use crate::{
    Record,
    clocks::Clocks,
    random::{Random, WAD},
};

/// The most of each in one case.
const POSITIONS: usize = 3;
const CAPS: usize = 4;
const STAKES: usize = 2;
const LEVERS: usize = 2;
const BONDS: usize = 2;
const RUNGS: usize = 2;
/// In one case of so many budgets come from buckets and clocks, and in as many every limit is listed: a division costs
/// many times what a comparison does.
const DERIVED_ONE_IN: u64 = 16;

/// One side of a change.
#[derive(Clone, Debug)]
struct Side {
    nav_assets: u128,
    least_nav_assets: u128,
    idle_assets: u128,
    instant_assets: u128,
    values_assets: [u128; POSITIONS],
    stakes: [Stake; STAKES],
    levers: [Lever; LEVERS],
    bonds: [Bond; BONDS],
}

/// A change with everything that it is judged by.
#[derive(Clone, Debug)]
pub struct Case {
    before: Side,
    after: Side,
    masks: [u64; POSITIONS],
    caps: [Cap<u8>; CAPS],
    cap_count: usize,
    stake_count: usize,
    lever_count: usize,
    floor_wad: u64,
    cover_wad: u64,
    health_wad: u64,
    bond_count: usize,
    band_secs: [u32; 2],
    ladder: [Rung; RUNGS],
    credit_wad: u64,
    hazards: [Hazard; CAPS],
    flow: Flow,
    budgets: Budgets,
    clocks: Option<Clocks>,
    lists: bool,
}

impl Case {
    /// Makes a case of a seed.
    pub fn random(seed: u64, number: u64) -> Self {
        let random = &mut Random::of(seed, number);
        let before = side(random);
        // Half of all changes touch little, so that what is broken is so on both sides and nearness decides.
        let after = if random.one_in(2) { nearby(&before, random) } else { other_side(&before, random) };
        let mut caps = [Cap::default(); CAPS];
        for (id, cap) in (0..).zip(&mut caps) {
            let (absolute_assets, relative_wad) = (random.bound(), random.fraction());
            *cap = Cap { id, absolute_assets, relative_wad, is_tripped: random.one_in(8) };
        }
        let masks = random.next();
        // What is judged first hides what is judged after it: most cases have no covenants to break.
        let is_bound = random.one_in(3);
        Self {
            before,
            after,
            masks: [masks & 15, masks >> 8 & 15, masks >> 16 & masks >> 24 & 31],
            caps,
            cap_count: random.below(5) as usize,
            stake_count: random.below(3) as usize,
            lever_count: if random.one_in(2) { random.below(3) as usize } else { 0 },
            floor_wad: rare_fraction(random),
            cover_wad: rare_fraction(random),
            health_wad: health_floor(random),
            bond_count: if is_bound { random.below(3) as usize } else { 0 },
            band_secs: if is_bound { [term(random), term(random)] } else { [0, u32::MAX] },
            ladder: core::array::from_fn(|_| if is_bound { rung(random) } else { Rung::default() }),
            credit_wad: random.fraction(),
            hazards: core::array::from_fn(|_| if is_bound { hazard(random) } else { Hazard::default() }),
            flow: flow(random),
            budgets: Budgets {
                loss: level(random),
                turnover: level(random),
                grant_loss: level(random),
                grant_turnover: level(random),
            },
            clocks: random.one_in(DERIVED_ONE_IN).then(|| Clocks::random(random)),
            lists: random.one_in(DERIVED_ONE_IN),
        }
    }

    /// Judges it as the desk does, and writes what was found.
    pub fn judge(&self, record: &mut Record) {
        let (mut exposed, mut exposed_after) = ([0; CAPS], [0; CAPS]);
        let least = self.clocks.as_ref().map(Clocks::least);
        let before = self.portfolio(&self.before, least.as_ref(), &mut exposed);
        let after = self.portfolio(&self.after, least.as_ref(), &mut exposed_after);
        let budgets = self.clocks.as_ref().map_or(self.budgets, |clocks| clocks.budgets(before.least_nav_assets));
        let caps = self.caps.get(..self.cap_count).unwrap_or_default();
        let parameters = Parameters {
            caps,
            liquidity_floor_wad: self.floor_wad,
            liquidity_cover_wad: self.cover_wad,
            health_floor_wad: self.health_wad,
            covenants: Covenants {
                least_duration_secs: self.band_secs[0],
                most_duration_secs: self.band_secs[1],
                ladder: &self.ladder,
                credit_wad: self.credit_wad,
                hazards: self.hazards.get(..self.cap_count).unwrap_or_default(),
            },
        };

        let covenants = judge_covenants(&before, &after, &self.flow, &parameters);
        record.outcome(&covenants);
        let so_far = covenants.unwrap_or_default();
        record.outcome(&judge(&before, &after, &self.flow, &budgets, &parameters, so_far));
        record.number(before.least_nav_assets);
        record.number(budgets.loss.used_assets);
        record.number(budgets.grant_turnover.capacity_assets);
        if self.lists {
            covenant_states(&before, &after, &self.flow, &parameters).for_each(|state| record.state(&state));
            states(&before, &after, &self.flow, &budgets, &parameters).for_each(|state| record.state(&state));
        }
    }

    fn portfolio<'a>(
        &self,
        side: &'a Side,
        least: Option<&(Least, u32, u32)>,
        exposures_assets: &'a mut [u128; CAPS],
    ) -> Portfolio<'a> {
        exposures(side.values_assets.iter().copied().zip(self.masks), exposures_assets);
        let least = least.map(|(least, epoch_secs, now_secs)| least.assets(side.nav_assets, *epoch_secs, *now_secs));
        Portfolio {
            nav_assets: side.nav_assets,
            least_nav_assets: least.unwrap_or(side.least_nav_assets),
            idle_assets: side.idle_assets,
            instant_assets: side.instant_assets,
            // Where there are as many caps as can be, one exposure is not stated: it counts as infinite.
            exposures_assets: exposures_assets.split_last().map_or(&[], |(_, stated)| stated),
            stakes: side.stakes.get(..self.stake_count).unwrap_or_default(),
            levers: side.levers.get(..self.lever_count).unwrap_or_default(),
            bonds: side.bonds.get(..self.bond_count).unwrap_or_default(),
        }
    }
}

fn side(random: &mut Random) -> Side {
    Side {
        nav_assets: random.amount(),
        least_nav_assets: random.amount(),
        idle_assets: random.amount(),
        instant_assets: random.amount(),
        values_assets: core::array::from_fn(|_| random.amount()),
        stakes: core::array::from_fn(|_| Stake {
            position: random.next() as u8, // Any will do.
            value_assets: random.amount(),
            depth_assets: random.bound(),
            depth_wad: random.fraction(),
        }),
        levers: core::array::from_fn(|_| Lever {
            position: random.next() as u8, // Any will do.
            floor_wad: health_floor(random),
            ..secured(random)
        }),
        bonds: core::array::from_fn(|_| Bond {
            position: random.next() as u8, // Any will do.
            value_assets: random.amount(),
            term_secs: term(random),
            rate_wad: random.fraction(),
            bought: random.one_in(4).then(|| bought(random)),
        }),
    }
}

/// Any other amounts of the same positions.
fn other_side(side: &Side, random: &mut Random) -> Side {
    let lever = |lever: Lever| Lever { position: lever.position, floor_wad: lever.floor_wad, ..secured(random) };
    let levers = side.levers.map(lever);
    let bonds = side.bonds.map(|bond| Bond { value_assets: random.amount(), ..bond });
    let stake = |stake: Stake| Stake { value_assets: random.amount(), depth_assets: random.bound(), ..stake };
    Side {
        levers,
        bonds,
        stakes: side.stakes.map(stake),
        nav_assets: random.amount(),
        least_nav_assets: random.amount(),
        idle_assets: random.amount(),
        instant_assets: random.amount(),
        values_assets: core::array::from_fn(|_| random.amount()),
    }
}

/// The same side after a little was changed.
fn nearby(side: &Side, random: &mut Random) -> Side {
    let mut side = side.clone();
    let by = u128::from(random.next() & 3).wrapping_sub(1);
    let [first, second, third] = &mut side.values_assets;
    let [lever, _] = &mut side.levers;
    let [bond, _] = &mut side.bonds;
    let field = match random.below(14) {
        0 => &mut side.nav_assets,
        1 => &mut side.least_nav_assets,
        2 => &mut side.idle_assets,
        3 => &mut side.instant_assets,
        4 => first,
        5 => second,
        6 => third,
        7 => &mut lever.backing_assets,
        8 => &mut lever.debt_assets,
        // Both at once, so that the ratio decides.
        9 | 10 => {
            lever.backing_assets = lever.backing_assets.wrapping_add(u128::from(random.next() & 3).wrapping_sub(1));
            &mut lever.debt_assets
        }
        11 | 12 => &mut bond.value_assets,
        _ => return side,
    };
    *field = field.wrapping_add(by);
    side
}

fn flow(random: &mut Random) -> Flow {
    let few = |word: u64| u128::from(word & word >> 8 & 7);
    let word = random.next();
    Flow {
        loss_assets: few(word),
        turnover_assets: few(word >> 16),
        invests: word >> 32 & 1 == 1,
        ventures: word >> 58 & 1 == 1,
        rescues: word >> 59 & 3 == 3,
        invested_mask: word >> 33 & word >> 41 & 15,
        income_assets: (word >> 50 & 1 == 1).then(|| (few(word >> 51), few(word >> 47))),
    }
}

fn level(random: &mut Random) -> Level {
    let word = random.next();
    let capacity_assets = if word & 3 == 0 { u128::from(word >> 2 & 15) } else { u128::MAX };
    Level { used_assets: u128::from(word >> 8 & 15), capacity_assets }
}

/// What secures a debt, and the debt, mostly small; often nothing is owed, at times the adapter does not say.
fn secured(random: &mut Random) -> Lever {
    let word = random.next();
    let small = |word: u64| u128::from(word & 31);
    let (backing_assets, debt_assets) = match word & 15 {
        0..8 => (random.amount(), 0),
        8..13 => (small(word >> 4).wrapping_add(4), small(word >> 9)),
        13 | 14 => (random.amount(), random.amount()),
        _ => (0, u128::MAX),
    };
    Lever { backing_assets, debt_assets, ..Lever::default() }
}

/// A little more than the debt mostly, at times a fraction of it, or infinite: nothing may be owed.
fn health_floor(random: &mut Random) -> u64 {
    let word = random.next();
    match word & 7 {
        0..5 => (word >> 8 & 7).wrapping_add(8).wrapping_mul(WAD / 8),
        5 | 6 => random.fraction(),
        _ => u64::MAX,
    }
}

/// Mostly nothing, so that later limits are reached too.
fn rare_fraction(random: &mut Random) -> u64 {
    if random.one_in(4) { random.fraction() } else { 0 }
}

/// Within some days mostly, and often just at the end of one.
fn term(random: &mut Random) -> u32 {
    let word = random.next();
    let days = (word >> 8 & 7) as u32; // Three bits.
    match word & 7 {
        0 => 0,
        1..6 => days.wrapping_mul(86_400).wrapping_add((word >> 16 & 1) as u32), // One bit.
        _ => (word >> 32) as u32,                                                // 32 bits.
    }
}

/// A little below par, or anything, at a yield that is asked for or none.
fn bought(random: &mut Random) -> Purchase {
    let growth_wad = if random.one_in(2) { 0 } else { growth_up(random.fraction() >> 4, random.below(1 << 27)) };
    let (paid_assets, more) = (random.amount(), u128::from(random.next() & 7));
    Purchase { paid_assets, face_assets: paid_assets.wrapping_add(more), growth_wad }
}

/// Few days and whatever parts: a ladder need not make sense to be judged.
fn rung(random: &mut Random) -> Rung {
    let word = random.next();
    let part = |word: u64| if word & 3 == 0 { 10_000 } else { (word >> 2 & 0xffff) as u16 }; // 16 bits.
    let least_bps = if word >> 60 & 3 == 3 { part(word >> 40) } else { 0 };
    Rung { until_days: (word & 7) as u16, least_bps, most_bps: part(word >> 8) } // Three bits.
}

fn hazard(random: &mut Random) -> Hazard {
    let word = random.next();
    Hazard { hazard_bps: (word & word >> 16) as u16, loss_bps: (word >> 32 & word >> 48) as u16 } // Any 16 bits.
}
