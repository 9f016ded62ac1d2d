//! The rules written down again, slowly: integers without bounds, one list, no shared code.

use alloy_primitives::U256;
use num_bigint::BigInt;
use tenor_mandate::{Breach, Level, Lever, Limit, Subject};

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
    if let (true, Some((before, after))) = (scene.flow.invests, scene.flow.income_assets) {
        lines.push(line(Limit::Improvement, whole, -1, (after, 1), (before.saturating_add(1), 1)));
    }
    lines
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
    let (before, after) = (lines(scene, &scene.before), lines(scene, &scene.after));
    before.iter().zip(&after).any(|(was, is)| if is.holds() { !was.holds() } else { is_nearer(was, is) })
}

/// Bit i for the i-th limit that one side breaks.
pub fn broken(scene: &Scene, side: &Side) -> U256 {
    let broken = lines(scene, side).into_iter().enumerate().filter(|(_, line)| !line.holds());
    broken.fold(U256::ZERO, |bits, (index, _)| bits | U256::ONE << index)
}

/// What `check` must answer.
pub fn judge(scene: &Scene) -> Result<(), Breach> {
    let (before, after) = (lines(scene, &scene.before), lines(scene, &scene.after));
    let mends = mends(scene);
    for (index, is) in after.iter().enumerate() {
        let excused = match is.limit {
            Limit::Improvement => mends,
            Limit::LossBudget | Limit::GrantLoss => scene.flow.loss_assets == 0 || scene.flow.rescues,
            Limit::TurnoverBudget | Limit::GrantTurnover => !scene.flow.invests,
            Limit::Breaker => false,
            Limit::LiquidityCover => !scene.flow.invests,
            _ => !scene.flow.invests && is_no_further(&before[index], is),
        };
        let nearer = is_nearer(&before[index], is) && !(is.covers && scene.flow.ventures);
        if !is.holds() && !nearer && !excused {
            let bound = U256::from_be_slice(&is.bound.to_bytes_be().1);
            return Err(Breach { limit: is.limit, on: is.on, value: is.value(), bound });
        }
    }
    Ok(())
}

/// What `states` must list after the change: kind, subject, value, whether it holds.
pub fn states(scene: &Scene) -> Vec<(Limit, Subject<alloy_primitives::B256>, U256, bool)> {
    lines(scene, &scene.after).iter().map(|line| (line.limit, line.on, line.value(), line.holds())).collect()
}
