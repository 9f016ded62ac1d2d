//! What the fund and the oracle are asked, and what the fund is told.

use alloc::vec::Vec;

use abi::{erc4626::IERC4626, erc7540::IERC7540Redeem, oracle::IOracle};
use adapter::Position;
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use host::{Failure, Word, balance_of, call_word, number, view_word, view_words};
use math::{mul_div_down, mul_div_up};

use crate::terms::Terms;

/// The only request that a controller has: those of one are one.
const REQUEST: B256 = B256::ZERO;

/// Returns the fund's balance of us, with what strangers have sent here.
pub(crate) fn held(position: &Position) -> Result<U256, Failure> {
    balance_of(&position.vm, position.venue(), position.this())
}

/// Returns the shares of our requests that wait, and those that were fulfilled and not claimed, with what strangers have requested
/// for us.
pub(crate) fn requests(position: &Position) -> Result<[U256; 2], Failure> {
    let ask = |selector| view_word(&position.vm, position.venue(), selector, &[REQUEST, position.this().word()]);
    Ok([ask(IERC7540Redeem::pendingRedeemRequestCall::SELECTOR)?, fulfilled(position)?])
}

fn fulfilled(position: &Position) -> Result<U256, Failure> {
    let selector = IERC7540Redeem::claimableRedeemRequestCall::SELECTOR;
    view_word(&position.vm, position.venue(), selector, &[REQUEST, position.this().word()])
}

/// Returns the shares that would be paid at once, and the assets that they would be paid with.
pub(crate) fn payable(position: &Position) -> Result<[U256; 2], Failure> {
    let ask = |selector| view_word(&position.vm, position.venue(), selector, &[position.this().word()]);
    Ok([ask(IERC4626::maxRedeemCall::SELECTOR)?, ask(IERC4626::maxWithdrawCall::SELECTOR)?])
}

/// Returns what shares are worth at the lower of both prices, rounded down, and at the oracle's higher one, rounded up.
pub(crate) fn worth(position: &Position, shares: U256) -> Result<[U256; 2], Failure> {
    if shares.is_zero() {
        return Ok([U256::ZERO; 2]);
    }
    let words: [B256; 2] = view_words(&position.vm, position.prices(), IOracle::priceCall::SELECTOR, &[])?;
    let [bid_wad, ask_wad] = words.map(number);
    let low = mul_div_down(shares, bid_wad, position.unit()).ok_or_else(Vec::new)?;
    let high = mul_div_up(shares, ask_wad, position.unit()).ok_or_else(Vec::new)?;
    Ok([low.min(converted(position, shares)?), high])
}

/// Returns what the fund itself says that shares are worth.
fn converted(position: &Position, shares: U256) -> Result<U256, Failure> {
    view_word(&position.vm, position.venue(), IERC4626::convertToAssetsCall::SELECTOR, &[shares.word()])
}

/// Returns what all shares of the fund are worth; zero where it does not say.
pub(crate) fn depth(position: &Position) -> U256 {
    view_word(&position.vm, position.venue(), IERC4626::totalAssetsCall::SELECTOR, &[]).unwrap_or(U256::ZERO)
}

/// Buys shares for assets, which are approved, and returns those that were credited.
pub(crate) fn subscribe(position: &Position, assets: U256) -> Result<U256, Failure> {
    let before = held(position)?;
    let words = [assets.word(), position.this().word()];
    call_word(&position.vm, position.venue(), IERC4626::depositCall::SELECTOR, &words)?;
    Ok(held(position)?.saturating_sub(before))
}

/// Requests the redemption of shares, and returns those that were taken for it.
pub(crate) fn request(position: &Position, shares: U256) -> Result<U256, Failure> {
    let (before, this) = (held(position)?, position.this().word());
    let words = [shares.word(), this, this];
    call_word(&position.vm, position.venue(), IERC7540Redeem::requestRedeemCall::SELECTOR, &words)?;
    Ok(before.saturating_sub(held(position)?))
}

/// Has the vault paid by `redeem(shares)` or `withdraw(assets)`, and returns the shares of the claim that are gone.
pub(crate) fn claim(position: &Position, selector: [u8; 4], amount: U256) -> Result<U256, Failure> {
    let before = fulfilled(position)?;
    let words = [amount.word(), position.vault().word(), position.this().word()];
    call_word(&position.vm, position.venue(), selector, &words)?;
    Ok(before.saturating_sub(fulfilled(position)?))
}
