//! Pendle's markets against Pendle's own formulas, and our curve against the markets.

use abi::{
    erc20::IERC20,
    pendle::{IPendleMarket, IPendleYieldToken, IStandardizedYield},
};
use alloy_primitives::{Bytes, U256};
use keeper_sim::Bond;
use tenor_adapter_pendle_pt::{Curve, State};

use crate::stage::{ONE, RATE_WAD, Stage, assert_close, u};

/// Returns a market's curve as the sender trades in it, and the rate that principal is counted by.
fn curve(stage: &Stage, bond: &Bond) -> Curve {
    let state = stage.view(bond.market, &IPendleMarket::readStateCall { router: stage.sender });
    let rate = stage.view(bond.wrapper, &IStandardizedYield::exchangeRateCall {});
    let index = stage.view(bond.yields, &IPendleYieldToken::pyIndexStoredCall {}).max(rate);
    let state = State {
        pt: state.totalPt.into_raw(),
        sy: state.totalSy.into_raw(),
        scalar_root_wad: state.scalarRoot.into_raw(),
        ln_fee_wad: state.lnFeeRateRoot,
        ln_rate_wad: state.lastLnImpliedRate,
    };
    Curve::of(&state, index, bond.expiry_secs - stage.now_secs()).expect("within bounds")
}

#[test]
fn markets_begin_at_the_rate_of_their_anchor() {
    let stage = Stage::new();

    for bond in &stage.bonds {
        // The anchor was set for the time of the blocks before; principal and wrapped tokens are not to the unit of one worth.
        assert_close(stage.spot_rate_wad(bond), u(RATE_WAD), RATE_WAD / 100_000);
    }
}

#[test]
fn sums_of_rates_are_rates_times_time() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    let observe = || {
        let observed = stage.view(bond.market, &IPendleMarket::observeCall { secondsAgos: vec![900, 0] });
        U256::from(observed[1]) - U256::from(observed[0])
    };
    let begin = stage.now_secs();
    let (mut sum, mut at, mut rate) = (U256::ZERO, begin, stage.spot_rate_wad(&bond));
    for (secs, dollars, is_purchase) in [(100, 300_000, true), (50, 200_000, false), (333, 500_000, true)] {
        stage.pass(secs);
        if is_purchase {
            stage.buy(&bond, dollars)
        } else {
            stage.sell(&bond, dollars)
        }
        let now = written_at_secs(&stage, &bond);
        sum += rate * u(now - at);
        (at, rate) = (now, stage.spot_rate_wad(&bond));
    }
    stage.pass_to(begin + 900);

    sum += rate * u(begin + 900 - at);
    assert_eq!(observe(), sum);
}

/// When a market last wrote down its rate.
fn written_at_secs(stage: &Stage, bond: &Bond) -> u64 {
    alloy_sol_types::sol! {
        interface IObservations {
            function observations(uint256 index)
                external
                view
                returns (uint32 blockTimestamp, uint216 lnImpliedRateCumulative, bool initialized);
        }
    }
    let index = stage.view(bond.market, &IPendleMarket::_storageCall {}).observationIndex;
    stage.view(bond.market, &IObservations::observationsCall { index: U256::from(index) }).blockTimestamp.into()
}

#[test]
fn principal_pays_one_of_the_asset_when_it_is_due_and_not_before() {
    let stage = Stage::new();
    let bond = stage.bonds[0];
    stage.world.split_bond(&stage.chain, &bond, stage.sender, u(1_000 * ONE)).expect("it is made");
    let give = IERC20::transferCall { to: bond.yields, value: u(1_000 * ONE) };
    let redeem = IPendleYieldToken::redeemPYCall { receiver: stage.sender };
    let unwrap = |stage: &Stage| {
        let shares = stage.balance(bond.wrapper, stage.sender);
        let call =
            IStandardizedYield::previewRedeemCall { tokenOut: stage.world.tokens.usdc, amountSharesToRedeem: shares };
        stage.view(bond.wrapper, &call)
    };

    stage.send(stage.sender, bond.principal, &give);
    // Without as much of the yield token it redeems nothing.
    stage.send(stage.sender, bond.yields, &redeem);
    assert_eq!(unwrap(&stage), U256::ZERO);
    stage.pass_to(bond.expiry_secs);
    stage.send(stage.sender, bond.yields, &redeem);

    assert_close(unwrap(&stage), u(1_000 * ONE), 2);
}

#[test]
fn our_curve_is_the_markets_to_a_few_units() {
    let stage = Stage::new();
    for _ in 0..3 {
        for bond in &stage.bonds {
            // What is tried is here already, and stays: a call changes nothing.
            let there = u(2_000_000 * ONE);
            stage.world.split_bond(&stage.chain, bond, stage.sender, there).expect("it is made");
            stage.send(stage.sender, bond.principal, &IERC20::transferCall { to: bond.market, value: there });
            let shares = IStandardizedYield::depositCall {
                receiver: bond.market,
                tokenIn: stage.world.tokens.usdc,
                amountTokenToDeposit: there,
                minSharesOut: U256::ZERO,
            };
            stage.fund(stage.sender, there.to());
            let approve = IERC20::approveCall { spender: bond.wrapper, value: there };
            stage.send(stage.sender, stage.world.tokens.usdc, &approve);
            stage.send(stage.sender, bond.wrapper, &shares);
            let curve = curve(&stage, bond);

            for face in [500_000, ONE, 12_345_678_901, 100_000 * ONE, 1_999_999 * ONE] {
                let (receiver, face) = (stage.sender, u(face));
                let buy = IPendleMarket::swapSyForExactPtCall { receiver, exactPtOut: face, data: Bytes::new() };
                let cost = stage.try_view(stage.sender, bond.market, &buy).expect("it sells").netSyIn;
                let ours = curve.cost_up(face).expect("it sells");
                assert!(ours >= cost && ours <= cost + u(6), "{face} costs {cost}, not {ours}");
                assert!(curve.purchase_down(ours) == face && curve.purchase_down(ours - U256::ONE) < face);

                let sell = IPendleMarket::swapExactPtForSyCall { receiver, exactPtIn: face, data: Bytes::new() };
                let sold = stage.try_view(stage.sender, bond.market, &sell).map(|sold| sold.netSyOut).ok();
                let ours = curve.proceeds_down(face);
                assert_eq!(ours.is_some(), sold.is_some(), "{face} is more than the market may hold, or is not");
                if let (Some(ours), Some(sold)) = (ours, sold) {
                    assert!(ours <= sold && ours + u(6) >= sold, "{face} brings {sold}, not {ours}");
                }
            }
        }
        stage.buy(&stage.bonds[0], 1_000_000);
        stage.sell(&stage.bonds[1], 1_500_000);
        stage.pass(28 * 86_400);
    }
    assert!(stage.now_secs() < stage.bonds[0].expiry_secs);
}
