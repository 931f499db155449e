//! Where commands meet the world: begins, claims the idempotency key, runs, commits, tries again after a lost race,
//! and keeps what was refused. GraphQL, REST, webhooks and the worker call this; nothing below it commits.

use crate::{
    access::Actor,
    app::App,
    clock::Instant,
    command::{Command, Cx, Done},
    error::{Code, Error},
    gather, id,
    workflow::commands::SendEvent,
};
use chrono::TimeDelta;
use entity::{idempotency_key, refused_attempt};
use futures_util::{FutureExt as _, future::BoxFuture};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
};
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
pub async fn run<C: Command>(app: &App, actor: &Actor, key: Option<&str>, command: &C) -> Result<Done, Error> {
    let input = serde_json::to_value(command).map_err(Error::internal)?;
    check_texts(&input, "input")?;
    key.map_or(Ok(()), check_key)?;
    let claim = key.map(|key| Claim { actor: &actor.id, mutation: command.mutation(), key, input_hash: hash(&input) });
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
        Err(error) => keep_refusal(app, actor, command, error).await?,
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
) -> Result<Option<Done>, Error> {
    let Some(key) = key else { return Ok(None) };
    check_key(key)?;
    let input = serde_json::to_value(command).map_err(Error::internal)?;
    let claim = Claim { actor: &actor.id, mutation: command.mutation(), key, input_hash: hash(&input) };
    let known = idempotency_key::Entity::find()
        .filter(claim.is_it())
        .filter(idempotency_key::Column::CreatedAt.gte(app.now() - KEY_LIFETIME))
        .one(&app.reader)
        .await?;
    known.map(|known| claim.answer(known)).transpose()
}

/// Sends an event to a subject: without an idempotency key together with others, where that can be; else alone.
pub async fn send(app: &App, actor: &Actor, key: Option<&str>, event: &SendEvent) -> Result<Done, Error> {
    if key.is_none() {
        let input = serde_json::to_value(event).map_err(Error::internal)?;
        check_texts(&input, "input")?;
        event.check()?;
        if let Some(done) = gather::send(app, actor, event).await? {
            return Ok(done);
        }
    }
    run(app, actor, key, event).await
}

async fn attempt<C: Command>(app: &App, actor: &Actor, claim: Option<&Claim<'_>>, command: &C) -> Result<Done, Error> {
    let txn = app.begin().await?;
    let now = app.now();
    if let Some(claim) = claim
        && let Some(done) = claim.take(&txn, now).await?
    {
        txn.rollback().await?;
        return Ok(done);
    }
    let cx = Cx { app, txn: &txn, actor, now };
    match command.run(&cx).await {
        Ok(done) => {
            if let Some(claim) = claim {
                claim.settle(&txn, &done).await?;
            }
            txn.commit().await?;
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

impl Claim<'_> {
    /// Takes the key for this transaction, or answers with what it was used for. Waits for a transaction that has it.
    async fn take(&self, txn: &DatabaseTransaction, now: Instant) -> Result<Option<Done>, Error> {
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
    fn answer(&self, known: idempotency_key::Model) -> Result<Done, Error> {
        if known.input_hash != self.input_hash {
            return Err(Error::IdempotencyMismatch(self.key.to_owned()));
        }
        let result = known.result.ok_or_else(|| Error::internal("an idempotency key without result"))?;
        serde_json::from_value(result).map_err(Error::internal)
    }

    async fn settle(&self, txn: &DatabaseTransaction, done: &Done) -> Result<(), Error> {
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

fn hash(input: &Value) -> String {
    let canonical = serde_json_canonicalizer::to_vec(input).unwrap_or_default();
    hex::encode(Sha256::digest(canonical))
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
