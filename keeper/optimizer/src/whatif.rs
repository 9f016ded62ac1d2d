//! What limits cost: the best portfolio as if one of them bounded nothing, and along a bound that moves.

use model::units::{WAD, Wad};
use model::{Assets, Level, LimitKind, Snapshot, Target};

use crate::statement::curves;
use crate::{Error, Settings, Terms, optimize};

/// A bound that can be moved to see what it trades income against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// The most that is expected to be lost a year, a part of the least net asset value.
    Credit,
    /// The most modified duration, a part of a year.
    Duration,
    /// The least that is idle or payable at once, a part of the net asset value.
    Liquidity,
}

/// One best portfolio on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Efficient {
    /// The bound, as a plain fraction (of a year for a duration).
    pub bound: f64,
    /// What the best portfolio inside it brings a year, income less all charges, as a part of all assets.
    pub income: f64,
}

/// Returns what each limit that binds a target costs: how many base units more a year, income less all charges, the best portfolio
/// would bring if that limit alone bounded nothing; the dearest first. What is no limit of the mandate (a venue's capacity, money
/// that is stuck) is left out.
///
/// # Errors
/// As of [`optimize`].
pub fn costs(snapshot: &Snapshot, target: &Target, settings: &Settings) -> Result<Vec<(LimitKind, f64)>, Error> {
    let brought = brings(snapshot, target, settings)?;
    let mut costs = Vec::with_capacity(target.binding.len());
    for limit in &target.binding {
        let Some(freed) = without(snapshot, limit.kind) else { continue };
        let more = brings(snapshot, &optimize(&freed, settings)?, settings)? - brought;
        costs.push((limit.kind, more.max(0.0)));
    }
    costs.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    Ok(costs)
}

/// Returns the best portfolios along a bound, at so many even steps from nothing to twice what stands (or to a hundredth, half a
/// year, a half, where nothing stands). Budgets bound nothing here: this is where a portfolio may get in time.
///
/// # Errors
/// As of [`optimize`].
pub fn trade_off(snapshot: &Snapshot, along: Along, steps: u32, settings: &Settings) -> Result<Vec<Efficient>, Error> {
    let most = 2.0 * along.standing(snapshot);
    let most = if most > 0.0 { most.min(along.limit()) } else { along.usual() };
    let all = snapshot.total_assets().to_f64();
    let mut points = Vec::with_capacity(steps as usize + 1);
    for step in 0..=steps {
        let bound = most * f64::from(step) / f64::from(steps.max(1));
        let moved = along.moved(snapshot, bound);
        let income = match optimize(&moved, settings) {
            Ok(target) if target.status == model::Status::Optimal => brings(snapshot, &target, settings)?,
            // No portfolio is inside such a bound.
            Ok(_) | Err(Error::Conflict { .. }) => continue,
            Err(error) => return Err(error),
        };
        points.push(Efficient { bound, income: if all > 0.0 { income / all } else { 0.0 } });
    }
    Ok(points)
}

/// What a target brings a year, in base units: income less all charges.
fn brings(snapshot: &Snapshot, target: &Target, settings: &Settings) -> Result<f64, Error> {
    let amounts = target.positions.iter().map(|position| position.assets).collect::<Vec<_>>();
    let income = curves(snapshot)?.iter().zip(&amounts).map(|(curve, x)| curve.income(x.to_f64()).value).sum::<f64>();
    Ok(income - Terms::of(snapshot, settings)?.charges(&amounts).total_assets())
}

impl Along {
    /// Returns where the bound stands now, as a plain fraction.
    #[must_use]
    pub fn standing(self, snapshot: &Snapshot) -> f64 {
        let covenants = snapshot.covenants.as_ref();
        match self {
            Self::Credit => covenants.map_or(0.0, |covenants| covenants.credit.to_fraction()),
            Self::Duration => covenants.map_or(0.0, |covenants| f64::from(covenants.most_duration_secs) / YEAR_SECS),
            Self::Liquidity => snapshot.parameters.liquidity_cover.to_fraction(),
        }
    }

    fn limit(self) -> f64 {
        if self == Self::Duration { f64::from(u32::MAX) / YEAR_SECS } else { 1.0 }
    }

    fn usual(self) -> f64 {
        match self {
            Self::Credit => 0.01,
            Self::Duration | Self::Liquidity => 0.5,
        }
    }

    fn moved(self, snapshot: &Snapshot, bound: f64) -> Snapshot {
        let mut moved = unbudgeted(snapshot);
        let wad = Wad::from((bound * WAD as f64) as u128);
        let mut covenants = snapshot.covenants.clone().unwrap_or_default();
        match self {
            Self::Liquidity => {
                moved.parameters.liquidity_cover = wad;
                return moved;
            }
            Self::Credit => covenants.credit = wad,
            Self::Duration => {
                covenants.most_duration_secs = (bound * YEAR_SECS) as u32;
                covenants.least_duration_secs = covenants.least_duration_secs.min(covenants.most_duration_secs);
            }
        }
        moved.covenants = Some(covenants);
        moved
    }
}

const YEAR_SECS: f64 = 31_536_000.0;
const BOUNDLESS: Level = Level { used: Assets::ZERO, capacity: Assets(model::alloy_primitives::U256::MAX) };

fn unbudgeted(snapshot: &Snapshot) -> Snapshot {
    let mut free = snapshot.clone();
    (free.budgets.loss, free.budgets.turnover) = (BOUNDLESS, BOUNDLESS);
    (free.operator.grant.loss, free.operator.grant.turnover) = (BOUNDLESS, BOUNDLESS);
    free
}

/// The snapshot as if a limit bounded nothing; nothing where it is none of the mandate's.
fn without(snapshot: &Snapshot, kind: LimitKind) -> Option<Snapshot> {
    use LimitKind as L;
    let mut free = snapshot.clone();
    match kind {
        L::Budget => free.parameters.liquidity_floor = Wad::ZERO,
        L::LiquidityCover => free.parameters.liquidity_cover = Wad::ZERO,
        L::AbsoluteCap { risk_id } => {
            free.caps.iter_mut().filter(|cap| cap.risk_id == risk_id).for_each(|cap| cap.absolute = LARGEST);
        }
        L::RelativeCap { risk_id } => {
            free.caps.iter_mut().filter(|cap| cap.risk_id == risk_id).for_each(|cap| cap.relative = ENDLESS);
        }
        L::Breaker { risk_id } => {
            let tripped = free.caps.iter_mut().filter(|cap| cap.risk_id == risk_id);
            tripped.for_each(|cap| cap.tripped_until = model::Timestamp(0));
        }
        L::VenueDepth { position } => {
            let found = free.positions.iter_mut().filter(|found| found.index == position);
            found.for_each(|found| found.terms.depth_bps = u16::MAX);
        }
        L::LossBudget => free.budgets.loss = BOUNDLESS,
        L::TurnoverBudget => free.budgets.turnover = BOUNDLESS,
        L::GrantLoss => free.operator.grant.loss = BOUNDLESS,
        L::GrantTurnover => free.operator.grant.turnover = BOUNDLESS,
        L::OutOfGrant { position } => free.operator.grant.positions |= 1_u64.checked_shl(position).unwrap_or(0),
        L::DurationCap => free.covenants.as_mut()?.most_duration_secs = u32::MAX,
        L::DurationFloor => free.covenants.as_mut()?.least_duration_secs = 0,
        L::RungCap { rung } => free.covenants.as_mut()?.ladder.get_mut(usize::from(rung))?.most_bps = u16::MAX,
        L::RungFloor { rung } => free.covenants.as_mut()?.ladder.get_mut(usize::from(rung))?.least_bps = 0,
        L::Credit => free.covenants.as_mut()?.credit = ENDLESS,
        L::Paused | L::Capacity { .. } | L::Illiquidity { .. } | L::Tail | L::Leverage { .. } => return None,
    }
    Some(free)
}

/// More than any vault holds.
const LARGEST: Assets = Assets(model::alloy_primitives::U256::from_limbs([u64::MAX, 0, 0, 0]));
/// Ten times everything.
const ENDLESS: Wad = Wad(model::alloy_primitives::U256::from_limbs([10 * WAD as u64, 0, 0, 0]));
