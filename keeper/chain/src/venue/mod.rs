//! How each venue's rate answers to our money, read in the venue's own language.
//!
//! A venue that cannot be read, or whose answers are impossible, becomes a model that says why: one broken venue
//! stops nothing elsewhere. Only a node that does not answer stops the reading.

mod aave;
pub(crate) mod collateral;
mod hyperdrive;
mod metamorpho;
mod morpho;
mod pendle;
pub(crate) mod treasury;

use alloy_primitives::{Address, B256, U256};
use model::{Assets, Block, RateModel, VenueKind};

use crate::rpc::{Error, Rpc};

/// Where a position is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Venue {
    /// Its language.
    pub(crate) kind: VenueKind,
    /// Who holds the position.
    pub(crate) adapter: Address,
    /// Pool, vault or singleton.
    pub(crate) address: Address,
    /// The market in it, or the date of its bonds; zero where it has none.
    pub(crate) market: B256,
    /// What the position holds, in the adapter's units: of a bond its face, in base units of the asset.
    pub(crate) units: U256,
    /// What the position is worth.
    pub(crate) value: Assets,
}

/// Reads one venue as of a block.
///
/// # Errors
/// When the node does not answer.
pub(crate) async fn read(rpc: &Rpc, venue: Venue, asset: Address, block: Block) -> Result<RateModel, Error> {
    let Venue { kind, address, market, units, .. } = venue;
    let model = match kind {
        VenueKind::AaveV3 => aave::read(rpc, address, asset, block).await.map(RateModel::AaveTwoSlope),
        VenueKind::Erc4626 => metamorpho::read(rpc, address, block).await.map(RateModel::MetaMorpho),
        VenueKind::MorphoBlue => morpho::read(rpc, address, market, asset, block).await.map(RateModel::MorphoBlue),
        VenueKind::AaveV3Loop => Err(Unreadable::Leveraged),
        VenueKind::PendlePt => pendle::read(rpc, market, units, block).await.map(RateModel::PendlePrincipal),
        VenueKind::HyperdriveLong => hyperdrive::read(rpc, &venue, block).await,
        VenueKind::Treasury => treasury::read(rpc, &venue, block).await.map(RateModel::FixedRate),
        VenueKind::Other(kind) => Err(Unreadable::Kind(kind)),
    };
    match model {
        Ok(model) => Ok(model),
        Err(Unreadable::Rpc(error)) if error.kind().is_passing() => Err(error),
        Err(error) => Ok(RateModel::Unknown { reason: error.to_string() }),
    }
}

/// Why a venue's rate is not known.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    Rpc(#[from] Error),
    #[error("the venue's kind {0} is not known")]
    Kind(B256),
    #[error("what a leveraged position earns is not read yet")]
    Leveraged,
    #[error("its price was published for less than a day: it has grown at no rate yet")]
    NoGrowth,
    #[error("{what} is {value}, at most {bound} is possible")]
    OutOfRange { what: &'static str, value: String, bound: String },
    #[error("{what} is {found}, not {expected}")]
    Unexpected { what: &'static str, found: String, expected: String },
}

fn within<T: PartialOrd + ToString>(what: &'static str, value: T, bound: T) -> Result<T, Unreadable> {
    if value <= bound {
        return Ok(value);
    }
    Err(Unreadable::OutOfRange { what, value: value.to_string(), bound: bound.to_string() })
}

fn same<T: PartialEq + ToString>(what: &'static str, found: T, expected: T) -> Result<(), Unreadable> {
    if found == expected {
        return Ok(());
    }
    Err(Unreadable::Unexpected { what, found: found.to_string(), expected: expected.to_string() })
}
