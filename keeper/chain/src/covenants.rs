//! What governance says of bonds and of credit, as it is set; and for the model, with the yield that its reference tells now.

use std::collections::BTreeMap;

use abi::covenants::ICovenants;
use abi::feed::IFeed;
use alloy_primitives::{Address, I256, U256};
use model::{Assets, Block, Bond, Covenants, Hazard, RiskId, Rung, Timestamp, Wad};
use serde::Serialize;

use crate::batch::Batch;
use crate::error::Error;
use crate::rpc::Rpc;
use crate::snapshot::within;

/// The most rungs that the contracts keep.
const MAX_RUNGS: u64 = 10;
/// More decimals than a yield in wad has no feed.
const MAX_DECIMALS: u8 = 18;
/// The highest yield that a reference may tell: 1000 % a year.
const MAX_REFERENCE_WAD: u128 = 10_000_000_000_000_000_000;
/// A 1/10,000 in wad.
const BPS_WAD: u64 = 100_000_000_000_000;

/// What governance says of bonds and of credit, as it is set (`ICovenants.Covenant`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Agreed {
    /// The band of the modified duration.
    pub duration: DurationBand,
    /// The ladder, by rising dates.
    pub ladder: Vec<Rung>,
    /// The most that is expected to be lost a year, as a part of the least net asset value.
    pub credit: Wad,
    /// What is expected of each risk id; one that is not named is expected to lose nothing.
    pub hazards: Vec<Hazard>,
    /// What may be bought.
    pub purchases: Purchases,
    /// How far from now positions whose instrument has no date always pay, in seconds, by their index.
    pub terms_secs: BTreeMap<u32, u32>,
}

/// The band of the modified duration of the least net asset value, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DurationBand {
    /// The least.
    pub least_secs: u32,
    /// The most.
    pub most_secs: u32,
}

/// At what yield bonds may be bought; 10,000 = 100 % a year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Purchases {
    /// The least yield.
    pub yield_bps: u16,
    /// How far below the reference it may be.
    pub spread_bps: u16,
    /// Who tells a yield to compare with; zero for nobody.
    pub reference: Address,
    /// How old its answer may be, in seconds.
    pub max_age_secs: u32,
}

impl Agreed {
    /// Checks what the vault says.
    ///
    /// # Errors
    /// When it contradicts itself.
    pub(crate) fn of(found: &ICovenants::Covenant) -> Result<Self, Error> {
        within("rungs", found.ladder.len() as u64, MAX_RUNGS)?;
        within("least duration", found.leastDurationSecs, found.mostDurationSecs)?;
        within("most duration", found.mostDurationSecs, U256::from(u32::MAX))?;
        within("credit", found.creditWad, Wad::ONE.0)?;
        within("age of the reference", found.maxAgeSecs, U256::from(u32::MAX))?;
        let rung = |rung: &ICovenants::Rung| Rung {
            until_days: rung.untilDays,
            least_bps: rung.leastBps,
            most_bps: rung.mostBps,
        };
        let hazard = |told: &ICovenants::Hazard| Hazard {
            risk_id: RiskId(told.riskId),
            hazard_bps: told.hazardBps,
            loss_bps: told.lossBps,
        };
        let terms = found.bonds.iter().filter(|bond| bond.maturity.is_zero());
        Ok(Self {
            duration: DurationBand {
                least_secs: found.leastDurationSecs.saturating_to(),
                most_secs: found.mostDurationSecs.saturating_to(),
            },
            ladder: found.ladder.iter().map(rung).collect(),
            credit: Wad(found.creditWad),
            hazards: found.hazards.iter().map(hazard).filter(Hazard::is_said).collect(),
            purchases: Purchases {
                yield_bps: found.yieldBps,
                spread_bps: found.spreadBps,
                reference: found.reference,
                max_age_secs: found.maxAgeSecs.saturating_to(),
            },
            terms_secs: terms.map(|bond| (bond.position, bond.termSecs.saturating_to())).collect(),
        })
    }

    /// Returns them as the model has them, where a bond is bought at `least_yield` now.
    pub(crate) fn covenants(&self, least_yield: Option<Wad>) -> Covenants {
        Covenants {
            least_duration_secs: self.duration.least_secs,
            most_duration_secs: self.duration.most_secs,
            ladder: self.ladder.clone(),
            credit: self.credit,
            hazards: self.hazards.clone(),
            least_yield,
        }
    }
}

/// Returns a ladder as calls have it.
pub(crate) fn rungs_to_abi(rungs: &[Rung]) -> Vec<ICovenants::Rung> {
    let rung =
        |rung: &Rung| ICovenants::Rung { untilDays: rung.until_days, leastBps: rung.least_bps, mostBps: rung.most_bps };
    rungs.iter().map(rung).collect()
}

/// Reads the covenants; nothing where nothing was ever said.
///
/// # Errors
/// When the node does not answer, or an answer contradicts itself.
pub(crate) async fn read(rpc: &Rpc, found: &ICovenants::Covenant, block: Block) -> Result<Option<Covenants>, Error> {
    let agreed = Agreed::of(found)?;
    if agreed == Agreed::default() && found.bonds.is_empty() {
        return Ok(None);
    }
    Ok(Some(agreed.covenants(least_yield(rpc, &agreed.purchases, block).await?)))
}

/// The positions that have a date, by their index.
pub(crate) fn bonds(found: &ICovenants::Covenant) -> BTreeMap<u32, Bond> {
    let bond = |told: &ICovenants::Bond| Bond {
        maturity: (!told.maturity.is_zero()).then(|| Timestamp(told.maturity.saturating_to())),
        term_secs: told.termSecs.saturating_to(),
        rate: Wad(told.rateWad),
        premium: Assets(told.premium),
    };
    found.bonds.iter().map(|told| (told.position, bond(told))).collect()
}

/// Governance's own least yield, or the reference's less the spread, the higher; nothing where the reference is silent,
/// old, or says what no yield is.
async fn least_yield(rpc: &Rpc, found: &Purchases, block: Block) -> Result<Option<Wad>, Error> {
    let wad = |bps: u16| U256::from(bps) * U256::from(BPS_WAD);
    let governed = wad(found.yield_bps);
    if found.reference.is_zero() {
        return Ok(Some(Wad(governed)));
    }
    let mut batch = Batch::new(Address::ZERO);
    let round = batch.add(found.reference, IFeed::latestRoundDataCall {});
    let decimals = batch.add(found.reference, IFeed::decimalsCall {});
    let answers = batch.send(rpc, block.number).await?;
    let (round, decimals) = match (answers.get(&round), answers.get(&decimals)) {
        (Ok(round), Ok(decimals)) => (round, decimals),
        (Err(error), _) | (_, Err(error)) if error.kind().is_passing() => return Err(error.into()),
        _ => return Ok(None),
    };
    let now = U256::from(block.timestamp.0);
    let is_fresh = now.checked_sub(round.updatedAt).is_some_and(|age| age <= U256::from(found.max_age_secs));
    if !is_fresh || decimals > MAX_DECIMALS || round.answer <= I256::ZERO {
        return Ok(None);
    }
    let scale = U256::from(10).pow(U256::from(MAX_DECIMALS - decimals));
    let told = round.answer.into_raw().checked_mul(scale).filter(|told| *told <= U256::from(MAX_REFERENCE_WAD));
    Ok(told.map(|told| Wad(governed.max(told.saturating_sub(wad(found.spread_bps))))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> ICovenants::Covenant {
        let hazards = vec![ICovenants::Hazard { riskId: Default::default(), hazardBps: 0, lossBps: 0 }];
        ICovenants::Covenant {
            leastDurationSecs: U256::ZERO,
            mostDurationSecs: U256::ZERO,
            creditWad: U256::ZERO,
            yieldBps: 0,
            spreadBps: 0,
            reference: Address::ZERO,
            maxAgeSecs: U256::ZERO,
            ladder: Vec::new(),
            hazards,
            bonds: Vec::new(),
        }
    }

    #[test]
    fn caps_without_hazards_say_nothing_and_anything_else_does() {
        let agreed = |found| Agreed::of(&found).expect("consistent");
        assert_eq!(agreed(nothing()), Agreed::default());
        assert_ne!(agreed(ICovenants::Covenant { yieldBps: 1, ..nothing() }), Agreed::default());
        let hazards = vec![ICovenants::Hazard { riskId: Default::default(), hazardBps: 1, lossBps: 0 }];
        assert_eq!(agreed(ICovenants::Covenant { hazards, ..nothing() }).hazards.len(), 1);
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let band = ICovenants::Covenant { leastDurationSecs: U256::ONE, ..nothing() };
        let credit = ICovenants::Covenant { creditWad: Wad::ONE.0 + U256::ONE, ..nothing() };
        for found in [band, credit] {
            assert!(matches!(Agreed::of(&found), Err(Error::OutOfRange { .. })));
        }
    }

    #[test]
    fn a_bond_has_a_maturity_or_a_term() {
        let told = |position, maturity: u64, term: u64| ICovenants::Bond {
            position,
            maturity: U256::from(maturity),
            termSecs: U256::from(term),
            rateWad: U256::from(5),
            premium: U256::from(6),
        };
        let found = ICovenants::Covenant { bonds: vec![told(0, 100, 0), told(3, 0, 90)], ..nothing() };

        let bonds = bonds(&found);

        assert_eq!((bonds[&0].maturity, bonds[&0].term_secs), (Some(Timestamp(100)), 0));
        assert_eq!((bonds[&3].maturity, bonds[&3].term_secs), (None, 90));
        assert_eq!((bonds[&0].rate, bonds[&0].premium), (Wad(U256::from(5)), Assets(U256::from(6))));
    }
}
