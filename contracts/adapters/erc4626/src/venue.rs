//! An ERC-4626 vault as a venue.

use abi::{adapter::IAdapter, erc4626::IERC4626};
use adapter::{Position, Venue};
use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::SolCall;
use host::{Failure, Revert, VM, Word, balance_of, call_word, revert, view_word};

/// Speaks ERC-4626.
#[derive(Clone, Copy, Debug)]
pub struct Erc4626;

impl Venue for Erc4626 {
    /// "erc4626".
    fn kind(&self) -> B256 {
        b256!("6572633436323600000000000000000000000000000000000000000000000000")
    }

    fn receipt(&self, vm: &VM, venue: Address, asset: Address) -> Result<Address, Revert> {
        let found = view_word(vm, venue, IERC4626::assetCall::SELECTOR, &[])
            .map_err(|_| revert::<IAdapter::InvalidAddress>(&[venue.word()]))?;
        let found = Address::from_word(found.word());
        if found == asset { Ok(venue) } else { Err(revert::<IAdapter::WrongAsset>(&[asset.word(), found.word()])) }
    }

    fn held(&self, position: &Position) -> Result<U256, Failure> {
        balance_of(&position.vm, position.receipt(), position.this())
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<(), Failure> {
        let words = [assets.word(), position.this().word()];
        call_word(&position.vm, position.venue(), IERC4626::depositCall::SELECTOR, &words).map(|_shares| ())
    }

    fn pay(&self, position: &Position, assets: U256) -> Result<U256, Failure> {
        let words = [assets.word(), position.vault().word(), position.this().word()];
        call_word(&position.vm, position.venue(), IERC4626::withdrawCall::SELECTOR, &words).map(|_shares| assets)
    }

    fn pay_all(&self, position: &Position, _held: U256) -> Result<U256, Failure> {
        let words = [position.units().word(), position.vault().word(), position.this().word()];
        call_word(&position.vm, position.venue(), IERC4626::redeemCall::SELECTOR, &words)
    }

    fn value(&self, position: &Position) -> Result<U256, Failure> {
        view_word(&position.vm, position.venue(), IERC4626::previewRedeemCall::SELECTOR, &[position.units().word()])
    }

    fn liquidity(&self, position: &Position) -> U256 {
        view_word(&position.vm, position.venue(), IERC4626::maxWithdrawCall::SELECTOR, &[position.this().word()])
            .unwrap_or(U256::ZERO)
    }
}
