//! Judges a change: the post-condition of every rebalance, and the list of every limit for views.

use alloy_primitives::U256;

use crate::{
    Budgets, Flow, Limit, Measure, Parameters, Portfolio, RiskId, Sense, Subject,
    limit::{Case, Rule, covenant_rules, rules},
};

/// A limit that a change would break: what every refusal carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach<Id = RiskId> {
    /// Which rule refuses.
    pub limit: Limit,
    /// On what.
    pub on: Subject<Id>,
    /// The value found: base units of the asset or wad, by the kind of limit.
    pub value: U256,
    /// The bound, in the same unit.
    pub bound: U256,
}

/// One limit as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State<Id = RiskId> {
    /// Which rule.
    pub limit: Limit,
    /// On what.
    pub on: Subject<Id>,
    /// The value found: base units of the asset or wad, rounded to the side that is not allowed.
    pub value: U256,
    /// The bound, in the same unit.
    pub bound: U256,
    /// Whether the limit holds; decided without rounding.
    pub holds: bool,
}

/// What a change did to the limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The limits that did not hold before it, bit i for the i-th of [`covenant_states`] and then of [`states`]; from the
    /// 257th on they are left out.
    pub broken_before: U256,
    /// The same after it.
    pub broken_after: U256,
    /// Whether a limit that did not hold before holds now, or is nearer to it.
    pub mends: bool,
    /// How many limits were judged.
    pub count: usize,
}

/// Checks that after a change each limit holds, or is strictly nearer to holding than before. A change that puts money
/// into no position may leave a broken limit as it is, and passes any turnover budget; one that loses nothing, or only
/// repays debts below their floor of health, passes an overdrawn loss budget; one that mends a limit need not raise the income. While health is below a floor, money goes into a
/// position only as far as it lowers that position's debt.
///
/// Both portfolios state the same stakes, levers and bonds in the same order.
///
/// # Errors
///
/// The first limit that fails: first those of [`judge_covenants`], then those of [`judge`], in the order of [`Limit`] and
/// then of the caps.
pub fn check<Id: Copy>(
    before: &Portfolio<'_>,
    after: &Portfolio<'_>,
    flow: &Flow,
    budgets: &Budgets,
    parameters: &Parameters<'_, Id>,
) -> Result<(), Breach<Id>> {
    let covenants = judge_covenants(before, after, flow, parameters)?;
    judge(before, after, flow, budgets, parameters, covenants).map(|_| ())
}

/// Judges the limits of what owes, has a date, or a chance of not paying, by the rule of [`check`].
///
/// # Errors
///
/// The first of them that fails.
pub fn judge_covenants<Id: Copy>(
    before: &Portfolio<'_>,
    after: &Portfolio<'_>,
    flow: &Flow,
    parameters: &Parameters<'_, Id>,
) -> Result<Verdict, Breach<Id>> {
    let budgets = &Budgets::UNBOUNDED;
    let was = Case { portfolio: before, base: before, flow, budgets, parameters };
    run(&covenant_rules(), &was, &Case { portfolio: after, ..was }, Verdict::default())
}

/// Judges every other limit, and says in the same pass what the change did to them, after a verdict on the covenants.
///
/// # Errors
///
/// As of [`check`].
pub fn judge<Id: Copy>(
    before: &Portfolio<'_>,
    after: &Portfolio<'_>,
    flow: &Flow,
    budgets: &Budgets,
    parameters: &Parameters<'_, Id>,
    covenants: Verdict,
) -> Result<Verdict, Breach<Id>> {
    // What moved is the same on both sides: so both state the same limits, and one of a flow is never nearer.
    let was = Case { portfolio: before, base: before, flow, budgets, parameters };
    run(&rules(), &was, &Case { portfolio: after, ..was }, covenants)
}

fn run<Id: Copy>(
    rules: &[Rule<Id>],
    was: &Case<'_, Id>,
    is: &Case<'_, Id>,
    mut verdict: Verdict,
) -> Result<Verdict, Breach<Id>> {
    let flow = is.flow;
    for rule in rules {
        let pairs = (0..).map_while(|index| rule(was, index).zip(rule(is, index)));
        for (was, is) in pairs {
            let (held, holds) = (was.holds(), is.holds());
            let mends = if holds { !held } else { is.is_nearer_than(&was) };
            verdict.mends |= mends;
            // Below a floor of health nothing but deleveraging is allowed: to mend it a little buys nothing else.
            let is_bought = flow.ventures && is.sense == Sense::Covers;
            if !(holds || mends && !is_bought || is_excused(&was, &is, flow, verdict.mends)) {
                return Err(Breach { limit: is.limit, on: is.on, value: is.value(), bound: U256::from(is.bound) });
            }
            verdict.broken_before.set_bit(verdict.count, !held);
            verdict.broken_after.set_bit(verdict.count, !holds);
            verdict.count = verdict.count.saturating_add(1);
        }
    }
    Ok(verdict)
}

/// Whether a broken limit that is no nearer may stay so.
fn is_excused<Id>(was: &Measure<Id>, is: &Measure<Id>, flow: &Flow, mends: bool) -> bool {
    match is.limit {
        Limit::Improvement => mends,
        // A fall that was marked fills the budget of whoever must repay for it: that never waits.
        Limit::LossBudget | Limit::GrantLoss => flow.loss_assets == 0 || flow.rescues,
        // The way to idle stays open: it counts, but only what goes in again waits.
        Limit::TurnoverBudget | Limit::GrantTurnover => !flow.invests,
        Limit::Breaker | Limit::Purchase => false,
        // On the way to idle what can be paid at once shrinks by the loss alone, which has its own limit.
        Limit::LiquidityCover => !flow.invests,
        // Nobody is made to hold what he would sell.
        Limit::DurationFloor | Limit::RungFloor => !flow.invests,
        _ => !flow.invests && is.is_no_further_than(was),
    }
}

/// Returns every limit but covenants with its value, in the order of [`Limit`] and then of the caps: of the portfolio as it
/// stands (`Flow::default()`, `base` the same portfolio), or of one that a flow has changed.
pub fn states<'a, Id: Copy>(
    base: &'a Portfolio<'a>,
    portfolio: &'a Portfolio<'a>,
    flow: &'a Flow,
    budgets: &'a Budgets,
    parameters: &'a Parameters<'a, Id>,
) -> impl Iterator<Item = State<Id>> + 'a {
    listed(rules(), Case { portfolio, base, flow, budgets, parameters })
}

/// Returns the covenants in the same way.
pub fn covenant_states<'a, Id: Copy>(
    base: &'a Portfolio<'a>,
    portfolio: &'a Portfolio<'a>,
    flow: &'a Flow,
    parameters: &'a Parameters<'a, Id>,
) -> impl Iterator<Item = State<Id>> + 'a {
    let budgets = &Budgets::UNBOUNDED;
    listed(covenant_rules(), Case { portfolio, base, flow, budgets, parameters })
}

fn listed<'a, Id: Copy, const N: usize>(
    rules: [Rule<Id>; N],
    case: Case<'a, Id>,
) -> impl Iterator<Item = State<Id>> + 'a {
    let measures = rules.into_iter().flat_map(move |rule| (0..).map_while(move |index| rule(&case, index)));
    measures.map(|measure| State {
        limit: measure.limit,
        on: measure.on,
        value: measure.value(),
        bound: U256::from(measure.bound),
        holds: measure.holds(),
    })
}
