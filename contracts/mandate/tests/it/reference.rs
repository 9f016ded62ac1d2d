//! The rules written down again, slowly: integers without bounds, one list, no shared code.

use alloy_primitives::U256;
use num_bigint::BigInt;
use tenor_mandate::{Bond, Breach, Level, Lever, Limit, Subject};

use crate::scene::{Scene, Side, WAD};

/// `sign * amount / of <= sign * bound / scale`; a floor has the sign -1. Of what covers a debt the ratio alone counts.
struct Line {
    limit: Limit,
    on: Subject<alloy_primitives::B256>,
    sign: i8,
    covers: bool,
    amount: BigInt,
    of: BigInt,
    bound: BigInt,
    scale: BigInt,
}

impl Line {
    fn holds(&self) -> bool {
        self.sign * &self.amount * &self.scale <= self.sign * &self.bound * &self.of
    }

    /// The least multiple of `1 / scale` on the side that is not allowed.
    fn value(&self) -> U256 {
        let zero = BigInt::ZERO;
        let product = &self.amount * &self.scale;
        let value = match (self.sign, self.of == zero) {
            (-1, true) => (&self.scale).max(&self.bound).clone(),
            (_, true) if self.amount == zero => zero,
            (_, true) => return U256::MAX,
            (-1, false) => product / &self.of,
            (_, false) => (product + &self.of - 1) / &self.of,
        };
        U256::from_be_slice(&value.to_bytes_be().1)
    }
}

fn line(
    limit: Limit,
    on: Subject<alloy_primitives::B256>,
    sign: i8,
    (amount, of): (u128, u128),
    (bound, scale): (u128, u64),
) -> Line {
    let covers = matches!(limit, Limit::HealthFloor | Limit::PortfolioHealth);
    Line { limit, on, sign, covers, amount: amount.into(), of: of.into(), bound: bound.into(), scale: scale.into() }
}

fn lines(scene: &Scene, side: &Side) -> Vec<Line> {
    let whole = Subject::Portfolio;
    let exposure = |side: &Side, index: usize| side.exposures.get(index).copied().unwrap_or(u128::MAX);
    let mut lines = Vec::new();
    for (index, cap) in scene.caps.iter().enumerate() {
        let found = (exposure(side, index), 1);
        lines.push(line(Limit::AbsoluteCap, Subject::Risk(cap.id), 1, found, (cap.absolute_assets, 1)));
    }
    for (index, cap) in scene.caps.iter().enumerate() {
        let found = (exposure(side, index), side.least_nav);
        lines.push(line(Limit::RelativeCap, Subject::Risk(cap.id), 1, found, (cap.relative_wad.into(), WAD)));
    }
    let young = scene.before.nav.saturating_sub(scene.before.least_nav);
    let mut old = |limit, assets: u128, wad: u64| {
        let found = (assets.saturating_sub(young), side.least_nav);
        lines.push(line(limit, whole, -1, found, (wad.into(), WAD)));
    };
    old(Limit::LiquidityFloor, side.idle, scene.floor_wad);
    old(Limit::LiquidityCover, side.instant, scene.cover_wad);
    for stake in &side.stakes {
        let found = (stake.value_assets, stake.depth_assets);
        lines.push(line(Limit::VenueDepth, Subject::Position(stake.position), 1, found, (stake.depth_wad.into(), WAD)));
    }
    let mut budget = |limit, level: Level, charge| {
        let found = (level.used_assets.saturating_add(charge), 1);
        lines.push(line(limit, whole, 1, found, (level.capacity_assets, 1)));
    };
    budget(Limit::LossBudget, scene.budgets.loss, scene.flow.loss_assets);
    budget(Limit::TurnoverBudget, scene.budgets.turnover, scene.flow.turnover_assets);
    budget(Limit::GrantLoss, scene.budgets.grant_loss, scene.flow.loss_assets);
    budget(Limit::GrantTurnover, scene.budgets.grant_turnover, scene.flow.turnover_assets);
    for (index, cap) in scene.caps.iter().enumerate().filter(|(_, cap)| cap.is_tripped) {
        let bound = exposure(&scene.before, index);
        let takes_money = scene.flow.invested_mask & (1 << index) != 0;
        let least = if takes_money { bound.saturating_add(1) } else { 0 };
        let found = exposure(side, index).max(least);
        lines.push(line(Limit::Breaker, Subject::Risk(cap.id), 1, (found, 1), (bound, 1)));
    }
    if let (true, Some((before, after))) = (scene.flow.invests, scene.flow.income_assets) {
        lines.push(line(Limit::Improvement, whole, -1, (after, 1), (before.saturating_add(1), 1)));
    }
    lines
}

fn covenants(scene: &Scene, side: &Side) -> Vec<Line> {
    let whole = Subject::Portfolio;
    let mut lines = Vec::new();
    for lever in &side.levers {
        let found = (lever.backing_assets, lever.debt_assets);
        lines.push(line(
            Limit::HealthFloor,
            Subject::Position(lever.position),
            -1,
            found,
            (lever.floor_wad.into(), WAD),
        ));
    }
    if !side.levers.is_empty() {
        let is_silent = |side: &Side, index: usize| side.levers[index].debt_assets == u128::MAX;
        let said = |index: &usize| !is_silent(side, *index) && !is_silent(&scene.before, *index);
        let known: Vec<_> = (0..side.levers.len()).filter(said).map(|index| &side.levers[index]).collect();
        let sum = |part: fn(&Lever) -> u128| known.iter().copied().map(part).fold(0, u128::saturating_add);
        let found = (sum(|lever| lever.backing_assets), sum(|lever| lever.debt_assets));
        lines.push(line(Limit::PortfolioHealth, whole, -1, found, (scene.health_wad.into(), WAD)));
    }
    let saturated = |sum: BigInt| u128::try_from(sum).unwrap_or(u128::MAX);
    // The term by one and the yield, each rounded down as the book knows it.
    let duration = |bond: &Bond| BigInt::from(bond.term_secs) * WAD / (BigInt::from(WAD) + bond.rate_wad);
    let lasting = |bond: &Bond| BigInt::from(saturated(bond.value_assets * duration(bond)));
    let found = (saturated(side.bonds.iter().map(lasting).sum()), side.least_nav);
    let [least_secs, most_secs] = scene.band_secs;
    lines.push(line(Limit::DurationCap, whole, 1, found, (most_secs.into(), 1)));
    lines.push(line(Limit::DurationFloor, whole, -1, found, (least_secs.into(), 1)));
    let last = scene.ladder.len().saturating_sub(1);
    let stands = |bond: &Bond| {
        let reaches = |index: &usize| u64::from(bond.term_secs) <= u64::from(scene.ladder[*index].until_days) * 86_400;
        (0..scene.ladder.len()).find(reaches).unwrap_or(last)
    };
    let on_rung = |index| {
        let bonds = side.bonds.iter().filter(|bond| stands(bond) == index);
        (saturated(bonds.map(|bond| BigInt::from(bond.value_assets)).sum()), side.least_nav)
    };
    for (limit, sign) in [(Limit::RungCap, 1), (Limit::RungFloor, -1)] {
        for (index, rung) in scene.ladder.iter().enumerate() {
            let bps = if sign == 1 { rung.most_bps } else { rung.least_bps };
            lines.push(line(limit, Subject::Rung(index as u8), sign, on_rung(index), (bps.into(), 10_000)));
        }
    }
    let mut lost = BigInt::ZERO;
    for (index, hazard) in scene.hazards.iter().enumerate() {
        let exposure = BigInt::from(side.exposures.get(index).copied().unwrap_or(u128::MAX));
        lost += (exposure * hazard.hazard_bps * hazard.loss_bps + 99_999_999) / 100_000_000;
    }
    lines.push(line(Limit::Credit, whole, 1, (saturated(lost), side.least_nav), (scene.credit_wad.into(), WAD)));
    for (position, bought) in side.bonds.iter().filter_map(|bond| bond.bought.map(|bought| (bond.position, bought))) {
        let growth = bought.growth_wad.max(WAD.into());
        let found = (bought.face_assets, bought.paid_assets);
        lines.push(line(Limit::Purchase, Subject::Position(position), -1, found, (growth, WAD)));
    }
    lines
}

/// All lines.
fn all(scene: &Scene, side: &Side) -> Vec<Line> {
    covenants(scene, side).into_iter().chain(lines(scene, side)).collect()
}

fn is_nearer(was: &Line, is: &Line) -> bool {
    let ratio_fell = is.sign * &is.amount * &was.of < is.sign * &was.amount * &is.of;
    ratio_fell && (is.sign == 1 || is.covers || is.amount > was.amount)
}

fn is_no_further(was: &Line, is: &Line) -> bool {
    if is.covers {
        return &is.amount * &was.of >= &was.amount * &is.of;
    }
    is.sign * &is.amount <= is.sign * &was.amount
}

/// Whether a limit that was broken holds now, or is nearer to it.
pub fn mends(scene: &Scene) -> bool {
    let (before, after) = (all(scene, &scene.before), all(scene, &scene.after));
    before.iter().zip(&after).any(|(was, is)| if is.holds() { !was.holds() } else { is_nearer(was, is) })
}

/// Bit i for the i-th limit that one side breaks.
pub fn broken(scene: &Scene, side: &Side) -> U256 {
    let broken = all(scene, side).into_iter().enumerate().filter(|(_, line)| !line.holds());
    broken.fold(U256::ZERO, |bits, (index, _)| bits | U256::ONE << index)
}

/// What `check` must answer.
pub fn judge(scene: &Scene) -> Result<(), Breach> {
    let mends = mends(scene);
    for of in [covenants, lines] {
        for (was, is) in of(scene, &scene.before).iter().zip(&of(scene, &scene.after)) {
            let excused = match is.limit {
                Limit::Improvement => mends,
                Limit::LossBudget | Limit::GrantLoss => scene.flow.loss_assets == 0 || scene.flow.rescues,
                Limit::TurnoverBudget | Limit::GrantTurnover => !scene.flow.invests,
                Limit::Breaker | Limit::Purchase => false,
                Limit::LiquidityCover | Limit::DurationFloor | Limit::RungFloor => !scene.flow.invests,
                _ => !scene.flow.invests && is_no_further(was, is),
            };
            let nearer = is_nearer(was, is) && !(is.covers && scene.flow.ventures);
            if !is.holds() && !nearer && !excused {
                let bound = U256::from_be_slice(&is.bound.to_bytes_be().1);
                return Err(Breach { limit: is.limit, on: is.on, value: is.value(), bound });
            }
        }
    }
    Ok(())
}

/// What `states` must list after the change: kind, subject, value, whether it holds.
pub fn states(scene: &Scene) -> Vec<(Limit, Subject<alloy_primitives::B256>, U256, bool)> {
    all(scene, &scene.after).iter().map(|line| (line.limit, line.on, line.value(), line.holds())).collect()
}
