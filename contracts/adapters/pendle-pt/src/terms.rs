//! What the position keeps of its terms: a record that never changes.

use alloc::{vec, vec::Vec};

use abi::{
    adapter::IAdapter,
    bond::IBond,
    erc20::IERC20,
    oracle::IOracle,
    pendle::{IPendleMarket, IPendlePrincipalToken, IPendleYieldToken, IStandardizedYield},
};
use adapter::{Position, same_asset};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use host::{Arguments, Failure, Revert, VM, Word, number, revert, view_word, view_words};
use math::{WAD, mul_div_down};
use stylus_sdk::stylus_core::BlockAccess;

const MARKET: usize = 0;
const ORACLE: usize = 1;
const DECAY_SECS: usize = 2;
const MATURITY: usize = 3;
const PRINCIPAL: usize = 4;
const YIELDS: usize = 5;

/// What redeeming may be off its exchange rate when a position begins, of one: a hundredth.
const MOST_OFF: U256 = U256::from_limbs([100, 0, 0, 0]);
/// The most decimals that an asset may have.
const MOST_DECIMALS: U256 = U256::from_limbs([18, 0, 0, 0]);

/// The record, by name.
pub(crate) trait Terms {
    /// Where PT is traded for wrapped tokens.
    fn trades(&self) -> Address;
    /// Prices PT in the asset.
    fn oracle(&self) -> Address;
    /// How long an unpaid claim is worth something.
    fn decay_secs(&self) -> u64;
    /// When PT is due, in unix seconds.
    fn due_secs(&self) -> u64;
    /// The principal token, PT.
    fn principal(&self) -> Address;
    /// The yield token, which redeems it.
    fn yields(&self) -> Address;
}

impl Terms for Position {
    fn trades(&self) -> Address {
        Address::from_word(self.term(MARKET))
    }

    fn oracle(&self) -> Address {
        Address::from_word(self.term(ORACLE))
    }

    fn decay_secs(&self) -> u64 {
        small(self, DECAY_SECS)
    }

    fn due_secs(&self) -> u64 {
        small(self, MATURITY)
    }

    fn principal(&self) -> Address {
        Address::from_word(self.term(PRINCIPAL))
    }

    fn yields(&self) -> Address {
        Address::from_word(self.term(YIELDS))
    }
}

fn small(position: &Position, index: usize) -> u64 {
    let [low, ..] = number(position.term(index)).into_limbs();
    low
}

/// Checks terms and returns the record. Every contract must say the same of the others, in the asset's own decimals; one of
/// the asset must be worth one; and the oracle must price this very token by this very market, now.
///
/// # Errors
///
/// `InvalidAddress` where the venue wraps nothing, `WrongAsset`, `InvalidTerms`.
pub(crate) fn check(vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
    let mut words = Arguments::new(terms);
    let mut read = || {
        let (market, oracle, decay_secs) = (words.address()?, words.address()?, words.small(32)?);
        words.finish()?;
        Ok::<_, Revert>((market, oracle, decay_secs))
    };
    let (market, oracle, decay_secs) = read().map_err(|_| invalid("length"))?;
    demand(decay_secs != 0, "decaySecs")?;

    let decimals = decimals(vm, venue, asset)?;
    check_scale(vm, venue, asset, decimals).ok_or_else(|| invalid("scale"))?;

    let [sy, pt, yt] = view_words(vm, market, IPendleMarket::readTokensCall::SELECTOR, &[]).map_err(unfit("market"))?;
    demand(sy == venue.word(), "market")?;
    let (principal, yields) = (Address::from_word(pt), Address::from_word(yt));
    let says = |of: Address, selector| view_word(vm, of, selector, &[]).map(U256::word).map_err(unfit("tokens"));
    let maturity = says(market, IPendleMarket::expiryCall::SELECTOR)?;
    for (of, selector, expected) in [
        (principal, IPendlePrincipalToken::SYCall::SELECTOR, sy),
        (principal, IPendlePrincipalToken::YTCall::SELECTOR, yt),
        (principal, IPendlePrincipalToken::expiryCall::SELECTOR, maturity),
        (yields, IPendleYieldToken::SYCall::SELECTOR, sy),
        (yields, IPendleYieldToken::PTCall::SELECTOR, pt),
        (yields, IPendleYieldToken::expiryCall::SELECTOR, maturity),
    ] {
        demand(says(of, selector)? == expected, "tokens")?;
    }
    demand(says(principal, IERC20::decimalsCall::SELECTOR)? == decimals.word(), "decimals")?;
    let due_secs = u64::try_from(number(maturity)).map_err(|_| invalid("market"))?;
    demand(due_secs > vm.block_timestamp(), "expired")?;

    let said: [B256; 9] = view_words(vm, oracle, IOracle::termsCall::SELECTOR, &[]).map_err(unfit("oracle"))?;
    let [base, quote, _, _, _, _, _, _, pool] = said;
    demand([base, quote, pool] == [pt, asset.word(), market.word()], "oracle")?;
    view_words::<2>(vm, oracle, IOracle::priceCall::SELECTOR, &[]).map_err(unfit("oracle"))?;

    // In the order of the constants above.
    Ok(vec![market.word(), oracle.word(), decay_secs.word(), maturity, pt, yt])
}

/// Returns the asset's decimals, where a wrapper takes and pays it and counts in it.
fn decimals(vm: &VM, venue: Address, asset: Address) -> Result<U256, Revert> {
    let info: [B256; 3] = view_words(vm, venue, IStandardizedYield::assetInfoCall::SELECTOR, &[])
        .map_err(|_| revert::<IAdapter::InvalidAddress>(&[venue.word()]))?;
    let [kind, counted, said] = info;
    same_asset(asset, Address::from_word(counted))?;
    let moves = [IStandardizedYield::isValidTokenInCall::SELECTOR, IStandardizedYield::isValidTokenOutCall::SELECTOR]
        .into_iter()
        .all(|selector| view_word(vm, venue, selector, &[asset.word()]).is_ok_and(|says| says == U256::ONE));
    demand(kind.is_zero() && moves, "asset")?;
    let decimals = view_word(vm, asset, IERC20::decimalsCall::SELECTOR, &[]).map_err(unfit("decimals"))?;
    demand(decimals == number(said) && decimals <= MOST_DECIMALS, "decimals")?;
    Ok(decimals)
}

/// Demands that what is one of the asset by the exchange rate is paid as one, nearly.
fn check_scale(vm: &VM, venue: Address, asset: Address, decimals: U256) -> Option<()> {
    let [count, ..] = decimals.into_limbs();
    let one = (0..count).fold(U256::ONE, |one, _| one.wrapping_mul(U256::from(10)));
    let rate_wad = view_word(vm, venue, IStandardizedYield::exchangeRateCall::SELECTOR, &[]).ok()?;
    let shares = mul_div_down(one, U256::from(WAD), rate_wad)?;
    let words = [asset.word(), shares.word()];
    let paid = view_word(vm, venue, IStandardizedYield::previewRedeemCall::SELECTOR, &words).ok()?;
    let off = paid.checked_sub(one).or_else(|| one.checked_sub(paid))?;
    (off <= mul_div_down(one, U256::ONE, MOST_OFF)?).then_some(())
}

fn unfit(what: &'static str) -> impl Fn(Failure) -> Revert {
    move |_| invalid(what)
}

fn demand(holds: bool, what: &str) -> Result<(), Revert> {
    if holds { Ok(()) } else { Err(invalid(what)) }
}

fn invalid(what: &str) -> Revert {
    revert::<IBond::InvalidTerms>(&[B256::right_padding_from(what.as_bytes())])
}
