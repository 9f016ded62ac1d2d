//! From what stands to what is wanted, without a chain.

use alloy_primitives::{Address, B256, Bytes, U256};
use model::{
    Asset, Assets, Block, Book, Budgets, Cap, Hazard, Lever, Operator, Parameters, Position, RateModel, RiskId, Rung,
    Snapshot, Terms, Thresholds, Timestamp, VenueKind, Wad, Wei,
};

use super::*;
use crate::covenants::{Agreed, DurationBand, Purchases};

const NOW: u64 = 1_795_237_200;
const KEEPER: Address = Address::repeat_byte(0xee);

fn id(name: &str) -> RiskId {
    RiskId::from_name(name).expect("short")
}

fn percent(percent: u64) -> Wad {
    Wad(U256::from(percent) * U256::from(10_000_000_000_000_000_u64))
}

fn dollars(dollars: u64) -> Assets {
    Assets(U256::from(dollars) * U256::from(1_000_000))
}

fn cap(name: &str, exposure: u64, relative: u64) -> Cap {
    let (absolute, tripped_until) = (dollars(30_000_000), Timestamp(0));
    Cap { risk_id: id(name), exposure: dollars(exposure), absolute, relative: percent(relative), tripped_until }
}

fn grant(positions: u64, turnover: u64, loss: u64, expiry: u64) -> Grant {
    let (turnover, loss, expiry) = (percent(turnover), percent(loss), Timestamp(expiry));
    Grant { keeper: KEEPER, positions, turnover, loss, expiry }
}

/// An open vault of a million, half of it in one position that counts against `aave`.
fn standing() -> Governed {
    let position = Position {
        index: 0,
        adapter: Address::repeat_byte(0xa0),
        venue: Address::repeat_byte(0xa1),
        market: B256::ZERO,
        kind: VenueKind::AaveV3,
        risk_ids: vec![id("aave")],
        marked: dollars(500_000),
        marked_at: Timestamp(NOW),
        shortfall: Assets::ZERO,
        terms: Terms { instant_bps: 5_000, depth_bps: 5_000, slack_bps: 10 },
        value: dollars(500_000),
        units: U256::from(1),
        liquidity: dollars(500_000),
        depth: None,
        reported_rate: None,
        lever: None,
        collateral: None,
        requested: None,
        bond: None,
        rate: RateModel::Unknown { reason: String::new() },
    };
    let all = dollars(1_000_000);
    Governed {
        snapshot: Snapshot {
            chain_id: 1,
            block: Block { number: 7, hash: B256::ZERO, timestamp: Timestamp(NOW), base_fee: Wei::ZERO },
            vault: Address::repeat_byte(0xbb),
            asset: Asset { address: Address::repeat_byte(0xcc), symbol: "USDC".into(), decimals: 6 },
            book: Book {
                idle: dollars(500_000),
                marked: dollars(500_000),
                nav: all,
                nav_entry: all,
                nav_least: all,
                max_rate: percent(20),
            },
            parameters: Parameters {
                liquidity_floor: percent(5),
                liquidity_cover: percent(10),
                loss: percent(1),
                turnover: percent(200),
                epoch_secs: 86_400,
                silence_secs: 3 * 86_400,
                health_floor_bps: 10_500,
            },
            covenants: None,
            budgets: Budgets { keeper_seen_at: Timestamp(NOW), ..Budgets::default() },
            revision: U256::from(3),
            positions: vec![position],
            caps: vec![cap("aave", 500_000, 60), cap("circle", 0, 100)],
            operator: Operator { account: KEEPER, balance: Wei::ZERO, grant: model::Grant::default() },
        },
        is_open: true,
        roles: Roles { owner: Address::repeat_byte(1), curator: Address::repeat_byte(2), ..Roles::default() },
        nests: Vec::new(),
        own_ids: vec![vec![id("aave")]],
        breakers: Vec::new(),
        agreed: Agreed::default(),
        grants: vec![grant(0b1, 200, 1, NOW + 10)],
        codes: vec![B256::repeat_byte(5)],
        powers: FUNCTIONS
            .map(|function| Power { function, delay_secs: Some(3 * 86_400), is_abdicated: false })
            .to_vec(),
        submitted: Vec::new(),
    }
}

fn thresholds() -> Thresholds {
    Thresholds {
        target_bps: 15_000,
        soft_bps: 13_000,
        hard_bps: 11_500,
        chunk: dollars(5_000),
        cooldown_secs: 600,
        slip_bps: 100,
        reward_bps: 10,
        ready_at: Timestamp(0),
    }
}

/// What stands, its position owing within thresholds; strangers may come again at a time of their own.
fn levered() -> Governed {
    let mut now = standing();
    let thresholds = Some(Thresholds { ready_at: Timestamp(NOW + 7), ..thresholds() });
    now.snapshot.positions[0].lever = Some(Lever { backing: dollars(150), debt: Some(dollars(100)), thresholds });
    now
}

fn wanted_thresholds(thresholds: Thresholds) -> Wanted {
    let terms = standing().snapshot.positions[0].terms;
    let adapter = Address::repeat_byte(0xa0);
    let (risk_ids, codehash) = (vec![id("aave")], None);
    let position = WantedPosition { adapter, risk_ids, terms, thresholds: Some(thresholds), term_secs: None, codehash };
    Wanted { positions: vec![position], ..Wanted::default() }
}

fn wanted_cap(name: &str, absolute: u64, relative: u64) -> WantedCap {
    WantedCap { risk_id: id(name), absolute: dollars(absolute), relative: percent(relative) }
}

fn lines(now: &Governed, wanted: &Wanted) -> Vec<String> {
    steps(now, wanted).expect("it is possible").into_iter().map(|step| step.line).collect()
}

#[test]
fn every_change_comes_back_from_its_calldata_and_none_with_extra_bytes() {
    let function = FUNCTIONS[0];
    let nest = Nest { risk_id: id("aave"), parent: id("circle") };
    let breaker = Breaker {
        risk_id: id("aave"),
        feed: Address::repeat_byte(9),
        min_price: percent(99),
        max_price: percent(101),
        max_age_secs: 1,
        liquid_bps: 2,
        confirm_secs: 3,
        trip_secs: 4,
    };
    let terms = Terms { instant_bps: 1, depth_bps: 2, slack_bps: 3 };
    let account = Address::repeat_byte(7);
    let changes = [
        Change::Open,
        Change::SetDelay { function, secs: 1 },
        Change::Abdicate { function },
        Change::SetCurator { account },
        Change::SetGuardian { account, granted: true },
        Change::OfferOwnership { candidate: account },
        Change::TakeOwnership,
        Change::SetMaxRate { rate: percent(1) },
        Change::SetEpoch { secs: 2 },
        Change::SetSilence { secs: 3 },
        Change::SetHealthFloor { bps: 10_500 },
        Change::SetBudgets { loss: percent(1), turnover: percent(2) },
        Change::AdmitCode { codehash: B256::repeat_byte(1), admitted: true },
        Change::AddPosition { adapter: account, risk_ids: vec![id("a"), id("b")], terms },
        Change::SetTerms { position: 3, terms },
        Change::SetThresholds { position: 3, thresholds: thresholds() },
        Change::SetCap { risk_id: id("a"), absolute: dollars(1), relative: percent(1) },
        Change::Nest { nest, nested: false },
        Change::SetBreaker { breaker },
        Change::SetLiquidity { floor: percent(1), cover: percent(2) },
        Change::SetKeeper { grant: grant(3, 1, 1, 9) },
    ];
    let covenants = [
        CovenantChange::SetDuration { band: DurationBand { least_secs: 1, most_secs: 2 } },
        CovenantChange::SetLadder { rungs: vec![Rung { until_days: 1, least_bps: 2, most_bps: 3 }] },
        CovenantChange::SetCredit { credit: percent(1) },
        CovenantChange::SetHazard { hazard: Hazard { risk_id: id("a"), hazard_bps: 1, loss_bps: 2 } },
        CovenantChange::SetPurchases {
            purchases: Purchases { yield_bps: 1, spread_bps: 2, reference: account, max_age_secs: 3 },
        },
        CovenantChange::SetTerm { position: 1, secs: 2 },
    ];
    let changes = changes.into_iter().chain(covenants.map(Change::Covenant));
    for change in changes {
        assert!(
            change.function().is_some()
                || matches!(change, Change::Open | Change::Abdicate { .. } | Change::TakeOwnership)
        );
        let data = change.calldata();
        assert_eq!(Change::decode(&data), Some(change.clone()));
        assert_eq!(Change::decode(&[&data[..], &[0]].concat()), None, "{change:?}");
    }
}

#[test]
fn a_raised_cap_waits_and_a_lowered_one_does_not() {
    let wanted =
        |absolute, relative| Wanted { caps: vec![wanted_cap("aave", absolute, relative)], ..Wanted::default() };

    assert_eq!(
        lines(&standing(), &wanted(30_000_000, 70)),
        ["raises the cap on aave from 60 % to 70 % of the least net asset value: adds risk, waits 3 days"]
    );
    assert_eq!(
        lines(&standing(), &wanted(30_000_000, 40)),
        ["lowers the cap on aave from 60 % to 40 % of the least net asset value: adds no risk, at once"]
    );
    assert_eq!(lines(&standing(), &wanted(30_000_000, 60)), [""; 0]);
}

#[test]
fn of_a_mixed_change_the_harmless_part_comes_at_once() {
    let wanted = Wanted { caps: vec![wanted_cap("aave", 20_000_000, 70)], ..Wanted::default() };

    let steps = steps(&standing(), &wanted).expect("possible");

    let courses: Vec<_> = steps.iter().map(|step| step.course.clone()).collect();
    assert_eq!(courses, [Course::AtOnce, Course::Waits { secs: 3 * 86_400 }]);
    let cap = |relative| Change::SetCap { risk_id: id("aave"), absolute: dollars(20_000_000), relative };
    assert_eq!((&steps[0].change, &steps[1].change), (&cap(percent(60)), &cap(percent(70))));
}

#[test]
fn every_parameter_adds_risk_in_one_direction_alone_but_for_the_pace_of_the_whole() {
    let now = standing();
    let adds = |change: Change| change.adds_risk(&now);
    let set = |loss, turnover| Change::SetBudgets { loss: percent(loss), turnover: percent(turnover) };
    let liquidity = |floor, cover| Change::SetLiquidity { floor: percent(floor), cover: percent(cover) };
    let terms = |instant_bps, depth_bps, slack_bps| Change::SetTerms {
        position: 0,
        terms: Terms { instant_bps, depth_bps, slack_bps },
    };
    let nobody = Address::ZERO;
    let curator = now.roles.curator;

    assert!(adds(Change::SetMaxRate { rate: percent(21) }) && adds(Change::SetMaxRate { rate: percent(19) }));
    assert!(adds(Change::SetEpoch { secs: 86_399 }) && adds(Change::SetEpoch { secs: 86_401 }));
    assert!(!adds(Change::SetMaxRate { rate: percent(20) }) && !adds(Change::SetEpoch { secs: 86_400 }));
    assert!(adds(Change::SetSilence { secs: 259_201 }) && adds(Change::SetSilence { secs: 259_199 }));
    assert!(!adds(Change::SetSilence { secs: 259_200 }));
    assert!(adds(Change::SetHealthFloor { bps: 10_499 }) && !adds(Change::SetHealthFloor { bps: 10_500 }));
    assert!(!adds(Change::SetHealthFloor { bps: 12_000 }));
    assert!(adds(set(2, 0)) && adds(set(0, 201)) && !adds(set(1, 200)) && !adds(set(0, 0)));
    assert!(adds(liquidity(4, 100)) && adds(liquidity(100, 9)) && !adds(liquidity(5, 10)));
    assert!(adds(terms(5_001, 0, 10)) && adds(terms(0, 5_001, 10)));
    assert!(adds(terms(0, 0, 9)) && adds(terms(0, 0, 11)) && !adds(terms(5_000, 5_000, 10)));
    let mut smooth = standing();
    smooth.snapshot.positions[0].terms.slack_bps = 0;
    let first = terms(4_000, 5_000, 1);
    assert!(first.adds_risk(&smooth), "exits do not force a position with slack");
    assert_eq!(first.safe_part(&smooth), Some(terms(4_000, 5_000, 0)));
    assert!(adds(Change::SetCurator { account: KEEPER }) && !adds(Change::SetCurator { account: curator }));
    assert!(!adds(Change::SetCurator { account: nobody }));
    assert!(adds(Change::OfferOwnership { candidate: KEEPER }) && !adds(Change::OfferOwnership { candidate: nobody }));
    for wider in [grant(0b11, 1, 1, 1), grant(1, 201, 1, 1), grant(1, 1, 2, 1), grant(1, 1, 1, NOW + 11)] {
        let grant = Grant { expiry: wider.expiry.max(Timestamp(NOW + 1)), ..wider };
        assert!(adds(Change::SetKeeper { grant: grant.clone() }), "{grant:?}");
    }
    assert!(!adds(Change::SetKeeper { grant: grant(1, 200, 1, NOW + 10) }));
    assert!(!adds(Change::SetKeeper { grant: Grant::nothing(KEEPER) }));
}

#[test]
fn an_expired_grant_is_nothing_so_that_renewing_it_waits() {
    let mut now = standing();
    now.grants = vec![grant(1, 200, 1, NOW - 1)];
    let wanted = Wanted { keepers: vec![grant(1, 100, 1, NOW + 5)], ..Wanted::default() };

    let steps = steps(&now, &wanted).expect("possible");

    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].course, Course::Waits { secs: 3 * 86_400 });
    let nothing = Wanted { keepers: vec![grant(1, 100, 1, NOW - 5)], ..Wanted::default() };
    assert_eq!(super::steps(&now, &nothing), Ok(Vec::new()));
}

#[test]
fn a_shorter_delay_waits_as_long_as_the_one_that_it_shortens() {
    let mut now = standing();
    now.powers.iter_mut().filter(|power| power.function.name == "setCap").for_each(|power| {
        power.delay_secs = Some(5 * 86_400);
    });
    let function = Function::named("setCap").expect("it is one");
    let wanted = |secs| Wanted { delays: vec![(function, secs)], ..Wanted::default() };

    assert_eq!(
        lines(&now, &wanted(86_400)),
        ["shortens the delay of setCap from 5 days to 1 day: adds risk, waits 5 days"]
    );
    assert_eq!(
        lines(&now, &wanted(6 * 86_400)),
        ["lengthens the delay of setCap from 5 days to 6 days: adds no risk, at once"]
    );
}

#[test]
fn another_rate_epoch_or_silence_is_told_to_wait_whichever_way_it_goes() {
    let wanted = |rate, epoch_secs, silence_secs| Wanted {
        max_rate: Some(percent(rate)),
        epoch_secs: Some(epoch_secs),
        silence_secs: Some(silence_secs),
        ..Wanted::default()
    };

    assert_eq!(
        lines(&standing(), &wanted(10, 2 * 86_400, 2 * 86_400)),
        [
            "lowers the rate at which gains are believed from 20 % to 10 % a year: adds risk, waits 3 days",
            "lengthens the epoch from 1 day to 2 days: adds risk, waits 3 days",
            "shortens the silence after which anyone may bring money home from 3 days to 2 days: adds risk, waits 3 days"
        ]
    );
    assert_eq!(
        lines(&standing(), &wanted(30, 3_600, 4 * 86_400)),
        [
            "raises the rate at which gains are believed from 20 % to 30 % a year: adds risk, waits 3 days",
            "shortens the epoch from 1 day to 1 hour: adds risk, waits 3 days",
            "lengthens the silence after which anyone may bring money home from 3 days to 4 days: adds risk, waits 3 days"
        ]
    );
}

#[test]
fn nothing_waits_before_the_opening() {
    let now = Governed { is_open: false, ..standing() };
    let wanted = Wanted { caps: vec![wanted_cap("aave", 30_000_000, 70)], ..Wanted::default() };

    let steps = steps(&now, &wanted).expect("possible");

    assert_eq!(steps[0].course, Course::AtOnce);
    assert!(steps[0].line.ends_with("at once, the vault is not open yet"), "{}", steps[0].line);
}

#[test]
fn a_power_that_was_given_up_blocks_and_giving_up_what_is_used_is_refused() {
    let function = Function::named("setCap").expect("it is one");
    let mut now = standing();
    now.powers.iter_mut().filter(|power| power.function == function).for_each(|power| power.is_abdicated = true);
    let caps = vec![wanted_cap("aave", 30_000_000, 70)];

    let blocked = steps(&now, &Wanted { caps: caps.clone(), ..Wanted::default() }).expect("possible");
    let both = steps(&standing(), &Wanted { caps, abdicated: vec![function], ..Wanted::default() });

    assert!(matches!(&blocked[0].course, Course::Blocked { reason } if reason.contains("given up for good")));
    assert_eq!(both, Err(Impossible::AbdicatedToo { name: "setCap" }));
}

#[test]
fn a_position_waits_for_its_code_and_keeps_its_ids() {
    let position = |adapter: u8, ids: &[&str], code: u8| WantedPosition {
        adapter: Address::repeat_byte(adapter),
        risk_ids: ids.iter().map(|name| id(name)).collect(),
        terms: Terms { instant_bps: 5_000, depth_bps: 5_000, slack_bps: 10 },
        thresholds: None,
        term_secs: None,
        codehash: Some(B256::repeat_byte(code)),
    };
    let wanted = |position| Wanted { positions: vec![position], ..Wanted::default() };

    let strange = steps(&standing(), &wanted(position(0xa9, &["aave"], 6))).expect("possible");
    let admitted = steps(&standing(), &wanted(position(0xa9, &["aave"], 5))).expect("possible");
    let moved = steps(&standing(), &wanted(position(0xa0, &["circle"], 5)));

    assert!(matches!(&strange[0].course, Course::Blocked { reason } if reason.contains("must be admitted first")));
    assert_eq!(admitted[0].course, Course::Waits { secs: 3 * 86_400 });
    assert!(matches!(moved, Err(Impossible::FixedIds { index: 0, .. })));
    assert_eq!(steps(&standing(), &wanted(position(0xa0, &["aave"], 5))), Ok(Vec::new()));
}

#[test]
fn a_higher_soft_threshold_alone_takes_risk_away() {
    let now = levered();
    let adds = |thresholds| Change::SetThresholds { position: 0, thresholds }.adds_risk(&now);

    assert!(!adds(thresholds()), "when strangers may come again is nothing that is set");
    assert!(!adds(Thresholds { soft_bps: 13_001, ..thresholds() }));
    for other in [
        Thresholds { soft_bps: 12_999, ..thresholds() },
        Thresholds { target_bps: 15_001, ..thresholds() },
        Thresholds { target_bps: 14_999, ..thresholds() },
        Thresholds { hard_bps: 11_501, ..thresholds() },
        Thresholds { hard_bps: 11_499, soft_bps: 13_001, ..thresholds() },
        Thresholds { chunk: dollars(4_999), ..thresholds() },
        Thresholds { cooldown_secs: 601, ..thresholds() },
        Thresholds { slip_bps: 99, ..thresholds() },
        Thresholds { reward_bps: 9, ..thresholds() },
    ] {
        assert!(adds(other), "{other:?}");
    }
    assert!(Change::SetThresholds { position: 0, thresholds: thresholds() }.adds_risk(&standing()), "the first ones");
}

#[test]
fn thresholds_are_told_by_what_changes_and_the_soft_one_comes_first() {
    let soft = Thresholds { soft_bps: 13_500, ..thresholds() };
    let soft_line = "position 0: raises the health below which nothing else is done from 1.3000 to 1.3500: \
                     adds no risk, at once";

    assert_eq!(lines(&levered(), &wanted_thresholds(thresholds())), [""; 0]);
    assert_eq!(lines(&levered(), &wanted_thresholds(soft)), [soft_line]);
    assert_eq!(
        lines(&levered(), &wanted_thresholds(Thresholds { chunk: dollars(9_000), cooldown_secs: 300, ..soft })),
        [
            soft_line,
            "position 0: raises what strangers may repay from 5,000.000000 USDC to 9,000.000000 USDC, lowers the \
             time that they wait after it from 10 minutes to 5 minutes: adds risk, waits 3 days"
        ]
    );
    let first = lines(&standing(), &wanted_thresholds(thresholds()));
    assert!(first[0].starts_with("lets position 0 owe: it is deleveraged to a health of 1.5000"), "{first:?}");
    assert!(first[0].ends_with("adds risk, waits 3 days"), "{first:?}");
}

#[test]
fn a_soft_threshold_above_the_standing_target_waits_with_the_target() {
    let higher = Thresholds { target_bps: 18_000, soft_bps: 16_000, ..thresholds() };

    let steps = steps(&levered(), &wanted_thresholds(higher)).expect("possible");

    let courses: Vec<_> = steps.iter().map(|step| step.course.clone()).collect();
    assert_eq!(courses, [Course::Waits { secs: 3 * 86_400 }], "the vault would refuse the part");
}

#[test]
fn thresholds_wait_for_their_position_and_for_its_slack_which_stays() {
    let mut smooth = standing();
    smooth.snapshot.positions[0].terms.slack_bps = 0;
    let mut on_smooth = wanted_thresholds(thresholds());
    on_smooth.positions[0].terms.slack_bps = 0;
    let mut new = wanted_thresholds(thresholds());
    new.positions[0].adapter = Address::repeat_byte(0xa9);
    new.positions[0].codehash = Some(B256::repeat_byte(5));

    let last = |now: &Governed, wanted: &Wanted| steps(now, wanted).expect("possible").pop().expect("one at least");

    let reason = |course: Course| match course {
        Course::Blocked { reason } => reason,
        course => panic!("{course:?}"),
    };
    assert_eq!(reason(last(&smooth, &on_smooth).course), "position 0 must have slack first");
    assert_eq!(reason(last(&standing(), &new).course), "position 1 must be added first");
    assert_eq!(reason(last(&levered(), &on_smooth).course), "position 0 may owe, and must keep some slack");
}

#[test]
fn a_lower_health_floor_waits_and_a_higher_one_does_not() {
    let wanted = |bps| Wanted { health_floor_bps: Some(bps), ..Wanted::default() };

    assert_eq!(
        lines(&standing(), &wanted(10_400)),
        ["lowers the health floor of all debts from 1.0500 to 1.0400: adds risk, waits 3 days"]
    );
    assert_eq!(
        lines(&standing(), &wanted(12_000)),
        ["raises the health floor of all debts from 1.0500 to 1.2000: adds no risk, at once"]
    );
}

#[test]
fn a_higher_soft_threshold_tells_that_todays_position_would_break_it() {
    let now = levered();
    let wanted = wanted_thresholds(Thresholds { target_bps: 18_000, soft_bps: 16_000, ..thresholds() });
    let steps = steps(&now, &wanted).expect("possible");

    let effects = effects(&now, &after(&now, &steps)).expect("small amounts");

    let broken: Vec<_> = effects.iter().filter(|effect| effect.breaks()).filter_map(|effect| effect.after).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].limit, model::mandate::Limit::HealthFloor);
    assert_eq!(model::words::health(broken[0].value), "1.5000");
}

#[test]
fn nests_look_through_and_never_go_in_a_circle() {
    let nest = |from: &str, to: &str| (Nest { risk_id: id(from), parent: id(to) }, true);
    let wanted = |nests| Wanted { nests, ..Wanted::default() };
    let now = standing();

    let steps = steps(&now, &wanted(vec![nest("aave", "circle")])).expect("possible");
    let circle = super::steps(&now, &wanted(vec![nest("aave", "circle"), nest("circle", "aave")]));
    let unknown = super::steps(&now, &wanted(vec![nest("aave", "tier/core")])).expect("possible");

    assert_eq!(after(&now, &steps).snapshot.positions[0].risk_ids, [id("aave"), id("circle")]);
    assert_eq!(circle, Err(Impossible::Circle { risk_id: id("circle"), parent: id("aave") }));
    assert!(matches!(&unknown[0].course, Course::Blocked { reason } if reason == "tier/core must have a cap first"));
}

#[test]
fn what_is_announced_already_is_not_announced_again() {
    let wanted = Wanted { caps: vec![wanted_cap("aave", 30_000_000, 70)], ..Wanted::default() };
    let mut now = standing();
    let data: Bytes = steps(&now, &wanted).expect("possible")[0].change.calldata();
    let executable_at = Timestamp(NOW + 9);
    now.submitted = vec![Submitted { id: alloy_primitives::keccak256(&data), data, executable_at }];

    let steps = steps(&now, &wanted).expect("possible");

    assert_eq!(steps[0].course, Course::Announced { executable_at });
    assert!(steps[0].line.ends_with("can be made from 2026-11-21 05:00:09 UTC"), "{}", steps[0].line);
    assert!(Proposal::of(now.snapshot.vault, KEEPER, &steps, String::new()).calls.is_empty());
}

#[test]
fn a_lower_cap_tells_that_todays_portfolio_would_break_it() {
    let now = standing();
    let steps = steps(&now, &Wanted { caps: vec![wanted_cap("aave", 400_000, 60)], ..Wanted::default() });

    let effects = effects(&now, &after(&now, &steps.expect("possible"))).expect("small amounts");

    let broken: Vec<_> = effects.iter().filter(|effect| effect.breaks()).collect();
    assert_eq!(broken.len(), 1);
    let state = broken[0].after.expect("it is there");
    assert_eq!(state.limit, model::mandate::Limit::AbsoluteCap);
    assert_eq!((state.value, state.bound), (dollars(500_000).0, dollars(400_000).0));
    assert_eq!(effects.iter().filter(|effect| effect.moves()).count(), 1);
}

#[test]
fn larger_budgets_are_measured_as_the_vault_would() {
    let now = standing();
    let steps = steps(&now, &Wanted { loss: Some(percent(3)), ..Wanted::default() }).expect("possible");

    let effects = effects(&now, &after(&now, &steps)).expect("small amounts");

    let loss =
        effects.iter().filter_map(|effect| effect.after).find(|state| state.limit == model::mandate::Limit::LossBudget);
    assert_eq!(loss.map(|state| state.bound), Some(dollars(15_000).0));
}

#[test]
fn a_proposal_submits_what_adds_risk_and_makes_the_rest() {
    let now = standing();
    let wanted = Wanted {
        caps: vec![wanted_cap("aave", 30_000_000, 70), wanted_cap("circle", 30_000_000, 90)],
        ..Wanted::default()
    };
    let steps = steps(&now, &wanted).expect("possible");

    let proposal = Proposal::of(now.snapshot.vault, KEEPER, &steps, "text".into());

    let raise = Change::SetCap { risk_id: id("aave"), absolute: dollars(30_000_000), relative: percent(70) };
    let lower = Change::SetCap { risk_id: id("circle"), absolute: dollars(30_000_000), relative: percent(90) };
    assert_eq!(proposal.calls[0], (now.snapshot.vault, lower.calldata()));
    assert_eq!(announced(&proposal.calls[1].1), Some(raise.calldata()));
    assert_eq!(proposal.announces(now.snapshot.vault), [raise.calldata()]);
    assert_eq!(proposal.changes(now.snapshot.vault), [Some(lower), Some(raise)]);
}

fn rung(until_days: u16, least_bps: u16, most_bps: u16) -> Rung {
    Rung { until_days, least_bps, most_bps }
}

#[test]
fn bonds_and_credit_are_told_by_what_changes_and_the_first_of_each_only_forbids() {
    let band = |least: u32, most: u32| DurationBand { least_secs: least * 86_400, most_secs: most * 86_400 };
    let hazard = |hazard_bps| Hazard { risk_id: id("aave"), hazard_bps, loss_bps: 6_000 };
    let wanted = Wanted {
        duration: Some(band(0, 180)),
        ladder: Some(vec![rung(30, 500, 10_000), rung(365, 0, 4_000)]),
        credit: Some(percent(1)),
        hazards: vec![hazard(200)],
        purchases: Some(Purchases { yield_bps: 300, ..Purchases::default() }),
        ..Wanted::default()
    };

    let told = [
        "sets the maturity ladder: up to 30 days 5 % to 100 %, later 0 % to 40 %: adds no risk, at once",
        "expects of aave a hazard of 2 % a year and a loss of 60 % in it in place of nothing: adds no risk, at once",
        "has bonds bought at 3 % a year at least in place of at 0 % a year at least: adds no risk, at once",
        "has the modified duration lie from 0.00 days to 180.00 days in place of from 0.00 days to 0.00 days: adds \
         risk, waits 3 days",
        "raises the most that is expected to be lost from 0 % to 1 % of the least net asset value a year: adds risk, \
         waits 3 days",
    ];
    assert_eq!(lines(&standing(), &wanted), told);
    let mut now = standing();
    let all = steps(&now, &wanted).expect("possible");
    all.iter().for_each(|step| step.change.apply(&mut now));
    assert_eq!(lines(&now, &wanted), [""; 0]);
    assert_eq!(now.snapshot.covenants.as_ref().map(|covenants| covenants.ladder.len()), Some(2));
}

#[test]
fn hazards_wait_for_their_cap_and_terms_for_a_position_without_a_date() {
    let hazards = vec![Hazard { risk_id: id("none"), hazard_bps: 1, loss_bps: 1 }];
    let unknown = steps(&standing(), &Wanted { hazards, ..Wanted::default() }).expect("possible");
    assert!(matches!(&unknown[0].course, Course::Blocked { reason } if reason == "none must have a cap first"));

    let mut position = wanted_thresholds(thresholds()).positions.remove(0);
    (position.thresholds, position.term_secs) = (None, Some(90 * 86_400));
    let wanted = Wanted { positions: vec![position], ..Wanted::default() };
    assert_eq!(lines(&standing(), &wanted), ["has position 0 always pay 90.00 days from now: adds risk, waits 3 days"]);
    let mut dated = standing();
    let bond = model::Bond { maturity: Some(Timestamp(NOW + 1)), ..model::Bond::default() };
    dated.snapshot.positions[0].bond = Some(bond);
    let blocked = steps(&dated, &wanted).expect("possible");
    assert!(matches!(&blocked[0].course, Course::Blocked { reason } if reason.ends_with("has a date of its own")));
}
