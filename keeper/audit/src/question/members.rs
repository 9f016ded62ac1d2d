//! Views of single members: grants, guardians, holders, breakers, functions, changes.

use abi::board::IBoard;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{B256, Selector};
use alloy_sol_types::{Result, SolCall};

use super::whole::{ids, time, time_of};
use super::{Facts, Question};
use crate::fact::{Fact, On, Value};
use crate::state::{Breaker, State};

pub(super) fn stored(question: Question, answer: &[u8]) -> Option<Result<Facts>> {
    macro_rules! read {
        ($call:ty, $found:ident => $facts:expr) => {
            <$call>::abi_decode_returns_validate(answer).map(|$found| $facts)
        };
    }
    Some(match question {
        Question::Grant(keeper) => read!(IDesk::grantCall, grant => {
            let fact = |field| Fact::of_account("grant", keeper, field);
            vec![
                (fact("positions"), grant.positions.into()),
                (fact("turnover"), grant.turnoverWad.into()),
                (fact("loss"), grant.lossWad.into()),
                (fact("expiry"), time_of(grant.expiry)),
                (fact("nonce"), grant.nonce.into()),
                (fact("turnover used"), grant.turnover.used.into()),
                (fact("turnover capacity"), grant.turnover.capacity.into()),
                (fact("loss used"), grant.loss.used.into()),
                (fact("loss capacity"), grant.loss.capacity.into()),
            ]
        }),
        Question::IsGuardian(account) => {
            read!(IBoard::isGuardianCall, is => one(Fact::of_account("roles", account, "guardian"), is))
        }
        Question::BalanceOf(account) => {
            read!(IVault::balanceOfCall, shares => one(Fact::of_account("shares", account, "balance"), shares))
        }
        Question::Breaker(id) => read!(IBoard::breakerCall, found => breaker(id, &Breaker::told(&found))),
        Question::Ancestors(id) => read!(IBoard::ancestorsCall, found => {
            one(Fact::of_id("caps", id, "ancestors"), Value::Ids(found.iter().copied().collect()))
        }),
        Question::Delay(selector) => read!(IBoard::delayCall, secs => one(of_function(selector, "delay"), secs)),
        Question::IsAbdicated(selector) => {
            read!(IBoard::isAbdicatedCall, is => one(of_function(selector, "abdicated"), is))
        }
        Question::ExecutableAt(id) => {
            read!(IBoard::executableAtCall, at => one(of_hash("changes", id, "executable at"), time_of(at)))
        }
        Question::IsCodeAdmitted(code) => {
            read!(IBoard::isCodeAdmittedCall, is => one(of_hash("codes", code, "admitted"), is))
        }
        _ => return None,
    })
}

pub(super) fn rebuilt(question: Question, state: &State, now_secs: u64) -> Option<Facts> {
    Some(match question {
        Question::Grant(keeper) => {
            let grant = state.grants.get(&keeper).copied().unwrap_or_default();
            let (least, alertness) = (state.nav_least_assets(now_secs), state.alertness_wad(now_secs));
            let [loss, turnover] = state.grant_budgets(&grant, least, alertness, now_secs);
            let fact = |field| Fact::of_account("grant", keeper, field);
            vec![
                (fact("positions"), grant.positions.into()),
                (fact("turnover"), grant.turnover_wad.into()),
                (fact("loss"), grant.loss_wad.into()),
                (fact("expiry"), time(grant.expiry_secs)),
                (fact("nonce"), grant.nonce.into()),
                (fact("turnover used"), turnover.used_assets.into()),
                (fact("turnover capacity"), turnover.capacity_assets.into()),
                (fact("loss used"), loss.used_assets.into()),
                (fact("loss capacity"), loss.capacity_assets.into()),
            ]
        }
        Question::IsGuardian(account) => {
            let is = state.roles.guardians.get(&account).copied().unwrap_or_default();
            one(Fact::of_account("roles", account, "guardian"), is)
        }
        Question::BalanceOf(account) => {
            let shares = state.balances.get(&account).copied().unwrap_or_default();
            one(Fact::of_account("shares", account, "balance"), shares)
        }
        Question::Breaker(id) => {
            let found = state.place(id).map(|place| state.ids[place].breaker).unwrap_or_default();
            breaker(id, &found)
        }
        Question::Ancestors(id) => {
            let mask = state.place(id).map_or(0, |place| state.ancestors(place));
            one(Fact::of_id("caps", id, "ancestors"), ids(state, mask))
        }
        Question::Delay(selector) => one(of_function(selector, "delay"), state.delay_secs(selector)),
        Question::IsAbdicated(selector) => one(of_function(selector, "abdicated"), state.abdicated.contains(&selector)),
        Question::ExecutableAt(id) => {
            let at = state.executable_at_secs(id, now_secs);
            one(of_hash("changes", id, "executable at"), time(at))
        }
        Question::IsCodeAdmitted(code) => {
            one(of_hash("codes", code, "admitted"), state.codes.get(&code).copied().unwrap_or_default())
        }
        _ => return None,
    })
}

fn one(fact: Fact, value: impl Into<Value>) -> Facts {
    vec![(fact, value.into())]
}

fn of_function(selector: Selector, field: &'static str) -> Fact {
    Fact { group: "functions", on: On::Selector(selector), field }
}

fn of_hash(group: &'static str, hash: B256, field: &'static str) -> Fact {
    Fact { group, on: On::Hash(hash), field }
}

fn breaker(id: B256, breaker: &Breaker) -> Facts {
    let fact = |field| Fact::of_id("breakers", id, field);
    vec![
        (fact("feed"), breaker.feed.into()),
        (fact("min price"), breaker.min_price_wad.into()),
        (fact("max price"), breaker.max_price_wad.into()),
        (fact("max age"), u64::from(breaker.max_age_secs).into()),
        (fact("liquid bps"), u64::from(breaker.liquid_bps).into()),
        (fact("confirm"), u64::from(breaker.confirm_secs).into()),
        (fact("trip"), u64::from(breaker.trip_secs).into()),
    ]
}
