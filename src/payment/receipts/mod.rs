//! Receipts of payments: who may attach one, what it may be, and which object in the store is whose.
//!
//! Promises that an object is named by one row at a time: by its payment, or as a stray. What a payment names was
//! stored before and is not deleted while it is named. Knows no store: `receipt` moves the files.

pub mod content;
pub mod file_name;
pub mod location;
pub mod strays;
pub mod uploads;

use super::{ledger, register};
use crate::{
    actor::Actor,
    error::Error,
    id,
    payment::commands::PaymentDone,
    workflow::{Command, Cx, Event, Opened},
};
use entity::{PaymentStatus, payment};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// A file as it was found, whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Described {
    /// Made harmless.
    pub file_name: String,
    /// By its content.
    pub content_type: String,
    /// In bytes.
    pub size: i64,
    /// In hex.
    pub sha256: String,
}

/// Where an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bucket.
    pub bucket: String,
    /// The key within it.
    pub key: String,
}

/// A key for a receipt of a payment; nothing of it comes from a client.
pub fn new_key(payment: Uuid, extension: &str) -> String {
    format!("receipts/{}/{}.{extension}", id::encode(id::Prefix::Payment, payment), id::new())
}

/// Whether the actor, who sees the payment, may give it this receipt. Staff may at any time. A buyer may as long as
/// nobody has said that the money is in, and replaces only what they themselves attached.
pub fn may_attach(actor: &Actor, payment: &payment::Model) -> Result<(), Error> {
    actor.require("payment.receipt")?;
    if !actor.is_buyer() {
        return Ok(());
    }
    if !matches!(payment.status, PaymentStatus::Pending | PaymentStatus::Authorized) {
        let status = payment.status;
        return Err(Error::Conflict(format!("the payment is {status} already; its receipt stays as it is")));
    }
    if payment.receipt_uploaded_by.as_ref().is_some_and(|by| *by != actor.id) {
        return Err(Error::Conflict("somebody else attached a receipt to the payment already".to_owned()));
    }
    Ok(())
}

/// Gives a payment a receipt that is in the store. The one that it had is a stray from then on.
#[derive(Clone, Debug, Serialize)]
pub struct AttachReceipt {
    /// Whose.
    pub payment_id: Uuid,
    /// What.
    pub file: Described,
    /// Where it was stored; another place each time that the same is asked for.
    #[serde(skip)]
    pub place: Place,
}

impl Command for AttachReceipt {
    type Output = PaymentDone;

    const NAME: &'static str = "attachPaymentReceipt";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PaymentDone, Error> {
        attach(cx, self.payment_id, &self.file, &self.place).await
    }
}

/// Locks the payment's order and gives the payment its receipt.
pub async fn attach(cx: &Cx<'_>, payment: Uuid, file: &Described, place: &Place) -> Result<PaymentDone, Error> {
    let mut unit = register::open(cx, payment).await?;
    let mut opened = Opened::sale(&mut unit, cx.env())?;
    may_attach(cx.actor, ledger::payment(opened.order()?, payment)?)?;
    strays::take(cx.txn, place).await?;
    let row = ledger::payment_mut(opened.order_mut()?, payment)?;
    let former = row.receipt_bucket.take().zip(row.receipt_key.take()).map(|(bucket, key)| Place { bucket, key });
    row.receipt_bucket = Some(place.bucket.clone());
    row.receipt_key = Some(place.key.clone());
    row.receipt_file_name = Some(file.file_name.clone());
    row.receipt_content_type = Some(file.content_type.clone());
    row.receipt_size = Some(file.size);
    row.receipt_sha256 = Some(file.sha256.clone());
    row.receipt_uploaded_by = Some(cx.actor.id.clone());
    row.receipt_uploaded_at = Some(cx.now);
    let event = Event::named("RECEIPT_ATTACHED").with(json!({
        "paymentId": id::encode(id::Prefix::Payment, payment),
        "contentType": file.content_type,
        "size": file.size,
        "sha256": file.sha256,
        "replaced": former.is_some(),
    }));
    if let Some(former) = former {
        strays::add(cx.txn, &former, cx.now, cx.now).await?;
    }
    opened.report_noop(&event)?;
    register::finish(cx, unit, payment).await
}
