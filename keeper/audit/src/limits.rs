//! Every limit at any moment, by the very rules that the vault itself judges with (`mandate`).

use abi::desk::IDesk;
use alloy_primitives::U256;
use mandate::{Budgets, Cap, Flow, Level, Lever, Limit, Parameters, Portfolio, RiskId, Stake, states};

use crate::claims::Claims;
use crate::fact::Fact;
use crate::state::{Drained, State, amount, is_relief};

/// One limit as it stands.
pub type LimitState = mandate::State<RiskId>;

/// One basis point in wad.
const BPS_WAD: u64 = math::WAD / 10_000;

/// What a leg may lose by rounding without being charged.
const ROUNDING_ASSETS: u128 = 2;

/// What the limits look at, at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    nav_assets: u128,
    least_nav_assets: u128,
    idle_assets: u128,
    instant_assets: u128,
    exposures_assets: Vec<u128>,
    stakes: Vec<Stake>,
    levers: Vec<Lever>,
}

impl Standing {
    /// Measures the vault, and of its positions those given against their venues as they were last told.
    pub(crate) fn of(state: &State, positions: impl Iterator<Item = usize>, now_secs: u64) -> Self {
        let stake = |index: usize| {
            let position = state.positions.get(index)?;
            Some(Stake {
                position: u8::try_from(index).ok()?,
                value_assets: position.value_assets,
                depth_assets: position.depth_assets?,
                depth_wad: u64::from(position.depth_bps).saturating_mul(BPS_WAD),
            })
        };
        Self {
            nav_assets: state.nav_assets(),
            least_nav_assets: state.nav_least_assets(now_secs),
            idle_assets: state.idle_assets,
            instant_assets: state.instant_assets(now_secs),
            exposures_assets: state.exposures_assets(),
            stakes: positions.filter_map(stake).collect(),
            levers: Vec::new(),
        }
    }

    fn portfolio(&self) -> Portfolio<'_> {
        Portfolio {
            nav_assets: self.nav_assets,
            least_nav_assets: self.least_nav_assets,
            idle_assets: self.idle_assets,
            instant_assets: self.instant_assets,
            exposures_assets: &self.exposures_assets,
            stakes: &self.stakes,
            levers: &self.levers,
        }
    }
}

/// Returns every limit as it stands: of venues' depths and of healths those that were ever told, as they were told last.
pub fn at_rest(state: &State, now_secs: u64) -> Vec<LimitState> {
    let mut standing = Standing::of(state, 0..state.positions.len(), now_secs);
    let may_owe = state.positions.iter().enumerate().filter(|(_, position)| position.thresholds.is_some());
    standing.levers = may_owe.filter_map(|(index, position)| Some(position.lever(index, position.health?))).collect();
    let (least, alertness) = (standing.least_nav_assets, state.alertness_wad(now_secs));
    let budgets = Budgets {
        loss: level(state.loss_budget(least, alertness, now_secs)),
        turnover: level(state.turnover_budget(least, alertness, now_secs)),
        ..Budgets::UNBOUNDED
    };
    let caps = caps(state, now_secs);
    let portfolio = standing.portfolio();
    states(&portfolio, &portfolio, &Flow::default(), &budgets, &parameters(state, &caps)).collect()
}

/// Compares what a rebalance tells of limits and budgets with what follows. The state is the one after its legs, with
/// the budgets as they were.
pub(crate) fn check_told(state: &State, told: &IDesk::Rebalanced, now_secs: u64, claims: &mut Claims) {
    let fact = |field| Fact::plain("rebalance", field);
    let touched = claims.call.touched.clone();
    let mut after = Standing::of(state, touched.iter().copied(), now_secs);
    let mut before = claims.call.base.take().map_or_else(|| after.clone(), |base| *base);
    claims.equal(fact("nav least"), before.least_nav_assets, told.navLeast);
    // Whatever legs take off the net asset value is charged, but for rounding.
    let lost = before.nav_assets.saturating_sub(after.nav_assets);
    let rounding = ROUNDING_ASSETS.saturating_mul(claims.call.legs);
    if lost > amount(told.loss).saturating_add(rounding) {
        claims.equal(fact("loss charged for the value lost"), lost, told.loss);
    }

    let (least, relief) = (before.least_nav_assets, is_relief(told));
    let alertness = if relief { math::WAD } else { state.alertness_wad(now_secs) };
    let (mut loss, turnover) =
        (state.loss_budget(least, alertness, now_secs), state.turnover_budget(least, alertness, now_secs));
    loss.used_assets = loss.used_assets.saturating_add(claims.call.lost_assets);
    claims.equal(fact("loss level"), loss.used_assets.saturating_add(amount(told.loss)), told.lossLevel);
    claims.equal(
        fact("turnover level"),
        turnover.used_assets.saturating_add(amount(told.turnover)),
        told.turnoverLevel,
    );

    let grant = state.grants.get(&told.caller).filter(|_| !relief);
    let [grant_loss, grant_turnover] =
        grant.map_or([Level::UNBOUNDED; 2], |grant| state.grant_budgets(grant, least, alertness, now_secs).map(level));
    let budgets = Budgets { loss: level(loss), turnover: level(turnover), grant_loss, grant_turnover };
    let known = told.incomeBefore.max(told.incomeAfter) != U256::MAX;
    let flow = Flow {
        loss_assets: amount(told.loss),
        turnover_assets: amount(told.turnover),
        invests: claims.call.invests,
        // What a rebalance was allowed for is not asked: it passed.
        ventures: claims.call.invests,
        rescues: false,
        invested_mask: claims.call.invested_mask,
        income_assets: known.then(|| (amount(told.incomeBefore), amount(told.incomeAfter))),
    };
    let caps = caps(state, now_secs);
    let parameters = parameters(state, &caps);
    // How deep venues were before the legs is not told: those bits are not compared.
    let unknown = Stake { position: 0, value_assets: 0, depth_assets: u128::MAX, depth_wad: 0 };
    before.stakes = vec![unknown; after.stakes.len()];
    [before.levers, after.levers] = levers(state, &touched, claims);
    let depths = 2 * caps.len() + 2..2 * caps.len() + 2 + after.stakes.len();
    let (was, is) = (before.portfolio(), after.portfolio());
    let was_broken = broken(states(&was, &was, &flow, &budgets, &parameters));
    let is_broken = broken(states(&was, &is, &flow, &budgets, &parameters));
    claims.equal(fact("limits broken before"), without(was_broken, &depths), without(told.brokenBefore, &depths));
    claims.equal(fact("limits broken after"), is_broken, told.brokenAfter);
}

/// What was told of healths, before and after: of every position that it must tell of, in its order.
fn levers(state: &State, touched: &[usize], claims: &mut Claims) -> [Vec<Lever>; 2] {
    let told = std::mem::take(&mut claims.call.healths);
    let indices: Vec<usize> = told.iter().map(|(index, _)| *index).collect();
    let due = state.levers_due(touched, &indices);
    claims.equal(Fact::plain("rebalance", "healths told of"), due.len() as u64, indices.len() as u64);
    let [mut before, mut after] = [const { Vec::new() }; 2];
    for ((index, [was, is]), due) in told.into_iter().zip(due) {
        claims.equal(Fact::of_position(index, "health told of in its place"), due as u64, index as u64);
        if !touched.contains(&index) {
            let fact = |field| Fact::of_position(index, field);
            claims.equal(fact("backing that nothing touched"), was.backing_assets, is.backing_assets);
            claims.equal(fact("debt that nothing touched"), was.debt_assets, is.debt_assets);
        }
        let Some(position) = state.positions.get(index) else { continue };
        before.push(position.lever(index, was));
        after.push(position.lever(index, is));
    }
    [before, after]
}

fn without(mut bits: U256, places: &std::ops::Range<usize>) -> U256 {
    places.clone().for_each(|place| bits.set_bit(place, false));
    bits
}

/// Bit i for the i-th limit where it is broken.
fn broken(limits: impl Iterator<Item = LimitState>) -> U256 {
    let mut mask = U256::ZERO;
    limits.take(256).enumerate().filter(|(_, limit)| !limit.holds).for_each(|(bit, _)| mask.set_bit(bit, true));
    mask
}

fn caps(state: &State, now_secs: u64) -> Vec<Cap> {
    let cap = |id: &crate::state::Id| Cap {
        id: id.id,
        absolute_assets: id.absolute_assets,
        relative_wad: id.relative_wad,
        is_tripped: now_secs < id.tripped_until_secs,
    };
    state.ids.iter().map(cap).collect()
}

fn parameters<'a>(state: &State, caps: &'a [Cap]) -> Parameters<'a> {
    let mandate = &state.mandate;
    Parameters {
        caps,
        liquidity_floor_wad: mandate.liquidity_floor_wad,
        liquidity_cover_wad: mandate.liquidity_cover_wad,
        health_floor_wad: u64::from(mandate.health_floor_bps).saturating_mul(BPS_WAD),
    }
}

fn level(drained: Drained) -> Level {
    Level { used_assets: drained.used_assets, capacity_assets: drained.capacity_assets }
}

/// The name of a kind of limit.
pub fn limit_name(limit: Limit) -> &'static str {
    match limit {
        Limit::AbsoluteCap => "absolute_cap",
        Limit::RelativeCap => "relative_cap",
        Limit::LiquidityFloor => "liquidity_floor",
        Limit::LiquidityCover => "liquidity_cover",
        Limit::VenueDepth => "venue_depth",
        Limit::LossBudget => "loss_budget",
        Limit::TurnoverBudget => "turnover_budget",
        Limit::GrantLoss => "grant_loss",
        Limit::GrantTurnover => "grant_turnover",
        Limit::Breaker => "breaker",
        Limit::HealthFloor => "health_floor",
        Limit::PortfolioHealth => "portfolio_health",
        Limit::Improvement => "improvement",
    }
}
