//! Resellers' accounts in the API.

pub mod keys;
mod roots;

pub use roots::{AccountMutation, AccountQuery};

use super::queries::{Balance, Key};
use super::statement::{self, Ends, Line, Period};
use crate::credit::graphql::CustomerCredit;
use crate::graphql::connection::{Connection, asked};
use crate::graphql::money::Money;
use crate::graphql::scalars::DateTime;
use crate::graphql::{Answer, app, loaders, reader, staff_id};
use crate::id::{self, Prefix};
use crate::party::graphql::Reseller;
use crate::payment::graphql::Payment;
use crate::sale::graphql::SaleOrder;
use crate::{
    account::graphql::keys::{AccountOf, PaymentsOfSettlement},
    credit::graphql::CreditOf,
    party::graphql::keys::ResellerById,
    sale::graphql::keys::SaleById,
};
use async_graphql::{Context, Description, Enum, ID, Object};
use entity::{PartyKind, PaymentMethod, reseller_settlement};
use std::sync::Arc;

/// What moved a reseller's balance.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::account::statement::Kind")]
pub enum StatementLineKind {
    /// An order was cleared, and its total charged.
    Order,
    /// A credit note lowered what is owed.
    CreditNote,
    /// Money on account came in.
    Settlement,
    /// A payment of one order was captured.
    Payment,
    /// A refund was issued.
    Refund,
    /// A dispute was lost.
    Chargeback,
    /// An order fell through after it was charged.
    Cancellation,
}

/// How a reseller stands in one currency, over all its orders.
#[derive(Clone, Debug, Description)]
pub struct ResellerAccount {
    key: Key,
    balance: Balance,
}

impl ResellerAccount {
    /// Of a reseller in a currency, for whoever may read it.
    pub async fn load(ctx: &Context<'_>, key: Key) -> Answer<Self> {
        let balance = loaders(ctx).required(AccountOf(key.0, key.1.clone())).await?;
        Ok(Self { key, balance })
    }

    fn money(&self, minor: i64) -> Money {
        Money::of(minor, &self.key.1)
    }
}

#[Object(use_type_description = true)]
impl ResellerAccount {
    /// Whose.
    async fn reseller(&self, ctx: &Context<'_>) -> Answer<Reseller> {
        Ok(loaders(ctx).required(ResellerById(self.key.0)).await?.into())
    }

    /// In which currency.
    async fn currency(&self) -> &str {
        &self.key.1
    }

    /// The debt: what is outstanding on orders that were cleared for fulfilment.
    async fn outstanding(&self) -> Money {
        self.money(self.balance.outstanding)
    }

    /// What is to be paid on orders that wait for their money before anything ships. No debt yet.
    async fn awaiting_payment(&self) -> Money {
        self.money(self.balance.awaiting_payment)
    }

    /// Money in orders beyond what was charged for them: over-payments, deposits on orders that are not cleared, and what
    /// is yet to go back of orders that fell through.
    async fn prepaid(&self) -> Money {
        self.money(self.balance.prepaid)
    }

    /// Paid on account and not yet part of any order.
    async fn unapplied(&self) -> Money {
        self.money(self.balance.unapplied)
    }

    /// outstanding − prepaid − unapplied, as the statement closes; negative when the reseller has paid ahead.
    async fn balance(&self) -> Money {
        self.money(self.balance.total())
    }

    /// Limit and exposure in this currency.
    async fn credit(&self, ctx: &Context<'_>) -> Answer<CustomerCredit> {
        let (reseller, currency) = self.key.clone();
        let credit = loaders(ctx).required(CreditOf(PartyKind::Reseller, reseller, currency.clone())).await?;
        Ok(CustomerCredit::new(credit, currency))
    }
}

/// Money that a reseller paid on account, and the payments that it became.
#[derive(Clone, Debug, Description)]
pub struct ResellerSettlement(Arc<reseller_settlement::Model>);

impl From<Arc<reseller_settlement::Model>> for ResellerSettlement {
    fn from(row: Arc<reseller_settlement::Model>) -> Self {
        Self(row)
    }
}

impl ResellerSettlement {
    fn money(&self, minor: i64) -> Money {
        Money::of(minor, &self.0.currency)
    }
}

#[Object(use_type_description = true)]
impl ResellerSettlement {
    /// `stl_…`
    pub async fn id(&self) -> ID {
        id::encode(Prefix::Settlement, self.0.id).into()
    }

    /// Who paid.
    async fn reseller(&self, ctx: &Context<'_>) -> Answer<Reseller> {
        Ok(loaders(ctx).required(ResellerById(self.0.reseller_id)).await?.into())
    }

    /// How much.
    async fn amount(&self) -> Money {
        self.money(self.0.amount_minor)
    }

    /// How much of it has become payments of orders.
    async fn applied(&self) -> Money {
        self.money(self.0.applied_minor)
    }

    /// How much of it is left on the account.
    async fn unapplied(&self) -> Money {
        self.money(self.0.amount_minor - self.0.applied_minor)
    }

    /// How.
    async fn method(&self) -> PaymentMethod {
        self.0.method
    }

    /// As the bank or the receipt calls it.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// When the money came in.
    async fn received_at(&self) -> DateTime {
        DateTime(self.0.received_at)
    }

    /// The member of staff who took the money. Null for buyers.
    async fn received_by_id(&self, ctx: &Context<'_>) -> Option<ID> {
        staff_id(ctx, self.0.received_by_id)
    }

    /// When it was booked.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The payments that it became, oldest first.
    async fn payments(&self, ctx: &Context<'_>) -> Answer<Vec<Payment>> {
        let payments = loaders(ctx).or_default(PaymentsOfSettlement(self.0.id)).await?;
        Ok(payments.into_iter().map(Payment::from).collect())
    }
}

/// What moved a reseller's balance in a period.
#[derive(Clone, Debug, Description)]
pub struct ResellerStatement {
    key: Key,
    period: Period,
    ends: Ends,
}

#[Object(use_type_description = true)]
impl ResellerStatement {
    /// Whose.
    async fn reseller(&self, ctx: &Context<'_>) -> Answer<Reseller> {
        Ok(loaders(ctx).required(ResellerById(self.key.0)).await?.into())
    }

    /// In which currency.
    async fn currency(&self) -> &str {
        &self.key.1
    }

    /// The first instant of the period; null: from the beginning.
    async fn from(&self) -> Option<DateTime> {
        self.period.from.map(DateTime)
    }

    /// The first instant after the period; null: until now.
    async fn to(&self) -> Option<DateTime> {
        self.period.to.map(DateTime)
    }

    /// What was owed before the period; negative: paid ahead.
    async fn opening(&self) -> Money {
        Money::of(self.ends.opening, &self.key.1)
    }

    /// What was owed at its end: opening, plus all debits, less all credits.
    async fn closing(&self) -> Money {
        Money::of(self.ends.closing, &self.key.1)
    }

    /// What moved it, oldest first.
    async fn lines(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Answer<Connection<StatementLine>> {
        let asked = asked(ctx, first, after, last, before);
        let page =
            statement::lines(reader(ctx), &app(ctx).registry, &self.key, &self.period, &asked, self.ends.lines).await?;
        Ok(page.map(|line| StatementLine { line: Arc::new(line), currency: self.key.1.clone() }).into())
    }
}

/// A movement of a reseller's balance.
#[derive(Clone, Debug, Description)]
pub struct StatementLine {
    line: Arc<Line>,
    currency: String,
}

#[Object(use_type_description = true)]
impl StatementLine {
    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.line.at)
    }

    /// What.
    async fn kind(&self) -> StatementLineKind {
        self.line.kind.into()
    }

    /// Id of the sale order, credit note, settlement, payment or refund that it is: ask `node` for it.
    async fn source_id(&self) -> ID {
        let prefix = match self.line.kind {
            statement::Kind::Order | statement::Kind::Cancellation => Prefix::Sale,
            statement::Kind::CreditNote => Prefix::CreditNote,
            statement::Kind::Settlement => Prefix::Settlement,
            statement::Kind::Payment | statement::Kind::Chargeback => Prefix::Payment,
            statement::Kind::Refund => Prefix::Refund,
        };
        id::encode(prefix, self.line.source).into()
    }

    /// The order that it is about; null for money on account.
    async fn sale_order(&self, ctx: &Context<'_>) -> Answer<Option<SaleOrder>> {
        let Some(sale) = self.line.sale else { return Ok(None) };
        Ok(Some(loaders(ctx).required(SaleById(sale)).await?.into()))
    }

    /// The order's number, or the reference of the money.
    async fn reference(&self) -> Option<&str> {
        self.line.reference.as_deref()
    }

    /// What it adds to what is owed.
    async fn debit(&self) -> Money {
        Money::of(self.line.debit, &self.currency)
    }

    /// What it takes from what is owed. A refund after clearing has both: the money went back, and is not owed again.
    async fn credit(&self) -> Money {
        Money::of(self.line.credit, &self.currency)
    }

    /// What is owed after it; negative: paid ahead.
    async fn balance(&self) -> Money {
        Money::of(self.line.balance, &self.currency)
    }
}
