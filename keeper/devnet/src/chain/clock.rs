//! The time of the next block.

use std::time::{SystemTime, UNIX_EPOCH};

use super::config::Clock;

/// The last second: no time is set or moved beyond it (about the year 36,800), so that nothing that counts with times
/// overflows.
pub(super) const LAST_SECS: u64 = 1 << 40;

/// Where time stands, and what it was moved by. Copied into snapshots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    clock: Clock,
    /// Seconds that time was moved forward by.
    pub moved_secs: u64,
    /// What the next block alone is set to.
    pub next_secs: Option<u64>,
    /// Fixed distance between blocks, if any.
    pub step_secs: Option<u64>,
    /// What a manual clock was moved by since the latest block.
    pending_secs: u64,
}

impl Time {
    pub fn new(clock: Clock) -> Self {
        Self { clock, moved_secs: 0, next_secs: None, step_secs: None, pending_secs: 0 }
    }

    pub fn genesis_secs(&self) -> u64 {
        match self.clock {
            Clock::System => system_secs(),
            Clock::Manual { start_secs } => start_secs,
        }
    }

    /// Returns the time of a block on top of one with the given time.
    pub fn after(&self, head_secs: u64) -> u64 {
        let next = match (self.next_secs, self.step_secs, self.clock) {
            (Some(next), _, _) => next,
            (None, Some(step), _) => head_secs.saturating_add(step).saturating_add(self.pending_secs),
            (None, None, Clock::System) => system_secs().saturating_add(self.moved_secs),
            (None, None, Clock::Manual { .. }) => head_secs.saturating_add(1).saturating_add(self.pending_secs),
        };
        next.min(LAST_SECS).max(head_secs)
    }

    /// Moves time forward.
    pub fn increase(&mut self, secs: u64) {
        self.moved_secs = self.moved_secs.saturating_add(secs);
        self.pending_secs = self.pending_secs.saturating_add(secs);
        self.next_secs = self.next_secs.map(|next| next.saturating_add(secs));
    }

    /// Notes that a block was made, so that what was meant for it alone is used up. Under the system's clock, time
    /// that was set goes on from there.
    pub fn advance(&mut self, block_secs: u64) {
        if self.next_secs.take().is_some() && self.clock == Clock::System {
            self.moved_secs = block_secs.saturating_sub(system_secs());
        }
        self.pending_secs = 0;
    }
}

/// Returns seconds since the Unix epoch.
fn system_secs() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manual() -> Time {
        Time::new(Clock::Manual { start_secs: 1000 })
    }

    #[test]
    fn manual_clock_moves_by_a_second_a_block() {
        assert_eq!(manual().after(1000), 1001);
    }

    #[test]
    fn increase_counts_once() {
        let mut time = manual();
        time.increase(100);
        assert_eq!(time.after(1000), 1101);

        time.advance(1101);

        assert_eq!(time.after(1101), 1102);
        assert_eq!(time.moved_secs, 100);
    }

    #[test]
    fn set_time_holds_for_one_block() {
        let mut time = manual();
        time.next_secs = Some(5000);
        assert_eq!(time.after(1000), 5000);

        time.advance(5000);

        assert_eq!(time.after(5000), 5001);
    }

    #[test]
    fn step_overrides_the_clock() {
        let mut time = Time::new(Clock::System);
        time.step_secs = Some(7);

        assert_eq!(time.after(1000), 1007);
    }

    #[test]
    fn block_is_never_older_than_its_parent() {
        let time = Time::new(Clock::System);

        assert_eq!(time.after(LAST_SECS), LAST_SECS);
    }

    #[test]
    fn time_ends() {
        let mut time = manual();
        time.increase(u64::MAX);

        assert_eq!(time.after(1000), LAST_SECS);
    }
}
