//! The world around the vault: tokens, venues with their lenders and borrowers, prices and time.

use alloy_primitives::{Address, U256, keccak256};
use alloy_sol_types::SolValue;
use devnet::Chain;

use crate::{Aave, Artifacts, Curve, Error, Morpho, Target, morpho, session::Session, utilisation::WAD};

/// The two tokens of this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// The asset that is lent: a test token with 6 decimals, minted to whoever asks.
    pub usdc: Address,
    /// The volatile collateral: a test token with 18 decimals.
    pub weth: Address,
}

/// A place where USDC can be lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Venue {
    /// Aave's pool.
    Aave,
    /// The MetaMorpho vault over the first Morpho market.
    MetaMorpho,
    /// A Morpho market itself, by its place in [`Morpho::market_ids`]; the first one is MetaMorpho's.
    Market(usize),
}

impl Venue {
    /// The venues of every world, in the order in which they are filled; [`World::venues`] has the other markets too.
    pub const ALL: [Self; 2] = [Self::Aave, Self::MetaMorpho];
}

/// What a world starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldConfig {
    /// What others supply to Aave, in USDC base units.
    pub aave_supplied_assets: U256,
    /// The borrowed part of it (1e18 = 100 %).
    pub aave_utilisation_wad: u64,
    /// The rate curve of Aave's USDC.
    pub aave_curve: Curve,
    /// What others deposit into the MetaMorpho vault, in USDC base units.
    pub meta_morpho_supplied_assets: U256,
    /// The borrowed part of it (1e18 = 100 %).
    pub meta_morpho_utilisation_wad: u64,
    /// The Morpho markets beside MetaMorpho's, which others supply directly.
    pub markets: Vec<MarketConfig>,
    /// The price of the collateral, in US dollars with 8 decimals.
    pub collateral_price_usd_e8: u64,
}

/// What a Morpho market starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketConfig {
    /// What others supply, in USDC base units.
    pub supplied_assets: U256,
    /// The borrowed part of it (1e18 = 100 %).
    pub utilisation_wad: u64,
}

impl WorldConfig {
    /// Returns 40 million USDC in Aave and 15 million in MetaMorpho, both at this utilisation, two more Morpho markets
    /// of 20 and 10 million at 80 and 92 %, so that they pay about 2.9 and 5.9 %, and the collateral at 3,000 USD.
    pub fn at(target: &Target) -> Self {
        Self {
            aave_supplied_assets: U256::from(40_000_000_000_000_u64),
            aave_utilisation_wad: target.utilisation_wad,
            aave_curve: Curve::default(),
            meta_morpho_supplied_assets: U256::from(15_000_000_000_000_u64),
            meta_morpho_utilisation_wad: target.utilisation_wad,
            markets: vec![
                MarketConfig { supplied_assets: U256::from(20_000_000_000_000_u64), utilisation_wad: WAD / 100 * 80 },
                MarketConfig { supplied_assets: U256::from(10_000_000_000_000_u64), utilisation_wad: WAD / 100 * 92 },
            ],
            collateral_price_usd_e8: 300_000_000_000,
        }
    }
}

impl Default for WorldConfig {
    /// [`WorldConfig::at`] the built-in utilisation.
    fn default() -> Self {
        Self::at(&Target::built_in())
    }
}

/// The contracts and the people around the vault. Plain data: every action names the chain that it happens on.
#[derive(Clone, Debug)]
pub struct World {
    /// The tokens.
    pub tokens: Tokens,
    /// Aave's market.
    pub aave: Aave,
    /// Morpho's markets and the vault over the first.
    pub morpho: Morpho,
    /// Owns and administers every venue.
    pub admin: Address,
    /// Lends what the vault does not.
    pub lender: Address,
    /// Borrows everything that is borrowed, against collateral of twice the debt's value.
    pub borrower: Address,
}

/// Wei that each of the world's own accounts has for gas.
pub(crate) const GAS_MONEY_WEI: u128 = 1_000_000_000_000_000_000_000;

impl World {
    /// Deploys everything and brings each pool to its utilisation. A day passes on the chain meanwhile.
    ///
    /// On a chain with the same clock the same configuration gives the same addresses and the same state.
    ///
    /// # Errors
    /// A figure is out of range, an artifact is missing, or a contract or the chain refuses.
    pub fn build(chain: &Chain, config: &WorldConfig, artifacts: &Artifacts) -> Result<Self, Error> {
        check_price(config.collateral_price_usd_e8)?;
        check_utilisation(config.aave_utilisation_wad)?;
        check_utilisation(config.meta_morpho_utilisation_wad)?;
        in_range("markets", config.markets.len() as u64, 0, morpho::MAX_MARKETS - 1)?;
        for market in &config.markets {
            check_utilisation(market.utilisation_wad)?;
        }
        let session = Session::new(chain);
        let [admin, lender, borrower] = ["admin", "lender", "borrower"].map(account);
        for account in [admin, lender, borrower] {
            session.give_gas_money(account, U256::from(GAS_MONEY_WEI));
        }

        let token = |name: &str, symbol: &str, decimals: u8| {
            let arguments = (name, symbol, U256::from(decimals)).abi_encode_params();
            session.deploy(admin, artifacts.ours("TestToken")?, &arguments)
        };
        let tokens = Tokens { usdc: token("USD Coin", "USDC", 6)?, weth: token("Wrapped Ether", "WETH", 18)? };
        let price = config.collateral_price_usd_e8;
        let mut world = Self {
            tokens,
            aave: Aave::deploy(&session, artifacts, admin, tokens, &config.aave_curve, price)?,
            morpho: Morpho::deploy(&session, artifacts, (admin, borrower), tokens, price)?,
            admin,
            lender,
            borrower,
        };

        world.supply(chain, Venue::Aave, config.aave_supplied_assets)?;
        world.supply(chain, Venue::MetaMorpho, config.meta_morpho_supplied_assets)?;
        world.borrow_to(chain, Venue::Aave, config.aave_utilisation_wad)?;
        world.borrow_to(chain, Venue::MetaMorpho, config.meta_morpho_utilisation_wad)?;
        for market in &config.markets {
            let venue = Venue::Market(world.morpho.market_ids.len());
            world.morpho.create_market(&session, admin)?;
            world.supply(chain, venue, market.supplied_assets)?;
            world.borrow_to(chain, venue, market.utilisation_wad)?;
        }
        Ok(world)
    }

    /// Returns every venue: those of [`Venue::ALL`], then the Morpho markets that are only supplied directly.
    pub fn venues(&self) -> Vec<Venue> {
        let others = (1..self.morpho.market_ids.len()).map(Venue::Market);
        Venue::ALL.into_iter().chain(others).collect()
    }

    /// Gives a wallet freshly made USDC, in base units.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn fund(&self, chain: &Chain, wallet: Address, assets: U256) -> Result<(), Error> {
        Session::new(chain).mint(self.admin, self.tokens.usdc, wallet, assets)
    }

    /// Lets other lenders supply more, in USDC base units; zero does nothing.
    ///
    /// # Errors
    /// The venue refuses.
    pub fn supply(&self, chain: &Chain, venue: Venue, assets: U256) -> Result<(), Error> {
        if assets.is_zero() {
            return Ok(());
        }
        let session = Session::new(chain);
        match venue {
            Venue::Aave => self.aave.supply(&session, self.lender, assets),
            Venue::MetaMorpho => self.morpho.supply(&session, self.lender, assets),
            Venue::Market(market) => self.morpho.supply_market(&session, market, self.lender, assets),
        }
    }

    /// Lets other lenders withdraw, in USDC base units.
    ///
    /// # Errors
    /// The venue refuses: it has not so much at hand, or the lenders never supplied it.
    pub fn withdraw(&self, chain: &Chain, venue: Venue, assets: U256) -> Result<(), Error> {
        let session = Session::new(chain);
        match venue {
            Venue::Aave => self.aave.withdraw(&session, self.lender, assets),
            Venue::MetaMorpho => self.morpho.withdraw(&session, self.lender, assets),
            Venue::Market(market) => self.morpho.withdraw_market(&session, market, self.lender, assets),
        }
    }

    /// Lets the borrower borrow or repay until the debt is this part of what is supplied (1e18 = 100 %).
    ///
    /// # Errors
    /// The target is above 100 %, or the venue refuses.
    ///
    /// # Panics
    /// The world has no such market.
    pub fn borrow_to(&self, chain: &Chain, venue: Venue, utilisation_wad: u64) -> Result<(), Error> {
        check_utilisation(utilisation_wad)?;
        let session = Session::new(chain);
        match venue {
            Venue::Aave => self.aave.borrow_to(&session, self.borrower, utilisation_wad),
            Venue::MetaMorpho => self.morpho.borrow_to(&session, 0, self.borrower, utilisation_wad),
            Venue::Market(market) => self.morpho.borrow_to(&session, market, self.borrower, utilisation_wad),
        }
    }

    /// Returns the borrowed part of what is supplied (1e18 = 100 %), rounded down; zero for an empty pool.
    ///
    /// Morpho's is that of the market's last accrual, which every deposit, withdrawal and loan makes.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn utilisation_wad(&self, chain: &Chain, venue: Venue) -> Result<U256, Error> {
        let session = Session::new(chain);
        let (supplied, borrowed) = match venue {
            Venue::Aave => self.aave.amounts(&session)?,
            Venue::MetaMorpho => self.morpho.amounts(&session, 0)?,
            Venue::Market(market) => self.morpho.amounts(&session, market)?,
        };
        Ok((borrowed * U256::from(WAD)).checked_div(supplied).unwrap_or_default())
    }

    /// Gives the collateral another price everywhere, in US dollars with 8 decimals. Nobody is liquidated by it: the
    /// world has no liquidators.
    ///
    /// # Errors
    /// The price is zero or above 1 million dollars, or the chain refuses.
    pub fn set_price(&self, chain: &Chain, price_usd_e8: u64) -> Result<(), Error> {
        check_price(price_usd_e8)?;
        let session = Session::new(chain);
        self.aave.set_price(&session, price_usd_e8)?;
        self.morpho.set_price(&session, self.admin, price_usd_e8)
    }

    /// Lets time pass and makes a block at its end.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn pass(&self, chain: &Chain, secs: u64) -> Result<(), Error> {
        Session::new(chain).pass(secs)
    }
}

/// The address of one of the world's own accounts; nobody has its key.
pub(crate) fn account(name: &str) -> Address {
    Address::from_word(keccak256(format!("tenor sim {name}")))
}

fn check_price(price_usd_e8: u64) -> Result<(), Error> {
    in_range("collateral_price_usd_e8", price_usd_e8, 1, 100_000_000_000_000)
}

fn check_utilisation(utilisation_wad: u64) -> Result<(), Error> {
    in_range("utilisation_wad", utilisation_wad, 0, WAD)
}

fn in_range(name: &'static str, value: u64, min: u64, max: u64) -> Result<(), Error> {
    if (min..=max).contains(&value) { Ok(()) } else { Err(Error::OutOfRange { name, value, min, max }) }
}
