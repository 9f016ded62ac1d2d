//! Positions in bonds, in the `[deploy]` table.

use alloy_primitives::Address;
use chain::deployment::{BondTerms, OracleTerms, defaults};
use model::{Timestamp, VenueKind};

use super::covenants::Key;
use super::value::{Error, address, value, within};

/// What a position says of its bonds, as it is written.
pub(super) struct BondEntry {
    pub(super) kind: VenueKind,
    pub(super) market: Option<String>,
    pub(super) oracle: Option<String>,
    pub(super) maturity_secs: Option<u64>,
    pub(super) decay_secs: Option<u32>,
}

/// The longest that an unpaid claim is worth something: ten years of 365 days.
const MAX_DECAY_SECS: u32 = 3_650 * 86_400;

impl BondEntry {
    /// Checks it, as the adapter will; nothing where the position holds no bonds.
    pub(super) fn check(
        self,
        key: Key<'_>,
        asset: Address,
        oracles: &[OracleTerms],
    ) -> Result<Option<BondTerms>, Error> {
        let Self { kind, market, oracle, maturity_secs, decay_secs: decay } = self;
        let refuse_given = |name: &str, is_said: bool| match is_said {
            true => Err(value(&key(name), "given", format!("a position of kind {kind} has none"))),
            false => Ok(()),
        };
        let missing = |name: &str, rule: &str| value(&key(name), "missing", rule);
        let decay_secs = within(&key("decay_secs"), decay.unwrap_or(defaults::DECAY_SECS), 1, MAX_DECAY_SECS)?;
        match kind {
            VenueKind::PendlePt => {
                let market = market.ok_or_else(|| missing("market", "principal tokens are traded in a market"))?;
                let name = oracle.ok_or_else(|| missing("oracle", "a [[deploy.oracles]] prices the principal"))?;
                let refuse = |rule: &str| value(&key("oracle"), format!("{name:?}"), rule);
                let place = oracles.iter().position(|oracle| oracle.name == name);
                let oracle = place.ok_or_else(|| refuse("no [[deploy.oracles]] has this name"))?;
                let market = address(&key("market"), &market)?;
                if oracles[oracle].pool != market || oracles[oracle].quote != asset {
                    return Err(refuse("it must price by this position's market, in deploy.asset"));
                }
                refuse_given("maturity_secs", maturity_secs.is_some())?;
                Ok(Some(BondTerms::Pendle { market, oracle, decay_secs }))
            }
            VenueKind::HyperdriveLong => {
                let rule = "longs have a date: a checkpoint of the pool, a whole term from its latest one";
                let secs = maturity_secs.ok_or_else(|| missing("maturity_secs", rule))?;
                let maturity = Timestamp(within(&key("maturity_secs"), secs, 1, u32::MAX.into())?);
                Ok(Some(BondTerms::Hyperdrive { maturity, decay_secs }))
            }
            _ => {
                refuse_given("maturity_secs", maturity_secs.is_some())?;
                refuse_given("decay_secs", decay.is_some())?;
                Ok(None)
            }
        }
    }
}
