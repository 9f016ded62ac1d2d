//! A leveraged position at Aave: where it ends, what it pays, and what it believes nobody.

mod hostile;
mod random;
mod start;

use abi::{
    adapter::IAdapter::{self, Report},
    erc20::IERC20,
    leverage::ILoop,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use tenor_world::{
    Revert, USDC, World, address,
    mock::{
        Hook,
        credit::{self, Reserves},
        exchange, lender,
        oracle::{self, Pair},
        token,
    },
    refusal,
};

use super::{ADAPTER, ALICE, ONE, VAULT, VENUE, empty, u};

const COLLATERAL: Address = address(0x71);
const ORACLE: Address = address(0x72);
const LENDER: Address = address(0x73);
const SWAP: Address = address(0x74);
const DEBT_TOKEN: Address = address(0x75);
/// A collateral whose address is below the asset's, so that it is the pool's first token.
const FIRST: Address = address(0x08);
const WAD: u128 = 1_000_000_000_000_000_000;
/// What others have put everywhere, in base units of either token.
const DEEP: u128 = 1_000_000_000_000_000_000_000_000;

/// The health that positions are brought to, 10,000 = 1.
const TARGET: u128 = 15_000;

/// What a position is made with.
#[derive(Clone, Copy, Debug)]
struct Make {
    collateral: Address,
    decimals: u8,
    lender: Address,
    e_mode: u8,
    target_bps: u16,
    slip_bps: u16,
    /// What the pool keeps of what is put in.
    fee_bps: u128,
}

impl Default for Make {
    /// 18 decimals, lent by Morpho, a health of 1.5, and swaps that cost nothing.
    fn default() -> Self {
        Self {
            collateral: COLLATERAL,
            decimals: 18,
            lender: LENDER,
            e_mode: 0,
            target_bps: TARGET as u16,
            slip_bps: 0,
            fee_bps: 0,
        }
    }
}

struct Loop {
    world: World,
    make: Make,
    token_hook: Hook,
    lender_hook: Hook,
    pool_hook: Hook,
}

impl Make {
    fn terms(&self) -> Bytes {
        let Self { lender, e_mode, target_bps, slip_bps, .. } = *self;
        let terms = ILoop::Terms { oracle: ORACLE, lender, eMode: e_mode, targetBps: target_bps, slipBps: slip_bps };
        terms.abi_encode().into()
    }

    /// Installs everything but the position's own record.
    fn prepare(self) -> Loop {
        let world = empty();
        let token_hook = token::install(&world, self.collateral);
        let pair = Pair { base: (self.collateral, self.decimals), quote: (USDC, 6), pool: SWAP };
        oracle::install(&world, ORACLE, pair);
        let pool_hook = exchange::install(&world, SWAP, pair);
        let lender_hook = lender::install(&world, LENDER);
        let reserves = Reserves {
            collateral: self.collateral,
            asset: USDC,
            debt_token: DEBT_TOKEN,
            collateral_unit: u(10_u128.pow(self.decimals.into())),
            asset_unit: u(ONE),
        };
        credit::install(&world, VENUE, reserves);
        for account in [VENUE, SWAP, LENDER] {
            token::mint(&world, USDC, account, DEEP);
            token::mint(&world, self.collateral, account, DEEP);
        }
        world.poke(SWAP, exchange::FEE_BPS, u(self.fee_bps));
        world.install(ADAPTER, tenor_adapter_aave_loop::main);
        let this = Loop { world, make: self, token_hook, lender_hook, pool_hook };
        this.price(2_000);
        this
    }

    fn initialize(&self) -> IAdapter::initializeCall {
        IAdapter::initializeCall { vault: VAULT, venue: VENUE, terms: self.terms() }
    }

    fn open(self) -> Loop {
        let this = self.prepare();
        this.call(ALICE, self.initialize());
        this
    }
}

impl Loop {
    fn call<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        self.try_call(from, call).unwrap_or_else(|e| panic!("{} reverts: {}", C::SIGNATURE, text(&e)))
    }

    fn try_call<C: SolCall>(&self, from: Address, call: C) -> Result<C::Return, Revert> {
        self.world.call(from, ADAPTER, &call)
    }

    /// Makes a whole unit of collateral worth so many dollars, everywhere.
    fn price(&self, dollars: u128) {
        for slot in [oracle::BID_WAD, oracle::ASK_WAD] {
            self.world.poke(ORACLE, slot, u(dollars * WAD));
        }
        self.world.poke(SWAP, exchange::PRICE_WAD, u(dollars * WAD));
        self.world.poke(VENUE, credit::COLLATERAL_PRICE, u(dollars * 100_000_000));
        self.world.poke(VENUE, credit::DEBT_PRICE, u(100_000_000));
    }

    fn try_invest(&self, assets: u128) -> Result<IAdapter::allocateReturn, Revert> {
        token::mint(&self.world, USDC, ADAPTER, assets);
        self.try_call(VAULT, IAdapter::allocateCall { assets: u(assets) })
    }

    fn invest(&self, assets: u128) -> Report {
        self.try_invest(assets).unwrap_or_else(|e| panic!("investing reverts: {}", text(&e))).after_
    }

    fn divest(&self, assets: U256) -> (Report, u128) {
        let held = self.balance(USDC, VAULT);
        let report = self.call(VAULT, IAdapter::deallocateCall { assets }).after_;
        (report, self.balance(USDC, VAULT) - held)
    }

    fn lower(&self, debt: U256) -> IAdapter::deleverageReturn {
        self.call(VAULT, IAdapter::deleverageCall { debtAssets: debt, targetBps: u(TARGET) })
    }

    fn report(&self) -> Report {
        self.call(ALICE, IAdapter::reportCall {})
    }

    fn balance(&self, token: Address, account: Address) -> u128 {
        self.world.view(token, &IERC20::balanceOfCall { account }).expect("readable").to()
    }

    /// Demands that nobody may take anything of the adapter's.
    fn has_no_approval(&self) {
        for token in [USDC, self.make.collateral] {
            for spender in [VENUE, LENDER, SWAP] {
                let call = IERC20::allowanceCall { owner: ADAPTER, spender };
                assert_eq!(self.world.view(token, &call).expect("readable"), U256::ZERO);
            }
        }
    }

    /// What the adapter was refused for, behind what it says of its venue.
    fn reason<E: alloy_sol_types::SolError>(&self, result: Result<impl Sized, Revert>) -> E {
        let reason = refusal::<IAdapter::VenueCallFailed>(result).reason;
        E::abi_decode_validate(&reason).unwrap_or_else(|_| panic!("another reason: {}", text(&reason)))
    }
}

fn text(bytes: &[u8]) -> String {
    alloy_primitives::hex::encode(bytes)
}

/// A report in its words.
fn words(report: &Report) -> [U256; 7] {
    [report.value, report.units, report.depth, report.rateWad, report.backing, report.debt, report.high]
}

/// Health in millionths.
fn health(report: &Report) -> u128 {
    (report.backing * u(1_000_000) / report.debt).to()
}

/// Every way that lender, order of the pool's tokens and decimals can be.
fn makes() -> Vec<Make> {
    let mut makes = Vec::new();
    for lender in [LENDER, VENUE] {
        for collateral in [COLLATERAL, FIRST] {
            for decimals in [18, 8] {
                makes.push(Make { lender, collateral, decimals, ..Make::default() });
            }
        }
    }
    makes
}

#[test]
fn a_first_investment_ends_at_the_target() {
    for make in makes() {
        let position = make.open();

        let report = position.invest(1_000 * ONE);

        // D = E * 0.8 / (1.5 - 0.8); rounding loses no more than ten units of collateral, of 8 decimals here and there.
        let debt: u128 = report.debt.to();
        assert!((1_142_856_000..=1_142_857_143).contains(&debt), "{debt}");
        assert!((1_500_000..1_500_002).contains(&health(&report)), "{}", health(&report));
        assert!(report.value >= u(1_000 * ONE - 200) && report.value <= u(1_000 * ONE));
        assert_eq!(report.units, report.value, "the first units cost one each");
        assert_eq!(report.rateWad, U256::MAX);
        position.has_no_approval();
        assert_eq!(position.balance(make.collateral, ADAPTER), 0);
        assert!(position.balance(USDC, ADAPTER) <= 1, "no money is left");
    }
}

#[test]
fn the_premium_of_a_loan_from_aave_is_borrowed_as_well() {
    let position = Make { lender: VENUE, ..Make::default() }.open();
    position.world.poke(VENUE, credit::PREMIUM_BPS, u(9));

    let report = position.invest(1_000 * ONE);

    assert!((1_500_000..1_500_002).contains(&health(&report)), "{}", health(&report));
    assert!(report.value < u(999 * ONE) && report.value > u(998 * ONE), "a loan of 1,141 costs one");
    assert!(position.divest(U256::MAX).1 > 997 * ONE);
    assert_eq!(position.balance(USDC, ADAPTER), 0);
}

#[test]
fn where_swaps_cost_less_than_they_may_health_ends_above_the_target_and_goes_nearer() {
    let position = Make { slip_bps: 100, fee_bps: 5, ..Make::default() }.open();

    let first = position.invest(1_000 * ONE);
    let second = position.invest(0);
    let third = position.invest(0);

    let [first, second, third] = [first, second, third].map(|report| health(&report));
    assert!((1_500_000..1_540_000).contains(&first), "{first}");
    assert!(first > second && second > third && third >= 1_500_000, "{first} {second} {third}");
    assert!(third < 1_500_100, "{third}");
}

#[test]
fn more_money_brings_units_in_proportion_and_keeps_the_target() {
    let position = Make::default().open();
    position.invest(1_000 * ONE);
    position.price(2_200);
    let before = position.report();

    let after = position.invest(500 * ONE);

    assert!((1_500_000..1_500_002).contains(&health(&after)), "{}", health(&after));
    let bought: u128 = (after.units - before.units).to();
    let expected: u128 = (before.units * u(500 * ONE) / before.value).to();
    assert!(bought <= expected && bought + 100 > expected, "{bought} of {expected}");
}

#[test]
fn new_money_repays_where_health_is_below_the_target() {
    let position = Make::default().open();
    let before = position.invest(1_000 * ONE);
    position.price(1_700);

    // Little money only repays; much of it reaches the target.
    let little = position.invest(10 * ONE);
    assert!(little.debt <= before.debt - u(10 * ONE) + u(1) && little.debt >= before.debt - u(10 * ONE) - u(1));
    assert!(health(&little) < 1_500_000);
    let much = position.invest(1_000 * ONE);
    assert!((1_500_000..1_500_002).contains(&health(&much)), "{}", health(&much));
    position.has_no_approval();
}

#[test]
fn a_payment_is_exact_and_lowers_health_no_further() {
    for make in makes() {
        let make = Make { slip_bps: 100, fee_bps: 5, ..make };
        let position = make.open();
        let first = position.invest(1_000 * ONE);

        for share in [2_u128, 3, 10] {
            let before = position.report();
            let assets = before.value.to::<u128>() / share;
            let (after, paid) = position.divest(u(assets));

            assert_eq!(paid, assets);
            assert!(health(&after) >= health(&before), "{} {}", health(&before), health(&after));
            let fallen = before.value - after.value;
            assert!(fallen >= u(assets) && fallen <= u(assets + assets / 100), "what it costs is in the value");
            let gone = before.units - after.units;
            assert_eq!(gone, (before.units * fallen).div_ceil(before.value));
            position.has_no_approval();
        }
        assert!(position.report().debt < first.debt / u(2));
        assert_eq!(position.balance(make.collateral, ADAPTER), 0);
        assert!(position.balance(USDC, ADAPTER) <= 3);
    }
}

#[test]
fn everything_leaves_nothing() {
    for make in makes() {
        let position = Make { slip_bps: 100, fee_bps: 5, ..make }.open();
        position.world.poke(VENUE, credit::INCOME_RAY, u(1_034_567_891_234_567_891_234_567_891));
        position.world.poke(VENUE, credit::DEBT_RAY, u(1_134_567_891_234_567_891_234_567_891));
        position.invest(1_000 * ONE);
        position.world.poke(VENUE, credit::DEBT_RAY, u(1_144_567_891_234_567_891_234_567_893));

        let value = position.report().value.to::<u128>();
        let (report, paid) = position.divest(U256::MAX);

        assert!(paid <= value && paid > value - value / 100, "{paid} of {value}");
        assert_eq!((report.value, report.units, report.debt, report.backing), Default::default());
        assert_eq!(credit::supplied(&position.world, VENUE, ADAPTER), U256::ZERO);
        assert_eq!(credit::owed(&position.world, VENUE, ADAPTER), U256::ZERO);
        for token in [USDC, make.collateral] {
            assert!(position.balance(token, ADAPTER) <= 1, "but for what the debt was rounded up by");
        }
        position.has_no_approval();
        for slot in 0..8 {
            assert_eq!(position.world.peek(ADAPTER, slot), U256::ZERO);
        }
        assert_eq!(position.divest(U256::MAX).1, 0, "everything of nothing is nothing");
    }
}

#[test]
fn everything_and_parts_leave_a_position_without_debt() {
    let position = Make::default().open();
    position.invest(1_000 * ONE);
    position.world.poke(VENUE, credit::CONFIGURATION, credit::ACTIVE);
    let call =
        abi::aave::IAavePool::repayCall { asset: USDC, amount: U256::MAX, interestRateMode: u(2), onBehalfOf: ADAPTER };
    token::mint(&position.world, USDC, ALICE, 2_000 * ONE);
    position.world.call(ALICE, USDC, &IERC20::approveCall { spender: VENUE, value: U256::MAX }).expect("approves");
    position.world.call_raw(ALICE, VENUE, call.abi_encode()).expect("a stranger repays it all");

    let report = position.report();
    assert_eq!(report.debt, U256::ZERO);
    assert!(report.value > u(2_142 * ONE), "a gain");
    assert_eq!(position.divest(u(100 * ONE)).1, 100 * ONE);
    assert!(position.divest(U256::MAX).1 > 2_042 * ONE);
}

#[test]
fn deleveraging_goes_to_the_target_and_never_beyond() {
    for make in makes() {
        let position = Make { slip_bps: 100, fee_bps: 5, ..make }.open();
        let units = position.invest(1_000 * ONE).units;
        position.price(1_500);
        let before = position.report();

        let moved = position.lower(u(100 * ONE));
        assert_eq!(moved.before.debt, before.debt);
        let repaid: u128 = (before.debt - moved.after_.debt).to();
        assert!((100 * ONE - 1..=100 * ONE + 1).contains(&repaid), "{repaid}");
        assert!(health(&moved.after_) > health(&before));

        let after = position.lower(U256::MAX).after_;
        assert!(health(&after) <= 1_500_000 && health(&after) > 1_498_000, "{}", health(&after));
        assert_eq!(after.units, units, "what it costs is a loss");
        position.has_no_approval();
        assert_eq!(position.balance(make.collateral, ADAPTER), 0);
    }
}

#[test]
fn deleveraging_at_the_target_or_above_moves_nothing() {
    let position = Make::default().open();
    position.invest(1_000 * ONE);
    position.price(2_001);
    let storage = position.world.storage();

    let moved = position.lower(U256::MAX);

    assert_eq!(words(&moved.before), words(&moved.after_));
    assert_eq!(position.world.storage(), storage);
}

#[test]
fn a_pool_that_is_dearer_than_allowed_deleverages_nothing() {
    let position = Make { slip_bps: 100, ..Make::default() }.open();
    position.invest(1_000 * ONE);
    position.price(1_500);
    position.world.poke(SWAP, exchange::PRICE_WAD, u(1_480 * WAD));

    let error: ILoop::SwapTooDear = position
        .reason(position.try_call(VAULT, IAdapter::deleverageCall { debtAssets: u(100 * ONE), targetBps: u(TARGET) }));

    assert!(error.owed > error.most);
}

#[test]
fn a_position_under_water_pays_nothing_and_says_why() {
    let position = Make { slip_bps: 100, ..Make::default() }.open();
    position.invest(1_000 * ONE);
    position.price(1_060);

    let report = position.report();
    assert!(report.value > U256::ZERO && report.value < u(10 * ONE));
    let error: ILoop::Underwater =
        position.reason(position.try_call(VAULT, IAdapter::deallocateCall { assets: u(ONE) }));
    assert_eq!((error.backing, error.debt), (report.backing, report.debt));
    position.price(1_000);
    assert_eq!(position.report().value, U256::ZERO);
    let error: IAdapter::InsufficientUnits =
        position.reason(position.try_call(VAULT, IAdapter::deallocateCall { assets: u(1) }));
    assert_eq!((error.asked, error.held), (u(1), U256::ZERO));
}

#[test]
fn backing_is_by_the_worse_of_two_prices_and_value_by_the_bid() {
    let position = Make::default().open();
    let before = position.invest(1_000 * ONE);

    position.world.poke(VENUE, credit::COLLATERAL_PRICE, u(1_000 * 100_000_000));
    let report = position.report();
    assert_eq!((report.value, report.debt), (before.value, before.debt), "Aave's price changes no value");
    assert!(report.backing <= before.backing / u(2) + u(1) && report.backing + u(1) >= before.backing / u(2));

    position.world.poke(VENUE, credit::COLLATERAL_PRICE, u(3_000 * 100_000_000));
    assert_eq!(position.report().backing, before.backing, "a better one counts for nothing");
    position.world.poke(VENUE, credit::DEBT_PRICE, u(200_000_000));
    assert!(position.report().backing < before.backing, "what is owed has a price too");
    position.world.poke(ORACLE, oracle::ASK_WAD, u(2_100 * WAD));
    assert_eq!(position.report().value, before.value);
    position.world.poke(ORACLE, oracle::BID_WAD, u(1_900 * WAD));
    assert!(position.report().value < before.value);
}

#[test]
fn in_its_e_mode_the_threshold_is_the_modes() {
    let make = Make { e_mode: 1, ..Make::default() };
    let position = make.prepare();
    position.world.poke(VENUE, credit::E_MODE_THRESHOLD_BPS, u(9_300));
    position.call(ALICE, make.initialize());

    let report = position.invest(1_000 * ONE);

    // D = E * 0.93 / (1.5 - 0.93)
    let debt: u128 = report.debt.to();
    assert!((1_631_577_000..=1_631_578_948).contains(&debt), "{debt}");
    assert!((1_500_000..1_500_002).contains(&health(&report)));
    // Aave takes the collateral out of the mode: its own threshold counts at once.
    let plain = U256::from(1 << 56 | credit::THRESHOLD_BPS << 16);
    position.world.poke(VENUE, credit::CONFIGURATION, plain);
    assert_eq!(health(&position.report()), health(&report) * 8_000 / 9_300);
}

#[test]
fn without_a_price_nothing_is_told_and_nothing_moves_but_what_is_not_there() {
    let position = Make::default().open();
    assert_eq!(position.call(ALICE, IAdapter::valueCall {}), U256::ZERO);
    position.invest(1_000 * ONE);
    position.world.poke(ORACLE, oracle::REFUSES, u(4));
    let storage = position.world.storage();

    let results = [
        position.try_call(ALICE, IAdapter::valueCall {}).map(|_| ()),
        position.try_call(ALICE, IAdapter::reportCall {}).map(|_| ()),
        position.try_call(ALICE, IAdapter::liquidityCall {}).map(|_| ()),
        position.try_call(VAULT, IAdapter::allocateCall { assets: U256::ZERO }).map(|_| ()),
        position.try_call(VAULT, IAdapter::deleverageCall { debtAssets: U256::MAX, targetBps: u(TARGET) }).map(|_| ()),
        position.try_call(VAULT, IAdapter::deallocateCall { assets: U256::MAX }).map(|_| ()),
    ];

    for result in results {
        assert_eq!(position.reason::<abi::oracle::IOracle::PriceRefused>(result).reason, 4);
    }
    assert_eq!(position.world.storage(), storage);
}

#[test]
fn liquidity_is_what_aave_pays_out_and_the_pool_takes() {
    let position = Make::default().open();
    let value = position.invest(1_000 * ONE).value.to::<u128>();
    let liquidity = || position.call(ALICE, IAdapter::liquidityCall {}).to::<u128>();
    assert_eq!(liquidity(), value);

    let all = position.balance(USDC, SWAP);
    token::burn(&position.world, USDC, SWAP, all - 1_071 * ONE);
    let half = liquidity();
    assert!(half > value * 49 / 100 && half < value * 51 / 100, "{half}");
    token::mint(&position.world, USDC, SWAP, all);
    let there = position.balance(COLLATERAL, VENUE);
    token::burn(&position.world, COLLATERAL, VENUE, there - 107_100_000_000_000_000);
    let tenth = liquidity();
    assert!(tenth > value * 9 / 100 && tenth < value * 11 / 100, "{tenth}");
    token::mint(&position.world, COLLATERAL, VENUE, there);
    for (configuration, pays) in [(credit::PAUSED, 0), (credit::FROZEN, value), (U256::ZERO, 0)] {
        position.world.poke(VENUE, credit::CONFIGURATION, configuration);
        assert_eq!(liquidity(), pays);
    }
}
