//! Each limit by name: at its bound a change passes, one unit over it is refused with exactly that breach, what starts in
//! breach passes when it improves and fails when it worsens.

use alloy_primitives::U256;
use tenor_mandate::{Breach, Cap, Level, Limit, Stake, Subject};

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
