//! Relative caps against money that does not stay: flash loans from the real Morpho Blue, deposits for some transactions,
//! donations. The keeper's key is stolen: the thief is a contract that has it, so that everything fits in one transaction.

use abi::{
    adapter::IAdapter,
    board::IBoard,
    desk::IDesk::{self, Leg, LimitBreached},
    erc20::IERC20,
    erc4626::IERC4626,
    vault::IVault,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, sol};
use kit::{AAVE, META_MORPHO, Refusal, Tenor, leg, usdc};

use super::{WAD, create, funded, id};

sol! {
    /// `FlashBorrower.sol`.
    interface IFlashBorrower {
        function borrow(address lender, address token, uint256 assets, address[] targets, bytes[] calls) external;
        function relay(address[] targets, bytes[] calls) external;
    }
}

const RELATIVE_CAP: u8 = 1;
/// At most 60 % of the million that stays may be in Aave: this is more, and of five millions it would be little.
const OVER_CAP: i64 = 700_000;
const BORROWED: u64 = 4_000_000;
const EPOCH_SECS: u64 = 3_600;

type Calls = Vec<(Address, Bytes)>;

/// A vault with a million that has stayed, and a thief with a keeper's key and some dollars.
struct Heist {
    tenor: Tenor,
    thief: Address,
}

impl Heist {
    fn new() -> Self {
        let tenor = funded();
        let thief = create(&tenor, "FlashBorrower", &[]);
        let (whole, expiry) = (U256::from(WAD), U256::from(u32::MAX));
        let (positions, turnover) = (u64::MAX, whole * U256::from(10));
        let grant = IBoard::setKeeperCall { keeper: thief, positions, turnoverWad: turnover, lossWad: whole, expiry };
        tenor.govern(tenor.curator, &grant);
        let this = Self { tenor, thief };
        // For what it leaves behind.
        this.fund(this.thief, usdc(100));
        this
    }

    fn fund(&self, account: Address, assets: U256) {
        self.tenor.world.fund(&self.tenor.chain, account, assets).expect("the token mints");
    }

    fn enter(&self, assets: U256) -> Calls {
        let (vault, usdc) = (self.tenor.vault, self.tenor.world.tokens.usdc);
        let approve = IERC20::approveCall { spender: vault, value: assets };
        let deposit = IVault::depositCall { assets, receiver: self.thief };
        vec![(usdc, approve.abi_encode().into()), (vault, deposit.abi_encode().into())]
    }

    /// Takes back what was put in, but for a dollar: entry pays a little more than exit gets.
    fn leave(&self, assets: U256) -> Calls {
        let assets = assets - usdc(1);
        let call = IVault::withdrawCall { assets, receiver: self.thief, owner: self.thief };
        vec![(self.tenor.vault, call.abi_encode().into())]
    }

    fn rebalance(&self, legs: Vec<Leg>) -> Calls {
        let IDesk::Grant { nonce, .. } = self.tenor.view(self.tenor.vault, &IDesk::grantCall { keeper: self.thief });
        let intent = IDesk::Intent { nonce, ..self.tenor.intent(legs) };
        vec![(self.tenor.vault, IDesk::rebalanceCall { intent }.abi_encode().into())]
    }

    /// Makes calls within a flash loan.
    fn borrow(&self, calls: Calls) -> Result<(), Refusal> {
        let (lender, token) = (self.tenor.world.morpho.morpho, self.tenor.world.tokens.usdc);
        let (targets, calls) = calls.into_iter().unzip();
        let call = IFlashBorrower::borrowCall { lender, token, assets: usdc(BORROWED), targets, calls };
        self.tenor.send(self.tenor.wallets[3], self.thief, &call).map(drop)
    }

    /// Makes calls in one transaction, with the thief's own money.
    fn relay(&self, calls: Calls) -> Result<(), Refusal> {
        let (targets, calls) = calls.into_iter().unzip();
        self.tenor.send(self.tenor.wallets[3], self.thief, &IFlashBorrower::relayCall { targets, calls }).map(drop)
    }

    fn invested(&self, position: u32) -> U256 {
        self.tenor.view(self.tenor.vault, &IDesk::positionsCall {})[position as usize].value
    }

    /// Demands that more than the cap of the money that stayed is refused, as a breach of that cap.
    #[track_caller]
    fn is_refused(&self, attack: Result<(), Refusal>) {
        let breach = attack.expect_err("the money has not stayed").expect::<LimitBreached>();
        assert_eq!((breach.limit, breach.id), (RELATIVE_CAP, id("protocol/aave-v3")));
        assert_eq!(breach.bound, U256::from(WAD / 10 * 6));
        assert_eq!(self.invested(AAVE), U256::ZERO);
    }

    /// The same legs, with money that stayed for two epochs.
    #[track_caller]
    fn passes_with_money_that_stays(&self) {
        self.fund(self.thief, usdc(BORROWED));
        self.relay(self.enter(usdc(BORROWED))).expect("anyone deposits");
        self.tenor.ripen();
        self.relay(self.rebalance(vec![leg(AAVE, OVER_CAP)])).expect("14 % of what has stayed");
        assert!(self.invested(AAVE) > usdc(OVER_CAP as u64 - 1));
    }
}

#[test]
fn a_flash_loan_that_is_deposited_loosens_no_relative_cap() {
    let heist = Heist::new();
    let loan = usdc(BORROWED);
    let around = |legs| [heist.enter(loan), heist.rebalance(legs), heist.leave(loan)].concat();

    heist.is_refused(heist.borrow(around(vec![leg(AAVE, OVER_CAP)])));
    // A way around by a second position and back, and all that the loan itself would pay for.
    heist.is_refused(heist.borrow(around(vec![leg(META_MORPHO, 500_000), leg(AAVE, OVER_CAP)])));
    heist.is_refused(heist.borrow(around(vec![leg(AAVE, 2_500_000)])));
    // What the caps of the money that stays allow passes, with the loan around it, which is paid back.
    let lender = heist.tenor.world.morpho.morpho;
    let held = heist.tenor.usdc_of(lender);
    heist.borrow(around(vec![leg(AAVE, 599_000)])).expect("the loan harms nobody");
    assert!(heist.invested(AAVE) > usdc(598_999));
    assert_eq!(heist.tenor.usdc_of(lender), held);
}

#[test]
fn the_same_rebalance_passes_with_money_that_stayed() {
    Heist::new().passes_with_money_that_stays();
}

#[test]
fn a_deposit_for_some_transactions_within_an_epoch_loosens_no_relative_cap() {
    let heist = Heist::new();
    let money = usdc(BORROWED);
    heist.fund(heist.thief, money);

    // In at every place of an epoch, out an epoch later at the latest.
    for begins in [0, EPOCH_SECS / 2, EPOCH_SECS - 60] {
        heist.tenor.pass(begins);
        heist.relay(heist.enter(money)).expect("anyone deposits");
        for waits in [0, 60, EPOCH_SECS / 2, EPOCH_SECS / 3] {
            heist.tenor.pass(waits);
            heist.is_refused(heist.relay(heist.rebalance(vec![leg(AAVE, OVER_CAP)])));
            heist.relay(heist.rebalance(vec![])).expect("a sign of life");
        }
        heist.relay(heist.leave(money)).expect("and leaves");
        heist.is_refused(heist.relay(heist.rebalance(vec![leg(AAVE, OVER_CAP)])));
    }
    // A flash loan on top of what came a moment ago.
    heist.relay(heist.enter(money)).expect("anyone deposits");
    let more = [heist.enter(money), heist.rebalance(vec![leg(AAVE, OVER_CAP)]), heist.leave(money)].concat();
    heist.is_refused(heist.borrow(more));
    heist.relay(heist.leave(money)).expect("and leaves");

    heist.passes_with_money_that_stays();
}

#[test]
fn steps_of_a_keeper_within_an_epoch_add_up_to_no_more_than_the_relative_cap() {
    let heist = Heist::new();
    let loan = usdc(BORROWED);
    let around = |legs| [heist.enter(loan), heist.rebalance(legs), heist.leave(loan)].concat();
    heist.borrow(around(vec![leg(AAVE, 300_000)])).expect("within the cap");
    heist.borrow(around(vec![leg(AAVE, 299_000)])).expect("within the cap");

    for step in [1_100, 2_000, 300_000] {
        let breach = heist.borrow(around(vec![leg(AAVE, step)])).expect_err("no more than 60 %");
        assert_eq!(breach.expect::<LimitBreached>().limit, RELATIVE_CAP);
    }

    assert!(heist.invested(AAVE) < usdc(600_000));
}

#[test]
fn donations_of_the_asset_loosen_no_relative_cap() {
    let heist = Heist::new();
    let (tenor, gift) = (&heist.tenor, usdc(9_000_000));
    let over_cap = || heist.relay(heist.rebalance(vec![leg(AAVE, OVER_CAP)]));
    let before = tenor.book();

    for to in [tenor.vault, tenor.deployed.adapters[0], tenor.deployed.adapters[1]] {
        heist.fund(to, gift);
        heist.is_refused(over_cap());
    }
    // To a position rather than to its adapter: shares of the venue in the vault's name.
    let venue = tenor.world.morpho.meta_morpho;
    heist.fund(heist.thief, gift);
    let approve = IERC20::approveCall { spender: venue, value: gift };
    let deposit = IERC4626::depositCall { assets: gift, receiver: tenor.deployed.adapters[1] };
    let give = vec![(tenor.world.tokens.usdc, approve.abi_encode().into()), (venue, deposit.abi_encode().into())];
    heist.relay(give).expect("anyone may give");
    assert_eq!(tenor.view(tenor.deployed.adapters[1], &IAdapter::valueCall {}), U256::ZERO);
    tenor.mark();
    heist.is_refused(over_cap());
    assert_eq!((tenor.book().nav, tenor.book().idle), (before.nav, before.idle), "in nobody's price");

    tenor.ripen();
    tenor.mark();
    heist.is_refused(over_cap());
    heist.passes_with_money_that_stays();
}
