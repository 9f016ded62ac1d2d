//! What the position keeps of its terms: a record that never changes.

use alloc::{vec, vec::Vec};

use abi::{adapter::IAdapter, bond::IBond, erc20::IERC20, erc4626::IERC4626, erc7540::IERC7575, oracle::IOracle};
use adapter::{Position, same_asset};
use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::SolCall;
use host::{Arguments, Failure, Revert, VM, Word, number, revert, view_word, view_words};
use math::mul_div_down;

const ORACLE: usize = 0;
const NOTICE_SECS: usize = 1;
const DECAY_SECS: usize = 2;
const UNIT: usize = 3;

/// What a fund with requested redemptions calls them (ERC-165), as a call has it.
const REDEEM_ID: B256 = b256!("620ee8e400000000000000000000000000000000000000000000000000000000");
/// The most that the fund's own price may be from the oracle's when a position begins, of one: a hundredth.
const MOST_OFF: U256 = U256::from_limbs([100, 0, 0, 0]);
/// The most decimals that asset and shares may have.
const MOST_DECIMALS: U256 = U256::from_limbs([18, 0, 0, 0]);
const TEN: U256 = U256::from_limbs([10, 0, 0, 0]);

/// The record, by name.
pub(crate) trait Terms {
    /// Prices shares in the asset.
    fn prices(&self) -> Address;
    /// How long the fund may take to pay.
    fn notice_secs(&self) -> u64;
    /// How long an unpaid request is worth something after that.
    fn decay_secs(&self) -> u64;
    /// What shares times a price in wad are divided by for base units of the asset.
    fn unit(&self) -> U256;
}

impl Terms for Position {
    fn prices(&self) -> Address {
        Address::from_word(self.term(ORACLE))
    }

    fn notice_secs(&self) -> u64 {
        small(self, NOTICE_SECS)
    }

    fn decay_secs(&self) -> u64 {
        small(self, DECAY_SECS)
    }

    fn unit(&self) -> U256 {
        number(self.term(UNIT))
    }
}

fn small(position: &Position, index: usize) -> u64 {
    let [low, ..] = number(position.term(index)).into_limbs();
    low
}

/// Checks terms and returns the record. The fund must redeem by request and be its own token, the oracle must price this token,
/// now, and as the fund itself does, nearly.
///
/// # Errors
///
/// `InvalidAddress` where the venue is no fund, `WrongAsset`, `InvalidTerms`.
pub(crate) fn check(vm: &VM, venue: Address, asset: Address, terms: &[u8]) -> Result<Vec<B256>, Revert> {
    let mut words = Arguments::new(terms);
    let mut read = || {
        let (oracle, notice_secs, decay_secs) = (words.address()?, words.small(32)?, words.small(32)?);
        words.finish()?;
        Ok::<_, Revert>((oracle, notice_secs, decay_secs))
    };
    let (oracle, notice_secs, decay_secs) = read().map_err(|_| invalid("length"))?;
    demand(decay_secs != 0, "decaySecs")?;

    let found = view_word(vm, venue, IERC4626::assetCall::SELECTOR, &[])
        .map_err(|_| revert::<IAdapter::InvalidAddress>(&[venue.word()]))?;
    same_asset(asset, Address::from_word(found.word()))?;
    let ask = |of, selector, words: &[B256], what| view_word(vm, of, selector, words).map_err(unfit(what));
    let redeems = ask(venue, IERC7575::supportsInterfaceCall::SELECTOR, &[REDEEM_ID], "redeem")?;
    demand(redeems == U256::ONE, "redeem")?;
    let share = ask(venue, IERC7575::shareCall::SELECTOR, &[], "share")?;
    demand(share.word() == venue.word(), "share")?;

    let said: [B256; 9] = view_words(vm, oracle, IOracle::termsCall::SELECTOR, &[]).map_err(unfit("oracle"))?;
    let [base, quote, ..] = said;
    demand([base, quote] == [venue.word(), asset.word()], "oracle")?;
    let prices: [B256; 2] = view_words(vm, oracle, IOracle::priceCall::SELECTOR, &[]).map_err(unfit("oracle"))?;

    let decimals = |of| {
        let decimals = ask(of, IERC20::decimalsCall::SELECTOR, &[], "decimals")?;
        demand(decimals <= MOST_DECIMALS, "decimals")?;
        Ok::<_, Revert>(decimals)
    };
    let (share_decimals, asset_decimals) = (decimals(venue)?, decimals(asset)?);
    let one = power_of_ten(share_decimals);
    let unit = power_of_ten(MOST_DECIMALS.wrapping_add(share_decimals).wrapping_sub(asset_decimals));
    let says = ask(venue, IERC4626::convertToAssetsCall::SELECTOR, &[one.word()], "scale")?;
    for price_wad in prices.map(number) {
        let is_near = mul_div_down(one, price_wad, unit).is_some_and(|worth| near(says, worth));
        demand(is_near, "scale")?;
    }

    // In the order of the constants above.
    Ok(vec![oracle.word(), notice_secs.word(), decay_secs.word(), unit.word()])
}

/// Whether an amount is no farther from what is expected than a hundredth of that, and that is something.
fn near(found: U256, expected: U256) -> bool {
    let most = mul_div_down(expected, U256::ONE, MOST_OFF).unwrap_or_default();
    !expected.is_zero() && found.abs_diff(expected) <= most
}

/// Returns ten to a power of at most 36.
fn power_of_ten(exponent: U256) -> U256 {
    let [count, ..] = exponent.into_limbs();
    (0..count).fold(U256::ONE, |power, _| power.wrapping_mul(TEN))
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
