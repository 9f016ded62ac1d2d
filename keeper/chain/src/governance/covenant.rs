//! Changes of what governance says of bonds and of credit: to a call and back, which way each goes, and what stands after it.

use std::iter::zip;

use abi::covenants::ICovenants::{self, ICovenantsCalls as Calls};
use alloy_primitives::{Bytes, U256};
use alloy_sol_types::SolInterface;
use model::{Hazard, RiskId, Rung, Wad};

use crate::covenants::{Agreed, DurationBand, Purchases, rungs_to_abi};

/// A change of what governance says of bonds and of credit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is a function of ICovenants, where its arguments are described")]
pub enum CovenantChange {
    SetDuration { band: DurationBand },
    SetLadder { rungs: Vec<Rung> },
    SetCredit { credit: Wad },
    SetHazard { hazard: Hazard },
    SetPurchases { purchases: Purchases },
    SetTerm { position: u32, secs: u32 },
}

impl CovenantChange {
    pub(super) fn call(self) -> Calls {
        match self {
            Self::SetDuration { band } => Calls::setDuration(ICovenants::setDurationCall {
                leastSecs: U256::from(band.least_secs),
                mostSecs: U256::from(band.most_secs),
            }),
            Self::SetLadder { rungs } => Calls::setLadder(ICovenants::setLadderCall { rungs: rungs_to_abi(&rungs) }),
            Self::SetCredit { credit } => Calls::setCredit(ICovenants::setCreditCall { creditWad: credit.0 }),
            Self::SetHazard { hazard } => Calls::setHazard(hazard_call(&hazard)),
            Self::SetPurchases { purchases } => Calls::setPurchases(purchases_call(&purchases)),
            Self::SetTerm { position, secs } => {
                Calls::setTerm(ICovenants::setTermCall { position, secs: U256::from(secs) })
            }
        }
    }

    /// Returns the call's data.
    pub fn calldata(&self) -> Bytes {
        self.clone().call().abi_encode().into()
    }

    pub(super) fn of(call: Calls) -> Option<Self> {
        Some(match call {
            Calls::setDuration(call) => {
                let (least_secs, most_secs) = (small(call.leastSecs)?, small(call.mostSecs)?);
                Self::SetDuration { band: DurationBand { least_secs, most_secs } }
            }
            Calls::setLadder(call) => {
                let rung = |rung: &ICovenants::Rung| Rung {
                    until_days: rung.untilDays,
                    least_bps: rung.leastBps,
                    most_bps: rung.mostBps,
                };
                Self::SetLadder { rungs: call.rungs.iter().map(rung).collect() }
            }
            Calls::setCredit(call) => Self::SetCredit { credit: Wad(call.creditWad) },
            Calls::setHazard(call) => {
                let (hazard_bps, loss_bps) = (call.hazardBps, call.lossBps);
                Self::SetHazard { hazard: Hazard { risk_id: RiskId(call.riskId), hazard_bps, loss_bps } }
            }
            Calls::setPurchases(call) => Self::SetPurchases {
                purchases: Purchases {
                    yield_bps: call.yieldBps,
                    spread_bps: call.spreadBps,
                    reference: call.reference,
                    max_age_secs: small(call.maxAgeSecs)?,
                },
            },
            Calls::setTerm(call) => Self::SetTerm { position: call.position, secs: small(call.secs)? },
            _ => return None,
        })
    }

    /// Returns whether it adds risk to what stands: the vault's own rule, which alone decides.
    pub(super) fn adds_risk(&self, now: &Agreed) -> bool {
        match self {
            Self::SetDuration { band } => {
                band.least_secs < now.duration.least_secs || band.most_secs > now.duration.most_secs
            }
            Self::SetLadder { rungs } => {
                let is_wider = |(was, is): (&Rung, &Rung)| is.least_bps < was.least_bps || is.most_bps > was.most_bps;
                !now.ladder.is_empty() && (!has_dates_of(&now.ladder, rungs) || zip(&now.ladder, rungs).any(is_wider))
            }
            Self::SetCredit { credit } => *credit > now.credit,
            Self::SetHazard { hazard } => {
                let standing = now.hazard(hazard.risk_id);
                hazard.hazard_bps < standing.hazard_bps || hazard.loss_bps < standing.loss_bps
            }
            Self::SetPurchases { purchases } => {
                let standing = &now.purchases;
                let is_wider = !is_of(purchases, standing) || purchases.spread_bps > standing.spread_bps;
                purchases.yield_bps < standing.yield_bps || (!standing.reference.is_zero() && is_wider)
            }
            Self::SetTerm { position, secs } => now.terms_secs.get(position).copied().unwrap_or(0) != *secs,
        }
    }

    /// Returns the part that takes risk away, of one that adds some; nothing where there is none.
    pub(super) fn safe_part(&self, now: &Agreed) -> Option<Self> {
        match self {
            Self::SetDuration { band } => {
                let least_secs = band.least_secs.max(now.duration.least_secs);
                let most_secs = band.most_secs.min(now.duration.most_secs);
                let band = DurationBand { least_secs, most_secs };
                (least_secs <= most_secs).then_some(Self::SetDuration { band })
            }
            Self::SetLadder { rungs } if has_dates_of(&now.ladder, rungs) => {
                let narrower = |(was, is): (&Rung, &Rung)| Rung {
                    until_days: was.until_days,
                    least_bps: was.least_bps.max(is.least_bps),
                    most_bps: was.most_bps.min(is.most_bps),
                };
                let rungs: Vec<_> = zip(&now.ladder, rungs).map(narrower).collect();
                rungs.iter().all(|rung| rung.least_bps <= rung.most_bps).then_some(Self::SetLadder { rungs })
            }
            Self::SetHazard { hazard } => {
                let standing = now.hazard(hazard.risk_id);
                let hazard_bps = hazard.hazard_bps.max(standing.hazard_bps);
                let loss_bps = hazard.loss_bps.max(standing.loss_bps);
                Some(Self::SetHazard { hazard: Hazard { hazard_bps, loss_bps, ..*hazard } })
            }
            Self::SetPurchases { purchases: asked } => {
                let standing = now.purchases;
                let yield_bps = asked.yield_bps.max(standing.yield_bps);
                let purchases = if standing.reference.is_zero() {
                    Purchases { yield_bps, ..*asked }
                } else if is_of(asked, &standing) {
                    Purchases { yield_bps, spread_bps: asked.spread_bps.min(standing.spread_bps), ..standing }
                } else {
                    Purchases { yield_bps, ..standing }
                };
                Some(Self::SetPurchases { purchases })
            }
            Self::SetLadder { .. } | Self::SetCredit { .. } | Self::SetTerm { .. } => None,
        }
    }

    /// Makes it on a copy of what stands.
    pub(super) fn apply(self, to: &mut Agreed) {
        match self {
            Self::SetDuration { band } => to.duration = band,
            Self::SetLadder { rungs } => to.ladder = rungs,
            Self::SetCredit { credit } => to.credit = credit,
            Self::SetHazard { hazard } => {
                to.hazards.retain(|standing| standing.risk_id != hazard.risk_id);
                to.hazards.extend(hazard.is_said().then_some(hazard));
                to.hazards.sort_by_key(|hazard| hazard.risk_id);
            }
            Self::SetPurchases { purchases } => to.purchases = purchases,
            Self::SetTerm { position, secs: 0 } => drop(to.terms_secs.remove(&position)),
            Self::SetTerm { position, secs } => drop(to.terms_secs.insert(position, secs)),
        }
    }
}

impl Agreed {
    /// Returns what is expected of an id: nothing where it is not named.
    pub fn hazard(&self, risk_id: RiskId) -> Hazard {
        let found = self.hazards.iter().find(|hazard| hazard.risk_id == risk_id);
        found.copied().unwrap_or(Hazard { risk_id, hazard_bps: 0, loss_bps: 0 })
    }
}

fn hazard_call(hazard: &Hazard) -> ICovenants::setHazardCall {
    let Hazard { risk_id, hazard_bps, loss_bps } = *hazard;
    ICovenants::setHazardCall { riskId: risk_id.0, hazardBps: hazard_bps, lossBps: loss_bps }
}

fn purchases_call(purchases: &Purchases) -> ICovenants::setPurchasesCall {
    let Purchases { yield_bps, spread_bps, reference, max_age_secs } = *purchases;
    ICovenants::setPurchasesCall {
        yieldBps: yield_bps,
        spreadBps: spread_bps,
        reference,
        maxAgeSecs: U256::from(max_age_secs),
    }
}

fn has_dates_of(standing: &[Rung], asked: &[Rung]) -> bool {
    standing.iter().map(|rung| rung.until_days).eq(asked.iter().map(|rung| rung.until_days))
}

fn is_of(asked: &Purchases, standing: &Purchases) -> bool {
    (asked.reference, asked.max_age_secs) == (standing.reference, standing.max_age_secs)
}

fn small(found: U256) -> Option<u32> {
    u32::try_from(found).ok()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;

    use super::*;

    fn band(least_secs: u32, most_secs: u32) -> CovenantChange {
        CovenantChange::SetDuration { band: DurationBand { least_secs, most_secs } }
    }

    fn ladder(rungs: &[(u16, u16, u16)]) -> CovenantChange {
        let rung = |&(until_days, least_bps, most_bps): &(u16, u16, u16)| Rung { until_days, least_bps, most_bps };
        CovenantChange::SetLadder { rungs: rungs.iter().map(rung).collect() }
    }

    fn after(change: CovenantChange) -> Agreed {
        let mut agreed = Agreed::default();
        change.apply(&mut agreed);
        agreed
    }

    /// What adds risk, and the part of it that does not.
    fn judged(change: CovenantChange, now: &Agreed) -> (bool, Option<CovenantChange>) {
        (change.adds_risk(now), change.safe_part(now).filter(|_| change.adds_risk(now)))
    }

    #[test]
    fn a_band_adds_risk_where_it_is_wider_and_its_narrower_side_comes_at_once() {
        let now = after(band(5, 9));

        assert_eq!(judged(band(6, 8), &now), (false, None));
        assert_eq!(judged(band(4, 8), &now), (true, Some(band(5, 8))));
        assert_eq!(judged(band(6, 10), &now), (true, Some(band(6, 9))));
        assert_eq!(judged(band(10, 12), &now), (true, None), "no band lies in both");
    }

    #[test]
    fn a_ladder_adds_risk_unless_it_is_the_first_or_nowhere_wider() {
        let now = after(ladder(&[(30, 5, 9), (60, 0, 4)]));

        assert!(!ladder(&[(30, 5, 9)]).adds_risk(&Agreed::default()));
        assert_eq!(judged(ladder(&[(30, 6, 8), (60, 0, 4)]), &now), (false, None));
        let mixed = ladder(&[(30, 4, 8), (60, 0, 5)]);
        assert_eq!(judged(mixed, &now), (true, Some(ladder(&[(30, 5, 8), (60, 0, 4)]))));
        for other in [ladder(&[]), ladder(&[(30, 5, 9)]), ladder(&[(31, 5, 9), (60, 0, 4)])] {
            assert_eq!(judged(other.clone(), &now), (true, None), "{other:?}");
        }
    }

    #[test]
    fn whoever_expects_less_or_allows_more_loss_adds_risk() {
        let risk_id = RiskId::from_name("a").expect("short");
        let hazard =
            |hazard_bps, loss_bps| CovenantChange::SetHazard { hazard: Hazard { risk_id, hazard_bps, loss_bps } };
        let now = Agreed { credit: Wad::from(5), ..after(hazard(5, 5)) };

        assert_eq!(judged(hazard(6, 5), &now), (false, None));
        assert_eq!(judged(hazard(4, 9), &now), (true, Some(hazard(5, 9))));
        assert_eq!(judged(CovenantChange::SetCredit { credit: Wad::from(6) }, &now), (true, None));
        assert_eq!(judged(CovenantChange::SetCredit { credit: Wad::from(4) }, &now), (false, None));
        assert_eq!(judged(CovenantChange::SetTerm { position: 0, secs: 1 }, &now), (true, None));
        assert!(!CovenantChange::SetTerm { position: 0, secs: 0 }.adds_risk(&now));
    }

    #[test]
    fn laxer_purchases_and_another_reference_add_risk() {
        let one = Address::repeat_byte(1);
        let standing = Purchases { yield_bps: 5, spread_bps: 5, reference: one, max_age_secs: 60 };
        let set = |purchases| CovenantChange::SetPurchases { purchases };
        let now = after(set(standing));

        assert_eq!(judged(set(Purchases { yield_bps: 6, spread_bps: 4, ..standing }), &now), (false, None));
        let mixed = Purchases { yield_bps: 6, spread_bps: 6, ..standing };
        assert_eq!(judged(set(mixed), &now), (true, Some(set(Purchases { yield_bps: 6, ..standing }))));
        for other in [Address::ZERO, Address::repeat_byte(2)] {
            assert!(set(Purchases { reference: other, ..standing }).adds_risk(&now));
        }
        let none = after(set(Purchases { yield_bps: 5, ..Purchases::default() }));
        assert!(!set(standing).adds_risk(&none), "the first one only forbids");
    }
}
