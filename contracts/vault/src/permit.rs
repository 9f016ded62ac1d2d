//! ERC-2612: approvals by signature.

use abi::vault::IVault;
use alloy_primitives::{Address, B256, FixedBytesSliceExt, U256, b256};
use host::{Arguments, Revert, Word, recover, revert};
use stylus_sdk::stylus_core::{AccountAccess, BlockAccess, ChainAccess, CryptographyAccess};

use crate::program::Vault;

/// keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)").
const DOMAIN_TYPE: B256 = b256!("8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f");
/// keccak256("Tenor Vault").
const NAME_HASH: B256 = b256!("b1c20c772a2256722ea7fb00eda798a66b678f391c97a0f80c661f103840bd6c");
/// keccak256("1").
const VERSION_HASH: B256 = b256!("c89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc6");
/// keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)").
const PERMIT_TYPE: B256 = b256!("6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9");

/// An approval and its signature.
pub(crate) struct Permit {
    owner: Address,
    spender: Address,
    value: U256,
    deadline: U256,
    v: u8,
    r: B256,
    s: B256,
}

impl Permit {
    pub(crate) fn read(a: &mut Arguments<'_>) -> Result<Self, Revert> {
        Ok(Self {
            owner: a.address()?,
            spender: a.address()?,
            value: a.uint()?,
            deadline: a.uint()?,
            v: a.small(8)? as u8, // Eight bits.
            r: a.word()?,
            s: a.word()?,
        })
    }
}

impl Vault {
    pub(crate) fn permit(&self, permit: &Permit) -> Result<(), Revert> {
        let Permit { owner, spender, value, deadline, v, r, s } = *permit;
        if U256::from(self.vm.block_timestamp()) > deadline {
            return Err(revert::<IVault::ERC2612ExpiredSignature>(&[deadline.word()]));
        }
        let nonce = self.book.permit_nonce(owner);
        let message = [PERMIT_TYPE, owner.word(), spender.word(), value.word(), nonce.word(), deadline.word()];
        let mut signed = [0_u8; 66];
        let (domain, message) = (self.domain_separator(), self.hash(&message));
        for (to, from) in signed.iter_mut().zip(b"\x19\x01".iter().chain(&domain.0).chain(&message.0)) {
            *to = *from;
        }
        let signer = recover(&self.vm, self.vm.native_keccak256(&signed), v, r, s);
        if signer.is_zero() || signer != owner {
            return Err(revert::<IVault::ERC2612InvalidSigner>(&[signer.word(), owner.word()]));
        }

        self.book.set_permit_nonce(owner, nonce.saturating_add(U256::ONE));
        self.approve(owner, spender, value).map(|_true| ())
    }

    pub(crate) fn domain_separator(&self) -> B256 {
        let chain = U256::from(self.vm.chain_id());
        let this: Address = self.vm.contract_address();
        self.hash(&[DOMAIN_TYPE, NAME_HASH, VERSION_HASH, chain.word(), this.word()])
    }

    fn hash(&self, words: &[B256]) -> B256 {
        self.vm.native_keccak256(words.as_flattened())
    }
}
