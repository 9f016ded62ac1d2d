//! Whom a position has to do with, at their worst.

use abi::aave::IAavePool;
use alloy_primitives::I256;
use tenor_world::mock::HOOK_RESULT;

use super::*;

/// Every callback there is, with words that our own calls have.
fn callbacks() -> Vec<Vec<u8>> {
    let data = Bytes::from(vec![0; 192]);
    let loan = ILoop::onMorphoFlashLoanCall { assets: u(ONE), data: data.clone() };
    let simple = ILoop::executeOperationCall {
        asset: USDC,
        amount: u(ONE),
        premium: U256::ZERO,
        initiator: ADAPTER,
        params: data,
    };
    let owed = I256::try_from(ONE).expect("fits");
    let swap = ILoop::uniswapV3SwapCallbackCall {
        amount0Delta: owed,
        amount1Delta: owed,
        data: (U256::ZERO, U256::MAX).abi_encode().into(),
    };
    vec![loan.abi_encode(), simple.abi_encode(), swap.abi_encode()]
}

/// Everything that moves money, and more.
fn movements() -> Vec<Vec<u8>> {
    vec![
        IAdapter::allocateCall { assets: u(1) }.abi_encode(),
        IAdapter::deallocateCall { assets: U256::MAX }.abi_encode(),
        IAdapter::deleverageCall { debtAssets: U256::MAX, targetBps: u(TARGET) }.abi_encode(),
        Make::default().initialize().abi_encode(),
    ]
}

#[test]
fn nobody_but_the_vault_moves_money() {
    let position = Make::default().open();
    position.invest(1_000 * ONE);

    for call in movements().into_iter().take(3) {
        for caller in [ALICE, VENUE, LENDER, SWAP, ORACLE] {
            let result = position.world.call_raw(caller, ADAPTER, call.clone());
            assert_eq!(refusal::<IAdapter::NotVault>(result).caller, caller);
        }
    }
}

#[test]
fn a_callback_that_nobody_expects_is_refused_whoever_makes_it() {
    for position in [Make::default().prepare(), Make::default().open()] {
        for call in callbacks() {
            for caller in [ALICE, VENUE, LENDER, SWAP, VAULT, Address::ZERO] {
                let result = position.world.call_raw(caller, ADAPTER, call.clone());
                assert_eq!(refusal::<ILoop::UnexpectedCallback>(result).caller, caller);
            }
            let result = position.world.call_with_value(SWAP, ADAPTER, call.clone(), u(1));
            assert_eq!(result, Err(Vec::new()), "nothing takes ether");
        }
    }
}

#[test]
fn callbacks_and_movements_in_the_middle_of_a_call_are_refused() {
    let all = || callbacks().into_iter().chain(movements());
    for call in all() {
        let position = Make { lender: LENDER, ..Make::default() }.open();
        for (hook, at) in
            [(&position.lender_hook, LENDER), (&position.pool_hook, SWAP), (&position.token_hook, COLLATERAL)]
        {
            position.world.poke(at, HOOK_RESULT, U256::ZERO);
            *hook.borrow_mut() = Some((ADAPTER, call.clone()));
            position.invest(1_000 * ONE);
            assert_eq!(position.world.peek(at, HOOK_RESULT), u(1), "refused at a purchase");
            position.divest(u(100 * ONE));
            assert_eq!(position.world.peek(at, HOOK_RESULT), u(1), "refused at a sale");
            *hook.borrow_mut() = None;
        }
    }
}

#[test]
fn a_stranger_who_borrows_in_our_name_gets_nothing_from_us() {
    let position = Make { lender: VENUE, ..Make::default() }.open();
    position.invest(1_000 * ONE);
    let call = IAavePool::flashLoanSimpleCall {
        receiverAddress: ADAPTER,
        asset: USDC,
        amount: u(ONE),
        params: vec![0; 192].into(),
        referralCode: 0,
    };

    let result = position.world.call_raw(ALICE, VENUE, call.abi_encode());
    assert_eq!(refusal::<ILoop::UnexpectedCallback>(result).caller, ALICE);

    // In the middle of our own call as well.
    *position.pool_hook.borrow_mut() = Some((VENUE, call.abi_encode()));
    position.divest(u(100 * ONE));
    assert_eq!(position.world.peek(SWAP, HOOK_RESULT), u(1));
}

#[test]
fn a_lender_that_does_not_do_as_it_was_asked_gets_nothing() {
    for manner in [lender::SILENT, lender::TWICE, lender::MORE, lender::LESS, lender::OTHER] {
        let position = Make::default().open();
        position.invest(1_000 * ONE);
        position.world.poke(LENDER, lender::MANNER, U256::from(manner));
        token::mint(&position.world, USDC, ADAPTER, 1_000 * ONE);
        let storage = position.world.storage();

        for result in [
            position.try_call(VAULT, IAdapter::allocateCall { assets: u(1_000 * ONE) }).map(|_| ()),
            position.try_call(VAULT, IAdapter::deallocateCall { assets: U256::MAX }).map(|_| ()),
        ] {
            match manner {
                lender::SILENT => assert_eq!(position.reason::<ILoop::NoCallback>(result).account, LENDER),
                lender::TWICE | lender::OTHER => {
                    assert_eq!(position.reason::<ILoop::UnexpectedCallback>(result).caller, LENDER);
                }
                _ => {
                    let error: ILoop::WrongLoan = position.reason(result);
                    assert_ne!(error.found, error.bound);
                }
            }
        }
        assert_eq!(position.world.storage(), storage);
    }
}

#[test]
fn what_is_paid_or_repaid_in_part_needs_no_lender() {
    let position = Make { slip_bps: 100, ..Make::default() }.open();
    position.invest(1_000 * ONE);
    position.price(1_900);
    position.world.poke(LENDER, lender::MANNER, U256::from(lender::SILENT));

    position.divest(u(100 * ONE));
    let call = IAdapter::deleverageCall { debtAssets: u(10 * ONE), targetBps: u(TARGET) };
    let lowered = position.call(VAULT, call);

    assert!(lowered.after_.debt < lowered.before.debt);
    position.has_no_approval();
}

#[test]
fn a_lender_that_takes_nothing_back_is_left_no_approval() {
    let position = Make::default().open();
    position.world.poke(LENDER, lender::MANNER, U256::from(lender::FORGETFUL));

    position.invest(1_000 * ONE);

    position.has_no_approval();
}

#[test]
fn a_premium_above_the_one_that_was_told_is_refused() {
    let position = Make { lender: VENUE, ..Make::default() }.open();
    position.world.poke(VENUE, credit::PREMIUM_BPS, u(5));
    position.invest(1_000 * ONE);
    position.world.poke(VENUE, credit::PREMIUM_LIE, u(2));

    let error: ILoop::WrongLoan = position.reason(position.try_invest(1_000 * ONE));

    assert!(error.found > error.bound && error.bound > U256::ZERO);
}

#[test]
fn a_pool_that_does_not_do_as_it_was_asked_gets_nothing() {
    for manner in [exchange::SILENT, exchange::TWICE, exchange::HALF, exchange::MORE, exchange::SHALLOW] {
        let position = Make { slip_bps: 100, ..Make::default() }.open();
        position.invest(1_000 * ONE);
        position.price(1_900);
        position.world.poke(SWAP, exchange::MANNER, U256::from(manner));
        token::mint(&position.world, USDC, ADAPTER, 1_000 * ONE);
        let storage = position.world.storage();

        for result in [
            position.try_call(VAULT, IAdapter::allocateCall { assets: u(1_000 * ONE) }).map(|_| ()),
            position.try_call(VAULT, IAdapter::deallocateCall { assets: u(100 * ONE) }).map(|_| ()),
            position.try_call(VAULT, IAdapter::deallocateCall { assets: U256::MAX }).map(|_| ()),
            position
                .try_call(VAULT, IAdapter::deleverageCall { debtAssets: U256::MAX, targetBps: u(TARGET) })
                .map(|_| ()),
        ] {
            match manner {
                exchange::SILENT => assert_eq!(position.reason::<ILoop::NoCallback>(result).account, SWAP),
                exchange::TWICE => assert_eq!(position.reason::<ILoop::UnexpectedCallback>(result).caller, SWAP),
                exchange::MORE => {
                    let error: ILoop::SwapTooDear = position.reason(result);
                    assert!(error.owed > error.most);
                }
                _ => {
                    let error: ILoop::SwapTooShort = position.reason(result);
                    assert!(error.received < error.least);
                }
            }
        }
        assert_eq!(position.world.storage(), storage);
    }
}

#[test]
fn a_pool_whose_price_is_further_from_the_oracles_than_allowed_trades_nothing() {
    let position = Make { slip_bps: 100, ..Make::default() }.open();
    position.invest(1_000 * ONE);

    position.world.poke(SWAP, exchange::PRICE_WAD, u(2_021 * WAD));
    position.reason::<ILoop::SwapTooShort>(position.try_invest(100 * ONE));
    position.world.poke(SWAP, exchange::PRICE_WAD, u(1_979 * WAD));
    position.reason::<ILoop::SwapTooDear>(position.try_call(VAULT, IAdapter::deallocateCall { assets: u(ONE) }));
    position.reason::<ILoop::SwapTooShort>(position.try_call(VAULT, IAdapter::deallocateCall { assets: U256::MAX }));
    position.world.poke(SWAP, exchange::PRICE_WAD, u(1_981 * WAD));
    position.divest(u(ONE));
}

#[test]
fn what_strangers_give_is_not_counted_and_stays() {
    let position = Make { slip_bps: 100, ..Make::default() }.open();
    let before = position.invest(1_000 * ONE);
    let (gift, world) = (WAD / 10, &position.world);
    token::mint(world, COLLATERAL, ALICE, gift);
    let approve = IERC20::approveCall { spender: VENUE, value: U256::MAX };
    world.call(ALICE, COLLATERAL, &approve).expect("approves");
    let supply = IAavePool::supplyCall { asset: COLLATERAL, amount: u(gift), onBehalfOf: ADAPTER, referralCode: 0 };
    world.call_raw(ALICE, VENUE, supply.abi_encode()).expect("a stranger supplies for us");
    token::mint(world, COLLATERAL, ADAPTER, gift);
    token::mint(world, USDC, ADAPTER, 7 * ONE);

    let report = position.report();
    assert_eq!((report.value, report.units), (before.value, before.units));
    assert_eq!((report.backing, report.debt), (before.backing, before.debt));
    assert_eq!(position.divest(u(100 * ONE)).1, 100 * ONE);
    let value = position.report().value.to::<u128>();
    let (report, paid) = position.divest(U256::MAX);

    assert!(paid <= value && paid + 10 > value, "{paid} of {value}");
    assert_eq!((report.value, report.units, report.debt), Default::default());
    assert!(credit::supplied(world, VENUE, ADAPTER) - u(gift) <= u(1), "the gift stays at Aave");
    assert_eq!(position.balance(COLLATERAL, ADAPTER), gift);
    assert!(position.balance(USDC, ADAPTER) - 7 * ONE <= 5);
}

#[test]
fn debt_that_strangers_repay_is_a_gain() {
    let position = Make::default().open();
    let before = position.invest(1_000 * ONE);
    let world = &position.world;
    token::mint(world, USDC, ALICE, 100 * ONE);
    world.call(ALICE, USDC, &IERC20::approveCall { spender: VENUE, value: U256::MAX }).expect("approves");
    let repay = IAavePool::repayCall { asset: USDC, amount: u(100 * ONE), interestRateMode: u(2), onBehalfOf: ADAPTER };
    world.call_raw(ALICE, VENUE, repay.abi_encode()).expect("a stranger repays for us");

    let report = position.report();

    assert_eq!((report.value, report.units), (before.value + u(100 * ONE), before.units));
    assert_eq!(report.debt, before.debt - u(100 * ONE));
}

#[test]
fn what_a_liquidator_takes_is_gone_and_the_rest_can_leave() {
    for collateral in [500, 1_000] {
        let position = Make { slip_bps: 100, ..Make::default() }.open();
        let before = position.invest(1_000 * ONE);

        credit::liquidate(&position.world, VENUE, ADAPTER, collateral, 500);

        let report = position.report();
        assert_eq!(report.debt, before.debt / u(2));
        if collateral == 1_000 {
            assert_eq!((report.value, report.backing), Default::default(), "nothing is left but debt");
            assert_eq!(position.divest(U256::MAX).1, 0);
            continue;
        }
        assert!(report.value <= before.value / u(2) + u(1) && report.value + u(2) >= before.value / u(2));
        position.divest(u(100 * ONE));
        position.invest(100 * ONE);
        let value = position.report().value.to::<u128>();
        let (report, paid) = position.divest(U256::MAX);
        assert!(paid <= value && paid + 10 > value, "{paid} of {value}");
        assert_eq!((report.value, report.debt), Default::default());
        assert_eq!(credit::supplied(&position.world, VENUE, ADAPTER), U256::ZERO);
    }
}

#[test]
fn a_price_that_falls_between_supply_and_loan_undoes_everything() {
    for (dollars, is_aaves) in [(1_200_u128, true), (1_800, false)] {
        let position = Make::default().open();
        position.world.poke(VENUE, credit::NEXT_PRICE, u(dollars * 100_000_000));
        token::mint(&position.world, USDC, ADAPTER, 1_000 * ONE);
        let storage = position.world.storage();

        let result = position.try_call(VAULT, IAdapter::allocateCall { assets: u(1_000 * ONE) });

        if is_aaves {
            assert_eq!(refusal::<IAdapter::VenueCallFailed>(result).reason.as_ref(), b"36", "it lends no more");
        } else {
            let error = refusal::<ILoop::HealthFell>(result);
            assert!(error.backing * u(10_000) < error.debt * u(15_000));
        }
        assert_eq!(position.world.storage(), storage);
    }
}

#[test]
fn dust_comes_and_goes() {
    for assets in [0, 1, 2, 10, 100] {
        let position = Make { slip_bps: 100, fee_bps: 5, ..Make::default() }.open();
        match position.try_invest(assets) {
            Ok(moved) => {
                let report = moved.after_;
                assert!(report.value <= u(assets) && report.units == report.value);
                position.divest(U256::MAX);
            }
            // The pool's own rounding takes more of it than it may.
            refused => {
                let error: ILoop::SwapTooShort = position.reason(refused);
                assert!(assets < 100 && error.received < error.least);
            }
        }

        let report = position.report();
        assert_eq!((report.value, report.units, report.debt), Default::default());
    }
}

#[test]
fn without_liquidity_nothing_moves() {
    for (holder, token_of, reason) in
        [(SWAP, COLLATERAL, "the pool"), (VENUE, USDC, "Aave"), (LENDER, USDC, "the lender")]
    {
        let position = Make::default().open();
        let all = position.balance(token_of, holder);
        token::burn(&position.world, token_of, holder, all);
        token::mint(&position.world, USDC, ADAPTER, 1_000 * ONE);
        let storage = position.world.storage();

        let result = position.try_call(VAULT, IAdapter::allocateCall { assets: u(1_000 * ONE) });

        assert_eq!(refusal::<IAdapter::VenueCallFailed>(result).reason.as_ref(), b"balance", "{reason} has none");
        assert_eq!(position.world.storage(), storage);
    }
}

#[test]
fn a_frozen_reserve_takes_nothing_and_pays_and_a_paused_one_does_neither() {
    let position = Make { slip_bps: 100, ..Make::default() }.open();
    position.invest(1_000 * ONE);
    position.world.poke(VENUE, credit::CONFIGURATION, credit::PAUSED);
    for call in movements().into_iter().take(2) {
        token::mint(&position.world, USDC, ADAPTER, 1);
        let result = position.world.call_raw(VAULT, ADAPTER, call);
        assert_eq!(refusal::<IAdapter::VenueCallFailed>(result).reason.as_ref(), b"29");
    }

    position.world.poke(VENUE, credit::CONFIGURATION, credit::FROZEN);
    let result = position.try_invest(100 * ONE);
    assert_eq!(refusal::<IAdapter::VenueCallFailed>(result).reason.as_ref(), b"28");
    position.price(1_800);
    let before = position.report();
    assert!(health(&position.lower(U256::MAX).after_) > health(&before));
    assert_eq!(position.divest(u(100 * ONE)).1, 100 * ONE);
    position.divest(U256::MAX);
    assert_eq!(credit::owed(&position.world, VENUE, ADAPTER), U256::ZERO);
}
