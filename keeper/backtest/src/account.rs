//! Our money: idle, held at venues, and on its way; what moves pays, and nothing is lost unaccounted.

use crate::day::YEAR_DAYS;
use crate::market::Past;

/// A movement below this part of a dollar is none.
const DUST_USD: f64 = 0.01;

/// A wish to move money of one venue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
    /// From idle, and from what leaves other venues, into a venue.
    In {
        /// The venue.
        venue: usize,
        /// Dollars, before costs.
        usd: f64,
    },
    /// Out of a venue.
    Out {
        /// The venue.
        venue: usize,
        /// Dollars, before costs.
        usd: f64,
    },
    /// All that a venue can pay.
    OutAll {
        /// The venue.
        venue: usize,
    },
}

/// What one day brought and cost, in dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// What holdings would have earned at the rates quoted when the money came.
    pub carry_usd: f64,
    /// What quotes have moved since.
    pub rate_usd: f64,
    /// What our own size took off the quotes, at most zero.
    pub impact_usd: f64,
    /// What was set aside for expected losses, at most zero.
    pub loss_usd: f64,
    /// Gas, at most zero.
    pub gas_usd: f64,
    /// Swaps and bridges, at most zero.
    pub slippage_usd: f64,
    /// Money moved in and out, before costs.
    pub moved_usd: f64,
    /// Movements.
    pub movements: usize,
}

impl Flow {
    /// What the day changed in all.
    #[must_use]
    pub fn net_usd(&self) -> f64 {
        self.carry_usd + self.rate_usd + self.impact_usd + self.loss_usd + self.gas_usd + self.slippage_usd
    }
}

/// Money on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Transit {
    usd: f64,
    /// Where to; nothing: idle.
    venue: Option<usize>,
    quoted: f64,
    arrives: usize,
}

/// All our money; dollars.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    idle: f64,
    held: Vec<f64>,
    /// What each venue quoted when our money came, its mean by amount.
    quoted: Vec<f64>,
    transits: Vec<Transit>,
}

impl Account {
    /// All of it idle.
    #[must_use]
    pub fn new(capital_usd: f64, venues: usize) -> Self {
        Self { idle: capital_usd, held: vec![0.0; venues], quoted: vec![0.0; venues], transits: Vec::new() }
    }

    /// What no venue holds and nothing carries.
    #[must_use]
    pub fn idle_usd(&self) -> f64 {
        self.idle
    }

    /// What a venue holds of ours.
    #[must_use]
    pub fn held_usd(&self, venue: usize) -> f64 {
        self.held[venue]
    }

    /// What is on its way to a venue.
    #[must_use]
    pub fn coming_usd(&self, venue: usize) -> f64 {
        self.transits.iter().filter(|transit| transit.venue == Some(venue)).map(|transit| transit.usd).sum()
    }

    /// What is on its way anywhere.
    #[must_use]
    pub fn travelling_usd(&self) -> f64 {
        self.transits.iter().map(|transit| transit.usd).sum()
    }

    /// All of it.
    #[must_use]
    pub fn value_usd(&self) -> f64 {
        self.idle + self.held.iter().sum::<f64>() + self.travelling_usd()
    }

    /// A day's interest at the rates of `past`'s day, own impact included, and what is set aside for expected losses.
    pub(crate) fn accrue(&mut self, past: &Past<'_>, flow: &mut Flow) {
        for venue in 0..self.held.len() {
            let held = self.held[venue];
            let Some(state) = past.state(venue).filter(|_| held > 0.0) else { continue };
            let part = held / YEAR_DAYS;
            let (first, quoted, paid) = (self.quoted[venue], past.quoted(venue), state.supply_rate(held));
            let loss = past.venues()[venue].terms.expected_loss;
            flow.carry_usd += part * first;
            flow.rate_usd += part * (quoted - first);
            flow.impact_usd += part * (paid - quoted);
            flow.loss_usd -= part * loss;
            self.held[venue] = held + part * (paid - loss);
        }
    }

    /// Takes in what arrives today.
    pub(crate) fn arrive(&mut self, today: usize) {
        let (here, coming) =
            std::mem::take(&mut self.transits).into_iter().partition(|transit| transit.arrives <= today);
        self.transits = coming;
        let here: Vec<Transit> = here;
        for transit in here {
            match transit.venue {
                Some(venue) => self.put(venue, transit.usd, transit.quoted),
                None => self.idle += transit.usd,
            }
        }
    }

    /// Carries out what was decided yesterday, at today's pools.
    ///
    /// Money that leaves a venue pays its exit and gas, then what it enters: the gas and entry of that. What leaves goes to
    /// the venues that wait for money, in the order of the orders, after what is idle; the rest becomes idle. What a pool
    /// cannot pay stays.
    pub(crate) fn execute(&mut self, orders: &[Order], past: &Past<'_>, flow: &mut Flow) {
        let today = past.today();
        let terms = |venue: usize| past.venues()[venue].terms;
        // Idle money first: it is here already.
        let mut sources = vec![(self.idle, 0)];
        for order in orders {
            let (venue, wanted) = match *order {
                Order::Out { venue, usd } => (venue, usd),
                Order::OutAll { venue } => (venue, f64::INFINITY),
                Order::In { .. } => continue,
            };
            let held = self.held[venue];
            // A venue that nobody observes any more still pays: at the end of a history, not of the venue.
            let payable = past.state(venue).map_or(held, |state| state.liquidity_usd(held).min(held));
            let usd = wanted.min(payable);
            let cost = usd * terms(venue).exit_bps / 1e4;
            if usd - cost <= terms(venue).gas_usd + DUST_USD {
                continue;
            }
            self.held[venue] = held - usd;
            flow.slippage_usd -= cost;
            flow.gas_usd -= terms(venue).gas_usd;
            flow.moved_usd += usd;
            flow.movements += 1;
            sources.push((usd - cost - terms(venue).gas_usd, terms(venue).delay_days));
        }
        let wanted: f64 = orders.iter().map(|order| if let Order::In { usd, .. } = order { *usd } else { 0.0 }).sum();
        let there: f64 = sources.iter().map(|source| source.0).sum();
        let part = if wanted > there { there / wanted } else { 1.0 };
        for order in orders {
            let Order::In { venue, usd } = *order else { continue };
            let usd = usd * part;
            let gas = terms(venue).gas_usd;
            if past.state(venue).is_none() || usd * (1.0 - terms(venue).entry_bps / 1e4) <= gas + DUST_USD {
                continue;
            }
            self.enter(venue, usd, &mut sources, past, flow);
        }
        self.idle = 0.0;
        for (usd, delay_days) in sources {
            if delay_days == 0 {
                self.idle += usd;
            } else if usd > 0.0 {
                let arrives = today + delay_days;
                self.transits.push(Transit { usd, venue: None, quoted: 0.0, arrives });
            }
        }
    }

    /// Sends money from the sources, in their order, into a venue.
    fn enter(&mut self, venue: usize, usd: f64, sources: &mut [(f64, usize)], past: &Past<'_>, flow: &mut Flow) {
        let terms = past.venues()[venue].terms;
        let quoted = past.quoted(venue);
        let mut left = usd;
        let mut gas = terms.gas_usd;
        for (there, delay_days) in sources.iter_mut() {
            let taken = left.min(*there);
            if taken <= 0.0 {
                continue;
            }
            *there -= taken;
            left -= taken;
            let cost = taken * terms.entry_bps / 1e4;
            let paid_gas = gas.min(taken - cost);
            gas -= paid_gas;
            flow.slippage_usd -= cost;
            flow.gas_usd -= paid_gas;
            flow.moved_usd += taken;
            let usd = taken - cost - paid_gas;
            match *delay_days + terms.delay_days {
                0 => self.put(venue, usd, quoted),
                days => {
                    let arrives = past.today() + days;
                    self.transits.push(Transit { usd, venue: Some(venue), quoted, arrives });
                }
            }
        }
        flow.movements += 1;
    }

    fn put(&mut self, venue: usize, usd: f64, quoted: f64) {
        let held = self.held[venue];
        if held + usd > 0.0 {
            self.quoted[venue] = (self.quoted[venue] * held + quoted * usd) / (held + usd);
        }
        self.held[venue] = held + usd;
    }
}
