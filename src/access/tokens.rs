//! Bearer tokens: signed by this installation for itself, good for some hours, and only while their user is and has not
//! ended them.

use super::authenticate::Cache;
use super::keys::hash_key;
use crate::actor::{Bearer, RoleKind};
use crate::clock::Instant;
use crate::config::{Auth, ConfigError};
use crate::error::Error;
use crate::id::{self, Prefix};
use chrono::TimeDelta;
use entity::user_account;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Whom all of them are for.
const AUDIENCE: &str = "waybill";
/// What their issuer begins with; the installation's id follows.
const ISSUER: &str = "urn:waybill:";
/// How far the clock of whoever made a token may be ahead of ours, in seconds.
const LEEWAY: i64 = 60;
/// The longest token that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;

/// Signs tokens and reads them. Cheap to clone.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    issuer: String,
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
#[derive(Debug, Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: String,
    role: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    party: Option<String>,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    epoch: i32,
}

/// What is read of a token. The library compares issuer and audience where they are given.
#[derive(Debug, Deserialize)]
struct ReadClaims {
    iss: Option<IgnoredAny>,
    aud: Option<IgnoredAny>,
    sub: String,
    nbf: Option<i64>,
    exp: i64,
    jti: Option<String>,
    #[serde(default)]
    epoch: i32,
}

impl Tokens {
    /// With the configured secret, or the one of `./data/secret`, which is made when missing.
    pub fn of(auth: &Auth) -> Result<Self, ConfigError> {
        Ok(Self::with(&crate::config::secret(auth)?, TimeDelta::hours(auth.token_hours.into())))
    }

    /// With this secret. They are of no installation until it is named.
    pub fn with(secret: &[u8], lifetime: TimeDelta) -> Self {
        Self::made(EncodingKey::from_secret(secret), DecodingKey::from_secret(secret), lifetime, Uuid::nil())
    }

    /// The same for one installation: it takes no tokens of another, although they have the same secret.
    #[must_use]
    pub fn of_installation(&self, installation: Uuid) -> Self {
        let Inner { encoding, decoding, lifetime, .. } = &*self.0;
        Self::made(encoding.clone(), decoding.clone(), *lifetime, installation)
    }

    fn made(encoding: EncodingKey, decoding: DecodingKey, lifetime: TimeDelta, installation: Uuid) -> Self {
        let issuer = format!("{ISSUER}{installation}");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "sub"]);
        validation.set_issuer(&[&issuer]);
        validation.set_audience(&[AUDIENCE]);
        // The library would ask the system's clock; `read` asks ours, for nbf too.
        validation.validate_exp = false;
        Self(Arc::new(Inner { encoding, decoding, validation, issuer, lifetime, cache: Cache::default() }))
    }

    /// A token for the user, good from `now` on.
    pub fn issue(&self, user: &user_account::Model, now: Instant) -> Result<Issued, Error> {
        let expires_at = now + self.0.lifetime;
        let claims = Claims {
            iss: &self.0.issuer,
            aud: AUDIENCE,
            sub: id::encode(Prefix::User, user.id),
            role: &user.role,
            party: party_of(user),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: expires_at.timestamp(),
            jti: id::new().to_string(),
            epoch: user.token_epoch,
        };
        let token = jsonwebtoken::encode(&Header::default(), &claims, &self.0.encoding).map_err(Error::internal)?;
        Ok(Issued { token, expires_at })
    }

    /// What tells a secret text from another without giving it away: keyed by this installation's secret.
    pub fn digest(&self, text: &str) -> Result<String, Error> {
        let text = format!("digest\n{text}");
        jsonwebtoken::crypto::sign(text.as_bytes(), &self.0.encoding, Algorithm::HS256).map_err(Error::internal)
    }

    /// What an e-mail address is known by where it is counted how often signing in failed: keyed, so that a password that
    /// was typed in the wrong field is not kept.
    pub fn account(&self, email: &str) -> Result<String, Error> {
        self.digest(&format!("account\n{email}"))
    }

    /// What a token stands for.
    pub(super) fn read(&self, token: &str, now: Instant) -> Result<Bearer, Error> {
        let refused = |what: &str| Error::Unauthenticated(format!("the token {what}; sign in again"));
        if token.len() > LONGEST {
            return Err(refused(&format!("has {} bytes, where {LONGEST} are the most", token.len())));
        }
        let invalid = || refused("is not valid here");
        let data = jsonwebtoken::decode::<ReadClaims>(token, &self.0.decoding, &self.0.validation);
        let claims = data.map_err(|_| invalid())?.claims;
        // Tokens from before there were issuers have neither, and are good until they expire.
        if claims.iss.is_some() != claims.aud.is_some() {
            return Err(invalid());
        }
        if claims.exp <= now.timestamp() {
            return Err(refused("has expired"));
        }
        if claims.nbf.is_some_and(|nbf| nbf > now.timestamp() + LEEWAY) {
            return Err(Error::Unauthenticated(
                "the token is not good yet; look at the clock of who made it".to_owned(),
            ));
        }
        Ok(Bearer {
            user: id::decode(Prefix::User, &claims.sub).map_err(|_| invalid())?,
            token: claims.jti.unwrap_or_else(|| hash_key(token)),
            epoch: claims.epoch,
            expires_at: Instant::from_timestamp(claims.exp, 0).ok_or_else(invalid)?,
        })
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
    use serde_json::{Value, json};

    const SECRET: &[u8] = &[7; 32];

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
            token_epoch: 3,
            folded: None,
            created_at: now,
        }
    }

    fn tokens() -> Tokens {
        Tokens::with(SECRET, TimeDelta::hours(12)).of_installation(Uuid::max())
    }

    /// A token that says this, rightly signed.
    fn signed(claims: &Value) -> String {
        jsonwebtoken::encode(&Header::default(), claims, &EncodingKey::from_secret(SECRET)).unwrap()
    }

    #[test]
    fn a_token_is_good_for_its_user_until_it_expires() {
        let now = SystemClock.now();
        let user = user(now);
        let issued = tokens().issue(&user, now).unwrap();
        assert_eq!(issued.expires_at, now + TimeDelta::hours(12));
        let read = tokens().read(&issued.token, now + TimeDelta::hours(11)).unwrap();
        assert_eq!((read.user, read.epoch, read.expires_at.timestamp()), (user.id, 3, issued.expires_at.timestamp()));
        assert!(tokens().read(&issued.token, now + TimeDelta::hours(12)).is_err());
        assert_ne!(read.token, tokens().read(&tokens().issue(&user, now).unwrap().token, now).unwrap().token);
    }

    #[test]
    fn what_was_not_signed_here_is_refused() {
        let now = SystemClock.now();
        let issued = tokens().issue(&user(now), now).unwrap().token;
        let other = Tokens::with(&[8; 32], TimeDelta::hours(12)).issue(&user(now), now).unwrap().token;
        let elsewhere = tokens().of_installation(id::new()).issue(&user(now), now).unwrap().token;
        let (head, signature) = issued.rsplit_once('.').unwrap();
        // {"alg":"none","typ":"JWT"}
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", head.split_once('.').unwrap().1);
        for token in
            ["", "x", "a.b.c", &other, &elsewhere, &format!("{head}."), &format!("{head}x.{signature}"), &unsigned]
        {
            assert!(matches!(tokens().read(token, now), Err(Error::Unauthenticated(_))), "{token}");
        }
    }

    #[test]
    fn issuer_audience_and_times_are_held_to() {
        let now = SystemClock.now();
        let (at, issuer) = (now.timestamp(), format!("{ISSUER}{}", Uuid::max()));
        let whole = json!({
            "iss": issuer, "aud": AUDIENCE, "sub": id::encode(Prefix::User, id::new()), "role": "ADMIN", "iat": at, "nbf": at,
            "exp": at + 60, "jti": "one", "epoch": 0,
        });
        let read = |changes: Value| {
            let mut claims = whole.clone();
            for (name, value) in changes.as_object().unwrap() {
                match value {
                    Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                    value => claims[name] = value.clone(),
                }
            }
            tokens().read(&signed(&claims), now)
        };
        for good in [
            json!({}),
            json!({ "aud": ["other", AUDIENCE] }),
            json!({ "nbf": at + LEEWAY }),
            json!({ "nbf": null }),
            // As they were before they had an issuer.
            json!({ "iss": null, "aud": null, "nbf": null, "jti": null, "epoch": null }),
        ] {
            assert!(read(good.clone()).is_ok(), "{good}");
        }
        for bad in [
            json!({ "iss": "urn:waybill:other" }),
            json!({ "iss": "" }),
            json!({ "aud": "other" }),
            json!({ "aud": [] }),
            json!({ "iss": null }),
            json!({ "aud": null }),
            json!({ "nbf": at + LEEWAY + 1 }),
            json!({ "nbf": "soon" }),
            json!({ "exp": at }),
            json!({ "exp": at - 1 }),
            json!({ "exp": null }),
            json!({ "exp": i64::MAX }),
            json!({ "sub": null }),
            json!({ "sub": "user_1" }),
            json!({ "epoch": "0" }),
        ] {
            assert!(matches!(read(bad.clone()), Err(Error::Unauthenticated(_))), "{bad}");
        }
        assert!(read(json!({ "role": "x".repeat(LONGEST) })).is_err_and(|error| error.to_string().contains("8192")));
        assert!(read(json!({ "role": "x".repeat(LONGEST / 2) })).is_ok());
    }
}
