//! The accounting: idle money, marks, and the totals that make the net asset value O(1).

use alloy_primitives::U256;
use math::{interest_down, interest_up};

/// The most that any account holds, in base units of the asset: 2^96 - 1.
pub const MAX_ASSETS: u128 = (1 << 96) - 1;

/// The moment that book times count from, in unix seconds: they fit in 32 bits until 2159.
const EPOCH_SECS: u64 = 1_700_000_000;

/// Returns the book's time for a unix time in seconds, clamped to what 32 bits hold.
pub fn timestamp(unix_secs: u64) -> u32 {
    u32::try_from(unix_secs.saturating_sub(EPOCH_SECS)).unwrap_or(u32::MAX)
}

/// An amount exceeds [`MAX_ASSETS`], or more was taken than was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// What the book believes of one position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Value, in base units of the asset.
    pub value_assets: u128,
    /// The book time since when gains have not been counted.
    pub at_secs: u32,
}

impl Mark {
    /// Returns the book's time as unix seconds.
    pub fn unix_secs(&self) -> u64 {
        EPOCH_SECS.saturating_add(self.at_secs.into())
    }

    /// Value times the moment of the mark: fits, being 96 and 32 bits.
    fn value_time(&self) -> u128 {
        self.value_assets.saturating_mul(self.at_secs.into())
    }
}

/// The accounts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Money in the vault itself, in base units.
    pub idle_assets: u128,
    /// Sum of the positions' marked values, in base units.
    pub marked_assets: u128,
    /// Sum over the positions of value times the moment of its mark, in base units times seconds.
    pub value_time: u128,
    /// The yearly rate up to which gains are believed, in wad.
    pub max_rate_wad: u64,
    /// Now, in book time.
    pub now_secs: u32,
}

impl Ledger {
    /// Returns the net asset value that exits receive: idle money and marked values.
    pub fn nav_assets(&self) -> u128 {
        self.idle_assets.saturating_add(self.marked_assets)
    }

    /// Returns the net asset value that entries pay: what exits receive, and all that positions may have gained
    /// since their marks at the governed rate, rounded up. No sequence of marks before now can raise it further.
    pub fn nav_entry_assets(&self) -> u128 {
        let value_secs = self.marked_assets.saturating_mul(self.now_secs.into()).saturating_sub(self.value_time);
        let gain = interest_up(U256::from(value_secs), self.max_rate_wad).map_or(MAX_ASSETS, saturate);
        self.nav_assets().saturating_add(gain)
    }

    /// Replaces a position's value by its real one: a loss at once, a gain no faster than the governed rate.
    ///
    /// A gain too small to count yet leaves the mark's time, so that frequent marks cannot keep it from counting.
    ///
    /// # Errors
    ///
    /// When the total exceeds [`MAX_ASSETS`].
    pub fn mark(&mut self, mark: &mut Mark, real_assets: u128) -> Result<(), Overflow> {
        let value_assets = match real_assets.checked_sub(mark.value_assets) {
            None | Some(0) => real_assets,
            Some(gain) => {
                let elapsed_secs = u128::from(self.now_secs.saturating_sub(mark.at_secs));
                let value_secs = U256::from(mark.value_assets.saturating_mul(elapsed_secs));
                let believed = interest_down(value_secs, self.max_rate_wad).map_or(MAX_ASSETS, saturate).min(gain);
                if believed == 0 {
                    return Ok(());
                }
                mark.value_assets.saturating_add(believed)
            }
        };
        self.replace(mark, Mark { value_assets, at_secs: self.now_secs })
    }

    /// Moves `assets` from idle to a position that is worth `real_assets` after it. Its value grows by no more than
    /// what was put in; a shortfall counts as a loss.
    ///
    /// # Errors
    ///
    /// When idle is less than `assets`, or the total exceeds [`MAX_ASSETS`].
    pub fn invest(&mut self, mark: &mut Mark, assets: u128, real_assets: u128) -> Result<(), Overflow> {
        self.idle_assets = self.idle_assets.checked_sub(assets).ok_or(Overflow)?;
        let value_assets = real_assets.min(mark.value_assets.saturating_add(assets));
        self.replace(mark, Mark { value_assets, at_secs: self.now_secs })
    }

    /// Moves what a position has paid to idle, the position being worth `real_assets` after it. What it paid beyond
    /// its marked value is not counted: a gain comes by marks alone.
    ///
    /// # Errors
    ///
    /// When idle exceeds [`MAX_ASSETS`].
    pub fn divest(&mut self, mark: &mut Mark, paid_assets: u128, real_assets: u128) -> Result<(), Overflow> {
        let counted = paid_assets.min(mark.value_assets);
        self.idle_assets = bounded(self.idle_assets.saturating_add(counted))?;
        let value_assets = real_assets.min(mark.value_assets.saturating_sub(counted));
        self.replace(mark, Mark { value_assets, at_secs: mark.at_secs })
    }

    fn replace(&mut self, mark: &mut Mark, new: Mark) -> Result<(), Overflow> {
        let others_assets = self.marked_assets.checked_sub(mark.value_assets).ok_or(Overflow)?;
        let others_time = self.value_time.checked_sub(mark.value_time()).ok_or(Overflow)?;
        self.marked_assets = bounded(others_assets.saturating_add(new.value_assets))?;
        self.value_time = others_time.checked_add(new.value_time()).ok_or(Overflow)?;
        *mark = new;
        Ok(())
    }
}

fn bounded(assets: u128) -> Result<u128, Overflow> {
    if assets > MAX_ASSETS { Err(Overflow) } else { Ok(assets) }
}

/// Returns an amount, or [`MAX_ASSETS`] where it is more: what an adapter says is not to be trusted with an overflow.
pub(crate) fn saturate(assets: U256) -> u128 {
    u128::try_from(assets).map_or(MAX_ASSETS, |assets| assets.min(MAX_ASSETS))
}
