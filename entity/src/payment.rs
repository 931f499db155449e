//! Money in, or about to come in; it only moves forward.

use crate::{PartyKind, PaymentMethod, PaymentStatus};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Money in, or about to come in; it only moves forward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order that it belongs to.
    pub root_id: Uuid,
    /// Sale order.
    pub sale_order_id: Uuid,
    /// CUSTOMER: a consumer payment; RESELLER: a reseller payment.
    pub party: PartyKind,
    /// Customer.
    pub customer_id: Option<Uuid>,
    /// Reseller.
    pub reseller_id: Option<Uuid>,
    /// Who took a reseller’s money.
    pub received_by_id: Option<Uuid>,
    /// Registered, or captured when less was captured than authorised.
    pub amount_minor: i64,
    /// Currency code.
    pub currency: String,
    /// Method.
    pub method: PaymentMethod,
    /// Status.
    pub status: PaymentStatus,
    /// Through whom: trimmed, in lower case.
    pub provider: Option<String>,
    /// Trimmed; unique with its provider, but for duplicates.
    pub reference: Option<String>,
    /// When it was confirmed.
    pub received_at: Option<DateTimeUtc>,
    /// Receipt bucket.
    pub receipt_bucket: Option<String>,
    /// Receipt key.
    pub receipt_key: Option<String>,
    /// The receipt on account that it is part of.
    pub settlement_id: Option<Uuid>,
    /// Receipt's file name, made harmless.
    pub receipt_file_name: Option<String>,
    /// Receipt's type, by its content.
    pub receipt_content_type: Option<String>,
    /// Receipt's size in bytes.
    pub receipt_size: Option<i64>,
    /// Receipt's SHA-256 in hex.
    pub receipt_sha256: Option<String>,
    /// Who uploaded the receipt.
    pub receipt_uploaded_by: Option<String>,
    /// When the receipt was uploaded.
    pub receipt_uploaded_at: Option<DateTimeUtc>,
    /// Whether it was registered in another spelling of a payment that there was, when that was possible: no news are about
    /// it.
    pub duplicate: bool,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// Joined through ids, not through relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
