//! The world on the local chain: the venues' own contracts must say what their documents say.

use std::path::Path;

use abi::{
    aave::IAavePool,
    erc20::IERC20,
    erc4626::IERC4626,
    morpho::{IAdaptiveCurveIrm, IMorpho},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue};
use devnet::{BlockId, Call, Chain, Clock, Config};
use keeper_sim::{Artifacts, Error, MarketConfig, Venue, WAD, World, WorldConfig};

const YEAR_SECS: f64 = 31_536_000.0;
const RAY: f64 = 1e27;

fn artifacts() -> Artifacts {
    Artifacts::of_workspace(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
}

fn chain() -> Chain {
    Chain::new(Config { clock: Clock::Manual { start_secs: 1_767_225_600 }, ..Config::default() })
}

fn world(config: &WorldConfig) -> (Chain, World) {
    let chain = chain();
    let world = World::build(&chain, config, &artifacts()).expect("the configuration is good");
    (chain, world)
}

fn view<C: SolCall>(chain: &Chain, to: Address, call: &C) -> C::Return {
    let output = chain.call(&Call::new(Address::ZERO, to, call.abi_encode()), BlockId::latest());
    let output = output.expect("a view answers");
    C::abi_decode_returns(&output).expect("the contract keeps its interface")
}

/// For a figure whose digits are compared, not its last bit.
fn float(value: impl ToString) -> f64 {
    value.to_string().parse().expect("an integer is a number")
}

/// Borrow and supply rate of Aave's USDC, percent a year.
fn aave_rates(chain: &Chain, world: &World) -> (f64, f64) {
    let reserve = view(chain, world.aave.pool, &IAavePool::getReserveDataCall { asset: world.tokens.usdc });
    (float(reserve.currentVariableBorrowRate) / RAY * 100.0, float(reserve.currentLiquidityRate) / RAY * 100.0)
}

/// Borrow rate of Morpho's market, percent a year.
fn morpho_rate(chain: &Chain, world: &World) -> f64 {
    let market = view(chain, world.morpho.morpho, &IMorpho::marketCall { id: world.morpho.market_id });
    let call = IAdaptiveCurveIrm::borrowRateViewCall { marketParams: world.morpho.market(), market };
    float(view(chain, world.morpho.irm, &call)) / WAD as f64 * YEAR_SECS * 100.0
}

fn percent_wad(percent: u64) -> u64 {
    percent * (WAD / 100)
}

#[track_caller]
fn assert_close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= expected.abs() * relative, "{found} is not {expected} within {relative}");
}

#[test]
fn aave_pays_the_published_rates_along_its_curve() {
    let (chain, world) = world(&WorldConfig::default());

    for (utilisation, borrow, supply) in
        [(45, 3.25, 1.31625), (80, 5.7778, 4.16), (90, 6.5, 5.265), (95, 26.5, 22.6575), (100, 46.5, 41.85)]
    {
        world.borrow_to(&chain, Venue::Aave, percent_wad(utilisation)).unwrap();

        let (found_borrow, found_supply) = aave_rates(&chain, &world);
        assert_close(found_borrow, borrow, 1e-5);
        assert_close(found_supply, supply, 1e-5);
    }
}

#[test]
fn morpho_charges_the_published_rates_along_its_curve() {
    let (chain, world) = world(&WorldConfig { meta_morpho_utilisation_wad: 0, ..WorldConfig::default() });

    for (utilisation, borrow) in [(0, 1.0), (45, 2.5), (90, 4.0), (95, 10.0), (100, 16.0)] {
        world.borrow_to(&chain, Venue::MetaMorpho, percent_wad(utilisation)).unwrap();

        // The curve moves a little in the seconds that the world takes.
        assert_close(morpho_rate(&chain, &world), borrow, 1e-4);
    }
}

#[test]
fn morpho_moves_its_curve_as_published_over_five_days() {
    for (utilisation, factor) in [(100, 1.9836), (0, 0.5041)] {
        let config = WorldConfig { meta_morpho_utilisation_wad: percent_wad(utilisation), ..WorldConfig::default() };
        let (chain, world) = world(&config);
        let id = world.morpho.market_id;
        let target = |chain: &Chain| float(view(chain, world.morpho.irm, &IAdaptiveCurveIrm::rateAtTargetCall { id }));
        let before = target(&chain);

        world.pass(&chain, 5 * 86_400).unwrap();
        world.borrow_to(&chain, Venue::MetaMorpho, percent_wad(utilisation)).unwrap();

        assert_close(target(&chain) / before, factor, 1e-4);
    }
}

#[test]
fn lenders_of_aave_earn_its_rate_over_thirty_days() {
    let (chain, world) = world(&WorldConfig { aave_utilisation_wad: percent_wad(90), ..WorldConfig::default() });
    let balance =
        |chain: &Chain| float(view(chain, world.aave.a_token, &IERC20::balanceOfCall { account: world.lender }));
    let before = balance(&chain);

    world.pass(&chain, 30 * 86_400).unwrap();

    assert_close(balance(&chain) - before, before * 0.05265 * 30.0 / 365.0, 1e-5);
}

#[test]
fn depositors_of_meta_morpho_earn_its_rate_over_thirty_days() {
    let (chain, world) = world(&WorldConfig { meta_morpho_utilisation_wad: percent_wad(90), ..WorldConfig::default() });
    let worth = |chain: &Chain| {
        let vault = world.morpho.meta_morpho;
        let shares = view(chain, vault, &IERC20::balanceOfCall { account: world.lender });
        float(view(chain, vault, &IERC4626::convertToAssetsCall { shares }))
    };
    let before = worth(&chain);

    world.pass(&chain, 30 * 86_400).unwrap();

    let compounded = (0.04_f64 * 30.0 / 365.0).exp() - 1.0;
    assert_close(worth(&chain) - before, before * 0.9 * compounded, 1e-4);
}

#[test]
fn borrowing_reaches_its_target_up_and_down_and_after_time() {
    let (chain, world) = world(&WorldConfig::default());

    for venue in world.venues() {
        for percent in [85, 20, 97, 60] {
            world.pass(&chain, 30 * 86_400).unwrap();
            world.borrow_to(&chain, venue, percent_wad(percent)).unwrap();

            let found = float(world.utilisation_wad(&chain, venue).unwrap()) / WAD as f64;
            assert!((found - percent as f64 / 100.0).abs() < 1e-6, "{venue:?}: {found} instead of {percent} %");
        }
    }
}

#[test]
fn world_starts_at_the_configured_sizes_and_utilisations() {
    let config = WorldConfig {
        aave_supplied_assets: U256::from(7_000_000_000_000_u64),
        aave_utilisation_wad: percent_wad(40),
        meta_morpho_supplied_assets: U256::from(3_000_000_000_000_u64),
        meta_morpho_utilisation_wad: percent_wad(92),
        ..WorldConfig::default()
    };

    let (chain, world) = world(&config);

    let utilisation = |venue| float(world.utilisation_wad(&chain, venue).unwrap()) / WAD as f64;
    assert!((utilisation(Venue::Aave) - 0.40).abs() < 1e-6);
    assert!((utilisation(Venue::MetaMorpho) - 0.92).abs() < 1e-6);
    let supplied = view(&chain, world.aave.a_token, &IERC20::totalSupplyCall {});
    assert_close(float(supplied), 7e12, 1e-6);
    let deposited = view(&chain, world.morpho.meta_morpho, &IERC4626::totalAssetsCall {});
    assert_close(float(deposited), 3e12, 1e-6);
}

#[test]
fn each_market_has_its_terms_its_size_and_its_rate() {
    let markets = [(7, 80), (3, 92), (1, 20)].map(|(millions, percent)| MarketConfig {
        supplied_assets: U256::from(millions * 1_000_000_000_000_u64),
        utilisation_wad: percent_wad(percent),
    });

    let (chain, world) = world(&WorldConfig { markets: markets.to_vec(), ..WorldConfig::default() });

    assert_eq!(world.morpho.market_ids.len(), 4);
    assert_eq!(world.morpho.market_ids[0], world.morpho.market_id);
    for (market, (config, borrow_percent)) in (1..).zip(markets.iter().zip([3.6667, 6.4, 1.6667])) {
        let id = world.morpho.market_ids[market];
        let terms = view(&chain, world.morpho.morpho, &IMorpho::idToMarketParamsCall { id });
        assert_eq!(terms.abi_encode(), world.morpho.terms(market).abi_encode());
        let found = view(&chain, world.morpho.morpho, &IMorpho::marketCall { id });
        assert_close(float(found.totalSupplyAssets), float(config.supplied_assets), 1e-6);
        let utilisation = world.utilisation_wad(&chain, Venue::Market(market)).unwrap();
        assert_close(float(utilisation), float(config.utilisation_wad), 1e-6);
        let call = IAdaptiveCurveIrm::borrowRateViewCall { marketParams: terms, market: found };
        assert_close(
            float(view(&chain, world.morpho.irm, &call)) / WAD as f64 * YEAR_SECS * 100.0,
            borrow_percent,
            1e-3,
        );
    }
}

#[test]
fn same_configuration_gives_the_same_chain() {
    let (first_chain, first) = world(&WorldConfig::default());
    let (second_chain, second) = world(&WorldConfig::default());

    assert_eq!((first.aave.pool, first.morpho.meta_morpho), (second.aave.pool, second.morpho.meta_morpho));
    // A block's hash covers its parents, and with them every transaction, log and result.
    assert_eq!(first_chain.head().hash(), second_chain.head().hash());
}

#[test]
fn price_moves_the_health_of_borrowers() {
    let (chain, world) = world(&WorldConfig::default());
    let health = |chain: &Chain| {
        let call = IAavePool::getUserAccountDataCall { user: world.borrower };
        float(view(chain, world.aave.pool, &call).healthFactor) / WAD as f64
    };
    let before = health(&chain);

    world.set_price(&chain, 150_000_000_000).unwrap();

    // Collateral of twice the debt at a liquidation threshold of 84 %.
    assert_close(before, 1.68, 1e-6);
    assert_close(health(&chain), 0.84, 1e-6);
}

#[test]
fn borrowers_bring_collateral_at_the_new_price() {
    let (chain, world) = world(&WorldConfig::default());
    world.set_price(&chain, 150_000_000_000).unwrap();

    for venue in Venue::ALL {
        world.borrow_to(&chain, venue, percent_wad(88)).unwrap();

        let found = float(world.utilisation_wad(&chain, venue).unwrap()) / WAD as f64;
        assert!((found - 0.88).abs() < 1e-6, "{venue:?}: {found}");
    }
}

#[test]
fn wallet_receives_what_it_is_funded_with() {
    let (chain, world) = world(&WorldConfig::default());
    let wallet = Address::repeat_byte(0x77);

    world.fund(&chain, wallet, U256::from(1_234_567)).unwrap();

    let call = IERC20::balanceOfCall { account: wallet };
    assert_eq!(view(&chain, world.tokens.usdc, &call), U256::from(1_234_567));
}

#[test]
fn lenders_get_no_more_than_lies_in_the_pool() {
    let (chain, world) = world(&WorldConfig::default());

    for venue in world.venues() {
        world.borrow_to(&chain, venue, percent_wad(90)).unwrap();
        world.withdraw(&chain, venue, U256::from(1_000_000_000_000_u64)).unwrap();

        let error = world.withdraw(&chain, venue, U256::from(10_000_000_000_000_u64)).unwrap_err();

        assert!(matches!(&error, Error::Reverted { signature, .. } if signature.starts_with("withdraw(")), "{error}");
    }
}

#[test]
fn figures_out_of_range_are_refused_by_name() {
    let chain = chain();
    let no_price = WorldConfig { collateral_price_usd_e8: 0, ..WorldConfig::default() };
    let too_much = WorldConfig { aave_utilisation_wad: WAD + 1, ..WorldConfig::default() };

    let market = MarketConfig { supplied_assets: U256::ZERO, utilisation_wad: WAD + 1 };
    let too_much_there = WorldConfig { markets: vec![market], ..WorldConfig::default() };
    let market = MarketConfig { utilisation_wad: 0, ..market };
    let too_many = WorldConfig { markets: vec![market; 32], ..WorldConfig::default() };

    let too_many = World::build(&chain, &too_many, &artifacts()).unwrap_err().to_string();
    let too_much_there = World::build(&chain, &too_much_there, &artifacts()).unwrap_err().to_string();
    let no_price = World::build(&chain, &no_price, &artifacts()).unwrap_err().to_string();
    let too_much = World::build(&chain, &too_much, &artifacts()).unwrap_err().to_string();

    assert_eq!(too_many, "markets is 32, outside of 0 to 31");
    assert_eq!(too_much_there, too_much);
    assert_eq!(no_price, "collateral_price_usd_e8 is 0, outside of 1 to 100000000000000");
    assert_eq!(too_much, "utilisation_wad is 1000000000000000001, outside of 0 to 1000000000000000000");
}
