//! A position in a fund that redeems by request: one that lies, breaks, pauses, forgets or calls back.

use abi::{bond::IBond, erc7540::IERC7540Redeem};
use tenor_world::{
    mock::{
        HOOK_RESULT,
        fund::{self, BROKEN, CLAIM_BPS, FORGETS, GARBAGE, GIVES_BPS, LIES, PAUSED, PAYS_BPS, PRICE_WAD, SAYS_BPS},
        oracle::{self, Pair},
    },
    risk_id,
};

use super::*;

const FUND: Address = VENUE;
const ORACLE: Address = address(0x61);
const NOTICE_SECS: u32 = 500;
const DECAY_SECS: u32 = 1_000;
const WAD: u128 = 1_000_000_000_000_000_000;
/// Base units of shares of a price of one that cost a base unit of the asset.
const SHARES: u128 = 1_000_000_000_000;

/// A world with a fund, and an adapter that has not begun.
fn prepare() -> Stage {
    let world = empty();
    let hook = fund::install(&world, FUND, USDC);
    // What the fund holds for others.
    token::mint(&world, USDC, FUND, 1_000 * ONE);
    oracle::install(&world, ORACLE, Pair { base: (FUND, 18), quote: (USDC, 6), pool: Address::ZERO });
    world.install(ADAPTER, tenor_adapter_treasury::main);
    let stage = Stage { world, hook };
    stage.price(WAD);
    stage
}

fn initialize() -> IAdapter::initializeCall {
    let terms = IBond::TreasuryTerms { oracle: ORACLE, noticeSecs: NOTICE_SECS, decaySecs: DECAY_SECS };
    let terms = alloy_sol_types::SolValue::abi_encode(&terms);
    IAdapter::initializeCall { vault: VAULT, venue: FUND, terms: terms.into() }
}

fn open() -> Stage {
    let stage = prepare();
    stage.call(ALICE, initialize());
    stage
}

/// A thousand invested, of which so much was requested.
fn requested(assets: u128) -> Stage {
    let stage = open();
    stage.invest(1_000 * ONE);
    assert_eq!(stage.divest(u(assets)).1, 0, "it is requested");
    stage
}

impl Stage {
    /// Has fund and oracle say a price.
    fn price(&self, price_wad: u128) {
        self.world.poke(FUND, PRICE_WAD, u(price_wad));
        self.oracle_says(price_wad, price_wad);
    }

    fn oracle_says(&self, bid_wad: u128, ask_wad: u128) {
        self.world.poke(ORACLE, oracle::BID_WAD, u(bid_wad));
        self.world.poke(ORACLE, oracle::ASK_WAD, u(ask_wad));
    }

    fn pending(&self) -> U256 {
        let call = IERC7540Redeem::pendingRedeemRequestCall { requestId: U256::ZERO, controller: ADAPTER };
        self.world.view(FUND, &call).expect("it answers")
    }

    fn fulfil(&self, assets: u128) {
        fund::fulfil(&self.world, FUND, ADAPTER, u(assets * SHARES));
    }

    fn parts(&self) -> (u128, u128, u128) {
        let report = self.report();
        (report.value.to(), report.high.to(), self.liquidity())
    }
}

#[test]
fn shares_are_bought_requested_fulfilled_and_claimed() {
    let stage = open();
    let report = stage.invest(1_000 * ONE);
    assert_eq!(stage.call(ALICE, IAdapter::kindCall {}), risk_id("treasury"));
    assert_eq!(stage.call(ALICE, IAdapter::oracleCall {}), ORACLE);
    assert_eq!(stage.call(ALICE, IAdapter::maturityCall {}), 0);
    assert_eq!((report.units, report.depth), (u(1_000 * ONE * SHARES), u(2_000 * ONE)));
    assert_eq!((report.rateWad, stage.parts()), (U256::MAX, (1_000 * ONE, 1_000 * ONE, 0)));
    assert_eq!((stage.approval(), stage.assets_of(ADAPTER)), (U256::ZERO, 0));

    let (report, paid) = stage.divest(u(400 * ONE));
    assert_eq!((report.value, report.units, paid), (u(1_000 * ONE), u(1_000 * ONE * SHARES), 0));
    assert_eq!(stage.pending(), u(400 * ONE * SHARES));
    stage.fulfil(300 * ONE);
    assert_eq!(stage.parts(), (1_000 * ONE, 1_000 * ONE, 300 * ONE));

    let (report, paid) = stage.divest(u(100 * ONE));
    assert_eq!((report.value, report.units, paid), (u(900 * ONE), u(900 * ONE * SHARES), 100 * ONE));
    let (_, paid) = stage.divest(U256::ZERO);
    assert_eq!((paid, stage.parts()), (200 * ONE, (700 * ONE, 700 * ONE, 0)));
    assert_eq!((stage.pending(), stage.units()), (u(100 * ONE * SHARES), u(700 * ONE * SHARES)));
}

#[test]
fn a_movement_that_is_repeated_requests_nothing_twice() {
    let stage = requested(400 * ONE);

    assert_eq!(stage.divest(u(400 * ONE)).1, 0);
    assert_eq!(stage.pending(), u(400 * ONE * SHARES), "it is on its way");
    stage.divest(u(500 * ONE));
    assert_eq!(stage.pending(), u(500 * ONE * SHARES), "what is missing is requested");
    stage.fulfil(100 * ONE);
    assert_eq!(stage.divest(u(600 * ONE)).1, 100 * ONE);
    assert_eq!(stage.pending(), u(500 * ONE * SHARES), "what is payable, then what waits, then what is held");
    stage.divest(U256::MAX);
    assert_eq!(stage.pending(), u(900 * ONE * SHARES), "everything");
    stage.divest(u(5_000 * ONE));
    assert_eq!(stage.pending(), u(900 * ONE * SHARES), "no more than there is");
}

#[test]
fn the_value_is_the_lower_of_oracle_and_fund_and_the_high_is_the_oracles() {
    let stage = open();
    stage.invest(1_000 * ONE);

    stage.oracle_says(WAD / 100 * 99, WAD / 100 * 101);
    assert_eq!(stage.parts(), (990 * ONE, 1_010 * ONE, 0));
    for (says_bps, value) in [(9_800, 980), (9_950, 990), (1_000_000, 990), (0, 0)] {
        stage.world.poke(FUND, SAYS_BPS, u(says_bps + 1));
        assert_eq!(stage.parts(), (value * ONE, 1_010 * ONE, 0), "{says_bps}");
    }
}

#[test]
fn values_round_down_and_highs_up() {
    let stage = open();
    stage.price(WAD / 3 * 4);
    stage.invest(1_000 * ONE);

    stage.oracle_says(WAD / 3 * 4 + 1, WAD / 3 * 4 + 1);
    let (value, high, _) = stage.parts();

    assert!(value <= 1_000 * ONE && value + 2 >= 1_000 * ONE, "{value}");
    assert!((1_000 * ONE..=1_000 * ONE + 1).contains(&high), "{high}");
}

#[test]
fn a_silent_oracle_stops_what_has_a_price_and_no_claim() {
    let stage = requested(400 * ONE);
    stage.fulfil(400 * ONE);
    stage.world.poke(ORACLE, oracle::REFUSES, u(4));
    refusal::<IAdapter::VenueCallFailed>(stage.try_call(ALICE, IAdapter::reportCall {}));
    refusal::<IAdapter::VenueCallFailed>(stage.try_call(VAULT, IAdapter::deallocateCall { assets: u(1) }));

    // Of a position that is all claim nothing is priced.
    let stage = open();
    stage.invest(1_000 * ONE);
    stage.divest(U256::MAX);
    stage.fulfil(1_000 * ONE);
    stage.world.poke(ORACLE, oracle::REFUSES, u(4));
    assert_eq!(stage.parts(), (1_000 * ONE, 1_000 * ONE, 1_000 * ONE));
    assert_eq!(stage.divest(U256::ZERO).1, 1_000 * ONE);
    assert_eq!((stage.units(), stage.value()), (U256::ZERO, 0));
}

#[test]
fn a_request_that_is_not_paid_in_time_fades_to_nothing() {
    let stage = requested(400 * ONE);
    let fades = |late: u128| 400 * ONE * (1_000_u128.saturating_sub(late + 1)) / 1_000;

    stage.world.pass(u64::from(NOTICE_SECS) - 1);
    assert_eq!(stage.parts(), (1_000 * ONE, 1_000 * ONE, 0), "in time");
    stage.world.pass(1);
    let mut at = 0;
    for late in [0_u128, 1, 499, 999, 5_000] {
        stage.world.pass((late - at) as u64);
        at = late;
        let (value, high, _) = stage.parts();
        assert_eq!((value, high), (600 * ONE + fades(late), value), "{late} seconds late");
    }
    stage.fulfil(400 * ONE);
    assert_eq!(stage.parts(), (1_000 * ONE, 1_000 * ONE, 400 * ONE), "paid late is paid");
    assert_eq!(stage.divest(U256::ZERO).1, 400 * ONE);
}

#[test]
fn more_that_is_requested_has_the_age_of_what_waits_and_a_new_request_its_own() {
    let stage = requested(400 * ONE);
    stage.world.pass(u64::from(NOTICE_SECS) + 499);
    assert_eq!(stage.value(), 800 * ONE);

    stage.divest(u(500 * ONE));
    assert_eq!(stage.value(), 750 * ONE, "no request makes another young");

    stage.fulfil(500 * ONE);
    stage.divest(u(600 * ONE));
    assert_eq!((stage.value(), stage.pending()), (500 * ONE, u(100 * ONE * SHARES)), "all of that was paid");
}

#[test]
fn what_was_fulfilled_and_is_not_payable_waits_on() {
    let stage = requested(400 * ONE);
    stage.fulfil(400 * ONE);
    stage.world.poke(FUND, PAUSED, U256::ONE);

    assert_eq!(stage.parts(), (1_000 * ONE, 1_000 * ONE, 0));
    assert_eq!(stage.divest(U256::ZERO).1, 0);
    stage.world.pass(u64::from(NOTICE_SECS) + 499);
    assert_eq!(stage.value(), 800 * ONE);
    stage.world.poke(FUND, PAUSED, U256::ZERO);
    assert_eq!(stage.divest(U256::ZERO).1, 400 * ONE);
}

#[test]
fn a_claim_counts_for_what_the_fund_holds_and_is_worth_what_it_was_fulfilled_at() {
    let stage = requested(400 * ONE);
    stage.fulfil(400 * ONE);
    stage.price(WAD / 2);
    assert_eq!(stage.parts(), (700 * ONE, 700 * ONE, 400 * ONE));

    token::burn(&stage.world, USDC, FUND, 1_900 * ONE);
    assert_eq!(stage.parts(), (400 * ONE, 400 * ONE, 100 * ONE));
    // It pays what it has, and owes the rest.
    assert_eq!(stage.divest(U256::ZERO).1, 100 * ONE);
    assert_eq!((stage.parts(), stage.units()), ((300 * ONE, 300 * ONE, 0), u(900 * ONE * SHARES)));
    token::mint(&stage.world, USDC, FUND, 300 * ONE);
    assert_eq!(stage.divest(U256::ZERO).1, 300 * ONE);
}

#[test]
fn a_fund_that_overstates_claims_is_believed_no_further_than_its_money_and_pays_no_more() {
    let stage = requested(400 * ONE);
    stage.fulfil(100 * ONE);
    stage.world.poke(FUND, CLAIM_BPS, u(100_000 + 1));

    // The shares that it says are as many times too many: ours have a tenth of the assets that it says.
    assert_eq!(stage.parts(), (1_000 * ONE, 1_000 * ONE, 100 * ONE));
    assert_eq!(stage.divest(U256::ZERO).1, 100 * ONE);
    assert_eq!(stage.value(), 900 * ONE);

    let stage = requested(400 * ONE);
    stage.world.poke(FUND, GARBAGE, U256::ONE);
    let (value, _, liquidity) = stage.parts();
    assert!(liquidity <= 2_000 * ONE && value <= 600 * ONE + liquidity, "no more than its money");
    assert!(stage.try_call(VAULT, IAdapter::deallocateCall { assets: U256::ZERO }).is_err(), "there is no claim");
    stage.world.poke(FUND, GARBAGE, U256::ZERO);
    assert_eq!(stage.value(), 1_000 * ONE);
}

#[test]
fn a_fund_that_pays_less_than_it_owes_shows_a_loss() {
    let stage = requested(400 * ONE);
    stage.fulfil(400 * ONE);
    stage.world.poke(FUND, PAYS_BPS, u(1));

    let (report, paid) = stage.divest(U256::ZERO);

    assert_eq!((report.value, paid), (u(600 * ONE), 0));
}

#[test]
fn what_a_fund_forgets_counts_for_nothing_and_what_it_gives_back_is_held() {
    let stage = requested(400 * ONE);
    stage.world.poke(FUND, FORGETS, U256::ONE);
    assert_eq!(stage.parts(), (600 * ONE, 600 * ONE, 0));

    // It gives the shares back.
    token::mint(&stage.world, FUND, ADAPTER, 400 * ONE * SHARES);
    assert_eq!(stage.parts(), (1_000 * ONE, 1_000 * ONE, 0));
    stage.world.poke(FUND, FORGETS, U256::ZERO);
    assert_eq!(stage.parts().0, 1_000 * ONE, "and still nothing counts twice");
}

#[test]
fn shares_that_are_not_given_are_not_counted() {
    let stage = open();
    stage.world.poke(FUND, GIVES_BPS, u(5_001));

    let report = stage.invest(1_000 * ONE);

    assert_eq!((report.value, report.units), (u(500 * ONE), u(500 * ONE * SHARES)));
}

#[test]
fn donations_and_strangers_requests_change_nothing() {
    let stage = requested(400 * ONE);
    let before = (stage.parts(), stage.units());
    token::mint(&stage.world, FUND, ADAPTER, 70 * ONE * SHARES);
    token::mint(&stage.world, FUND, ALICE, 50 * ONE * SHARES);
    let request =
        |owner| IERC7540Redeem::requestRedeemCall { shares: u(50 * ONE * SHARES), controller: ADAPTER, owner };
    stage.world.call(ALICE, FUND, &request(ALICE)).expect("her own");
    stage.world.call(ALICE, FUND, &request(ADAPTER)).expect_err("not hers");
    assert_eq!((stage.parts(), stage.units()), before);

    stage.fulfil(450 * ONE);
    assert_eq!(stage.parts(), (1_000 * ONE, 1_000 * ONE, 400 * ONE));
    let (report, paid) = stage.divest(U256::ZERO);
    assert_eq!((report.value, report.units, paid), (u(600 * ONE), u(600 * ONE * SHARES), 400 * ONE));
    assert_eq!(stage.divest(U256::ZERO).1, 0, "the rest is nobody's");
    stage.divest(U256::MAX);
    assert_eq!(stage.pending(), u(600 * ONE * SHARES));
}

#[test]
fn a_fund_that_calls_back_moves_nothing() {
    for assets in [U256::ZERO, u(1), U256::MAX] {
        for call in [
            IAdapter::allocateCall { assets }.abi_encode(),
            IAdapter::deallocateCall { assets }.abi_encode(),
            initialize().abi_encode(),
        ] {
            let stage = open();
            *stage.hook.borrow_mut() = Some((ADAPTER, call));
            let refused = |what| {
                assert_eq!(stage.world.peek(FUND, HOOK_RESULT), U256::ONE, "{what}");
                stage.world.poke(FUND, HOOK_RESULT, U256::ZERO);
            };

            stage.invest(1_000 * ONE);
            refused("in");
            stage.divest(u(400 * ONE));
            refused("requested");
            stage.fulfil(400 * ONE);
            assert_eq!(stage.divest(U256::ZERO).1, 400 * ONE);
            refused("claimed");
            assert_eq!(stage.units(), u(600 * ONE * SHARES));
        }
    }
}

#[test]
fn a_fund_that_reverts_is_passed_on() {
    let stage = requested(400 * ONE);
    stage.world.poke(FUND, BROKEN, U256::ONE);

    for result in [
        stage.try_call(VAULT, IAdapter::deallocateCall { assets: U256::ZERO }).map(|_| ()),
        stage.try_call(ALICE, IAdapter::reportCall {}).map(|_| ()),
        stage.try_call(ALICE, IAdapter::liquidityCall {}).map(|_| ()),
    ] {
        assert_eq!(refusal::<IAdapter::VenueCallFailed>(result).reason.as_ref(), b"broken");
    }
}

#[test]
fn nobody_but_the_vault_moves_money_or_requests() {
    let stage = requested(400 * ONE);

    for assets in [U256::ZERO, u(1), U256::MAX] {
        refusal::<IAdapter::NotVault>(stage.try_call(ALICE, IAdapter::deallocateCall { assets }));
        refusal::<IAdapter::NotVault>(stage.try_call(ALICE, IAdapter::allocateCall { assets }));
    }
    let debt = IAdapter::deleverageCall { debtAssets: u(1), targetBps: u(1) };
    refusal::<IAdapter::NoDebt>(stage.try_call(VAULT, debt));
}

#[test]
fn nothing_of_nothing() {
    let stage = open();

    for assets in [U256::ZERO, U256::MAX, u(1)] {
        assert_eq!(stage.divest(assets).1, 0);
    }
    assert_eq!(stage.call(VAULT, IAdapter::allocateCall { assets: U256::ZERO }).after_.units, U256::ZERO);
    assert_eq!((stage.value(), stage.liquidity(), stage.pending()), (0, 0, U256::ZERO));
}

#[test]
fn funds_that_are_none_and_oracles_of_others_are_refused_at_the_beginning() {
    let refused = |stage: &Stage| refusal::<IBond::InvalidTerms>(stage.try_call(ALICE, initialize())).what;
    for (lie, what) in [(1, "redeem"), (2, "share"), (3, "decimals")] {
        let stage = prepare();
        stage.world.poke(FUND, LIES, u(lie));
        assert_eq!(refused(&stage), risk_id(what));
        stage.world.poke(FUND, LIES, U256::ZERO);
        stage.call(ALICE, initialize());
        refusal::<IAdapter::AlreadyInitialized>(stage.try_call(ALICE, initialize()));
    }
    let stage = prepare();
    stage.world.poke(ORACLE, oracle::REFUSES, u(4));
    assert_eq!(refused(&stage), risk_id("oracle"));
    for (base, quote) in [(USDC, USDC), (FUND, OTHER_TOKEN), (OTHER_TOKEN, USDC)] {
        let stage = prepare();
        oracle::install(&stage.world, ORACLE, Pair { base: (base, 18), quote: (quote, 6), pool: Address::ZERO });
        assert_eq!(refused(&stage), risk_id("oracle"));
    }
}

#[test]
fn a_fund_whose_price_is_not_the_oracles_is_of_a_wrong_scale() {
    for (bid_wad, ask_wad) in
        [(WAD / 100 * 98, WAD), (WAD, WAD / 100 * 102), (0, 0), (WAD * 1_000_000, WAD * 1_000_000)]
    {
        let stage = prepare();
        stage.oracle_says(bid_wad, ask_wad);
        let refused = stage.try_call(ALICE, initialize());
        assert_eq!(refusal::<IBond::InvalidTerms>(refused).what, risk_id("scale"), "{bid_wad} {ask_wad}");
    }
    let stage = prepare();
    stage.oracle_says(WAD / 1_000 * 991, WAD / 1_000 * 1_010);
    stage.call(ALICE, initialize());
}

#[test]
fn terms_of_another_length_asset_or_venue_are_refused() {
    let stage = prepare();
    let with = |vault, venue, terms: Bytes| stage.try_call(ALICE, IAdapter::initializeCall { vault, venue, terms });
    let good = initialize().terms;
    assert_eq!(refusal::<IBond::InvalidTerms>(with(VAULT, FUND, Bytes::new())).what, risk_id("length"));
    let longer = [&good[..], &[0]].concat();
    assert_eq!(refusal::<IBond::InvalidTerms>(with(VAULT, FUND, longer.into())).what, risk_id("length"));
    let undying = IBond::TreasuryTerms { oracle: ORACLE, noticeSecs: 1, decaySecs: 0 };
    let undying = alloy_sol_types::SolValue::abi_encode(&undying).into();
    assert_eq!(refusal::<IBond::InvalidTerms>(with(VAULT, FUND, undying)).what, risk_id("decaySecs"));
    assert_eq!(refusal::<IAdapter::InvalidAddress>(with(VAULT, ALICE, good.clone())).account, ALICE);
    let other = address(0x62);
    fund::install(&stage.world, other, OTHER_TOKEN);
    assert_eq!(refusal::<IAdapter::WrongAsset>(with(VAULT, other, good)).found, OTHER_TOKEN);
}
