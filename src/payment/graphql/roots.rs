//! Queries and mutations about money.

use super::Payment;
use super::inputs::{
    CapturePaymentInput, IssueCreditNoteInput, PaymentFilter, RefundPaymentInput, RegisterConsumerPaymentInput,
    RegisterResellerPaymentInput, ReportDisputeInput, SettleRefundInput, VoidPaymentInput,
};
use crate::edge;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::money::MoneyInput;
use crate::graphql::{Answer, actor, app, loaders, reader};
use crate::id::{self, Prefix};
use crate::payment::commands::{
    ConfirmPayment, IssueCreditNote, PaymentDone, RefundPayment, RegisterPayment, SettleRefund,
};
use crate::payment::disputes::ReportDispute;
use crate::payment::outgoing::{CapturePayment, VoidPayment};
use crate::payment::queries;
use crate::sale::graphql::{SaleOrder, SaleOrderPayload};
use crate::workflow::Command;
use crate::{payment::graphql::keys::PaymentById, sale::graphql::keys::SaleById};
use async_graphql::{Context, ID, Object, SimpleObject};
use entity::PartyKind;
use std::sync::Arc;

/// Payments.
#[derive(Default)]
pub struct PaymentQuery;

#[Object]
impl PaymentQuery {
    /// Payments, newest first.
    async fn payments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<PaymentFilter>,
    ) -> Answer<Connection<Payment>> {
        let actor = actor(ctx)?;
        actor.require("order.read")?;
        let filter = queries::Filter::try_from(filter.unwrap_or_default())?;
        let page = queries::payments(reader(ctx), actor, &filter, &asked(ctx, first, after, last, before)).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }
}

/// The payment and its sale order, as they are now.
#[derive(SimpleObject)]
pub struct PaymentPayload {
    /// The payment, as it is now.
    payment: Payment,
    /// Its sale order, as it is now.
    sale_order: SaleOrder,
}

impl PaymentPayload {
    pub(super) async fn load(ctx: &Context<'_>, done: &PaymentDone) -> Answer<Self> {
        let id = done.payment;
        let payment = loaders(ctx).required(PaymentById(id)).await?;
        let sale_order = loaders(ctx).required(SaleById(payment.sale_order_id)).await?.into();
        Ok(Self { payment: payment.into(), sale_order })
    }
}

async fn pay<C: Command<Output = PaymentDone>>(
    ctx: &Context<'_>,
    key: Option<String>,
    command: C,
) -> Answer<PaymentPayload> {
    let done = edge::run(app(ctx), actor(ctx)?, key.as_deref(), &command).await?;
    PaymentPayload::load(ctx, &done).await
}

/// Mutations about money. Each authorises itself.
#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// Registers a customer's payment.
    async fn register_consumer_payment(
        &self,
        ctx: &Context<'_>,
        input: RegisterConsumerPaymentInput,
    ) -> Answer<PaymentPayload> {
        actor(ctx)?;
        let command = RegisterPayment {
            party: PartyKind::Customer,
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            amount: input.amount.read(ctx, "amount")?,
            method: input.method,
            reference: input.reference,
            provider: input.provider,
            status: input.status,
            received_by_id: None,
        };
        pay(ctx, input.idempotency_key, command).await
    }

    /// Registers a reseller's payment.
    async fn register_reseller_payment(
        &self,
        ctx: &Context<'_>,
        input: RegisterResellerPaymentInput,
    ) -> Answer<PaymentPayload> {
        actor(ctx)?;
        let command = RegisterPayment {
            party: PartyKind::Reseller,
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            amount: input.amount.read(ctx, "amount")?,
            method: input.method,
            reference: input.reference,
            provider: input.provider,
            status: input.status,
            received_by_id: input.received_by_id.map(|id| id::decode(Prefix::User, &id)).transpose()?,
        };
        pay(ctx, input.idempotency_key, command).await
    }

    /// Says that the money is in. Confirming a confirmed payment answers with it. Needs payment.confirm.
    async fn confirm_payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payment.")] payment_id: ID,
        idempotency_key: Option<String>,
    ) -> Answer<PaymentPayload> {
        let command = ConfirmPayment { payment_id: id::decode(Prefix::Payment, &payment_id)? };
        pay(ctx, idempotency_key, command).await
    }

    /// Requests that money goes back. Needs payment.refund.
    async fn refund_payment(&self, ctx: &Context<'_>, input: RefundPaymentInput) -> Answer<PaymentPayload> {
        let command = RefundPayment {
            payment_id: id::decode(Prefix::Payment, &input.payment_id)?,
            amount: MoneyInput::maybe(input.amount.as_ref(), ctx, "amount")?,
            fulfilment_id: input.fulfilment_id.map(|id| id::decode(Prefix::Fulfilment, &id)).transpose()?,
            reason_code: input.reason_code,
            note: input.note,
        };
        pay(ctx, input.idempotency_key, command).await
    }

    /// Asks the provider to take money that it has set aside; the payment is CONFIRMED when it has. Needs
    /// payment.capture.
    async fn capture_payment(&self, ctx: &Context<'_>, input: CapturePaymentInput) -> Answer<PaymentPayload> {
        let command = CapturePayment {
            payment_id: id::decode(Prefix::Payment, &input.payment_id)?,
            amount: MoneyInput::maybe(input.amount.as_ref(), ctx, "amount")?,
        };
        pay(ctx, input.idempotency_key, command).await
    }

    /// Asks the provider to give back money that it has set aside; the payment is FAILED when it has. Needs
    /// payment.capture.
    async fn void_payment(&self, ctx: &Context<'_>, input: VoidPaymentInput) -> Answer<PaymentPayload> {
        let command = VoidPayment {
            payment_id: id::decode(Prefix::Payment, &input.payment_id)?,
            reason_code: input.reason_code,
            note: input.note,
        };
        pay(ctx, input.idempotency_key, command).await
    }

    /// What no provider reports: the refund was issued, or failed. Needs payment.refund.
    async fn settle_refund(&self, ctx: &Context<'_>, input: SettleRefundInput) -> Answer<PaymentPayload> {
        let command = SettleRefund {
            refund_id: id::decode(Prefix::Refund, &input.refund_id)?,
            issued: input.issued,
            note: input.note,
        };
        pay(ctx, input.idempotency_key, command).await
    }

    /// What no provider reports: how a dispute of a payment stands. OPEN holds what has not shipped, and refunds; WON lets
    /// them go on; LOST takes the money away, and WON after it brings it back. A decision that is older than the one that is
    /// known changes nothing. Needs payment.confirm.
    async fn report_dispute(&self, ctx: &Context<'_>, input: ReportDisputeInput) -> Answer<PaymentPayload> {
        let command = ReportDispute {
            payment_id: id::decode(Prefix::Payment, &input.payment_id)?,
            reference: input.reference,
            amount: input.amount.map(|amount| amount.read(ctx, "amount")).transpose()?,
            status: input.status,
            decided_at: input.decided_at.map(|at| at.0),
        };
        pay(ctx, input.idempotency_key, command).await
    }

    /// Lowers what is owed on a sale that is not paid. Needs `credit_note.issue`.
    async fn issue_credit_note(&self, ctx: &Context<'_>, input: IssueCreditNoteInput) -> Answer<SaleOrderPayload> {
        let actor = actor(ctx)?;
        let command = IssueCreditNote {
            sale_order_id: id::decode(Prefix::Sale, &input.sale_order_id)?,
            amount: input.amount.read(ctx, "amount")?,
            fulfilment_id: input.fulfilment_id.map(|id| id::decode(Prefix::Fulfilment, &id)).transpose()?,
            reason_code: input.reason_code,
            note: input.note,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        SaleOrderPayload::load(ctx, done.sale).await
    }
}
