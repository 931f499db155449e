//! Bearer tokens: signed by this installation, good for some hours, and only while their user is.

use super::authenticate::Cache;
use super::roles::RoleKind;
use crate::clock::Instant;
use crate::config::{Auth, ConfigError};
use crate::error::Error;
use crate::id::{self, Prefix};
use chrono::TimeDelta;
use entity::user_account;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Signs tokens and reads them. Cheap to clone.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    lifetime: TimeDelta,
    cache: Cache,
}

/// A token, ready to be handed out.
#[derive(Clone)]
pub struct Issued {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// Until when it is good.
    pub expires_at: Instant,
}

/// What a token says. The role and the party are for its reader; what counts is what the user's row says now.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    party: Option<String>,
    iat: i64,
    exp: i64,
}

impl Tokens {
    /// With the configured secret, or the one of `./data/secret`, which is made when missing.
    pub fn of(auth: &Auth) -> Result<Self, ConfigError> {
        Ok(Self::with(&crate::config::secret(auth)?, TimeDelta::hours(auth.token_hours.into())))
    }

    /// With this secret.
    pub fn with(secret: &[u8], lifetime: TimeDelta) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "sub"]);
        // The library would ask the system's clock; `read` asks ours.
        validation.validate_exp = false;
        Self(Arc::new(Inner {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            lifetime,
            cache: Cache::default(),
        }))
    }

    /// A token for the user, good from `now` on.
    pub fn issue(&self, user: &user_account::Model, now: Instant) -> Result<Issued, Error> {
        let expires_at = now + self.0.lifetime;
        let claims = Claims {
            sub: id::encode(Prefix::User, user.id),
            role: user.role.clone(),
            party: party_of(user),
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
        };
        let token = jsonwebtoken::encode(&Header::default(), &claims, &self.0.encoding).map_err(Error::internal)?;
        Ok(Issued { token, expires_at })
    }

    /// What tells a secret text from another without giving it away: keyed by this installation's secret.
    pub fn digest(&self, text: &str) -> Result<String, Error> {
        let text = format!("digest\n{text}");
        jsonwebtoken::crypto::sign(text.as_bytes(), &self.0.encoding, Algorithm::HS256).map_err(Error::internal)
    }

    /// The user that a token stands for.
    pub(super) fn read(&self, token: &str, now: Instant) -> Result<Uuid, Error> {
        let invalid = || Error::Unauthenticated("the token is not valid here; sign in again".to_owned());
        let data = jsonwebtoken::decode::<Claims>(token, &self.0.decoding, &self.0.validation);
        let claims = data.map_err(|_| invalid())?.claims;
        if claims.exp <= now.timestamp() {
            return Err(Error::Unauthenticated("the token has expired; sign in again".to_owned()));
        }
        id::decode(Prefix::User, &claims.sub).map_err(|_| invalid())
    }

    pub(super) fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// Forgets what is known of users and keys, so that a change counts in this process at once. Other processes notice
    /// within seconds.
    pub fn forget(&self) {
        self.0.cache.clear();
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

fn party_of(user: &user_account::Model) -> Option<String> {
    match RoleKind::parse(&user.role)? {
        RoleKind::Customer => user.customer_id.map(|party| id::encode(Prefix::Customer, party)),
        RoleKind::Reseller => user.reseller_id.map(|party| id::encode(Prefix::Reseller, party)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};

    fn user(now: Instant) -> user_account::Model {
        user_account::Model {
            id: id::new(),
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            password_hash: None,
            role: "CUSTOMER".to_owned(),
            customer_id: Some(id::new()),
            reseller_id: None,
            disabled_at: None,
            folded: None,
            created_at: now,
        }
    }

    #[test]
    fn a_token_is_good_for_its_user_until_it_expires() {
        let now = SystemClock.now();
        let tokens = Tokens::with(&[7; 32], TimeDelta::hours(12));
        let user = user(now);
        let issued = tokens.issue(&user, now).unwrap();
        assert_eq!(issued.expires_at, now + TimeDelta::hours(12));
        assert_eq!(tokens.read(&issued.token, now + TimeDelta::hours(11)).unwrap(), user.id);
        assert!(tokens.read(&issued.token, now + TimeDelta::hours(12)).is_err());
    }

    #[test]
    fn what_was_not_signed_here_is_refused() {
        let now = SystemClock.now();
        let tokens = Tokens::with(&[7; 32], TimeDelta::hours(12));
        let issued = tokens.issue(&user(now), now).unwrap().token;
        let other = Tokens::with(&[8; 32], TimeDelta::hours(12)).issue(&user(now), now).unwrap().token;
        let (head, signature) = issued.rsplit_once('.').unwrap();
        // {"alg":"none","typ":"JWT"}
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", head.split_once('.').unwrap().1);
        for token in ["", "x", "a.b.c", &other, &format!("{head}."), &format!("{head}x.{signature}"), &unsigned] {
            assert!(matches!(tokens.read(token, now), Err(Error::Unauthenticated(_))), "{token}");
        }
    }
}
