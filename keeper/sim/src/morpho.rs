//! Morpho Blue as published, with its adaptive rate model, some markets and a MetaMorpho vault (v1.0) over the first.

use abi::{
    erc4626::IERC4626,
    morpho::{IMetaMorpho, IMorpho, IMorpho::MarketParams},
};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::SolValue;

use crate::{
    Artifacts, Error, Tokens,
    interfaces::IMorphoOracle,
    session::Session,
    utilisation::{self, Move, WAD},
};

/// Where the contracts are, and which markets there are.
#[derive(Clone, Debug)]
pub struct Morpho {
    /// All markets in one contract.
    pub morpho: Address,
    /// The rate model, AdaptiveCurveIrm.
    pub irm: Address,
    /// The markets' price source.
    pub oracle: Address,
    /// The ERC-4626 vault that supplies the first market.
    pub meta_morpho: Address,
    /// The first market's id, the hash of its terms.
    pub market_id: B256,
    /// Every market's id, in order: the first, then those that only direct lenders supply.
    pub market_ids: Vec<B256>,
    tokens: Tokens,
}

/// What may be borrowed against the collateral in the first market: 86 %, one of Morpho's own steps.
const LLTV_WAD: u64 = 860_000_000_000_000_000;
/// How much less in each market after it: one percent, so that every market has an id of its own.
const LLTV_STEP_WAD: u64 = 10_000_000_000_000_000;
/// So many that the last one still lends what borrowers here borrow, half of the collateral's value.
pub(crate) const MAX_MARKETS: u64 = 32;
/// One USDC.
const SEED_ASSETS: u64 = 1_000_000;
/// Where the rate model leaves its curve alone.
const TARGET_UTILISATION_WAD: u64 = 900_000_000_000_000_000;
/// The shortest delay that MetaMorpho accepts for a change that adds risk.
const TIMELOCK_SECS: u64 = 86_400;
/// What the vault may supply to the market: a billion USDC, so that the cap never binds here.
const CAP_ASSETS: u64 = 1_000_000_000_000_000;
/// A US dollar of 8 decimals for 1e18 base units, as USDC base units (6 decimals) for one base unit, times 1e36.
const PRICE_SCALE_EXPONENT: u64 = 36 + 6 - 18 - 8;

impl Morpho {
    /// Deploys the first market and the vault over it; nothing is supplied yet but a seed of one USDC. Lets the vault's
    /// timelock pass.
    pub(crate) fn deploy(
        session: &Session,
        artifacts: &Artifacts,
        (admin, borrower): (Address, Address),
        tokens: Tokens,
        price_usd_e8: u64,
    ) -> Result<Self, Error> {
        let morpho = session.deploy(admin, artifacts.morpho("lib/morpho-blue/src/Morpho")?, &admin.abi_encode())?;
        let irm = artifacts.morpho("lib/morpho-blue-irm/src/adaptive-curve-irm/AdaptiveCurveIrm")?;
        let irm = session.deploy(admin, irm, &morpho.abi_encode())?;
        let oracle = session.deploy(admin, artifacts.morpho("src/mocks/OracleMock")?, &[])?;
        let meta_morpho = session.deploy(
            admin,
            artifacts.morpho("lib/metamorpho/src/MetaMorpho")?,
            &(admin, morpho, U256::from(TIMELOCK_SECS), tokens.usdc, "MetaMorpho USDC", "mmUSDC").abi_encode_params(),
        )?;
        let mut this = Self { morpho, irm, oracle, meta_morpho, market_id: B256::ZERO, market_ids: Vec::new(), tokens };

        this.set_price(session, admin, price_usd_e8)?;
        session.send(admin, morpho, &IMorpho::enableIrmCall { irm })?;
        this.market_id = this.create_market(session, admin)?;
        this.seed(session, admin, borrower)?;
        this.open_vault(session, admin)?;
        Ok(this)
    }

    /// Creates one more market, with nothing in it; returns its id.
    pub(crate) fn create_market(&mut self, session: &Session, admin: Address) -> Result<B256, Error> {
        let terms = self.terms(self.market_ids.len());
        session.send(admin, self.morpho, &IMorpho::enableLltvCall { lltv: terms.lltv })?;
        session.send(admin, self.morpho, &IMorpho::createMarketCall { marketParams: terms.clone() })?;
        let id = keccak256(terms.abi_encode());
        self.market_ids.push(id);
        Ok(id)
    }

    /// Returns the first market's terms.
    pub fn market(&self) -> MarketParams {
        self.terms(0)
    }

    /// Returns the terms of a market by its place in `market_ids`.
    pub fn terms(&self, market: usize) -> MarketParams {
        MarketParams {
            loanToken: self.tokens.usdc,
            collateralToken: self.tokens.weth,
            oracle: self.oracle,
            irm: self.irm,
            lltv: U256::from(LLTV_WAD) - U256::from(LLTV_STEP_WAD) * U256::from(market),
        }
    }

    /// Makes the smallest of markets, at the utilisation that the rate model aims at: it moves the whole curve by half
    /// in five days of an idle market, and the vault's delay is yet to pass.
    fn seed(&self, session: &Session, admin: Address, borrower: Address) -> Result<(), Error> {
        self.supply_market(session, 0, admin, U256::from(SEED_ASSETS))?;
        self.borrow_to(session, 0, borrower, TARGET_UTILISATION_WAD)
    }

    /// Lets the vault supply the market: submits the cap, waits for its delay, accepts it.
    fn open_vault(&self, session: &Session, admin: Address) -> Result<(), Error> {
        let submit = IMetaMorpho::submitCapCall { marketParams: self.market(), newSupplyCap: U256::from(CAP_ASSETS) };
        session.send(admin, self.meta_morpho, &submit)?;
        session.pass(TIMELOCK_SECS)?;
        let accept = IMetaMorpho::acceptCapCall { marketParams: self.market() };
        session.send(admin, self.meta_morpho, &accept)?;
        let queue = IMetaMorpho::setSupplyQueueCall { newSupplyQueue: vec![self.market_id] };
        session.send(admin, self.meta_morpho, &queue)
    }

    /// Deposits freshly made USDC into the vault in the lender's name.
    pub(crate) fn supply(&self, session: &Session, lender: Address, assets: U256) -> Result<(), Error> {
        session.mint(lender, self.tokens.usdc, lender, assets)?;
        session.approve(self.tokens.usdc, lender, self.meta_morpho, assets)?;
        session.send(lender, self.meta_morpho, &IERC4626::depositCall { assets, receiver: lender })
    }

    /// Takes the lender's USDC back out of the vault.
    pub(crate) fn withdraw(&self, session: &Session, lender: Address, assets: U256) -> Result<(), Error> {
        session.send(lender, self.meta_morpho, &IERC4626::withdrawCall { assets, receiver: lender, owner: lender })
    }

    /// Supplies freshly made USDC to a market in the lender's name, without the vault.
    pub(crate) fn supply_market(
        &self,
        session: &Session,
        market: usize,
        lender: Address,
        assets: U256,
    ) -> Result<(), Error> {
        session.mint(lender, self.tokens.usdc, lender, assets)?;
        session.approve(self.tokens.usdc, lender, self.morpho, assets)?;
        let call = IMorpho::supplyCall {
            marketParams: self.terms(market),
            assets,
            shares: U256::ZERO,
            onBehalf: lender,
            data: Default::default(),
        };
        session.send(lender, self.morpho, &call)
    }

    /// Takes the lender's USDC back out of a market.
    pub(crate) fn withdraw_market(
        &self,
        session: &Session,
        market: usize,
        lender: Address,
        assets: U256,
    ) -> Result<(), Error> {
        let call = IMorpho::withdrawCall {
            marketParams: self.terms(market),
            assets,
            shares: U256::ZERO,
            onBehalf: lender,
            receiver: lender,
        };
        session.send(lender, self.morpho, &call)
    }

    /// Makes the borrower borrow or repay until debt is this part of what is supplied to the market.
    pub(crate) fn borrow_to(
        &self,
        session: &Session,
        market: usize,
        borrower: Address,
        target_wad: u64,
    ) -> Result<(), Error> {
        // The market's stored amounts are those of its last accrual.
        session.send(borrower, self.morpho, &IMorpho::accrueInterestCall { marketParams: self.terms(market) })?;
        let (supplied, borrowed) = self.amounts(session, market)?;
        match utilisation::to_reach(supplied, borrowed, target_wad) {
            Move::Borrow(assets) => {
                self.top_up(session, market, borrower, assets)?;
                let call = IMorpho::borrowCall {
                    marketParams: self.terms(market),
                    assets,
                    shares: U256::ZERO,
                    onBehalf: borrower,
                    receiver: borrower,
                };
                session.send(borrower, self.morpho, &call)
            }
            Move::Repay(assets) if assets == borrowed => self.repay_all(session, market, borrower, borrowed),
            Move::Repay(assets) => self.repay(session, market, borrower, (assets, assets, U256::ZERO)),
            Move::Stay => Ok(()),
        }
    }

    /// Returns what is supplied to a market and borrowed from it at its last accrual, in USDC base units.
    pub(crate) fn amounts(&self, session: &Session, market: usize) -> Result<(U256, U256), Error> {
        let market = session.view(self.morpho, &IMorpho::marketCall { id: self.id(market) })?;
        Ok((U256::from(market.totalSupplyAssets), U256::from(market.totalBorrowAssets)))
    }

    /// Gives the collateral another price, in US dollars with 8 decimals.
    pub(crate) fn set_price(&self, session: &Session, admin: Address, price_usd_e8: u64) -> Result<(), Error> {
        let scale = U256::from(10).pow(U256::from(PRICE_SCALE_EXPONENT));
        let call = IMorphoOracle::setPriceCall { newPrice: U256::from(price_usd_e8) * scale };
        session.send(admin, self.oracle, &call)
    }

    /// Repays every share of the debt: the virtual shares of an empty market make the last unit of it more shares than
    /// there are, so that to repay by assets would fail.
    fn repay_all(&self, session: &Session, market: usize, borrower: Address, borrowed: U256) -> Result<(), Error> {
        let position = session.view(self.morpho, &IMorpho::positionCall { id: self.id(market), user: borrower })?;
        // A thousandth more than the debt of the last accrual pays for the interest since.
        let enough = borrowed + borrowed / U256::from(1_000) + U256::ONE;
        self.repay(session, market, borrower, (enough, U256::ZERO, U256::from(position.borrowShares)))
    }

    /// Repays assets or shares, one of them zero, out of fresh USDC.
    fn repay(
        &self,
        session: &Session,
        market: usize,
        borrower: Address,
        (fresh_assets, assets, shares): (U256, U256, U256),
    ) -> Result<(), Error> {
        session.mint(borrower, self.tokens.usdc, borrower, fresh_assets)?;
        session.approve(self.tokens.usdc, borrower, self.morpho, fresh_assets)?;
        let call = IMorpho::repayCall {
            marketParams: self.terms(market),
            assets,
            shares,
            onBehalf: borrower,
            data: Default::default(),
        };
        session.send(borrower, self.morpho, &call)
    }

    /// Brings the borrower's collateral to a safe multiple of the debt that it will have.
    fn top_up(&self, session: &Session, market: usize, borrower: Address, more_debt: U256) -> Result<(), Error> {
        let price = session.view(self.oracle, &IMorphoOracle::priceCall {})?;
        let position = session.view(self.morpho, &IMorpho::positionCall { id: self.id(market), user: borrower })?;
        let (_, borrowed) = self.amounts(session, market)?;
        // The only borrower here, so the market's debt is theirs.
        let debt = borrowed + more_debt;
        let unit = U256::from(WAD) * U256::from(WAD);
        let needed = utilisation::COLLATERAL_MULTIPLE * debt * unit / price;
        let missing = needed.saturating_sub(U256::from(position.collateral));
        if missing.is_zero() {
            return Ok(());
        }
        session.mint(borrower, self.tokens.weth, borrower, missing)?;
        session.approve(self.tokens.weth, borrower, self.morpho, missing)?;
        let call = IMorpho::supplyCollateralCall {
            marketParams: self.terms(market),
            assets: missing,
            onBehalf: borrower,
            data: Default::default(),
        };
        session.send(borrower, self.morpho, &call)
    }
    fn id(&self, market: usize) -> B256 {
        self.market_ids[market]
    }
}
