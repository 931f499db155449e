//! Idempotency keys: the same key with the same input answers with the first result, for 24 hours.
//!
//! A key is claimed in the transaction of what it is for, before anything else is read or locked, and settled with the
//! result in the same: whoever comes meanwhile waits for the end of it. Knows no command.

use super::input;
use crate::{
    actor::Actor,
    clock::Instant,
    db::rows::{Writes, insert_new},
    error::Error,
    workflow::Command,
};
use chrono::TimeDelta;
use entity::idempotency_key::{Column, Entity, Model};
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter, sea_query::Expr,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

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

    /// Takes the key for this transaction, or answers with what it was used for. Waits for a transaction that has it.
    pub async fn take<T: DeserializeOwned>(&self, txn: &DatabaseTransaction, now: Instant) -> Result<Option<T>, Error> {
        if !insert_new::<Entity>(txn, &[&self.row(now)]).await?.is_empty() {
            return Ok(None);
        }
        // One that is too old to be remembered, and not forgotten yet, is free.
        let taken_over = Entity::update_many()
            .col_expr(Column::InputHash, Expr::value(self.input_hash.as_str()))
            .col_expr(Column::Result, Expr::value(None::<Value>))
            .col_expr(Column::CreatedAt, Expr::value(now))
            .filter(self.is_it().add(Column::CreatedAt.lt(now - KEY_LIFETIME)))
            .exec(txn)
            .await?;
        if taken_over.rows_affected > 0 {
            return Ok(None);
        }
        let known = Entity::find().filter(self.is_it()).one(txn).await?;
        let known =
            known.ok_or_else(|| Error::Unavailable("the idempotency key was given back; try again".to_owned()))?;
        self.answer(known).map(Some)
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
    pub async fn known<T: DeserializeOwned>(&self, db: &DatabaseConnection, now: Instant) -> Result<Option<T>, Error> {
        let fresh = self.is_it().add(Column::CreatedAt.gte(now - KEY_LIFETIME));
        let known = Entity::find().filter(fresh).one(db).await?;
        known.map(|known| self.answer(known)).transpose()
    }

    /// Remembers the result under a key that this transaction has taken.
    pub async fn settle(&self, txn: &DatabaseTransaction, result: &impl Serialize) -> Result<(), Error> {
        let mut writes = Writes::new();
        settle_all(&mut writes, &[(self, result)])?;
        writes.run(txn).await
    }

    fn row(&self, now: Instant) -> Model {
        Model {
            actor: self.actor.clone(),
            mutation: self.mutation.clone(),
            key: self.key.clone(),
            input_hash: self.input_hash.clone(),
            result: None,
            created_at: now,
        }
    }

    fn is_it(&self) -> Condition {
        Condition::all()
            .add(Column::Actor.eq(self.actor.as_str()))
            .add(Column::Mutation.eq(self.mutation.as_str()))
            .add(Column::Key.eq(self.key.as_str()))
    }

    fn is_of(&self, row: &Model) -> bool {
        (&self.actor, &self.mutation, &self.key) == (&row.actor, &row.mutation, &row.key)
    }
}

/// Takes the keys that are free, all in one statement; answers for each claim whether its key was. Of two claims of one
/// key the first has it. Keys are taken in their own order, so that two who take several do not wait for each other.
pub async fn take_free(txn: &DatabaseTransaction, claims: &[&Claim], now: Instant) -> Result<Vec<bool>, Error> {
    let mut rows: Vec<Model> = Vec::with_capacity(claims.len());
    for claim in claims {
        if !rows.iter().any(|row| claim.is_of(row)) {
            rows.push(claim.row(now));
        }
    }
    rows.sort_by(|a, b| (&a.actor, &a.mutation, &a.key).cmp(&(&b.actor, &b.mutation, &b.key)));
    let mut free = insert_new::<Entity>(txn, &rows.iter().collect::<Vec<_>>()).await?;
    let took = |claim: &&Claim| {
        let place = free.iter().position(|row| claim.is_of(row));
        place.map(|place| free.swap_remove(place)).is_some()
    };
    Ok(claims.iter().map(took).collect())
}

/// Adds to what is written: the results under keys that this transaction has taken.
pub fn settle_all<T: Serialize>(writes: &mut Writes, settled: &[(&Claim, &T)]) -> Result<(), Error> {
    let row = |(claim, result): &(&Claim, &T)| json!({ "actor": claim.actor, "mutation": claim.mutation, "key": claim.key, "result": result });
    let rows: Vec<Value> = settled.iter().map(row).collect();
    writes.set::<Entity, _>(&rows, &[Column::Actor, Column::Mutation, Column::Key, Column::Result])
}

/// Adds to what is written: keys that were taken for what did not happen are free again.
pub fn give_back(writes: &mut Writes, claims: &[&Claim]) -> Result<(), Error> {
    let row = |claim: &&Claim| json!({ "actor": claim.actor, "mutation": claim.mutation, "key": claim.key });
    let rows: Vec<Value> = claims.iter().map(row).collect();
    writes.delete::<Entity, _>(&rows, &[Column::Actor, Column::Mutation, Column::Key])
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
