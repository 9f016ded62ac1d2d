//! What an audit found, for people: a table of actions, the differences, a summary.

use alloy_primitives::{Address, U256, hex};
use audit::{Action, Auditor, Deed, Detail, Difference, Look, Source, short_name};
use model::words::{amount, duration, exact_percent};
use model::{Asset, Assets, Timestamp};

use super::story::{Story, breaks};
use crate::output::table;

/// Decimals of the shares beyond those of the asset.
const SHARE_DECIMALS: u8 = 18;

pub(super) fn to_text(story: &Story, auditor: &Auditor, asset: &Option<Asset>) -> String {
    let show = Show { asset };
    let rows: Vec<_> = story.signed().map(|(action, who)| show.row(action, who)).collect();
    let header = [
        "block",
        "time",
        "who",
        "what",
        "value before",
        "value after",
        "lost",
        "loss budget left",
        "turnover left",
        "broken",
        "tightest limit",
    ];
    let mut parts = Vec::new();
    if !rows.is_empty() {
        parts.push(table(&header, &rows));
    }
    let differences = auditor.differences();
    if !differences.is_empty() {
        let rows: Vec<_> = differences.iter().map(difference_row).collect();
        parts.push(table(&["difference", "what", "since", "until", "rebuilt", "found"], &rows));
    }
    parts.push(show.summary(story, auditor));
    parts.join("\n\n")
}

/// How amounts are shown.
struct Show<'a> {
    asset: &'a Option<Asset>,
}

impl Show<'_> {
    fn assets(&self, assets: U256) -> String {
        match self.asset {
            Some(asset) => amount(Assets(assets), asset),
            None => assets.to_string(),
        }
    }

    fn row(&self, action: &Action, who: Address) -> Vec<String> {
        let Action { place, before, after, .. } = action;
        let left = |look: &Look, loss: bool| {
            let budget = if loss { look.loss_budget } else { look.turnover_budget };
            self.assets(U256::from(budget.capacity_assets.saturating_sub(budget.used_assets)))
        };
        let broken = match (before.broken.len(), after.broken.len()) {
            (0, 0) => String::new(),
            (was, is) if breaks(action) => format!("{was} -> {is} NEW"),
            (was, is) => format!("{was} -> {is}"),
        };
        let tightest = after.tightest.map(|(limit, used)| format!("{limit} {:.1} %", used * 100.0));
        vec![
            place.block.to_string(),
            Timestamp(place.time_secs).to_string(),
            short(who),
            self.deeds(&action.deeds),
            self.assets(U256::from(before.nav_assets)),
            self.assets(U256::from(after.nav_assets)),
            if action.loss_assets == 0 { String::new() } else { self.assets(U256::from(action.loss_assets)) },
            left(after, true),
            left(after, false),
            broken,
            tightest.unwrap_or_default(),
        ]
    }

    fn deeds(&self, deeds: &[Deed]) -> String {
        deeds.iter().map(|deed| self.deed(deed)).collect::<Vec<_>>().join("; ")
    }

    fn deed(&self, deed: &Deed) -> String {
        let mut words = vec![deed.what.to_owned()];
        for (name, detail) in &deed.details {
            match (deed.what, *name) {
                // What the first number says already, or a wallet knows best.
                ("deposit" | "withdraw", "shares" | "for" | "of" | "to") | ("rebalance" | "relieve", "turnover") => {}
                ("deposit" | "withdraw", _) | (_, "id" | "position" | "what" | "role") => {
                    words.push(self.detail(detail))
                }
                (_, name) => words.push(format!("{name} {}", self.detail(detail))),
            }
        }
        words.join(" ")
    }

    fn detail(&self, detail: &Detail) -> String {
        match detail {
            Detail::Assets(assets) => self.assets(*assets),
            Detail::Moved(assets) => {
                let sign = if assets.is_negative() { "-" } else { "+" };
                format!("{sign}{}", self.assets(assets.unsigned_abs()))
            }
            Detail::Shares(shares) => {
                let asset = Asset { address: Address::ZERO, symbol: "shares".into(), decimals: SHARE_DECIMALS };
                amount(Assets(*shares), &asset)
            }
            Detail::Wad(wad) => exact_percent(*wad),
            Detail::Bps(bps) => exact_percent(U256::from(*bps) * U256::from(100_000_000_000_000_u64)),
            Detail::Time(secs) => Timestamp(secs.saturating_to()).to_string(),
            Detail::Secs(secs) => duration(secs.saturating_to()),
            Detail::Number(number) => number.to_string(),
            Detail::Account(account) => short(*account),
            Detail::Name(name) => short_name(*name),
            Detail::Hash(hash) => format!("0x{}", hex::encode(&hash[..4])),
            Detail::Truth(truth) => truth.to_string(),
        }
    }

    fn summary(&self, story: &Story, auditor: &Auditor) -> String {
        let state = auditor.state();
        let epoch_secs = state.mandate.epoch_secs;
        let totals = story.totals(epoch_secs);
        let deeds: Vec<_> = totals.deeds.iter().map(|(what, times)| format!("{what} {times}")).collect();
        let (worst_loss, worst_turnover) = totals.worst_epoch_assets;
        let mut lines = vec![
            format!("blocks       {} to {}, {} entries of the log", story.from, story.to, auditor.entries()),
            format!("actions      {}: {}", story.actions.len(), deeds.join(", ")),
        ];
        if let (Some(first), Some(last)) = (story.actions.first(), story.actions.last()) {
            let (before, after) = (U256::from(first.before.nav_assets), U256::from(last.after.nav_assets));
            lines.push(format!("value        {} before, {} after", self.assets(before), self.assets(after)));
        }
        lines.push(format!(
            "lost         {} in all, at most {} within {}",
            self.assets(U256::from(totals.loss_assets)),
            self.assets(U256::from(worst_loss)),
            duration(epoch_secs)
        ));
        lines.push(format!(
            "moved        {} in all, at most {} within {}",
            self.assets(U256::from(totals.turnover_assets)),
            self.assets(U256::from(worst_turnover)),
            duration(epoch_secs)
        ));
        lines.push(format!("limits       {} actions broke one that held before", totals.broke));
        let unanswered = match auditor.unanswered() {
            0 => String::new(),
            some => format!(", {some} more had no answer"),
        };
        lines.push(format!(
            "compared     {} views at {} blocks{unanswered}",
            auditor.compared(),
            story.compared_blocks.len()
        ));
        lines.push(match auditor.differences() {
            [] => "differences  none: storage is what the events say".to_owned(),
            some => format!("differences  {}; the first in block {}", some.len(), some[0].first.block),
        });
        lines.join("\n")
    }
}

fn difference_row(difference: &Difference) -> Vec<String> {
    let source = match difference.source {
        Source::Stored => "stored",
        Source::Told => "told",
        Source::Unreadable => "unreadable",
        Source::Silent => "no answer",
    };
    let show = |value: &Option<audit::Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let since = match difference.equal_at {
        Some(equal) if difference.source == Source::Stored && equal + 1 < difference.first.block => {
            format!("{} (equal at {equal})", difference.first.block)
        }
        _ => difference.first.block.to_string(),
    };
    vec![
        source.into(),
        difference.fact.to_string(),
        since,
        difference.last_block.to_string(),
        show(&difference.rebuilt),
        show(&difference.found),
    ]
}

fn short(account: Address) -> String {
    let text = account.to_string();
    format!("{}..{}", &text[..6], &text[text.len() - 4..])
}
