//! Views of the vault as a whole: accounts, budgets, limits, tables.

use abi::board::IBoard;
use abi::covenants::ICovenants;
use abi::desk::IDesk;
use abi::vault::IVault;
use alloy_primitives::{B256, U256};
use alloy_sol_types::{Result, SolCall};
use mandate::{Limit, Subject};

use super::{Facts, Question};
use crate::fact::{Fact, On, Value};
use crate::limits::{at_rest, limit_name};
use crate::state::{BOOK_EPOCH_SECS, Position, State, bits};

/// What the view of budgets says of a vault that was never opened.
const NEVER_OPENED: u64 = u32::MAX as u64;

/// A time; one at or before the vault's own first moment means never.
pub(super) fn time(secs: u64) -> Value {
    Value::Time(if secs <= BOOK_EPOCH_SECS { 0 } else { secs })
}

pub(super) fn time_of(secs: U256) -> Value {
    match secs.saturating_to() {
        NEVER_OPENED => Value::Time(NEVER_OPENED),
        secs => time(secs),
    }
}

fn facts<const N: usize>(group: &'static str, fields: [(&'static str, Value); N]) -> Facts {
    fields.into_iter().map(|(field, value)| (Fact::plain(group, field), value)).collect()
}

pub(super) fn stored(question: Question, answer: &[u8]) -> Option<Result<Facts>> {
    macro_rules! read {
        ($call:ty, $found:ident => $facts:expr) => {
            <$call>::abi_decode_returns_validate(answer).map(|$found| $facts)
        };
    }
    Some(match question {
        Question::Book => read!(IDesk::bookCall, book => facts("book", [
            ("idle", book.idle.into()),
            ("marked", book.marked.into()),
            ("nav", book.nav.into()),
            ("nav entry", book.navEntry.into()),
            ("nav least", book.navLeast.into()),
            ("max rate", book.maxRateWad.into()),
        ])),
        Question::Mandate => read!(IDesk::mandateCall, mandate => facts("mandate", [
            ("liquidity floor", mandate.liquidityFloorWad.into()),
            ("liquidity cover", mandate.liquidityCoverWad.into()),
            ("loss", mandate.lossWad.into()),
            ("turnover", mandate.turnoverWad.into()),
            ("epoch", mandate.epochSecs.into()),
            ("silence", mandate.silenceSecs.into()),
            ("health floor", mandate.healthFloorBps.into()),
        ])),
        Question::Budgets => read!(IDesk::budgetsCall, budgets => facts("budgets", [
            ("loss used", budgets.loss.used.into()),
            ("loss capacity", budgets.loss.capacity.into()),
            ("turnover used", budgets.turnover.used.into()),
            ("turnover capacity", budgets.turnover.capacity.into()),
            ("keeper seen at", time_of(budgets.keeperSeenAt)),
            ("paused until", time_of(budgets.pausedUntil)),
            ("blocked until", time_of(budgets.blockedUntil)),
        ])),
        Question::Positions => read!(IDesk::positionsCall, positions => {
            positions.iter().enumerate().flat_map(|(index, position)| stored_position(index, position)).collect()
        }),
        Question::Caps => read!(IDesk::capsCall, caps => caps.iter().flat_map(stored_cap).collect()),
        Question::Limits => read!(IDesk::limitsCall, limits => limits.iter().flat_map(stored_limit).collect()),
        Question::Revision => read!(IDesk::revisionCall, revision => facts("vault", [("revision", revision.into())])),
        Question::TotalSupply => {
            read!(IVault::totalSupplyCall, supply => facts("vault", [("total supply", supply.into())]))
        }
        Question::TotalAssets => {
            read!(IVault::totalAssetsCall, assets => facts("vault", [("total assets", assets.into())]))
        }
        Question::IsOpen => read!(IBoard::isOpenCall, open => facts("vault", [("open", open.into())])),
        Question::Levers => read!(IBoard::leversCall, levers => levers.iter().flat_map(stored_lever).collect()),
        Question::Covenant => read!(ICovenants::covenantCall, covenant => stored_covenant(&covenant)),
        Question::Asset => read!(IVault::assetCall, asset => facts("vault", [("asset", asset.into())])),
        Question::Desk => read!(IVault::deskCall, desk => facts("vault", [("desk", desk.into())])),
        Question::Commons => {
            read!(IVault::commonsCall, commons => facts("vault", [("commons", commons.into())]))
        }
        Question::Board => read!(IVault::boardCall, board => facts("vault", [("board", board.into())])),
        Question::Lens => read!(IVault::lensCall, lens => facts("vault", [("lens", lens.into())])),
        Question::Rehearsal => {
            read!(IVault::rehearsalCall, rehearsal => facts("vault", [("rehearsal", rehearsal.into())]))
        }
        Question::Covenants => {
            read!(IVault::covenantsCall, covenants => facts("vault", [("covenants", covenants.into())]))
        }
        Question::Decimals => {
            read!(IVault::decimalsCall, decimals => facts("vault", [("decimals", u64::from(decimals).into())]))
        }
        Question::Owner => read!(IBoard::ownerCall, owner => facts("roles", [("owner", owner.into())])),
        Question::PendingOwner => {
            read!(IBoard::pendingOwnerCall, candidate => facts("roles", [("pending owner", candidate.into())]))
        }
        Question::Curator => read!(IBoard::curatorCall, curator => facts("roles", [("curator", curator.into())])),
        _ => return None,
    })
}

pub(super) fn rebuilt(question: Question, state: &State, now_secs: u64) -> Option<Facts> {
    let origin = state.origin.as_ref();
    Some(match question {
        Question::Book => facts(
            "book",
            [
                ("idle", state.idle_assets.into()),
                ("marked", state.marked_assets().into()),
                ("nav", state.nav_assets().into()),
                ("nav entry", state.nav_entry_assets(now_secs).into()),
                ("nav least", state.nav_least_assets(now_secs).into()),
                ("max rate", state.mandate.max_rate_wad.into()),
            ],
        ),
        Question::Mandate => facts(
            "mandate",
            [
                ("liquidity floor", state.mandate.liquidity_floor_wad.into()),
                ("liquidity cover", state.mandate.liquidity_cover_wad.into()),
                ("loss", state.mandate.loss_wad.into()),
                ("turnover", state.mandate.turnover_wad.into()),
                ("epoch", state.mandate.epoch_secs.into()),
                ("silence", state.mandate.silence_secs.into()),
                ("health floor", u64::from(state.mandate.health_floor_bps).into()),
            ],
        ),
        Question::Budgets => rebuilt_budgets(state, now_secs),
        Question::Positions => {
            (0..state.positions.len()).flat_map(|index| rebuilt_position(state, index, now_secs)).collect()
        }
        Question::Caps => rebuilt_caps(state),
        Question::Limits => at_rest(state, now_secs).iter().flat_map(rebuilt_limit).collect(),
        Question::Revision => facts("vault", [("revision", state.revision.into())]),
        Question::TotalSupply => facts("vault", [("total supply", state.supply_shares.into())]),
        Question::TotalAssets => facts("vault", [("total assets", state.nav_exit_assets().into())]),
        Question::IsOpen => facts("vault", [("open", state.is_open.into())]),
        Question::Levers => state.positions.iter().enumerate().flat_map(rebuilt_lever).collect(),
        Question::Covenant => rebuilt_covenant(state),
        Question::Asset => facts("vault", [("asset", origin?.asset.into())]),
        Question::Desk => facts("vault", [("desk", origin?.desk.into())]),
        Question::Commons => facts("vault", [("commons", origin?.commons.into())]),
        Question::Board => facts("vault", [("board", origin?.board.into())]),
        Question::Lens => facts("vault", [("lens", origin?.lens.into())]),
        Question::Rehearsal => facts("vault", [("rehearsal", origin?.rehearsal.into())]),
        Question::Covenants => facts("vault", [("covenants", origin?.covenants.into())]),
        Question::Decimals => facts("vault", [("decimals", u64::from(origin?.decimals).into())]),
        Question::Owner => facts("roles", [("owner", state.roles.owner.into())]),
        Question::PendingOwner => facts("roles", [("pending owner", state.roles.pending_owner.into())]),
        Question::Curator => facts("roles", [("curator", state.roles.curator.into())]),
        _ => return None,
    })
}

fn rebuilt_budgets(state: &State, now_secs: u64) -> Facts {
    let (least, alertness) = (state.nav_least_assets(now_secs), state.alertness_wad(now_secs));
    let loss = state.loss_budget(least, alertness, now_secs);
    let turnover = state.turnover_budget(least, alertness, now_secs);
    let blocked = if state.is_open { time(state.blocked_until_secs) } else { Value::Time(NEVER_OPENED) };
    facts(
        "budgets",
        [
            ("loss used", loss.used_assets.into()),
            ("loss capacity", loss.capacity_assets.into()),
            ("turnover used", turnover.used_assets.into()),
            ("turnover capacity", turnover.capacity_assets.into()),
            ("keeper seen at", time(state.keeper_seen_at_secs)),
            ("paused until", time(state.paused_until_secs)),
            ("blocked until", blocked),
        ],
    )
}

fn stored_position(index: usize, position: &IDesk::Position) -> Facts {
    let fields = [
        ("adapter", position.adapter.into()),
        ("risk ids", Value::Ids(position.riskIds.iter().copied().collect())),
        ("value", position.value.into()),
        ("marked at", time_of(position.markedAt)),
        ("shortfall", position.shortfall.into()),
        ("instant bps", u64::from(position.terms.instantBps).into()),
        ("depth bps", u64::from(position.terms.depthBps).into()),
        ("slack bps", u64::from(position.terms.slackBps).into()),
    ];
    fields.into_iter().map(|(field, value)| (Fact::of_position(index, field), value)).collect()
}

fn rebuilt_position(state: &State, index: usize, now_secs: u64) -> Facts {
    let position = &state.positions[index];
    let fields = [
        ("adapter", position.adapter.into()),
        ("risk ids", ids(state, position.mask)),
        ("value", position.value_assets.into()),
        ("marked at", time(position.marked_at_secs)),
        ("shortfall", state.shortfall_assets(position, now_secs).into()),
        ("instant bps", u64::from(position.instant_bps).into()),
        ("depth bps", u64::from(position.depth_bps).into()),
        ("slack bps", u64::from(position.slack_bps).into()),
    ];
    fields.into_iter().map(|(field, value)| (Fact::of_position(index, field), value)).collect()
}

fn stored_lever(lever: &IBoard::Lever) -> Facts {
    let IBoard::Thresholds { targetBps, softBps, hardBps, chunk, cooldownSecs, slipBps, rewardBps } = lever.thresholds;
    let bps = [("target bps", targetBps), ("soft bps", softBps), ("hard bps", hardBps), ("slip bps", slipBps)];
    let others = [
        ("reward bps", u64::from(rewardBps).into()),
        ("chunk", chunk.into()),
        ("cooldown", u64::from(cooldownSecs).into()),
        ("ready at", time_of(lever.readyAt)),
    ];
    lever_facts(lever.position as usize, bps, others)
}

fn rebuilt_lever((index, position): (usize, &Position)) -> Facts {
    let Some(found) = position.thresholds else { return Facts::new() };
    let bps = [
        ("target bps", found.target_bps),
        ("soft bps", found.soft_bps),
        ("hard bps", found.hard_bps),
        ("slip bps", found.slip_bps),
    ];
    let others = [
        ("reward bps", u64::from(found.reward_bps).into()),
        ("chunk", found.chunk_assets.into()),
        ("cooldown", u64::from(found.cooldown_secs).into()),
        ("ready at", time(position.ready_at_secs())),
    ];
    lever_facts(index, bps, others)
}

fn lever_facts(index: usize, bps: [(&'static str, u16); 4], others: [(&'static str, Value); 4]) -> Facts {
    let bps = bps.map(|(field, bps)| (field, Value::from(u64::from(bps))));
    bps.into_iter().chain(others).map(|(field, value)| (Fact::of_position(index, field), value)).collect()
}

fn stored_covenant(covenant: &ICovenants::Covenant) -> Facts {
    let mut all = covenant_facts([
        ("least duration", covenant.leastDurationSecs.into()),
        ("most duration", covenant.mostDurationSecs.into()),
        ("credit", covenant.creditWad.into()),
        ("yield bps", u64::from(covenant.yieldBps).into()),
        ("spread bps", u64::from(covenant.spreadBps).into()),
        ("reference", covenant.reference.into()),
        ("most age", covenant.maxAgeSecs.into()),
        ("rungs", (covenant.ladder.len() as u64).into()),
    ]);
    for (index, rung) in (0_u8..).zip(&covenant.ladder) {
        all.extend(rung_facts(index, [rung.untilDays, rung.leastBps, rung.mostBps]));
    }
    for told in &covenant.hazards {
        all.extend(hazard_facts(told.riskId, told.hazardBps, told.lossBps));
    }
    for bond in &covenant.bonds {
        let fields = [
            ("maturity", time_of(bond.maturity)),
            ("term", bond.termSecs.into()),
            ("rate", bond.rateWad.into()),
            ("premium", bond.premium.into()),
        ];
        all.extend(fields.map(|(field, value)| (Fact::of_position(bond.position as usize, field), value)));
    }
    all
}

fn rebuilt_covenant(state: &State) -> Facts {
    let covenants = &state.covenants;
    let mut all = covenant_facts([
        ("least duration", u64::from(covenants.least_duration_secs).into()),
        ("most duration", u64::from(covenants.most_duration_secs).into()),
        ("credit", covenants.credit_wad.into()),
        ("yield bps", u64::from(covenants.yield_bps).into()),
        ("spread bps", u64::from(covenants.spread_bps).into()),
        ("reference", covenants.reference.into()),
        ("most age", u64::from(covenants.max_age_secs).into()),
        ("rungs", (covenants.ladder.len() as u64).into()),
    ]);
    for (index, rung) in (0_u8..).zip(&covenants.ladder) {
        all.extend(rung_facts(index, [rung.until_days, rung.least_bps, rung.most_bps]));
    }
    for id in &state.ids {
        all.extend(hazard_facts(id.id, id.expected.hazard_bps, id.expected.loss_bps));
    }
    for (index, position) in state.positions.iter().enumerate().filter(|(_, position)| position.dated.is_dated()) {
        let dated = &position.dated;
        let fields = [
            ("maturity", time(dated.matures_at_secs)),
            ("term", u64::from(dated.term_secs).into()),
            ("rate", dated.rate_wad.into()),
            ("premium", dated.premium_assets.into()),
        ];
        all.extend(fields.map(|(field, value)| (Fact::of_position(index, field), value)));
    }
    all
}

fn covenant_facts(fields: [(&'static str, Value); 8]) -> Facts {
    facts("covenant", fields)
}

fn rung_facts(index: u8, [days, least, most]: [u16; 3]) -> Facts {
    let fact = |field| Fact::of_id("rungs", B256::with_last_byte(index), field);
    let parts = [("until days", days), ("least bps", least), ("most bps", most)];
    parts.into_iter().map(|(field, part)| (fact(field), u64::from(part).into())).collect()
}

fn hazard_facts(id: B256, hazard_bps: u16, loss_bps: u16) -> Facts {
    let fact = |field| Fact::of_id("hazards", id, field);
    let parts = [("hazard bps", hazard_bps), ("loss bps", loss_bps)];
    parts.into_iter().map(|(field, part)| (fact(field), u64::from(part).into())).collect()
}

pub(super) fn ids(state: &State, mask: u64) -> Value {
    Value::Ids(bits(mask).filter_map(|place| state.ids.get(place)).map(|id| id.id).collect())
}

fn stored_cap(cap: &IDesk::Cap) -> Facts {
    let fact = |field| Fact::of_id("caps", cap.riskId, field);
    vec![
        (fact("exposure"), cap.exposure.into()),
        (fact("absolute"), cap.absolute.into()),
        (fact("relative"), cap.relativeWad.into()),
        (fact("tripped until"), time_of(cap.trippedUntil)),
    ]
}

fn rebuilt_caps(state: &State) -> Facts {
    let ids = state.ids.iter().zip(state.exposures_assets());
    ids.flat_map(|(id, exposure_assets)| {
        let fact = |field| Fact::of_id("caps", id.id, field);
        [
            (fact("exposure"), exposure_assets.into()),
            (fact("absolute"), id.absolute_assets.into()),
            (fact("relative"), id.relative_wad.into()),
            (fact("tripped until"), time(id.tripped_until_secs)),
        ]
    })
    .collect()
}

/// What venues hold and positions owe at rest is in no event, so their limits are left out on both sides.
fn stored_limit(limit: &IDesk::LimitState) -> Facts {
    const NAMES: [Limit; 19] = [
        Limit::AbsoluteCap,
        Limit::RelativeCap,
        Limit::LiquidityFloor,
        Limit::LiquidityCover,
        Limit::VenueDepth,
        Limit::LossBudget,
        Limit::TurnoverBudget,
        Limit::GrantLoss,
        Limit::GrantTurnover,
        Limit::Breaker,
        Limit::HealthFloor,
        Limit::PortfolioHealth,
        Limit::Improvement,
        Limit::DurationCap,
        Limit::DurationFloor,
        Limit::RungCap,
        Limit::RungFloor,
        Limit::Credit,
        Limit::Purchase,
    ];
    let kind = NAMES.get(usize::from(limit.limit));
    if kind.is_some_and(|kind| rests_on_venues(*kind)) {
        return Facts::new();
    }
    let is_rung = matches!(kind, Some(Limit::RungCap | Limit::RungFloor));
    let on = if is_rung || !limit.id.is_zero() { On::Risk(limit.id) } else { On::Whole };
    limit_facts(kind.map_or("unknown limit", |kind| limit_name(*kind)), on, limit.value, limit.bound, limit.holds)
}

fn rests_on_venues(kind: Limit) -> bool {
    matches!(kind, Limit::VenueDepth | Limit::HealthFloor | Limit::PortfolioHealth)
}

fn rebuilt_limit(limit: &crate::limits::LimitState) -> Facts {
    let on = match limit.on {
        _ if rests_on_venues(limit.limit) => return Facts::new(),
        Subject::Portfolio => On::Whole,
        Subject::Risk(id) => On::Risk(id),
        // As the view numbers it.
        Subject::Rung(index) => On::Risk(B256::with_last_byte(index)),
        Subject::Position(_) => return Facts::new(),
    };
    limit_facts(limit_name(limit.limit), on, limit.value, limit.bound, limit.holds)
}

fn limit_facts(group: &'static str, on: On, value: U256, bound: U256, holds: bool) -> Facts {
    let fact = |field| Fact { group, on, field };
    vec![(fact("value"), value.into()), (fact("bound"), bound.into()), (fact("holds"), holds.into())]
}
