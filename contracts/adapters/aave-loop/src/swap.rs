//! Swaps of collateral and asset in the oracle's pool: it gives first, then calls back for what it is owed. What it has given
//! can repay debt before: so a sale frees the very collateral that it is paid with, and needs no loan.

use alloc::vec::Vec;

use abi::{leverage::ILoop, uniswap::IUniswapV3Pool};
use adapter::Position;
use alloy_primitives::{Address, B256, FixedBytesSliceExt, U256};
use alloy_sol_types::SolCall;
use host::{Failure, Word, balance_of, invoke, number, revert, transfer};
use math::ray_mul_down;

use crate::{
    aave,
    callback::{expect, expected},
    state::fits,
    terms::Terms,
};

/// The least and the most that the square root of a price may be (`TickMath`), exclusive.
const MIN_SQRT_PRICE: U256 = U256::from_limbs([4_295_128_739, 0, 0, 0]);
const MAX_SQRT_PRICE: U256 = U256::from_limbs([0x5d95_1d52_6398_8d26, 0xefd1_fc6a_5064_8849, 0xfffd_8963, 0]);

/// What is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum In {
    Asset,
    Collateral,
}

/// Buys collateral for exactly so much of the asset, and returns how much.
///
/// # Errors
///
/// `SwapTooShort`, or what the pool reverted with.
pub(crate) fn buy(position: &Position, assets: U256, least: U256) -> Result<U256, Failure> {
    swap(position, In::Asset, assets, assets, least, U256::ZERO)
}

/// Buys exactly so much of the asset for collateral, at most so much, which is withdrawn for it after so much of the asset has
/// repaid debt.
///
/// # Errors
///
/// `SwapTooDear`, `SwapTooShort` where the pool has not that much, or what it reverted with.
pub(crate) fn sell_for(position: &Position, assets: U256, most: U256, repaid: U256) -> Result<(), Failure> {
    swap(position, In::Collateral, U256::ZERO.wrapping_sub(assets), most, assets, repaid).map(|_| ())
}

/// Sells all the collateral.
///
/// # Errors
///
/// As [`buy`].
pub(crate) fn sell_all(position: &Position, least: U256) -> Result<(), Failure> {
    let held = aave::scaled(position, position.receipt())?;
    let counted = aave::counted(position, held);
    // What Aave itself says leaves no dust, but would count units that strangers sent here as well.
    let all = if held == counted {
        balance_of(&position.vm, position.receipt(), position.this())?
    } else {
        fits(ray_mul_down(counted, aave::income_ray(position)?))?
    };
    swap(position, In::Collateral, all, all, least, U256::ZERO).map(|_| ())
}

/// Swaps an amount, positive for what is put in and negative for what is taken out, and returns what has come, of which
/// so much has repaid debt meanwhile.
fn swap(position: &Position, put_in: In, amount: U256, most: U256, least: U256, repaid: U256) -> Result<U256, Failure> {
    let (vm, pool, this) = (&position.vm, position.swap_pool(), position.this());
    let out = token(position, if put_in == In::Asset { In::Collateral } else { In::Asset });
    let before = balance_of(vm, out, this)?;
    let data = [(put_in as u8).word(), most.word(), repaid.word()];
    expect(position, pool, data.as_flattened());
    let is_up = goes_up(position, put_in);
    let limit = if is_up { MAX_SQRT_PRICE.wrapping_sub(U256::ONE) } else { MIN_SQRT_PRICE.wrapping_add(U256::ONE) };
    let head = [this.word(), (!is_up).word(), amount.word(), limit.word(), 160_u8.word(), 96_u8.word()];
    invoke(vm, pool, IUniswapV3Pool::swapCall::SELECTOR, &[head.as_slice(), &data].concat())?;
    expected(position, pool)?;
    let received = balance_of(vm, out, this)?.saturating_add(repaid).saturating_sub(before);
    if received < least {
        return Err(revert::<ILoop::SwapTooShort>(&[received.word(), least.word()]));
    }
    Ok(received)
}

/// Pays the pool what it is owed, by its two amounts of which one is positive.
///
/// # Errors
///
/// `SwapTooDear`, or what Aave or the token reverted with.
pub(crate) fn pay(position: &Position, amounts: [U256; 2], data: &[u8]) -> Result<(), Failure> {
    let (words, _) = data.as_chunks::<32>();
    let &[put_in, most, repaid] = words else { return Err(Vec::new()) };
    let put_in = if B256::new(put_in) == (In::Asset as u8).word() { In::Asset } else { In::Collateral };
    let [first, second] = amounts;
    let owed = if goes_up(position, put_in) { second } else { first };
    let [most, repaid] = [most, repaid].map(|word| number(B256::new(word)));
    // What would be negative is more than any amount that is.
    if owed > most {
        return Err(revert::<ILoop::SwapTooDear>(&[owed.word(), most.word()]));
    }
    match put_in {
        In::Asset => transfer(&position.vm, position.asset(), position.swap_pool(), owed),
        In::Collateral => {
            if !repaid.is_zero() {
                aave::repay(position, repaid)?;
            }
            aave::withdraw(position, owed, position.swap_pool())
        }
    }
}

/// Whether the pool's price rises: where what is put in is the second of its tokens, which are in order.
fn goes_up(position: &Position, put_in: In) -> bool {
    (position.asset() < position.collateral()) == (put_in == In::Collateral)
}

fn token(position: &Position, which: In) -> Address {
    match which {
        In::Asset => position.asset(),
        In::Collateral => position.collateral(),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn limits_are_those_of_the_pool() {
        // TickMath.MIN_SQRT_RATIO and MAX_SQRT_RATIO of Uniswap v3.
        assert_eq!(MIN_SQRT_PRICE.to_string(), "4295128739");
        assert_eq!(MAX_SQRT_PRICE.to_string(), "1461446703485210103287273052203988822378723970342");
    }
}
