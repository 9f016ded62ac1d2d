//! What an audit found, for people: a table of actions, the differences, a summary.

use alloy_primitives::{Address, U256, hex};
use audit::{Action, Auditor, Deed, Detail, Difference, Drained, Source, short_name};
use model::words::{amount, duration, exact_percent};
use model::{Asset, Assets};

use super::story::{Story, breaks};
use crate::output::table;

/// What the accounts of a vault hold at most: as a cap it bounds nothing.
const MOST_ASSETS: u128 = (1 << 96) - 1;
/// Decimals of the shares beyond those of the asset.
const SHARE_DECIMALS: u8 = 18;

pub(super) fn to_text(story: &Story, auditor: &Auditor, asset: &Option<Asset>) -> String {
    let show = Show { asset };
    let rows: Vec<_> = story.signed().map(|(action, who)| show.row(action, who)).collect();
    let symbol = asset.as_ref().map_or("base units", |asset| asset.symbol.as_str());
    let money = |name: &str| format!("{name}, {symbol}");
    let (before, after, lost) = (money("value before"), money("after"), money("lost"));
    let header = [
        "block",
        "time",
        "who",
        &before,
        &after,
        &lost,
        "loss budget left",
        "turnover left",
        "broken",
        "tightest limit",
        "what",
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

    /// An amount without its symbol, which the header has.
    fn bare(&self, assets: u128) -> String {
        let shown = self.assets(U256::from(assets));
        shown.split(' ').next().unwrap_or_default().to_owned()
    }

    fn row(&self, action: &Action, who: Address) -> Vec<String> {
        let Action { place, before, after, .. } = action;
        let left = |budget: Drained| self.bare(budget.capacity_assets.saturating_sub(budget.used_assets));
        let broken = match (before.broken.len(), after.broken.len()) {
            (0, 0) => String::new(),
            (was, is) if breaks(action) => format!("{was} -> {is} NEW"),
            (was, is) => format!("{was} -> {is}"),
        };
        let tightest = after.tightest.map(|tightest| format!("{} {:.1} %", tightest.limit, tightest.used * 100.0));
        vec![
            place.block.to_string(),
            date(place.time_secs),
            short(who),
            self.bare(before.nav_assets),
            self.bare(after.nav_assets),
            if action.loss_assets == 0 { String::new() } else { self.bare(action.loss_assets) },
            left(after.loss_budget),
            left(after.turnover_budget),
            broken,
            tightest.unwrap_or_default(),
            self.deeds(&action.deeds),
        ]
    }

    fn deeds(&self, deeds: &[Deed]) -> String {
        // A mark that changed no value says only that there was one, which the leg after it says too.
        let moves = deeds.iter().any(|deed| deed.what == "rebalance" || deed.what == "relieve");
        let told = deeds.iter().filter(|deed| !(moves && is_idle_mark(deed)));
        told.map(|deed| self.deed(deed)).collect::<Vec<_>>().join("; ")
    }

    fn deed(&self, deed: &Deed) -> String {
        let mut words = vec![deed.what.to_owned()];
        for (name, detail) in &deed.details {
            match (deed.what, *name) {
                // What the first number says already, or a wallet knows best.
                ("deposit" | "withdraw", "shares" | "for" | "of" | "to") | ("rebalance" | "relieve", "turnover") => {}
                ("trip", "value" | "bound") | ("mandate", "value")
                    if !matches!(detail, Detail::Secs(_) | Detail::Wad(_)) => {}
                ("deposit" | "withdraw", _)
                | (_, "id" | "ids" | "position" | "what" | "role" | "code" | "function" | "condition") => {
                    words.push(self.detail(detail))
                }
                ("mark", _) if is_idle_mark(deed) => {}
                (_, name) => words.push(format!("{name} {}", self.detail(detail))),
            }
        }
        words.join(" ")
    }

    fn detail(&self, detail: &Detail) -> String {
        match detail {
            Detail::Assets(assets) if *assets >= U256::from(MOST_ASSETS) => "any".to_owned(),
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
            Detail::Time(secs) => date(secs.saturating_to()),
            Detail::Secs(secs) => duration(secs.saturating_to()),
            Detail::Number(number) => number.to_string(),
            Detail::Account(account) => short(*account),
            Detail::Name(name) => short_name(*name),
            Detail::Names(names) => names.iter().map(|name| short_name(*name)).collect::<Vec<_>>().join(" "),
            Detail::Positions(u64::MAX) => "all".to_owned(),
            Detail::Positions(mask) => {
                let set = (0..64).filter(|position| mask >> position & 1 == 1);
                set.map(|position| position.to_string()).collect::<Vec<_>>().join(" ")
            }
            Detail::Word(word) => (*word).to_owned(),
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

/// A mark that changed no value.
fn is_idle_mark(deed: &Deed) -> bool {
    let assets = |wanted: &str| deed.details.iter().find(|(name, _)| *name == wanted).map(|(_, detail)| detail);
    deed.what == "mark" && assets("from") == assets("to")
}

/// A unix time as "2026-03-01 00:00:00", in UTC. The days are counted as Howard Hinnant's `civil_from_days` does.
fn date(unix_secs: u64) -> String {
    let (days, secs) = (unix_secs / 86_400 + 719_468, unix_secs % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02} {:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

fn short(account: Address) -> String {
    let text = account.to_string();
    format!("{}..{}", &text[..6], &text[text.len() - 4..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        assert_eq!(date(0), "1970-01-01 00:00:00");
        assert_eq!(date(951_782_399), "2000-02-28 23:59:59");
        assert_eq!(date(951_868_799), "2000-02-29 23:59:59");
        assert_eq!(date(1_772_323_200), "2026-03-01 00:00:00");
        assert_eq!(date(4_102_444_799), "2099-12-31 23:59:59");
    }
}
