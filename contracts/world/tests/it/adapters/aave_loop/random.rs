//! Random histories against a slow reference: what is reported is what Aave holds, and no movement lowers health below both
//! the target and what it was.

use abi::aave::IAavePool;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Invest(u64),
    /// A part of the value, in thousandths.
    Divest(u16),
    DivestAll,
    Lower(u64),
    /// Dollars: of the oracle's bid, its ask above that, of Aave and of the pool.
    Price([u16; 4]),
    /// Interest of both sides, in millionths.
    Interest(u16, u16),
    Gift(u32),
    Repayment(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let near = || 1_950_u16..2_050;
    prop_oneof![
        4 => (0_u64..10_000_000_000).prop_map(Step::Invest),
        4 => (0_u16..1_001).prop_map(Step::Divest),
        1 => Just(Step::DivestAll),
        3 => (0_u64..10_000_000_000).prop_map(Step::Lower),
        2 => (near(), 0_u16..20, near(), near()).prop_map(|(bid, more, aave, pool)| Step::Price([bid, more, aave, pool])),
        1 => (1_400_u16..2_600).prop_map(|all| Step::Price([all, 0, all, all])),
        2 => (0_u16..10_000, 0_u16..10_000).prop_map(|(income, growth)| Step::Interest(income, growth)),
        1 => any::<u32>().prop_map(Step::Gift),
        1 => any::<u32>().prop_map(Step::Repayment),
    ]
}

fn make() -> impl Strategy<Value = Make> {
    let lenders = prop_oneof![Just(LENDER), Just(VENUE)];
    let tokens = prop_oneof![Just(COLLATERAL), Just(FIRST)];
    let decimals = prop_oneof![Just(18_u8), Just(8)];
    (lenders, tokens, decimals, 12_000_u16..30_000, 0_u16..300, 0_u128..31).prop_map(
        |(lender, collateral, decimals, target_bps, slip_bps, fee_bps)| Make {
            lender,
            collateral,
            decimals,
            target_bps,
            slip_bps,
            fee_bps,
            e_mode: 0,
        },
    )
}

/// What is known beside the chain.
struct Reference {
    position: Loop,
    /// Scaled units that strangers have supplied for us.
    given: U256,
    /// What rounding has left uncounted.
    lost: U256,
}

impl Reference {
    /// Demands that the report is what Aave's own accounts say, in plain arithmetic; the numbers are small enough.
    fn check(&self) -> Report {
        let (position, world) = (&self.position, &self.position.world);
        let report = position.report();
        let ray = U256::from(10).pow(u(27));
        let counted = credit::supplied(world, VENUE, ADAPTER) - self.given - self.lost;
        assert_eq!(world.peek(ADAPTER, 1), counted, "what we count is what is there but for gifts");
        let collateral = counted * world.peek(VENUE, credit::INCOME_RAY) / ray;
        let debt = (credit::owed(world, VENUE, ADAPTER) * world.peek(VENUE, credit::DEBT_RAY)).div_ceil(ray);
        let scale = U256::from(10).pow(u(12 + u128::from(position.make.decimals)));
        let bid = world.peek(ORACLE, oracle::BID_WAD);
        let aave = world.peek(VENUE, credit::COLLATERAL_PRICE) * U256::from(10).pow(u(10));
        let worth = collateral * bid / scale;
        let backing = collateral * bid.min(aave) / scale * u(8_000) / u(10_000);
        assert_eq!(report.debt, debt);
        assert_eq!(report.backing, backing);
        assert_eq!(report.value, worth.saturating_sub(debt), "value and debt are what the collateral is worth");
        report
    }

    /// Demands that a movement ends at the target or where health was.
    fn healthy(&self, before: &Report, after: &Report) {
        let target = u(self.position.make.target_bps.into());
        let at_target = after.backing * u(10_000) >= after.debt * target;
        let kept = before.debt > U256::ZERO && after.backing * before.debt >= before.backing * after.debt;
        assert!(at_target || kept, "{:?} {:?}", words(before), words(after));
    }

    fn run(&mut self, step: &Step) {
        let before = self.check();
        let (position, world) = (&self.position, &self.position.world);
        match *step {
            Step::Invest(assets) => {
                let Ok(moved) = position.try_invest(assets.into()) else {
                    let there = position.balance(USDC, ADAPTER);
                    token::burn(world, USDC, ADAPTER, there.min(assets.into()));
                    return;
                };
                self.healthy(&moved.before, &moved.after_);
                assert_eq!(words(&moved.before), words(&before));
                let grown = moved.after_.value.saturating_sub(before.value);
                let swapped = u(assets.into()) + moved.after_.debt.saturating_sub(before.debt);
                let better = swapped * u(6) / u(100); // The pool may be up to 5.2 % better than the oracle.
                assert!(grown <= u(assets.into()) + better + u(10), "no value comes from nowhere");
            }
            Step::Divest(part) => {
                let assets = before.value * U256::from(part) / u(1_000);
                let held = position.balance(USDC, VAULT);
                let Ok(moved) = position.try_call(VAULT, IAdapter::deallocateCall { assets }) else { return };
                self.healthy(&moved.before, &moved.after_);
                assert_eq!(u(position.balance(USDC, VAULT) - held), assets, "it pays exactly");
                assert!(moved.after_.units <= before.units);
            }
            Step::DivestAll => {
                let moved = position.try_call(VAULT, IAdapter::deallocateCall { assets: U256::MAX });
                let Ok(moved) = moved else { return };
                assert_eq!((moved.after_.value, moved.after_.units, moved.after_.debt), Default::default());
                self.lost = credit::supplied(world, VENUE, ADAPTER) - self.given;
                assert!(self.lost <= u(8), "dust at most");
            }
            Step::Lower(debt) => {
                let call =
                    IAdapter::deleverageCall { debtAssets: debt.try_into().expect("fits"), targetBps: u(TARGET) };
                let Ok(moved) = position.try_call(VAULT, call) else { return };
                self.healthy(&moved.before, &moved.after_);
                assert_eq!(moved.after_.units, before.units);
                let repaid = before.debt.saturating_sub(moved.after_.debt);
                assert!(repaid <= U256::from(debt) + u(2), "no more than it is told");
            }
            Step::Price([bid, more, aave, of_pool]) => {
                position.price(aave.into());
                world.poke(ORACLE, oracle::BID_WAD, u(u128::from(bid) * WAD));
                world.poke(ORACLE, oracle::ASK_WAD, u(u128::from(bid + more) * WAD));
                world.poke(SWAP, exchange::PRICE_WAD, u(u128::from(of_pool) * WAD));
            }
            Step::Interest(income, growth) => {
                for (slot, millionths) in [(credit::INCOME_RAY, income), (credit::DEBT_RAY, growth)] {
                    let index = world.peek(VENUE, slot);
                    world.poke(VENUE, slot, index + index * U256::from(millionths) / u(1_000_000));
                }
            }
            Step::Gift(tokens) => {
                let (collateral, amount) = (position.make.collateral, u128::from(tokens) + 1);
                token::mint(world, collateral, ALICE, amount);
                world
                    .call(ALICE, collateral, &IERC20::approveCall { spender: VENUE, value: U256::MAX })
                    .expect("approves");
                let held = credit::supplied(world, VENUE, ADAPTER);
                let supply = IAavePool::supplyCall {
                    asset: collateral,
                    amount: u(amount),
                    onBehalfOf: ADAPTER,
                    referralCode: 0,
                };
                world.call_raw(ALICE, VENUE, supply.abi_encode()).expect("a stranger supplies for us");
                self.given += credit::supplied(world, VENUE, ADAPTER) - held;
            }
            Step::Repayment(assets) => {
                token::mint(world, USDC, ALICE, assets.into());
                world.call(ALICE, USDC, &IERC20::approveCall { spender: VENUE, value: U256::MAX }).expect("approves");
                let (amount, two) = (U256::from(assets), u(2));
                let repay = IAavePool::repayCall { asset: USDC, amount, interestRateMode: two, onBehalfOf: ADAPTER };
                // Where nothing is owed nothing is taken.
                let _ = world.call_raw(ALICE, VENUE, repay.abi_encode());
            }
        }
        self.position.has_no_approval();
        self.check();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_position_is_what_aave_holds_for_it_and_no_movement_lowers_its_health(
        make in make(),
        steps in prop::collection::vec(step(), 1..16),
    ) {
        let mut reference = Reference { position: make.open(), given: U256::ZERO, lost: U256::ZERO };
        reference.run(&Step::Invest(1_000_000_000));
        for step in &steps {
            reference.run(step);
        }
    }
}
