//! `reconcilePayments`

use crate::db::connect::at_one_moment;
use crate::error::Error;
use crate::graphql::money::Money;
use crate::graphql::{Answer, actor, app};
use crate::id::{self, Prefix};
use crate::payment::compare::{Ways, compare};
use crate::payment::reconcile::{Finding, Mismatch, Report, reconcile};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};

/// Where what an order says of its money and what its rows add up to do not agree.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::payment::reconcile::Mismatch")]
pub enum PaymentMismatch {
    /// The order's captured money, and the sum of its ledger.
    Captured,
    /// What the order says is credited, and its credit notes and refunds.
    Credited,
    /// What is credited, and what is due to be: notes, and what was given back or fell through, each once; never more than
    /// the order's total.
    Due,
    /// What the order says is outstanding, and what its rows leave.
    Outstanding,
    /// What the order says is over-paid, and what of that is in hand to be given back.
    OwedBack,
    /// A payment's status, and what the ledger has of it.
    Payment,
    /// A refund's status, and what the ledger has of it.
    Refund,
    /// What was captured, and what the provider says of it.
    ProviderCaptured,
    /// What went back, and what the provider says of it.
    ProviderRefunded,
    /// What is set aside, and what the provider says of it.
    ProviderSetAside,
}

/// What was added up, and what does not agree.
#[derive(SimpleObject)]
pub struct PaymentReconciliation {
    /// How many sale orders were looked at.
    orders: i64,
    /// What does not agree, by order; empty when everything does.
    mismatches: Vec<PaymentDiscrepancy>,
    /// Payments that their provider was asked about in vain, and why.
    unanswered: Vec<String>,
}

/// A place where an order and its rows do not agree.
#[derive(SimpleObject)]
pub struct PaymentDiscrepancy {
    /// What does not agree.
    kind: PaymentMismatch,
    /// The sale order.
    sale_order_id: ID,
    /// Its number.
    number: String,
    /// The payment or refund that it is about; null when it is about the order.
    subject_id: Option<ID>,
    /// What the order, payment or refund says.
    said: Money,
    /// What the rows add up to.
    found: Money,
}

/// Adding up again.
#[derive(Default)]
pub struct ReconciliationQuery;

#[Object]
impl ReconciliationQuery {
    /// Adds up the ledger, payments, refunds and credit notes of all sale orders, or of one, and lists every place where
    /// that is not what the order says. With `withProviders`, which takes one order, its payments' providers are asked as
    /// well, where they have an API and a key; `waybill doctor --providers` asks about all. Changes nothing. Needs
    /// audit.read.
    async fn reconcile_payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this order; left out: all.")] sale_order_id: Option<ID>,
        #[graphql(desc = "Whether to ask the providers too.", default)] with_providers: bool,
    ) -> Answer<PaymentReconciliation> {
        let (app, actor) = (app(ctx), actor(ctx)?);
        actor.require("audit.read")?;
        let only = match &sale_order_id {
            Some(id) => match id::parse(id) {
                Some((Prefix::Sale, uuid)) => Some(uuid),
                _ => return Err(Error::not_found(id.as_str()).into()),
            },
            None => None,
        };
        if with_providers && only.is_none() {
            let why = "name the sale order whose payments the providers are to be asked about";
            return Err(Error::invalid("saleOrderId", why).into());
        }
        let found = async |moment: &_| reconcile(&app.registry, moment, only).await;
        let mut report = at_one_moment(&app.reader, found).await?;
        if let (Some(id), 0) = (&sale_order_id, report.orders) {
            return Err(Error::not_found(id.as_str()).into());
        }
        if with_providers {
            let ways = Ways { providers: &app.settings.providers, http: &app.http, currencies: &app.currencies };
            compare(&app.reader, ways, only, &mut report).await?;
        }
        Ok(report.into())
    }
}

impl From<Report> for PaymentReconciliation {
    fn from(report: Report) -> Self {
        Self {
            orders: i64::try_from(report.orders).unwrap_or(i64::MAX),
            unanswered: report.unanswered,
            mismatches: report.findings.into_iter().map(PaymentDiscrepancy::from).collect(),
        }
    }
}

impl From<Finding> for PaymentDiscrepancy {
    fn from(finding: Finding) -> Self {
        let prefix = if finding.mismatch == Mismatch::Refund { Prefix::Refund } else { Prefix::Payment };
        Self {
            kind: finding.mismatch.into(),
            sale_order_id: id::encode(Prefix::Sale, finding.sale).into(),
            subject_id: finding.row.map(|row| id::encode(prefix, row).into()),
            said: Money::of(finding.said, &finding.currency),
            found: Money::of(finding.found, &finding.currency),
            number: finding.number,
        }
    }
}
