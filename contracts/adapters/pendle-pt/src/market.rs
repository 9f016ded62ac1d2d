//! What market, wrapper and yield token are asked and told.

use alloc::vec::Vec;

use abi::{
    erc20::IERC20,
    erc4626::IERC4626,
    oracle::IOracle,
    pendle::{IPendleMarket, IPendleYieldToken, IStandardizedYield},
};
use adapter::Position;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Failure, Word, balance_of, call_word, number, transfer, view_word, view_words};
use math::{WAD, mul_div_up};

use crate::{
    curve::{Curve, State},
    terms::Terms,
};

/// Where the bytes of a call begin that has two words before them, and their length: none.
const NO_DATA: [u8; 2] = [96, 0];

/// Returns what the market says of itself to us who trade in it.
pub(crate) fn state(position: &Position) -> Result<State, Failure> {
    let router = position.this().word();
    let words: [B256; 9] =
        view_words(&position.vm, position.trades(), IPendleMarket::readStateCall::SELECTOR, &[router])?;
    let [pt, sy, _, _, scalar_root_wad, _, ln_fee_wad, _, ln_rate_wad] = words.map(number);
    Ok(State { pt, sy, scalar_root_wad, ln_fee_wad, ln_rate_wad })
}

/// Returns the market's curve as we trade in it, at an exchange rate; `None` where it does not trade.
pub(crate) fn curve(position: &Position, index_wad: U256) -> Result<Option<Curve>, Failure> {
    Ok(Curve::of(&state(position)?, index_wad, left_secs(position)))
}

/// Returns how long it is until PT is due; zero from then on.
pub(crate) fn left_secs(position: &Position) -> u64 {
    position.due_secs().saturating_sub(now_secs(position))
}

/// Returns the time, in unix seconds.
pub(crate) fn now_secs(position: &Position) -> u64 {
    position.now_secs().saturating_to()
}

/// Returns the oracle's lower and higher price of PT, in wad.
pub(crate) fn price_wad(position: &Position) -> Result<[U256; 2], Failure> {
    let words: [B256; 2] = view_words(&position.vm, Terms::oracle(position), IOracle::priceCall::SELECTOR, &[])?;
    Ok(words.map(number))
}

/// Returns the wrapper's exchange rate, and the one that principal is counted by, which is no lower.
pub(crate) fn rates_wad(position: &Position) -> Result<[U256; 2], Failure> {
    let ask = |of, selector| view_word(&position.vm, of, selector, &[]);
    let rate = ask(position.venue(), IStandardizedYield::exchangeRateCall::SELECTOR)?;
    let index = ask(position.yields(), IPendleYieldToken::pyIndexStoredCall::SELECTOR)?;
    Ok([rate, index.max(rate)])
}

/// Brings the rate that principal is counted by up to date, and returns it.
pub(crate) fn index_wad(position: &Position) -> Result<U256, Failure> {
    call_word(&position.vm, position.yields(), IPendleYieldToken::pyIndexCurrentCall::SELECTOR, &[])
}

/// Wraps assets, which are approved, for somebody; returns the wrapped tokens.
pub(crate) fn wrap(position: &Position, assets: U256, to: Address) -> Result<U256, Failure> {
    let words = [to.word(), position.asset().word(), assets.word(), B256::ZERO];
    call_word(&position.vm, position.venue(), IStandardizedYield::depositCall::SELECTOR, &words)
}

/// Buys PT for wrapped tokens that the market has been given.
pub(crate) fn buy(position: &Position, pt: U256) -> Result<(), Failure> {
    let [at, length] = NO_DATA.map(Word::word);
    let words = [position.this().word(), pt.word(), at, length];
    call_word(&position.vm, position.trades(), IPendleMarket::swapSyForExactPtCall::SELECTOR, &words).map(|_| ())
}

/// Sells PT for wrapped tokens, which the wrapper itself is given, and returns them.
pub(crate) fn sell(position: &Position, pt: U256) -> Result<U256, Failure> {
    transfer(&position.vm, position.principal(), position.trades(), pt)?;
    let [at, length] = NO_DATA.map(Word::word);
    let words = [position.venue().word(), pt.word(), at, length];
    call_word(&position.vm, position.trades(), IPendleMarket::swapExactPtForSyCall::SELECTOR, &words)
}

/// Redeems PT that is due for wrapped tokens, which the wrapper itself is given, and returns them.
pub(crate) fn redeem(position: &Position, pt: U256) -> Result<U256, Failure> {
    transfer(&position.vm, position.principal(), position.yields(), pt)?;
    let to = [position.venue().word()];
    call_word(&position.vm, position.yields(), IPendleYieldToken::redeemPYCall::SELECTOR, &to)
}

/// Unwraps what the wrapper was given and pays it to the vault: so much at least, or it fails.
pub(crate) fn unwrap(position: &Position, sy: U256, least: U256) -> Result<U256, Failure> {
    let words = [position.vault().word(), sy.word(), position.asset().word(), least.word(), true.word()];
    call_word(&position.vm, position.venue(), IStandardizedYield::redeemCall::SELECTOR, &words)
}

/// Returns the assets that wrapped tokens are paid with.
pub(crate) fn unwrapped(position: &Position, sy: U256) -> Result<U256, Failure> {
    let words = [position.asset().word(), sy.word()];
    view_word(&position.vm, position.venue(), IStandardizedYield::previewRedeemCall::SELECTOR, &words)
}

/// Returns wrapped tokens that are paid with so many assets at least.
pub(crate) fn wrapped_up(position: &Position, assets: U256) -> Result<U256, Failure> {
    let [rate_wad, _] = rates_wad(position)?;
    let sy = mul_div_up(assets, U256::from(WAD), rate_wad).ok_or_else(Vec::new)?;
    let paid = unwrapped(position, sy)?;
    if paid >= assets {
        return Ok(sy);
    }
    // The exchange rate is rounded, or a fee is taken: as much more as is lacking, and one.
    let sy = mul_div_up(sy, assets, paid).and_then(|sy| sy.checked_add(U256::ONE));
    sy.ok_or_else(Vec::new)
}

/// Returns what could be unwrapped by everybody at once, in base units of the asset: what the token that earns says that it would pay
/// the wrapper, or holds.
pub(crate) fn unwrappable(position: &Position) -> U256 {
    let (vm, venue) = (&position.vm, position.venue());
    let earns = view_word(vm, venue, IStandardizedYield::yieldTokenCall::SELECTOR, &[]).unwrap_or(U256::ZERO);
    let earns = Address::from_word(earns.word());
    let says = view_word(vm, earns, IERC4626::maxWithdrawCall::SELECTOR, &[venue.word()]);
    says.or_else(|_| balance_of(vm, position.asset(), earns)).unwrap_or(U256::ZERO)
}

/// Returns our PT, with what strangers have sent here.
pub(crate) fn held(position: &Position) -> Result<U256, Failure> {
    view_word(&position.vm, position.principal(), IERC20::balanceOfCall::SELECTOR, &[position.this().word()])
}
