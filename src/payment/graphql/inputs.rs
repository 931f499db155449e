//! What mutations about money take.

use crate::error::Error;
use crate::graphql::filter_id;
use crate::graphql::money::MoneyInput;
use crate::graphql::scalars::DateTime;
use crate::id::Prefix;
use crate::payment::queries::Filter;
use async_graphql::{ID, InputObject};
use entity::{DisputeStatus, PaymentMethod, PaymentStatus};

/// What a list of payments is narrowed to; all that is given must hold.
#[derive(Default, InputObject)]
pub struct PaymentFilter {
    /// In one of these states.
    pub status_in: Option<Vec<PaymentStatus>>,
    /// Paid this way.
    pub method: Option<PaymentMethod>,
    /// Through this provider.
    pub provider: Option<String>,
    /// For this sale order.
    pub sale_order_id: Option<ID>,
    /// Registered after then.
    pub created_after: Option<DateTime>,
    /// Registered before then.
    pub created_before: Option<DateTime>,
}

impl TryFrom<PaymentFilter> for Filter {
    type Error = Error;

    fn try_from(filter: PaymentFilter) -> Result<Self, Error> {
        Ok(Self {
            statuses: filter.status_in.map(|statuses| statuses.into_iter().collect()),
            method: filter.method,
            provider: filter.provider,
            sale: filter_id("saleOrderId", Prefix::Sale, filter.sale_order_id.as_ref())?,
            after: filter.created_after.map(|at| at.0),
            before: filter.created_before.map(|at| at.0),
        })
    }
}

/// A payment of a customer.
#[derive(InputObject)]
pub struct RegisterConsumerPaymentInput {
    /// The sale order that it is for.
    pub sale_order_id: ID,
    /// How much; more than zero, in the order's currency.
    pub amount: MoneyInput,
    /// How.
    pub method: PaymentMethod,
    /// The provider's own reference; without a provider, free text.
    pub reference: Option<String>,
    /// Through whom.
    pub provider: Option<String>,
    /// PENDING by default; CONFIRMED, AUTHORIZED and FAILED need payment.confirm.
    pub status: Option<PaymentStatus>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}

/// A payment of a reseller.
#[derive(InputObject)]
pub struct RegisterResellerPaymentInput {
    /// The sale order that it is for.
    pub sale_order_id: ID,
    /// How much; more than zero, in the order's currency.
    pub amount: MoneyInput,
    /// How.
    pub method: PaymentMethod,
    /// The provider's own reference; without a provider, free text.
    pub reference: Option<String>,
    /// Through whom.
    pub provider: Option<String>,
    /// PENDING by default; CONFIRMED, AUTHORIZED and FAILED need payment.confirm.
    pub status: Option<PaymentStatus>,
    /// The member of staff who took the money.
    pub received_by_id: Option<ID>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}

/// amount: what is left of the payment when left out, and of a fulfilment no more than it is still worth. fulfilmentId: the
/// fulfilment that it is for, one that has not shipped or whose return the refund settles.
#[derive(InputObject)]
pub struct RefundPaymentInput {
    /// Which payment.
    pub payment_id: ID,
    /// How much; left out: what is left of the payment, and of a fulfilment no more than it is still worth.
    pub amount: Option<MoneyInput>,
    /// The fulfilment that it is for: one that has not shipped, that fell through, or whose return the refund settles.
    pub fulfilment_id: Option<ID>,
    /// Why, by code.
    pub reason_code: String,
    /// Why, in words; at most 10,000 characters.
    pub note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}

/// Money that a provider has set aside is to be taken.
#[derive(InputObject)]
pub struct CapturePaymentInput {
    /// Which payment.
    pub payment_id: ID,
    /// How much; left out: all of it. What is not taken is given back.
    pub amount: Option<MoneyInput>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}

/// Money that a provider has set aside is to be given back.
#[derive(InputObject)]
pub struct VoidPaymentInput {
    /// Which payment.
    pub payment_id: ID,
    /// Why, by code.
    pub reason_code: String,
    /// Why, in words; at most 10,000 characters.
    pub note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}

/// What no provider reports: the refund was issued, or failed.
#[derive(InputObject)]
pub struct SettleRefundInput {
    /// Which refund.
    pub refund_id: ID,
    /// True: the money is back. False: it failed.
    pub issued: bool,
    /// Why, in words; at most 10,000 characters.
    pub note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}

/// What no provider reports: how a dispute stands.
#[derive(InputObject)]
pub struct ReportDisputeInput {
    /// The payment that is disputed.
    pub payment_id: ID,
    /// What the bank calls the dispute; 1 to 200 characters. The same again is the same dispute.
    pub reference: String,
    /// How it stands.
    pub status: DisputeStatus,
    /// How much is disputed; all of the payment when left out.
    pub amount: Option<MoneyInput>,
    /// When it was decided, by the bank's own time: of several decisions the newest counts, of two of one time the loss. Now
    /// when left out.
    pub decided_at: Option<DateTime>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}

/// Lowers what is owed on a sale that is not paid.
#[derive(InputObject)]
pub struct IssueCreditNoteInput {
    /// Which sale order.
    pub sale_order_id: ID,
    /// By how much.
    pub amount: MoneyInput,
    /// The fulfilment that it is about.
    pub fulfilment_id: Option<ID>,
    /// Why, by code.
    pub reason_code: String,
    /// Why, in words; at most 10,000 characters.
    pub note: Option<String>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}
