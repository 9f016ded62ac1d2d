//! What is remembered from look to look, and what follows from it.

use std::collections::BTreeMap;

use model::rate::{AaveTwoSlope, MorphoMarket};
use model::{Position, RateModel, Snapshot, Timestamp, drought};
use risk::lever::watch;
use risk::zscore::{LEAST_OBSERVATIONS, standing};
use serde::{Deserialize, Serialize};

use crate::{Alarm, Observed, Peg, Posture, Settings, Trigger};

/// Sources that confirm a lost peg.
const LEAST_SOURCES: usize = 3;

/// What is remembered. It survives the process as it is serialised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The last block that was looked at; events are asked for from the next one on.
    pub block: Option<u64>,
    /// Alarms that wait for a release.
    alarms: Vec<Alarm>,
    /// Alarms that end by themselves, as of the last look.
    passing: Vec<Alarm>,
    next_id: u64,
    /// The terms of each position's rate model.
    terms: BTreeMap<u32, String>,
    /// The spread of each position at the last looks, oldest first.
    spreads: BTreeMap<u32, Vec<f64>>,
}

/// A halt: nothing may be done.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("halted by alarm {id} ({trigger}): {reason}")]
pub struct Halted {
    /// What it is released by.
    pub id: u64,
    /// What it is about.
    pub trigger: Trigger,
    /// What was found.
    pub reason: String,
}

impl Memory {
    /// Every alarm that stands: first those that wait for a release.
    pub fn alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.alarms.iter().chain(&self.passing)
    }

    /// Takes a look; returns what is new. The same block is looked at once.
    pub fn look(&mut self, observed: &Observed<'_>, settings: &Settings) -> Vec<Alarm> {
        let snapshot = observed.snapshot;
        if self.block.is_some_and(|block| block >= snapshot.block.number) {
            return Vec::new();
        }
        let mut found = Vec::new();
        found.extend(usage(snapshot));
        found.extend(health(snapshot, settings));
        found.extend(self.spreads(snapshot, settings));
        found.extend(self.terms(snapshot));
        found.extend(events(observed));
        found.extend(observed.pegs.iter().filter_map(|peg| judge(peg, snapshot.now())));
        self.block = Some(snapshot.block.number);
        let (lasting, passing): (Vec<_>, Vec<_>) = found.into_iter().partition(|alarm| alarm.posture != Posture::Plan);

        let is_known = |known: &[Alarm], alarm: &Alarm| known.iter().any(|known| is_same(known, alarm));
        let mut new: Vec<_> = passing.iter().filter(|alarm| !is_known(&self.passing, alarm)).cloned().collect();
        self.passing = passing;
        new.extend(lasting.into_iter().filter_map(|alarm| self.raise(alarm)));
        new
    }

    /// Takes note of a turn in which no answer passed its checks and none was left to follow: the vault takes no new money until
    /// somebody has looked. Returns what is new.
    pub fn unanswered(&mut self, snapshot: &Snapshot, detail: &str) -> Option<Alarm> {
        let reason = format!("no answer passes its checks: {detail}");
        self.raise(alarm(Trigger::Solver, Vec::new(), Posture::ReduceOnly, snapshot, reason))
    }

    /// Adds an alarm that waits for a release; returns it, where none like it stands.
    fn raise(&mut self, mut alarm: Alarm) -> Option<Alarm> {
        if self.alarms.iter().any(|known| is_same(known, &alarm)) {
            return None;
        }
        self.next_id += 1;
        alarm.id = self.next_id;
        self.alarms.push(alarm.clone());
        Some(alarm)
    }

    /// Ends an alarm; returns it, where there was such a one.
    pub fn release(&mut self, id: u64) -> Option<Alarm> {
        let at = self.alarms.iter().position(|alarm| alarm.id == id)?;
        Some(self.alarms.remove(at))
    }

    /// Makes a snapshot as careful as the alarms demand.
    ///
    /// # Errors
    /// Where one of them is a halt.
    pub fn apply(&self, snapshot: &mut Snapshot) -> Result<(), Halted> {
        if let Some(Alarm { id, trigger, reason, .. }) = self.alarms.iter().find(|alarm| alarm.posture == Posture::Halt)
        {
            return Err(Halted { id: *id, trigger: *trigger, reason: reason.clone() });
        }
        for position in &mut snapshot.positions {
            let of_it = |alarm: &&Alarm| alarm.positions.is_empty() || alarm.positions.contains(&position.index);
            let Some(alarm) = self.alarms.iter().filter(of_it).max_by_key(|alarm| alarm.posture) else { continue };
            let reason = format!("alarm {} ({}): {}", alarm.id, alarm.posture, alarm.reason);
            let rate = std::mem::replace(&mut position.rate, RateModel::Unknown { reason: String::new() });
            position.rate = match alarm.posture {
                Posture::ExitOnly | Posture::Halt => RateModel::Unknown { reason },
                Posture::ReduceOnly => rate.closed(reason),
                Posture::Plan => rate,
            };
        }
        Ok(())
    }

    fn spreads(&mut self, snapshot: &Snapshot, settings: &Settings) -> Vec<Alarm> {
        let rates: Vec<_> =
            snapshot.positions.iter().filter_map(|position| Some((position, rate(position, snapshot)?))).collect();
        let Some(median) = median(rates.iter().map(|(_, rate)| *rate).collect()) else { return Vec::new() };
        let mut found = Vec::new();
        for (position, rate) in rates {
            let spread = rate - median;
            let history = self.spreads.entry(position.index).or_default();
            let standing = standing(history, spread, LEAST_OBSERVATIONS).ok();
            let far = standing.filter(|standing| {
                let off = (spread - standing.median).abs();
                off > settings.spread_least && off > settings.spread_deviations * standing.robust_deviation
            });
            if let Some(standing) = far {
                let percent = |rate: f64| format!("{:.2} %", rate * 100.0);
                let reason = format!(
                    "position {} pays {} over the vault's median, and {} by its last {} looks (robust deviation {})",
                    position.index,
                    percent(spread),
                    percent(standing.median),
                    standing.observations,
                    percent(standing.robust_deviation)
                );
                found.push(alarm(Trigger::Spread, vec![position.index], Posture::ReduceOnly, snapshot, reason));
            }
            history.push(spread);
            let spare = history.len().saturating_sub(settings.spread_looks);
            history.drain(..spare);
        }
        found
    }

    fn terms(&mut self, snapshot: &Snapshot) -> Vec<Alarm> {
        let mut found = Vec::new();
        for position in &snapshot.positions {
            let Some(now) = terms(&position.rate) else { continue };
            if let Some(before) = self.terms.insert(position.index, now.clone()).filter(|before| *before != now) {
                let reason = format!("the rate model of position {} was {before} and is {now}", position.index);
                found.push(alarm(Trigger::RateTerms, vec![position.index], Posture::ReduceOnly, snapshot, reason));
            }
        }
        found
    }
}

/// What a condition that was told and released is compared by: one that says the same is not told again while it stands.
fn is_same(known: &Alarm, other: &Alarm) -> bool {
    let is_about = (known.trigger, &known.positions, known.posture) == (other.trigger, &other.positions, other.posture);
    // What administrators did is told each time.
    is_about && (known.trigger != Trigger::VenueGovernance || known.reason == other.reason)
}

fn alarm(trigger: Trigger, positions: Vec<u32>, posture: Posture, snapshot: &Snapshot, reason: String) -> Alarm {
    Alarm { id: 0, trigger, positions, posture, since: snapshot.now(), reason }
}

fn usage(snapshot: &Snapshot) -> impl Iterator<Item = Alarm> {
    let held = snapshot.positions.iter().filter(|position| !position.value.is_zero());
    held.filter_map(|position| {
        let usage = position.rate.usage().filter(|usage| *usage >= drought::RETURN);
        let reason = match usage {
            _ if position.rate.is_closed() => format!("the venue of position {} takes no money", position.index),
            Some(usage) => format!("the venue of position {} is lent out to {:.2} %", position.index, usage * 100.0),
            None => return None,
        };
        Some(alarm(Trigger::Usage, vec![position.index], Posture::Plan, snapshot, reason))
    })
}

fn health(snapshot: &Snapshot, settings: &Settings) -> impl Iterator<Item = Alarm> {
    let pressed = |position: &Position| {
        let watch = watch(position).filter(|watch| watch.is_pressed(settings.health_hours))?;
        let reason = format!(
            "the health of position {} is {:.4}, and may reach its soft threshold within {} hours",
            position.index, watch.health, settings.health_hours
        );
        Some(alarm(Trigger::Health, vec![position.index], Posture::Plan, snapshot, reason))
    };
    snapshot.positions.iter().filter_map(pressed)
}

fn events(observed: &Observed<'_>) -> impl Iterator<Item = Alarm> {
    observed.events.iter().map(|event| {
        let reason = format!(
            "{} ({}) told {} in block {}: look at what its administrators did",
            event.name, event.contract, event.topic, event.block
        );
        alarm(Trigger::VenueGovernance, event.positions.clone(), event.posture, observed.snapshot, reason)
    })
}

/// A peg is lost where every source says so, freshly, and there are three of them.
fn judge(peg: &Peg, now: Timestamp) -> Option<Alarm> {
    let is_out = |quote: &crate::Quote| quote.price < peg.least || quote.price > peg.most;
    let fresh = peg.quotes.iter().flatten().filter(|quote| now.secs_since(quote.at) <= peg.max_age_secs);
    let fresh: Vec<_> = fresh.collect();
    let out = fresh.iter().filter(|quote| is_out(quote)).count();
    let all = peg.quotes.len();
    let is_confirmed = out == all && all >= LEAST_SOURCES;
    if out == 0 && fresh.len() == all && all >= LEAST_SOURCES {
        return None;
    }
    let prices: Vec<_> = fresh.iter().map(|quote| format!("{:.4}", quote.price.to_fraction())).collect();
    let silent = all - fresh.len();
    let band = format!("{:.4} to {:.4}", peg.least.to_fraction(), peg.most.to_fraction());
    let reason = format!(
        "{} should be {band}: {out} of {all} sources say that it is not ({}), {silent} are silent or stale",
        peg.name,
        prices.join(", ")
    );
    let (trigger, posture) = if is_confirmed { (Trigger::Depeg, peg.posture) } else { (Trigger::Doubt, Posture::Plan) };
    Some(Alarm { id: 0, trigger, positions: peg.positions.clone(), posture, since: now, reason })
}

/// A venue's rate at its present size; nothing where it is not read, or has a date of its own.
fn rate(position: &Position, snapshot: &Snapshot) -> Option<f64> {
    if position.rate.refusal().is_some() || position.bond.is_some() {
        return None;
    }
    let curve = position.rate.curve(position.value, snapshot.now()).ok()?;
    Some(curve.rate(position.value.to_f64())).filter(|rate| rate.is_finite())
}

fn median(mut rates: Vec<f64>) -> Option<f64> {
    rates.sort_by(f64::total_cmp);
    let middle = rates.len() / 2;
    match rates.len() {
        0 => None,
        count if count % 2 == 1 => Some(rates[middle]),
        _ => Some(f64::midpoint(rates[middle - 1], rates[middle])),
    }
}

/// What administrators set of a rate model, and use does not move; nothing where nobody sets anything.
fn terms(rate: &RateModel) -> Option<String> {
    Some(match rate {
        RateModel::AaveTwoSlope(AaveTwoSlope {
            optimal_usage, base_rate, slope1, slope2, reserve_factor_bps, ..
        }) => {
            let [optimal, base, first, second] =
                [optimal_usage, base_rate, slope1, slope2].map(|ray| format!("{:.4} %", ray.to_fraction() * 100.0));
            format!(
                "optimal {optimal}, base {base}, slopes {first} and {second}, reserve factor {reserve_factor_bps} bps"
            )
        }
        RateModel::MorphoBlue(MorphoMarket { fee, .. }) => format!("fee {:.4} %", fee.to_fraction() * 100.0),
        RateModel::MetaMorpho(vault) => format!("fee {:.4} %", vault.fee.to_fraction() * 100.0),
        RateModel::HyperdriveLong(pool) => {
            let [curve, flat] =
                [pool.curve_fee, pool.flat_fee].map(|fee| format!("{:.4} %", fee.to_fraction() * 100.0));
            format!("curve fee {curve}, flat fee {flat}")
        }
        RateModel::PendlePrincipal(market) => format!("fee {:.6} a year", market.ln_fee_rate_root.to_fraction()),
        RateModel::CompoundKinked(_)
        | RateModel::FixedRate(_)
        | RateModel::Net(_)
        | RateModel::Closed { .. }
        | RateModel::Unknown { .. } => return None,
    })
}
