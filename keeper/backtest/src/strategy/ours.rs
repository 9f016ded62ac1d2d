//! The keeper's own decision: a snapshot of the day with forecast pools, decided by the very function that decides live.
//!
//! Each venue is a position whose rate model is the day's own curve, at the usage that pays the rate expected over the
//! horizon ([`crate::forecast`]), net of expected loss and of what the way there and back costs by the years of the horizon.
//! So the optimum has a no-trade band for what is proportional to money; the planner adds the one for gas.

use model::alloy_primitives::{Address, B256, U256};
use model::rate::Net;
use model::units::WAD;
use model::{
    Asset, Assets, Block, Book, Budgets, Cap, Decision, Gas, Grant, Level, Memory, Movement, Operator, Parameters,
    Position, RateModel, RiskId, Snapshot, Terms, Timestamp, VenueKind, Wad, Wei,
};

use super::Strategy;
use crate::account::{Account, Order};
use crate::day::{DAY_SECS, YEAR_DAYS};
use crate::forecast::mean_reverting;
use crate::market::{Past, Venue};
use crate::state::{DOLLAR, assets, ray};

/// Days of quotes that a forecast looks back on, at most.
const MEMORY_DAYS: usize = 365;

/// How the keeper decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Days for which a gain counts and costs are spread.
    pub horizon_days: f64,
    /// Days after which a quote counts half in the mean to which rates return.
    pub half_life_days: f64,
    /// How many times the gas a gain must be worth.
    pub gain_factor: f64,
    /// The most that one venue may hold, as a part of everything.
    pub most_share: f64,
    /// The least movement, as a part of everything.
    pub least_move: f64,
}

impl Default for Settings {
    /// A month for both, chosen on days before 2025-11-10 as the README says; a thousandth is the least movement.
    fn default() -> Self {
        Self { horizon_days: 30.0, half_life_days: 30.0, gain_factor: 2.0, most_share: 1.0, least_move: 1e-3 }
    }
}

/// The keeper.
#[derive(Clone, Debug)]
pub struct Ours {
    settings: Settings,
    /// What the last decision left to remember.
    memory: Memory,
}

impl Ours {
    /// A keeper with these settings.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, memory: Memory::default() }
    }

    /// The day as the keeper's snapshot.
    #[must_use]
    pub fn snapshot(&self, past: &Past<'_>, account: &Account) -> Snapshot {
        let now = past.day().end();
        let venues = past.venues().iter().enumerate();
        let positions: Vec<_> = venues.map(|(place, venue)| self.position(place, venue, past, account, now)).collect();
        let real = positions.iter().fold(Assets::ZERO, |sum, position| sum.saturating_add(position.value));
        let idle = assets(account.idle_usd());
        let nav = idle.saturating_add(real);
        let share = Wad::from((self.settings.most_share * 1e9).round() as u128 * (WAD / 1_000_000_000));
        let cap = |position: &Position| Cap {
            risk_id: position.risk_ids[0],
            exposure: position.value,
            absolute: Assets::from(u128::MAX),
            relative: share,
            tripped_until: Timestamp(0),
        };
        let boundless = Level { used: Assets::ZERO, capacity: Assets::from(u128::MAX) };
        Snapshot {
            chain_id: 0,
            block: Block { number: past.today() as u64, hash: B256::ZERO, timestamp: now, base_fee: Wei::from(WAD) },
            vault: Address::ZERO,
            asset: Asset { address: Address::ZERO, symbol: "USDC".into(), decimals: 6 },
            book: Book { idle, marked: real, nav, nav_entry: nav, nav_least: nav, max_rate: Wad::ONE },
            parameters: Parameters { silence_secs: u64::MAX, ..Parameters::default() },
            covenants: None,
            budgets: Budgets { loss: boundless, turnover: boundless, ..Budgets::default() },
            revision: U256::ZERO,
            caps: positions.iter().map(cap).collect(),
            positions,
            operator: Operator {
                account: Address::ZERO,
                balance: Wei::ZERO,
                grant: Grant {
                    positions: u64::MAX,
                    expiry: Timestamp(u64::MAX),
                    turnover: boundless,
                    loss: boundless,
                    ..Grant::default()
                },
            },
        }
    }

    /// The settings of the live decision. Gas is counted in movements: one gas a leg, at the dearest venue's dollars.
    #[must_use]
    pub fn engine(&self, past: &Past<'_>, account: &Account) -> engine::Settings {
        let dearest = past.venues().iter().map(|venue| venue.terms.gas_usd).fold(0.0, f64::max);
        engine::Settings {
            // Expected losses and the costs of movements are in the rate models here (`Net`): they would be charged twice.
            optimizer: optimizer::Settings { objective: None, ..optimizer::Settings::default() },
            planner: planner::Settings {
                min_leg: assets((account.value_usd() * self.settings.least_move).max(1.0)),
                horizon_secs: (self.settings.horizon_days * DAY_SECS as f64) as u64,
                gain_factor: self.settings.gain_factor,
                // Without hysteresis: the way there and back is paid for in the rates, which is a band of its own.
                go_on_factor: self.settings.gain_factor.max(1.0),
                gas_base: Gas(0),
                gas_per_leg: Gas(1),
                coin_price: assets(dearest),
                ..planner::Settings::default()
            },
        }
    }

    fn position(&self, place: usize, venue: &Venue, past: &Past<'_>, account: &Account, now: Timestamp) -> Position {
        let held = account.held_usd(place);
        let coming = account.coming_usd(place);
        let value = assets(held + coming);
        // What is on its way counts as there, and cannot leave yet.
        let payable = past.state(place).map_or(held, |state| state.liquidity_usd(held).min(held));
        let name = format!("{place}:{}", venue.name).chars().take(32).filter(char::is_ascii).collect::<String>();
        Position {
            index: u32::try_from(place).unwrap_or(u32::MAX),
            adapter: Address::ZERO,
            venue: Address::ZERO,
            market: B256::ZERO,
            kind: VenueKind::Other(B256::ZERO),
            risk_ids: vec![RiskId::from_name(&name).unwrap_or(RiskId(B256::ZERO))],
            marked: value,
            marked_at: now,
            shortfall: Assets::ZERO,
            terms: Terms { instant_bps: 10_000, depth_bps: 10_000, slack_bps: 0 },
            value,
            units: value.0,
            liquidity: assets(payable).min(value),
            depth: None,
            reported_rate: None,
            lever: None,
            collateral: None,
            requested: None,
            bond: None,
            rate: self.rate(place, venue, past, held + coming),
        }
    }

    /// The day's curve at the expected rate, net.
    fn rate(&self, place: usize, venue: &Venue, past: &Past<'_>, own_usd: f64) -> RateModel {
        let Some(state) = past.state(place) else {
            return RateModel::Unknown { reason: "nobody has observed it of late".into() };
        };
        let Settings { horizon_days, half_life_days, .. } = self.settings;
        let expected = match state.usage() {
            Some(_) => mean_reverting(past.quotes(place, MEMORY_DAYS), half_life_days, horizon_days),
            // Whoever sets a rate says when it changes: until then it stays.
            None => past.quoted(place),
        };
        let terms = venue.terms;
        let waiting = terms.delay_days as f64 * expected / YEAR_DAYS;
        // Rates return to their means, and money then to where it was: every movement pays for the way back too.
        let way = (terms.entry_bps + terms.exit_bps) / 1e4 + 2.0 * waiting;
        let yearly = ray(way * YEAR_DAYS / horizon_days);
        RateModel::Net(Net {
            gross: Box::new(state.at_rate(expected).rate_model(own_usd)),
            expected_loss: ray(terms.expected_loss),
            entry_cost: yearly,
            exit_cost: yearly,
        })
    }
}

impl Strategy for Ours {
    fn name(&self) -> &'static str {
        "ours"
    }

    fn decide(&mut self, past: &Past<'_>, account: &Account) -> Result<Vec<Order>, engine::Error> {
        let (snapshot, settings) = (self.snapshot(past, account), self.engine(past, account));
        let (decision, memory) = engine::decide(&snapshot, &settings, &self.memory)?;
        self.memory = memory;
        let Decision::Rebalance(plan) = decision else { return Ok(Vec::new()) };
        let order = |leg: &model::Leg| {
            let venue = leg.position as usize;
            let usd = |assets: Assets| assets.to_f64() / DOLLAR;
            match leg.movement {
                Movement::Allocate(assets) => Order::In { venue, usd: usd(assets) },
                Movement::Deallocate(assets) => Order::Out { venue, usd: usd(assets) },
                Movement::DeallocateAll | Movement::Repay(_) | Movement::RepayAll => Order::OutAll { venue },
            }
        };
        Ok(plan.intent.legs.iter().map(order).collect())
    }
}
