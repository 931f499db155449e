//! Queries and mutations of resellers' accounts.

use super::{ResellerAccount, ResellerSettlement, ResellerStatement};
use crate::account::commands::{ApplyCredit, SettleAccount};
use crate::account::queries::{self, Key};
use crate::account::statement::{self, Period};
use crate::edge;
use crate::error::Error;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::money::MoneyInput;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, actor, app, loaders, reader};
use crate::id::{self, Prefix};
use crate::payment::graphql::Payment;
use crate::payment::graphql::keys::PaymentById;
use crate::sale::graphql::SaleOrder;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::PaymentMethod;
use std::sync::Arc;
use uuid::Uuid;

/// The account that is asked for, if it is for whoever asks.
async fn key(ctx: &Context<'_>, reseller: &ID, currency: String) -> Answer<Key> {
    let (app, actor) = (app(ctx), actor(ctx)?);
    let id = id::decode(Prefix::Reseller, reseller)?;
    queries::check(&app.reader, actor, id).await?;
    app.currencies.exponent(&currency, "currency")?;
    Ok((id, currency))
}

/// Resellers' accounts.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// What moved a reseller's balance, from `from` until before `to`; without them, from the beginning until now.
    async fn reseller_statement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] reseller_id: ID,
        currency: String,
        #[graphql(desc = "From then on, that instant included; left out: from the beginning.")] from: Option<DateTime>,
        #[graphql(desc = "Until then, that instant left out; left out: until now.")] to: Option<DateTime>,
    ) -> Answer<ResellerStatement> {
        let key = key(ctx, &reseller_id, currency).await?;
        let period = Period { from: from.map(|at| at.0), to: to.map(|at| at.0) };
        statement::check(&period)?;
        let ends = statement::ends(reader(ctx), &app(ctx).registry, &key, &period).await?;
        Ok(ResellerStatement { key, period, ends })
    }

    /// A reseller's orders with something outstanding, oldest first: as a settlement pays them.
    #[expect(clippy::too_many_arguments, reason = "Relay's four, and whose")]
    async fn reseller_outstanding_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] reseller_id: ID,
        currency: String,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<Connection<SaleOrder>> {
        let key = key(ctx, &reseller_id, currency).await?;
        let page = queries::orders(reader(ctx), &key, &asked(ctx, first, after, last, before)).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }

    /// What a reseller paid on account, newest first.
    #[expect(clippy::too_many_arguments, reason = "Relay's four, and whose")]
    async fn reseller_settlements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] reseller_id: ID,
        currency: String,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<Connection<ResellerSettlement>> {
        let key = key(ctx, &reseller_id, currency).await?;
        let page = queries::settlements(reader(ctx), &key, &asked(ctx, first, after, last, before)).await?;
        Ok(page.map(|row| Arc::new(row).into()).into())
    }
}

/// Money from a reseller for several orders.
#[derive(InputObject)]
pub struct SettleResellerAccountInput {
    /// Who paid.
    pub reseller_id: ID,
    /// How much, in the currency of the account.
    pub amount: MoneyInput,
    /// How.
    pub method: PaymentMethod,
    /// As the bank or the receipt calls it. The same reference with the same amount again is a CONFLICT.
    pub reference: String,
    /// When the money came in; left out: now.
    pub received_at: Option<DateTime>,
    /// The member of staff who took the money.
    pub received_by_id: Option<ID>,
    /// Only these orders, oldest first, and by this money alone; left out: all that owe something, and what is left of
    /// earlier receipts is used before this one.
    pub sale_order_ids: Option<Vec<ID>>,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}

/// What is left of a reseller's receipts, for the orders that it owes by now.
#[derive(InputObject)]
pub struct ApplyResellerCreditInput {
    /// Whose.
    pub reseller_id: ID,
    /// In which currency.
    pub currency: String,
    /// The same key with the same input answers with the first result; with another input, `IDEMPOTENCY_MISMATCH`.
    pub idempotency_key: Option<String>,
}

/// The receipt, the payments that were made with it, and the account as it is now.
#[derive(SimpleObject)]
pub struct SettleResellerAccountPayload {
    /// The receipt.
    settlement: ResellerSettlement,
    /// The payments that were made, of orders oldest first; some may be of earlier receipts.
    payments: Vec<Payment>,
    /// The account, as it is now.
    account: ResellerAccount,
}

/// The payments that were made, and the account as it is now.
#[derive(SimpleObject)]
pub struct ApplyResellerCreditPayload {
    /// The payments that were made, of orders oldest first.
    payments: Vec<Payment>,
    /// The account, as it is now.
    account: ResellerAccount,
}

async fn payments(ctx: &Context<'_>, ids: &[Uuid]) -> Answer<Vec<Payment>> {
    let mut payments = Vec::with_capacity(ids.len());
    for found in futures_util::future::join_all(ids.iter().map(|id| loaders(ctx).required(PaymentById(*id)))).await {
        payments.push(found?.into());
    }
    Ok(payments)
}

/// Mutations of resellers' accounts. Each authorises itself.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Books money that a reseller paid and spreads it over its orders, oldest first; the rest stays on the account.
    /// Needs payment.confirm.
    async fn settle_reseller_account(
        &self,
        ctx: &Context<'_>,
        input: SettleResellerAccountInput,
    ) -> Answer<SettleResellerAccountPayload> {
        let actor = actor(ctx)?;
        let sales = |ids: Vec<ID>| ids.iter().map(|id| id::decode(Prefix::Sale, id)).collect::<Result<Vec<_>, _>>();
        let command = SettleAccount {
            reseller_id: id::decode(Prefix::Reseller, &input.reseller_id)?,
            amount: input.amount.read(ctx, "amount")?,
            method: input.method,
            reference: input.reference,
            received_at: input.received_at.map(|at| at.0),
            received_by_id: input.received_by_id.map(|id| id::decode(Prefix::User, &id)).transpose()?,
            sale_order_ids: input.sale_order_ids.map(sales).transpose()?,
        };
        let done = edge::run(app(ctx), actor, input.idempotency_key.as_deref(), &command).await?;
        let id = done.settlement;
        let row =
            queries::find(reader(ctx), actor, id).await?.ok_or_else(|| Error::internal("the settlement is gone"))?;
        let account = ResellerAccount::load(ctx, (command.reseller_id, command.amount.currency)).await?;
        Ok(SettleResellerAccountPayload {
            settlement: row.into(),
            payments: payments(ctx, &done.payments).await?,
            account,
        })
    }

    /// Spreads what is left of a reseller's receipts over the orders that it owes by now, oldest first. Needs payment.confirm.
    async fn apply_reseller_credit(
        &self,
        ctx: &Context<'_>,
        input: ApplyResellerCreditInput,
    ) -> Answer<ApplyResellerCreditPayload> {
        let command =
            ApplyCredit { reseller_id: id::decode(Prefix::Reseller, &input.reseller_id)?, currency: input.currency };
        let done = edge::run(app(ctx), actor(ctx)?, input.idempotency_key.as_deref(), &command).await?;
        let account = ResellerAccount::load(ctx, (command.reseller_id, command.currency)).await?;
        Ok(ApplyResellerCreditPayload { payments: payments(ctx, &done.payments).await?, account })
    }
}
