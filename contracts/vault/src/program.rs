//! The set of selectors, and the way to the desk.

use alloc::vec::Vec;

use abi::{erc20::IERC20, vault::IVault};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use book::Book;
use host::{Revert, VM, delegate, revert, view_word};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

/// The name of the shares.
const NAME: &str = "Tenor Vault";
/// The symbol of the shares.
const SYMBOL: &str = "TENOR";
/// Decimals that shares have beyond the asset's: the virtual shares are 1e12 a unit.
const EXTRA_DECIMALS: u8 = 12;

/// The vault during one call.
pub(crate) struct Vault {
    pub(crate) book: Book,
    pub(crate) vm: VM,
}

/// Answers one call.
///
/// # Errors
///
/// A typed error of `IVault` or `IDesk`; empty for ether sent along, malformed arguments, or a selector that neither
/// program knows.
pub fn main(input: Vec<u8>, vm: VM) -> Result<Vec<u8>, Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Vec::new());
    }
    let (selector, arguments) = input.split_first_chunk::<4>().ok_or_else(Vec::new)?;
    let mut vault = Vault { book: Book::open(&vm), vm };
    route(&mut vault, *selector, arguments).unwrap_or_else(|| vault.delegate(&input))
}

host::routes! { IVault for Vault, this:
    initializeCall(c) => this.initialize(c.asset, c.desk, c.owner);
    depositCall(c) => this.deposit(c.assets, c.receiver);
    withdrawCall(c) => this.withdraw(c.assets, c.receiver, c.owner);
    redeemCall(c) => this.redeem(c.shares, c.receiver, c.owner);
    mintCall(c) => this.mint(c.shares, c.receiver);
    transferCall(c) => this.transfer(this.vm.msg_sender(), c.to, c.value);
    transferFromCall(c) => this.transfer_from(c.from, c.to, c.value);
    approveCall(c) => this.approve(this.vm.msg_sender(), c.spender, c.value);
    permitCall(c) => this.permit(&c);
    balanceOfCall(c) => view(this.book.balances.get(c.account));
    totalSupplyCall(_) => view(this.book.supply.get());
    allowanceCall(c) => view(this.book.allowances.getter(c.owner).get(c.spender));
    totalAssetsCall(_) => view(U256::from(this.book.accounts().nav_assets()));
    convertToSharesCall(c) => this.convert_to_shares(c.assets);
    convertToAssetsCall(c) => this.convert_to_assets(c.shares);
    previewDepositCall(c) => this.preview_deposit(c.assets);
    previewMintCall(c) => this.preview_mint(c.shares);
    previewWithdrawCall(c) => this.preview_withdraw(c.assets);
    previewRedeemCall(c) => this.convert_to_assets(c.shares);
    maxDepositCall(_) => view(this.max_deposit());
    maxMintCall(_) => view(this.max_mint());
    maxWithdrawCall(c) => view(this.max_withdraw(c.owner));
    maxRedeemCall(c) => view(this.max_redeem(c.owner));
    assetCall(_) => view(this.book.asset_and_floor().0);
    deskCall(_) => view(this.book.desk.get());
    decimalsCall(_) => view(this.book.accounts().decimals);
    nameCall(_) => view(NAME);
    symbolCall(_) => view(SYMBOL);
    noncesCall(c) => view(this.book.permits.get(c.owner));
    DOMAIN_SEPARATORCall(_) => view(this.domain_separator());
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}

impl Vault {
    fn initialize(&mut self, asset: Address, desk: Address, owner: Address) -> Result<(), Revert> {
        if !self.book.desk.get().is_zero() {
            return Err(revert(IVault::AlreadyInitialized {}));
        }
        for account in [asset, desk] {
            if self.vm.code_size(account) == 0 {
                return Err(revert(IVault::InvalidAddress { account }));
            }
        }
        if owner.is_zero() {
            return Err(revert(IVault::InvalidAddress { account: owner }));
        }
        let decimals = view_word(&self.vm, asset, IERC20::decimalsCall::SELECTOR, &[])
            .ok()
            .and_then(|decimals| u8::try_from(decimals).ok()?.checked_add(EXTRA_DECIMALS))
            .ok_or_else(|| revert(IVault::AssetCallFailed {}))?;

        let mut accounts = self.book.accounts();
        accounts.decimals = decimals;
        self.book.set_accounts(&accounts);
        self.book.set_asset_and_floor(asset, 0);
        self.book.desk.set(desk);
        self.book.owner.set(owner);
        Ok(())
    }

    /// Runs the desk's code on this storage.
    pub(crate) fn delegate(&self, input: &[u8]) -> Result<Vec<u8>, Revert> {
        let desk = self.book.desk.get();
        if desk.is_zero() {
            return Err(Vec::new());
        }
        delegate(&self.vm, desk, input)
    }
}
