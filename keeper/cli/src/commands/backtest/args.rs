//! What `keeper backtest` is asked, as it is typed.

use std::path::PathBuf;

use backtest::{Day, Settings, Terms, Venue};
use clap::Args;

use crate::failure::Failure;

/// Options of `backtest`.
#[derive(Debug, Args)]
pub struct Backtest {
    /// Folder with the histories.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Dollars at the first day.
    #[arg(long, value_name = "USD")]
    pub capital: f64,
    /// The first day, as in 2025-07-22.
    #[arg(long, value_name = "DATE")]
    pub from: Day,
    /// The last day.
    #[arg(long, value_name = "DATE")]
    pub to: Day,
    /// Draw the value lines into this file.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// The first day of the part that is reported apart (default: the middle).
    #[arg(long, value_name = "DATE")]
    pub split: Option<Day>,
    /// Choose horizon and half-life by what they earn before the split.
    #[arg(long)]
    pub choose: bool,
    /// Days for which a gain counts, and over which the costs of a movement are spread.
    #[arg(long, value_name = "DAYS", default_value_t = Settings::default().horizon_days)]
    pub horizon: f64,
    /// Days after which a rate counts half in the mean to which rates are expected to return.
    #[arg(long, value_name = "DAYS", default_value_t = Settings::default().half_life_days)]
    pub half_life: f64,
    /// The most that one venue may hold, as a part of everything; for every strategy.
    #[arg(long, value_name = "PART", default_value_t = 1.0)]
    pub max_share: f64,
    /// What others supply to a venue whose history does not say.
    #[arg(long, value_name = "VENUE=USD")]
    pub pool_size: Vec<Named<1>>,
    /// Costs of a venue: entry and exit in basis points, gas of a movement in dollars, days on the way.
    #[arg(long, value_name = "VENUE=ENTRY,EXIT,GAS,DAYS")]
    pub cost: Vec<Named<4>>,
    /// What is expected to be lost at a venue a year, fees included: 0.001 = 0.1 %.
    #[arg(long, value_name = "VENUE=PART")]
    pub expected_loss: Vec<Named<1>>,
    /// Leave a venue out.
    #[arg(long, value_name = "VENUE")]
    pub without: Vec<String>,
    /// Seed of the bootstrap.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// A venue's name with so many numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<const N: usize> {
    venue: String,
    numbers: [f64; N],
}

impl<const N: usize> std::str::FromStr for Named<N> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("'{text}' is not VENUE= and {N} numbers of at least 0, with commas between them");
        let (venue, numbers) = text.split_once('=').ok_or_else(fault)?;
        let number = |part: &str| part.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        let numbers: Option<Vec<f64>> = numbers.split(',').map(number).collect();
        let numbers = numbers.and_then(|numbers| numbers.try_into().ok()).ok_or_else(fault)?;
        Ok(Self { venue: venue.to_owned(), numbers })
    }
}

impl Backtest {
    /// The keeper's settings.
    pub fn settings(&self) -> Settings {
        let (horizon_days, half_life_days, most_share) = (self.horizon, self.half_life, self.max_share);
        Settings { horizon_days, half_life_days, most_share, ..Settings::default() }
    }

    /// Refuses numbers that make no sense.
    pub fn check(&self) -> Result<(), Failure> {
        let within = |name: &str, value: f64, least: f64, most: f64| match (least..=most).contains(&value) {
            true => Ok(()),
            false => Err(Failure::fault(
                format!("{name} is {value}, possible is {least} to {most}"),
                "see keeper backtest --help",
            )),
        };
        within("--capital", self.capital, 1.0, 1e12)?;
        within("--horizon", self.horizon, 1.0, 3650.0)?;
        within("--half-life", self.half_life, 1.0, 3650.0)?;
        within("--max-share", self.max_share, 0.01, 1.0)?;
        for named in &self.pool_size {
            within(&format!("--pool-size {}", named.venue), named.numbers[0], 1.0, 1e12)?;
        }
        for Named { venue, numbers: [entry, exit, gas, days] } in &self.cost {
            within(&format!("entry of --cost {venue}"), *entry, 0.0, 1_000.0)?;
            within(&format!("exit of --cost {venue}"), *exit, 0.0, 1_000.0)?;
            within(&format!("gas of --cost {venue}"), *gas, 0.0, 1e6)?;
            within(&format!("days of --cost {venue}"), *days, 0.0, 60.0)?;
        }
        for named in &self.expected_loss {
            within(&format!("--expected-loss {}", named.venue), named.numbers[0], 0.0, 1.0)?;
        }
        Ok(())
    }

    /// Writes what is said of venues into them.
    pub fn apply(&self, venues: &mut Vec<Venue>) -> Result<(), Failure> {
        for name in &self.without {
            let place = place(venues, name)?;
            venues.remove(place);
        }
        for Named { venue, numbers: [size_usd] } in &self.pool_size {
            let place = place(venues, venue)?;
            venues[place].size_usd = *size_usd;
        }
        for Named { venue, numbers: [entry_bps, exit_bps, gas_usd, days] } in &self.cost {
            let place = place(venues, venue)?;
            let expected_loss = venues[place].terms.expected_loss;
            let (entry_bps, exit_bps, gas_usd, delay_days) = (*entry_bps, *exit_bps, *gas_usd, days.round() as usize);
            venues[place].terms = Terms { entry_bps, exit_bps, gas_usd, delay_days, expected_loss };
        }
        for Named { venue, numbers: [expected_loss] } in &self.expected_loss {
            let place = place(venues, venue)?;
            venues[place].terms.expected_loss = *expected_loss;
        }
        Ok(())
    }
}

fn place(venues: &[Venue], name: &str) -> Result<usize, Failure> {
    venues.iter().position(|venue| venue.name == name).ok_or_else(|| {
        let names = venues.iter().map(|venue| venue.name.as_str()).collect::<Vec<_>>().join(", ");
        Failure::fault(format!("there is no venue {name:?}"), &format!("the histories in --data have {names}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_venue_is_named_with_its_numbers() {
        let named: Named<4> = "aave-base=1,2.5,0,1".parse().expect("four numbers");
        assert_eq!(named, Named { venue: "aave-base".into(), numbers: [1.0, 2.5, 0.0, 1.0] });

        for text in ["aave-base", "aave-base=1,2,3", "aave-base=1,2,3,4,5", "a=1,2,3,x", "a=1,2,3,-4", "a=1,2,3,inf"] {
            let error = text.parse::<Named<4>>().expect_err("not four numbers");
            assert!(error.contains(text), "{error}");
        }
    }
}
