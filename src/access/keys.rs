//! Secrets that are made here and shown once: API keys, and tokens that set a password. Kept as their SHA-256, which is
//! enough: unlike a password they cannot be guessed.

use crate::id;
use sha2::{Digest as _, Sha256};

const KEY_PREFIX: &str = "wbk_";
const RESET_PREFIX: &str = "wbr_";
const BYTES: usize = 32;
/// How much of a key is kept to recognise it by.
const SHOWN: usize = 12;

/// A new secret: what its holder gets, what it is recognised by, what is stored.
pub struct NewKey {
    /// Shown once.
    pub plain: String,
    /// Its first characters.
    pub prefix: String,
    /// SHA-256, hex.
    pub hash: String,
}

/// A new random API key.
pub fn new_key() -> NewKey {
    new(KEY_PREFIX)
}

/// A new random token that sets a password.
pub fn new_reset() -> NewKey {
    new(RESET_PREFIX)
}

fn new(prefix: &str) -> NewKey {
    let plain = format!("{prefix}{}", id::random_hex(BYTES));
    NewKey { prefix: plain.chars().take(SHOWN).collect(), hash: hash_key(&plain), plain }
}

/// What a secret is looked up by.
pub fn hash_key(key: &str) -> String {
    hex::encode(Sha256::digest(key.trim().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_as_its_hash() {
        for key in [new_key(), new_reset()] {
            assert!(key.plain.starts_with(&key.prefix) && key.plain.len() > 60);
            assert_eq!(key.hash, hash_key(&key.plain));
        }
        assert_ne!(new_key().hash, new_key().hash);
    }
}
