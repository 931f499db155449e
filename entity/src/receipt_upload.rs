//! An upload that a client was invited to: a file for a payment, sent to the store without passing through the server.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An upload that a client was invited to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "receipt_upload")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// The payment that it is for.
    pub payment_id: Uuid,
    /// The store's bucket.
    pub bucket: String,
    /// Under which key it is uploaded.
    pub object_key: String,
    /// The file's name, made harmless.
    pub file_name: String,
    /// Its type, as announced.
    pub content_type: String,
    /// Its size in bytes, as announced.
    pub size: i64,
    /// Its SHA-256 in hex, where announced.
    pub sha256: Option<String>,
    /// Who was invited.
    pub created_by: String,
    /// When.
    pub created_at: DateTimeUtc,
    /// Until when it may be sent and confirmed.
    pub expires_at: DateTimeUtc,
    /// When it became the payment's receipt.
    pub confirmed_at: Option<DateTimeUtc>,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
