//! `keeper params diff`: a mandate file against the chain.

use std::path::Path;

use chain::governance::{self, Course, Effect, Governed, Step, Wanted, steps};
use model::Asset;
use model::words::{Unit, limit_name};
use serde_json::{Value, json};

use super::super::{Report, connect};
use crate::config::{self, Settings};
use crate::failure::{Ending, Failure};
use crate::output::table;

/// Reads everything and changes nothing.
pub async fn run(settings: &Settings, file: &Path) -> Result<Report, Failure> {
    let wanted = config::mandate(file)?;
    let rpc = connect(settings).await?;
    let governed = super::governed(settings, &rpc).await?;
    let wanted = super::with_codes(&rpc, wanted, &governed.snapshot.block).await?;
    let difference = Difference::of(governed, &wanted)?;
    let ending = if difference.steps.is_empty() { Ending::Idle } else { Ending::Done };
    Ok(Report { ending, json: difference.to_json(), text: difference.to_text() })
}

/// What a mandate changes, and what that does to today's portfolio.
pub(super) struct Difference {
    pub(super) now: Governed,
    pub(super) steps: Vec<Step>,
    /// What stands once the changes are made that need no waiting.
    meanwhile: Governed,
    /// What that does.
    effects_meanwhile: Vec<Effect>,
    /// What all of them together do.
    effects: Vec<Effect>,
}

impl Difference {
    pub(super) fn of(now: Governed, wanted: &Wanted) -> Result<Self, Failure> {
        let steps = steps(&now, wanted).map_err(|error| Failure::refused(error, "correct the mandate file"))?;
        let mut meanwhile = now.clone();
        let at_once = steps.iter().filter(|step| step.course == Course::AtOnce);
        at_once.for_each(|step| step.change.apply(&mut meanwhile));
        let after = governance::after(&now, &steps);
        let effects = |then| {
            governance::effects(&now, then)
                .map_err(|error| Failure::fault(error, "is vault.address a vault of this version?"))
        };
        let (effects_meanwhile, effects) = (effects(&meanwhile)?, effects(&after)?);
        Ok(Self { now, steps, meanwhile, effects_meanwhile, effects })
    }

    /// One line for each limit that today's portfolio would break, or that it breaks now and would not.
    pub(super) fn consequences(&self) -> Vec<String> {
        let passing = self.effects_meanwhile.iter().filter(|effect| effect.breaks() && !self.breaks_after(effect));
        let passing = passing.filter_map(|effect| self.broken(effect, "until the announced changes are made, "));
        let lasting = self.effects.iter().filter(|effect| effect.breaks());
        let lasting = lasting.filter_map(|effect| self.broken(effect, ""));
        let mended = self.effects.iter().filter(|effect| effect.mends()).filter_map(|effect| effect.before.as_ref());
        let mended = mended.map(|state| format!("the {}, broken today, would hold", limit_name(state.limit, state.on)));
        passing.chain(lasting).chain(mended).chain(self.keeperless()).collect()
    }

    fn breaks_after(&self, meanwhile: &Effect) -> bool {
        let name = |effect: &Effect| effect.after.as_ref().map(|state| (state.limit, state.on));
        self.effects.iter().any(|effect| effect.breaks() && name(effect) == name(meanwhile))
    }

    fn broken(&self, effect: &Effect, when: &str) -> Option<String> {
        let (after, asset) = (effect.after.as_ref()?, Some(&self.now.snapshot.asset));
        let (name, unit) = (limit_name(after.limit, after.on), Unit::of(after.limit));
        let (value, bound) = (unit.show(after.value, asset), unit.show(after.bound, asset));
        Some(format!("{when}today's portfolio would break the {name}: {value} against {bound}"))
    }

    /// A new grant waits while an old one is taken away at once: who replaces a keeper so is without one meanwhile.
    fn keeperless(&self) -> Option<String> {
        let is_live = |governed: &Governed| governed.grants.iter().any(|grant| grant.is_live(self.now.now()));
        let is_lost = is_live(&self.now) && !is_live(&self.meanwhile);
        is_lost.then(|| "no keeper would have a grant until an announced one is made".to_owned())
    }

    pub(super) fn to_json(&self) -> Value {
        let snapshot = &self.now.snapshot;
        let breaks = |effects: &[Effect]| effects.iter().filter(|effect| effect.breaks()).count();
        json!({
            "vault": snapshot.vault,
            "block": snapshot.block.number,
            "steps": self.steps.iter().map(step_json).collect::<Vec<_>>(),
            "limits": self.effects.iter().map(effect_json).collect::<Vec<_>>(),
            "breaks": breaks(&self.effects),
            "breaks_meanwhile": breaks(&self.effects_meanwhile),
            "consequences": self.consequences(),
        })
    }

    pub(super) fn to_text(&self) -> String {
        if self.steps.is_empty() {
            return "the chain is as the file wants it".to_owned();
        }
        let lines: Vec<_> = self.steps.iter().map(|step| format!("- {}", step.line)).collect();
        let mut consequences = self.consequences();
        if consequences.is_empty() {
            consequences.push("no limit that holds for today's portfolio would be broken".to_owned());
        }
        let moved: Vec<_> = self.effects.iter().filter(|effect| effect.moves()).collect();
        let rows: Vec<_> = moved.iter().map(|effect| effect_row(effect, &self.now.snapshot.asset)).collect();
        let mut parts = vec![lines.join("\n"), consequences.join("\n")];
        if !rows.is_empty() {
            parts.push(table(&["limit", "value now", "bound now", "value then", "bound then", ""], &rows));
        }
        parts.join("\n\n")
    }
}

pub(super) fn step_json(step: &Step) -> Value {
    let course = match &step.course {
        Course::AtOnce => json!({ "course": "at_once" }),
        Course::Waits { secs } => json!({ "course": "waits", "secs": secs }),
        Course::Announced { executable_at } => json!({ "course": "announced", "executable_at": executable_at }),
        Course::Blocked { reason } => json!({ "course": "blocked", "reason": reason }),
    };
    let mut step = json!({
        "line": step.line,
        "function": step.change.function().map(|function| function.name),
        "id": step.change.id(),
        "calldata": step.change.calldata(),
    });
    if let (Value::Object(all), Value::Object(course)) = (&mut step, course) {
        all.extend(course);
    }
    step
}

fn effect_json(effect: &Effect) -> Value {
    let side = |state: &Option<model::mandate::State>| {
        state.as_ref().map(
            |state| json!({ "value": state.value.to_string(), "bound": state.bound.to_string(), "holds": state.holds }),
        )
    };
    let named = effect.after.as_ref().or(effect.before.as_ref());
    json!({
        "limit": named.map(|state| limit_name(state.limit, state.on)),
        "before": side(&effect.before),
        "after": side(&effect.after),
        "breaks": effect.breaks(),
        "mends": effect.mends(),
    })
}

fn effect_row(effect: &Effect, asset: &Asset) -> Vec<String> {
    let named = effect.after.as_ref().or(effect.before.as_ref());
    let name = named.map_or_else(String::new, |state| limit_name(state.limit, state.on));
    let side = |state: &Option<model::mandate::State>| {
        state.as_ref().map_or_else(Default::default, |state| {
            let unit = Unit::of(state.limit);
            (unit.show(state.value, Some(asset)), unit.show(state.bound, Some(asset)))
        })
    };
    let ((value_now, bound_now), (value_then, bound_then)) = (side(&effect.before), side(&effect.after));
    let verdict = match effect {
        effect if effect.breaks() => "WOULD BREAK",
        effect if effect.mends() => "would hold again",
        Effect { after: Some(after), .. } if !after.holds => "BROKEN, as now",
        _ => "holds",
    };
    vec![name, value_now, bound_now, value_then, bound_then, verdict.to_owned()]
}
