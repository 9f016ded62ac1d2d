//! No period as long as an epoch admits more than the budget, whoever charges and when.

use proptest::{collection::vec, prelude::*};
use tenor_mandate::{Bucket, alertness_wad, capacity_down};

use crate::scene::{HALF, WAD};

/// What was admitted, and when.
#[derive(Default)]
struct Ledger(Vec<(u32, u128)>);

impl Ledger {
    /// The most that any period of `secs` admitted, both ends included.
    fn most_within(&self, secs: u32) -> u128 {
        let within = |from: u32| self.0.iter().filter(move |(at, _)| (from..=from.saturating_add(secs)).contains(at));
        self.0.iter().map(|(from, _)| within(*from).map(|(_, assets)| assets).sum()).max().unwrap_or_default()
    }
}

/// Charges `ask(free)` after each pause where the bucket takes it, as the mandate does.
fn play(capacity: u128, epoch_secs: u32, pauses: &[u32], mut ask: impl FnMut(usize, u128) -> u128) -> Ledger {
    let (mut bucket, mut now_secs, mut ledger) = (Bucket::default(), 1_000_000, Ledger::default());
    for (index, pause_secs) in pauses.iter().enumerate() {
        now_secs += pause_secs;
        let level = bucket.level(capacity, epoch_secs, now_secs);
        let assets = ask(index, capacity.saturating_sub(level));
        if level.saturating_add(assets) <= capacity {
            bucket = bucket.charged(assets, capacity, epoch_secs, now_secs);
            ledger.0.push((now_secs, assets));
        }
    }
    ledger
}

fn pauses(epoch_secs: u32) -> impl Strategy<Value = Vec<u32>> {
    vec(prop_oneof![Just(0), Just(1), 0..=epoch_secs / 8, Just(epoch_secs), 0..3 * epoch_secs], 1..60)
}

fn epoch_and_pauses() -> impl Strategy<Value = (u32, Vec<u32>)> {
    prop_oneof![1..50_u32, Just(86_400)].prop_flat_map(|epoch| (Just(epoch), pauses(epoch)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn random_charges_stay_inside_the_budget_of_every_period(
        nav in prop_oneof![0..10_000_u128, 0..u128::MAX / 4],
        wad in prop_oneof![0..=WAD, Just(WAD / 100)],
        (epoch_secs, pauses) in epoch_and_pauses(),
        parts in vec(0..=120_u128, 60),
    ) {
        let capacity = capacity_down(nav, wad, WAD);

        let ledger = play(capacity, epoch_secs, &pauses, |index, _| capacity / 100 * parts[index]);

        prop_assert!(ledger.most_within(epoch_secs) <= 2 * capacity);
    }

    #[test]
    fn a_thief_who_takes_all_that_is_free_every_time_gets_one_budget_a_period(
        capacity in prop_oneof![0..10_000_u128, 0..u128::MAX / 4],
        (epoch_secs, pauses) in epoch_and_pauses(),
    ) {
        let ledger = play(capacity, epoch_secs, &pauses, |_, free| free);

        prop_assert!(ledger.most_within(epoch_secs) <= 2 * capacity);
    }

    #[test]
    fn a_thief_who_saves_up_for_the_worst_moment_gets_no_more(
        capacity in 1..1_000_000_u128,
        epoch_secs in 1..2_000_u32,
        wait_secs in 0..2_000_u32,
        steps in 1..200_u32,
    ) {
        // Everything at once, then what drains, in as many steps as fit, until a whole epoch later.
        let step_secs = (epoch_secs / steps).max(1);
        let pauses: Vec<u32> = [wait_secs].into_iter().chain((0..epoch_secs / step_secs).map(|_| step_secs)).collect();

        let ledger = play(capacity, epoch_secs, &pauses, |_, free| free);

        prop_assert!(ledger.most_within(epoch_secs) <= 2 * capacity);
    }

    #[test]
    fn capacities_that_change_admit_no_more_than_twice_the_largest(
        (epoch_secs, pauses) in epoch_and_pauses(),
        capacities in vec(0..1_000_u128, 60),
    ) {
        let (mut bucket, mut now_secs, mut ledger) = (Bucket::default(), 1_000_000, Ledger::default());
        for (pause_secs, capacity) in pauses.iter().zip(&capacities) {
            now_secs += pause_secs;
            let free = capacity.saturating_sub(bucket.level(*capacity, epoch_secs, now_secs));
            bucket = bucket.charged(free, *capacity, epoch_secs, now_secs);
            ledger.0.push((now_secs, free));
        }

        let largest = capacities.iter().max().expect("there are sixty");
        prop_assert!(ledger.most_within(epoch_secs) <= 2 * largest);
    }

    #[test]
    fn a_charge_is_never_lost_and_never_drains_early(
        level_assets in any::<u128>(), capacity in any::<u128>(), assets in any::<u128>(),
        at_secs in any::<u32>(), now_secs in any::<u32>(), epoch_secs in any::<u32>(),
    ) {
        let bucket = Bucket { level_assets, at_secs };

        let level = bucket.level(capacity, epoch_secs, now_secs);

        prop_assert!(level <= level_assets);
        let charged = bucket.charged(assets, capacity, epoch_secs, now_secs);
        prop_assert_eq!(charged, Bucket { level_assets: level.saturating_add(assets), at_secs: now_secs });
        // level_assets - level <= capacity * elapsed / epoch, by cross multiplication.
        let drained = num_bigint::BigUint::from(level_assets - level) * epoch_secs;
        prop_assert!(drained <= num_bigint::BigUint::from(capacity) * now_secs.saturating_sub(at_secs));
    }

    #[test]
    fn capacity_is_half_the_budget_rounded_down(nav in any::<u128>(), wad in 0..=WAD, alertness in 0..=WAD) {
        let one = num_bigint::BigUint::from(WAD);
        let half = num_bigint::BigUint::from(nav) * wad / (&one * 2_u8);

        let found = capacity_down(nav, wad, alertness);

        prop_assert_eq!(num_bigint::BigUint::from(found), half * alertness / one);
    }

    #[test]
    fn alertness_never_rises_with_silence(silence_secs in any::<u32>(), silent_secs in 0..u32::MAX) {
        let (now, later) = (alertness_wad(silent_secs, silence_secs), alertness_wad(silent_secs + 1, silence_secs));

        prop_assert!(later <= now && now <= WAD);
        prop_assert_eq!(now == WAD, silent_secs <= silence_secs);
        let is_over = silent_secs > silence_secs && u64::from(silent_secs) >= 2 * u64::from(silence_secs);
        prop_assert_eq!(now == 0, is_over);
    }
}

#[test]
fn an_overdrawn_bucket_heals_one_capacity_an_epoch() {
    let overdrawn = Bucket { level_assets: 1_000, at_secs: 0 };

    assert_eq!(overdrawn.level(100, 50, 50), 900);
    assert_eq!(overdrawn.level(100, 50, 250), 500);
    assert_eq!(overdrawn.level(100, 50, 500), 0);
    assert_eq!(overdrawn.level(100, 50, u32::MAX), 0);
}

#[test]
fn edges_neither_panic_nor_open_the_bucket() {
    let full = Bucket { level_assets: u128::MAX, at_secs: 10 };

    assert_eq!(full.level(u128::MAX, 0, 20), u128::MAX, "an epoch of no length drains nothing");
    assert_eq!(full.level(u128::MAX, 5, 9), u128::MAX, "a clock that went back drains nothing");
    assert_eq!(full.level(u128::MAX, 1, u32::MAX), 0);
    assert_eq!(full.charged(u128::MAX, 0, 5, 20).level_assets, u128::MAX);
    assert_eq!(capacity_down(u128::MAX, u64::MAX, u64::MAX), u128::MAX, "what does not fit is all there is");
    assert_eq!(capacity_down(101, WAD / 100, WAD), 0, "half of one unit is nothing");
    assert_eq!(capacity_down(400, WAD / 100, HALF), 1);
}

#[test]
fn alertness_falls_by_the_second_after_the_silence_and_ends_after_twice_that() {
    assert_eq!(alertness_wad(100, 100), WAD);
    assert_eq!(alertness_wad(150, 100), HALF);
    assert_eq!(alertness_wad(199, 100), WAD / 100);
    assert_eq!(alertness_wad(200, 100), 0);
    assert_eq!(alertness_wad(u32::MAX, 100), 0);
    assert_eq!((alertness_wad(0, 0), alertness_wad(1, 0)), (WAD, 0));
}
