//! When a venue runs dry: nearly all of it is lent out, or it takes no more money. What can still leave should.
//!
//! Two marks, so that money does not come and go: at [`LEAVE`] it leaves, and below [`RETURN`] it may come again.

use crate::position::Position;
use crate::rate::RateModel;
use crate::units::Assets;

/// Usage from which on money leaves as far as it can.
pub const LEAVE: f64 = 0.98;
/// Usage from which on no money comes.
pub const RETURN: f64 = 0.95;

impl RateModel {
    /// The part of its money that a venue has lent out; of several markets, all together. Nothing where it does not say.
    #[must_use]
    pub fn usage(&self) -> Option<f64> {
        let (lent, all) = match self {
            Self::AaveTwoSlope(pool) => {
                (pool.total_variable_debt, pool.total_variable_debt.saturating_add(pool.available_liquidity))
            }
            Self::MorphoBlue(market) => (market.borrow, market.supply),
            Self::MetaMorpho(vault) => {
                vault.markets.iter().fold((Assets::ZERO, Assets::ZERO), |(lent, all), market| {
                    (lent.saturating_add(market.borrow), all.saturating_add(market.supply))
                })
            }
            Self::CompoundKinked(comet) => (comet.total_borrow, comet.total_supply),
            Self::Net(net) => return net.gross.usage(),
            Self::Closed { inner, .. } => return inner.usage(),
            // Nobody borrows from these: what leaves is sold.
            Self::PendlePrincipal(_) | Self::HyperdriveLong(_) | Self::FixedRate(_) | Self::Unknown { .. } => {
                return None;
            }
        };
        (!all.is_zero()).then(|| lent.to_f64() / all.to_f64())
    }

    /// Whether the venue takes no money from anybody: a frozen or paused reserve.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match self {
            Self::AaveTwoSlope(pool) => pool.supply_cap == Some(Assets::ZERO),
            Self::CompoundKinked(comet) => comet.is_paused,
            Self::Net(net) => net.gross.is_closed(),
            Self::Closed { inner, .. } => inner.is_closed(),
            _ => false,
        }
    }
}

impl Position {
    /// Why money should leave its venue at once; nothing where it need not. A position that owes is unwound otherwise.
    #[must_use]
    pub fn drought(&self) -> Option<String> {
        if self.lever.is_some() {
            return None;
        }
        if self.rate.is_closed() {
            return Some("its venue is frozen or paused".to_owned());
        }
        let usage = self.rate.usage().filter(|usage| *usage >= LEAVE)?;
        Some(format!("{:.2} % of its venue is lent out", usage * 100.0))
    }

    /// Whether so much of its venue is lent out that no money should come.
    #[must_use]
    pub fn is_dry(&self) -> bool {
        self.rate.is_closed() || self.rate.usage().is_some_and(|usage| usage >= RETURN)
    }
}
