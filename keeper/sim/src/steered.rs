//! A venue whose price is steered: `contracts/solidity/src/test/SteeredVault.sol`.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use devnet::Chain;

use crate::{Artifacts, Error, World, interfaces::ISteeredVault, session::Session};

impl World {
    /// Deploys an ERC-4626 venue of USDC at the fair price of one, whose price can be steered by at most so many
    /// hundredths of a percent; the counterparty, which wins and loses the difference, approves it.
    ///
    /// # Errors
    /// The artifact is missing, or the chain refuses.
    pub fn deploy_steered(
        &self,
        chain: &Chain,
        artifacts: &Artifacts,
        counterparty: Address,
        band_bps: u16,
    ) -> Result<Address, Error> {
        let session = Session::new(chain);
        let arguments = (self.tokens.usdc, counterparty, U256::from(band_bps)).abi_encode_params();
        let venue = session.deploy(self.admin, artifacts.ours("SteeredVault")?, &arguments)?;
        session.approve(self.tokens.usdc, counterparty, venue, U256::MAX)?;
        Ok(venue)
    }

    /// Steers the price, in assets a share in wad, in anybody's name.
    ///
    /// # Errors
    /// The price is out of the venue's band.
    pub fn steer(&self, chain: &Chain, by: Address, venue: Address, price_wad: u64) -> Result<(), Error> {
        Session::new(chain).send(by, venue, &ISteeredVault::steerCall { newPriceWad: U256::from(price_wad) })
    }
}
