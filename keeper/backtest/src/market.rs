//! All venues on every day: what could have been known then.

use std::collections::BTreeMap;

use crate::day::Day;
use crate::reader::{History, Quote};
use crate::slopes::Estimator;
use crate::state::State;

/// Days for which a venue's last observation stands in for missing ones.
pub const STALE_DAYS: usize = 7;

/// What suppliers of Compound III's USDC on Arbitrum were paid by usage when the pool began: kink and slopes.
pub const COMPOUND: (f64, f64, f64) = (0.8, 0.0325, 0.4);

/// One venue with its history and what is assumed of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Venue {
    /// Its name, for people and flags.
    pub name: String,
    /// Usage at which its second slope begins, where it has slopes.
    pub optimal: f64,
    /// What others supply, in dollars, where the history does not say.
    pub size_usd: f64,
    /// What it costs to use it.
    pub terms: Terms,
    /// What was observed.
    pub history: History,
}

/// What it costs to use a venue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Terms {
    /// Of what enters: swaps and bridges, 10,000 = 100 %.
    pub entry_bps: f64,
    /// Of what leaves.
    pub exit_bps: f64,
    /// Gas of each movement, in dollars.
    pub gas_usd: f64,
    /// Days for which money that enters or leaves is on its way, and earns nothing.
    pub delay_days: usize,
    /// What is expected to be lost a year: hazard times loss given default.
    pub expected_loss: f64,
}

/// Days before the first one that are known on it, at most.
pub const LEAD_DAYS: usize = 365;

/// Venues by days, each state rebuilt from that day's observation and those before it.
#[derive(Clone, Debug)]
pub struct Market {
    first: Day,
    days: usize,
    /// Days before the first one.
    lead: usize,
    venues: Vec<Venue>,
    states: Vec<Vec<Option<State>>>,
    quoted: Vec<Vec<f64>>,
}

/// A market of no days, or without anything in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The period is empty.
    #[error("{first} to {last} are {days} days, at least {least} are needed")]
    Period {
        /// Its first day.
        first: Day,
        /// Its last day.
        last: Day,
        /// How many days it has.
        days: usize,
        /// How many it must have.
        least: usize,
    },
    /// No venue has an observation in the period.
    #[error("no venue has an observation from {first} to {last}")]
    Empty {
        /// The first day.
        first: Day,
        /// The last day.
        last: Day,
    },
}

/// The market up to some day; what comes later cannot be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    market: &'a Market,
    today: usize,
}

impl Market {
    /// The market from `first` to `last`, both included; what was observed in the year before `first` is known on it.
    ///
    /// # Errors
    /// Where the period has fewer than two days, or no venue was observed in it.
    pub fn new(venues: Vec<Venue>, first: Day, last: Day) -> Result<Self, Error> {
        let days = if last < first { 0 } else { last.since(first) + 1 };
        if days < 2 {
            return Err(Error::Period { first, last, days, least: 2 });
        }
        let lead = LEAD_DAYS.min(first.0 as usize);
        let begin = Day(first.0.saturating_sub(LEAD_DAYS as u32));
        let states: Vec<_> = venues.iter().map(|venue| states(venue, begin, lead + days)).collect();
        if states.iter().flat_map(|states| &states[lead..]).all(Option::is_none) {
            return Err(Error::Empty { first, last });
        }
        let quoted = |states: &Vec<Option<State>>| {
            states.iter().map(|state| state.map_or(0.0, |state| state.supply_rate(0.0))).collect()
        };
        let quoted = states.iter().map(quoted).collect();
        Ok(Self { first, days, lead, venues, states, quoted })
    }

    /// How many days there are.
    #[must_use]
    pub fn days(&self) -> usize {
        self.days
    }

    /// The day of an index.
    #[must_use]
    pub fn day(&self, index: usize) -> Day {
        self.first.after(index)
    }

    /// The venues.
    #[must_use]
    pub fn venues(&self) -> &[Venue] {
        &self.venues
    }

    /// What is known at the end of a day, by its index (the last day, where it is beyond).
    #[must_use]
    pub fn past(&self, today: usize) -> Past<'_> {
        Past { market: self, today: today.min(self.days - 1) }
    }
}

impl<'a> Past<'a> {
    /// Today's index.
    #[must_use]
    pub fn today(&self) -> usize {
        self.today
    }

    /// Today.
    #[must_use]
    pub fn day(&self) -> Day {
        self.market.day(self.today)
    }

    /// The venues.
    #[must_use]
    pub fn venues(&self) -> &'a [Venue] {
        &self.market.venues
    }

    /// A venue's pool today; nothing where it was not observed for longer than [`STALE_DAYS`].
    #[must_use]
    pub fn state(&self, venue: usize) -> Option<&'a State> {
        self.market.states[venue][self.index()].as_ref()
    }

    /// What a venue quotes today: what suppliers earn while we hold nothing.
    #[must_use]
    pub fn quoted(&self, venue: usize) -> f64 {
        self.market.quoted[venue][self.index()]
    }

    /// What a venue quoted on the last days that it was open, oldest first, today included; at most `days` of them.
    #[must_use]
    pub fn quotes(&self, venue: usize, days: usize) -> &'a [f64] {
        let index = self.index();
        let states = &self.market.states[venue][..=index];
        let closed = states.iter().rposition(Option::is_none).map_or(0, |last| last + 1);
        let from = closed.max((index + 1).saturating_sub(days)).min(index + 1);
        &self.market.quoted[venue][from..=index]
    }

    /// Today's place among all days that are known.
    fn index(&self) -> usize {
        self.market.lead + self.today
    }
}

/// A venue's state on each day.
fn states(venue: &Venue, first: Day, days: usize) -> Vec<Option<State>> {
    let mut estimator = Estimator::new(venue.optimal);
    let mut known: BTreeMap<Day, State> = BTreeMap::new();
    for (day, quote) in venue.history.range(..first.after(days)) {
        known.insert(*day, state(venue, quote, &mut estimator));
    }
    let at = |index| {
        let day = first.after(index);
        known.range(..=day).next_back().filter(|(seen, _)| day.since(**seen) <= STALE_DAYS).map(|(_, state)| *state)
    };
    (0..days).map(at).collect()
}

/// The pool that an observation and those before it show.
fn state(venue: &Venue, quote: &Quote, estimator: &mut Estimator) -> State {
    let optimal = venue.optimal;
    match *quote {
        Quote::Rates { supply_rate, borrow_rate, reserve_factor } => {
            let paid = borrow_rate * (1.0 - reserve_factor);
            let usage = if paid > 0.0 { (supply_rate / paid).min(1.0) } else { 0.0 };
            let slopes = estimator.see(usage, borrow_rate);
            let (supply_usd, debt_usd) = (venue.size_usd, venue.size_usd * usage);
            let (base, slope1, slope2) = (slopes.base, slopes.slope1, slopes.slope2);
            State::Slopes { supply_usd, debt_usd, reserve_factor, optimal, base, slope1, slope2 }
        }
        Quote::Amounts { supply_rate, usage, debt_usd } => {
            // What borrowers pay after the treasury's part, of variable and stable debt together.
            let paid = if usage > 0.0 { supply_rate / usage } else { 0.0 };
            let slopes = estimator.see(usage, paid);
            let supply_usd = if usage > 0.0 { debt_usd / usage } else { venue.size_usd };
            let (base, slope1, slope2) = (slopes.base, slopes.slope1, slopes.slope2);
            State::Slopes { supply_usd, debt_usd, reserve_factor: 0.0, optimal, base, slope1, slope2 }
        }
        Quote::Available { supply_rate, available_usd } => {
            let (kink, low, high) = COMPOUND;
            let unit =
                State::Kinked { supply_usd: 1.0, debt_usd: 0.0, kink, base: 0.0, low, high }.at_rate(supply_rate);
            let usage = unit.usage().unwrap_or(0.0).min(0.99);
            let supply_usd = available_usd / (1.0 - usage);
            let found = State::Kinked { supply_usd, debt_usd: supply_usd * usage, kink, base: 0.0, low, high };
            // What no usage can explain are rewards.
            let base = (supply_rate - found.supply_rate(0.0)).max(0.0);
            State::Kinked { supply_usd, debt_usd: supply_usd * usage, kink, base, low, high }
        }
        Quote::Set { supply_rate } => State::Set { rate: supply_rate },
    }
}
