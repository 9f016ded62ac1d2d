//! Ten thousand random actions on the real programs and venues, audited from the vault's events alone.
//!
//! Measured: 22 s on one core. Other seeds, and longer runs: `scripts/soak audit --actions N --seed S`. What is tampered with
//! is found: `keeper/audit/tests`, word by word, and `keeper/cli/tests/audit.rs` through a node that lies.

use measure::audit::play;

const ACTIONS: usize = 10_000;
const SEED: u64 = 20_261_121;

/// What a run must have done, or it proves little.
const DEEDS: [&str; 22] = [
    "approve",
    "breaker",
    "budgets",
    "cap",
    "delay",
    "deposit",
    "execute",
    "grant",
    "liquidity",
    "mandate",
    "mark",
    "move",
    "nest",
    "pause",
    "rebalance",
    "relieve",
    "revoke",
    "role",
    "submit",
    "terms",
    "trip",
    "withdraw",
];

#[test]
fn ten_thousand_random_actions_leave_no_difference() {
    let found = play(ACTIONS, SEED, |_| {}).expect("the chain runs and the vault answers");

    let differences: Vec<_> = found.auditor.differences().iter().take(10).collect();
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(found.actions >= ACTIONS && found.auditor.compared() > 100_000, "{} views", found.auditor.compared());
    let missing: Vec<_> = DEEDS.iter().filter(|deed| !found.deeds.contains_key(**deed)).collect();
    assert!(missing.is_empty(), "never done: {missing:?}");
}
