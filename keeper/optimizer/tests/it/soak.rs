//! Many random vaults of up to sixty places under every limit at once: the contracts' own code accepts each answer, no search
//! beats one by more than its certified gap, and what cannot be met is named.
//!
//! A thousand in the gate; `scripts/soak optimizer` runs ten thousand. `OPTIMIZER_CASES` and `OPTIMIZER_SEED` say how many and
//! which, `OPTIMIZER_FIRST` where to begin, `OPTIMIZER_CASE` one alone, `OPTIMIZER_STEPS` how far each search goes.

use keeper_optimizer::{Settings, optimize};
use model::{Status, Wad};

use crate::dice::Dice;
use crate::moves::{amounts, curves};
use crate::vaults::vault;
use crate::walk::Walk;

const CASES: usize = 1_000;
const STEPS: usize = 60;

fn told(name: &str) -> Option<usize> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn random_vaults_under_every_limit() {
    let seed = told("OPTIMIZER_SEED").unwrap_or(1);
    let steps = told("OPTIMIZER_STEPS").unwrap_or(STEPS);
    let cases = match told("OPTIMIZER_CASE") {
        Some(case) => case..case + 1,
        None => told("OPTIMIZER_FIRST").unwrap_or(0)..told("OPTIMIZER_CASES").unwrap_or(CASES),
    };
    // Next to no headroom: no more than what the search's own tolerance is allowed.
    let settings = Settings { headroom: Wad::from(1_000_000_000), ..Settings::default() };
    let (mut optimal, mut missed, mut searched, mut moved) = (0, 0, 0, 0);
    let mut faults = Vec::new();
    for case in cases.clone() {
        let mut dice = Dice::new((seed * 1_000_003 + case) as u64);
        let snapshot = vault(&mut dice);

        let target = match optimize(&snapshot, &settings) {
            Ok(target) => target,
            Err(error) => {
                faults.push(format!("case {case}: {error}"));
                continue;
            }
        };

        match &target.status {
            Status::Optimal => optimal += 1,
            Status::Infeasible { unreachable, .. } => {
                missed += 1;
                if unreachable.is_empty() {
                    faults.push(format!("case {case}: nothing is named"));
                }
            }
        }
        moved += usize::from(amounts(&target).iter().zip(&snapshot.positions).any(|(x, now)| *x != now.value));
        let curves = curves(&snapshot);
        let Some(walk) = Walk::around(&snapshot, &curves, &target) else {
            faults.push(format!("case {case}: the contracts' code refuses the answer"));
            continue;
        };
        let found = walk.found(steps, &mut dice);
        let most = walk.brought(&amounts(&target)) + target.gap_assets + walk.doubt(&target);
        // Rounding: of amounts to base units, of what the contracts round up, and of the vault's own accounts.
        let rounding = 1e-8 * snapshot.total_assets().to_f64() + 1_000.0;
        if found > most + rounding {
            faults.push(format!("case {case}: {found} is more than {most}"));
        }
        searched += 1;
    }
    let count = cases.len();
    println!(
        "{count} vaults: {optimal} optimal, {missed} with limits out of reach, {searched} searched, {moved} moved"
    );
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let enough = |found: usize, percent: usize| count < CASES || found * 100 >= count * percent;
    assert!(enough(optimal, 20) && enough(missed, 5) && enough(searched, 100) && enough(moved, 30));
}
