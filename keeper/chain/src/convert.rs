//! Between ethers' primitive types and alloy's.

use alloy_primitives::{Address, B256, Log, U256};
use ethers::types as e;

pub(crate) fn address(from: e::Address) -> Address {
    Address::from(from.0)
}

pub(crate) fn to_address(from: Address) -> e::Address {
    e::Address::from(from.into_array())
}

pub(crate) fn hash(from: e::H256) -> B256 {
    B256::from(from.0)
}

pub(crate) fn to_hash(from: B256) -> e::H256 {
    e::H256::from(from.0)
}

pub(crate) fn uint(from: e::U256) -> U256 {
    U256::from_limbs(from.0)
}

pub(crate) fn to_uint(from: U256) -> e::U256 {
    e::U256(from.into_limbs())
}

pub(crate) fn log(from: e::Log) -> Log {
    Log::new_unchecked(address(from.address), from.topics.into_iter().map(hash).collect(), from.data.0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_addresses_and_hashes_come_back_the_same() {
        let number = U256::from_be_bytes(std::array::from_fn::<u8, 32, _>(|i| i as u8 + 1));
        let account = Address::repeat_byte(0xa1);
        let digest = B256::repeat_byte(0xb2);

        assert_eq!(uint(to_uint(number)), number);
        assert_eq!(address(to_address(account)), account);
        assert_eq!(hash(to_hash(digest)), digest);
        assert_eq!(to_uint(number).to_string(), number.to_string());
    }
}
