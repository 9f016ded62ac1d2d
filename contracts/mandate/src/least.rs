//! The least net asset value of the current and the last epoch, in three numbers.
//!
//! Relative caps and budgets are fractions of it: money counts for them only after it has stayed for at least one whole
//! epoch, so that no deposit that leaves again, in the same transaction or some hours later, loosens them.
//!
//! What is returned is never more than the least of the last whole epoch, and never less than the least of the last two.
//!
//! Only what *raises* the net asset value needs a record, of the value just before; what lowers it is seen by the next
//! record, or by the value of the moment. So withdrawals write nothing here.

/// The minima, and the start of the current epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Least {
    /// The least of the epoch before the current one, in base units.
    pub previous_assets: u128,
    /// The least of the current epoch so far, in base units.
    pub current_assets: u128,
    /// When the current epoch began, in seconds of whatever clock the caller keeps.
    pub since_secs: u32,
}

impl Least {
    /// Returns the record at `now_secs`, when the net asset value is `nav_assets` and about to rise. To be called before
    /// every rise; calling it more often changes nothing that a later reader could see.
    #[inline(never)]
    pub fn recorded(&self, nav_assets: u128, epoch_secs: u32, now_secs: u32) -> Self {
        let elapsed_secs = now_secs.saturating_sub(self.since_secs);
        let current_assets = self.current_assets.min(nav_assets);
        let epochs = elapsed_secs.checked_div(epoch_secs).unwrap_or_default();
        if epochs == 0 {
            return Self { current_assets, ..*self };
        }
        // Since the last record the value can only have fallen, so in epochs without one it was never less than now.
        let previous_assets = if epochs == 1 { current_assets } else { nav_assets };
        let since_secs = self.since_secs.saturating_add(epochs.saturating_mul(epoch_secs));
        Self { previous_assets, current_assets: nav_assets, since_secs }
    }

    /// Returns the least net asset value of the current and the last epoch, at most the one of the moment.
    pub fn assets(&self, nav_assets: u128, epoch_secs: u32, now_secs: u32) -> u128 {
        let Self { previous_assets, current_assets, .. } = self.recorded(nav_assets, epoch_secs, now_secs);
        previous_assets.min(current_assets)
    }

    /// Returns the record under another length of the epoch, which begins at `now_secs`. Without it a shorter epoch
    /// would take the time since the last record for several that had passed, and money that came a moment ago for money
    /// that stayed.
    pub fn rebased(&self, nav_assets: u128, old_epoch_secs: u32, now_secs: u32) -> Self {
        Self { since_secs: now_secs, ..self.recorded(nav_assets, old_epoch_secs, now_secs) }
    }
}
