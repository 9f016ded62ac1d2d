//! What every parameter is bounded by.

use math::WAD;

const HOUR_SECS: u32 = 3_600;
const DAY_SECS: u32 = 86_400;

/// How long pauses, or trips by word, last at most, from the first on.
pub const WINDOW_SECS: u32 = 7 * DAY_SECS;
/// How long after its end the next such window can begin.
pub const COOL_DOWN_SECS: u32 = 7 * DAY_SECS;

/// The least and the most that an epoch may be.
pub(crate) const EPOCH_SECS: (u32, u32) = (HOUR_SECS, 30 * DAY_SECS);
/// The least and the most that a keeper may be silent before anyone may act.
pub(crate) const SILENCE_SECS: (u32, u32) = (HOUR_SECS, 90 * DAY_SECS);
/// The least and the most that a trip may last.
pub(crate) const TRIP_SECS: (u32, u32) = (HOUR_SECS, WINDOW_SECS);
/// The least and the most that must pass between two looks at a position that seems illiquid: one transaction cannot
/// look twice, and a second look comes within a day.
pub(crate) const CONFIRM_SECS: (u32, u32) = (60, DAY_SECS / 2);
/// How long a trip by word lasts for an id without a breaker.
pub(crate) const WORD_SECS: u32 = DAY_SECS;

/// One, in wad.
pub(crate) const ONE_WAD: u64 = WAD;
/// The most that the rate of gains may be set to: 1000 % a year.
pub(crate) const MAX_RATE_WAD: u64 = 10 * WAD;
/// The most that a budget for turnover may be: ten times the vault an epoch.
pub(crate) const MAX_TURNOVER_WAD: u64 = 10 * WAD;
