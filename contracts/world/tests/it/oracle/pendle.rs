//! The oracle of a bond against a market, a wrapper and a yield token that lie.

use abi::{
    erc20::IERC20,
    pendle::{IPendleMarket, IPendleYieldToken, IStandardizedYield},
};
use alloy_primitives::B256;
use alloy_sol_types::SolValue;
use tenor_world::{mock::script::Script, risk_id};

use super::*;

const WRAPPER: Address = address(0x61);
const PRINCIPAL: Address = address(0x62);
const YIELDS: Address = address(0x63);
const MARKET: Address = address(0x64);
const YEAR_SECS: u64 = 31_536_000;
/// A continuous rate of a tenth a year.
const RATE_WAD: u128 = WAD / 10;

/// Everybody around a bond, with what each says.
struct Around {
    world: World,
    market: Script,
    wrapper: Script,
    yields: Script,
    principal: Script,
}

/// A bond of a token of 6 decimals, due in a year, at a constant rate.
fn around() -> Around {
    let world = sources();
    let [market, wrapper, yields, principal] =
        [MARKET, WRAPPER, YIELDS, PRINCIPAL].map(|at| Script::install(&world, at));
    let due = world.now_secs() + YEAR_SECS;
    let stored = [u(0), u(0), u(0), u(0), u(1000), u(1000)];
    market
        .says::<IPendleMarket::readTokensCall>((WRAPPER, PRINCIPAL, YIELDS).abi_encode())
        .says::<IPendleMarket::expiryCall>(u(due.into()).abi_encode())
        .says::<IPendleMarket::_storageCall>(stored.abi_encode());
    wrapper
        .says::<IStandardizedYield::assetInfoCall>((u(0), QUOTE, u(6)).abi_encode())
        .says::<IStandardizedYield::exchangeRateCall>(u(WAD).abi_encode());
    yields
        .says::<IPendleYieldToken::SYCall>(WRAPPER.abi_encode())
        .says::<IPendleYieldToken::pyIndexStoredCall>(u(WAD).abi_encode());
    principal.says::<IERC20::decimalsCall>(u(6).abi_encode());
    let around = Around { world, market, wrapper, yields, principal };
    around.moves(RATE_WAD * u128::from(WINDOW_SECS));
    around
}

impl Around {
    /// Lets the sum of rates move by so much within the window.
    fn moves(&self, by: u128) {
        let then = u(77 * WAD);
        self.market.says::<IPendleMarket::observeCall>((vec![then, then + u(by)],).abi_encode_params());
    }

    fn initialize(&self, terms: Terms) -> Result<(), Revert> {
        initialize(&self.world, terms)
    }

    /// An oracle of the bond by its market alone.
    fn oracle(self) -> Self {
        self.initialize(bond()).expect("there is a price");
        self
    }

    fn field(&self) -> B256 {
        refusal::<IOracle::InvalidTerms>(self.initialize(bond())).what
    }
}

fn bond() -> Terms {
    Terms {
        base: PRINCIPAL,
        pool: MARKET,
        feed: Address::ZERO,
        maxAgeSecs: 0,
        minPriceWad: u(1),
        maxPriceWad: u(WAD),
        windowSecs: WINDOW_SECS,
        ..alone()
    }
}

#[test]
fn a_year_at_a_tenth_is_one_by_e_to_the_tenth() {
    let around = around().oracle();

    let (bid, ask) = price(&around.world).expect("there is a price");

    // e^-0.1.
    let exact = u(904_837_418_035_959_573);
    assert!(bid <= exact && exact <= ask && ask - bid <= u(3), "{bid} to {ask}");
    around.world.pass(YEAR_SECS / 2);
    let (bid, ask) = price(&around.world).expect("there is a price");
    let exact = u(951_229_424_500_714_009);
    assert!(bid <= exact && exact <= ask && ask - bid <= u(3), "{bid} to {ask}");
}

#[test]
fn rates_are_rounded_up_for_the_bid_and_down_for_the_ask() {
    let around = around().oracle();

    around.moves(1);

    // No time and rate is nothing: one, and just below.
    let (bid, ask) = price(&around.world).expect("there is a price");
    assert_eq!(ask, u(WAD));
    assert!(bid < ask && ask - bid <= u(3));
}

#[test]
fn what_is_left_of_the_wrapper_is_what_is_left_of_the_price_and_no_more_than_all() {
    let around = around().oracle();
    let whole = price(&around.world).expect("there is a price");

    around.wrapper.says::<IStandardizedYield::exchangeRateCall>(u(WAD / 2).abi_encode());
    let half = price(&around.world).expect("there is a price");
    assert_eq!(half, (whole.0 / u(2), (whole.1 + u(1)) / u(2)));
    around.wrapper.says::<IStandardizedYield::exchangeRateCall>(u(3 * WAD).abi_encode());
    assert_eq!(price(&around.world), Ok(whole));
    around.world.pass(2 * YEAR_SECS);
    assert_eq!(price(&around.world), Ok((u(WAD), u(WAD))));
    around.wrapper.says::<IStandardizedYield::exchangeRateCall>(u(WAD / 4).abi_encode());
    assert_eq!(price(&around.world), Ok((u(WAD / 4), u(WAD / 4))));
}

#[test]
fn who_is_silent_or_burns_gas_is_named() {
    let around = around().oracle();
    let silent = |at: Address| (1, U256::from_be_slice(at.as_slice()), U256::ZERO);

    around.market.burns::<IPendleMarket::observeCall>();
    assert_eq!(refused(&around.world), silent(MARKET));
    around.moves(1);
    around.wrapper.is_silent::<IStandardizedYield::exchangeRateCall>();
    assert_eq!(refused(&around.world), silent(WRAPPER));
    around.wrapper.says::<IStandardizedYield::exchangeRateCall>(u(WAD).abi_encode());
    around.yields.is_silent::<IPendleYieldToken::pyIndexStoredCall>();
    assert_eq!(refused(&around.world), silent(YIELDS));
    around.yields.says::<IPendleYieldToken::pyIndexStoredCall>(U256::ONE.abi_encode());
    price(&around.world).expect("there is a price");

    // Sums that fall, are too few, or too many to be.
    let market = |sums: Vec<U256>| around.market.says::<IPendleMarket::observeCall>((sums,).abi_encode_params());
    for sums in [vec![u(5), u(4)], vec![u(5)], vec![u(1), u(2), u(3)], vec![U256::ZERO, U256::MAX]] {
        market(sums);
        assert_eq!(refused(&around.world), silent(MARKET));
    }
    // A rate so high that nothing is left is out of bounds.
    market(vec![U256::ZERO, u(50 * WAD * u128::from(WINDOW_SECS))]);
    assert_eq!(refused(&around.world), (3, U256::ZERO, u(1)));
}

#[test]
fn after_the_expiry_the_market_is_not_asked() {
    let around = around().oracle();
    around.world.pass(YEAR_SECS);

    around.market.burns::<IPendleMarket::observeCall>();

    assert_eq!(price(&around.world), Ok((u(WAD), u(WAD))));
}

#[test]
fn a_bond_that_does_not_fit_is_refused_by_name() {
    for (what, lie) in [
        (
            "pool",
            (|around: &Around| {
                around.market.says::<IPendleMarket::readTokensCall>((WRAPPER, YIELDS, PRINCIPAL).abi_encode());
            }) as fn(&Around),
        ),
        ("pool", |around| {
            around.yields.says::<IPendleYieldToken::SYCall>(MARKET.abi_encode());
        }),
        ("pool", |around| {
            around.wrapper.says::<IStandardizedYield::assetInfoCall>((u(1), QUOTE, u(6)).abi_encode());
        }),
        ("pool", |around| {
            around.wrapper.says::<IStandardizedYield::assetInfoCall>((u(0), BASE, u(6)).abi_encode());
        }),
        ("pool", |around| {
            around.wrapper.says::<IStandardizedYield::assetInfoCall>((u(0), QUOTE, u(18)).abi_encode());
        }),
        ("base", |around| {
            around.principal.says::<IERC20::decimalsCall>(u(18).abi_encode());
        }),
        ("pool", |around| {
            around.market.says::<IPendleMarket::expiryCall>(u(around.world.now_secs().into()).abi_encode());
        }),
        ("windowSecs", |around| {
            let stored = [u(0), u(0), u(0), u(0), u(1000), u(WINDOW_SECS.into())];
            around.market.says::<IPendleMarket::_storageCall>(stored.abi_encode());
        }),
    ] {
        let around = around();
        lie(&around);
        assert_eq!(around.field(), risk_id(what));
    }
}
