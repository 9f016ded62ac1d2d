//! The least net asset value of the current and the last epoch, by the whole history of the net asset value.
//!
//! The vault keeps three numbers and a rule for when to write them. Here nothing is clever: every value that the net
//! asset value ever had is kept as long as an epoch that counts could have seen it, and the least is looked up.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Every net asset value that may still be the least, and where epochs begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NavHistory {
    /// Earlier values and when each ended, in unix seconds; oldest first. A value before a lower one is dropped: no
    /// window that sees it misses the lower one.
    past: VecDeque<(u128, u64)>,
    now_assets: u128,
    /// Epochs begin here and every `epoch_secs` after.
    grid_secs: u64,
    /// Where the current and the last epoch began when the grid was laid.
    carried: [u64; 2],
}

impl NavHistory {
    /// A vault without money, whose epochs are counted from `grid_secs`.
    pub fn new(grid_secs: u64) -> Self {
        Self { past: VecDeque::new(), now_assets: 0, grid_secs, carried: [0, 0] }
    }

    /// The net asset value changed.
    pub fn changed(&mut self, nav_assets: u128, now_secs: u64) {
        if nav_assets == self.now_assets {
            return;
        }
        self.past.push_back((self.now_assets, now_secs));
        self.now_assets = nav_assets;
        while self.past.back().is_some_and(|(earlier, _)| *earlier >= nav_assets) {
            self.past.pop_back();
        }
    }

    /// The length of an epoch changed: the current epoch becomes the last one's continuation, and the grid is laid anew.
    pub fn relaid(&mut self, old_epoch_secs: u64, now_secs: u64) {
        let (last, current) = self.epochs(old_epoch_secs, now_secs);
        self.forget_before(last);
        (self.carried, self.grid_secs) = ([last, current], now_secs);
    }

    /// Returns the least value since the last epoch began.
    pub fn least_assets(&self, epoch_secs: u64, now_secs: u64) -> u128 {
        let (from_secs, _) = self.epochs(epoch_secs, now_secs);
        let seen = self.past.iter().filter(|(_, until_secs)| *until_secs >= from_secs);
        seen.map(|(assets, _)| *assets).fold(self.now_assets, u128::min)
    }

    /// Drops what no later window can see.
    pub fn forget(&mut self, epoch_secs: u64, now_secs: u64) {
        let (from_secs, _) = self.epochs(epoch_secs, now_secs);
        self.forget_before(from_secs);
    }

    fn forget_before(&mut self, from_secs: u64) {
        self.past.retain(|(_, until_secs)| *until_secs >= from_secs);
    }

    /// Where the last epoch and the current one began.
    fn epochs(&self, epoch_secs: u64, now_secs: u64) -> (u64, u64) {
        let begun = now_secs.saturating_sub(self.grid_secs).checked_div(epoch_secs).unwrap_or_default();
        let start = |epoch: u64| self.grid_secs.saturating_add(epoch.saturating_mul(epoch_secs));
        match begun {
            0 => (self.carried[0], self.carried[1]),
            1 => (self.carried[1], start(1)),
            _ => (start(begun - 1), start(begun)),
        }
    }
}

#[cfg(test)]
mod tests {
    use mandate::Least;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn money_counts_after_a_whole_epoch() {
        let mut history = NavHistory::new(0);
        history.changed(100, 1_050);

        let least = [1_050, 1_099, 1_100, 1_199, 1_200].map(|now| history.least_assets(100, now));

        assert_eq!(least, [0, 0, 0, 0, 100]);
    }

    #[test]
    fn a_dip_within_a_second_counts() {
        let mut history = NavHistory::new(0);
        history.changed(100, 10);
        history.changed(40, 1_000);
        history.changed(90, 1_000);

        assert_eq!((history.least_assets(100, 1_150), history.least_assets(100, 1_200)), (40, 90));
    }

    proptest! {
        /// The mandate's three numbers, written just before every rise, say what the whole history says.
        #[test]
        fn the_vaults_three_numbers_say_the_same(
            steps in prop::collection::vec((0_u64..250, 0_u128..1000), 1..60),
            epoch in 1_u32..120,
        ) {
            let (mut history, mut least) = (NavHistory::new(0), Least::default());
            let (mut now, mut nav) = (5_000_u64, 0);
            for (wait, next) in steps {
                now += wait;
                let seen = history.least_assets(epoch.into(), now);
                prop_assert_eq!(least.assets(nav, epoch, now as u32), seen);
                if next > nav {
                    least = least.recorded(nav, epoch, now as u32);
                }
                nav = next;
                history.changed(nav, now);
                history.forget(epoch.into(), now);
                prop_assert_eq!(least.assets(nav, epoch, now as u32), history.least_assets(epoch.into(), now));
            }
        }

        /// So they do when the epoch changes.
        #[test]
        fn so_they_do_when_the_epoch_changes(
            before in prop::collection::vec((0_u64..150, 0_u128..1000), 1..12),
            after in prop::collection::vec((0_u64..150, 0_u128..1000), 1..12),
            old in 1_u32..120,
            new in 1_u32..120,
        ) {
            let (mut history, mut least) = (NavHistory::new(0), Least::default());
            let (mut now, mut nav, mut epoch) = (5_000_u64, 0, old);
            let changes = before.into_iter().map(|step| (step, false)).chain(after.into_iter().map(|step| (step, true)));
            for ((wait, next), is_after) in changes {
                now += wait;
                if is_after && epoch == old && old != new {
                    least = least.recorded(nav, old, now as u32);
                    least.since_secs = now as u32;
                    history.relaid(old.into(), now);
                    epoch = new;
                }
                if next > nav {
                    least = least.recorded(nav, epoch, now as u32);
                }
                nav = next;
                history.changed(nav, now);
                prop_assert_eq!(least.assets(nav, epoch, now as u32), history.least_assets(epoch.into(), now));
            }
        }
    }
}
