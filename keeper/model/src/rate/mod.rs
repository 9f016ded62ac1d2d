//! How a venue's yearly supply rate answers to what we hold there.
//!
//! A [`RateModel`] carries the venue's own parameters as read from the chain; [`RateModel::curve`] turns them
//! into a [`Curve`]: pieces on which the yearly income `x * r(x)` of our whole position `x` is smooth, with
//! everybody else's money held where it is. Rates are simple yearly fractions (0.05 = 5 %): Aave's own
//! supply-side convention, and for Morpho the rate a second times the seconds of 365 days.

mod aave;
mod compound;
mod curve;
mod fixed;
mod hyperdrive;
mod jet;
mod morpho;
mod net;
mod pendle;

use serde::{Deserialize, Serialize};

use crate::units::{Assets, Timestamp};

pub use aave::AaveTwoSlope;
pub use compound::CompoundKinked;
pub use curve::{Curve, Direct, Income, Piece};
pub use fixed::FixedRate;
pub use hyperdrive::HyperdriveLong;
pub use morpho::{Accrued, MetaMorpho, MorphoMarket};
pub use net::Net;
pub use pendle::PendlePrincipal;

/// One venue's interest-rate model with its parameters as read from the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "model")]
pub enum RateModel {
    /// Aave v3: two slopes around an optimal usage.
    AaveTwoSlope(AaveTwoSlope),
    /// A MetaMorpho vault over Morpho Blue markets with the AdaptiveCurveIrm.
    MetaMorpho(MetaMorpho),
    /// One market of Morpho Blue with the AdaptiveCurveIrm.
    MorphoBlue(MorphoMarket),
    /// Compound III: a supply rate with one kink.
    CompoundKinked(CompoundKinked),
    /// Principal tokens of Pendle v2, bought and sold at its market.
    PendlePrincipal(PendlePrincipal),
    /// Longs of Hyperdrive, opened on its curve.
    HyperdriveLong(HyperdriveLong),
    /// One rate at any size up to a capacity: a tokenised treasury, a bond bought at its issuer.
    FixedRate(FixedRate),
    /// Another model, net of expected losses and of what movements cost.
    Net(Net),
    /// Another model whose venue takes no new money from us: something was seen that somebody should look at.
    Closed {
        /// What is held goes on by it.
        inner: Box<RateModel>,
        /// Why.
        reason: String,
    },
    /// No rate can be read: it counts as zero and takes no new money.
    Unknown {
        /// Why it cannot be read.
        reason: String,
    },
}

/// Parameters that no venue of this kind can have.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// A fraction above one.
    #[error("{name} is {value}, at most {bound} is possible")]
    OutOfRange {
        /// Which parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The most it can be.
        bound: f64,
    },
    /// A quantity that must be more than nothing.
    #[error("{name} is {value}, it must be more than 0")]
    NotPositive {
        /// Which parameter.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// A queue that names a market which is not there.
    #[error("{queue} names market {index}, but there are only {markets}")]
    NoSuchMarket {
        /// Which queue.
        queue: &'static str,
        /// The index.
        index: usize,
        /// How many markets there are.
        markets: usize,
    },
}

impl RateModel {
    /// The income curve of a position that is worth `own` now, at the moment `at`.
    ///
    /// # Errors
    /// Where the parameters contradict the venue's own rules.
    pub fn curve(&self, own: Assets, at: Timestamp) -> Result<Curve, Error> {
        match self {
            Self::AaveTwoSlope(pool) => pool.curve(own),
            Self::MetaMorpho(vault) => vault.curve(own, at),
            Self::MorphoBlue(market) => market.curve(own, at),
            Self::CompoundKinked(comet) => comet.curve(own),
            Self::PendlePrincipal(market) => market.curve(own, at),
            Self::HyperdriveLong(pool) => pool.curve(own, at),
            Self::FixedRate(instrument) => instrument.curve(own),
            Self::Net(net) => net.curve(own, at),
            Self::Closed { inner, .. } => Ok(inner.curve(own, at)?.up_to(own.to_f64())),
            Self::Unknown { .. } => Ok(Curve::flat_zero(own.to_f64())),
        }
    }

    /// The same model, closed to new money; one that refuses it already stays as it is.
    #[must_use]
    pub fn closed(self, reason: String) -> Self {
        match self {
            Self::Unknown { .. } => self,
            inner => Self::Closed { inner: Box::new(inner), reason },
        }
    }

    /// Why the venue is never funded, where it is not.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Unknown { reason } => Some(reason),
            Self::Net(net) => net.gross.refusal(),
            Self::Closed { inner, .. } => inner.refusal(),
            Self::AaveTwoSlope(_)
            | Self::MetaMorpho(_)
            | Self::MorphoBlue(_)
            | Self::CompoundKinked(_)
            | Self::PendlePrincipal(_)
            | Self::HyperdriveLong(_)
            | Self::FixedRate(_) => None,
        }
    }
}

/// `value` where it is a fraction, else the fault.
fn at_most(name: &'static str, value: f64, bound: f64) -> Result<f64, Error> {
    if (0.0..=bound).contains(&value) { Ok(value) } else { Err(Error::OutOfRange { name, value, bound }) }
}

/// `value` where it is more than nothing, else the fault.
fn positive(name: &'static str, value: f64) -> Result<f64, Error> {
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err(Error::NotPositive { name, value }) }
}
