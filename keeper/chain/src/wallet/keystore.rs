//! Opens a keystore file after checking every length that the decryption relies on.

use std::path::Path;

use eth_keystore::{EthKeystore, KdfparamsType, KeystoreError};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::WalletError;

/// Work of the key derivation beyond which a file is hostile: 1 GiB of scrypt, or minutes of PBKDF2.
const MAX_SCRYPT_BYTES: u64 = 1 << 30;
const MAX_PBKDF2_ROUNDS: u32 = 10_000_000;

/// Returns the private key.
pub(super) fn open(path: &Path, password: &SecretString) -> Result<Zeroizing<Vec<u8>>, WalletError> {
    let text =
        std::fs::read_to_string(path).map_err(|reason| WalletError::Unreadable { path: path.to_owned(), reason })?;
    let not_keystore = |reason: String| WalletError::NotKeystore { path: path.to_owned(), reason };
    let keystore: EthKeystore = serde_json::from_str(&text).map_err(|error| not_keystore(error.to_string()))?;
    check(&keystore).map_err(not_keystore)?;
    match eth_keystore::decrypt_key(path, password.expose_secret()) {
        Ok(key) => Ok(Zeroizing::new(key)),
        Err(KeystoreError::MacMismatch) => Err(WalletError::WrongPassword { path: path.to_owned() }),
        Err(error) => Err(not_keystore(error.to_string())),
    }
}

/// The decryption slices without looking, and its cost is the file's own choice.
fn check(keystore: &EthKeystore) -> Result<(), String> {
    let expect = |what: &str, found: usize, expected: usize| match found == expected {
        true => Ok(()),
        false => Err(format!("{what} has {found} bytes, not {expected}")),
    };
    if keystore.version != 3 {
        return Err(format!("version {} is not 3", keystore.version));
    }
    if keystore.crypto.cipher != "aes-128-ctr" {
        return Err(format!("cipher {:?} is not aes-128-ctr", keystore.crypto.cipher));
    }
    expect("iv", keystore.crypto.cipherparams.iv.len(), 16)?;
    expect("ciphertext", keystore.crypto.ciphertext.len(), 32)?;
    expect("mac", keystore.crypto.mac.len(), 32)?;
    match &keystore.crypto.kdfparams {
        KdfparamsType::Pbkdf2 { dklen, c, .. } => {
            expect("derived key", (*dklen).into(), 32)?;
            if *c > MAX_PBKDF2_ROUNDS {
                return Err(format!("pbkdf2 of {c} rounds exceeds {MAX_PBKDF2_ROUNDS}"));
            }
        }
        KdfparamsType::Scrypt { dklen, n, r, p, .. } => {
            expect("derived key", (*dklen).into(), 32)?;
            let bytes = [*r, *p].into_iter().fold(u64::from(*n).saturating_mul(128), |a, b| a.saturating_mul(b.into()));
            if !n.is_power_of_two() || *n < 2 || bytes > MAX_SCRYPT_BYTES {
                return Err(format!("scrypt with n {n}, r {r}, p {p} is out of range"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::{Value, json};

    use super::*;

    /// The test vector of the Web3 Secret Storage definition (PBKDF2, password "testpassword").
    fn vector() -> Value {
        json!({
            "crypto": {
                "cipher": "aes-128-ctr",
                "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
                "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
                "kdf": "pbkdf2",
                "kdfparams": {
                    "c": 262144, "dklen": 32, "prf": "hmac-sha256",
                    "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
                },
                "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
            },
            "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
            "version": 3
        })
    }

    fn file(name: &str, content: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("keeper-keystore-{}-{name}", std::process::id()));
        std::fs::write(&path, content).expect("writable");
        path
    }

    #[test]
    fn the_vector_of_the_definition_opens() {
        let path = file("vector", &vector().to_string());

        let key = open(&path, &"testpassword".into()).expect("opens");

        assert_eq!(
            alloy_primitives::hex::encode(&*key),
            "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
        );
    }

    #[test]
    fn a_wrong_password_is_told_from_a_broken_file() {
        let path = file("password", &vector().to_string());

        let error = open(&path, &"wrong".into()).expect_err("does not open");

        assert!(matches!(error, WalletError::WrongPassword { .. }), "{error}");
    }

    #[test]
    fn each_bad_shape_is_refused_by_name() {
        let cases: [(&str, Value, &str); 7] = [
            ("/crypto/cipherparams/iv", json!("60"), "iv has 1 bytes"),
            ("/crypto/ciphertext", json!("5318"), "ciphertext has 2 bytes"),
            ("/crypto/mac", json!(""), "mac has 0 bytes"),
            ("/crypto/kdfparams/dklen", json!(16), "derived key has 16 bytes"),
            ("/crypto/kdfparams/c", json!(4_000_000_000_u32), "4000000000 rounds"),
            ("/crypto/cipher", json!("aes-256-gcm"), "aes-256-gcm"),
            ("/version", json!(1), "version 1"),
        ];
        for (at, value, words) in cases {
            let mut keystore = vector();
            *keystore.pointer_mut(at).expect("a field of the vector") = value;
            let path = file("shape", &keystore.to_string());

            let error = open(&path, &"testpassword".into()).expect_err("refused").to_string();

            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_scrypt_cost_out_of_range_is_refused() {
        for (n, r) in [(1_u32 << 30, 8), (0, 8), (3, 8), (1 << 10, u32::MAX)] {
            let mut keystore = vector();
            keystore["crypto"]["kdf"] = json!("scrypt");
            keystore["crypto"]["kdfparams"] = json!({ "dklen": 32, "n": n, "r": r, "p": 1, "salt": "00" });
            let path = file("scrypt", &keystore.to_string());

            let error = open(&path, &"x".into()).expect_err("refused").to_string();

            assert!(error.contains("scrypt"), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_missing_or_no_json_is_refused() {
        let missing = open(Path::new("does/not/exist"), &"x".into()).expect_err("missing");
        let text = open(&file("text", "hello"), &"x".into()).expect_err("no json");

        assert!(matches!(missing, WalletError::Unreadable { .. }));
        assert!(matches!(text, WalletError::NotKeystore { .. }));
    }
}
