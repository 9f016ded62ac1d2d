//! Which changes add risk: pure comparisons of a parameter before and after.

use book::{Breaker, Cap, Grant, Holding, Terms};
use gate::Effect;

/// Returns the effect of other terms of a position. Another slack adds risk whichever way it goes: by less of it the
/// keeper is charged with less and exits receive more than may be there, by more of it exits receive less, and by the
/// first exits do not force the position any more.
pub(crate) fn of_terms(before: &Holding, after: &Holding) -> Effect {
    Effect::adds_or_relieves(
        after.instant_bps > before.instant_bps
            || after.depth_bps > before.depth_bps
            || after.slack_bps != before.slack_bps,
    )
}

/// Returns the effect of other caps; one that was never set is zero, and to give it a place in the table is not a
/// guardian's business: room there is never given back.
pub(crate) fn of_caps(before: Option<&Cap>, absolute_assets: u128, relative_wad: u64) -> Effect {
    match before {
        Some(cap) => Effect::adds_or_relieves(absolute_assets > cap.absolute_assets || relative_wad > cap.relative_wad),
        None => Effect::adds_if(absolute_assets > 0 || relative_wad > 0),
    }
}

/// Returns the effect of other budgets.
pub(crate) fn of_budgets(before: &Terms, after: &Terms) -> Effect {
    Effect::adds_if(after.loss_wad > before.loss_wad || after.turnover_wad > before.turnover_wad)
}

/// Returns the effect of another liquidity floor and cover.
pub(crate) fn of_liquidity(before: &Terms, after: &Terms) -> Effect {
    Effect::adds_or_relieves(
        after.liquidity_floor_wad < before.liquidity_floor_wad
            || after.liquidity_cover_wad < before.liquidity_cover_wad,
    )
}

/// Returns the effect of another grant: one that is wider in any field adds risk. An expired one is zero everywhere.
pub(crate) fn of_grant(before: &Grant, after: &Grant, now_secs: u32) -> Effect {
    let (before, after) = (alive(before, now_secs), alive(after, now_secs));
    Effect::adds_or_relieves(
        after.positions & !before.positions != 0
            || after.turnover_wad > before.turnover_wad
            || after.loss_wad > before.loss_wad
            || after.expiry_secs > before.expiry_secs,
    )
}

/// Returns the effect of another breaker, of which nothing was seen yet, what was seen of the present one left aside:
/// what trips an id may be set where nothing did, and is not to be changed unseen.
pub(crate) fn of_breaker(before: &Breaker, after: &Breaker) -> Effect {
    Effect::adds_if(before.is_set() && unarmed(before) != *after)
}

/// Returns a grant's scope as it can be used: none of one that has expired or covers nothing.
pub(crate) fn alive(grant: &Grant, now_secs: u32) -> Grant {
    if grant.positions != 0 && now_secs <= grant.expiry_secs {
        return *grant;
    }
    Grant { positions: 0, expiry_secs: 0, turnover_wad: 0, loss_wad: 0, ..*grant }
}

/// Returns a breaker of which no condition was seen.
pub(crate) fn unarmed(breaker: &Breaker) -> Breaker {
    Breaker { armed_position: 0, armed_condition: 0, armed_at_secs: 0, ..*breaker }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u32 = 1_000;

    fn terms(instant_bps: u16, depth_bps: u16, slack_bps: u16) -> Effect {
        let before = Holding { instant_bps: 50, depth_bps: 50, slack_bps: 50, ..Holding::default() };
        of_terms(&before, &Holding { instant_bps, depth_bps, slack_bps, ..before })
    }

    fn caps(absolute_assets: u128, relative_wad: u64) -> Effect {
        let before = Cap { absolute_assets: 50, relative_wad: 50, ..Cap::default() };
        of_caps(Some(&before), absolute_assets, relative_wad)
    }

    fn of(loss_wad: u64, turnover_wad: u64, liquidity_floor_wad: u64, liquidity_cover_wad: u64) -> Terms {
        Terms { loss_wad, turnover_wad, liquidity_floor_wad, liquidity_cover_wad }
    }

    fn grant(positions: u64, turnover_wad: u64, loss_wad: u64, expiry_secs: u32) -> Grant {
        Grant { positions, turnover_wad, loss_wad, expiry_secs, ..Grant::default() }
    }

    #[test]
    fn terms_add_risk_in_each_respect_alone_and_mixed() {
        for adds in [terms(51, 50, 50), terms(50, 51, 50), terms(50, 50, 49), terms(50, 50, 51), terms(0, 0, 49)] {
            assert_eq!(adds, Effect::Adds);
        }
        assert_eq!((terms(50, 50, 50), terms(49, 0, 50)), (Effect::Relieves, Effect::Relieves));
    }

    #[test]
    fn another_slack_adds_risk_whichever_way_it_goes() {
        let with = |slack_bps| Holding { slack_bps, ..Holding::default() };

        assert_eq!(of_terms(&with(0), &with(1)), Effect::Adds);
        assert_eq!(of_terms(&with(1), &with(2)), Effect::Adds);
        assert_eq!(of_terms(&with(2), &with(1)), Effect::Adds);
        assert_eq!(of_terms(&with(0), &with(0)), Effect::Relieves);
    }

    #[test]
    fn caps_add_risk_in_each_respect_alone_and_mixed() {
        assert_eq!([caps(51, 50), caps(50, 51), caps(0, 51), caps(51, 0)], [Effect::Adds; 4]);
        assert_eq!([caps(50, 50), caps(49, 50), caps(0, 0)], [Effect::Relieves; 3]);
    }

    #[test]
    fn a_first_cap_adds_risk_unless_it_is_zero() {
        assert_eq!(of_caps(None, 1, 0), Effect::Adds);
        assert_eq!(of_caps(None, 0, 1), Effect::Adds);
        assert_eq!(of_caps(None, 0, 0), Effect::Neutral);
    }

    #[test]
    fn budgets_and_liquidity_add_risk_in_each_respect_alone_and_mixed() {
        let before = of(5, 5, 5, 5);
        assert_eq!(of_budgets(&before, &of(6, 0, 0, 0)), Effect::Adds);
        assert_eq!(of_budgets(&before, &of(0, 6, 0, 0)), Effect::Adds);
        assert_eq!(of_budgets(&before, &of(5, 4, 0, 0)), Effect::Neutral);
        assert_eq!(of_liquidity(&before, &of(0, 0, 4, 9)), Effect::Adds);
        assert_eq!(of_liquidity(&before, &of(0, 0, 9, 4)), Effect::Adds);
        assert_eq!(of_liquidity(&before, &of(9, 9, 5, 6)), Effect::Relieves);
    }

    #[test]
    fn a_grant_that_is_wider_in_any_field_adds_risk() {
        let before = grant(0b0110, 5, 5, NOW + 5);
        for wider in [
            grant(0b1110, 5, 5, NOW + 5),
            grant(0b0001, 0, 0, NOW),
            grant(0b0110, 6, 5, NOW + 5),
            grant(0b0110, 5, 6, NOW + 5),
            grant(0b0010, 0, 0, NOW + 6),
        ] {
            assert_eq!(of_grant(&before, &wider, NOW), Effect::Adds);
        }
        for narrower in [before, grant(0b0010, 5, 4, NOW + 5), grant(0, 9, 9, NOW + 9), grant(0b1110, 9, 9, NOW - 1)] {
            assert_eq!(of_grant(&before, &narrower, NOW), Effect::Relieves);
        }
    }

    #[test]
    fn a_grant_that_has_expired_is_zero_everywhere() {
        let expired = grant(u64::MAX, 5, 5, NOW);

        assert_eq!(of_grant(&expired, &grant(1, 0, 0, NOW), NOW), Effect::Relieves, "its last second");
        assert_eq!(of_grant(&expired, &grant(1, 0, 0, NOW + 1), NOW + 1), Effect::Adds);
        assert_eq!(of_grant(&Grant::default(), &grant(1, 0, 0, NOW), NOW), Effect::Adds);
    }

    #[test]
    fn a_breaker_is_set_at_once_and_changed_slowly_and_what_was_seen_is_no_change() {
        let set = Breaker { trip_secs: 7, armed_condition: 3, armed_at_secs: 9, ..Breaker::default() };

        assert_eq!(of_breaker(&Breaker::default(), &set), Effect::Neutral);
        assert_eq!(of_breaker(&set, &unarmed(&set)), Effect::Neutral);
        assert_eq!(of_breaker(&set, &Breaker { trip_secs: 8, ..set }), Effect::Adds);
        assert_eq!(of_breaker(&set, &Breaker::default()), Effect::Adds);
    }
}
