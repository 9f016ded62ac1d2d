//! Thieves of programs: second initialisations, programs called where they are not meant to be, roles that grow.

use abi::{adapter::IAdapter, board::IBoard, desk::IDesk, vault::IVault};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use devnet::{Call, Status};
use kit::{AAVE, Tenor, leg, usdc};

use super::funded;

/// Shares of a dollar at the first price.
const DOLLAR_SHARES: U256 = U256::from_limbs([super::WAD, 0, 0, 0]);

/// What a thief would send to any of our programs: everything that changes who owns what.
fn takeovers(tenor: &Tenor) -> Vec<Vec<u8>> {
    let thief = tenor.wallets[3];
    let (asset, desk, board) = (tenor.world.tokens.usdc, tenor.deployed.desk, tenor.deployed.board);
    let (commons, lens, covenants) = (tenor.deployed.commons, tenor.deployed.lens, tenor.deployed.covenants);
    let rehearsal = tenor.deployed.rehearsal;
    vec![
        IVault::initializeCall { asset, desk, commons, board, lens, rehearsal, covenants, owner: thief }.abi_encode(),
        IAdapter::initializeCall { vault: tenor.vault, venue: tenor.world.aave.pool, terms: Bytes::new() }.abi_encode(),
        IAdapter::allocateCall { assets: U256::ZERO }.abi_encode(),
        IAdapter::deallocateCall { assets: U256::MAX }.abi_encode(),
        IAdapter::deleverageCall { debtAssets: U256::MAX, targetBps: U256::MAX }.abi_encode(),
        IDesk::forceIdleCall { assets: U256::MAX }.abi_encode(),
        IBoard::takeOwnershipCall {}.abi_encode(),
        IBoard::offerOwnershipCall { candidate: thief }.abi_encode(),
        IBoard::setCuratorCall { account: thief }.abi_encode(),
        IBoard::setGuardianCall { account: thief, granted: true }.abi_encode(),
        keeper(thief, u64::MAX).abi_encode(),
        IBoard::setMaxRateCall { rateWad: U256::ZERO }.abi_encode(),
        IBoard::setHealthFloorCall { bps: U256::ZERO }.abi_encode(),
        IBoard::setThresholdsCall { position: AAVE, thresholds: thresholds() }.abi_encode(),
        IDesk::deleverageCall { position: AAVE, debt: U256::MAX }.abi_encode(),
        IDesk::evacuateCall { riskId: super::id("protocol/aave-v3") }.abi_encode(),
        IBoard::setLiquidityCall { floorWad: U256::ZERO, coverWad: U256::ZERO }.abi_encode(),
        IBoard::setBudgetsCall { lossWad: U256::from(super::WAD), turnoverWad: U256::from(super::WAD) }.abi_encode(),
        IBoard::openCall {}.abi_encode(),
        IBoard::pauseCall { secs: U256::from(1) }.abi_encode(),
        IBoard::tripByWordCall { riskId: super::id("protocol/aave-v3") }.abi_encode(),
        IBoard::abdicateCall { selector: IBoard::setCapCall::SELECTOR.into() }.abi_encode(),
        IBoard::setDelayCall { selector: IBoard::setCapCall::SELECTOR.into(), secs: U256::from(30 * 86_400) }
            .abi_encode(),
        IBoard::submitCall { data: keeper(thief, u64::MAX).abi_encode().into() }.abi_encode(),
        IBoard::admitCodeCall { codehash: super::id("x"), admitted: true }.abi_encode(),
        IBoard::addPositionCall {
            adapter: tenor.deployed.adapters[0],
            riskIds: vec![super::id("x")],
            instantBps: 0,
            depthBps: 0,
            slackBps: 0,
        }
        .abi_encode(),
        IBoard::setCapCall { riskId: super::id("protocol/aave-v3"), absolute: U256::MAX, relativeWad: U256::ZERO }
            .abi_encode(),
        IDesk::rebalanceCall { intent: tenor.intent(vec![leg(AAVE, -100)]) }.abi_encode(),
        vec![],
        vec![0; 3],
        vec![0; 4],
        vec![0xff; 500],
    ]
}

/// Gives a key everything, or nothing.
fn keeper(keeper: Address, positions: u64) -> IBoard::setKeeperCall {
    let (whole, expiry) = (U256::from(super::WAD), U256::from(u32::MAX));
    IBoard::setKeeperCall { keeper, positions, turnoverWad: whole, lossWad: whole, expiry }
}

fn thresholds() -> IBoard::Thresholds {
    IBoard::Thresholds {
        targetBps: 12_000,
        softBps: 11_000,
        hardBps: 10_500,
        chunk: usdc(1),
        cooldownSecs: 60,
        slipBps: 1_000,
        rewardBps: 100,
    }
}

fn programs(tenor: &Tenor) -> [Address; 9] {
    let [aave, erc4626] = [tenor.deployed.adapters[0], tenor.deployed.adapters[1]];
    let ours = &tenor.deployed;
    [tenor.vault, ours.desk, ours.commons, ours.board, ours.lens, ours.rehearsal, ours.covenants, aave, erc4626]
}

#[test]
fn no_program_lets_a_stranger_take_it_over() {
    let tenor = funded();
    tenor.rebalance(vec![leg(AAVE, 500_000)]).expect("inside every limit");
    let roles = |tenor: &Tenor| {
        let account = tenor.wallets[3];
        (
            tenor.view(tenor.vault, &IBoard::ownerCall {}),
            tenor.view(tenor.vault, &IBoard::curatorCall {}),
            tenor.view(tenor.vault, &IDesk::grantCall { keeper: account }).positions,
            tenor.view(tenor.vault, &IBoard::isGuardianCall { account }),
            tenor.view(tenor.vault, &IDesk::revisionCall {}),
            tenor.view(tenor.vault, &IVault::deskCall {}),
        )
    };
    let (before, book) = (roles(&tenor), tenor.book());

    for program in programs(&tenor) {
        for call in takeovers(&tenor) {
            let receipt = tenor.chain.send(&Call::new(tenor.wallets[3], program, call.clone())).expect("taken");
            assert_eq!(receipt.status, Status::Revert, "{program} accepted {call:x?}");
        }
    }

    assert_eq!(roles(&tenor), before);
    assert_eq!((tenor.book().idle, tenor.book().marked), (book.idle, book.marked));
    let paid = tenor.redeem(tenor.wallets[0], DOLLAR_SHARES).expect("as before");
    assert!(paid <= usdc(1) && paid + U256::from(1) >= usdc(1), "{paid}");
}

#[test]
fn ether_is_taken_by_no_function_of_no_program() {
    let tenor = funded();
    let calls = [IVault::totalAssetsCall {}.abi_encode(), IDesk::markCall { positions: vec![] }.abi_encode(), vec![]];
    for program in programs(&tenor) {
        for call in &calls {
            let call = Call::new(tenor.wallets[3], program, call.clone()).with_value_wei(U256::from(1));
            assert_eq!(tenor.chain.send(&call).expect("taken").status, Status::Revert);
        }
    }
}

#[test]
fn an_adapter_of_a_stranger_at_the_same_venue_reaches_nothing_of_ours() {
    let tenor = funded();
    tenor.rebalance(vec![leg(AAVE, 500_000)]).expect("inside every limit");
    // The thief's own adapter names the vault, and is even registered nowhere.
    let stray = tenor.adapter(tenor.world.morpho.meta_morpho);

    let refusal = tenor
        .send(tenor.wallets[3], stray, &IAdapter::deallocateCall { assets: U256::MAX })
        .map(drop)
        .expect_err("the vault alone moves money");

    assert_eq!(refusal.expect::<IAdapter::NotVault>().caller, tenor.wallets[3]);
    assert_eq!(tenor.view(stray, &IAdapter::valueCall {}), U256::ZERO);
}

#[test]
fn owner_curator_guardian_and_keeper_move_no_money_of_wallets() {
    let tenor = funded();
    tenor.rebalance(vec![leg(AAVE, 500_000)]).expect("inside every limit");
    let owner_of_shares = tenor.wallets[0];
    for role in [tenor.owner, tenor.curator, tenor.guardian, tenor.keeper] {
        let redeem = IVault::redeemCall { shares: DOLLAR_SHARES, receiver: role, owner: owner_of_shares };
        let refusal = tenor.send(role, tenor.vault, &redeem).expect_err("shares are their owner's");
        assert_eq!(refusal.expect::<IVault::ERC20InsufficientAllowance>().spender, role);
        for adapter in &tenor.deployed.adapters {
            let take = IAdapter::deallocateCall { assets: U256::MAX };
            let refusal = tenor.send(role, *adapter, &take).map(drop).expect_err("the vault alone moves money");
            assert_eq!(refusal.expect::<IAdapter::NotVault>().caller, role);
        }
    }
    // Everything that governance may do to an exit: once it has waited, and at once.
    tenor.govern(tenor.owner, &IBoard::setMaxRateCall { rateWad: U256::ZERO });
    let curator = tenor.curator;
    let caps = ["protocol/aave-v3", "protocol/metamorpho"];
    for risk_id in caps.map(super::id) {
        let cap = IBoard::setCapCall { riskId: risk_id, absolute: U256::ZERO, relativeWad: U256::ZERO };
        tenor.send(curator, tenor.vault, &cap).expect("the curator sets caps");
    }
    let floor = IBoard::setLiquidityCall { floorWad: U256::from(super::WAD), coverWad: U256::from(super::WAD) };
    tenor.send(curator, tenor.vault, &floor).expect("the curator sets the floor");
    tenor.send(curator, tenor.vault, &keeper(tenor.keeper, 0)).expect("the curator removes keepers");

    let paid = tenor.redeem(owner_of_shares, tenor.shares_of(owner_of_shares)).expect("nobody is kept in");
    assert!(paid + U256::from(2) >= usdc(1_000_000), "{paid}");
}

#[test]
fn a_guardian_takes_up_no_room_in_the_table_of_caps() {
    let tenor = funded();
    let before = tenor.view(tenor.vault, &IDesk::capsCall {}).len();

    for n in 0..64_u8 {
        let cap = IBoard::setCapCall {
            riskId: super::id(&format!("junk/{n}")),
            absolute: U256::ZERO,
            relativeWad: U256::ZERO,
        };
        // Whatever the answer is: what counts is the room.
        let _ = tenor.send(tenor.guardian, tenor.vault, &cap);
    }

    assert_eq!(tenor.view(tenor.vault, &IDesk::capsCall {}).len(), before);
    let cap = IBoard::setCapCall { riskId: super::id("issuer/new"), absolute: usdc(1), relativeWad: U256::ZERO };
    tenor.govern(tenor.curator, &cap);
    assert_eq!(tenor.view(tenor.vault, &IDesk::capsCall {}).len(), before + 1, "the curator still has room");
}
