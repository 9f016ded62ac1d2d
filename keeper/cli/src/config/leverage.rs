//! What positions owe, in the `[deploy]` table and in the mandate file.

use alloy_primitives::Address;
use chain::deployment::{LeverTerms, OracleTerms, defaults};
use model::{Assets, Thresholds, Timestamp};
use serde::Deserialize;

use super::amount::Amount;
use super::value::{Error, address, value, within};

/// When a position is deleveraged, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThresholdsEntry {
    target_bps: Option<u16>,
    soft_bps: u16,
    hard_bps: u16,
    chunk_assets: Amount,
    cooldown_secs: Option<u32>,
    slip_bps: Option<u16>,
    reward_bps: Option<u16>,
}

/// What a position of kind "aave-v3-loop" says beside the others, as it is written.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) oracle: Option<String>,
    pub(super) lender: Option<String>,
    pub(super) e_mode: Option<u8>,
    pub(super) target_bps: Option<u16>,
    pub(super) slip_bps: Option<u16>,
    pub(super) thresholds: Option<ThresholdsEntry>,
}

/// One in basis points.
const ONE_BPS: u16 = 10_000;
/// The most base units that the vault's accounts hold.
const MAX_ASSETS: u128 = (1 << 96) - 1;
const DAY_SECS: u32 = 86_400;

impl Loop {
    /// Returns whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        let Self { oracle, lender, e_mode, target_bps, slip_bps, thresholds } = self;
        oracle.is_none()
            && lender.is_none()
            && e_mode.is_none()
            && target_bps.is_none()
            && slip_bps.is_none()
            && thresholds.is_none()
    }

    /// Checks how a position at `venue` owes; `oracles` are those that it can name.
    pub(super) fn check(
        self,
        key: &dyn Fn(&str) -> String,
        venue: Address,
        asset: Address,
        oracles: &[OracleTerms],
    ) -> Result<LeverTerms, Error> {
        let missing = |name: &str, rule: &str| value(&key(name), "missing", rule);
        let name =
            self.oracle.ok_or_else(|| missing("oracle", "a leveraged position is priced by a [[deploy.oracles]]"))?;
        let place = oracles.iter().position(|oracle| oracle.name == name);
        let oracle =
            place.ok_or_else(|| value(&key("oracle"), format!("{name:?}"), "no [[deploy.oracles]] has this name"))?;
        if oracles[oracle].quote != asset {
            return Err(value(&key("oracle"), format!("{name:?}"), format!("its quote must be deploy.asset, {asset}")));
        }
        if oracles[oracle].pool.is_zero() {
            return Err(value(&key("oracle"), format!("{name:?}"), "it names no pool, and the position swaps there"));
        }
        let target =
            self.target_bps.ok_or_else(|| missing("target_bps", "investments bring health to it, 10_000 = 1"))?;
        let target_bps = within(&key("target_bps"), target, ONE_BPS + 1, u16::MAX)?;
        let unset = "without thresholds it may owe nothing, so nothing could be invested: \
                     add [deploy.positions.thresholds]";
        let thresholds = self.thresholds.ok_or_else(|| missing("thresholds", unset))?;
        let thresholds = thresholds.check(&|name: &str| key(&format!("thresholds.{name}")), Some(target_bps))?;
        if target_bps < thresholds.soft_bps {
            let rule = format!(
                "it must be at least thresholds.soft_bps, {}: below it nothing may be invested",
                thresholds.soft_bps
            );
            return Err(value(&key("target_bps"), target_bps, rule));
        }
        Ok(LeverTerms {
            oracle,
            lender: self.lender.map(|text| address(&key("lender"), &text)).transpose()?.unwrap_or(venue),
            e_mode: self.e_mode.unwrap_or(0),
            target_bps,
            slip_bps: within(&key("slip_bps"), self.slip_bps.unwrap_or(defaults::SLIP_BPS), 0, ONE_BPS - 1)?,
            thresholds,
        })
    }
}

impl ThresholdsEntry {
    /// As [`Self::check`], where nothing may be left to a default: what stands would change unseen.
    pub(super) fn check_whole(self, key: &dyn Fn(&str) -> String) -> Result<Thresholds, Error> {
        let said = [
            ("cooldown_secs", self.cooldown_secs.is_some()),
            ("slip_bps", self.slip_bps.is_some()),
            ("reward_bps", self.reward_bps.is_some()),
        ];
        match said.into_iter().find(|(_, is_said)| !is_said) {
            Some((name, _)) => Err(value(&key(name), "missing", "thresholds are set as a whole")),
            None => self.check(key, None),
        }
    }

    /// Checks thresholds, as the board will; `target_bps` is what is restored where they name nothing else.
    pub(super) fn check(self, key: &dyn Fn(&str) -> String, target_bps: Option<u16>) -> Result<Thresholds, Error> {
        let hard_bps = within(&key("hard_bps"), self.hard_bps, ONE_BPS + 1, u16::MAX - 1)?;
        let soft_bps = within(&key("soft_bps"), self.soft_bps, hard_bps, u16::MAX - 1)?;
        let target = self.target_bps.or(target_bps);
        let target = target.ok_or_else(|| value(&key("target_bps"), "missing", "it is what deleveraging restores"))?;
        Ok(Thresholds {
            target_bps: within(&key("target_bps"), target, soft_bps + 1, u16::MAX)?,
            soft_bps,
            hard_bps,
            chunk: Assets::from(within(&key("chunk_assets"), self.chunk_assets.0, 1, MAX_ASSETS)?),
            cooldown_secs: within(
                &key("cooldown_secs"),
                self.cooldown_secs.unwrap_or(defaults::COOLDOWN_SECS),
                60,
                DAY_SECS,
            )?,
            slip_bps: within(&key("slip_bps"), self.slip_bps.unwrap_or(defaults::SLIP_BPS), 1, 1_000)?,
            reward_bps: within(&key("reward_bps"), self.reward_bps.unwrap_or(defaults::REWARD_BPS), 0, 100)?,
            ready_at: Timestamp(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::deployment::{Deploy, File, deploy};
    use model::Wad;

    use super::*;

    #[derive(Deserialize)]
    struct Whole {
        deploy: File,
    }

    /// The example's `[deploy]` table, with one text replaced by another.
    fn read(from: &str, to: &str) -> Result<Deploy, String> {
        let example = include_str!("../../example.toml");
        let start = example.find("[deploy]").expect("it deploys");
        let end = example.find("# The Governor").expect("it governs");
        let text = &example[start..end];
        assert!(text.contains(from), "{from} is not there");
        let whole: Whole = toml::from_str(&text.replacen(from, to, 1)).map_err(|error| error.to_string())?;
        deploy(whole.deploy, Path::new("")).map_err(|error| error.to_string())
    }

    fn lever(deploy: &Deploy) -> &LeverTerms {
        deploy.mandate.positions[1].lever.as_ref().expect("it owes")
    }

    #[test]
    fn prices_and_healths_become_what_the_contracts_count_in() {
        let deploy = read("min_price = \"100\"", "min_price = \"99.5\"").expect("it is valid");

        let oracle = &deploy.mandate.oracles[0];
        assert_eq!(oracle.min_price, Wad::from(99_500_000_000_000_000_000));
        assert_eq!((oracle.quote, oracle.window_secs), (deploy.mandate.asset, 1_800));
        let lever = lever(&deploy);
        assert_eq!((lever.oracle, lever.target_bps, lever.thresholds.soft_bps), (0, 15_000, 13_000));
        assert_eq!((deploy.mandate.health_floor_bps, deploy.mandate.positions[0].lever.is_none()), (10_500, true));
    }

    #[test]
    fn what_is_not_said_is_what_the_example_says() {
        let said = read("", "").expect("it is valid");

        for left_out in [
            "lender = \"0x794a61358D6845594F94dc1DB02A252b5b4814aD\"",
            "e_mode = 0",
            "slip_bps = 100                             # how",
            "target_bps = 15_000                        # health that deleveraging restores; default: the position's own target",
            "cooldown_secs = 600",
            "slip_bps = 100                             # ...",
            "reward_bps = 10",
            "window_secs = 1_800",
            "deviation_bps = 200",
            "grace_secs = 3_600",
            "health_floor_bps = 10_500",
            "instant_bps = 0 ",
        ] {
            let silent = read(left_out, "#").expect(left_out);
            assert_eq!(silent.mandate, said.mandate, "{left_out}");
        }
    }

    #[test]
    fn what_could_never_be_invested_or_deployed_is_refused_by_name_and_bound() {
        let thresholds = "[deploy.positions.thresholds]";
        for (from, to, expected) in [
            (thresholds, "[deploy.nothing]", "unknown field `nothing`"),
            ("slack_bps = 100", "slack_bps = 0", "deploy.positions[1].slack_bps is 0: a leveraged position is sold"),
            ("slack_bps = 100", "#", "deploy.positions[1].slack_bps is missing: a leveraged"),
            (
                "oracle = \"weth-usdc\"",
                "oracle = \"eth\"",
                "deploy.positions[1].oracle is \"eth\": no [[deploy.oracles]]",
            ),
            ("oracle = \"weth-usdc\"", "", "deploy.positions[1].oracle is missing"),
            ("pool = \"", "# pool = \"", "deploy.oracles[0].pool is missing: window_secs"),
            ("e_mode = 0", "e_mode = 256", "invalid value: integer `256`"),
            ("target_bps = 15_000", "target_bps = 12_999", "it must be at least thresholds.soft_bps, 13000"),
            (
                "soft_bps = 13_000",
                "soft_bps = 15_000",
                "thresholds.target_bps is 15000: it must be from 15001 to 65535",
            ),
            ("hard_bps = 11_500", "hard_bps = 13_001", "thresholds.soft_bps is 13000: it must be from 13001 to 65534"),
            ("hard_bps = 11_500", "hard_bps = 10_000", "thresholds.hard_bps is 10000: it must be from 10001 to 65534"),
            (
                "chunk_assets = 1_000_000_000_000",
                "chunk_assets = 0",
                "thresholds.chunk_assets is 0: it must be from 1 to",
            ),
            (
                "cooldown_secs = 600",
                "cooldown_secs = 59",
                "thresholds.cooldown_secs is 59: it must be from 60 to 86400",
            ),
            (
                "slip_bps = 100                             # ...",
                "slip_bps = 1_001 #",
                "slip_bps is 1001: it must be from 1",
            ),
            ("reward_bps = 10", "reward_bps = 101", "thresholds.reward_bps is 101: it must be from 0 to 100"),
            (
                "max_price = \"100000\"",
                "max_price = \"99\"",
                "deploy.oracles[0].max_price is 99: it must be at least min_price",
            ),
            ("min_price = \"100\"", "min_price = \"0\"", "deploy.oracles[0].min_price is \"0\": a price is"),
            ("window_secs = 1_800", "window_secs = 299", "deploy.oracles[0].window_secs is 299: it must be from 300"),
            ("deviation_bps = 200", "deviation_bps = 1_001", "deviation_bps is 1001: it must be from 1 to 1000"),
            (
                "quote_feed = \"",
                "# quote_feed = \"",
                "deploy.oracles[0].quote_max_age_secs is 90000: there is no quote_feed",
            ),
            ("sequencer = \"", "# sequencer = \"", "deploy.oracles[0].grace_secs is 3600: there is no sequencer"),
            ("kind = \"aave-v3-loop\"", "kind = \"aave-v3\"", "deploy.positions[1].kind is aave-v3: only aave-v3-loop"),
        ] {
            let error = read(from, to).map(drop).expect_err(to);
            assert!(error.contains(expected), "{from} -> {to}: {error}");
        }
    }

    #[test]
    fn a_loop_without_thresholds_is_told_what_to_add() {
        let example = include_str!("../../example.toml");
        let start = example.find("[deploy.positions.thresholds]").expect("it has some");
        let end = example.find("# The Governor").expect("it governs");

        let error = read(&example[start..end], "").map(drop).expect_err("nothing could be invested");

        assert!(error.starts_with("deploy.positions[1].thresholds is missing"), "{error}");
        assert!(error.ends_with("add [deploy.positions.thresholds]"), "{error}");
    }
}
