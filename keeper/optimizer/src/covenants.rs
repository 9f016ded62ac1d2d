//! What has a date, or a chance of not paying: duration, ladder and credit as bounds, floors as what they ask for.
//!
//! ```text
//! sum_i d_i x_i <= D * nav          d_i modified duration; counted in units of the longest
//! sum_{i on a rung} x_i <= part * nav                                       and at least another part
//! sum_i (sum of hazard * loss of its ids) x_i <= credit * nav               counted in units of the worst
//! ```
//!
//! A position that nothing moves keeps its mark: what bounds from above counts the mark where it is the higher value, and
//! what bounds from below where it is the lower.

use model::alloy_primitives::U256;
use model::units::{Assets, Wad};
use model::{Covenants, Curve, LimitKind, Position, Snapshot, mandate};

use crate::Settings;
use crate::portfolio::Limit;
use crate::programme::{Group, Weight};
use crate::statement::room;

const DAY_SECS: u32 = 86_400;

/// A least amount: what counts towards it, what is asked for and what counts now.
pub(crate) struct Floor {
    pub(crate) kind: LimitKind,
    pub(crate) members: Vec<usize>,
    pub(crate) parts: Vec<f64>,
    /// What the contracts ask for, in base units, rounded up.
    pub(crate) asked: Assets,
    pub(crate) now: f64,
}

impl Floor {
    /// The floor as a group: a part of the way from what counts now to what is asked for and the headroom; less where even
    /// the most of its members is less.
    pub(crate) fn group(&self, way: f64, upper: &[f64], settings: &Settings) -> Group {
        let asked = self.asked.to_f64();
        let whole = asked + (asked - room(self.asked, settings).to_f64());
        let most = self.members.iter().zip(&self.parts).map(|(member, part)| part * upper[*member]).sum::<f64>();
        let least = if self.now >= whole { whole } else { self.now + way * (whole - self.now) };
        let weights = self.parts.iter().map(|part| Weight::part(-part)).collect();
        Group { kind: self.kind, members: self.members.clone(), weights, bound: -least.min(most) }
    }

    /// What `amounts` count towards it.
    pub(crate) fn counted(&self, amounts: &[f64]) -> f64 {
        self.members.iter().zip(&self.parts).map(|(member, part)| part * amounts[*member]).sum()
    }
}

/// Whether the rules of purchases keep money out of a position: it yields less than the least, or no reference says what
/// that is.
pub(crate) fn is_barred(snapshot: &Snapshot, position: &Position) -> bool {
    let (Some(covenants), Some(bond)) = (&snapshot.covenants, position.bond) else { return false };
    let yields = position.reported_rate.unwrap_or_default();
    bond.maturity.is_some() && covenants.least_yield.is_none_or(|least| yields < least)
}

/// The most that may be bought of a bond in one go: at the least yield or better, its own impact counted, and within the slack of
/// its price. Nothing where it is no bond.
pub(crate) fn most_bought(snapshot: &Snapshot, position: &Position, curve: &Curve) -> Option<Assets> {
    let least = snapshot.covenants.as_ref().map_or(Some(Wad::ZERO), |covenants| covenants.least_yield);
    let term_secs = position.bond?.term_secs(snapshot.now());
    let growth = mandate::growth_up(least?.0.saturating_to(), term_secs);
    position.most_bought(curve, growth, snapshot.total_assets(), snapshot.now())
}

/// The covenants that bound from above.
pub(crate) fn limits(snapshot: &Snapshot, settings: &Settings) -> Vec<Limit> {
    let covenants = &covenants(snapshot);
    let nav = nav(snapshot, |position| position.value.min(position.marked));
    let behind = |position: &Position| position.marked.saturating_sub(position.value);
    let limit = |kind, members: Vec<usize>, parts: Vec<f64>, most: Assets| {
        let late = members.iter().zip(&parts);
        let late = late.map(|(place, part)| part * behind(&snapshot.positions[*place]).to_f64()).sum::<f64>();
        let exact = most.saturating_sub(Assets::from_f64_down(late.ceil()));
        let weights = parts.into_iter().map(Weight::part).collect();
        let bound = room(exact, settings).to_f64();
        Limit { group: Group { kind, members, weights, bound }, exact }
    };
    let mut limits = Vec::new();
    if let Some((members, parts, longest)) = durations(snapshot) {
        let most = of_down(nav, covenants.most_duration_secs.into(), longest.into());
        limits.push(limit(LimitKind::DurationCap, members, parts, most));
    }
    for (place, rung) in (0..).zip(&covenants.ladder) {
        let members = on_rung(snapshot, covenants, usize::from(place));
        if !members.is_empty() {
            let parts = vec![1.0; members.len()];
            let most = of_down(nav, rung.most_bps.into(), 10_000);
            limits.push(limit(LimitKind::RungCap { rung: place }, members, parts, most));
        }
    }
    if let Some((members, parts, worst)) = losses(snapshot, covenants) {
        // The contracts round what is expected of each id up.
        let most = covenants.credit.of_down(nav).saturating_sub(Assets::from(covenants.hazards.len() as u128));
        let most = Assets::from_f64_down(most.to_f64() / worst);
        limits.push(limit(LimitKind::Credit, members, parts, most));
    }
    limits
}

/// The covenants that bound from below.
pub(crate) fn floors(snapshot: &Snapshot) -> Vec<Floor> {
    let covenants = &covenants(snapshot);
    let nav = nav(snapshot, |position| position.value.max(position.marked));
    let ahead = |position: &Position| position.value.saturating_sub(position.marked);
    let values = snapshot.positions.iter().map(|position| position.value.to_f64()).collect::<Vec<_>>();
    let floor = |kind, members: Vec<usize>, parts: Vec<f64>, least: Assets| {
        let early = members.iter().zip(&parts);
        let early = early.map(|(place, part)| part * ahead(&snapshot.positions[*place]).to_f64()).sum::<f64>();
        let asked = least.saturating_add(Assets::from_f64_down(early.ceil()));
        let floor = Floor { kind, members, parts, asked, now: 0.0 };
        Floor { now: floor.counted(&values), ..floor }
    };
    let mut floors = Vec::new();
    if let Some((members, parts, longest)) = durations(snapshot).filter(|_| covenants.least_duration_secs > 0) {
        let least = of_up(nav, covenants.least_duration_secs.into(), longest.into());
        floors.push(floor(LimitKind::DurationFloor, members, parts, least));
    }
    for (place, rung) in (0..).zip(&covenants.ladder).filter(|(_, rung)| rung.least_bps > 0) {
        let members = on_rung(snapshot, covenants, usize::from(place));
        let parts = vec![1.0; members.len()];
        floors.push(floor(
            LimitKind::RungFloor { rung: place },
            members,
            parts,
            of_up(nav, rung.least_bps.into(), 10_000),
        ));
    }
    floors
}

/// What an expected loss takes of each place a year, by the hazards of all its ids.
pub(crate) fn expected_losses(snapshot: &Snapshot) -> Vec<f64> {
    let hazards = snapshot.covenants.iter().flat_map(|covenants| &covenants.hazards).collect::<Vec<_>>();
    let expected = |position: &Position| {
        let hazards = hazards.iter().filter(|hazard| position.risk_ids.contains(&hazard.risk_id));
        hazards.map(|hazard| hazard.expected_loss()).sum::<f64>()
    };
    snapshot.positions.iter().map(expected).collect()
}

/// What is allowed; no duration at all where governance never said anything, as on chain.
fn covenants(snapshot: &Snapshot) -> Covenants {
    snapshot.covenants.clone().unwrap_or_default()
}

/// The least net asset value that covenants are parts of, positions valued as told.
fn nav(snapshot: &Snapshot, of: fn(&Position) -> Assets) -> Assets {
    let all = snapshot.positions.iter().map(of).fold(snapshot.book.idle, Assets::saturating_add);
    all.min(snapshot.book.nav_least)
}

/// The modified duration of a position, in seconds; nothing of one without a date or a term.
pub(crate) fn duration_secs(snapshot: &Snapshot, position: &Position) -> Option<u32> {
    let bond = position.bond?;
    let (term_secs, rate_wad) = (bond.term_secs(snapshot.now()), bond.rate.0.saturating_to());
    Some(mandate::Bond { term_secs, rate_wad, ..mandate::Bond::default() }.duration_secs())
}

/// The places with a duration, each as a part of the longest, and that in seconds.
fn durations(snapshot: &Snapshot) -> Option<(Vec<usize>, Vec<f64>, u32)> {
    let duration = |position: &Position| duration_secs(snapshot, position).filter(|secs| *secs > 0);
    let places = snapshot.positions.iter().enumerate();
    let found = places.filter_map(|(place, position)| Some((place, duration(position)?)));
    let found = found.collect::<Vec<_>>();
    let longest = found.iter().map(|(_, secs)| *secs).max()?;
    let parts = found.iter().map(|(_, secs)| f64::from(*secs) / f64::from(longest)).collect();
    Some((found.into_iter().map(|(place, _)| place).collect(), parts, longest))
}

/// The places that stand on a rung; the last holds all that is later too.
fn on_rung(snapshot: &Snapshot, covenants: &Covenants, rung: usize) -> Vec<usize> {
    let stands = |position: &Position| {
        let term_secs = position.bond?.term_secs(snapshot.now());
        let reaches = |rung: &model::Rung| term_secs <= u32::from(rung.until_days).saturating_mul(DAY_SECS);
        Some(covenants.ladder.iter().position(reaches).unwrap_or(covenants.ladder.len().saturating_sub(1)))
    };
    let places = snapshot.positions.iter().enumerate();
    places.filter(|(_, position)| stands(position) == Some(rung)).map(|(place, _)| place).collect()
}

/// The places with an expected loss, each as a part of the worst, and that a year.
fn losses(snapshot: &Snapshot, covenants: &Covenants) -> Option<(Vec<usize>, Vec<f64>, f64)> {
    if covenants.hazards.is_empty() {
        return None;
    }
    let losses = expected_losses(snapshot);
    let worst = losses.iter().copied().fold(0.0, f64::max);
    let places = losses.iter().enumerate().filter(|(_, loss)| **loss > 0.0);
    let (members, parts): (Vec<_>, Vec<_>) = places.map(|(place, loss)| (place, loss / worst)).unzip();
    (worst > 0.0).then_some((members, parts, worst))
}

fn of_down(assets: Assets, part: u64, whole: u64) -> Assets {
    Assets(model::math::mul_div_down(assets.0, U256::from(part), U256::from(whole)).unwrap_or(U256::MAX))
}

fn of_up(assets: Assets, part: u64, whole: u64) -> Assets {
    Assets(model::math::mul_div_up(assets.0, U256::from(part), U256::from(whole)).unwrap_or(U256::MAX))
}
