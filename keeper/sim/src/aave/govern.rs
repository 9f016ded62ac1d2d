//! What governance does with the market after its deployment, for replays of what has happened to such markets.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;

use super::Aave;
use crate::{
    Artifacts, Error,
    interfaces::{IAaveOracle, IPoolAddressesProvider, IPoolConfigurator},
    session::Session,
    stress::Listing,
};

impl Aave {
    /// The e-mode of [`Aave::list_again`].
    pub(crate) const E_MODE: u8 = 1;

    /// Lets these feeds, with 8 decimals, price the collateral and USDC.
    pub(crate) fn price_by(&self, session: &Session, collateral: Address, usdc: Address) -> Result<(), Error> {
        let assets = vec![self.tokens.weth, self.tokens.usdc];
        let call = IAaveOracle::setAssetSourcesCall { assets, sources: vec![collateral, usdc] };
        session.send(self.admin, self.oracle, &call)
    }

    /// Gives the collateral other terms: its own, or in an e-mode, which USDC joins.
    pub(crate) fn list_again(&self, session: &Session, listing: &Listing) -> Result<(), Error> {
        let configurator = self.configurator(session)?;
        if !listing.is_e_mode {
            let call = IPoolConfigurator::configureReserveAsCollateralCall {
                asset: self.tokens.weth,
                ltv: U256::from(listing.ltv_bps),
                liquidationThreshold: U256::from(listing.threshold_bps),
                liquidationBonus: U256::from(listing.bonus_bps),
            };
            return session.send(self.admin, configurator, &call);
        }
        let call = IPoolConfigurator::setEModeCategoryCall {
            categoryId: Self::E_MODE,
            ltv: listing.ltv_bps,
            liquidationThreshold: listing.threshold_bps,
            liquidationBonus: listing.bonus_bps,
            oracle: Address::ZERO,
            label: "Correlated".into(),
        };
        session.send(self.admin, configurator, &call)?;
        for asset in [self.tokens.usdc, self.tokens.weth] {
            let call = IPoolConfigurator::setAssetEModeCategoryCall { asset, newCategoryId: Self::E_MODE };
            session.send(self.admin, configurator, &call)?;
        }
        Ok(())
    }

    /// Lets USDC be borrowed for a moment.
    pub(crate) fn lend_for_a_moment(&self, session: &Session) -> Result<(), Error> {
        let call = IPoolConfigurator::setReserveFlashLoaningCall { asset: self.tokens.usdc, enabled: true };
        session.send(self.admin, self.configurator(session)?, &call)
    }

    /// Has Aave's own sentinel refuse loans, and liquidations from a health of 0.95 on, while the sequencer is down by its
    /// feed and for a time after.
    pub(crate) fn guard(
        &self,
        session: &Session,
        artifacts: &Artifacts,
        sequencer: Address,
        grace_secs: u64,
    ) -> Result<(), Error> {
        let code = artifacts.aave("protocol/configuration/PriceOracleSentinel.sol/PriceOracleSentinel", &[])?;
        let arguments = (self.provider, sequencer, U256::from(grace_secs)).abi_encode_params();
        let sentinel = session.deploy(self.admin, code, &arguments)?;
        let call = IPoolAddressesProvider::setPriceOracleSentinelCall { newPriceOracleSentinel: sentinel };
        session.send(self.admin, self.provider, &call)
    }

    fn configurator(&self, session: &Session) -> Result<Address, Error> {
        session.view(self.provider, &IPoolAddressesProvider::getPoolConfiguratorCall {})
    }
}
