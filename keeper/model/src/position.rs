//! One holding at one venue: what the book, its adapter and governance say of it.

use std::fmt;

use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use crate::collateral::Collateral;
use crate::covenants::Bond;
use crate::governed::RiskId;
use crate::lever::Lever;
use crate::rate::RateModel;
use crate::units::{Assets, Timestamp, Wad};

/// One holding at one venue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Its index on chain.
    pub index: u32,
    /// The contract that holds it.
    pub adapter: Address,
    /// Pool, vault or singleton where the money is.
    pub venue: Address,
    /// The market at the venue; zero where it has none.
    pub market: B256,
    /// The venue's language.
    pub kind: VenueKind,
    /// What it counts against, ancestors included.
    pub risk_ids: Vec<RiskId>,
    /// Its value in the vault's book.
    pub marked: Assets,
    /// When the book's value was last made real.
    pub marked_at: Timestamp,
    /// The loss of the last epoch that a sale would still be charged with.
    pub shortfall: Assets,
    /// What governance says of it.
    pub terms: Terms,
    /// Its value now, by the adapter.
    pub value: Assets,
    /// The venue's units that it holds, by the adapter.
    pub units: U256,
    /// What the venue would pay out at once, at most `value`.
    pub liquidity: Assets,
    /// What the venue holds for everybody; nothing where it does not say.
    pub depth: Option<Assets>,
    /// What a unit earns a year at the present use, by the adapter; nothing where it does not say.
    pub reported_rate: Option<Wad>,
    /// What it owes; nothing of a position that neither owes nor may.
    pub lever: Option<Lever>,
    /// What secures that; nothing where it cannot be read, or nothing is owed.
    pub collateral: Option<Collateral>,
    /// What of it was requested to be paid, is not payable yet and counts in its value still; nothing of a position that pays
    /// without being asked before.
    #[serde(default)]
    pub requested: Option<Assets>,
    /// When it pays; nothing of a position without a date.
    #[serde(default)]
    pub bond: Option<Bond>,
    /// How the venue's rate answers to what we hold there.
    pub rate: RateModel,
}

/// What governance says of a position; 10,000 = 100 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The part of its value that counts as payable at once.
    pub instant_bps: u16,
    /// The most of the venue that it may be.
    pub depth_bps: u16,
    /// How far the venue's price may be from a fair one: what every movement is charged to the loss budgets.
    pub slack_bps: u16,
}

impl Position {
    /// Whether anyone may settle it: its instrument should have paid by now, and it still holds some of it; or what was
    /// requested of a fund with a term is payable.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        let is_payable = self.requested.is_some() && !self.liquidity.is_zero();
        let is_past = |bond: Bond| bond.maturity.map_or(is_payable, |maturity| maturity <= now);
        self.bond.is_some_and(is_past) && !self.units.is_zero()
    }

    /// What it yields a year, where it has a date or a term: by its last mark or, of a fund whose adapter does not say, what its
    /// published price has grown at.
    #[must_use]
    pub fn yields(&self) -> Option<Wad> {
        match (&self.bond?, &self.rate) {
            (Bond { maturity: None, rate, .. }, RateModel::FixedRate(fixed)) if rate.0.is_zero() => Some(fixed.rate),
            (bond, _) => Some(bond.rate),
        }
    }

    /// What a movement out of so much brings now: of a position that pays by request no more than is payable.
    #[must_use]
    pub fn brings(&self, asked: Assets) -> Assets {
        if self.requested.is_some() { asked.min(self.liquidity) } else { asked }
    }

    /// What the book would say of it if it were marked at `now`: a loss at once, a gain no faster than `max_rate`.
    #[must_use]
    pub fn believed(&self, max_rate: Wad, now: Timestamp) -> Assets {
        let held_secs = self.marked.0.saturating_mul(U256::from(now.secs_since(self.marked_at)));
        let gain = math::interest_down(held_secs, max_rate.0.saturating_to()).unwrap_or(U256::MAX);
        self.value.min(self.marked.saturating_add(Assets(gain)))
    }
}

/// The language that an adapter speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VenueKind {
    /// Aave v3.
    AaveV3,
    /// Any ERC-4626 vault.
    Erc4626,
    /// One market of Morpho Blue.
    MorphoBlue,
    /// Collateral at Aave v3, and the vault's asset borrowed against it.
    AaveV3Loop,
    /// Principal tokens of one market of Pendle v2.
    PendlePt,
    /// Longs of one pool of Hyperdrive and one date.
    HyperdriveLong,
    /// Shares of a tokenised fund of treasuries, redeemed by request (ERC-7540).
    Treasury,
    /// One that this keeper does not know.
    Other(B256),
}

impl VenueKind {
    /// The kinds that this keeper knows.
    pub const KNOWN: [Self; 7] = [
        Self::AaveV3,
        Self::Erc4626,
        Self::MorphoBlue,
        Self::AaveV3Loop,
        Self::PendlePt,
        Self::HyperdriveLong,
        Self::Treasury,
    ];

    /// Reads `IAdapter.kind()`: a short string padded with zeros.
    #[must_use]
    pub fn from_bytes(kind: B256) -> Self {
        let name = kind.as_slice().split(|byte| *byte == 0).next();
        name.and_then(|name| std::str::from_utf8(name).ok()).and_then(Self::from_name).unwrap_or(Self::Other(kind))
    }

    /// The known kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|kind| kind.to_string() == name)
    }
}

impl fmt::Display for VenueKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AaveV3 => formatter.write_str("aave-v3"),
            Self::Erc4626 => formatter.write_str("erc4626"),
            Self::MorphoBlue => formatter.write_str("morpho-blue"),
            Self::AaveV3Loop => formatter.write_str("aave-v3-loop"),
            Self::PendlePt => formatter.write_str("pendle-pt"),
            Self::HyperdriveLong => formatter.write_str("hyperdrive-long"),
            Self::Treasury => formatter.write_str("treasury"),
            Self::Other(kind) => write!(formatter, "{}", RiskId(*kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(value: u128) -> Position {
        Position {
            index: 0,
            adapter: Address::ZERO,
            venue: Address::ZERO,
            market: B256::ZERO,
            kind: VenueKind::AaveV3,
            risk_ids: Vec::new(),
            marked: Assets::from(1_000_000),
            marked_at: Timestamp(0),
            shortfall: Assets::ZERO,
            terms: Terms::default(),
            value: Assets::from(value),
            units: U256::from(value),
            liquidity: Assets::from(value),
            depth: None,
            reported_rate: None,
            lever: None,
            collateral: None,
            requested: None,
            bond: None,
            rate: RateModel::Unknown { reason: String::new() },
        }
    }

    #[test]
    fn gains_are_believed_at_the_governed_rate_and_losses_at_once() {
        let (half, year) = (Wad::from(500_000_000_000_000_000), Timestamp(math::YEAR_SECS));

        assert_eq!(position(1_200_000).believed(half, year), Assets::from(1_200_000));
        assert_eq!(position(1_800_000).believed(half, year), Assets::from(1_500_000));
        assert_eq!(position(1_800_000).believed(half, Timestamp(0)), Assets::from(1_000_000));
        assert_eq!(position(900_000).believed(half, Timestamp(0)), Assets::from(900_000));
    }

    #[test]
    fn a_fund_is_due_where_what_was_requested_is_payable_and_brings_no_more() {
        let bond = Some(Bond { term_secs: 90, ..Bond::default() });
        let fund = |liquidity: u128| Position {
            requested: Some(Assets::from(500)),
            liquidity: Assets::from(liquidity),
            bond,
            ..position(1_000)
        };

        assert!(fund(1).is_due(Timestamp(5)) && !fund(0).is_due(Timestamp(5)));
        assert!(!Position { bond: None, ..fund(1) }.is_due(Timestamp(5)), "nobody but the keeper may move it");
        assert!(!Position { requested: None, ..fund(1) }.is_due(Timestamp(5)), "a fund that pays at once owes nothing");
        assert_eq!(fund(7).brings(Assets::from(9)), Assets::from(7));
        assert_eq!(Position { requested: None, ..fund(7) }.brings(Assets::from(9)), Assets::from(9));
    }

    #[test]
    fn a_fund_yields_what_its_price_has_grown_at_where_its_adapter_says_nothing() {
        let grown = RateModel::FixedRate(crate::rate::FixedRate { rate: Wad::from(4), capacity: None });
        let fund = |rate: u128| Position {
            bond: Some(Bond { term_secs: 90, rate: Wad::from(rate), ..Bond::default() }),
            rate: grown.clone(),
            ..position(1)
        };

        assert_eq!((fund(0).yields(), fund(5).yields()), (Some(Wad::from(4)), Some(Wad::from(5))));
        assert_eq!(position(1).yields(), None);
        let due = Position { bond: Some(Bond { maturity: Some(Timestamp(1)), ..Bond::default() }), ..fund(0) };
        assert_eq!(due.yields(), Some(Wad::ZERO));
    }

    #[test]
    fn kinds_are_read_up_to_the_padding() {
        for kind in VenueKind::KNOWN {
            let bytes = B256::right_padding_from(kind.to_string().as_bytes());
            assert_eq!(VenueKind::from_bytes(bytes), kind);
        }
        let other = B256::right_padding_from(b"aave-v4");
        assert_eq!(VenueKind::from_bytes(other), VenueKind::Other(other));
    }
}
