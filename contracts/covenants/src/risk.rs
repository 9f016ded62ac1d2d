//! Which changes add risk: pure comparisons of a parameter before and after.

use book::{Agreed, Holding, Rescue};
use gate::Effect;
use mandate::{Hazard, Rung};

/// Returns the effect of another band of the duration.
pub(crate) fn of_duration(before: &Agreed, after: &Agreed) -> Effect {
    Effect::adds_or_relieves(
        after.least_duration_secs < before.least_duration_secs || after.most_duration_secs > before.most_duration_secs,
    )
}

/// Returns the effect of another ladder. The first one takes risk away: without any, nothing is bounded by it; but what
/// may be on a rung is room, and rungs cannot be compared where their dates differ.
pub(crate) fn of_ladder(before: &[Rung], after: &[Rung]) -> Effect {
    let is_wider = |(was, is): (&Rung, &Rung)| {
        is.until_days != was.until_days || is.least_bps < was.least_bps || is.most_bps > was.most_bps
    };
    let adds = before.len() != after.len() || before.iter().zip(after).any(is_wider);
    Effect::adds_or_relieves(adds && !before.is_empty())
}

/// Returns the effect of another hazard: whoever expects less allows more.
pub(crate) fn of_hazard(before: &Hazard, after: &Hazard) -> Effect {
    Effect::adds_or_relieves(after.hazard_bps < before.hazard_bps || after.loss_bps < before.loss_bps)
}

/// Returns the effect of other terms of purchases. Another reference adds risk whatever it says now; one where there was
/// none only forbids.
pub(crate) fn of_purchases(before: &Agreed, after: &Agreed) -> Effect {
    let is_first = before.reference.is_zero();
    let is_same = (before.reference, before.max_age_secs) == (after.reference, after.max_age_secs);
    let is_wider = !is_first && (!is_same || after.spread_bps > before.spread_bps);
    Effect::adds_or_relieves(is_wider || after.yield_bps < before.yield_bps)
}

/// Returns the effect of other thresholds of health. A higher soft one alone takes risk away: more is refused to the
/// keeper. The others cost something either way: by a higher hard threshold, a larger or more frequent chunk strangers
/// may sell more, by lower ones they may save less.
pub(crate) fn of_thresholds(before: (&Holding, &Rescue), after: (&Holding, &Rescue)) -> Effect {
    let soft_bps = after.0.soft_bps;
    let is_raised = soft_bps >= before.0.soft_bps;
    Effect::adds_or_relieves(!is_raised || (&Holding { soft_bps, ..*before.0 }, before.1) != after)
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use alloy_primitives::Address;

    use super::*;

    #[test]
    fn thresholds_add_risk_in_every_respect_but_a_higher_soft_one() {
        let holding = Holding { target_bps: 50, soft_bps: 40, hard_bps: 30, ..Holding::default() };
        let rescue =
            Rescue { chunk_assets: 9, cooldown_secs: 9, slip_bps: 9, reward_bps: 9, level_assets: 9, at_secs: 9 };
        let effect = |after: Holding, next: Rescue| of_thresholds((&holding, &rescue), (&after, &next));

        for soft_bps in [40, 41, 50] {
            assert_eq!(effect(Holding { soft_bps, ..holding }, rescue), Effect::Relieves);
        }
        for by in [-1_i32, 1] {
            let moved = |bps: u16| u16::try_from(i32::from(bps) + by).expect("small");
            let target = Holding { target_bps: moved(50), ..holding };
            let hard = Holding { hard_bps: moved(30), soft_bps: 41, ..holding };
            assert_eq!([effect(target, rescue), effect(hard, rescue)], [Effect::Adds; 2]);
            let of = |next| effect(holding, next);
            let chunk = of(Rescue { chunk_assets: moved(9).into(), ..rescue });
            let cooldown = of(Rescue { cooldown_secs: moved(9).into(), ..rescue });
            let slip = of(Rescue { slip_bps: moved(9), ..rescue });
            let reward = of(Rescue { reward_bps: moved(9), ..rescue });
            assert_eq!([chunk, cooldown, slip, reward], [Effect::Adds; 4]);
        }
        assert_eq!(effect(Holding { soft_bps: 39, ..holding }, rescue), Effect::Adds);
        let none = (&Holding::default(), &Rescue::default());
        assert_eq!(of_thresholds(none, (&holding, &rescue)), Effect::Adds);
    }

    #[test]
    fn a_band_adds_risk_where_it_is_wider_on_either_side() {
        let of = |least_duration_secs, most_duration_secs| Agreed {
            least_duration_secs,
            most_duration_secs,
            ..Agreed::default()
        };
        let effect = |least, most| of_duration(&of(5, 9), &of(least, most));

        assert_eq!([effect(4, 9), effect(5, 10), effect(4, 8), effect(6, 10)], [Effect::Adds; 4]);
        assert_eq!([effect(5, 9), effect(6, 8)], [Effect::Relieves; 2]);
    }

    #[test]
    fn a_ladder_adds_risk_unless_it_is_the_first_or_nowhere_wider() {
        let rung = |until_days, least_bps, most_bps| Rung { until_days, least_bps, most_bps };
        let before = [rung(30, 5, 9), rung(60, 0, 4)];

        assert_eq!(of_ladder(&[], &before), Effect::Relieves);
        assert_eq!(of_ladder(&before, &[rung(30, 6, 8), rung(60, 0, 4)]), Effect::Relieves);
        for wider in [
            vec![],
            vec![before[0]],
            vec![rung(31, 5, 9), before[1]],
            vec![rung(30, 4, 9), before[1]],
            vec![rung(30, 5, 10), before[1]],
            vec![before[0], rung(60, 1, 5)],
        ] {
            assert_eq!(of_ladder(&before, &wider), Effect::Adds, "{wider:?}");
        }
    }

    #[test]
    fn whoever_expects_less_adds_risk() {
        let of = |hazard_bps, loss_bps| Hazard { hazard_bps, loss_bps };

        assert_eq!(of_hazard(&of(5, 5), &of(4, 9)), Effect::Adds);
        assert_eq!(of_hazard(&of(5, 5), &of(9, 4)), Effect::Adds);
        assert_eq!(of_hazard(&of(5, 5), &of(5, 6)), Effect::Relieves);
    }

    #[test]
    fn laxer_purchases_and_another_reference_add_risk() {
        let one = Address::repeat_byte(1);
        let before = Agreed { yield_bps: 5, spread_bps: 5, max_age_secs: 60, reference: one, ..Agreed::default() };
        let effect = |after| of_purchases(&before, &after);

        assert_eq!(effect(Agreed { yield_bps: 6, spread_bps: 4, ..before }), Effect::Relieves);
        for laxer in [
            Agreed { yield_bps: 4, ..before },
            Agreed { spread_bps: 6, ..before },
            Agreed { reference: Address::ZERO, ..before },
            Agreed { reference: Address::repeat_byte(2), ..before },
            Agreed { max_age_secs: 61, ..before },
        ] {
            assert_eq!(effect(laxer), Effect::Adds);
        }
        let none = Agreed { yield_bps: 5, ..Agreed::default() };
        assert_eq!(of_purchases(&none, &before), Effect::Relieves, "the first one only forbids");
    }
}
