//! Where files meet payments: from the request to the store, then into the database; and out again.
//!
//! An edge: it begins and commits, and calls the store between transactions, never inside one. Promises that an
//! object is announced before it is stored and stored before a payment names it. Rules are in `payment::receipts`.

pub mod collect;
mod confirm;
pub mod received;

pub use confirm::confirm;
pub use received::Received;

use crate::actor::Actor;
use crate::app::App;
use crate::edge;
use crate::error::Error;
use crate::id::{self, Prefix};
use crate::payment::receipts::{AttachReceipt, Described, Place, file_name, may_attach, new_key, strays};
use crate::payment::{commands::PaymentDone, queries};
use crate::storage::{Label, Presigned};
use chrono::TimeDelta;
use entity::{payment, receipt_upload};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The payment, if the actor sees it and may give it a receipt: asked before a file is stored.
pub async fn attachable(app: &App, actor: &Actor, payment: Uuid) -> Result<Arc<payment::Model>, Error> {
    let payment = visible(app, actor, payment).await?;
    may_attach(actor, &payment)?;
    Ok(payment)
}

/// Whether a file for the payment is read at all: asked before anything of it is. What the actor sent before with this
/// key comes to the same whatever became of the payment since, so that it is read to be compared.
pub async fn expected(app: &App, actor: &Actor, key: Option<&str>, payment: Uuid) -> Result<(), Error> {
    let payment = visible(app, actor, payment).await?;
    let Err(refused) = may_attach(actor, &payment) else { return Ok(()) };
    if is_known(app, actor, key, payment.id).await? { Ok(()) } else { Err(refused) }
}

/// Whether the actor attached something with this key. Asked with a file that nobody sends: theirs is not read yet.
async fn is_known(app: &App, actor: &Actor, key: Option<&str>, payment: Uuid) -> Result<bool, Error> {
    let nothing = String::new;
    let file = Described { file_name: nothing(), content_type: nothing(), size: 0, sha256: nothing() };
    let place = Place { bucket: nothing(), key: nothing() };
    match edge::replayed(app, actor, key, &AttachReceipt { payment_id: payment, file, place }).await {
        Err(Error::IdempotencyMismatch(_)) => Ok(true),
        outcome => Ok(outcome?.is_some()),
    }
}

async fn visible(app: &App, actor: &Actor, payment: Uuid) -> Result<Arc<payment::Model>, Error> {
    let found = queries::find(&app.reader, actor, payment).await?;
    found.ok_or_else(|| Error::not_found(id::encode(Prefix::Payment, payment)))
}

/// Stores a file and gives it to a payment as its receipt.
pub async fn attach(
    app: &App,
    actor: &Actor,
    key: Option<&str>,
    payment: Uuid,
    file: &Received,
) -> Result<PaymentDone, Error> {
    let payment = visible(app, actor, payment).await?;
    let kind = file.kind()?;
    let cleaned = cleaned(app, file).await?;
    let file = cleaned.as_ref().unwrap_or(file);
    let described = Described {
        file_name: file_name::harmless(&file.name, kind.extension),
        content_type: kind.content_type.to_owned(),
        size: i64::try_from(file.size).map_err(Error::internal)?,
        sha256: file.sha256.clone(),
    };
    let place = Place { bucket: app.storage.bucket().to_owned(), key: new_key(payment.id, kind.extension) };
    let command = AttachReceipt { payment_id: payment.id, file: described, place };
    if let Some(done) = edge::replayed(app, actor, key, &command).await? {
        return Ok(done);
    }
    may_attach(actor, &payment)?;
    announce(app, &command.place).await?;
    let disposition = file_name::disposition(&command.file.file_name);
    let label = Label { content_type: kind.content_type, disposition: &disposition };
    app.storage.put(&command.place.key, file.path(), label).await?;
    edge::run(app, actor, key, &command).await
}

/// The file as it is to be stored, where that is another one than was sent.
async fn cleaned(app: &App, file: &Received) -> Result<Option<Received>, Error> {
    if app.settings.payment.receipt_keep_location { Ok(None) } else { file.without_location().await }
}

/// Keeps that an object is about to be stored, so that it is deleted should nothing come of it.
async fn announce(app: &App, place: &Place) -> Result<(), Error> {
    let now = app.now();
    let due = now + TimeDelta::hours(app.storage.settings().orphan_hours.into());
    app.write(async |txn| strays::add(txn, place, due, now).await).await
}

/// A link to a payment's receipt, good for minutes; none without receipt.
pub async fn link(app: &App, payment: &payment::Model) -> Result<Option<String>, Error> {
    let Some((bucket, key)) = payment.receipt_bucket.as_ref().zip(payment.receipt_key.as_ref()) else {
        return Ok(None);
    };
    let good_for = Duration::from_mins(app.settings.payment.receipt_link_minutes.into());
    app.storage.link(bucket, key, good_for).await.map(Some)
}

/// The request that an upload is sent by, for as long as it is good.
pub async fn invitation(app: &App, upload: &receipt_upload::Model) -> Result<Presigned, Error> {
    let left = (upload.expires_at - app.now()).to_std().ok().filter(|left| left.as_secs() > 0);
    let left = left.ok_or_else(|| Error::Conflict("the upload is over; create another one".to_owned()))?;
    app.storage.upload_link(&upload.object_key, &upload.content_type, upload.size, left).await
}
