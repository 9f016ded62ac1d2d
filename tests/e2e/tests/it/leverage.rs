//! A position that owes, on the real contracts: invested to its target, lowered by the keeper, rescued by strangers.

use abi::{
    board::IBoard,
    desk::IDesk::{self, AdapterCallFailed, Healthy, LimitBreached},
    leverage::ILoop::{SwapTooDear, SwapTooShort},
    oracle::IOracle::PriceRefused,
    vault::IVault,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolValue, sol};
use devnet::Call;
use kit::{AAVE, Built, LOOP, Levered, Refusal, leg, root, usdc};
use model::{Assets, Thresholds};
use sim::Artifacts;

sol! {
    /// `Holder.sol`.
    interface IHolder {
        function relay(address[] calldata targets, bytes[] calldata data) external returns (bytes[] memory answers);
    }
}

const HEALTH_FLOOR: u8 = 10;
const INVESTED: i64 = 30_000;

/// A vault of a million, a part of it in the leveraged position.
fn invested(thresholds: Thresholds) -> Levered {
    let levered = Levered::built(&Built::default(), thresholds);
    levered.tenor.deposit(levered.tenor.wallets[0], usdc(1_000_000));
    levered.tenor.rebalance(vec![leg(LOOP, INVESTED)]).expect("inside every limit");
    levered
}

/// The reason that an adapter gave the vault.
#[track_caller]
fn reason(refusal: &Refusal) -> Bytes {
    refusal.expect::<AdapterCallFailed>().reason
}

/// The reason that a venue gave its adapter.
#[track_caller]
fn venues_reason(refusal: &Refusal) -> Bytes {
    let reason = reason(refusal);
    abi::adapter::IAdapter::VenueCallFailed::abi_decode(&reason).map_or(reason, |failed| failed.reason)
}

#[test]
fn a_rebalance_invests_to_the_target_and_a_stay_changes_nothing() {
    let levered = invested(Levered::thresholds());

    let health = levered.health(LOOP);
    assert!((15_000..15_500).contains(&health), "{health}");
    let report = levered.report(LOOP);
    assert!(report.value > usdc(29_700) && report.value <= usdc(30_000), "{}", report.value);
    assert!(report.debt > usdc(30_000), "it owes more than it was given: {}", report.debt);
    let states = levered.tenor.view(levered.tenor.vault, &IDesk::limitsCall {});
    let floors: Vec<_> = states.iter().filter(|state| [10, 11].contains(&state.limit)).collect();
    assert_eq!(floors.len(), 2, "its own floor, and that of all debts");
    assert!(floors.iter().all(|state| state.holds && state.value > state.bound));
}

#[test]
fn below_the_soft_threshold_nothing_is_invested_until_the_keeper_has_repaid() {
    let levered = invested(Levered::thresholds());
    let tenor = &levered.tenor;

    levered.set_price(2_500);
    let fallen = levered.health(LOOP);
    assert!((11_500..13_000).contains(&fallen), "{fallen}");
    let breach = tenor.rebalance(vec![leg(AAVE, 1_000)]).expect_err("health is below the soft threshold");
    let breach = breach.expect::<LimitBreached>();
    assert_eq!((breach.limit, breach.id), (HEALTH_FLOOR, B256::with_last_byte(2)));
    assert_eq!(breach.bound, U256::from(1_300_000_000_000_000_000_u64));
    assert_eq!(breach.value / U256::from(100_000_000_000_000_u64), U256::from(fallen));
    let refusal = levered.rescue(tenor.wallets[3]).map(drop).expect_err("it is above the hard threshold");
    assert_eq!(refusal.expect::<Healthy>().bps, U256::from(11_500));

    // Money that goes into the position itself repays before it buys: that is deleveraging too.
    tenor.rebalance(vec![leg(LOOP, 1_000)]).expect("it is nearer");
    assert!(levered.health(LOOP) > fallen);

    let idle = tenor.book().idle;
    let results = tenor.rebalance(vec![Levered::repay_all()]).expect("repaying is always nearer");
    let health = levered.health(LOOP);
    assert!((14_900..=15_010).contains(&health), "{health}");
    assert_eq!(tenor.book().idle, idle, "idle pays nothing of it");
    assert!(results[0] > usdc(1_000), "{}", results[0]);
    tenor.rebalance(vec![leg(AAVE, 1_000)]).expect("the floor holds again");
}

#[test]
fn below_the_hard_threshold_a_stranger_rescues_and_is_paid_in_shares() {
    let levered = invested(Levered::thresholds());
    let (tenor, stranger) = (&levered.tenor, levered.tenor.wallets[3]);
    levered.set_price(2_200);
    let fallen = levered.health(LOOP);
    assert!(fallen < 11_500, "{fallen}");
    let (nav, supply) =
        (tenor.view(tenor.vault, &IVault::totalAssetsCall {}), tenor.view(tenor.vault, &IVault::totalSupplyCall {}));

    let told = levered.rescue(stranger).expect("health is below the hard threshold");

    assert!(told.repaid <= usdc(5_000) + U256::from(2) && told.repaid >= usdc(4_999), "{}", told.repaid);
    assert_eq!(told.reward, told.repaid / U256::from(1_000));
    assert_eq!(tenor.shares_of(stranger), told.shares);
    let worth = tenor.view(tenor.vault, &IVault::convertToAssetsCall { shares: told.shares });
    assert!(worth <= told.reward && worth * U256::from(100) >= told.reward * U256::from(98), "{worth} {}", told.reward);
    assert!(levered.health(LOOP) > fallen);
    assert!(tenor.view(tenor.vault, &IVault::totalSupplyCall {}) > supply);
    let nav_after = tenor.view(tenor.vault, &IVault::totalAssetsCall {});
    println!("nav {nav} -> {nav_after}, lost {}, reward {}", told.lost, told.reward);
    // Nothing of it is paid from idle, and what the marks did not know of the fall is not of the rescue's making.
    assert!(told.lost <= told.repaid / U256::from(100) + U256::from(2), "{}", told.lost);

    let made_at = tenor.chain.head().timestamp_secs();
    let again = levered.rescue(tenor.wallets[2]).expect("what has come back since");
    let secs = tenor.chain.head().timestamp_secs() - made_at;
    let come_back = usdc(5_000) * U256::from(secs) / U256::from(600);
    assert!(secs < 10 && again.repaid <= come_back + U256::from(2), "{} in {secs}", again.repaid);
}

#[test]
fn strangers_bring_a_position_back_above_the_hard_threshold_without_any_keeper() {
    let levered = invested(Levered::thresholds());
    let tenor = &levered.tenor;
    levered.set_price(2_200);
    let code = Artifacts::of_workspace(&root()).ours("Holder").expect("scripts/setup has compiled it");
    let created = tenor.chain.send(&Call::create(tenor.owner, [code, Address::ZERO.abi_encode()].concat()));
    let holder = created.expect("taken").contract_address.expect("it is created");
    let deleverage = IDesk::deleverageCall { position: LOOP, debt: U256::MAX }.abi_encode();

    let mut health = levered.health(LOOP);
    let mut rescues = 0;
    while health < 11_500 {
        rescues += 1;
        assert!(rescues <= 10, "health {health}");
        if rescues == 1 {
            // A contract without an owner or a role.
            let relay = IHolder::relayCall { targets: vec![tenor.vault], data: vec![deleverage.clone().into()] };
            tenor.send(tenor.wallets[1], holder, &relay).expect("whoever calls");
            assert!(tenor.shares_of(holder) > U256::ZERO, "a contract is paid as well");
        } else {
            levered.rescue(tenor.wallets[2]).expect("whoever calls");
        }
        let now = levered.health(LOOP);
        assert!(now > health, "{now} after {health}");
        health = now;
        tenor.pass(600);
    }

    println!("{rescues} rescues of 5,000 dollars end at a health of {health}");
    levered.rescue(tenor.wallets[2]).map(drop).expect_err("it is healthy again").expect::<Healthy>();
}

#[test]
fn of_a_chunk_the_rest_may_be_repaid_and_all_of_it_comes_back() {
    let levered = invested(Levered::thresholds());
    let (tenor, stranger) = (&levered.tenor, levered.tenor.wallets[3]);
    levered.set_price(2_200);

    let first = levered.rescue_of(stranger, usdc(1_000)).expect("health is below the hard threshold");
    let rest = levered.rescue(stranger).expect("four fifths are left");

    let close = |found: U256, dollars: u64| found + U256::from(2) >= usdc(dollars) && found <= usdc(dollars + 50);
    assert!(close(first.repaid, 1_000) && close(rest.repaid, 4_000), "{} {}", first.repaid, rest.repaid);
    let lever = tenor.view(tenor.vault, &IBoard::leversCall {}).remove(0);
    let now = tenor.chain.head().timestamp_secs();
    assert!((590..=600).contains(&(lever.readyAt.to::<u64>() - now)), "{} at {now}", lever.readyAt);
}

#[test]
fn a_rescue_that_may_do_it_all_stops_at_the_target() {
    let levered = invested(Thresholds { chunk: Assets(usdc(1_000_000)), ..Levered::thresholds() });
    levered.set_price(2_200);

    levered.rescue(levered.tenor.wallets[3]).expect("health is below the hard threshold");

    let health = levered.health(LOOP);
    assert!((14_900..=15_010).contains(&health), "{health}");
}

#[test]
fn a_price_that_is_stale_stops_the_rescue_and_a_fresh_one_allows_it() {
    let levered = invested(Levered::thresholds());
    levered.set_price(2_200);
    levered.tenor.pass(86_401);

    let refusal = levered.rescue(levered.tenor.wallets[3]).map(drop).expect_err("the feeds are stale");
    let refused = PriceRefused::abi_decode(&venues_reason(&refusal)).expect("the oracle's own refusal");
    assert_eq!((refused.reason, refused.bound), (4, U256::from(86_400)));

    levered.refresh(2_200);
    levered.rescue(levered.tenor.wallets[3]).expect("there is a price again");
}

#[test]
fn a_pool_that_was_pushed_costs_a_rescue_at_most_its_slip_or_stops_it() {
    let levered = invested(Levered::thresholds());
    let (tenor, slip_bps) = (&levered.tenor, U256::from(100));
    levered.set_price(2_200);
    let (mut went, mut stopped) = (0, 0);

    for dollars in [2_200_u64, 2_195, 2_190, 2_185, 2_180, 2_170, 2_150, 2_100, 1_800, 2_205, 2_220, 2_300] {
        let standing = tenor.chain.snapshot().expect("a snapshot");
        if dollars != 2_200 {
            levered.push_pool(dollars);
        }
        match levered.rescue(tenor.wallets[3]) {
            Ok(told) => {
                went += 1;
                let lost_bps = told.lost * U256::from(10_000) / told.repaid;
                println!("pushed to {dollars}: repaid {}, lost {} ({lost_bps} bps)", told.repaid, told.lost);
                assert!(told.lost <= told.repaid * slip_bps / U256::from(10_000) + U256::from(2), "{dollars}");
            }
            Err(refusal) => {
                stopped += 1;
                let reason = venues_reason(&refusal);
                let is_price = SwapTooDear::abi_decode(&reason).is_ok() || SwapTooShort::abi_decode(&reason).is_ok();
                println!("pushed to {dollars}: refused, too dear or too short: {is_price}");
                assert!(is_price, "{dollars}: {refusal}");
            }
        }
        assert!(tenor.chain.revert(standing));
    }

    assert!(went >= 4 && stopped >= 4, "{went} went through, {stopped} were stopped");
}
