//! What a careful DAO decides before each event, in one place, with its reasons. No rule is bent to an event: each follows
//! from the venue, the feeds, the pool and the leverage, all of which are known before.
//!
//! - Window: 300 s, the shortest there is. A mean lags half its window behind: in a fall of 8 % in twenty minutes one of half
//!   an hour is 6 % behind, and the oracle has no price when it is needed most. That a short mean is cheaper to push is
//!   bounded by the feed: beyond the deviation a push stops the price, and moves it no further.
//! - Deviation: 2 %; 1 % where nothing but interest is to be feared. That is the feed's own (0.25 or 0.5 %), the pool's fee,
//!   and what half a percent a minute moves within half a window.
//! - Slack: leverage times deviation, which is what the position's value may be wrong by.
//! - Grace: three windows. Aave's sentinel keeps liquidators away for 3,600 s, and strangers must come before them.
//! - Ages: a heartbeat and an hour. A feed that has missed one is dead.
//! - Target: the health that the position begins with, as the sleeper's portfolio is the same.
//! - Hard: above 1 by what the price may fall before anybody can act: some minutes of a fast fall; where the sequencer may
//!   stop meanwhile, an eighth.
//! - Soft: above hard by a turn of the keeper, which by its forecast repays before that already.
//! - Chunk: a quarter to a third of the debt, so that one rescue restores health, and the pool takes it within the slip. A
//!   fifteenth does not save 8 times one's own money in a fall of 8 % in twenty minutes.
//! - Cooldown: a window, so that the next rescue sells at prices that have seen the last one.
//! - Slip: 1 % of a volatile collateral, 0.5 % of a stablecoin: the pool's fee, the feed's deviation, and the sale itself.
//! - Reward: 0.1 % of what is repaid, some dollars for half a million gas.
//! - Loss budget: 5 % a day, half of it at once. A repayment is charged the slack of what it repays: for the stablecoin at 8
//!   times that is 16 % of 141,000 dollars, which half of the budget just pays for. 2 % do not; see `replays`.
//! - Size: 2 % of the vault, built in four days, for the same reason.

use alloy_primitives::U256;
use chain::deployment::{Mandate, bps_to_wad};
use kit::{Policy, usdc};
use model::{Assets, Thresholds, Timestamp, Wad};
use sim::stress::Event;

/// What the vault begins with, in whole dollars.
pub const VAULT_DOLLARS: u64 = 1_000_000;
/// What of it is in the position.
pub const OWN_DOLLARS: i64 = 20_000;

const WINDOW_SECS: u32 = 300;
/// An hour beyond the heartbeats of ether's feed and of a stablecoin's.
const ETHER_AGE_SECS: u32 = 7_200;
const STABLE_AGE_SECS: u32 = 90_000;

/// The policy under which an event is to be survived.
pub fn before(event: &Event) -> Policy {
    let (deviation_bps, soft_bps, hard_bps) = match event.name {
        // Ether at 4.2 times one's own money.
        "USDC, March 2023" => (200, 10_800, 10_600),
        // A stablecoin at 8 times, whose market may go: half of what it has above 1 is kept.
        "USDe, October 2025" => (200, 10_400, 10_300),
        // Staked ether at 2.1 times: so far away that there is time.
        "stETH, June 2022" => (200, 14_000, 12_500),
        // A stablecoin at par at 14 times: what it owes grows by a hundredth of a percent an hour at worst.
        "rate shock, 2025" => (100, 10_150, 10_100),
        // Ether at 3.5 times on a chain that may stand for hours: above 1 by a fall of an eighth.
        "halted sequencer" => (200, 11_700, 11_500),
        other => panic!("nobody has decided about {other}"),
    };
    let is_stable = event.listing.is_e_mode;
    let slip_bps = if is_stable { 50 } else { 100 };
    let [min_price, max_price] = if is_stable { [700, 1_300] } else { [500_000, 20_000_000] }.map(wad);
    Policy {
        window_secs: WINDOW_SECS,
        deviation_bps,
        max_age_secs: if is_stable { STABLE_AGE_SECS } else { ETHER_AGE_SECS },
        quote_max_age_secs: STABLE_AGE_SECS,
        min_price,
        max_price,
        grace_secs: 3 * WINDOW_SECS,
        e_mode: u8::from(is_stable),
        target_bps: event.start_health_bps,
        slip_bps,
        slack_bps: slack_bps(event, deviation_bps),
        thresholds: Thresholds {
            target_bps: event.start_health_bps,
            soft_bps,
            hard_bps,
            chunk: Assets(usdc(if is_stable { 50_000 } else { 15_000 })),
            cooldown_secs: WINDOW_SECS,
            slip_bps,
            reward_bps: 10,
            ready_at: Timestamp(0),
        },
    }
}

/// What the mandate says beside that: an epoch of a day, and budgets and caps that bind.
pub fn decide(policy: &Policy, mandate: &mut Mandate) {
    let (loss, turnover) = (bps_to_wad(500), bps_to_wad(20_000));
    mandate.health_floor_bps = policy.thresholds.hard_bps;
    mandate.epoch_secs = 86_400;
    mandate.max_rate = bps_to_wad(2_000);
    (mandate.loss, mandate.turnover) = (loss, turnover);
    for grant in &mut mandate.keepers {
        (grant.loss, grant.turnover) = (loss, turnover);
    }
    let cap = mandate.caps.last_mut().expect("the position's");
    (cap.absolute, cap.relative) = (Assets(usdc(50_000)), bps_to_wad(500));
}

/// Leverage times deviation, rounded up to a tenth of a percent: leverage is health / (health - threshold).
fn slack_bps(event: &Event, deviation_bps: u16) -> u16 {
    let (health, threshold) = (u32::from(event.start_health_bps), u32::from(event.listing.threshold_bps));
    let slack_bps = (health * u32::from(deviation_bps)).div_ceil(health - threshold).next_multiple_of(10);
    u16::try_from(slack_bps).expect("leverage is not that high")
}

fn wad(thousandths: u64) -> Wad {
    Wad(U256::from(thousandths) * U256::from(1_000_000_000_000_000_u64))
}
