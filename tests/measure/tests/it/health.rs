//! Health after random calls at random prices, on the real programs.

use tenor_measure::health::{Found, run};

const CASES: usize = 1_000;

fn played(seed: u64, claimed_bps: u64) -> Found {
    run(CASES, seed, claimed_bps, 2, |_| {}).expect("the stages are prepared")
}

#[test]
fn health_is_at_its_floor_or_nearer_after_every_call_that_is_allowed() {
    let found = played(1, 0);

    println!("{found:#?}");
    assert_eq!(found.broken, 0, "{:#?}", found.told);
    // Otherwise it would prove nothing.
    let near = found.passed_near() + found.refused_near();
    assert!(found.passed() * 3 > CASES && found.refused() * 4 > CASES, "{} allowed", found.passed());
    assert!(near * 4 > CASES && found.passed_near() * 10 > CASES, "{near} near a bound");
    let floors: usize = found.kinds.values().filter_map(|tally| tally.refused.get("a floor of health")).sum();
    assert!(floors * 20 > CASES, "{floors} refused for health");
}

/// The same search against a property that is false: floors a little above the ones that governance has set.
#[test]
fn a_floor_that_is_not_there_is_found_to_be_broken() {
    let found = played(2, 100);

    println!("{} of {} break a floor 100 bps higher", found.broken, found.cases);
    assert!(found.broken > CASES / 200, "{}", found.broken);
}
