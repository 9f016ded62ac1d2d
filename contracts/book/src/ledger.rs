//! The accounting: idle money, marks, shortfalls, and the totals that make the net asset value O(1).

use alloy_primitives::{B256, U256};
use math::{interest_down, interest_up, part_down, part_up};

use crate::pack::{Pack, Unpack};

/// The most that any account holds, in base units of the asset: 2^96 - 1.
pub const MAX_ASSETS: u128 = (1 << 96) - 1;

/// What rounding and belated gains may make of a position's value: a price taken from so little is no price.
const DUST_ASSETS: u128 = 1000;

/// The moment that book times count from, in unix seconds.
const EPOCH_SECS: u64 = 1_700_000_000;

/// The last book time that is ever now: 31 bits, in 2091, so that the time of a mark has a bit to spare.
pub(crate) const MAX_NOW_SECS: u32 = i32::MAX as u32;

/// Returns the book's time for a unix time in seconds, clamped to what 32 bits hold.
pub fn timestamp(unix_secs: u64) -> u32 {
    u32::try_from(unix_secs.saturating_sub(EPOCH_SECS)).unwrap_or(u32::MAX)
}

/// Returns a book's time as unix seconds.
pub fn unix_secs(book_secs: u32) -> u64 {
    EPOCH_SECS.saturating_add(book_secs.into())
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
    /// What marks have taken off the value and a sale would still be charged with, as it was at `at_secs`; it fades
    /// evenly, to nothing within an epoch.
    pub shortfall_assets: u128,
    /// How far the higher of its two values was above the lower when it was last looked at; zero where it has one.
    pub premium_assets: u128,
    /// What a unit of value was to earn a year then, in wad; zero where it has no date.
    pub rate_wad: u64,
    /// How far governance says that the venue's price may be from a fair one, in 1/10,000; zero where nobody can push it.
    pub slack_bps: u16,
}

/// What an adapter says of a position: its values, at most [`MAX_ASSETS`], and the units that the venue counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// Value, in base units of the asset; the lower of two where it has two.
    pub value_assets: u128,
    /// Units of the venue.
    pub units: U256,
}

impl Mark {
    /// Value times the moment of the mark: fits, being 96 and 32 bits.
    fn value_time(&self) -> u128 {
        self.value_assets.saturating_mul(self.at_secs.into())
    }

    /// Takes what is known beyond value and time off a word.
    pub(crate) fn read_more(word: &B256) -> Self {
        let mut fields = Unpack::new(word);
        let (rate_wad, premium_assets, shortfall_assets) = (fields.u64(), fields.number(12), fields.number(12));
        Self { rate_wad, premium_assets, shortfall_assets, ..Self::default() }
    }

    pub(crate) fn pack_more(&self) -> B256 {
        Pack::default()
            .number(self.rate_wad.into(), 8)
            .number(bounded_down(self.premium_assets), 12)
            .number(bounded_down(self.shortfall_assets), 12)
            .word()
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
    /// Sum over the positions of how far their values may be from fair ones ([`slack_up`]), in base units.
    pub slack_assets: u128,
    /// Sum over the positions of how far the higher of their two values is above the lower, in base units.
    pub premium_assets: u128,
    /// The yearly rate up to which gains are believed, in wad.
    pub max_rate_wad: u64,
    /// How long shortfalls and recent losses take to fade, in seconds.
    pub epoch_secs: u32,
    /// What marks have taken off of late and entry still pays, as it was at `recent_at_secs`, in base units.
    pub recent_loss_assets: u128,
    /// When that was true, in book time.
    pub recent_at_secs: u32,
    /// Now, in book time.
    pub now_secs: u32,
}

impl Ledger {
    /// Returns the net asset value: idle money and marked values.
    pub fn nav_assets(&self) -> u128 {
        self.idle_assets.saturating_add(self.marked_assets)
    }

    /// Returns the net asset value that exits receive: less how far marked values may be above fair ones, so that nobody
    /// leaves with more than his part of what is there.
    pub fn nav_exit_assets(&self) -> u128 {
        self.nav_assets().saturating_sub(self.slack_assets)
    }

    /// Returns the net asset value that entries pay: the higher of two values where positions have two, how far marked values
    /// may be below fair ones, all that positions may
    /// have gained since their marks at the governed rate, rounded up, and what marks have taken off of late, on top: whoever
    /// enters after a mark at a false price pays as if there had been none, and takes no part of what is there from others.
    /// No sequence of marks now can raise what exits receive above it.
    pub fn nav_entry_assets(&self) -> u128 {
        let value_secs = self.marked_assets.saturating_mul(self.now_secs.into()).saturating_sub(self.value_time);
        let gain = interest_up(U256::from(value_secs), self.max_rate_wad).map_or(MAX_ASSETS, saturate);
        let recent = self.faded_up(self.recent_loss_assets, self.recent_at_secs);
        let apart = self.slack_assets.saturating_add(self.premium_assets);
        self.nav_assets().saturating_add(apart).saturating_add(gain).saturating_add(recent)
    }

    /// Returns the ledger under another rate and another epoch: what has faded stays so, what has not fades by the new epoch
    /// from now on, and what entry pays does not fall at once for a lower rate.
    pub fn paced(&self, max_rate_wad: u64, epoch_secs: u32) -> Self {
        let recent_loss_assets = self.faded_up(self.recent_loss_assets, self.recent_at_secs);
        let mut paced = Self { max_rate_wad, epoch_secs, recent_loss_assets, recent_at_secs: self.now_secs, ..*self };
        let fallen_assets = self.nav_entry_assets().saturating_sub(paced.nav_entry_assets());
        paced.recent_loss_assets = recent_loss_assets.saturating_add(fallen_assets).min(MAX_ASSETS);
        paced
    }

    /// Returns what is left of a position's shortfall now, rounded up.
    pub fn shortfall_assets(&self, mark: &Mark) -> u128 {
        self.faded_up(mark.shortfall_assets, mark.at_secs)
    }

    /// What is left now of an amount that was true at `at_secs` and fades evenly within an epoch, rounded up.
    #[inline(never)]
    fn faded_up(&self, assets: u128, at_secs: u32) -> u128 {
        let left_secs = self.epoch_secs.saturating_sub(self.now_secs.saturating_sub(at_secs));
        if assets == 0 { 0 } else { part_up(assets, U256::from(left_secs), U256::from(self.epoch_secs)) }
    }

    /// Replaces a position's value by its real one: a loss at once, a gain no faster than the governed rate. Returns
    /// the loss, which the position's shortfall grows by; a gain makes it smaller.
    ///
    /// Where the venue's price can be pushed, a mark may show a dip: what the position may have gained beyond what the
    /// mark shows is not believed any more, and still paid by entry until it has faded. Left to be believed, it would add
    /// up for as long as the venue pays less than the governed rate, and whoever pushes the price up would sell all of it
    /// at once.
    ///
    /// A gain too small to count yet leaves the mark's time, so that frequent marks cannot keep it from counting.
    ///
    /// # Errors
    ///
    /// When the total exceeds [`MAX_ASSETS`].
    pub fn mark(&mut self, mark: &mut Mark, real_assets: u128) -> Result<u128, Overflow> {
        let (was, at_secs) = (mark.value_assets, self.now_secs);
        let left_assets = self.shortfall_assets(mark);
        let lost_assets = was.saturating_sub(real_assets);
        let elapsed_secs = u128::from(self.now_secs.saturating_sub(mark.at_secs));
        let value_secs = U256::from(was.saturating_mul(elapsed_secs));
        let mut believed = 0;
        if real_assets > was {
            believed = interest_down(value_secs, self.max_rate_wad).map_or(MAX_ASSETS, saturate);
            believed = believed.min(real_assets.saturating_sub(was));
            if believed == 0 {
                return Ok(0);
            }
        }
        let value_assets = was.saturating_sub(lost_assets).saturating_add(believed);
        let shortfall_assets = left_assets.saturating_add(lost_assets).saturating_sub(believed).min(MAX_ASSETS);
        let mut taken_assets = lost_assets;
        if mark.slack_bps != 0 {
            let unshown = interest_up(value_secs, self.max_rate_wad).map_or(MAX_ASSETS, saturate);
            taken_assets = taken_assets.saturating_add(unshown.saturating_sub(believed));
        }
        // Only what this very position lost and has back: another's gain undoes nothing.
        let undone_assets = believed.min(left_assets);
        let recent_assets = self.faded_up(self.recent_loss_assets, self.recent_at_secs);
        let recent_assets = recent_assets.saturating_add(taken_assets).saturating_sub(undone_assets).min(MAX_ASSETS);
        self.replace(mark, Mark { value_assets, at_secs, shortfall_assets, ..*mark })?;
        if value_assets != was || taken_assets != 0 {
            (self.recent_loss_assets, self.recent_at_secs) = (recent_assets, self.now_secs);
        }
        Ok(lost_assets)
    }

    /// Gives back to a mark at once what marks had taken off and was paid after all, where that is more than the governed rate
    /// lets in by now. To be called before [`Ledger::mark`] by the same real value, of which `paid_assets` are cash that the
    /// vault has by now.
    ///
    /// Cash gives back what is left of the shortfall in proportion: as much of it as the cash is of value and shortfall
    /// together, rounded down. So no word of an adapter gives back more than cash does, and a payment in parts gives back what
    /// one gives. Nor is it more than entry pays on top for recent losses, which it undoes, less what the sale counts
    /// for beyond where the price can be pushed: whoever enters just before takes no part of it.
    ///
    /// # Errors
    ///
    /// When the total exceeds [`MAX_ASSETS`].
    pub fn restore(&mut self, mark: &mut Mark, real_assets: u128, paid_assets: u128) -> Result<(), Overflow> {
        let (was, at_secs, left_assets) = (mark.value_assets, self.now_secs, self.shortfall_assets(mark));
        let recent_assets = self.faded_up(self.recent_loss_assets, self.recent_at_secs);
        let once_assets = was.saturating_add(left_assets);
        let part = U256::from(paid_assets.min(once_assets));
        let restored = part_down(left_assets, part, U256::from(once_assets)).min(recent_assets);
        let restored = restored.saturating_sub(slack_up(restored, mark.slack_bps)).min(real_assets.saturating_sub(was));
        if restored <= self.gain_down(mark) {
            return Ok(());
        }
        let (value_assets, shortfall_assets) = (was.saturating_add(restored), left_assets.saturating_sub(restored));
        self.replace(mark, Mark { value_assets, at_secs, shortfall_assets, ..*mark })?;
        (self.recent_loss_assets, self.recent_at_secs) = (recent_assets.saturating_sub(restored), at_secs);
        Ok(())
    }

    /// What a position may have gained since its mark at the governed rate, rounded down.
    fn gain_down(&self, mark: &Mark) -> u128 {
        let held_secs = u128::from(self.now_secs.saturating_sub(mark.at_secs));
        let value_secs = U256::from(mark.value_assets.saturating_mul(held_secs));
        interest_down(value_secs, self.max_rate_wad).map_or(MAX_ASSETS, saturate)
    }

    /// Moves `assets` from idle to a position, and returns what that cost: all that its value has not grown by.
    ///
    /// The value grows by no more than what was put in, than the venue says that it has grown, and than the units
    /// gained were worth at the believed price before: a venue that sells dear is not believed. A position without
    /// units has no price yet.
    ///
    /// # Errors
    ///
    /// When idle is less than `assets`, or the total exceeds [`MAX_ASSETS`].
    pub fn invest(&mut self, mark: &mut Mark, assets: u128, was: &Stated, is: &Stated) -> Result<u128, Overflow> {
        self.idle_assets = self.idle_assets.checked_sub(assets).ok_or(Overflow)?;
        let mut growth = is.value_assets.saturating_sub(was.value_assets).min(assets);
        if !was.units.is_zero() {
            // Values are rounded down: the price of a unit is up to one base unit more, by all units.
            let priced = was.value_assets.saturating_add(1).min(mark.value_assets.saturating_add(DUST_ASSETS));
            let gained = is.units.saturating_sub(was.units);
            growth = growth.min(part_down(priced, gained, was.units));
        }
        let before_assets = mark.value_assets.saturating_add(assets);
        let value_assets = is.value_assets.min(mark.value_assets.saturating_add(growth));
        let shortfall_assets = self.shortfall_assets(mark);
        self.replace(mark, Mark { value_assets, at_secs: self.now_secs, shortfall_assets, ..*mark })?;
        Ok(before_assets.saturating_sub(value_assets))
    }

    /// Books that a position has sold what secures its debt and repaid of it: its value is no more than the venue says.
    /// Returns what that cost: how far the value fell, believed or not. A gain comes by marks alone.
    ///
    /// # Errors
    ///
    /// When the total exceeds [`MAX_ASSETS`].
    pub fn repay(&mut self, mark: &mut Mark, was: &Stated, is: &Stated) -> Result<u128, Overflow> {
        let value_assets = mark.value_assets.min(is.value_assets);
        let fallen = was.value_assets.saturating_sub(is.value_assets);
        let cost = fallen.max(mark.value_assets.saturating_sub(value_assets));
        self.replace(mark, Mark { value_assets, ..*mark })?;
        Ok(cost)
    }

    /// Returns what the sale of a part of a position lacks: what its units were worth at the believed price or what
    /// its value fell by, the greater, and their part of the shortfall, rounded up, less what was paid. Their part of
    /// the shortfall is settled with it.
    pub fn settle_sale(&self, mark: &mut Mark, paid_assets: u128, was: &Stated, is: &Stated) -> u128 {
        let sold = was.units.saturating_sub(is.units);
        let drop = was.value_assets.saturating_sub(is.value_assets);
        let fair = drop.max(part_up(mark.value_assets, sold, was.units));
        let charged = part_up(self.shortfall_assets(mark), sold, was.units);
        // What was charged is taken off as it was at the time of the mark, rounded down: no less stays than is due.
        let settled = part_down(mark.shortfall_assets, sold, was.units);
        mark.shortfall_assets = mark.shortfall_assets.saturating_sub(settled);
        fair.saturating_add(charged).saturating_sub(paid_assets)
    }

    /// Moves what a position has paid to idle. What it paid beyond the marked value of what was sold is not counted: a gain
    /// comes by marks alone.
    ///
    /// Where the venue's price can be pushed, the marked value of what was sold may be below a fair one by its slack, which
    /// entry has been paying: so much more is counted. Otherwise a sale at a peak would give away what was bought at a dip.
    ///
    /// # Errors
    ///
    /// When idle exceeds [`MAX_ASSETS`].
    pub fn divest(&mut self, mark: &mut Mark, paid_assets: u128, was: &Stated, is: &Stated) -> Result<(), Overflow> {
        let (mut sold_assets, mut counted) = (paid_assets.min(mark.value_assets), paid_assets.min(mark.value_assets));
        if mark.slack_bps != 0 {
            let sold = was.units.saturating_sub(is.units);
            let fallen_assets = mark.value_assets.saturating_sub(is.value_assets);
            sold_assets = part_up(mark.value_assets, sold, was.units).max(fallen_assets).min(mark.value_assets);
            counted = paid_assets.min(sold_assets.saturating_add(slack_up(sold_assets, mark.slack_bps)));
        }
        self.idle_assets = bounded(self.idle_assets.saturating_add(counted))?;
        let value_assets = is.value_assets.min(mark.value_assets.saturating_sub(sold_assets));
        self.replace(mark, Mark { value_assets, ..*mark })
    }

    /// Notes how far the higher of a position's two values is above the lower, and what it is to earn.
    ///
    /// # Errors
    ///
    /// None that the accounts' own invariants allow.
    pub fn look(&mut self, mark: &mut Mark, premium_assets: u128, rate_wad: u64) -> Result<(), Overflow> {
        self.replace(mark, Mark { premium_assets: bounded_down(premium_assets), rate_wad, ..*mark })
    }

    fn replace(&mut self, mark: &mut Mark, new: Mark) -> Result<(), Overflow> {
        let others_assets = self.marked_assets.checked_sub(mark.value_assets).ok_or(Overflow)?;
        let others_time = self.value_time.checked_sub(mark.value_time()).ok_or(Overflow)?;
        let others_slack =
            self.slack_assets.checked_sub(slack_up(mark.value_assets, mark.slack_bps)).ok_or(Overflow)?;
        let others_premium = self.premium_assets.checked_sub(mark.premium_assets).ok_or(Overflow)?;
        self.slack_assets = others_slack.saturating_add(slack_up(new.value_assets, new.slack_bps));
        self.premium_assets = others_premium.saturating_add(new.premium_assets);
        self.marked_assets = bounded(others_assets.saturating_add(new.value_assets))?;
        self.value_time = others_time.checked_add(new.value_time()).ok_or(Overflow)?;
        *mark = new;
        Ok(())
    }
}

/// Returns how far an amount at a venue's price may be from a fair one, rounded up: what governance says of the price.
pub fn slack_up(assets: u128, slack_bps: u16) -> u128 {
    if slack_bps == 0 { 0 } else { part_up(assets, U256::from(slack_bps), U256::from(10_000)) }
}

fn bounded(assets: u128) -> Result<u128, Overflow> {
    if assets > MAX_ASSETS { Err(Overflow) } else { Ok(assets) }
}

/// Returns an amount, or [`MAX_ASSETS`] where it is more.
pub(crate) fn bounded_down(assets: u128) -> u128 {
    assets.min(MAX_ASSETS)
}

/// Returns an amount, or [`MAX_ASSETS`] where it is more: what an adapter says is not to be trusted with an overflow.
pub fn saturate(assets: U256) -> u128 {
    u128::try_from(assets).map_or(MAX_ASSETS, bounded_down)
}
