//! Aave v3's pool as a venue.

use alloc::vec::Vec;

use abi::{
    aave::{IAToken, IAavePool},
    adapter::IAdapter,
};
use adapter::{Position, Venue};
use alloy_primitives::{Address, B256, U256, b256};
use alloy_sol_types::SolCall;
use host::{Failure, Revert, VM, Word, balance_of, call_word, invoke, number, revert, view_word, view_words};

/// Speaks Aave v3.
#[derive(Clone, Copy, Debug)]
pub struct AaveV3;

/// Bytes of the reserve data, where the configuration is the first word.
const RESERVE_DATA_BYTES: usize = 15 * 32;
/// Where the reserve data says which aToken counts the supply.
const A_TOKEN_WORD: usize = 8;
/// Bits of the reserve's configuration.
const ACTIVE_BIT: usize = 56;
const PAUSED_BIT: usize = 60;

impl Venue for AaveV3 {
    /// "aave-v3".
    fn kind(&self) -> B256 {
        b256!("616176652d763300000000000000000000000000000000000000000000000000")
    }

    fn receipt(&self, vm: &VM, venue: Address, asset: Address) -> Result<Address, Revert> {
        let invalid = |_: Failure| revert::<IAdapter::InvalidAddress>(&[venue.word()]);
        let token = reserve(vm, venue, asset).and_then(|data| word(&data, A_TOKEN_WORD)).map_err(invalid)?;
        let token = Address::from_word(token.word());
        // An asset that the pool does not list has no aToken, and an account without code no answer.
        let found = view_word(vm, token, IAToken::UNDERLYING_ASSET_ADDRESSCall::SELECTOR, &[]).unwrap_or(U256::ZERO);
        let found = Address::from_word(found.word());
        if found == asset { Ok(token) } else { Err(revert::<IAdapter::WrongAsset>(&[asset.word(), found.word()])) }
    }

    fn held(&self, position: &Position) -> Result<U256, Failure> {
        view_word(&position.vm, position.receipt(), IAToken::scaledBalanceOfCall::SELECTOR, &[position.this().word()])
    }

    fn invest(&self, position: &Position, assets: U256) -> Result<(), Failure> {
        let words = [position.asset().word(), assets.word(), position.this().word(), B256::ZERO];
        invoke(&position.vm, position.venue(), IAavePool::supplyCall::SELECTOR, &words).map(|_nothing| ())
    }

    fn pay(&self, position: &Position, assets: U256) -> Result<U256, Failure> {
        let words = [position.asset().word(), assets.word(), position.vault().word()];
        call_word(&position.vm, position.venue(), IAavePool::withdrawCall::SELECTOR, &words)
    }

    fn pay_all(&self, position: &Position, held: U256) -> Result<U256, Failure> {
        // Aave's own "everything" leaves no dust, but would pay out units that strangers sent here as well.
        let assets = if held == position.units() { U256::MAX } else { self.value(position)? };
        self.pay(position, assets)
    }

    fn value(&self, position: &Position) -> Result<U256, Failure> {
        let income_ray = view_word(
            &position.vm,
            position.venue(),
            IAavePool::getReserveNormalizedIncomeCall::SELECTOR,
            &[position.asset().word()],
        )?;
        math::ray_mul_down(position.units(), income_ray).ok_or_else(Vec::new)
    }

    fn liquidity(&self, position: &Position) -> U256 {
        let pays = |configuration: U256| configuration.bit(ACTIVE_BIT) && !configuration.bit(PAUSED_BIT);
        let configuration = reserve(&position.vm, position.venue(), position.asset()).and_then(|data| word(&data, 0));
        if !configuration.is_ok_and(pays) {
            return U256::ZERO;
        }
        balance_of(&position.vm, position.asset(), position.receipt()).unwrap_or(U256::ZERO)
    }
}

fn reserve(vm: &VM, pool: Address, asset: Address) -> Result<Vec<u8>, Failure> {
    let data = view_words(vm, pool, IAavePool::getReserveDataCall::SELECTOR, &[asset.word()])?;
    if data.len() >= RESERVE_DATA_BYTES { Ok(data) } else { Err(Vec::new()) }
}

fn word(data: &[u8], index: usize) -> Result<U256, Failure> {
    let start = index.saturating_mul(32);
    let word = data.get(start..start.saturating_add(32)).and_then(|word| B256::try_from(word).ok());
    word.map(number).ok_or_else(Vec::new)
}
