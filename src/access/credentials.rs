//! Passwords and keys: made, kept as hashes, compared.

use super::tokens::{Issued, Tokens};
use crate::clock::Instant;
use crate::error::Error;
use crate::id;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use entity::user_account;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

const SHORTEST_PASSWORD: usize = 8;
const LONGEST_PASSWORD: usize = 200;
const SALT_BYTES: usize = 16;
/// What the password of nobody is compared with, so that it takes as long: no password has this hash.
const STAND_IN: &str =
    "$argon2id$v=19$m=47104,t=1,p=1$c3RhbmRzIGluIGZvciBub2JvZHk$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const KEY_PREFIX: &str = "wbk_";
const KEY_BYTES: usize = 32;
/// How much of a key is kept to recognise it by.
const KEY_SHOWN: usize = 12;

/// Argon2id with 46 MiB and one pass, one of OWASP's equally strong choices. So much is given back to the system at once;
/// 19 MiB, the crate's default, would stay with the allocator.
const MEMORY_KIB: u32 = 46 * 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;

/// Each hash takes its memory while it runs.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Whoever signed in, and their token.
pub struct Login {
    /// The user.
    pub user: user_account::Model,
    /// The token.
    pub issued: Issued,
}

/// Signs in. An unknown address, a wrong password and a disabled user take the same time and look the same.
pub async fn login(
    db: &DatabaseConnection,
    tokens: &Tokens,
    now: Instant,
    email: &str,
    password: &str,
) -> Result<Login, Error> {
    let email = normal_email(email);
    let user = user_account::Entity::find().filter(user_account::Column::Email.eq(email)).one(db).await?;
    let user = user.filter(|user| user.disabled_at.is_none());
    let hash = user.as_ref().and_then(|user| user.password_hash.clone());
    let passed = verify(hash, password.to_owned()).await?;
    match user.filter(|_| passed) {
        Some(user) => Ok(Login { issued: tokens.issue(&user, now)?, user }),
        None => Err(Error::Unauthenticated("the e-mail address or the password is wrong".to_owned())),
    }
}

/// As it is stored and looked up.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The Argon2id hash of a new password.
pub async fn hash_password(password: &str) -> Result<String, Error> {
    let length = password.chars().count();
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) {
        let message = format!("must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, has {length}");
        return Err(Error::invalid("password", message));
    }
    let password = password.to_owned();
    blocking(move || hash(&password)).await?
}

async fn verify(hash: Option<String>, password: String) -> Result<bool, Error> {
    blocking(move || {
        let Some(hash) = hash else {
            let _ = matches(STAND_IN, &password)?;
            return Ok(false);
        };
        matches(&hash, &password)
    })
    .await?
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _permit = HASHING.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

fn hash(password: &str) -> Result<String, Error> {
    let random = hex::decode(id::random_hex(SALT_BYTES)).map_err(Error::internal)?;
    let salt = SaltString::encode_b64(&random).map_err(Error::internal)?;
    let parameters = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    let hash = argon2.hash_password(password.as_bytes(), &salt).map_err(Error::internal)?;
    Ok(hash.to_string())
}

fn matches(hash: &str, password: &str) -> Result<bool, Error> {
    let hash = PasswordHash::new(hash).map_err(Error::internal)?;
    Ok(password.len() <= LONGEST_PASSWORD * 4 && Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A new key: what its holder gets, what it is recognised by, what is stored.
pub struct NewKey {
    /// Shown once.
    pub plain: String,
    /// Its first characters.
    pub prefix: String,
    /// SHA-256, hex.
    pub hash: String,
}

/// A new random key. SHA-256 is enough: unlike a password it cannot be guessed.
pub fn new_key() -> NewKey {
    let plain = format!("{KEY_PREFIX}{}", id::random_hex(KEY_BYTES));
    NewKey { prefix: plain.chars().take(KEY_SHOWN).collect(), hash: hash_key(&plain), plain }
}

/// What a key is looked up by.
pub fn hash_key(key: &str) -> String {
    hex::encode(Sha256::digest(key.trim().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let hash = hash_password("correct horse").await.unwrap();
        let parameters = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(parameters(&hash), parameters(STAND_IN), "the stand-in takes as long");
        assert!(verify(Some(hash.clone()), "correct horse".to_owned()).await.unwrap());
        assert!(!verify(Some(hash), "correct hors".to_owned()).await.unwrap());
        assert!(!verify(None, "correct horse".to_owned()).await.unwrap());
        assert!(hash_password("short").await.is_err());
    }

    #[test]
    fn a_key_is_kept_as_its_hash() {
        let key = new_key();
        assert!(key.plain.starts_with(&key.prefix) && key.plain.len() > 60);
        assert_eq!(key.hash, hash_key(&key.plain));
        assert_ne!(key.hash, new_key().hash);
    }
}
