//! Payments, refunds and disputes in the API.

#![expect(clippy::duplicated_attributes, reason = "fields of an interface that have one type")]

mod details;
mod disputes;
mod inputs;
pub mod keys;
mod provider_commands;
mod receipts;
mod reconcile;
mod roots;

pub use details::{Escrow, GasFee};
pub use disputes::Dispute;
pub use provider_commands::ProviderCommand;
pub use receipts::ReceiptMutation;
pub use reconcile::ReconciliationQuery;
pub use roots::{PaymentMutation, PaymentPayload, PaymentQuery};

use crate::graphql::money::Money;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, Failure, known_to_asker, loaders, reads_words_of, staff_id};
use crate::id::{self, Prefix};
use crate::payment::graphql::keys::RefundsOfPayment;
use async_graphql::{Context, Description, ID, Interface, Object};
use entity::{PartyKind, PaymentMethod, PaymentStatus, RefundStatus, payment, refund};
use std::sync::Arc;

/// A `ConsumerPayment` or a `ResellerPayment`.
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "`pay_…`"),
    field(name = "sale_order_id", ty = "ID", desc = "The sale order that it is for."),
    field(name = "amount", ty = "Money", desc = "How much."),
    field(name = "method", ty = "PaymentMethod", desc = "How."),
    field(name = "status", ty = "PaymentStatus", desc = "How far it has come."),
    field(name = "provider", ty = "Option<String>", desc = "Through whom; null: not through a provider."),
    field(
        name = "reference",
        ty = "Option<String>",
        desc = "The provider's own reference; one payment per (provider, reference)."
    ),
    field(name = "received_at", ty = "Option<DateTime>", desc = "When the money came in."),
    field(name = "receipt_bucket", ty = "Option<String>", desc = "Where its receipt is stored."),
    field(name = "receipt_key", ty = "Option<String>", desc = "Under which key its receipt is stored."),
    field(name = "receipt_url", ty = "Option<String>", desc = "A presigned link, valid for minutes."),
    field(name = "receipt_file_name", ty = "Option<String>", desc = "What its receipt is called."),
    field(name = "receipt_content_type", ty = "Option<String>", desc = "What its receipt is, by its content."),
    field(name = "receipt_size", ty = "Option<i32>", desc = "How many bytes its receipt has."),
    field(name = "receipt_sha256", ty = "Option<String>", desc = "The SHA-256 of its receipt, in hex."),
    field(name = "receipt_uploaded_at", ty = "Option<DateTime>", desc = "When its receipt was attached."),
    field(
        name = "transaction_hash",
        ty = "Option<String>",
        desc = "The transaction on a chain that paid, or that locked its escrow."
    ),
    field(name = "gas_used", ty = "Option<String>", desc = "The gas that it used, a plain decimal."),
    field(name = "gas_fee", ty = "Option<GasFee>", desc = "What that cost; no part of the order's money."),
    field(name = "processing_fee", ty = "Option<Money>", desc = "What its provider keeps."),
    field(
        name = "escrow",
        ty = "Option<Escrow>",
        desc = "What holds its money until buyer and seller agree; null: nothing does or did."
    ),
    field(name = "refunds", ty = "Vec<Refund>", desc = "What goes back of it, oldest first."),
    field(name = "disputes", ty = "Vec<Dispute>", desc = "What its payer wants back through a bank, oldest first."),
    field(
        name = "provider_commands",
        ty = "Vec<ProviderCommand>",
        desc = "What its provider was asked, oldest first."
    )
)]
pub enum Payment {
    /// Of a customer.
    ConsumerPayment(ConsumerPayment),
    /// Of a reseller.
    ResellerPayment(ResellerPayment),
}

impl From<Arc<payment::Model>> for Payment {
    fn from(row: Arc<payment::Model>) -> Self {
        match row.party {
            PartyKind::Customer => Self::ConsumerPayment(ConsumerPayment(row)),
            PartyKind::Reseller => Self::ResellerPayment(ResellerPayment(row)),
        }
    }
}

async fn refunds(ctx: &Context<'_>, payment: &payment::Model) -> Answer<Vec<Refund>> {
    let refunds = loaders(ctx).or_default(RefundsOfPayment(payment.id)).await?;
    Ok(refunds.into_iter().map(|refund| Refund::new(refund, payment.currency.clone())).collect())
}

/// Types of payments: what all have, and what each has of its own.
macro_rules! payments {
    ($($(#[$doc:meta])* $name:ident { $($own:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Description)]
        pub struct $name(Arc<payment::Model>);

        #[Object(use_type_description = true)]
        impl $name {
            /// `pay_…`
            pub async fn id(&self) -> ID {
                id::encode(Prefix::Payment, self.0.id).into()
            }

            /// The sale order that it is for.
            pub async fn sale_order_id(&self) -> ID {
                id::encode(Prefix::Sale, self.0.sale_order_id).into()
            }

            /// How much.
            pub async fn amount(&self) -> Money {
                Money::of(self.0.amount_minor, &self.0.currency)
            }

            /// How.
            pub async fn method(&self) -> PaymentMethod {
                self.0.method.into()
            }

            /// How far it has come.
            pub async fn status(&self) -> PaymentStatus {
                self.0.status.into()
            }

            /// Through whom; null: not through a provider.
            pub async fn provider(&self) -> Option<String> {
                self.0.provider.clone()
            }

            /// The provider's own reference; one payment per (provider, reference). Without a provider it is free text.
            pub async fn reference(&self) -> Option<String> {
                self.0.reference.clone()
            }

            /// When the money came in.
            pub async fn received_at(&self) -> Option<DateTime> {
                self.0.received_at.map(DateTime)
            }

            /// Where its receipt is stored.
            pub async fn receipt_bucket(&self) -> Option<String> {
                self.0.receipt_bucket.clone()
            }

            /// Under which key its receipt is stored.
            pub async fn receipt_key(&self) -> Option<String> {
                self.0.receipt_key.clone()
            }

            /// A presigned link, valid for minutes.
            pub async fn receipt_url(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
                receipts::link(ctx, &self.0).await
            }

            /// What its receipt is called.
            pub async fn receipt_file_name(&self) -> Option<String> {
                self.0.receipt_file_name.clone()
            }

            /// What its receipt is, by its content.
            pub async fn receipt_content_type(&self) -> Option<String> {
                self.0.receipt_content_type.clone()
            }

            /// How many bytes its receipt has.
            pub async fn receipt_size(&self) -> Option<i32> {
                self.0.receipt_size.and_then(|size| i32::try_from(size).ok())
            }

            /// The SHA-256 of its receipt, in hex.
            pub async fn receipt_sha256(&self) -> Option<String> {
                self.0.receipt_sha256.clone()
            }

            /// When its receipt was attached.
            pub async fn receipt_uploaded_at(&self) -> Option<DateTime> {
                self.0.receipt_uploaded_at.map(DateTime)
            }

            /// The transaction on a chain that paid, or that locked its escrow.
            pub async fn transaction_hash(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
                details::transaction_hash(ctx, &self.0).await
            }

            /// The gas that it used, a plain decimal.
            pub async fn gas_used(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
                details::gas_used(ctx, &self.0).await
            }

            /// What that cost; no part of the order's money.
            pub async fn gas_fee(&self, ctx: &Context<'_>) -> Result<Option<GasFee>, Failure> {
                details::gas_fee(ctx, &self.0).await
            }

            /// What its provider keeps.
            pub async fn processing_fee(&self, ctx: &Context<'_>) -> Result<Option<Money>, Failure> {
                details::processing_fee(ctx, &self.0).await
            }

            /// What holds its money until buyer and seller agree; null: nothing does or did.
            pub async fn escrow(&self, ctx: &Context<'_>) -> Result<Option<Escrow>, Failure> {
                details::escrow(ctx, &self.0).await
            }

            /// What goes back of it, oldest first.
            pub async fn refunds(&self, ctx: &Context<'_>) -> Result<Vec<Refund>, Failure> {
                refunds(ctx, &self.0).await
            }

            /// What its payer wants back through a bank, oldest first.
            pub async fn disputes(&self, ctx: &Context<'_>) -> Result<Vec<Dispute>, Failure> {
                disputes::of(ctx, &self.0).await
            }

            /// What its provider was asked, oldest first.
            pub async fn provider_commands(&self, ctx: &Context<'_>) -> Result<Vec<ProviderCommand>, Failure> {
                provider_commands::of(ctx, &self.0).await
            }

            $($own)*

            /// When it was registered.
            async fn created_at(&self) -> DateTime {
                DateTime(self.0.created_at)
            }
        }
    )+};
}

payments! {
    /// A payment of a customer, or of nobody known.
    ConsumerPayment {
        /// Who pays.
        async fn customer_id(&self) -> Option<ID> {
            self.0.customer_id.map(|id| id::encode(Prefix::Customer, id).into())
        }
    }

    /// A payment of a reseller.
    ResellerPayment {
        /// Who pays.
        async fn reseller_id(&self) -> ID {
            id::encode(Prefix::Reseller, self.0.reseller_id.unwrap_or_default()).into()
        }

        /// The receipt on account that it is part of; null when it was paid for this order alone.
        async fn settlement_id(&self) -> Option<ID> {
            self.0.settlement_id.map(|id| id::encode(Prefix::Settlement, id).into())
        }

        /// The member of staff who took the money. Null for buyers.
        async fn received_by_id(&self, ctx: &Context<'_>) -> Option<ID> {
            staff_id(ctx, self.0.received_by_id)
        }
    }
}

/// Money that goes back.
#[derive(Clone, Debug, Description)]
pub struct Refund {
    row: Arc<refund::Model>,
    currency: String,
}

impl Refund {
    /// A refund in its payment's currency.
    pub fn new(row: Arc<refund::Model>, currency: String) -> Self {
        Self { row, currency }
    }
}

#[Object(use_type_description = true)]
impl Refund {
    /// `refund_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Refund, self.row.id).into()
    }

    /// The payment that it is of.
    async fn payment_id(&self) -> ID {
        id::encode(Prefix::Payment, self.row.payment_id).into()
    }

    /// The fulfilment that it is for.
    async fn fulfilment_id(&self) -> Option<ID> {
        self.row.fulfilment_id.map(|id| id::encode(Prefix::Fulfilment, id).into())
    }

    /// How much.
    pub async fn amount(&self) -> Money {
        Money::of(self.row.amount_minor, &self.currency)
    }

    /// How far it has come.
    pub async fn status(&self) -> RefundStatus {
        self.row.status
    }

    /// Why, by code.
    async fn reason_code(&self) -> Option<&str> {
        self.row.reason_code.as_deref()
    }

    /// Why, in words. Null for buyers when it is by staff.
    async fn note(&self, ctx: &Context<'_>) -> Option<&str> {
        self.row.note.as_deref().filter(|_| reads_words_of(ctx, &self.row.requested_by))
    }

    /// Who asked for it, by actor id. Null for buyers when it is of staff.
    async fn requested_by(&self, ctx: &Context<'_>) -> Option<&str> {
        known_to_asker(ctx, &self.row.requested_by)
    }

    /// The provider's own reference of it; null until the provider has given one.
    async fn reference(&self) -> Option<&str> {
        self.row.reference.as_deref()
    }

    /// When it was requested.
    async fn created_at(&self) -> DateTime {
        DateTime(self.row.created_at)
    }

    /// When it was issued, or failed.
    async fn settled_at(&self) -> Option<DateTime> {
        self.row.settled_at.map(DateTime)
    }
}
