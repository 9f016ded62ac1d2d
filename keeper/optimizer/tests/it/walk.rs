//! A search from many starts that knows nothing of prices, marginals or segments: random shifts, kept where they bring more
//! and the contracts' own code allows them.
//!
//! What is searched is what an answer is to be the best of: every portfolio that the contracts allow, that comes as near to
//! every limit as the answer does (broken limits are mended before anything is earned), and that puts nothing where the
//! venue, the grant, a pause or the book's doubts keep it out, and keeps nothing where nothing is earned.

use keeper_optimizer::Terms;
use model::{Assets, Curve, LimitKind, Mandate, Position, Snapshot, Target, Trial, Wad, mandate};

use crate::dice::Dice;
use crate::moves::{amounts, legs};

/// Mixtures of the present, the answer and what is emptied that a search starts from besides them.
const MIXTURES: usize = 4;

/// A search around one answer.
pub struct Walk<'a> {
    snapshot: &'a Snapshot,
    curves: &'a [Curve],
    answer: Vec<Assets>,
    /// The limits of the portfolio that the answer breaks, and by how much; the others that it was judged by.
    broken: Vec<(mandate::State, model::alloy_primitives::U256)>,
    kept: Vec<mandate::State>,
    losses: Vec<f64>,
    now: Vec<Assets>,
    /// The places that the answer moves because, or although, they are too much of their venue.
    deep: Vec<usize>,
    /// What cannot leave each place.
    stays: Vec<Assets>,
    /// The most that each place takes.
    most: Vec<Assets>,
    /// What else is weighed, and what moving one place costs a year.
    weighed: Option<(Terms, f64)>,
}

impl<'a> Walk<'a> {
    /// A search around `target`; none where the contracts' own code refuses the way to it.
    pub fn around(snapshot: &'a Snapshot, curves: &'a [Curve], target: &Target) -> Option<Self> {
        let answer = amounts(target);
        let trial = Trial::of(snapshot, curves, &legs(snapshot, &answer)).ok()?;
        trial.check().ok()?;
        let states = trial.states().into_iter().filter(|state| is_of_portfolio(state.limit));
        let (kept, broken) = states.partition::<Vec<_>, _>(|state| state.holds);
        let broken = broken.into_iter().map(|state| (state, state.value.abs_diff(state.bound))).collect();
        let now = snapshot.positions.iter().map(|position| position.value).collect::<Vec<_>>();
        let covers = |position: &Position| snapshot.operator.grant.covers(position.index);
        let stay = |(position, believed): (&Position, Assets)| match covers(position) {
            // What a position pays beyond its value in the book would be in nobody's price.
            true => position.value.saturating_sub(position.liquidity.min(believed)),
            false => position.value,
        };
        let most = |((position, curve), believed): ((&Position, &Curve), Assets)| {
            let doubt = position.value.saturating_sub(believed).to_f64();
            let takes = !position.is_dry()
                && position.rate.refusal().is_none()
                && !snapshot.is_tripped(position)
                && !snapshot.budgets.is_paused(snapshot.now())
                && doubt * 1e4 <= position.value.to_f64();
            let room = if takes && covers(position) { curve.capacity() } else { 0.0 };
            let room = position.value.max(Assets::from_f64_down(room.min(1e30)));
            // A bond is bought at the least yield or better, and within its slack.
            let least = snapshot.covenants.as_ref().map_or(Some(Wad::ZERO), |covenants| covenants.least_yield);
            let term_secs = position.bond.map_or(0, |bond| bond.term_secs(snapshot.now()));
            let growth = least.map_or(u128::MAX, |least| mandate::growth_up(least.0.saturating_to(), term_secs));
            let bought = position.most_bought(curve, growth, snapshot.total_assets(), snapshot.now());
            // What yields less is bought by the few base units that rounding lets through, or not at all.
            let yields = |least: Wad| position.reported_rate.unwrap_or_default() >= least;
            let bought = bought.map(|bought| if least.is_some_and(yields) { bought } else { Assets::ZERO });
            bought.map_or(room, |bought| room.min(position.value.saturating_add(bought)))
        };
        let standing = Mandate::of(snapshot).standing_now(snapshot).ok()?;
        let is_deep = |place: &usize| {
            let on = mandate::Subject::Position(*place as u8);
            standing.iter().any(|state| state.limit == mandate::Limit::VenueDepth && state.on == on && !state.holds)
        };
        let deep = (0..now.len()).filter(|place| answer[*place] != now[*place]).filter(is_deep);
        let each = snapshot.positions.iter().zip(curves).zip(snapshot.believed());
        Some(Self {
            losses: losses(snapshot),
            stays: snapshot.positions.iter().zip(snapshot.believed()).map(stay).collect(),
            deep: deep.collect(),
            most: each.map(most).collect(),
            snapshot,
            curves,
            answer,
            broken,
            kept,
            now,
            weighed: None,
        })
    }

    /// The same search for what brings most by a whole objective, gas by the year included.
    pub fn weighing(self, terms: Terms, gas_a_year: f64) -> Self {
        Self { weighed: Some((terms, gas_a_year)), ..self }
    }

    /// What amounts bring a year: income less expected losses, or less all that is weighed.
    pub fn brought(&self, amounts: &[Assets]) -> f64 {
        if let Some((terms, gas)) = &self.weighed {
            let income = self.curves.iter().zip(amounts).map(|(curve, x)| curve.income(x.to_f64()).value).sum::<f64>();
            let moved = amounts.iter().zip(&self.now).filter(|(x, now)| x != now).count();
            return income - terms.charges(amounts).total_assets() - gas * moved as f64;
        }
        let each = self.curves.iter().zip(amounts).zip(&self.losses);
        each.map(|((curve, x), loss)| curve.income(x.to_f64()).value - loss * x.to_f64()).sum()
    }

    /// What limits that allow for a lagging book may cost a year: the answer keeps them by mark and by value, whatever moves.
    /// By weak duality no more than what they are widened by, at the answer's own prices.
    pub fn doubt(&self, target: &Target) -> f64 {
        let lag = |position: &Position| position.value.to_f64() - position.marked.to_f64();
        let lags = self.snapshot.positions.iter().map(|position| lag(position).abs()).sum::<f64>();
        let kind = |kind: &LimitKind| !matches!(kind, LimitKind::Capacity { .. } | LimitKind::Illiquidity { .. });
        let priced = target.binding.iter().filter(|limit| kind(&limit.kind));
        2.0 * lags * priced.map(|limit| limit.shadow_price).sum::<f64>()
    }

    /// The best that `steps` shifts from each start find.
    pub fn found(&self, steps: usize, dice: &mut Dice) -> f64 {
        let mut best = f64::NEG_INFINITY;
        for start in self.starts(dice) {
            if self.allows(&start) {
                best = best.max(self.climbed(start, steps, dice));
            }
        }
        best
    }

    /// The answer, the present, everything emptied that can be, and mixtures of these place by place.
    fn starts(&self, dice: &mut Dice) -> Vec<Vec<Assets>> {
        let mut starts = vec![self.answer.clone(), self.now.clone(), self.stays.clone()];
        for _ in 0..MIXTURES {
            let part = dice.part();
            let mixed = |place: usize| {
                let from = if dice.chance(0.5) { self.answer[place] } else { self.now[place] };
                let to = self.stays[place].min(from);
                let kept = Assets::from_f64_down(from.saturating_sub(to).to_f64() * part);
                if dice.chance(0.5) { from } else { to.saturating_add(kept) }
            };
            starts.push((0..self.now.len()).map(mixed).collect());
        }
        starts
    }

    fn climbed(&self, start: Vec<Assets>, steps: usize, dice: &mut Dice) -> f64 {
        let mut value = self.brought(&start);
        let mut here = start;
        let mut size = self.snapshot.total_assets().to_f64() / 4.0;
        for _ in 0..steps {
            let moved = if dice.chance(0.7) { self.shifted(&here, size, dice) } else { self.reset(&here, dice) };
            let brought = self.brought(&moved);
            if brought > value && self.allows(&moved) {
                (here, value) = (moved, brought);
            } else {
                size *= 0.95;
            }
        }
        value
    }

    /// Some money from one place, or idle, to another, or idle.
    fn shifted(&self, here: &[Assets], size: f64, dice: &mut Dice) -> Vec<Assets> {
        let (mut moved, places) = (here.to_vec(), here.len());
        let (from, to) = (dice.whole(0, places), dice.whole(0, places));
        let mut amount = Assets::from_f64_down(dice.part() * size);
        if let Some(out) = moved.get_mut(from) {
            amount = amount.min(out.saturating_sub(self.stays[from]));
            *out = out.saturating_sub(amount);
        }
        if let Some(into) = moved.get_mut(to) {
            *into = into.saturating_add(amount).min(self.most[to].max(*into));
        }
        moved
    }

    /// One place at any amount that it may hold.
    fn reset(&self, here: &[Assets], dice: &mut Dice) -> Vec<Assets> {
        let mut moved = here.to_vec();
        let place = dice.whole(0, here.len() - 1);
        let most = self.most[place].min(self.snapshot.total_assets());
        let room = most.saturating_sub(self.stays[place]).to_f64();
        moved[place] = self.stays[place].saturating_add(Assets::from_f64_down(dice.part() * room));
        moved
    }

    /// Whether the contracts allow the way to some amounts, and they come as near to every limit as the answer.
    fn allows(&self, amounts: &[Assets]) -> bool {
        let Ok(trial) = Trial::of(self.snapshot, self.curves, &legs(self.snapshot, amounts)) else { return false };
        // A trial lists the depth of what it moves alone.
        let is_left = |place: &usize| amounts[*place] == self.now[*place];
        !self.deep.iter().any(is_left)
            && trial.check().is_ok()
            && self.is_paid(&trial)
            && self.is_dated_no_more(amounts)
            && self.is_on_rungs(amounts)
            && self.is_no_worse(amounts)
            && trial.states().iter().all(|s| self.is_as_near(s))
    }

    /// Whether what is lost leaves room for every loss that the book has not seen: a mark charges the budget before any leg.
    fn is_paid(&self, trial: &Trial) -> bool {
        let pending = self.snapshot.positions.iter().zip(self.snapshot.believed());
        let pending = pending.map(|(position, believed)| position.marked.saturating_sub(believed));
        let pending = pending.fold(Assets::ZERO, Assets::saturating_add);
        let (lost, budget) = (Assets::from(trial.flow().loss_assets), &self.snapshot.budgets.loss);
        let charged = budget.used.saturating_add(pending).saturating_add(lost);
        lost.is_zero() || pending.is_zero() || charged <= budget.capacity
    }

    /// Whether no bond holds more than in the answer where governance never said anything of bonds: none may be held then,
    /// though no limit is listed.
    fn is_dated_no_more(&self, amounts: &[Assets]) -> bool {
        let dated = |place: &usize| self.snapshot.positions[*place].bond.is_some();
        self.snapshot.covenants.is_some() || (0..amounts.len()).filter(dated).all(|at| amounts[at] <= self.answer[at])
    }

    /// Whether what stands on a rung that is broken comes as near to its bound as the answer, to the base unit: states tell bps.
    fn is_on_rungs(&self, amounts: &[Assets]) -> bool {
        let Some(covenants) = &self.snapshot.covenants else { return true };
        let on = |rung: u8, amounts: &[Assets]| {
            let days = |place: usize| {
                Some(self.snapshot.positions[place].bond?.term_secs(self.snapshot.now()) as f64 / 86_400.0)
            };
            let last = covenants.ladder.len() - 1;
            let stands =
                |days: f64| covenants.ladder.iter().position(|rung| days <= f64::from(rung.until_days)).unwrap_or(last);
            let here = (0..amounts.len()).filter(|place| days(*place).map(stands) == Some(rung.into()));
            here.fold(Assets::ZERO, |sum, place| sum.saturating_add(amounts[place]))
        };
        self.broken.iter().all(|(state, _)| match (state.limit, state.on) {
            (mandate::Limit::RungCap, mandate::Subject::Rung(rung)) => on(rung, amounts) <= on(rung, &self.answer),
            (mandate::Limit::RungFloor, mandate::Subject::Rung(rung)) => on(rung, amounts) >= on(rung, &self.answer),
            _ => true,
        })
    }

    /// Whether the worst scenarios cost no more than allowed, or than in the answer; and, where all is weighed, whether places
    /// that earn nothing hold no more: leaving them costs gas, and is no matter of what it brings.
    fn is_no_worse(&self, amounts: &[Assets]) -> bool {
        let Some((terms, _)) = &self.weighed else { return true };
        let (here, answer) = (terms.charges(amounts), terms.charges(&self.answer));
        let earns = |place: usize| {
            self.curves[place].pieces().iter().any(|piece| {
                let income = self.curves[place].income(piece.from);
                income.value != 0.0 || income.marginal != 0.0
            })
        };
        let most = here.most_worst_assets.unwrap_or(f64::INFINITY).max(answer.worst_assets);
        here.worst_assets <= most && (0..amounts.len()).all(|at| amounts[at] <= self.answer[at] || earns(at))
    }

    fn is_as_near(&self, state: &mandate::State) -> bool {
        if state.holds || !is_of_portfolio(state.limit) {
            return true;
        }
        let is_same = |other: &mandate::State| other.limit == state.limit && other.on == state.on;
        match self.broken.iter().find(|(other, _)| is_same(other)) {
            Some((_, off)) => state.value.abs_diff(state.bound) <= *off,
            // What the answer does not touch is judged by the contracts alone.
            None => !self.kept.iter().any(is_same),
        }
    }
}

/// Whether a limit is one of what is held, not of what is moved.
fn is_of_portfolio(limit: mandate::Limit) -> bool {
    use mandate::Limit as L;
    let moves =
        [L::LossBudget, L::TurnoverBudget, L::GrantLoss, L::GrantTurnover, L::Breaker, L::Improvement, L::Purchase];
    !moves.contains(&limit)
}

/// What each place is expected to lose a year.
fn losses(snapshot: &Snapshot) -> Vec<f64> {
    let of = |position: &Position| {
        let all = snapshot.covenants.iter().flat_map(|covenants| &covenants.hazards);
        let own = all.filter(|hazard| position.risk_ids.contains(&hazard.risk_id));
        own.map(|hazard| f64::from(hazard.hazard_bps) * f64::from(hazard.loss_bps) / 1e8).sum()
    };
    snapshot.positions.iter().map(of).collect()
}
