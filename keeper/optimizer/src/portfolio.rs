//! The limits of a portfolio, each as a bound on a weighted sum of real values.
//!
//! The book may lag behind the real values: caps take the lower of both for every position, floor and cover the higher, and
//! a position ahead of its mark counts as payable at once only as far as the book has it.

use model::alloy_primitives::U256;
use model::units::{Assets, Wad};
use model::{LimitKind, Mandate, Position, Snapshot};

use crate::Settings;
use crate::covenants;
use crate::programme::{Group, Weight};
use crate::statement::{risk_id, room};

/// A limit that a portfolio may break already.
pub(crate) struct Limit {
    /// The limit, its bound less the headroom.
    pub(crate) group: Group,
    /// Its whole bound, in base units, rounded down.
    pub(crate) exact: Assets,
}

/// Every such limit that some position counts against.
pub(crate) fn limits(snapshot: &Snapshot, settings: &Settings) -> Vec<Limit> {
    let mandate = Mandate::of(snapshot);
    let total = snapshot.total_assets();
    // Only what moves is marked: one position may count by its mark beside another by its value.
    let nav = |of: fn(&Position) -> Assets| {
        snapshot.positions.iter().map(of).fold(snapshot.book.idle, Assets::saturating_add)
    };
    let lower_nav = nav(|position| position.value.min(position.marked));
    let higher_nav = nav(|position| position.value.max(position.marked));
    let places = snapshot.positions.len();
    let limit = |kind, members: Vec<usize>, weights: Vec<Weight>, exact: Assets| {
        let bound = room(exact, settings).to_f64();
        Limit { group: Group { kind, members, weights, bound }, exact }
    };
    let whole =
        |kind, members: &[usize], exact| limit(kind, members.to_vec(), vec![Weight::WHOLE; members.len()], exact);

    // Money that has not stayed for an epoch may leave as it came: it stays idle, and the floor is beside it.
    let counted = snapshot.book.nav_least.min(higher_nav);
    let old = total.saturating_sub(higher_nav.saturating_sub(counted));
    let all = (0..places).collect::<Vec<_>>();
    let invested = old.saturating_sub(part_up(snapshot.parameters.liquidity_floor, counted));
    let mut limits = vec![whole(LimitKind::Budget, &all, invested)];

    let cover = snapshot.parameters.liquidity_cover;
    let slow = mandate.instant_bps().iter().map(|bps| Weight::part(1.0 - f64::from(*bps) / 1e4)).collect::<Vec<_>>();
    if !cover.is_zero() && slow.iter().any(|weight| weight.at(1.0) > 0.0) {
        let ahead = |position: &Position| position.value.saturating_sub(position.marked);
        let ahead = snapshot.positions.iter().map(ahead).fold(Assets::ZERO, Assets::saturating_add);
        let kept = part_up(cover, counted).saturating_add(ahead);
        limits.push(limit(LimitKind::LiquidityCover, all, slow, old.saturating_sub(kept)));
    }
    for (cap, members) in mandate.caps() {
        if members.is_empty() {
            continue;
        }
        let risk_id = risk_id(cap);
        // A position that nothing moves keeps its mark, though it is worth less by now.
        let behind = |place: &usize| {
            let position = &snapshot.positions[*place];
            position.marked.saturating_sub(position.value)
        };
        let behind = members.iter().map(behind).fold(Assets::ZERO, Assets::saturating_add);
        let absolute = Assets::from(cap.absolute_assets).saturating_sub(behind);
        let relative = Wad(U256::from(cap.relative_wad)).of_down(lower_nav.min(snapshot.book.nav_least));
        let relative = relative.saturating_sub(behind);
        limits.push(whole(LimitKind::AbsoluteCap { risk_id }, members, absolute));
        limits.push(whole(LimitKind::RelativeCap { risk_id }, members, relative));
    }
    limits.extend(covenants::limits(snapshot, settings));
    for (place, position) in snapshot.positions.iter().enumerate() {
        if let Some(most) = deepest(position) {
            limits.push(whole(LimitKind::VenueDepth { position: position.index }, &[place], most));
        }
    }
    limits
}

fn part_up(part: Wad, assets: Assets) -> Assets {
    Assets(model::math::mul_div_up(part.0, assets.0, Wad::ONE.0).unwrap_or(U256::MAX))
}

/// The most that a position can be to stay its part of a venue that grows with it: `x <= w * (others + x)`.
fn deepest(position: &Position) -> Option<Assets> {
    let (depth, part) = (position.depth?, position.terms.depth_bps);
    let rest = 10_000_u16.checked_sub(part).filter(|rest| *rest > 0)?;
    let others = depth.saturating_sub(position.value);
    Some(Assets(model::math::mul_div_down(others.0, U256::from(part), U256::from(rest)).unwrap_or(U256::MAX)))
}
