//! The keeper's key: from an encrypted keystore or a secret text, never shown, wiped when dropped.

mod keystore;

use std::fmt;
use std::path::PathBuf;

use alloy_primitives::{Address, Bytes, hex, keccak256};
use ethers::signers::{LocalWallet, Signer as _};
use ethers::types::transaction::eip2718::TypedTransaction;
use ethers::types::{Eip1559TransactionRequest, NameOrAddress};
use model::ports::{Fees, Signed};
use model::{Gas, Wei};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::convert;

/// A key that signs for one chain.
pub struct Wallet {
    inner: LocalWallet,
}

/// Why a key cannot be used. No variant carries any part of it.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// The keystore file cannot be read.
    #[error("keystore {path}: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The keystore file is not one.
    #[error("keystore {path} is not usable: {reason}", path = path.display())]
    NotKeystore {
        /// The file.
        path: PathBuf,
        /// Which part is wrong.
        reason: String,
    },
    /// The password does not open the keystore.
    #[error("keystore {path}: wrong password", path = path.display())]
    WrongPassword {
        /// The file.
        path: PathBuf,
    },
    /// The secret text is no private key.
    #[error("the private key is not 32 bytes of hex in the range of the curve ({found} characters found)")]
    NotKey {
        /// Length of the text, prefix taken off.
        found: usize,
    },
    /// The signature could not be made.
    #[error("signing failed: {0}")]
    Signing(String),
}

/// What is to be signed: an EIP-1559 transaction without access list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    /// Position in the account's row.
    pub nonce: u64,
    /// The callee; none creates a contract.
    pub to: Option<Address>,
    /// Selector and arguments, or init code.
    pub data: Bytes,
    /// Value sent along.
    pub value: Wei,
    /// Most gas that it may use.
    pub gas_limit: Gas,
    /// What each gas may cost.
    pub fees: Fees,
}

impl Wallet {
    /// Opens an encrypted keystore file (Web3 Secret Storage v3, as `cast wallet` and geth write it).
    ///
    /// # Errors
    /// When the file cannot be read, is not a keystore, or the password is wrong.
    pub fn from_keystore(path: &std::path::Path, password: &SecretString, chain_id: u64) -> Result<Self, WalletError> {
        let key = keystore::open(path, password)?;
        Self::from_key(&key, chain_id)
    }

    /// Reads a private key as 64 hex digits, with or without prefix.
    ///
    /// # Errors
    /// When the text is not that, or not a key of the curve.
    pub fn from_secret(text: &SecretString, chain_id: u64) -> Result<Self, WalletError> {
        let digits = text.expose_secret().trim();
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        let key = hex::decode(digits).map(Zeroizing::new);
        let key = key.map_err(|_| WalletError::NotKey { found: digits.chars().count() })?;
        Self::from_key(&key, chain_id)
    }

    fn from_key(key: &[u8], chain_id: u64) -> Result<Self, WalletError> {
        let not_key = || WalletError::NotKey { found: key.len().saturating_mul(2) };
        if key.len() != 32 {
            return Err(not_key());
        }
        let inner = LocalWallet::from_bytes(key).map_err(|_| not_key())?;
        Ok(Self { inner: inner.with_chain_id(chain_id) })
    }

    /// Returns the account.
    pub fn address(&self) -> Address {
        convert::address(self.inner.address())
    }

    /// Returns the chain that signatures are valid on.
    pub fn chain_id(&self) -> u64 {
        self.inner.chain_id()
    }

    /// Signs; the same input gives the same bytes (RFC 6979).
    ///
    /// # Errors
    /// When the signer refuses.
    pub fn sign(&self, unsigned: &Unsigned) -> Result<Signed, WalletError> {
        let request = Eip1559TransactionRequest {
            from: Some(self.inner.address()),
            to: unsigned.to.map(|to| NameOrAddress::Address(convert::to_address(to))),
            gas: Some(unsigned.gas_limit.0.into()),
            value: Some(convert::to_uint(unsigned.value.0)),
            data: Some(unsigned.data.0.clone().into()),
            nonce: Some(unsigned.nonce.into()),
            access_list: Default::default(),
            max_priority_fee_per_gas: Some(convert::to_uint(unsigned.fees.max_priority_fee.0)),
            max_fee_per_gas: Some(convert::to_uint(unsigned.fees.max_fee.0)),
            chain_id: Some(self.inner.chain_id().into()),
        };
        let typed = TypedTransaction::Eip1559(request);
        let signature =
            self.inner.sign_transaction_sync(&typed).map_err(|error| WalletError::Signing(error.to_string()))?;
        let raw: Bytes = typed.rlp_signed(&signature).0.into();
        Ok(Signed { hash: keccak256(&raw), raw })
    }
}

impl fmt::Debug for Wallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wallet").field("address", &self.address()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::address;

    use super::*;

    /// The first account of the well-known development mnemonic.
    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    fn unsigned() -> Unsigned {
        Unsigned {
            nonce: 3,
            to: Some(Address::repeat_byte(0x22)),
            data: Bytes::from_static(&[1, 2, 3]),
            value: Wei::from(5),
            gas_limit: Gas(100_000),
            fees: Fees { max_fee: Wei::from(2_000_000_000), max_priority_fee: Wei::from(1) },
        }
    }

    #[test]
    fn a_secret_gives_its_account() {
        let wallet = Wallet::from_secret(&KEY.into(), 412_346).expect("a good key");

        assert_eq!(wallet.address(), address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
    }

    #[test]
    fn debug_shows_the_address_alone() {
        let wallet = Wallet::from_secret(&KEY.into(), 1).expect("a good key");

        let shown = format!("{wallet:?}").to_lowercase();

        assert!(shown.contains("f39fd6e5") && !shown.contains("ac0974be"), "{shown}");
    }

    #[test]
    fn signed_bytes_carry_the_fields_and_recover_the_signer() {
        let wallet = Wallet::from_secret(&KEY.into(), 412_346).expect("a good key");

        let signed = wallet.sign(&unsigned()).expect("signs");

        let rlp = ethers::utils::rlp::Rlp::new(&signed.raw);
        let (typed, signature) = TypedTransaction::decode_signed(&rlp).expect("well formed");
        let signer = signature.recover(typed.sighash()).expect("recovers");
        assert_eq!(convert::address(signer), wallet.address());
        assert_eq!((typed.nonce(), typed.gas()), (Some(&3.into()), Some(&100_000.into())));
        assert_eq!(typed.chain_id().map(|id| id.as_u64()), Some(412_346));
    }

    #[test]
    fn signing_twice_gives_the_same_bytes() {
        let wallet = Wallet::from_secret(&KEY.into(), 1).expect("a good key");

        assert_eq!(wallet.sign(&unsigned()).expect("signs"), wallet.sign(&unsigned()).expect("signs"));
    }

    #[test]
    fn texts_that_are_no_key_are_refused_without_being_shown() {
        for text in ["", "0x", "12", "zz", &"0".repeat(64), &"f".repeat(64), &"1".repeat(66)] {
            let error = Wallet::from_secret(&text.to_string().into(), 1).expect_err("no key");

            assert!(matches!(error, WalletError::NotKey { .. }), "{error}");
        }
    }
}
