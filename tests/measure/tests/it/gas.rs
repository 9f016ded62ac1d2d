//! The committed gas table.

use alloy_primitives::{Address, B256};
use devnet::Receipt;
use tenor_measure::gas::{Rescue, check, measure, over_target, over_venue};

#[test]
fn no_call_costs_more_than_the_table_or_the_target_says() {
    let measured = measure().expect("the stage is prepared");
    let mut faults = check(&measured, include_str!("../../gas.txt"));
    faults.extend(over_target(&measured));
    faults.extend(over_venue(&measured));

    assert!(faults.is_empty(), "{}\nscripts/gas --update writes the table anew", faults.join("\n"));
}

#[test]
fn the_bare_deleverage_changes_at_venues_what_the_rescue_changes() {
    let rescue = Rescue::build().expect("the stage is prepared");
    let told = |receipt: Receipt| -> Vec<(Address, B256)> {
        let venues = receipt.logs.iter().filter(|log| rescue.venues().contains(&log.address));
        venues.map(|log| (log.address, log.topics()[0])).collect()
    };

    let whole = told(rescue.deleverage().expect("it is allowed"));
    let bare = rescue.bare().expect("it is deployed");

    // The swap, the repayment and the withdrawal, and what Aave's tokens and rates say of the latter two.
    assert!(whole.len() > 8, "{whole:?}");
    assert_eq!(told(bare.deleverage().expect("the venues take it")), whole);
    assert_eq!(told(bare.writes().expect("the venues take it")), whole);
}
