//! The borrowed part of a pool: what brings it to a target, and where the target comes from.

use std::{fmt, path::Path};

use alloy_primitives::U256;

use crate::history::{ARBITRUM_USDC, Error, History};

/// 100 %.
pub const WAD: u64 = 1_000_000_000_000_000_000;
/// A millionth.
const MICRO_WAD: u64 = WAD / 1_000_000;
/// What a borrower's collateral is worth, as a multiple of the debt on it.
pub(crate) const COLLATERAL_MULTIPLE: U256 = U256::from_limbs([2, 0, 0, 0]);
/// Taken where no history is at hand: Aave's USDC on Arbitrum on 2026-02-28.
const BUILT_IN_WAD: u64 = 558_700_000_000_000_000;

/// A utilisation with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Borrowed part of everything supplied (1e18 = 100 %).
    pub utilisation_wad: u64,
    /// Where the figure comes from.
    pub source: Source,
}

/// Where a utilisation comes from; prints as `history FILE DATE` or `built-in`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The rates of this day, in the file of this name.
    History {
        /// The file's name, without its folder.
        file: String,
        /// As in "2026-02-28".
        day: String,
    },
    /// A figure that stands in this program.
    BuiltIn,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::History { file, day } => write!(f, "history {file} {day}"),
            Self::BuiltIn => f.write_str("built-in"),
        }
    }
}

impl Target {
    /// Returns the built-in figure, of Aave's USDC on Arbitrum on 2026-02-28.
    pub fn built_in() -> Self {
        Self { utilisation_wad: BUILT_IN_WAD, source: Source::BuiltIn }
    }

    /// Reads the utilisation of Arbitrum's USDC at the end of `until` ("2025-12-31"), or of the whole history.
    ///
    /// Gives the built-in figure where the file is absent. The columns are those of [`crate::history`].
    ///
    /// # Errors
    /// The file is there but cannot be used.
    pub fn read(path: &Path, until: Option<&str>) -> Result<Self, Error> {
        if !path.exists() {
            return Ok(Self::built_in());
        }
        let history = History::read(path, ARBITRUM_USDC)?;
        let last = history.last(until)?;
        let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(Self {
            // Six decimals, as the rates have; from 0 to 1 by construction, so that nothing is cut off.
            utilisation_wad: (last.utilisation * 1e6).round() as u64 * MICRO_WAD,
            source: Source::History { file, day: last.day().into() },
        })
    }
}

/// What a borrower has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Borrow this much more.
    Borrow(U256),
    /// Repay this much.
    Repay(U256),
    /// Nothing.
    Stay,
}

/// Finds what brings the debt to `target_wad` of what is supplied, rounded down.
pub(crate) fn to_reach(supplied: U256, borrowed: U256, target_wad: u64) -> Move {
    let target = supplied * U256::from(target_wad) / U256::from(WAD);
    match target.cmp(&borrowed) {
        std::cmp::Ordering::Greater => Move::Borrow(target - borrowed),
        std::cmp::Ordering::Less => Move::Repay(borrowed - target),
        std::cmp::Ordering::Equal => Move::Stay,
    }
}
