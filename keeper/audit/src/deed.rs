//! What was done, in words: one deed for each event that says something of its own.

use abi::board::IBoard::{IBoardCalls, IBoardEvents as B};
use abi::covenants::ICovenants::{ICovenantsCalls, ICovenantsEvents as C};
use abi::desk::IDesk::IDeskEvents as D;
use abi::vault::IVault::IVaultEvents as V;
use alloy_primitives::{Address, B256, I256, Selector, U256};
use serde::{Serialize, Serializer};

use crate::entry::Event;
use crate::fact::short_name;
use crate::state::{bits, is_relief};

/// One deed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// Such as "deposit" or "cap".
    pub what: &'static str,
    /// Who did it, where the event tells.
    pub who: Option<Address>,
    /// The numbers and names with it.
    #[serde(serialize_with = "as_object")]
    pub details: Vec<(&'static str, Detail)>,
}

fn as_object<S: Serializer>(details: &[(&'static str, Detail)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(details.iter().map(|(name, detail)| (name, detail)))
}

/// A number or a name, and its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Base units of the asset.
    Assets(U256),
    /// The same, with a sign.
    Moved(I256),
    /// Shares.
    Shares(U256),
    /// A fraction, 1e18 = 100 %.
    Wad(U256),
    /// A fraction, 10,000 = 100 %.
    Bps(u16),
    /// A unix time in seconds.
    Time(U256),
    /// A length in seconds.
    Secs(U256),
    /// A bare number.
    Number(U256),
    /// An account.
    Account(Address),
    /// A risk id or a role.
    Name(B256),
    /// Several of them.
    Names(Vec<B256>),
    /// Positions, bit i for position i.
    Positions(u64),
    /// A word of ours.
    Word(&'static str),
    /// A hash.
    Hash(B256),
    /// A truth.
    Truth(bool),
}

impl Serialize for Detail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Assets(number)
            | Self::Shares(number)
            | Self::Wad(number)
            | Self::Time(number)
            | Self::Secs(number)
            | Self::Number(number) => serializer.collect_str(number),
            Self::Moved(number) => serializer.collect_str(number),
            Self::Bps(bps) => serializer.serialize_u16(*bps),
            Self::Account(account) => serializer.collect_str(account),
            Self::Name(name) => serializer.collect_str(&short_name(*name)),
            Self::Names(names) => serializer.collect_seq(names.iter().map(|name| short_name(*name))),
            Self::Positions(mask) => serializer.collect_seq(bits(*mask)),
            Self::Word(word) => serializer.serialize_str(word),
            Self::Hash(hash) => serializer.collect_str(hash),
            Self::Truth(truth) => serializer.serialize_bool(*truth),
        }
    }
}

/// Returns the deed that an event tells of; nothing where it only completes another.
pub fn deed(event: &Event) -> Option<Deed> {
    match event {
        Event::Vault(event) => of_vault(event),
        Event::Desk(event) => of_desk(event),
        Event::Board(event) => of_board(event),
        Event::Covenants(event) => of_covenants(event),
    }
}

fn did(what: &'static str, who: Option<Address>, details: Vec<(&'static str, Detail)>) -> Option<Deed> {
    Some(Deed { what, who, details })
}

fn of_vault(event: &V) -> Option<Deed> {
    use Detail::{Account, Assets, Shares};
    match event {
        V::Initialized(told) => {
            did("initialize", None, vec![("asset", Account(told.asset)), ("owner", Account(told.owner))])
        }
        V::Transfer(told) if told.from.is_zero() || told.to.is_zero() => None,
        V::Transfer(told) => {
            did("transfer", Some(told.from), vec![("to", Account(told.to)), ("shares", Shares(told.value))])
        }
        V::Deposit(told) => did(
            "deposit",
            Some(told.sender),
            vec![("assets", Assets(told.assets)), ("shares", Shares(told.shares)), ("for", Account(told.owner))],
        ),
        V::Withdraw(told) => did(
            "withdraw",
            Some(told.sender),
            vec![
                ("assets", Assets(told.assets)),
                ("shares", Shares(told.shares)),
                ("of", Account(told.owner)),
                ("to", Account(told.receiver)),
            ],
        ),
        V::Flowed(_) => None,
        V::Approval(told) => {
            did("approve", Some(told.owner), vec![("spender", Account(told.spender)), ("shares", Shares(told.value))])
        }
    }
}

fn of_desk(event: &D) -> Option<Deed> {
    use Detail::{Assets, Moved, Name, Number, Shares, Time, Word};
    let position = |index: u32| ("position", Number(U256::from(index)));
    match event {
        D::Rebalanced(told) => {
            let mut details = vec![("loss", Assets(told.loss)), ("turnover", Assets(told.turnover))];
            if is_relief(told) {
                return did("relieve", Some(told.caller), details);
            }
            details.insert(0, ("nonce", Number(told.nonce)));
            did("rebalance", Some(told.caller), details)
        }
        D::PositionMoved(told) if told.assets.is_zero() && !told.result.is_zero() => {
            did("repay", None, vec![position(told.position), ("debt", Assets(told.result))])
        }
        D::PositionMoved(told) => {
            let moved =
                if told.assets == I256::MIN { -told.result.try_into().unwrap_or(I256::MAX) } else { told.assets };
            did("move", None, vec![position(told.position), ("assets", Moved(moved)), ("result", Assets(told.result))])
        }
        D::PositionMarked(told) => did(
            "mark",
            None,
            vec![position(told.position), ("from", Assets(told.valueBefore)), ("to", Assets(told.valueAfter))],
        ),
        D::Tripped(told) => did(
            "trip",
            None,
            vec![
                ("id", Name(told.riskId)),
                ("condition", Word(condition(told.condition))),
                ("value", Number(told.value)),
                ("bound", Number(told.bound)),
                ("until", Time(told.until)),
            ],
        ),
        D::Armed(told) => did(
            "arm",
            None,
            vec![
                ("id", Name(told.riskId)),
                position(told.position),
                ("condition", Word(condition(told.condition))),
                ("confirm at", Time(told.confirmAt)),
            ],
        ),
        D::Deleveraged(told) => did(
            "deleverage",
            Some(told.caller),
            vec![
                position(told.position),
                ("repaid", Assets(told.repaid)),
                ("lost", Assets(told.lost)),
                ("reward", Assets(told.reward)),
                ("shares", Shares(told.shares)),
                ("backing", Assets(told.backingAfter)),
                ("debt", Assets(told.debtAfter)),
            ],
        ),
        D::Stuck(told) => {
            did("stuck", None, vec![("id", Name(told.riskId)), position(told.position), ("value", Assets(told.value))])
        }
        D::ShortfallSet(_) | D::Charged(_) | D::HealthSeen(_) | D::BondSeen(_) => None,
    }
}

fn of_board(event: &B) -> Option<Deed> {
    use Detail::{Account, Assets, Bps, Hash, Name, Names, Number, Positions, Secs, Time, Truth, Wad, Word};
    let function = |selector: Selector| ("function", Word(function_name(selector)));
    match event {
        B::Submitted(told) => did(
            "submit",
            None,
            vec![("change", Hash(told.id)), function(told.selector), ("executable at", Time(told.executableAt))],
        ),
        B::Revoked(told) => did("revoke", Some(told.by), vec![("change", Hash(told.id))]),
        B::Executed(told) => did("execute", Some(told.by), vec![("change", Hash(told.id))]),
        B::DelaySet(told) => did("delay", None, vec![function(told.selector), ("delay", Secs(told.secs))]),
        B::Abdicated(told) => did("abdicate", None, vec![function(told.selector)]),
        B::Opened(_) => did("open", None, Vec::new()),
        B::PausedUntil(told) => did("pause", Some(told.by), vec![("until", Time(told.until))]),
        B::PositionAdded(told) => {
            let mut details = vec![("position", Number(U256::from(told.position))), ("adapter", Account(told.adapter))];
            details.push(("ids", Names(told.riskIds.clone())));
            details.extend(terms(told.instantBps, told.depthBps, told.slackBps));
            did("add position", None, details)
        }
        B::TermsSet(told) => {
            let mut details = vec![("position", Number(U256::from(told.position)))];
            details.extend(terms(told.instantBps, told.depthBps, told.slackBps));
            did("terms", None, details)
        }
        B::ThresholdsSet(told) => {
            let thresholds = &told.thresholds;
            did(
                "thresholds",
                None,
                vec![
                    ("position", Number(U256::from(told.position))),
                    ("target", Bps(thresholds.targetBps)),
                    ("soft", Bps(thresholds.softBps)),
                    ("hard", Bps(thresholds.hardBps)),
                    ("chunk", Assets(thresholds.chunk)),
                    ("cooldown", Secs(U256::from(thresholds.cooldownSecs))),
                    ("slip", Bps(thresholds.slipBps)),
                    ("reward", Bps(thresholds.rewardBps)),
                ],
            )
        }
        B::CapSet(told) => did(
            "cap",
            None,
            vec![("id", Name(told.riskId)), ("absolute", Assets(told.absolute)), ("relative", Wad(told.relativeWad))],
        ),
        B::Nested(told) => did(
            if told.nested { "nest" } else { "unnest" },
            None,
            vec![("id", Name(told.riskId)), ("parent", Name(told.parent))],
        ),
        B::CodeAdmitted(told) => {
            did("admit code", None, vec![("code", Hash(told.codehash)), ("admitted", Truth(told.admitted))])
        }
        B::BreakerSet(told) => did(
            "breaker",
            None,
            vec![
                ("id", Name(told.riskId)),
                ("feed", Account(told.breaker.feed)),
                ("min price", Wad(told.breaker.minPriceWad)),
                ("max price", Wad(told.breaker.maxPriceWad)),
                ("liquid", Bps(told.breaker.liquidBps)),
                ("trip", Secs(U256::from(told.breaker.tripSecs))),
            ],
        ),
        B::MandateSet(told) => {
            let value = match short_name(told.what).as_str() {
                "maxRate" => Wad(told.value),
                "healthFloor" => Bps(told.value.saturating_to()),
                _ => Secs(told.value),
            };
            did("mandate", None, vec![("what", Name(told.what)), ("value", value)])
        }
        B::BudgetsSet(told) => {
            did("budgets", None, vec![("loss", Wad(told.lossWad)), ("turnover", Wad(told.turnoverWad))])
        }
        B::LiquiditySet(told) => {
            did("liquidity", None, vec![("floor", Wad(told.floorWad)), ("cover", Wad(told.coverWad))])
        }
        B::GrantSet(told) => did(
            "grant",
            None,
            vec![
                ("keeper", Account(told.keeper)),
                ("positions", Positions(told.positions)),
                ("turnover", Wad(told.turnoverWad)),
                ("loss", Wad(told.lossWad)),
                ("expiry", Time(told.expiry)),
            ],
        ),
        B::RoleSet(told) => did(
            "role",
            None,
            vec![("role", Name(told.role)), ("account", Account(told.account)), ("granted", Truth(told.granted))],
        ),
        B::OwnershipOffered(told) => did("offer ownership", Some(told.owner), vec![("to", Account(told.candidate))]),
        B::OwnershipTaken(told) => did("take ownership", Some(told.owner), Vec::new()),
    }
}

fn of_covenants(event: &C) -> Option<Deed> {
    use Detail::{Account, Bps, Name, Number, Secs, Time, Wad};
    match event {
        C::DurationSet(told) => {
            did("duration", None, vec![("least", Secs(told.leastSecs)), ("most", Secs(told.mostSecs))])
        }
        C::LadderSet(told) => {
            let rung = |rung: &abi::covenants::ICovenants::Rung| {
                let days = Number(U256::from(rung.untilDays));
                [("until days", days), ("least", Bps(rung.leastBps)), ("most", Bps(rung.mostBps))]
            };
            did("ladder", None, told.rungs.iter().flat_map(rung).collect())
        }
        C::CreditSet(told) => did("credit", None, vec![("most", Wad(told.creditWad))]),
        C::HazardSet(told) => did(
            "hazard",
            None,
            vec![("id", Name(told.riskId)), ("hazard", Bps(told.hazardBps)), ("loss", Bps(told.lossBps))],
        ),
        C::PurchasesSet(told) => did(
            "purchases",
            None,
            vec![
                ("yield", Bps(told.yieldBps)),
                ("spread", Bps(told.spreadBps)),
                ("reference", Account(told.reference)),
                ("most age", Secs(told.maxAgeSecs)),
            ],
        ),
        C::DateSet(told) => {
            let position = ("position", Number(U256::from(told.position)));
            did("date", None, vec![position, ("maturity", Time(told.maturity)), ("term", Secs(told.termSecs))])
        }
    }
}

fn terms(instant_bps: u16, depth_bps: u16, slack_bps: u16) -> [(&'static str, Detail); 3] {
    [("instant", Detail::Bps(instant_bps)), ("depth", Detail::Bps(depth_bps)), ("slack", Detail::Bps(slack_bps))]
}

/// What a breaker's condition is called.
fn condition(number: u8) -> &'static str {
    match number {
        1 => "depeg",
        2 => "stale price",
        3 => "illiquid",
        4 => "no answer",
        5 => "a guardian's word",
        6 => "unhealthy",
        _ => "unknown",
    }
}

/// The name of a governed function.
fn function_name(selector: Selector) -> &'static str {
    let name = IBoardCalls::name_by_selector(selector.0).or_else(|| ICovenantsCalls::name_by_selector(selector.0));
    name.unwrap_or("unknown")
}
