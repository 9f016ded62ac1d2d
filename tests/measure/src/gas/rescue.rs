//! A vault whose third position owes too much, before a stranger deleverages it; and a contract that owes as much.

use abi::erc20::IERC20;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue, sol};
use anyhow::{Context, ensure};
use devnet::{Call, Receipt, Status};
use kit::{Built, LOOP, Levered, leg, root, usdc};
use model::{Assets, Thresholds};
use sim::Artifacts;

sol! {
    /// `FlashSwapper.sol`.
    interface IFlashSwapper {
        struct Places {
            address asset;
            address collateral;
            address lendingPool;
            address provider;
            address receipt;
            address debtToken;
            address swapPool;
            address feed;
            address quoteFeed;
            uint32 windowSecs;
        }

        function open(uint256 tokens, uint256 assets) external;
        function deleverage(uint256 assets) external;
        function deleverageUnasked(uint256 assets) external;
    }
}

const HOUR_SECS: u64 = 3_600;
const DAY_SECS: u64 = 86_400;
/// What the position was given, and what each deleveraging repays, in whole dollars.
const INVESTED_DOLLARS: i64 = 30_000;
const CHUNK_DOLLARS: u64 = 1_000;
/// What the collateral falls to: two deleveragings later health is below the hard threshold still.
const FALLEN_DOLLARS: u64 = 2_100;
/// 1e18.
const WAD: u64 = 1_000_000_000_000_000_000;

/// A chain with both, before the measured calls.
pub struct Rescue {
    levered: Levered,
    stranger: Address,
}

impl Rescue {
    /// Deploys, invests, lets the price fall, and a day pass.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn build() -> anyhow::Result<Self> {
        let thresholds = Thresholds { chunk: Assets(usdc(CHUNK_DOLLARS)), ..Levered::thresholds() };
        let levered = Levered::built(&Built::default(), thresholds);
        let tenor = &levered.tenor;
        tenor.deposit(tenor.wallets[0], usdc(1_000_000));
        tenor.rebalance(vec![leg(LOOP, INVESTED_DOLLARS)])?;
        levered.set_price(FALLEN_DOLLARS);
        tenor.pass(DAY_SECS);
        levered.refresh(FALLEN_DOLLARS);
        let stranger = tenor.wallets[3];
        Ok(Self { levered, stranger })
    }

    /// Returns a deleveraging by a stranger, an hour after another one.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn deleverage(&self) -> anyhow::Result<Receipt> {
        let tenor = &self.levered.tenor;
        let call = abi::desk::IDesk::deleverageCall { position: LOOP, debt: U256::MAX };
        self.second(|| Ok(tenor.send(self.stranger, tenor.vault, &call)?.0))
    }

    /// Deploys a contract that owes as much for itself, and lowers its debt by the same calls of the same venues.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn bare(&self) -> anyhow::Result<Bare<'_>> {
        let (tenor, places) = (&self.levered.tenor, self.places());
        let code = [Artifacts::of_workspace(&root()).ours("FlashSwapper")?, places.abi_encode()].concat();
        let receipt = tenor.chain.send(&Call::create(self.stranger, code))?;
        let swapper = receipt.contract_address.context("the swapper's address")?;
        let report = self.levered.report(LOOP);
        // The pool was traded in with freshly made collateral, most of which is left.
        let price = U256::from(FALLEN_DOLLARS) * U256::from(1_000_000);
        let tokens = (report.value + report.debt) * U256::from(2 * WAD) / price;
        tenor.send(tenor.wallets[4], places.collateral, &IERC20::transferCall { to: swapper, value: tokens })?;
        self.send(swapper, &IFlashSwapper::openCall { tokens, assets: report.debt })?;
        Ok(Bare { rescue: self, swapper })
    }

    /// Returns what tells of changes at venues: Aave's pool, its tokens of the position, and the pool that swaps.
    pub fn venues(&self) -> [Address; 4] {
        let IFlashSwapper::Places { lendingPool, receipt, debtToken, swapPool, .. } = self.places();
        [lendingPool, receipt, debtToken, swapPool]
    }

    fn places(&self) -> IFlashSwapper::Places {
        let (levered, world) = (&self.levered, &self.levered.tenor.world);
        IFlashSwapper::Places {
            asset: world.tokens.usdc,
            collateral: world.tokens.weth,
            lendingPool: world.aave.pool,
            provider: world.aave.provider,
            receipt: world.aave.collateral_a_token,
            debtToken: world.aave.variable_debt_token,
            swapPool: levered.uniswap.pool,
            feed: levered.feed,
            quoteFeed: levered.quote_feed,
            windowSecs: self.levered.policy.window_secs,
        }
    }

    /// Makes a call, lets an hour pass, and makes it again.
    fn second(&self, call: impl Fn() -> anyhow::Result<Receipt>) -> anyhow::Result<Receipt> {
        self.levered.tenor.pass(HOUR_SECS);
        call()?;
        self.levered.tenor.pass(HOUR_SECS);
        call()
    }

    fn send<C: SolCall>(&self, to: Address, call: &C) -> anyhow::Result<Receipt> {
        let receipt = self.levered.tenor.chain.send(&Call::new(self.stranger, to, call.abi_encode()))?;
        ensure!(receipt.status == Status::Success, "{}: {:?} {}", C::SIGNATURE, receipt.status, receipt.output);
        Ok(receipt)
    }
}

/// The contract that owes for itself.
pub struct Bare<'a> {
    rescue: &'a Rescue,
    swapper: Address,
}

impl Bare<'_> {
    /// Returns a lowering of its debt by as much, with all that a rescue asks venues, an hour after another one.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn deleverage(&self) -> anyhow::Result<Receipt> {
        let assets = usdc(CHUNK_DOLLARS);
        self.rescue.second(|| self.rescue.send(self.swapper, &IFlashSwapper::deleverageCall { assets }))
    }

    /// As [`Self::deleverage`], asking nothing: what changes something, alone.
    ///
    /// # Errors
    ///
    /// What the chain refuses.
    pub fn writes(&self) -> anyhow::Result<Receipt> {
        let assets = usdc(CHUNK_DOLLARS);
        self.rescue.second(|| self.rescue.send(self.swapper, &IFlashSwapper::deleverageUnaskedCall { assets }))
    }
}
