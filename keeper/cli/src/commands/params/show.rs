//! `keeper params show`: everything that governance sets.

use alloy_primitives::U256;
use chain::covenants::Agreed;
use chain::governance::{Change, Governed, words};
use model::words::{amount, days, duration, exact_percent};
use serde_json::{Value, json};

use super::super::{Report, connect};
use crate::config::Settings;
use crate::failure::{Ending, Failure};
use crate::output::table;

/// Reads everything and changes nothing.
pub async fn run(settings: &Settings) -> Result<Report, Failure> {
    let rpc = connect(settings).await?;
    let governed = super::governed(settings, &rpc).await?;
    Ok(Report { ending: Ending::Done, json: to_json(&governed), text: to_text(&governed) })
}

/// A submitted change in words.
pub(super) fn announced(governed: &Governed, data: &[u8]) -> String {
    match Change::decode(data) {
        Some(change) => words::what(&change, governed),
        None => "what this keeper cannot read".to_owned(),
    }
}

fn to_json(governed: &Governed) -> Value {
    let snapshot = &governed.snapshot;
    let positions = snapshot.positions.iter().map(|position| {
        json!({
            "index": position.index,
            "adapter": position.adapter,
            "kind": position.kind,
            "venue": position.venue,
            "market": position.market,
            "own_ids": governed.own_ids.get(position.index as usize),
            "risk_ids": position.risk_ids,
            "value": position.marked,
            "terms": position.terms,
            "lever": position.lever,
        })
    });
    let submitted = governed.submitted.iter().map(|submitted| {
        json!({
            "id": submitted.id,
            "calldata": submitted.data,
            "what": announced(governed, &submitted.data),
            "executable_at": submitted.executable_at,
            "is_mature": submitted.executable_at <= governed.now(),
        })
    });
    json!({
        "vault": snapshot.vault,
        "block": snapshot.block.number,
        "time": snapshot.block.timestamp,
        "revision": snapshot.revision.to_string(),
        "is_open": governed.is_open,
        "roles": governed.roles,
        "parameters": snapshot.parameters,
        "max_rate": snapshot.book.max_rate,
        "book": snapshot.book,
        "budgets": snapshot.budgets,
        "caps": snapshot.caps,
        "nests": governed.nests,
        "breakers": governed.breakers,
        "covenants": governed.agreed,
        "positions": positions.collect::<Vec<_>>(),
        "grants": governed.grants,
        "codes": governed.codes,
        "powers": governed.powers,
        "submitted": submitted.collect::<Vec<_>>(),
    })
}

fn to_text(governed: &Governed) -> String {
    let mut parts = vec![whole(governed), roles(governed), caps(governed), positions(governed)];
    parts.extend(levers(governed));
    parts.extend(nests(governed));
    parts.extend(breakers(governed));
    parts.extend(covenants(governed));
    parts.extend(grants(governed));
    parts.extend(codes(governed));
    parts.push(powers(governed));
    parts.extend(submitted(governed));
    parts.join("\n\n")
}

fn whole(governed: &Governed) -> String {
    let snapshot = &governed.snapshot;
    let (set, budgets) = (&snapshot.parameters, &snapshot.budgets);
    let show = |assets| amount(assets, &snapshot.asset);
    let budget = |part, level: &model::Level| {
        let (part, used, most) = (exact_percent(part), show(level.used), show(level.capacity));
        format!("{part} of the least net asset value an epoch; {used} used of {most}")
    };
    let state = if governed.is_open { "open" } else { "in set-up: everything is immediate, deposits are blocked" };
    let until = |until: model::Timestamp| if until > governed.now() { words::date(until) } else { "no".to_owned() };
    let rows = [
        ("vault", format!("{} ({state})", snapshot.vault)),
        ("block", format!("{} at {}", snapshot.block.number, words::date(snapshot.block.timestamp))),
        ("revision", snapshot.revision.to_string()),
        ("least net asset value", show(snapshot.book.nav_least)),
        ("idle part", format!("at least {} of the net asset value", exact_percent(set.liquidity_floor.0))),
        ("payable at once", format!("at least {} of the net asset value", exact_percent(set.liquidity_cover.0))),
        ("health of all debts", format!("at least {}", words::health(set.health_floor_bps))),
        ("loss budget", budget(set.loss.0, &budgets.loss)),
        ("turnover budget", budget(set.turnover.0, &budgets.turnover)),
        ("gains believed", format!("up to {} a year", exact_percent(snapshot.book.max_rate.0))),
        ("epoch", duration(set.epoch_secs)),
        ("silence", duration(set.silence_secs)),
        ("paused until", until(budgets.paused_until)),
        ("deposits blocked until", if governed.is_open { until(budgets.blocked_until) } else { "the opening".into() }),
    ];
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    rows.iter().map(|(name, value)| format!("{name:<width$}  {value}")).collect::<Vec<_>>().join("\n")
}

fn roles(governed: &Governed) -> String {
    let roles = &governed.roles;
    let mut rows = vec![vec!["owner".to_owned(), roles.owner.to_string()]];
    if !roles.pending_owner.is_zero() {
        rows.push(vec!["offered to".to_owned(), roles.pending_owner.to_string()]);
    }
    if !roles.curator.is_zero() {
        rows.push(vec!["curator".to_owned(), roles.curator.to_string()]);
    }
    rows.extend(roles.guardians.iter().map(|guardian| vec!["guardian".to_owned(), guardian.to_string()]));
    table(&["role", "account"], &rows)
}

fn caps(governed: &Governed) -> String {
    let snapshot = &governed.snapshot;
    let rows: Vec<_> = snapshot
        .caps
        .iter()
        .map(|cap| {
            let tripped = if cap.is_tripped(governed.now()) {
                format!("TRIPPED until {}", words::date(cap.tripped_until))
            } else {
                String::new()
            };
            vec![
                cap.risk_id.to_string(),
                amount(cap.exposure, &snapshot.asset),
                amount(cap.absolute, &snapshot.asset),
                exact_percent(cap.relative.0),
                tripped,
            ]
        })
        .collect();
    table(&["risk id", "exposure", "absolute cap", "relative cap", ""], &rows)
}

fn positions(governed: &Governed) -> String {
    let snapshot = &governed.snapshot;
    let rows: Vec<_> = snapshot
        .positions
        .iter()
        .map(|position| {
            let ids: Vec<_> = position.risk_ids.iter().map(ToString::to_string).collect();
            let terms = &position.terms;
            vec![
                position.index.to_string(),
                position.kind.to_string(),
                position.adapter.to_string(),
                ids.join(", "),
                amount(position.marked, &snapshot.asset),
                format!("{} / {} / {} bps", terms.instant_bps, terms.depth_bps, terms.slack_bps),
            ]
        })
        .collect();
    table(&["position", "kind", "adapter", "counts against", "value", "at once / of venue / slack"], &rows)
}

fn levers(governed: &Governed) -> Option<String> {
    let asset = &governed.snapshot.asset;
    let rows: Vec<_> = governed
        .snapshot
        .positions
        .iter()
        .filter_map(|position| {
            let lever = position.lever?;
            let health = lever.health_wad_down().map_or_else(|| "no debt".to_owned(), model::words::health);
            let (told, ready) = match lever.thresholds {
                None => ("it may owe nothing".to_owned(), String::new()),
                Some(thresholds) if thresholds.ready_at > governed.now() => {
                    (words::thresholds(&thresholds, asset), format!("from {}", words::date(thresholds.ready_at)))
                }
                Some(thresholds) => (words::thresholds(&thresholds, asset), "now".to_owned()),
            };
            Some(vec![position.index.to_string(), health, ready, told])
        })
        .collect();
    (!rows.is_empty()).then(|| table(&["position", "health", "strangers", "thresholds"], &rows))
}

fn nests(governed: &Governed) -> Option<String> {
    let rows: Vec<_> =
        governed.nests.iter().map(|nest| vec![nest.risk_id.to_string(), nest.parent.to_string()]).collect();
    (!rows.is_empty()).then(|| table(&["risk id", "counts against too"], &rows))
}

fn breakers(governed: &Governed) -> Option<String> {
    let rows: Vec<_> =
        governed.breakers.iter().map(|breaker| vec![breaker.risk_id.to_string(), words::breaker(breaker)]).collect();
    (!rows.is_empty()).then(|| table(&["risk id", "trips outside of"], &rows))
}

fn covenants(governed: &Governed) -> Option<String> {
    let agreed = &governed.agreed;
    let hazards = agreed
        .hazards
        .iter()
        .map(|hazard| (format!("expected of {}", hazard.risk_id), words::covenants::hazard(hazard)));
    let terms = agreed.terms_secs.iter().map(|(position, secs)| {
        (format!("position {position} pays"), format!("always {} from now", days(U256::from(*secs))))
    });
    let rows = [
        ("modified duration", words::covenants::band(&agreed.duration)),
        ("maturity ladder", words::covenants::ladder(&agreed.ladder)),
        ("expected to be lost", format!("at most {}", words::covenants::credit(agreed))),
        ("bonds are bought", words::covenants::purchases(&agreed.purchases)),
    ];
    let rows = rows.map(|(what, said)| (what.to_owned(), said)).into_iter().chain(hazards).chain(terms);
    let rows: Vec<_> = rows.map(|(what, said)| vec![what, said]).collect();
    (*agreed != Agreed::default()).then(|| table(&["bonds and credit", ""], &rows))
}

fn grants(governed: &Governed) -> Option<String> {
    let rows: Vec<_> = governed
        .grants
        .iter()
        .map(|grant| {
            let until = words::date(grant.expiry);
            let until = if grant.is_live(governed.now()) { until } else { format!("EXPIRED {until}") };
            let (turnover, loss) = (exact_percent(grant.turnover.0), exact_percent(grant.loss.0));
            vec![grant.keeper.to_string(), words::indices(grant.positions), turnover, loss, until]
        })
        .collect();
    (!rows.is_empty()).then(|| table(&["keeper", "positions", "turnover", "loss", "until"], &rows))
}

fn codes(governed: &Governed) -> Option<String> {
    let rows: Vec<_> = governed.codes.iter().map(|codehash| vec![codehash.to_string()]).collect();
    (!rows.is_empty()).then(|| table(&["code of adapters that may be added"], &rows))
}

fn powers(governed: &Governed) -> String {
    let rows: Vec<_> = governed
        .powers
        .iter()
        .map(|power| {
            let given_up = if power.is_abdicated { "given up for good" } else { "" };
            let waits = power.delay_secs.map_or_else(|| "as the delay that it shortens".to_owned(), duration);
            vec![power.function.name.to_owned(), waits, given_up.to_owned()]
        })
        .collect();
    table(&["to add risk by", "waits", ""], &rows)
}

fn submitted(governed: &Governed) -> Option<String> {
    let rows: Vec<_> = governed
        .submitted
        .iter()
        .map(|submitted| {
            let at = words::date(submitted.executable_at);
            let at = if submitted.executable_at <= governed.now() { format!("now (since {at})") } else { at };
            vec![at, announced(governed, &submitted.data)]
        })
        .collect();
    (!rows.is_empty()).then(|| table(&["anyone can make from", "announced change"], &rows))
}
