//! Uploads that clients were invited to: a file goes to the store by a presigned request, and is a receipt when it has
//! been looked at and confirmed.

use super::{Described, Place, attach, content, file_name, may_attach, strays};
use crate::{
    clock::Instant,
    config::Settings,
    error::Error,
    id,
    payment::{commands::PaymentDone, ledger, register},
    workflow::{Command, Cx},
};
use chrono::TimeDelta;
use entity::receipt_upload;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long after its link has ended an upload may still be on its way.
const MARGIN: TimeDelta = TimeDelta::hours(1);
/// How long an upload that is over is remembered.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// Longest file name that is read at all, in characters.
const LONGEST_NAME: usize = 1_000;

/// Somebody was invited to upload a receipt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UploadDone {
    /// The upload.
    pub receipt_upload: Uuid,
}

/// Invites to an upload.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "fields of the API's input")]
pub struct CreateReceiptUpload {
    pub payment_id: Uuid,
    pub file_name: String,
    pub content_type: String,
    pub size: i64,
    pub sha256: Option<String>,
}

impl Command for CreateReceiptUpload {
    type Output = UploadDone;

    const NAME: &'static str = "createReceiptUpload";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<UploadDone, Error> {
        let unit = register::open(cx, self.payment_id).await?;
        let payment = ledger::payment(unit.only()?, self.payment_id)?;
        may_attach(cx.actor, payment)?;
        let kind = content::named("contentType", &self.content_type)?;
        self.check(&cx.rules.settings)?;
        let settings = &cx.rules.settings.payment;
        let row = receipt_upload::Model {
            id: id::new(),
            root_id: payment.root_id,
            payment_id: self.payment_id,
            bucket: cx.rules.settings.storage.bucket.clone(),
            object_key: format!("uploads/{}.{}", id::new(), kind.extension),
            file_name: file_name::harmless(&self.file_name, kind.extension),
            content_type: kind.content_type.to_owned(),
            size: self.size,
            sha256: self.sha256.as_ref().map(|sum| sum.to_ascii_lowercase()),
            created_by: cx.actor.id.clone(),
            created_at: cx.now,
            expires_at: cx.now + TimeDelta::minutes(settings.receipt_link_minutes.into()),
            confirmed_at: None,
        };
        let (upload, expires_at, place) = (row.id, row.expires_at, place(&row));
        receipt_upload::Entity::insert(row.into_active_model()).exec_without_returning(cx.txn).await?;
        strays::add(cx.txn, &place, expires_at + MARGIN, cx.now).await?;
        Ok(UploadDone { receipt_upload: upload })
    }
}

impl CreateReceiptUpload {
    fn check(&self, settings: &Settings) -> Result<(), Error> {
        if self.file_name.chars().count() > LONGEST_NAME {
            return Err(Error::invalid("fileName", format!("write at most {LONGEST_NAME} characters")));
        }
        if self.size <= 0 {
            return Err(Error::invalid("size", "the file is empty"));
        }
        check_size(settings, u64::try_from(self.size).unwrap_or_default())?;
        let is_sum = |sum: &String| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        if self.sha256.as_ref().is_some_and(|sum| !is_sum(sum)) {
            return Err(Error::invalid("sha256", "write 64 hexadecimal digits, or leave it out"));
        }
        Ok(())
    }
}

/// Makes what was uploaded and looked at the payment's receipt. Again for one that is: the answer is that payment.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmReceiptUpload {
    /// Which.
    pub upload_id: Uuid,
    /// What was found there.
    #[serde(skip)]
    pub file: Option<Described>,
    /// Where it was copied to, out of reach of whoever uploaded it.
    #[serde(skip)]
    pub place: Option<Place>,
}

impl Command for ConfirmReceiptUpload {
    type Output = PaymentDone;

    const NAME: &'static str = "confirmReceiptUpload";

    async fn run<'a>(&'a self, cx: &'a Cx<'a>) -> Result<PaymentDone, Error> {
        let (Some(file), Some(place)) = (&self.file, &self.place) else {
            return Err(Error::internal("an upload is confirmed that nobody has looked at"));
        };
        let unknown = || Error::not_found(id::encode(id::Prefix::ReceiptUpload, self.upload_id));
        let upload = receipt_upload::Entity::find_by_id(self.upload_id).one(cx.txn).await?.ok_or_else(unknown)?;
        let first = receipt_upload::Entity::update_many()
            .col_expr(receipt_upload::Column::ConfirmedAt, Expr::value(cx.now))
            .filter(receipt_upload::Column::Id.eq(self.upload_id))
            .filter(receipt_upload::Column::ConfirmedAt.is_null())
            .exec(cx.txn)
            .await?;
        if first.rows_affected == 0 {
            return Ok(PaymentDone { payment: upload.payment_id });
        }
        attach(cx, upload.payment_id, file, place).await
    }
}

/// Where an upload goes.
pub fn place(upload: &receipt_upload::Model) -> Place {
    Place { bucket: upload.bucket.clone(), key: upload.object_key.clone() }
}

/// Refuses a file that is larger than receipts may be.
pub fn check_size(settings: &Settings, size: u64) -> Result<(), Error> {
    let most = settings.payment.receipt_max_file_size;
    if size > most {
        Err(Error::Limit(format!("the file is larger than the {most} bytes that a receipt may have")))
    } else {
        Ok(())
    }
}

/// Forgets uploads that have been over for long.
pub async fn forget_old(txn: &DatabaseTransaction, now: Instant) -> Result<(), Error> {
    let old = receipt_upload::Column::ExpiresAt.lt(now - KEPT);
    receipt_upload::Entity::delete_many().filter(old).exec(txn).await?;
    Ok(())
}
