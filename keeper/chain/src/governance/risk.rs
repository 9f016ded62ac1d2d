//! Which way a change goes, what of it needs no waiting, and what stands after it.

use alloy_primitives::{Address, B256, U256};
use model::{Assets, Bond, Cap, Lever, Position, RateModel, RiskId, Snapshot, Terms, Thresholds, Timestamp, VenueKind};

use super::change::Change;
use super::governed::{Governed, Grant};
use crate::covenants::Agreed;

impl Change {
    /// Returns whether it adds risk to what stands, and so must be announced and wait.
    ///
    /// The same rule as the vault's own, which alone decides: before the opening nothing waits.
    pub fn adds_risk(&self, now: &Governed) -> bool {
        let (set, book) = (&now.snapshot.parameters, &now.snapshot.book);
        now.is_open
            && match self {
                Self::Open | Self::Abdicate { .. } | Self::TakeOwnership => false,
                Self::SetDelay { function, secs } => now.delay_secs(*function).is_some_and(|delay| *secs < delay),
                Self::SetCurator { account } => !account.is_zero() && *account != now.roles.curator,
                Self::SetGuardian { account, granted } => !granted && now.roles.guardians.contains(account),
                Self::OfferOwnership { candidate } => !candidate.is_zero() && *candidate != now.roles.pending_owner,
                Self::SetMaxRate { rate } => *rate != book.max_rate,
                Self::SetEpoch { secs } => *secs != set.epoch_secs,
                Self::SetSilence { secs } => *secs != set.silence_secs,
                Self::SetHealthFloor { bps } => u64::from(*bps) < set.health_floor_bps,
                Self::SetBudgets { loss, turnover } => *loss > set.loss || *turnover > set.turnover,
                Self::AdmitCode { codehash, admitted } => *admitted && !now.codes.contains(codehash),
                Self::AddPosition { .. } => true,
                Self::SetTerms { position, terms } => !terms_within(terms, &now.terms(*position)),
                Self::SetThresholds { position, thresholds } => {
                    let standing = now.thresholds(*position);
                    standing.is_none_or(|standing| *thresholds != raised(&standing, thresholds))
                }
                Self::SetCap { risk_id, absolute, relative } => {
                    let (most_absolute, most_relative) =
                        now.cap(*risk_id).map_or_else(Default::default, |cap| (cap.absolute, cap.relative));
                    *absolute > most_absolute || *relative > most_relative
                }
                Self::Nest { nested, nest } => !nested && now.nests.contains(nest),
                Self::SetBreaker { breaker } => {
                    now.breaker(breaker.risk_id).is_some_and(|standing| standing != breaker)
                }
                Self::SetLiquidity { floor, cover } => *floor < set.liquidity_floor || *cover < set.liquidity_cover,
                Self::SetKeeper { grant } => {
                    grant.is_live(now.now()) && !grant.is_within(&now.live_grant(grant.keeper))
                }
                Self::Covenant(change) => change.adds_risk(&now.agreed),
            }
    }

    /// Returns the part that takes risk away and so needs no waiting: each of its numbers where it lowers risk, and
    /// what stands where it does not. Nothing where that would change nothing.
    pub fn safe_part(&self, now: &Governed) -> Option<Self> {
        if !self.adds_risk(now) {
            return Some(self.clone());
        }
        let set = &now.snapshot.parameters;
        let part = match self {
            Self::SetBudgets { loss, turnover } => {
                Self::SetBudgets { loss: set.loss.min(*loss), turnover: set.turnover.min(*turnover) }
            }
            Self::SetTerms { position, terms } => {
                Self::SetTerms { position: *position, terms: narrowed(&now.terms(*position), terms) }
            }
            Self::SetThresholds { position, thresholds } => {
                let part = raised(&now.thresholds(*position)?, thresholds);
                // The vault takes no soft threshold that is not below the target.
                if part.soft_bps >= part.target_bps {
                    return None;
                }
                Self::SetThresholds { position: *position, thresholds: part }
            }
            Self::SetCap { risk_id, absolute, relative } => {
                let cap = now.cap(*risk_id)?;
                Self::SetCap {
                    risk_id: *risk_id,
                    absolute: cap.absolute.min(*absolute),
                    relative: cap.relative.min(*relative),
                }
            }
            Self::SetLiquidity { floor, cover } => {
                Self::SetLiquidity { floor: set.liquidity_floor.max(*floor), cover: set.liquidity_cover.max(*cover) }
            }
            Self::SetKeeper { grant } => {
                let live = now.live_grant(grant.keeper);
                let narrowed = live.narrowed(grant);
                // What has expired is stored still, and nothing all the same.
                return (narrowed != live).then_some(Self::SetKeeper { grant: narrowed });
            }
            Self::Covenant(change) => Self::Covenant(change.safe_part(&now.agreed)?),
            _ => return None,
        };
        part.changes(now).then_some(part)
    }

    /// Returns whether anything would be different after it.
    pub fn changes(&self, now: &Governed) -> bool {
        let mut after = now.clone();
        self.apply(&mut after);
        after != *now
    }

    /// Makes it on a copy of what stands.
    pub fn apply(&self, to: &mut Governed) {
        let parameters = &mut to.snapshot.parameters;
        match self.clone() {
            Self::Open => to.is_open = true,
            Self::SetDelay { function, secs } => {
                let powers = to.powers.iter_mut().filter(|power| power.function == function);
                powers.for_each(|power| power.delay_secs = Some(secs));
            }
            Self::Abdicate { function } => {
                let powers = to.powers.iter_mut().filter(|power| power.function == function);
                powers.for_each(|power| power.is_abdicated = true);
            }
            Self::SetCurator { account } => to.roles.curator = account,
            Self::SetGuardian { account, granted } => set(&mut to.roles.guardians, account, granted),
            Self::OfferOwnership { candidate } => to.roles.pending_owner = candidate,
            Self::TakeOwnership => to.roles.owner = std::mem::take(&mut to.roles.pending_owner),
            Self::SetMaxRate { rate } => to.snapshot.book.max_rate = rate,
            Self::SetEpoch { secs } => parameters.epoch_secs = secs,
            Self::SetSilence { secs } => parameters.silence_secs = secs,
            Self::SetHealthFloor { bps } => parameters.health_floor_bps = bps.into(),
            Self::SetBudgets { loss, turnover } => (parameters.loss, parameters.turnover) = (loss, turnover),
            Self::AdmitCode { codehash, admitted } => set(&mut to.codes, codehash, admitted),
            Self::AddPosition { adapter, risk_ids, terms } => {
                for risk_id in &risk_ids {
                    to.cap_mut(*risk_id);
                }
                let index = u32::try_from(to.snapshot.positions.len()).unwrap_or(u32::MAX);
                to.snapshot.positions.push(empty_position(index, adapter, terms, to.now()));
                to.own_ids.push(risk_ids);
                to.renest();
            }
            Self::SetTerms { position, terms } => {
                let positions = to.snapshot.positions.iter_mut().filter(|found| found.index == position);
                positions.for_each(|found| found.terms = terms);
            }
            Self::SetThresholds { position, thresholds } => {
                let positions = to.snapshot.positions.iter_mut().filter(|found| found.index == position);
                positions.for_each(|found| found.lever = Some(lowered(found.lever, thresholds)));
            }
            Self::SetCap { risk_id, absolute, relative } => {
                let cap = to.cap_mut(risk_id);
                (cap.absolute, cap.relative) = (absolute, relative);
            }
            Self::Nest { nest, nested } => {
                set(&mut to.nests, nest, nested);
                to.renest();
            }
            Self::SetBreaker { breaker } => {
                match to.breakers.iter_mut().find(|standing| standing.risk_id == breaker.risk_id) {
                    Some(standing) => *standing = breaker,
                    None => to.breakers.push(breaker),
                }
            }
            Self::SetLiquidity { floor, cover } => {
                (parameters.liquidity_floor, parameters.liquidity_cover) = (floor, cover);
            }
            Self::SetKeeper { grant } => {
                to.grants.retain(|standing| standing.keeper != grant.keeper);
                // A grant that could not be used is stored as none.
                if grant.is_live(to.now()) {
                    to.grants.push(grant);
                }
            }
            Self::Covenant(change) => {
                change.apply(&mut to.agreed);
                to.covenants_follow();
            }
        }
    }
}

/// Adds or removes one element of what is a set.
fn set<T: PartialEq>(all: &mut Vec<T>, one: T, present: bool) {
    match (present, all.iter().position(|found| *found == one)) {
        (true, None) => all.push(one),
        (false, Some(at)) => drop(all.remove(at)),
        _ => {}
    }
}

impl Governed {
    /// Gives the portfolio what is agreed now.
    fn covenants_follow(&mut self) {
        let Snapshot { positions, covenants, .. } = &mut self.snapshot;
        for position in positions {
            let term = self.agreed.terms_secs.get(&position.index);
            match &mut position.bond {
                Some(bond) if bond.maturity.is_some() => {}
                bond => *bond = term.map(|secs| Bond { term_secs: *secs, ..bond.unwrap_or_default() }),
            }
        }
        if covenants.is_some() || self.agreed != Agreed::default() {
            let least_yield = covenants.as_ref().and_then(|covenants| covenants.least_yield);
            *covenants = Some(self.agreed.covenants(least_yield));
        }
    }

    fn cap_mut(&mut self, risk_id: RiskId) -> &mut Cap {
        let caps = &mut self.snapshot.caps;
        let at = caps.iter().position(|cap| cap.risk_id == risk_id).unwrap_or(caps.len());
        if at == caps.len() {
            let nothing = Assets::ZERO;
            let tripped_until = Timestamp(0);
            caps.push(Cap {
                risk_id,
                exposure: nothing,
                absolute: nothing,
                relative: Default::default(),
                tripped_until,
            });
        }
        &mut caps[at]
    }
}

/// A position that holds nothing yet.
fn empty_position(index: u32, adapter: Address, terms: Terms, now: Timestamp) -> Position {
    Position {
        index,
        adapter,
        venue: Address::ZERO,
        market: B256::ZERO,
        kind: VenueKind::Other(B256::ZERO),
        risk_ids: Vec::new(),
        marked: Assets::ZERO,
        marked_at: now,
        shortfall: Assets::ZERO,
        terms,
        value: Assets::ZERO,
        units: U256::ZERO,
        liquidity: Assets::ZERO,
        depth: None,
        reported_rate: None,
        lever: None,
        collateral: None,
        requested: None,
        bond: None,
        rate: RateModel::Unknown { reason: "it is not added yet".into() },
    }
}

/// Another slack adds risk whichever way it goes: it prices entries and exits.
fn terms_within(terms: &Terms, most: &Terms) -> bool {
    terms.instant_bps <= most.instant_bps && terms.depth_bps <= most.depth_bps && terms.slack_bps == most.slack_bps
}

/// What stands with the higher of two soft thresholds: that alone takes risk away, because more is refused to the keeper.
fn raised(standing: &Thresholds, asked: &Thresholds) -> Thresholds {
    Thresholds { soft_bps: standing.soft_bps.max(asked.soft_bps), ready_at: asked.ready_at, ..*standing }
}

/// A lever within other thresholds; what strangers did last stays known.
fn lowered(lever: Option<Lever>, thresholds: Thresholds) -> Lever {
    let lever = lever.unwrap_or(Lever { debt: Some(Assets::ZERO), ..Lever::default() });
    let ready_at = lever.thresholds.map_or(thresholds.ready_at, |standing| standing.ready_at);
    Lever { thresholds: Some(Thresholds { ready_at, ..thresholds }), ..lever }
}

fn narrowed(standing: &Terms, asked: &Terms) -> Terms {
    Terms {
        instant_bps: standing.instant_bps.min(asked.instant_bps),
        depth_bps: standing.depth_bps.min(asked.depth_bps),
        slack_bps: standing.slack_bps,
    }
}

impl Grant {
    fn is_within(&self, most: &Self) -> bool {
        let is_narrower = self.turnover <= most.turnover && self.loss <= most.loss && self.expiry <= most.expiry;
        self.positions & !most.positions == 0 && is_narrower
    }

    fn narrowed(&self, asked: &Self) -> Self {
        let positions = self.positions & asked.positions;
        if positions == 0 {
            return Self::nothing(self.keeper);
        }
        Self {
            keeper: self.keeper,
            positions,
            turnover: self.turnover.min(asked.turnover),
            loss: self.loss.min(asked.loss),
            expiry: self.expiry.min(asked.expiry),
        }
    }
}
