//! Three rules that need no optimizer. Rates count less the expected loss, so that no rule is fooled by it; shares are cut
//! at the same most as the keeper's, and what is cut goes to the next best.

use super::Strategy;
use crate::account::{Account, Order};
use crate::market::Past;

/// Idle money below this part of everything is left where it is.
const LOOSE: f64 = 0.01;

/// The venue that has paid most on average of late.
#[derive(Clone, Debug)]
pub struct BestSingle {
    /// Days that the average takes in.
    pub trailing_days: usize,
    /// The most that one venue may hold.
    pub most_share: f64,
}

/// The venue that quotes most today.
#[derive(Clone, Debug)]
pub struct HighestQuoted {
    /// The most that one venue may hold.
    pub most_share: f64,
}

/// The same in every open venue, set right from time to time.
#[derive(Clone, Debug)]
pub struct EqualWeights {
    /// Days from one setting right to the next; a venue that opens or closes does not wait.
    pub every_days: usize,
    /// The most that one venue may hold.
    pub most_share: f64,
    last: Option<(usize, Vec<bool>)>,
}

impl EqualWeights {
    /// The rule before it has done anything.
    #[must_use]
    pub fn new(every_days: usize, most_share: f64) -> Self {
        Self { every_days, most_share, last: None }
    }
}

impl Strategy for BestSingle {
    fn name(&self) -> &'static str {
        "best-single"
    }

    fn decide(&mut self, past: &Past<'_>, account: &Account) -> Result<Vec<Order>, engine::Error> {
        let mean = |venue: usize| {
            let quotes = past.quotes(venue, self.trailing_days);
            quotes.iter().sum::<f64>() / quotes.len().max(1) as f64
        };
        let shares = ranked(past, mean, self.most_share);
        Ok(if follows(past, account, &shares) { Vec::new() } else { towards(account, &shares) })
    }
}

impl Strategy for HighestQuoted {
    fn name(&self) -> &'static str {
        "highest-quoted"
    }

    fn decide(&mut self, past: &Past<'_>, account: &Account) -> Result<Vec<Order>, engine::Error> {
        let shares = ranked(past, |venue| past.quoted(venue), self.most_share);
        Ok(if follows(past, account, &shares) { Vec::new() } else { towards(account, &shares) })
    }
}

impl Strategy for EqualWeights {
    fn name(&self) -> &'static str {
        "equal-weights"
    }

    fn decide(&mut self, past: &Past<'_>, account: &Account) -> Result<Vec<Order>, engine::Error> {
        let open: Vec<bool> = (0..past.venues().len()).map(|venue| past.state(venue).is_some()).collect();
        let is_due =
            self.last.as_ref().is_none_or(|(day, known)| past.today() >= day + self.every_days || *known != open);
        if !is_due {
            return Ok(Vec::new());
        }
        let count = open.iter().filter(|is_open| **is_open).count();
        let share = (1.0 / count.max(1) as f64).min(self.most_share);
        let shares: Vec<f64> = open.iter().map(|is_open| if *is_open { share } else { 0.0 }).collect();
        self.last = Some((past.today(), open));
        Ok(towards(account, &shares))
    }
}

/// Shares of the open venues in the order of a rate less the expected loss, each as much as one may hold.
fn ranked(past: &Past<'_>, rate: impl Fn(usize) -> f64, most_share: f64) -> Vec<f64> {
    let net = |venue: usize| rate(venue) - past.venues()[venue].terms.expected_loss;
    let mut order: Vec<_> = (0..past.venues().len())
        .filter(|venue| past.state(*venue).is_some())
        .map(|venue| (venue, net(venue)))
        .collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut shares = vec![0.0; past.venues().len()];
    let mut left = 1.0_f64;
    for (venue, net) in order {
        if net <= 0.0 || left <= 0.0 {
            break;
        }
        shares[venue] = left.min(most_share);
        left -= shares[venue];
    }
    shares
}

/// Whether money is, or goes, where the shares say, and only there; how much where does not matter. What a venue cannot
/// pay yet is asked for again each day.
fn follows(past: &Past<'_>, account: &Account, shares: &[f64]) -> bool {
    let total = account.value_usd();
    let is_meant = |venue: usize| {
        let there = account.held_usd(venue) + account.coming_usd(venue);
        if shares[venue] > 0.0 {
            there >= shares[venue] * total / 2.0
        } else {
            account.held_usd(venue) <= LOOSE * total
        }
    };
    let invested = shares.iter().sum::<f64>();
    let idle = account.idle_usd() - (1.0 - invested) * total;
    idle <= LOOSE * total && (0..past.venues().len()).all(is_meant)
}

/// The movements from what is held to the shares.
fn towards(account: &Account, shares: &[f64]) -> Vec<Order> {
    let total = account.value_usd();
    let order = |(venue, share): (usize, &f64)| {
        let held = account.held_usd(venue);
        let missing = share * total - held - account.coming_usd(venue);
        if *share == 0.0 && held > 0.0 {
            Some(Order::OutAll { venue })
        } else if missing > 0.0 {
            Some(Order::In { venue, usd: missing })
        } else if missing < 0.0 && held > 0.0 {
            Some(Order::Out { venue, usd: (-missing).min(held) })
        } else {
            None
        }
    };
    shares.iter().enumerate().filter_map(order).collect()
}
