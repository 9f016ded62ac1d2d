//! The mandate's own code on a snapshot: what the vault would say to a portfolio, to the bit.

use alloy_primitives::U256;

use crate::covenants::Covenants;
use crate::decision::LimitLine;
use crate::governed::{Level, RiskId};
use crate::lever::Lever;
use crate::position::Position;
use crate::snapshot::Snapshot;
use crate::units::{Assets, Timestamp, Wad};
use crate::words::{Unit, limit_name};

/// 10,000: the whole in basis points.
const WHOLE_BPS: u16 = 10_000;

/// One of them in wad.
const BPS_WAD: u64 = math::WAD / WHOLE_BPS as u64;

/// The limits of a snapshot with the positions that count against each cap, and what each counts as payable at once.
#[derive(Clone, Debug)]
pub struct Mandate {
    caps: Vec<mandate::Cap>,
    members: Vec<Vec<usize>>,
    instant_bps: Vec<u16>,
    least_nav_assets: u128,
    liquidity_floor_wad: u64,
    liquidity_cover_wad: u64,
    health_floor_wad: u64,
    budgets: mandate::Budgets,
    covenants: Option<Agreed>,
}

/// What is allowed of bonds and of credit, as the contracts' code takes it.
#[derive(Clone, Debug)]
struct Agreed {
    least_duration_secs: u32,
    most_duration_secs: u32,
    credit_wad: u64,
    ladder: Vec<mandate::Rung>,
    /// In the order of the caps.
    hazards: Vec<mandate::Hazard>,
}

/// One portfolio as the mandate looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings {
    nav_assets: u128,
    least_nav_assets: u128,
    idle_assets: u128,
    instant_assets: u128,
    exposures_assets: Vec<u128>,
    stakes: Vec<mandate::Stake>,
    levers: Vec<mandate::Lever>,
    bonds: Vec<mandate::Bond>,
}

/// An amount beyond the vault's accounts (2^128 - 1 base units).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} base units are beyond the vault's accounts: at most 2^128 - 1")]
pub struct BeyondAccounts(pub Assets);

impl Mandate {
    /// The limits of `snapshot`. A risk id without caps has zero caps, as on chain; a bound beyond the accounts is as
    /// good as none, a budget's use beyond them uses it up.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let now = snapshot.now();
        let mut caps = snapshot
            .caps
            .iter()
            .map(|cap| mandate::Cap {
                id: cap.risk_id.0,
                absolute_assets: cap.absolute.0.saturating_to(),
                relative_wad: cap.relative.0.saturating_to(),
                is_tripped: cap.is_tripped(now),
            })
            .collect::<Vec<_>>();
        for RiskId(id) in snapshot.positions.iter().flat_map(|position| &position.risk_ids) {
            if caps.iter().all(|cap| cap.id != *id) {
                caps.push(mandate::Cap { id: *id, ..Default::default() });
            }
        }
        let counts = |id| {
            let positions = snapshot.positions.iter().enumerate();
            positions.filter(|(_, position)| position.risk_ids.contains(&RiskId(id))).map(|(index, _)| index).collect()
        };
        let members = caps.iter().map(|cap| counts(cap.id)).collect();
        let covenants = snapshot.covenants.as_ref().map(|covenants| Agreed::of(covenants, &caps));
        // No exit is paid from a position that is tripped, or whose price can be pushed.
        let pays = |position: &Position| !snapshot.is_tripped(position) && position.terms.slack_bps == 0;
        let instant = |position| if pays(position) { position.terms.instant_bps } else { 0 };
        let grant = &snapshot.operator.grant;
        Self {
            caps,
            members,
            instant_bps: snapshot.positions.iter().map(instant).collect(),
            least_nav_assets: snapshot.book.nav_least.0.saturating_to(),
            liquidity_floor_wad: snapshot.parameters.liquidity_floor.0.saturating_to(),
            liquidity_cover_wad: snapshot.parameters.liquidity_cover.0.saturating_to(),
            health_floor_wad: snapshot.parameters.health_floor_bps.saturating_mul(BPS_WAD),
            budgets: mandate::Budgets {
                loss: level(&snapshot.budgets.loss),
                turnover: level(&snapshot.budgets.turnover),
                grant_loss: level(&grant.loss),
                grant_turnover: level(&grant.turnover),
            },
            covenants,
        }
    }

    /// The caps, each with the positions (by place) that count against it.
    pub fn caps(&self) -> impl Iterator<Item = (&mandate::Cap, &[usize])> {
        self.caps.iter().zip(self.members.iter().map(Vec::as_slice))
    }

    /// The part of each position that counts as payable at once, in bps; nothing of one with a tripped id.
    #[must_use]
    pub fn instant_bps(&self) -> &[u16] {
        &self.instant_bps
    }

    /// The budgets that a change is charged to.
    #[must_use]
    pub fn budgets(&self) -> &mandate::Budgets {
        &self.budgets
    }

    /// The same after marks that lost `assets`: charged to the vault's loss budget, and with budgets that shrink with a
    /// least net asset value that is less than it was.
    #[must_use]
    pub(crate) fn marked(mut self, assets: u128, holdings: &Holdings) -> Self {
        let budgets = &mut self.budgets;
        for level in [&mut budgets.loss, &mut budgets.turnover, &mut budgets.grant_loss, &mut budgets.grant_turnover] {
            level.capacity_assets =
                scaled_down(level.capacity_assets, holdings.least_nav_assets, self.least_nav_assets);
        }
        budgets.loss.used_assets = budgets.loss.used_assets.saturating_add(assets);
        self
    }

    /// The caps that count a position, bit i for the cap at place i.
    pub(crate) fn mask(&self, place: usize) -> u64 {
        let counting = self.members.iter().take(64).enumerate().filter(|(_, members)| members.contains(&place));
        counting.fold(0, |mask, (cap, _)| mask | 1 << cap)
    }

    /// The portfolio with `idle` and position values in the snapshot's order; `stakes` are the positions whose venue
    /// is measured, `levers` those that owe or may, `bonds` those with a date.
    ///
    /// # Errors
    /// Where an amount is beyond the vault's accounts.
    pub fn holdings(
        &self,
        idle: Assets,
        values: &[Assets],
        stakes: Vec<mandate::Stake>,
        levers: Vec<mandate::Lever>,
        bonds: Vec<mandate::Bond>,
    ) -> Result<Holdings, BeyondAccounts> {
        let exposure = |members: &Vec<usize>| {
            let held = members.iter().filter_map(|place| values.get(*place));
            narrow(held.fold(Assets::ZERO, |sum, value| sum.saturating_add(*value)))
        };
        let payable = |(value, bps): (&Assets, &u16)| instant_down(*value, *bps);
        let instant = values.iter().zip(&self.instant_bps).map(payable).fold(idle, Assets::saturating_add);
        let nav_assets = narrow(values.iter().fold(idle, |sum, value| sum.saturating_add(*value)))?;
        Ok(Holdings {
            nav_assets,
            least_nav_assets: self.least_nav_assets.min(nav_assets),
            idle_assets: narrow(idle)?,
            instant_assets: narrow(instant)?,
            exposures_assets: self.members.iter().map(exposure).collect::<Result<_, _>>()?,
            stakes,
            levers,
            bonds,
        })
    }

    /// What the vault would say to a change from `before` to `after` that moved and cost `flow`.
    ///
    /// # Errors
    /// The first limit that neither holds nor is nearer to holding.
    pub fn check(&self, before: &Holdings, after: &Holdings, flow: &mandate::Flow) -> Result<(), mandate::Breach> {
        mandate::check(&before.portfolio(), &after.portfolio(), flow, &self.budgets, &self.parameters())
    }

    /// Every limit after a change from `before` to `after`.
    #[must_use]
    pub fn states(&self, before: &Holdings, after: &Holdings, flow: &mandate::Flow) -> Vec<mandate::State> {
        let (before, after, parameters) = (before.portfolio(), after.portfolio(), self.parameters());
        let mut states = Vec::new();
        // Where nothing was said of bonds, of credit or of debts, nothing is listed of them.
        if self.covenants.is_some() || !after.levers.is_empty() {
            states.extend(mandate::covenant_states(&before, &after, flow, &parameters));
        }
        states.extend(mandate::states(&before, &after, flow, &self.budgets, &parameters));
        states
    }

    /// Every limit of a portfolio as it stands.
    #[must_use]
    pub fn standing(&self, holdings: &Holdings) -> Vec<mandate::State> {
        self.states(holdings, holdings, &mandate::Flow::default())
    }

    /// Every limit of the snapshot's portfolio as the book has it, each venue measured, and whoever may owe.
    ///
    /// # Errors
    /// Where an amount is beyond the vault's accounts.
    pub fn standing_now(&self, snapshot: &Snapshot) -> Result<Vec<mandate::State>, BeyondAccounts> {
        let marked = snapshot.positions.iter().map(|position| position.marked).collect::<Vec<_>>();
        let stakes = snapshot.positions.iter().map(|position| stake(position, position.marked, position.depth));
        let stakes = stakes.collect::<Result<_, _>>()?;
        let may_owe = |position: &Position| {
            let lever = position.lever.filter(|lever| lever.thresholds.is_some())?;
            Some(lever_of(position, lever))
        };
        let levers = snapshot.positions.iter().filter_map(may_owe).collect();
        let bonds = snapshot.positions.iter().filter_map(|position| {
            let bond = position.bond?;
            Some(bond_of(position, position.marked, snapshot.now(), bond.rate, None))
        });
        let bonds = bonds.collect::<Result<_, _>>()?;
        let now = self.holdings(snapshot.book.idle, &marked, stakes, levers, bonds)?;
        Ok(self.standing(&now))
    }

    fn parameters(&self) -> mandate::Parameters<'_> {
        mandate::Parameters {
            caps: &self.caps,
            liquidity_floor_wad: self.liquidity_floor_wad,
            liquidity_cover_wad: self.liquidity_cover_wad,
            health_floor_wad: self.health_floor_wad,
            covenants: self.covenants.as_ref().map(Agreed::covenants).unwrap_or_default(),
        }
    }
}

impl Agreed {
    fn of(covenants: &Covenants, caps: &[mandate::Cap]) -> Self {
        let expected = |cap: &mandate::Cap| {
            let named = covenants.hazards.iter().find(|hazard| hazard.risk_id.0 == cap.id);
            named.map_or_else(Default::default, |hazard| mandate::Hazard {
                hazard_bps: hazard.hazard_bps,
                loss_bps: hazard.loss_bps,
            })
        };
        let rung = |rung: &crate::Rung| mandate::Rung {
            until_days: rung.until_days,
            least_bps: rung.least_bps,
            most_bps: rung.most_bps,
        };
        Self {
            least_duration_secs: covenants.least_duration_secs,
            most_duration_secs: covenants.most_duration_secs,
            credit_wad: covenants.credit.0.saturating_to(),
            ladder: covenants.ladder.iter().map(rung).collect(),
            hazards: caps.iter().map(expected).collect(),
        }
    }

    fn covenants(&self) -> mandate::Covenants<'_> {
        mandate::Covenants {
            least_duration_secs: self.least_duration_secs,
            most_duration_secs: self.most_duration_secs,
            ladder: &self.ladder,
            credit_wad: self.credit_wad,
            hazards: &self.hazards,
        }
    }
}

impl Holdings {
    /// The positions that owe, or may.
    pub(crate) fn levers(&self) -> &[mandate::Lever] {
        &self.levers
    }

    /// The same with what a change bought of each bond, in their order.
    pub(crate) fn bought(mut self, bought: Vec<Option<mandate::Purchase>>) -> Self {
        self.bonds.iter_mut().zip(bought).for_each(|(bond, bought)| bond.bought = bought);
        self
    }

    fn portfolio(&self) -> mandate::Portfolio<'_> {
        mandate::Portfolio {
            nav_assets: self.nav_assets,
            least_nav_assets: self.least_nav_assets,
            idle_assets: self.idle_assets,
            instant_assets: self.instant_assets,
            exposures_assets: &self.exposures_assets,
            stakes: &self.stakes,
            levers: &self.levers,
            bonds: &self.bonds,
        }
    }
}

/// A position of `value` in the book against a venue that holds `depth`.
pub(crate) fn stake(
    position: &crate::Position,
    value: Assets,
    depth: Option<Assets>,
) -> Result<mandate::Stake, BeyondAccounts> {
    Ok(mandate::Stake {
        // The contracts number positions in eight bits.
        position: u8::try_from(position.index).unwrap_or(u8::MAX),
        value_assets: narrow(value)?,
        depth_assets: depth.map_or(u128::MAX, |depth| depth.0.saturating_to()),
        depth_wad: u64::from(position.terms.depth_bps) * BPS_WAD,
    })
}

/// A position with what it owes, as the contracts state it: amounts beyond their accounts are as much as those hold,
/// whoever does not say what he owes has nothing for an infinite debt, and nothing secures the debt of one that may not owe.
pub(crate) fn lever_of(position: &Position, lever: Lever) -> mandate::Lever {
    let backing = if lever.thresholds.is_some() { lever.backing } else { Assets::ZERO };
    let known = lever.debt.map(|debt| (backing.0.saturating_to(), debt.0.saturating_to()));
    let (backing_assets, debt_assets) = known.unwrap_or((0, u128::MAX));
    mandate::Lever {
        position: u8::try_from(position.index).unwrap_or(u8::MAX),
        backing_assets,
        debt_assets,
        floor_wad: lever.floor_wad(),
    }
}

/// A position with a date, of `value` in the book, that yields `rate`, and what was bought of it.
pub(crate) fn bond_of(
    position: &Position,
    value: Assets,
    now: Timestamp,
    rate: Wad,
    bought: Option<mandate::Purchase>,
) -> Result<mandate::Bond, BeyondAccounts> {
    Ok(mandate::Bond {
        position: u8::try_from(position.index).unwrap_or(u8::MAX),
        value_assets: narrow(value)?,
        term_secs: position.bond.map_or(0, |bond| bond.term_secs(now)),
        rate_wad: rate.0.saturating_to(),
        bought,
    })
}

/// `value * bps / 10,000`, rounded down.
fn instant_down(value: Assets, bps: u16) -> Assets {
    Assets(math::mul_div_down(value.0, U256::from(bps), U256::from(WHOLE_BPS)).unwrap_or_default())
}

/// `amount * part / whole`, rounded down, where the part is less than the whole.
fn scaled_down(amount: u128, part: u128, whole: u128) -> u128 {
    if part >= whole {
        return amount;
    }
    let [amount, part, whole] = [amount, part, whole].map(U256::from);
    math::mul_div_down(amount, part, whole).map_or(0, |scaled| scaled.saturating_to())
}

fn level(level: &Level) -> mandate::Level {
    mandate::Level { used_assets: level.used.0.saturating_to(), capacity_assets: level.capacity.0.saturating_to() }
}

pub(crate) fn narrow(assets: Assets) -> Result<u128, BeyondAccounts> {
    u128::try_from(assets.0).map_err(|_| BeyondAccounts(assets))
}

impl From<&mandate::State> for LimitLine {
    fn from(state: &mandate::State) -> Self {
        Self {
            limit: limit_name(state.limit, state.on),
            unit: Unit::of(state.limit),
            value: state.value.to_string(),
            bound: state.bound.to_string(),
            holds: state.holds,
        }
    }
}
