//! Passwords: what a new one must be like, how they are kept, how one is compared.
//!
//! The memory of a hash is asked of the system and not of the program's allocator, which keeps what it was given until
//! much else is asked for: so it goes back when the hash is done.

use crate::error::Error;
use crate::id;
use allocator_api2::alloc::System;
use allocator_api2::vec::Vec as VecIn;
use argon2::password_hash::{Output, ParamsString, PasswordHash, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Shortest new password, in characters. Older ones may be shorter.
pub const SHORTEST: usize = 12;
/// Longest password, in characters.
pub const LONGEST: usize = 200;
/// Most bytes of a character.
const WIDEST: usize = 4;
const SALT_BYTES: usize = 16;
/// What the password of nobody is compared with, so that it takes as long: no password has this hash.
const STAND_IN: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3RhbmRzIGluIGZvciBub2JvZHk$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Argon2id with 19 MiB and two passes, one of OWASP's equally strong choices. Hashes that were made with another verify
/// with theirs.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// As much is asked for at least, in blocks of 1 KiB, and not touched: what is 32 MiB or less would stay with the process
/// when it is freed (glibc's `M_MMAP_THRESHOLD` grows up to that).
const FEWEST_BLOCKS: usize = 33 * 1024;

/// Refuses a new password that is too short, too long, or the address that it is used with.
pub fn check(field: &str, password: &str, email: &str) -> Result<(), Error> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Error::invalid(field, format!("must have {SHORTEST} to {LONGEST} characters, has {length}")));
    }
    if password.trim().to_lowercase() == email {
        return Err(Error::invalid(field, "must not be the e-mail address"));
    }
    Ok(())
}

/// The Argon2id hash of a password, as it is stored. Takes a processor for a while.
pub fn hash(password: &str) -> Result<String, Error> {
    let random = hex::decode(id::random_hex(SALT_BYTES)).map_err(Error::internal)?;
    let salt = SaltString::encode_b64(&random).map_err(Error::internal)?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(Error::internal)?,
        salt: Some(salt.as_salt()),
        hash: Some(output(password, &random, Algorithm::Argon2id, Version::V0x13, params)?),
    };
    Ok(hash.to_string())
}

/// Whether the password is the one of this hash. Without a hash it is not, and that takes as long.
pub fn matches(hash: Option<&str>, password: &str) -> Result<bool, Error> {
    let known = PasswordHash::new(hash.unwrap_or(STAND_IN)).map_err(Error::internal)?;
    let lacking = || Error::internal("a stored password hash lacks its salt or its value");
    let (salt, expected) = known.salt.zip(known.hash).ok_or_else(lacking)?;
    let mut buffer = [0; 64];
    let salt = salt.decode_b64(&mut buffer).map_err(Error::internal)?;
    let algorithm = Algorithm::try_from(known.algorithm).map_err(Error::internal)?;
    let version = known.version.map_or(Ok(Version::default()), Version::try_from).map_err(Error::internal)?;
    let params = Params::try_from(&known).map_err(Error::internal)?;
    // What nobody can have as a password is not worth the work, whoever it is tried on.
    let possible = password.len() <= LONGEST * WIDEST;
    // Compared in constant time.
    Ok(possible && output(password, salt, algorithm, version, params)? == expected && hash.is_some())
}

fn output(
    password: &str,
    salt: &[u8],
    algorithm: Algorithm,
    version: Version,
    params: Params,
) -> Result<Output, Error> {
    let blocks = params.block_count();
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut memory: VecIn<Block, System> = VecIn::new_in(System);
    memory
        .try_reserve_exact(blocks.max(FEWEST_BLOCKS))
        .map_err(|error| Error::Unavailable(format!("no memory is left: {error}")))?;
    memory.resize(blocks, Block::default());
    let argon2 = Argon2::new(algorithm, version, params);
    let hashed = Output::init_with(length, |out| {
        Ok(argon2.hash_password_into_with_memory(password.as_bytes(), salt, out, &mut memory)?)
    });
    hashed.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{PasswordHasher as _, PasswordVerifier as _};

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let hash = hash("correct horse").unwrap();
        let parameters = |hash: &str| hash.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(parameters(&hash), parameters(STAND_IN), "the stand-in takes as long");
        assert!(matches(Some(&hash), "correct horse").unwrap());
        assert!(!matches(Some(&hash), "correct hors").unwrap());
        assert!(!matches(None, "correct horse").unwrap());
        assert!(!matches(Some(&hash), &"x".repeat(10_000)).unwrap());
    }

    #[test]
    fn hashes_are_what_everybody_elses_argon2_makes() {
        let ours = hash("correct horse").unwrap();
        let parsed = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse", &parsed).is_ok());
        let salt = SaltString::encode_b64(b"sixteen bytes ok").unwrap();
        let theirs = Argon2::default().hash_password(b"correct horse", &salt).unwrap().to_string();
        assert!(matches(Some(&theirs), "correct horse").unwrap(), "also with other parameters");
    }

    #[test]
    fn a_new_password_is_long_enough_and_not_the_address() {
        for (password, right) in [
            ("", false),
            ("eleven chrs", false),
            ("twelve chars", true),
            ("zwölf Zeiche", true),
            (&*"x".repeat(200), true),
            (&*"x".repeat(201), false),
            ("Ada@Example.com", false),
        ] {
            assert_eq!(check("password", password, "ada@example.com").is_ok(), right, "{password}");
        }
    }
}
