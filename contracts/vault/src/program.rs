//! The set of selectors, and the way to the desk.

use alloc::vec::Vec;

use abi::{desk::IDesk, erc20::IERC20, vault::IVault};
use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use book::{Accounts, Asset, Book, Clock, NOT_OPENED, Register, Role};
use host::{Arguments, Revert, VM, Word, delegate, emit, revert, view_word};
use stylus_sdk::stylus_core::{AccountAccess, MessageAccess};

use crate::permit::Permit;

/// The name of the shares.
const NAME: &str = "Tenor Vault";
/// The symbol of the shares.
const SYMBOL: &str = "TENOR";
/// Decimals that shares have beyond the asset's: the virtual shares are 1e12 a unit.
const EXTRA_DECIMALS: u8 = 12;

/// How long an epoch is until governance says otherwise: a day.
const EPOCH_SECS: u32 = 86_400;
/// How long no keeper must be seen before anyone may act, until governance says otherwise: a week.
const SILENCE_SECS: u32 = 604_800;

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
    let beyond = if COMMONS.contains(selector) { Role::Commons } else { Role::Desk };
    route(&mut vault, *selector, arguments).unwrap_or_else(|| vault.delegate(beyond, &input))
}

/// What the commons answer and strangers pay for: they are reached at once, not by the desk.
const COMMONS: [[u8; 4]; 5] = [
    IDesk::markCall::SELECTOR,
    IDesk::deleverageCall::SELECTOR,
    IDesk::evacuateCall::SELECTOR,
    IDesk::tripCall::SELECTOR,
    IDesk::settleCall::SELECTOR,
];

host::routes! { IVault for Vault, this:
    initializeCall(a) => this.initialize(a);
    depositCall(a) => this.deposit(a.uint()?, a.address()?);
    withdrawCall(a) => this.withdraw(a.uint()?, a.address()?, a.address()?);
    redeemCall(a) => this.redeem(a.uint()?, a.address()?, a.address()?);
    mintCall(a) => this.mint(a.uint()?, a.address()?);
    transferCall(a) => this.transfer(this.vm.msg_sender(), a.address()?, a.uint()?);
    transferFromCall(a) => this.transfer_from(a.address()?, a.address()?, a.uint()?);
    approveCall(a) => this.approve(this.vm.msg_sender(), a.address()?, a.uint()?);
    permitCall(a) => this.permit(&Permit::read(a)?);
    balanceOfCall(a) => view(this.book.balance_shares(a.address()?));
    totalSupplyCall(_) => view(this.book.supply().shares);
    allowanceCall(a) => view(this.book.allowance_shares(a.address()?, a.address()?));
    totalAssetsCall(_) => view(this.exit_nav());
    convertToSharesCall(a) => this.convert_to_shares(a.uint()?);
    convertToAssetsCall(a) => this.convert_to_assets(a.uint()?);
    previewDepositCall(a) => this.preview_deposit(a.uint()?);
    previewMintCall(a) => this.preview_mint(a.uint()?);
    previewWithdrawCall(a) => this.preview_withdraw(a.uint()?);
    previewRedeemCall(a) => this.convert_to_assets(a.uint()?);
    maxDepositCall(a) => a.address().map(|_| this.max_deposit());
    maxMintCall(a) => a.address().map(|_| this.max_mint());
    maxWithdrawCall(a) => view(this.max_withdraw(a.address()?));
    maxRedeemCall(a) => view(this.max_redeem(a.address()?));
    assetCall(_) => view(this.book.asset().token);
    deskCall(_) => view(this.book.role(Role::Desk));
    commonsCall(_) => view(this.book.role(Role::Commons));
    boardCall(_) => view(this.book.role(Role::Board));
    lensCall(_) => view(this.book.role(Role::Lens));
    rehearsalCall(_) => view(this.book.role(Role::Rehearsal));
    covenantsCall(_) => view(this.book.role(Role::Covenants));
    decimalsCall(_) => view(this.book.accounts().decimals);
    nameCall(_) => view(NAME);
    symbolCall(_) => view(SYMBOL);
    noncesCall(a) => view(this.book.permit_nonce(a.address()?));
    DOMAIN_SEPARATORCall(_) => view(this.domain_separator());
}

fn view<T>(value: T) -> Result<T, Revert> {
    Ok(value)
}

impl Vault {
    fn initialize(&mut self, arguments: &mut Arguments<'_>) -> Result<(), Revert> {
        let mut accounts = [Address::ZERO; 8];
        for account in &mut accounts {
            *account = arguments.address()?;
        }
        let [asset, desk, commons, board, lens, rehearsal, covenants, owner] = accounts;
        if !self.book.role(Role::Desk).is_zero() {
            return Err(revert::<IVault::AlreadyInitialized>(&[]));
        }
        for account in [asset, desk, commons, board, lens, rehearsal, covenants] {
            if self.vm.code_size(account) == 0 {
                return Err(revert::<IVault::InvalidAddress>(&[account.word()]));
            }
        }
        if owner.is_zero() {
            return Err(revert::<IVault::InvalidAddress>(&[owner.word()]));
        }
        let decimals = view_word(&self.vm, asset, IERC20::decimalsCall::SELECTOR, &[])
            .ok()
            .and_then(|decimals| u8::try_from(decimals).ok()?.checked_add(EXTRA_DECIMALS))
            .ok_or_else(|| revert::<IVault::AssetCallFailed>(&[]))?;

        self.book.set_accounts(&Accounts { decimals, ..self.book.accounts() });
        self.book.set_asset(&Asset { token: asset, ..Asset::default() });
        self.book.set_clock(&Clock { epoch_secs: EPOCH_SECS, blocked_until_secs: NOT_OPENED, ..self.book.clock() });
        self.book.set_register(&Register { silence_secs: SILENCE_SECS, ..Register::default() });
        let roles = [Role::Desk, Role::Commons, Role::Board, Role::Lens, Role::Rehearsal, Role::Covenants, Role::Owner];
        let programs = [desk, commons, board, lens, rehearsal, covenants, owner];
        for (role, account) in roles.into_iter().zip(programs) {
            self.book.set_role(role, account);
        }
        let words = accounts.map(Word::word);
        let numbers = [decimals.word(), EPOCH_SECS.word(), SILENCE_SECS.word()];
        emit::<IVault::Initialized>(&self.vm, &[], [words.as_slice(), &numbers].concat().as_slice());
        Ok(())
    }

    /// Runs another program's code on this storage.
    pub(crate) fn delegate(&self, role: Role, input: &[u8]) -> Result<Vec<u8>, Revert> {
        let program = self.book.role(role);
        if program.is_zero() {
            return Err(Vec::new());
        }
        delegate(&self.vm, program, input)
    }
}
