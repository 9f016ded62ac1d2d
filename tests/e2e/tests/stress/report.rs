//! What is printed of an event.

use alloy_primitives::U256;
use sim::stress::{Event, Outcome};

/// What somebody did to lower a position's debt, summed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deleverages {
    /// How often.
    pub count: usize,
    /// What was repaid.
    pub repaid_assets: U256,
    /// What the position lost by it, at the market's price.
    pub lost_assets: U256,
    /// What strangers were paid for it.
    pub reward_assets: U256,
}

/// Prints the lines of a table, amounts in whole dollars.
pub fn print(event: &Event, rows: [(&Outcome, Deleverages); 3]) {
    println!(
        "| event | portfolio | least health | liquidations | dollars before | after | deleverages | repaid | lost by swaps | rewards |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (outcome, done) in rows {
        let Outcome { name, liquidations, least_health_wad, first_assets, last_assets, .. } = outcome;
        let (health, liquidations) = (f64::from(*least_health_wad) / 1e18, liquidations.len());
        let [first, last] = [first_assets, last_assets].map(|assets| f64::from(*assets) / 1e6);
        let amounts = [done.repaid_assets, done.lost_assets, done.reward_assets].map(|assets| f64::from(assets) / 1e6);
        let ([repaid, lost, reward], count) = (amounts, done.count);
        println!(
            "| {} | {name} | {health:.4} | {liquidations} | {first:.0} | {last:.0} | {count} | {repaid:.0} | {lost:.2} | {reward:.2} |",
            event.name,
        );
    }
}
