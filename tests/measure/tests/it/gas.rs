//! The committed gas table.

use tenor_measure::gas::{check, measure};

#[test]
fn no_call_costs_more_than_the_table_says() {
    let faults = check(&measure().expect("the stage is prepared"), include_str!("../../gas.txt"));

    assert!(faults.is_empty(), "{}\nscripts/gas --update writes the table anew", faults.join("\n"));
}
