//! Windows within which somebody may stop something for a while: they end by themselves, and a cool-down follows.
//!
//! The windows belong to the vault, not to whoever begins one: ten guardians have no more of them than one. Within a
//! window anybody who may act still can, so that a short pause by one does not keep the others from a long one.

use crate::bounds::{COOL_DOWN_SECS, WINDOW_SECS};

/// Returns the end of the window at `now_secs`: the one that runs, or a new one. Book times.
///
/// # Errors
///
/// When the next one can begin, during the cool-down after the last.
pub(crate) fn window_end_secs(last_end_secs: u32, now_secs: u32) -> Result<u32, u32> {
    if now_secs < last_end_secs {
        return Ok(last_end_secs);
    }
    let free_at_secs = last_end_secs.saturating_add(COOL_DOWN_SECS);
    if now_secs < free_at_secs { Err(free_at_secs) } else { Ok(now_secs.saturating_add(WINDOW_SECS)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u32 = 100_000_000;

    #[test]
    fn the_first_window_begins_now() {
        assert_eq!(window_end_secs(0, NOW), Ok(NOW + WINDOW_SECS));
    }

    #[test]
    fn a_window_that_runs_is_not_extended() {
        assert_eq!(window_end_secs(NOW + 1, NOW), Ok(NOW + 1));
    }

    #[test]
    fn the_next_window_waits_for_the_cool_down() {
        assert_eq!(window_end_secs(NOW, NOW), Err(NOW + COOL_DOWN_SECS));
        assert_eq!(window_end_secs(NOW - COOL_DOWN_SECS + 1, NOW), Err(NOW + 1));
        assert_eq!(window_end_secs(NOW - COOL_DOWN_SECS, NOW), Ok(NOW + WINDOW_SECS));
    }

    #[test]
    fn nobody_can_stop_anything_for_more_than_half_of_the_time() {
        let (mut end, mut stopped) = (0, 0_u32);
        for hour in 0..24 * 7 * 20 {
            let now = NOW + hour * 3_600;
            if let Ok(new_end) = window_end_secs(end, now) {
                (end, stopped) = (new_end, stopped + 1);
            }
        }
        assert_eq!(stopped, 24 * 7 * 10);
    }

    #[test]
    fn the_end_of_time_does_not_wrap() {
        assert_eq!(window_end_secs(0, u32::MAX), Ok(u32::MAX));
        assert_eq!(window_end_secs(u32::MAX, u32::MAX), Ok(u32::MAX));
    }
}
