//! `keeper plan --explain`: what each limit costs, how the ladder is filled, and what income is traded against.

use model::words::percent;
use model::{LimitKind, Position, Snapshot, Target};
use optimizer::{Along, Efficient, costs, trade_off};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::table;

/// Even steps of the trade-off.
const STEPS: u32 = 20;
const DAY_SECS: u32 = 86_400;
/// What is told as a cost at least: a ten-thousandth of a percent a year.
const LEAST_COST: f64 = 1e-6;

/// Why the target is what it is.
pub(super) struct Explained {
    /// More income a year without a limit, as a part of all assets.
    pub(super) costs: Vec<(LimitKind, f64)>,
    pub(super) ladder: Vec<Rung>,
    pub(super) along: Along,
    /// Where the bound stands.
    pub(super) standing: f64,
    pub(super) frontier: Vec<Efficient>,
}

/// A rung of the ladder, in parts of the least net asset value.
pub(super) struct Rung {
    pub(super) until_days: u16,
    pub(super) now: f64,
    pub(super) target: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Explained {
    /// Solves again, once for each limit that binds and once for each step.
    pub(super) fn of(snapshot: &Snapshot, target: &Target, settings: &optimizer::Settings) -> Result<Self, Failure> {
        let failed = |error: optimizer::Error| Failure::fault(error, "leave --explain out; the plan itself stands");
        let all = snapshot.total_assets().to_f64();
        let part = |assets: f64| if all > 0.0 { assets / all } else { 0.0 };
        let costs = costs(snapshot, target, settings).map_err(failed)?;
        let along = along(snapshot);
        // Where two limits bind alike, neither alone costs anything.
        let costs = costs.into_iter().map(|(kind, more)| (kind, part(more))).filter(|(_, part)| *part >= LEAST_COST);
        Ok(Self {
            costs: costs.collect(),
            ladder: ladder(snapshot, target),
            along,
            standing: along.standing(snapshot),
            frontier: trade_off(snapshot, along, STEPS, settings).map_err(failed)?,
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let cost = |(kind, part): &(LimitKind, f64)| json!({ "limit": kind.to_string(), "kind": kind, "a_year": part });
        let rung = |rung: &Rung| {
            json!({
                "until_days": rung.until_days, "now": rung.now, "target": rung.target, "least": rung.least,
                "most": rung.most,
            })
        };
        let point = |point: &Efficient| json!({ "bound": point.bound, "income": point.income });
        json!({
            "costs": self.costs.iter().map(cost).collect::<Vec<_>>(),
            "ladder": self.ladder.iter().map(rung).collect::<Vec<_>>(),
            "trade_off": {
                "along": name(self.along),
                "standing": self.standing,
                "points": self.frontier.iter().map(point).collect::<Vec<_>>(),
            },
        })
    }

    pub(super) fn to_text(&self) -> String {
        let mut parts = Vec::new();
        let sentences: Vec<_> = self.costs.iter().map(sentence).collect();
        parts.push(if sentences.is_empty() {
            "no limit of the mandate alone costs anything".to_owned()
        } else {
            sentences.join("\n")
        });
        if !self.ladder.is_empty() {
            let row = |rung: &Rung| {
                let parts = [rung.now, rung.target, rung.least, rung.most].map(percent);
                [vec![format!("up to {} days", rung.until_days)], parts.to_vec()].concat()
            };
            let rows: Vec<_> = self.ladder.iter().map(row).collect();
            parts.push(table(&["rung", "now", "target", "least", "most"], &rows));
        }
        let row = |point: &Efficient| vec![bound(self.along, point.bound), percent(point.income)];
        let rows: Vec<_> = self.frontier.iter().map(row).collect();
        let stands = format!("{} (stands at {})", name(self.along), bound(self.along, self.standing));
        parts.push(table(&[&stands, "the best portfolio earns a year"], &rows));
        parts.join("\n\n")
    }
}

/// "the relative cap of aave costs 0.1200 % a year: so much more the best portfolio would earn without it".
fn sentence((kind, part): &(LimitKind, f64)) -> String {
    format!("the {kind} costs {} a year: so much more the best portfolio would earn without it", percent(*part))
}

/// What income is traded against: expected losses where any are expected, else duration where bonds are, else liquidity.
fn along(snapshot: &Snapshot) -> Along {
    let covenants = snapshot.covenants.as_ref();
    if covenants.is_some_and(|covenants| !covenants.hazards.is_empty()) {
        Along::Credit
    } else if snapshot.positions.iter().any(|position| position.bond.is_some()) {
        Along::Duration
    } else {
        Along::Liquidity
    }
}

pub(super) fn name(along: Along) -> &'static str {
    match along {
        Along::Credit => "most expected loss a year",
        Along::Duration => "most duration",
        Along::Liquidity => "least payable at once",
    }
}

/// A bound in words.
fn bound(along: Along, bound: f64) -> String {
    match along {
        Along::Credit | Along::Liquidity => percent(bound),
        Along::Duration => format!("{:.1} days", bound * 365.0),
    }
}

fn ladder(snapshot: &Snapshot, target: &Target) -> Vec<Rung> {
    let Some(covenants) = &snapshot.covenants else { return Vec::new() };
    let nav = snapshot.book.nav_least.to_f64().max(1.0);
    let mut rungs: Vec<_> = covenants
        .ladder
        .iter()
        .map(|rung| Rung {
            until_days: rung.until_days,
            now: 0.0,
            target: 0.0,
            least: f64::from(rung.least_bps) / 1e4,
            most: f64::from(rung.most_bps) / 1e4,
        })
        .collect();
    for (position, wanted) in snapshot.positions.iter().zip(&target.positions) {
        if let Some(rung) = on(position, snapshot, &mut rungs) {
            rung.now += position.value.to_f64() / nav;
            rung.target += wanted.assets.to_f64() / nav;
        }
    }
    rungs
}

fn on<'a>(position: &Position, snapshot: &Snapshot, rungs: &'a mut [Rung]) -> Option<&'a mut Rung> {
    let term_secs = position.bond?.term_secs(snapshot.now());
    let at = rungs.iter().position(|rung| term_secs <= u32::from(rung.until_days) * DAY_SECS);
    let at = at.or(rungs.len().checked_sub(1))?;
    rungs.get_mut(at)
}
