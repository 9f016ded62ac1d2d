//! What the limits look at, at one moment.

use alloc::vec::Vec;

use mandate::{Portfolio, Stake};

/// A portfolio with what it is made of.
pub struct Sight {
    pub(crate) nav_assets: u128,
    /// The least net asset value of the current and the last epoch.
    pub least_nav_assets: u128,
    pub(crate) idle_assets: u128,
    /// Idle money and what positions count as payable at once.
    pub instant_assets: u128,
    pub(crate) exposures_assets: Vec<u128>,
    pub(crate) stakes: Vec<Stake>,
    /// Every position's value and yield, by its index; empty where there are no covenants.
    pub(crate) values: Vec<[u128; 2]>,
}

impl Sight {
    /// Returns it as the mandate takes it.
    pub(crate) fn portfolio(&self) -> Portfolio<'_> {
        Portfolio {
            nav_assets: self.nav_assets,
            least_nav_assets: self.least_nav_assets,
            idle_assets: self.idle_assets,
            instant_assets: self.instant_assets,
            exposures_assets: &self.exposures_assets,
            stakes: &self.stakes,
            ..Portfolio::default()
        }
    }
}
