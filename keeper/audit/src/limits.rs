//! Every limit at any moment, by the very rules that the vault itself judges with (`mandate`).

use abi::desk::IDesk;
use alloy_primitives::U256;
use mandate::{
    Bond, Budgets, Cap, Covenants, Flow, Hazard, Level, Lever, Limit, Parameters, Portfolio, Purchase, RiskId, Rung,
    Stake, covenant_states, states,
};

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
    bonds: Vec<Bond>,
}

/// What is allowed, as the mandate takes it.
struct Allowed {
    caps: Vec<Cap>,
    rungs: Vec<Rung>,
    hazards: Vec<Hazard>,
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
        let bonds = state.positions.iter().enumerate();
        Self {
            nav_assets: state.nav_assets(),
            least_nav_assets: state.nav_least_assets(now_secs),
            idle_assets: state.idle_assets,
            instant_assets: state.instant_assets(now_secs),
            exposures_assets: state.exposures_assets(),
            stakes: positions.filter_map(stake).collect(),
            levers: Vec::new(),
            bonds: bonds.filter_map(|(index, position)| position.bond(index, now_secs)).collect(),
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
            bonds: &self.bonds,
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
    let allowed = Allowed::of(state, now_secs);
    let (portfolio, parameters) = (standing.portfolio(), allowed.parameters(state));
    let flow = Flow::default();
    let mut limits = Vec::new();
    if state.covenants.is_said {
        limits.extend(covenant_states(&portfolio, &portfolio, &flow, &parameters));
    }
    limits.extend(states(&portfolio, &portfolio, &flow, &budgets, &parameters));
    limits
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
    let allowed = Allowed::of(state, now_secs);
    let parameters = allowed.parameters(state);
    // How deep venues were before the legs is not told: those bits are not compared.
    let unknown = Stake { position: 0, value_assets: 0, depth_assets: u128::MAX, depth_wad: 0 };
    before.stakes = vec![unknown; after.stakes.len()];
    [before.levers, after.levers] = levers(state, &touched, claims);
    // At what yield a bond was bought is not told: it passed, and takes a place in the list.
    let is_bought = |bond: &&mut Bond| claims.call.bought.contains(&usize::from(bond.position));
    before.bonds.iter_mut().chain(&mut after.bonds).filter(is_bought).for_each(|bond| {
        bond.bought = Some(Purchase::default());
    });
    let (was, is) = (before.portfolio(), after.portfolio());
    let [mut was_broken, mut is_broken] = [Vec::new(), Vec::new()];
    // One that owes and may not is judged by them too.
    if state.covenants.is_said || !was.levers.is_empty() {
        was_broken.extend(covenant_states(&was, &was, &flow, &parameters));
        is_broken.extend(covenant_states(&was, &is, &flow, &parameters));
    }
    let depths_at = was_broken.len() + 2 * allowed.caps.len() + 2;
    let depths = depths_at..depths_at + after.stakes.len();
    was_broken.extend(states(&was, &was, &flow, &budgets, &parameters));
    is_broken.extend(states(&was, &is, &flow, &budgets, &parameters));
    let [was_broken, is_broken] = [was_broken, is_broken].map(|limits| broken(limits.into_iter()));
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

impl Allowed {
    fn of(state: &State, now_secs: u64) -> Self {
        let (rungs, hazards) = (state.covenants.rungs(), state.hazards());
        Self { caps: caps(state, now_secs), rungs, hazards }
    }

    fn parameters(&self, state: &State) -> Parameters<'_> {
        let (mandate, covenants) = (&state.mandate, &state.covenants);
        Parameters {
            caps: &self.caps,
            liquidity_floor_wad: mandate.liquidity_floor_wad,
            liquidity_cover_wad: mandate.liquidity_cover_wad,
            health_floor_wad: u64::from(mandate.health_floor_bps).saturating_mul(BPS_WAD),
            covenants: Covenants {
                least_duration_secs: covenants.least_duration_secs,
                most_duration_secs: covenants.most_duration_secs,
                ladder: &self.rungs,
                credit_wad: covenants.credit_wad,
                hazards: &self.hazards,
            },
        }
    }
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
        Limit::DurationCap => "duration_cap",
        Limit::DurationFloor => "duration_floor",
        Limit::RungCap => "rung_cap",
        Limit::RungFloor => "rung_floor",
        Limit::Credit => "credit",
        Limit::Purchase => "purchase",
    }
}
