//! Random changes against the slow reference, and the edges by hand.

use alloy_primitives::U256;
use proptest::{collection::vec, prelude::*};
use tenor_mandate::{
    Bond, Breach, Budgets, Cap, Covenants, Flow, Hazard, Level, Lever, Limit, Parameters, Portfolio, Purchase, Rung,
    Stake, Subject, check, exposures, judge, judge_covenants,
};

use crate::{
    reference,
    scene::{HALF, Scene, Side, WAD, id, open_cap},
};

/// Amounts that meet each other and their bounds often.
fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![
        4 => 0..20_u128,
        1 => Just(u128::MAX),
        1 => any::<u128>(),
        2 => (0..20_u128).prop_map(|n| n * u128::from(WAD)),
        2 => (0..20_u128, 0..3_u128).prop_map(|(n, off)| (n << 64) + off),
    ]
}

fn fraction() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(WAD), Just(HALF), 0..=WAD, any::<u64>()]
}

fn side(caps: usize) -> impl Strategy<Value = Side> {
    // One exposure less than there are caps now and then.
    (amount(), amount(), amount(), amount(), vec(amount(), caps.saturating_sub(1)..=caps)).prop_map(
        |(nav, least_nav, idle, instant, exposures)| Side {
            nav,
            least_nav,
            idle,
            instant,
            exposures,
            stakes: vec![],
            levers: vec![],
            bonds: vec![],
        },
    )
}

fn cap() -> impl Strategy<Value = Cap> {
    (0..250_u8, amount(), fraction(), any::<bool>()).prop_map(|(number, absolute_assets, relative_wad, is_tripped)| {
        Cap { id: id(number), absolute_assets, relative_wad, is_tripped }
    })
}

fn level() -> impl Strategy<Value = Level> {
    (amount(), amount()).prop_map(|(used_assets, capacity_assets)| Level { used_assets, capacity_assets })
}

fn budgets() -> impl Strategy<Value = Budgets> {
    prop_oneof![
        2 => Just(Budgets::UNBOUNDED),
        1 => (level(), level(), level(), level())
            .prop_map(|(loss, turnover, grant_loss, grant_turnover)| Budgets { loss, turnover, grant_loss, grant_turnover }),
    ]
}

fn flow() -> impl Strategy<Value = Flow> {
    let amount = || prop_oneof![Just(0), amount()];
    (amount(), amount(), any::<(bool, bool, bool)>(), 0..16_u64, proptest::option::of((amount(), amount()))).prop_map(
        |(loss_assets, turnover_assets, (invests, ventures, rescues), invested_mask, income_assets)| Flow {
            loss_assets,
            turnover_assets,
            invests,
            ventures: invests && ventures,
            rescues: !invests && rescues,
            invested_mask,
            income_assets,
        },
    )
}

/// Both sides of the same stakes.
fn stakes() -> impl Strategy<Value = (Vec<Stake>, Vec<Stake>)> {
    vec((any::<u8>(), fraction(), [amount(), amount(), amount(), amount()]), 0..3).prop_map(|stakes| {
        let stake = |(position, depth_wad, [value, depth, value_after, depth_after]): (u8, u64, [u128; 4])| {
            let side = |value_assets, depth_assets| Stake { position, value_assets, depth_assets, depth_wad };
            (side(value, depth), side(value_after, depth_after))
        };
        stakes.into_iter().map(stake).unzip()
    })
}

/// What secures a debt, and the debt: anything, healthy by little, or an adapter that does not say.
fn secured() -> impl Strategy<Value = (u128, u128)> {
    prop_oneof![
        4 => (amount(), prop_oneof![Just(0), amount()]),
        3 => (0..4_u128, 0..20_u128).prop_map(|(off, debt)| (debt + off, debt)),
        1 => Just((0, u128::MAX)),
    ]
}

/// Both sides of the same levers. In one of two what secures a debt and the debt move by little and together, so that the
/// ratio decides.
fn levers() -> impl Strategy<Value = (Vec<Lever>, Vec<Lever>)> {
    let floor = || prop_oneof![3 => fraction(), 2 => WAD..2 * WAD, 1 => Just(u64::MAX)];
    let after = || prop_oneof![Just(None), (0..4_u128, 0..4_u128).prop_map(Some)];
    vec((any::<u8>(), floor(), secured(), secured(), after()), 0..3).prop_map(|levers| {
        let lever = |(position, floor_wad, before, other, little): (u8, u64, (u128, u128), (u128, u128), Option<_>)| {
            let side = |(backing_assets, debt_assets)| Lever { position, backing_assets, debt_assets, floor_wad };
            let less = |(sold, repaid)| (before.0.saturating_sub(sold), before.1.saturating_sub(repaid));
            (side(before), side(little.map_or(other, less)))
        };
        levers.into_iter().map(lever).unzip()
    })
}

/// Terms that meet the ends of rungs often.
fn term() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), (0..5_u32, 0..3_u32).prop_map(|(days, off)| days * 86_400 + off), any::<u32>()]
}

/// Both sides of the same bonds; what was bought of them is the same on both.
fn bonds() -> impl Strategy<Value = (Vec<Bond>, Vec<Bond>)> {
    let bought = || {
        (amount(), amount(), prop_oneof![WAD..2 * WAD, any::<u64>()]).prop_map(|(paid_assets, face_assets, growth)| {
            Purchase { paid_assets, face_assets, growth_wad: growth.into() }
        })
    };
    vec((any::<u8>(), [amount(), amount()], term(), fraction(), proptest::option::of(bought())), 0..3).prop_map(
        |bonds| {
            let bond = |(position, [before, after], term_secs, rate_wad, bought): (u8, [u128; 2], u32, u64, _)| {
                let side = |value_assets| Bond { position, value_assets, term_secs, rate_wad, bought };
                (side(before), side(after))
            };
            bonds.into_iter().map(bond).unzip()
        },
    )
}

/// Band, ladder, credit.
type Agreed = ([u32; 2], Vec<Rung>, u64, Vec<Hazard>);

fn covenants(caps: usize) -> impl Strategy<Value = Agreed> {
    let rung = (0..4_u16, [0..10_001_u16, 0..10_001_u16]);
    let rung = rung.prop_map(|(until_days, [least_bps, most_bps])| Rung { until_days, least_bps, most_bps });
    let hazard = (0..4_u16, any::<u16>()).prop_map(|(hazard_bps, loss_bps)| Hazard { hazard_bps, loss_bps });
    ([term(), term()], vec(rung, 0..3), fraction(), vec(hazard, 0..=caps))
}

/// A change; in one of three the portfolio before is nearly the one after, so that nearness decides.
fn scene() -> impl Strategy<Value = Scene> {
    (0..4_usize)
        .prop_flat_map(|caps| {
            let sides = (side(caps), side(caps), 0..3_u8, 0..6_usize, amount());
            let levers = (levers(), any::<bool>(), fraction());
            let dated = (bonds(), proptest::option::of(covenants(caps)));
            let fractions = (fraction(), fraction());
            (sides, stakes(), levers, dated, vec(cap(), caps), flow(), budgets(), fractions)
        })
        .prop_map(|((before, other, kin, field, value), stakes, levers, dated, caps, flow, budgets, fractions)| {
            let mut after = if kin == 0 { before.clone() } else { other };
            let exposure = after.exposures.first_mut();
            match field {
                0 => after.nav = value,
                1 => after.least_nav = value,
                2 => after.idle = value,
                3 => after.instant = value,
                _ => exposure.into_iter().for_each(|exposure| *exposure = value),
            }
            let (levers, turned, health_wad) = levers;
            let (floor_wad, cover_wad) = fractions;
            let mut scene =
                Scene { before, after, flow, budgets, caps, floor_wad, cover_wad, health_wad, ..Scene::open() };
            let (bonds, agreed) = dated;
            (scene.before.bonds, scene.after.bonds) = bonds;
            if let Some(agreed) = agreed {
                (scene.band_secs, scene.ladder, scene.credit_wad, scene.hazards) = agreed;
            }
            (scene.before.stakes, scene.after.stakes) = stakes;
            // Less is owed after it, or before it.
            let (more, less) = levers;
            (scene.before.levers, scene.after.levers) = if turned { (less, more) } else { (more, less) };
            scene
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn a_change_is_judged_as_the_slow_reference_judges_it(scene in scene()) {
        prop_assert_eq!(scene.judge(), reference::judge(&scene));
    }

    #[test]
    fn a_verdict_names_what_was_broken_and_what_still_is(scene in scene()) {
        let (before, after, parameters) = (scene.before.portfolio(), scene.after.portfolio(), scene.parameters());

        let verdict = judge_covenants(&before, &after, &scene.flow, &parameters).and_then(|covenants| {
            judge(&before, &after, &scene.flow, &scene.budgets, &parameters, covenants)
        });
        if let Ok(verdict) = verdict {
            let broken = |side| reference::broken(&scene, side);
            prop_assert_eq!(verdict.broken_before, broken(&scene.before));
            prop_assert_eq!(verdict.broken_after, broken(&scene.after));
            prop_assert_eq!(verdict.mends, reference::mends(&scene));
        }
    }

    #[test]
    fn every_limit_is_listed_as_the_slow_reference_lists_it(scene in scene()) {
        let listed = scene.states();

        let found: Vec<_> = listed.iter().map(|state| (state.limit, state.on, state.value, state.holds)).collect();
        prop_assert_eq!(found, reference::states(&scene));
        for state in listed {
            let satisfied = match state.limit {
                Limit::LiquidityFloor | Limit::LiquidityCover => state.value >= state.bound,
                Limit::HealthFloor | Limit::PortfolioHealth | Limit::Improvement => state.value >= state.bound,
                Limit::DurationFloor | Limit::RungFloor | Limit::Purchase => state.value >= state.bound,
                _ => state.value <= state.bound,
            };
            prop_assert_eq!(satisfied, state.holds, "a value is rounded to the side that is not allowed: {:?}", state);
        }
    }

    #[test]
    fn what_stays_as_it_is_passes_on_the_way_to_idle_and_else_only_where_it_holds(mut scene in scene()) {
        scene.after = scene.before.clone();
        scene.flow = Flow::default();
        let bonds = scene.before.bonds.iter_mut().chain(&mut scene.after.bonds);
        bonds.for_each(|bond| bond.bought = None);
        prop_assert_eq!(scene.judge(), Ok(()), "a sign of life is never refused");

        scene.flow.invests = true;
        scene.budgets = Budgets::UNBOUNDED;
        prop_assert_eq!(scene.judge().is_ok(), scene.states().iter().all(|state| state.holds));
    }

    #[test]
    fn exposures_are_summed_under_every_bit(
        positions in vec((prop_oneof![0..1_000_u128, any::<u128>()], any::<u64>()), 0..12),
        caps in 0..64_usize,
    ) {
        let mut found = vec![7; caps];
        exposures(positions.iter().copied(), &mut found);

        for (bit, found) in found.into_iter().enumerate() {
            let counts = positions.iter().filter(|(_, mask)| mask >> bit & 1 == 1);
            prop_assert_eq!(found, counts.fold(0_u128, |sum, (value, _)| sum.saturating_add(*value)));
        }
    }
}

#[test]
fn the_first_breach_in_the_order_of_limits_is_the_one_reported() {
    let mut scene = Scene::open();
    let strict = |number| Cap { id: id(number), absolute_assets: 0, relative_wad: 0, is_tripped: true };
    scene.caps = vec![strict(1), strict(2)];
    scene.before.exposures = vec![0, 0];
    scene.after.exposures = vec![1, 1];
    (scene.floor_wad, scene.cover_wad) = (WAD, WAD);
    (scene.after.idle, scene.after.instant) = (0, 0);
    let stake = |value_assets| Stake { position: 4, value_assets, depth_assets: 10, depth_wad: 0 };
    (scene.before.stakes, scene.after.stakes) = (vec![stake(0)], vec![stake(1)]);
    let lever = |backing_assets| Lever { position: 5, backing_assets, debt_assets: 10, floor_wad: WAD };
    (scene.before.levers, scene.after.levers) = (vec![lever(11)], vec![lever(9)]);
    scene.health_wad = WAD + 1;
    let bought = Some(Purchase { paid_assets: 100, face_assets: 101, growth_wad: u128::from(WAD / 50 * 51) });
    let bond = |value_assets, term_secs| Bond { position: 6, value_assets, term_secs, rate_wad: 0, bought };
    // The second rung lacks something on both sides, and what is put on the first is too long and too much.
    (scene.before.bonds, scene.after.bonds) = (vec![bond(0, 86_400)], vec![bond(100, 86_400)]);
    scene.band_secs = [0, 86_399];
    let rung = |until_days, least_bps| Rung { until_days, least_bps, most_bps: 9_999 };
    scene.ladder = vec![rung(1, 0), rung(2, 1)];
    scene.hazards = vec![Hazard { hazard_bps: 10_000, loss_bps: 10_000 }];
    let none = Level { used_assets: 0, capacity_assets: 0 };
    scene.budgets = Budgets { loss: none, turnover: none, grant_loss: none, grant_turnover: none };
    scene.flow =
        Flow { loss_assets: 1, turnover_assets: 1, invests: true, income_assets: Some((1, 1)), ..Flow::default() };

    let mut refused = Vec::new();
    // Mends what is refused, one limit after another, until nothing is.
    while let Err(Breach { limit, on, .. }) = scene.judge() {
        refused.push((limit, on));
        let (index, after) = (usize::from(on == Subject::Risk(id(2))), &mut scene.after);
        match limit {
            Limit::AbsoluteCap => scene.caps[index].absolute_assets = 1,
            Limit::RelativeCap => scene.caps[index].relative_wad = WAD,
            Limit::LiquidityFloor => after.idle = 100,
            Limit::LiquidityCover => after.instant = 100,
            Limit::VenueDepth => after.stakes[0].value_assets = 0,
            Limit::LossBudget => scene.budgets.loss.capacity_assets = 1,
            Limit::TurnoverBudget => scene.budgets.turnover.capacity_assets = 1,
            Limit::GrantLoss => scene.budgets.grant_loss.capacity_assets = 1,
            Limit::GrantTurnover => scene.budgets.grant_turnover.capacity_assets = 1,
            Limit::Breaker => scene.caps[index].is_tripped = false,
            Limit::HealthFloor => after.levers[0].backing_assets = 10,
            Limit::PortfolioHealth => after.levers[0].backing_assets = 11,
            Limit::Improvement => scene.flow.income_assets = None,
            Limit::DurationCap => scene.band_secs[1] = 86_400,
            Limit::DurationFloor => panic!("nothing is asked for"),
            Limit::RungCap => scene.ladder[0].most_bps = 10_000,
            Limit::RungFloor => scene.ladder[1].least_bps = 0,
            Limit::Credit => scene.credit_wad = WAD,
            Limit::Purchase => {
                // What was bought is the same on both sides.
                let bonds = scene.before.bonds.iter_mut().chain(&mut scene.after.bonds);
                bonds.filter_map(|bond| bond.bought.as_mut()).for_each(|bought| bought.face_assets = 102);
            }
        }
    }

    let [first, second] = [1, 2].map(|number| Subject::Risk(id(number)));
    let expected = [
        (Limit::HealthFloor, Subject::Position(5)),
        (Limit::PortfolioHealth, Subject::Portfolio),
        (Limit::DurationCap, Subject::Portfolio),
        (Limit::RungCap, Subject::Rung(0)),
        (Limit::RungFloor, Subject::Rung(1)),
        (Limit::Credit, Subject::Portfolio),
        (Limit::Purchase, Subject::Position(6)),
        (Limit::AbsoluteCap, first),
        (Limit::AbsoluteCap, second),
        (Limit::RelativeCap, first),
        (Limit::RelativeCap, second),
        (Limit::LiquidityFloor, Subject::Portfolio),
        (Limit::LiquidityCover, Subject::Portfolio),
        (Limit::VenueDepth, Subject::Position(4)),
        (Limit::LossBudget, Subject::Portfolio),
        (Limit::TurnoverBudget, Subject::Portfolio),
        (Limit::GrantLoss, Subject::Portfolio),
        (Limit::GrantTurnover, Subject::Portfolio),
        (Limit::Breaker, first),
        (Limit::Breaker, second),
        (Limit::Improvement, Subject::Portfolio),
    ];
    assert_eq!(refused, expected);
    let (covenants, others) = refused.split_at(7);
    assert!([covenants, others].iter().all(|part| part.is_sorted_by_key(|(limit, _)| *limit as u8)));
}

#[test]
fn a_breach_carries_the_value_rounded_to_the_side_that_is_not_allowed() {
    let mut scene = Scene::open();
    scene.caps = vec![Cap { relative_wad: WAD / 3, ..open_cap(1) }];
    (scene.before.exposures, scene.after.exposures) = (vec![0], vec![1]);
    scene.after.least_nav = 3;

    let breach = scene.judge().expect_err("a third is over");

    assert_eq!(breach.limit, Limit::RelativeCap);
    assert_eq!((breach.value, breach.bound), (U256::from(WAD / 3 + 1), U256::from(WAD / 3)));
}

#[test]
fn nothing_at_all_holds_and_an_exposure_without_value_does_not() {
    let mut scene = Scene::open();
    (scene.before, scene.after) = (Side::default(), Side::default());
    scene.caps = vec![Cap { relative_wad: WAD, ..open_cap(1) }];
    (scene.floor_wad, scene.cover_wad) = (WAD, WAD);
    (scene.before.exposures, scene.after.exposures) = (vec![0], vec![0]);
    assert_eq!(scene.judge(), Ok(()));

    scene.after.exposures = vec![1];
    let breach = scene.judge().expect_err("infinite");
    assert_eq!((breach.limit, breach.value), (Limit::RelativeCap, U256::MAX));
}

#[test]
fn an_exposure_that_is_not_stated_counts_as_infinite() {
    let mut scene = Scene::open();
    scene.caps = vec![open_cap(1), Cap { absolute_assets: 10, ..open_cap(2) }];
    (scene.before.exposures, scene.after.exposures) = (vec![0], vec![0]);

    assert_eq!(scene.judge().expect_err("infinite").on, Subject::Risk(id(2)));
}

#[test]
fn a_loss_does_not_bring_a_floor_nearer() {
    let mut scene = Scene::open();
    scene.floor_wad = HALF;
    (scene.before.idle, scene.after.idle) = (10, 10);
    (scene.after.nav, scene.after.least_nav) = (90, 90);
    assert_eq!(scene.judge().expect_err("no idle money came").limit, Limit::LiquidityFloor);

    // Nor where half of the money is young, so that what is idle beyond it would seem to grow.
    (scene.before.least_nav, scene.after.least_nav) = (95, 90);
    assert_eq!(scene.judge().expect_err("no idle money came").limit, Limit::LiquidityFloor);
}

#[test]
fn a_deposit_loosens_no_relative_limit_until_it_has_stayed() {
    let mut scene = Scene::open();
    scene.caps = vec![Cap { relative_wad: HALF, ..open_cap(1) }];
    (scene.floor_wad, scene.cover_wad) = (HALF, HALF);
    // Of a hundred old units fifty are idle; nine hundred came today.
    for side in [&mut scene.before, &mut scene.after] {
        (side.nav, side.least_nav, side.exposures) = (1_000, 100, vec![50]);
        (side.idle, side.instant) = (950, 950);
    }
    assert_eq!(scene.judge(), Ok(()));

    for (limit, idle, instant, exposure) in [
        (Limit::RelativeCap, 950, 950, 51),
        (Limit::LiquidityFloor, 949, 950, 50),
        (Limit::LiquidityCover, 950, 949, 50),
    ] {
        (scene.after.idle, scene.after.instant, scene.after.exposures) = (idle, instant, vec![exposure]);

        assert_eq!(scene.judge().map_err(|breach| breach.limit), Err(limit));
    }
}

#[test]
fn ids_may_be_anything() {
    let caps = [Cap { id: 7_u8, ..Cap::default() }];
    let parameters = Parameters {
        caps: &caps,
        liquidity_floor_wad: 0,
        liquidity_cover_wad: 0,
        health_floor_wad: 0,
        covenants: Covenants::default(),
    };
    let portfolio = |exposures_assets| Portfolio { nav_assets: 9, exposures_assets, ..Portfolio::default() };
    let flow = Flow { invests: true, ..Flow::default() };

    let found = check(&portfolio(&[0]), &portfolio(&[1]), &flow, &Budgets::UNBOUNDED, &parameters);

    assert_eq!(found.expect_err("never set").on, Subject::Risk(7));
}
