//! The ledger under random operations, against a model that sums position by position in arbitrary precision.

use alloy_primitives::U256;
use num_bigint::BigUint;
use proptest::prelude::*;
use tenor_book::{Ledger, MAX_ASSETS, Mark, Overflow, Stated, timestamp, unix_secs};

const WAD: u128 = 1_000_000_000_000_000_000;
const YEAR: u128 = 31_536_000;
const EPOCH: u32 = 86_400;
const RATE_WAD: u64 = 200_000_000_000_000_000;

#[derive(Clone, Debug)]
enum Step {
    Pass(u32),
    Mark(usize, u32, u32),
    Invest(usize, u32, [u32; 4]),
    Divest(usize, u32, [u32; 4]),
}

fn step() -> impl Strategy<Value = Step> {
    let what = || (0..3_usize, any::<u32>(), any::<[u32; 4]>());
    prop_oneof![
        (0..200_000_u32).prop_map(Step::Pass),
        (0..3_usize, any::<u32>(), prop_oneof![Just(0), any::<u32>()])
            .prop_map(|(position, real, paid)| Step::Mark(position, real, paid)),
        what().prop_map(|(position, put, said)| Step::Invest(position, put, said)),
        what().prop_map(|(position, paid, said)| Step::Divest(position, paid, said)),
    ]
}

fn stated([value, units]: [u32; 2]) -> Stated {
    Stated { value_assets: value.into(), units: U256::from(units) }
}

fn big(number: u128) -> BigUint {
    BigUint::from(number)
}

fn units(stated: &Stated) -> BigUint {
    big(stated.units.saturating_to())
}

fn div_up(number: BigUint, by: &BigUint) -> u128 {
    u128::try_from((number + by - 1_u8) / by).expect("fits")
}

/// What a position may have gained since its mark, times the divisor: no rounding.
fn gain(mark: &Mark, now_secs: u32) -> u128 {
    mark.value_assets * u128::from(now_secs - mark.at_secs)
}

/// What that comes to at the governed rate: rounded down, and up.
fn allowed(mark: &Mark, now_secs: u32) -> (u128, u128) {
    let all = gain(mark, now_secs) * u128::from(RATE_WAD);
    (all / (WAD * YEAR), all.div_ceil(WAD * YEAR))
}

/// What a payment gives back of a mark, of which so much is left to undo: the part that it is of what the position was worth
/// before, no more than entry pays on top, less by what its sale counts for beyond, rounded down.
fn restored(mark: &Mark, real: u128, paid: u128, left: u128, recent: u128) -> u128 {
    if real <= mark.value_assets {
        return 0;
    }
    let once = big(mark.value_assets + left);
    let part = if left == 0 { big(0) } else { big(left) * big(paid).min(once.clone()) / once };
    let covered = u128::try_from(part).expect("fits").min(recent);
    covered - div_up(big(covered) * mark.slack_bps, &big(10_000))
}

/// How far a position's value may be from a fair one, rounded up.
fn slack(mark: &Mark) -> u128 {
    div_up(big(mark.value_assets) * mark.slack_bps, &big(10_000))
}

/// What entry pays beyond what positions may be worth more than they are believed to be.
fn entry_without_slack(ledger: &Ledger) -> u128 {
    ledger.nav_entry_assets() - ledger.slack_assets
}

/// What is left of an amount that fades evenly within an epoch, rounded up.
fn faded(amount: u128, at_secs: u32, now_secs: u32) -> u128 {
    let left = u128::from(EPOCH.saturating_sub(now_secs - at_secs));
    div_up(big(amount) * left, &big(EPOCH.into()))
}

/// What is believed of a position's growth, written down again.
fn growth(mark: &Mark, put: u128, was: &Stated, is: &Stated) -> u128 {
    let said = is.value_assets.saturating_sub(was.value_assets).min(put);
    if was.units.is_zero() {
        return said;
    }
    let price = (was.value_assets + 1).min(mark.value_assets + 1000);
    let gained = big(is.units.saturating_sub(was.units).saturating_to());
    let worth = gained * price / units(was);
    said.min(u128::try_from(worth).unwrap_or(u128::MAX))
}

/// What a sale lacks, written down again.
fn lacking(mark: &Mark, now_secs: u32, paid: u128, was: &Stated, is: &Stated) -> u128 {
    let sold = big(was.units.saturating_sub(is.units).saturating_to());
    let part = |of: u128| if was.units.is_zero() { 0 } else { div_up(big(of) * &sold, &units(was)) };
    let fair = part(mark.value_assets).max(was.value_assets.saturating_sub(is.value_assets));
    (fair + part(faded(mark.shortfall_assets, mark.at_secs, now_secs))).saturating_sub(paid)
}

/// The marked value of what a sale takes, and the most that is counted of its price: the same, or more by the slack.
fn sold(mark: &Mark, paid: u128, was: &Stated, is: &Stated) -> (u128, u128) {
    if mark.slack_bps == 0 {
        let counted = paid.min(mark.value_assets);
        return (counted, counted);
    }
    let gone = big(was.units.saturating_sub(is.units).saturating_to());
    let part = if was.units.is_zero() { 0 } else { div_up(big(mark.value_assets) * gone, &units(was)) };
    let sold = part.max(mark.value_assets.saturating_sub(is.value_assets)).min(mark.value_assets);
    (sold, sold + div_up(big(sold) * mark.slack_bps, &big(10_000)))
}

proptest! {
    #[test]
    fn totals_are_the_sums_and_legs_lose_no_more_than_they_are_charged(steps in prop::collection::vec(step(), 1..60)) {
        let idle_assets = u128::from(u32::MAX) * 4;
        let mut ledger = Ledger {
            idle_assets,
            max_rate_wad: RATE_WAD,
            epoch_secs: EPOCH,
            now_secs: 1000,
            ..Ledger::default()
        };
        let mut marks = [0, 51, 10_000].map(|slack_bps| Mark { slack_bps, ..Mark::default() });

        for step in steps {
            let (before, was) = (ledger, marks);
            let (now, mut may_rise) = (ledger.now_secs, 0);
            match step {
                Step::Pass(secs) => ledger.now_secs += secs,
                Step::Mark(position, real, paid) => {
                    let (old, real) = (was[position], u128::from(real));
                    let paid = u128::from(paid).min(real);
                    ledger.restore(&mut marks[position], real, paid).expect("fits");
                    let lost = ledger.mark(&mut marks[position], real).expect("fits");
                    let new = marks[position];
                    let (allowed_down, allowed_up) = allowed(&old, now);
                    let left = faded(old.shortfall_assets, old.at_secs, now);
                    let recent = faded(before.recent_loss_assets, before.recent_at_secs, now);
                    let most = allowed_down.max(restored(&old, real, paid, left, recent));
                    prop_assert_eq!(new.value_assets, real.min(old.value_assets + most));
                    prop_assert_eq!(lost, old.value_assets.saturating_sub(real));
                    let believed = new.value_assets.saturating_sub(old.value_assets);
                    if real > old.value_assets && believed == 0 {
                        prop_assert_eq!((new, ledger), (old, before));
                    } else {
                        prop_assert_eq!(new.shortfall_assets, (left + lost).saturating_sub(believed));
                        prop_assert!(new.at_secs == now);
                        let unshown = if new.slack_bps == 0 { 0 } else { allowed_up.saturating_sub(believed) };
                        let taken = (recent + lost + unshown).saturating_sub(believed.min(left));
                        prop_assert_eq!(faded(ledger.recent_loss_assets, ledger.recent_at_secs, now), taken);
                        let moves = new.value_assets != old.value_assets || unshown > 0;
                        prop_assert_eq!(ledger.recent_at_secs, if moves { now } else { before.recent_at_secs });
                    }
                    prop_assert!(entry_without_slack(&ledger) <= entry_without_slack(&before) + 1);
                    prop_assert!(ledger.nav_assets() <= before.nav_entry_assets(), "nobody enters for a part of a gain");
                    // Whoever enters now pays as if nobody had marked, but for a loss that is undone, and no less than what any
                    // other price of this position would have made of it.
                    if new.slack_bps != 0 {
                        prop_assert!(entry_without_slack(&ledger) + believed.min(left) >= entry_without_slack(&before));
                        prop_assert!(entry_without_slack(&ledger) + 3 >= before.nav_assets() + allowed_down);
                    }
                }
                Step::Invest(position, put, [v, u, w, x]) => {
                    let (old, put) = (was[position], u128::from(put).min(ledger.idle_assets));
                    let (had, has) = (stated([v, u]), stated([w, x]));
                    let charge = ledger.invest(&mut marks[position], put, &had, &has).expect("covered");
                    prop_assert_eq!(ledger.idle_assets, before.idle_assets - put);
                    let new = marks[position];
                    prop_assert_eq!(new.value_assets, has.value_assets.min(old.value_assets + growth(&old, put, &had, &has)));
                    prop_assert_eq!(new.at_secs, now);
                    prop_assert_eq!(new.shortfall_assets, faded(old.shortfall_assets, old.at_secs, now));
                    prop_assert_eq!(before.nav_assets() - ledger.nav_assets(), charge);
                }
                Step::Divest(position, paid, [v, u, w, x]) => {
                    // After its mark a position is believed at no more than it says.
                    let (mut had, has, paid) = (stated([v, u]), stated([w, x]), u128::from(paid));
                    had.value_assets = had.value_assets.max(was[position].value_assets);
                    let charge = ledger.settle_sale(&mut marks[position], paid, &had, &has);
                    prop_assert_eq!(charge, lacking(&was[position], now, paid, &had, &has));
                    prop_assert!(marks[position].shortfall_assets <= was[position].shortfall_assets);
                    ledger.divest(&mut marks[position], paid, &had, &has).expect("fits");
                    let (sold, most) = sold(&was[position], paid, &had, &has);
                    prop_assert_eq!(ledger.idle_assets, before.idle_assets + most.min(paid));
                    prop_assert_eq!(marks[position].value_assets, has.value_assets.min(was[position].value_assets - sold));
                    may_rise = most - sold;
                    // What is counted beyond that, entry has paid before: it falls by as much, but for rounding.
                    prop_assert!(ledger.nav_entry_assets() <= before.nav_entry_assets() + 1);
                    prop_assert_eq!(marks[position].at_secs, was[position].at_secs);
                    prop_assert!(before.nav_assets().saturating_sub(ledger.nav_assets()) <= charge);
                }
            }
            if !matches!(step, Step::Mark(..)) {
                prop_assert!(ledger.nav_assets() <= before.nav_assets() + may_rise);
            }

            let marked: u128 = marks.iter().map(|mark| mark.value_assets).sum();
            prop_assert_eq!(ledger.marked_assets, marked);
            let value_time: u128 = marks.iter().map(|mark| mark.value_assets * u128::from(mark.at_secs)).sum();
            prop_assert_eq!(ledger.value_time, value_time);
            let value_secs: u128 = marks.iter().map(|mark| gain(mark, ledger.now_secs)).sum();
            let recent = faded(ledger.recent_loss_assets, ledger.recent_at_secs, ledger.now_secs);
            let all_slack: u128 = marks.iter().map(slack).sum();
            prop_assert_eq!(ledger.slack_assets, all_slack);
            prop_assert_eq!(ledger.nav_exit_assets(), ledger.nav_assets() - all_slack);
            let entry = (value_secs * u128::from(RATE_WAD)).div_ceil(WAD * YEAR) + recent + all_slack;
            prop_assert_eq!(ledger.nav_entry_assets(), ledger.nav_assets() + entry);
        }
    }

    #[test]
    fn no_mark_raises_the_value_above_what_entry_paid(value in any::<u64>(), secs in any::<u32>(), real in any::<u64>()) {
        let mut mark = Mark::default();
        let mut ledger = Ledger { idle_assets: value.into(), max_rate_wad: RATE_WAD, ..Ledger::default() };
        let whole = Stated { value_assets: value.into(), units: U256::from(value) };
        ledger.invest(&mut mark, value.into(), &Stated::default(), &whole).expect("covered");
        ledger.now_secs = secs;
        let entry = ledger.nav_entry_assets();

        ledger.mark(&mut mark, real.into()).expect("fits");

        prop_assert!(ledger.nav_assets() <= entry);
    }

    #[test]
    fn whoever_enters_before_a_payment_takes_no_part_of_it(
        (value, idle) in (0..1_u64 << 50, any::<u32>()),
        (shortfall, recent) in (0..1_u64 << 50, 0..1_u64 << 51),
        (held_secs, marked_secs, recent_secs) in (0..3 * EPOCH, 0..3 * EPOCH, 0..2 * EPOCH),
        (paid, left) in (0..1_u64 << 51, prop_oneof![Just(0), 0..1_u64 << 50]),
        slack_bps in prop_oneof![Just(0), 1..10_000_u16]
    ) {
        // One of two marked at another moment, of which nothing is known.
        let now = 4 * EPOCH;
        let (idle_assets, value_assets, shortfall_assets) = (idle.into(), value.into(), shortfall.into());
        let mut mark = Mark { value_assets, shortfall_assets, at_secs: now - marked_secs, slack_bps, ..Mark::default() };
        let other = Mark { value_assets: 1 << 40, at_secs: now - held_secs, ..Mark::default() };
        let before = Ledger {
            idle_assets,
            marked_assets: mark.value_assets + other.value_assets,
            value_time: [mark, other].iter().map(|mark| mark.value_assets * u128::from(mark.at_secs)).sum(),
            slack_assets: slack(&mark),
            max_rate_wad: RATE_WAD,
            epoch_secs: EPOCH,
            recent_loss_assets: recent.into(),
            recent_at_secs: now - recent_secs,
            now_secs: now,
            ..Ledger::default()
        };
        let (paid, left) = (u128::from(paid), u128::from(left));
        let stated = |value_assets: u128| Stated { value_assets, units: U256::from(value_assets) };
        let (was, mut ledger) = (mark, before);

        ledger.restore(&mut mark, paid + left, paid).expect("fits");
        ledger.mark(&mut mark, paid + left).expect("fits");
        ledger.divest(&mut mark, paid, &stated(paid + left), &stated(left)).expect("fits");

        // A gain at the governed rate brings its own slack, which is not of a payment.
        let slack_of_gain = if slack_bps == 0 { 0 } else { allowed(&was, now).0 };
        prop_assert!(ledger.nav_assets() <= before.nav_entry_assets() + slack_of_gain);
        prop_assert!(ledger.nav_exit_assets() <= before.nav_entry_assets() + slack_of_gain);
        // What is believed is there.
        prop_assert!(ledger.idle_assets - u128::from(idle) <= paid);
        prop_assert!(mark.value_assets <= left);
        // Entry falls by nothing but what the position might have gained, or has lost to what is not there.
        let lost = u128::from(value).saturating_sub(paid + left);
        if marked_secs == 0 && lost == 0 && slack_bps == 0 && paid + left >= u128::from(value) {
            prop_assert!(ledger.nav_entry_assets() >= before.nav_entry_assets());
        }
    }

    #[test]
    fn however_a_payment_is_split_what_was_marked_off_comes_back(
        (value, shortfall) in (0..1_u64 << 50, 0..1_u64 << 50),
        parts in prop::collection::vec(1..1_u64 << 50, 1..6)
    ) {
        let whole = u128::from(parts.iter().sum::<u64>());
        let (mut left, value) = (whole, u128::from(value).min(whole));
        let mut mark = Mark { value_assets: value, shortfall_assets: shortfall.into(), ..Mark::default() };
        let mut ledger =
            Ledger { marked_assets: value, recent_loss_assets: shortfall.into(), epoch_secs: EPOCH, ..Ledger::default() };
        let entry = ledger.nav_entry_assets();
        let stated = |value_assets: u128| Stated { value_assets, units: U256::from(value_assets) };

        for paid in &parts {
            let (paid, was) = (u128::from(*paid), left);
            left -= paid;
            ledger.restore(&mut mark, was, paid).expect("fits");
            ledger.mark(&mut mark, was).expect("fits");
            ledger.divest(&mut mark, paid, &stated(was), &stated(left)).expect("fits");
            prop_assert_eq!(ledger.nav_entry_assets(), entry, "what comes back was paid by entry");
        }

        let due = whole.min(value + u128::from(shortfall));
        prop_assert!(ledger.idle_assets <= due && ledger.idle_assets + parts.len() as u128 * 2 > due);
        prop_assert_eq!(mark.value_assets, 0);
    }

    #[test]
    fn no_sequence_of_marks_at_false_prices_lets_anyone_enter_below_the_real_one(
        value in 1_u64..1 << 60,
        secs in 0_u32..10 * YEAR as u32,
        real in any::<u64>(),
        falls in 0_u128..1000,
        falsehoods in prop::collection::vec(0_u128..2000, 1..5)
    ) {
        // A tenth of a percent a step about a value that a loss may have brought down before.
        let of = |per_mille: u128| u128::from(value) * per_mille / 1000;
        let mut mark = Mark { value_assets: value.into(), slack_bps: 100, ..Mark::default() };
        let mut ledger = Ledger {
            marked_assets: value.into(),
            slack_assets: slack(&mark),
            max_rate_wad: RATE_WAD,
            epoch_secs: EPOCH,
            ..Ledger::default()
        };
        ledger.mark(&mut mark, of(falls)).expect("fits");
        ledger.now_secs = secs;
        let (mut honest, mut real_mark) = (ledger, mark);
        honest.mark(&mut real_mark, real.into()).expect("fits");

        for falsehood in falsehoods {
            ledger.mark(&mut mark, of(falsehood)).expect("fits");
            prop_assert!(ledger.nav_entry_assets() >= honest.nav_assets());
        }
    }

    #[test]
    fn another_pace_takes_nothing_off_what_entry_pays_and_brings_nothing_back(
        (value, idle, recent) in (any::<u64>(), any::<u64>(), any::<u64>()),
        (held_secs, recent_secs) in (0..10 * YEAR as u32, 0..3 * EPOCH),
        rates_wad in any::<[u64; 2]>(),
        epochs_secs in (1..3 * EPOCH, 1..3 * EPOCH)
    ) {
        let now = 11 * YEAR as u32;
        let before = Ledger {
            idle_assets: idle.into(),
            marked_assets: value.into(),
            value_time: u128::from(value) * u128::from(now - held_secs),
            slack_assets: 0,
            premium_assets: 0,
            max_rate_wad: rates_wad[0],
            epoch_secs: epochs_secs.0,
            recent_loss_assets: recent.into(),
            recent_at_secs: now - recent_secs,
            now_secs: now,
        };

        let mut after = before.paced(rates_wad[1], epochs_secs.1);

        let gain = |rate_wad: u64| {
            div_up(big(value.into()) * held_secs * rate_wad, &(big(WAD) * YEAR))
        };
        let left = u128::from(epochs_secs.0.saturating_sub(recent_secs));
        let left = div_up(big(recent.into()) * left, &big(epochs_secs.0.into()));
        prop_assert_eq!(before.nav_entry_assets(), before.nav_assets() + gain(rates_wad[0]) + left);
        let fallen = gain(rates_wad[0]).saturating_sub(gain(rates_wad[1]));
        prop_assert_eq!(after.recent_loss_assets, left + fallen);
        prop_assert_eq!(after.nav_entry_assets(), after.nav_assets() + gain(rates_wad[1]) + left + fallen);
        prop_assert!(after.nav_entry_assets() >= before.nav_entry_assets());
        after.now_secs += epochs_secs.1;
        after.value_time += u128::from(value) * u128::from(epochs_secs.1);
        prop_assert_eq!(after.nav_entry_assets(), after.nav_assets() + gain(rates_wad[1]), "it has faded");
    }

    #[test]
    fn an_honest_venue_is_believed_but_for_rounding(
        held in 0_u64..1 << 50,
        put in 1_u64..1 << 50,
        price_wad in WAD..WAD * 3,
        gained_secs in 0..EPOCH
    ) {
        // Units at a price, counted down in, up out; values rounded down: as every venue that we know does.
        let worth = |units: u128| u128::try_from(big(units) * price_wad / WAD).expect("fits");
        let bought = |assets: u64| u128::try_from(big(assets.into()) * WAD / price_wad).expect("fits");
        let had = bought(held);
        let mut mark = Mark { value_assets: worth(had), ..Mark::default() };
        let mut ledger = Ledger {
            idle_assets: put.into(),
            marked_assets: worth(had),
            epoch_secs: EPOCH,
            now_secs: gained_secs,
            ..Ledger::default()
        };
        let was = Stated { value_assets: worth(had), units: U256::from(had) };
        let all = had + bought(put);
        let is = Stated { value_assets: worth(all), units: U256::from(all) };

        let charge = ledger.invest(&mut mark, put.into(), &was, &is).expect("covered");
        prop_assert!(charge <= u128::from(bought(1) == 0) + price_wad / WAD + 1, "{charge}");

        let sold = div_up(big(put.into()) * WAD, &big(price_wad)).min(all);
        let left = Stated { value_assets: worth(all - sold), units: U256::from(all - sold) };
        let lacking = ledger.settle_sale(&mut mark, put.into(), &is, &left);
        prop_assert!(lacking <= price_wad / WAD + 1, "{lacking}");
    }
}

#[test]
fn a_gain_of_one_unit_leaves_what_entry_pays_where_a_price_can_be_pushed() {
    let year = YEAR as u32;
    let marked = |slack_bps, max_rate_wad, real_assets| {
        let mut mark = Mark { value_assets: 1000, slack_bps, ..Mark::default() };
        let slack_assets = slack(&mark);
        let mut ledger =
            Ledger { marked_assets: 1000, slack_assets, max_rate_wad, epoch_secs: EPOCH, ..Ledger::default() };
        ledger.now_secs = year;
        ledger.mark(&mut mark, real_assets).expect("fits");
        assert_eq!((mark.at_secs, ledger.value_time), (year, mark.value_assets * YEAR));
        (ledger.nav_assets(), entry_without_slack(&ledger))
    };

    assert_eq!(marked(1, RATE_WAD, 1001), (1001, 1200));
    assert_eq!(marked(1, RATE_WAD, 1000), (1000, 1200));
    assert_eq!(marked(1, RATE_WAD, 999), (999, 1200));
    assert_eq!(marked(1, RATE_WAD, 1200), (1200, 1200), "all of it");
    assert_eq!(marked(1, RATE_WAD, 5000), (1200, 1200), "and no more");
    assert_eq!(marked(1, 0, 999), (999, 1000), "without a rate");
    assert_eq!(marked(0, RATE_WAD, 1001), (1001, 1001), "where nobody can push it");
}

#[test]
fn marks_by_the_second_pile_up_no_more_than_an_epoch_at_the_rate() {
    let (value, epoch) = (10_u128.pow(14), u128::from(EPOCH));
    let mut mark = Mark { value_assets: value, slack_bps: 1, ..Mark::default() };
    let slack_assets = slack(&mark);
    let mut ledger =
        Ledger { marked_assets: value, slack_assets, max_rate_wad: RATE_WAD, epoch_secs: EPOCH, ..Ledger::default() };

    for round in 0..10 * EPOCH {
        ledger.now_secs += 1;
        ledger.mark(&mut mark, value - u128::from(round % 2)).expect("fits");
    }

    let over = entry_without_slack(&ledger) - ledger.nav_assets();
    let most = value * epoch * u128::from(RATE_WAD) / (WAD * YEAR);
    assert!(over > most * 9 / 10 && over <= most + 3 * epoch, "{over} of {most}");
}

#[test]
fn a_venue_that_sells_dear_is_not_believed() {
    let mut mark = Mark { value_assets: 1_000_000, ..Mark::default() };
    let mut ledger = Ledger { idle_assets: 1_000_000, marked_assets: 1_000_000, ..Ledger::default() };
    let was = Stated { value_assets: 2_000_000, units: U256::from(1_000_000) };
    let is = Stated { value_assets: 3_000_000, units: U256::from(1_500_000) };

    // Half a million units were worth half as much: but for the dust that no price is taken from.
    assert_eq!(ledger.invest(&mut mark, 1_000_000, &was, &is), Ok(499_500));
    assert_eq!(mark.value_assets, 1_500_500);
}

#[test]
fn a_sale_after_a_mark_down_is_charged_its_part_until_that_has_faded() {
    let mut mark = Mark { value_assets: 1000, ..Mark::default() };
    let mut ledger = Ledger { marked_assets: 1000, epoch_secs: EPOCH, ..Ledger::default() };
    assert_eq!(ledger.mark(&mut mark, 600), Ok(400));
    let was = Stated { value_assets: 600, units: U256::from(1000) };
    let is = Stated { value_assets: 300, units: U256::from(500) };

    let mut now = mark;
    assert_eq!(ledger.settle_sale(&mut now, 300, &was, &is), 200);
    assert_eq!(now.shortfall_assets, 200);
    ledger.now_secs = EPOCH / 2;
    assert_eq!(ledger.settle_sale(&mut mark.clone(), 300, &was, &is), 100);
    ledger.now_secs = EPOCH;
    assert_eq!(ledger.settle_sale(&mut mark.clone(), 300, &was, &is), 0);
}

#[test]
fn units_that_fall_on_a_deposit_and_rise_on_a_sale_earn_nothing() {
    let mut mark = Mark { value_assets: 1000, ..Mark::default() };
    let mut ledger = Ledger { idle_assets: 500, marked_assets: 1000, ..Ledger::default() };
    let was = Stated { value_assets: 1000, units: U256::from(1000) };

    let fallen = Stated { value_assets: 1500, units: U256::from(900) };
    assert_eq!(ledger.invest(&mut mark, 500, &was, &fallen), Ok(500));
    let risen = Stated { value_assets: 0, units: U256::MAX };
    assert_eq!(ledger.settle_sale(&mut mark, 0, &was, &risen), 1000);
}

#[test]
fn the_largest_amounts_fit_and_one_more_does_not() {
    let mut mark = Mark::default();
    let mut ledger =
        Ledger { idle_assets: MAX_ASSETS, max_rate_wad: u64::MAX, now_secs: u32::MAX, ..Ledger::default() };
    let most = Stated { value_assets: MAX_ASSETS, units: U256::MAX };

    assert_eq!(ledger.invest(&mut mark, MAX_ASSETS, &Stated::default(), &most), Ok(0));
    assert_eq!(ledger.nav_assets(), MAX_ASSETS);
    assert_eq!(ledger.mark(&mut mark, MAX_ASSETS), Ok(0));
    assert_eq!(ledger.settle_sale(&mut mark, MAX_ASSETS, &most, &Stated::default()), 0);
    assert_eq!(ledger.divest(&mut mark, MAX_ASSETS, &Stated::default(), &Stated::default()), Ok(()));
    assert_eq!((ledger.idle_assets, ledger.marked_assets, ledger.value_time), (MAX_ASSETS, 0, 0));
    assert_eq!(ledger.invest(&mut mark, MAX_ASSETS + 1, &most, &most), Err(Overflow));
}

#[test]
fn more_than_idle_cannot_be_invested() {
    let mut ledger = Ledger { idle_assets: 5, ..Ledger::default() };

    assert_eq!(ledger.invest(&mut Mark::default(), 6, &Stated::default(), &Stated::default()), Err(Overflow));
}

#[test]
fn book_time_counts_from_its_epoch_and_is_clamped() {
    assert_eq!((timestamp(0), timestamp(1_700_000_000), timestamp(1_700_000_005)), (0, 0, 5));
    assert_eq!(timestamp(u64::MAX), u32::MAX);
    assert_eq!(unix_secs(5), 1_700_000_005);
}
