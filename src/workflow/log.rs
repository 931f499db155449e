//! The transition log: gapless per order, each row hashed over its fields and the hash before it.
//!
//! What may have to be erased (label, note, metadata) enters the chain as a salted digest and is kept beside it.
//! Notes are kept folded as well, to be searched. Knows how a row is made and hashed; `audit` checks what is stored.

use super::{Order, Shared, SubjectRef, turn::Env};
use crate::{clock::Instant, db::rows::Writes, error::Error, id};
use chrono::SecondsFormat;
use entity::folding::fold;
use entity::transition_log::{Column, Entity, Model};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Where a row's metadata keep what the event's sender wanted to be kept.
pub const GIVEN: &str = "given";
/// Where they keep who called, when they spoke in somebody else's name.
pub const CALLED_BY: &str = "calledBy";

/// What a log row says, before it has its place in the chain.
pub(super) struct Entry {
    pub subject: SubjectRef,
    pub from: Option<String>,
    pub to: String,
    pub event: String,
    pub reason_code: Option<String>,
    pub note: Option<String>,
    pub metadata: Map<String, Value>,
}

/// Appends a row to the order's log.
pub(super) fn append(order: &mut Order, shared: &mut Shared, env: Env<'_>, mut entry: Entry) -> Result<(), Error> {
    if let Some(caller) = &env.actor.called_by {
        let caller = json!({ "actorType": caller.kind, "actorId": env.actor.id, "actorLabel": caller.name });
        entry.metadata.insert(CALLED_BY.to_owned(), caller);
    }
    let mut row = Model {
        id: id::new(),
        root_id: order.root.id,
        sequence: order.root.last_sequence + 1,
        subject_kind: entry.subject.kind,
        subject_id: entry.subject.id,
        from_state: entry.from,
        to_state: entry.to,
        event: entry.event,
        actor_type: env.actor.kind,
        actor_id: Some(env.actor.id.clone()),
        actor_label: Some(env.actor.name.clone()),
        reason_code: entry.reason_code,
        note_folded: entry.note.as_deref().map(fold),
        note: entry.note,
        metadata: (!entry.metadata.is_empty()).then(|| Value::Object(entry.metadata)),
        salt: id::random_hex(16),
        private_digest: String::new(),
        occurred_at: env.now,
        previous_hash: order.root.last_hash.clone(),
        hash: String::new(),
    };
    row.private_digest = private_digest(&row)?;
    row.hash = hash(&row)?;
    order.root.last_sequence = row.sequence;
    order.root.last_hash.clone_from(&row.hash);
    shared.log.push(row);
    Ok(())
}

/// Folds some of the notes that were written before they were folded; answers how many. No part of the chain.
pub async fn fold_notes(txn: &DatabaseTransaction) -> Result<usize, Error> {
    const BATCH: u64 = 200;
    let unfolded = Entity::find().filter(Column::Note.is_not_null()).filter(Column::NoteFolded.is_null());
    let rows = unfolded.order_by_asc(Column::Id).limit(BATCH).lock(LockType::NoKeyUpdate).all(txn).await?;
    let folded = |row: &Model| json!({ "id": row.id, "note_folded": row.note.as_deref().map(fold) });
    let mut writes = Writes::new();
    let changed: Vec<Value> = rows.iter().map(folded).collect();
    writes.set::<Entity, _>(&changed, &[Column::Id, Column::NoteFolded])?;
    writes.run(txn).await?;
    Ok(changed.len())
}

/// The digest of what may be erased.
pub fn private_digest(row: &Model) -> Result<String, Error> {
    let private = json!({ "actorLabel": row.actor_label, "metadata": row.metadata, "note": row.note });
    let mut digest = Sha256::new();
    digest.update(row.salt.as_bytes());
    digest.update(canonical(&private)?);
    Ok(hex::encode(digest.finalize()))
}

/// The row's hash: SHA-256 over the canonical JSON (RFC 8785) of its fields, the previous hash among them.
pub fn hash(row: &Model) -> Result<String, Error> {
    let fields = json!({
        "actorId": row.actor_id,
        "actorType": row.actor_type,
        "event": row.event,
        "fromState": row.from_state,
        "id": row.id,
        "occurredAt": micros(row.occurred_at),
        "previousHash": row.previous_hash,
        "privateDigest": row.private_digest,
        "reasonCode": row.reason_code,
        "rootId": row.root_id,
        "sequence": row.sequence,
        "subjectId": row.subject_id,
        "subjectKind": row.subject_kind,
        "toState": row.to_state,
    });
    Ok(hex::encode(Sha256::digest(canonical(&fields)?)))
}

fn canonical(value: &Value) -> Result<Vec<u8>, Error> {
    serde_json_canonicalizer::to_vec(value).map_err(Error::internal)
}

fn micros(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
