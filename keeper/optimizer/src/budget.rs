//! The limits of a change, each as a bound on what is moved: budgets of turnover and loss.

use model::alloy_primitives::U256;
use model::units::Assets;
use model::{Level, LimitKind, Position, RateModel, Snapshot};

use crate::Settings;
use crate::programme::{Group, Weight};
use crate::statement::{Freedom, room};

/// Base units a position that rounding of amounts and charges may take from a budget.
const ROUNDING_ASSETS: u64 = 4;

/// Every such limit. Whoever moves nothing keeps them all; whoever only brings money to idle is not bound by turnover.
pub(crate) fn groups(snapshot: &Snapshot, settings: &Settings, freedom: Freedom) -> Vec<Group> {
    let positions = &snapshot.positions;
    let all = || (0..positions.len()).collect::<Vec<_>>();
    let (vault, grant) = (&snapshot.budgets, &snapshot.operator.grant);
    let rounding = Assets::from(u128::from(ROUNDING_ASSETS) * positions.len() as u128);
    let bound = |left: Assets| room(left, settings).saturating_sub(rounding).to_f64();

    // A mark at the touch charges the vault's budget before any leg does, and every budget shrinks with what it lost.
    let pending = positions.iter().zip(snapshot.believed()).map(|(position, believed)| loss(position, believed));
    let pending = pending.fold(Assets::ZERO, Assets::saturating_add);
    let least = snapshot.book.nav_least.min(snapshot.book.nav.saturating_sub(pending));
    let left = |level: &Level| {
        let capacity = model::math::mul_div_down(level.capacity.0, least.0, snapshot.book.nav_least.0);
        Assets(capacity.unwrap_or(U256::ZERO)).saturating_sub(level.used)
    };

    let mut groups = Vec::new();
    if !freedom.only_reduces() {
        // Of two budgets of the same movements only the tighter one can ever bind.
        let (vault_left, grant_left) = (left(&vault.turnover), left(&grant.turnover));
        let (kind, left_of_both) = match grant_left < vault_left {
            true => (LimitKind::GrantTurnover, grant_left),
            false => (LimitKind::TurnoverBudget, vault_left),
        };
        let weights = positions.iter().map(|position| Weight::moved(position.value.to_f64(), 1.0, 1.0)).collect();
        groups.push(Group { kind, members: all(), weights, bound: bound(left_of_both) });
    }

    let (vault_left, grant_left) = (left(&vault.loss).saturating_sub(pending), left(&grant.loss));
    let (kind, left_of_both) = match grant_left < vault_left {
        true => (LimitKind::GrantLoss, grant_left),
        false => (LimitKind::LossBudget, vault_left),
    };
    let weights: Vec<_> =
        positions.iter().zip(snapshot.believed()).map(|(position, believed)| charge(position, believed)).collect();
    if weights.iter().any(|weight| weight.pivot().is_some()) {
        groups.push(Group { kind, members: all(), weights, bound: bound(left_of_both) });
    }

    groups
}

/// What the book still believes beyond the real value.
fn loss(position: &Position, believed: Assets) -> Assets {
    position.marked.saturating_sub(believed)
}

/// What each unit moved is charged with: the governed slack; into a position, what the book does not believe of its
/// price, and of a bond what buying it may cost, which is never more than its slack; out of it, the part of its earlier losses.
fn charge(position: &Position, believed: Assets) -> Weight {
    let slack = f64::from(position.terms.slack_bps) / 1e4;
    let value = position.value.to_f64();
    let gain = believed.saturating_sub(position.marked);
    let shortfall = position.shortfall.saturating_add(loss(position, believed)).saturating_sub(gain);
    let (unbelieved, owed) = match value > 0.0 {
        true => (position.value.saturating_sub(believed).to_f64() / value, shortfall.to_f64() / value),
        false => (0.0, 0.0),
    };
    let is_market = matches!(position.rate, RateModel::PendlePrincipal(_) | RateModel::HyperdriveLong(_));
    let is_bond = position.bond.is_some_and(|bond| bond.maturity.is_some());
    let impact = if is_market && is_bond { slack } else { 0.0 };
    Weight::moved(value, slack + impact + unbelieved, slack + owed)
}
