//! Portfolios that own what they state, and what judges them.

use alloy_primitives::B256;
use tenor_mandate::{
    Bond, Breach, Budgets, Cap, Covenants, Flow, Hazard, Lever, Parameters, Portfolio, Rung, Stake, State, check,
    covenant_states, states,
};

pub const WAD: u64 = 1_000_000_000_000_000_000;
pub const HALF: u64 = WAD / 2;

pub fn id(number: u8) -> B256 {
    B256::with_last_byte(number)
}

/// A cap that refuses nothing.
pub fn open_cap(number: u8) -> Cap {
    Cap { id: id(number), absolute_assets: u128::MAX, relative_wad: u64::MAX, is_tripped: false }
}

/// One side of a change.
#[derive(Clone, Debug, Default)]
pub struct Side {
    pub nav: u128,
    pub least_nav: u128,
    pub idle: u128,
    pub instant: u128,
    pub exposures: Vec<u128>,
    pub stakes: Vec<Stake>,
    pub levers: Vec<Lever>,
    pub bonds: Vec<Bond>,
}

impl Side {
    pub fn portfolio(&self) -> Portfolio<'_> {
        Portfolio {
            nav_assets: self.nav,
            least_nav_assets: self.least_nav,
            idle_assets: self.idle,
            instant_assets: self.instant,
            exposures_assets: &self.exposures,
            stakes: &self.stakes,
            levers: &self.levers,
            bonds: &self.bonds,
        }
    }
}

/// A change with everything that it is judged by.
#[derive(Clone, Debug)]
pub struct Scene {
    pub before: Side,
    pub after: Side,
    pub flow: Flow,
    pub budgets: Budgets,
    pub caps: Vec<Cap>,
    pub floor_wad: u64,
    pub cover_wad: u64,
    pub health_wad: u64,
    pub band_secs: [u32; 2],
    pub ladder: Vec<Rung>,
    pub credit_wad: u64,
    pub hazards: Vec<Hazard>,
}

impl Scene {
    /// A hundred units, all idle and measured nowhere, moving from a position to another under no limit at all.
    pub fn open() -> Self {
        let side = Side { nav: 100, least_nav: 100, idle: 100, instant: 100, ..Side::default() };
        Self {
            before: side.clone(),
            after: side,
            flow: Flow { invests: true, ..Flow::default() },
            budgets: Budgets::UNBOUNDED,
            caps: Vec::new(),
            floor_wad: 0,
            cover_wad: 0,
            health_wad: 0,
            band_secs: [0, u32::MAX],
            ladder: Vec::new(),
            credit_wad: 0,
            hazards: Vec::new(),
        }
    }

    /// The same change the other way: money to idle only.
    pub fn reversed(self) -> Self {
        Self { flow: Flow { invests: false, ..self.flow }, ..self }
    }

    pub fn parameters(&self) -> Parameters<'_> {
        Parameters {
            caps: &self.caps,
            liquidity_floor_wad: self.floor_wad,
            liquidity_cover_wad: self.cover_wad,
            health_floor_wad: self.health_wad,
            covenants: Covenants {
                least_duration_secs: self.band_secs[0],
                most_duration_secs: self.band_secs[1],
                ladder: &self.ladder,
                credit_wad: self.credit_wad,
                hazards: &self.hazards,
            },
        }
    }

    pub fn judge(&self) -> Result<(), Breach> {
        check(&self.before.portfolio(), &self.after.portfolio(), &self.flow, &self.budgets, &self.parameters())
    }

    /// Every limit as it stands after the change.
    pub fn states(&self) -> Vec<State> {
        let (base, portfolio, parameters) = (self.before.portfolio(), self.after.portfolio(), self.parameters());
        let covenants = covenant_states(&base, &portfolio, &self.flow, &parameters);
        covenants.chain(states(&base, &portfolio, &self.flow, &self.budgets, &parameters)).collect()
    }
}
