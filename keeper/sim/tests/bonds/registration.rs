//! Terms that do not fit together are refused when a position begins.

use abi::{adapter::IAdapter, bond::IBond, oracle::IOracle};
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::{SolCall, SolValue};
use keeper_sim::{Artifacts, BondConfig};

use crate::stage::{DECAY_SECS, ONE, Stage, WAD, WINDOW_SECS, artifacts, bond_config, refusal};

/// The field that terms are refused for.
fn field(refused: Result<Address, Bytes>) -> String {
    let what = refusal::<IBond::InvalidTerms>(&refused.expect_err("they are refused")).what;
    String::from_utf8(what.to_vec()).expect("ASCII").trim_end_matches('\0').to_string()
}

#[test]
fn terms_must_fit_each_other() {
    let stage = Stage::new();
    let [bond, other] = stage.bonds;
    let (chain, world) = (&stage.chain, &stage.world);
    let good = IBond::PendleTerms { market: bond.market, oracle: stage.oracle(&bond), decaySecs: DECAY_SECS };
    let of_other = stage.oracle(&other);
    let another = world.wrap_aave(chain, &artifacts()).expect("it deploys");
    let refused = |venue, terms| field(stage.try_position(venue, terms));

    assert_eq!(refused(bond.wrapper, IBond::PendleTerms { decaySecs: 0, ..good.clone() }), "decaySecs");
    assert_eq!(refused(bond.wrapper, IBond::PendleTerms { market: bond.yields, ..good.clone() }), "market");
    assert_eq!(refused(bond.wrapper, IBond::PendleTerms { market: Address::ZERO, ..good.clone() }), "market");
    assert_eq!(refused(another, good.clone()), "market");
    assert_eq!(refused(bond.wrapper, IBond::PendleTerms { market: other.market, ..good.clone() }), "oracle");
    assert_eq!(refused(bond.wrapper, IBond::PendleTerms { oracle: of_other, ..good.clone() }), "oracle");
    assert_eq!(refused(bond.wrapper, IBond::PendleTerms { oracle: bond.market, ..good.clone() }), "oracle");
    for terms in [Vec::new(), good.abi_encode()[..64].to_vec(), [good.abi_encode(), vec![0]].concat()] {
        let call = IAdapter::initializeCall { vault: stage.holder, venue: bond.wrapper, terms: terms.into() };
        assert_eq!(field(stage.deploy("pendle-pt", call.abi_encode())), "length");
    }
    stage.try_position(bond.wrapper, good).expect("these are good");
}

#[test]
fn the_venue_must_wrap_the_vaults_asset() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let terms = IBond::PendleTerms { market: bond.market, oracle: stage.oracle(&bond), decaySecs: DECAY_SECS };

    let usdc = stage.world.tokens.usdc;
    let refused = stage.try_position(usdc, terms.clone()).expect_err("it wraps nothing");
    assert_eq!(refusal::<IAdapter::InvalidAddress>(&refused).account, usdc);

    let weth = wrap_weth(&stage, &artifacts());
    let refused = stage.try_position(weth, terms).expect_err("it wraps another asset");
    let error = refusal::<IAdapter::WrongAsset>(&refused);
    assert_eq!((error.expected, error.found), (usdc, stage.world.tokens.weth));
}

/// Deploys Pendle's wrapper of Aave's collateral.
fn wrap_weth(stage: &Stage, artifacts: &Artifacts) -> Address {
    let name = "core/StandardizedYield/implementations/AaveV3/PendleAaveV3SY.sol/PendleAaveV3SY";
    let aave = &stage.world.aave;
    let arguments = ("SY Aave WETH", "SY-aWETH", aave.pool, aave.collateral_a_token).abi_encode_params();
    let code = [artifacts.pendle("pendle-sy", name, &[]).expect("it is installed"), arguments].concat();
    let receipt = stage.chain.send(&devnet::Call::create(stage.sender, code)).expect("a valid transaction");
    receipt.contract_address.expect("it is created")
}

#[test]
fn what_is_due_is_no_bond_any_more() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let terms = IBond::PendleTerms { market: bond.market, oracle: stage.oracle(&bond), decaySecs: DECAY_SECS };

    stage.pass_to(bond.expiry_secs - 1);
    stage.try_position(bond.wrapper, terms.clone()).map(|_| ()).unwrap_or_else(|revert| {
        // The deployment's own block may be the one in which it is due.
        assert_eq!(field(Err(revert)), "expired");
    });
    stage.pass_to(bond.expiry_secs + 10);
    assert_eq!(field(stage.try_position(bond.wrapper, terms)), "expired");
}

#[test]
fn a_second_market_of_the_same_principal_needs_its_own_oracle() {
    let stage = Stage::new();
    let (chain, world, bond) = (&stage.chain, &stage.world, stage.bonds[0]);
    let config = BondConfig { scalar_root_wad: 90 * u128::from(WAD), ..bond_config(chain, 90) };
    let second = world.open_market(chain, &stage.pendle, &bond, &config).expect("it opens");
    stage.pass(u64::from(WINDOW_SECS));
    let terms =
        |market: &keeper_sim::Bond, oracle| IBond::PendleTerms { market: market.market, oracle, decaySecs: DECAY_SECS };

    assert_eq!(field(stage.try_position(bond.wrapper, terms(&second, stage.oracle(&bond)))), "oracle");
    let position = stage.try_position(bond.wrapper, terms(&second, stage.oracle(&second))).expect("these are good");
    stage.invest(position, 1_000 * ONE).expect("it sells");
    assert_eq!(stage.view(position, &IAdapter::marketCall {}), second.market.into_word());
}

#[test]
fn it_begins_once() {
    let stage = Stage::new();
    let position = stage.position(&stage.bonds[0]);

    let again = IAdapter::initializeCall { vault: stage.sender, venue: stage.wrapper, terms: Bytes::new() };
    let refused = stage.try_view(stage.sender, position, &again).map(|_| ()).expect_err("it has begun");
    refusal::<IAdapter::AlreadyInitialized>(&refused);
    let again = IOracle::initializeCall { terms: stage.oracle_terms(&stage.bonds[1]) };
    let oracle = stage.oracle(&stage.bonds[0]);
    let refused = stage.try_view(stage.sender, oracle, &again).map(|_| ()).expect_err("it has begun");
    refusal::<IOracle::AlreadyInitialized>(&refused);
}
