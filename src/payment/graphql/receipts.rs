//! Receipts over GraphQL: sent along, or uploaded to the store and confirmed.

use super::roots::PaymentPayload;
use crate::edge;
use crate::error::Error;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, Failure, actor, app};
use crate::id::{self, Prefix};
use crate::payment::queries;
use crate::payment::receipts::uploads::CreateReceiptUpload;
use crate::receipt::{self, Received};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Upload};
use entity::payment;
use std::sync::Arc;

/// A link to a payment's receipt.
pub async fn link(ctx: &Context<'_>, payment: &payment::Model) -> Result<Option<String>, Failure> {
    Ok(receipt::link(app(ctx), payment).await?)
}

/// A file that is going to be uploaded.
#[derive(InputObject)]
pub struct CreateReceiptUploadInput {
    /// The payment that it is for.
    pub payment_id: ID,
    /// What it is called.
    pub file_name: String,
    /// What it is: application/pdf, image/png, image/jpeg, image/webp or image/heic.
    pub content_type: String,
    /// How many bytes it has.
    pub size: i32,
    /// Its SHA-256 in hex, to have it compared.
    pub sha256: Option<String>,
    /// The same key with the same input answers with the same upload.
    pub idempotency_key: Option<String>,
}

/// An upload that is complete.
#[derive(InputObject)]
pub struct ConfirmReceiptUploadInput {
    /// `rcu_…`
    pub upload_id: ID,
    /// The same key with the same input answers with the first result.
    pub idempotency_key: Option<String>,
}

/// A header to send.
#[derive(SimpleObject)]
pub struct ReceiptUploadHeader {
    /// Its name.
    name: String,
    /// Its value.
    value: String,
}

/// Where to send the file: `PUT url` with these headers and the file as the body, then confirmReceiptUpload.
#[derive(SimpleObject)]
pub struct ReceiptUploadPayload {
    /// `rcu_…`
    upload_id: ID,
    /// Where to, signed.
    url: String,
    /// What to send along; Content-Length besides, which clients send by themselves.
    headers: Vec<ReceiptUploadHeader>,
    /// Until when it may be sent and confirmed.
    expires_at: DateTime,
}

/// Mutations about receipts.
#[derive(Default)]
pub struct ReceiptMutation;

#[Object]
impl ReceiptMutation {
    /// multipart/form-data; stored in S3, its key on the payment. Takes the place of the receipt that there is. Needs
    /// payment.receipt; buyers attach to their own payments, until the money is in.
    async fn attach_payment_receipt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose receipt it is.")] payment_id: ID,
        #[graphql(desc = "The file, as a part of a multipart request.")] file: Upload,
        idempotency_key: Option<String>,
    ) -> Answer<PaymentPayload> {
        let (app, actor) = (app(ctx), actor(ctx)?);
        let payment = id::decode(Prefix::Payment, &payment_id)?;
        // A request carries one file. The library's way to it panics over a number that no file came with.
        let Upload(_) = file;
        let sent = ctx.data_opt::<Arc<Received>>();
        let message = "send the file as multipart/form-data, after operations and map";
        let sent = sent.ok_or_else(|| Error::invalid("file", message))?;
        let done = receipt::attach(app, actor, idempotency_key.as_deref(), payment, sent).await?;
        PaymentPayload::load(ctx, &done).await
    }

    /// Invites to send a payment's receipt to the store itself. Needs payment.receipt.
    async fn create_receipt_upload(
        &self,
        ctx: &Context<'_>,
        input: CreateReceiptUploadInput,
    ) -> Answer<ReceiptUploadPayload> {
        let (app, actor) = (app(ctx), actor(ctx)?);
        let command = CreateReceiptUpload {
            payment_id: id::decode(Prefix::Payment, &input.payment_id)?,
            file_name: input.file_name,
            content_type: input.content_type,
            size: input.size.into(),
            sha256: input.sha256,
        };
        let done = edge::run(app, actor, input.idempotency_key.as_deref(), &command).await?;
        let made = done.receipt_upload;
        let upload_id: ID = id::encode(Prefix::ReceiptUpload, made).into();
        let found = queries::find_upload(&app.reader, actor, made).await?;
        let (upload, _) = found.ok_or_else(|| Error::not_found(upload_id.as_str()))?;
        let invitation = receipt::invitation(app, &upload).await?;
        let header = |(name, value)| ReceiptUploadHeader { name, value };
        Ok(ReceiptUploadPayload {
            upload_id,
            url: invitation.url,
            headers: invitation.headers.into_iter().map(header).collect(),
            expires_at: DateTime(upload.expires_at),
        })
    }

    /// Looks at what was uploaded (size, content, checksum) and makes it the payment's receipt.
    async fn confirm_receipt_upload(
        &self,
        ctx: &Context<'_>,
        input: ConfirmReceiptUploadInput,
    ) -> Answer<PaymentPayload> {
        let upload = id::decode(Prefix::ReceiptUpload, &input.upload_id)?;
        let done = receipt::confirm(app(ctx), actor(ctx)?, input.idempotency_key.as_deref(), upload).await?;
        PaymentPayload::load(ctx, &done).await
    }
}
