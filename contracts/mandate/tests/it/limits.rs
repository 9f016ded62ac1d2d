//! Each limit by name: at its bound a change passes, one unit over it is refused with exactly that breach, what starts in
//! breach passes when it improves and fails when it worsens.

use alloy_primitives::U256;
use tenor_mandate::{Bond, Breach, Cap, Hazard, Level, Lever, Limit, Purchase, Rung, Stake, Subject, growth_up};

use crate::scene::{HALF, Scene, WAD, id, open_cap};

/// What the four cases of a limit have in common: a scene for (value before, value after), the bound, which way is worse,
/// and how the breach states a value.
struct Row {
    limit: Limit,
    on: Subject<alloy_primitives::B256>,
    bound: u128,
    at_least: bool,
    scene: fn(u128, u128) -> Scene,
    stated: fn(u128) -> U256,
}

impl Row {
    /// The value by so many units on the side that is not allowed.
    fn over(&self, units: u128) -> u128 {
        if self.at_least { self.bound - units } else { self.bound + units }
    }

    fn breach(&self, value: u128) -> Result<(), Breach> {
        let stated = self.stated;
        Err(Breach { limit: self.limit, on: self.on, value: stated(value), bound: stated(self.bound) })
    }

    #[track_caller]
    fn holds_its_bound(&self) {
        let scene = self.scene;
        let inside = if self.at_least { self.bound + 1 } else { self.bound - 1 };

        assert_eq!(scene(inside, self.bound).judge(), Ok(()), "at the bound");
        assert_eq!(scene(inside, self.over(1)).judge(), self.breach(self.over(1)), "one unit over");
        assert_eq!(scene(inside, self.over(1)).reversed().judge(), self.breach(self.over(1)), "one unit over, to idle");
        assert_eq!(scene(self.over(9), self.over(8)).judge(), Ok(()), "in breach, improving");
        assert_eq!(scene(self.over(8), self.over(9)).judge(), self.breach(self.over(9)), "in breach, worsening");
        let worse = scene(self.over(8), self.over(9)).reversed().judge();
        assert_eq!(worse, self.breach(self.over(9)), "in breach, worsening on the way to idle");
        assert_eq!(scene(self.over(9), self.over(9)).judge(), self.breach(self.over(9)), "in breach, staying");
        assert_eq!(
            scene(self.over(9), self.over(9)).reversed().judge(),
            Ok(()),
            "in breach, staying on the way to idle"
        );
    }
}

fn units(value: u128) -> U256 {
    U256::from(value)
}

/// Hundredths as wad.
fn percent(value: u128) -> U256 {
    U256::from(value) * U256::from(WAD / 100)
}

#[test]
fn absolute_cap() {
    let scene = |before, after| {
        let mut scene = Scene::open();
        scene.caps = vec![open_cap(1), Cap { absolute_assets: 50, ..open_cap(2) }];
        (scene.before.exposures, scene.after.exposures) = (vec![0, before], vec![0, after]);
        scene
    };
    let on = Subject::Risk(id(2));
    Row { limit: Limit::AbsoluteCap, on, bound: 50, at_least: false, scene, stated: units }.holds_its_bound();
}

#[test]
fn relative_cap() {
    let scene = |before, after| {
        let mut scene = Scene::open();
        // Net asset value is a thousand now and was a hundred within the epoch: the hundred counts.
        (scene.before.nav, scene.after.nav) = (1_000, 1_000);
        scene.caps = vec![open_cap(1), Cap { relative_wad: HALF, ..open_cap(2) }];
        (scene.before.exposures, scene.after.exposures) = (vec![0, before], vec![0, after]);
        scene
    };
    let on = Subject::Risk(id(2));
    Row { limit: Limit::RelativeCap, on, bound: 50, at_least: false, scene, stated: percent }.holds_its_bound();
}

#[test]
fn liquidity_floor() {
    let scene = |before, after| {
        let mut scene = Scene::open();
        scene.floor_wad = HALF;
        (scene.before.idle, scene.after.idle) = (before, after);
        scene
    };
    let on = Subject::Portfolio;
    Row { limit: Limit::LiquidityFloor, on, bound: 50, at_least: true, scene, stated: percent }.holds_its_bound();
}

#[test]
fn liquidity_cover() {
    let scene = |before, after| {
        let mut scene = Scene::open();
        scene.cover_wad = HALF;
        (scene.before.instant, scene.after.instant) = (before, after);
        scene
    };
    let breach =
        |value| Err(Breach { limit: Limit::LiquidityCover, on: Subject::Portfolio, value, bound: percent(50) });

    assert_eq!(scene(51, 50).judge(), Ok(()), "at the bound");
    assert_eq!(scene(51, 49).judge(), breach(percent(49)), "one unit over");
    assert_eq!(scene(41, 42).judge(), Ok(()), "in breach, improving");
    assert_eq!(scene(42, 41).judge(), breach(percent(41)), "in breach, worsening");
    assert_eq!(scene(42, 42).judge(), breach(percent(42)), "in breach, staying");
    // What a position pays at once becomes idle, less what the venue's rounding takes.
    assert_eq!(scene(42, 41).reversed().judge(), Ok(()), "on the way to idle only the loss is missing");
}

#[test]
fn venue_depth() {
    let scene = |before, after| {
        let stake = |value_assets| Stake { position: 7, value_assets, depth_assets: 100, depth_wad: HALF };
        let mut scene = Scene::open();
        let unknown = Stake { position: 3, value_assets: 1, depth_assets: u128::MAX, depth_wad: 1 };
        (scene.before.stakes, scene.after.stakes) = (vec![unknown, stake(before)], vec![unknown, stake(after)]);
        scene
    };
    let on = Subject::Position(7);
    Row { limit: Limit::VenueDepth, on, bound: 50, at_least: false, scene, stated: percent }.holds_its_bound();
}

/// A budget of 50, used to one value and charged to the other; turnover alone lets money pass on its way to idle.
fn budget(limit: Limit, set: fn(&mut Scene, Level, u128)) {
    let scene = |used_assets, after: u128| {
        let mut scene = Scene::open();
        set(&mut scene, Level { used_assets, capacity_assets: 50 }, after - used_assets);
        scene
    };
    let breach =
        |value: u128| Err(Breach { limit, on: Subject::Portfolio, value: U256::from(value), bound: U256::from(50) });

    assert_eq!(scene(20, 50).judge(), Ok(()), "at the bound");
    assert_eq!(scene(20, 51).judge(), breach(51), "one unit over");
    let is_turnover = matches!(limit, Limit::TurnoverBudget | Limit::GrantTurnover);
    let to_idle = |value: u128| if is_turnover { Ok(()) } else { breach(value) };
    assert_eq!(scene(20, 51).reversed().judge(), to_idle(51), "one unit over, to idle");
    let unmoved = if is_turnover { breach(60) } else { Ok(()) };
    assert_eq!(scene(60, 60).judge(), unmoved, "overdrawn, charging nothing");
    assert_eq!(scene(60, 61).judge(), breach(61), "overdrawn, charging more");
    assert_eq!(scene(60, 61).reversed().judge(), to_idle(61), "overdrawn, charging more, to idle");
    let listed = scene(60, 60).states().into_iter().find(|state| state.limit == limit).expect("it is listed");
    assert_eq!((listed.value, listed.holds), (U256::from(60), false), "views say that it is overdrawn");
}

#[test]
fn loss_budget() {
    budget(Limit::LossBudget, |scene, level, charge| {
        (scene.budgets.loss, scene.flow.loss_assets) = (level, charge);
    });
}

#[test]
fn turnover_budget() {
    budget(Limit::TurnoverBudget, |scene, level, charge| {
        (scene.budgets.turnover, scene.flow.turnover_assets) = (level, charge);
    });
}

#[test]
fn grant_loss() {
    budget(Limit::GrantLoss, |scene, level, charge| {
        (scene.budgets.grant_loss, scene.flow.loss_assets) = (level, charge);
    });
}

#[test]
fn grant_turnover() {
    budget(Limit::GrantTurnover, |scene, level, charge| {
        (scene.budgets.grant_turnover, scene.flow.turnover_assets) = (level, charge);
    });
}

#[test]
fn breaker() {
    let scene = |tripped, before, after| {
        let mut scene = Scene::open();
        scene.caps = vec![open_cap(1), Cap { is_tripped: tripped, ..open_cap(2) }];
        (scene.before.exposures, scene.after.exposures) = (vec![0, before], vec![9, after]);
        scene
    };
    let breach = |value: u128, bound: u128| {
        let on = Subject::Risk(id(2));
        Err(Breach { limit: Limit::Breaker, on, value: U256::from(value), bound: U256::from(bound) })
    };

    assert_eq!(scene(true, 50, 50).judge(), Ok(()), "no more than before");
    assert_eq!(scene(true, 50, 51).judge(), breach(51, 50), "one unit of new money");
    assert_eq!(scene(true, 50, 51).reversed().judge(), breach(51, 50), "one unit more, however it came");
    assert_eq!(scene(true, 50, 49).judge(), Ok(()), "money that leaves");
    assert_eq!(scene(false, 50, 51).judge(), Ok(()), "not tripped");
    let swapped = |invested_mask| {
        let mut scene = scene(true, 50, 50);
        scene.flow.invested_mask = invested_mask;
        scene.judge()
    };
    assert_eq!(swapped(0b10), breach(51, 50), "money from one position under the id into another");
    assert_eq!(swapped(0b01), Ok(()), "money into a position under another id");
}

/// One and a half times the debt.
const FLOOR_WAD: u64 = WAD + HALF;

/// A lever at place 7 that goes from one backing and debt to another, beside one that is always at three times its debt.
fn levered(before: (u128, u128), after: (u128, u128)) -> Scene {
    let lever =
        |(backing_assets, debt_assets)| Lever { position: 7, backing_assets, debt_assets, floor_wad: FLOOR_WAD };
    let sound = Lever { position: 3, backing_assets: 300, debt_assets: 100, floor_wad: FLOOR_WAD };
    let mut scene = Scene::open();
    (scene.before.levers, scene.after.levers) = (vec![sound, lever(before)], vec![sound, lever(after)]);
    scene
}

/// The breach of a position's health floor.
fn unhealthy(value: U256) -> Result<(), Breach> {
    Err(Breach { limit: Limit::HealthFloor, on: Subject::Position(7), value, bound: percent(150) })
}

#[test]
fn health_floor() {
    let scene = |before, after| levered((before, 100), (after, 100));
    let on = Subject::Position(7);
    Row { limit: Limit::HealthFloor, on, bound: 150, at_least: true, scene, stated: percent }.holds_its_bound();
}

#[test]
fn of_health_the_ratio_alone_counts_whatever_became_of_both() {
    let repaid = levered((140, 100), (85, 60));
    assert_eq!(repaid.judge(), Ok(()), "backing and debt fall, health rises");
    assert_eq!(repaid.reversed().judge(), Ok(()), "backing and debt fall, health rises, to idle");

    let levered_up = levered((140, 100), (279, 200));
    assert_eq!(levered_up.judge(), unhealthy(percent(139) + U256::from(WAD / 200)), "both rise, health falls");
    assert_eq!(levered_up.reversed().judge(), unhealthy(percent(139) + U256::from(WAD / 200)), "to idle too");

    let shrunk = levered((140, 100), (70, 50));
    assert_eq!(shrunk.judge(), unhealthy(percent(140)), "both fall, health stays: no nearer");
    assert_eq!(shrunk.reversed().judge(), Ok(()), "both fall, health stays, to idle: no further");
}

#[test]
fn a_little_more_health_buys_no_investment_elsewhere() {
    let venturing = |before, after| {
        let mut scene = levered(before, after);
        scene.flow.ventures = true;
        scene.judge()
    };

    assert_eq!(
        venturing((140, 100), (139, 99)),
        unhealthy(percent(139) * U256::from(100) / U256::from(99) / U256::ONE)
    );
    assert_eq!(venturing((140, 100), (150, 100)), Ok(()), "back at the floor");
    assert_eq!(venturing((150, 100), (150, 100)), Ok(()), "it was never below");
}

#[test]
fn health_of_a_position_that_owes_nothing() {
    assert_eq!(levered((0, 0), (0, 0)).judge(), Ok(()), "nothing owed, nothing secured");
    assert_eq!(levered((140, 100), (0, 0)).judge(), Ok(()), "all is repaid");
    assert_eq!(levered((0, 0), (150, 100)).judge(), Ok(()), "it begins to owe, at the floor");
    assert_eq!(levered((0, 0), (149, 100)).judge(), unhealthy(percent(149)), "it begins to owe, below the floor");
    assert_eq!(levered((9, 0), (0, 1)).reversed().judge(), unhealthy(U256::ZERO), "a debt without backing, to idle");
}

#[test]
fn health_of_a_position_that_may_owe_nothing() {
    let scene = |before, after| {
        let mut scene = levered(before, after);
        for side in [&mut scene.before, &mut scene.after] {
            side.levers[1].floor_wad = u64::MAX;
        }
        scene
    };
    let breach = |value| {
        let on = Subject::Position(7);
        Err(Breach { limit: Limit::HealthFloor, on, value, bound: U256::from(u64::MAX) })
    };

    assert_eq!(scene((0, 0), (100, 0)).judge(), Ok(()), "it owes nothing");
    assert_eq!(scene((100, 0), (110, 10)).judge(), breach(percent(1_100)), "it borrows, however little");
    assert_eq!(scene((110, 10), (110, 10)).judge(), breach(percent(1_100)), "it owes, and other money is invested");
    assert_eq!(scene((110, 10), (110, 10)).reversed().judge(), Ok(()), "it owes, and other money goes to idle");
    assert_eq!(scene((110, 10), (105, 5)).judge(), Ok(()), "it repays");
}

#[test]
fn health_of_a_position_that_does_not_say_what_it_owes() {
    let silent = (0, u128::MAX);
    let nothing = || unhealthy(U256::ZERO);

    assert_eq!(levered(silent, silent).judge(), nothing(), "silent: nothing is invested anywhere");
    assert_eq!(levered(silent, silent).reversed().judge(), Ok(()), "silent: money goes to idle");
    assert_eq!(levered((200, 100), silent).reversed().judge(), nothing(), "it stops to say, however healthy it was");
    assert_eq!(levered((140, 100), silent).reversed().judge(), nothing(), "it stops to say, and was below the floor");
    assert_eq!(levered(silent, (140, 100)).judge(), Ok(()), "it speaks again: nearer, whatever it says");
}

#[test]
fn portfolio_health() {
    let scene = |before: u128, after: u128| {
        let lever = |backing_assets| Lever { position: 7, backing_assets, debt_assets: 50, floor_wad: 0 };
        let mut scene = Scene::open();
        scene.health_wad = FLOOR_WAD;
        (scene.before.levers, scene.after.levers) =
            (vec![lever(50), lever(before - 50)], vec![lever(50), lever(after - 50)]);
        scene
    };
    let on = Subject::Portfolio;
    Row { limit: Limit::PortfolioHealth, on, bound: 150, at_least: true, scene, stated: percent }.holds_its_bound();
}

#[test]
fn portfolio_health_adds_up_what_secures_and_what_is_owed() {
    let scene = |before, after, health_wad| Scene { health_wad, ..levered(before, after) };
    let breach = |value| {
        let on = Subject::Portfolio;
        Err(Breach { limit: Limit::PortfolioHealth, on, value, bound: percent(200) })
    };

    // Beside 300 for 100.
    assert_eq!(
        scene((150, 100), (300, 200), 2 * WAD).judge(),
        Ok(()),
        "each is above its own floor, and both at the sum's"
    );
    assert_eq!(
        scene((300, 200), (450, 300), 2 * WAD).judge(),
        breach(U256::from(WAD) * U256::from(15) / U256::from(8))
    );
    assert_eq!(
        scene((450, 300), (450, 300), 2 * WAD).reversed().judge(),
        Ok(()),
        "in breach, staying on the way to idle"
    );
    assert_eq!(scene((450, 300), (390, 240), 2 * WAD).judge(), Ok(()), "in breach, both fall, and the ratio rises");
    assert_eq!(scene((0, 0), (0, 0), u64::MAX).judge().map_err(|breach| breach.limit), Err(Limit::PortfolioHealth));

    let mut nothing_owed = scene((0, 0), (0, 0), u64::MAX);
    for side in [&mut nothing_owed.before, &mut nothing_owed.after] {
        side.levers.iter_mut().for_each(|lever| lever.debt_assets = 0);
    }
    assert_eq!(nothing_owed.judge(), Ok(()), "nothing is owed");
    for side in [&mut nothing_owed.before, &mut nothing_owed.after] {
        side.levers.clear();
    }
    let listed = nothing_owed.states().into_iter().any(|state| state.limit == Limit::PortfolioHealth);
    assert!(!listed, "nobody may owe: there is nothing to say");
}

#[test]
fn a_position_that_does_not_say_what_it_owes_stops_no_deleveraging_elsewhere() {
    let scene = |other: (u128, u128), before, after| {
        let mut scene = levered(before, after);
        scene.health_wad = FLOOR_WAD;
        for side in [&mut scene.before, &mut scene.after] {
            (side.levers[0].backing_assets, side.levers[0].debt_assets) = other;
        }
        scene.reversed()
    };
    let (silent, breach) = ((0, u128::MAX), |value: u128| {
        let on = Subject::Portfolio;
        Err(Breach { limit: Limit::PortfolioHealth, on, value: percent(value), bound: percent(150) })
    });

    assert_eq!(scene(silent, (140, 100), (85, 60)).judge(), Ok(()), "another repays");
    assert_eq!(scene(silent, (300, 200), (150, 100)).judge(), Ok(()), "money comes out of another");
    let mut no_own_floor = scene(silent, (150, 100), (149, 100));
    for side in [&mut no_own_floor.before, &mut no_own_floor.after] {
        side.levers[1].floor_wad = 0;
    }
    assert_eq!(no_own_floor.judge(), breach(149), "what is said still counts");
}

#[test]
fn improvement() {
    let scene = |before, after| {
        let mut scene = Scene::open();
        scene.flow.income_assets = Some((before, after));
        scene
    };
    let breach = |value: u128| {
        let on = Subject::Portfolio;
        Err(Breach { limit: Limit::Improvement, on, value: U256::from(value), bound: U256::from(51) })
    };
    let mending = |before, after| {
        let mut scene = scene(before, after);
        scene.caps = vec![Cap { absolute_assets: 10, ..open_cap(1) }];
        (scene.before.exposures, scene.after.exposures) = (vec![20], vec![19]);
        scene
    };

    assert_eq!(scene(50, 51).judge(), Ok(()), "one unit more a year");
    assert_eq!(scene(50, 50).judge(), breach(50), "nothing more");
    assert_eq!(scene(50, 49).judge(), breach(49), "less");
    assert_eq!(scene(50, 0).reversed().judge(), Ok(()), "money to idle need not earn");
    assert_eq!(mending(50, 0).judge(), Ok(()), "a change that mends a limit need not earn");
    let mut unknown = scene(50, 0);
    unknown.flow.income_assets = None;
    assert_eq!(unknown.judge(), Ok(()), "a venue that does not say");
}

const DAY_SECS: u32 = 86_400;

/// A change of the value of one bond with so long to go, and half as much on a rung of its own.
fn bonds(term_secs: u32, before: u128, after: u128) -> Scene {
    let mut scene = Scene::open();
    let bond = |value_assets| Bond { value_assets, term_secs, ..Bond::default() };
    let later = Bond { position: 1, value_assets: 50, term_secs: 0, ..Bond::default() };
    (scene.before.bonds, scene.after.bonds) = (vec![bond(before), later], vec![bond(after), later]);
    scene
}

#[test]
fn duration_cap() {
    let scene = |before, after| Scene { band_secs: [0, 20], ..bonds(100, before, after) };
    let on = Subject::Portfolio;
    Row { limit: Limit::DurationCap, on, bound: 20, at_least: false, scene, stated: units }.holds_its_bound();
}

#[test]
fn rung_cap() {
    let scene = |before, after| Scene {
        ladder: vec![rung(1, 0, 10_000), rung(2, 0, 2_000)],
        ..bonds(DAY_SECS + 1, before, after)
    };
    let on = Subject::Rung(1);
    let stated = |value| U256::from(value * 100);
    Row { limit: Limit::RungCap, on, bound: 20, at_least: false, scene, stated }.holds_its_bound();
}

fn rung(until_days: u16, least_bps: u16, most_bps: u16) -> Rung {
    Rung { until_days, least_bps, most_bps }
}

/// Floors of what is held: at the bound a change passes, under it only one that comes nearer, or that brings money to idle.
#[track_caller]
fn holds_its_floor(limit: Limit, on: Subject<alloy_primitives::B256>, scene: fn(u128, u128) -> Scene) {
    let refused = |scene: Scene| scene.judge().map_err(|breach| (breach.limit, breach.on));

    assert_eq!(scene(21, 20).judge(), Ok(()), "at the bound");
    assert_eq!(refused(scene(21, 19)), Err((limit, on)), "one unit under");
    assert_eq!(scene(11, 12).judge(), Ok(()), "in breach, improving");
    assert_eq!(refused(scene(12, 11)), Err((limit, on)), "in breach, worsening");
    assert_eq!(refused(scene(11, 11)), Err((limit, on)), "in breach, staying");
    assert_eq!(scene(21, 0).reversed().judge(), Ok(()), "nobody is made to hold what he would sell");
}

#[test]
fn duration_floor() {
    let scene = |before, after| Scene { band_secs: [20, u32::MAX], ..bonds(100, before, after) };
    holds_its_floor(Limit::DurationFloor, Subject::Portfolio, scene);
}

#[test]
fn rung_floor() {
    let scene = |before, after| {
        let ladder = vec![rung(1, 0, 10_000), rung(2, 2_000, 10_000)];
        Scene { ladder, ..bonds(2 * DAY_SECS, before, after) }
    };
    holds_its_floor(Limit::RungFloor, Subject::Rung(1), scene);
}

#[test]
fn credit() {
    let scene = |before, after| {
        let mut scene = Scene::open();
        // A tenth of what counts against the second id is expected to be lost a year, and nothing of the first.
        scene.caps = vec![open_cap(1), open_cap(2)];
        scene.hazards = vec![Hazard::default(), Hazard { hazard_bps: 2_000, loss_bps: 5_000 }];
        scene.credit_wad = WAD / 5;
        (scene.before.exposures, scene.after.exposures) = (vec![9, before * 10], vec![9, after * 10]);
        scene
    };
    let on = Subject::Portfolio;
    Row { limit: Limit::Credit, on, bound: 20, at_least: false, scene, stated: percent }.holds_its_bound();
}

#[test]
fn purchase() {
    let scene = |paid_assets, face_assets, growth_wad| {
        let mut scene = bonds(100, 0, paid_assets);
        for bond in [&mut scene.before.bonds[0], &mut scene.after.bonds[0]] {
            bond.bought = Some(Purchase { paid_assets, face_assets, growth_wad });
        }
        scene
    };
    let growth_wad = growth_up(WAD / 20, 365 * DAY_SECS);
    let refused = |scene: Scene| scene.judge().map_err(|breach| (breach.limit, breach.on, breach.value, breach.bound));
    let breach = |value, bound| Err((Limit::Purchase, Subject::Position(0), U256::from(value), U256::from(bound)));

    assert_eq!(scene(100, 105, growth_wad).judge(), Ok(()), "at the yield that is asked for");
    assert_eq!(refused(scene(100, 104, growth_wad)), breach(WAD / 100 * 104, WAD / 100 * 105));
    assert_eq!(refused(scene(100, 104, growth_wad).reversed()), breach(WAD / 100 * 104, WAD / 100 * 105));
    assert_eq!(scene(100, 100, 0).judge(), Ok(()), "at par");
    assert_eq!(refused(scene(100, 99, 0)), breach(WAD / 100 * 99, WAD), "dearer than par");
}

#[test]
fn a_unit_grows_by_whole_years_and_by_the_rest_of_one() {
    let percent = u128::from(WAD / 100);
    let grown = |secs| growth_up(WAD / 10, secs);

    assert_eq!(grown(0), 100 * percent);
    assert_eq!(grown(365 * DAY_SECS / 2), 105 * percent);
    assert_eq!(grown(365 * DAY_SECS), 110 * percent);
    assert_eq!(grown(730 * DAY_SECS), 121 * percent);
    assert_eq!(growth_up(1, 1), u128::from(WAD) + 1, "rounded up");
}

#[test]
fn a_bond_lasts_its_term_by_one_and_its_yield_and_stands_on_the_last_rung_beyond_them() {
    let bond = Bond { value_assets: 10, term_secs: 110, rate_wad: WAD / 10, ..Bond::default() };
    assert_eq!(bond.duration_secs(), 100);

    let mut scene = bonds(9 * DAY_SECS, 0, 30);
    scene.ladder = vec![rung(1, 0, 10_000), rung(2, 0, 2_000)];
    assert_eq!(scene.judge().expect_err("three tenths").on, Subject::Rung(1));
}
