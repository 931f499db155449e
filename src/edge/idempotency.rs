//! Idempotency keys: the same key with the same input answers with the first result, for 24 hours.
//!
//! A key is looked up first, and written with the result last, after all that a command locks: of two who have it at the
//! same time the later one waits there, is undone, and finds what the earlier came to. Knows no command.

use super::input;
use crate::{
    actor::Actor,
    clock::Instant,
    db::{finders::padded, rows::Writes},
    error::Error,
    workflow::Command,
};
use chrono::TimeDelta;
use entity::idempotency_key::{Column, Entity, Model};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::OnConflict,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// How long an idempotency key is remembered.
const KEY_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Longest idempotency key, in characters.
const MAX_KEY: usize = 255;

/// A key, and what it is to be used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    actor: String,
    mutation: String,
    key: String,
    input_hash: String,
}

impl Claim {
    /// The claim that a command with this key makes, once its input is fit to be looked at. `None` without a key.
    pub fn of<C: Command>(actor: &Actor, key: Option<&str>, command: &C) -> Result<Option<Self>, Error> {
        let input = input::checked(command)?;
        let Some(key) = key else { return Ok(None) };
        check_key(key)?;
        Ok(Some(Self {
            actor: actor.id.clone(),
            mutation: command.mutation().to_owned(),
            key: key.to_owned(),
            input_hash: hash(&input)?,
        }))
    }

    /// What the key was used for, if it was for this.
    fn answer<T: DeserializeOwned>(&self, known: Model) -> Result<T, Error> {
        if known.input_hash != self.input_hash {
            return Err(Error::IdempotencyMismatch(self.key.clone()));
        }
        let result = known.result.ok_or_else(|| Error::internal("an idempotency key without result"))?;
        serde_json::from_value(result).map_err(Error::internal)
    }

    /// What the key was used for before, if anything.
    pub async fn known<T: DeserializeOwned>(
        &self,
        db: &impl ConnectionTrait,
        now: Instant,
    ) -> Result<Option<T>, Error> {
        let fresh = self.is_it().add(Column::CreatedAt.gte(now - KEY_LIFETIME));
        let known = Entity::find().filter(fresh).one(db).await?;
        known.map(|known| self.answer(known)).transpose()
    }

    /// Remembers the result under the key; false when somebody else has used the key since it was looked up. One that is
    /// too old to be remembered, and not forgotten yet, is free.
    pub async fn keep(&self, txn: &DatabaseTransaction, result: &impl Serialize, now: Instant) -> Result<bool, Error> {
        let instead = OnConflict::columns([Column::Actor, Column::Mutation, Column::Key])
            .update_columns([Column::InputHash, Column::Result, Column::CreatedAt])
            .action_and_where(Column::CreatedAt.lt(now - KEY_LIFETIME))
            .to_owned();
        let row = self.with(result, now)?.into_active_model();
        Ok(Entity::insert_many([row]).on_conflict(instead).exec_without_returning(txn).await? == 1)
    }

    fn with(&self, result: &impl Serialize, now: Instant) -> Result<Model, Error> {
        Ok(Model {
            actor: self.actor.clone(),
            mutation: self.mutation.clone(),
            key: self.key.clone(),
            input_hash: self.input_hash.clone(),
            result: Some(serde_json::to_value(result).map_err(Error::internal)?),
            created_at: now,
        })
    }

    fn is_it(&self) -> Condition {
        Condition::all()
            .add(Column::Actor.eq(self.actor.as_str()))
            .add(Column::Mutation.eq(self.mutation.as_str()))
            .add(Column::Key.eq(self.key.as_str()))
    }

    /// What makes one key of it.
    fn identity(&self) -> (&str, &str, &str) {
        (&self.actor, &self.mutation, &self.key)
    }
}

/// For each of the claims whether nobody has used its key, all by one statement; of two claims of one key the first may.
pub async fn unused(db: &impl ConnectionTrait, claims: &[&Claim]) -> Result<Vec<bool>, Error> {
    // Key by key: asked for by lists of actors and of keys, PostgreSQL would read every key of those actors.
    let wanted = padded(claims).fold(Condition::any(), |any, claim| any.add(claim.is_it()));
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let used = Entity::find().filter(wanted).all(db).await?;
    let mut seen: HashSet<_> =
        used.iter().map(|row| (row.actor.as_str(), row.mutation.as_str(), row.key.as_str())).collect();
    Ok(claims.iter().map(|claim| seen.insert(claim.identity())).collect())
}

/// Adds to what is written: results under keys that are free, in the keys' own order, so that two who write several do
/// not wait for each other. Fails when one is not.
pub fn keep_all<T: Serialize>(writes: &mut Writes, mut kept: Vec<(&Claim, &T)>, now: Instant) -> Result<(), Error> {
    kept.sort_by_key(|(claim, _)| claim.identity());
    let rows = kept.iter().map(|(claim, result)| claim.with(result, now)).collect::<Result<Vec<_>, _>>()?;
    writes.insert::<Entity>(&rows.iter().collect::<Vec<_>>())
}

/// Forgets keys that are older than they are kept.
pub async fn forget_old(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    Entity::delete_many().filter(Column::CreatedAt.lt(now - KEY_LIFETIME)).exec(txn).await?;
    Ok(())
}

fn check_key(key: &str) -> Result<(), Error> {
    if key.is_empty() || key.chars().count() > MAX_KEY || key.contains('\0') {
        return Err(Error::invalid("idempotencyKey", format!("write 1 to {MAX_KEY} characters")));
    }
    Ok(())
}

/// What a key remembers of its input: SHA-256 of its canonical JSON (RFC 8785), hex. Input that has no canonical form is
/// an error, so that it never passes for another.
fn hash(input: &impl Serialize) -> Result<String, Error> {
    let input = exact(serde_json::to_value(input).map_err(Error::internal)?);
    let canonical = serde_json_canonicalizer::to_vec(&input).map_err(Error::internal)?;
    Ok(hex::encode(Sha256::digest(canonical)))
}

/// Whole numbers that the canonical form would round, as the digits that they have. No text that is sent has a NUL.
fn exact(value: Value) -> Value {
    match value {
        Value::Number(number) if number.as_i128().is_some_and(|whole| whole.unsigned_abs() > 1 << 53) => {
            Value::String(format!("\0{number}"))
        }
        Value::Array(items) => items.into_iter().map(exact).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, field)| (name, exact(field))).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn inputs_that_differ_never_share_a_hash() {
        let hashes = [
            json!({ "minor": 9_007_199_254_740_993_i64 }),
            json!({ "minor": 9_007_199_254_740_992_i64 }),
            json!({ "minor": 9_007_199_254_740_994_i64 }),
            json!({ "minor": i64::MAX }),
            json!({ "minor": i64::MAX - 1 }),
            json!({ "minor": i64::MIN }),
            json!({ "minor": i64::MAX.to_string() }),
            json!({ "minor": null }),
            json!(null),
            json!(""),
        ]
        .map(|input| hash(&input).expect("a hash"));
        let different: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(different.len(), hashes.len(), "{hashes:#?}");
        let empty = hex::encode(Sha256::digest([]));
        assert!(!hashes.contains(&empty));
    }

    #[test]
    fn the_order_of_fields_makes_no_difference() {
        let (one, other) = (json!({ "a": 1.0, "b": [i64::MAX] }), json!({ "b": [i64::MAX], "a": 1 }));
        assert_eq!(hash(&one).expect("a hash"), hash(&other).expect("a hash"));
    }

    #[test]
    fn input_without_a_canonical_form_is_an_error() {
        struct Unwritable;
        impl Serialize for Unwritable {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("it cannot be written"))
            }
        }
        let error = hash(&Unwritable).expect_err("no hash");
        assert!(error.to_string().contains("it cannot be written"), "{error}");
    }
}
