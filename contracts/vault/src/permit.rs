//! ERC-2612: approvals by signature.

use abi::vault::IVault;
use alloy_primitives::{Address, B256, FixedBytesSliceExt, U256, b256};
use host::{Revert, Word, recover, revert};
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

impl Vault {
    pub(crate) fn permit(&mut self, c: &IVault::permitCall) -> Result<(), Revert> {
        if U256::from(self.vm.block_timestamp()) > c.deadline {
            return Err(revert(IVault::ERC2612ExpiredSignature { deadline: c.deadline }));
        }
        let nonce = self.book.permits.get(c.owner);
        let message = [PERMIT_TYPE, c.owner.word(), c.spender.word(), c.value.word(), nonce.word(), c.deadline.word()];
        let [domain, message] = [self.domain_separator(), self.hash(&message)];
        let mut signed = [0_u8; 66];
        for (to, from) in signed.iter_mut().zip(b"\x19\x01".iter().chain(&domain.0).chain(&message.0)) {
            *to = *from;
        }
        let digest = self.vm.native_keccak256(&signed);
        let signer = recover(&self.vm, digest, c.v, c.r, c.s);
        if signer.is_zero() || signer != c.owner {
            return Err(revert(IVault::ERC2612InvalidSigner { signer, owner: c.owner }));
        }

        self.book.permits.insert(c.owner, nonce.saturating_add(U256::ONE));
        self.approve(c.owner, c.spender, c.value).map(|_true| ())
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
