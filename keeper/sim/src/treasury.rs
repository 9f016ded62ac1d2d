//! A tokenised fund of treasuries: our own reference, for no package ships one (`contracts/solidity/src/treasury/`).
//!
//! No part of every world: whoever needs it asks for it. What is hostile about it is what its administrator may do.

use abi::{
    erc20::IERC20,
    erc7540::{IERC7540Redeem, ITreasuryFund},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use devnet::Chain;

use crate::{Artifacts, Error, World, session::Session};

/// Where a fund is, and who administers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Treasury {
    /// The fund; its shares, of 18 decimals, are its own token.
    pub fund: Address,
    /// What a whole share is worth, as the administrator publishes it, in 18 decimals.
    pub feed: Address,
    /// Publishes prices, fulfils redemptions, takes money that nobody can claim, pauses.
    pub administrator: Address,
}

/// Decimals of the published price.
const PRICE_DECIMALS: u8 = 18;

impl World {
    /// Deploys a fund of USDC whose shares are worth so much now, in wad.
    ///
    /// # Errors
    /// An artifact is missing, or the chain refuses.
    pub fn deploy_treasury(
        &self,
        chain: &Chain,
        artifacts: &Artifacts,
        administrator: Address,
        price_wad: u64,
    ) -> Result<Treasury, Error> {
        let session = Session::new(chain);
        let arguments = (administrator, U256::from(PRICE_DECIMALS), U256::from(price_wad)).abi_encode_params();
        let feed = session.deploy(self.admin, artifacts.ours("NavFeed")?, &arguments)?;
        let named = ("Treasury Bill Fund", "TBILL", self.tokens.usdc, feed, administrator).abi_encode_params();
        let fund = session.deploy(self.admin, artifacts.ours("TreasuryFund")?, &named)?;
        Ok(Treasury { fund, feed, administrator })
    }

    /// Has the administrator publish what a share is worth, in wad, as of the latest block.
    ///
    /// # Errors
    /// The price is no later than the one before it, or the chain refuses.
    pub fn publish(&self, chain: &Chain, treasury: &Treasury, price_wad: u64) -> Result<(), Error> {
        let (price, now) = (U256::from(price_wad), U256::from(chain.head().timestamp_secs()));
        let call = ITreasuryFund::publishCall { price, pricedAt: now };
        Session::new(chain).send(treasury.administrator, treasury.feed, &call)
    }

    /// Has the administrator fulfil so many shares that wait for a controller.
    ///
    /// # Errors
    /// Fewer wait, the fund has not the money, or the chain refuses.
    pub fn fulfil(&self, chain: &Chain, treasury: &Treasury, controller: Address, shares: U256) -> Result<(), Error> {
        let call = ITreasuryFund::fulfilCall { controller, shares };
        Session::new(chain).send(treasury.administrator, treasury.fund, &call)
    }

    /// The shares that wait for a controller.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn pending(&self, chain: &Chain, treasury: &Treasury, controller: Address) -> Result<U256, Error> {
        let call = IERC7540Redeem::pendingRedeemRequestCall { requestId: U256::ZERO, controller };
        Session::new(chain).view(treasury.fund, &call)
    }

    /// Has the administrator take money that nobody can claim, as if for treasuries.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn take_from_fund(&self, chain: &Chain, treasury: &Treasury, assets: U256) -> Result<(), Error> {
        let call = ITreasuryFund::takeCall { assets, to: treasury.administrator };
        Session::new(chain).send(treasury.administrator, treasury.fund, &call)
    }

    /// Has the administrator bring money back, as if of treasuries that were sold.
    ///
    /// # Errors
    /// He has not so much, or the chain refuses.
    pub fn bring_to_fund(&self, chain: &Chain, treasury: &Treasury, assets: U256) -> Result<(), Error> {
        let call = IERC20::transferCall { to: treasury.fund, value: assets };
        Session::new(chain).send(treasury.administrator, self.tokens.usdc, &call)
    }

    /// Has the administrator stop subscriptions or claims, or let them go on.
    ///
    /// # Errors
    /// The chain refuses.
    pub fn pause_fund(
        &self,
        chain: &Chain,
        treasury: &Treasury,
        subscriptions: bool,
        claims: bool,
    ) -> Result<(), Error> {
        let call = ITreasuryFund::pauseCall { subscriptions, claims };
        Session::new(chain).send(treasury.administrator, treasury.fund, &call)
    }
}
