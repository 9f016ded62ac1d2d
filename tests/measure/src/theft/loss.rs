//! What honest holders lost, by windows as long as an epoch.

/// The state after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When, in unix seconds.
    pub at_secs: u64,
    /// What honest holders own at fair prices, in base units.
    pub honest_assets: u128,
    /// What the mandate lets keepers lose within an epoch, in base units.
    pub budget_assets: u128,
}

/// The window that was worst for honest holders, against its budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// What they lost within it, in base units.
    pub lost_assets: u128,
    /// The largest budget of the window, in base units.
    pub budget_assets: u128,
}

impl Loss {
    /// Returns the worst window of a history; the first sample is the state before the first step.
    ///
    /// A loss is a new low: what the thief gives first and takes back after is no loss of anybody else. Both ends of a
    /// window belong to it.
    pub fn worst(samples: &[Sample], epoch_secs: u64) -> Self {
        let mut low = samples.first().map_or(0, |sample| sample.honest_assets);
        let losses: Vec<_> = samples
            .iter()
            .map(|sample| {
                let lost_assets = low.saturating_sub(sample.honest_assets);
                low = low.min(sample.honest_assets);
                (sample, lost_assets)
            })
            .collect();
        let window = |first: usize| {
            let until_secs = losses[first].0.at_secs + epoch_secs;
            let inside = losses[first..].iter().take_while(move |(sample, _)| sample.at_secs <= until_secs);
            inside.fold(Self::default(), |loss, (sample, lost_assets)| Self {
                lost_assets: loss.lost_assets + lost_assets,
                budget_assets: loss.budget_assets.max(sample.budget_assets),
            })
        };
        (0..losses.len()).map(window).max_by(|one, other| one.ratio().total_cmp(&other.ratio())).unwrap_or_default()
    }

    /// Returns the part of the budget that was taken.
    pub fn ratio(&self) -> f64 {
        if self.budget_assets == 0 {
            return if self.lost_assets == 0 { 0.0 } else { f64::INFINITY };
        }
        self.lost_assets as f64 / self.budget_assets as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(history: &[(u64, u128)]) -> Vec<Sample> {
        let sample = |&(at_secs, honest_assets)| Sample { at_secs, honest_assets, budget_assets: 10 };
        history.iter().map(sample).collect()
    }

    #[test]
    fn losses_within_an_epoch_add_up_and_its_ends_belong_to_it() {
        let history = samples(&[(0, 100), (0, 97), (50, 95), (100, 91), (101, 90)]);

        assert_eq!(Loss::worst(&history, 100).lost_assets, 9);
        assert_eq!(Loss::worst(&history, 99).lost_assets, 7);
        assert_eq!(Loss::worst(&history, 0).lost_assets, 4);
    }

    #[test]
    fn what_was_given_before_it_was_taken_is_no_loss() {
        let history = samples(&[(0, 100), (1, 130), (2, 100), (3, 99), (4, 120), (5, 99)]);

        assert_eq!(Loss::worst(&history, 100).lost_assets, 1);
    }

    #[test]
    fn the_largest_budget_of_the_window_counts() {
        let mut history = samples(&[(0, 100), (1, 95), (2, 95)]);
        history[2].budget_assets = 50;

        assert_eq!(Loss::worst(&history, 100), Loss { lost_assets: 5, budget_assets: 50 });
        assert_eq!(Loss::worst(&history, 0), Loss { lost_assets: 5, budget_assets: 10 });
    }

    #[test]
    fn nothing_lost_is_nothing() {
        assert_eq!(Loss::worst(&[], 100), Loss::default());
        assert_eq!(Loss::worst(&samples(&[(0, 5)]), 100).lost_assets, 0);
    }
}
