//! What a vault is to be, and what it is where nobody says otherwise.

use alloy_primitives::{Address, B256, Bytes};
use model::units::WAD;
use model::{Assets, RiskId, Terms, Timestamp, VenueKind, Wad};

use super::bond::BondTerms;
use super::leverage::{LeverTerms, OracleTerms};
use crate::covenants::Agreed;

/// 0.01 % in wad.
const BPS_WAD: u128 = WAD / 10_000;

/// The values that [`Mandate`], [`PositionTerms`] and [`GrantTerms`] begin with. They suit lending venues that pay out on
/// demand; whoever knows better for a venue says so.
pub mod defaults {
    /// Gains are believed no faster than 20 % a year.
    pub const MAX_RATE_BPS: u64 = 2_000;
    /// One twentieth of net asset value stays idle.
    pub const LIQUIDITY_FLOOR_BPS: u64 = 500;
    /// One tenth of net asset value is idle or payable at once.
    pub const LIQUIDITY_COVER_BPS: u64 = 1_000;
    /// Keepers may lose 0.5 % of the least net asset value in any epoch, half of it at once.
    pub const LOSS_BPS: u64 = 50;
    /// Keepers may move twice the least net asset value in any epoch, half of it at once: enough to invest a new vault.
    pub const TURNOVER_BPS: u64 = 20_000;
    /// An epoch is a day: money counts for caps and budgets after one to two days.
    pub const EPOCH_SECS: u64 = 86_400;
    /// After three days of silence anyone may bring money to idle, and the keepers' budgets shrink.
    pub const SILENCE_SECS: u64 = 3 * 86_400;
    /// A grant lasts 90 days.
    pub const GRANT_SECS: u64 = 90 * 86_400;
    /// Half of what a lending venue holds of ours counts as payable at once.
    pub const INSTANT_BPS: u16 = 5_000;
    /// A position is at most half of its venue.
    pub const DEPTH_BPS: u16 = 5_000;
    /// A venue that lends at its own accounts has no price that could be pushed. Forced exits pass over a position with
    /// slack: whoever gives one some says so by name.
    pub const SLACK_BPS: u16 = 0;
    /// What secures all debts is at least 1.05 of them.
    pub const HEALTH_FLOOR_BPS: u16 = 10_500;
    /// A swap of a leveraged position may be 1 % worse than its oracle's price.
    pub const SLIP_BPS: u16 = 100;
    /// A pool's price is weighted over half an hour.
    pub const WINDOW_SECS: u32 = 1_800;
    /// An oracle's sources may be 2 % apart.
    pub const DEVIATION_BPS: u16 = 200;
    /// What is due and not paid fades to nothing over ten days.
    pub const DECAY_SECS: u32 = 864_000;
    /// A fund has five days to pay what is requested.
    pub const NOTICE_SECS: u32 = 432_000;
    /// A sequencer that was down must have run for an hour.
    pub const GRACE_SECS: u32 = 3_600;
    /// Strangers may deleverage a position by a chunk in ten minutes, ...
    pub const COOLDOWN_SECS: u32 = 600;
    /// ... for 0.1 % of what they repay.
    pub const REWARD_BPS: u16 = 10;
    /// A trip lasts a day unless it is renewed.
    pub const TRIP_SECS: u32 = 86_400;
    /// A condition of liquidity is seen twice, an hour apart, before it trips.
    pub const CONFIRM_SECS: u32 = 3_600;
}

/// A part in basis points as a wad.
#[must_use]
pub fn bps_to_wad(bps: u64) -> Wad {
    Wad::from(u128::from(bps) * BPS_WAD)
}

/// What the vault is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// The token that it accounts in.
    pub asset: Address,
    /// Who owns it in the end; offered where it is not the sender, who must then take it.
    pub owner: Address,
    /// Who sets positions and caps beside the owner.
    pub curator: Address,
    /// Who may only lower risk.
    pub guardians: Vec<Address>,
    /// Who may rebalance, and how far.
    pub keepers: Vec<GrantTerms>,
    /// The most that a position may gain in the book, a year.
    pub max_rate: Wad,
    /// The least part of net asset value that stays idle.
    pub liquidity_floor: Wad,
    /// The least part of net asset value that is idle or payable at once.
    pub liquidity_cover: Wad,
    /// The most that keepers may lose in any epoch, as a part of the least net asset value.
    pub loss: Wad,
    /// The most that keepers may move in any epoch, as a part of the least net asset value.
    pub turnover: Wad,
    /// The length of an epoch: 1 hour to 30 days.
    pub epoch_secs: u64,
    /// How long the keepers may be silent.
    pub silence_secs: u64,
    /// The least of what secures all debts, by all debts, 10,000 = 1.
    pub health_floor_bps: u16,
    /// The caps by risk id.
    pub caps: Vec<CapTerms>,
    /// Which id counts against which other one too: (id, parent).
    pub nests: Vec<(RiskId, RiskId)>,
    /// What trips which id.
    pub breakers: Vec<BreakerTerms>,
    /// What is said of bonds and of credit; terms of positions are theirs.
    pub agreed: Agreed,
    /// The oracles that positions name.
    pub oracles: Vec<OracleTerms>,
    /// The positions, in order.
    pub positions: Vec<PositionTerms>,
    /// Whether the set-up ends with the deployment; otherwise the owner ends it later, and everything is immediate until
    /// then.
    pub opens: bool,
}

impl Default for Mandate {
    /// No asset, nobody and nothing, under the [`defaults`].
    fn default() -> Self {
        Self {
            asset: Address::ZERO,
            owner: Address::ZERO,
            curator: Address::ZERO,
            guardians: Vec::new(),
            keepers: Vec::new(),
            max_rate: bps_to_wad(defaults::MAX_RATE_BPS),
            liquidity_floor: bps_to_wad(defaults::LIQUIDITY_FLOOR_BPS),
            liquidity_cover: bps_to_wad(defaults::LIQUIDITY_COVER_BPS),
            loss: bps_to_wad(defaults::LOSS_BPS),
            turnover: bps_to_wad(defaults::TURNOVER_BPS),
            epoch_secs: defaults::EPOCH_SECS,
            silence_secs: defaults::SILENCE_SECS,
            health_floor_bps: defaults::HEALTH_FLOOR_BPS,
            caps: Vec::new(),
            nests: Vec::new(),
            breakers: Vec::new(),
            agreed: Agreed::default(),
            oracles: Vec::new(),
            positions: Vec::new(),
            opens: true,
        }
    }
}

/// What one keeper's key may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantTerms {
    /// The account.
    pub account: Address,
    /// Bit i for position i; nothing for all that the vault is deployed with.
    pub positions: Option<u64>,
    /// The most it may move in any epoch, as a part of the least net asset value.
    pub turnover: Wad,
    /// The most it may lose in any epoch, as a part of the least net asset value.
    pub loss: Wad,
    /// The last moment at which it may act.
    pub expiry: Timestamp,
}

impl GrantTerms {
    /// Every position and the vault's whole [`defaults`] until `expiry`.
    #[must_use]
    pub fn until(account: Address, expiry: Timestamp) -> Self {
        let (turnover, loss) = (bps_to_wad(defaults::TURNOVER_BPS), bps_to_wad(defaults::LOSS_BPS));
        Self { account, positions: None, turnover, loss, expiry }
    }
}

/// The caps of one risk id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapTerms {
    /// What they hang on.
    pub risk_id: RiskId,
    /// The most, in assets.
    pub absolute: Assets,
    /// The most, as a part of the least net asset value.
    pub relative: Wad,
}

/// What trips the breaker of a risk id (`IBoard.Breaker`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakerTerms {
    /// The id.
    pub risk_id: RiskId,
    /// The feed of its price; zero for none.
    pub feed: Address,
    /// The least price that is fair.
    pub min_price: Wad,
    /// The most that is fair.
    pub max_price: Wad,
    /// The age at which an answer is stale.
    pub max_age_secs: u32,
    /// A position that can be paid less than this part of its value at once is illiquid.
    pub liquid_bps: u16,
    /// The time between the two looks that an illiquid or silent position takes.
    pub confirm_secs: u32,
    /// How long a trip lasts.
    pub trip_secs: u32,
}

/// One position: an adapter program at a venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionTerms {
    /// The venue's language.
    pub kind: VenueKind,
    /// Pool, vault or singleton.
    pub venue: Address,
    /// The market in it; zero where the venue has none.
    pub market: B256,
    /// What it counts against; ancestors follow from the nests.
    pub risk_ids: Vec<RiskId>,
    /// What governance says of it.
    pub terms: Terms,
    /// How it owes; nothing where it does not.
    pub lever: Option<LeverTerms>,
    /// What its bonds are; nothing where it holds none.
    pub bond: Option<BondTerms>,
    /// How far from now it always pays, in seconds, where its instrument has no date; zero for not at all.
    pub term_secs: u32,
}

impl PositionTerms {
    /// A position at a venue without markets, under the [`defaults`].
    #[must_use]
    pub fn new(kind: VenueKind, venue: Address, risk_ids: Vec<RiskId>) -> Self {
        let terms = Terms {
            instant_bps: defaults::INSTANT_BPS,
            depth_bps: defaults::DEPTH_BPS,
            slack_bps: defaults::SLACK_BPS,
        };
        Self { kind, venue, market: B256::ZERO, risk_ids, terms, lever: None, bond: None, term_secs: 0 }
    }

    /// A position in one market of a venue, under the [`defaults`].
    #[must_use]
    pub fn in_market(kind: VenueKind, venue: Address, market: B256, risk_ids: Vec<RiskId>) -> Self {
        Self { market, ..Self::new(kind, venue, risk_ids) }
    }

    /// Returns what the adapter is told of the position beside vault and venue; nothing where the oracle that it names is
    /// not one of these.
    pub(super) fn encoded(&self, oracles: &[Address]) -> Option<Bytes> {
        match (&self.lever, &self.bond) {
            (Some(lever), _) => lever.encoded(oracles),
            (None, Some(bond)) => bond.encoded(oracles),
            (None, None) if self.market.is_zero() => Some(Bytes::new()),
            (None, None) => Some(self.market.0.into()),
        }
    }

    /// Returns the place of the oracle that it names; nothing where it names none.
    pub(super) fn oracle(&self) -> Option<usize> {
        let of_lever = self.lever.as_ref().map(|lever| lever.oracle);
        of_lever.or_else(|| self.bond.as_ref().and_then(BondTerms::oracle))
    }
}
