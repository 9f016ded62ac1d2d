//! Money that only comes to idle: no turnover budget bounds it, and no floor is given up for it.

use keeper_optimizer::{Settings, optimize};
use model::{Assets, Bond, Covenants, Hazard, Rung, Snapshot, Status, Timestamp, Wad};

use crate::snapshot::{capped, snapshot, two_pools};

/// Ten millions, half of them in a pool whose expected losses are more than it earns.
fn losing() -> Snapshot {
    let mut positions = two_pools();
    positions[0].value = Assets::from(5_000_000_000_000);
    positions[0].marked = positions[0].value;
    positions[0].liquidity = positions[0].value;
    let mut losing =
        snapshot(5_000_000_000_000, positions, vec![capped("a", u128::MAX, 95), capped("b", u128::MAX, 95)]);
    let hazard = Hazard { risk_id: losing.caps[0].risk_id, hazard_bps: 5_000, loss_bps: 5_000 };
    losing.covenants = Some(Covenants { hazards: vec![hazard], credit: Wad::ONE, ..Covenants::default() });
    losing.budgets.turnover.capacity = Assets::from(1_000_000_000_000);
    losing
}

#[test]
fn what_loses_more_than_it_earns_comes_to_idle_whatever_the_turnover_left() {
    let target = optimize(&losing(), &Settings::default()).expect("it is possible");

    assert_eq!(target.status, Status::Optimal);
    assert!(target.positions.iter().all(|position| position.assets.is_zero()));
}

#[test]
fn a_floor_that_holds_is_not_given_up_for_it() {
    let mut losing = losing();
    losing.positions[0].bond = Some(Bond { maturity: Some(Timestamp(86_400 * 30)), ..Bond::default() });
    let rung = Rung { until_days: 90, least_bps: 3_000, most_bps: 10_000 };
    losing.covenants.as_mut().expect("it has some").ladder = vec![rung];
    losing.covenants.as_mut().expect("it has some").most_duration_secs = u32::MAX;

    let target = optimize(&losing, &Settings::default()).expect("it is possible");

    assert_eq!(target.status, Status::Optimal);
    let kept = target.positions[0].assets;
    assert!(kept >= Assets::from(3_000_000_000_000) && kept < Assets::from(3_001_000_000_000), "{kept}");
}
