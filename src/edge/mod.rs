//! Where commands meet the world: begins, claims the idempotency key, runs, commits, tries again after a lost race,
//! and keeps what was refused. GraphQL, REST, webhooks and the worker call this; nothing below it commits.

pub mod batch;
pub mod group;

use crate::{
    actor::Actor,
    app::App,
    clock::Instant,
    db::connect,
    edge::batch::Batches,
    error::{Code, Error},
    id,
    workflow::{
        Command, Cx,
        commands::{EventTaken, SendEvent},
    },
};
use chrono::TimeDelta;
use entity::{idempotency_key, refused_attempt};
use futures_util::{FutureExt as _, future::BoxFuture};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::panic::AssertUnwindSafe;

/// How often a lost race is run again.
const TRIES: u32 = 3;
/// How long an idempotency key is remembered.
const KEY_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Longest idempotency key, in characters.
const MAX_KEY: usize = 255;

/// Runs a command in a transaction of its own.
///
/// Input that nobody may send is refused before anything is looked at, and is no attempt at anything. What is refused
/// after that is kept, and stays the answer when it cannot be.
pub async fn run<C: Command>(app: &App, actor: &Actor, key: Option<&str>, command: &C) -> Result<C::Output, Error> {
    let claim = Claim::of(actor, key, command)?;
    let mut tries = 0;
    let result = loop {
        tries += 1;
        match attempt(app, actor, claim.as_ref(), command).await {
            Err(error) if error.is_contention() && tries < TRIES => {
                tracing::debug!(mutation = C::NAME, tries, %error, "lost a race, trying again");
                tokio::time::sleep(std::time::Duration::from_millis(u64::from(tries) * 5)).await;
            }
            Err(error) if error.is_contention() => {
                break Err(Error::Unavailable("too many others want the same thing just now; try again".to_owned()));
            }
            other => break other,
        }
    };
    match &result {
        Ok(_) => app.wake.notify_one(),
        Err(refusal) => {
            if let Err(error) = keep_refusal(app, actor, command, refusal).await {
                tracing::error!(mutation = C::NAME, %refusal, %error, "a refused attempt could not be kept");
            }
        }
    }
    result
}

/// Work that may have a bug: where it panics, that is an error like others, and whoever comes after is served.
pub fn caught<'a, T: 'a>(work: impl Future<Output = Result<T, Error>> + Send + 'a) -> BoxFuture<'a, Result<T, Error>> {
    let told = |panic: Box<dyn std::any::Any + Send>| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::internal(format!("panicked: {}", text.unwrap_or_default())))
    };
    AssertUnwindSafe(work).catch_unwind().map(move |done| done.unwrap_or_else(told)).boxed()
}

/// What a command with this key and this input came to before; so that what precedes a command need not be done again.
pub async fn replayed<C: Command>(
    app: &App,
    actor: &Actor,
    key: Option<&str>,
    command: &C,
) -> Result<Option<C::Output>, Error> {
    let Some(claim) = Claim::of(actor, key, command)? else { return Ok(None) };
    let known = idempotency_key::Entity::find()
        .filter(claim.is_it())
        .filter(idempotency_key::Column::CreatedAt.gte(app.now() - KEY_LIFETIME))
        .one(&app.reader)
        .await?;
    known.map(|known| claim.answer(known)).transpose()
}

/// Sends an event to a subject: without an idempotency key together with others, where that can be; else alone.
pub async fn send(
    app: &App,
    batches: &Batches<group::Waiting>,
    actor: &Actor,
    key: Option<&str>,
    event: &SendEvent,
) -> Result<EventTaken, Error> {
    if key.is_none() {
        check(event)?;
        if let Some(done) = group::send(batches, actor, event).await? {
            return Ok(done);
        }
    }
    run(app, actor, key, event).await
}

async fn attempt<C: Command>(
    app: &App,
    actor: &Actor,
    claim: Option<&Claim<'_>>,
    command: &C,
) -> Result<C::Output, Error> {
    let txn = app.begin().await?;
    let now = app.now();
    if let Some(claim) = claim
        && let Some(done) = claim.take(&txn, now).await?
    {
        txn.rollback().await?;
        return Ok(done);
    }
    let cx = Cx { rules: &app.rules, txn: &txn, actor, now };
    match command.run(&cx).await {
        Ok(done) => {
            if let Some(claim) = claim {
                claim.settle(&txn, &done).await?;
            }
            connect::commit(txn).await?;
            Ok(done)
        }
        Err(error) => {
            // A connection that is gone cannot roll back, and need not: the server does it.
            if let Err(failed) = txn.rollback().await {
                tracing::debug!(%failed, "rollback");
            }
            Err(error)
        }
    }
}

struct Claim<'a> {
    actor: &'a str,
    mutation: &'a str,
    key: &'a str,
    input_hash: String,
}

impl<'a> Claim<'a> {
    /// The claim that a command with this key makes, once its input is fit to be looked at.
    fn of<C: Command>(actor: &'a Actor, key: Option<&'a str>, command: &C) -> Result<Option<Self>, Error> {
        let input = check(command)?;
        let Some(key) = key else { return Ok(None) };
        check_key(key)?;
        Ok(Some(Self { actor: &actor.id, mutation: command.mutation(), key, input_hash: hash(&input)? }))
    }

    /// Takes the key for this transaction, or answers with what it was used for. Waits for a transaction that has it.
    async fn take<T: DeserializeOwned>(&self, txn: &DatabaseTransaction, now: Instant) -> Result<Option<T>, Error> {
        idempotency_key::Entity::delete_many()
            .filter(self.is_it())
            .filter(idempotency_key::Column::CreatedAt.lt(now - KEY_LIFETIME))
            .exec(txn)
            .await?;
        let row = idempotency_key::Model {
            actor: self.actor.to_owned(),
            mutation: self.mutation.to_owned(),
            key: self.key.to_owned(),
            input_hash: self.input_hash.clone(),
            result: None,
            created_at: now,
        };
        let inserted = idempotency_key::Entity::insert(row.into_active_model())
            .on_conflict_do_nothing()
            .exec_without_returning(txn)
            .await?;
        if matches!(inserted, sea_orm::TryInsertResult::Inserted(1..)) {
            return Ok(None);
        }
        let known = idempotency_key::Entity::find().filter(self.is_it()).one(txn).await?;
        let known =
            known.ok_or_else(|| Error::Unavailable("the idempotency key was given back; try again".to_owned()))?;
        self.answer(known).map(Some)
    }

    /// What the key was used for, if it was for this.
    fn answer<T: DeserializeOwned>(&self, known: idempotency_key::Model) -> Result<T, Error> {
        if known.input_hash != self.input_hash {
            return Err(Error::IdempotencyMismatch(self.key.to_owned()));
        }
        let result = known.result.ok_or_else(|| Error::internal("an idempotency key without result"))?;
        serde_json::from_value(result).map_err(Error::internal)
    }

    async fn settle(&self, txn: &DatabaseTransaction, done: &impl Serialize) -> Result<(), Error> {
        let result = serde_json::to_value(done).map_err(Error::internal)?;
        idempotency_key::ActiveModel {
            actor: Set(self.actor.to_owned()),
            mutation: Set(self.mutation.to_owned()),
            key: Set(self.key.to_owned()),
            result: Set(Some(result)),
            ..Default::default()
        }
        .update(txn)
        .await?;
        Ok(())
    }

    fn is_it(&self) -> sea_orm::Condition {
        sea_orm::Condition::all()
            .add(idempotency_key::Column::Actor.eq(self.actor))
            .add(idempotency_key::Column::Mutation.eq(self.mutation))
            .add(idempotency_key::Column::Key.eq(self.key))
    }
}

/// Forgets idempotency keys that are older than they are kept.
pub async fn forget_old_keys(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    idempotency_key::Entity::delete_many()
        .filter(idempotency_key::Column::CreatedAt.lt(now - KEY_LIFETIME))
        .exec(txn)
        .await?;
    Ok(())
}

/// Keeps a person's refused attempt, in a transaction of its own.
async fn keep_refusal<C: Command>(app: &App, actor: &Actor, command: &C, error: &Error) -> Result<(), Error> {
    let Some((kind, id, event)) = command.attempt().filter(|_| actor.user_id.is_some() && is_kept(error.code())) else {
        return Ok(());
    };
    let (state, guard) = match error {
        Error::Refused(refusal) => (Some(refusal.current_state.clone()), refusal.guard.clone()),
        _ => (None, None),
    };
    let row = refused_attempt::Model {
        id: id::new(),
        subject_kind: kind,
        subject_id: id,
        event,
        state,
        code: error.code().as_str().to_owned(),
        message: error.to_string(),
        guard,
        actor_type: actor.kind,
        actor_id: Some(actor.id.clone()),
        occurred_at: app.now(),
    };
    let txn = app.begin().await?;
    refused_attempt::Entity::insert(row.into_active_model()).exec_without_returning(&txn).await?;
    txn.commit().await?;
    Ok(())
}

/// Faults of ours and unknown ids are not attempts at anything.
fn is_kept(code: Code) -> bool {
    !matches!(code, Code::NotFound | Code::Internal | Code::Unavailable | Code::Unauthenticated)
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

/// A command's input, if it is one that anybody may send at all.
fn check<C: Command>(command: &C) -> Result<Value, Error> {
    let input = serde_json::to_value(command).map_err(Error::internal)?;
    check_texts(&input, "input")?;
    command.check_form()?;
    Ok(input)
}

/// PostgreSQL keeps no NUL in texts, so that no database does here.
fn check_texts(value: &Value, path: &str) -> Result<(), Error> {
    match value {
        Value::String(text) if text.contains('\0') => Err(Error::nul(path)),
        Value::Array(items) => items.iter().try_for_each(|item| check_texts(item, path)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
            check_texts(&Value::String(name.clone()), path)?;
            check_texts(field, &format!("{path}.{name}"))
        }),
        _ => Ok(()),
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
