//! Positions in bonds and in funds of them, in the `[deploy]` table.

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
    pub(super) notice_secs: Option<u32>,
    pub(super) term_days: Option<u32>,
}

/// The longest that an unpaid claim is worth something, and that a fund may take to pay: ten years of 365 days.
const MAX_DECAY_SECS: u32 = 3_650 * 86_400;

impl BondEntry {
    /// Checks it, as the adapter will; nothing where the position holds no bonds.
    pub(super) fn check(
        self,
        key: Key<'_>,
        venue: Address,
        asset: Address,
        oracles: &[OracleTerms],
    ) -> Result<Option<BondTerms>, Error> {
        let Self { kind, market, oracle, maturity_secs, decay_secs: decay, notice_secs: notice, term_days } = self;
        let refuse_given = |name: &str, is_said: bool| match is_said {
            true => Err(value(&key(name), "given", format!("a position of kind {kind} has none"))),
            false => Ok(()),
        };
        let missing = |name: &str, rule: &str| value(&key(name), "missing", rule);
        let decay_secs = within(&key("decay_secs"), decay.unwrap_or(defaults::DECAY_SECS), 1, MAX_DECAY_SECS)?;
        if kind != VenueKind::Treasury {
            refuse_given("notice_secs", notice.is_some())?;
        }
        let named = |what: &str| {
            let name = oracle.ok_or_else(|| missing("oracle", &format!("a [[deploy.oracles]] prices the {what}")))?;
            let place = oracles.iter().position(|oracle| oracle.name == name);
            let refuse = |rule: &str| value(&key("oracle"), format!("{name:?}"), rule);
            let place = place.ok_or_else(|| refuse("no [[deploy.oracles]] has this name"))?;
            Ok::<_, Error>((place, name))
        };
        match kind {
            VenueKind::PendlePt => {
                let market = market.ok_or_else(|| missing("market", "principal tokens are traded in a market"))?;
                let (oracle, name) = named("principal")?;
                let market = address(&key("market"), &market)?;
                if oracles[oracle].pool != market || oracles[oracle].quote != asset {
                    let rule = "it must price by this position's market, in deploy.asset";
                    return Err(value(&key("oracle"), format!("{name:?}"), rule));
                }
                refuse_given("maturity_secs", maturity_secs.is_some())?;
                Ok(Some(BondTerms::Pendle { market, oracle, decay_secs }))
            }
            VenueKind::Treasury => {
                let (oracle, name) = named("fund's shares")?;
                if oracles[oracle].base != venue || oracles[oracle].quote != asset {
                    let rule = "it must price this position's venue, in deploy.asset";
                    return Err(value(&key("oracle"), format!("{name:?}"), rule));
                }
                refuse_given("maturity_secs", maturity_secs.is_some())?;
                let secs = notice.unwrap_or(defaults::NOTICE_SECS);
                let notice_secs = within(&key("notice_secs"), secs, 0, MAX_DECAY_SECS)?;
                // Without one it would be on no rung, and nobody but the keeper could bring home what the fund has to pay.
                let term = term_days.filter(|days| *days != 0);
                term.ok_or_else(|| missing("term_days", "a fund of treasuries always pays so many days from now"))?;
                Ok(Some(BondTerms::Treasury { oracle, notice_secs, decay_secs }))
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

#[cfg(test)]
mod tests {
    use alloy_primitives::address;

    use super::*;

    const FUND: Address = address!("0165878A594ca255338adfa4d48449f69242Eb8F");
    const ASSET: Address = address!("5FbDB2315678afecb367f032d93F642f64180aa3");

    fn oracle(base: Address, quote: Address) -> OracleTerms {
        OracleTerms {
            name: "fund".to_owned(),
            base,
            quote,
            feed: Address::repeat_byte(1),
            max_age_secs: 1,
            quote_feed: Address::ZERO,
            quote_max_age_secs: 0,
            min_price: model::Wad::ONE,
            max_price: model::Wad::ONE,
            pool: Address::ZERO,
            window_secs: 0,
            deviation_bps: 0,
            sequencer: Address::ZERO,
            grace_secs: 0,
        }
    }

    fn entry() -> BondEntry {
        BondEntry {
            kind: VenueKind::Treasury,
            market: None,
            oracle: Some("fund".to_owned()),
            maturity_secs: None,
            decay_secs: None,
            notice_secs: None,
            term_days: Some(90),
        }
    }

    fn check(entry: BondEntry, oracles: &[OracleTerms]) -> Result<Option<BondTerms>, String> {
        entry.check(&|name| name.to_owned(), FUND, ASSET, oracles).map_err(|error| error.to_string())
    }

    #[test]
    fn a_fund_names_its_oracle_and_term_and_has_time_to_pay() {
        let oracles = [oracle(ASSET, FUND), oracle(FUND, ASSET)];
        let good = [OracleTerms { name: "other".to_owned(), ..oracles[0].clone() }, oracles[1].clone()];

        let expected =
            BondTerms::Treasury { oracle: 1, notice_secs: defaults::NOTICE_SECS, decay_secs: defaults::DECAY_SECS };
        assert_eq!(check(entry(), &good), Ok(Some(expected)));
        for (bad, key) in [
            (BondEntry { oracle: None, ..entry() }, "oracle"),
            (BondEntry { oracle: Some("none".to_owned()), ..entry() }, "oracle"),
            (BondEntry { oracle: Some("other".to_owned()), ..entry() }, "oracle"),
            (BondEntry { term_days: None, ..entry() }, "term_days"),
            (BondEntry { term_days: Some(0), ..entry() }, "term_days"),
            (BondEntry { maturity_secs: Some(5), ..entry() }, "maturity_secs"),
            (BondEntry { decay_secs: Some(0), ..entry() }, "decay_secs"),
            (BondEntry { notice_secs: Some(u32::MAX), ..entry() }, "notice_secs"),
            (BondEntry { kind: VenueKind::AaveV3, notice_secs: Some(5), ..entry() }, "notice_secs"),
        ] {
            let error = check(bad, &good).expect_err(key);
            assert!(error.contains(key), "{error}");
        }
    }
}
