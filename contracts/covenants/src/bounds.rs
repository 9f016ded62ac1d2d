//! What the numbers here are bounded by.

const DAY_SECS: u32 = 86_400;

/// The least and the most that strangers wait between two rescues of one position.
pub(crate) const COOLDOWN_SECS: (u32, u32) = (60, DAY_SECS);
/// The most that a rescue may lose of what it repays, in 1/10,000.
pub(crate) const MAX_SLIP_BPS: u16 = 1_000;
/// The most that is paid for a rescue of what it repays, in 1/10,000.
pub(crate) const MAX_REWARD_BPS: u16 = 100;
/// The longest term and duration: a hundred years of 365 days.
pub(crate) const TERM_SECS: (u32, u32) = (0, 36_500 * DAY_SECS);
/// The least and the most age of a reference.
pub(crate) const AGE_SECS: (u32, u32) = (60, 30 * DAY_SECS);
