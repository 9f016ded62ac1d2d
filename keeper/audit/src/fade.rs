//! What is forgotten by the second: a loss counts in full when it is marked, and not at all one epoch later.

use alloy_primitives::U256;
use math::mul_div_up;

/// Returns what is left of `assets`, counted at `at_secs`, rounded up: all of it then, nothing an epoch later.
pub fn faded_up(assets: u128, at_secs: u64, epoch_secs: u64, now_secs: u64) -> u128 {
    let elapsed_secs = now_secs.saturating_sub(at_secs);
    if elapsed_secs >= epoch_secs {
        return 0;
    }
    let left = mul_div_up(U256::from(assets), U256::from(epoch_secs - elapsed_secs), U256::from(epoch_secs));
    left.map_or(assets, |left| left.saturating_to())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fades_in_a_straight_line_and_rounds_up() {
        let left = [0, 1, 50, 99, 100, 101].map(|now| faded_up(1000, 0, 100, now));

        assert_eq!(left, [1000, 990, 500, 10, 0, 0]);
        assert_eq!(faded_up(1, 0, 100, 99), 1);
        assert_eq!(faded_up(7, 10, 100, 5), 7, "a clock that stands still");
        assert_eq!(faded_up(7, 0, 0, 5), 0, "no epoch, no memory");
    }
}
